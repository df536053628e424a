// SPDX-License-Identifier: Apache-2.0
/* tensor/row_decode.c - the blocks of ggml's types: codes and scales, and the values that they stand for.
 *
 * Every product of a scale and a code here is exact in f32 (11 bits of f16, 6 to 8 of a small scale, 2 to 8 of a code), so
 * that at most one addition rounds and the order of the steps does not matter.
 * Source: ggml/src/ggml-common.h (the structs), ggml-quants.c (dequantize_row_*); MXFP4: OCP Microscaling Formats 1.0. */
#include "tensor/half.h"
#include "tensor/matrix_int.h"

const int8_t matrix_iq4_table[16] = { -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113 };
const int8_t matrix_mxfp4_table[16] = { 0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12 };

/* ---- codes of a block of the file -------------------------------------------------------- */

static void nibbles32(const uint8_t *in, uint8_t *code)
{
    for (unsigned i = 0; i < 16; i++) {
        code[i] = in[i] & 15;
        code[i + 16] = in[i] >> 4;
    }
}

static void nibbles256(const uint8_t *in, uint8_t *code)
{
    for (unsigned i = 0; i < 256; i += 64, in += 32)
        for (unsigned l = 0; l < 32; l++) {
            code[i + l] = in[l] & 15;
            code[i + l + 32] = in[l] >> 4;
        }
}

static void pairs256(const uint8_t *in, uint8_t *code)
{
    for (unsigned i = 0; i < 256; i += 128, in += 32)
        for (unsigned s = 0; s < 4; s++)
            for (unsigned l = 0; l < 32; l++)
                code[i + 32 * s + l] = in[l] >> 2 * s & 3;
}

/* Bit b of 32 bytes is a further bit of elements 32 b and on. */
static void high256(const uint8_t *in, unsigned place, uint8_t *code)
{
    for (unsigned b = 0; b < 8; b++)
        for (unsigned l = 0; l < 32; l++)
            code[32 * b + l] |= (uint8_t)((in[l] >> b & 1) << place);
}

static void high32(const uint8_t *in, uint8_t *code)
{
    for (unsigned i = 0; i < 32; i++)
        code[i] |= (uint8_t)((in[i / 8] >> i % 8 & 1) << 4);
}

static void sixes256(const uint8_t *low, const uint8_t *high, uint8_t *code)
{
    for (unsigned i = 0; i < 256; i += 128, low += 64, high += 32)
        for (unsigned l = 0; l < 32; l++) {
            code[i + l] = (uint8_t)((low[l] & 15) | (high[l] & 3) << 4);
            code[i + l + 32] = (uint8_t)((low[l + 32] & 15) | (high[l] >> 2 & 3) << 4);
            code[i + l + 64] = (uint8_t)(low[l] >> 4 | (high[l] >> 4 & 3) << 4);
            code[i + l + 96] = (uint8_t)(low[l + 32] >> 4 | (high[l] >> 6) << 4);
        }
}

void matrix_file_codes(enum ggml_type type, const uint8_t *block, uint8_t *code)
{
    switch ((int)type) {
    case GGML_Q4_0:
    case GGML_IQ4_NL: nibbles32(block + 2, code); break;
    case GGML_Q4_1: nibbles32(block + 4, code); break;
    case GGML_MXFP4: nibbles32(block + 1, code); break;
    case GGML_Q5_0: nibbles32(block + 6, code); high32(block + 2, code); break;
    case GGML_Q5_1: nibbles32(block + 8, code); high32(block + 4, code); break;
    case GGML_Q8_0: memcpy(code, block + 2, 32); break;
    case GGML_Q2_K: pairs256(block + 16, code); break;
    case GGML_Q3_K: pairs256(block + 32, code); high256(block, 2, code); break;
    case GGML_Q4_K: nibbles256(block + 16, code); break;
    case GGML_Q5_K: nibbles256(block + 48, code); high256(block + 16, 4, code); break;
    case GGML_Q6_K: sixes256(block, block + 128, code); break;
    case GGML_IQ4_XS:
        for (unsigned b = 0; b < 8; b++)
            nibbles32(block + 8 + 16 * b, code + 32 * b);
        break;
    default: break;
    }
}

/* ---- scales ------------------------------------------------------------------------------ */

/* Scale and minimum j of eight, 6 bits each, in 12 bytes. */
static void six_bits(const uint8_t *p, size_t step, unsigned j, unsigned *scale, unsigned *min)
{
    if (j < 4) {
        *scale = p[j * step] & 63;
        *min = p[(j + 4) * step] & 63;
    } else {
        *scale = (p[(j + 4) * step] & 15u) | (p[(j - 4) * step] >> 6 & 3u) << 4;
        *min = p[(j + 4) * step] >> 4 | (p[j * step] >> 6 & 3u) << 4;
    }
}

