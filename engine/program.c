// SPDX-License-Identifier: Apache-2.0
/* engine/program.c - one step through all layers, run by all lanes together.
 *
 *     tokens    norm, forms        ─┐        "tokens": each lane does some tokens, or in a narrow step all of them
 *     panels    q, k, v            ─┤        "panels": each lane does some rows of the weights for all tokens
 *     tokens    norm, rope, cache  ─┤ layer
 *     heads     attend             ─┤        "heads": some pairs of a piece of a sequence and a head of keys and values
 *     ...                          ─┘
 */
#include "engine/session_int.h"

struct worker {
    struct session *s;
    struct lane *lane;
    struct side *side;
};

typedef void stage(const struct worker *w, uint32_t layer, uint32_t from, uint32_t to);

/* ---- how lanes share work ------------------------------------------------------------ */

/* Do f for items [0, n). A narrow step's lanes each do all of them, for their own side, and do not meet. */
static void each(const struct worker *w, uint32_t n, stage *f, uint32_t layer)
{
    uint32_t from, to;
    if (w->s->is_narrow) {
        f(w, layer, 0, n);
        return;
    }
    uint32_t chunk = n / (w->lane->n * 4) + 1;
    while (lane_next(w->lane, n, chunk, &from, &to))
        f(w, layer, from, to);
    lane_sync(w->lane);
}

struct product { const struct matrix *m; float *y; };
enum { PRODUCTS_MAX = 3, CHUNKS_A_LANE = 8 };

/* y = m x for up to three matrices that take the same x, then meet. */
static void multiply(const struct worker *w, const struct product *list, uint32_t n, const struct acts *x, size_t y_stride)
{
    uint32_t panels = 0, from, to;
    for (uint32_t i = 0; i < n; i++)
        panels += list[i].m->n_panels;
    while (lane_next(w->lane, panels, panels / (w->lane->n * CHUNKS_A_LANE) + 1, &from, &to)) {
        uint32_t first = 0;
        for (uint32_t i = 0; i < n; first += list[i++].m->n_panels) {
            uint32_t a = from > first ? from - first : 0, b = to > first ? to - first : 0;
            if (b > list[i].m->n_panels)
                b = list[i].m->n_panels;
            if (a < b)
                w->s->k->mul(list[i].m, x, list[i].y, y_stride, a, b);
        }
    }
    lane_sync(w->lane);
}

/* ---- small parts --------------------------------------------------------------------- */

static const struct spec *spec_of(const struct worker *w) { return &w->s->w->spec; }

static void norm(const struct worker *w, float *y, const float *x, const struct weight *weight, const struct weight *bias)
{
    const struct spec *s = spec_of(w);
    if (s->arch->layer_norm)
        w->s->k->layer_norm(y, x, weight->v, bias ? bias->v : NULL, s->n_embd, s->eps);
    else
        w->s->k->rms_norm(y, x, weight->v, s->n_embd, s->eps);
}

static struct acts acts_of(const struct worker *w, const float *x, uint32_t n_tok, uint32_t n_in, uint32_t forms)
{
    struct acts a;
    acts_place(&a, x, n_in, n_tok, n_in, forms, w->side->forms);
    return a;
}

/* x += scale (norm of (branch + bias)), then a norm of x itself: which of them there are, the weights say. */
static void add_branch(const struct worker *w, uint32_t t, const struct weight *bias, const struct weight *post,
                       const struct weight *res, const struct weight *res_bias)
{
    const struct spec *s = spec_of(w);
    const struct kern *k = w->s->k;
    size_t at = (size_t)t * s->n_embd;
    const float *from = w->s->branch + at;
    float *x = w->side->x + at, *own = w->side->n + at;     /* the branch is shared, and not to be changed */
    if (bias->v) {
        memcpy(own, from, s->n_embd * sizeof *own);
        k->add(own, bias->v, s->n_embd);
        from = own;
    }
    if (post->v) {
        norm(w, own, from, post, NULL);
        from = own;
    }
    k->axpy(x, from, s->residual_scale, s->n_embd);
    if (res->v)
        norm(w, x, x, res, res_bias);
}

/* What the products of queries, keys and values take, or those of the feed-forward part. */
static struct acts normed(const struct worker *w, uint32_t forms)
{
    return acts_of(w, w->side->n, w->s->n_tok, spec_of(w)->n_embd, forms);
}

static void norm_and_forms(const struct worker *w, const struct weight *weight, const struct weight *bias, uint32_t forms,
                           uint32_t from, uint32_t to)
{
    const struct spec *s = spec_of(w);
    for (uint32_t t = from; t < to; t++) {
        const float *x = w->side->x + (size_t)t * s->n_embd;
        float *n = w->side->n + (size_t)t * s->n_embd;
        if (weight->v)
            norm(w, n, x, weight, bias);
        else
            memcpy(n, x, s->n_embd * sizeof *n);
    }
    struct acts a = normed(w, forms);
    w->s->k->acts(&a, from, to);
}

