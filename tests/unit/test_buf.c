// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/buf.h"
#include "base/err.h"
#include "tests/support/faults.h"

TEST(adds_follow_each_other)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    STR(buf_text(&b), "");
    EQ(buf_view(&b).n, 0);
    buf_str(&b, "a");
    buf_char(&b, 'b');
    buf_add(&b, "cd", 2);
    buf_add(&b, NULL, 0);
    buf_span(&b, span_str("e"));
    buf_span(&b, SPAN_NONE);
    buf_fmt(&b, "%d%s", 12, "!");
    STR(buf_text(&b), "abcde12!");
    EQ(b.n, 8);
    EQ(b.error, 0);
    buf_fini(&b);
    STR(buf_text(&b), "");
    buf_fini(NULL);
}

TEST(growth_keeps_all_bytes)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 10000; i++)
        buf_fmt(&b, "%04d", i);
    EQ(b.n, 40000);
    for (int i = 0; i < 10000; i++) {
        char want[16];
        (void)snprintf(want, sizeof want, "%04d", i);
        YES(memcmp(b.p + 4 * i, want, 4) == 0);
    }
    EQ(b.p[b.n], 0);
    buf_fini(&b);
}

TEST(the_ceiling_sticks)
{
    struct buf b;
    buf_init(&b, 4);
    buf_str(&b, "abcd");
    EQ(b.error, 0);
    buf_char(&b, 'e');
    EQ(b.error, ERR_LIMIT);
    STR(buf_text(&b), "abcd");
    buf_reset(&b);
    EQ(b.error, 0);
    STR(buf_text(&b), "");
    buf_str(&b, "abcde");
    EQ(b.error, ERR_LIMIT);
    buf_str(&b, "x");                           /* ignored: the error stands */
    EQ(b.n, 0);
    buf_fini(&b);
    buf_init(&b, 3);
    buf_fmt(&b, "%d", 1234);
    EQ(b.error, ERR_LIMIT);
    EQ(b.n, 0);
    buf_fini(&b);
}

TEST(a_size_that_wraps_is_a_limit)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    buf_str(&b, "abc");
    buf_add(&b, "abc", SIZE_MAX - 3);
    EQ(b.error, ERR_LIMIT);
    STR(buf_text(&b), "abc");
    buf_fini(&b);
}

TEST(a_failed_allocation_sticks_as_memory)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_str(&b, "kept");
    fault_alloc_at(1);
    char big[1000] = { 0 };
    buf_add(&b, big, sizeof big);
    fault_alloc_at(0);
    EQ(b.error, ERR_MEMORY);
    buf_str(&b, "more");
    STR(buf_text(&b), "kept");
    buf_fini(&b);
}

int main(void)
{
    return RUN(CASE(adds_follow_each_other), CASE(growth_keeps_all_bytes), CASE(the_ceiling_sticks),
               CASE(a_size_that_wraps_is_a_limit), CASE(a_failed_allocation_sticks_as_memory));
}
