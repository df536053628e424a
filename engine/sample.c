// SPDX-License-Identifier: Apache-2.0
#include "engine/sample.h"

#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "engine/philox.h"
#include "engine/sample_int.h"

struct sample_options sample_options_usual(void)
{
    return (struct sample_options){ .temperature = 0.8F, .top_k = 40, .top_p = 0.95F, .min_p = 0.05F, .typical_p = 1,
                                    .repeat = 1, .last_n = 64, .dry_base = 1.75F, .dry_allowed = 2, .xtc_threshold = 0.1F,
                                    .mirostat_eta = 0.1F };
}

/* ---- options ------------------------------------------------------------------------- */

struct range { const char *name; size_t at; double low, high; };
#define AT(field) offsetof(struct sample_options, field)
static const struct range ranges[] = {
    { "temperature", AT(temperature), 0, 100 }, { "top-p", AT(top_p), 1e-9, 1 }, { "min-p", AT(min_p), 0, 1 },
    { "typical-p", AT(typical_p), 1e-9, 1 }, { "repeat penalty", AT(repeat), 0.01, 100 },
    { "frequency penalty", AT(frequency), -100, 100 }, { "presence penalty", AT(presence), -100, 100 },
    { "DRY multiplier", AT(dry), 0, 100 }, { "DRY base", AT(dry_base), 1, 100 }, { "XTC probability", AT(xtc), 0, 1 },
    { "XTC threshold", AT(xtc_threshold), 0, 1 }, { "mirostat tau", AT(mirostat_tau), 0, 100 },
    { "mirostat eta", AT(mirostat_eta), 0, 1 },
};

static int check_options(const struct sample_options *o, uint32_t n_vocab, struct err *e)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        float v;
        memcpy(&v, (const char *)o + ranges[i].at, sizeof v);
        if (!((double)v >= ranges[i].low && (double)v <= ranges[i].high))
            return err_plain(e, ERR_USAGE, "%s is %g, it can be %g to %g", ranges[i].name, (double)v, ranges[i].low,
                             ranges[i].high);
    }
    if (o->last_n > SAMPLE_LAST_MAX)
        return err_plain(e, ERR_USAGE, "penalties look back %u tokens at most", SAMPLE_LAST_MAX);
    for (uint32_t i = 0; i < o->n_biases; i++)
        if (o->biases[i].token >= n_vocab || isnan(o->biases[i].add))
            return err_plain(e, ERR_USAGE, "a bias for token %u, the model knows %u", o->biases[i].token, n_vocab);
    return 0;
}

static void *copy_of(const void *p, size_t n)
{
    void *copy = mem_realloc(NULL, n ? n : 1);
    if (copy && n)
        memcpy(copy, p, n);
    return copy;
}

static bool take(struct sampler *s, const struct sample_options *o)
{
    size_t n = s->n_vocab;
    s->o.dry_breakers = copy_of(o->dry_breakers, o->n_dry_breakers * sizeof *o->dry_breakers);
    s->o.biases = copy_of(o->biases, o->n_biases * sizeof *o->biases);
    s->last = mem_realloc(NULL, SAMPLE_LAST_MAX * sizeof *s->last);
    s->z = mem_realloc(NULL, SAMPLE_LAST_MAX * sizeof *s->z);
    s->counts = mem_realloc(NULL, n * sizeof *s->counts);
    s->own = mem_realloc(NULL, n * sizeof *s->own);
    s->list = mem_realloc(NULL, n * sizeof *s->list);
    s->other = mem_realloc(NULL, n * sizeof *s->other);
    if (!s->o.dry_breakers || !s->o.biases || !s->last || !s->z || !s->counts || !s->own || !s->list || !s->other)
        return false;
    memset(s->counts, 0, n * sizeof *s->counts);
    return true;
}

int sampler_new(const struct sample_options *o, uint32_t n_vocab, struct sampler **out, struct err *e)
{
    int rc = check_options(o, n_vocab, e);
    struct sampler *s = rc ? NULL : mem_realloc(NULL, sizeof *s);
    if (!s)
        return rc ? rc : err_memory(e);
    *s = (struct sampler){ .o = *o, .n_vocab = n_vocab };
    if (!take(s, o)) {
        sampler_free(s);
        return err_memory(e);
    }
    sampler_reset(s);
    *out = s;
    return 0;
}

