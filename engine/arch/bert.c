// SPDX-License-Identifier: Apache-2.0
/* engine/arch/bert.c - BERT and its sentence models (MiniLM, BGE, E5): learned positions, norms behind the residual. */
#include "engine/arch.h"

static const struct arch_name names[] = {
    { ".embeddings.word_embeddings", "token_embd", FIX_NONE },
    { ".embeddings.position_embeddings", "position_embd", FIX_NONE },
    { ".embeddings.token_type_embeddings", "token_types", FIX_NONE },
    { ".embeddings.LayerNorm", "token_embd_norm", FIX_NONE },
    { ".embeddings.position_ids", "", FIX_NONE },
    { ".pooler.dense", "", FIX_NONE },                      /* of the sentence-pair task; sentence models do without */
    { "attention.self.query", "attn_q", FIX_NONE },
    { "attention.self.key", "attn_k", FIX_NONE },
    { "attention.self.value", "attn_v", FIX_NONE },
    { "attention.output.dense", "attn_output", FIX_NONE },
    { "attention.output.LayerNorm", "attn_output_norm", FIX_NONE },
    { "intermediate.dense", "ffn_up", FIX_NONE },
    { "output.dense", "ffn_down", FIX_NONE },
    { "output.LayerNorm", "layer_output_norm", FIX_NONE },
    { 0 }
};

const struct arch arch_bert = {
    .name = "bert", .hf_types = "bert", .hf_names = names, .act = KERN_GELU_ERF, .layer_norm = true, .both_ways = true,
    .no_rope = true,
    .model_must = BIT(W_EMBD) | BIT(W_POSITION) | BIT(W_EMBD_NORM) | BIT(W_EMBD_NORM_B), .model_may = BIT(W_TYPES),
    .layer_must = W_ATTENTION | BIT(W_UP) | BIT(W_DOWN) | BIT(W_ATTN_RES_NORM) | BIT(W_ATTN_RES_NORM_B) |
                  BIT(W_FFN_RES_NORM) | BIT(W_FFN_RES_NORM_B),
    .layer_may = W_QKV_BIASES | BIT(W_ATTN_OUT_B) | BIT(W_UP_B) | BIT(W_DOWN_B),
};
