// SPDX-License-Identifier: Apache-2.0
/* Good files, files that lie, random files, real files. */
#include "tests/support/check.h"
#include <glob.h>
#include "base/fs.h"
#include "tests/support/faults.h"
#include "tests/support/st_check.h"
#include "tests/support/st_make.h"

enum { N_FILES = 2000, N_MUTATIONS = 200000 };

struct bad { const char *name, *dir; size_t n_data; int code; const char *says; };

#define T(dtype, shape, from, to) "{\"dtype\":\"" dtype "\",\"shape\":[" shape "],\"data_offsets\":[" from "," to "]}"

static const char GOOD[] = "{\"__metadata__\":{\"format\":\"pt\",\"license\":\"mit\"},"
    "\"b\":" T("BF16", "2, 3", "4", "16") ",\"a\":" T("F32", "", "0", "4") ","
    "\"none\":" T("I64", "0,5", "4", "4") ",\"f4\":" T("F4", "4", "16", "18") "}   ";

/* Faults of the JSON and of what stands where. */
static const struct bad bad_dirs[] = {
    { "dir is a list", "^[]", 0, ERR_FORMAT, "does not start with" },
    { "dir is a number", "^7", 0, ERR_FORMAT, "does not start with" },
    { "space before dir", "^ {}", 0, ERR_FORMAT, "does not start with" },
    { "dir is empty", "^", 0, ERR_FORMAT, "does not start with" },
    { "dir is not closed", "{\"a\":1^", 0, ERR_FORMAT, "ends inside" },
    { "bytes behind dir", "{} ^x", 0, ERR_FORMAT, "goes on" },
    { "two dirs", "{}^{}", 0, ERR_FORMAT, "goes on" },
    { "not UTF-8", "{\"a^\xff\":1}", 0, ERR_FORMAT, "UTF-8" },
    { "deep nesting", "{\"a\":[[[[[[[^[[[1]]]]]]]]]]}", 0, ERR_LIMIT, "nested" },
    { "same tensor twice", "{\"a\":" T("U8", "1", "0", "1") ",^\"a\":" T("U8", "1", "0", "1") "}", 1,
      ERR_FORMAT, "a" },
    { "same tensor twice by escape", "{\"a\":" T("U8", "1", "0", "1") ",^\"\\u0061\":" T("U8", "1", "0", "1") "}",
      1, ERR_FORMAT, "a" },
    { "metadata twice", "{\"__metadata__\":{},^\"__metadata__\":{}}", 0, ERR_FORMAT, "__metadata__" },
    { "metadata is a list", "{\"__metadata__\":^[]}", 0, ERR_FORMAT, "__metadata__ is not a map" },
    { "metadata is a text", "{\"__metadata__\":^\"pt\"}", 0, ERR_FORMAT, "__metadata__ is not a map" },
    { "metadata has a number", "{\"__metadata__\":{\"n\":^1}}", 0, ERR_FORMAT, "\"n\" is not a text" },
    { "metadata has a map", "{\"__metadata__\":{\"n\":^{}}}", 0, ERR_FORMAT, "\"n\" is not a text" },
    { "metadata has null", "{\"__metadata__\":{\"n\":^null}}", 0, ERR_FORMAT, "\"n\" is not a text" },
    { "tensor is null", "{\"a\":^null}", 0, ERR_FORMAT, "tensor \"a\" is not described by a map" },
    { "tensor is a list", "{\"a\":^[\"U8\",[1],[0,1]]}", 1, ERR_FORMAT, "not described by a map" },
    { "zero byte in a name", "{\"a\\u0000b\":^" T("U8", "1", "0", "1") "}", 1, ERR_FORMAT, "zero byte" },
    { "no dtype", "{\"a\":^{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, ERR_FORMAT, "has no dtype" },
    { "no shape", "{\"a\":^{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, ERR_FORMAT, "has no shape" },
    { "no offsets", "{\"a\":^{\"dtype\":\"U8\",\"shape\":[1]}}", 1, ERR_FORMAT, "has no data_offsets" },
    { "a fourth key", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":^0}}", 1, ERR_FORMAT,
      "has a key that is not" },
    { "dtype is a number", "{\"a\":{\"dtype\":^1,\"shape\":[1],\"data_offsets\":[0,1]}}", 1, ERR_FORMAT,
      "dtype that is not a text" },
    { "dtype of tomorrow", "{\"a\":{\"dtype\":^\"F2\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, ERR_FORMAT,
      "unknown dtype \"F2\"" },
    { "dtype in lower case", "{\"a\":{\"dtype\":^\"f32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, ERR_FORMAT,
      "unknown dtype" },
};

/* Faults of shapes and extents. */
static const struct bad bad_extents[] = {
    { "shape is a number", "{\"a\":{\"dtype\":\"U8\",\"shape\":^1,\"data_offsets\":[0,1]}}", 1, ERR_FORMAT,
      "shape that is not a list" },
    { "dimension below zero", "{\"a\":" T("U8", "^-1", "0", "1") "}", 1, ERR_FORMAT, "not a whole number" },
    { "dimension -0", "{\"a\":" T("U8", "^-0", "0", "0") "}", 0, ERR_FORMAT, "not a whole number" },
    { "dimension 1.0", "{\"a\":" T("U8", "^1.0", "0", "1") "}", 1, ERR_FORMAT, "not a whole number" },
    { "dimension 1e0", "{\"a\":" T("U8", "^1e0", "0", "1") "}", 1, ERR_FORMAT, "not a whole number" },
    { "dimension true", "{\"a\":" T("U8", "^true", "0", "1") "}", 1, ERR_FORMAT, "not a whole number" },
    { "dimension in quotes", "{\"a\":" T("U8", "^\"1\"", "0", "1") "}", 1, ERR_FORMAT, "not a whole number" },
    { "dimension beyond 63 bits", "{\"a\":" T("U8", "^9223372036854775808", "0", "1") "}", 1, ERR_FORMAT,
      "not a whole number" },
    { "product wraps to 0", "{\"a\":" T("U8", "4294967296,^4294967296", "0", "0") "}", 0, ERR_FORMAT,
      "more elements" },
    { "product wraps to 4", "{\"a\":" T("U8", "4611686018427387905,^4", "0", "4") "}", 4, ERR_FORMAT,
      "more elements" },
    { "bits wrap",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1152921504606846976],\"data_offsets\":^[0,0]}}", 0, ERR_FORMAT,
      "more bits" },
    { "half a byte", "{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":^[0,1]}}", 1, ERR_FORMAT,
      "whole byte" },
    { "33 dimensions", "{\"a\":{\"dtype\":\"U8\",\"shape\":^[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
      "1,1,1,1,1,1],\"data_offsets\":[0,1]}}", 1, ERR_LIMIT, "33 dimensions" },
    { "offsets are a map", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":^{}}}", 1, ERR_FORMAT,
      "list of two" },
    { "one offset", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":^[0]}}", 1, ERR_FORMAT,
      "list of two" },
    { "three offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":^[0,1,2]}}", 1, ERR_FORMAT,
      "list of two" },
    { "begin below zero", "{\"a\":" T("U8", "1", "^-1", "0") "}", 1, ERR_FORMAT, "offset that is not" },
    { "end is a real", "{\"a\":" T("U8", "1", "0", "^1.5") "}", 1, ERR_FORMAT, "offset that is not" },
    { "end beyond 64 bits", "{\"a\":" T("U8", "1", "0", "^18446744073709551616") "}", 1, ERR_FORMAT,
      "offset that is not" },
    { "end before begin", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":^[1,0]}}", 1, ERR_FORMAT,
      "ends before" },
    { "past the end", "{\"a\":" T("U8", "2", "0", "^2") "}", 1, ERR_FORMAT, "tensor \"a\" runs past the end" },
    { "far past the end", "{\"a\":" T("U8", "1", "9223372036854775806", "^9223372036854775807") "}", 1, ERR_FORMAT,
      "runs past the end" },
    { "extent too small", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":^[0,4]}}", 4, ERR_FORMAT,
      "needs 8 bytes, its extent has 4" },
    { "extent too large", "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":^[0,4]}}", 4, ERR_FORMAT,
      "needs 0 bytes, its extent has 4" },
    { "hole at the start", "{\"a\":^" T("U8", "1", "1", "2") "}", 2, ERR_FORMAT, "1 bytes before tensor \"a\"" },
    { "hole in the middle", "{\"b\":^" T("U8", "1", "3", "4") ",\"a\":" T("U8", "1", "0", "1") "}", 4, ERR_FORMAT,
      "2 bytes before tensor \"b\" belong to none" },
    { "overlap", "{\"b\":^" T("U8", "2", "1", "3") ",\"a\":" T("U8", "2", "0", "2") "}", 3, ERR_FORMAT,
      "tensor \"b\" overlaps \"a\"" },
    { "same bytes twice", "{\"b\":" T("U8", "2", "0", "2") ",\"a\":^" T("U8", "2", "0", "2") "}", 2, ERR_FORMAT,
      "tensor \"a\" overlaps \"b\"" },
};

