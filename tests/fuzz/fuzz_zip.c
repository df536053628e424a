// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a ZIP archive: what the table points at lies in the input, and judging it ends. */
#include "tests/support/fuzz_scan.h"

#include "format/zip.h"

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
    struct arena a;
    struct zip z;
    arena_init(&a, 256 << 20);
    if (!zip_open(span_of(p, n), &a, &z, NULL))
        check_table(&z);
    arena_fini(&a);
    return fuzz_scan(p, n, "x.zip");
}
