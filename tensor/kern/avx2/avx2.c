// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/avx2/avx2.c - compiled twice: for AVX2, and for AVX2 with AVX-VNNI. */
#include "tensor/kern/avx2/avx2_vec.h"

#include "tensor/kern/avx2/avx2.h"
#include "tensor/kern/body/body.h"

static bool usable(const struct cpu *c)
{
#if defined __AVXVNNI__
    if (!cpu_has(c, CPU_AVX_VNNI))
        return false;
#endif
    return cpu_has(c, CPU_AVX2) && cpu_has(c, CPU_FMA) && cpu_has(c, CPU_F16C);
}

#if defined __AVXVNNI__
const struct kern kern_avx_vnni = BODY_KERN("avx-vnni", usable, false);
#else
const struct kern kern_avx2 = BODY_KERN("avx2", usable, true);
#endif
