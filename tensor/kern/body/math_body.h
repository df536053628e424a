// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/body/math_body.h - norms, activation functions, the rotation.
 *
 * exp: x = n ln 2 + r, a polynomial in r, times 2^n; 2 units in the last place. Source of the coefficients: Moshier, Cephes,
 * expf. erf: Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.26, error below 1.5e-7. */
#ifndef ASSAY_TENSOR_MATH_BODY_H
#define ASSAY_TENSOR_MATH_BODY_H

INLINE vf vf_exp(vf x)
{
    vf v = vf_min(vf_set1(88.3f), vf_max(vf_set1(-87.3f), x));          /* a NaN stays one */
    vf n = vf_round(vf_mul(v, vf_set1(1.44269504088896341f)));
    vf r = vf_fnma(n, vf_set1(0.693359375f), v);
    r = vf_fnma(n, vf_set1(-2.12194440e-4f), r);
    vf p = vf_fma(vf_set1(1.9875691500e-4f), r, vf_set1(1.3981999507e-3f));
    p = vf_fma(p, r, vf_set1(8.3334519073e-3f));
    p = vf_fma(p, r, vf_set1(4.1665795894e-2f));
    p = vf_fma(p, r, vf_set1(1.6666665459e-1f));
    p = vf_fma(p, r, vf_set1(5.0000001201e-1f));
    p = vf_add(vf_fma(p, vf_mul(r, r), r), vf_set1(1));
    return vf_zero_below(x, -87.3f, vf_scale2(p, n));
}

/* 1 - 2 / (exp 2x + 1), good to a few units of 1's last place. */
INLINE vf vf_tanh(vf x)
{
    vf e = vf_exp(vf_add(x, x));
    return vf_sub(vf_set1(1), vf_div(vf_set1(2), vf_add(e, vf_set1(1))));
}

INLINE vf vf_erf(vf x)
{
    vf a = vf_abs(x), t = vf_div(vf_set1(1), vf_fma(a, vf_set1(0.3275911f), vf_set1(1)));
    vf p = vf_fma(vf_set1(1.061405429f), t, vf_set1(-1.453152027f));
    p = vf_fma(p, t, vf_set1(1.421413741f));
    p = vf_fma(p, t, vf_set1(-0.284496736f));
    p = vf_mul(vf_fma(p, t, vf_set1(0.254829592f)), t);
    return vf_signed_as(vf_fnma(p, vf_exp(vf_mul(vf_sub(vf_set1(0), a), a)), vf_set1(1)), x);
}

INLINE vf sigmoid_times(vf x, float by)
{
    return vf_div(x, vf_add(vf_set1(1), vf_exp(vf_mul(x, vf_set1(-by)))));
}

INLINE vf vf_act(enum kern_act f, vf x)
{
    const vf half = vf_set1(0.5f), one = vf_set1(1);
    switch (f) {
    case KERN_SILU: return sigmoid_times(x, 1);
    case KERN_GELU_QUICK: return sigmoid_times(x, 1.702f);
    case KERN_GELU_TANH: {
        vf cube = vf_mul(vf_mul(vf_set1(0.044715f), x), vf_mul(x, x));
        return vf_mul(vf_mul(half, x), vf_add(one, vf_tanh(vf_mul(vf_set1(0.79788456080286536f), vf_add(x, cube)))));
    }
    case KERN_GELU_ERF: return vf_mul(vf_mul(half, x), vf_add(one, vf_erf(vf_mul(x, vf_set1(0.70710678118654752f)))));
    case KERN_RELU: break;
    }
    return vf_max(vf_set1(0), x);
}

/* Do `body` on VF elements at i; the last ones go through a buffer, with zeros behind them. */
#define EACH_VF(n, body)                                \
    for (uint32_t i = 0; i < (n); i += VF) {            \
        uint32_t left = (n) - i < VF ? (n) - i : VF;    \
        body                                            \
    }

INLINE vf load_some(const float *p, uint32_t n)
{
    float end[VF] = { 0 };
    if (n == VF)
        return vf_load(p);
    memcpy(end, p, n * sizeof *p);
    return vf_load(end);
}

INLINE void store_some(float *p, vf v, uint32_t n)
{
    float end[VF];
    if (n == VF) {
        vf_store(p, v);
        return;
    }
    vf_store(end, v);
    memcpy(p, end, n * sizeof *p);
}

static void rms_norm(float *y, const float *x, const float *w, uint32_t n, float eps)
{
    vf sum = vf_set1(0);
    EACH_VF(n, vf v = load_some(x + i, left); sum = vf_fma(v, v, sum);)
    vf by = vf_set1(1 / sqrtf(vf_sum(sum) / (float)n + eps));
    EACH_VF(n, vf v = vf_mul(load_some(x + i, left), by);
            store_some(y + i, w ? vf_mul(v, load_some(w + i, left)) : v, left);)
}

