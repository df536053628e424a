// SPDX-License-Identifier: Apache-2.0
/* Any bytes as pickle streams, judged: the machine ends, and what it points at lies in the input. */
#include <assert.h>
#include "scan/allow.h"
#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct arena kept;
    static struct allow allow;
    struct arena a;
    struct scan s;
    struct scan_node node = { .in = span_of(p, n), .path = "x", .name = "x.pkl" };
    if (!allow.n_entries) {
        arena_init(&kept, 64 << 20);
        assert(allow_open(SPAN_NONE, &kept, &allow, NULL) == 0);
    }
    arena_init(&a, 256 << 20);
    scan_init(&s, &allow, &a);
    int rc = scan_bytes(&s, &node, NULL);
    assert(rc == 0 || rc == ERR_MEMORY);
    for (size_t i = 0; i < s.n_findings; i++)
        assert(s.findings[i].what[0] && (strchr(s.findings[i].path, '!') || s.findings[i].offset <= n));     /* inside: its own */
    assert((s.n_found == 0) == (s.verdict == SCAN_CLEAN));
    arena_fini(&a);
    return 0;
}
