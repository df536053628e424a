// SPDX-License-Identifier: Apache-2.0
#include "engine/session.h"

#include "base/mem.h"
#include "engine/session_int.h"

#define SESSION_ARENA_MAX ((size_t)256 << 20)
enum { CTX_USUAL = 4096, BATCH_USUAL = 256, SEQ_ALIGN = 64, PREFETCH_SLACK = 64 };

/* ---- shape --------------------------------------------------------------------------- */

struct session_shape session_shape_of(const struct spec *s)
{
    struct session_shape shape = { .n_ctx = CTX_USUAL, .n_seq = 1, .n_batch = BATCH_USUAL, .n_want = 1, .kv = KV_F16 };
    if (s->n_ctx_train < shape.n_ctx)
        shape.n_ctx = s->n_ctx_train;
    if (s->arch->both_ways) {               /* all tokens of a text must be in one step */
        shape.n_batch = shape.n_want = shape.n_ctx;
        shape.kv = KV_F32;
        shape.hidden = true;
    }
    return shape;
}

static int check_shape(const struct weights *w, const struct session_shape *h, struct err *e)
{
    const struct spec *s = &w->spec;
    if (h->n_ctx == 0 || h->n_ctx > 1U << 30 || h->n_seq == 0 || h->n_seq > SESSION_SEQS_MAX || h->n_batch == 0 ||
        h->n_batch > SESSION_BATCH_MAX || h->n_want == 0 || h->n_want > h->n_batch)
        return err_plain(e, ERR_USAGE, "a session of %u positions, %u sequences, steps of %u and %u wanted cannot be", h->n_ctx,
                         h->n_seq, h->n_batch, h->n_want);
    if (s->n_positions && h->n_ctx > s->n_positions)
        return err_plain(e, ERR_LIMIT, "a context of %u was asked for, the model knows %u positions", h->n_ctx,
                         s->n_positions);
    if (!h->hidden && !weights_head(w))
        return err_plain(e, ERR_USAGE, "%s makes embeddings, not text", s->arch->name);
    if (h->kv == KV_Q8_0 && (s->key_dim % 32 || s->value_dim % 32))
        return err_plain(e, ERR_USAGE, "a cache of q8_0 needs heads whose length is a multiple of 32, here it is %u",
                         s->key_dim % 32 ? s->key_dim : s->value_dim);
    if (s->arch->both_ways && h->n_batch < h->n_ctx)
        return err_plain(e, ERR_USAGE, "%s needs all tokens of a text in one step", s->arch->name);
    return 0;
}

/* ---- memory -------------------------------------------------------------------------- */

/* Hands out parts of one block; with base NULL it only counts. */
struct carver { uint8_t *base; size_t at; bool over; };

static void *carve(struct carver *c, size_t n, size_t size)
{
    size_t bytes, at = c->at;
    if (__builtin_mul_overflow(n, size, &bytes) || __builtin_add_overflow(bytes, SEQ_ALIGN - 1, &bytes) ||
        __builtin_add_overflow(c->at, bytes & ~(size_t)(SEQ_ALIGN - 1), &c->at))
        c->over = true;
    return c->base ? c->base + at : NULL;
}

static float *floats(struct carver *c, size_t rows, size_t columns)
{
    size_t n;
    if (__builtin_mul_overflow(rows, columns, &n))
        c->over = true;
    return carve(c, n, sizeof(float));
}

static uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

static struct side carve_side(struct carver *c, const struct session *s, uint32_t n_tok, bool shared)
{
    const struct spec *p = &s->w->spec;
    uint32_t widest = most(most(p->n_embd, p->max_q), p->max_ff);
    struct side d = { .x = floats(c, n_tok, p->n_embd), .n = floats(c, n_tok, p->n_embd),
                      .h = floats(c, n_tok, p->max_ff), .turn = floats(c, n_tok, ROPE_KINDS * (size_t)p->key_dim) };
    d.qkv = shared ? s->qkv : floats(c, n_tok, s->width);
    d.up = shared ? NULL : floats(c, 2, p->max_ff);
    d.forms = carve(c, acts_bytes(n_tok, widest, ACTS_F32 | ACTS_Q8), 1);
    return d;
}

