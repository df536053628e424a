// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/body/body.h - one path out of the vectors of an instruction set.
 *
 *     avx2.c:  #include "avx2_vec.h"   types and some forty one-line functions     avx512.c, neon.c the same
 *              #include "body.h"       everything else, in terms of them
 *              const struct kern kern_avx2 = BODY_KERN("avx2", usable, true);
 *
 * Everything is static: a function compiled for one instruction set is never what another object links to. Vectors:
 *
 *     vb   VB bytes; the 64 places of a group of codes are SIDES of them          vf   VF = VB / 4 floats
 *     va   sums of products of bytes, as the set makes them                       vi   VF int32
 *
 * Loops over SIDES, tokens and groups have constant ends and are unrolled, so that arrays of vectors are registers. */
#ifndef ASSAY_TENSOR_BODY_H
#define ASSAY_TENSOR_BODY_H
#include <math.h>
#include <string.h>
#include "tensor/half.h"
#include "tensor/kern/reference/ref_int.h"
#include "tensor/matrix_int.h"

#if defined __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define INLINE static inline __attribute__((always_inline))

#include "tensor/kern/body/acts_body.h"
#include "tensor/kern/body/mul_body.h"
#include "tensor/kern/body/float_body.h"
#include "tensor/kern/body/math_body.h"
#include "tensor/kern/body/attn_body.h"

/* y = W x, by kind of weights and number of tokens. */
static void mul(const struct matrix *w, const struct acts *x, float *y, size_t y_stride, uint32_t from, uint32_t to)
{
    if (w->kind == MATRIX_FLOAT)
        float_mul(w, x, y, y_stride, from, to);
    else
        quant_mul(w, x, y, y_stride, from, to);
}

#define BODY_KERN(its_name, its_usable, was_tried)                               \
    {                                                                            \
        .name = (its_name), .usable = (its_usable), .tried = (was_tried),        \
        .acts = acts, .mul = mul,                                                \
        .rms_norm = rms_norm, .layer_norm = layer_norm,                          \
        .add = add, .axpy = axpy, .scale = scale,                                \
        .act = act, .gate = gate, .softcap = softcap, .softmax = softmax,        \
        .rope = rope, .kv_store = kv_store, .attend = attend,                    \
    }

#endif
