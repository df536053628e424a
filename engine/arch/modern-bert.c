// SPDX-License-Identifier: Apache-2.0
/* engine/arch/modern-bert.c - ModernBERT: norms before the branches, a gated part in one matrix, each third layer full and
 * the others with a window to both sides; a base of rope for each kind. */
#include "engine/arch.h"
#include "engine/source_int.h"

static const struct arch_name names[] = {
    { ".embeddings.tok_embeddings", "token_embd", FIX_NONE },
    { ".embeddings.norm", "token_embd_norm", FIX_NONE },
    { ".final_norm", "output_norm", FIX_NONE },
    { ".head.dense", "", FIX_NONE },                        /* of the task of masked words */
    { ".head.norm", "", FIX_NONE },
    { ".decoder", "", FIX_NONE },
    { "attn_norm", "attn_norm", FIX_NONE },
    { "attn.Wqkv", "attn_qkv", FIX_NONE },
    { "attn.Wo", "attn_output", FIX_NONE },
    { "mlp_norm", "ffn_norm", FIX_NONE },
    { "mlp.Wi", "ffn_up", FIX_NONE },
    { "mlp.Wo", "ffn_down", FIX_NONE },
    { 0 }
};

static int hf_keys(struct hf_config *c, struct err *e)
{
    double window;
    int rc = 0;
    if (hf_number(c->json, "local_attention", &window) && window >= 1 && window <= UINT32_MAX)
        rc = hf_put_u32(c, "attention.sliding_window", (uint64_t)window, 0, e);
    return rc ? rc : hf_put_layer_types(c, e);
}

/* The first layer has no norm before its attention: the embedding's stands there. */
const struct arch arch_modern_bert = {
    .name = "modern-bert", .hf_types = "modernbert", .hf_names = names, .act = KERN_GELU_ERF, .layer_norm = true,
    .both_ways = true, .rope_halves = true, .up_fused = true, .window_every = 3, .window_full_first = true,
    .model_must = BIT(W_EMBD) | BIT(W_EMBD_NORM) | BIT(W_OUTPUT_NORM),
    .model_may = BIT(W_EMBD_NORM_B) | BIT(W_OUTPUT_NORM_B),
    .layer_must = W_ATTENTION | BIT(W_UP) | BIT(W_DOWN) | BIT(W_FFN_NORM),
    .layer_may = W_BIASES | BIT(W_ATTN_NORM) | BIT(W_ATTN_NORM_B) | BIT(W_FFN_NORM_B),
    .hf_keys = hf_keys,
};
