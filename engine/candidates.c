// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>
#include "engine/sample_int.h"

/* ---- order --------------------------------------------------------------------------- */

/* A key that is larger for larger numbers; NaN is the least of all. */
static uint32_t key_of(float v)
{
    uint32_t bits;
    if (isnan(v))
        return 0;
    memcpy(&bits, &v, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static bool before(const struct candidate *a, const struct candidate *b)
{
    uint32_t x = key_of(a->logit), y = key_of(b->logit);
    return x != y ? x > y : a->id < b->id;
}

/* h[0 .. n): a heap whose worst is at the top. */
static void sift_down(struct candidate *h, uint32_t n, uint32_t i)
{
    for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && before(&h[child], &h[child + 1]))
            child++;
        if (!before(&h[i], &h[child]))
            return;
        struct candidate t = h[i];
        h[i] = h[child];
        h[child] = t;
    }
}

static void heap_keep(struct candidate *h, const float *logits, uint32_t n, uint32_t keep)
{
    for (uint32_t i = 0; i < keep; i++)
        h[i] = (struct candidate){ .logit = logits[i], .id = i };
    for (uint32_t i = keep / 2; i-- > 0;)
        sift_down(h, keep, i);
    for (uint32_t i = keep; i < n; i++) {
        struct candidate c = { .logit = logits[i], .id = i };
        if (before(&c, &h[0])) {
            h[0] = c;
            sift_down(h, keep, 0);
        }
    }
    for (uint32_t i = keep; i-- > 1;) {             /* the worst goes to the end */
        struct candidate t = h[0];
        h[0] = h[i];
        h[i] = t;
        sift_down(h, i, 0);
    }
}

/* By bytes of the key, least first; stable, so that equals stay in the order of their ids. */
static void radix_sort(struct candidate **list, struct candidate **other, uint32_t n)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        uint32_t at[257] = { 0 };
        for (uint32_t i = 0; i < n; i++)
            at[(~key_of((*list)[i].logit) >> shift & 255) + 1]++;
        for (unsigned i = 0; i < 256; i++)
            at[i + 1] += at[i];
        for (uint32_t i = 0; i < n; i++)
            (*other)[at[~key_of((*list)[i].logit) >> shift & 255]++] = (*list)[i];
        struct candidate *t = *list;
        *list = *other;
        *other = t;
    }
}

enum { HEAP_MAX = 1024 };

uint32_t candidates_sort(struct sampler *s, const float *logits, uint32_t keep)
{
    uint32_t n = s->n_vocab;
    if (keep > 0 && keep < n && keep <= HEAP_MAX) {
        heap_keep(s->list, logits, n, keep);
        return keep;
    }
    for (uint32_t i = 0; i < n; i++)
        s->list[i] = (struct candidate){ .logit = logits[i], .id = i };
    radix_sort(&s->list, &s->other, n);
    return keep > 0 && keep < n ? keep : n;
}

uint32_t sample_top(const float *logits, uint32_t n_vocab, struct sample_logprob *out, uint32_t n)
{
    struct candidate h[HEAP_MAX];
    n = n > HEAP_MAX ? HEAP_MAX : n;
    n = n > n_vocab ? n_vocab : n;
    if (n == 0)
        return 0;
    heap_keep(h, logits, n_vocab, n);
    for (uint32_t i = 0; i < n; i++)
        out[i] = (struct sample_logprob){ h[i].id, 0 };
    double first = sample_logprob(logits, n_vocab, h[0].id);
    for (uint32_t i = 0; i < n; i++)
        out[i].logprob = first + ((double)h[i].logit - (double)h[0].logit);
    return n;
}

/* ---- probabilities ------------------------------------------------------------------- */

void candidates_softmax(struct candidate *c, uint32_t n, double temperature)
{
    double sum = 0, by = 1 / temperature, most = (double)c[0].logit;
    for (uint32_t i = 0; i < n; i++) {
        double d = ((double)c[i].logit - most) * by;
        c[i].p = isnan(d) ? 0 : (float)exp(d);      /* two infinities, or a NaN at the end */
        sum += (double)c[i].p;
    }
    for (uint32_t i = 0; i < n; i++)
        c[i].p = sum > 0 ? (float)((double)c[i].p / sum) : i == 0;
}

uint32_t candidates_top_p(struct candidate *c, uint32_t n, double p)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += (double)c[i].p;
        if (sum >= p)
            return i + 1;
    }
    return n;
}

uint32_t candidates_min_p(struct candidate *c, uint32_t n, double p)
{
    uint32_t keep = 1;
    while (keep < n && (double)c[keep].p >= p * (double)c[0].p)
        keep++;
    return keep;
}

/* Those whose surprise is nearest to what is expected, until they have p together. Candidates stand in the order of their
 * surprise, so that these are neighbours: a range that grows to the nearer side. */
uint32_t candidates_typical(struct candidate *c, uint32_t n, double p)
{
    double entropy = 0, sum = 0;
    uint32_t from = 0, to;
    while (n > 1 && !(c[n - 1].p > 0))
        n--;
    for (uint32_t i = 0; i < n; i++)
        entropy -= (double)c[i].p * log((double)c[i].p);
    while (from < n && -log((double)c[from].p) < entropy)
        from++;
    to = from;
    while ((to == from || sum < p) && (from > 0 || to < n)) {
        double left = from > 0 ? entropy + log((double)c[from - 1].p) : (double)INFINITY;
        double right = to < n ? -log((double)c[to].p) - entropy : (double)INFINITY;
        sum += (double)(left <= right ? c[--from].p : c[to++].p);
    }
    memmove(c, c + from, (to - from) * sizeof *c);
    return to - from;
}

uint32_t candidates_xtc(struct candidate *c, uint32_t n, double threshold)
{
    uint32_t above = 0;
    while (above < n && (double)c[above].p >= threshold)
        above++;
    if (above < 2)
        return n;
    memmove(c, c + above - 1, (n - above + 1) * sizeof *c);
    return n - above + 1;
}

uint32_t candidates_mirostat(struct candidate *c, uint32_t n, double mu)
{
    uint32_t keep = 1;
    while (keep < n && c[keep].p > 0 && -log2((double)c[keep].p) <= mu)
        keep++;
    return keep;
}

uint32_t candidates_draw(const struct candidate *c, uint32_t n, double u)
{
    double total = 0, sum = 0;
    for (uint32_t i = 0; i < n; i++)
        total += (double)c[i].p;
    for (uint32_t i = 0; i < n; i++) {
        sum += (double)c[i].p;
        if (u * total < sum)
            return i;
    }
    return 0;
}
