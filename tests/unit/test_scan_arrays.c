// SPDX-License-Identifier: Apache-2.0
/* Arrays: .npy headers that lie, and bytes of arrays among the opcodes of joblib's pickles. */
#include "base/fs.h"
#include "format/npy.h"
#include "tests/support/faults.h"
#include "tests/support/judged.h"

static const char *judged(struct span in, const char *name)
{
    return judged_line(in, name, JUDGED_OFFSETS);
}

static struct span file_of(const char *variable, const char *path, struct arena *a)
{
    struct fs_map map;
    char full[1024];
    (void)snprintf(full, sizeof full, "%s/%s", dir_of(variable), path);
    if (fs_map(full, &map, NULL))
        return SPAN_NONE;
    char *copy = arena_strn(a, map.bytes.p, map.bytes.n);
    struct span in = span_of(copy, map.bytes.n);
    fs_unmap(&map);
    return in;
}

/* ---- .npy ------------------------------------------------------------------------------- */

/* The bytes of an array of version 1 with this header and these data. */
static struct span npy(const char *header, const char *data, size_t n)
{
    static uint8_t bytes[2048];
    size_t h = strlen(header);
    memcpy(bytes, "\x93NUMPY\x01\0", 8);
    bytes[8] = (uint8_t)h;
    bytes[9] = (uint8_t)(h >> 8);
    memcpy(bytes + 10, header, h);
    memcpy(bytes + 10 + h, data, n);
    return span_of(bytes, 10 + h + n);
}

#define HEAD(type, shape) "{'descr': " type ", 'fortran_order': False, 'shape': " shape ", }  \n"
#define NPY(type, shape, n) judged(npy(HEAD(type, shape), "0123456789abcdef", n), "x.npy")

TEST(the_data_are_as_long_as_the_header_says)
{
    STR(NPY("'<f8'", "(2,)", 16), "CLEAN");
    STR(NPY("'<f8'", "()", 8), "CLEAN");
    STR(NPY("'|b1'", "(2, 8)", 16), "CLEAN");
    STR(NPY("'<U2'", "(2L,)", 16), "CLEAN");
    STR(NPY("'<M8[ns]'", "(1,)", 8), "CLEAN");
    STR(NPY("[('a', '<f4'), ('b', '|u1', (2, 2))]", "(2,)", 16), "CLEAN");
    STR(NPY("[(('title', 'a'), [('x', '<i2'), ('y', '<i2', 3)])]", "(2,)", 16), "CLEAN");
    STR(NPY("'<f8'", "(0, 5)", 0), "CLEAN");
    STR(NPY("'<f8'", "(2,)", 15), "INCOMPLETE tensors-malformed@70");
    STR(NPY("'<f8'", "(1,)", 9), "INCOMPLETE tensors-malformed@78");
    STR(NPY("'<f8'", "(9223372036854775807, 2, 2)", 16), "INCOMPLETE tensors-malformed@86");
    STR(NPY("'<f8'", "(9223372036854775807,)", 16), "INCOMPLETE tensors-malformed@88");
    STR(NPY("'<f8'", "(99999999999999999999,)", 16), "INCOMPLETE tensors-malformed@80");
}

TEST(a_header_that_numpy_does_not_write_is_refused)
{
    static const char *const bad[] = {
        HEAD("'f8,O'", "(1,)"), HEAD("'<f8'", "(1)"), HEAD("'<f8'", "[1]"), HEAD("'<f8'", "(1,,)"), HEAD("'<f8'", "(-1,)"),
        HEAD("'<f8'", "(01,)"), HEAD("'\\x3cf8'", "(1,)"), HEAD("'<f8", "(1,)"), HEAD("('<f8')", "(1,)"),
        HEAD("'f999'", "(1,)"), HEAD("'<q8'", "(1,)"), HEAD("''", "(1,)"), HEAD("[('a')]", "(1,)"),
        HEAD("[[[[[[[[[[[[[[[[[[[[", "(1,)"), "{'descr': '<f8', 'shape': (1,)}", "{}", "", "[]", "{'descr'",
        "{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} + {}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct npy f;
        EQ(npy_open(npy(bad[i], "01234567", 8), &f, NULL), ERR_FORMAT);
        EQ(f.data_at, 10 + strlen(bad[i]));
        YES(strncmp(judged(npy(bad[i], "cos\nsystem\n)R.", 14), "x.npy"), "UNSAFE", 6) == 0);
    }
    struct npy f;
    EQ(npy_open(span_of("\x93NUMPY\x04\0\0\0{}", 12), &f, NULL), ERR_FORMAT);
    EQ(npy_open(span_of("\x93NUMPY\x02\0\xff\xff\xff\xff{}", 14), &f, NULL), ERR_FORMAT);
    EQ(npy_open(span_of("\x93NUMPY\x02\0\xff", 9), &f, NULL), ERR_FORMAT);
    EQ(npy_open(span_of("\x93NUMPY\x01", 7), &f, NULL), ERR_FORMAT);
}

