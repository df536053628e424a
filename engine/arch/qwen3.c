// SPDX-License-Identifier: Apache-2.0
/* engine/arch/qwen3.c - Qwen 3: queries and keys of each head are normed; heads have a length of their own. */
#include "engine/arch.h"

const struct arch arch_qwen3 = {
    .name = "qwen3", .hf_types = "qwen3", .act = KERN_SILU, .rope_halves = true,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT),
    .layer_must = W_DECODER | BIT(W_Q_NORM) | BIT(W_K_NORM), .layer_may = W_QKV_BIASES,
};
