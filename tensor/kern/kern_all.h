// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/kern_all.h - the paths that are built for this kind of processor, best first. */
#ifndef ASSAY_TENSOR_KERN_ALL_H
#define ASSAY_TENSOR_KERN_ALL_H
#include "tensor/kern/reference/ref_int.h"

#define KERN_PATHS

#endif
