// SPDX-License-Identifier: Apache-2.0
/* engine/arch/llama.c - Llama 2 and 3, and what is built like them: Mistral, SmolLM2, TinyLlama, Yi. */
#include "engine/arch.h"

const struct arch arch_llama = {
    .name = "llama", .hf_types = "llama mistral", .hf_pairs = true, .act = KERN_SILU,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT),
    .layer_must = W_DECODER, .layer_may = W_BIASES,
};
