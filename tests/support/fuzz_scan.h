// SPDX-License-Identifier: Apache-2.0
/* tests/support/fuzz_scan.h - scan any bytes, and check what must hold of every result. */
#ifndef ASSAY_TESTS_FUZZ_SCAN_H
#define ASSAY_TESTS_FUZZ_SCAN_H
#include <assert.h>
#include "scan/allow.h"
#include "scan/scan.h"

static inline int fuzz_scan(const uint8_t *p, size_t n, const char *name)
{
    static struct arena kept;
    static struct allow allow;
    struct arena a;
    struct scan s;
    struct scan_node node = { .in = span_of(p, n), .path = name, .name = name };
    if (!allow.n_entries) {
        arena_init(&kept, 64 << 20);
        assert(allow_open(SPAN_NONE, &kept, &allow, NULL) == 0);
    }
    arena_init(&a, 256 << 20);
    scan_init(&s, &allow, &a);
    int rc = scan_bytes(&s, &node, NULL);
    assert(rc == 0 || rc == ERR_MEMORY);
    assert((s.n_found == 0) == (s.verdict == SCAN_CLEAN) && s.held_bytes == 0);
    arena_fini(&a);
    return 0;
}

#endif