/* ---- stages -------------------------------------------------------------------------- */

static void embed(const struct worker *w, uint32_t t)
{
    const struct session *s = w->s;
    const struct spec *p = spec_of(w);
    const struct weight *top = s->w->top;
    float *x = w->side->x + (size_t)t * p->n_embd, *row = w->side->n + (size_t)t * p->n_embd;
    matrix_row(&top[W_EMBD].m, s->tokens[t], x);
    s->k->scale(x, p->embd_scale, p->n_embd);
    if (p->n_types) {
        matrix_row(&top[W_TYPES].m, 0, row);
        s->k->add(x, row, p->n_embd);
    }
    if (p->n_positions) {
        matrix_row(&top[W_POSITION].m, s->pos[t], row);
        s->k->add(x, row, p->n_embd);
    }
    if (top[W_EMBD_NORM].v)
        norm(w, x, x, &top[W_EMBD_NORM], &top[W_EMBD_NORM_B]);
    for (unsigned i = 0; i < ROPE_KINDS; i++)
        rope_at(&s->rope[i], s->pos[t], w->side->turn + (size_t)(t * ROPE_KINDS + i) * s->rope[i].n_rot);
}

/* What layer i's feed-forward part made goes into the stream. */
static void finish_layer(const struct worker *w, uint32_t layer, uint32_t from, uint32_t to)
{
    const struct weight *l = weights_layer(w->s->w, layer);
    for (uint32_t t = from; t < to; t++)
        add_branch(w, t, &l[W_DOWN_B], &l[W_POST_FFN_NORM], &l[W_FFN_RES_NORM], &l[W_FFN_RES_NORM_B]);
}

static void before_attention(const struct worker *w, uint32_t layer, uint32_t from, uint32_t to)
{
    const struct weight *l = weights_layer(w->s->w, layer);
    if (layer > 0)
        finish_layer(w, layer - 1, from, to);
    for (uint32_t t = from; layer == 0 && t < to; t++)
        embed(w, t);
    norm_and_forms(w, &l[W_ATTN_NORM], &l[W_ATTN_NORM_B], w->s->forms[layer].qkv, from, to);
}

static void add_bias(const struct worker *w, const struct weight *bias, float *y, uint32_t n)
{
    if (bias->v)
        w->s->k->add(y, bias->v, n);
}

static void norm_heads(const struct worker *w, const struct weight *weight, float *y, uint32_t n_heads)
{
    const struct spec *s = spec_of(w);
    uint32_t n = s->arch->qk_norm_wide ? n_heads * s->key_dim : s->key_dim;
    for (uint32_t at = 0; weight->v && at < n_heads * s->key_dim; at += n)
        w->s->k->rms_norm(y + at, y + at, weight->v, n, s->eps);
}

static void store_head(const struct worker *w, uint32_t layer, uint32_t t, uint32_t head)
{
    const struct session *s = w->s;
    const struct spec *p = spec_of(w);
    const struct spec_layer *l = &p->layers[layer];
    const struct kv_layer *kv = &s->kv_layers[layer];
    uint8_t *at = session_kv(s, s->seq[t]);
    const float *k = w->side->qkv + (size_t)t * s->width + spec_q(p, l);
    const float *v = k + spec_k(p, l);
    s->k->kv_store(s->shape.kv, at + kv->k + s->pos[t] * kv->k_row + head * kv->k_head, k + head * p->key_dim, p->key_dim);
    s->k->kv_store(s->shape.kv, at + kv->v + s->pos[t] * kv->v_row + head * kv->v_head, v + head * p->value_dim,
                   p->value_dim);
}

static void turn_and_store(const struct worker *w, uint32_t layer, uint32_t from, uint32_t to)
{
    const struct session *s = w->s;
    const struct spec *p = spec_of(w);
    const struct spec_layer *l = &p->layers[layer];
    const struct weight *weight = weights_layer(s->w, layer);
    uint32_t nq = spec_q(p, l), nk = spec_k(p, l), nv = spec_v(p, l);
    for (uint32_t t = from; t < to; t++) {
        float *q = w->side->qkv + (size_t)t * s->width, *k = q + nq;
        if (s->is_narrow)
            memcpy(q, s->qkv + (size_t)t * s->width, (nq + nk + nv) * sizeof *q);
        add_bias(w, &weight[W_QKV_B], q, nq + nk + nv);
        add_bias(w, &weight[W_Q_B], q, nq);
        add_bias(w, &weight[W_K_B], k, nk);
        add_bias(w, &weight[W_V_B], k + nk, nv);
        norm_heads(w, &weight[W_Q_NORM], q, l->n_heads);
        norm_heads(w, &weight[W_K_NORM], k, l->n_kv_heads);
        if (l->rope != ROPE_NOT) {
            const struct rope *r = &s->rope[l->rope];
            const float *cs = w->side->turn + (size_t)(t * ROPE_KINDS + l->rope) * r->n_rot;
            s->k->rope(q, l->n_heads, p->key_dim, r->n_rot, cs, p->arch->rope_halves);
            s->k->rope(k, l->n_kv_heads, p->key_dim, r->n_rot, cs, p->arch->rope_halves);
        }
        for (uint32_t h = 0; !s->is_narrow && h < l->n_kv_heads; h++)
            store_head(w, layer, t, h);
    }
}

