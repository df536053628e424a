// SPDX-License-Identifier: Apache-2.0
/* Files that lie, each with the code and the byte that the reader must name. */
#include "tests/support/check.h"
#include "tests/support/gguf_make.h"

struct bad { const char *name; void (*make)(struct maker *m); int code; const char *says; };

static const uint64_t D32[] = { 32 }, D44[] = { 4, 4 };

static void one_key(struct maker *m) { make_head(m, 3, 0, 1); }
static void one_tensor(struct maker *m) { make_head(m, 3, 1, 0); }
static void fill(struct maker *m) { make_data(m, 32, 4096); }

/* A tensor whose field at `field` is to be at fault: 0 name, 1 n_dims, 2 type, 3 offset. */
static void tensor_at_fault(struct maker *m, unsigned field, uint32_t type, uint32_t n_dims,
                            const uint64_t *dims, uint64_t offset)
{
    const size_t at[] = { 0, 8 + 1, 8 + 1 + 4 + 8u * n_dims, 8 + 1 + 4 + 8u * n_dims + 4 };
    MARK(m);
    m->mark += at[field];
    make_tensor(m, "w", type, n_dims, dims, offset);
}

/* ---- the head */
static void empty(struct maker *m) { m->mark = 0; }
static void short_magic(struct maker *m) { buf_str(&m->b, "GGU"); }
static void wrong_magic(struct maker *m) { buf_str(&m->b, "GGUX"); make_data(m, 32, 64); }
static void old_ggjt(struct maker *m) { buf_str(&m->b, "tjgg"); make_data(m, 32, 64); }
static void no_version(struct maker *m) { buf_str(&m->b, "GGUF"); MARK(m); buf_str(&m->b, "\3"); }
static void version_0(struct maker *m) { make_head(m, 0, 0, 0); m->mark = 4; }
static void version_1(struct maker *m) { make_head(m, 1, 0, 0); m->mark = 4; }
static void version_4(struct maker *m) { make_head(m, 4, 0, 0); m->mark = 4; }
static void big_endian(struct maker *m) { make_head(m, 0x03000000, 0, 0); m->mark = 4; }
static void no_counts(struct maker *m) { buf_str(&m->b, "GGUF"); make_u32(m, 3); MARK(m); make_u32(m, 0); }
static void half_counts(struct maker *m)
{
    buf_str(&m->b, "GGUF");
    make_u32(m, 3);
    make_u64(m, 0);
    MARK(m);
}
static void tensors_minus_one(struct maker *m) { make_head(m, 3, UINT64_MAX, 0); fill(m); m->mark = 8; }
static void tensors_wrap(struct maker *m) { make_head(m, 3, UINT64_MAX / 25 + 1, 0); fill(m); m->mark = 8; }
static void tensors_too_many(struct maker *m) { make_head(m, 3, 200, 0); fill(m); m->mark = 8; }
static void keys_minus_one(struct maker *m) { make_head(m, 3, 0, UINT64_MAX); fill(m); m->mark = 16; }
static void keys_one_too_many(struct maker *m)
{
    make_head(m, 3, 0, 2);
    buf_str(&m->b, "12345678901234567890123456");      /* room for one and most of another */
    m->mark = 16;
}
static void keys_over_limit(struct maker *m)
{
    make_head(m, 3, 0, GGUF_MAX_KEYS + 1);
    for (unsigned i = 0; i < (GGUF_MAX_KEYS + 1) * 14 / 16 + 1; i++)
        buf_add(&m->b, "0123456789abcdef", 16);
    m->mark = 16;
}

/* ---- keys */
static void key_empty(struct maker *m) { one_key(m); MARK(m); make_str(m, "", "value"); }
static void key_65536(struct maker *m)
{
    static char key[65537];
    memset(key, 'k', 65536);
    one_key(m);
    MARK(m);
    make_str(m, key, "value");
}
static void key_past_end(struct maker *m) { one_key(m); make_u64(m, 40000); MARK(m); fill(m); }
static void key_2_to_63(struct maker *m) { one_key(m); MARK(m); make_u64(m, 1ull << 63); fill(m); }
static void key_not_utf8(struct maker *m)
{
    one_key(m);
    MARK(m);
    m->mark += 8 + 2;
    make_str(m, "ab\xff" "c", "value");
}
static void key_overlong_utf8(struct maker *m)
{
    one_key(m);
    MARK(m);
    m->mark += 8;
    make_str(m, "\xc0\xaf", "value");
}
static void key_with_zero(struct maker *m)
{
    one_key(m);
    MARK(m);
    make_bytes(m, "a\0b", 3);
    make_u32(m, GGUF_U8);
    fill(m);
}
static void key_twice(struct maker *m)
{
    make_head(m, 3, 0, 3);
    make_str(m, "general.license", "mit");
    make_str(m, "x", "y");
    MARK(m);
    m->mark += 8;
    make_str(m, "general.license", "gpl-3.0");
}
static void missing_second_key(struct maker *m)
{
    make_head(m, 3, 0, 2);
    make_str(m, "a", "a value that is long enough for two");
    MARK(m);
}

