// SPDX-License-Identifier: Apache-2.0
#include "format/pdf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/fs.h"

enum { CHUNK_BYTES = 64 * 1024, NAP_MS = 5, CANNOT_EXEC = 127 };

const struct pdf_limits pdf_limits = { 16u << 20, 30000, 20, (size_t)1 << 30 };

/* All that the child needs, made before the fork: after it, only calls that are safe there. */
struct job {
    char program[PATH_MAX];
    char *file;
    const struct pdf_limits *lim;
    int out;                        /* write end of the pipe */
};

bool pdf_program(char program[PATH_MAX])
{
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t n = strcspn(path, ":");
        static const char name[] = "/pdftotext";
        if (path[0] == '/' && n + sizeof name <= PATH_MAX) {
            memcpy(program, path, n);
            memcpy(program + n, name, sizeof name);
            if (access(program, X_OK) == 0)
                return true;
        }
        path += n + (path[n] == ':');
    }
    return false;
}

static uint64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void close_others(void)
{
    if (close_range(3, ~0u, 0) == 0)
        return;
    long max = sysconf(_SC_OPEN_MAX);
    for (int fd = 3; fd < (max > 0 && max < 65536 ? (int)max : 65536); fd++)
        (void)close(fd);
}

/* In the child: never returns. */
static void run_child(const struct job *j)
{
    char *const args[] = { (char *)(uintptr_t)"pdftotext", (char *)(uintptr_t)"-enc",
                           (char *)(uintptr_t)"UTF-8", (char *)(uintptr_t)"-q", j->file,
                           (char *)(uintptr_t)"-", NULL };
    char *const env[] = { (char *)(uintptr_t)"LC_ALL=C", (char *)(uintptr_t)"PATH=/usr/bin:/bin", NULL };
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(j->out, 1) < 0 || dup2(null, 2) < 0)
        _exit(CANNOT_EXEC);
    close_others();
    const struct rlimit none = { 0, 0 }, cpu = { j->lim->cpu_s, j->lim->cpu_s + 1 };
    const struct rlimit memory = { j->lim->memory_bytes, j->lim->memory_bytes };
    if (setrlimit(RLIMIT_CPU, &cpu) || setrlimit(RLIMIT_AS, &memory) || setrlimit(RLIMIT_FSIZE, &none) ||
        setrlimit(RLIMIT_CORE, &none))
        _exit(CANNOT_EXEC);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)execve(j->program, args, env);
    _exit(CANNOT_EXEC);
}

static int late(const struct pdf_limits *lim, struct err *e)
{
    return err_plain(e, ERR_LIMIT, "pdftotext takes longer than %u ms", lim->wall_ms);
}

/* Read until the child closes its end, the text is too long or the time is up. */
static int read_text(int fd, uint64_t deadline, const struct pdf_limits *lim, struct buf *b, struct err *e)
{
    char chunk[CHUNK_BYTES];
    for (;;) {
        uint64_t now = now_ms();
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int ready = now >= deadline ? 0 : poll(&p, 1, (int)(deadline - now));
        if (ready == 0)
            return late(lim, e);
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t n = ready < 0 ? -1 : read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_plain(e, ERR_IO, "cannot read from pdftotext: %s", strerror(errno));
        if (n == 0)
            return 0;
        buf_add(b, chunk, (size_t)n);
        if (b->error == ERR_LIMIT)
            return err_plain(e, ERR_LIMIT, "PDF gives more than %zu bytes of text", lim->max_bytes);
        if (b->error)
            return err_memory(e);
    }
}

/* Collect the child; kill it first when it is not to be waited for or does not end in time. */
static int reap(pid_t pid, bool wait_for_it, uint64_t deadline, int *status)
{
    bool killed = false;
    for (;;) {
        if (!killed && (!wait_for_it || now_ms() >= deadline)) {
            (void)kill(pid, SIGKILL);
            killed = true;
        }
        pid_t got = waitpid(pid, status, killed ? 0 : WNOHANG);
        if (got == pid)
            return killed && wait_for_it ? ERR_LIMIT : 0;
        if (got < 0 && errno != EINTR)
            return ERR_IO;
        if (got == 0) {
            struct timespec nap = { 0, NAP_MS * 1000000L };
            (void)nanosleep(&nap, NULL);
        }
    }
}

static int judge_status(int status, struct err *e)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return err_plain(e, ERR_LIMIT, "pdftotext used up its processor time");
    if (WIFSIGNALED(status))
        return err_plain(e, ERR_FORMAT, "pdftotext was ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) == CANNOT_EXEC)
        return err_plain(e, ERR_IO, "cannot run pdftotext");
    return err_plain(e, ERR_FORMAT, "pdftotext cannot read it: exit status %d", WEXITSTATUS(status));
}

static int run(struct job *j, struct buf *b, struct err *e)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC))
        return err_plain(e, ERR_IO, "cannot make a pipe: %s", strerror(errno));
    j->out = ends[1];
    uint64_t deadline = now_ms() + j->lim->wall_ms;
    pid_t pid = fork();
    if (pid == 0)
        run_child(j);
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return err_plain(e, ERR_IO, "cannot start pdftotext: %s", strerror(errno));
    }
    int rc = read_text(ends[0], deadline, j->lim, b, e);
    (void)close(ends[0]);
    int reaped = reap(pid, rc == 0, deadline, &status);
    if (rc)
        return rc;
    if (reaped == ERR_LIMIT)
        return late(j->lim, e);
    if (reaped)
        return err_plain(e, ERR_IO, "cannot wait for pdftotext: %s", strerror(errno));
    return judge_status(status, e);
}

int pdf_text_within(const char *path, const struct pdf_limits *lim, struct arena *a, struct span *out,
                    bool *unread, struct err *e)
{
    enum fs_kind kind;
    uint64_t size_bytes;
    struct job j = { .lim = lim };
    int rc = fs_stat(path, &kind, &size_bytes, e);
    if (!rc && kind != FS_FILE)
        rc = err_plain(e, ERR_IO, "not a regular file");
    if (rc) {
        (void)err_path(e, path);
        return rc;
    }
    if (!pdf_program(j.program)) {
        *unread = true;
        return 0;
    }
    /* "-x.pdf" must not be an option, nor "-" the standard input */
    j.file = path[0] == '-' ? arena_fmt(a, "./%s", path) : arena_str(a, path);
    struct buf b;
    buf_init(&b, lim->max_bytes);
    rc = j.file ? run(&j, &b, e) : err_memory(e);
    char *text = rc ? NULL : arena_strn(a, buf_text(&b), b.n);
    if (!rc && !text)
        rc = err_memory(e);
    if (!rc) {
        *out = span_of(text, b.n);
        *unread = false;
    }
    buf_fini(&b);
    if (rc)
        (void)err_path(e, path);
    return rc;
}

int pdf_text(const char *path, struct arena *a, struct span *out, bool *unread, struct err *e)
{
    return pdf_text_within(path, &pdf_limits, a, out, unread, e);
}
