// SPDX-License-Identifier: Apache-2.0
/* engine/hf_keys.c - config.json in the keys of GGUF. */
#include <math.h>
#include <stdio.h>
#include "engine/source_int.h"

/* ---- adding keys --------------------------------------------------------------------- */

static int put(struct hf_config *c, const char *key, struct gguf_kv kv, uint64_t byte, struct err *e)
{
    void *items = c->kv;
    bool own = strncmp(key, "general.", 8) == 0;
    char *name = own ? arena_str(c->a, key) : arena_fmt(c->a, "%s.%s", c->arch->name, key);
    if (!name || arena_grow(c->a, &items, &c->cap_kv, c->n_kv, sizeof *c->kv))
        return err_memory(e);
    c->kv = items;
    kv.key = span_str(name);
    kv.key_byte = kv.byte_from = kv.byte_to = byte;
    if (kv.type != GGUF_ARRAY) {
        kv.item_type = kv.type;
        kv.n = 1;
    }
    c->kv[c->n_kv++] = kv;
    return 0;
}

static struct span number(struct hf_config *c, uint32_t v)
{
    uint8_t *p = arena_alloc(c->a, 4);
    for (unsigned i = 0; p && i < 4; i++)
        p[i] = (uint8_t)(v >> 8 * i);
    return span_of(p, p ? 4 : 0);
}

int hf_put_u32(struct hf_config *c, const char *key, uint64_t v, uint64_t byte, struct err *e)
{
    struct gguf_kv kv = { .type = GGUF_U32, .value = number(c, (uint32_t)v) };
    if (v > UINT32_MAX)
        return err_set(e, ERR_LIMIT, byte, "\"%s\" would be %llu", key, (unsigned long long)v);
    return kv.value.p ? put(c, key, kv, byte, e) : err_memory(e);
}

int hf_put_f32(struct hf_config *c, const char *key, double v, uint64_t byte, struct err *e)
{
    float f = (float)v;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    struct gguf_kv kv = { .type = GGUF_F32, .value = number(c, bits) };
    return kv.value.p ? put(c, key, kv, byte, e) : err_memory(e);
}

int hf_put_bool(struct hf_config *c, const char *key, bool v, uint64_t byte, struct err *e)
{
    uint8_t *p = arena_alloc(c->a, 1);
    if (!p)
        return err_memory(e);
    *p = v;
    return put(c, key, (struct gguf_kv){ .type = GGUF_BOOL, .value = span_of(p, 1) }, byte, e);
}

int hf_put_str(struct hf_config *c, const char *key, const char *text, uint64_t byte, struct err *e)
{
    return put(c, key, (struct gguf_kv){ .type = GGUF_STR, .value = span_str(text) }, byte, e);
}

int hf_put_bools(struct hf_config *c, const char *key, const uint8_t *v, size_t n, uint64_t byte, struct err *e)
{
    struct gguf_kv kv = { .type = GGUF_ARRAY, .item_type = GGUF_BOOL, .n = n, .value = span_of(v, n) };
    return put(c, key, kv, byte, e);
}

int hf_make_tensor(struct hf_config *c, const char *name, const float *v, uint32_t n, struct err *e)
{
    void *items = c->made;
    if (arena_grow(c->a, &items, &c->cap_made, c->n_made, sizeof *c->made))
        return err_memory(e);
    c->made = items;
    c->made[c->n_made++] = (struct gguf_tensor){
        .name = span_str(name), .type = GGML_F32, .n_dims = 1, .dims = { n, 1, 1, 1 }, .n_elements = n,
        .size_bytes = n * sizeof *v, .data = span_of(v, n * sizeof *v),
    };
    return 0;
}

bool hf_number(const struct val *map, const char *key, double *out)
{
    const struct val *v = val_get(map, key);
    if (!v || (v->kind != VAL_INT && v->kind != VAL_REAL) || !isfinite(v->r))
        return false;
    *out = v->r;
    return true;
}

/* ---- the table ----------------------------------------------------------------------- */

enum form { COUNT, REAL };
/* The first of several names for one key counts. */
static const struct { const char *hf, *gguf; enum form form; } keys[] = {
    { "num_hidden_layers", "block_count", COUNT },
    { "n_layer", "block_count", COUNT },
    { "hidden_size", "embedding_length", COUNT },
    { "n_embd", "embedding_length", COUNT },
    { "intermediate_size", "feed_forward_length", COUNT },
    { "n_inner", "feed_forward_length", COUNT },
    { "num_attention_heads", "attention.head_count", COUNT },
    { "n_head", "attention.head_count", COUNT },
    { "num_key_value_heads", "attention.head_count_kv", COUNT },
    { "head_dim", "attention.key_length", COUNT },
    { "head_dim", "attention.value_length", COUNT },
    { "max_position_embeddings", "context_length", COUNT },
    { "n_positions", "context_length", COUNT },
    { "vocab_size", "vocab_size", COUNT },
    { "sliding_window", "attention.sliding_window", COUNT },
    { "rms_norm_eps", "attention.layer_norm_rms_epsilon", REAL },
    { "layer_norm_eps", "attention.layer_norm_epsilon", REAL },
    { "layer_norm_epsilon", "attention.layer_norm_epsilon", REAL },
    { "norm_eps", "attention.layer_norm_epsilon", REAL },
    { "attn_logit_softcapping", "attn_logit_softcapping", REAL },
    { "final_logit_softcapping", "final_logit_softcapping", REAL },
    { "embedding_multiplier", "embedding_scale", REAL },
    { "residual_multiplier", "residual_scale", REAL },
    { "attention_multiplier", "attention.scale", REAL },
    { "logits_scaling", "logit_scale", REAL },
};

