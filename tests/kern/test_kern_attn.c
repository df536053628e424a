// SPDX-License-Identifier: Apache-2.0
/* Attention of every path: beside f64 over the cache as it reads back, and beside itself when tokens come one by one. */
#include "tests/kern/kern_support.h"

#include "tensor/kern/reference/ref_int.h"

struct shape {
    uint32_t key_dim, value_dim, n_heads, n_kv_heads, n_tok, depth;     /* depth: positions before the first token */
    uint32_t window;                                                    /* 0: all */
    bool both_ways, slopes, sinks;
    float softcap;
};

static const struct shape shapes[] = {
    { 64, 64, 9, 3, 1, 0, 0, false, false, false, 0 },
    { 64, 64, 9, 3, 1, 300, 0, false, false, false, 0 },
    { 64, 64, 9, 3, 37, 100, 0, false, false, false, 0 },
    { 32, 32, 12, 12, 70, 0, 0, true, false, false, 0 },
    { 256, 256, 4, 1, 20, 61, 32, false, false, false, 0 },
    { 128, 128, 8, 2, 18, 63, 0, false, false, true, 0 },
    { 80, 80, 2, 1, 5, 190, 0, false, true, false, 0 },
    { 96, 96, 2, 2, 3, 64, 0, false, false, false, 50 },
    { 192, 128, 2, 1, 4, 130, 0, false, false, false, 0 },
    { 20, 12, 4, 2, 33, 3, 5, false, false, true, 10 },
    { 64, 64, 1, 1, 66, 0, 0, true, true, false, 0 },
    { 7, 5, 1, 1, 2, 62, 0, false, false, false, 0 },
};
enum { POSITIONS = 400, TOKENS = 80, DIM_MAX = 256, HEADS_MAX = 12 };

struct made {
    struct attn job;
    struct guarded q, k, v, scratch, out;
    uint32_t lo[TOKENS], hi[TOKENS], pos[TOKENS], last;
    float slopes[HEADS_MAX], sinks[HEADS_MAX];
};

static void cache_new(const struct kern *k, struct guarded *g, enum kv_type type, uint32_t heads, uint32_t dim, uint32_t last,
                      uint64_t *state)
{
    size_t head = kv_head_bytes(type, dim);
    float x[DIM_MAX];
    *g = guard_new(last * heads * head, true);
    for (uint32_t i = 0; i < last * heads; i++) {
        for (uint32_t d = 0; d < dim; d++)
            x[d] = made_normal(state);
        k->kv_store(type, g->p + i * head, x, dim);
    }
}

static void made_new(struct made *m, const struct kern *k, const struct shape *s, enum kv_type type)
{
    uint64_t state = s->key_dim + s->n_tok;
    m->last = s->depth + s->n_tok;
    m->q = guard_new(4ull * s->n_tok * s->n_heads * s->key_dim, true);
    m->out = guard_new(4ull * s->n_tok * s->n_heads * s->value_dim, true);
    for (uint32_t i = 0; i < s->n_tok * s->n_heads * s->key_dim; i++)
        ((float *)m->q.p)[i] = made_normal(&state);
    cache_new(k, &m->k, type, s->n_kv_heads, s->key_dim, m->last, &state);
    cache_new(k, &m->v, type, s->n_kv_heads, s->value_dim, m->last, &state);
    for (uint32_t t = 0; t < s->n_tok; t++) {
        m->pos[t] = s->depth + t;
        m->hi[t] = s->both_ways ? m->last : m->pos[t] + 1;
        m->lo[t] = s->window && m->hi[t] > s->window ? m->hi[t] - s->window : 0;
    }
    for (uint32_t h = 0; h < s->n_heads; h++) {
        m->slopes[h] = 0.01f * (float)(h + 1);
        m->sinks[h] = made_normal(&state);
    }
    m->job = (struct attn){
        .q = (float *)m->q.p, .q_stride = (size_t)s->n_heads * s->key_dim, .out = (float *)m->out.p,
        .out_stride = (size_t)s->n_heads * s->value_dim, .k = m->k.p, .v = m->v.p,
        .k_row_bytes = s->n_kv_heads * kv_head_bytes(type, s->key_dim),
        .v_row_bytes = s->n_kv_heads * kv_head_bytes(type, s->value_dim), .type = type, .key_dim = s->key_dim,
        .value_dim = s->value_dim, .n_heads = s->n_heads, .n_kv_heads = s->n_kv_heads, .lo = m->lo, .hi = m->hi,
        .scale = 1 / sqrtf((float)s->key_dim), .softcap = s->softcap, .slopes = s->slopes ? m->slopes : NULL, .pos = m->pos,
        .sinks = s->sinks ? m->sinks : NULL,
    };
    m->scratch = guard_new((attn_scratch_bytes(&m->job) + 63) / 64 * 64, true);
}

static void made_free(struct made *m)
{
    guard_free(&m->q);
    guard_free(&m->k);
    guard_free(&m->v);
    guard_free(&m->out);
    guard_free(&m->scratch);
}

static double read_back(enum kv_type type, const char *p, uint32_t i)
{
    const uint8_t *b = (const uint8_t *)p;
    switch (type) {
    case KV_F32: return (double)float_of(le32(b + 4 * i));
    case KV_F16: return (double)float_of_f16(le16(b + 2 * i));
    case KV_BF16: return (double)float_of_bf16(le16(b + 2 * i));
    case KV_Q8_0: break;
    }
    b += i / 32 * 34;
    return (double)float_of_f16(le16(b)) * (int8_t)b[2 + i % 32];
}

