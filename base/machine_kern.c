// SPDX-License-Identifier: Apache-2.0
/* base/machine_kern.c - loops that do nothing but one kind of arithmetic, or reading.
 *
 * Each accumulator is made opaque once and its operand before each use, so that the compiler can neither merge equal
 * accumulators nor lift the product out of the loop; this adds no instruction. Enough accumulators
 * (10 or 12) hide a latency of 4 to 5 cycles on two units. */
#include "base/machine_int.h"

#include <string.h>

#define OPAQUE_X(v) __asm__ volatile("" : "+x"(v))
#define OPAQUE_V(v) __asm__ volatile("" : "+v"(v))
#define OPAQUE_R(v) __asm__ volatile("" : "+r"(v))

#define TEN(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9)
#define TWELVE(M) TEN(M) M(10) M(11)

#if defined __x86_64__
#include <immintrin.h>

#define IN(features) __attribute__((target(features)))

IN("avx512f,avx512bw,avx512vnni") static double int8_avx512_vnni(uint64_t n)
{
    __m512i a = _mm512_set1_epi8(1), b = a, sum = _mm512_setzero_si512();
#define BEGIN(i) __m512i s##i = _mm512_setzero_si512(); OPAQUE_V(s##i);
#define STEP(i) s##i = _mm512_dpbusd_epi32(s##i, a, b);
#define ADD(i) sum = _mm512_add_epi32(sum, s##i);
    TWELVE(BEGIN)
    for (uint64_t k = 0; k < n; k++) {
        OPAQUE_V(a);
        TWELVE(STEP)
    }
    TWELVE(ADD)
#undef BEGIN
#undef STEP
#undef ADD
    int32_t out[16];
    double total = 0;
    memcpy(out, &sum, sizeof out);
    for (unsigned i = 0; i < 16; i++)
        total += out[i];
    return total;
}

static double sum_ymm(const void *p)
{
    int32_t out[8];
    double total = 0;
    memcpy(out, p, sizeof out);
    for (unsigned i = 0; i < 8; i++)
        total += out[i];
    return total;
}

IN("avx2,avxvnni") static double int8_avx_vnni(uint64_t n)
{
    __m256i a = _mm256_set1_epi8(1), b = a, sum = _mm256_setzero_si256();
#define BEGIN(i) __m256i s##i = _mm256_setzero_si256(); OPAQUE_X(s##i);
#define STEP(i) s##i = _mm256_dpbusd_avx_epi32(s##i, a, b);
#define ADD(i) sum = _mm256_add_epi32(sum, s##i);
    TWELVE(BEGIN)
    for (uint64_t k = 0; k < n; k++) {
        OPAQUE_X(a);
        TWELVE(STEP)
    }
    TWELVE(ADD)
#undef BEGIN
#undef STEP
    return sum_ymm(&sum);
}

/* Three instructions for what one does with VNNI. */
IN("avx2") static double int8_avx2(uint64_t n)
{
    __m256i a = _mm256_set1_epi8(1), b = a, one = _mm256_set1_epi16(1), sum = _mm256_setzero_si256();
#define BEGIN(i) __m256i s##i = _mm256_setzero_si256(); OPAQUE_X(s##i);
#define STEP(i) OPAQUE_X(a); s##i = _mm256_add_epi32(s##i, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), one));
    TEN(BEGIN)
    for (uint64_t k = 0; k < n; k++) {
        TEN(STEP)
    }
    TEN(ADD)
#undef BEGIN
#undef STEP
#undef ADD
    return sum_ymm(&sum);
}

IN("avx512f") static double f32_avx512(uint64_t n)
{
    __m512 a = _mm512_set1_ps(1), b = a, sum = _mm512_setzero_ps();
#define BEGIN(i) __m512 s##i = _mm512_setzero_ps(); OPAQUE_V(s##i);
#define STEP(i) s##i = _mm512_fmadd_ps(a, b, s##i);
#define ADD(i) sum = _mm512_add_ps(sum, s##i);
    TWELVE(BEGIN)
    for (uint64_t k = 0; k < n; k++) {
        OPAQUE_V(a);
        TWELVE(STEP)
    }
    TWELVE(ADD)
#undef BEGIN
#undef STEP
#undef ADD
    float out[16];
    double total = 0;
    memcpy(out, &sum, sizeof out);
    for (unsigned i = 0; i < 16; i++)
        total += (double)out[i];
    return total;
}

