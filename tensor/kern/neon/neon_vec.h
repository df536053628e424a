// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/neon/neon_vec.h - 16 bytes: NEON with DotProd. A group of codes is four vectors.
 *
 * sdot multiplies signed by signed and adds four to an int32: codes of up to 7 bits are as good signed. */
#ifndef ASSAY_TENSOR_NEON_VEC_H
#define ASSAY_TENSOR_NEON_VEC_H
#include <arm_neon.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { VB = 16, SIDES = 4, VF = 4 };
typedef int8x16_t vb;
typedef int32x4_t va, vi;
typedef float32x4_t vf;

/* ---- bytes ------------------------------------------------------------------------------- */

INLINE vb vb_load(const void *p) { return vld1q_s8(p); }
INLINE void vb_store(void *p, vb v) { vst1q_s8(p, v); }
INLINE vb vb_or(vb a, vb b) { return vorrq_s8(a, b); }

/* Bits `from` and on of each byte, as many as `mask` has, at bit `to`. */
INLINE vb vb_place(vb v, unsigned from, unsigned to, unsigned mask)
{
    uint8x16_t s = vshlq_u8(vreinterpretq_u8_s8(v), vdupq_n_s8((int8_t)((int)to - (int)from)));
    return vreinterpretq_s8_u8(vandq_u8(s, vdupq_n_u8((uint8_t)(mask << to))));
}

INLINE vb vb_bcast4(const void *p)
{
    int32_t v;
    memcpy(&v, p, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(v));
}

#define vb_table16(...) vld1q_s8((const int8_t[16]){ __VA_ARGS__ })
INLINE vb vb_table(vb table, vb v) { return vqtbl1q_s8(table, vreinterpretq_u8_s8(v)); }

/* ---- sums of products -------------------------------------------------------------------- */

enum { TILE_TOKENS = 4 };
#define VA_GROUPS(bits) ((void)(bits), 8u)

INLINE vi vi_zero(void) { return vdupq_n_s32(0); }
INLINE va va_dot(va a, vb w, vb x) { return vdotq_s32(a, w, x); }
INLINE va va_dot_first(vb w, vb x) { return vdotq_s32(vdupq_n_s32(0), w, x); }
INLINE vi va_fold(vi s, va a) { return vaddq_s32(s, a); }
INLINE int32_t va_scale_word(int s) { return s; }
INLINE vi va_scaled(vi s, va a, const int32_t *by) { return vmlaq_s32(s, a, vld1q_s32(by)); }
INLINE vi vi_dot_signed(vi s, vb w, vb x) { return vdotq_s32(s, w, x); }
INLINE vi vi_signed_start(const int16_t *sum)
{
    (void)sum;
    return vi_zero();
}

/* Products of pairs of int16 of 4 rows with one pair for all. */
INLINE vi vi_pairs(const int32_t *z, const int16_t *pair)
{
    int32x4_t v = vld1q_s32(z);
    return vmlal_n_s16(vmull_n_s16(vmovn_s32(v), pair[0]), vshrn_n_s32(v, 16), pair[1]);
}

/* ---- floats ------------------------------------------------------------------------------ */

enum { TILE_FLOAT = 4 };

INLINE vf vf_load(const float *p) { return vld1q_f32(p); }
INLINE void vf_store(float *p, vf v) { vst1q_f32(p, v); }
INLINE vf vf_set1(float v) { return vdupq_n_f32(v); }
INLINE vf vf_of_vi(vi v) { return vcvtq_f32_s32(v); }
INLINE vf vf_add(vf a, vf b) { return vaddq_f32(a, b); }
INLINE vf vf_sub(vf a, vf b) { return vsubq_f32(a, b); }
INLINE vf vf_mul(vf a, vf b) { return vmulq_f32(a, b); }
INLINE vf vf_div(vf a, vf b) { return vdivq_f32(a, b); }
INLINE vf vf_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }                  /* a b + c */
INLINE vf vf_fnma(vf a, vf b, vf c) { return vfmsq_f32(c, a, b); }                 /* c - a b */
INLINE vf vf_max(vf a, vf b) { return vmaxq_f32(a, b); }
INLINE vf vf_min(vf a, vf b) { return vminq_f32(a, b); }
INLINE vf vf_abs(vf a) { return vabsq_f32(a); }
INLINE vf vf_round(vf a) { return vrndnq_f32(a); }

/* a times 2^n; n a whole number, and the result in range. */
INLINE vf vf_scale2(vf a, vf n)
{
    return vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(a), vshlq_n_s32(vcvtnq_s32_f32(n), 23)));
}

/* v, or 0 where x < limit. */
INLINE vf vf_zero_below(vf x, float limit, vf v)
{
    uint32x4_t below = vcltq_f32(x, vdupq_n_f32(limit));
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(v), below));
}

/* v with the sign of s. */
INLINE vf vf_signed_as(vf v, vf s) { return vbslq_f32(vdupq_n_u32(0x80000000u), s, v); }

INLINE vf vf_f16(const void *p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
INLINE void vf_to_f16(void *p, vf v) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(v))); }
INLINE vf vf_bf16(const void *p) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16)); }
INLINE vf vf_s8(const void *p)
{
    int32_t four;
    memcpy(&four, p, 4);
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(four))))));
}

/* The even and the odd bf16 of each pair. */
INLINE vf vf_bf16_even(const void *p) { return vreinterpretq_f32_u32(vshlq_n_u32(vld1q_u32(p), 16)); }
INLINE vf vf_bf16_odd(const void *p)
{
    return vreinterpretq_f32_u32(vandq_u32(vld1q_u32(p), vdupq_n_u32(0xffff0000u)));
}

INLINE void vf_f16x16(const void *p, float *out)
{
    for (unsigned i = 0; i < 16; i += 4)
        vf_store(out + i, vf_f16((const uint16_t *)p + i));
}

INLINE float vf_sum(vf v) { return vaddvq_f32(v); }
INLINE float vf_most(vf v) { return vmaxvq_f32(v); }

/* The sums of 4 vectors. */
INLINE vf vf_sums(const vf *v) { return vpaddq_f32(vpaddq_f32(v[0], v[1]), vpaddq_f32(v[2], v[3])); }

/* (a0 a1 a2 a3) and (b0 b1 b2 b3) from (a0 b0 a1 b1 ...), and back. */
INLINE void vf_unzip(const float *p, vf *a, vf *b)
{
    float32x4x2_t v = vld2q_f32(p);
    *a = v.val[0];
    *b = v.val[1];
}

INLINE void vf_zip(float *p, vf a, vf b) { vst2q_f32(p, (float32x4x2_t){ { a, b } }); }

#endif
