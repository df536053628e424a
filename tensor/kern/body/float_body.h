// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/body/float_body.h - products of F32, F16 and BF16 weights: one fused multiply-add for each k, in order.
 *
 * A sum waits for the one before it, so with one token two panels go side by side to fill the pipe. */
#ifndef ASSAY_TENSOR_FLOAT_BODY_H
#define ASSAY_TENSOR_FLOAT_BODY_H

enum { FLOAT_CHUNK_K = 256 };       /* 16 KB of unpacked weights */

/* Bytes of two k of 16 rows. */
INLINE size_t pair_bytes(enum ggml_type type)
{
    return type == GGML_F32 ? 128 : 64;
}

/* Weights of 16 rows at k = 0 and k = 1 of a pair. */
INLINE void load_pair(enum ggml_type type, const uint8_t *p, vf even[SIDES], vf odd[SIDES])
{
    UNROLL for (unsigned side = 0; side < SIDES; side++)
        if (type == GGML_F32) {
            even[side] = vf_load((const float *)(const void *)p + VF * side);
            odd[side] = vf_load((const float *)(const void *)p + 16 + VF * side);
        } else if (type == GGML_F16) {
            even[side] = vf_f16(p + 2 * VF * side);
            odd[side] = vf_f16(p + 32 + 2 * VF * side);
        } else {
            even[side] = vf_bf16_even(p + VB * side);
            odd[side] = vf_bf16_odd(p + VB * side);
        }
}

/* Weights at the last k of an odd number. */
INLINE void load_last(enum ggml_type type, const uint8_t *p, vf even[SIDES])
{
    UNROLL for (unsigned side = 0; side < SIDES; side++)
        even[side] = type == GGML_F32 ? vf_load((const float *)(const void *)p + VF * side)
                   : type == GGML_F16 ? vf_f16(p + 2 * VF * side) : vf_bf16_even(p + VB * side);
}

/* P panels, `bytes` apart, and one token. */
INLINE void float_one(enum ggml_type type, unsigned P, const uint8_t *panel, size_t bytes, uint32_t n_in, const float *x,
                      float (*y)[16])
{
    vf acc[2][SIDES], even[SIDES], odd[SIDES];
    UNROLL for (unsigned p = 0; p < P; p++)
        UNROLL for (unsigned side = 0; side < SIDES; side++)
            acc[p][side] = vf_set1(0);
    for (uint32_t k = 0; k + 1 < n_in; k += 2, panel += pair_bytes(type)) {
        vf x0 = vf_set1(x[k]), x1 = vf_set1(x[k + 1]);
        UNROLL for (unsigned p = 0; p < P; p++) {
            load_pair(type, panel + p * bytes, even, odd);
            UNROLL for (unsigned side = 0; side < SIDES; side++)
                acc[p][side] = vf_fma(odd[side], x1, vf_fma(even[side], x0, acc[p][side]));
        }
    }
    UNROLL for (unsigned p = 0; p < P; p++) {
        if (n_in % 2)
            load_last(type, panel + p * bytes, even);
        UNROLL for (unsigned side = 0; side < SIDES; side++) {
            if (n_in % 2)
                acc[p][side] = vf_fma(even[side], vf_set1(x[n_in - 1]), acc[p][side]);
            vf_store(y[p] + VF * side, acc[p][side]);
        }
    }
}

INLINE void float_unpack(enum ggml_type type, const uint8_t *p, uint32_t n, float (*to)[16])
{
    vf even[SIDES], odd[SIDES];
    for (uint32_t k = 0; k + 1 < n; k += 2, p += pair_bytes(type)) {
        load_pair(type, p, even, odd);
        UNROLL for (unsigned side = 0; side < SIDES; side++) {
            vf_store(to[k] + VF * side, even[side]);
            vf_store(to[k + 1] + VF * side, odd[side]);
        }
    }
    if (n % 2) {
        load_last(type, p, even);
        UNROLL for (unsigned side = 0; side < SIDES; side++)
            vf_store(to[n - 1] + VF * side, even[side]);
    }
}

