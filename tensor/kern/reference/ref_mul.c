// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/reference/ref_mul.c - products, as they are defined.
 *
 * Quantised: for each block of 32 k, in order, with exact integers and one rounding for each fmaf:
 *
 *     affine   acc = fmaf(sum q x, d dx, acc)    acc = fmaf(m, ds, acc)             ds = dx sum x
 *     signed   acc = fmaf(sum q x, d dx, acc)
 *     halves   acc = fmaf(s0 sum0 q x + s1 sum1 q x, d dx, acc)    acc = fmaf(z0 sum0 x + z1 sum1 x, m dx, acc)
 *
 * Float: acc = fmaf(w, x, acc) for each k, in order. A path that keeps to this gives the reference's bits. */
#include "tensor/kern/reference/ref_int.h"

#include <math.h>
#include "tensor/half.h"
#include "tensor/matrix_int.h"

void ref_acts(struct acts *a, uint32_t from, uint32_t to)
{
    if (!(a->forms & ACTS_Q8))
        return;
    for (uint32_t t = from; t < to; t++)
        for (uint32_t b = 0; b < a->n_blocks; b++) {
            size_t at = (size_t)t * a->n_blocks + b;
            const float *x = a->f32 + t * a->f32_stride + (size_t)b * ACTS_BLOCK;
            uint32_t n = a->n_in - b * ACTS_BLOCK < ACTS_BLOCK ? a->n_in - b * ACTS_BLOCK : ACTS_BLOCK, top = 0;
            for (uint32_t i = 0; i < n; i++) {
                uint32_t bits = float_bits(x[i]) & 0x7fffffff;      /* as integers, magnitudes and NaN are in order */
                top = bits > top ? bits : top;
            }
            float most = float_of(top);
            bool plain = top < 0x7f800000 && most >= ACTS_TINY;
            float by = plain ? 127 / most : 0;
            int sum[2] = { 0, 0 };
            for (uint32_t i = 0; i < ACTS_BLOCK; i++) {
                int q = plain && i < n ? (int)rintf(x[i] * by) : 0;
                a->q[at * ACTS_BLOCK + i] = (int8_t)q;
                sum[i / 16] += q;
            }
            a->d[at] = top >= 0x7f800000 ? (float)NAN : plain ? most / 127 : 0;
            a->ds[at] = a->d[at] * (float)(sum[0] + sum[1]);
            a->sum[2 * at] = (int16_t)sum[0];
            a->sum[2 * at + 1] = (int16_t)sum[1];
        }
}

static float mul_block(enum matrix_kind kind, const struct matrix_block *w, const struct acts *x, size_t at, float acc)
{
    const int8_t *xq = x->q + at * ACTS_BLOCK;
    int sum[2] = { 0, 0 };
    float dx = x->d[at];
    for (unsigned i = 0; i < 32; i++)
        sum[i / 16] += w->q[i] * xq[i];
    if (kind == MATRIX_HALVES) {
        acc = fmaf((float)(w->s[0] * sum[0] + w->s[1] * sum[1]), w->d * dx, acc);
        return fmaf((float)(w->z[0] * x->sum[2 * at] + w->z[1] * x->sum[2 * at + 1]), w->m * dx, acc);
    }
    acc = fmaf((float)(sum[0] + sum[1]), w->d * dx, acc);
    return kind == MATRIX_AFFINE ? fmaf(w->m, x->ds[at], acc) : acc;
}

static void mul_row(const struct matrix *w, const struct acts *x, float *y, size_t y_stride, uint32_t row)
{
    struct matrix_block blk = { 0 };
    for (uint32_t t = 0; t < x->n_tok; t++)
        y[t * y_stride + row] = 0;
    if (w->kind == MATRIX_FLOAT) {
        for (uint32_t k = 0; k < w->n_in; k++)
            for (uint32_t t = 0; t < x->n_tok; t++)
                y[t * y_stride + row] = fmaf(matrix_float(w, row, k), x->f32[t * x->f32_stride + k], y[t * y_stride + row]);
        return;
    }
    for (uint32_t b = 0; b < w->n_in / 32; b++) {
        matrix_block(w, row, b, &blk);
        for (uint32_t t = 0; t < x->n_tok; t++)
            y[t * y_stride + row] = mul_block((enum matrix_kind)w->kind, &blk, x, (size_t)t * x->n_blocks + b,
                                              y[t * y_stride + row]);
    }
}

void ref_mul(const struct matrix *w, const struct acts *x, float *y, size_t y_stride, uint32_t from, uint32_t to)
{
    for (uint32_t row = from * MATRIX_PANEL; row < to * MATRIX_PANEL && row < w->n_out; row++)
        mul_row(w, x, y, y_stride, row);
}
