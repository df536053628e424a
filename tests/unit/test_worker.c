// SPDX-License-Identifier: Apache-2.0
/* A worker answers, or is ended: for every door that it tries, for its memory, its time, and its lies. */
#include "tests/support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/worker.h"
#include "tests/support/faults.h"

static struct sandbox *box;
static const struct sandbox_limits limits = { .memory_bytes = 64 << 20, .cpu_s = 2 };

static int make_box(void **state)
{
    (void)state;
    return sandbox_new(&box, NULL);
}

static int drop_box(void **state)
{
    (void)state;
    sandbox_free(box);
    return 0;
}

/* Run a job to its end; frames are joined in *out. */
static enum worker_end run(void (*job)(void *ud, struct worker_answer *answer), void *ud, unsigned wait_ms,
                           struct buf *out, const char **why)
{
    struct worker w;
    struct buf frame;
    buf_init(&frame, 1 << 20);
    EQ(worker_start(&w, box, &limits, job, ud, NULL), 0);
    enum worker_end end;
    *why = "";
    while ((end = worker_next(&w, wait_ms, 1 << 16, &frame, why)) == WORKER_FRAME)
        buf_span(out, buf_view(&frame));
    worker_end(&w);
    buf_fini(&frame);
    return end;
}

static enum worker_end ends(void (*job)(void *ud, struct worker_answer *answer), unsigned wait_ms, const char **why)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    enum worker_end end = run(job, NULL, wait_ms, &out, why);
    buf_fini(&out);
    return end;
}

static void answers(void *ud, struct worker_answer *answer)
{
    const char *text = ud;
    for (const char *p = text; *p; p++)
        (void)worker_send(answer, p, 1);
    (void)worker_send(answer, "", 0);
}

TEST(frames_arrive_whole_and_in_order)
{
    struct buf out;
    const char *why;
    buf_init(&out, 1 << 20);
    EQ(run(answers, (char *)(uintptr_t)"hello", 20000, &out, &why), WORKER_DONE);
    STR(buf_text(&out), "hello");
    buf_fini(&out);
}

static void reads_a_file(void *ud, struct worker_answer *answer)
{
    char chunk[16];
    int fd = *(int *)ud;
    ssize_t n = pread(fd, chunk, sizeof chunk, 0);
    void *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    char *own = malloc(1 << 20);
    if (n > 0 && map != MAP_FAILED && own && memcmp(map, chunk, (size_t)n) == 0)
        (void)worker_send(answer, chunk, (size_t)n);
    free(own);
}

TEST(a_file_that_was_opened_before_can_be_read_and_mapped)
{
    char path[] = "/tmp/assay-unit-XXXXXX";
    struct buf out;
    const char *why;
    int fd = mkstemp(path);
    YES(fd >= 0);
    EQ(write(fd, "bytes", 5), 5);
    (void)unlink(path);
    buf_init(&out, 1 << 20);
    EQ(run(reads_a_file, &fd, 20000, &out, &why), WORKER_DONE);
    STR(buf_text(&out), "bytes");
    buf_fini(&out);
    (void)close(fd);
}

/* ---- doors ------------------------------------------------------------------------------- */

