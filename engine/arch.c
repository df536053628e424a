// SPDX-License-Identifier: Apache-2.0
#include "engine/arch.h"

#include <stdio.h>

const struct arch *arch_of(struct span name)
{
    for (const struct arch *const *a = arch_table; *a; a++)
        if (span_is(name, (*a)->name))
            return *a;
    return NULL;
}

/* Is `word` one of `list`, which blanks part? */
static bool among(const char *list, struct span word)
{
    while (*list) {
        size_t n = strcspn(list, " ");
        if (word.n == n && memcmp(list, word.p, n) == 0)
            return true;
        list += n + (list[n] == ' ');
    }
    return false;
}

const struct arch *arch_of_hf(struct span model_type)
{
    for (const struct arch *const *a = arch_table; *a; a++)
        if (model_type.n && among((*a)->hf_types, model_type))
            return *a;
    return NULL;
}

const char *arch_list(char *out, size_t n)
{
    size_t at = 0;
    out[0] = 0;
    for (const struct arch *const *a = arch_table; *a && at < n; a++)
        at += (size_t)snprintf(out + at, n - at, "%s%s", at ? ", " : "", (*a)->name);
    return out;
}
