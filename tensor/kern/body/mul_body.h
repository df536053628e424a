// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/body/mul_body.h - products of quantised weights, as kern/reference/ref_mul.c defines them.
 *
 *     1 token    codes straight from the packed panel            ─┐
 *     more       a chunk of k unpacked to bytes, once for         ├─> step: 32 k x 16 rows x T tokens
 *                TOKEN_BLOCK tokens                              ─┘
 *
 * Bytes are the packed layout of 8 bits, so both go through one step, and give the same bits. */
#ifndef ASSAY_TENSOR_MUL_BODY_H
#define ASSAY_TENSOR_MUL_BODY_H

enum {
    CHUNK_K = 512, CHUNK_BLOCKS = CHUNK_K / 32,     /* unpacked: 8 KB of codes, which stay in the first cache */
    TOKEN_BLOCK = 128,
    AHEAD_BYTES = 1536          /* of a panel, fetched before they are needed */
};

/* How codes lie, and what they become. */
enum how { HOW_2 = 2, HOW_3, HOW_4, HOW_5, HOW_6, HOW_8 = 8, HOW_IQ4, HOW_MX4 };

/* The codes of one side of group g of 32 k. */
INLINE vb code(enum how how, const uint8_t *q, unsigned g, unsigned side)
{
    const uint8_t *p = q + VB * side, *pair = p + 64 * (g / 4);
    if (how == HOW_8)
        return vb_load(p + 64 * g);
    if (how == HOW_2)
        return vb_place(vb_load(pair), 2 * (g % 4), 0, 3);
    if (how == HOW_3)
        return vb_or(vb_place(vb_load(pair), 2 * (g % 4), 0, 3), vb_place(vb_load(p + 128), g, 2, 1));
    vb v = vb_place(vb_load(p + 64 * (g % 4)), 4 * (g / 4), 0, 15);
    if (how == HOW_5)
        return vb_or(v, vb_place(vb_load(p + 256), g, 4, 1));
    if (how == HOW_6)
        return vb_or(v, vb_place(vb_load(pair + 256), 2 * (g % 4), 4, 3));
    if (how == HOW_IQ4)
        return vb_table(vb_table16(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113), v);
    if (how == HOW_MX4)
        return vb_table(vb_table16(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0), v);
    return v;
}

/* What matrix_layout says, as constants. */
INLINE unsigned per_of(enum ggml_type type)
{
    switch ((int)type) {
    case GGML_Q2_K:
    case GGML_Q3_K:
    case GGML_Q4_K:
    case GGML_Q5_K:
    case GGML_Q6_K:
    case GGML_IQ4_XS: return 8;
    default: return 1;
    }
}

INLINE unsigned q_at_of(enum ggml_type type)
{
    switch ((int)type) {
    case GGML_Q2_K: return 320;
    case GGML_Q3_K: return 224;
    case GGML_Q4_K:
    case GGML_Q5_K: return 256;
    case GGML_Q6_K: return 288;
    case GGML_IQ4_XS: return 128;
    case GGML_Q4_1:
    case GGML_Q5_1: return 64;
    case GGML_MXFP4: return 16;
    default: return 32;
    }
}

/* Scales of the blocks of 32 of one record or chunk, 16 rows side by side. */
struct scales {
    float (*d)[16], (*m)[16];
    int32_t (*s)[2][16];        /* as va_scaled takes them */
    int32_t (*z)[16];           /* z of both halves: int16 pairs */
};

INLINE int32_t pair_of(int a, int b)
{
    return (int32_t)((uint32_t)a & 0xffff) | (int32_t)((uint32_t)b << 16);
}

/* Scales of 16 rows of Q4_K and Q5_K: see six_bits of row_decode.c. */
INLINE void scales_six(const uint8_t *p, const float *d, const float *m, struct scales to)
{
    UNROLL for (unsigned b = 0; b < 4; b++)
        for (unsigned r = 0; r < 16; r++) {
            const uint8_t *c = p + r;
            unsigned a0 = c[16 * b], a4 = c[16 * (b + 4)], a8 = c[16 * (b + 8)];
            to.d[b][r] = d[r] * (float)(a0 & 63);
            to.m[b][r] = m[r] * -(float)(a4 & 63);
            to.d[b + 4][r] = d[r] * (float)((a8 & 15) | (a0 >> 6) << 4);
            to.m[b + 4][r] = m[r] * -(float)(a8 >> 4 | (a4 >> 6) << 4);
        }
}

