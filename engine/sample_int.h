// SPDX-License-Identifier: Apache-2.0
/* engine/sample_int.h - candidates, most likely first, and the steps that leave some of them out. */
#ifndef ASSAY_ENGINE_SAMPLE_INT_H
#define ASSAY_ENGINE_SAMPLE_INT_H
#include <stddef.h>
#include "engine/sample.h"

struct candidate { float logit, p; uint32_t id; };

struct sampler {
    struct sample_options o;
    uint32_t n_vocab;
    uint64_t n_seen;                    /* place in the sequence */
    uint32_t *last;                     /* [SAMPLE_LAST_MAX] ring of the tokens so far */
    uint32_t *counts;                   /* [n_vocab] of the tokens looked at; zeros between calls */
    float *own;                         /* [n_vocab] logits that penalties have changed */
    uint32_t *z;                        /* [SAMPLE_LAST_MAX] of DRY */
    struct candidate *list, *other;     /* [n_vocab] */
    float mu;
};

/* Token that was accepted i tokens ago; 0 the last. */
static inline uint32_t sampler_back(const struct sampler *s, uint32_t i)
{
    return s->last[(s->n_seen - 1 - i) % SAMPLE_LAST_MAX];
}

/* Change logits (penalty.c). */
void penalty_apply(struct sampler *s, float *logits);
void penalty_dry(struct sampler *s, float *logits);

/* Put list in order and keep the first n of it; returns n (candidates.c). */
uint32_t candidates_sort(struct sampler *s, const float *logits, uint32_t keep);

/* Probabilities of n candidates in order, at a temperature. */
void candidates_softmax(struct candidate *c, uint32_t n, double temperature);
uint32_t candidates_top_p(struct candidate *c, uint32_t n, double p);
uint32_t candidates_min_p(struct candidate *c, uint32_t n, double p);
uint32_t candidates_typical(struct candidate *c, uint32_t n, double p);
uint32_t candidates_xtc(struct candidate *c, uint32_t n, double threshold);
uint32_t candidates_mirostat(struct candidate *c, uint32_t n, double mu);
uint32_t candidates_draw(const struct candidate *c, uint32_t n, double u);      /* which one */

#endif
