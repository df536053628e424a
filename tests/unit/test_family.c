// SPDX-License-Identifier: Apache-2.0
/* Base models and data sets: what sources name, what the data files know of it, and the two data files. */
#include "tests/support/check.h"

#include "base/fs.h"
#include "base/yaml.h"
#include "license/family.h"
#include "license/index.h"
#include "tests/support/faults.h"
#include "tests/support/gguf_make.h"

#define LLAMA31 "LicenseRef-scancode-llama-3.1-license-2024"
#define GEMMA "LicenseRef-scancode-gemma-tou-2025-03-24"

static struct arena process;
static struct catalog cat;
static struct families fam;

static struct base_list bases_of(const char *text, struct arena *a)
{
    struct families f = fam;
    struct card card;
    struct base_list l = { 0 };
    f.a = a;
    EQ(card_parse(span_str(text), a, &card, NULL), 0);
    EQ(bases_from_card(&f, "README.md", span_str(text), &card, &l, NULL), 0);
    return l;
}

/* "how relation name -> licence; " for each */
static const char *told(const struct base_list *l, struct arena *a)
{
    const char *out = "";
    for (size_t i = 0; i < l->n; i++) {
        const struct base *b = &l->items[i];
        out = arena_fmt(a, "%s%s %s %s -> %s; ", out, base_how_name(b->how), base_relation_name(b->relation), b->name,
                        b->known ? b->license : "?");
        YES(b->evidence != NULL);
        YES(b->known == (b->family_evidence != NULL) && b->known == (*b->family != 0));
        YES(b->via < (int)i && (b->via >= 0 || b->depth == 0));
    }
    return out;
}

static const struct { const char *card, *want; } cards[] = {
    { "---\nbase_model: meta-llama/Llama-3.1-8B\n---\n", "declared unsaid meta-llama/Llama-3.1-8B -> " LLAMA31 "; " },
    { "---\nbase_model: [google/gemma-3-270m]\nbase_model_relation: quantized\n---\n",
      "declared quantized google/gemma-3-270m -> " GEMMA "; " },
    { "---\nbase_model: https://huggingface.co/google/gemma-3-270m/tree/main\n---\n",
      "declared unsaid google/gemma-3-270m -> " GEMMA "; " },
    { "---\nbase_model:\n- a/x\n- b/y\ntags: [merge]\n---\n", "declared merge a/x -> ?; declared merge b/y -> ?; " },
    { "---\nbase_model: deepseek-ai/DeepSeek-R1-Distill-Llama-8B\n---\n",
      "declared unsaid deepseek-ai/DeepSeek-R1-Distill-Llama-8B -> " LLAMA31 "; "
      "chain unsaid meta-llama/Llama-3.1-8B -> " LLAMA31 "; " },
    { "---\nbase_model: nobody/my-llama-3.1-tune\n---\n",
      "declared unsaid nobody/my-llama-3.1-tune -> ?; hinted unsaid Llama 3.1 -> " LLAMA31 "; " },
    { "---\nadapted_from: google/gemma-2b\n---\n", "declared finetune google/gemma-2b -> " GEMMA "; " },
    { "---\ntags:\n- base_model:quantized:google/gemma-2b\n---\n", "declared quantized google/gemma-2b -> " GEMMA "; " },
    { "---\nbase_model: google/gemma-2b\ntags: ['base_model:google/gemma-2b', 'base_model:adapter:google/gemma-2b']\n---\n",
      "declared adapter google/gemma-2b -> " GEMMA "; " },
    { "---\nlicense: mit\n---\n", "" },
    { "---\nbase_model: ''\n---\n", "" },
    { "# no front matter\n", "" },
};

TEST(cards_name_their_bases)
{
    size_t bad = 0;
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
        struct arena a;
        arena_init(&a, 1 << 26);
        struct base_list l = bases_of(cards[i].card, &a);
        const char *got = told(&l, &a);
        if (strcmp(got, cards[i].want) != 0) {
            print_error("%s\n  want %s\n  got  %s\n", cards[i].card, cards[i].want, got);
            bad++;
        }
        arena_fini(&a);
    }
    EQ(bad, 0);
}

/* ---- names ------------------------------------------------------------------------------------ */