TEST(objects_are_a_pickle_wherever_the_type_says_so)
{
    static const char evil[] = "cos\nsystem\n)R.";
    STR(judged(npy(HEAD("'|O'", "(1,)"), evil, 14), "x.npy"), "UNSAFE pickle-global@0 pickle-call@12");
    STR(judged(npy(HEAD("[('a', '<f4'), ('b', '|O')]", "(1,)"), evil, 14), "x.npy"), "UNSAFE pickle-global@0 pickle-call@12");
    STR(judged(npy(HEAD("'|O'", "(1,)"), "", 0), "x.npy"), "INCOMPLETE pickle-broken@0");
    STR(judged(npy(HEAD("'|O'", "(1,)"), "\xff" "K", 2), "x.npy"), "INCOMPLETE pickle-broken@0");
    STR(judged(npy(HEAD("'|O'", "(1,)"), "]N.", 3), "x.npy"), "CLEAN");
}

TEST(labelled_arrays_are_as_labelled)
{
    static const struct { const char *path, *want; } files[] = {
        { "data/scan/picklescan/tests/data2/dns_exfiltration.npy", "UNSAFE pickle-global@174 pickle-call@205" },
        { "data/scan/picklescan/tests/data2/int_array.npy", "CLEAN" },
        { "data/scan/picklescan/tests/data2/object_array.npy", "CLEAN" },
        { "data/scan/picklescan/tests/data2/object_arrays.npz", "CLEAN" },
        { "data/scan/picklescan/tests/data2/int_arrays_compressed.npz", "CLEAN" },
    };
    struct arena a;
    arena_init(&a, 8 << 20);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct span in = file_of("ASSAY_SHARED", files[i].path, &a);
        if (!in.p)
            SKIP("the shared data is not there");
        STR(judged(in, "x.npy"), files[i].want);
    }
    arena_fini(&a);
}

/* ---- joblib ----------------------------------------------------------------------------- */

#define DTYPE(code) "cnumpy\ndtype\n(X\x02\0\0\0" code "I00\nI01\ntR"
#define STATE(bytes, flags) "(K\x03X\x01\0\0\0<NNNJ" bytes "J\xff\xff\xff\xffK" flags "tb"
#define PLAIN STATE("\xff\xff\xff\xff", "\0")
#define WRAPPER "\x80\x02" "cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81"
#define BODY(shape, dtype, align) "}(X\x08\0\0\0subclasscnumpy\nndarray\nX\x05\0\0\0shape" shape "X\x05\0\0\0orderX\x01\0\0\0C" \
                                  "X\x05\0\0\0dtype" dtype "X\x0a\0\0\0allow_mmapI01\n" \
                                  "X\x1b\0\0\0numpy_array_alignment_bytes" align "ub"
#define JUDGE(bytes) judged(span_of(bytes, sizeof bytes - 1), "x.joblib")
#define F8 DTYPE("f8") PLAIN

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

TEST(just_the_bytes_of_an_array_are_skipped)
{
    STR(JUDGE(WRAPPER BODY("K\x01\x85", F8, "N") "12345678."), "CLEAN");
    STR(JUDGE(WRAPPER BODY("K\x01\x85", F8, "K\x10") "\x02\xff\xff" "12345678."), "CLEAN");
    STR(JUDGE(WRAPPER BODY(")", F8, "N") "12345678."), "CLEAN");
    STR(JUDGE(WRAPPER BODY("K\0K\x09\x86", F8, "N") "."), "CLEAN");
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", F8, "N") "1234567."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("K\x02\x85", F8, "N") "12345678."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", F8, "N") "12345678cos\nsystem\n."), "UNSAFE pickle-global"));
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", F8, "K\x10") "\x12\xff\xff" "12345678."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", F8, "K\x10")), "INCOMPLETE pickle-broken"));
}

TEST(what_is_computed_missing_or_twice_is_never_clean)
{
    static const char huge[] = WRAPPER BODY("(J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7ft", F8, "N") "12345678.";
    YES(starts(judged(span_of(huge, sizeof huge - 1), "x.joblib"), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER "}b12345678."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER "Nb12345678."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("J\xff\xff\xff\xff\x85", F8, "N") "12345678."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("c__builtin__\nint\nK\x01\x85R\x85", F8, "N") "12345678."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", "X\x02\0\0\0f8", "N") "12345678."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", DTYPE("f8") PLAIN PLAIN, "N") "12345678."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", DTYPE("f8") STATE("\xff\xff\xff\xff", "\1"), "N") "12345678."),
               "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", DTYPE("V8") STATE("\x04\0\0\0", "\0"), "N") "12345678."),
               "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", F8, "N") "12345678" "}b."), "INCOMPLETE pickle-broken"));
    YES(starts(JUDGE(WRAPPER "}(X\x05\0\0\0shapeK\x01\x85" "c__builtin__\nstr\n(X\x05\0\0\0shapetRK\x02\x85ub12345678."),
               "INCOMPLETE pickle-broken"));
}

