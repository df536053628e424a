// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_gguf.c - any bytes as a GGUF file: refused, or everything the header promises holds. */
#include <stdlib.h>
#include "tests/support/gguf_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct gguf g, keys;
    struct gguf_general o;
    struct err e = { 0 };
    arena_init(&a, (size_t)64 << 20);
    int rc = gguf_open(span_of(data, size), &a, &g, &e);
    int rc_keys = gguf_open_keys(span_of(data, size), &a, &keys, NULL);
    if (rc && (e.code != rc || e.pos > size || !e.msg[0]))
        abort();
    if (!rc && (rc_keys || keys.n_kv != g.n_kv || gguf_holds(&g)))
        abort();
    if (!rc_keys) {
        int general = gguf_general(&keys, &a, &o, NULL);
        if (general && general != ERR_MEMORY)
            abort();
    }
    arena_fini(&a);
    return 0;
}
