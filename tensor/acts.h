// SPDX-License-Identifier: Apache-2.0
/* tensor/acts.h - activations x[n_tok, n_in] in the forms that products take.
 *
 *     f32   as they are                                     weights of F32, F16
 *     bf16  rounded to nearest even                         weights of BF16, F16 where the path has BF16 products
 *     q8    int8 by blocks of ACTS_BLOCK, an f32 scale and the sums of the block's halves     quantised weights
 *
 * One token's forms do not depend on the tokens beside it. Memory is planned once, for the largest step. */
#ifndef ASSAY_TENSOR_ACTS_H
#define ASSAY_TENSOR_ACTS_H
#include <stddef.h>
#include <stdint.h>

enum { ACTS_F32 = 1, ACTS_BF16 = 2, ACTS_Q8 = 4 };
enum { ACTS_BLOCK = 32 };

struct acts {
    uint32_t n_tok, n_in;
    uint32_t forms;                 /* that are wanted */
    const float *f32;               /* [n_tok][f32_stride]; the caller's */
    size_t f32_stride;
    uint16_t *bf16;                 /* [n_tok][n_in] */
    int8_t *q;                      /* [n_tok][n_in], n_in rounded up to ACTS_BLOCK with zeros */
    float *d;                       /* [n_tok][n_in / ACTS_BLOCK] x = d q */
    int32_t *sum;                   /* [n_tok][n_in / ACTS_BLOCK * 2] sums of q over halves of a block */
};

/* Bytes for all forms of n_tok tokens of n_in elements. */
size_t acts_bytes(uint32_t n_tok, uint32_t n_in, uint32_t forms);

/* Lay the forms out in `mem` (acts_bytes, 64-byte aligned). */
void acts_place(struct acts *a, const float *x, size_t x_stride, uint32_t n_tok, uint32_t n_in, uint32_t forms, void *mem);

#endif
