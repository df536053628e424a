// SPDX-License-Identifier: Apache-2.0
#include "engine/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/mem.h"
#include "engine/weights_int.h"

enum { ALIGN = 64 };
#define WEIGHTS_ARENA_MAX ((size_t)1 << 30)

/* ---- shapes -------------------------------------------------------------------------- */

enum dim { DIM_1, DIM_E, DIM_N, DIM_P, DIM_T, DIM_Q, DIM_K, DIM_V, DIM_QKV, DIM_QN, DIM_KN, DIM_A, DIM_F, DIM_U };

struct slot { const char *name; uint8_t rows, columns; };
#define X(slot, name, rows, columns) [slot] = { name, DIM_##rows, DIM_##columns },
static const struct slot model_slots[] = { MODEL_WEIGHT_MAP(X) };
static const struct slot layer_slots[] = { LAYER_WEIGHT_MAP(X) };
#undef X

static uint32_t dim_of(const struct spec *s, const struct spec_layer *l, enum dim d)
{
    switch (d) {
    case DIM_1: return 1;
    case DIM_E: return s->n_embd;
    case DIM_N: return s->n_vocab;
    case DIM_P: return s->n_positions;
    case DIM_T: return s->n_types;
    case DIM_Q: return spec_q(s, l);
    case DIM_K: return spec_k(s, l);
    case DIM_V: return spec_v(s, l);
    case DIM_QKV: return spec_q(s, l) + spec_k(s, l) + spec_v(s, l);
    case DIM_QN: return s->arch->qk_norm_wide ? spec_q(s, l) : s->key_dim;
    case DIM_KN: return s->arch->qk_norm_wide ? spec_k(s, l) : s->key_dim;
    case DIM_A: return spec_out(s, l);
    case DIM_F: return l->n_ff;
    case DIM_U: return s->arch->up_fused ? 2 * l->n_ff : l->n_ff;
    }
    return 0;
}

struct planner {
    struct weights *w;
    struct err *e;
    uint8_t *used;                  /* [n_tensors] */
    size_t at;                      /* bytes planned so far */
    size_t cap_items;
};

static int shape_is(struct planner *p, const struct gguf_tensor *t, uint32_t rows, uint32_t columns)
{
    bool vector = rows == 1 && t->n_dims == 1;
    if (t->dims[0] == columns && t->dims[1] == rows && t->dims[2] == 1 && t->dims[3] == 1 && (vector || t->n_dims == 2))
        return 0;
    return source_bad(&p->w->source, t, p->e, ERR_FORMAT, "has the shape [%" PRIu64 ", %" PRIu64 "%s] instead of "
                      "[%u, %u]", t->dims[1], t->dims[0], t->n_dims > 2 ? ", ..." : "", rows, columns);
}

/* ---- one weight ---------------------------------------------------------------------- */

static int add_item(struct planner *p, const struct weights_item *item, size_t bytes)
{
    void *items = p->w->items;
    size_t up;
    if (arena_grow(&p->w->a, &items, &p->cap_items, p->w->n_items, sizeof *p->w->items))
        return err_memory(p->e);
    p->w->items = items;
    if (__builtin_add_overflow(bytes, ALIGN - 1, &up) || __builtin_add_overflow(p->at, up & ~(size_t)(ALIGN - 1), &p->at))
        return err_plain(p->e, ERR_LIMIT, "the weights are larger than any memory");
    p->w->items[p->w->n_items++] = *item;
    return 0;
}

static int plan_vector(struct planner *p, const struct gguf_tensor *t, struct weight *out)
{
    struct weights_item item = { .t = t, .out = out, .at = p->at, .vector = true, .n_chunks = 1 };
    float one[1];
    if (!row_decode(t->type, t->data.p, 0, one))
        return source_bad(&p->w->source, t, p->e, ERR_FORMAT, "is %s, which cannot be a vector",
                          ggml_layout(t->type)->name);
    return add_item(p, &item, (size_t)t->n_elements * sizeof(float));
}

static int plan_matrix(struct planner *p, const struct gguf_tensor *t, struct weight *out)
{
    uint32_t rows = (uint32_t)t->dims[1], columns = (uint32_t)t->dims[0];
    size_t bytes = matrix_bytes(t->type, rows, columns);
    if (bytes == 0 || !matrix_can(t->type, columns))
        return source_bad(&p->w->source, t, p->e, ERR_FORMAT, "is %s, for which there is no kernel with rows of %u",
                          ggml_layout(t->type)->name, columns);
    uint32_t panels = rows / MATRIX_PANEL + (rows % MATRIX_PANEL != 0);
    struct weights_item item = { .t = t, .out = out, .at = p->at, .fix = source_fix(&p->w->source, t),
                                 .n_chunks = (panels + WEIGHTS_CHUNK - 1) / WEIGHTS_CHUNK };
    return add_item(p, &item, bytes);
}