static int open_exact(struct span bytes, struct arena *a, struct st_file *f, struct err *e)
{
    uint8_t *copy = malloc(bytes.n ? bytes.n : 1);      /* so that a sanitizer sees one byte too far */
    assert_non_null(copy);
    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    int rc = st_open(span_of(copy, bytes.n), a, f, e);
    free(copy);
    return rc;
}

static void refuse_all(const struct bad *bads, size_t n)
{
    for (const struct bad *b = bads; b < bads + n; b++) {
        struct buf file;
        struct arena a;
        struct st_file f, untouched;
        struct err e = { 0 };
        uint64_t mark = 0;
        st_make(&file, b->dir, b->n_data, &mark);
        arena_init(&a, 1 << 20);
        memset(&f, 0xA5, sizeof f);
        memcpy(&untouched, &f, sizeof f);
        int rc = open_exact(buf_view(&file), &a, &f, &e);
        if (rc != b->code || e.at != ERR_AT_BYTE || e.pos != mark || !strstr(e.msg, b->says))
            fail_msg("%s: %s at byte %llu: %s (expected %s at byte %llu: %s)", b->name, err_name(rc),
                     (unsigned long long)e.pos, e.msg, err_name(b->code), (unsigned long long)mark, b->says);
        if (memcmp(&f, &untouched, sizeof f) != 0)
            fail_msg("%s: the output was touched", b->name);
        EQ(open_exact(buf_view(&file), &a, &f, NULL), b->code);
        arena_fini(&a);
        buf_fini(&file);
    }
}

