// SPDX-License-Identifier: Apache-2.0
#include "scan/scan_pool.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/worker.h"
#include "scan/scan_wire.h"

enum { BATCH_MAX = 64, FRAME_MAX_BYTES = 4 << 20, WAIT_MS = 60000, WORKER_MEMORY_BYTES = 192 << 20 };
#define BATCH_BYTES ((uint64_t)64 << 20)        /* a large file has a worker of its own */

struct pool {
    const struct scan_file *files;
    size_t n;
    const struct scan_options *opt;
    struct sandbox *sandbox;
    struct scan_result *results;
    struct arena *a;
    pthread_mutex_t lock;                       /* of a, next and rc, and around each fork */
    size_t next;
    int rc;
    struct err err;
};

struct batch { size_t first, n; int fds[BATCH_MAX]; const struct pool *pool; };

const struct scan_finding *scan_worst(const struct scan_result *r)
{
    for (size_t i = 0; i < r->n_findings && r->verdict != SCAN_CLEAN; i++)     /* a note accuses nobody */
        if ((enum scan_verdict)r->findings[i].rule->verdict == r->verdict)
            return &r->findings[i];
    return NULL;
}

/* ---- in the worker ---------------------------------------------------------------------- */

static int scan_fd(struct scan *s, int fd, const struct scan_node *named, struct err *e)
{
    struct stat st;
    struct scan_node n = *named;
    void *map = NULL;
    if (fstat(fd, &st) || st.st_size < 0)
        return scan_find(s, &n, RULE_UNREADABLE, 0, e, "its size cannot be told");
    if (st.st_size && (map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
        return scan_find(s, &n, RULE_UNREADABLE, 0, e, "it cannot be mapped");
    n.in = span_of(map ? map : (void *)(uintptr_t)"", (size_t)st.st_size);
    int rc = scan_bytes(s, &n, e);
    if (map)
        (void)munmap(map, (size_t)st.st_size);
    return rc;
}

static void scan_batch(void *ud, struct worker_answer *answer)
{
    struct batch *b = ud;
    for (size_t i = 0; i < b->n; i++) {
        const struct scan_file *f = &b->pool->files[b->first + i];
        struct scan_node n = { .path = f->shown, .name = fs_base(f->shown) };
        struct arena a;
        struct scan s;
        struct buf out;
        if (b->fds[i] < 0)
            continue;
        arena_init(&a, WORKER_MEMORY_BYTES);
        buf_init(&out, FRAME_MAX_BYTES);
        scan_init(&s, b->pool->opt->allow, &a);
        if (scan_fd(&s, b->fds[i], &n, NULL))
            _exit(2);                           /* out of memory: the caller says so */
        wire_put(&s, &out);
        if (out.error || !worker_send(answer, out.p, out.n))
            _exit(2);
        buf_fini(&out);
        arena_fini(&a);
    }
}

/* ---- in the caller's threads ------------------------------------------------------------ */

static void failed(struct pool *p, int rc, const struct err *e)
{
    if (!p->rc) {
        p->rc = rc;
        p->err = *e;
    }
}

/* A result of one finding that no worker made. */
static int say(struct pool *p, size_t i, enum scan_rule_id rule, const char *what, struct err *e)
{
    struct scan s;
    struct scan_node n = { .path = p->files[i].shown, .name = "" };
    scan_init(&s, p->opt->allow, p->a);
    int rc = scan_find(&s, &n, rule, 0, e, "%s", what);
    p->results[i] = (struct scan_result){ s.verdict, "", s.findings, s.n_findings, s.n_found, NULL, 0 };
    return rc;
}

static void settle(struct pool *p, size_t i, enum scan_rule_id rule, const char *what, const struct buf *frame)
{
    struct err e = { 0 };
    (void)pthread_mutex_lock(&p->lock);
    int rc = 0;
    if (!what && !wire_get(buf_view(frame), p->a, &p->results[i], &rc, &e) && !rc)
        what = "its reader gave an answer that makes no sense";
    if (!rc && what)
        rc = say(p, i, rule, what, &e);
    if (rc)
        failed(p, rc, &e);
    if (!rc && p->opt->done)
        p->opt->done(p->opt->ud, i, &p->results[i]);
    (void)pthread_mutex_unlock(&p->lock);
}

static size_t take(struct pool *p, struct batch *b)
{
    uint64_t bytes = 0;
    (void)pthread_mutex_lock(&p->lock);
    *b = (struct batch){ .first = p->next, .pool = p };
    while (!p->rc && p->next < p->n && b->n < BATCH_MAX && (!b->n || bytes + p->files[p->next].size_bytes <= BATCH_BYTES)) {
        bytes += p->files[p->next++].size_bytes;
        b->n++;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return b->n;
}

static void open_all(struct pool *p, struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct scan_file *f = &p->files[b->first + i];
        struct err e = { 0 };
        b->fds[i] = -1;
        if (f->escapes)
            settle(p, b->first + i, RULE_LINK_ESCAPES, "a link that leads out of the folder or nowhere, or no regular file",
                   NULL);
        else if (fs_open(f->path, &b->fds[i], NULL, &e))
            settle(p, b->first + i, RULE_UNREADABLE, e.msg[0] ? e.msg : "it cannot be opened", NULL);
    }
}

static int start(struct pool *p, struct worker *w, struct batch *b)
{
    struct err e = { 0 };
    uint64_t bytes = 0;
    for (size_t i = 0; i < b->n; i++)
        bytes += p->files[b->first + i].size_bytes;
    const struct sandbox_limits limits = { WORKER_MEMORY_BYTES + ((uint64_t)64 << 20), 60 + (unsigned)(bytes >> 24) };
    (void)pthread_mutex_lock(&p->lock);         /* a child must not inherit another's half-made pipe */
    int rc = worker_start(w, p->sandbox, &limits, scan_batch, b, &e);
    if (rc)
        failed(p, rc, &e);
    (void)pthread_mutex_unlock(&p->lock);
    return rc;
}

/* Read frames until the worker ends. The file at fault, if any, gets its finding; what is behind it is left open. */
static void read_frames(struct pool *p, struct worker *w, struct batch *b, struct buf *frame)
{
    for (size_t i = 0; i < b->n; i++) {
        const char *why = NULL;
        if (b->fds[i] < 0)
            continue;
        unsigned wait_ms = WAIT_MS + (unsigned)(p->files[b->first + i].size_bytes >> 14);
        enum worker_end end = worker_next(w, wait_ms, FRAME_MAX_BYTES, frame, &why);
        settle(p, b->first + i, RULE_READER_ENDED, end == WORKER_FRAME ? NULL : why ? why : "it ended without an answer", frame);
        (void)close(b->fds[i]);
        b->fds[i] = -1;
        if (end != WORKER_FRAME)
            break;
    }
    worker_end(w);
}

static bool anything_left(const struct batch *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->fds[i] >= 0)
            return true;
    return false;
}

static void *run(void *ud)
{
    struct pool *p = ud;
    struct batch b;
    struct buf frame;
    buf_init(&frame, FRAME_MAX_BYTES);
    while (take(p, &b)) {
        open_all(p, &b);
        while (anything_left(&b)) {
            struct worker w;
            if (start(p, &w, &b))
                break;
            read_frames(p, &w, &b, &frame);
        }
        for (size_t i = 0; i < b.n; i++)
            if (b.fds[i] >= 0)
                (void)close(b.fds[i]);
    }
    buf_fini(&frame);
    return NULL;
}

static unsigned jobs_of(const struct scan_options *opt, size_t n)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = opt->jobs ? opt->jobs : cpus > 0 ? (size_t)cpus : 1;
    jobs = jobs > SCAN_JOBS_MAX ? SCAN_JOBS_MAX : jobs;
    return (unsigned)(jobs > n ? n : jobs);
}

int scan_pool(const struct scan_file *files, size_t n, const struct scan_options *opt, struct arena *a,
              struct scan_result *results, struct err *e)
{
    struct pool p = { .files = files, .n = n, .opt = opt, .results = results, .a = a };
    pthread_t threads[SCAN_JOBS_MAX];
    unsigned jobs = jobs_of(opt, n), started = 0;
    int rc = opt->no_sandbox ? 0 : sandbox_new(&p.sandbox, e);
    if (rc)
        return rc;
    (void)pthread_mutex_init(&p.lock, NULL);
    while (started + 1 < jobs && pthread_create(&threads[started], NULL, run, &p) == 0)
        started++;
    (void)run(&p);                              /* the caller works too */
    while (started)
        (void)pthread_join(threads[--started], NULL);
    sandbox_free(p.sandbox);
    if (p.rc && e)
        *e = p.err;
    return p.rc;
}