/* ---- values */
static void type_13(struct maker *m) { one_key(m); make_text(m, "k"); MARK(m); make_u32(m, 13); fill(m); }
static void type_minus_one(struct maker *m)
{
    one_key(m);
    make_text(m, "k");
    MARK(m);
    make_u32(m, UINT32_MAX);
    fill(m);
}
static void type_cut(struct maker *m) { one_key(m); make_text(m, "key-1"); MARK(m); buf_str(&m->b, "\4"); }
static void u64_cut(struct maker *m) { one_key(m); make_key(m, "k", GGUF_U64); MARK(m); make_u32(m, 1); }
static void bool_2(struct maker *m) { one_key(m); make_key(m, "k", GGUF_BOOL); MARK(m); buf_str(&m->b, "\2"); }
static void string_past_end(struct maker *m)
{
    one_key(m);
    make_key(m, "k", GGUF_STR);
    MARK(m);
    make_u64(m, 5);
    buf_str(&m->b, "1234");
}
static void string_wraps(struct maker *m)
{
    one_key(m);
    make_key(m, "k", GGUF_STR);
    MARK(m);
    make_u64(m, UINT64_MAX - 7);                /* at + 8 + n would be at */
    fill(m);
}
static void array_of_13(struct maker *m)
{
    one_key(m);
    make_key(m, "k", GGUF_ARRAY);
    MARK(m);
    make_u32(m, 13);
    make_u64(m, 0);
}
static void array_head_cut(struct maker *m)
{
    one_key(m);
    make_key(m, "k", GGUF_ARRAY);
    make_u32(m, GGUF_U8);
    MARK(m);
    make_u32(m, 0);
}
static void claims_items(struct maker *m, enum gguf_type type, uint64_t n)
{
    one_key(m);
    make_array(m, "k", type, n);
    m->mark = m->b.n - 8;
    fill(m);
}
static void array_u8_past_end(struct maker *m) { claims_items(m, GGUF_U8, 5000); }
static void array_u64_wraps(struct maker *m) { claims_items(m, GGUF_U64, 1ull << 61); }
static void array_str_2_to_60(struct maker *m) { claims_items(m, GGUF_STR, 1ull << 60); }
static void array_array_wraps(struct maker *m) { claims_items(m, GGUF_ARRAY, UINT64_MAX / 12 + 2); }
static void array_bool_3(struct maker *m)
{
    one_key(m);
    make_array(m, "k", GGUF_BOOL, 3);
    MARK(m);
    m->mark += 2;
    buf_add(&m->b, "\0\1\3", 3);
}
static void array_str_cut(struct maker *m)
{
    one_key(m);
    make_array(m, "tokenizer.ggml.tokens", GGUF_STR, 3);
    make_text(m, "one");
    make_text(m, "two");
    MARK(m);
    make_u64(m, 6);
    buf_str(&m->b, "three");
}
static void array_str_length_cut(struct maker *m)
{
    one_key(m);
    make_array(m, "k", GGUF_STR, 2);
    make_text(m, "nine bytes and more");
    MARK(m);
    make_u32(m, 0);
}
static void arrays_nested(struct maker *m, unsigned depth)
{
    one_key(m);
    make_array(m, "k", GGUF_ARRAY, 1);
    for (unsigned i = 2; i < depth; i++) {
        make_u32(m, GGUF_ARRAY);
        make_u64(m, 1);
    }
    MARK(m);
    make_u32(m, GGUF_U8);
    make_u64(m, 0);
}
static void arrays_5_deep(struct maker *m) { arrays_nested(m, GGUF_MAX_DEPTH + 1); }
static void arrays_1000_deep(struct maker *m)
{
    arrays_nested(m, 1000);
    m->mark = 24 + 9 + 4 + 12 + (GGUF_MAX_DEPTH - 1) * 12;
}
static void inner_array_past_end(struct maker *m)
{
    one_key(m);
    make_array(m, "k", GGUF_ARRAY, 1);
    make_u32(m, GGUF_F64);
    MARK(m);
    make_u64(m, 3);
    make_data(m, 8, 16);
}