static bool has(const struct hf_config *c, const char *key)
{
    size_t skip = strlen(c->arch->name) + 1;
    for (size_t i = 0; i < c->n_kv; i++)
        if (c->kv[i].key.n > skip && span_is(span_sub(c->kv[i].key, skip, c->kv[i].key.n), key))
            return true;
    return false;
}

static int put_table(struct hf_config *c, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !rc; i++) {
        const struct val *v = val_get(c->json, keys[i].hf);
        if (!v || v->kind == VAL_NULL || has(c, keys[i].gguf))
            continue;
        if (keys[i].form == REAL && (v->kind == VAL_INT || v->kind == VAL_REAL) && isfinite(v->r))
            rc = hf_put_f32(c, keys[i].gguf, v->r, v->byte_from, e);
        else if (keys[i].form == COUNT && v->kind == VAL_INT && v->i >= 0)
            rc = hf_put_u32(c, keys[i].gguf, (uint64_t)v->i, v->byte_from, e);
        else
            rc = err_line(e, ERR_FORMAT, v->line, "\"%s\" is no %s", keys[i].hf,
                          keys[i].form == COUNT ? "whole number" : "number");
    }
    return rc;
}

int hf_put_layer_types(struct hf_config *c, struct err *e)
{
    const struct val *types = val_get(c->json, "layer_types");
    size_t n = 0;
    if (!types || types->kind != VAL_LIST)
        return 0;
    uint8_t *is = arena_alloc(c->a, types->n + 1);
    if (!is)
        return err_memory(e);
    for (const struct val *v = types->first; v; v = v->next) {
        if (!val_is(v, "sliding_attention") && !val_is(v, "full_attention"))
            return err_line(e, ERR_FORMAT, v->line, "a layer of the type \"%s\" is not run", val_str(v) ? val_str(v) : "");
        is[n++] = val_is(v, "sliding_attention");
    }
    return hf_put_bools(c, "attention.sliding_window_pattern", is, n, types->byte_from, e);
}

/* use_sliding_window false: no layer has a window, whatever its length is. */
static int put_windows(struct hf_config *c, struct err *e)
{
    const struct val *use = val_get(c->json, "use_sliding_window");
    bool on = true;
    if (!has(c, "attention.sliding_window"))
        return 0;
    if (!use || !val_bool(use, &on) || on)
        return hf_put_layer_types(c, e);
    for (size_t i = 0; i < c->n_kv; i++)
        if (span_ends(c->kv[i].key, ".attention.sliding_window"))
            c->kv[i] = c->kv[--c->n_kv];
    return 0;
}

/* The activation that the architecture has: a variant with another one would run, and be wrong. */
static int check_act(const struct hf_config *c, struct err *e)
{
    static const struct { const char *name; enum kern_act is; } acts[] = {
        { "silu", KERN_SILU }, { "swish", KERN_SILU }, { "swiglu", KERN_SILU }, { "gelu", KERN_GELU_ERF },
        { "gelu_pytorch_tanh", KERN_GELU_TANH }, { "gelu_new", KERN_GELU_TANH }, { "quick_gelu", KERN_GELU_QUICK },
        { "relu", KERN_RELU },
    };
    static const char *const keys_of_it[] = { "hidden_activation", "hidden_act", "activation_function" };
    const struct val *v = NULL;
    for (size_t i = 0; i < 3 && !val_str(v); i++)
        v = val_get(c->json, keys_of_it[i]);
    if (!val_str(v))
        return 0;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (val_is(v, acts[i].name) && acts[i].is == c->arch->act)
            return 0;
    return err_line(e, ERR_FORMAT, v->line, "%s with the activation \"%s\" is not run", c->arch->name, val_str(v));
}

static int find_arch(struct hf_config *c, struct err *e)
{
    const struct val *type = val_get(c->json, "model_type");
    const char *name = val_str(type);
    char known[256];
    if (!name)
        return err_plain(e, ERR_FORMAT, "the configuration does not say \"model_type\"");
    c->arch = arch_of_hf(span_str(name));
    if (c->arch)
        return 0;
    (void)err_line(e, ERR_FORMAT, type->line, "architecture \"%s\" is not known here", name);
    return err_hint(e, "known: %s", arch_list(known, sizeof known));
}

/* Weights that were packed by another program have tensors of other names and meanings. */
static int refuse_packed(const struct hf_config *c, struct err *e)
{
    const struct val *q = val_get(c->json, "quantization_config");
    const char *how = val_str(val_get(q, "quant_method"));
    if (!q || q->kind == VAL_NULL)
        return 0;
    return err_line(e, ERR_FORMAT, q->line, "weights packed by \"%s\" are not run", how ? how : "another program");
}

int hf_keys_make(struct hf_config *c, struct err *e)
{
    double scalar;
    int rc = find_arch(c, e);
    if (!rc)
        rc = refuse_packed(c, e);
    if (!rc)
        rc = check_act(c, e);
    if (!rc)
        rc = hf_put_str(c, "general.architecture", c->arch->name, 0, e);
    if (!rc)
        rc = put_table(c, e);
    if (!rc)
        rc = put_windows(c, e);
    if (!rc && hf_number(c->json, "query_pre_attn_scalar", &scalar) && scalar > 0)
        rc = hf_put_f32(c, "attention.scale", 1 / sqrt(scalar), 0, e);
    if (!rc)
        rc = hf_rope_keys(c, e);
    if (!rc && c->arch->hf_keys)
        rc = c->arch->hf_keys(c, e);
    return rc;
}