/* y[t] += the chunk times T tokens. */
INLINE void float_tile(unsigned T, const float (*w)[16], uint32_t n, const float *x, size_t x_stride, float (*y)[16])
{
    vf acc[TILE_FLOAT][SIDES];
    UNROLL for (unsigned t = 0; t < T; t++)
        UNROLL for (unsigned side = 0; side < SIDES; side++)
            acc[t][side] = vf_load(y[t] + VF * side);
    for (uint32_t k = 0; k < n; k++)
        UNROLL for (unsigned t = 0; t < T; t++) {
            vf v = vf_set1(x[t * x_stride + k]);
            UNROLL for (unsigned side = 0; side < SIDES; side++)
                acc[t][side] = vf_fma(vf_load(w[k] + VF * side), v, acc[t][side]);
        }
    UNROLL for (unsigned t = 0; t < T; t++)
        UNROLL for (unsigned side = 0; side < SIDES; side++)
            vf_store(y[t] + VF * side, acc[t][side]);
}

static void float_tiles(const float (*w)[16], uint32_t n_k, const float *x, size_t x_stride, uint32_t n_tok, float (*y)[16])
{
    for (uint32_t n; n_tok; n_tok -= n, x += n * x_stride, y += n) {
        n = n_tok >= TILE_FLOAT ? TILE_FLOAT : n_tok >= 2 ? 2 : 1;
        if (n == TILE_FLOAT)
            float_tile(TILE_FLOAT, w, n_k, x, x_stride, y);
        else if (n == 2)
            float_tile(2, w, n_k, x, x_stride, y);
        else
            float_tile(1, w, n_k, x, x_stride, y);
    }
}

static void float_panel(enum ggml_type type, const uint8_t *panel, uint32_t n_in, const float *x, size_t x_stride,
                        uint32_t n_tok, float (*y)[16])
{
    _Alignas(64) float w[FLOAT_CHUNK_K][16];
    memset(y, 0, n_tok * sizeof *y);
    for (uint32_t k = 0, n; k < n_in; k += n, panel += FLOAT_CHUNK_K / 2 * pair_bytes(type)) {
        n = n_in - k < FLOAT_CHUNK_K ? n_in - k : FLOAT_CHUNK_K;
        if (type == GGML_F16)
            float_unpack(GGML_F16, panel, n, w);
        else if (type == GGML_BF16)
            float_unpack(GGML_BF16, panel, n, w);
        else                    /* they lie as they are wanted */
            memcpy(w, panel, n * sizeof *w);
        float_tiles((const float (*)[16])w, n, x + k, x_stride, n_tok, y);
    }
}

static void float_ones(enum ggml_type type, unsigned n, const uint8_t *panel, size_t bytes, uint32_t n_in, const float *x,
                       float (*y)[16])
{
#define ONES(T) (n == 2 ? float_one(T, 2, panel, bytes, n_in, x, y) : float_one(T, 1, panel, bytes, n_in, x, y))
    if (type == GGML_F32)
        ONES(GGML_F32);
    else if (type == GGML_F16)
        ONES(GGML_F16);
    else
        ONES(GGML_BF16);
#undef ONES
}

static void float_mul(const struct matrix *w, const struct acts *x, float *y, size_t y_stride, uint32_t from, uint32_t to)
{
    _Alignas(64) float sums[TOKEN_BLOCK][16];
    const size_t bytes = w->packed_bytes / w->n_panels;
    for (uint32_t p = from, panels; p < to; p += panels) {
        const uint8_t *panel = (const uint8_t *)w->packed + p * bytes;
        panels = x->n_tok == 1 && p + 2 <= to ? 2 : 1;
        uint32_t rows = w->n_out - p * 16 < panels * 16 ? w->n_out - p * 16 : panels * 16;
        for (uint32_t t = 0, n; t < x->n_tok; t += n) {
            n = x->n_tok - t < TOKEN_BLOCK ? x->n_tok - t : TOKEN_BLOCK;
            if (x->n_tok == 1)
                float_ones(w->type, panels, panel, bytes, w->n_in, x->f32, sums);
            else
                float_panel(w->type, panel, w->n_in, x->f32 + t * x->f32_stride, x->f32_stride, n, sums);
            for (uint32_t i = 0; i < n; i++)
                memcpy(y + (t + i) * y_stride + p * 16, sums[i], rows * sizeof(float));
        }
    }
}

#endif
