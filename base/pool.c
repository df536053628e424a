// SPDX-License-Identifier: Apache-2.0
/* base/pool.c - a barrier that is the start, the end and the middle of every run.
 *
 * Workers wait in the barrier between runs. The last to arrive moves `phase` on and wakes those that sleep. Each lane
 * has a word of (phase, chunks taken); a word of an older phase means that nothing was taken in this one, so
 * that nobody has to clear the words. */
#include "base/pool.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/mem.h"

enum {
    LINE_BYTES = 64,
    TAKEN_BITS = 20, CHUNKS_MAX = 1 << TAKEN_BITS,      /* a phase of 44 bits: years of barriers */
    SPIN_ROUNDS = 1500          /* of pause: some 30 microseconds, about what waking a thread costs */
};

/* What one lane owns, apart from the others' cache lines. `phase` is the lane's own count of barriers. */
struct slot {
    _Alignas(LINE_BYTES) _Atomic uint64_t taken;        /* phase << TAKEN_BITS | chunks of this lane's part */
    uint64_t phase;
    unsigned victim;            /* whose part is being taken, counted from this lane */
    struct lane lane;
    pthread_t thread;
};

struct pool {
    _Alignas(LINE_BYTES) _Atomic uint32_t arrived;
    _Alignas(LINE_BYTES) _Atomic uint32_t phase;        /* the word that is slept on; low bits of the lanes' phase */
    _Atomic uint32_t sleepers;
    _Alignas(LINE_BYTES) unsigned n, spin;
    pool_fn *f;
    void *ctx;
    bool quit;
    void *raw;                  /* what was allocated */
    struct slot slots[];
};

static void relax(void)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

static void sleep_while(_Atomic uint32_t *word, uint32_t value)
{
    (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void wake_all(_Atomic uint32_t *word)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* Sleeping: either the sleeper is counted before the phase moves and is woken, or it sees the new phase (futex
 * compares again); both orders need the whole fence of seq_cst. */
static void wait_phase(struct pool *p, uint32_t old)
{
    for (unsigned i = 0; i < p->spin; i++) {
        if (atomic_load_explicit(&p->phase, memory_order_acquire) != old)
            return;
        relax();
    }
    atomic_fetch_add(&p->sleepers, 1);
    while (atomic_load(&p->phase) == old)
        sleep_while(&p->phase, old);
    atomic_fetch_sub(&p->sleepers, 1);
}

void lane_sync(struct lane *l)
{
    struct pool *p = l->pool;
    struct slot *s = &p->slots[l->i];
    uint32_t old = (uint32_t)s->phase++;
    s->victim = 0;
    if (p->n == 1)
        return;
    if (atomic_fetch_add_explicit(&p->arrived, 1, memory_order_acq_rel) + 1 < p->n) {
        wait_phase(p, old);
        return;
    }
    atomic_store_explicit(&p->arrived, 0, memory_order_relaxed);       /* nobody arrives before the phase moves */
    atomic_store(&p->phase, old + 1);
    if (atomic_load(&p->sleepers))
        wake_all(&p->phase);
}

/* Take one chunk of the part of lane `of`, which has `part` chunks. */
static bool take(struct slot *of, uint64_t phase, uint32_t part, uint32_t *at)
{
    uint64_t word = atomic_load_explicit(&of->taken, memory_order_relaxed), n;
    do {
        n = word >> TAKEN_BITS == phase ? word & (CHUNKS_MAX - 1) : 0;
        if (n >= part)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&of->taken, &word, phase << TAKEN_BITS | (n + 1), memory_order_relaxed,
                                                    memory_order_relaxed));
    *at = (uint32_t)n;
    return true;
}

bool lane_next(struct lane *l, uint32_t n, uint32_t chunk, uint32_t *from, uint32_t *to)
{
    struct pool *p = l->pool;
    struct slot *mine = &p->slots[l->i];
    uint32_t least = n / (CHUNKS_MAX - 1) + 1, at;
    chunk = chunk > least ? chunk : least;
    uint64_t chunks = n / chunk + (n % chunk != 0);
    for (; mine->victim < p->n; mine->victim++) {
        unsigned of = (l->i + mine->victim) % p->n;
        uint32_t first = (uint32_t)(chunks * of / p->n), end = (uint32_t)(chunks * (of + 1) / p->n);
        if (!take(&p->slots[of], mine->phase, end - first, &at))
            continue;
        *from = (first + at) * chunk;
        *to = n - *from > chunk ? *from + chunk : n;
        return true;
    }
    return false;
}

static void *work(void *arg)
{
    struct lane *l = arg;
    struct pool *p = l->pool;
    for (;;) {
        lane_sync(l);
        if (p->quit)
            return NULL;
        p->f(p->ctx, l);
        lane_sync(l);
    }
}

void pool_run(struct pool *p, pool_fn *f, void *ctx)
{
    struct lane *me = &p->slots[0].lane;
    p->f = f;
    p->ctx = ctx;
    lane_sync(me);
    f(ctx, me);
    lane_sync(me);
}

static unsigned cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* End the threads 1 to `until` - 1, which wait in the barrier together with those that were never started. */
static void stop(struct pool *p, unsigned until)
{
    p->quit = true;
    if (until < p->n)           /* stand in for the missing */
        atomic_fetch_add(&p->arrived, p->n - until);
    lane_sync(&p->slots[0].lane);
    for (unsigned i = 1; i < until; i++)
        (void)pthread_join(p->slots[i].thread, NULL);
    mem_free(p->raw);
}

int pool_new(unsigned n_threads, struct pool **out, struct err *e)
{
    if (n_threads < 1 || n_threads > POOL_LANES_MAX)
        return err_plain(e, ERR_LIMIT, "%u threads were asked for; 1 to %d can be had", n_threads, POOL_LANES_MAX);
    size_t bytes = sizeof(struct pool) + n_threads * sizeof(struct slot);
    void *raw = mem_realloc(NULL, bytes + LINE_BYTES);
    if (!raw)
        return err_memory(e);
    memset(raw, 0, bytes + LINE_BYTES);
    struct pool *p = (struct pool *)(((uintptr_t)raw + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
    p->raw = raw;
    p->n = n_threads;
    p->spin = n_threads <= cores() ? SPIN_ROUNDS : 0;
    for (unsigned i = 0; i < n_threads; i++)
        p->slots[i].lane = (struct lane){ .pool = p, .i = i, .n = n_threads };
    for (unsigned i = 1; i < n_threads; i++)
        if (pthread_create(&p->slots[i].thread, NULL, work, &p->slots[i].lane) != 0) {
            stop(p, i);
            return err_plain(e, ERR_MEMORY, "the system gives no more than %u threads", i);
        }
    *out = p;
    return 0;
}

void pool_free(struct pool *p)
{
    if (p)
        stop(p, p->n);
}

unsigned pool_lanes(const struct pool *p)
{
    return p->n;
}
