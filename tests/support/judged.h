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

enum { JUDGED_OFFSETS = 1, JUDGED_ADVISORIES = 2 };

/* "UNSAFE pickle-global pickle-call" of bytes called `name`; with offsets "pickle-global@0", and with advisories the
 * ids behind the finding. */
static inline const char *judged_line(struct span in, const char *name, unsigned how)
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
    for (size_t i = 0; i < s.n_findings && at < (int)sizeof text - 200; i++) {
        const struct scan_finding *f = &s.findings[i];
        at += snprintf(text + at, sizeof text - (size_t)at, " %s", f->rule->word);
        if (how & JUDGED_OFFSETS)
            at += snprintf(text + at, sizeof text - (size_t)at, "@%llu", (unsigned long long)f->offset);
        if (how & JUDGED_ADVISORIES && f->advisory[0])
            at += snprintf(text + at, sizeof text - (size_t)at, " %s", f->advisory);
    }
    arena_fini(&a);
    return text;
}

static inline const char *judged_as(struct span in, const char *name)
{
    return judged_line(in, name, JUDGED_OFFSETS);
}

#endif