TEST(st_that_lies_is_refused_at_the_byte)
{
    refuse_all(bad_dirs, sizeof bad_dirs / sizeof *bad_dirs);
    refuse_all(bad_extents, sizeof bad_extents / sizeof *bad_extents);
}

TEST(st_bytes_behind_the_tensors_are_refused)
{
    static const struct { const char *dir; size_t n_data, covered; } files[] = {
        { "{}", 1, 0 }, { "{\"a\":" T("U8", "1", "0", "1") "}", 3, 1 },
        { "{\"__metadata__\":{}}", 100, 0 }, { "{\"a\":" T("U8", "0", "0", "0") "}", 1, 0 },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct buf file;
        struct arena a;
        struct st_file f;
        struct err e = { 0 };
        st_make(&file, files[i].dir, files[i].n_data, NULL);
        arena_init(&a, 1 << 20);
        EQ(open_exact(buf_view(&file), &a, &f, &e), ERR_FORMAT);
        EQ(e.pos, 8 + strlen(files[i].dir) + files[i].covered);
        YES(strstr(e.msg, "belong to no tensor") != NULL);
        arena_fini(&a);
        buf_fini(&file);
    }
}

TEST(st_header_that_lies_is_refused)
{
    static const struct { uint64_t n; size_t file; int code; } heads[] = {
        { 0, 0, ERR_FORMAT }, { 0, 7, ERR_FORMAT }, { 0, 8, ERR_FORMAT }, { 1, 8, ERR_FORMAT },
        { 57, 64, ERR_FORMAT }, { ST_MAX_DIR_BYTES, 64, ERR_FORMAT }, { ST_MAX_DIR_BYTES + 1, 64, ERR_LIMIT },
        { UINT64_MAX, 64, ERR_LIMIT }, { UINT64_MAX - 7, 64, ERR_LIMIT }, { 1ull << 63, 64, ERR_LIMIT },
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        uint8_t bytes[64] = { 0 };
        for (unsigned k = 0; k < 8; k++)
            bytes[k] = (uint8_t)(heads[i].n >> 8 * k);
        bytes[8] = '{';
        struct arena a;
        struct st_file f;
        struct err e = { 0 };
        arena_init(&a, 1 << 20);
        EQ(open_exact(span_of(bytes, heads[i].file), &a, &f, &e), heads[i].code);
        EQ(e.pos, heads[i].file == 8 && heads[i].n == 0 ? 8 : 0);
        arena_fini(&a);
    }
}

