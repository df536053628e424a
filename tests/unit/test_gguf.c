// SPDX-License-Identifier: Apache-2.0
/* Files that are right: what is read from them, the getters, general.*, and real files when they are here. */
#include "tests/support/check.h"
#include <glob.h>
#include "base/fs.h"
#include "base/json.h"
#include "base/sha256.h"
#include "tests/support/faults.h"
#include "tests/support/gguf_check.h"
#include "tests/support/gguf_make.h"

static const char *const LICENSE = "apache-2.0";

static void make_numbers(struct maker *m)
{
    make_int(m, "n.u8", GGUF_U8, 1, 200);
    make_int(m, "n.i8", GGUF_I8, 1, (uint8_t)-7);
    make_int(m, "n.u16", GGUF_U16, 2, 65535);
    make_int(m, "n.i16", GGUF_I16, 2, (uint16_t)-300);
    make_int(m, "n.u32", GGUF_U32, 4, 4000000000u);
    make_int(m, "n.i32", GGUF_I32, 4, (uint32_t)-70000);
    make_int(m, "n.u64", GGUF_U64, 8, UINT64_MAX);
    make_int(m, "n.i64", GGUF_I64, 8, (uint64_t)INT64_MIN);
    make_int(m, "n.f32", GGUF_F32, 4, 0x3fc00000);                  /* 1.5 */
    make_int(m, "n.f64", GGUF_F64, 8, 0xc000000000000000);          /* -2 */
    make_int(m, "n.bool", GGUF_BOOL, 1, 1);
}

static void make_arrays(struct maker *m)
{
    make_array(m, "a.text", GGUF_STR, 3);
    make_text(m, "one");
    make_text(m, "");
    make_text(m, "three");
    make_array(m, "a.i16", GGUF_I16, 2);
    make_number(m, 5, 2);
    make_number(m, (uint16_t)-5, 2);
    make_array(m, "a.f32", GGUF_F32, 1);
    make_number(m, 0x3fc00000, 4);
    make_array(m, "a.u64", GGUF_U64, 2);
    make_u64(m, 0);
    make_u64(m, 0);
    make_array(m, "a.none", GGUF_STR, 0);
    make_array(m, "a.nested", GGUF_ARRAY, 2);
    for (int i = 0; i < 2; i++) {
        make_u32(m, GGUF_U8);
        make_u64(m, 2);
        make_number(m, 0x0201, 2);
    }
}

/* 18 keys, 3 tensors (a hole of 64 bytes before the last), 10 bytes behind them. */
static void make_good(struct maker *m, uint32_t version)
{
    make_init(m);
    make_head(m, version, 3, 18);
    make_str(m, "general.license", LICENSE);
    m->mark = m->b.n - strlen(LICENSE);
    make_numbers(m);
    make_arrays(m);
    make_tensor(m, "blk.0.attn_q.weight", GGML_Q4_K, 2, (uint64_t[]){ 256, 2 }, 64);    /* 288 bytes */
    make_tensor(m, "scalar", GGML_F32, 0, NULL, 0);
    make_tensor(m, "norm", GGML_F32, 1, (uint64_t[]){ 8 }, 416);                        /* 32 bytes */
    make_data(m, 32, 448 + 42);
}

TEST(gguf_good_file_is_read)
{
    for (uint32_t version = 2; version <= 3; version++) {
        struct maker m;
        make_good(&m, version);
        struct arena a;
        arena_init(&a, 1 << 20);
        struct gguf g;
        EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
        EQ(g.version, version);
        EQ(g.n_kv, 18);
        EQ(g.n_tensors, 3);
        EQ(g.alignment, 32);
        EQ(g.data_offset % 32, 0);
        EQ(g.unclaimed_bytes, 32 + 64 + 42);            /* after the scalar, the hole, the end */
        const char *broken = gguf_holds(&g);
        if (broken)
            fail_msg("%s", broken);
        const struct gguf_tensor *t = gguf_tensor(&g, "blk.0.attn_q.weight");
        assert_non_null(t);
        EQ(t->size_bytes, 288);
        EQ(t->n_elements, 512);
        EQ(t->dims[0], 256);
        EQ(t->dims[2], 1);
        EQ(t->byte_from, g.data_offset + 64);
        EQ(t->data.p[0], (uint8_t)(64 * 7 + 1));
        EQ(gguf_tensor(&g, "scalar")->size_bytes, 4);
        YES(gguf_tensor(&g, "scalar") == &g.tensors[1]);
        YES(gguf_tensor(&g, "blk.0.attn_q.weigh") == NULL);
        arena_fini(&a);
        buf_fini(&m.b);
    }
}

