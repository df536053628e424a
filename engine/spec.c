// SPDX-License-Identifier: Apache-2.0
#include "engine/spec.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include "engine/arch.h"
#include "format/hparams.h"

enum { KEY_MAX_BYTES = 160 };

struct reader {
    const struct gguf *g;
    struct spec *s;
    struct arena *a;
    struct err *e;
};

/* ---- keys ---------------------------------------------------------------------------- */

const struct gguf_kv *spec_kv(const struct gguf *g, const char *key)
{
    char name[KEY_MAX_BYTES];
    struct span arch;
    if (!gguf_str(g, "general.architecture", &arch))
        return NULL;
    (void)snprintf(name, sizeof name, "%.*s.%s", SPAN_ARG(arch), key);
    return gguf_get(g, name);
}

/* Item i of a list, or the one number of all. */
static bool item_u64(const struct gguf_kv *kv, uint64_t i, uint64_t *out)
{
    struct gguf_kv as_list = *kv;
    as_list.type = GGUF_ARRAY;
    return gguf_item_u64(&as_list, kv->type == GGUF_ARRAY ? i : 0, out);
}

bool spec_u64(const struct gguf *g, const char *key, uint64_t *out)
{
    const struct gguf_kv *kv = spec_kv(g, key);
    return kv && kv->type != GGUF_ARRAY && item_u64(kv, 0, out);
}

bool spec_f32(const struct gguf *g, const char *key, float *out)
{
    const struct gguf_kv *kv = spec_kv(g, key);
    struct gguf_kv as_list;
    double v;
    if (!kv || kv->type == GGUF_ARRAY)
        return false;
    as_list = *kv;
    as_list.type = GGUF_ARRAY;
    if (!gguf_item_f64(&as_list, 0, &v) || !isfinite(v))
        return false;
    *out = (float)v;
    return true;
}

static int bad(struct reader *r, const struct gguf_kv *kv, const char *what)
{
    return err_set(r->e, ERR_FORMAT, kv->byte_from, "\"%.*s\" %s", SPAN_ARG(kv->key), what);
}

static int missing(struct reader *r, const char *key)
{
    return err_plain(r->e, ERR_FORMAT, "the model does not say \"%s.%s\"", r->s->arch->name, key);
}

/* Item i of `key`, within the ceiling of f. *out stays as it is when the key is missing and not `must`. */
static int get_item(struct reader *r, const char *key, enum hp_field f, uint64_t i, bool must, uint32_t *out)
{
    const struct gguf_kv *kv = spec_kv(r->g, key);
    uint64_t v;
    if (!kv)
        return must ? missing(r, key) : 0;
    if (kv->type == GGUF_ARRAY && kv->n != r->s->n_layers)
        return bad(r, kv, "has not one item for each layer");
    if (!item_u64(kv, i, &v))
        return bad(r, kv, "is no whole number");
    if (v > hp_ceiling(f))
        return err_set(r->e, ERR_LIMIT, kv->byte_from, "%" PRIu64 " %s, at most %" PRIu64 " are possible", v,
                       hp_words(f), hp_ceiling(f));
    if (v == 0 && must)
        return bad(r, kv, "is 0");
    *out = (uint32_t)v;
    return 0;
}

static int must(struct reader *r, const char *key, enum hp_field f, uint32_t *out)
{
    return get_item(r, key, f, 0, true, out);
}

static int may(struct reader *r, const char *key, enum hp_field f, uint32_t *out)
{
    return get_item(r, key, f, 0, false, out);
}

/* A number in (low, high]; *out stays when the key is missing. */
static int may_f32(struct reader *r, const char *key, double low, double high, float *out)
{
    const struct gguf_kv *kv = spec_kv(r->g, key);
    float v;
    if (!kv)
        return 0;
    if (!spec_f32(r->g, key, &v) || !((double)v > low && (double)v <= high))
        return bad(r, kv, "is out of range");
    *out = v;
    return 0;
}

/* ---- rope ---------------------------------------------------------------------------- */