TEST(names_hint_at_families)
{
    static const struct { const char *name, *family; bool known; } names[] = {
        { "my-llama-3-tune", "Llama 3", true }, { "my-llama-3.1-tune", "Llama 3.1", true },
        { "Llama_3.1_Foo", "Llama 3.1", true }, { "foo-Llama-tune", "llama", false },
        { "TinyLlama-1.1B", "TinyLlama", true }, { "ollama-model", NULL, false }, { "llama.cpp", NULL, false },
        { "mymodel", NULL, false }, { "", NULL, false }, { "gemma-3-270m-it", "Gemma 3 text sizes", true },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct arena a;
        struct families f = fam;
        struct base_list l = { 0 };
        arena_init(&a, 1 << 24);
        f.a = &a;
        EQ(bases_from_name(&f, names[i].name, "name of the model", NULL, &l, NULL), 0);
        if (l.n != (names[i].family ? 1u : 0u) || (l.n && strcmp(l.items[0].name, names[i].family) != 0))
            fail_msg("%s: want %s, got %s", names[i].name, names[i].family ? names[i].family : "nothing",
                     l.n ? l.items[0].name : "nothing");
        if (l.n) {
            EQ(l.items[0].how, BASE_HINTED);
            EQ(l.items[0].known, names[i].known);
            YES(l.items[0].confidence <= 0.5);
        }
        arena_fini(&a);
    }
}

TEST(what_is_declared_silences_a_hint)
{
    struct arena a;
    struct families f = fam;
    arena_init(&a, 1 << 26);
    f.a = &a;
    struct base_list l = bases_of("---\nbase_model: meta-llama/Llama-3.1-8B\n---\n", &a);
    EQ(bases_from_name(&f, "my-llama-3.1-tune", "name of the model", NULL, &l, NULL), 0);
    EQ(l.n, 1);
    EQ(bases_from_name(&f, "my-llama-tune", "name of the model", NULL, &l, NULL), 0);
    EQ(l.n, 1);
    EQ(bases_from_name(&f, "my-gemma-2-tune", "name of the model", NULL, &l, NULL), 0);
    EQ(l.n, 2);
    arena_fini(&a);
}

TEST(a_model_has_a_family_of_its_own)
{
    struct base b;
    EQ(family_of(&fam, "Qwen/Qwen2.5-3B-Instruct", &b, NULL), 0);
    YES(b.known);
    STR(b.license, "LicenseRef-Qwen-Research-2024-09-19");
    assert_non_null(b.record);
    EQ(family_of(&fam, "nobody/nothing", &b, NULL), 0);
    NOT(b.known);
}

/* ---- other sources ------------------------------------------------------------------------------ */

TEST(gguf_keys_name_bases_and_data)
{
    struct arena a;
    struct maker m;
    struct gguf g;
    struct gguf_general gen;
    struct families f = fam;
    struct base_list l = { 0 };
    struct dataset_list d = { 0 };
    arena_init(&a, 1 << 26);
    f.a = &a;
    make_init(&m);
    make_head(&m, 3, 0, 6);
    make_str(&m, "general.base_model.0.name", "Gemma 3 270m");
    make_str(&m, "general.base_model.0.organization", "Google");
    make_str(&m, "general.base_model.1.name", "x");
    make_str(&m, "general.base_model.1.repo_url", "https://huggingface.co/meta-llama/Llama-3.1-8B");
    make_array(&m, "general.datasets", GGUF_STR, 1);
    make_text(&m, "ms_marco");
    make_str(&m, "general.dataset.0.repo_url", "https://huggingface.co/datasets/allenai/c4");
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
    EQ(gguf_general(&g, &a, &gen, NULL), 0);
    EQ(bases_from_gguf(&f, "m.gguf", &g, &gen, &l, NULL), 0);
    STR(told(&l, &a), "declared unsaid Google/Gemma-3-270m -> " GEMMA "; "
                      "declared unsaid meta-llama/Llama-3.1-8B -> " LLAMA31 "; ");
    EQ(datasets_from_gguf(&f, "m.gguf", &g, &gen, &d, NULL), 0);
    EQ(d.n, 2);
    STR(d.items[0].title, "MS MARCO");
    EQ(d.items[0].commercial, RIGHT_NO);
    STR(d.items[1].name, "allenai/c4");
    YES(d.items[1].known);
    struct span value = span_sub(g.file, d.items[0].evidence->byte_from,
                                 d.items[0].evidence->byte_to - d.items[0].evidence->byte_from);
    YES(span_is(value, "ms_marco"));
    buf_fini(&m.b);
    arena_fini(&a);
}

