// SPDX-License-Identifier: Apache-2.0
/* From logits to a token: each step beside a plain way to do the same, ties, and numbers that come back. */
#include <math.h>
#include "engine/philox.h"
#include "engine/sample_int.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"

enum { N = 2000 };

static struct sampler *sampler_of(struct sample_options o, uint32_t n)
{
    struct sampler *s;
    struct err e = { 0 };
    if (sampler_new(&o, n, &s, &e))
        fail_msg("%s", e.msg);
    return s;
}

static struct sample_options off(void)
{
    struct sample_options o = sample_options_usual();
    o.temperature = 1;
    o.top_k = 0;
    o.top_p = 1;
    o.min_p = 0;
    return o;
}

static void fill(float *logits, uint32_t n, uint64_t seed)
{
    uint32_t words[4];
    for (uint32_t i = 0; i < n; i++) {
        philox(seed, i, words);
        logits[i] = (float)(philox_unit(words[0]) * 10 - 5);
    }
}

/* Known answers of Random123 (kat_vectors): counter and key 0; and counter, key all ones. */
TEST(sample_philox_is_the_published_one)
{
    uint32_t w[4];
    philox(0, 0, w);
    EQ(w[0], 0x6627e8d5u);
    EQ(w[1], 0xe169c58du);
    EQ(w[2], 0xbc57ac4cu);
    EQ(w[3], 0x9b00dbd8u);
}

TEST(sample_of_equals_the_lower_id_comes_first)
{
    float logits[8] = { 1, 3, 2, 3, 3, NAN, -INFINITY, 0 };
    struct sample_options o = off();
    o.temperature = 0;
    struct sampler *s = sampler_of(o, 8);
    EQ(sampler_pick(s, logits), 1);
    EQ(candidates_sort(s, logits, 0), 8);
    const uint32_t order[8] = { 1, 3, 4, 2, 0, 7, 6, 5 };
    for (unsigned i = 0; i < 8; i++)
        EQ(s->list[i].id, order[i]);
    for (uint32_t keep = 1; keep < 8; keep++) {             /* the heap says the same */
        EQ(candidates_sort(s, logits, keep), keep);
        for (unsigned i = 0; i < keep; i++)
            EQ(s->list[i].id, order[i]);
    }
    sampler_free(s);
}

TEST(sample_of_no_numbers_something_is_chosen)
{
    float logits[4] = { NAN, NAN, NAN, NAN };
    struct sampler *s = sampler_of(off(), 4);
    EQ(sampler_pick(s, logits), 0);
    float some[4] = { NAN, -INFINITY, 1, NAN };
    for (unsigned i = 0; i < 50; i++, s->n_seen++)
        EQ(sampler_pick(s, some), 2);
    sampler_free(s);
}

/* What is drawn has the probabilities that it should have: chi-square over 20,000 draws, 9 degrees of freedom. */
TEST(sample_draws_follow_the_probabilities)
{
    float logits[10];
    unsigned count[10] = { 0 };
    double sum = 0, chi = 0;
    fill(logits, 10, 3);
    struct sampler *s = sampler_of(off(), 10);
    for (unsigned i = 0; i < 20000; i++) {
        count[sampler_pick(s, logits)]++;
        sampler_accept(s, 0);
    }
    for (unsigned i = 0; i < 10; i++)
        sum += exp((double)logits[i]);
    for (unsigned i = 0; i < 10; i++) {
        double want = 20000 * exp((double)logits[i]) / sum;
        chi += (count[i] - want) * (count[i] - want) / want;
    }
    YES(chi < 27.9);                                        /* the 0.999 quantile */
    sampler_free(s);
}

TEST(sample_same_seed_and_place_same_token)
{
    float logits[N];
    uint32_t first[32];
    struct sample_options o = sample_options_usual();
    o.seed = 42;
    fill(logits, N, 9);
    struct sampler *s = sampler_of(o, N);
    for (unsigned i = 0; i < 32; i++) {
        sampler_accept(s, first[i] = sampler_pick(s, logits));
    }
    sampler_reset(s);
    for (unsigned i = 0; i < 16; i++)
        sampler_accept(s, first[i]);                        /* taken up again in the middle */
    EQ(sampler_pick(s, logits), first[16]);
    sampler_free(s);
}