static int factors(struct reader *r, const char *name, uint32_t n, const float **out)
{
    const struct gguf_tensor *t = gguf_tensor(r->g, name);
    if (!t)
        return 0;
    if (t->type != GGML_F32 || t->n_elements != n)
        return err_set(r->e, ERR_FORMAT, t->entry_byte, "tensor \"%s\" is not %u numbers of F32", name, n);
    float *f = arena_array(r->a, n + 1, sizeof *f);
    if (!f)
        return err_memory(r->e);
    memcpy(f, t->data.p, n * sizeof *f);
    for (uint32_t i = 0; i < n; i++)
        if (!(f[i] > 0 && isfinite(f[i])))
            return err_set(r->e, ERR_FORMAT, t->byte_from + i * sizeof *f, "tensor \"%s\" holds a factor that is not "
                           "above 0", name);
    *out = f;
    return 0;
}

static int scaling_kind(struct reader *r, struct rope_spec *o)
{
    static const struct { const char *name; enum rope_scaling is; } kinds[] = {
        { "none", ROPE_PLAIN }, { "linear", ROPE_LINEAR }, { "yarn", ROPE_YARN }, { "longrope", ROPE_LONG },
    };
    const struct gguf_kv *kv = spec_kv(r->g, "rope.scaling.type");
    if (!kv)
        return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kv->type == GGUF_STR && span_is(kv->value, kinds[i].name)) {
            o->scaling = kinds[i].is;
            return 0;
        }
    return bad(r, kv, "names a scaling of rope that is not known here: linear, yarn, longrope");
}

static int read_scaling(struct reader *r, struct rope_spec *o)
{
    float factor = 1, magnitude = 0, fast = 32, slow = 1;
    o->n_ctx_original = r->s->n_ctx_train;
    int rc = scaling_kind(r, o);
    if (!rc)
        rc = may_f32(r, "rope.scaling.factor", 0, 1e6, &factor);
    if (!rc)
        rc = may_f32(r, "rope.scaling.attn_factor", 0, 1e3, &magnitude);
    if (!rc)
        rc = may_f32(r, "rope.scaling.yarn_beta_fast", 0, 1e6, &fast);
    if (!rc)
        rc = may_f32(r, "rope.scaling.yarn_beta_slow", 0, 1e6, &slow);
    if (!rc)
        rc = may(r, "rope.scaling.original_context_length", HP_CONTEXT, &o->n_ctx_original);
    o->factor = (double)factor;
    o->magnitude = (double)magnitude;
    o->beta_fast = (double)fast;
    o->beta_slow = (double)slow;
    if (!rc && o->scaling == ROPE_PLAIN && factor > 1)      /* files of old say the factor alone */
        o->scaling = ROPE_LINEAR;
    if (!rc && (o->scaling == ROPE_YARN || o->scaling == ROPE_LONG) && o->n_ctx_original == 0)
        rc = missing(r, "rope.scaling.original_context_length");
    return rc;
}

static int read_rope(struct reader *r)
{
    struct spec *s = r->s;
    struct rope_spec o = { .n_rot = s->key_dim, .base = 1e4, .factor = 1 };
    float base = 1e4F, base_window = 0;
    int rc = may(r, "rope.dimension_count", HP_ROPE_DIM, &o.n_rot);
    if (!rc)
        rc = may_f32(r, "rope.freq_base", 1, 1e12, &base);
    if (!rc)
        rc = may_f32(r, "rope.freq_base_swa", 1, 1e12, &base_window);
    if (!rc && (o.n_rot % 2 || o.n_rot > s->key_dim))
        rc = err_plain(r->e, ERR_FORMAT, "%u of %u elements of a head would be rotated", o.n_rot, s->key_dim);
    o.base = (double)base;
    if (!rc)
        rc = read_scaling(r, &o);
    if (!rc)
        rc = factors(r, "rope_freqs.weight", o.n_rot / 2, &o.factors);
    if (!rc)
        rc = factors(r, "rope_factors_long.weight", o.n_rot / 2, &o.long_factors);
    if (!rc)
        rc = factors(r, "rope_factors_short.weight", o.n_rot / 2, &o.short_factors);
    if (!rc && (o.scaling == ROPE_LONG || o.long_factors || o.short_factors)) {
        if (!o.long_factors || !o.short_factors)
            return err_plain(r->e, ERR_FORMAT, "long-rope needs the tensors rope_factors_long and rope_factors_short");
        o.scaling = ROPE_LONG;
    }
    if (rc)
        return rc;
    s->rope[ROPE_FULL] = s->rope[ROPE_WINDOW] = o;
    if (base_window > 0)
        s->rope[ROPE_WINDOW] = (struct rope_spec){ .n_rot = o.n_rot, .base = (double)base_window, .factor = 1 };
    return 0;
}

