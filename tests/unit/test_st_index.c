// SPDX-License-Identifier: Apache-2.0
/* The index of a model in several files: read, and held against its shards. */
#include "tests/support/check.h"
#include "format/st_index.h"
#include "tests/support/faults.h"
#include "tests/support/st_make.h"

struct bad { const char *name, *text; int code; const char *says; };

#define MAP(file) "{\"weight_map\":{\"a\":^\"" file "\"}}"

static const struct bad bads[] = {
    { "empty", "^", ERR_FORMAT, "" },
    { "cut", "{\"weight_map\":{^", ERR_FORMAT, "ends" },
    { "a list", "^[]", ERR_FORMAT, "index is not a map" },
    { "no map", "^{\"metadata\":{}}", ERR_FORMAT, "index has no weight_map" },
    { "map is a list", "{\"weight_map\":^[]}", ERR_FORMAT, "weight_map is not a map" },
    { "name is a number", "{\"weight_map\":{\"a\":^1}}", ERR_FORMAT, "\"a\" is not a text" },
    { "name is null", "{\"weight_map\":{\"a\":^null}}", ERR_FORMAT, "\"a\" is not a text" },
    { "same tensor twice", "{\"weight_map\":{\"a\":\"x.safetensors\",^\"a\":\"y.safetensors\"}}", ERR_FORMAT, "a" },
    { "empty name", MAP(""), ERR_UNSAFE, "shard name has 0 bytes" },
    { "absolute", MAP("/etc/x.safetensors"), ERR_UNSAFE, "not a plain file name" },
    { "parent", MAP("../x.safetensors"), ERR_UNSAFE, "not a plain file name" },
    { "subfolder", MAP("sub/x.safetensors"), ERR_UNSAFE, "not a plain file name" },
    { "hidden parent", MAP("x/../../y.safetensors"), ERR_UNSAFE, "not a plain file name" },
    { "slash by escape", MAP("..\\u002fx.safetensors"), ERR_UNSAFE, "not a plain file name" },
    { "backslash", MAP("..\\\\x.safetensors"), ERR_UNSAFE, "not a plain file name" },
    { "zero byte", MAP("x\\u0000.safetensors"), ERR_UNSAFE, "not a plain file name" },
    { "newline", MAP("x\\n.safetensors"), ERR_UNSAFE, "not a plain file name" },
    { "dots", MAP(".."), ERR_UNSAFE, "starts with a dot" },
    { "dot file", MAP(".safetensors"), ERR_UNSAFE, "starts with a dot" },
    { "a pickle", MAP("pytorch_model.bin"), ERR_UNSAFE, "not a safetensors file" },
    { "a pickle behind a zero byte", MAP("x.bin\\u0000.safetensors"), ERR_UNSAFE, "not a plain file name" },
};

/* The text without its mark. */
static struct span unmark(const char *text, char *out, uint64_t *mark)
{
    size_t n = strlen(text);
    const char *caret = strchr(text, '^');
    size_t at = caret ? (size_t)(caret - text) : n;
    memcpy(out, text, at);
    if (caret)
        memcpy(out + at, caret + 1, n - at - 1);
    *mark = at;
    return span_of(out, n - (caret != NULL));
}

TEST(st_index_that_lies_is_refused_at_the_byte)
{
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        char text[512];
        uint64_t mark;
        struct span in = unmark(bads[i].text, text, &mark);
        struct arena a;
        struct st_index x, untouched;
        struct err e = { 0 };
        arena_init(&a, 1 << 20);
        memset(&x, 0xA5, sizeof x);
        memcpy(&untouched, &x, sizeof x);
        int rc = st_index_open(in, &a, &x, &e);
        if (rc != bads[i].code || e.pos != mark || !strstr(e.msg, bads[i].says))
            fail_msg("%s: %s at byte %llu: %s", bads[i].name, err_name(rc), (unsigned long long)e.pos, e.msg);
        EQ(memcmp(&x, &untouched, sizeof x), 0);
        arena_fini(&a);
    }
}

TEST(st_index_names_of_256_bytes_are_refused)
{
    char text[512], name[256 - 12 + 1] = "";
    memset(name, 'x', sizeof name - 1);
    snprintf(text, sizeof text, "{\"weight_map\":{\"a\":\"%s.safetensors\"}}", name);
    struct arena a;
    struct st_index x;
    arena_init(&a, 1 << 20);
    EQ(st_index_open(span_str(text), &a, &x, NULL), ERR_UNSAFE);
    memmove(text + 30, text + 31, strlen(text + 30));
    EQ(st_index_open(span_str(text), &a, &x, NULL), 0);
    EQ(x.files[0].n, 255);
    arena_fini(&a);
}

TEST(st_index_total_size_is_reported_not_believed)
{
    static const struct { const char *text; bool has; uint64_t size; } totals[] = {
        { "12", true, 12 }, { "0", true, 0 }, { "13476835328.0", true, 13476835328 }, { "1e3", true, 1000 },
        { "-1", false, 0 }, { "1.5", false, 0 }, { "1e300", false, 0 }, { "\"12\"", false, 0 }, { "null", false, 0 },
        { "-1e300", false, 0 }, { "9223372036854775808.0", false, 0 },
    };
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        char text[128];
        struct arena a;
        struct st_index x;
        arena_init(&a, 1 << 20);
        snprintf(text, sizeof text, "{\"metadata\":{\"total_size\":%s},\"weight_map\":{}}", totals[i].text);
        EQ(st_index_open(span_str(text), &a, &x, NULL), 0);
        EQ(x.has_total_size, totals[i].has);
        EQ(x.total_size, totals[i].size);
        EQ(x.n_entries, 0);
        arena_fini(&a);
    }
}

