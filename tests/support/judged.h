// SPDX-License-Identifier: Apache-2.0
/* tests/support/judged.h - bytes scanned, the verdict and the findings as one line of text. */
#ifndef ASSAY_TESTS_JUDGED_H
#define ASSAY_TESTS_JUDGED_H
#include "tests/support/check.h"

#include "scan/allow.h"
#include "scan/scan.h"

static struct arena judged_arena;
static struct allow judged_list;

static inline int judged_open(void **state)
{
    (void)state;
    arena_init(&judged_arena, 64 << 20);
    return allow_open(SPAN_NONE, &judged_arena, &judged_list, NULL);
}

static inline int judged_close(void **state)
{
    (void)state;
    arena_fini(&judged_arena);
    return 0;
}

/* "UNSAFE pickle-global@0 pickle-call@20" of bytes called `name`. */
static inline const char *judged_as(struct span in, const char *name)
{
    static char text[4096];
    struct arena a;
    struct scan s;
    struct scan_node node = { .in = in, .path = name, .name = name };
    arena_init(&a, 256 << 20);
    scan_init(&s, &judged_list, &a);
    EQ(scan_bytes(&s, &node, NULL), 0);
    EQ(s.held_bytes, 0);
    int at = snprintf(text, sizeof text, "%s", scan_verdict_name(s.verdict));
    for (size_t i = 0; i < s.n_findings && at < (int)sizeof text; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, " %s@%llu", s.findings[i].rule->word,
                       (unsigned long long)s.findings[i].offset);
    arena_fini(&a);
    return text;
}

#endif
