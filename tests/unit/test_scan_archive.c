// SPDX-License-Identifier: Apache-2.0
/* The judges of tar, 7z and of packed files, and real archives whose verdict is known. */
#include "tests/support/judged.h"

#include "base/fs.h"
#include "scan/flow.h"
#include "tests/support/faults.h"
#include "tests/support/tar_make.h"
#include "tests/support/zip_make.h"

#define EVIL "cos\nsystem\n(X\2\0\0\0idtR."
#define FOUND "pickle-global@0 pickle-call@20"

static struct tm made;

static const char *done(void)
{
    tm_end(&made);
    return judged_as(span_of(made.p, made.n), "x.tar");
}

static const char *one(char type, const char *name, const char *bytes, size_t n, const char *target)
{
    made.n = 0;
    tm_add(&made, type, name, bytes, n, target);
    return done();
}

TEST(tars_are_read_to_their_end)
{
    STR(one('0', "a.txt", EVIL, sizeof EVIL - 1, NULL), "UNSAFE " FOUND);
    STR(one('0', "a.pkl", "N.", 2, NULL), "CLEAN");
    STR(one('5', "d/", "", 0, NULL), "CLEAN");
    STR(one('0', "../a.pkl", "N.", 2, NULL), "UNSAFE archive-escape@0");
    STR(one('2', "d/l", "", 0, "../x"), "REVIEW archive-link@0");
    STR(one('2', "l", "", 0, "../x"), "UNSAFE archive-escape@0");
    STR(one('2', "./l", "", 0, "../x"), "UNSAFE archive-escape@0");
    STR(one('2', "d/l", "", 0, "x/../../y"), "REVIEW archive-link@0");
    STR(one('2', "d/l", "", 0, "../../y"), "UNSAFE archive-escape@0");
    STR(one('1', "d/l", "", 0, "../x"), "UNSAFE archive-escape@0");
    STR(one('1', "d/l", "", 0, "d/x"), "REVIEW archive-link@0");
    STR(one('6', "p", "", 0, NULL), "UNSAFE archive-device@0");
    STR(one('S', "p", "N.", 2, NULL), "INCOMPLETE archive-codec@0");
    STR(one('V', "p", "N.", 2, NULL), "REVIEW archive-odd@0");
    made.n = 0;
    tm_add(&made, 'x', "pax", "10 size=0\n", 10, NULL);
    tm_add(&made, '0', "a.pkl", "N.", 2, NULL);
    YES(strncmp(done(), "UNSAFE tar-disagreement@1024", 28) == 0);
}

TEST(what_stands_behind_the_end_or_a_broken_header_is_read_too)
{
    made.n = 0;
    tm_add(&made, '0', "a.pkl", "N.", 2, NULL);
    tm_end(&made);
    tm_add(&made, '0', "b.pkl", EVIL, sizeof EVIL - 1, NULL);
    STR(done(), "UNSAFE archive-odd@2048 " FOUND);
    made.n = 0;
    tm_add(&made, '0', "a.pkl", "N.", 2, NULL);
    tm_add(&made, '0', "b.pkl", "N.", 2, NULL);
    tm_add(&made, '0', "c.pkl", EVIL, sizeof EVIL - 1, NULL);
    made.p[1024] = 'x';
    STR(done(), "UNSAFE archive-broken@1024 " FOUND);
    made.n = 0;
    tm_add(&made, '0', "a.pkl", "N.", 2, NULL);
    STR(judged_as(span_of(made.p, 513), "x.tar"), "INCOMPLETE archive-broken@0 pickle-broken@1");
    memcpy(made.p + 1024, "xyz", 3);
    STR(judged_as(span_of(made.p, 1027), "x.tar"), "INCOMPLETE archive-broken@1024");
}

TEST(the_first_torch_wrote_tars)
{
    static const char storages[] = "\x80\2K\1." "\x80\2(X\1\0\0\0" "0X\3\0\0\0cpuctorch\nFloatStorage\nt."
                                   "\2\0\0\0\0\0\0\0" "\0\0\x80?\0\0\0@" "\x80\2].";
    static const char tensors[] = "\x80\2K\1." "\x80\2(K\7K\0ctorch\nFloatTensor\nt." "\1\0\0\0" "\0\0\0\0"
                                  "\2\0\0\0\0\0\0\0" "\1\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0";
    made.n = 0;
    tm_add(&made, '0', "./sys_info", "\x80\2}.", 4, NULL);
    tm_add(&made, '0', "./pickle", "\x80\2K\7Q.", 6, NULL);
    tm_add(&made, '0', "./tensors", tensors, sizeof tensors - 1, NULL);
    tm_add(&made, '0', "./storages", storages, sizeof storages - 1, NULL);
    const char *told = done();
    STR(told, "CLEAN");                      /* torch.FloatTensor, named in `tensors`, is on the list of harmless things */
    STR(one('0', "pickle", "\x80\2K\7Q.", 6, NULL), "UNSAFE pickle-persistent-id@4");
}