/* ---- alignment */
static void alignment(struct maker *m, uint32_t n)
{
    one_key(m);
    make_key(m, "general.alignment", GGUF_U32);
    MARK(m);
    make_u32(m, n);
    fill(m);
}
static void alignment_0(struct maker *m) { alignment(m, 0); }
static void alignment_4(struct maker *m) { alignment(m, 4); }
static void alignment_24(struct maker *m) { alignment(m, 24); }
static void alignment_2m(struct maker *m) { alignment(m, 2u << 20); }
static void alignment_2_to_31(struct maker *m) { alignment(m, 1u << 31); }
static void alignment_u64(struct maker *m)
{
    one_key(m);
    make_key(m, "general.alignment", GGUF_U64);
    MARK(m);
    make_u64(m, 32);
}
static void alignment_text(struct maker *m)
{
    one_key(m);
    make_key(m, "general.alignment", GGUF_STR);
    MARK(m);
    m->mark += 8;
    make_text(m, "32");
}

/* ---- tensors */
static void name_empty(struct maker *m) { one_tensor(m); MARK(m); make_tensor(m, "", 0, 1, D32, 0); fill(m); }
static void name_65(struct maker *m)
{
    one_tensor(m);
    MARK(m);
    make_tensor(m, "blk.0.attn_q.weight.and.a.name.that.goes.on.and.on.and.on.and.on.", 0, 1, D32, 0);
    fill(m);
}
static void name_not_utf8(struct maker *m)
{
    one_tensor(m);
    MARK(m);
    m->mark += 8;
    make_tensor(m, "\xed\xa0\x80", 0, 1, D32, 0);      /* a surrogate */
    fill(m);
}
static void dims_5(struct maker *m)
{
    one_tensor(m);
    tensor_at_fault(m, 1, 0, 5, (uint64_t[]){ 1, 1, 1, 1, 1 }, 0);
    fill(m);
}
static void dims_minus_one(struct maker *m)
{
    one_tensor(m);
    make_text(m, "w");
    MARK(m);
    make_u32(m, UINT32_MAX);
    fill(m);
}
static void dim_0(struct maker *m)
{
    one_tensor(m);
    tensor_at_fault(m, 1, 0, 2, (uint64_t[]){ 4, 0 }, 0);
    m->mark += 4 + 8;
    fill(m);
}
static void dims_overflow(struct maker *m)
{
    one_tensor(m);
    tensor_at_fault(m, 1, 0, 4, (uint64_t[]){ 1ull << 32, 1ull << 32, 1, 1 }, 0);
    m->mark += 4 + 8;
    fill(m);
}
static void elements_2_to_63(struct maker *m)
{
    one_tensor(m);
    tensor_at_fault(m, 1, GGML_I8, 1, (uint64_t[]){ 1ull << 63 }, 0);
    m->mark += 4;
    fill(m);
}
static void size_overflow(struct maker *m)
{
    one_tensor(m);
    tensor_at_fault(m, 2, GGML_F32, 1, (uint64_t[]){ 1ull << 62 }, 0);
    fill(m);
}
static void type_unknown(struct maker *m) { one_tensor(m); tensor_at_fault(m, 2, 43, 1, D32, 0); fill(m); }
static void type_negative(struct maker *m) { one_tensor(m); tensor_at_fault(m, 2, UINT32_MAX, 1, D32, 0); fill(m); }
static void type_withdrawn(struct maker *m) { one_tensor(m); tensor_at_fault(m, 2, 31, 1, D32, 0); fill(m); }
static void row_of_half_a_block(struct maker *m)
{
    one_tensor(m);
    tensor_at_fault(m, 2, GGML_Q4_0, 2, (uint64_t[]){ 48, 2 }, 0);      /* 96 elements, rows of 48 */
    fill(m);
}
static void scalar_of_q4(struct maker *m) { one_tensor(m); tensor_at_fault(m, 2, GGML_Q4_0, 0, D32, 0); fill(m); }
static void offset_odd(struct maker *m) { one_tensor(m); tensor_at_fault(m, 3, 0, 2, D44, 16); fill(m); }
static void offset_not_64(struct maker *m)
{
    make_head(m, 3, 1, 1);
    make_int(m, "general.alignment", GGUF_U32, 4, 64);
    tensor_at_fault(m, 3, 0, 2, D44, 32);
    fill(m);
}
static void offset_past_end(struct maker *m) { one_tensor(m); tensor_at_fault(m, 3, 0, 2, D44, 8192); fill(m); }
static void offset_wraps(struct maker *m)
{
    one_tensor(m);
    tensor_at_fault(m, 3, 0, 2, D44, UINT64_MAX - 31);      /* offset + size would be 32 */
    fill(m);
}
static void one_byte_short(struct maker *m)
{
    one_tensor(m);
    tensor_at_fault(m, 3, 0, 2, D44, 64);
    make_data(m, 32, 64 + 63);
}
static void no_data_at_all(struct maker *m) { one_tensor(m); tensor_at_fault(m, 3, GGML_I8, 1, (uint64_t[]){ 1 }, 0); }
static void tensors_overlap(struct maker *m)
{
    make_head(m, 3, 3, 0);
    make_tensor(m, "a", 0, 2, D44, 128);
    make_tensor(m, "b", 0, 2, D44, 0);
    tensor_at_fault(m, 3, 0, 2, D44, 32);
    fill(m);
}
static void tensors_share(struct maker *m)
{
    make_head(m, 3, 2, 0);
    make_tensor(m, "a", 0, 2, D44, 0);
    tensor_at_fault(m, 3, 0, 2, D44, 0);
    fill(m);
}
static void tensor_twice(struct maker *m)
{
    make_head(m, 3, 2, 0);
    make_tensor(m, "w", 0, 2, D44, 0);
    tensor_at_fault(m, 0, 0, 2, D44, 64);
    fill(m);
}
static void entry_cut(struct maker *m)
{
    make_head(m, 3, 1, 0);
    make_text(m, "w");
    make_u32(m, 2);
    make_u64(m, 4);
    MARK(m);
    make_u32(m, 4);
}

