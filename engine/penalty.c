// SPDX-License-Identifier: Apache-2.0
/* engine/penalty.c - what was said already becomes less likely. */
#include <math.h>
#include "engine/sample_int.h"

static uint32_t looked_at(const struct sampler *s, uint32_t most)
{
    uint32_t n = most < SAMPLE_LAST_MAX ? most : SAMPLE_LAST_MAX;
    return s->n_seen < n ? (uint32_t)s->n_seen : n;
}

void penalty_apply(struct sampler *s, float *logits)
{
    const struct sample_options *o = &s->o;
    uint32_t n = looked_at(s, o->last_n);
    for (uint32_t i = 0; i < n; i++)
        s->counts[sampler_back(s, i)]++;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t id = sampler_back(s, i);
        if (s->counts[id] == 0)
            continue;
        float *v = &logits[id];
        *v = *v > 0 ? *v / o->repeat : *v * o->repeat;
        *v -= (float)s->counts[id] * o->frequency + o->presence;
        s->counts[id] = 0;
    }
}

static bool is_breaker(const struct sample_options *o, uint32_t id)
{
    for (uint32_t i = 0; i < o->n_dry_breakers; i++)
        if (o->dry_breakers[i] == id)
            return true;
    return false;
}

/* z[i]: how many of the last tokens stand also before the place i tokens back. Gusfield's Z algorithm on the tokens read
 * backwards, O(n). */
static void match_back(struct sampler *s, uint32_t n)
{
    uint32_t left = 0, right = 0;
    for (uint32_t i = 1; i < n; i++) {
        uint32_t len = 0;
        if (i < right)
            len = s->z[i - left] < right - i ? s->z[i - left] : right - i;
        while (i + len < n && sampler_back(s, len) == sampler_back(s, i + len))
            len++;
        s->z[i] = len;
        if (i + len > right) {
            left = i;
            right = i + len;
        }
    }
}

/* A token that would make a repeat of `length` tokens longer loses dry * base^(length - allowed). */
void penalty_dry(struct sampler *s, float *logits)
{
    const struct sample_options *o = &s->o;
    uint32_t n = looked_at(s, SAMPLE_LAST_MAX), most = 0;
    while (most < n && !is_breaker(o, sampler_back(s, most)))
        most++;
    match_back(s, n);
    for (uint32_t i = 1; i < n; i++) {
        uint32_t len = s->z[i] < most ? s->z[i] : most, id = sampler_back(s, i - 1);
        if (len >= o->dry_allowed && len > s->counts[id])
            s->counts[id] = len;
    }
    for (uint32_t i = 1; i < n; i++) {
        uint32_t id = sampler_back(s, i - 1);
        if (s->counts[id]) {
            double by = (double)o->dry * pow((double)o->dry_base, s->counts[id] - o->dry_allowed);
            logits[id] -= (float)fmin(by, 1e30);
        }
        s->counts[id] = 0;
    }
}