static void is_u64(const struct gguf *g, const char *key, uint64_t expected)
{
    uint64_t v;
    YES(gguf_u64(g, key, &v));
    YES(v == expected);
}

static void is_i64(const struct gguf *g, const char *key, int64_t expected)
{
    int64_t v;
    YES(gguf_i64(g, key, &v));
    YES(v == expected);
}

static void is_f64(const struct gguf *g, const char *key, double expected)
{
    double v;
    YES(gguf_f64(g, key, &v));
    YES(memcmp(&v, &expected, sizeof v) == 0);
}

TEST(gguf_getters_take_the_right_type)
{
    struct maker m;
    make_good(&m, 3);
    struct arena a;
    arena_init(&a, 1 << 20);
    struct gguf g;
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
    is_u64(&g, "n.u8", 200);
    is_u64(&g, "n.u16", 65535);
    is_u64(&g, "n.u32", 4000000000u);
    is_u64(&g, "n.u64", UINT64_MAX);
    is_i64(&g, "n.u8", 200);
    is_i64(&g, "n.i8", -7);
    is_i64(&g, "n.i16", -300);
    is_i64(&g, "n.i32", -70000);
    is_i64(&g, "n.i64", INT64_MIN);
    is_f64(&g, "n.f32", 1.5);
    is_f64(&g, "n.f64", -2);
    bool b = false;
    struct span s = SPAN_NONE;
    YES(gguf_bool(&g, "n.bool", &b) && b);
    YES(gguf_str(&g, "general.license", &s) && span_is(s, LICENSE));
    YES(s.p == (const uint8_t *)m.b.p + m.mark);
    arena_fini(&a);
    buf_fini(&m.b);
}

TEST(gguf_getters_refuse_other_types)
{
    static const struct { const char *key, *getters; } allowed[] = {    /* u i f b s */
        { "n.u8", "ui" }, { "n.i8", "i" }, { "n.u16", "ui" }, { "n.i16", "i" }, { "n.u32", "ui" },
        { "n.i32", "i" }, { "n.u64", "u" }, { "n.i64", "i" }, { "n.f32", "f" }, { "n.f64", "f" },
        { "n.bool", "b" }, { "general.license", "s" }, { "a.text", "" }, { "a.i16", "" }, { "a.f32", "" },
        { "a.none", "" }, { "a.nested", "" }, { "no such key", "" }, { "", "" }, { "general.licens", "" },
    };
    struct maker m;
    make_good(&m, 3);
    struct arena a;
    arena_init(&a, 1 << 20);
    struct gguf g;
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
    for (size_t k = 0; k < sizeof allowed / sizeof *allowed; k++) {
        const char *key = allowed[k].key;
        uint64_t u = 77;
        int64_t i = 77;
        double f = 77;
        bool b = false;
        struct span s = SPAN_NONE;
        char got[6] = "", *to = got;
        *to = 'u', to += gguf_u64(&g, key, &u);
        *to = 'i', to += gguf_i64(&g, key, &i);
        *to = 'f', to += gguf_f64(&g, key, &f);
        *to = 'b', to += gguf_bool(&g, key, &b);
        *to = 's', to += gguf_str(&g, key, &s);
        *to = 0;
        STR(got, allowed[k].getters);
        if (!got[0])
            YES(u == 77 && i == 77 && f > 76.9 && !b && !s.p);
    }
    arena_fini(&a);
    buf_fini(&m.b);
}