static int plan_slot(struct planner *p, const struct slot *slot, const struct spec_layer *l, uint32_t layer, bool must,
                     struct weight *out)
{
    char name[96];
    const struct spec *s = &p->w->spec;
    if (l)
        (void)snprintf(name, sizeof name, "blk.%u.%s", layer, slot->name);
    else
        (void)snprintf(name, sizeof name, "%s", slot->name);
    const struct gguf_tensor *t = gguf_tensor(&p->w->source.g, name);
    if (!t)
        return must ? err_plain(p->e, ERR_FORMAT, "tensor \"%s\" is missing", name) : 0;
    int rc = shape_is(p, t, dim_of(s, l, slot->rows), dim_of(s, l, slot->columns));
    if (rc)
        return rc;
    p->used[t - p->w->source.g.tensors] = 1;
    p->w->n_params += t->n_elements;
    return slot->rows == DIM_1 ? plan_vector(p, t, out) : plan_matrix(p, t, out);
}

/* ---- all of them --------------------------------------------------------------------- */

/* Of q, k, v: the three, or the one. */
static uint32_t attention_form(const struct weights *w, uint32_t layer, uint32_t set)
{
    char name[64];
    (void)snprintf(name, sizeof name, "blk.%u.attn_qkv.weight", layer);
    bool one = gguf_tensor(&w->source.g, name) != NULL;
    uint32_t three = BIT(W_Q) | BIT(W_K) | BIT(W_V);
    return set & BIT(W_QKV) ? set & ~(one ? three : BIT(W_QKV)) : set;
}

static int plan_layer(struct planner *p, uint32_t layer)
{
    struct weights *w = p->w;
    const struct arch *arch = w->spec.arch;
    uint32_t must = attention_form(w, layer, arch->layer_must), may = must | arch->layer_may;
    int rc = 0;
    for (unsigned i = 0; i < LAYER_WEIGHTS && !rc; i++)
        if (may & BIT(i))
            rc = plan_slot(p, &layer_slots[i], &w->spec.layers[layer], layer, must & BIT(i),
                           &w->layers[(size_t)layer * LAYER_WEIGHTS + i]);
    return rc;
}

/* Factors of rope are in the spec. */
static bool is_rope(struct span name)
{
    return span_is(name, "rope_freqs.weight") || span_is(name, "rope_factors_long.weight") ||
           span_is(name, "rope_factors_short.weight");
}

static int all_used(const struct planner *p)
{
    const struct gguf *g = &p->w->source.g;
    for (uint32_t i = 0; i < g->n_tensors; i++)
        if (!p->used[i] && !is_rope(g->tensors[i].name))
            return source_bad(&p->w->source, &g->tensors[i], p->e, ERR_FORMAT, "is no part of %s as it is known here",
                              p->w->spec.arch->name);
    return 0;
}

static int plan(struct weights *w, struct err *e)
{
    struct planner p = { .w = w, .e = e };
    const struct arch *arch = w->spec.arch;
    p.used = arena_alloc(&w->a, (size_t)w->source.g.n_tensors + 1);
    w->top = arena_array(&w->a, MODEL_WEIGHTS, sizeof *w->top);
    w->layers = arena_array(&w->a, (size_t)w->spec.n_layers * LAYER_WEIGHTS, sizeof *w->layers);
    if (!p.used || !w->top || !w->layers)
        return err_memory(e);
    int rc = 0;
    for (unsigned i = 0; i < MODEL_WEIGHTS && !rc; i++)
        if ((arch->model_must | arch->model_may) & BIT(i))
            rc = plan_slot(&p, &model_slots[i], NULL, 0, arch->model_must & BIT(i), &w->top[i]);
    for (uint32_t i = 0; i < w->spec.n_layers && !rc; i++)
        rc = plan_layer(&p, i);
    if (!rc)
        rc = all_used(&p);
    w->packed_bytes = p.at;
    return rc;
}

int weights_open(const char *path, struct weights *out, struct err *e)
{
    struct weights w = { 0 };
    int rc = source_open(path, &w.source, e);
    if (rc)
        return rc;
    arena_init(&w.a, WEIGHTS_ARENA_MAX);
    w.file_bytes = w.source.bytes;
    rc = spec_read(&w.source.g, &w.a, &w.spec, e);
    if (!rc)
        rc = plan(&w, e);
    if (rc) {
        (void)err_path(e, path);
        weights_close(&w);
        return rc;
    }
    *out = w;
    return 0;
}

void weights_close(struct weights *w)
{
    if (!w)
        return;
    if (!w->loaded)
        source_close(&w->source);
    mem_free(w->block);
    w->block = NULL;
    w->loaded = true;
    arena_fini(&w->a);
}

const struct matrix *weights_head(const struct weights *w)
{
    if (w->top[W_OUTPUT].m.n_out)
        return &w->top[W_OUTPUT].m;
    return w->spec.arch->model_may & BIT(W_OUTPUT) ? &w->top[W_EMBD].m : NULL;
}
