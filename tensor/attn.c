// SPDX-License-Identifier: Apache-2.0
#include "tensor/attn.h"

enum { ALIGN_BYTES = 64, Q8_0_BLOCK = 32, Q8_0_BYTES = 34 };

size_t kv_head_bytes(enum kv_type type, uint32_t dim)
{
    switch (type) {
    case KV_F32: return 4 * (size_t)dim;
    case KV_Q8_0: return (size_t)(dim / Q8_0_BLOCK + (dim % Q8_0_BLOCK != 0)) * Q8_0_BYTES;
    case KV_F16:
    case KV_BF16: break;
    }
    return 2 * (size_t)dim;
}

static size_t round_up(size_t n)
{
    return (n + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
}

size_t attn_scratch_bytes(const struct attn *job)
{
    size_t group = job->n_heads / job->n_kv_heads;
    return (ATTN_BLOCK + ATTN_TOKENS * group) * (round_up(4 * (size_t)job->key_dim) + round_up(4 * (size_t)job->value_dim)) +
           2 * round_up(ATTN_TOKENS * group * sizeof(float)) + round_up(ATTN_BLOCK * sizeof(float));
}

void attn_place(const struct attn *job, void *mem, struct attn_scratch *out)
{
    size_t group = job->n_heads / job->n_kv_heads, key = round_up(4 * (size_t)job->key_dim);
    size_t value = round_up(4 * (size_t)job->value_dim), row = round_up(ATTN_TOKENS * group * sizeof(float));
    char *p = mem;
    out->k = (float *)p;
    out->v = (float *)(p += ATTN_BLOCK * key);
    out->most = (float *)(p += ATTN_BLOCK * value);
    out->sum = (float *)(p += row);
    out->score = (float *)(p += row);
    out->q = (float *)(p += round_up(ATTN_BLOCK * sizeof(float)));
    out->acc = (float *)(p + ATTN_TOKENS * group * key);
    out->key_step = key / sizeof(float);
    out->value_step = value / sizeof(float);
}
