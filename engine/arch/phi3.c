// SPDX-License-Identifier: Apache-2.0
/* engine/arch/phi3.c - Phi 3, 3.5 and 4: q, k, v in one matrix, gate and up in another; long-rope. */
#include "engine/arch.h"

static const struct arch_name names[] = {
    { "self_attn.qkv_proj", "attn_qkv", FIX_NONE },
    { "mlp.gate_up_proj", "ffn_up", FIX_NONE },
    { 0 }
};

const struct arch arch_phi3 = {
    .name = "phi3", .hf_types = "phi3", .hf_names = names, .act = KERN_SILU, .rope_halves = true, .up_fused = true,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT) | BIT(W_OUTPUT_B),
    .layer_must = W_ATTENTION | BIT(W_UP) | BIT(W_DOWN) | BIT(W_ATTN_NORM) | BIT(W_FFN_NORM),
};