static void layer_norm(float *y, const float *x, const float *w, const float *b, uint32_t n, float eps)
{
    vf sum = vf_set1(0), squares = vf_set1(0);
    EACH_VF(n, sum = vf_add(sum, load_some(x + i, left));)
    float middle = vf_sum(sum) / (float)n;
    for (uint32_t i = 0; i < n; i += VF) {
        vf off = vf_sub(load_some(x + i, n - i < VF ? n - i : VF), vf_set1(middle));
        float keep[VF];
        if (n - i < VF) {                       /* the zeros behind the end do not count */
            vf_store(keep, off);
            off = load_some(keep, n - i);
        }
        squares = vf_fma(off, off, squares);
    }
    vf by = vf_set1(1 / sqrtf(vf_sum(squares) / (float)n + eps));
    EACH_VF(n, vf v = vf_mul(vf_sub(load_some(x + i, left), vf_set1(middle)), by);
            v = w ? vf_mul(v, load_some(w + i, left)) : v;
            store_some(y + i, b ? vf_add(v, load_some(b + i, left)) : v, left);)
}

static void add(float *y, const float *x, uint32_t n)
{
    EACH_VF(n, store_some(y + i, vf_add(load_some(y + i, left), load_some(x + i, left)), left);)
}

static void axpy(float *y, const float *x, float s, uint32_t n)
{
    EACH_VF(n, store_some(y + i, vf_fma(vf_set1(s), load_some(x + i, left), load_some(y + i, left)), left);)
}

static void scale(float *y, float s, uint32_t n)
{
    EACH_VF(n, store_some(y + i, vf_mul(vf_set1(s), load_some(y + i, left)), left);)
}

INLINE void gate_of(enum kern_act f, float *y, const float *x, const float *up, uint32_t n)
{
    EACH_VF(n, vf v = vf_act(f, load_some(x + i, left));
            store_some(y + i, up ? vf_mul(v, load_some(up + i, left)) : v, left);)
}

static void gate(enum kern_act f, float *y, const float *x, const float *up, uint32_t n)
{
    switch (f) {
    case KERN_SILU: gate_of(KERN_SILU, y, x, up, n); break;
    case KERN_GELU_TANH: gate_of(KERN_GELU_TANH, y, x, up, n); break;
    case KERN_GELU_ERF: gate_of(KERN_GELU_ERF, y, x, up, n); break;
    case KERN_GELU_QUICK: gate_of(KERN_GELU_QUICK, y, x, up, n); break;
    case KERN_RELU: gate_of(KERN_RELU, y, x, up, n); break;
    }
}

static void act(enum kern_act f, float *y, const float *x, uint32_t n)
{
    gate(f, y, x, NULL, n);
}

static void softcap(float *y, float cap, uint32_t n)
{
    EACH_VF(n, store_some(y + i, vf_mul(vf_set1(cap), vf_tanh(vf_mul(load_some(y + i, left), vf_set1(1 / cap)))), left);)
}

static void softmax(float *y, uint32_t n)
{
    float most = -INFINITY;
    vf top = vf_set1(-INFINITY), sum = vf_set1(0);
    uint32_t whole = n - n % VF;
    for (uint32_t i = 0; i < whole; i += VF)
        top = vf_max(vf_load(y + i), top);
    most = vf_most(top);
    for (uint32_t i = whole; i < n; i++)
        most = y[i] > most ? y[i] : most;
    for (uint32_t i = 0; i < whole; i += VF) {
        vf v = vf_exp(vf_sub(vf_load(y + i), vf_set1(most)));
        vf_store(y + i, v);
        sum = vf_add(sum, v);
    }
    if (n > whole) {
        float end[VF];
        for (uint32_t i = 0; i < VF; i++)
            end[i] = whole + i < n ? y[whole + i] - most : -INFINITY;
        vf v = vf_exp(vf_load(end));
        store_some(y + whole, v, n - whole);
        sum = vf_add(sum, v);
    }
    scale(y, 1 / vf_sum(sum), n);
}

static void rope(float *x, uint32_t n_heads, uint32_t head_dim, uint32_t n_rot, const float *cs, bool halves)
{
    uint32_t half = n_rot / 2, whole = half - half % VF;
    for (uint32_t h = 0; h < n_heads; h++, x += head_dim) {
        for (uint32_t i = 0; i < whole; i += VF) {
            vf a, b, c, s;
            vf_unzip(cs + 2 * i, &c, &s);
            if (halves) {
                a = vf_load(x + i);
                b = vf_load(x + half + i);
            } else {
                vf_unzip(x + 2 * i, &a, &b);
            }
            vf first = vf_fnma(b, s, vf_mul(a, c)), second = vf_fma(b, c, vf_mul(a, s));
            if (halves) {
                vf_store(x + i, first);
                vf_store(x + half + i, second);
            } else {
                vf_zip(x + 2 * i, first, second);
            }
        }
        for (uint32_t i = whole; i < half; i++) {
            float *a = x + (halves ? i : 2 * i), *b = halves ? a + half : a + 1, was = *a;
            *a = fmaf(-*b, cs[2 * i + 1], was * cs[2 * i]);
            *b = fmaf(*b, cs[2 * i], was * cs[2 * i + 1]);
        }
    }
}

#endif
