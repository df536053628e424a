// SPDX-License-Identifier: Apache-2.0
/* Any bytes as HDF5: the walk ends, and what it hands out lies in the input. */
#include <assert.h>
#include "format/h5.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static bool inside(struct span in, struct span part)
{
    return !part.n || (part.p >= in.p && part.n <= in.n && part.p <= in.p + (in.n - part.n));
}

static int on_event(void *ud, const struct h5_event *ev)
{
    const struct span *in = ud;
    assert(ev->at <= in->n && inside(*in, ev->name) && inside(*in, ev->text));
    assert(ev->kind != H5_UNREAD || ev->what[0]);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct span in = span_of(p, n);
    struct arena a;
    struct err e;
    arena_init(&a, 64 << 20);
    int rc = h5_walk(in, &a, on_event, &in, &e);
    assert(rc == 0 || rc == ERR_FORMAT || rc == ERR_MEMORY);
    assert(rc != ERR_FORMAT || e.pos <= n);
    arena_fini(&a);
    return 0;
}
