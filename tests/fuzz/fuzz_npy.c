// SPDX-License-Identifier: Apache-2.0
/* Any bytes as an array of numpy: a header that is taken promises what can be counted. */
#include <assert.h>
#include "format/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct npy f;
    struct err e;
    struct span in = span_of(p, n);
    if (npy_open(in, &f, &e)) {
        assert(e.code == ERR_FORMAT && e.pos <= n && f.data_at <= n);
        return 0;
    }
    assert(npy_is(in) && f.data_at <= n && f.header.n <= NPY_HEADER_MAX);
    assert(f.has_objects ? !f.data_bytes : !f.item_bytes || f.data_bytes / f.item_bytes == f.n_items);
    return 0;
}