static void opens(void *ud, struct worker_answer *a) { (void)ud; (void)a; (void)open("/etc/passwd", O_RDONLY); }
static void writes(void *ud, struct worker_answer *a) { (void)ud; (void)a; (void)open("/tmp/x", O_CREAT | O_WRONLY, 0600); }
static void asks_net(void *ud, struct worker_answer *a) { (void)ud; (void)a; (void)socket(AF_INET, SOCK_STREAM, 0); }
static void execs(void *ud, struct worker_answer *a) { (void)ud; (void)a; (void)execl("/bin/true", "true", (char *)NULL); }
static void forks(void *ud, struct worker_answer *a) { (void)ud; (void)a; (void)!fork(); }
static void traces(void *ud, struct worker_answer *a) { (void)ud; (void)a; (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static void kills(void *ud, struct worker_answer *a) { (void)ud; (void)a; (void)kill(getppid(), 0); }
static void renames(void *ud, struct worker_answer *a) { (void)ud; (void)a; (void)rename("/tmp/a", "/tmp/b"); }

static void connects(void *ud, struct worker_answer *a)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    (void)a;
    (void)connect(*(int *)ud, (struct sockaddr *)&to, sizeof to);
}

static void makes_code(void *ud, struct worker_answer *a)
{
    (void)ud;
    (void)a;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static void maps_code(void *ud, struct worker_answer *a)
{
    (void)ud;
    (void)a;
    (void)!mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

TEST(every_door_is_shut)
{
    static void (*const jobs[])(void *ud, struct worker_answer *a) = { opens, writes, asks_net, execs, forks, traces, kills,
                                                                       renames, makes_code, maps_code };
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        const char *why;
        EQ(ends(jobs[i], 20000, &why), WORKER_KILLED);
        STR(why, "it asked the system for what a reader has no use for");
    }
    struct buf out;
    const char *why;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    buf_init(&out, 1 << 10);
    EQ(run(connects, &fd, 20000, &out, &why), WORKER_KILLED);
    buf_fini(&out);
    (void)close(fd);
}

/* ---- greed, crashes and lies ------------------------------------------------------------- */

static void eats_memory(void *ud, struct worker_answer *a)
{
    (void)ud;
    for (size_t n = 0; n < 1 << 10; n++) {
        char *p = malloc(1 << 20);
        if (!p) {
            (void)worker_send(a, "refused", 7);
            return;
        }
        for (size_t i = 0; i < 1 << 20; i += 4096)
            ((volatile char *)p)[i] = 1;
    }
    (void)worker_send(a, "got it", 6);
}

static void eats_time(void *ud, struct worker_answer *a)
{
    volatile unsigned long n = 0;
    (void)ud;
    (void)a;
    for (;;)
        n++;
}

static void crashes(void *ud, struct worker_answer *a)
{
    (void)ud;
    (void)worker_send(a, "first", 5);
    __builtin_trap();
}

static void lies_large(void *ud, struct worker_answer *a)
{
    static const uint8_t head[4] = { 0xff, 0xff, 0xff, 0x7f };
    (void)ud;
    (void)!write(a->fd, head, sizeof head);
}

static void lies_short(void *ud, struct worker_answer *a)
{
    static const uint8_t head[6] = { 9, 0, 0, 0, 'a', 'b' };
    (void)ud;
    (void)!write(a->fd, head, sizeof head);
}

TEST(greed_crashes_and_lies_end_the_worker_and_are_said)
{
    const char *why;
    struct buf out;
    buf_init(&out, 1 << 20);
    EQ(ends(eats_time, 300, &why), WORKER_LATE);
    EQ(ends(eats_time, 20000, &why), WORKER_KILLED);        /* by its processor time */
    STR(why, "it used more time or memory than it may");
    EQ(ends(lies_large, 20000, &why), WORKER_LIED);
    EQ(ends(lies_short, 20000, &why), WORKER_LIED);
#ifndef __SANITIZE_ADDRESS__
    EQ(run(eats_memory, NULL, 20000, &out, &why), WORKER_DONE);
    STR(buf_text(&out), "refused");
    buf_reset(&out);
    EQ(run(crashes, NULL, 20000, &out, &why), WORKER_KILLED);
    STR(buf_text(&out), "first");                           /* what came before the crash counts */
    STR(why, "it crashed");
#else
    (void)eats_memory;
    (void)crashes;
#endif
    buf_fini(&out);
}

/* Map two pages, say so, wait for the file to be cut, touch the second. */
static void maps_and_waits(void *ud, struct worker_answer *a)
{
    int fd = *(int *)ud;
    const volatile char *p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
    char byte;
    (void)worker_send(a, "mapped", 6);
    while (pread(fd, &byte, 1, 4096) == 1)
        ;
    byte = p[4096];
    (void)worker_send(a, &byte, 1);
}

TEST(a_file_that_shrinks_while_it_is_mapped_kills_the_worker_only)
{
    char path[] = "/tmp/assay-unit-XXXXXX";
    const char *why = "";
    struct buf frame;
    struct worker w;
    int fd = mkstemp(path);
    YES(fd >= 0);
    (void)unlink(path);
    EQ(ftruncate(fd, 8192), 0);
    buf_init(&frame, 1 << 10);
    EQ(worker_start(&w, box, &limits, maps_and_waits, &fd, NULL), 0);
    EQ(worker_next(&w, 20000, 1 << 10, &frame, &why), WORKER_FRAME);
    EQ(ftruncate(fd, 0), 0);
    EQ(worker_next(&w, 20000, 1 << 10, &frame, &why), WORKER_KILLED);
#ifndef __SANITIZE_ADDRESS__
    STR(why, "the file changed while it was read");
#endif
    buf_fini(&frame);
    (void)close(fd);
}

TEST(without_memory_there_is_no_sandbox_and_that_is_said)
{
    for (size_t n = 1;; n++) {
        struct sandbox *s = NULL;
        fault_alloc_at(n);
        int rc = sandbox_new(&s, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        sandbox_free(s);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        YES(rc == ERR_MEMORY && !s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(frames_arrive_whole_and_in_order), CASE(a_file_that_was_opened_before_can_be_read_and_mapped),
        CASE(every_door_is_shut), CASE(greed_crashes_and_lies_end_the_worker_and_are_said),
        CASE(a_file_that_shrinks_while_it_is_mapped_kills_the_worker_only),
        CASE(without_memory_there_is_no_sandbox_and_that_is_said),
    };
    return cmocka_run_group_tests(tests, make_box, drop_box);
}