static void attend(const struct worker *w, uint32_t layer)
{
    const struct session *s = w->s;
    const struct spec *p = spec_of(w);
    const struct spec_layer *l = &p->layers[layer];
    const struct kv_layer *kv = &s->kv_layers[layer];
    struct attn job = { .q = w->side->qkv, .q_stride = s->width, .out = s->att, .out_stride = spec_out(p, l),
                        .k_row_bytes = kv->k_row, .v_row_bytes = kv->v_row, .type = s->shape.kv, .key_dim = p->key_dim,
                        .value_dim = p->value_dim, .n_heads = l->n_heads, .n_kv_heads = l->n_kv_heads,
                        .lo = s->lo[l->window != 0], .hi = s->hi[l->window != 0], .scale = p->attn_scale,
                        .softcap = p->attn_softcap, .pos = s->pos };
    uint32_t from, to;
    while (lane_next(w->lane, s->n_pieces * l->n_kv_heads, 1, &from, &to))
        for (uint32_t i = from; i < to; i++) {
            const struct piece *piece = &s->pieces[i / l->n_kv_heads];
            uint32_t head = i % l->n_kv_heads;
            for (uint32_t t = piece->from; s->is_narrow && t < piece->to; t++)
                store_head(w, layer, t, head);
            job.k = session_kv(s, piece->seq) + kv->k;
            job.v = session_kv(s, piece->seq) + kv->v;
            s->k->attend(&job, piece->from, piece->to, head, s->scratch[w->lane->i]);
        }
    lane_sync(w->lane);
}

static struct acts attended(const struct worker *w, uint32_t layer)
{
    uint32_t n = spec_out(spec_of(w), &spec_of(w)->layers[layer]);
    return acts_of(w, w->s->att, w->s->n_tok, n, w->s->forms[layer].out);
}

static void after_attention(const struct worker *w, uint32_t layer, uint32_t from, uint32_t to)
{
    struct acts a = attended(w, layer);
    w->s->k->acts(&a, from, to);
}

static void before_ffn(const struct worker *w, uint32_t layer, uint32_t from, uint32_t to)
{
    const struct weight *l = weights_layer(w->s->w, layer);
    for (uint32_t t = from; t < to; t++)
        add_branch(w, t, &l[W_ATTN_OUT_B], &l[W_POST_ATTN_NORM], &l[W_ATTN_RES_NORM], &l[W_ATTN_RES_NORM_B]);
    norm_and_forms(w, &l[W_FFN_NORM], &l[W_FFN_NORM_B], w->s->forms[layer].up, from, to);
}

static struct acts activated(const struct worker *w, uint32_t layer)
{
    uint32_t n = spec_of(w)->layers[layer].n_ff;
    return acts_of(w, w->side->h, w->s->n_tok, n, w->s->forms[layer].down);
}

/* h = act(gate) * up, or act(up). In a narrow step all lanes read `up`, so that biases are added to a copy. */
static void between(const struct worker *w, uint32_t layer, uint32_t from, uint32_t to)
{
    const struct session *s = w->s;
    const struct spec *p = spec_of(w);
    const struct weight *l = weights_layer(s->w, layer);
    uint32_t n = p->layers[layer].n_ff;
    bool gated = p->arch->up_fused || l[W_GATE].m.n_out, biased = l[W_GATE_B].v || l[W_UP_B].v;
    for (uint32_t t = from; t < to; t++) {
        float *h = w->side->h + (size_t)t * n, *up = s->up + (size_t)t * 2 * p->max_ff;
        if (biased && s->is_narrow)
            up = memcpy(w->side->up, up, (gated ? 2 : 1) * n * sizeof *up);
        add_bias(w, &l[W_GATE_B], up, n);
        add_bias(w, &l[W_UP_B], gated ? up + n : up, n);
        if (gated)
            s->k->gate(p->arch->act, h, up, up + n, n);
        else
            s->k->act(p->arch->act, h, up, n);
    }
    struct acts a = activated(w, layer);
    s->k->acts(&a, from, to);
}

