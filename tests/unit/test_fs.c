// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "tests/support/faults.h"

/* One folder for all tests, made new for each:
 *
 *     top/model/ a.txt  b/c.bin  deep/…  links…      top/outside.txt */
static char top[] = "/tmp/assay-fs-XXXXXX";
static char path_buf[4][256];

/* top/rel; valid until the fourth call from now. */
static const char *in_top(const char *rel)
{
    static unsigned at;
    char *p = path_buf[at++ % 4];
    (void)snprintf(p, sizeof path_buf[0], "%s/%s", top, rel);
    return p;
}

static void write_file(const char *rel, const void *p, size_t n)
{
    FILE *f = fopen(in_top(rel), "wb");
    YES(f != NULL);
    EQ(fwrite(p, 1, n, f), n);
    EQ(fclose(f), 0);
}

static void make_dir(const char *rel)
{
    EQ(mkdir(in_top(rel), 0700), 0);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    return walk->level ? remove(path) : 0;
}

static int clean(void **state)
{
    (void)state;
    return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int make_tree(void **state)
{
    (void)clean(state);
    make_dir("model");
    make_dir("model/b");
    make_dir("model/.git");
    write_file("model/a.txt", "hello", 5);
    write_file("model/b/c.bin", "\0\1\2", 3);
    write_file("model/.git/config", "x", 1);
    write_file("outside.txt", "secret", 6);
    EQ(symlink("../../outside.txt", in_top("model/b/escape")), 0);
    EQ(symlink("../a.txt", in_top("model/b/inside")), 0);
    EQ(symlink("nowhere", in_top("model/dangling")), 0);
    EQ(symlink("loop", in_top("model/loop")), 0);
    EQ(symlink("b", in_top("model/to_folder")), 0);
    return 0;
}

TEST(a_small_file_is_read_whole_with_its_nul)
{
    struct arena a;
    struct span s;
    arena_init(&a, 1 << 20);
    static const size_t caps[] = { 0, 1, 2, 5 };
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        fault_read_cap(caps[i]);
        EQ(fs_read(in_top("model/a.txt"), 5, &a, &s, NULL), 0);
        fault_read_cap(0);
        YES(span_is(s, "hello"));
        EQ(s.p[5], 0);
    }
    write_file("empty", "", 0);
    EQ(fs_read(in_top("empty"), 0, &a, &s, NULL), 0);
    EQ(s.n, 0);
    arena_fini(&a);
}

TEST(what_cannot_be_read_says_why_and_leaves_the_output)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct span s = span_str("untouched");
    struct err e = { 0 };
    EQ(fs_read(in_top("missing"), 9, &a, &s, &e), ERR_NOT_FOUND);
    STR(e.path, in_top("missing"));
    EQ(fs_read(in_top("model/a.txt/x"), 9, &a, &s, &e), ERR_NOT_FOUND);
    EQ(fs_read(in_top("model"), 9, &a, &s, &e), ERR_IO);
    EQ(fs_read(in_top("model/loop"), 9, &a, &s, &e), ERR_IO);
    EQ(fs_read(in_top("model/a.txt"), 4, &a, &s, &e), ERR_LIMIT);
    STR(e.msg, "file has 5 bytes, the limit is 4");
    EQ(mkfifo(in_top("fifo"), 0600), 0);
    EQ(fs_read(in_top("fifo"), 9, &a, &s, &e), ERR_IO);     /* and does not wait for a writer */
    fault_read_cap(2);
    fault_read_at(3);
    EQ(fs_read(in_top("model/a.txt"), 9, &a, &s, &e), ERR_IO);
    fault_read_at(0);
    fault_read_cap(0);
    EQ(e.at, ERR_AT_BYTE);
    EQ(e.pos, 4);
    EQ(fs_read("/proc/self/status", 1 << 20, &a, &s, &e), ERR_IO);  /* says 0 bytes, has more */
    YES(span_is(s, "untouched"));
    arena_fini(&a);
}

