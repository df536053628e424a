// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/body/attn_body.h - attention, one block of positions after another.
 *
 *     K, V of 64 positions -> f32, once for a tile of tokens and the heads that share them
 *     scores: VF positions at a time, each a vector over the dimensions, summed across at the end
 *     weights: exp of the distance to the largest so far      values: a vector over dimensions, position by position
 *
 * Positions that a token does not see take part with -infinity in what is done by whole vectors (the sum of weights), and
 * not at all in the sum of values, so that what lies there cannot matter. */
#ifndef ASSAY_TENSOR_ATTN_BODY_H
#define ASSAY_TENSOR_ATTN_BODY_H

enum { KV_BLOCK = 32, KV_BLOCK_BYTES = 34 };

/* n elements to f32, with zeros up to the next multiple of 16. */
INLINE void kv_load(enum kv_type type, float *out, const uint8_t *p, uint32_t n)
{
    uint32_t whole = n - n % VF;
    for (uint32_t i = 0; i < whole; i += VF) {
        vf v;
        if (type == KV_F32)
            v = vf_load((const float *)(const void *)p + i);
        else if (type == KV_F16)
            v = vf_f16(p + 2 * i);
        else if (type == KV_BF16)
            v = vf_bf16(p + 2 * i);
        else {
            const uint8_t *block = p + i / KV_BLOCK * KV_BLOCK_BYTES;
            v = vf_mul(vf_set1(float_of_f16(le16(block))), vf_s8(block + 2 + i % KV_BLOCK));
        }
        vf_store(out + i, v);
    }
    for (uint32_t i = whole; i < (n + 15) / 16 * 16; i++) {
        const uint8_t *block = p + i / KV_BLOCK * KV_BLOCK_BYTES;
        out[i] = i >= n ? 0 : type == KV_F32 ? float_of(le32(p + 4 * i)) : type == KV_F16 ? float_of_f16(le16(p + 2 * i))
               : type == KV_BF16 ? float_of_bf16(le16(p + 2 * i))
               : float_of_f16(le16(block)) * (float)(int8_t)block[2 + i % KV_BLOCK];
    }
}

static void kv_rows(enum kv_type type, float *out, size_t out_step, const void *cache, size_t row_bytes, uint32_t from,
                    uint32_t to, uint32_t dim)
{
    const uint8_t *p = (const uint8_t *)cache + from * row_bytes;
    for (uint32_t i = from; i < to; i++, p += row_bytes, out += out_step)
        switch (type) {
        case KV_F32: kv_load(KV_F32, out, p, dim); break;
        case KV_F16: kv_load(KV_F16, out, p, dim); break;
        case KV_BF16: kv_load(KV_BF16, out, p, dim); break;
        case KV_Q8_0: kv_load(KV_Q8_0, out, p, dim); break;
        }
}

static void kv_store(enum kv_type type, void *out, const float *x, uint32_t n)
{
    uint32_t whole = type == KV_F16 ? n - n % VF : 0;
    for (uint32_t i = 0; i < whole; i += VF)
        vf_to_f16((uint8_t *)out + 2 * i, vf_load(x + i));
    if (whole < n)
        ref_kv_store(type, (uint8_t *)out + 2 * whole, x + whole, n - whole);
}

/* Scores of VF positions; `step` from one to the next. */
INLINE vf scores(const float *q, const float *k, size_t step)
{
    vf sum[VF];
    UNROLL for (unsigned p = 0; p < VF; p++)
        sum[p] = vf_mul(vf_load(q), vf_load(k + p * step));
    for (size_t i = VF; i < step; i += VF) {
        vf v = vf_load(q + i);
        UNROLL for (unsigned p = 0; p < VF; p++)
            sum[p] = vf_fma(v, vf_load(k + p * step + i), sum[p]);
    }
    return vf_sums(sum);
}

/* What stands to one (token, head) for the length of a call. */
struct seen {
    const float *q;
    float *acc, *most, *sum;
    float slope, pos;
};

/* Scores of positions [from, to) of the block at `base`, and -infinity beside them; the largest. */
INLINE float block_scores(const struct attn *job, const struct attn_scratch *s, const struct seen *o, uint32_t base,
                          uint32_t from, uint32_t to)
{
    vf top = vf_set1(-INFINITY);
    for (uint32_t p = from - from % VF; p < to; p += VF) {
        vf v = vf_mul(scores(o->q, s->k + p * s->key_step, s->key_step), vf_set1(job->scale));
        if (job->softcap > 0)
            v = vf_mul(vf_set1(job->softcap), vf_tanh(vf_mul(v, vf_set1(1 / job->softcap))));
        vf_store(s->score + p, v);
        if (job->slopes || p < from || p + VF > to) {
            for (uint32_t i = p; i < p + VF; i++)
                s->score[i] = i < from || i >= to ? -INFINITY : s->score[i] - o->slope * fabsf(o->pos - (float)(base + i));
            v = vf_load(s->score + p);
        }
        top = vf_max(v, top);
    }
    return vf_most(top);
}

/* acc = acc * shrink + sum over positions of weight * value, for N vectors of dimensions. */
INLINE void values(unsigned N, float *acc, float shrink, const float *weight, const float *v, size_t step, uint32_t from,
                   uint32_t to)
{
    vf sum[8];
    UNROLL for (unsigned i = 0; i < N; i++)
        sum[i] = vf_mul(vf_load(acc + VF * i), vf_set1(shrink));
    for (uint32_t p = from; p < to; p++) {
        vf w = vf_set1(weight[p]);
        UNROLL for (unsigned i = 0; i < N; i++)
            sum[i] = vf_fma(w, vf_load(v + p * step + VF * i), sum[i]);
    }
    UNROLL for (unsigned i = 0; i < N; i++)
        vf_store(acc + VF * i, sum[i]);
}

