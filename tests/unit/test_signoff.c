// SPDX-License-Identifier: Apache-2.0
/* store/signoff.h: what is kept is what was given, and nothing else is read; faults leave the old file. */
#include "tests/support/check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "store/signoff_int.h"
#include "tests/support/faults.h"

static const char digest[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
static char top[64];

static int make_top(void **state)
{
    (void)state;
    (void)snprintf(top, sizeof top, "/tmp/assay-unit-XXXXXX");
    return mkdtemp(top) ? 0 : -1;
}

static void drop(const char *dir)
{
    DIR *d = opendir(dir);
    const struct dirent *item;
    char path[512];
    while (d && (item = readdir(d))) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, item->d_name);
        if (item->d_type == DT_DIR)
            drop(path);
        else
            (void)unlink(path);
    }
    if (d)
        (void)closedir(d);
    (void)rmdir(dir);
}

static int drop_top(void **state)
{
    (void)state;
    drop(top);
    return access(top, F_OK) == 0 ? -1 : 0;
}

static const char *folder(struct arena *a, const char *name)
{
    return arena_fmt(a, "%s/%s/assay/signoff", top, name);
}

/* A model of two files whose digests are made up: no file but the folder has to be there. */
static struct model model_of(struct model_file files[2], const char *sha256)
{
    files[0] = (struct model_file){ .path = "a", .sha256 = sha256 };
    files[1] = (struct model_file){ .path = "b", .sha256 = digest };
    return (struct model){ .ref = top, .name = "m", .revision = "", .root = top, .files = files, .n_files = 2 };
}

static const struct signoff good = { .question = 12, .by = "Ada", .role = "owner", .answer = "A person reads every one.",
                                     .until = "2030-12-31", .why = "", .model = "" };

TEST(what_is_given_comes_back)
{
    struct arena a;
    struct model_file files[2];
    struct signoff_list list;
    struct err e = { 0 };
    arena_init(&a, 64 << 20);
    struct model m = model_of(files, digest);
    const char *dir = folder(&a, "back");
    EQ(signoff_load(dir, &m, "2030-01-01", &a, &list, &e), 0);
    EQ(list.n, 0);
    EQ(signoff_add(dir, &m, &good, "2030-01-01", &a, &e), 0);
    EQ(signoff_load(dir, &m, "2030-01-01", &a, &list, &e), 0);
    EQ(list.n, 1);
    STR(list.items[0].by, "Ada");
    STR(list.items[0].answer, good.answer);
    STR(list.items[0].given, "2030-01-01");
    STR(list.items[0].model, list.model_digest);
    EQ(list.items[0].state, SIGNOFF_VALID);
    EQ(signoff_load(dir, &m, "2031-01-01", &a, &list, &e), 0);
    EQ(list.items[0].state, SIGNOFF_EXPIRED);
    EQ(signoff_load(dir, &m, "", &a, &list, &e), 0);
    EQ(list.items[0].state, SIGNOFF_EXPIRED);           /* no clock: nothing is valid */
    files[0].sha256 = "f0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    EQ(signoff_load(dir, &m, "2030-01-01", &a, &list, &e), 0);
    EQ(list.n, 1);
    EQ(list.items[0].state, SIGNOFF_VOID);
    YES(list.items[0].why[0]);
    files[0].sha256 = NULL;                             /* not hashed: nothing can be said */
    EQ(signoff_load(dir, &m, "2030-01-01", &a, &list, &e), 0);
    YES(list.n == 0 && !list.model_digest);
    EQ(signoff_add(dir, &m, &good, "2030-01-01", &a, &e), ERR_LIMIT);
    files[0].escapes = true;                            /* a link out of the model: known to be without one */
    EQ(signoff_load(dir, &m, "2030-01-01", &a, &list, &e), 0);
    YES(list.model_digest && list.items[0].state == SIGNOFF_VOID);
    m.truncated = true;
    EQ(signoff_load(dir, &m, "2030-01-01", &a, &list, &e), 0);
    YES(!list.model_digest);
    arena_fini(&a);
}

static int add_once(const char *name, struct err *e)
{
    struct arena a;
    struct model_file files[2];
    struct signoff_list list;
    arena_init(&a, 64 << 20);
    struct model m = model_of(files, digest);
    const char *dir = folder(&a, name);
    int rc = dir ? signoff_add(dir, &m, &good, "2030-01-01", &a, e) : err_memory(e);
    if (!rc)
        rc = signoff_load(dir, &m, "2030-01-01", &a, &list, e);
    arena_fini(&a);
    return rc;
}

static size_t n_files(const char *name)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    DIR *d = opendir(folder(&a, name));
    size_t n = 0;
    for (const struct dirent *item; d && (item = readdir(d));)
        n += item->d_name[0] != '.' || strlen(item->d_name) > 2;
    if (d)
        (void)closedir(d);
    arena_fini(&a);
    return n;
}

