// SPDX-License-Identifier: Apache-2.0
/* tensor/attn.h - attention of some tokens of one sequence over its cache, for one key-value head and its query heads.
 *
 *     q[t, head, d] ──┐            positions lo[t] .. hi[t] - 1 are seen: causal, windowed, or both ways
 *     cache K ────────┴─> scores * scale, softcap, slope ─> softmax over positions, in one pass ─> sum of V ─> out
 *
 * Online softmax: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; blocks of positions as in
 * Dao et al., "FlashAttention", 2022. A sink is one more score that takes weight and gives nothing (gpt-oss). */
#ifndef ASSAY_TENSOR_ATTN_H
#define ASSAY_TENSOR_ATTN_H
#include <stddef.h>
#include <stdint.h>

enum { ATTN_BLOCK = 64,                         /* positions taken together; blocks begin at its multiples */
       ATTN_TOKENS = 16 };                      /* that share one unpacked block of the cache; no result depends on it */
enum kv_type { KV_F32, KV_F16, KV_BF16, KV_Q8_0 };      /* Q8_0: blocks of 32, as in GGUF; a head's last may be short */

struct attn {
    const float *q;                             /* [n_tok][q_stride], heads side by side */
    size_t q_stride;
    float *out;                                 /* [n_tok][out_stride], heads side by side, value_dim each */
    size_t out_stride;
    const void *k, *v;                          /* of this layer: position p, head h at p * row + h * head bytes */
    size_t k_row_bytes, v_row_bytes;            /* of one position, all heads */
    enum kv_type type;
    uint32_t key_dim, value_dim;
    uint32_t n_heads, n_kv_heads;               /* n_heads is a multiple of n_kv_heads */
    const uint32_t *lo, *hi;                    /* [n_tok] positions seen by each token; lo < hi */
    float scale, softcap;                       /* softcap 0: none */
    const float *slopes;                        /* [n_heads] of ALiBi by distance; NULL: none */
    const uint32_t *pos;                        /* [n_tok] of the queries, for slopes */
    const float *sinks;                         /* [n_heads]; NULL: none */
};

size_t kv_head_bytes(enum kv_type type, uint32_t dim);      /* of one head at one position */
size_t attn_scratch_bytes(const struct attn *job);          /* that one call of attend needs, 64-byte aligned */

/* How a call of attend divides its scratch: K and V of a block as f32, then for each (token, head) of a tile the largest
 * score so far, the sum of weights, the query and the sum of values, then the scores of a block. */
struct attn_scratch {
    float *k, *v;                               /* [ATTN_BLOCK][key_step], [ATTN_BLOCK][value_step] */
    size_t key_step, value_step;                /* dimensions, rounded up to 16 */
    float *most, *sum;                          /* [ATTN_TOKENS][group] */
    float *q, *acc;                             /* [ATTN_TOKENS][group][key_step], [..][value_step] */
    float *score;                               /* [ATTN_BLOCK] */
};
void attn_place(const struct attn *job, void *mem, struct attn_scratch *out);

#endif
