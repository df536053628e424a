// SPDX-License-Identifier: Apache-2.0
#include "format/order.h"

static void merge(uint32_t *to, const uint32_t *from, uint32_t lo, uint32_t mid, uint32_t hi,
                  const void *items, order_fn *cmp)
{
    uint32_t l = lo, r = mid;
    for (uint32_t i = lo; i < hi; i++) {
        if (l < mid && (r == hi || cmp(items, from[l], from[r]) <= 0))
            to[i] = from[l++];
        else
            to[i] = from[r++];
    }
}

uint32_t *order_make(struct arena *a, const void *items, uint32_t n, order_fn *cmp)
{
    uint32_t *from = arena_array(a, n, sizeof *from);
    uint32_t *to = arena_array(a, n, sizeof *to);
    if (!from || !to)
        return NULL;
    bool sorted = true;                     /* files of honest writers often are already */
    for (uint32_t i = 0; i < n; i++) {
        from[i] = i;
        sorted = sorted && (i == 0 || cmp(items, i - 1, i) <= 0);
    }
    if (sorted)
        return from;
    for (uint64_t step = 1; step < n; step *= 2) {
        for (uint64_t lo = 0; lo < n; lo += 2 * step) {
            uint64_t mid = lo + step < n ? lo + step : n;
            uint64_t hi = lo + 2 * step < n ? lo + 2 * step : n;
            merge(to, from, (uint32_t)lo, (uint32_t)mid, (uint32_t)hi, items, cmp);
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

int order_names(struct span x, struct span y)
{
    if (x.n != y.n)
        return x.n < y.n ? -1 : 1;
    return x.n ? memcmp(x.p, y.p, x.n) : 0;
}

const void *order_find(const void *items, size_t size, size_t name_at, const uint32_t *order, uint32_t n,
                       struct span name)
{
    for (uint32_t lo = 0, hi = n; lo < hi;) {
        uint32_t mid = lo + (hi - lo) / 2;
        const unsigned char *item = (const unsigned char *)items + order[mid] * size;
        struct span found;
        memcpy(&found, item + name_at, sizeof found);
        int c = order_names(name, found);
        if (c == 0)
            return item;
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}