/* ---- layers -------------------------------------------------------------------------- */

/* A list of the file says it for each layer (true: window); else the architecture's rule. */
static bool has_window(const struct spec *s, const struct gguf_kv *pattern, uint32_t i)
{
    uint64_t every = s->arch->window_every;
    if (pattern && pattern->type == GGUF_ARRAY)
        return pattern->value.p[i] != 0;
    if (pattern)
        (void)item_u64(pattern, 0, &every);
    if (every == 0)
        return true;
    return s->arch->window_full_first ? i % every != 0 : i % every != every - 1;
}

static int read_layer(struct reader *r, const struct gguf_kv *pattern, uint32_t i)
{
    struct spec *s = r->s;
    struct spec_layer *l = &s->layers[i];
    int rc = get_item(r, "attention.head_count", HP_HEADS, i, true, &l->n_heads);
    l->n_kv_heads = l->n_heads;
    if (!rc)
        rc = get_item(r, "attention.head_count_kv", HP_KV_HEADS, i, false, &l->n_kv_heads);
    if (!rc)
        rc = get_item(r, "feed_forward_length", HP_FF, i, true, &l->n_ff);
    if (rc)
        return rc;
    if (l->n_kv_heads == 0 || l->n_heads % l->n_kv_heads)
        return err_plain(r->e, ERR_FORMAT, "layer %u: %u heads cannot share %u heads of keys and values", i, l->n_heads,
                         l->n_kv_heads);
    bool window = s->n_window && has_window(s, pattern, i);
    l->window = window ? s->n_window : 0;
    l->rope = s->arch->no_rope ? ROPE_NOT : window ? ROPE_WINDOW : ROPE_FULL;
    uint32_t q = spec_q(s, l), kv = spec_k(s, l) + spec_v(s, l);
    s->max_q = q > s->max_q ? q : s->max_q;
    s->max_q = spec_out(s, l) > s->max_q ? spec_out(s, l) : s->max_q;
    s->max_kv = kv > s->max_kv ? kv : s->max_kv;
    s->max_ff = l->n_ff > s->max_ff ? l->n_ff : s->max_ff;
    return 0;
}

static int read_layers(struct reader *r)
{
    struct spec *s = r->s;
    const struct gguf_kv *pattern = spec_kv(r->g, "attention.sliding_window_pattern");
    if (pattern && pattern->type == GGUF_ARRAY && (pattern->item_type != GGUF_BOOL || pattern->n != s->n_layers))
        return bad(r, pattern, "is not one boolean for each layer");
    s->layers = arena_array(r->a, s->n_layers, sizeof *s->layers);
    if (!s->layers)
        return err_memory(r->e);
    int rc = 0;
    for (uint32_t i = 0; i < s->n_layers && !rc; i++)
        rc = read_layer(r, pattern, i);
    return rc;
}

/* ---- all ----------------------------------------------------------------------------- */

static int read_arch(struct reader *r)
{
    struct span name;
    char known[256];
    if (!gguf_str(r->g, "general.architecture", &name))
        return err_plain(r->e, ERR_FORMAT, "the model does not say \"general.architecture\"");
    r->s->arch = arch_of(name);
    if (r->s->arch)
        return 0;
    (void)err_plain(r->e, ERR_FORMAT, "architecture \"%.*s\" is not known here", SPAN_ARG(name));
    return err_hint(r->e, "known: %s", arch_list(known, sizeof known));
}

