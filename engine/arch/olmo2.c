// SPDX-License-Identifier: Apache-2.0
/* engine/arch/olmo2.c - OLMo 2: no norm before a branch, one behind it; queries and keys are normed over all heads. */
#include "engine/arch.h"

static const struct arch_name names[] = {
    { "post_attention_layernorm", "post_attention_norm", FIX_NONE },
    { "post_feedforward_layernorm", "post_ffw_norm", FIX_NONE },
    { 0 }
};

const struct arch arch_olmo2 = {
    .name = "olmo2", .hf_types = "olmo2", .hf_names = names, .act = KERN_SILU, .rope_halves = true,
    .qk_norm_wide = true,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT),
    .layer_must = W_ATTENTION | W_GATED | BIT(W_Q_NORM) | BIT(W_K_NORM) | BIT(W_POST_ATTN_NORM) | BIT(W_POST_FFN_NORM),
};
