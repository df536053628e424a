// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/body/acts_body.h - activations to int8; plain loops that the compiler makes vectors of. */
#ifndef ASSAY_TENSOR_ACTS_BODY_H
#define ASSAY_TENSOR_ACTS_BODY_H

static void acts_block(struct acts *a, const float *x, size_t at)
{
    uint32_t top = 0, bits[ACTS_BLOCK];
    int32_t q[ACTS_BLOCK], sum[2] = { 0, 0 };
    memcpy(bits, x, sizeof bits);
    for (unsigned i = 0; i < ACTS_BLOCK; i++) {
        uint32_t size = bits[i] & 0x7fffffff;       /* as integers, magnitudes and NaN are in order */
        top = size > top ? size : top;
    }
    float most = float_of(top);
    bool plain = top < 0x7f800000 && most >= ACTS_TINY;
    float by = plain ? 127 / most : 0;
    a->d[at] = top >= 0x7f800000 ? (float)NAN : plain ? most / 127 : 0;
    if (plain)
        for (unsigned i = 0; i < ACTS_BLOCK; i++)
            q[i] = (int32_t)rintf(x[i] * by);
    else
        memset(q, 0, sizeof q);
    for (unsigned h = 0; h < 2; h++)
        for (unsigned i = 0; i < ACTS_BLOCK / 2; i++)
            sum[h] += q[ACTS_BLOCK / 2 * h + i];
    for (unsigned i = 0; i < ACTS_BLOCK; i++)
        a->q[at * ACTS_BLOCK + i] = (int8_t)q[i];
    a->ds[at] = a->d[at] * (float)(sum[0] + sum[1]);
    a->sum[2 * at] = (int16_t)sum[0];
    a->sum[2 * at + 1] = (int16_t)sum[1];
}

static void acts(struct acts *a, uint32_t from, uint32_t to)
{
    uint32_t whole = a->n_in / ACTS_BLOCK, rest = a->n_in % ACTS_BLOCK;
    for (uint32_t t = from; t < to && a->forms & ACTS_Q8; t++) {
        const float *x = a->f32 + t * a->f32_stride;
        for (uint32_t b = 0; b < whole; b++)
            acts_block(a, x + (size_t)b * ACTS_BLOCK, (size_t)t * a->n_blocks + b);
        if (rest) {
            float end[ACTS_BLOCK] = { 0 };
            memcpy(end, x + (size_t)whole * ACTS_BLOCK, rest * sizeof(float));
            acts_block(a, end, (size_t)t * a->n_blocks + whole);
        }
    }
}

#endif
