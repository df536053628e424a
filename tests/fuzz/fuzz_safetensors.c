// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_safetensors.c - any bytes as a safetensors file, and as an index of shards. */
#include <stdlib.h>
#include "format/st_index.h"
#include "tests/support/st_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_index(const struct st_index *x)
{
    for (uint32_t i = 0; i < x->n_entries; i++)
        if (x->entries[i].file >= x->n_files || st_index_get(x, x->entries[i].tensor) != &x->entries[i])
            abort();
    for (uint32_t i = 0; i < x->n_files; i++)
        if (x->files[i].n == 0 || x->files[i].p[0] == '.' || memchr(x->files[i].p, '/', x->files[i].n))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct st_file f;
    struct st_index x;
    struct err e = { 0 };
    arena_init(&a, (size_t)64 << 20);
    int rc = st_open(span_of(data, size), &a, &f, &e);
    if (rc && (e.code != rc || e.pos > size || !e.msg[0]))
        abort();
    if (!rc && st_holds(&f))
        abort();
    arena_reset(&a);
    if (!st_index_open(span_of(data, size), &a, &x, NULL))
        check_index(&x);
    arena_fini(&a);
    return 0;
}