TEST(no_allocation_failure_is_lost_or_leaves_a_file)
{
    EQ(add_once("sweep", NULL), 0);
    for (size_t n = 1;; n++) {
        struct err e = { 0 };
        fault_alloc_at(n);
        int rc = add_once("sweep", &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(n_files("sweep"), 3);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        if (rc != ERR_MEMORY)
            fail_msg("allocation %zu: %s %s", n, err_name(rc), e.msg);
    }
}

TEST(reads_that_fail_are_said_and_nothing_is_written)
{
    EQ(add_once("reads", NULL), 0);
    for (size_t n = 1; n <= 2; n++) {
        struct err e = { 0 };
        fault_read_at(n);
        EQ(add_once("reads", &e), ERR_IO);
        fault_read_at(0);
        YES(strstr(e.path, "/assay/signoff/") != NULL);
        EQ(n_files("reads"), 3);
    }
    fault_read_cap(5);
    EQ(add_once("reads", NULL), 0);
    fault_read_cap(0);
}

/* Parse n bytes as a file for `digest`. */
static int parse(const char *s, size_t n)
{
    struct arena a;
    struct signoff_list list = { 0 };
    struct err e = { 0 };
    arena_init(&a, 64 << 20);
    int rc = signoff_parse(span_of(s, n), digest, &a, &list, &e);
    YES(!rc || (list.n == 0 && e.msg[0]));
    arena_fini(&a);
    return rc;
}

TEST(only_what_we_write_is_read)
{
    struct signoff items[2] = { good, good };
    struct buf b;
    items[0].given = items[1].given = "2030-01-01";
    buf_init(&b, 1 << 20);
    signoff_write(digest, items, 2, &b);
    EQ(parse(b.p, b.n), 0);
    for (size_t n = 0; n + 1 < b.n; n++)                /* without the line end it is whole */
        EQ(parse(b.p, n), ERR_FORMAT);
    static const char *const swaps[][2] = {
        { "\"owner\"", "\"boss!\"" }, { "12", "13" }, { "12", " 0" }, { "2030-12-31", "2030-02-31" },
        { "\"by\"", "\"bz\"" }, { "0011", "1011" }, { "file/1", "file/9" }, { "Ada", "\\n " }, { "\"Ada\"", "     7" },
        { "\"given\"", "\"Given\"" }, { "\"items\"", "\"itemz\"" } };
    for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++) {
        char *copy = malloc(b.n + 1);
        memcpy(copy, b.p, b.n + 1);
        char *at = strstr(copy, swaps[i][0]);
        assert_non_null(at);
        memcpy(at, swaps[i][1], strlen(swaps[i][1]));
        EQ(parse(copy, b.n), ERR_FORMAT);
        free(copy);
    }
    buf_fini(&b);
}

TEST(the_limits_hold)
{
    struct buf b;
    struct signoff *items = calloc(SIGNOFF_MAX + 1, sizeof *items);
    assert_non_null(items);
    for (size_t i = 0; i <= SIGNOFF_MAX; i++) {
        items[i] = good;
        items[i].given = "2030-01-01";
    }
    buf_init(&b, SIGNOFF_FILE_MAX);
    signoff_write(digest, items, SIGNOFF_MAX, &b);
    EQ(parse(b.p, b.n), 0);
    buf_reset(&b);
    signoff_write(digest, items, SIGNOFF_MAX + 1, &b);
    EQ(parse(b.p, b.n), ERR_LIMIT);
    buf_fini(&b);
    free(items);
}

TEST(what_may_be_said)
{
    struct signoff s = good;
    EQ(signoff_valid(&s, "2030-12-30", NULL), 0);
    EQ(signoff_valid(&s, "2030-12-31", NULL), ERR_USAGE);
    EQ(signoff_valid(&s, "", NULL), ERR_USAGE);
    static const char *const bad[] = { "", "   ", "a\x01", "a\x7f", "a\xc2\x85", "a\xe2\x80\xae", "a\xe2\x80\x8b", "a\xff",
                                       "a\xe2\x81\xa6", "\xef\xbb\xbf!" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        s = good;
        s.by = bad[i];
        EQ(signoff_valid(&s, "2030-01-01", NULL), ERR_USAGE);
        s = good;
        s.answer = bad[i];
        EQ(signoff_valid(&s, "2030-01-01", NULL), ERR_USAGE);
    }
    s = good;
    s.by = "Zo\xc3\xab";
    EQ(signoff_valid(&s, "2030-01-01", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { CASE(what_is_given_comes_back),
                                        CASE(no_allocation_failure_is_lost_or_leaves_a_file),
                                        CASE(reads_that_fail_are_said_and_nothing_is_written),
                                        CASE(only_what_we_write_is_read), CASE(the_limits_hold), CASE(what_may_be_said) };
    return cmocka_run_group_tests(tests, make_top, drop_top);
}