/* Rows of a table that only its tensor tells; 0 when there is none. */
static int read_table(struct reader *r, const char *name, uint64_t most, uint32_t *out)
{
    const struct gguf_tensor *t = gguf_tensor(r->g, name);
    if (!t)
        return 0;
    if (t->n_dims != 2 || t->dims[1] > most)
        return err_set(r->e, ERR_FORMAT, t->entry_byte, "tensor \"%s\" is no table of at most %" PRIu64 " rows", name, most);
    *out = (uint32_t)t->dims[1];
    return 0;
}

static int read_tables(struct reader *r)
{
    struct spec *s = r->s;
    int rc = read_table(r, "token_embd.weight", hp_ceiling(HP_VOCAB), &s->n_vocab);
    if (!rc && s->n_vocab == 0)
        rc = err_plain(r->e, ERR_FORMAT, "tensor \"token_embd.weight\" is missing");
    if (!rc)
        rc = read_table(r, "position_embd.weight", hp_ceiling(HP_VOCAB), &s->n_positions);
    if (!rc)
        rc = read_table(r, "token_types.weight", hp_ceiling(HP_VOCAB), &s->n_types);
    return rc;
}

static int read_sizes(struct reader *r)
{
    struct spec *s = r->s;
    uint32_t heads = 0;
    int rc = must(r, "block_count", HP_LAYERS, &s->n_layers);
    if (!rc)
        rc = must(r, "embedding_length", HP_EMBD, &s->n_embd);
    if (!rc)
        rc = must(r, "context_length", HP_CONTEXT, &s->n_ctx_train);
    if (!rc)
        rc = get_item(r, "attention.head_count", HP_HEADS, 0, true, &heads);
    if (rc)
        return rc;
    s->key_dim = s->value_dim = s->n_embd / heads;
    rc = may(r, "attention.key_length", HP_KEY_DIM, &s->key_dim);
    if (!rc)
        rc = may(r, "attention.value_length", HP_VALUE_DIM, &s->value_dim);
    if (!rc && (s->key_dim == 0 || s->value_dim == 0))
        rc = err_plain(r->e, ERR_FORMAT, "%u heads of an embedding of %u have no length", heads, s->n_embd);
    if (!rc)
        rc = may(r, "attention.sliding_window", HP_WINDOW, &s->n_window);
    return rc ? rc : read_tables(r);
}

static int read_scales(struct reader *r)
{
    struct spec *s = r->s;
    const char *eps = s->arch->layer_norm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";
    uint64_t pooling;
    s->embd_scale = s->residual_scale = s->logit_scale = 1;
    s->attn_scale = (float)(1 / sqrt((double)s->key_dim));
    s->eps = 0;
    int rc = may_f32(r, eps, 0, 1, &s->eps);
    if (!rc && s->eps <= 0)
        rc = missing(r, eps);
    if (!rc)
        rc = may_f32(r, "attention.scale", 0, 1e3, &s->attn_scale);
    if (!rc && spec_u64(r->g, "pooling_type", &pooling) && pooling <= POOL_RANK)
        s->pooling = (enum pooling)pooling;
    return rc;
}

static int no_experts(struct reader *r)
{
    const struct gguf_kv *kv = spec_kv(r->g, "expert_count");
    uint64_t n = 0;
    if (kv && item_u64(kv, 0, &n) && n > 0)
        return bad(r, kv, "asks for experts, which are not run yet");
    return 0;
}

int spec_read(const struct gguf *g, struct arena *a, struct spec *out, struct err *e)
{
    struct spec s = { 0 };
    struct reader r = { .g = g, .s = &s, .a = a, .e = e };
    int rc = read_arch(&r);
    if (!rc)
        rc = read_sizes(&r);
    if (!rc)
        rc = no_experts(&r);
    if (!rc)
        rc = read_scales(&r);
    if (!rc)
        rc = read_rope(&r);
    if (!rc)
        rc = read_layers(&r);
    if (!rc && s.arch->tune)
        rc = s.arch->tune(&s, g, e);
    if (!rc)
        *out = s;
    return rc;
}