/* One token and head, as the formula has it. */
static void exact(const struct made *m, uint32_t t, uint32_t head, double *out)
{
    const struct attn *j = &m->job;
    uint32_t kv = head / (j->n_heads / j->n_kv_heads);
    double s[POSITIONS], sum = 0, most = j->sinks ? (double)j->sinks[head] : -HUGE_VAL;
    for (uint32_t p = j->lo[t]; p < j->hi[t]; p++) {
        const char *k = (const char *)j->k + p * j->k_row_bytes + kv * kv_head_bytes(j->type, j->key_dim);
        s[p] = 0;
        for (uint32_t d = 0; d < j->key_dim; d++)
            s[p] += (double)j->q[t * j->q_stride + head * j->key_dim + d] * read_back(j->type, k, d);
        s[p] *= (double)j->scale;
        if (j->softcap > 0)
            s[p] = (double)j->softcap * tanh(s[p] / (double)j->softcap);
        if (j->slopes)
            s[p] -= (double)j->slopes[head] * fabs((double)j->pos[t] - p);
        most = fmax(most, s[p]);
    }
    memset(out, 0, j->value_dim * sizeof *out);
    for (uint32_t p = j->lo[t]; p < j->hi[t]; p++) {
        const char *v = (const char *)j->v + p * j->v_row_bytes + kv * kv_head_bytes(j->type, j->value_dim);
        sum += exp(s[p] - most);
        for (uint32_t d = 0; d < j->value_dim; d++)
            out[d] += exp(s[p] - most) * read_back(j->type, v, d);
    }
    if (j->sinks)
        sum += exp((double)j->sinks[head] - most);
    for (uint32_t d = 0; d < j->value_dim; d++)
        out[d] /= sum;
}

static void attend_all(struct made *m, const struct kern *k, uint32_t from, uint32_t to)
{
    for (uint32_t h = 0; h < m->job.n_kv_heads; h++)
        k->attend(&m->job, from, to, h, m->scratch.p);
}

TEST(every_path_beside_f64)
{
    static double want[TOKENS * HEADS_MAX * DIM_MAX];
    EACH_PATH(k)
        for (unsigned type = KV_F32; type <= KV_Q8_0; type++) {
            double worst = 0;
            for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
                struct made m;
                made_new(&m, k, &shapes[i], (enum kv_type)type);
                attend_all(&m, k, 0, shapes[i].n_tok);
                for (uint32_t t = 0; t < shapes[i].n_tok; t++)
                    for (uint32_t h = 0; h < shapes[i].n_heads; h++)
                        exact(&m, t, h, want + t * m.job.out_stride + h * m.job.value_dim);
                double off = nmse(want, m.job.out, shapes[i].n_tok * m.job.out_stride);
                worst = off > worst ? off : worst;
                if (!(off <= 1e-11))
                    fail_msg("%s: shape %zu, type %u: NMSE %g", k->name, i, type, off);
                made_free(&m);
            }
            printf("# %s, cache type %u: NMSE at most %.1e\n", k->name, type, worst);
        }
}

/* Tokens one by one, later positions full of NaN, scratch dirty: the same bits. */
TEST(a_token_does_not_know_its_neighbours)
{
    static float all[TOKENS * HEADS_MAX * DIM_MAX];
    EACH_PATH(k)
        for (unsigned type = KV_F32; type <= KV_Q8_0; type++)
            for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
                struct made m;
                const struct shape *s = &shapes[i];
                size_t row = s->n_heads * s->value_dim;
                made_new(&m, k, s, (enum kv_type)type);
                attend_all(&m, k, 0, s->n_tok);
                memcpy(all, m.job.out, 4 * s->n_tok * row);
                memset(m.out.p, 0xff, 4 * s->n_tok * row);
                for (uint32_t t = s->n_tok; t-- > 0;) {
                    memset(m.k.p + m.hi[t] * m.job.k_row_bytes, 0xff, (m.last - m.hi[t]) * m.job.k_row_bytes);
                    memset(m.v.p + m.hi[t] * m.job.v_row_bytes, 0xff, (m.last - m.hi[t]) * m.job.v_row_bytes);
                    attend_all(&m, k, t, t + 1);
                }
                if (memcmp(all, m.job.out, 4 * s->n_tok * row) != 0)
                    fail_msg("%s: shape %zu, type %u: not the same bits", k->name, i, type);
                made_free(&m);
            }
}

/* What is stored is the same on all paths, odd values too. */
TEST(the_cache_has_the_same_bytes)
{
    float x[100];
    uint64_t state = 3;
    EACH_PATH(k)
        for (unsigned type = KV_F32; type <= KV_Q8_0; type++)
            for (uint32_t n = 1; n <= 100; n++) {
                uint8_t want[400], *got;
                size_t bytes = kv_head_bytes((enum kv_type)type, n);
                struct guarded g = guard_new(bytes, true);
                for (uint32_t i = 0; i < n; i++)
                    x[i] = made_normal(&state) * (n % 3 ? 1 : 1e5f);
                if (n % 5 == 0)
                    x[n / 2] = n % 2 ? INFINITY : NAN;
                got = (uint8_t *)g.p;
                kern_reference.kv_store((enum kv_type)type, want, x, n);
                k->kv_store((enum kv_type)type, got, x, n);
                EQ(memcmp(want, got, bytes), 0);
                guard_free(&g);
            }
}

int main(void)
{
    return RUN(CASE(every_path_beside_f64), CASE(a_token_does_not_know_its_neighbours), CASE(the_cache_has_the_same_bytes));
}
