// SPDX-License-Identifier: Apache-2.0
/* base/pool.h - threads that run one program together.
 *
 *     pool_run(f)   lane 0 (the caller)  f: ── work ──┤sync├── work ──┤  return
 *                   lane 1               f: ── work ──┤sync├── work ──┤  sleeps again
 *
 * One call wakes all threads, and each runs the same function; inside, lane_sync is a barrier. Waiting spins for a
 * bounded time and then sleeps on a futex, so that a thread whose core was taken away does not burn the cores of the
 * others. Work between two barriers is handed out in chunks: each lane has its own part first, and takes of the
 * others' parts when it is done. Which lane does a chunk must not change a result.
 * A pool of one thread runs everything in the caller and makes no system call. */
#ifndef ASSAY_BASE_POOL_H
#define ASSAY_BASE_POOL_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

enum { POOL_LANES_MAX = 64 };

struct pool;
struct lane {
    struct pool *pool;
    unsigned i, n;                  /* this one, of so many */
};

typedef void pool_fn(void *ctx, struct lane *lane);

/* Start n_threads - 1 threads (1 to POOL_LANES_MAX lanes). Fails: ERR_LIMIT, ERR_MEMORY. */
int pool_new(unsigned n_threads, struct pool **out, struct err *e);
void pool_free(struct pool *p);                 /* NULL is fine */
unsigned pool_lanes(const struct pool *p);

/* Have every lane run f(ctx, lane); return when all have. One caller at a time. */
void pool_run(struct pool *p, pool_fn *f, void *ctx);

/* Wait until every lane is here. What was written before it is seen behind it. */
void lane_sync(struct lane *l);

/* The next chunk [*from, *to) of n items that this lane should do; false when none is left. Between two barriers all
 * lanes walk one and the same (n, chunk). */
bool lane_next(struct lane *l, uint32_t n, uint32_t chunk, uint32_t *from, uint32_t *to);

#endif
