// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include "base/pool.h"
#include "tests/support/faults.h"

enum { ITEMS = 1000, PHASES = 200 };

struct sums {
    uint32_t n, chunk;
    _Atomic uint32_t seen[ITEMS];
    uint32_t plain[POOL_LANES_MAX];     /* not atomic: the barrier alone orders it */
    _Atomic uint32_t wrong;
    unsigned phases;
};

static void walk(void *ctx, struct lane *l)
{
    struct sums *s = ctx;
    for (unsigned phase = 1; phase <= s->phases; phase++) {
        uint32_t from, to;
        while (lane_next(l, s->n, s->chunk, &from, &to)) {
            s->wrong += from >= to || to > s->n || to - from > s->chunk;
            for (uint32_t i = from; i < to; i++)
                atomic_fetch_add_explicit(&s->seen[i], 1, memory_order_relaxed);
        }
        s->plain[l->i] = phase;
        lane_sync(l);
        for (unsigned i = 0; i < l->n; i++)
            s->wrong += s->plain[i] != phase;
        for (uint32_t i = l->i; i < s->n; i += l->n)
            s->wrong += atomic_load_explicit(&s->seen[i], memory_order_relaxed) != phase;
        lane_sync(l);
    }
}

static void one_pool(unsigned lanes, uint32_t n, uint32_t chunk, unsigned phases)
{
    static struct sums s;
    struct pool *p;
    memset(&s, 0, sizeof s);
    s.n = n;
    s.chunk = chunk;
    s.phases = phases;
    EQ(pool_new(lanes, &p, NULL), 0);
    EQ(pool_lanes(p), lanes);
    for (unsigned run = 0; run < 3; run++) {
        memset(s.seen, 0, sizeof s.seen);
        pool_run(p, walk, &s);
        EQ(s.wrong, 0);
        for (uint32_t i = 0; i < n; i++)
            EQ(s.seen[i], phases);
    }
    pool_free(p);
}

TEST(every_item_once_in_every_phase)
{
    static const unsigned lanes[] = { 1, 2, 3, 4, 9 };
    static const uint32_t shapes[][2] = { { 0, 1 }, { 1, 1 }, { 1, 7 }, { 2, 1 }, { 17, 4 }, { ITEMS, 1 }, { ITEMS, 64 },
                                          { ITEMS, ITEMS } };
    for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++)
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
            one_pool(lanes[i], shapes[k][0], shapes[k][1], lanes[i] > 4 ? 20 : PHASES);
}

TEST(as_many_threads_as_there_may_be)
{
    one_pool(POOL_LANES_MAX, ITEMS, 3, 5);
}

static void count(void *ctx, struct lane *l)
{
    uint64_t *sum = ctx;
    uint32_t from, to, chunks = 0;
    while (lane_next(l, UINT32_MAX, 1, &from, &to)) {
        sum[l->i] += to - from;
        chunks++;
    }
    sum[2 + l->i] = chunks;
}

TEST(more_items_than_a_word_counts)
{
    struct pool *p;
    uint64_t sum[4] = { 0 };
    EQ(pool_new(2, &p, NULL), 0);
    pool_run(p, count, sum);
    YES(sum[0] + sum[1] == UINT32_MAX);
    YES(sum[2] + sum[3] < (1 << 20));
    pool_free(p);
}

/* One lane is held up: the others do its part. */
static void slow(void *ctx, struct lane *l)
{
    _Atomic uint32_t *by = ctx;
    uint32_t from, to;
    if (l->i == 0)
        (void)nanosleep(&(struct timespec){ .tv_nsec = 200 * 1000 * 1000 }, NULL);
    while (lane_next(l, 64, 1, &from, &to))
        by[l->i]++;
}

TEST(a_lane_that_is_held_up_is_helped)
{
    struct pool *p;
    _Atomic uint32_t by[2] = { 0, 0 };
    EQ(pool_new(2, &p, NULL), 0);
    pool_run(p, slow, by);
    EQ(by[0] + by[1], 64);
    YES(by[1] > 32);                    /* more than its own half */
    pool_free(p);
}

TEST(limits_and_memory)
{
    struct pool *p = NULL;
    struct err e = { 0 };
    EQ(pool_new(0, &p, &e), ERR_LIMIT);
    EQ(pool_new(POOL_LANES_MAX + 1, &p, &e), ERR_LIMIT);
    STR(e.msg, "65 threads were asked for; 1 to 64 can be had");
    fault_alloc_at(1);
    EQ(pool_new(2, &p, &e), ERR_MEMORY);
    fault_alloc_at(0);
    assert_null(p);
    pool_free(NULL);
    for (unsigned i = 0; i < 200; i++) {        /* made and freed, never run */
        EQ(pool_new(1 + i % 4, &p, NULL), 0);
        pool_free(p);
    }
}

int main(void)
{
    return RUN(CASE(every_item_once_in_every_phase), CASE(as_many_threads_as_there_may_be),
               CASE(more_items_than_a_word_counts), CASE(a_lane_that_is_held_up_is_helped), CASE(limits_and_memory));
}
