// SPDX-License-Identifier: Apache-2.0
/* Models of TensorFlow Lite. Files of TensorFlow itself (tests/golden/make_tflite.py), and FlatBuffers by hand. */
#include "format/flatbuffers.h"
#include "tests/support/judged_file.h"

static struct span golden(const char *name, struct arena *a)
{
    char path[96];
    (void)snprintf(path, sizeof path, "tests/golden/tflite/%s.tflite", name);
    struct span in = judged_file("ASSAY_SOURCE", path, a);
    YES(in.n > 500);
    return in;
}

TEST(files_of_tensorflow_lite_are_judged)
{
    static const struct { const char *name, *want; } files[] = {
        { "plain", "CLEAN" }, { "offsets", "CLEAN" }, { "files", "CLEAN" }, { "flex", "CLEAN" },
        { "files_pickle", "UNSAFE pickle-global pickle-call" }, { "custom", "REVIEW tflite-custom-operator" },
        { "flex_file", "UNSAFE tensorflow-operator tensorflow-operator" },
    };
    struct arena a;
    arena_init(&a, 8 << 20);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        STR(judged(golden(files[i].name, &a), "m.tflite"), files[i].want);
        STR(judged(golden(files[i].name, &a), "m.bin"), files[i].want);
    }
    STR(judged(span_str("only a note\n"), "m.tflite"), "INCOMPLETE graph-malformed");
    STR(judged(SPAN_NONE, "m.tflite"), "INCOMPLETE graph-malformed");
    arena_fini(&a);
}

TEST(bent_and_cut_models_end_the_walk)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    struct span in = golden("flex_file", &a), plain = golden("plain", &a);
    bend(in, "m.tflite");
    bend(golden("offsets", &a), "m.tflite");
    sweep(in, "m.tflite");
    sweep(golden("files_pickle", &a), "m.tflite");
    for (size_t cut = 0; cut < plain.n - 16; cut++)
        YES(strcmp(judged(span_sub(plain, 0, cut), "m.tflite"), "CLEAN") != 0);
    arena_fini(&a);
}

/* The name of the code says "Add", the options say what is run. */
TEST(options_of_flex_are_read)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    struct span in = golden("flex_file", &a);
    uint8_t *name = memmem(in.p + 800, in.n - 800, "FlexReadFile", 12);
    YES(name);
    memcpy(name, "FlexIdentity", 12);
    STR(judged(in, "m.tflite"), "UNSAFE tensorflow-operator");
    arena_fini(&a);
}

/* ---- by hand ------------------------------------------------------------------------------ */

struct made { uint8_t p[2048]; uint32_t n; };

static void put_number(struct made *m, uint32_t at, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        m->p[at + i] = (uint8_t)(v >> 8 * i);
}

/* A table with fields of `bytes` each in `n` slots; 0 bytes: absent. */
static uint32_t table(struct made *m, const uint8_t *bytes, unsigned n)
{
    uint32_t vtable = m->n, at = vtable + 4 + 2 * n, off = 4;
    put_number(m, vtable, 4 + 2 * n, 2);
    for (unsigned i = 0; i < n; i++) {
        put_number(m, vtable + 4 + 2 * i, bytes[i] ? off : 0, 2);
        off += bytes[i];
    }
    put_number(m, vtable + 2, off, 2);
    put_number(m, at, at - vtable, 4);
    m->n = at + off;
    return at;
}

static uint32_t slot(const struct made *m, uint32_t table_at, unsigned i)
{
    uint32_t vtable = table_at - le32(m->p + table_at);
    return table_at + le16(m->p + vtable + 4 + 2 * i);
}

static void link(struct made *m, uint32_t from, uint32_t to)
{
    put_number(m, from, to - from, 4);
}

static uint32_t vector(struct made *m, uint32_t n, unsigned item_bytes)
{
    uint32_t at = m->n;
    put_number(m, at, n, 4);
    m->n += 4 + n * item_bytes;
    return at;
}

static uint32_t text(struct made *m, const char *s)
{
    uint32_t at = vector(m, (uint32_t)strlen(s), 1);
    memcpy(m->p + at + 4, s, strlen(s));
    return at;
}

/* A model with one vector of one table in `field`; gives that table. */
static uint32_t model(struct made *m, unsigned field, const uint8_t *bytes, unsigned n)
{
    uint8_t fields[9] = { 0 };
    *m = (struct made){ .n = 8 };
    memcpy(m->p + 4, "TFL3", 4);
    fields[field] = 4;
    uint32_t root = table(m, fields, 9);
    link(m, 0, root);
    link(m, slot(m, root, field), m->n);
    uint32_t v = vector(m, 1, 4), item_at = v + 4;
    uint32_t item = table(m, bytes, n);
    link(m, item_at, item);
    return item;
}

static const char *judged_made(const struct made *m)
{
    return judged(span_of(m->p, m->n), "m");
}

