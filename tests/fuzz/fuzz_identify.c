// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a licence file: decoded, split, matched; every passage lies inside the input. */
#include <assert.h>
#include <stdlib.h>
#include "license/identify.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check_span(const struct identify_span *s, size_t n)
{
    if (s->byte_from > s->byte_to || s->byte_to > n || s->line_from > s->line_to)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct arena process;            /* the index, opened once */
    static struct index x;
    if (!process.max_bytes) {
        arena_init(&process, (size_t)1 << 28);
        if (index_open(index_builtin(), &process, &x, NULL))
            abort();
    }
    static const char *const names[] = { "LICENSE", "NOTICE", "x.md", "x.html" };
    struct arena a;
    struct text t;
    struct identified r;
    arena_init(&a, (size_t)1 << 28);
    const char *name = names[n ? p[0] & 3 : 0];
    if (!text_decode(span_of(p, n), name, &a, &t, NULL) && !identify_text(&x, &t, name, &a, &r, NULL)) {
        for (size_t i = 0; i < r.n_found; i++)
            check_span(&r.found[i].where, n);
        for (size_t i = 0; i < r.n_residue; i++)
            check_span(&r.residue[i], n);
        for (size_t i = 0; i < r.n_nearest; i++)
            for (size_t k = 0; k < r.nearest[i].n_differs; k++)
                check_span(&r.nearest[i].differs[k], n);
        if (r.class == CLASS_PERMISSIVE && r.match != MATCH_EXACT)
            abort();
    }
    arena_fini(&a);
    return 0;
}