#define BAD(name, code, says) { #name, name, code, says }
static const struct bad bads[] = {
    BAD(empty, ERR_FORMAT, "not a GGUF file"),
    BAD(short_magic, ERR_FORMAT, "not a GGUF file"),
    BAD(wrong_magic, ERR_FORMAT, "not a GGUF file"),
    BAD(old_ggjt, ERR_FORMAT, "not a GGUF file"),
    BAD(no_version, ERR_FORMAT, "file ends inside the header"),
    BAD(version_0, ERR_FORMAT, "version 0"),
    BAD(version_1, ERR_FORMAT, "version 1 of GGUF is not read"),
    BAD(version_4, ERR_FORMAT, "version 4"),
    BAD(big_endian, ERR_FORMAT, "big-endian"),
    BAD(no_counts, ERR_FORMAT, "file ends"),
    BAD(half_counts, ERR_FORMAT, "file ends"),
    BAD(tensors_minus_one, ERR_FORMAT, "header claims 18446744073709551615 tensors"),
    BAD(tensors_wrap, ERR_FORMAT, "header claims"),
    BAD(tensors_too_many, ERR_FORMAT, "header claims 200 tensors"),
    BAD(keys_minus_one, ERR_FORMAT, "header claims"),
    BAD(keys_one_too_many, ERR_FORMAT, "header claims 2 keys"),
    BAD(keys_over_limit, ERR_LIMIT, "header has 65537 keys"),
    BAD(key_empty, ERR_FORMAT, "key has an empty name"),
    BAD(key_65536, ERR_FORMAT, "key name has 65536 bytes"),
    BAD(key_past_end, ERR_FORMAT, "file ends inside key"),
    BAD(key_2_to_63, ERR_FORMAT, "key name has 9223372036854775808 bytes"),
    BAD(key_not_utf8, ERR_FORMAT, "not valid UTF-8"),
    BAD(key_overlong_utf8, ERR_FORMAT, "not valid UTF-8"),
    BAD(key_with_zero, ERR_FORMAT, "zero byte"),
    BAD(key_twice, ERR_FORMAT, "key \"general.license\" is there twice"),
    BAD(missing_second_key, ERR_FORMAT, "file ends inside key"),
    BAD(type_13, ERR_FORMAT, "key \"k\" has the unknown value type 13"),
    BAD(type_minus_one, ERR_FORMAT, "unknown value type 4294967295"),
    BAD(type_cut, ERR_FORMAT, "file ends inside key \"key-1\""),
    BAD(u64_cut, ERR_FORMAT, "file ends inside key \"k\""),
    BAD(bool_2, ERR_FORMAT, "neither 0 nor 1"),
    BAD(string_past_end, ERR_FORMAT, "file ends inside key \"k\""),
    BAD(string_wraps, ERR_FORMAT, "file ends inside key \"k\""),
    BAD(array_of_13, ERR_FORMAT, "unknown value type 13"),
    BAD(array_head_cut, ERR_FORMAT, "file ends inside key \"k\""),
    BAD(array_u8_past_end, ERR_FORMAT, "claims 5000 items"),
    BAD(array_u64_wraps, ERR_FORMAT, "claims 2305843009213693952 items"),
    BAD(array_str_2_to_60, ERR_FORMAT, "claims"),
    BAD(array_array_wraps, ERR_FORMAT, "claims"),
    BAD(array_bool_3, ERR_FORMAT, "neither 0 nor 1"),
    BAD(array_str_cut, ERR_FORMAT, "file ends inside key \"tokenizer.ggml.tokens\""),
    BAD(array_str_length_cut, ERR_FORMAT, "file ends inside key \"k\""),
    BAD(arrays_5_deep, ERR_LIMIT, "nests arrays deeper than 4"),
    BAD(arrays_1000_deep, ERR_LIMIT, "nests arrays deeper than 4"),
    BAD(inner_array_past_end, ERR_FORMAT, "claims 3 items"),
    BAD(alignment_0, ERR_FORMAT, "general.alignment is 0"),
    BAD(alignment_4, ERR_FORMAT, "general.alignment is 4"),
    BAD(alignment_24, ERR_FORMAT, "general.alignment is 24"),
    BAD(alignment_2m, ERR_FORMAT, "general.alignment is 2097152"),
    BAD(alignment_2_to_31, ERR_FORMAT, "general.alignment is 2147483648"),
    BAD(alignment_u64, ERR_FORMAT, "general.alignment is of type u64"),
    BAD(alignment_text, ERR_FORMAT, "general.alignment is of type string"),
    BAD(name_empty, ERR_FORMAT, "tensor has an empty name"),
    BAD(name_65, ERR_FORMAT, "tensor name has 65 bytes, at most 64"),
    BAD(name_not_utf8, ERR_FORMAT, "not valid UTF-8"),
    BAD(dims_5, ERR_FORMAT, "has 5 dimensions"),
    BAD(dims_minus_one, ERR_FORMAT, "has 4294967295 dimensions"),
    BAD(dim_0, ERR_FORMAT, "dimension of 0"),
    BAD(dims_overflow, ERR_FORMAT, "more elements"),
    BAD(elements_2_to_63, ERR_FORMAT, "more elements"),
    BAD(size_overflow, ERR_FORMAT, "more bytes"),
    BAD(type_unknown, ERR_FORMAT, "unknown type 43"),
    BAD(type_negative, ERR_FORMAT, "unknown type 4294967295"),
    BAD(type_withdrawn, ERR_FORMAT, "withdrawn type 31"),
    BAD(row_of_half_a_block, ERR_FORMAT, "rows of 48 elements, Q4_0 needs a multiple of 32"),
    BAD(scalar_of_q4, ERR_FORMAT, "rows of 1 elements"),
    BAD(offset_odd, ERR_FORMAT, "offset 16, not a multiple of 32"),
    BAD(offset_not_64, ERR_FORMAT, "offset 32, not a multiple of 64"),
    BAD(offset_past_end, ERR_FORMAT, "tensor \"w\" runs past the end of the file"),
    BAD(offset_wraps, ERR_FORMAT, "runs past the end of the file"),
    BAD(one_byte_short, ERR_FORMAT, "runs past the end of the file"),
    BAD(no_data_at_all, ERR_FORMAT, "runs past the end of the file"),
    BAD(tensors_overlap, ERR_FORMAT, "tensor \"w\" overlaps \"b\""),
    BAD(tensors_share, ERR_FORMAT, "tensor \"w\" overlaps \"a\""),
    BAD(tensor_twice, ERR_FORMAT, "tensor \"w\" is there twice"),
    BAD(entry_cut, ERR_FORMAT, "file ends inside tensor \"w\""),
};

