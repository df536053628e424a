// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_sums.c - format/sums.h: each line lies in the file, after the one before; digests are digests. */
#include <stdlib.h>
#include "format/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sums s = { .in = span_of(data, size) };
    struct sums_line l;
    struct arena a;
    uint64_t last = 0;
    arena_init(&a, 256u << 20);
    while (sums_next(&s, &l)) {
        if (l.byte_from < last || l.byte_to <= l.byte_from || l.byte_to > size || l.line == 0)
            abort();
        last = l.byte_to;
        if (l.path.n && (l.path.p < data + l.byte_from || l.path.p + l.path.n > data + l.byte_to))
            abort();
        if (l.kind == SUMS_SHA256 && strspn(l.sha256, "0123456789abcdef") != 64)
            abort();
        if (l.kind != SUMS_SHA256 && l.sha256[0])
            abort();
        char *path = sums_path(&l, &a);
        if (!path || strlen(path) > l.path.n || memchr(l.path.p ? l.path.p : (const uint8_t *)"", '\n', l.path.n))
            abort();
    }
    arena_fini(&a);
    return 0;
}