TEST(codes_of_operators)
{
    struct made m;
    uint32_t code = model(&m, 1, (const uint8_t[]){ 1, 4, 0, 4 }, 4);
    link(&m, slot(&m, code, 1), m.n);
    (void)text(&m, "TFLite_Detection_PostProcess");
    put_number(&m, slot(&m, code, 0), 32, 1);
    STR(judged_made(&m), "CLEAN");
    m.p[m.n - 1] ^= 1;
    STR(judged_made(&m), "REVIEW tflite-custom-operator");
    put_number(&m, slot(&m, code, 0), 127, 1);                  /* "see the other field" */
    put_number(&m, slot(&m, code, 3), 209, 4);
    STR(judged_made(&m), "CLEAN");
    put_number(&m, slot(&m, code, 3), 210, 4);
    STR(judged_made(&m), "REVIEW tflite-custom-operator");
    put_number(&m, slot(&m, code, 3), 32, 4);                   /* the larger of both counts */
    put_number(&m, slot(&m, code, 0), 0, 1);
    STR(judged_made(&m), "REVIEW tflite-custom-operator");
}

TEST(buffers_and_groups)
{
    struct made m;
    uint32_t buffer = model(&m, 4, (const uint8_t[]){ 0, 8, 8 }, 3);
    put_number(&m, slot(&m, buffer, 1), 8, 8);
    put_number(&m, slot(&m, buffer, 2), m.n - 8, 8);
    STR(judged_made(&m), "CLEAN");
    put_number(&m, slot(&m, buffer, 2), m.n - 7, 8);
    STR(judged_made(&m), "INCOMPLETE tensors-malformed");
    put_number(&m, slot(&m, buffer, 2), UINT64_MAX, 8);
    STR(judged_made(&m), "INCOMPLETE tensors-malformed");
    uint32_t group = model(&m, 8, (const uint8_t[]){ 4 }, 1);
    link(&m, slot(&m, group, 0), m.n);
    uint32_t name = text(&m, "weights.bin");
    STR(judged_made(&m), "CLEAN");
    memcpy(m.p + name + 4, "../../x.bin", 11);
    STR(judged_made(&m), "UNSAFE graph-external-file");
    memcpy(m.p + name + 4, "http://a/bc", 11);
    STR(judged_made(&m), "UNSAFE graph-external-file");
    uint32_t meta = model(&m, 6, (const uint8_t[]){ 0, 4 }, 2);
    put_number(&m, slot(&m, meta, 1), 3, 4);
    STR(judged_made(&m), "INCOMPLETE graph-malformed");
}

TEST(operators_and_tensors)
{
    struct made m;
    uint32_t sub = model(&m, 2, (const uint8_t[]){ 0, 0, 0, 4 }, 4);
    link(&m, slot(&m, sub, 3), m.n);
    uint32_t v = vector(&m, 1, 4), op = table(&m, (const uint8_t[]){ 4 }, 1);
    link(&m, v + 4, op);
    STR(judged_made(&m), "INCOMPLETE graph-malformed");         /* no list of codes */
}

/* ---- the reader --------------------------------------------------------------------------- */

TEST(one_table_met_many_times_is_bounded)
{
    struct made m;
    struct fb f;
    struct fb_table root, item;
    struct fb_vector v;
    (void)model(&m, 2, (const uint8_t[]){ 4 }, 1);
    YES(fb_root(&f, span_of(m.p, m.n), &root) && fb_vector(&f, &root, 2, 4, &v) && v.n == 1);
    size_t n = 0;
    while (fb_item(&f, &v, 0, &item))
        n++;
    YES(f.broken && n <= m.n / 4 + 64);
    EQ(fb_vector(&f, &root, 2, 4, &v), false);                  /* it sticks */
}

TEST(vectors_of_flex_buffers)
{
    /* "ab", "c" behind their lengths, a vector of two, its types, the root */
    static const uint8_t good[] = { 2, 'a', 'b', 0, 1, 'c', 0, 2, 7, 4, 5 << 2, 5 << 2, 4, 10 << 2, 1 };
    struct span out[3];
    EQ(fb_flex(span_of(good, sizeof good), out, 3), 2);
    YES(span_is(out[0], "ab") && span_is(out[1], "c") && !out[2].p);
    for (size_t cut = 0; cut < sizeof good; cut++)
        (void)fb_flex(span_of(good, cut), out, 3);
    for (size_t i = 0; i < sizeof good; i++)
        for (unsigned k = 0; k < 256; k++) {
            uint8_t bad[sizeof good];
            memcpy(bad, good, sizeof good);
            bad[i] = (uint8_t)k;
            int n = fb_flex(span_of(bad, sizeof bad), out, 3);
            for (int j = 0; j < 3 && n >= 0; j++)
                YES(!out[j].p || (out[j].p >= bad && out[j].n <= (size_t)(bad + sizeof bad - out[j].p)));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(files_of_tensorflow_lite_are_judged), CASE(bent_and_cut_models_end_the_walk), CASE(options_of_flex_are_read),
        CASE(codes_of_operators), CASE(buffers_and_groups), CASE(operators_and_tensors),
        CASE(one_table_met_many_times_is_bounded), CASE(vectors_of_flex_buffers),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
