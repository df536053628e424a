// SPDX-License-Identifier: Apache-2.0
/* tests/support/check.h - cmocka in its include order, and the words our tests use.
 *
 *     TEST(st_header_that_lies_is_refused)
 *     {
 *         EQ(st_open(span_of(bytes, 7), &f, NULL), ERR_FORMAT);
 *     }
 *     int main(void) { return RUN(CASE(st_header_that_lies_is_refused)); } */
#ifndef ASSAY_TESTS_CHECK_H
#define ASSAY_TESTS_CHECK_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEST(name) static void name(void **state_unused __attribute__((unused)))
#define CASE(name) cmocka_unit_test(name)
#define EQ(a, b) assert_int_equal((a), (b))
#define STR(a, b) assert_string_equal((a), (b))
#define YES(x) assert_true(x)
#define NOT(x) assert_false(x)
#define RUN(...) check_run((const struct CMUnitTest[]){ __VA_ARGS__ }, \
                           sizeof((const struct CMUnitTest[]){ __VA_ARGS__ }) / sizeof(struct CMUnitTest))

static inline int check_run(const struct CMUnitTest *tests, size_t n)
{
    return _cmocka_run_group_tests("tests", tests, n, NULL, NULL);
}

/* Say why and skip: an oracle or data that this machine does not have. */
#define SKIP(...) do { printf("# skipped: " __VA_ARGS__); printf("\n"); skip(); } while (0)

/* Folders that the build names: real data shared by the project, and models brought by ./dev models. */
static inline const char *dir_of(const char *variable)
{
    const char *dir = getenv(variable);
    return dir ? dir : "";
}

#endif
