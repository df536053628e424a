// SPDX-License-Identifier: Apache-2.0
/* engine/arch/qwen2.c - Qwen 2 and 2.5: Llama's layer with biases on queries, keys and values. */
#include "engine/arch.h"

const struct arch arch_qwen2 = {
    .name = "qwen2", .hf_types = "qwen2", .act = KERN_SILU, .rope_halves = true,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT) | BIT(W_OUTPUT_B),
    .layer_must = W_DECODER, .layer_may = W_QKV_BIASES,
};
