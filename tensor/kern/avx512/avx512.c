// SPDX-License-Identifier: Apache-2.0
#include "tensor/kern/avx512/avx512_vec.h"

#include "tensor/kern/avx512/avx512.h"
#include "tensor/kern/body/body.h"

static bool usable(const struct cpu *c)
{
    return cpu_has(c, CPU_AVX512) && cpu_has(c, CPU_AVX512_VNNI) && cpu_has(c, CPU_FMA) && cpu_has(c, CPU_F16C);
}

const struct kern kern_avx512 = BODY_KERN("avx512", usable, false);