INLINE void scales_iq4xs(const uint8_t *p, const float *d, struct scales to)
{
    UNROLL for (unsigned b = 0; b < 8; b++)
        for (unsigned r = 0; r < 16; r++) {
            int low = p[16 * (2 + b / 2) + r] >> 4 * (b % 2) & 15, high = p[16 * (b / 4) + r] >> 2 * (b % 4) & 3;
            to.d[b][r] = d[r] * (float)((low | high << 4) - 32);
        }
}

/* Small scale j of 16 rows of Q2_K, Q3_K or Q6_K, and what goes with m. */
INLINE void small_scales(enum ggml_type type, const uint8_t *p, unsigned j, int16_t *s, int16_t *z)
{
    const uint8_t *low = p + 16 * (j % 8), *high = p + 16 * (8 + j % 4), *whole = p + 16 * j;
    for (unsigned r = 0; r < 16; r++)
        if (type == GGML_Q2_K) {
            s[r] = whole[r] & 15;
            z[r] = whole[r] >> 4;
        } else {
            int16_t three = (int16_t)(((low[r] >> (j < 8 ? 0 : 4) & 15) | (high[r] >> 2 * (j / 4) & 3) << 4) - 32);
            z[r] = s[r] = type == GGML_Q3_K ? three : (int8_t)whole[r];
        }
}

INLINE void scales_halves(enum ggml_type type, const uint8_t *p, const float *d, const float *m, struct scales to)
{
    UNROLL for (unsigned b = 0; b < 8; b++) {
        int16_t s[2][16], z[2][16];
        UNROLL for (unsigned h = 0; h < 2; h++) {
            small_scales(type, p, 2 * b + h, s[h], z[h]);
            for (unsigned r = 0; r < 16; r++)
                to.s[b][h][r] = va_scale_word(s[h][r]);
        }
        for (unsigned r = 0; r < 16; r++)
            to.z[b][r] = pair_of(z[0][r], z[1][r]);
        memcpy(to.d[b], d, 16 * sizeof *d);
        memcpy(to.m[b], m, 16 * sizeof *m);
    }
}

/* All scales of one record. */
INLINE void scales_of(enum ggml_type type, const uint8_t *rec, struct scales to)
{
    float d[16], m[16] = { 0 };
    if (type == GGML_MXFP4) {
        uint32_t bits[16];
        for (unsigned r = 0; r < 16; r++) {
            uint32_t e = rec[r];
            bits[r] = e > 1 ? (e - 1) << 23 : e ? 0x400000u : 0x200000u;
        }
        memcpy(to.d[0], bits, sizeof bits);
        for (unsigned r = 0; r < 16; r++)
            to.m[0][r] = -12.0f * to.d[0][r];
        return;
    }
    vf_f16x16(rec, d);
    if (type == GGML_Q4_0 || type == GGML_Q5_0 || type == GGML_Q3_K || type == GGML_Q6_K) {
        const float off = type == GGML_Q4_0 ? 8 : type == GGML_Q5_0 ? 16 : type == GGML_Q3_K ? 4 : 32;
        for (unsigned r = 0; r < 16; r++)
            m[r] = -off * d[r];
    } else if (type == GGML_Q4_1 || type == GGML_Q5_1 || type == GGML_Q4_K || type == GGML_Q5_K || type == GGML_Q2_K) {
        vf_f16x16(rec + 32, m);
        for (unsigned r = 0; r < 16 && type == GGML_Q2_K; r++)
            m[r] = -m[r];
    }
    if (type == GGML_Q4_K || type == GGML_Q5_K)
        scales_six(rec + 64, d, m, to);
    else if (type == GGML_IQ4_XS)
        scales_iq4xs(rec + 32, d, to);
    else if (type == GGML_Q2_K || type == GGML_Q3_K || type == GGML_Q6_K)
        scales_halves(type, rec + (type == GGML_Q2_K ? 64 : 32), d, m, to);
    else {
        memcpy(to.d[0], d, sizeof d);
        if (type != GGML_Q8_0 && type != GGML_IQ4_NL)
            memcpy(to.m[0], m, sizeof m);
    }
}

