// SPDX-License-Identifier: Apache-2.0
/* engine/hf_rope.c - rotary positions of config.json: its old form, its new one, and Gemma's two of a kind.
 *
 *     "rope_theta": 1e4, "rope_scaling": { "rope_type": "yarn", "factor": 4, ... }             transformers up to 4
 *     "rope_parameters": { "rope_theta": 1e4, "rope_type": "yarn", ... }                       since 5
 *     "rope_parameters": { "full_attention": { ... }, "sliding_attention": { ... } }           of each kind of layer
 */
#include <math.h>
#include "engine/rope.h"
#include "engine/source_int.h"
#include "format/hparams.h"

#define CTX_MAX ((double)hp_ceiling(HP_CONTEXT))

struct rope_config {
    const struct val *scaling;          /* the map that says type and factor; NULL: none */
    double base, base_window;           /* 0: not said */
    uint32_t n_rot;
    double n_ctx;
};

static uint32_t rotated(const struct hf_config *c, const struct val *scaling)
{
    double dim, embd, heads, part = 1;
    if (!hf_number(c->json, "head_dim", &dim)) {
        bool ok = (hf_number(c->json, "hidden_size", &embd) || hf_number(c->json, "n_embd", &embd)) &&
                  (hf_number(c->json, "num_attention_heads", &heads) || hf_number(c->json, "n_head", &heads));
        if (!ok || heads < 1)
            return 0;
        dim = floor(embd / heads);
    }
    if (!hf_number(c->json, "partial_rotary_factor", &part))
        (void)hf_number(scaling, "partial_rotary_factor", &part);
    dim = floor(dim * part);
    return dim >= 2 && dim <= (double)hp_ceiling(HP_ROPE_DIM) ? (uint32_t)dim & ~1U : 0;
}

static struct rope_config read_config(const struct hf_config *c)
{
    const struct val *of = val_get(c->json, "rope_parameters");
    const struct val *full = val_get(of, "full_attention"), *window = val_get(of, "sliding_attention");
    struct rope_config r = { .scaling = full ? full : of ? of : val_get(c->json, "rope_scaling") };
    if (r.scaling && r.scaling->kind != VAL_MAP)
        r.scaling = NULL;
    static const char *const bases[] = { "rope_theta", "global_rope_theta", "rotary_emb_base" };
    for (size_t i = 0; i < 3 && r.base <= 0; i++)
        (void)hf_number(c->json, bases[i], &r.base);
    if (r.base <= 0)
        (void)hf_number(r.scaling, "rope_theta", &r.base);
    if (!hf_number(window, "rope_theta", &r.base_window) && !hf_number(c->json, "rope_local_base_freq", &r.base_window))
        (void)hf_number(c->json, "local_rope_theta", &r.base_window);
    r.n_rot = rotated(c, r.scaling);
    if (!hf_number(c->json, "max_position_embeddings", &r.n_ctx) || !(r.n_ctx >= 1 && r.n_ctx <= CTX_MAX))
        r.n_ctx = 1;
    return r;
}

static int put_llama3(struct hf_config *c, const struct rope_config *r, double factor, struct err *e)
{
    double low, high, original;
    if (!hf_number(r->scaling, "low_freq_factor", &low) || !hf_number(r->scaling, "high_freq_factor", &high) ||
        !hf_number(r->scaling, "original_max_position_embeddings", &original) || !(high > low) || !(factor > 0))
        return err_line(e, ERR_FORMAT, r->scaling->line, "rope scaling \"llama3\" lacks its numbers");
    float *f = arena_array(c->a, r->n_rot / 2 + 1, sizeof *f);
    if (!f)
        return err_memory(e);
    rope_llama3(r->base, r->n_rot, factor, low, high, original, f);
    return hf_make_tensor(c, "rope_freqs.weight", f, r->n_rot / 2, e);
}

static int put_list(struct hf_config *c, const struct rope_config *r, const char *key, const char *name, struct err *e)
{
    const struct val *list = val_get(r->scaling, key);
    uint32_t n = 0;
    if (!list || list->kind != VAL_LIST || list->n != r->n_rot / 2)
        return err_line(e, ERR_FORMAT, r->scaling->line, "\"%s\" is no list of %u numbers", key, r->n_rot / 2);
    float *f = arena_array(c->a, list->n + 1, sizeof *f);
    if (!f)
        return err_memory(e);
    for (const struct val *v = list->first; v; v = v->next)
        f[n++] = v->kind == VAL_INT || v->kind == VAL_REAL ? (float)v->r : 0;
    return hf_make_tensor(c, name, f, n, e);
}