TEST(large_streams_go_by_member_by_member)
{
    static uint8_t out[1 << 20];
    size_t n = SCAN_MEMORY_MAX + 4096;
    struct tm *t = calloc(1, sizeof *t + 2 * n);
    z_stream z = { .next_out = out, .avail_out = sizeof out };
    EQ(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    tm_add(t, '0', "evil", EVIL, sizeof EVIL - 1, NULL);
    uint8_t *zeros = calloc(1, n);
    tm_add(t, '0', "zeros", "", 0, NULL);
    (void)snprintf((char *)t->p + 1024 + 124, 12, "%011zo", n);
    tm_sum(t->p + 1024);
    z.next_in = t->p;
    z.avail_in = (unsigned)t->n;
    EQ(deflate(&z, Z_NO_FLUSH), Z_OK);
    z.next_in = zeros;
    z.avail_in = (unsigned)n;
    EQ(deflate(&z, Z_NO_FLUSH), Z_OK);
    t->n = 0;
    tm_add(t, '5', "d/", "", 0, NULL);
    tm_add(t, 'x', "pax", "11 path=ab\n", 11, NULL);
    tm_add(t, '0', "late", EVIL, sizeof EVIL - 1, NULL);
    tm_end(t);
    z.next_in = t->p;
    z.avail_in = (unsigned)t->n;
    EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    (void)deflateEnd(&z);
    STR(judged_as(span_of(out, z.total_out), "x.tar.gz"), "UNSAFE " FOUND " archive-large@1024 unknown-format@0 " FOUND);
    YES(strstr(judged_as(span_of(out, z.total_out - 600), "x.tar.gz"), "archive-broken") != NULL);
    free(zeros);
    free(t);
}

TEST(only_arrays_of_numbers_are_passed_over)
{
    static const char good[] = "\x93NUMPY\1\0\x46\0{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }          \n";
    char text[sizeof good];
    uint64_t n = 0;
    YES(flow_plain_npy(span_of(good, sizeof good - 1), &n));
    EQ(n, 10 + 0x46 + 48);
    static const struct { const char *from, *to; } bad[] = {
        { "<f4", "|O8" }, { "<f4", "|O " }, { "'descr'", "'descX'" }, { "False", "Trash" }, { "(3, 4)", "(3, x)" }, { "(3,", "[3,", },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memcpy(text, good, sizeof good);
        char *at = memmem(text, sizeof text, bad[i].from, strlen(bad[i].from));
        memcpy(at, bad[i].to, strlen(bad[i].to));
        NOT(flow_plain_npy(span_of(text, sizeof text - 1), &n));
    }
    for (size_t cut = 0; cut < 60; cut++)
        NOT(flow_plain_npy(span_of(good, cut), &n));
}

/* ---- files ------------------------------------------------------------------------------ */

static const char *judged_file(const char *dir, const char *name)
{
    char path[1024];
    struct fs_map m;
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    if (fs_map(path, &m, NULL))
        return NULL;
    const char *told = judged_as(m.bytes, fs_base(name));
    fs_unmap(&m);
    return told;
}

TEST(seeds_of_the_fuzz_targets)
{
    static const struct { const char *file, *told; } want[] = {
        { "sevenzip/lzma", "UNSAFE " FOUND " archive-escape@219" },
        { "sevenzip/lzma2", "UNSAFE " FOUND " archive-escape@221" },
        { "sevenzip/x86", "UNSAFE " FOUND " archive-escape@225" },
        { "sevenzip/copy", "UNSAFE " FOUND " archive-escape@258" },
        { "sevenzip/bzip2", "UNSAFE " FOUND " archive-escape@254" },
        { "sevenzip/deflate", "UNSAFE " FOUND " archive-escape@219" },
        { "sevenzip/loose", "UNSAFE " FOUND " archive-escape@227" },
        { "sevenzip/ppmd", "INCOMPLETE archive-codec@32" }, { "sevenzip/bcj2", "INCOMPLETE archive-codec@32" },
        { "sevenzip/aes", "INCOMPLETE archive-encrypted@32" }, { "sevenzip/aes_names", "INCOMPLETE archive-encrypted@272" },
        { "gz/gz", "UNSAFE " FOUND }, { "gz/bz2", "UNSAFE " FOUND }, { "gz/xz", "UNSAFE " FOUND }, { "gz/lzma", "UNSAFE " FOUND },
        { "gz/zlib", "UNSAFE " FOUND }, { "gz/tar_gz", "UNSAFE " FOUND }, { "gz/twice", "UNSAFE " FOUND }, { "gz/two", "CLEAN" },
        { "gz/tail", "UNSAFE archive-odd@10 " FOUND }, { "gz/lz4", "INCOMPLETE archive-codec@0" },
        { "gz/zstd", "INCOMPLETE archive-codec@0" }, { "tar/v7", "UNSAFE " FOUND }, { "tar/torch", "CLEAN" },
        { "zip/bzip2", "UNSAFE " FOUND }, { "zip/lzma", "UNSAFE " FOUND }, { "zip/nested", "UNSAFE " FOUND },
    };
    char dir[512];
    (void)snprintf(dir, sizeof dir, "%s/tests/corpus", dir_of("ASSAY_SOURCE"));
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const char *told = judged_file(dir, want[i].file);
        if (!told || strcmp(told, want[i].told) != 0)
            fail_msg("%s: %s", want[i].file, told ? told : "not there");
    }
}

