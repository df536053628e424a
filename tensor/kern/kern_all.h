// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/kern_all.h - the paths that are built for this kind of processor, best first. */
#ifndef ASSAY_TENSOR_KERN_ALL_H
#define ASSAY_TENSOR_KERN_ALL_H
#include "tensor/kern/reference/ref_int.h"
#if defined __x86_64__
#include "tensor/kern/avx2/avx2.h"
#include "tensor/kern/avx512/avx512.h"
#define KERN_PATHS &kern_avx512, &kern_avx_vnni, &kern_avx2,
#elif defined __aarch64__
#include "tensor/kern/neon/neon.h"
#define KERN_PATHS &kern_neon,
#else
#define KERN_PATHS
#endif

#endif