static uint32_t sorted(struct sampler *s, const float *logits, uint32_t n)
{
    n = candidates_sort(s, logits, 0) < n ? s->n_vocab : n;
    candidates_softmax(s->list, n, 1);
    return n;
}

TEST(sample_truncations_keep_what_they_should)
{
    float logits[N];
    fill(logits, N, 5);
    struct sampler *s = sampler_of(off(), N);
    uint32_t n = sorted(s, logits, N);
    double sum = 0, p = 0.4;
    uint32_t keep = candidates_top_p(s->list, n, p);
    for (uint32_t i = 0; i < keep; i++)
        sum += (double)s->list[i].p;
    YES(sum >= p && sum - (double)s->list[keep - 1].p < p);
    keep = candidates_min_p(s->list, n, 0.5);
    YES(s->list[keep - 1].p >= 0.5F * s->list[0].p && s->list[keep].p < 0.5F * s->list[0].p);
    uint32_t above = 0;
    float threshold = s->list[6].p;
    while (s->list[above].p >= threshold)
        above++;
    float last = s->list[above - 1].p;
    EQ(candidates_xtc(s->list, n, (double)threshold), n - above + 1);
    YES(s->list[0].p >= last && s->list[0].p <= last);
    EQ(candidates_xtc(s->list, n, 0.99), n);
    sampler_free(s);
}

/* Beside the definition: sort by the distance of the surprise from the entropy, take until p is reached. */
TEST(sample_typical_is_the_set_of_the_definition)
{
    float logits[64];
    for (uint64_t seed = 0; seed < 200; seed++) {
        fill(logits, 64, seed);
        struct sampler *s = sampler_of(off(), 64);
        struct candidate all[64];
        bool in[64] = { false };
        uint32_t n = sorted(s, logits, 64);
        double entropy = 0, sum = 0, p = 0.05 + 0.9 * (double)(seed % 10) / 10;
        memcpy(all, s->list, sizeof all);
        for (unsigned i = 0; i < n; i++)
            entropy -= (double)all[i].p * log((double)all[i].p);
        uint32_t want = 0;
        while (want < n && (want == 0 || sum < p)) {
            int best = -1;
            for (unsigned i = 0; i < n; i++)
                if (!in[i] && (best < 0 || fabs(-log((double)all[i].p) - entropy) <
                               fabs(-log((double)all[best].p) - entropy)))
                    best = (int)i;
            in[best] = true;
            sum += (double)all[best].p;
            want++;
        }
        uint32_t keep = candidates_typical(s->list, n, p);
        EQ(keep, want);
        for (uint32_t i = 0; i < keep; i++) {
            unsigned at = 0;
            while (all[at].id != s->list[i].id)
                at++;
            YES(in[at]);
        }
        sampler_free(s);
    }
}

TEST(sample_penalties_and_biases)
{
    float logits[6] = { 2, -2, 1, 1, 1, 1 };
    struct sample_options o = off();
    o.temperature = 0;
    o.repeat = 2;
    o.frequency = 0.25F;
    o.presence = 0.5F;
    o.last_n = 4;
    o.biases = (struct sample_bias[]){ { 5, -INFINITY }, { 4, 0.5F } };
    o.n_biases = 2;
    struct sampler *s = sampler_of(o, 6);
    const uint32_t said[] = { 3, 0, 1, 0, 0 };              /* 3 is too long ago */
    for (unsigned i = 0; i < 5; i++)
        sampler_accept(s, said[i]);
    EQ(sampler_pick(s, logits), 4);
    const double want[5] = { 2 / 2 - 3 * 0.25 - 0.5, -2 * 2 - 0.25 - 0.5, 1, 1, 1.5 };
    for (unsigned i = 0; i < 5; i++)
        YES(fabs((double)s->own[i] - want[i]) < 1e-6);
    YES(isinf(s->own[5]));
    sampler_free(s);
}

