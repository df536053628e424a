// SPDX-License-Identifier: Apache-2.0
/* engine/hf_names.c - what a Hugging Face model calls its tensors, in GGUF's words. */
#include <stdio.h>
#include "engine/source_int.h"

static const struct arch_name common[] = {
    { ".embed_tokens", "token_embd", FIX_NONE },
    { ".norm", "output_norm", FIX_NONE },
    { ".lm_head", "output", FIX_NONE },
    { "input_layernorm", "attn_norm", FIX_NONE },
    { "self_attn.q_proj", "attn_q", FIX_PAIRS_Q },
    { "self_attn.k_proj", "attn_k", FIX_PAIRS_K },
    { "self_attn.v_proj", "attn_v", FIX_NONE },
    { "self_attn.o_proj", "attn_output", FIX_NONE },
    { "self_attn.q_norm", "attn_q_norm", FIX_NONE },
    { "self_attn.k_norm", "attn_k_norm", FIX_NONE },
    { "self_attn.rotary_emb.inv_freq", "", FIX_NONE },
    { "post_attention_layernorm", "ffn_norm", FIX_NONE },
    { "mlp.gate_proj", "ffn_gate", FIX_NONE },
    { "mlp.up_proj", "ffn_up", FIX_NONE },
    { "mlp.down_proj", "ffn_down", FIX_NONE },
    { ".rotary_emb.inv_freq", "", FIX_NONE },
    { 0 }
};

/* What may stand before the names, and means nothing. */
static const char *const prefixes[] = { "model.", "bert.", "encoder.", "transformer.", "language_model.model.", NULL };

static bool cut_start(struct span *s, const char *start)
{
    if (!span_starts(*s, start))
        return false;
    *s = span_sub(*s, strlen(start), s->n);
    return true;
}

/* "layers.12.mlp.up_proj" -> 12 and "mlp.up_proj". */
static bool cut_layer(struct span *s, unsigned *layer)
{
    struct span rest = *s;
    size_t digits = 0;
    if (!cut_start(&rest, "layers.") && !cut_start(&rest, "layer."))
        return false;
    *layer = 0;
    while (digits < rest.n && digits < 5 && rest.p[digits] >= '0' && rest.p[digits] <= '9')
        *layer = *layer * 10 + rest.p[digits++] - '0';
    if (digits == 0 || digits >= rest.n || rest.p[digits] != '.')
        return false;
    *s = span_sub(rest, digits + 1, rest.n);
    return true;
}

static const struct arch_name *find(const struct arch_name *list, struct span stem, bool in_layer)
{
    for (; list && list->hf; list++)
        if (in_layer ? span_is(stem, list->hf) : list->hf[0] == '.' && span_is(stem, list->hf + 1))
            return list;
    return NULL;
}

static enum arch_fix fix_of(const struct arch *arch, const struct arch_name *n)
{
    if (strstr(n->gguf, "norm"))
        return arch->hf_norms;
    bool pairs = n->fix == FIX_PAIRS_Q || n->fix == FIX_PAIRS_K;
    return pairs && !arch->hf_pairs ? FIX_NONE : n->fix;
}

int hf_name(const struct arch *arch, struct span hf, char out[HF_NAME_BYTES], enum arch_fix *fix, struct err *e)
{
    struct span s = hf;
    const char *end = "";
    unsigned layer = 0;
    for (size_t i = 0; prefixes[i]; i++)
        (void)cut_start(&s, prefixes[i]);
    bool in_layer = cut_layer(&s, &layer);
    if (span_ends(s, ".weight"))
        end = ".weight";
    else if (span_ends(s, ".bias"))
        end = ".bias";
    struct span stem = span_sub(s, 0, s.n - strlen(end));
    const struct arch_name *n = find(arch->hf_names, stem, in_layer);
    if (!n)
        n = find(common, stem, in_layer);
    if (!n || (n->gguf[0] && !end[0]))
        return err_plain(e, ERR_FORMAT, "tensor \"%.*s\" is no part of %s as it is known here", SPAN_ARG(hf), arch->name);
    *fix = fix_of(arch, n);
    if (!n->gguf[0])
        out[0] = 0;
    else if (in_layer)
        (void)snprintf(out, HF_NAME_BYTES, "blk.%u.%s%s", layer, n->gguf, end);
    else
        (void)snprintf(out, HF_NAME_BYTES, "%s%s", n->gguf, end);
    return 0;
}
