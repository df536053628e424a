// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_utf8.c - base/utf8.h: what decodes encodes to the same bytes, and the writer of
 * base/json.h makes valid JSON of any bytes. */
#include <stdlib.h>
#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* The writer's text reads back; as the same bytes when they were valid. */
static void write_and_read(struct span in, bool valid)
{
    struct buf b;
    struct arena a;
    const struct val *v = NULL;
    buf_init(&b, 64u << 20);
    arena_init(&a, 64u << 20);
    struct json_out j = { .b = &b };
    json_text(&j, NULL, in);
    require(!b.error && json_parse(buf_view(&b), NULL, &a, &v, NULL) == 0 && v->kind == VAL_STR);
    require(span_eq(v->str, in) == valid);
    arena_fini(&a);
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span in = span_of(data, size);
    size_t bad = size, at = 0;
    bool valid = utf8_valid(in, &bad);
    while (at < size) {
        uint32_t cp = 0;
        char again[4];
        unsigned n = utf8_next(span_sub(in, at, size), &cp);
        if (!n)
            break;
        require(n <= 4 && n <= size - at && utf8_put(cp, again) == n && !memcmp(again, data + at, n));
        require(utf8_width(cp) <= 2);
        at += n;
    }
    require(at == bad && valid == (at == size));
    write_and_read(in, valid);
    return 0;
}