/* 32 k of 16 rows for T tokens. `bits`: of the largest code, which says how many products may be summed in a va. */
INLINE void step(enum matrix_kind kind, enum how how, unsigned bits, unsigned T, const uint8_t *q, const struct acts *x,
                 size_t at, struct scales sc, unsigned b, vf acc[][SIDES])
{
    const unsigned most = kind == MATRIX_HALVES ? 4 : 8, may = VA_GROUPS(bits), n = may < most ? may : most;
    va a[8][SIDES];
    vi sum[8][SIDES];
    UNROLL for (unsigned t = 0; t < T; t++)
        UNROLL for (unsigned side = 0; side < SIDES; side++)
            sum[t][side] = kind == MATRIX_SIGNED ? vi_signed_start(x->sum + 2 * (at + t * (size_t)x->n_blocks)) : vi_zero();
    UNROLL for (unsigned g = 0; g < 8; g++) {
        vb w[SIDES];
        UNROLL for (unsigned side = 0; side < SIDES; side++)
            w[side] = code(how, q, g, side);
        UNROLL for (unsigned t = 0; t < T; t++) {
            vb v = vb_bcast4(x->q + (at + t * (size_t)x->n_blocks) * ACTS_BLOCK + 4 * g);
            UNROLL for (unsigned side = 0; side < SIDES; side++) {
                if (kind == MATRIX_SIGNED)
                    sum[t][side] = vi_dot_signed(sum[t][side], w[side], v);
                else
                    a[t][side] = g % n ? va_dot(a[t][side], w[side], v) : va_dot_first(w[side], v);
                if (kind == MATRIX_AFFINE && g % n == n - 1)
                    sum[t][side] = va_fold(sum[t][side], a[t][side]);
                if (kind == MATRIX_HALVES && g % n == n - 1)
                    sum[t][side] = va_scaled(sum[t][side], a[t][side], sc.s[b][g / 4] + VF * side);
            }
        }
    }
    UNROLL for (unsigned t = 0; t < T; t++) {
        size_t i = at + t * (size_t)x->n_blocks;
        vf dx = vf_set1(x->d[i]);
        UNROLL for (unsigned side = 0; side < SIDES; side++) {
            vf *to = &acc[t][side];
            *to = vf_fma(vf_of_vi(sum[t][side]), vf_mul(vf_load(sc.d[b] + VF * side), dx), *to);
            if (kind == MATRIX_AFFINE)
                *to = vf_fma(vf_load(sc.m[b] + VF * side), vf_set1(x->ds[i]), *to);
            if (kind == MATRIX_HALVES)
                *to = vf_fma(vf_of_vi(vi_pairs(sc.z[b] + VF * side, x->sum + 2 * i)),
                             vf_mul(vf_load(sc.m[b] + VF * side), dx), *to);
        }
    }
}

/* ---- one token --------------------------------------------------------------------------- */

INLINE void one(enum ggml_type type, enum matrix_kind kind, enum how how, unsigned bits, const uint8_t *panel, uint32_t n_in,
                const struct acts *x, float *y)
{
    const unsigned per = per_of(type), q_at = q_at_of(type);
    const size_t q_step = matrix_step(how < HOW_IQ4 ? how : 4), rec_bytes = q_at + per * q_step;
    vf acc[1][SIDES];
    float d[8][16], m[8][16];
    int32_t s[8][2][16], z[8][16];
    const struct scales sc = { d, m, s, z };
    UNROLL for (unsigned side = 0; side < SIDES; side++)
        acc[0][side] = vf_set1(0);
    for (uint32_t b = 0; b < n_in / 32; b += per, panel += rec_bytes) {
        scales_of(type, panel, sc);
        for (unsigned i = 0; i < per; i++) {
            const uint8_t *q = panel + q_at + i * q_step;
            for (unsigned line = 0; line < q_step + (per == 1 ? 32 : 0); line += 64)
                __builtin_prefetch(q + line + AHEAD_BYTES);
            step(kind, how, bits, 1, q, x, b + i, sc, i, acc);
        }
    }
    UNROLL for (unsigned side = 0; side < SIDES; side++)
        vf_store(y + VF * side, acc[0][side]);
}