static size_t scratch_bytes(const struct session *s)
{
    const struct spec *p = &s->w->spec;
    size_t bytes = 0;
    for (uint32_t i = 0; i < p->n_layers; i++) {
        struct attn job = { .key_dim = p->key_dim, .value_dim = p->value_dim, .n_heads = p->layers[i].n_heads,
                            .n_kv_heads = p->layers[i].n_kv_heads, .type = s->shape.kv };
        size_t n = attn_scratch_bytes(&job);
        bytes = n > bytes ? n : bytes;
    }
    return bytes;
}

static void carve_work(struct session *s, struct carver *c, unsigned n_lanes)
{
    const struct spec *p = &s->w->spec;
    uint32_t t = s->shape.n_batch;
    s->qkv = floats(c, t, s->width);
    s->att = floats(c, t, p->max_q);
    s->branch = floats(c, t, p->n_embd);
    s->up = floats(c, t, 2 * (size_t)p->max_ff);
    s->hidden = s->shape.hidden ? floats(c, s->shape.n_want, p->n_embd) : NULL;
    s->logits = s->shape.hidden ? NULL : floats(c, s->shape.n_want, p->n_vocab);
    s->wide = carve_side(c, s, t, true);
    size_t scratch = scratch_bytes(s);
    for (unsigned i = 0; i < n_lanes; i++) {
        struct side d = carve_side(c, s, NARROW_MAX, false);
        void *mem = carve(c, scratch, 1);
        if (s->narrow) {
            s->narrow[i] = d;
            s->scratch[i] = mem;
        }
    }
    s->pos = carve(c, t, sizeof *s->pos);
    s->seq = carve(c, t, sizeof *s->seq);
    s->wanted = carve(c, t, sizeof *s->wanted);
    s->pieces = carve(c, t, sizeof *s->pieces);
    for (unsigned i = 0; i < 2; i++) {
        s->lo[i] = carve(c, t, sizeof **s->lo);
        s->hi[i] = carve(c, t, sizeof **s->hi);
    }
}

static void carve_kv(struct session *s, struct carver *c)
{
    const struct spec *p = &s->w->spec;
    struct carver one = { 0 };
    for (uint32_t i = 0; i < p->n_layers; i++) {
        uint32_t heads = p->layers[i].n_kv_heads;
        struct kv_layer l = { .k_head = kv_head_bytes(s->shape.kv, p->key_dim),
                              .v_head = kv_head_bytes(s->shape.kv, p->value_dim) };
        l.k_row = heads * l.k_head;
        l.v_row = heads * l.v_head;
        l.k = one.at;
        (void)carve(&one, s->shape.n_ctx, l.k_row);
        l.v = one.at;
        (void)carve(&one, s->shape.n_ctx, l.v_row);
        if (s->kv_layers)
            s->kv_layers[i] = l;
    }
    s->kv_seq_bytes = one.at;
    c->over |= one.over;
    s->kv = carve(c, s->shape.n_seq, one.at);
}

/* Place everything, or count when c->base is NULL. *kv: bytes of the cache. */
static int place(struct session *s, struct carver *c, unsigned n_lanes, size_t *kv, struct err *e)
{
    s->width = s->w->spec.max_q + s->w->spec.max_kv;
    carve_kv(s, c);
    *kv = c->at;
    carve_work(s, c, n_lanes);
    (void)carve(c, PREFETCH_SLACK, 1);
    return c->over ? err_plain(e, ERR_LIMIT, "the session would be larger than any memory") : 0;
}

#define GB(bytes) ((double)(bytes) / 1e9)

int session_plan(const struct weights *w, const struct kern *k, const struct session_shape *shape, unsigned n_lanes,
                 const struct cpu *cpu, struct session_need *out, struct err *e)
{
    struct session s = { .w = w, .k = k, .shape = *shape };
    struct carver c = { 0 };
    size_t kv;
    int rc = check_shape(w, shape, e);
    if (!rc)
        rc = place(&s, &c, n_lanes, &kv, e);
    if (rc)
        return rc;
    struct session_need n = { .weights_bytes = w->packed_bytes, .kv_bytes = kv, .work_bytes = c.at - kv,
                              .available_bytes = cpu->available_bytes };
    n.total_bytes = n.weights_bytes + c.at;
    *out = n;
    uint64_t take = w->loaded ? c.at : n.total_bytes;
    if (!n.available_bytes || take <= n.available_bytes)
        return 0;
    (void)err_plain(e, ERR_LIMIT, "the model needs %.2f GB (weights %.2f, cache of %u positions x %u %.2f, work %.2f), %.2f GB "
                    "are free", GB(n.total_bytes), GB(n.weights_bytes), shape->n_ctx, shape->n_seq, GB(kv), GB(n.work_bytes),
                    GB(n.available_bytes));
    return err_hint(e, "a shorter context or a smaller type of the cache takes less");
}

