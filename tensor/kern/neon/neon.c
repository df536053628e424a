// SPDX-License-Identifier: Apache-2.0
#include "tensor/kern/neon/neon_vec.h"

#include "tensor/kern/body/body.h"
#include "tensor/kern/neon/neon.h"

static bool usable(const struct cpu *c)
{
    return cpu_has(c, CPU_NEON) && cpu_has(c, CPU_DOTPROD);
}

const struct kern kern_neon = BODY_KERN("neon", usable, true);
