// SPDX-License-Identifier: Apache-2.0
/* tensor/matrix.h - weights, repacked once at load into a layout that every kernel path reads in one stream.
 *
 *     file:   row 0: block block block ...           packed:  panel 0 = rows 0..15
 *             row 1: block block block ...                    [ k 0..3 of row 0 | of row 1 | ... of row 15 ]  one zmm
 *             ...                                             [ k 4..7 of row 0 | ...                      ]
 *                                                             scales of a block for 16 rows, side by side
 *
 * y = W x: W[n_out, n_in], x[n_in]. 16 rows times 4 bytes of k are one vpdpbusd of AVX-512, two of AVX2, four of NEON, and
 * a column of a tile of AMX. Packing loses nothing: a packed value is the file's value to the last bit, and takes as many
 * bytes as in the file. The last panel is filled up with rows of zeros. The types of the file are of few kinds.
 * Memory is the caller's, 64-byte aligned; nothing here allocates. */
#ifndef ASSAY_TENSOR_MATRIX_H
#define ASSAY_TENSOR_MATRIX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/ggml_type.h"
#include "base/span.h"

enum { MATRIX_PANEL = 16 };             /* rows side by side */

/* What a value is made of: q the code, d a scale, m an offset, s and z small integers of half a block of 32. */
enum matrix_kind {
    MATRIX_FLOAT,                       /* F32 F16 BF16                             the value itself */
    MATRIX_AFFINE,                      /* Q4_0 Q4_1 Q5_0 Q5_1 Q4_K Q5_K MXFP4      d q + m, q of 4 or 5 bits, unsigned */
    MATRIX_SIGNED,                      /* Q8_0 IQ4_NL IQ4_XS                       d q, q of 8 bits, signed */
    MATRIX_HALVES,                      /* Q2_K Q3_K Q6_K                           d s q + m z, q of 2 to 6 bits, unsigned */
};

struct matrix {
    enum ggml_type type;                /* as the file has it */
    uint8_t kind;                       /* enum matrix_kind */
    uint8_t forms;                      /* of x that its product takes: ACTS_* */
    uint32_t n_out, n_in;
    uint32_t n_panels;
    const void *packed;                 /* borrowed */
    size_t packed_bytes;
};

/* Can weights of this type be multiplied, with rows of n_in elements? False: no kernel, or n_in is 0 or no multiple
 * of the type's block. */
bool matrix_can(enum ggml_type type, uint32_t n_in);

/* Bytes that packing takes. 0: matrix_can says no, n_out is 0, or the product overflows. */
size_t matrix_bytes(enum ggml_type type, uint32_t n_out, uint32_t n_in);

/* Describe weights that will lie at `mem` (matrix_bytes, 64-byte aligned) without filling them in.
 * Fails: ERR_FORMAT, the type named. */
int matrix_plan(enum ggml_type type, uint32_t n_out, uint32_t n_in, void *mem, struct matrix *out, struct err *e);

/* Fill in panels [from, to) of m, which lie at mem, from the rows of the file: n_out rows of blocks, one behind the other.
 * Rows that `rows` does not hold whole become zeros. Threads may do parts of the range each. */
void matrix_pack(const struct matrix *m, void *mem, struct span rows, uint32_t from, uint32_t to);

/* One row back, exactly as row_decode of the file's row gives it: for the embedding of a token, and tests. */
void matrix_row(const struct matrix *m, uint32_t row, float *out);

/* Decode n elements (whole blocks) of the file's bytes. The oracle of everything here: plain C, block by block.
 * False: the type is not among those that run natively, or n is no multiple of its block. */
bool row_decode(enum ggml_type type, const void *in, size_t n, float *out);

#endif
