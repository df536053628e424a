// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/avx2/avx2.h - the tables of the paths for 32-byte vectors. */
#ifndef ASSAY_TENSOR_AVX2_H
#define ASSAY_TENSOR_AVX2_H
#include "tensor/kern.h"

extern const struct kern kern_avx2, kern_avx_vnni;

#endif