/* Scale j of sixteen of Q3_K, 6 bits in 12 bytes, offset by 32. */
static int three_scale(const uint8_t *p, size_t step, unsigned j)
{
    unsigned pair = p[(j < 8 ? j : j - 8) * step], high = p[(8 + j % 4) * step] >> 2 * (j / 4) & 3;
    return (int)((j < 8 ? pair & 15 : pair >> 4) | high << 4) - 32;
}

/* Half of 2^(e - 127): the table's values are in halves. */
static float half_of_e8m0(uint8_t e)
{
    return float_of(e < 2 ? 0x200000u << e : (uint32_t)(e - 1) << 23);
}

void matrix_scales(enum ggml_type type, uint16_t d, uint16_t m, const uint8_t *sc, size_t stride, unsigned b,
                   struct matrix_block *out)
{
    const struct matrix_layout *l = matrix_layout(type);
    unsigned scale, min, low, high;
    out->d = type == GGML_MXFP4 ? half_of_e8m0(*sc) : float_of_f16(d);
    out->m = l->off ? -(float)l->off * out->d : float_of_f16(m);
    switch ((int)type) {
    case GGML_Q4_K:
    case GGML_Q5_K:
        six_bits(sc, stride, b, &scale, &min);
        out->d *= (float)scale;
        out->m *= -(float)min;
        break;
    case GGML_IQ4_XS:
        low = sc[(2 + b / 2) * stride];
        high = sc[b / 4 * stride];
        scale = (low >> 4 * (b % 2) & 15) | (high >> 2 * (b % 4) & 3) << 4;
        out->d *= (float)((int)scale - 32);
        break;
    case GGML_Q2_K:
        for (unsigned h = 0; h < 2; h++) {
            out->s[h] = sc[(2 * b + h) * stride] & 15;
            out->z[h] = sc[(2 * b + h) * stride] >> 4;
        }
        out->m = -out->m;
        break;
    case GGML_Q3_K:
        for (unsigned h = 0; h < 2; h++)
            out->s[h] = out->z[h] = (int16_t)three_scale(sc, stride, 2 * b + h);
        break;
    case GGML_Q6_K:
        for (unsigned h = 0; h < 2; h++)
            out->s[h] = out->z[h] = (int8_t)sc[(2 * b + h) * stride];
        break;
    default: break;
    }
}

void matrix_codes(enum ggml_type type, struct matrix_block *blk)
{
    for (unsigned i = 0; i < 32; i++)
        switch ((int)type) {
        case GGML_Q8_0: blk->q[i] = (int8_t)blk->code[i]; break;
        case GGML_IQ4_NL:
        case GGML_IQ4_XS: blk->q[i] = matrix_iq4_table[blk->code[i]]; break;
        case GGML_MXFP4: blk->q[i] = (int16_t)(matrix_mxfp4_table[blk->code[i]] + 12); break;
        default: blk->q[i] = blk->code[i]; break;
        }
}

void matrix_values(enum ggml_type type, const struct matrix_block *blk, float *out)
{
    const struct matrix_layout *l = matrix_layout(type);
    for (unsigned i = 0; i < 32; i++) {
        float d = l->kind == MATRIX_HALVES ? blk->d * (float)blk->s[i / 16] : blk->d;
        if (l->kind == MATRIX_SIGNED || l->off)         /* from the middle, so that a zero keeps its sign */
            out[i] = d * (float)(blk->q[i] - l->off);
        else if (l->kind == MATRIX_AFFINE)
            out[i] = d * (float)blk->q[i] + blk->m;
        else
            out[i] = d * (float)blk->q[i] + blk->m * (float)blk->z[i / 16];
    }
}

/* ---- rows -------------------------------------------------------------------------------- */

static void decode_block(enum ggml_type type, const struct matrix_layout *l, unsigned elements, const uint8_t *in, float *out)
{
    uint8_t code[256];
    struct matrix_block blk = { 0 };
    matrix_file_codes(type, in, code);
    for (unsigned b = 0; b < elements / 32; b++) {
        memcpy(blk.code, code + 32 * b, 32);
        matrix_codes(type, &blk);
        matrix_scales(type, l->has_d ? le16(in + l->d_file) : 0, l->has_m ? le16(in + l->m_file) : 0, in + l->sc_file, 1, b,
                      &blk);
        matrix_values(type, &blk, out + 32 * b);
    }
}

bool row_decode(enum ggml_type type, const void *in, size_t n, float *out)
{
    const struct matrix_layout *l = matrix_layout(type);
    const struct ggml_layout *g = ggml_layout((uint32_t)type);
    const uint8_t *p = in;
    if (!l || n % g->block_elements)
        return false;
    for (size_t i = 0; i < n; i += g->block_elements, p += g->block_bytes)
        switch ((int)type) {
        case GGML_F32: out[i] = float_of(le32(p)); break;
        case GGML_F16: out[i] = float_of_f16(le16(p)); break;
        case GGML_BF16: out[i] = float_of_bf16(le16(p)); break;
        default: decode_block(type, l, g->block_elements, p, out + i); break;
        }
    return true;
}
