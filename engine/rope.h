// SPDX-License-Identifier: Apache-2.0
/* engine/rope.h - rotary positions: how fast each pair of a head turns, under each way to stretch a context.
 *
 *     angle(position, i) = position * inv_freq[i]       inv_freq[i] = base^(-2i / n_rot), changed by the scaling:
 *
 *     linear     divided by the factor
 *     factors    divided by a factor of its own for each i (Llama 3: tensor rope_freqs; long-rope: one of two tensors)
 *     yarn       between unchanged and divided, by how often i turns within the original context
 *
 * All of them end as one table and one magnitude, which multiplies cosine and sine. Long-rope has two tables: a session
 * whose context is larger than the original one takes the long one, from its first token on.
 * Source: Su et al., "RoFormer", 2021; Peng et al., "YaRN", 2023; Ding et al., "LongRoPE", 2024; transformers,
 * modeling_rope_utils.py. */
#ifndef ASSAY_ENGINE_ROPE_H
#define ASSAY_ENGINE_ROPE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"

enum rope_scaling { ROPE_PLAIN, ROPE_LINEAR, ROPE_YARN, ROPE_LONG };

struct rope_spec {
    uint32_t n_rot;                     /* elements of a head that turn, even */
    double base, factor;
    enum rope_scaling scaling;
    uint32_t n_ctx_original;            /* yarn, long-rope */
    double beta_fast, beta_slow;        /* yarn */
    bool not_rounded;                   /* yarn: the bounds of the ramp stay fractions */
    double magnitude;                   /* of cosine and sine; 0: as the scaling has it by itself */
    const float *factors;               /* [n_rot / 2]; NULL: none */
    const float *long_factors, *short_factors;
};

struct rope {
    uint32_t n_rot;
    float magnitude;
    const float *inv_freq;              /* [n_rot / 2] */
};

/* Fails: ERR_MEMORY. */
int rope_make(const struct rope_spec *s, uint32_t n_ctx, struct arena *a, struct rope *out, struct err *e);

/* The pairs of cosine and sine at one position: cs[n_rot]. */
void rope_at(const struct rope *r, uint32_t position, float *cs);

/* The factors of Llama 3: out[n_rot / 2]. */
void rope_llama3(double base, uint32_t n_rot, double factor, double low, double high, double n_ctx_original, float *out);

#endif