TEST(configurations_name_bases)
{
    static const char json[] = "{\"base_model_name_or_path\": \"google/gemma-2b\"}",
                      hint[] = "{\"_name_or_path\": \"meta-llama/Llama-3.1-8B\"}",
                      local[] = "{\"_name_or_path\": \"/srv/models/llama\"}";
    struct arena a;
    struct families f = fam;
    struct snapshot_config c;
    struct base_list l = { 0 };
    arena_init(&a, 1 << 26);
    f.a = &a;
    EQ(snapshot_config(span_str(json), &a, &c, NULL), 0);
    EQ(bases_from_config(&f, "adapter_config.json", span_str(json), &c, &l, NULL), 0);
    EQ(snapshot_config(span_str(hint), &a, &c, NULL), 0);
    EQ(bases_from_config(&f, "config.json", span_str(hint), &c, &l, NULL), 0);
    EQ(snapshot_config(span_str(local), &a, &c, NULL), 0);
    EQ(bases_from_config(&f, "config.json", span_str(local), &c, &l, NULL), 0);
    STR(told(&l, &a), "declared adapter google/gemma-2b -> " GEMMA "; hinted unsaid meta-llama/Llama-3.1-8B -> " LLAMA31
                      "; ");
    EQ(l.items[0].evidence->line_from, 1);
    arena_fini(&a);
}

TEST(the_data_sets_of_minilm_are_known)
{
    struct arena a;
    struct span raw;
    struct card card;
    struct families f = fam;
    struct dataset_list d = { 0 };
    arena_init(&a, 1 << 26);
    f.a = &a;
    if (fs_read(arena_fmt(&a, "%s/minilm/README.md", dir_of("ASSAY_MODELS")), 1 << 20, &a, &raw, NULL)) {
        arena_fini(&a);
        SKIP("no model minilm (./dev models)");
    }
    EQ(card_parse(raw, &a, &card, NULL), 0);
    EQ(datasets_from_card(&f, "README.md", raw, &card, &d, NULL), 0);
    EQ(d.n, 21);
    size_t refused = 0;
    for (size_t i = 0; i < d.n; i++)
        if (d.items[i].commercial == RIGHT_NO && strcmp(d.items[i].title, "MS MARCO") == 0) {
            STR(d.items[i].name, "ms_marco");
            YES(strstr(d.items[i].entry_evidence->path, "datasets.yaml") != NULL);
            refused++;
        }
    EQ(refused, 1);
    arena_fini(&a);
}

/* ---- the data files -------------------------------------------------------------------------------- */

TEST(every_family_names_a_licence_that_is_known_and_a_base_that_is)
{
    struct arena a;
    struct index idx;
    arena_init(&a, (size_t)1 << 28);
    EQ(index_open(index_builtin(), &a, &idx, NULL), 0);
    const struct val *top;
    struct span raw = catalog_data(&cat, "families.yaml");
    static const struct val_limits limits = { .max_bytes = 4 << 20, .max_depth = 8, .max_values = 400000 };
    EQ(yaml_parse(raw, &limits, &a, &top, NULL), 0);
    for (const struct val *v = val_get(top, "families")->first; v; v = v->next) {
        const char *name = val_str(val_get(v, "name")), *license = val_str(val_get(v, "license"));
        const char *base = val_str(val_get(v, "base"));
        const struct license_record *r;
        bool known = strcmp(license, "NOASSERTION") == 0 || catalog_find(&cat, license, &r, NULL) == 0;
        for (uint32_t i = 0; i < idx.n_entries && !known; i++)
            known = strcmp(idx.entries[i].id, license) == 0;
        if (!known)
            fail_msg("%s: licence %s is not known", name, license);
        struct base b;
        if (!base)
            continue;
        EQ(family_of(&fam, base, &b, NULL), 0);
        if (!b.known || strcmp(b.family, name) == 0)
            fail_msg("%s: its base %s is %s", name, base, b.known ? "itself" : "not known");
    }
    arena_fini(&a);
}

TEST(broken_data_files_are_refused_with_their_line)
{
    static const struct { const char *yaml; int code; unsigned line; } broken[] = {
        { "families:\n- {name: x, match: [a], license: MIT, basis: Q}\n", ERR_FORMAT, 2 },
        { "families:\n- {name: x, match: [a], basis: V}\n", ERR_FORMAT, 2 },
        { "families:\n- {name: x, match: [[a]], license: MIT, basis: V}\n", ERR_FORMAT, 2 },
        { "families:\n- x\n", ERR_FORMAT, 2 }, { "families: x\n", ERR_FORMAT, 1 }, { "x: []\n", ERR_FORMAT, 1 },
        { "families: [\n", ERR_FORMAT, 2 },
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct arena a;
        struct families f = { 0 };
        struct err e = { 0 };
        arena_init(&a, 1 << 26);
        EQ(families_open(&f, &cat, span_str(broken[i].yaml), SPAN_NONE, &a, &e), broken[i].code);
        EQ(e.at, ERR_AT_LINE);
        EQ(e.pos, broken[i].line);
        STR(e.path, "families.yaml");
        YES(f.entries == NULL);
        arena_fini(&a);
    }
}

