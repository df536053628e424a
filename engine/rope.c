// SPDX-License-Identifier: Apache-2.0
#include "engine/rope.h"

#include <math.h>

/* Which i turns `turns` times within the original context. */
static double yarn_dim(const struct rope_spec *s, double turns)
{
    return s->n_rot * log(s->n_ctx_original / (turns * 2 * M_PI)) / (2 * log(s->base));
}

static void yarn(const struct rope_spec *s, float *inv_freq)
{
    double low = yarn_dim(s, s->beta_fast), high = yarn_dim(s, s->beta_slow);
    if (!s->not_rounded) {
        low = floor(low);
        high = ceil(high);
    }
    low = fmax(low, 0);
    high = fmin(high, s->n_rot - 1.0);
    if (high <= low)
        high = low + 0.001;                     /* a step instead of a ramp */
    for (uint32_t i = 0; i < s->n_rot / 2; i++) {
        double ramp = fmin(fmax((i - low) / (high - low), 0), 1), f = (double)inv_freq[i];
        inv_freq[i] = (float)(f / s->factor * ramp + f * (1 - ramp));
    }
}

static double magnitude_of(const struct rope_spec *s)
{
    if (s->magnitude > 0)
        return s->magnitude;
    if (s->scaling == ROPE_YARN)
        return s->factor > 1 ? 0.1 * log(s->factor) + 1 : 1;
    if (s->scaling == ROPE_LONG && s->n_ctx_original > 1 && s->factor > 1)
        return sqrt(1 + log(s->factor) / log(s->n_ctx_original));
    return 1;
}

int rope_make(const struct rope_spec *s, uint32_t n_ctx, struct arena *a, struct rope *out, struct err *e)
{
    float *f = arena_array(a, s->n_rot / 2 + 1, sizeof *f);
    if (!f)
        return err_memory(e);
    const float *by = s->factors;
    if (s->scaling == ROPE_LONG)
        by = n_ctx > s->n_ctx_original ? s->long_factors : s->short_factors;
    for (uint32_t i = 0; i < s->n_rot / 2; i++) {
        f[i] = (float)(1 / pow(s->base, 2.0 * i / s->n_rot));
        if (by)
            f[i] = (float)((double)f[i] / (double)by[i]);
        if (s->scaling == ROPE_LINEAR)
            f[i] = (float)((double)f[i] / s->factor);
    }
    if (s->scaling == ROPE_YARN)
        yarn(s, f);
    *out = (struct rope){ .n_rot = s->n_rot, .magnitude = (float)magnitude_of(s), .inv_freq = f };
    return 0;
}

void rope_at(const struct rope *r, uint32_t position, float *cs)
{
    for (uint32_t i = 0; i < r->n_rot / 2; i++) {
        double angle = (double)((float)position * r->inv_freq[i]);      /* rounded as the reference rounds it */
        cs[2 * i] = (float)cos(angle) * r->magnitude;
        cs[2 * i + 1] = (float)sin(angle) * r->magnitude;
    }
}

void rope_llama3(double base, uint32_t n_rot, double factor, double low, double high, double n_ctx_original, float *out)
{
    for (uint32_t i = 0; i < n_rot / 2; i++) {
        double turns = n_ctx_original * pow(base, -2.0 * i / n_rot) / (2 * M_PI);
        double smooth = (turns - low) / (high - low);
        out[i] = (float)(turns > high ? 1 : turns < low ? factor : 1 / ((1 - smooth) / factor + smooth));
    }
}