/* Does this row speak of an archive, and is all that it needs here? */
static bool is_ours(const char *path)
{
    static const char *const ends[] = { ".zip", ".7z", ".pt", ".bin", ".npz" };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof ends / sizeof *ends; i++)
        if (strcmp(dot, ends[i]) == 0)
            return !strstr(path, "bad_pytorch") && !strstr(path, "not_a_pickle");   /* neither is an archive */
    return false;
}

TEST(every_archive_with_a_known_verdict)
{
    char dir[512], line[2048], *save;
    unsigned n = 0;
    (void)snprintf(dir, sizeof dir, "%s/data/scan", dir_of("ASSAY_SHARED"));
    (void)snprintf(line, sizeof line, "%s/labels.tsv", dir);
    FILE *f = fopen(line, "r");
    if (!f)
        SKIP("no labels of shared files");
    while (fgets(line, sizeof line, f)) {
        const char *path = strtok_r(line, "\t", &save), *want = strtok_r(NULL, "\t", &save);
        if (!path || !want || !is_ours(path))
            continue;
        const char *told = judged_file(dir, path);
        if (!told || strncmp(told, want, strlen(want)) != 0)
            fail_msg("%s: %s, wanted %s", path, told ? told : "not there", want);
        n++;
    }
    (void)fclose(f);
    YES(n >= 20);
}

TEST(no_allocation_failure_is_lost)
{
    static const char *const files[] = { "sevenzip/lzma", "sevenzip/loose", "gz/tar_gz", "gz/tail", "gz/xz", "tar/links", "tar/torch" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[1024];
        struct fs_map m;
        (void)snprintf(path, sizeof path, "%s/tests/corpus/%s", dir_of("ASSAY_SOURCE"), files[i]);
        EQ(fs_map(path, &m, NULL), 0);
        struct scan_node node = { .in = m.bytes, .path = "x", .name = "x" };
        for (size_t n = 1;; n++) {
            struct arena a;
            struct scan s;
            arena_init(&a, 64 << 20);
            scan_init(&s, &judged_list, &a);
            fault_alloc_at(n);
            int rc = scan_bytes(&s, &node, NULL);
            bool hit = fault_alloc_hit();
            fault_alloc_at(0);
            arena_fini(&a);
            YES(rc == 0 || rc == ERR_MEMORY);
            YES(rc == ERR_MEMORY || !hit || s.n_found);
            if (!hit)
                break;
        }
        fs_unmap(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(tars_are_read_to_their_end), CASE(what_stands_behind_the_end_or_a_broken_header_is_read_too),
        CASE(the_first_torch_wrote_tars), CASE(large_streams_go_by_member_by_member),
        CASE(only_arrays_of_numbers_are_passed_over), CASE(seeds_of_the_fuzz_targets),
        CASE(every_archive_with_a_known_verdict), CASE(no_allocation_failure_is_lost),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