/* The bytes in a heap block of exactly their size, so that a sanitizer sees one byte too far. */
static int open_exact(struct span bytes, struct arena *a, struct gguf *g, struct err *e)
{
    uint8_t *copy = malloc(bytes.n ? bytes.n : 1);
    assert_non_null(copy);
    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    int rc = gguf_open(span_of(copy, bytes.n), a, g, e);
    free(copy);
    return rc;
}

TEST(gguf_that_lies_is_refused_at_the_byte)
{
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        const struct bad *b = &bads[i];
        struct maker m;
        make_init(&m);
        b->make(&m);
        struct arena a;
        arena_init(&a, 64 << 20);
        struct gguf g, untouched;
        memset(&g, 0xA5, sizeof g);
        memcpy(&untouched, &g, sizeof g);
        struct err e = { 0 };
        int rc = open_exact(buf_view(&m.b), &a, &g, &e);
        if (rc != b->code || e.code != rc || e.at != ERR_AT_BYTE || e.pos != m.mark || !strstr(e.msg, b->says))
            fail_msg("%s: %s at byte %llu: %s (expected %s at byte %llu: %s)", b->name, err_name(rc),
                     (unsigned long long)e.pos, e.msg, err_name(b->code), (unsigned long long)m.mark, b->says);
        if (memcmp(&g, &untouched, sizeof g) != 0)
            fail_msg("%s: the output was touched", b->name);
        EQ(open_exact(buf_view(&m.b), &a, &g, NULL), b->code);      /* err is optional */
        arena_fini(&a);
        buf_fini(&m.b);
    }
}

