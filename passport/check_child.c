// SPDX-License-Identifier: Apache-2.0
#include "passport/check_child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/sha256.h"
#include "base/worker.h"
#include "store/digest.h"

enum { WAIT_MS = 120000, CPU_S = 300, LATE_MAX = 64 << 20 };
#define MEMORY_BYTES ((uint64_t)4 << 30)

struct head { int rc, status; struct err err; };

struct run {
    struct check_child *ask;
    struct check check;
    struct arena *a;                    /* the child's, and the caller's before the fork */
    struct arena late_a;                /* the thread's that gets what is late */
    struct check_options opt;
    int memory, ready[2];               /* what is late, and the pipe that says so */
    bool late_failed;                   /* in the child: it will never come */
    int late_rc;
    struct err late_err;
};

/* ---- what is late, written and read -------------------------------------------------- */

static void put_text(struct buf *b, struct span s)
{
    uint64_t n = s.n;
    buf_add(b, &n, sizeof n);
    buf_add(b, s.p, s.n);
}

static void put_late(const struct check *c, struct buf *b)
{
    const struct signoff_files *s = &c->signed_files;
    for (size_t i = 0; i < c->model.n_files; i++)
        put_text(b, span_str(c->model.files[i].sha256 ? c->model.files[i].sha256 : ""));
    put_text(b, span_str(s->model_digest ? s->model_digest : ""));
    for (size_t i = 0; i < s->n; i++) {
        put_text(b, span_str(s->items[i].path));
        put_text(b, span_str(s->items[i].digest));
        put_text(b, s->items[i].raw);
    }
}

static bool get_text(struct span *in, struct arena *a, const char **out)
{
    uint64_t n;
    if (in->n < sizeof n)
        return false;
    memcpy(&n, in->p, sizeof n);
    if (n > in->n - sizeof n)
        return false;
    *out = arena_strn(a, (const char *)in->p + sizeof n, (size_t)n);
    *in = span_sub(*in, sizeof n + (size_t)n, SIZE_MAX);
    return *out != NULL;
}

static bool get_signed(struct span *in, struct arena *a, struct signoff_files *s)
{
    struct signoff_raw one;
    const char *raw;
    uint64_t n;
    void *items = s->items;
    if (in->n < sizeof n || !get_text(in, a, &one.path) || !get_text(in, a, &one.digest) || in->n < sizeof n)
        return false;
    memcpy(&n, in->p, sizeof n);
    if (!get_text(in, a, &raw) || arena_grow(a, &items, &s->cap, s->n, sizeof *s->items))
        return false;
    one.raw = span_of(raw, (size_t)n);
    s->items = items;
    s->items[s->n++] = one;
    return true;
}

/* In the child: wait until it is there, and take it. */
static int take_late(void *ud, struct check *c, struct arena *a, struct err *e)
{
    struct run *r = ud;
    char byte;
    ssize_t n;
    do {
        n = read(r->ready[0], &byte, 1);
    } while (n < 0 && errno == EINTR);
    off_t size = n == 1 ? lseek(r->memory, 0, SEEK_END) : -1;
    char *bytes = size > 0 ? arena_text(a, (size_t)size) : NULL;
    r->late_failed = n != 1;
    if (size <= 0 || !bytes || pread(r->memory, bytes, (size_t)size, 0) != size)
        return n == 1 ? err_memory(e) : err_plain(e, ERR_INTERRUPTED, "the digests did not come");
    struct span in = span_of(bytes, (size_t)size);
    const char *text = "";
    bool ok = true;
    for (size_t i = 0; i < c->model.n_files && ok; i++) {
        ok = get_text(&in, a, &text);
        c->model.files[i].sha256 = ok && text[0] ? text : NULL;
    }
    ok = ok && get_text(&in, a, &text);
    c->signed_files.model_digest = text[0] ? text : NULL;
    while (ok && in.n)
        ok = get_signed(&in, a, &c->signed_files);
    return ok ? 0 : err_memory(e);
}