/* ---- life ---------------------------------------------------------------------------- */

static void fill_forms(struct session *s)
{
    for (uint32_t i = 0; i < s->w->spec.n_layers; i++) {
        const struct weight *l = weights_layer(s->w, i);
        s->forms[i] = (struct layer_forms){
            .qkv = l[W_QKV].m.forms | l[W_Q].m.forms | l[W_K].m.forms | l[W_V].m.forms, .out = l[W_ATTN_OUT].m.forms,
            .up = l[W_GATE].m.forms | l[W_UP].m.forms, .down = l[W_DOWN].m.forms,
        };
    }
}

static int take(struct session *s, struct err *e)
{
    const struct spec *p = &s->w->spec;
    unsigned n_lanes = pool_lanes(s->pool);
    struct carver count = { 0 };
    size_t kv;
    s->kv_layers = arena_array(&s->a, p->n_layers, sizeof *s->kv_layers);
    s->lengths = arena_array(&s->a, s->shape.n_seq, sizeof *s->lengths);
    s->forms = arena_array(&s->a, p->n_layers, sizeof *s->forms);
    s->narrow = arena_array(&s->a, n_lanes, sizeof *s->narrow);
    s->scratch = arena_array(&s->a, n_lanes, sizeof *s->scratch);
    if (!s->kv_layers || !s->lengths || !s->forms || !s->narrow || !s->scratch)
        return err_memory(e);
    int rc = place(s, &count, n_lanes, &kv, e);
    if (rc)
        return rc;
    s->block = mem_realloc(NULL, count.at + SEQ_ALIGN);
    if (!s->block)
        return err_memory(e);
    struct carver c = { .base = (uint8_t *)(((uintptr_t)s->block + SEQ_ALIGN - 1) & ~(uintptr_t)(SEQ_ALIGN - 1)) };
    (void)place(s, &c, n_lanes, &kv, e);
    fill_forms(s);
    for (unsigned i = 0; i < ROPE_KINDS && !rc; i++)
        rc = rope_make(&p->rope[i], s->shape.n_ctx, &s->a, &s->rope[i], e);
    return rc;
}

int session_new(const struct weights *w, const struct kern *k, struct pool *pool, const struct session_shape *shape,
                struct session **out, struct err *e)
{
    int rc = check_shape(w, shape, e);
    struct session *s = rc ? NULL : mem_realloc(NULL, sizeof *s);
    if (!s)
        return rc ? rc : err_memory(e);
    *s = (struct session){ .w = w, .k = k, .pool = pool, .shape = *shape };
    arena_init(&s->a, SESSION_ARENA_MAX);
    rc = take(s, e);
    if (rc) {
        session_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    mem_free(s->block);
    arena_fini(&s->a);
    mem_free(s);
}

const struct session_shape *session_shape(const struct session *s) { return &s->shape; }
const struct weights *session_weights(const struct session *s) { return s->w; }

/* ---- sequences ----------------------------------------------------------------------- */

uint32_t session_length(const struct session *s, uint32_t seq)
{
    return s->lengths[seq];
}

void session_cut(struct session *s, uint32_t seq, uint32_t n)
{
    if (n < s->lengths[seq])
        s->lengths[seq] = n;
}

void session_copy(struct session *s, uint32_t from, uint32_t to, uint32_t n)
{
    if (n > s->lengths[from])
        n = s->lengths[from];
    const uint8_t *a = session_kv(s, from);
    uint8_t *b = session_kv(s, to);
    for (uint32_t i = 0; from != to && i < s->w->spec.n_layers; i++) {
        const struct kv_layer *l = &s->kv_layers[i];
        memcpy(b + l->k, a + l->k, n * l->k_row);
        memcpy(b + l->v, a + l->v, n * l->v_row);
    }
    s->lengths[to] = n;
}

const float *session_logits(const struct session *s, uint32_t i)
{
    return s->logits ? s->logits + (size_t)i * s->w->spec.n_vocab : NULL;
}

const float *session_hidden(const struct session *s, uint32_t i)
{
    return s->hidden ? s->hidden + (size_t)i * s->w->spec.n_embd : NULL;
}