void sampler_free(struct sampler *s)
{
    if (!s)
        return;
    mem_free((void *)(uintptr_t)s->o.dry_breakers);
    mem_free((void *)(uintptr_t)s->o.biases);
    mem_free(s->last);
    mem_free(s->z);
    mem_free(s->counts);
    mem_free(s->own);
    mem_free(s->list);
    mem_free(s->other);
    mem_free(s);
}

void sampler_accept(struct sampler *s, uint32_t token)
{
    if (token < s->n_vocab)
        s->last[s->n_seen++ % SAMPLE_LAST_MAX] = token;
}

void sampler_reset(struct sampler *s)
{
    s->n_seen = 0;
    s->mu = 2 * s->o.mirostat_tau;
}

/* ---- choice -------------------------------------------------------------------------- */

double sample_logprob(const float *logits, uint32_t n_vocab, uint32_t token)
{
    double most = -(double)INFINITY, sum = 0;
    for (uint32_t i = 0; i < n_vocab; i++)
        most = (double)logits[i] > most ? (double)logits[i] : most;
    for (uint32_t i = 0; i < n_vocab; i++)
        sum += exp((double)logits[i] - most);
    return (double)logits[token] - most - log(sum);
}

static uint32_t largest(const float *logits, uint32_t n)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++)
        if (logits[i] > logits[best] || isnan(logits[best]))
            best = i;
    return best;
}

static uint32_t draw_mirostat(struct sampler *s, uint32_t n, double u)
{
    struct candidate *c = s->list;
    candidates_softmax(c, n, (double)s->o.temperature);
    n = candidates_mirostat(c, n, (double)s->mu);
    candidates_softmax(c, n, (double)s->o.temperature);
    uint32_t i = candidates_draw(c, n, u);
    double surprise = -log2((double)c[i].p);
    s->mu -= s->o.mirostat_eta * (float)(surprise - (double)s->o.mirostat_tau);
    return c[i].id;
}

static uint32_t draw(struct sampler *s, uint32_t n, const uint32_t words[4])
{
    const struct sample_options *o = &s->o;
    struct candidate *c = s->list;
    candidates_softmax(c, n, 1);
    if (o->typical_p < 1) {
        n = candidates_typical(c, n, (double)o->typical_p);
        candidates_softmax(c, n, 1);
    }
    if (o->top_p < 1) {
        n = candidates_top_p(c, n, (double)o->top_p);
        candidates_softmax(c, n, 1);
    }
    if (o->min_p > 0) {
        n = candidates_min_p(c, n, (double)o->min_p);
        candidates_softmax(c, n, 1);
    }
    if (o->xtc > 0 && philox_unit(words[1]) < (double)o->xtc)
        n = candidates_xtc(c, n, (double)o->xtc_threshold);
    candidates_softmax(c, n, (double)o->temperature);
    return c[candidates_draw(c, n, philox_unit(words[0]))].id;
}

static bool is_not(float v, float neutral) { return v < neutral || v > neutral; }

/* The logits after biases and penalties: the caller's own when there are none. */
static const float *changed(struct sampler *s, const float *logits)
{
    const struct sample_options *o = &s->o;
    bool repeats = is_not(o->repeat, 1) || is_not(o->frequency, 0) || is_not(o->presence, 0);
    if (o->n_biases == 0 && !repeats && o->dry <= 0)
        return logits;
    memcpy(s->own, logits, s->n_vocab * sizeof *s->own);
    for (uint32_t i = 0; i < o->n_biases; i++)
        s->own[o->biases[i].token] += o->biases[i].add;
    if (repeats)
        penalty_apply(s, s->own);
    if (o->dry > 0)
        penalty_dry(s, s->own);
    return s->own;
}

uint32_t sampler_pick(struct sampler *s, const float *logits)
{
    const struct sample_options *o = &s->o;
    logits = changed(s, logits);
    if (o->temperature <= 0)
        return largest(logits, s->n_vocab);
    uint32_t words[4];
    philox(o->seed, s->n_seen, words);
    bool mirostat = o->mirostat_tau > 0;
    uint32_t n = candidates_sort(s, logits, mirostat ? 0 : o->top_k);
    return mirostat ? draw_mirostat(s, n, philox_unit(words[0])) : draw(s, n, words);
}