static bool write_all(int fd, const struct buf *b)
{
    for (size_t at = 0; at < b->n;) {
        ssize_t n = write(fd, b->p + at, b->n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* In a thread of the caller's. The pipe is closed in any case, so that the child does not wait in vain. */
static void *give_late(void *ud)
{
    struct run *r = ud;
    struct buf b;
    buf_init(&b, LATE_MAX);
    r->late_rc = check_late(&r->check, &r->opt, &r->late_a, &r->late_err);
    if (!r->late_rc) {
        put_late(&r->check, &b);
        if (b.error || !write_all(r->memory, &b) || write(r->ready[1], "", 1) != 1)
            r->late_rc = b.error ? err_memory(&r->late_err) :
                         err_plain(&r->late_err, ERR_IO, "cannot hand the digests to the reader: %s", strerror(errno));
    }
    (void)close(r->ready[1]);
    r->ready[1] = -1;
    buf_fini(&b);
    return NULL;
}

/* ---- the child ----------------------------------------------------------------------- */

static void judge(void *ud, struct worker_answer *answer)
{
    struct run *r = ud;
    struct check_child *k = r->ask;
    struct head h;
    memset(&h, 0, sizeof h);
    (void)close(r->ready[1]);
    r->opt.late = take_late;
    r->opt.late_ud = r;
    h.rc = check_judge(&r->check, &r->opt, r->a, &h.err);
    if (!h.rc)
        h.rc = k->answer(k->ud, &r->check, &h.err);
    for (size_t i = 0; i < k->n_frames && !h.rc; i++)
        if (k->frames[i]->error)
            h.rc = err_plain(&h.err, k->frames[i]->error, "the answer does not fit into memory");
    if (!h.rc)
        h.status = k->status(&r->check);
    bool sent = worker_send(answer, &h, sizeof h);
    for (size_t i = 0; i < k->n_frames && sent && !h.rc; i++)
        sent = worker_send(answer, k->frames[i]->p, k->frames[i]->n);
}

/* ---- the caller ---------------------------------------------------------------------- */

static bool is_text(const char *s, size_t size)
{
    return memchr(s, 0, size) != NULL;
}

static bool is_head(const struct buf *frame, struct head *h)
{
    if (frame->n != sizeof *h)
        return false;
    memcpy(h, frame->p, sizeof *h);
    const struct err *x = &h->err;
    bool ok = is_text(x->path, sizeof x->path) && is_text(x->msg, sizeof x->msg) && is_text(x->hint, sizeof x->hint) &&
              x->at <= ERR_AT_LINE;
    if (ok && h->rc)
        return h->rc >= -ERR_COUNT && h->rc < 0 && h->rc == x->code;
    return ok && (h->status == 0 || h->status == 1 || h->status == err_exit_status(ERR_DENIED));
}

static int died(const struct run *r, const char *why, struct err *e)
{
    (void)err_plain(e, ERR_UNSAFE, "the process that read it was ended: %s", why ? why : "it gave no answer");
    (void)err_hint(e, "nothing is known of this model; \"assay scan\" tells which of its files cannot be read");
    (void)err_path(e, r->ask->ref);
    return ERR_UNSAFE;
}

static int read_answer(struct run *r, struct worker *w, int *status, struct err *e)
{
    struct check_child *k = r->ask;
    struct buf frame;
    struct head h;
    const char *why = NULL;
    uint64_t bytes = 0;
    for (size_t i = 0; i < r->check.model.n_files; i++)
        bytes += r->check.model.files[i].size_bytes;
    uint64_t wait_ms = WAIT_MS + (bytes >> 14);
    buf_init(&frame, sizeof h);
    enum worker_end end = worker_next(w, wait_ms > INT32_MAX ? INT32_MAX : (unsigned)wait_ms, sizeof h, &frame, &why);
    bool ok = end == WORKER_FRAME && is_head(&frame, &h), no_memory = frame.error == ERR_MEMORY;
    buf_fini(&frame);
    if (no_memory)
        return err_memory(e);
    if (!ok)
        return died(r, end == WORKER_FRAME ? "its answer makes no sense" : why, e);
    if (h.rc && e)
        *e = h.err;
    if (h.rc)
        return h.rc;
    for (size_t i = 0; i < k->n_frames; i++) {
        buf_reset(k->frames[i]);
        end = worker_next(w, WAIT_MS, k->frames[i]->max_bytes, k->frames[i], &why);
        if (end != WORKER_FRAME || k->frames[i]->error)
            return k->frames[i]->error ? err_memory(e) : died(r, why, e);
    }
    *status = h.status;
    return 0;
}

/* The child runs. Give it what is late from a thread, for its answer may be that it needs nothing more. */
static int talk(struct run *r, struct worker *w, int *status, struct err *e)
{
    pthread_t thread;
    int rc = check_hash(&r->check, &r->opt, r->a, e);
    if (rc)
        return rc;
    bool beside = pthread_create(&thread, NULL, give_late, r) == 0;
    if (!beside)
        (void)give_late(r);
    rc = read_answer(r, w, status, e);
    digest_hurry(r->check.hashing);
    if (beside)
        (void)pthread_join(thread, NULL);
    if (rc == ERR_INTERRUPTED && r->late_rc) {
        rc = r->late_rc;
        if (e)
            *e = r->late_err;
    }
    return rc;
}

static int run_child(struct run *r, int *status, struct err *e)
{
    const struct sandbox_limits limits = { MEMORY_BYTES, CPU_S };
    struct sandbox *sandbox = NULL;
    char hex[SHA256_HEX_BYTES];
    struct worker w;
    if (r->memory < 0 || pipe2(r->ready, O_CLOEXEC))
        return err_plain(e, ERR_IO, "cannot make a pipe: %s", strerror(errno));
    int rc = sha256_hex(SPAN_NONE, hex, e);     /* the library opens files when it is first used */
    if (!rc && !r->opt.no_sandbox)
        rc = sandbox_new(&sandbox, e);
    if (!rc)
        rc = worker_start(&w, sandbox, &limits, judge, r, e);
    if (!rc) {
        rc = talk(r, &w, status, e);
        worker_end(&w);
    }
    sandbox_free(sandbox);
    return rc;
}

int check_in_child(struct check_child *k, struct arena *a, int *status, struct err *e)
{
    struct run r = { .ask = k, .a = a, .opt = *k->opt, .ready = { -1, -1 } };
    arena_init(&r.late_a, (size_t)1 << 30);
    r.memory = memfd_create("late", MFD_CLOEXEC);
    int rc = check_begin(k->ref, k->opt, true, a, &r.check, e);
    if (!rc)
        rc = run_child(&r, status, e);
    check_fini(&r.check);
    for (int i = 0; i < 2; i++)
        if (r.ready[i] >= 0)
            (void)close(r.ready[i]);
    if (r.memory >= 0)
        (void)close(r.memory);
    arena_fini(&r.late_a);
    return rc;
}
