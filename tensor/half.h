// SPDX-License-Identifier: Apache-2.0
/* tensor/half.h - the two 16-bit floats, bit by bit; kernels use the processor's instructions instead.
 *
 *     f16   1 sign, 5 exponent, 10 fraction       bf16   the upper half of an f32
 *
 * To 16 bits rounds to the nearest, ties to even; a NaN stays one (quiet), as vcvtps2ph does it. */
#ifndef ASSAY_TENSOR_HALF_H
#define ASSAY_TENSOR_HALF_H
#include <stdint.h>
#include <string.h>

static inline uint32_t float_bits(float f)
{
    uint32_t u;
    memcpy(&u, &f, 4);
    return u;
}

static inline float float_of(uint32_t u)
{
    float f;
    memcpy(&f, &u, 4);
    return f;
}

static inline float float_of_f16(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, rest = h & 0x7fff;
    if (rest >= 0x7c00)                                     /* infinity, NaN (made quiet) */
        return float_of(sign | 0x7f800000 | (rest & 0x3ff) << 13 | (rest > 0x7c00 ? 0x400000u : 0));
    if (rest >= 0x400)
        return float_of(sign | ((rest << 13) + (112u << 23)));
    float small = (float)rest * 0x1p-24f;                   /* exact */
    return float_of(sign | float_bits(small));
}

static inline uint16_t f16_of_float(float f)
{
    uint32_t u = float_bits(f), sign = u >> 16 & 0x8000, rest = u & 0x7fffffff;
    if (rest > 0x7f800000)
        return (uint16_t)(sign | 0x7e00 | (rest >> 13 & 0x3ff));
    if (rest >= 0x477ff000)                                 /* 65520 and above round to infinity */
        return (uint16_t)(sign | 0x7c00);
    if (rest < 0x38800000) {                                /* below the smallest normal: the sum rounds for us */
        float sum = float_of(rest) + 0.5f;
        return (uint16_t)(sign | (float_bits(sum) - 0x3f000000));
    }
    return (uint16_t)(sign | (rest - (112u << 23) + 0xfff + (rest >> 13 & 1)) >> 13);
}

static inline float float_of_bf16(uint16_t h)
{
    return float_of((uint32_t)h << 16);
}

static inline uint16_t bf16_of_float(float f)
{
    uint32_t u = float_bits(f);
    if ((u & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(u >> 16 | 0x40);
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

#endif
