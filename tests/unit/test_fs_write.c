// SPDX-License-Identifier: Apache-2.0
/* A file is there whole, or as it was before. */
#include "tests/support/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/fs_write.h"
#include "tests/support/faults.h"

static char folder[64];
static struct arena arena;

static const char *in_folder(const char *name)
{
    return fs_join(&arena, folder, name);
}

static void holds(const char *name, const char *want)
{
    struct span s;
    EQ(fs_read(in_folder(name), 1 << 20, &arena, &s, NULL), 0);
    STR((const char *)s.p, want);
}

static unsigned n_files(void)
{
    unsigned n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    EQ(closedir(d), 0);
    return n;
}

static int put(const char *name, const char *text, struct err *e)
{
    struct fs_new f;
    int rc = fs_new_write(in_folder(name), span_str(text), &arena, &f, e);
    return rc ? rc : fs_new_keep(&f, e);
}

static int make_folder(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 24);
    (void)snprintf(folder, sizeof folder, "/tmp/assay-unit-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    static const char *const names[] = { "a", "b", "dir", "link", "dangling" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (unlink(in_folder(names[i])))
            (void)rmdir(in_folder(names[i]));
    int rc = rmdir(folder);
    arena_fini(&arena);
    return rc;
}

TEST(new_and_replaced_files_hold_what_was_written)
{
    struct stat st;
    mode_t old = umask(027);
    EQ(put("a", "one", NULL), 0);
    holds("a", "one");
    EQ(stat(in_folder("a"), &st), 0);
    EQ(st.st_mode & 0777, 0640);            /* what the umask allows */
    EQ(chmod(in_folder("a"), 0604), 0);
    EQ(put("a", "", NULL), 0);
    holds("a", "");
    EQ(stat(in_folder("a"), &st), 0);
    EQ(st.st_mode & 0777, 0604);            /* the mode of the old file */
    (void)umask(old);
    EQ(n_files(), 1);
}

TEST(nothing_changes_before_it_is_kept)
{
    struct fs_new f, g;
    EQ(put("a", "old", NULL), 0);
    EQ(fs_new_write(in_folder("a"), span_str("new"), &arena, &f, NULL), 0);
    EQ(fs_new_write(in_folder("b"), span_str("new"), &arena, &g, NULL), 0);
    holds("a", "old");
    EQ(access(in_folder("b"), F_OK), -1);
    fs_new_drop(&g);
    fs_new_drop(&g);
    EQ(fs_new_keep(&f, NULL), 0);
    fs_new_drop(&f);
    fs_new_drop(NULL);
    holds("a", "new");
    EQ(n_files(), 1);
}

TEST(links_stay_links_and_pipes_stay_pipes)
{
    struct stat st;
    struct err e = { 0 };
    EQ(put("a", "old", NULL), 0);
    EQ(symlink("a", in_folder("link")), 0);
    EQ(put("link", "through", NULL), 0);
    EQ(lstat(in_folder("link"), &st), 0);
    YES(S_ISLNK(st.st_mode));
    holds("a", "through");
    EQ(mkfifo(in_folder("b"), 0600), 0);
    int fd = open(in_folder("b"), O_RDONLY | O_NONBLOCK);
    YES(fd >= 0);
    char text[8] = "";
    EQ(put("b", "pipe", NULL), 0);
    EQ(read(fd, text, sizeof text), 4);
    STR(text, "pipe");
    EQ(close(fd), 0);
    EQ(stat(in_folder("b"), &st), 0);
    YES(S_ISFIFO(st.st_mode));
    EQ(unlink(in_folder("b")), 0);
    struct fs_new f;
    EQ(fs_new_write("/dev/full", span_str("x"), &arena, &f, &e), 0);
    EQ(fs_new_keep(&f, &e), ERR_IO);
    STR(e.path, "/dev/full");
}

TEST(a_failure_leaves_the_old_file_and_no_other)
{
    struct err e = { 0 };
    char *large = arena_text(&arena, 8193);
    EQ(put("a", "old", NULL), 0);
    EQ(mkdir(in_folder("dir"), 0700), 0);
    EQ(put("dir", "x", &e), ERR_IO);
    STR(e.path, in_folder("dir"));
    EQ(put("none/x", "x", NULL), ERR_NOT_FOUND);
    memset(large, 'x', 8192);
    large[8192] = 0;
    struct rlimit before, low;
    EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = 4096;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
    int rc = put("a", large, NULL);
    EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    EQ(rc, ERR_IO);
    holds("a", "old");
    fault_alloc_at(1);
    struct arena small;
    struct fs_new f;
    arena_init(&small, 1 << 16);
    EQ(fs_new_write(in_folder("a"), span_str("x"), &small, &f, NULL), ERR_MEMORY);
    fault_alloc_at(0);
    arena_fini(&small);
    holds("a", "old");
    EQ(n_files(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_and_replaced_files_hold_what_was_written, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(nothing_changes_before_it_is_kept, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(links_stay_links_and_pipes_stay_pipes, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(a_failure_leaves_the_old_file_and_no_other, make_folder, drop_folder),
    };
    return check_run(tests, sizeof tests / sizeof *tests);
}