TEST(a_file_is_mapped)
{
    struct fs_map m = { SPAN_NONE };
    struct err e = { 0 };
    EQ(fs_map(in_top("model/a.txt"), &m, &e), 0);
    YES(span_is(m.bytes, "hello"));
    fs_unmap(&m);
    YES(m.bytes.p == NULL);
    fs_unmap(&m);
    fs_unmap(NULL);
    write_file("empty", "", 0);
    EQ(fs_map(in_top("empty"), &m, &e), 0);
    EQ(m.bytes.n, 0);
    fs_unmap(&m);
    EQ(fs_map(in_top("missing"), &m, &e), ERR_NOT_FOUND);
    EQ(fs_map(in_top("model"), &m, &e), ERR_IO);
}

TEST(stat_tells_what_is_there)
{
    enum fs_kind kind;
    uint64_t size = 0;
    struct err e = { 0 };
    EQ(fs_stat(in_top("model/b/inside"), &kind, &size, &e), 0);
    EQ(kind, FS_FILE);
    EQ(size, 5);
    EQ(fs_stat(in_top("model"), &kind, &size, &e), 0);
    EQ(kind, FS_DIR);
    EQ(fs_stat("/dev/null", &kind, &size, &e), 0);
    EQ(kind, FS_OTHER);
    EQ(fs_stat(in_top("model/dangling"), &kind, &size, &e), ERR_NOT_FOUND);
}

static const struct fs_entry *entry(const struct fs_list *l, const char *path)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->items[i].path, path) == 0)
            return &l->items[i];
    fail_msg("%s is not listed", path);
    return NULL;
}

TEST(a_folder_is_listed_in_order_and_links_are_judged)
{
    struct arena a;
    struct fs_list l;
    arena_init(&a, 1 << 20);
    EQ(fs_list(in_top("model"), NULL, 100, &a, &l, NULL), 0);
    static const char *const want[] = { "a.txt", "b/c.bin", "b/escape", "b/inside", "dangling", "loop",
                                        "to_folder" };
    EQ(l.n, sizeof want / sizeof *want);
    for (size_t i = 0; i < l.n; i++)
        STR(l.items[i].path, want[i]);
    NOT(l.truncated);
    EQ(entry(&l, "b/c.bin")->size_bytes, 3);
    EQ(entry(&l, "b/inside")->kind, FS_FILE);
    EQ(entry(&l, "b/inside")->size_bytes, 5);
    NOT(entry(&l, "b/inside")->escapes);
    EQ(entry(&l, "b/escape")->kind, FS_LINK);
    YES(entry(&l, "b/escape")->escapes && entry(&l, "dangling")->escapes);
    YES(entry(&l, "loop")->escapes && entry(&l, "to_folder")->escapes);
    EQ(entry(&l, "b/escape")->size_bytes, 0);
    EQ(fs_list(in_top("model"), top, 100, &a, &l, NULL), 0);    /* a wider root: it stays inside */
    NOT(entry(&l, "b/escape")->escapes);
    EQ(entry(&l, "b/escape")->size_bytes, 6);
    arena_fini(&a);
}

TEST(a_root_is_a_folder_and_no_prefix_of_a_name)
{
    struct arena a;
    struct fs_list l;
    arena_init(&a, 1 << 20);
    make_dir("model-evil");
    write_file("model-evil/x", "x", 1);
    EQ(symlink("../model-evil/x", in_top("model/near")), 0);
    EQ(fs_list(in_top("model"), NULL, 100, &a, &l, NULL), 0);
    YES(entry(&l, "near")->escapes);
    arena_fini(&a);
}

