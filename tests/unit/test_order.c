// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"
#include "format/order.h"
#include "tests/support/faults.h"

static int by_tens(const void *items, uint32_t x, uint32_t y)
{
    const uint32_t *v = items;
    return (v[x] / 10 > v[y] / 10) - (v[x] / 10 < v[y] / 10);
}

TEST(order_is_sorted_and_stable)
{
    uint32_t v[257], seed = 7;
    for (uint32_t n = 0; n <= 257; n++) {
        struct arena a;
        arena_init(&a, 1 << 20);
        for (uint32_t i = 0; i < n; i++)
            v[i] = (seed = seed * 1664525 + 1013904223) >> 22;
        const uint32_t *order = order_make(&a, v, n, by_tens);
        assert_non_null(order);
        bool seen[257] = { false };
        for (uint32_t i = 0; i < n; i++) {
            YES(order[i] < n && !seen[order[i]]);
            seen[order[i]] = true;
            if (i)
                YES(v[order[i - 1]] / 10 < v[order[i]] / 10
                    || (v[order[i - 1]] / 10 == v[order[i]] / 10 && order[i - 1] < order[i]));
        }
        arena_fini(&a);
    }
}

TEST(order_of_names_is_total)
{
    YES(order_names(span_str(""), span_str("")) == 0);
    YES(order_names(span_str("b"), span_str("aa")) < 0);
    YES(order_names(span_str("ab"), span_str("aa")) > 0);
    YES(order_names(SPAN_NONE, span_str("")) == 0);
}

TEST(order_without_memory_is_null)
{
    struct arena a;
    arena_init(&a, 64);
    YES(order_make(&a, NULL, 100, by_tens) == NULL);
    arena_fini(&a);
}

int main(void)
{
    return RUN(CASE(order_is_sorted_and_stable), CASE(order_of_names_is_total), CASE(order_without_memory_is_null));
}
