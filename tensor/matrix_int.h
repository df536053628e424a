// SPDX-License-Identifier: Apache-2.0
/* tensor/matrix_int.h - the bytes of a packed panel; kernels read them, so nobody else.
 *
 * A panel of a quantised type is a row of records, one for each block of the file's type (32 or 256 elements), each with
 * 16 rows side by side:
 *
 *     [ d, f16 x 16 ][ m, f16 x 16 ][ byte 0 of the small scales x 16 | byte 1 x 16 | ... ][ codes of 32 k ][ ... ]
 *       not MXFP4      where has_m    sc_n bytes each                                        as often as the block holds 32
 *
 * Codes of 32 k are 8 groups g of 4 k; the place in a group is p = 4 row + k % 4, 0 to 63:
 *
 *     8 bits   byte 64 g + p
 *     4 bits   byte 64 (g % 4) + p, the upper nibble for g >= 4
 *     5 bits   as 4 bits, then 64 bytes: bit g of byte p is the code's bit 4
 *     6 bits   as 4 bits, then 128 bytes: bits 2 (g % 4) of byte 64 (g / 4) + p are the code's bits 4, 5
 *     2 bits   128 bytes: bits 2 (g % 4) of byte 64 (g / 4) + p
 *     3 bits   as 2 bits, then 64 bytes: bit g of byte p is the code's bit 2
 *
 * F32: 16 floats for each k. F16: 16 of them for each k. BF16: 16 pairs (k, k + 1) for each even k; an odd end is 0. */
#ifndef ASSAY_TENSOR_MATRIX_INT_H
#define ASSAY_TENSOR_MATRIX_INT_H
#include "tensor/matrix.h"

struct matrix_layout {
    uint8_t kind;                       /* enum matrix_kind */
    uint8_t bits;                       /* of a code in the packed form */
    uint8_t off;                        /* a code of `off` means 0; 0 where m is in the file */
    bool has_d, has_m;
    uint8_t d_file, m_file;             /* where they lie in a block of the file */
    uint8_t sc_file, sc_n;              /* bytes of small scales there */
    uint8_t sc_at;                      /* in a record */
    uint16_t q_at;                      /* in a record */
};

/* NULL: not a type that runs. */
const struct matrix_layout *matrix_layout(enum ggml_type type);

/* Bytes of the codes of 32 k of 16 rows. */
static inline size_t matrix_step(unsigned bits)
{
    return bits * 64u;
}

/* 32 elements of one row, with the scales worked out. */
struct matrix_block {
    uint8_t code[32];                   /* of the file's type; MATRIX_SIGNED: see value */
    int16_t q[32];                      /* what products take: AFFINE, HALVES: unsigned; SIGNED: signed */
    float d, m;
    int16_t s[2], z[2];                 /* HALVES alone */
};

/* Work out the scales of block b of 32 in a (super)block: d and m its f16 words, small scale j at sc[j * stride]. */
void matrix_scales(enum ggml_type type, uint16_t d, uint16_t m, const uint8_t *sc, size_t stride, unsigned b,
                   struct matrix_block *out);

/* Fill in q from code, and the values from q and the scales. */
void matrix_codes(enum ggml_type type, struct matrix_block *blk);
void matrix_values(enum ggml_type type, const struct matrix_block *blk, float *out);

/* Codes of one block of the file, in the order of its elements (32 or 256). */
void matrix_file_codes(enum ggml_type type, const uint8_t *block, uint8_t *code);

/* Block `b` of 32 of a row, from the packed form: code, q and scales. Not for MATRIX_FLOAT. */
void matrix_block(const struct matrix *m, uint32_t row, uint32_t b, struct matrix_block *out);

/* Element k of a row of MATRIX_FLOAT. */
float matrix_float(const struct matrix *m, uint32_t row, uint32_t k);

/* Values of the 4-bit tables: IQ4_NL and IQ4_XS; MXFP4 in halves of its unit. */
extern const int8_t matrix_iq4_table[16], matrix_mxfp4_table[16];

#endif
