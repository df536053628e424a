// SPDX-License-Identifier: Apache-2.0
/* The tar reader: names from all their places, and where readers would part. */
#include "tests/support/check.h"

#include "format/tar.h"
#include "tests/support/faults.h"
#include "tests/support/tar_make.h"

static struct tm made;

static const char *told(void)
{
    static char text[1024];
    struct arena a;
    struct tar t = { .a = &a };
    struct tar_member m;
    struct span data;
    enum tar_step step;
    uint64_t at = 0;
    int n = 0;
    uint8_t *exact = malloc(made.n ? made.n : 1);
    memcpy(exact, made.p, made.n);
    arena_init(&a, 1 << 20);
    while (!tar_next(&t, span_of(exact, made.n), &at, &step, &m, &data, NULL) && step == TAR_MEMBER)
        n += snprintf(text + n, sizeof text - (size_t)n, "%.*s %d %zu/%llu%s%.*s%s%02x\n", SPAN_ARG(m.name), m.kind, data.n,
                      (unsigned long long)m.bytes, m.target.n ? " ->" : "", SPAN_ARG(m.target), m.odd ? " odd " : " ", m.odd);
    (void)snprintf(text + n, sizeof text - (size_t)n, "%s@%llu", step == TAR_END ? "end" : step == TAR_CUT ? "cut" : "bad",
                   (unsigned long long)at);
    arena_fini(&a);
    free(exact);
    return text;
}

TEST(plain_members_and_the_end)
{
    made.n = 0;
    tm_add(&made, '0', "a", "12345", 5, NULL);
    tm_add(&made, '5', "dir/", "", 0, NULL);
    tm_add(&made, '2', "link", "", 0, "../x");
    STR(told(), "a 0 5/5 00\ndir/ 1 0/0 00\nlink 3 0/0 ->../x 00\nend@2048");
    tm_end(&made);
    STR(told(), "a 0 5/5 00\ndir/ 1 0/0 00\nlink 3 0/0 ->../x 00\nend@2048");
    made.n = 515;
    STR(told(), "a 0 3/5 00\nend@515");
    made.n = 300;
    STR(told(), "cut@0");
}

TEST(long_names_come_before_their_member)
{
    made.n = 0;
    tm_add(&made, 'L', "././@LongLink", "a/long/name\0", 12, NULL);
    tm_add(&made, 'K', "././@LongLink", "target\0", 7, NULL);
    tm_add(&made, '2', "a/lo", "", 0, "tar");
    tm_add(&made, '0', "b", "", 0, NULL);
    STR(told(), "a/long/name 3 0/0 ->target 00\nb 0 0/0 00\nend@3072");
    made.n = 0;
    tm_add(&made, 'L', "././@LongLink", "abc", 2, NULL);        /* and one more in the padding */
    tm_add(&made, '0', "b", "", 0, NULL);
    STR(told(), "ab 0 0/0 odd 10\nend@1536");
    made.n = 0;
    tm_add(&made, 'x', "pax", "10 path=p\n16 linkpath=qqqq\n", 26, NULL);
    tm_add(&made, '0', "short", "", 0, NULL);
    STR(told(), "p 0 0/0 odd 10\nend@1536");          /* the second number is one too small */
    made.n = 0;
    tm_add(&made, 'g', "pax", "10 path=p\n", 10, NULL);
    tm_add(&made, '0', "one", "", 0, NULL);
    tm_add(&made, 'x', "pax", "10 path=r\n", 10, NULL);
    tm_add(&made, '0', "two", "", 0, NULL);
    STR(told(), "p 0 0/0 00\nr 0 0/0 00\nend@3072");
}

TEST(where_readers_part_is_odd)
{
    made.n = 0;
    tm_add(&made, 'x', "pax", "10 size=3\n", 10, NULL);
    tm_add(&made, '0', "a", "12345", 5, NULL);
    STR(told(), "a 0 3/3 odd 01\nend@2048");
    made.n = 0;
    tm_add(&made, '1', "a", "12345", 5, "b");
    YES(strncmp(told(), "a 2 0/0 ->b odd 02\nbad@512", 26) == 0);
    made.n = 0;
    tm_add(&made, 'x', "pax", "10 path=a\n10 path=b\n", 20, NULL);
    tm_add(&made, '0', "c", "", 0, NULL);
    STR(told(), "b 0 0/0 odd 10\nend@1536");
    made.n = 0;
    tm_add(&made, '0', "a", "", 0, NULL);
    memcpy(made.p + 124, "+5", 3);
    tm_sum(made.p);
    STR(told(), "a 0 0/0 odd 04\nend@512");
    memset(made.p + 124, 0, 12);
    made.p[124] = 0x80;
    made.p[135] = 7;
    memcpy(made.p + 257, "ustar  ", 8);
    memcpy(made.p + 345, "pre", 3);
    tm_sum(made.p);
    STR(told(), "pre/a 0 0/7 odd 08\nend@512");
    made.p[0] = 'b';
    STR(told(), "bad@0");
}

TEST(only_headers_with_a_sum_are_recognised)
{
    made.n = 0;
    tm_add(&made, '0', "a", "", 0, NULL);
    EQ(tar_sniff(span_of(made.p, made.n)), 95);
    EQ(tar_sniff(span_of(made.p, 511)), 0);
    memset(made.p + 257, 0, 8);
    EQ(tar_sniff(span_of(made.p, made.n)), 0);
    tm_sum(made.p);
    EQ(tar_sniff(span_of(made.p, made.n)), 60);
    memset(made.p, 0, 512);
    EQ(tar_sniff(span_of(made.p, made.n)), 0);
}

TEST(no_allocation_failure_is_lost)
{
    made.n = 0;
    tm_add(&made, 'x', "pax", "10 path=p\n14 linkpath=q\n", 24, NULL);
    tm_add(&made, '2', "a", "", 0, "b");
    tm_add(&made, '0', "a", "", 0, NULL);
    memcpy(made.p + 1536 + 345, "pre", 3);
    tm_sum(made.p + 1536);
    for (size_t n = 1;; n++) {
        struct arena a;
        struct tar t = { .a = &a };
        struct tar_member m;
        struct span data;
        enum tar_step step = TAR_MEMBER;
        uint64_t at = 0;
        int rc = 0;
        arena_init(&a, 1 << 20);
        fault_alloc_at(n);
        while (!rc && step == TAR_MEMBER)
            rc = tar_next(&t, span_of(made.p, made.n), &at, &step, &m, &data, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

int main(void)
{
    return RUN(CASE(plain_members_and_the_end), CASE(long_names_come_before_their_member), CASE(where_readers_part_is_odd),
               CASE(only_headers_with_a_sum_are_recognised), CASE(no_allocation_failure_is_lost));
}
