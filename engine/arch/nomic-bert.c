// SPDX-License-Identifier: Apache-2.0
/* engine/arch/nomic-bert.c - Nomic Embed: BERT's norms, rope in place of learned positions, a gated feed-forward part. */
#include "engine/arch.h"

static const struct arch_name names[] = {
    { ".embeddings.word_embeddings", "token_embd", FIX_NONE },
    { ".embeddings.token_type_embeddings", "token_types", FIX_NONE },
    { ".embeddings.LayerNorm", "token_embd_norm", FIX_NONE },
    { ".emb_ln", "token_embd_norm", FIX_NONE },
    { ".embeddings.position_ids", "", FIX_NONE },
    { ".pooler.dense", "", FIX_NONE },
    { "attn.Wqkv", "attn_qkv", FIX_NONE },
    { "attn.out_proj", "attn_output", FIX_NONE },
    { "post_attention_layernorm", "attn_output_norm", FIX_NONE },
    { "norm1", "attn_output_norm", FIX_NONE },
    { "mlp.fc11", "ffn_up", FIX_NONE },
    { "mlp.fc12", "ffn_gate", FIX_NONE },
    { "mlp.fc2", "ffn_down", FIX_NONE },
    { "post_mlp_layernorm", "layer_output_norm", FIX_NONE },
    { "norm2", "layer_output_norm", FIX_NONE },
    { 0 }
};

const struct arch arch_nomic_bert = {
    .name = "nomic-bert", .hf_types = "nomic_bert", .hf_names = names, .act = KERN_SILU, .layer_norm = true,
    .both_ways = true, .rope_halves = true,
    .model_must = BIT(W_EMBD) | BIT(W_EMBD_NORM) | BIT(W_EMBD_NORM_B), .model_may = BIT(W_TYPES),
    .layer_must = W_ATTENTION | W_GATED | BIT(W_ATTN_RES_NORM) | BIT(W_ATTN_RES_NORM_B) | BIT(W_FFN_RES_NORM) |
                  BIT(W_FFN_RES_NORM_B),
    .layer_may = W_BIASES,
};