TEST(gguf_arrays_are_walked_in_place)
{
    struct maker m;
    make_good(&m, 3);
    struct arena a;
    arena_init(&a, 1 << 20);
    struct gguf g;
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
    struct gguf_strings it = gguf_strings(gguf_get(&g, "a.text"));
    struct span s;
    const char *const expected[] = { "one", "", "three" };
    for (int k = 0; k < 3; k++) {
        YES(gguf_next(&it, &s));
        YES(span_is(s, expected[k]));
        YES(s.p == (const uint8_t *)m.b.p + it.byte_from);
    }
    NOT(gguf_next(&it, &s));
    it = gguf_strings(gguf_get(&g, "a.none"));
    NOT(gguf_next(&it, &s));
    it = gguf_strings(gguf_get(&g, "a.i16"));
    NOT(gguf_next(&it, &s));
    it = gguf_strings(gguf_get(&g, "a.u64"));           /* looks like two empty strings */
    NOT(gguf_next(&it, &s));
    it = gguf_strings(NULL);
    NOT(gguf_next(&it, &s));
    const struct gguf_kv *kv = gguf_get(&g, "a.i16");
    int64_t i;
    uint64_t u;
    double f;
    YES(gguf_item_i64(kv, 1, &i) && i == -5);
    YES(gguf_item_u64(kv, 0, &u) && u == 5);
    NOT(gguf_item_u64(kv, 1, &u) || gguf_item_i64(kv, 2, &i) || gguf_item_f64(kv, 0, &f));
    YES(gguf_item_f64(gguf_get(&g, "a.f32"), 0, &f) && f > 1.49 && f < 1.51);
    NOT(gguf_item_i64(gguf_get(&g, "n.u8"), 0, &i) || gguf_item_i64(NULL, 0, &i));
    NOT(gguf_item_u64(gguf_get(&g, "a.nested"), 0, &u) || gguf_item_u64(gguf_get(&g, "a.text"), 0, &u));
    EQ(gguf_get(&g, "a.nested")->value.n, 2 * (4 + 8 + 2));
    arena_fini(&a);
    buf_fini(&m.b);
}

static void make_origin(struct maker *m)
{
    make_init(m);
    make_head(m, 3, 0, 18);
    make_str(m, "general.license", LICENSE);
    make_str(m, "general.license.name", "Some Licence");
    make_str(m, "general.license.link", "https://example.org/l");
    make_int(m, "general.author", GGUF_U32, 4, 1);                      /* odd: not a text */
    make_str(m, "general.name", "caf\xc3\xa9");
    make_str(m, "general.organization", "bad \xff bytes");              /* odd: not UTF-8 */
    make_int(m, "general.base_model.count", GGUF_U32, 4, UINT32_MAX);
    make_str(m, "general.base_model.0.name", "Base");
    make_str(m, "general.base_model.2.repo_url", "https://huggingface.co/org/base");
    make_str(m, "general.base_model.01.name", "leading zero");          /* odd */
    make_str(m, "general.base_model.99999999999.name", "too far");      /* odd */
    make_str(m, "general.base_model.1.mood", "not a field we read");
    make_str(m, "general.dataset.0.name", "Corpus");
    make_array(m, "general.datasets", GGUF_STR, 2);
    make_text(m, "org/a");
    make_text(m, "org/b");
    make_array(m, "general.tags", GGUF_STR, GGUF_MAX_LIST + 1);
    for (unsigned i = 0; i <= GGUF_MAX_LIST; i++)
        make_text(m, "tag");
    make_str(m, "general.languages", "en");                             /* a text where a list belongs */
    make_str(m, "general.source.huggingface.repository", "org/source");
    make_str(m, "general.source.url", "https://example.org");
}

static void check_evidence(const struct maker *m, const struct gguf_text *t, const char *text)
{
    assert_non_null(t->kv);
    YES(span_is(t->text, text));
    EQ(t->byte_to - t->byte_from, strlen(text));
    assert_memory_equal(m->b.p + t->byte_from, text, strlen(text));
}

TEST(gguf_general_collects_with_evidence)
{
    struct maker m;
    make_origin(&m);
    struct arena a;
    arena_init(&a, 4 << 20);
    struct gguf g;
    struct gguf_general o;
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
    EQ(gguf_general(&g, &a, &o, NULL), 0);
    check_evidence(&m, &o.license, LICENSE);
    check_evidence(&m, &o.license_name, "Some Licence");
    check_evidence(&m, &o.license_link, "https://example.org/l");
    check_evidence(&m, &o.name, "caf\xc3\xa9");
    check_evidence(&m, &o.source_hf_repository, "org/source");
    check_evidence(&m, &o.source_url, "https://example.org");
    YES(!o.author.kv && !o.organization.kv && !o.architecture.kv && !o.version.kv);
    EQ(o.base_models.n, 3);
    YES(o.base_models.has_count && o.base_models.count == UINT32_MAX);
    check_evidence(&m, &o.base_models.items[0].name, "Base");
    check_evidence(&m, &o.base_models.items[2].repo_url, "https://huggingface.co/org/base");
    YES(!o.base_models.items[1].name.kv && !o.base_models.items[2].name.kv);
    EQ(o.dataset_sources.n, 1);
    NOT(o.dataset_sources.has_count);
    check_evidence(&m, &o.dataset_sources.items[0].name, "Corpus");
    EQ(o.datasets.n, 2);
    check_evidence(&m, &o.datasets.items[1], "org/b");
    YES(o.tags.truncated && o.tags.n == GGUF_MAX_LIST);
    EQ(o.languages.n, 1);
    check_evidence(&m, &o.languages.items[0], "en");
    EQ(o.n_odd, 4);
    arena_fini(&a);
    buf_fini(&m.b);
}