TEST(gguf_header_above_the_limit_is_refused)
{
    struct maker m;
    make_init(&m);
    make_head(&m, 3, 0, 1);
    make_array(&m, "k", GGUF_U8, GGUF_MAX_HEADER_BYTES);
    size_t n = m.b.n + GGUF_MAX_HEADER_BYTES;
    uint8_t *file = calloc(n, 1);               /* never touched beyond the head */
    if (!file)
        SKIP("no %zu bytes of memory", n);
    memcpy(file, m.b.p, m.b.n);
    struct arena a;
    arena_init(&a, 1 << 20);
    struct gguf g;
    struct err e;
    EQ(gguf_open(span_of(file, n), &a, &g, &e), ERR_LIMIT);
    EQ(e.pos, m.b.n - 8);
    memcpy(file + m.b.n - 12, "\x08\0\0\0\1\0\0\0\0\0\0\0\xf0\xff\xff\x0f\0\0\0", 20);      /* one string */
    EQ(gguf_open(span_of(file, n), &a, &g, &e), ERR_LIMIT);
    EQ(e.pos, m.b.n);
    free(file);
    arena_fini(&a);
    buf_fini(&m.b);
}

TEST(gguf_arrays_four_deep_are_read)
{
    struct maker m;
    make_init(&m);
    arrays_nested(&m, GGUF_MAX_DEPTH);
    struct arena a;
    arena_init(&a, 1 << 20);
    struct gguf g;
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
    EQ(g.kv[0].value.n, (GGUF_MAX_DEPTH - 1) * 12);
    arena_fini(&a);
    buf_fini(&m.b);
}

/* A count of keys that the bytes could hold must not make the tables large: eight times, and a block. */
TEST(gguf_tables_stay_in_proportion)
{
    struct maker m;
    make_init(&m);
    make_head(&m, 3, 0, 60000);
    for (unsigned i = 0; i < 60000; i++) {
        char key[8];
        snprintf(key, sizeof key, "%x", i);
        make_int(&m, key, GGUF_BOOL, 1, 1);
    }
    struct arena a;
    arena_init(&a, 8 * m.b.n + 65536);
    struct gguf g;
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
    EQ(g.n_kv, 60000);
    arena_fini(&a);
    buf_fini(&m.b);
}

int main(void)
{
    return RUN(CASE(gguf_that_lies_is_refused_at_the_byte), CASE(gguf_header_above_the_limit_is_refused),
               CASE(gguf_arrays_four_deep_are_read), CASE(gguf_tables_stay_in_proportion));
}
