// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/avx2/avx2_vec.h - 32 bytes: AVX2, FMA and F16C; AVX-VNNI where the compiler is told of it.
 *
 * Without VNNI, vpmaddubsw multiplies unsigned codes by signed activations and adds pairs in int16, which saturates.
 * |x| <= 127, so a pair of codes of `bits` bits gives at most 2 (2^bits - 1) 127 in magnitude, and so many pairs fit below
 * 32767 that VA_GROUPS of them may be added before they are widened:
 *
 *     4 bits   8 x 3810 = 30480      5 bits   4 x 7874 = 31496      6 bits   2 x 16002 = 32004
 *
 * Signed codes of 8 bits: |w| as the unsigned operand and x with w's sign, 2 x 128 x 127 = 32512, widened at once. */
#ifndef ASSAY_TENSOR_AVX2_VEC_H
#define ASSAY_TENSOR_AVX2_VEC_H
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { VB = 32, SIDES = 2, VF = 8 };
typedef __m256i vb, va, vi;
typedef __m256 vf;

/* ---- bytes ------------------------------------------------------------------------------- */

INLINE vb vb_load(const void *p) { return _mm256_loadu_si256(p); }
INLINE void vb_store(void *p, vb v) { _mm256_storeu_si256(p, v); }
INLINE vb vb_or(vb a, vb b) { return _mm256_or_si256(a, b); }

/* Bits `from` and on of each byte, as many as `mask` has, at bit `to`. */
INLINE vb vb_place(vb v, unsigned from, unsigned to, unsigned mask)
{
    vb s = from > to ? _mm256_srli_epi16(v, (int)(from - to)) : from < to ? _mm256_slli_epi16(v, (int)(to - from)) : v;
    return _mm256_and_si256(s, _mm256_set1_epi8((char)(mask << to)));
}

INLINE vb vb_bcast4(const void *p)
{
    int32_t v;
    memcpy(&v, p, 4);
    return _mm256_set1_epi32(v);
}

#define vb_table16(...) _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))
INLINE vb vb_table(vb table, vb v) { return _mm256_shuffle_epi8(table, v); }

/* ---- sums of products -------------------------------------------------------------------- */

INLINE vi vi_zero(void) { return _mm256_setzero_si256(); }

/* Products of pairs of int16 of 8 rows with one pair for all. */
INLINE vi vi_pairs(const int32_t *z, const int16_t *pair) { return _mm256_madd_epi16(vb_load(z), vb_bcast4(pair)); }

#if defined __AVXVNNI__
enum { TILE_TOKENS = 4 };
#define VA_GROUPS(bits) ((void)(bits), 8u)
INLINE va va_dot(va a, vb w, vb x) { return _mm256_dpbusd_avx_epi32(a, w, x); }
INLINE va va_dot_first(vb w, vb x) { return _mm256_dpbusd_avx_epi32(_mm256_setzero_si256(), w, x); }
INLINE vi va_fold(vi s, va a) { return _mm256_add_epi32(s, a); }
INLINE int32_t va_scale_word(int s) { return s; }
INLINE vi va_scaled(vi s, va a, const int32_t *by) { return _mm256_add_epi32(s, _mm256_mullo_epi32(a, vb_load(by))); }
INLINE vi vi_signed_start(const int16_t *sum) { return _mm256_set1_epi32(-128 * (sum[0] + sum[1])); }
INLINE vi vi_dot_signed(vi s, vb w, vb x)
{
    return _mm256_dpbusd_avx_epi32(s, _mm256_xor_si256(w, _mm256_set1_epi8(-128)), x);      /* w + 128 */
}
#else
enum { TILE_TOKENS = 6 };
#define VA_GROUPS(bits) ((bits) <= 4 ? 8u : (bits) == 5 ? 4u : 2u)
INLINE va va_dot_first(vb w, vb x) { return _mm256_maddubs_epi16(w, x); }

/* The empty statement keeps the compiler from gathering all products of a block before it adds them, for which
 * there are not registers enough. */
INLINE va va_dot(va a, vb w, vb x)
{
    va s = _mm256_add_epi16(a, _mm256_maddubs_epi16(w, x));
    __asm__("" : "+x"(s));
    return s;
}