TEST(st_good_file_is_read)
{
    struct buf file;
    struct arena a;
    struct st_file f;
    st_make(&file, GOOD, 18, NULL);
    arena_init(&a, 1 << 20);
    EQ(st_open(buf_view(&file), &a, &f, NULL), 0);
    const char *broken = st_holds(&f);
    if (broken)
        fail_msg("%s", broken);
    EQ(f.n_tensors, 4);
    STR((const char *)f.tensors[0].name.p, "a");            /* in the order of their bytes */
    STR((const char *)f.tensors[1].name.p, "none");
    STR((const char *)f.tensors[2].name.p, "b");
    const struct st_tensor *t = st_get(&f, "b");
    YES(t == &f.tensors[2]);
    EQ(t->dtype, ST_BF16);
    EQ(t->n_dims, 2);
    EQ(t->dims[1], 3);
    EQ(t->n_elements, 6);
    EQ(t->size_bytes, 12);
    EQ(t->data.p[0], 4 * 7 + 1);
    EQ(st_get(&f, "none")->size_bytes, 0);
    EQ(st_get(&f, "f4")->size_bytes, 2);
    YES(st_get(&f, "") == NULL && st_get(&f, "__metadata__") == NULL && st_meta(&f, "x") == NULL);
    const struct st_text *m = st_meta(&f, "license");
    STR((const char *)m->text.p, "mit");
    assert_memory_equal(file.p + m->byte_from, "\"mit\"", 5);
    EQ(m->byte_to - m->byte_from, 5);
    STR(st_dtype_name(ST_F8_E4M3FNUZ), "F8_E4M3FNUZ");
    EQ(st_dtype_bits(ST_C64), 64);
    arena_fini(&a);
    buf_fini(&file);
}

TEST(st_smallest_file_is_read)
{
    struct arena a;
    struct st_file f;
    arena_init(&a, 1 << 20);
    EQ(open_exact(span_of("\2\0\0\0\0\0\0\0{}", 10), &a, &f, NULL), 0);
    YES(f.n_tensors == 0 && f.n_meta == 0 && st_get(&f, "a") == NULL);
    arena_fini(&a);
}

TEST(st_every_prefix_is_refused)
{
    struct buf file;
    st_make(&file, GOOD, 18, NULL);
    for (size_t n = 0; n < file.n; n++) {
        struct arena a;
        struct st_file f;
        struct err e = { 0 };
        arena_init(&a, 1 << 20);
        EQ(open_exact(span_of(file.p, n), &a, &f, &e), ERR_FORMAT);
        YES(e.pos <= n);
        arena_fini(&a);
    }
    buf_fini(&file);
}

TEST(st_survives_every_failing_allocation)
{
    struct buf file;
    st_make(&file, GOOD, 18, NULL);
    bool opened = false;
    for (size_t max = 0; max < 16384; max += 16) {
        struct arena a;
        struct st_file f;
        arena_init(&a, max);
        int rc = st_open(buf_view(&file), &a, &f, NULL);
        YES(rc == (opened ? 0 : ERR_MEMORY) || (opened = rc == 0));
        arena_fini(&a);
    }
    YES(opened);
    struct arena a;
    struct st_file f;
    arena_init(&a, 1 << 20);
    fault_alloc_at(1);
    EQ(st_open(buf_view(&file), &a, &f, NULL), ERR_MEMORY);
    fault_alloc_at(0);
    arena_fini(&a);
    buf_fini(&file);
}

/* ---- random files */

static uint64_t state;

static uint64_t below(uint64_t n)               /* xorshift64* */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545F4914F6CDD1D >> 11) % n;
}

