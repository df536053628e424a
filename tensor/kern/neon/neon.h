// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/neon/neon.h - the table of the path for NEON with DotProd. */
#ifndef ASSAY_TENSOR_NEON_H
#define ASSAY_TENSOR_NEON_H
#include "tensor/kern.h"

extern const struct kern kern_neon;

#endif