static void last_norm(const struct worker *w, uint32_t layer, uint32_t from, uint32_t to)
{
    const struct session *s = w->s;
    const struct spec *p = spec_of(w);
    const struct weight *top = s->w->top;
    (void)layer;
    for (uint32_t i = from; i < to; i++) {
        const float *x = w->side->x + (size_t)s->wanted[i] * p->n_embd;
        float *n = (s->shape.hidden ? s->hidden : w->side->n) + (size_t)i * p->n_embd;
        if (top[W_OUTPUT_NORM].v)
            norm(w, n, x, &top[W_OUTPUT_NORM], &top[W_OUTPUT_NORM_B]);
        else
            memcpy(n, x, p->n_embd * sizeof *n);
    }
    if (s->shape.hidden)
        return;
    struct acts a = acts_of(w, w->side->n, s->n_want, p->n_embd, weights_head(s->w)->forms);
    s->k->acts(&a, from, to);
}

static void last_scale(const struct session *s, uint32_t i)
{
    const struct spec *p = &s->w->spec;
    float *y = s->logits + (size_t)i * p->n_vocab;
    if (s->w->top[W_OUTPUT_B].v)
        s->k->add(y, s->w->top[W_OUTPUT_B].v, p->n_vocab);
    if (p->logit_scale < 1 || p->logit_scale > 1)
        s->k->scale(y, p->logit_scale, p->n_vocab);
    if (p->final_softcap > 0)
        s->k->softcap(y, p->final_softcap, p->n_vocab);
}

/* ---- the program --------------------------------------------------------------------- */

static void multiply_qkv(const struct worker *w, uint32_t layer)
{
    struct session *s = w->s;
    const struct spec *p = spec_of(w);
    const struct spec_layer *l = &p->layers[layer];
    const struct weight *weight = weights_layer(s->w, layer);
    struct acts x = normed(w, s->forms[layer].qkv);
    struct product one[] = { { &weight[W_QKV].m, s->qkv } };
    struct product three[] = { { &weight[W_Q].m, s->qkv }, { &weight[W_K].m, s->qkv + spec_q(p, l) },
                               { &weight[W_V].m, s->qkv + spec_q(p, l) + spec_k(p, l) } };
    if (weight[W_QKV].m.n_out)
        multiply(w, one, 1, &x, s->width);
    else
        multiply(w, three, 3, &x, s->width);
}

static void multiply_up(const struct worker *w, uint32_t layer)
{
    struct session *s = w->s;
    const struct spec *p = spec_of(w);
    const struct weight *weight = weights_layer(s->w, layer);
    struct acts x = normed(w, s->forms[layer].up);
    bool two = weight[W_GATE].m.n_out;
    struct product list[] = { { &weight[two ? W_GATE : W_UP].m, s->up },
                              { &weight[W_UP].m, s->up + p->layers[layer].n_ff } };
    multiply(w, list, two ? 2 : 1, &x, 2 * (size_t)p->max_ff);
}

static void run_layer(const struct worker *w, uint32_t layer)
{
    struct session *s = w->s;
    const struct weight *weight = weights_layer(s->w, layer);
    each(w, s->n_tok, before_attention, layer);
    multiply_qkv(w, layer);
    each(w, s->n_tok, turn_and_store, layer);
    attend(w, layer);
    each(w, s->n_tok, after_attention, layer);
    struct acts att = attended(w, layer);
    struct product out = { &weight[W_ATTN_OUT].m, s->branch };
    multiply(w, &out, 1, &att, s->w->spec.n_embd);
    each(w, s->n_tok, before_ffn, layer);
    multiply_up(w, layer);
    each(w, s->n_tok, between, layer);
    struct acts h = activated(w, layer);
    struct product down = { &weight[W_DOWN].m, s->branch };
    multiply(w, &down, 1, &h, s->w->spec.n_embd);
}

static void run(void *ctx, struct lane *lane)
{
    struct session *s = ctx;
    const struct spec *p = &s->w->spec;
    struct worker w = { s, lane, s->is_narrow ? &s->narrow[lane->i] : &s->wide };
    uint32_t from, to;
    for (uint32_t i = 0; i < p->n_layers; i++)
        run_layer(&w, i);
    each(&w, s->n_tok, finish_layer, p->n_layers - 1);
    each(&w, s->n_want, last_norm, 0);
    if (s->shape.hidden || s->n_want == 0)
        return;
    struct acts x = acts_of(&w, w.side->n, s->n_want, p->n_embd, weights_head(s->w)->forms);
    struct product head = { weights_head(s->w), s->logits };
    multiply(&w, &head, 1, &x, p->n_vocab);
    while (lane_next(lane, s->n_want, 1, &from, &to))
        for (uint32_t i = from; i < to; i++)
            last_scale(s, i);
}

void program_run(struct session *s)
{
    pool_run(s->pool, run, s);
}