/* A valid file of up to 10 tensors, listed in another order than their bytes lie. */
static void write_random(struct buf *file, unsigned *n_tensors)
{
    char entry[10][300];
    unsigned n = (unsigned)below(11), order[10];
    uint64_t at = 0;
    struct buf dir;
    buf_init(&dir, 1 << 20);
    for (unsigned i = 0; i < n; i++) {
        enum st_dtype dtype = (enum st_dtype)below(ST_DTYPE_COUNT);
        uint64_t d[3] = { 8 * below(3), 1 + below(4), below(5) }, k = below(4), elements = k ? 1 : 0;
        char shape[80] = "";
        for (unsigned j = 0; j < k; j++) {
            elements *= d[j];
            snprintf(shape + strlen(shape), 20, "%s%llu", j ? ", " : "", (unsigned long long)d[j]);
        }
        if (!k && st_dtype_bits(dtype) >= 8)
            elements = 1;                       /* a scalar */
        else if (!k)
            snprintf(shape, sizeof shape, "0");
        uint64_t size = elements * st_dtype_bits(dtype) / 8;
        snprintf(entry[i], sizeof entry[i], "\"t%u.\\u00e9\": {\"shape\":[%s], \"data_offsets\":[%llu,%llu],"
                 "\"dtype\":\"%s\"}", i, shape, (unsigned long long)at, (unsigned long long)(at + size),
                 st_dtype_name(dtype));
        at += size;
        unsigned j = (unsigned)below(i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    buf_str(&dir, below(2) ? "{" : "{\"__metadata__\":{\"a\":\"b\"},");
    if (n == 0)
        buf_reset(&dir), buf_str(&dir, "{");
    for (unsigned i = 0; i < n; i++)
        buf_fmt(&dir, "%s%s", i ? "," : "", entry[order[i]]);
    buf_str(&dir, "}");
    st_make(file, buf_text(&dir), (size_t)at, NULL);
    buf_fini(&dir);
    *n_tensors = n;
}

TEST(st_random_files_read_back)
{
    state = 20240607;
    for (unsigned i = 0; i < N_FILES; i++) {
        struct buf file;
        struct arena a;
        struct st_file f;
        struct err e = { 0 };
        unsigned n;
        write_random(&file, &n);
        arena_init(&a, 1 << 20);
        if (st_open(buf_view(&file), &a, &f, &e))
            fail_msg("file %u: byte %llu: %s", i, (unsigned long long)e.pos, e.msg);
        EQ(f.n_tensors, n);
        const char *broken = st_holds(&f);
        if (broken)
            fail_msg("file %u: %s", i, broken);
        arena_fini(&a);
        buf_fini(&file);
    }
}

static void spoil(uint8_t *p, size_t n)
{
    static const char *const bits[] = { "0", "9", "-", "\"", "{", "}", "[", "]", ",", ":", "\\", " ", "\xff",
        "99999999999999999999", "null", "4294967296", "F32", "U8", "\"a\"", "1e9" };
    for (unsigned k = 1 + (unsigned)below(3); k; k--) {
        size_t at = below(n);
        if (below(2)) {
            p[at] = (uint8_t)(p[at] ^ 1u << below(8));
            continue;
        }
        const char *s = bits[below(sizeof bits / sizeof *bits)];
        size_t len = strlen(s);
        memcpy(p + at, s, len < n - at ? len : n - at);
    }
}

TEST(st_spoiled_files_are_refused_or_hold)
{
    state = 1;
    unsigned accepted = 0;
    for (unsigned i = 0; i < N_MUTATIONS;) {
        struct buf file;
        unsigned n;
        write_random(&file, &n);
        uint8_t *copy = malloc(file.n);
        assert_non_null(copy);
        for (unsigned k = 0; k < 200; k++, i++) {
            struct arena a;
            struct st_file f;
            struct err e = { 0 };
            arena_init(&a, 1 << 20);
            memcpy(copy, file.p, file.n);
            spoil(copy, file.n);
            int rc = st_open(span_of(copy, file.n), &a, &f, &e);
            YES(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
            YES(rc == 0 || (e.pos <= file.n && e.msg[0]));
            const char *broken = rc ? NULL : st_holds(&f);
            if (broken)
                fail_msg("spoiled file %u: %s", i, broken);
            accepted += rc == 0;
            arena_fini(&a);
        }
        free(copy);
        buf_fini(&file);
    }
    YES(accepted > N_MUTATIONS / 100);
    print_message("# %u of %u spoiled files were still valid\n", accepted, N_MUTATIONS);
}

/* ---- real files */

static void check_real(const char *path)
{
    struct fs_map map;
    struct arena a;
    struct st_file f;
    struct err e = { 0 };
    arena_init(&a, 64 << 20);
    EQ(fs_map(path, &map, &e), 0);
    if (st_open(map.bytes, &a, &f, &e))
        fail_msg("%s: byte %llu: %s", path, (unsigned long long)e.pos, e.msg);
    const char *broken = st_holds(&f);
    if (broken)
        fail_msg("%s: %s", path, broken);
    YES(f.n_tensors > 10);
    arena_fini(&a);
    fs_unmap(&map);
}

TEST(st_real_models_open)
{
    static const char *const patterns[] = { "*/*.safetensors", "*/*/*.safetensors", "*/*/*/*.safetensors" };
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        char path[4096];
        glob_t found;
        snprintf(path, sizeof path, "%s/%s", dir_of("ASSAY_MODELS"), patterns[i]);
        if (glob(path, 0, NULL, &found) != 0)
            continue;
        for (size_t k = 0; k < found.gl_pathc; k++, n++)
            check_real(found.gl_pathv[k]);
        globfree(&found);
    }
    if (!n)
        SKIP("no models below %s", dir_of("ASSAY_MODELS"));
}

int main(void)
{
    return RUN(CASE(st_that_lies_is_refused_at_the_byte), CASE(st_header_that_lies_is_refused),
               CASE(st_bytes_behind_the_tensors_are_refused),
               CASE(st_good_file_is_read), CASE(st_smallest_file_is_read), CASE(st_every_prefix_is_refused),
               CASE(st_survives_every_failing_allocation), CASE(st_random_files_read_back),
               CASE(st_spoiled_files_are_refused_or_hold), CASE(st_real_models_open));
}