TEST(an_array_of_objects_is_a_pickle_and_the_stream_goes_on_behind_it)
{
    static const char evil[] = WRAPPER BODY("K\x01\x85", DTYPE("O8") STATE("\xff\xff\xff\xff", "\x3f"), "K\x10")
                               "cos\nsystem\n)R.0cpip\nmain\n.";
    struct arena a;
    struct scan s;
    struct scan_node node = { .in = span_of(evil, sizeof evil - 1), .path = "x.joblib", .name = "x.joblib" };
    STR(JUDGE(WRAPPER BODY("K\x01\x85", DTYPE("O8") STATE("\xff\xff\xff\xff", "\x3f"), "K\x10") "].."), "CLEAN");
    STR(JUDGE(WRAPPER BODY("K\x01\x85", DTYPE("O8") STATE("\xff\xff\xff\xff", "\x3f"), "K\x10") "]"),
        "INCOMPLETE pickle-broken@1 pickle-broken@225");
    arena_init(&a, 64 << 20);
    scan_init(&s, &judged_list, &a);
    EQ(scan_bytes(&s, &node, NULL), 0);
    YES(s.n_findings >= 3);
    STR(s.findings[0].what, "names os.system");
    YES(strstr(s.findings[0].path, "!objects at ") != NULL);
    STR(s.findings[2].what, "names pip.main");
    STR(s.findings[2].path, "x.joblib");
    arena_fini(&a);
}

TEST(opcodes_hidden_in_an_array_are_told_for_who_loads_it_with_pickle)
{
    YES(starts(JUDGE(WRAPPER BODY("K\x01\x85", DTYPE("S\x33") "X\x01\0\0\0x", "N") "x"), "INCOMPLETE"));
    YES(starts(JUDGE(WRAPPER BODY("K\x0e\x85", DTYPE("u1") PLAIN, "N") "cos\nsystem\n)R.."), "UNSAFE pickle-ambiguous"));
    STR(JUDGE(WRAPPER BODY("K\x0e\x85", DTYPE("u1") PLAIN, "N") "cos\nsystem\n....\xff"), "INCOMPLETE pickle-broken@238");
    STR(JUDGE(WRAPPER BODY("K\x0e\x85", DTYPE("u1") PLAIN, "N") "cos\nsystem\n...."), "CLEAN");
    /* Halves of listed names that meet when a run of numbers shifts the memo; and one half that is on no list. */
    STR(JUDGE(WRAPPER BODY("K\x11\x85", DTYPE("u1") PLAIN, "N") "ctorch\nscalar\n)R.."), "CLEAN");
    YES(starts(JUDGE(WRAPPER BODY("K\x0e\x85", DTYPE("u1") PLAIN, "N") "ctorch\nrun\n)R.."), "UNSAFE pickle-ambiguous"));
}

TEST(what_joblib_writes_is_clean)
{
    static const char *const names[] = { "arrays", "old", "forest" };
    struct arena a;
    arena_init(&a, 8 << 20);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "tests/golden/joblib/%s.joblib", names[i]);
        struct span in = file_of("ASSAY_SOURCE", path, &a);
        YES(in.n > 1000);
        STR(judged(in, "x.joblib"), "CLEAN");
        for (size_t cut = 1; cut < in.n; cut++)
            NOT(strcmp(judged(span_sub(in, 0, cut), "x.joblib"), "CLEAN") == 0);
    }
    arena_fini(&a);
}

TEST(no_allocation_failure_is_lost)
{
    struct arena kept;
    arena_init(&kept, 8 << 20);
    struct span in[] = { file_of("ASSAY_SOURCE", "tests/golden/joblib/arrays.joblib", &kept),
                         npy(HEAD("'|O'", "(1,)"), "cos\nsystem\n)R.", 14) };
    for (size_t i = 0; i < 2; i++)
        for (size_t n = 1;; n++) {
            struct arena a;
            struct scan s;
            struct scan_node node = { .in = in[i], .path = "x", .name = "x" };
            arena_init(&a, 64 << 20);
            fault_alloc_at(n);
            scan_init(&s, &judged_list, &a);
            int rc = scan_bytes(&s, &node, NULL);
            bool hit = fault_alloc_hit();
            fault_alloc_at(0);
            arena_fini(&a);
            EQ(rc, hit ? ERR_MEMORY : 0);
            if (!hit)
                break;
        }
    arena_fini(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_data_are_as_long_as_the_header_says), CASE(a_header_that_numpy_does_not_write_is_refused),
        CASE(objects_are_a_pickle_wherever_the_type_says_so), CASE(labelled_arrays_are_as_labelled),
        CASE(just_the_bytes_of_an_array_are_skipped), CASE(what_is_computed_missing_or_twice_is_never_clean),
        CASE(an_array_of_objects_is_a_pickle_and_the_stream_goes_on_behind_it),
        CASE(opcodes_hidden_in_an_array_are_told_for_who_loads_it_with_pickle), CASE(what_joblib_writes_is_clean),
        CASE(no_allocation_failure_is_lost),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
