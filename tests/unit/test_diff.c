// SPDX-License-Identifier: Apache-2.0
/* diff_make on made folders: every failed allocation and read is an error; what cannot be compared is never equal. */
#include "tests/support/check.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "passport/diff_int.h"
#include "tests/support/faults.h"
#include "tests/support/gguf_make.h"

static char folder[64];

static void put_file(const char *name, const void *bytes, size_t n)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    EQ(fwrite(bytes, 1, n, f), n);
    EQ(fclose(f), 0);
}

static void put_gguf(const char *name, const char *title, uint32_t type, char last)
{
    struct maker m;
    make_init(&m);
    make_head(&m, 3, 2, 3);
    make_str(&m, "general.name", title);
    make_str(&m, "tokenizer.chat_template", title[0] == 'a' ? "one\ntwo" : "one\n2");
    make_array(&m, "general.tags", GGUF_U32, 2);
    make_u32(&m, 1);
    make_u32(&m, 2);
    make_tensor(&m, "w", GGML_F32, 1, (uint64_t[]){ 8 }, 0);
    make_tensor(&m, "v", type, 1, (uint64_t[]){ 8 }, 32);
    make_data(&m, 32, 64);
    m.b.p[m.b.n - 33] = last;           /* the last byte of "w" */
    put_file(name, m.b.p, m.b.n);
    buf_fini(&m.b);
}

static const char *const names[] = { "a/LICENSE", "a/README.md", "a/w.gguf", "a/config.json", "a/notes.txt",
                                     "b/LICENSE", "b/README.md", "b/w.gguf", "b/config.json", "b/other.txt" };

static int make_folders(void **state)
{
    static const char card_a[] = "---\nlicense: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B\n---\n# A\n\nOne.\n\n## L\n";
    static const char card_b[] = "---\nlicense: mit\ndatasets: [ms_marco]\n---\n# A\n\nTwo.\n";
    char path[96];
    struct arena a;
    struct span own;
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/assay-unit-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    for (const char *sub = "ab"; *sub; sub++) {
        (void)snprintf(path, sizeof path, "%s/%c", folder, *sub);
        EQ(mkdir(path, 0700), 0);
    }
    arena_init(&a, 1 << 20);
    EQ(fs_read(fs_join(&a, dir_of("ASSAY_SOURCE"), "LICENSE"), 1 << 20, &a, &own, NULL), 0);
    put_file("a/LICENSE", own.p, own.n);
    put_file("b/LICENSE", own.p, own.n - 400);
    arena_fini(&a);
    put_file("a/README.md", card_a, sizeof card_a - 1);
    put_file("b/README.md", card_b, sizeof card_b - 1);
    put_file("a/config.json", "{\"n\": 1, \"m\": [1, {\"x\": 2}]}", 28);
    put_file("b/config.json", "{\"n\": 2, \"m\": [1, {\"x\": 2}]}", 28);
    put_file("a/notes.txt", "same", 4);
    put_file("b/other.txt", "same", 4);
    put_gguf("a/w.gguf", "a", GGML_F32, 0);
    put_gguf("b/w.gguf", "b", GGML_I32, 1);
    return 0;
}

static int drop_folders(void **state)
{
    char path[160];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    for (const char *sub = "ab"; *sub; sub++) {
        (void)snprintf(path, sizeof path, "%s/%c", folder, *sub);
        (void)rmdir(path);
    }
    return rmdir(folder);
}

static int once(const char *x, const char *y, bool no_hash, struct buf *out, size_t *n, struct err *e)
{
    struct arena a;
    struct diff d;
    struct use use;
    char p[96], q[96];
    (void)snprintf(p, sizeof p, "%s/%s", folder, x);
    (void)snprintf(q, sizeof q, "%s/%s", folder, y);
    use_init(&use);
    struct check_options opt = { .use = &use, .today = "", .no_hash = no_hash };
    arena_init(&a, (size_t)1 << 30);
    int rc = diff_make(p, q, &opt, &a, &d, e);
    if (!rc)
        rc = diff_report(&d, out, e);
    if (!rc)
        *n = d.n_changes;
    diff_fini(&d);
    arena_fini(&a);
    return rc;
}

TEST(no_allocation_failure_is_lost)
{
    struct buf out;
    size_t changes;
    buf_init(&out, 1 << 24);
    for (size_t n = 1;; n += 1 + n / 24) {
        struct err e = { 0 };
        buf_reset(&out);
        fault_alloc_at(n);
        int rc = once("a", "b", false, &out, &changes, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        if (!hit) {
            EQ(rc, 0);
            YES(changes > 15);
            break;
        }
        if (rc != ERR_MEMORY)
            fail_msg("allocation %zu: %s %s", n, err_name(rc), e.msg);
    }
    buf_fini(&out);
}

TEST(short_reads_change_nothing_and_failed_ones_are_said)
{
    struct buf one, two;
    struct err e = { 0 };
    size_t n;
    buf_init(&one, 1 << 24);
    buf_init(&two, 1 << 24);
    EQ(once("a", "b", false, &one, &n, &e), 0);
    fault_read_cap(7);
    EQ(once("a", "b", false, &two, &n, &e), 0);
    fault_read_cap(0);
    STR(buf_text(&one), buf_text(&two));
    for (size_t i = 1; i < 9; i++) {
        buf_reset(&two);
        fault_read_at(i);
        EQ(once("a", "b", false, &two, &n, &e), ERR_IO);
        fault_read_at(0);
    }
    buf_fini(&one);
    buf_fini(&two);
}

TEST(a_model_with_itself_has_no_difference)
{
    struct buf out;
    struct err e = { 0 };
    size_t n = 1;
    buf_init(&out, 1 << 24);
    EQ(once("a", "a", false, &out, &n, &e), 0);
    EQ(n, 0);
    n = 1;
    EQ(once("a/LICENSE", "a/LICENSE", false, &out, &n, &e), 0);
    EQ(n, 0);
    EQ(once("a", "b/LICENSE", false, &out, &n, &e), ERR_USAGE);
    EQ(once("a", "c", false, &out, &n, &e), ERR_NOT_FOUND);
    buf_fini(&out);
}

TEST(directions)
{
    EQ(diff_rank(1, 7), DIFF_STRICTER);
    EQ(diff_rank(7, 3), DIFF_LOOSER);
    EQ(diff_rank(RANK_ABSENT, 1), DIFF_STRICTER);
    EQ(diff_rank(INT64_MAX - 100, INT64_MAX - 700), DIFF_LOOSER);       /* a higher threshold */
    EQ(diff_rank(RANK_UNSAID, 1), DIFF_LOOSER);
    EQ(diff_rank(1, RANK_UNSAID), DIFF_STRICTER);
    EQ(diff_rank(RANK_UNSAID, 7), DIFF_STRICTER);
    EQ(diff_rank(7, RANK_UNSAID), DIFF_LOOSER);
    EQ(diff_rank(RANK_UNSAID, 3), DIFF_DIFFERENT);
    EQ(diff_rank(5, RANK_UNSAID), DIFF_DIFFERENT);
    EQ(diff_rank(RANK_NONE, 3), DIFF_DIFFERENT);
    EQ(diff_rank(2, 2), DIFF_DIFFERENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = { CASE(no_allocation_failure_is_lost), CASE(directions),
                                        CASE(short_reads_change_nothing_and_failed_ones_are_said),
                                        CASE(a_model_with_itself_has_no_difference) };
    return cmocka_run_group_tests(tests, make_folders, drop_folders);
}