#define U8(from, to) "{\"dtype\":\"U8\",\"shape\":[" #to "],\"data_offsets\":[" #from "," #to "]}"
static const char INDEX[] = "{\"metadata\":{\"total_size\":7},\"weight_map\":{\"c\":\"2.safetensors\","
    "\"a\":\"1.safetensors\",\"b\":\"1.safetensors\"}}";
static const char SHARD1[] = "{\"a\":" U8(0, 1) ",\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}";
static const char SHARD2[] = "{\"c\":" U8(0, 4) "}";

/* Check INDEX, or another, against two shards made of their directories. */
static int check(const char *index, const char *one, size_t n1, const char *two, size_t n2, uint64_t *sum,
                 struct err *e)
{
    struct buf b1, b2;
    struct arena a;
    struct st_file f1, f2;
    struct st_index x;
    arena_init(&a, 1 << 20);
    st_make(&b1, one, n1, NULL);
    st_make(&b2, two, n2, NULL);
    EQ(st_open(buf_view(&b1), &a, &f1, NULL), 0);
    EQ(st_open(buf_view(&b2), &a, &f2, NULL), 0);
    EQ(st_index_open(span_str(index), &a, &x, NULL), 0);
    struct st_shard shards[] = { { span_str("2.safetensors"), &f2 }, { span_str("1.safetensors"), &f1 } };
    int rc = st_index_check(&x, shards, 2, sum, e);
    arena_fini(&a);
    buf_fini(&b1);
    buf_fini(&b2);
    return rc;
}

TEST(st_index_is_held_against_its_shards)
{
    uint64_t sum = 99;
    struct err e = { 0 };
    EQ(check(INDEX, SHARD1, 3, SHARD2, 4, &sum, &e), 0);
    EQ(sum, 7);
    sum = 99;
    EQ(check(INDEX, SHARD1, 3, "{}", 0, &sum, &e), ERR_FORMAT);             /* c is missing */
    STR(e.msg, "tensor \"c\" is not in \"2.safetensors\"");
    EQ(e.pos, (uint64_t)(strstr(INDEX, "\"2.") - INDEX));
    EQ(check(INDEX, SHARD2, 4, SHARD2, 4, &sum, &e), ERR_FORMAT);           /* c is also in 1 */
    STR(e.msg, "tensor \"c\" is in \"1.safetensors\", not where the index says");
    EQ(check(INDEX, "{\"x\":" U8(0, 1) "}", 1, SHARD2, 4, &sum, &e), ERR_FORMAT);
    STR(e.msg, "tensor \"x\" of \"1.safetensors\" is not in the index");
    EQ(check("{\"weight_map\":{\"c\":\"3.safetensors\"}}", SHARD1, 3, SHARD2, 4, &sum, &e), ERR_NOT_FOUND);
    STR(e.msg, "shard \"3.safetensors\" is missing");
    EQ(sum, 99);
}

TEST(st_index_entries_are_found)
{
    struct arena a;
    struct st_index x;
    arena_init(&a, 1 << 20);
    EQ(st_index_open(span_str(INDEX), &a, &x, NULL), 0);
    EQ(x.n_entries, 3);
    EQ(x.n_files, 2);
    STR((const char *)x.files[0].p, "1.safetensors");
    STR((const char *)x.files[1].p, "2.safetensors");
    YES(x.has_total_size && x.total_size == 7);
    const struct st_entry *t = st_index_get(&x, span_str("c"));
    EQ(t->file, 1);
    assert_memory_equal(INDEX + t->byte_from, "\"2.safetensors\"", t->byte_to - t->byte_from);
    EQ(st_index_get(&x, span_str("b"))->file, 0);
    YES(st_index_get(&x, span_str("d")) == NULL);
    arena_fini(&a);
}

TEST(st_index_survives_every_failing_allocation)
{
    bool opened = false;
    for (size_t max = 0; max < 8192; max += 16) {
        struct arena a;
        struct st_index x;
        arena_init(&a, max);
        int rc = st_index_open(span_str(INDEX), &a, &x, NULL);
        YES(rc == (opened ? 0 : ERR_MEMORY) || (opened = rc == 0));
        arena_fini(&a);
    }
    YES(opened);
    struct arena a;
    struct st_index x;
    arena_init(&a, 1 << 20);
    fault_alloc_at(1);
    EQ(st_index_open(span_str(INDEX), &a, &x, NULL), ERR_MEMORY);
    fault_alloc_at(0);
    arena_fini(&a);
}

int main(void)
{
    return RUN(CASE(st_index_that_lies_is_refused_at_the_byte), CASE(st_index_names_of_256_bytes_are_refused),
               CASE(st_index_total_size_is_reported_not_believed), CASE(st_index_is_held_against_its_shards),
               CASE(st_index_entries_are_found), CASE(st_index_survives_every_failing_allocation));
}
