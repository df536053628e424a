// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/avx512/avx512.h - the table of the path for 64-byte vectors. */
#ifndef ASSAY_TENSOR_AVX512_H
#define ASSAY_TENSOR_AVX512_H
#include "tensor/kern.h"

extern const struct kern kern_avx512;

#endif