INLINE vi va_fold(vi s, va a) { return _mm256_add_epi32(s, _mm256_madd_epi16(a, _mm256_set1_epi16(1))); }
INLINE int32_t va_scale_word(int s) { return (int32_t)(((uint32_t)s & 0xffff) * 0x10001u); }
INLINE vi va_scaled(vi s, va a, const int32_t *by) { return _mm256_add_epi32(s, _mm256_madd_epi16(a, vb_load(by))); }
INLINE vi vi_signed_start(const int16_t *sum)
{
    (void)sum;
    return vi_zero();
}
INLINE vi vi_dot_signed(vi s, vb w, vb x)
{
    vi pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w));
    return _mm256_add_epi32(s, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
#endif

/* ---- floats ------------------------------------------------------------------------------ */

enum { TILE_FLOAT = 6 };

INLINE vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void vf_store(float *p, vf v) { _mm256_storeu_ps(p, v); }
INLINE vf vf_set1(float v) { return _mm256_set1_ps(v); }
INLINE vf vf_of_vi(vi v) { return _mm256_cvtepi32_ps(v); }
INLINE vf vf_add(vf a, vf b) { return _mm256_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm256_div_ps(a, b); }
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }            /* a b + c */
INLINE vf vf_fnma(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }          /* c - a b */
INLINE vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }                       /* b when one is a NaN */
INLINE vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }
INLINE vf vf_abs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
INLINE vf vf_round(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

/* a times 2^n; n a whole number, and the result in range. */
INLINE vf vf_scale2(vf a, vf n)
{
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23)));
}

/* v, or 0 where x < limit. */
INLINE vf vf_zero_below(vf x, float limit, vf v)
{
    return _mm256_andnot_ps(_mm256_cmp_ps(x, _mm256_set1_ps(limit), _CMP_LT_OQ), v);
}

/* v with the sign of s turned over. */
INLINE vf vf_signed_as(vf v, vf s)
{
    const vf sign = _mm256_set1_ps(-0.0f);
    return _mm256_or_ps(_mm256_andnot_ps(sign, v), _mm256_and_ps(sign, s));
}

INLINE vf vf_f16(const void *p) { return _mm256_cvtph_ps(_mm_loadu_si128(p)); }
INLINE void vf_to_f16(void *p, vf v) { _mm_storeu_si128(p, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT)); }
INLINE vf vf_s8(const void *p) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(p))); }
INLINE vf vf_bf16(const void *p)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(p)), 16));
}

/* The even and the odd bf16 of each pair. */
INLINE vf vf_bf16_even(const void *p) { return _mm256_castsi256_ps(_mm256_slli_epi32(vb_load(p), 16)); }
INLINE vf vf_bf16_odd(const void *p)
{
    return _mm256_castsi256_ps(_mm256_and_si256(vb_load(p), _mm256_set1_epi32((int)0xffff0000)));
}

INLINE void vf_f16x16(const void *p, float *out)
{
    vf_store(out, vf_f16(p));
    vf_store(out + 8, vf_f16((const char *)p + 16));
}

INLINE float vf_sum(vf v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

INLINE float vf_most(vf v)
{
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/* The sums of 8 vectors. */
INLINE vf vf_sums(const vf *v)
{
    vf a = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
    vf b = _mm256_hadd_ps(_mm256_hadd_ps(v[4], v[5]), _mm256_hadd_ps(v[6], v[7]));
    return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
}

/* (a0 a1 a2 ...) and (b0 b1 b2 ...) from (a0 b0 a1 b1 ...), and back. */
INLINE void vf_unzip(const float *p, vf *a, vf *b)
{
    vf x = vf_load(p), y = vf_load(p + 8);
    vf lo = _mm256_permute2f128_ps(x, y, 0x20), hi = _mm256_permute2f128_ps(x, y, 0x31);
    *a = _mm256_shuffle_ps(lo, hi, 0x88);
    *b = _mm256_shuffle_ps(lo, hi, 0xdd);
}

INLINE void vf_zip(float *p, vf a, vf b)
{
    vf lo = _mm256_unpacklo_ps(a, b), hi = _mm256_unpackhi_ps(a, b);
    vf_store(p, _mm256_permute2f128_ps(lo, hi, 0x20));
    vf_store(p + 8, _mm256_permute2f128_ps(lo, hi, 0x31));
}

#endif