IN("avx2,fma") static double f32_fma(uint64_t n)
{
    __m256 a = _mm256_set1_ps(1), b = a, sum = _mm256_setzero_ps();
#define BEGIN(i) __m256 s##i = _mm256_setzero_ps(); OPAQUE_X(s##i);
#define STEP(i) s##i = _mm256_fmadd_ps(a, b, s##i);
#define ADD(i) sum = _mm256_add_ps(sum, s##i);
    TWELVE(BEGIN)
    for (uint64_t k = 0; k < n; k++) {
        OPAQUE_X(a);
        TWELVE(STEP)
    }
    TWELVE(ADD)
#undef BEGIN
#undef STEP
#undef ADD
    float out[8];
    double total = 0;
    memcpy(out, &sum, sizeof out);
    for (unsigned i = 0; i < 8; i++)
        total += (double)out[i];
    return total;
}

IN("avx512f") static uint64_t read_avx512(const void *p, size_t bytes)
{
    const __m512i *v = p;
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
    for (size_t i = 0; i < bytes / 64; i += 4) {
        a = _mm512_add_epi64(a, _mm512_load_si512(v + i));
        b = _mm512_add_epi64(b, _mm512_load_si512(v + i + 1));
        c = _mm512_add_epi64(c, _mm512_load_si512(v + i + 2));
        d = _mm512_add_epi64(d, _mm512_load_si512(v + i + 3));
    }
    uint64_t out[8], total = 0;
    a = _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(c, d));
    memcpy(out, &a, sizeof out);
    for (unsigned i = 0; i < 8; i++)
        total += out[i];
    return total;
}

IN("avx2") static uint64_t read_avx2(const void *p, size_t bytes)
{
    const __m256i *v = p;
    __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
    for (size_t i = 0; i < bytes / 32; i += 4) {
        a = _mm256_add_epi64(a, _mm256_load_si256(v + i));
        b = _mm256_add_epi64(b, _mm256_load_si256(v + i + 1));
        c = _mm256_add_epi64(c, _mm256_load_si256(v + i + 2));
        d = _mm256_add_epi64(d, _mm256_load_si256(v + i + 3));
    }
    uint64_t out[4];
    a = _mm256_add_epi64(_mm256_add_epi64(a, b), _mm256_add_epi64(c, d));
    memcpy(out, &a, sizeof out);
    return out[0] + out[1] + out[2] + out[3];
}
#endif

static double int8_plain(uint64_t n)
{
    unsigned a = 1;
#define BEGIN(i) unsigned s##i = 0; OPAQUE_R(s##i);
#define STEP(i) OPAQUE_R(a); s##i += (unsigned)((int8_t)a * (int8_t)a);
    TEN(BEGIN)
    for (uint64_t k = 0; k < n; k++) {
        TEN(STEP)
    }
#undef BEGIN
#undef STEP
    return (double)s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9;
}

static double f32_plain(uint64_t n)
{
    volatile float one = 1;
    float a = one, s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (uint64_t k = 0; k < n; k++) {
        a = one;
        s0 += a * a;
        s1 += a * a;
        s2 += a * a;
        s3 += a * a;
    }
    return (double)s0 + (double)s1 + (double)s2 + (double)s3;
}

static uint64_t read_plain(const void *p, size_t bytes)
{
    const uint64_t *v = p;
    uint64_t a = 0, b = 0, c = 0, d = 0;
    for (size_t i = 0; i < bytes / 8; i += 4) {
        a += v[i];
        b += v[i + 1];
        c += v[i + 2];
        d += v[i + 3];
    }
    return a + b + c + d;
}

const struct machine_math machine_int8[] = {
#if defined __x86_64__
    { "avx512-vnni", CPU_AVX512_VNNI, 12 * 64, int8_avx512_vnni },
    { "avx-vnni", CPU_AVX_VNNI, 12 * 32, int8_avx_vnni },
    { "avx2", CPU_AVX2, 10 * 32, int8_avx2 },
#endif
    { "plain", KERN_ALWAYS, 10, int8_plain },
};

const struct machine_math machine_f32[] = {
#if defined __x86_64__
    { "avx512", CPU_AVX512, 12 * 16, f32_avx512 },
    { "fma", CPU_FMA, 12 * 8, f32_fma },
#endif
    { "plain", KERN_ALWAYS, 4, f32_plain },
};

const struct machine_read machine_reads[] = {
#if defined __x86_64__
    { "avx512", CPU_AVX512, read_avx512 },
    { "avx2", CPU_AVX2, read_avx2 },
#endif
    { "plain", KERN_ALWAYS, read_plain },
};