/* One (token, head) over positions [from, to) of the block at `base`. */
static void one_block(const struct attn *job, const struct attn_scratch *s, const struct seen *o, uint32_t base, uint32_t from,
                      uint32_t to)
{
    float most = block_scores(job, s, o, base, from, to), top = most > *o->most ? most : *o->most, lone[VF] = { 0 };
    vf add = vf_set1(0);
    for (uint32_t p = from - from % VF; p < to; p += VF) {
        vf w = vf_exp(vf_sub(vf_load(s->score + p), vf_set1(top)));
        vf_store(s->score + p, w);
        add = vf_add(add, w);
    }
    vf_store(lone, vf_exp(vf_set1(*o->most - top)));
    float shrink = lone[0];
    *o->sum = fmaf(*o->sum, shrink, vf_sum(add));
    *o->most = top;
    size_t i = 0;
    for (; i + 8 * VF <= s->value_step; i += 8 * VF)
        values(8, o->acc + i, shrink, s->score, s->v + i, s->value_step, from, to);
    for (; i + 4 * VF <= s->value_step; i += 4 * VF)
        values(4, o->acc + i, shrink, s->score, s->v + i, s->value_step, from, to);
    for (; i < s->value_step; i += VF)
        values(1, o->acc + i, shrink, s->score, s->v + i, s->value_step, from, to);
}

static struct seen seen_of(const struct attn *job, const struct attn_scratch *s, uint32_t group, uint32_t i, uint32_t t,
                           uint32_t g, uint32_t head)
{
    size_t at = (size_t)i * group + g;
    return (struct seen){ .q = s->q + at * s->key_step, .acc = s->acc + at * s->value_step, .most = s->most + at,
                          .sum = s->sum + at, .slope = job->slopes ? job->slopes[head] : 0,
                          .pos = job->slopes ? (float)job->pos[t] : 0 };
}

static void attend_begin(const struct attn *job, const struct attn_scratch *s, uint32_t group, uint32_t t, uint32_t n,
                         uint32_t head)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t g = 0; g < group; g++) {
            size_t at = (size_t)i * group + g;
            memset(s->q + at * s->key_step, 0, s->key_step * sizeof(float));
            memcpy(s->q + at * s->key_step, job->q + (t + i) * job->q_stride + (size_t)(head + g) * job->key_dim,
                   job->key_dim * sizeof(float));
            memset(s->acc + at * s->value_step, 0, s->value_step * sizeof(float));
            s->most[at] = job->sinks ? job->sinks[head + g] : -INFINITY;
            s->sum[at] = job->sinks ? 1 : 0;
        }
}

static void attend_end(const struct attn *job, const struct attn_scratch *s, uint32_t group, uint32_t t, uint32_t n,
                       uint32_t head)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t g = 0; g < group; g++) {
            size_t at = (size_t)i * group + g;
            scale(s->acc + at * s->value_step, 1 / s->sum[at], job->value_dim);
            memcpy(job->out + (t + i) * job->out_stride + (size_t)(head + g) * job->value_dim, s->acc + at * s->value_step,
                   job->value_dim * sizeof(float));
        }
}

static void attend_tile(const struct attn *job, const struct attn_scratch *s, uint32_t t, uint32_t n, uint32_t kv_head)
{
    uint32_t lo = UINT32_MAX, hi = 0, group = job->n_heads / job->n_kv_heads, head = kv_head * group;
    size_t key = kv_head * kv_head_bytes(job->type, job->key_dim), value = kv_head * kv_head_bytes(job->type, job->value_dim);
    for (uint32_t i = t; i < t + n; i++) {
        lo = job->lo[i] < lo ? job->lo[i] : lo;
        hi = job->hi[i] > hi ? job->hi[i] : hi;
    }
    attend_begin(job, s, group, t, n, head);
    for (uint32_t base = lo - lo % ATTN_BLOCK; base < hi; base += ATTN_BLOCK) {
        uint32_t from = lo > base ? lo - base : 0, to = hi - base < ATTN_BLOCK ? hi - base : ATTN_BLOCK;
        kv_rows(job->type, s->k + from * s->key_step, s->key_step, (const char *)job->k + key, job->k_row_bytes, base + from,
                base + to, job->key_dim);
        kv_rows(job->type, s->v + from * s->value_step, s->value_step, (const char *)job->v + value, job->v_row_bytes,
                base + from, base + to, job->value_dim);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t its_lo = job->lo[t + i] > base ? job->lo[t + i] - base : 0, its_hi = job->hi[t + i];
            its_hi = its_hi <= base ? 0 : its_hi - base < to ? its_hi - base : to;
            for (uint32_t g = 0; g < group && its_lo < its_hi; g++) {
                struct seen o = seen_of(job, s, group, i, t + i, g, head + g);
                one_block(job, s, &o, base, its_lo, its_hi);
            }
        }
    }
    attend_end(job, s, group, t, n, head);
}

static void attend(const struct attn *job, uint32_t t_from, uint32_t t_to, uint32_t kv_head, void *scratch)
{
    struct attn_scratch s;
    attn_place(job, scratch, &s);
    for (uint32_t t = t_from; t < t_to; t += ATTN_TOKENS)
        attend_tile(job, &s, t, t_to - t < ATTN_TOKENS ? t_to - t : ATTN_TOKENS, kv_head);
}

#endif