/* ---- more tokens ------------------------------------------------------------------------- */

struct chunk {
    _Alignas(64) uint8_t code[CHUNK_BLOCKS][512];
    float d[CHUNK_BLOCKS][16], m[CHUNK_BLOCKS][16];
    int32_t s[CHUNK_BLOCKS][2][16], z[CHUNK_BLOCKS][16];
};

INLINE void unpack(enum ggml_type type, enum how how, const uint8_t *rec, unsigned n_blocks, struct chunk *to)
{
    const unsigned per = per_of(type), q_at = q_at_of(type);
    const size_t q_step = matrix_step(how < HOW_IQ4 ? how : 4), rec_bytes = q_at + per * q_step;
    for (unsigned b = 0; b < n_blocks; b += per, rec += rec_bytes) {
        scales_of(type, rec, (struct scales){ to->d + b, to->m + b, to->s + b, to->z + b });
        for (unsigned i = 0; i < per; i++)
            UNROLL for (unsigned g = 0; g < 8; g++)
                UNROLL for (unsigned side = 0; side < SIDES; side++)
                    vb_store(to->code[b + i] + 64 * g + VB * side, code(how, rec + q_at + i * q_step, g, side));
    }
}

INLINE void tile(enum matrix_kind kind, unsigned bits, unsigned T, struct chunk *c, unsigned n_blocks, const struct acts *x,
                 size_t at, float (*y)[16])
{
    const struct scales sc = { c->d, c->m, c->s, c->z };
    vf acc[8][SIDES];
    UNROLL for (unsigned t = 0; t < T; t++)
        UNROLL for (unsigned side = 0; side < SIDES; side++)
            acc[t][side] = vf_load(y[t] + VF * side);
    for (unsigned b = 0; b < n_blocks; b++)
        step(kind, HOW_8, bits, T, c->code[b], x, at + b, sc, b, acc);
    UNROLL for (unsigned t = 0; t < T; t++)
        UNROLL for (unsigned side = 0; side < SIDES; side++)
            vf_store(y[t] + VF * side, acc[t][side]);
}

/* A chunk times tokens [from, to), added to y; `block` is the chunk's first. */
INLINE void tiles(enum matrix_kind kind, unsigned bits, unsigned T, struct chunk *c, unsigned n_blocks, const struct acts *x,
                  uint32_t block, uint32_t from, uint32_t to, float (*y)[16])
{
    for (uint32_t t = from, n; t < to; t += n, y += n) {
        size_t at = (size_t)t * x->n_blocks + block;
        n = to - t >= T ? T : to - t >= 4 && T > 4 ? 4 : to - t >= 2 ? 2 : 1;
        if (n == T)
            tile(kind, bits, T, c, n_blocks, x, at, y);
        else if (n == 4)
            tile(kind, bits, 4, c, n_blocks, x, at, y);
        else if (n == 2)
            tile(kind, bits, 2, c, n_blocks, x, at, y);
        else
            tile(kind, bits, 1, c, n_blocks, x, at, y);
    }
}

/* ---- one of each ------------------------------------------------------------------------- */

typedef void tiles_fn(struct chunk *c, unsigned n_blocks, const struct acts *x, uint32_t block, uint32_t from, uint32_t to,
                      float (*y)[16]);

#define TILES(name, kind, bits)                                                                                        \
    static void tiles_##name(struct chunk *c, unsigned n_blocks, const struct acts *x, uint32_t block, uint32_t from,  \
                             uint32_t to, float (*y)[16])                                                              \
    {                                                                                                                  \
        tiles(kind, bits, TILE_TOKENS, c, n_blocks, x, block, from, to, y);                                            \
    }

TILES(affine4, MATRIX_AFFINE, 4)
TILES(affine5, MATRIX_AFFINE, 5)
TILES(signed8, MATRIX_SIGNED, 8)
TILES(halves4, MATRIX_HALVES, 4)
TILES(halves6, MATRIX_HALVES, 6)