TEST(too_many_files_or_folders_are_said)
{
    struct arena a;
    struct fs_list l;
    arena_init(&a, 8 << 20);
    EQ(fs_list(in_top("model"), NULL, 7, &a, &l, NULL), 0);
    NOT(l.truncated);
    EQ(fs_list(in_top("model"), NULL, 6, &a, &l, NULL), 0);
    YES(l.truncated && l.n == 6);
    char rel[200] = "deep";
    make_dir(rel);
    for (int i = 0; i < 20; i++) {
        memcpy(rel + strlen(rel), "/d", 3);
        make_dir(rel);
        if (i == 15)
            write_file("deep/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/f", "x", 1);
        if (i == 16)
            write_file("deep/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/g", "x", 1);
    }
    EQ(fs_list(in_top("deep"), NULL, 100, &a, &l, NULL), 0);
    YES(l.truncated);
    EQ(l.n, 1);
    EQ(fs_list(in_top("missing"), NULL, 9, &a, &l, NULL), ERR_NOT_FOUND);
    EQ(fs_list(in_top("model/a.txt"), NULL, 9, &a, &l, NULL), ERR_NOT_FOUND);
    arena_fini(&a);
}

TEST(names_join_with_one_slash)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    STR(fs_join(&a, "", "x"), "x");
    STR(fs_join(&a, "d", "x"), "d/x");
    STR(fs_join(&a, "d/", "x"), "d/x");
    STR(fs_join(&a, "/", "x"), "/x");
    STR(fs_base("a/b/c"), "c");
    STR(fs_base("c"), "c");
    STR(fs_base("a/"), "");
    arena_fini(&a);
}

/* The n-th allocation fails, for each n until none does. */
static int read_once(struct arena *a, struct err *e)
{
    struct span s = span_str("untouched");
    int rc = fs_read(in_top("big"), 1 << 20, a, &s, e);
    YES(rc == 0 ? s.n == 200000 : span_is(s, "untouched"));
    return rc;
}

static int list_once(struct arena *a, struct err *e)
{
    struct fs_list l = { .n = 77 };
    int rc = fs_list(in_top("model"), NULL, 100000, a, &l, e);
    EQ(l.n, rc ? 77 : 1507);
    return rc;
}

static size_t sweep(int (*f)(struct arena *, struct err *))
{
    for (size_t n = 1;; n++) {
        struct arena a;
        struct err e = { 0 };
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        int rc = f(&a, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(rc, hit ? ERR_MEMORY : 0);
        EQ(e.code, rc);
        arena_fini(&a);
        if (!hit)
            return n - 1;
    }
}

/* The arena's ceiling at every byte that it can have. */
TEST(a_full_arena_is_an_error_at_every_byte)
{
    for (size_t max = 0;; max++) {
        struct arena a;
        struct err e = { 0 };
        struct fs_list l = { .n = 77 };
        arena_init(&a, max);
        int rc = fs_list(in_top("model"), NULL, 100, &a, &l, &e);
        EQ(l.n, rc ? 77 : 7);
        for (size_t i = 0; !rc && i < l.n; i++)
            YES(l.items[i].path != NULL);
        arena_fini(&a);
        if (rc == 0)
            break;
        YES(rc == ERR_MEMORY && e.code == ERR_MEMORY && max < 100000);
    }
}

TEST(no_memory_is_an_error_and_leaks_nothing)
{
    static char big[200000];
    write_file("big", big, sizeof big);
    for (int i = 0; i < 1500; i++) {            /* enough names for several blocks of the arena */
        char rel[128];
        (void)snprintf(rel, sizeof rel, "model/%0100d", i);
        write_file(rel, "", 0);
    }
    YES(sweep(read_once) >= 1);
    YES(sweep(list_once) >= 5);
}

int main(void)
{
    if (!mkdtemp(top))
        return 1;
#define HERE(name) cmocka_unit_test_setup_teardown(name, make_tree, clean)
    int bad = RUN(HERE(a_small_file_is_read_whole_with_its_nul),
                  HERE(what_cannot_be_read_says_why_and_leaves_the_output), HERE(a_file_is_mapped),
                  HERE(stat_tells_what_is_there),
                  HERE(a_folder_is_listed_in_order_and_links_are_judged),
                  HERE(a_root_is_a_folder_and_no_prefix_of_a_name),
                  HERE(too_many_files_or_folders_are_said), CASE(names_join_with_one_slash),
                  HERE(a_full_arena_is_an_error_at_every_byte),
                  HERE(no_memory_is_an_error_and_leaks_nothing));
    (void)clean(NULL);
    (void)rmdir(top);
    return bad;
}
