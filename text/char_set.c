// SPDX-License-Identifier: Apache-2.0
#include "text/char_set.h"

#include <stdlib.h>

int char_set_add(struct char_set *s, struct arena *a, uint32_t lo, uint32_t hi)
{
    if (arena_grow(a, (void **)&s->r, &s->cap, s->n, sizeof *s->r))
        return -1;
    s->r[s->n++] = (struct char_range){ lo, hi };
    return 0;
}

static int by_lo(const void *x, const void *y)
{
    const struct char_range *a = x, *b = y;
    return (a->lo > b->lo) - (a->lo < b->lo);
}

void char_set_sort(struct char_set *s)
{
    if (s->n < 2)
        return;
    qsort(s->r, s->n, sizeof *s->r, by_lo);
    size_t kept = 1;
    for (size_t i = 1; i < s->n; i++)
        if (s->r[i].lo <= s->r[kept - 1].hi + 1) {
            if (s->r[i].hi > s->r[kept - 1].hi)
                s->r[kept - 1].hi = s->r[i].hi;
        } else
            s->r[kept++] = s->r[i];
    s->n = kept;
}

int char_set_invert(struct char_set *s, struct arena *a)
{
    struct char_set out = { 0 };
    uint32_t from = 0;
    char_set_sort(s);
    for (size_t i = 0; i < s->n; i++) {
        if (s->r[i].lo > from && char_set_add(&out, a, from, s->r[i].lo - 1))
            return -1;
        from = s->r[i].hi + 1;
    }
    if (from <= CHAR_LAST && char_set_add(&out, a, from, CHAR_LAST))
        return -1;
    *s = out;
    return 0;
}