/*    type   kind     how      bits of what the product takes   tiles */
#define QUANT_MAP(X)                                \
    X(Q4_0,   AFFINE, HOW_4,   4, affine4)          \
    X(Q4_1,   AFFINE, HOW_4,   4, affine4)          \
    X(Q4_K,   AFFINE, HOW_4,   4, affine4)          \
    X(Q5_0,   AFFINE, HOW_5,   5, affine5)          \
    X(Q5_1,   AFFINE, HOW_5,   5, affine5)          \
    X(Q5_K,   AFFINE, HOW_5,   5, affine5)          \
    X(MXFP4,  AFFINE, HOW_MX4, 5, affine5)          \
    X(Q8_0,   SIGNED, HOW_8,   8, signed8)          \
    X(IQ4_NL, SIGNED, HOW_IQ4, 8, signed8)          \
    X(IQ4_XS, SIGNED, HOW_IQ4, 8, signed8)          \
    X(Q2_K,   HALVES, HOW_2,   2, halves4)          \
    X(Q3_K,   HALVES, HOW_3,   3, halves4)          \
    X(Q6_K,   HALVES, HOW_6,   6, halves6)

#define X(type, kind, how, bits, tiles_of)                                                                      \
    static void one_##type(const uint8_t *panel, uint32_t n_in, const struct acts *x, float *y)                 \
    {                                                                                                           \
        one(GGML_##type, MATRIX_##kind, how, bits, panel, n_in, x, y);                                          \
    }                                                                                                           \
    static void unpack_##type(const uint8_t *rec, unsigned n_blocks, struct chunk *to)                          \
    {                                                                                                           \
        unpack(GGML_##type, how, rec, n_blocks, to);                                                            \
    }
QUANT_MAP(X)
#undef X

static const struct quant {
    void (*one)(const uint8_t *panel, uint32_t n_in, const struct acts *x, float *y);
    void (*unpack)(const uint8_t *rec, unsigned n_blocks, struct chunk *to);
    tiles_fn *tiles;
} quants[GGML_TYPE_LIMIT] = {
#define X(type, kind, how, bits, tiles_of) [GGML_##type] = { one_##type, unpack_##type, tiles_##tiles_of },
    QUANT_MAP(X)
#undef X
};

/* One panel for one block of tokens. */
static void panel_mul(const struct matrix *w, const struct acts *x, const uint8_t *panel, uint32_t from, uint32_t to,
                      float (*y)[16])
{
    const struct quant *k = &quants[w->type];
    struct chunk c;
    uint32_t blocks = w->n_in / 32;
    const size_t bytes = w->packed_bytes / w->n_panels / blocks;       /* of 32 k: records are whole multiples */
    memset(y, 0, (to - from) * sizeof *y);
    for (uint32_t b = 0, n; b < blocks; b += n) {
        n = blocks - b < CHUNK_BLOCKS ? blocks - b : CHUNK_BLOCKS;
        k->unpack(panel + b * bytes, n, &c);
        for (size_t line = 0; line < n * bytes; line += 64)            /* the next one, while this is multiplied */
            __builtin_prefetch(panel + (b + n) * bytes + line, 0, 2);
        k->tiles(&c, n, x, b, from, to, y);
    }
}

static void quant_mul(const struct matrix *w, const struct acts *x, float *y, size_t y_stride, uint32_t from, uint32_t to)
{
    _Alignas(64) float sums[TOKEN_BLOCK][16];
    const size_t bytes = w->packed_bytes / w->n_panels;
    for (uint32_t p = from; p < to; p++) {
        const uint8_t *panel = (const uint8_t *)w->packed + p * bytes;
        uint32_t rows = w->n_out - p * 16 < 16 ? w->n_out - p * 16 : 16;
        for (uint32_t t = 0, n; t < x->n_tok; t += n) {
            n = x->n_tok - t < TOKEN_BLOCK ? x->n_tok - t : TOKEN_BLOCK;
            if (x->n_tok == 1)
                quants[w->type].one(panel, w->n_in, x, sums[0]);
            else
                panel_mul(w, x, panel, t, t + n, sums);
            for (uint32_t i = 0; i < n; i++)
                memcpy(y + (t + i) * y_stride + p * 16, sums[i], rows * sizeof(float));
        }
    }
}

#endif
