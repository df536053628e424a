// SPDX-License-Identifier: Apache-2.0
/* engine/sample.h - from logits to the next token.
 *
 *     logits + bias ─> penalties, DRY ─> top-k ─> typical ─> top-p ─> min-p ─> XTC ─> temperature ─> draw
 *                                        └──── or: temperature ─> mirostat 2 ───────────────────────┘
 *
 * Each step that is switched off costs nothing; temperature 0 takes the largest. Of equals the lower id comes first, always.
 * The draw at place n of a sequence depends on the seed and n (philox.h): the whole state is n, the tokens so far and
 * mirostat's mu. Memory is taken once.
 * Source: Holtzman et al., "The curious case of neural text degeneration", 2020 (top-p); Meister et al., "Locally typical
 * sampling", 2022; Nguyen et al., "Min-p sampling", 2024; Basu et al., "Mirostat", 2021, algorithm 2; p-e-w's DRY and XTC
 * as text-generation-webui describes them; Keskar et al., "CTRL", 2019 (repetition penalty). */
#ifndef ASSAY_ENGINE_SAMPLE_H
#define ASSAY_ENGINE_SAMPLE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct sample_bias { uint32_t token; float add; };     /* -INFINITY: never */

struct sample_options {
    uint64_t seed;
    float temperature;                  /* 0: the largest */
    uint32_t top_k;                     /* 0: off */
    float top_p, min_p, typical_p;      /* 1, 0, 1: off */
    float repeat, frequency, presence;  /* 1, 0, 0: off */
    uint32_t last_n;                    /* tokens that penalties look back at */
    float dry, dry_base;                /* multiplier; 0: off */
    uint32_t dry_allowed;               /* repeats up to this length cost nothing */
    const uint32_t *dry_breakers;       /* tokens that no repeat goes across */
    uint32_t n_dry_breakers;
    float xtc, xtc_threshold;           /* probability; 0: off */
    float mirostat_tau, mirostat_eta;   /* tau 0: off */
    const struct sample_bias *biases;
    uint32_t n_biases;
};

enum { SAMPLE_LAST_MAX = 8192 };

/* Temperature 0.8, top-k 40, top-p 0.95, min-p 0.05; last_n 64; the rest off. */
struct sample_options sample_options_usual(void);

struct sampler;
/* Copies o. Fails: ERR_USAGE a number out of its range, ERR_MEMORY. */
int sampler_new(const struct sample_options *o, uint32_t n_vocab, struct sampler **out, struct err *e);
void sampler_free(struct sampler *s);               /* NULL is fine */

/* A token that is there: of the prompt, or picked. */
void sampler_accept(struct sampler *s, uint32_t token);
void sampler_reset(struct sampler *s);              /* forget all tokens */

/* Choose the next token; does not accept it. What is no number, or minus infinity, is never chosen while there is something
 * else. Cost: O(n_vocab) with top-k, else O(n_vocab) with a larger constant. */
uint32_t sampler_pick(struct sampler *s, const float *logits);

/* The natural logarithm of the probability of `token` by the model itself. */
struct sample_logprob { uint32_t token; double logprob; };
double sample_logprob(const float *logits, uint32_t n_vocab, uint32_t token);

/* The n likeliest tokens, most first; less when n is above n_vocab. Returns how many. */
uint32_t sample_top(const float *logits, uint32_t n_vocab, struct sample_logprob *out, uint32_t n);

#endif
