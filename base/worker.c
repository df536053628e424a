// SPDX-License-Identifier: Apache-2.0
#include "base/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the child -------------------------------------------------------------------------- */

static bool write_all(int fd, const void *p, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t done = write(fd, (const char *)p + at, n - at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += (size_t)done;
    }
    return true;
}

bool worker_send(struct worker_answer *answer, const void *p, size_t n)
{
    uint8_t head[4] = { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24) };
    return n <= UINT32_MAX && write_all(answer->fd, head, sizeof head) && write_all(answer->fd, p, n);
}

static void run_child(int fd, const struct sandbox *s, const struct sandbox_limits *limits,
                      void (*job)(void *ud, struct worker_answer *answer), void *ud)
{
    static const int own[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM, SIGINT };
    struct worker_answer answer = { fd };
    struct sandbox_layers layers;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        (void)signal(own[i], SIG_DFL);          /* a handler of the caller's means nothing here */
    (void)signal(SIGPIPE, SIG_IGN);
    if (s && sandbox_enter(s, limits, &layers))
        _exit(1);
    job(ud, &answer);
    _exit(0);                                   /* no atexit, no flush of what the caller had in its buffers */
}

/* ---- the caller ------------------------------------------------------------------------- */

int worker_start(struct worker *w, const struct sandbox *s, const struct sandbox_limits *limits,
                 void (*job)(void *ud, struct worker_answer *answer), void *ud, struct err *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return err_plain(e, ERR_IO, "cannot make a pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return err_plain(e, ERR_LIMIT, "cannot start a worker: %s", strerror(errno));
    }
    if (pid == 0) {
        (void)close(ends[0]);
        run_child(ends[1], s, limits, job, ud);
    }
    (void)close(ends[1]);
    *w = (struct worker){ .pid = pid, .fd = ends[0] };
    return 0;
}

static uint64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* n bytes before the deadline. 1: they are there; 0: the pipe ended after *got of them; -1: late. */
static int read_all(struct worker *w, void *p, size_t n, size_t *got)
{
    for (*got = 0; *got < n;) {
        uint64_t now = now_ms();
        struct pollfd f = { .fd = w->fd, .events = POLLIN };
        int ready = now >= w->deadline_ms ? 0 : poll(&f, 1, (int)(w->deadline_ms - now));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return -1;
        ssize_t done = read(w->fd, (char *)p + *got, n - *got);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return 0;
        *got += (size_t)done;
    }
    return 1;
}

/* Collect the child and say how it ended. */
static enum worker_end reap(struct worker *w, bool cut, const char **why)
{
    int status = 0;
    pid_t done;
    do {
        done = waitpid(w->pid, &status, 0);
    } while (done < 0 && errno == EINTR);
    w->pid = 0;
    worker_end(w);
    if (done >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return cut ? (*why = "its answer was cut short", WORKER_LIED) : WORKER_DONE;
    int sig = done >= 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    *why = sig == SIGSYS ? "it asked the system for what a reader has no use for" :
           sig == SIGXCPU || sig == SIGKILL ? "it used more time or memory than it may" :
           sig == SIGBUS ? "the file changed while it was read" :
           sig ? "it crashed" : "it gave up: memory was out, or there was no sandbox";
    return WORKER_KILLED;
}

static enum worker_end end_it(struct worker *w, enum worker_end how)
{
    worker_end(w);
    return how;
}

enum worker_end worker_next(struct worker *w, unsigned wait_ms, size_t max_bytes, struct buf *out, const char **why)
{
    const char *unused;
    uint8_t head[4];
    size_t got;
    why = why ? why : &unused;
    w->deadline_ms = now_ms() + wait_ms;
    int rc = read_all(w, head, sizeof head, &got);
    if (rc == 0)
        return reap(w, got > 0, why);
    if (rc < 0)
        return *why = "it took longer than it may", end_it(w, WORKER_LATE);
    size_t n = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    if (n > max_bytes)
        return *why = "its answer is larger than an answer can be", end_it(w, WORKER_LIED);
    buf_reset(out);
    for (char chunk[4096]; n;) {
        size_t part = n < sizeof chunk ? n : sizeof chunk;
        rc = read_all(w, chunk, part, &got);
        if (rc == 0)
            return reap(w, true, why);
        if (rc < 0)
            return *why = "it took longer than it may", end_it(w, WORKER_LATE);
        buf_add(out, chunk, part);
        n -= part;
    }
    return WORKER_FRAME;
}

void worker_end(struct worker *w)
{
    if (!w)
        return;
    if (w->pid > 0) {
        (void)kill(w->pid, SIGKILL);
        while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (w->fd >= 0)
        (void)close(w->fd);
    w->pid = 0;
    w->fd = -1;
}