/* After 1 2 3 4 . 1 2 3 the token 4 would repeat three: it loses 0.8 * 1.75^(3 - 2). */
TEST(sample_dry_counts_the_repeat)
{
    const uint32_t said[] = { 1, 2, 3, 4, 9, 1, 2, 3 };
    for (unsigned breaker = 0; breaker < 2; breaker++) {
        float logits[10] = { 0 };
        struct sample_options o = off();
        o.dry = 0.8F;
        o.dry_breakers = (uint32_t[]){ 2 };
        o.n_dry_breakers = breaker;
        struct sampler *s = sampler_of(o, 10);
        for (unsigned i = 0; i < 8; i++)
            sampler_accept(s, said[i]);
        penalty_dry(s, logits);
        for (unsigned i = 0; i < 10; i++)
            YES(fabs((double)logits[i] - (i == 4 && !breaker ? -0.8 * 1.75 : 0)) < 1e-6);
        sampler_free(s);
    }
}

/* Mirostat holds the mean surprise of what it draws at tau, though the model's own is twice that: mu stays where it is. */
TEST(sample_mirostat_holds_the_surprise)
{
    float logits[N];
    struct sample_options o = off();
    o.mirostat_tau = 4;
    double low = 100, high = 0, cut = 0;
    for (uint32_t i = 0; i < N; i++)
        logits[i] = -logf(1 + (float)i);
    struct sampler *s = sampler_of(o, N);
    for (unsigned i = 0; i < 4000; i++) {
        uint32_t id = sampler_pick(s, logits);
        sampler_accept(s, id);
        low = i > 500 && (double)s->mu < low ? (double)s->mu : low;
        high = i > 500 && (double)s->mu > high ? (double)s->mu : high;
        cut += i > 500 && id > 200;
    }
    YES(low > 4 && high < 10);
    EQ(cut, 0);
    sampler_free(s);
}

TEST(sample_logprobs_are_those_of_the_softmax)
{
    float logits[N];
    double sum = 0;
    struct sample_logprob top[5];
    fill(logits, N, 11);
    for (uint32_t i = 0; i < N; i++)
        sum += exp(sample_logprob(logits, N, i));
    YES(fabs(sum - 1) < 1e-9);
    EQ(sample_top(logits, N, top, 5), 5);
    for (unsigned i = 0; i < 5; i++)
        YES(fabs(top[i].logprob - sample_logprob(logits, N, top[i].token)) < 1e-6);
    for (unsigned i = 1; i < 5; i++)
        YES(top[i - 1].logprob >= top[i].logprob);
    EQ(sample_top(logits, 3, top, 5), 3);
}

TEST(sample_options_out_of_range_are_refused)
{
    struct sampler *s = NULL;
    struct err e = { 0 };
    struct sample_options o = off();
    o.temperature = NAN;
    EQ(sampler_new(&o, 10, &s, &e), ERR_USAGE);
    o = off();
    o.top_p = 1.5F;
    EQ(sampler_new(&o, 10, &s, &e), ERR_USAGE);
    STR(e.msg, "top-p is 1.5, it can be 1e-09 to 1");
    o = off();
    o.biases = (struct sample_bias[]){ { 10, 1 } };
    o.n_biases = 1;
    EQ(sampler_new(&o, 10, &s, &e), ERR_USAGE);
    YES(s == NULL);
    bool hit = true;
    for (size_t i = 1; hit; i++) {
        o = off();
        fault_alloc_at(i);
        int rc = sampler_new(&o, 10, &s, &e);
        hit = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(rc, hit ? ERR_MEMORY : 0);
    }
    sampler_free(s);
}

int main(void)
{
    return RUN(CASE(sample_philox_is_the_published_one), CASE(sample_of_equals_the_lower_id_comes_first),
               CASE(sample_of_no_numbers_something_is_chosen), CASE(sample_draws_follow_the_probabilities),
               CASE(sample_same_seed_and_place_same_token), CASE(sample_truncations_keep_what_they_should),
               CASE(sample_typical_is_the_set_of_the_definition), CASE(sample_penalties_and_biases),
               CASE(sample_dry_counts_the_repeat), CASE(sample_mirostat_holds_the_surprise),
               CASE(sample_logprobs_are_those_of_the_softmax), CASE(sample_options_out_of_range_are_refused));
}
