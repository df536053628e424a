// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"

#include <stdlib.h>

void *mem_realloc(void *p, size_t n)
{
    if (n == 0) {
        free(p);
        return NULL;
    }
    return realloc(p, n);
}

void mem_free(void *p)
{
    free(p);
}