TEST(gguf_keys_can_be_read_without_tensors)
{
    struct maker m;
    make_init(&m);
    make_head(&m, 3, 1000, 1);
    make_str(&m, "general.license", LICENSE);
    make_tensor(&m, "w", 4711, 1, (uint64_t[]){ 1 }, 0);        /* a type of tomorrow, and 999 missing */
    struct arena a;
    arena_init(&a, 1 << 20);
    struct gguf g;
    struct span s;
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), ERR_FORMAT);
    EQ(gguf_open_keys(buf_view(&m.b), &a, &g, NULL), 0);
    make_data(&m, 32, 25 * 1000);
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), ERR_FORMAT);
    EQ(gguf_open_keys(buf_view(&m.b), &a, &g, NULL), 0);
    YES(gguf_str(&g, "general.license", &s) && span_is(s, LICENSE));
    EQ(g.n_tensors, 1000);
    YES(g.tensors == NULL && gguf_tensor(&g, "w") == NULL);
    arena_fini(&a);
    buf_fini(&m.b);
}

TEST(gguf_survives_every_failing_allocation)
{
    struct maker m;
    make_origin(&m);
    struct gguf g;
    struct gguf_general o;
    size_t n = 1;
    for (;; n++) {
        struct arena a;
        arena_init(&a, 4 << 20);
        fault_alloc_at(n);
        int rc = gguf_open(buf_view(&m.b), &a, &g, NULL);
        if (!rc)
            rc = gguf_general(&g, &a, &o, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
    YES(n >= 2);
    bool opened = false;                                /* and every ceiling of the arena */
    for (size_t max = 0; max < 8192; max += 16) {
        struct arena a;
        arena_init(&a, max);
        int rc = gguf_open(buf_view(&m.b), &a, &g, NULL);
        YES(rc == (opened ? 0 : ERR_MEMORY) || (opened = rc == 0));
        arena_fini(&a);
    }
    YES(opened);
    buf_fini(&m.b);
}

/* ---- real files */

static void check_real(const char *path, unsigned min_kv, unsigned min_tensors)
{
    struct fs_map map;
    struct err e = { 0 };
    struct arena a;
    arena_init(&a, 16 << 20);
    struct gguf g;
    struct gguf_general o;
    EQ(fs_map(path, &map, &e), 0);
    if (gguf_open(map.bytes, &a, &g, &e) || gguf_general(&g, &a, &o, &e))
        fail_msg("%s: byte %llu: %s", path, (unsigned long long)e.pos, e.msg);
    const char *broken = gguf_holds(&g);
    if (broken)
        fail_msg("%s: %s", path, broken);
    YES(g.n_kv >= min_kv && g.n_tensors >= min_tensors);
    YES(o.architecture.kv != NULL && o.n_odd == 0);
    YES(gguf_strings(gguf_get(&g, "tokenizer.ggml.tokens")).left > 1000);
    EQ(g.unclaimed_bytes, 0);
    arena_fini(&a);
    fs_unmap(&map);
}

/* ---- the same files as another reader sees them: tests/golden/make_gguf_keys.py */

static void same_value(const struct gguf *g, const char *key, const struct val *wrote)
{
    const char *text = val_str(val_get(wrote, "value"));
    const struct gguf_kv *kv = gguf_get(g, key);
    int64_t i;
    double f;
    bool b;
    struct span s;
    char hex[SHA256_HEX_BYTES];
    if (gguf_str(g, key, &s)) {
        EQ(sha256_hex(s, hex, NULL), 0);
        STR(val_str(val_get(wrote, "text_sha256")), hex);
    } else if (gguf_bool(g, key, &b)) {
        STR(text, b ? "True" : "False");
    } else if (gguf_i64(g, key, &i)) {
        EQ(i, strtoll(text, NULL, 10));
    } else if (gguf_f64(g, key, &f)) {
        YES(memcmp(&f, &(double){ strtod(text, NULL) }, sizeof f) == 0);
    } else {
        EQ(kv->type, GGUF_ARRAY);
        STR(val_str(val_get(wrote, "item_type")), gguf_type_name(kv->item_type));
    }
}

static int64_t int_of(const struct val *map, const char *key)
{
    int64_t i = -1;
    YES(val_int(val_get(map, key), &i));
    return i;
}

static void same_tables(const struct gguf *g, const struct val *doc)
{
    const struct val *keys = val_get(doc, "keys"), *tensors = val_get(doc, "tensors");
    uint32_t n = 0;
    EQ(int_of(doc, "alignment"), g->alignment);
    EQ(keys->n, g->n_kv);
    EQ(tensors->n, g->n_tensors);
    for (const struct val *v = keys->first; v; v = v->next, n++) {
        const char *key = val_str(val_get(v, "key"));
        YES(gguf_get(g, key) == &g->kv[n]);
        STR(val_str(val_get(v, "type")), gguf_type_name(g->kv[n].type));
        EQ(int_of(v, "n"), g->kv[n].n);
        same_value(g, key, v);
    }
    for (const struct val *v = tensors->first; v; v = v->next) {
        const struct gguf_tensor *t = gguf_tensor(g, val_str(val_get(v, "name")));
        assert_non_null(t);
        STR(val_str(val_get(v, "type")), ggml_layout(t->type)->name);
        EQ(int_of(v, "byte_from"), t->byte_from);
        EQ(int_of(v, "n_bytes"), t->size_bytes);
        EQ(val_get(v, "dims")->n, t->n_dims);
        uint32_t d = 0;
        for (const struct val *x = val_get(v, "dims")->first; x; x = x->next)
            EQ(x->i, t->dims[d++]);
    }
}

/* Compare when there is a golden file for `path`. */
static void check_golden(const char *path, size_t *n)
{
    char golden[4096];
    struct arena a;
    struct span text;
    struct fs_map map;
    struct gguf g;
    const struct val *doc;
    snprintf(golden, sizeof golden, "%s/tests/golden/gguf_keys/%s.json", dir_of("ASSAY_SOURCE"), fs_base(path));
    arena_init(&a, 16 << 20);
    if (fs_read(golden, 1 << 20, &a, &text, NULL) == 0) {
        EQ(json_parse(text, NULL, &a, &doc, NULL), 0);
        EQ(fs_map(path, &map, NULL), 0);
        EQ(gguf_open(map.bytes, &a, &g, NULL), 0);
        same_tables(&g, doc);
        fs_unmap(&map);
        ++*n;
    }
    arena_fini(&a);
}

static size_t n_golden;

static size_t check_all(const char *variable, const char *pattern, unsigned min_kv, unsigned min_tensors)
{
    char path[4096];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", dir_of(variable), pattern);
    if (glob(path, 0, NULL, &found) != 0)
        return 0;
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_real(found.gl_pathv[i], min_kv, min_tensors), check_golden(found.gl_pathv[i], &n_golden);
    size_t n = found.gl_pathc;
    globfree(&found);
    return n;
}

TEST(gguf_real_vocabularies_open)
{
    if (!check_all("ASSAY_SHARED", "data/tokenizers/ggml-vocab-*.gguf", 16, 0))
        SKIP("no vocabularies in %s/data/tokenizers", dir_of("ASSAY_SHARED"));
}

TEST(gguf_real_models_open)
{
    if (!check_all("ASSAY_MODELS", "*/*.gguf", 16, 100) && !check_all("ASSAY_MODELS", "*/*/*.gguf", 16, 100))
        SKIP("no models below %s", dir_of("ASSAY_MODELS"));
}

TEST(gguf_files_are_as_the_other_reader_sees_them)
{
    if (!n_golden)
        SKIP("none of the files of tests/golden/gguf_keys is here");
    print_message("# %zu files compared with PyPI gguf\n", n_golden);
}

int main(void)
{
    return RUN(CASE(gguf_good_file_is_read), CASE(gguf_getters_take_the_right_type),
               CASE(gguf_getters_refuse_other_types), CASE(gguf_arrays_are_walked_in_place),
               CASE(gguf_general_collects_with_evidence),
               CASE(gguf_keys_can_be_read_without_tensors), CASE(gguf_survives_every_failing_allocation),
               CASE(gguf_real_vocabularies_open), CASE(gguf_real_models_open),
               CASE(gguf_files_are_as_the_other_reader_sees_them));
}
