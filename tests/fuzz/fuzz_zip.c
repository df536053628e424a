// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a ZIP archive: what the table points at lies in the input, and judging it ends. */
#include <assert.h>
#include "format/zip.h"
#include "scan/allow.h"
#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check_table(const struct zip *z)
{
    for (uint32_t i = 0; i < z->n_members; i++) {
        const struct zip_member *m = &z->members[i];
        assert(!m->packed.n || (m->packed.p >= z->in.p && m->packed.n <= z->in.n &&
                                (size_t)(m->packed.p - z->in.p) <= z->in.n - m->packed.n));
        assert(!m->has_local || (m->header_at < z->in.n && m->data_at <= z->in.n && m->end_at <= z->in.n));
    }
    for (size_t i = 0; i < z->n_odds; i++)
        assert(z->odds[i].at <= z->in.n && (z->odds[i].member == ZIP_NO_MEMBER || z->odds[i].member < z->n_members));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct arena kept;
    static struct allow allow;
    struct arena a;
    struct zip z;
    struct scan s;
    struct scan_node node = { .in = span_of(p, n), .path = "x", .name = "x.zip" };
    if (!allow.n_entries) {
        arena_init(&kept, 64 << 20);
        assert(allow_open(SPAN_NONE, &kept, &allow, NULL) == 0);
    }
    arena_init(&a, 256 << 20);
    int rc = zip_open(node.in, &a, &z, NULL);
    if (!rc)
        check_table(&z);
    arena_reset(&a);
    scan_init(&s, &allow, &a);
    rc = scan_bytes(&s, &node, NULL);
    assert(rc == 0 || rc == ERR_MEMORY);
    assert((s.n_found == 0) == (s.verdict == SCAN_CLEAN) && s.held_bytes == 0);
    arena_fini(&a);
    return 0;
}
