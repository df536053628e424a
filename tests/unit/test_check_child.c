// SPDX-License-Identifier: Apache-2.0
/* A check in a child: the same bytes and the same errors as one without; and a child that misbehaves is an error. */
#include "tests/support/check.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "passport/check_child.h"
#include "passport/report.h"
#include "tests/support/faults.h"

static char folder[64];

static void put_file(const char *name, const void *bytes, size_t n)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    EQ(fwrite(bytes, 1, n, f), n);
    EQ(fclose(f), 0);
}

static int make_folder(void **state)
{
    static const char card[] = "---\nlicense: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B\n---\n# A model\n";
    char path[96];
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/assay-unit-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(path, sizeof path, "%s/.git", folder);
    EQ(mkdir(path, 0700), 0);
    put_file(".git/HEAD", "0123456789012345678901234567890123456789\n", 41);
    put_file("README.md", card, sizeof card - 1);
    put_file("config.json", "{\"model_type\": \"llama\"}", 23);
    put_file("empty.txt", "", 0);
    return 0;
}

static int drop_folder(void **state)
{
    static const char *const names[] = { ".git/HEAD", "README.md", "config.json", "empty.txt", "w.gguf" };
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/.git", folder);
    return rmdir(path) || rmdir(folder);
}

struct asked { struct buf *out; void (*misbehave)(struct buf *out); };

static int answer(void *ud, struct check *c, struct err *e)
{
    struct asked *q = ud;
    if (q->misbehave)
        q->misbehave(q->out);
    return report_json(c, q->out, e);
}

static int status_of(const struct check *c)
{
    return c->verdict.answer <= ANSWER_ALLOW_WITH_DUTIES ? 0 : 1;
}

/* One check of the folder. `child`: in a child, else here. */
static int ask(bool child, bool no_scan, void (*misbehave)(struct buf *out), struct buf *out, int *status, struct err *e)
{
    struct arena a;
    struct use use;
    struct asked q = { out, misbehave };
    struct buf *frames[] = { out };
    use_init(&use);
    struct check_options opt = { .use = &use, .today = "2026-01-01", .no_scan = no_scan };
    struct check_child k = { .ref = folder, .opt = &opt, .answer = answer, .ud = &q, .frames = frames, .n_frames = 1,
                             .status = status_of };
    int rc;
    memset(e, 0, sizeof *e);
    arena_init(&a, (size_t)1 << 30);
    buf_init(out, 1 << 24);
    if (child) {
        rc = check_in_child(&k, &a, status, e);
    } else {
        struct check c;
        rc = check_model(folder, &opt, &a, &c, e);
        if (!rc)
            rc = report_json(&c, out, e);
        check_fini(&c);
    }
    arena_fini(&a);
    return rc;
}

TEST(the_answer_is_the_same_as_without_a_child)
{
    struct buf one, two;
    struct err e;
    int status = -1;
    EQ(ask(false, false, NULL, &one, &status, &e), 0);
    EQ(ask(true, false, NULL, &two, &status, &e), 0);
    EQ(status, 1);
    EQ(one.n, two.n);
    EQ(memcmp(one.p, two.p, one.n), 0);
    assert_non_null(strstr(buf_text(&one), "0123456789012345678901234567890123456789 (git, HEAD)"));
    assert_non_null(strstr(buf_text(&one), "\"sha256\": \"e3b0c442"));
    buf_fini(&one);
    buf_fini(&two);
}

TEST(the_error_is_the_same_as_without_a_child)
{
    struct buf out;
    struct err here, there;
    int status;
    put_file("w.gguf", "GGUF\3\0\0\0", 8);
    EQ(ask(false, false, NULL, &out, &status, &here), ERR_FORMAT);
    buf_fini(&out);
    EQ(ask(true, false, NULL, &out, &status, &there), ERR_FORMAT);
    EQ(out.n, 0);
    buf_fini(&out);
    STR(here.path, there.path);
    STR(here.msg, there.msg);
    STR(here.hint, there.hint);
    EQ(here.pos, there.pos);
    char path[96];
    (void)snprintf(path, sizeof path, "%s/w.gguf", folder);
    EQ(unlink(path), 0);
}

static void crashes(struct buf *out)
{
    static char *volatile nowhere;
    (void)out;
    *nowhere = 1;
}

static void aborts(struct buf *out)
{
    (void)out;
    abort();
}

static void opens(struct buf *out)
{
    buf_fmt(out, "%d", open("/etc/passwd", O_RDONLY));
}

static void executes(struct buf *out)
{
    char *const args[] = { (char *)(uintptr_t)"true", NULL };
    buf_fmt(out, "%d", execv("/bin/true", args));
}

static void connects(struct buf *out)
{
    buf_fmt(out, "%d", socket(AF_INET, SOCK_STREAM, 0));
}

static void leaves(struct buf *out)
{
    (void)out;
    _exit(0);
}

/* More than its frame may hold: the child's own limit is lifted, as one that was taken over would. */
static void floods(struct buf *out)
{
    static char block[1 << 16];
    out->max_bytes = 1 << 25;
    while (out->n <= 1 << 24)
        buf_add(out, block, sizeof block);
}

TEST(a_child_that_misbehaves_is_an_error_and_no_answer)
{
    static const char forbidden[] = "the process that read it was ended: it asked the system for what a reader has no use for";
    static const struct { void (*job)(struct buf *out); const char *why; } cases[] = {
#ifndef __SANITIZE_ADDRESS__
        { crashes, "the process that read it was ended: it crashed" },
        { aborts, forbidden },                  /* abort(3) sends a signal, which is a system call */
#endif
        { opens, forbidden }, { executes, forbidden }, { connects, forbidden },
        { leaves, "the process that read it was ended: it gave no answer" },
        { floods, "the process that read it was ended: its answer is larger than an answer can be" },
    };
    (void)crashes;
    (void)aborts;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        struct err e;
        int status = -1;
        EQ(ask(true, true, cases[i].job, &out, &status, &e), ERR_UNSAFE);
        STR(e.msg, cases[i].why);
        STR(e.path, folder);
        EQ(e.hint[0] != 0, true);
        EQ(status, -1);
        EQ(out.n, 0);
        EQ(err_exit_status(e.code), 3);
        buf_fini(&out);
    }
}

TEST(no_allocation_failure_is_lost_on_either_side)
{
    int rc = ERR_MEMORY, status;
    for (size_t n = 1; rc; n += n < 40 ? 1 : 7) {
        struct buf out;
        struct err e;
        fault_alloc_at(n);
        rc = ask(true, true, NULL, &out, &status, &e);
        fault_alloc_at(0);
        buf_fini(&out);
        if (rc && rc != ERR_MEMORY)
            fail_msg("allocation %zu: %d %s", n, rc, e.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_answer_is_the_same_as_without_a_child), CASE(the_error_is_the_same_as_without_a_child),
        CASE(a_child_that_misbehaves_is_an_error_and_no_answer), CASE(no_allocation_failure_is_lost_on_either_side) };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
