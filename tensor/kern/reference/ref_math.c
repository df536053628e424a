// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/reference/ref_math.c - norms, activation functions and the rotation, as they are defined. */
#include "tensor/kern/reference/ref_int.h"

#include <math.h>

void ref_rms_norm(float *y, const float *x, const float *w, uint32_t n, float eps)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    float by = (float)(1 / sqrt(sum / n + (double)eps));
    for (uint32_t i = 0; i < n; i++)
        y[i] = x[i] * by * (w ? w[i] : 1);
}

void ref_layer_norm(float *y, const float *x, const float *w, const float *b, uint32_t n, float eps)
{
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += (double)x[i];
    double mean = sum / n;
    for (uint32_t i = 0; i < n; i++)
        squares += ((double)x[i] - mean) * ((double)x[i] - mean);
    float by = (float)(1 / sqrt(squares / n + (double)eps)), middle = (float)mean;
    for (uint32_t i = 0; i < n; i++)
        y[i] = (x[i] - middle) * by * (w ? w[i] : 1) + (b ? b[i] : 0);
}

void ref_add(float *y, const float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] += x[i];
}

void ref_axpy(float *y, const float *x, float s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] = fmaf(s, x[i], y[i]);
}

void ref_scale(float *y, float s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] *= s;
}

/* GELU by tanh: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, section 2; "quick" is x sigmoid(1.702 x). */
static float act(enum kern_act f, float x)
{
    switch (f) {
    case KERN_SILU: return x / (1 + expf(-x));
    case KERN_GELU_TANH: return 0.5f * x * (1 + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x)));
    case KERN_GELU_ERF: return 0.5f * x * (1 + erff(x * 0.70710678118654752f));
    case KERN_GELU_QUICK: return x / (1 + expf(-1.702f * x));
    case KERN_RELU: break;
    }
    return x < 0 ? 0 : x;               /* a NaN stays one */
}

void ref_act(enum kern_act f, float *y, const float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] = act(f, x[i]);
}

void ref_gate(enum kern_act f, float *y, const float *gate, const float *up, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] = act(f, gate[i]) * up[i];
}

void ref_softcap(float *y, float cap, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] = cap * tanhf(y[i] / cap);
}

void ref_softmax(float *y, uint32_t n)
{
    float most = -INFINITY;
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        most = y[i] > most ? y[i] : most;
    for (uint32_t i = 0; i < n; i++) {
        y[i] = expf(y[i] - most);
        sum += (double)y[i];
    }
    float by = (float)(1 / sum);
    for (uint32_t i = 0; i < n; i++)
        y[i] *= by;
}

void ref_rope(float *x, uint32_t n_heads, uint32_t head_dim, uint32_t n_rot, const float *cs, bool halves)
{
    uint32_t half = n_rot / 2;
    for (uint32_t h = 0; h < n_heads; h++, x += head_dim)
        for (uint32_t i = 0; i < half; i++) {
            float *a = x + (halves ? i : 2 * i), *b = halves ? a + half : a + 1;
            float c = cs[2 * i], s = cs[2 * i + 1], was = *a;
            *a = was * c - *b * s;
            *b = was * s + *b * c;
        }
}
