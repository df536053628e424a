// SPDX-License-Identifier: Apache-2.0
/* tensor/acts.h - activations x[n_tok, n_in] in the forms that products take.
 *
 *     f32   as they are                                                               weights of F32, F16, BF16
 *     q8    int8 by blocks of ACTS_BLOCK, an f32 scale, the sums of the block's halves     quantised weights
 *
 * q = x * (127 / largest of the block), rounded to nearest even; d = largest / 127. A block whose largest is below
 * ACTS_TINY counts as zeros; one that holds an infinity or a NaN gets d = NaN, so that it is seen in the result.
 * One token's forms do not depend on the tokens beside it. Memory is planned once, for the largest step. */
#ifndef ASSAY_TENSOR_ACTS_H
#define ASSAY_TENSOR_ACTS_H
#include <stddef.h>
#include <stdint.h>

enum { ACTS_F32 = 1, ACTS_Q8 = 2 };
enum { ACTS_BLOCK = 32 };
#define ACTS_TINY 1e-30f

struct acts {
    uint32_t n_tok, n_in;
    uint32_t forms;                 /* that are wanted */
    const float *f32;               /* [n_tok][f32_stride]; the caller's */
    size_t f32_stride;
    uint32_t n_blocks;              /* n_in / ACTS_BLOCK, rounded up */
    int8_t *q;                      /* [n_tok][n_blocks * ACTS_BLOCK], zeros at the end */
    float *d;                       /* [n_tok][n_blocks] x = d q */
    float *ds;                      /* [n_tok][n_blocks] d times the sum of q */
    int16_t *sum;                   /* [n_tok][n_blocks * 2] sums of q over halves of a block */
};

/* Bytes for all forms of n_tok tokens of n_in elements; SIZE_MAX: more than can be counted. */
size_t acts_bytes(uint32_t n_tok, uint32_t n_in, uint32_t forms);

/* Lay the forms out in `mem` (acts_bytes, 64-byte aligned). */
void acts_place(struct acts *a, const float *x, size_t x_stride, uint32_t n_tok, uint32_t n_in, uint32_t forms, void *mem);

#endif