/* The context before stretching: in the scaling, or beside it (Phi). */
static double original_of(const struct hf_config *c, const struct rope_config *r)
{
    double v = 0;
    if (!hf_number(r->scaling, "original_max_position_embeddings", &v))
        (void)hf_number(c->json, "original_max_position_embeddings", &v);
    return v >= 1 && v <= CTX_MAX ? floor(v) : r->n_ctx;
}

static int put_long(struct hf_config *c, const struct rope_config *r, struct err *e)
{
    double original = original_of(c, r), factor = original > 0 ? r->n_ctx / original : 1;
    int rc = put_list(c, r, "long_factor", "rope_factors_long.weight", e);
    if (!rc)
        rc = put_list(c, r, "short_factor", "rope_factors_short.weight", e);
    if (!rc)
        rc = hf_put_f32(c, "rope.scaling.factor", factor, r->scaling->byte_from, e);
    if (!rc)
        rc = hf_put_u32(c, "rope.scaling.original_context_length", (uint64_t)original, r->scaling->byte_from, e);
    return rc;
}

static int put_yarn(struct hf_config *c, const struct rope_config *r, struct err *e)
{
    double v;
    int rc = hf_put_u32(c, "rope.scaling.original_context_length", (uint64_t)original_of(c, r), r->scaling->byte_from, e);
    if (!rc && hf_number(r->scaling, "beta_fast", &v))
        rc = hf_put_f32(c, "rope.scaling.yarn_beta_fast", v, 0, e);
    if (!rc && hf_number(r->scaling, "beta_slow", &v))
        rc = hf_put_f32(c, "rope.scaling.yarn_beta_slow", v, 0, e);
    return rc;
}

static int put_scaling(struct hf_config *c, const struct rope_config *r, struct err *e)
{
    const struct val *type = val_get(r->scaling, "rope_type");
    const char *name = val_str(type ? type : val_get(r->scaling, "type"));
    double factor = 1, attention;
    int rc = 0;
    if (!name || strcmp(name, "default") == 0)
        return 0;
    (void)hf_number(r->scaling, "factor", &factor);
    if (strcmp(name, "llama3") == 0)
        return put_llama3(c, r, factor, e);
    bool is_long = strcmp(name, "longrope") == 0 || strcmp(name, "su") == 0, is_yarn = strcmp(name, "yarn") == 0;
    if (!is_long && !is_yarn && strcmp(name, "linear") != 0)
        return err_line(e, ERR_FORMAT, r->scaling->line, "rope scaling \"%s\" is not known here: linear, llama3, "
                        "longrope, yarn", name);
    rc = hf_put_str(c, "rope.scaling.type", is_long ? "longrope" : name, r->scaling->byte_from, e);
    if (!rc && is_long)
        rc = put_long(c, r, e);
    else if (!rc)
        rc = hf_put_f32(c, "rope.scaling.factor", factor, r->scaling->byte_from, e);
    if (!rc && is_yarn)
        rc = put_yarn(c, r, e);
    if (!rc && hf_number(r->scaling, "attention_factor", &attention) && attention > 0)
        rc = hf_put_f32(c, "rope.scaling.attn_factor", attention, r->scaling->byte_from, e);
    return rc;
}

int hf_rope_keys(struct hf_config *c, struct err *e)
{
    struct rope_config r = read_config(c);
    int rc = 0;
    if (c->arch->no_rope)
        return 0;
    if (r.n_rot == 0)
        return err_plain(e, ERR_FORMAT, "the configuration does not say how long a head is");
    if (r.base <= 1)
        r.base = 1e4;
    rc = hf_put_u32(c, "rope.dimension_count", r.n_rot, 0, e);
    if (!rc)
        rc = hf_put_f32(c, "rope.freq_base", r.base, 0, e);
    if (!rc && r.base_window > 1)
        rc = hf_put_f32(c, "rope.freq_base_swa", r.base_window, 0, e);
    return rc ? rc : put_scaling(c, &r, e);
}
