// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a message: the walk ends, and what it hands out lies in the input, one after the other. */
#include <assert.h>
#include "format/protobuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void walk(struct span in, unsigned depth)
{
    struct pb m = pb_begin(in);
    struct pb_field f;
    size_t before = 0;
    while (pb_next(&m, &f)) {
        assert(f.number && f.at == before && m.at > before && m.at <= in.n);
        assert(f.wire != PB_BYTES || (f.bytes.p >= in.p && f.bytes.p + f.bytes.n == in.p + m.at));
        before = m.at;
        if (f.wire == PB_BYTES && depth < 16)
            walk(f.bytes, depth + 1);
    }
    assert(m.broken ? m.at == before : m.at == in.n);
    assert(pb_is_message(in, SIZE_MAX) == !m.broken);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    walk(span_of(p, n), 0);
    return 0;
}
