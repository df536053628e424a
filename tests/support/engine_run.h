// SPDX-License-Identifier: Apache-2.0
/* tests/support/engine_run.h - a model opened, loaded and in a session, for tests. */
#ifndef ASSAY_TESTS_ENGINE_RUN_H
#define ASSAY_TESTS_ENGINE_RUN_H
#include "engine/session.h"
#include "tests/support/check.h"

struct run {
    struct weights w;
    struct pool *pool;
    const struct kern *k;
    struct session *s;
};

/* shape.n_ctx 0: as session_shape_of says. */
static inline void run_open(struct run *r, const char *path, unsigned lanes, struct session_shape shape)
{
    struct err e = { 0 };
    struct cpu cpu;
    cpu_read(&cpu);
    if (!r->k && kern_choose(&cpu, &r->k, &e))
        fail_msg("%s", e.msg);
    if (weights_open(path, &r->w, &e))
        fail_msg("%s: %s (%s)", e.path, e.msg, e.hint);
    if (pool_new(lanes, &r->pool, &e) || weights_load(&r->w, r->pool, &e))
        fail_msg("%s: %s", path, e.msg);
    if (shape.n_ctx == 0)
        shape = session_shape_of(&r->w.spec);
    if (session_new(&r->w, r->k, r->pool, &shape, &r->s, &e))
        fail_msg("%s: %s", path, e.msg);
}

static inline void run_close(struct run *r)
{
    session_free(r->s);
    weights_close(&r->w);
    pool_free(r->pool);
}

#endif
