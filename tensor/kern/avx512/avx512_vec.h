// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/avx512/avx512_vec.h - 64 bytes: AVX-512 F, BW, DQ, VL and VNNI. One group of codes is one vector.
 *
 * vpdpbusd multiplies unsigned codes by signed activations and adds four to an int32: nothing saturates. Signed codes go
 * as w + 128, and 128 times the sum of the activations is taken off at the start. BF16 weights are widened, because
 * vdpbf16ps rounds in its own way and would give other bits. */
#ifndef ASSAY_TENSOR_AVX512_VEC_H
#define ASSAY_TENSOR_AVX512_VEC_H
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { VB = 64, SIDES = 1, VF = 16 };
typedef __m512i vb, va, vi;
typedef __m512 vf;

/* ---- bytes ------------------------------------------------------------------------------- */

INLINE vb vb_load(const void *p) { return _mm512_loadu_si512(p); }
INLINE void vb_store(void *p, vb v) { _mm512_storeu_si512(p, v); }
INLINE vb vb_or(vb a, vb b) { return _mm512_or_si512(a, b); }

/* Bits `from` and on of each byte, as many as `mask` has, at bit `to`. */
INLINE vb vb_place(vb v, unsigned from, unsigned to, unsigned mask)
{
    vb s = from > to ? _mm512_srli_epi16(v, (uint8_t)(from - to)) : from < to ? _mm512_slli_epi16(v, (uint8_t)(to - from)) : v;
    return _mm512_and_si512(s, _mm512_set1_epi8((char)(mask << to)));
}

INLINE vb vb_bcast4(const void *p)
{
    int32_t v;
    memcpy(&v, p, 4);
    return _mm512_set1_epi32(v);
}

#define vb_table16(...) _mm512_broadcast_i32x4(_mm_setr_epi8(__VA_ARGS__))
INLINE vb vb_table(vb table, vb v) { return _mm512_shuffle_epi8(table, v); }

/* ---- sums of products -------------------------------------------------------------------- */

enum { TILE_TOKENS = 8 };
#define VA_GROUPS(bits) ((void)(bits), 8u)

INLINE vi vi_zero(void) { return _mm512_setzero_si512(); }
INLINE vi vi_pairs(const int32_t *z, const int16_t *pair) { return _mm512_madd_epi16(vb_load(z), vb_bcast4(pair)); }
INLINE va va_dot(va a, vb w, vb x) { return _mm512_dpbusd_epi32(a, w, x); }
INLINE va va_dot_first(vb w, vb x) { return _mm512_dpbusd_epi32(_mm512_setzero_si512(), w, x); }
INLINE vi va_fold(vi s, va a) { return _mm512_add_epi32(s, a); }
INLINE int32_t va_scale_word(int s) { return s; }
INLINE vi va_scaled(vi s, va a, const int32_t *by) { return _mm512_add_epi32(s, _mm512_mullo_epi32(a, vb_load(by))); }
INLINE vi vi_signed_start(const int16_t *sum) { return _mm512_set1_epi32(-128 * (sum[0] + sum[1])); }
INLINE vi vi_dot_signed(vi s, vb w, vb x)
{
    return _mm512_dpbusd_epi32(s, _mm512_xor_si512(w, _mm512_set1_epi8(-128)), x);
}

/* ---- floats ------------------------------------------------------------------------------ */

enum { TILE_FLOAT = 12 };

INLINE vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void vf_store(float *p, vf v) { _mm512_storeu_ps(p, v); }
INLINE vf vf_set1(float v) { return _mm512_set1_ps(v); }
INLINE vf vf_of_vi(vi v) { return _mm512_cvtepi32_ps(v); }
INLINE vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm512_div_ps(a, b); }
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }            /* a b + c */
INLINE vf vf_fnma(vf a, vf b, vf c) { return _mm512_fnmadd_ps(a, b, c); }          /* c - a b */
INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }                       /* b when one is a NaN */
INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }
INLINE vf vf_abs(vf a) { return _mm512_abs_ps(a); }
INLINE vf vf_round(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

/* a times 2^n; n a whole number, and the result in range. */
INLINE vf vf_scale2(vf a, vf n) { return _mm512_scalef_ps(a, n); }

/* v, or 0 where x < limit. */
INLINE vf vf_zero_below(vf x, float limit, vf v)
{
    return _mm512_maskz_mov_ps((__mmask16)~_mm512_cmp_ps_mask(x, _mm512_set1_ps(limit), _CMP_LT_OQ), v);
}

/* v with the sign of s. */
INLINE vf vf_signed_as(vf v, vf s)
{
    const vf sign = _mm512_set1_ps(-0.0f);
    return _mm512_or_ps(_mm512_andnot_ps(sign, v), _mm512_and_ps(sign, s));
}

INLINE vf vf_f16(const void *p) { return _mm512_cvtph_ps(_mm256_loadu_si256(p)); }
INLINE void vf_to_f16(void *p, vf v) { _mm256_storeu_si256(p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT)); }
INLINE vf vf_s8(const void *p) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(p))); }
INLINE vf vf_bf16(const void *p)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(p)), 16));
}

/* The even and the odd bf16 of each pair. */
INLINE vf vf_bf16_even(const void *p) { return _mm512_castsi512_ps(_mm512_slli_epi32(vb_load(p), 16)); }
INLINE vf vf_bf16_odd(const void *p)
{
    return _mm512_castsi512_ps(_mm512_and_si512(vb_load(p), _mm512_set1_epi32((int)0xffff0000)));
}

INLINE void vf_f16x16(const void *p, float *out) { vf_store(out, vf_f16(p)); }
INLINE float vf_sum(vf v) { return _mm512_reduce_add_ps(v); }
INLINE float vf_most(vf v) { return _mm512_reduce_max_ps(v); }

/* Each lane the sum of one quarter of 16 vectors: four by four, then the quarters. */
INLINE vf vf_sums(const vf *v)
{
    vf q[4];
    for (unsigned i = 0; i < 4; i++) {
        const vf *p = v + 4 * i;
        vf ab = _mm512_add_ps(_mm512_unpacklo_ps(p[0], p[1]), _mm512_unpackhi_ps(p[0], p[1]));
        vf cd = _mm512_add_ps(_mm512_unpacklo_ps(p[2], p[3]), _mm512_unpackhi_ps(p[2], p[3]));
        q[i] = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
    }
    vf lo = _mm512_add_ps(_mm512_shuffle_f32x4(q[0], q[1], 0x44), _mm512_shuffle_f32x4(q[0], q[1], 0xee));
    vf hi = _mm512_add_ps(_mm512_shuffle_f32x4(q[2], q[3], 0x44), _mm512_shuffle_f32x4(q[2], q[3], 0xee));
    return _mm512_add_ps(_mm512_shuffle_f32x4(lo, hi, 0x88), _mm512_shuffle_f32x4(lo, hi, 0xdd));
}

/* (a0 a1 a2 ...) and (b0 b1 b2 ...) from (a0 b0 a1 b1 ...), and back. */
INLINE void vf_unzip(const float *p, vf *a, vf *b)
{
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    vf x = vf_load(p), y = vf_load(p + 16);
    *a = _mm512_permutex2var_ps(x, even, y);
    *b = _mm512_permutex2var_ps(x, _mm512_add_epi32(even, _mm512_set1_epi32(1)), y);
}

INLINE void vf_zip(float *p, vf a, vf b)
{
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    vf_store(p, _mm512_permutex2var_ps(a, low, b));
    vf_store(p + 16, _mm512_permutex2var_ps(a, _mm512_add_epi32(low, _mm512_set1_epi32(8)), b));
}

#endif
