// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_json.c - base/json.h: any bytes give a sound tree or an error, never a crash. */
#include <stdlib.h>
#include "base/json.h"
#include "base/val_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct val_limits lim = { .max_bytes = 1 << 20, .max_depth = 64, .max_values = 20000 };
    struct arena a;
    arena_init(&a, 64u << 20);
    struct err e = { 0 };
    const struct val *v = NULL;
    int rc = json_parse(span_of(data, size), &lim, &a, &v, &e);
    if (rc ? v != NULL || e.code != rc || !e.msg[0] : sound_tree(span_of(data, size), v, size < 4096) != NULL)
        abort();
    arena_fini(&a);
    return 0;
}
