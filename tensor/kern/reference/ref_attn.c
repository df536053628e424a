// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/reference/ref_attn.c - attention as it is defined: blocks of positions, an online softmax. */
#include "tensor/kern/reference/ref_int.h"

#include <math.h>
#include "tensor/half.h"

enum { Q8_0_BLOCK = 32, Q8_0_BYTES = 34 };

void ref_kv_store(enum kv_type type, void *out, const float *x, uint32_t n)
{
    uint8_t *p = out;
    if (type == KV_F32)
        memcpy(out, x, 4 * (size_t)n);
    for (uint32_t i = 0; i < n && (type == KV_F16 || type == KV_BF16); i++, p += 2) {
        uint16_t h = type == KV_F16 ? f16_of_float(x[i]) : bf16_of_float(x[i]);
        memcpy(p, &h, 2);
    }
    for (uint32_t i = 0; i < n && type == KV_Q8_0; i += Q8_0_BLOCK, p += Q8_0_BYTES) {
        uint32_t in_block = n - i < Q8_0_BLOCK ? n - i : Q8_0_BLOCK;
        float most = 0;
        for (uint32_t j = 0; j < in_block; j++)
            most = fabsf(x[i + j]) > most ? fabsf(x[i + j]) : most;
        bool plain = most >= ACTS_TINY && most < INFINITY;
        uint16_t d = f16_of_float(plain ? most / 127 : most < INFINITY ? 0 : (float)NAN);
        memcpy(p, &d, 2);
        for (uint32_t j = 0; j < Q8_0_BLOCK; j++) {
            float q = plain && j < in_block ? rintf(x[i + j] * (127 / most)) : 0;
            p[2 + j] = (uint8_t)(int8_t)(q >= -127 && q <= 127 ? q : 0);        /* a NaN becomes 0 */
        }
    }
}

static void kv_load(enum kv_type type, float *out, const uint8_t *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        switch (type) {
        case KV_F32: out[i] = float_of(le32(p + 4 * i)); break;
        case KV_F16: out[i] = float_of_f16(le16(p + 2 * i)); break;
        case KV_BF16: out[i] = float_of_bf16(le16(p + 2 * i)); break;
        case KV_Q8_0: {
            const uint8_t *block = p + i / Q8_0_BLOCK * Q8_0_BYTES;
            out[i] = float_of_f16(le16(block)) * (float)(int8_t)block[2 + i % Q8_0_BLOCK];
            break;
        }
        }
}

static float score(const struct attn *job, uint32_t t, uint32_t head, const float *k, uint32_t pos)
{
    const float *q = job->q + t * job->q_stride + (size_t)head * job->key_dim;
    float s = 0;
    for (uint32_t i = 0; i < job->key_dim; i++)
        s = fmaf(q[i], k[i], s);
    s *= job->scale;
    if (job->softcap > 0)
        s = job->softcap * tanhf(s / job->softcap);
    if (job->slopes)
        s -= job->slopes[head] * fabsf((float)job->pos[t] - (float)pos);
    return s;
}

/* One token and head over one block of positions, which lie unpacked in s->k and s->v from `base` on. */
static void block(const struct attn *job, struct attn_scratch *s, uint32_t t, uint32_t head, uint32_t base, uint32_t lo,
                  uint32_t hi, float *most, float *sum)
{
    float *out = job->out + t * job->out_stride + (size_t)head * job->value_dim, top = *most;
    for (uint32_t p = lo; p < hi; p++) {
        float v = score(job, t, head, s->k + (p - base) * s->key_step, p);
        s->score[p - base] = v;
        top = v > top ? v : top;
    }
    float shrink = top > -INFINITY ? expf(*most - top) : 1, add = 0;
    for (uint32_t i = 0; i < job->value_dim; i++)
        out[i] *= shrink;
    for (uint32_t p = lo; p < hi; p++) {
        float w = expf(s->score[p - base] - top);
        add += w;
        for (uint32_t i = 0; i < job->value_dim; i++)
            out[i] = fmaf(w, s->v[(p - base) * s->value_step + i], out[i]);
    }
    *sum = *sum * shrink + add;
    *most = top;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void begin(const struct attn *job, struct attn_scratch *s, uint32_t from, uint32_t to, uint32_t kv_head)
{
    uint32_t group = job->n_heads / job->n_kv_heads, first = kv_head * group;
    for (uint32_t t = from; t < to; t++)
        for (uint32_t g = 0; g < group; g++) {
            s->most[(t - from) * group + g] = job->sinks ? job->sinks[first + g] : -INFINITY;
            s->sum[(t - from) * group + g] = job->sinks ? 1 : 0;
            memset(job->out + t * job->out_stride + (size_t)(first + g) * job->value_dim, 0, 4 * (size_t)job->value_dim);
        }
}

static void finish(const struct attn *job, const struct attn_scratch *s, uint32_t from, uint32_t to, uint32_t kv_head)
{
    uint32_t group = job->n_heads / job->n_kv_heads, first = kv_head * group;
    for (uint32_t t = from; t < to; t++)
        for (uint32_t g = 0; g < group; g++)
            for (uint32_t i = 0; i < job->value_dim; i++)
                job->out[t * job->out_stride + (size_t)(first + g) * job->value_dim + i] *=
                    1 / s->sum[(t - from) * group + g];
}

static void tile(const struct attn *job, struct attn_scratch *s, uint32_t from, uint32_t to, uint32_t kv_head)
{
    uint32_t lo = UINT32_MAX, hi = 0, group = job->n_heads / job->n_kv_heads;
    size_t key = kv_head_bytes(job->type, job->key_dim), value = kv_head_bytes(job->type, job->value_dim);
    for (uint32_t t = from; t < to; t++) {
        lo = smaller(lo, job->lo[t]);
        hi = larger(hi, job->hi[t]);
    }
    begin(job, s, from, to, kv_head);
    for (uint32_t base = lo - lo % ATTN_BLOCK; base < hi; base += ATTN_BLOCK) {
        uint32_t end = hi - base < ATTN_BLOCK ? hi : base + ATTN_BLOCK;
        for (uint32_t p = larger(lo, base); p < end; p++) {
            kv_load(job->type, s->k + (p - base) * s->key_step,
                    (const uint8_t *)job->k + p * job->k_row_bytes + kv_head * key, job->key_dim);
            kv_load(job->type, s->v + (p - base) * s->value_step,
                    (const uint8_t *)job->v + p * job->v_row_bytes + kv_head * value, job->value_dim);
        }
        for (uint32_t t = from; t < to; t++)
            for (uint32_t g = 0; g < group && job->lo[t] < end && job->hi[t] > base; g++)
                block(job, s, t, kv_head * group + g, base, larger(job->lo[t], base), smaller(job->hi[t], end),
                      &s->most[(t - from) * group + g], &s->sum[(t - from) * group + g]);
    }
    finish(job, s, from, to, kv_head);
}

void ref_attend(const struct attn *job, uint32_t t_from, uint32_t t_to, uint32_t kv_head, void *scratch)
{
    struct attn_scratch s;
    attn_place(job, scratch, &s);
    for (uint32_t t = t_from; t < t_to; t += ATTN_TOKENS)
        tile(job, &s, t, t_to - t < ATTN_TOKENS ? t_to : t + ATTN_TOKENS, kv_head);
}