TEST(a_circle_of_bases_ends)
{
    static const char yaml[] = "families:\n"
        "- {name: a, match: ['x/a'], base: x/b, license: MIT, basis: V}\n"
        "- {name: b, match: ['x/b'], base: x/a, license: MIT, basis: V}\n";
    struct arena a;
    struct families f;
    struct base_list l = { 0 };
    struct card card;
    arena_init(&a, 1 << 26);
    EQ(families_open(&f, &cat, span_str(yaml), SPAN_NONE, &a, NULL), 0);
    struct span raw = span_str("---\nbase_model: x/a\n---\n");
    EQ(card_parse(raw, &a, &card, NULL), 0);
    EQ(bases_from_card(&f, "README.md", raw, &card, &l, NULL), 0);
    STR(told(&l, &a), "declared unsaid x/a -> MIT; chain unsaid x/b -> MIT; ");
    arena_fini(&a);
}

/* ---- hostile ------------------------------------------------------------------------------------------ */

TEST(many_and_long_names_are_bounded)
{
    struct buf b;
    struct arena a;
    arena_init(&a, (size_t)1 << 29);
    buf_init(&b, 1 << 24);
    buf_str(&b, "---\nbase_model:\n");
    for (int i = 0; i < 1500; i++)
        buf_fmt(&b, "- x/m%d\n", i);
    buf_str(&b, "- ");
    for (int i = 0; i < 200000; i++)
        buf_char(&b, '*');
    buf_str(&b, "x\n---\n");
    struct base_list l = bases_of(buf_text(&b), &a);
    YES(l.n <= BASES_MAX);
    buf_fini(&b);
    arena_fini(&a);
}

TEST(no_allocation_may_fail_silently)
{
    static const char text[] = "---\nbase_model: [deepseek-ai/DeepSeek-R1-Distill-Llama-8B, nobody/llama-3-x]\n"
                               "tags: ['base_model:merge:a/b']\ndatasets: [ms_marco]\n---\n";
    size_t n = 1;
    for (;; n++) {
        struct arena a;
        struct families f = fam;
        struct card card;
        struct base_list l = { 0 };
        struct dataset_list d = { 0 };
        arena_init(&a, 1 << 26);
        f.a = &a;
        fault_alloc_at(n);
        int rc = card_parse(span_str(text), &a, &card, NULL);
        if (!rc)
            rc = bases_from_card(&f, "README.md", span_str(text), &card, &l, NULL);
        if (!rc)
            rc = datasets_from_card(&f, "README.md", span_str(text), &card, &d, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
    YES(n > 1);
    for (n = 1;; n++) {
        struct arena a;
        struct families f;
        arena_init(&a, (size_t)1 << 28);
        fault_alloc_at(n);
        int rc = families_open(&f, &cat, SPAN_NONE, SPAN_NONE, &a, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
}

static int open_all(void **state)
{
    struct err e = { 0 };
    (void)state;
    arena_init(&process, (size_t)1 << 30);
    if (catalog_open(&cat, &process, &e) || families_open(&fam, &cat, SPAN_NONE, SPAN_NONE, &process, &e)) {
        print_error("%s: line %u: %s\n", e.path, (unsigned)e.pos, e.msg);
        return -1;
    }
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    arena_fini(&process);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(cards_name_their_bases),
        CASE(names_hint_at_families),
        CASE(what_is_declared_silences_a_hint),
        CASE(a_model_has_a_family_of_its_own),
        CASE(gguf_keys_name_bases_and_data),
        CASE(configurations_name_bases),
        CASE(the_data_sets_of_minilm_are_known),
        CASE(every_family_names_a_licence_that_is_known_and_a_base_that_is),
        CASE(broken_data_files_are_refused_with_their_line),
        CASE(a_circle_of_bases_ends),
        CASE(many_and_long_names_are_bounded),
        CASE(no_allocation_may_fail_silently),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
