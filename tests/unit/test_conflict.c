// SPDX-License-Identifier: Apache-2.0
/* Where statements, texts and bases disagree: real folders, and models made of a few lines. */
#include "tests/support/check.h"

#include "base/buf.h"
#include "base/fs.h"
#include "format/snapshot.h"
#include "license/conflict.h"
#include "tests/support/faults.h"

static struct arena process;
static struct index idx;
static struct catalog cat;
static struct declare ctx;
static struct families fam;

/* ---- a model, from files on the disk or in the test -------------------------------------- */

enum { PARTS = 64 };

struct model {
    struct arena a;
    struct declared_list declared;
    struct base_list bases;
    struct concluded texts[PARTS];
    size_t n_texts;
    const char *files[PARTS];
    size_t n_files;
};

static void model_init(struct model *m)
{
    memset(m, 0, sizeof *m);
    arena_init(&m->a, (size_t)1 << 30);
}

static void add_card(struct model *m, const char *path, struct span raw)
{
    struct declare d = ctx;
    struct families f = fam;
    struct card card;
    d.a = f.a = &m->a;
    EQ(card_parse(raw, &m->a, &card, NULL), 0);
    EQ(declared_from_card(&d, path, raw, &card, &m->declared, NULL), 0);
    EQ(declared_from_prose(&d, path, raw, &card, &m->declared, NULL), 0);
    EQ(bases_from_card(&f, path, raw, &card, &m->bases, NULL), 0);
}

static void add_text(struct model *m, const char *path, struct span raw)
{
    struct text t;
    struct identified *r = arena_alloc(&m->a, sizeof *r);
    EQ(text_decode(raw, path, &m->a, &t, NULL), 0);
    EQ(identify_text(&idx, &t, path, &m->a, r, NULL), 0);
    for (size_t i = 0; i < (r->n_found ? r->n_found : 1) && m->n_texts < PARTS; i++) {
        struct concluded *c = &m->texts[m->n_texts++];
        const struct index_entry *x = r->n_found ? r->found[i].entry : NULL;
        enum snap_scope scope = snapshot_scope(path);
        *c = (struct concluded){ .id = x ? x->id : "", .entry = x, .match = r->match, .kind = r->kind, .path = path,
                                 .scope = scope ? 1u << scope : 0, .nested = strchr(path, '/') != NULL };
        c->evidence = evidence_of(&m->a, path, raw, 0, raw.n, true);
        if (x && catalog_find(&cat, x->id, &c->record, NULL))
            c->record = NULL;
    }
}

static void add_file(struct model *m, const char *path, struct span raw)
{
    enum snap_role role = snapshot_role(path);
    if (m->n_files < PARTS)
        m->files[m->n_files++] = path;
    if (role == SNAP_CARD)
        add_card(m, path, raw);
    else if (role == SNAP_LICENSE || role == SNAP_USE_POLICY)
        add_text(m, path, raw);
}

/* False: the shared data is not there. */
static bool add_folder(struct model *m, const char *folder)
{
    struct fs_list list;
    const char *dir = arena_fmt(&m->a, "%s/data/licenses/cases/%s", dir_of("ASSAY_SHARED"), folder);
    if (fs_list(dir, NULL, 1000, &m->a, &list, NULL))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        struct span raw;
        EQ(fs_read(fs_join(&m->a, dir, list.items[i].path), 1 << 24, &m->a, &raw, NULL), 0);
        add_file(m, list.items[i].path, raw);
    }
    return true;
}

static struct conflict_list found(struct model *m)
{
    struct conflict_list out;
    struct conflict_input in = { .declared = m->declared.items, .n_declared = m->declared.n, .concluded = m->texts,
                                 .n_concluded = m->n_texts, .bases = m->bases.items, .n_bases = m->bases.n,
                                 .files = m->files, .n_files = m->n_files };
    EQ(conflict_find(&in, &m->a, &out, NULL), 0);
    return out;
}

/* "kind: a | b; " for each */
static const char *told(const struct conflict_list *l, struct arena *a)
{
    const char *out = "";
    for (size_t i = 0; i < l->n; i++) {
        const struct conflict *c = &l->items[i];
        out = arena_fmt(a, "%s%s: %s | %s", out, c->word, c->a.value, c->b.value);
        for (size_t k = 0; k < c->n_drops; k++)
            out = arena_fmt(a, "%s%s%s", out, k ? ", " : " drops ", c->drops[k]);
        out = arena_fmt(a, "%s; ", out);
        YES(*c->why && strcmp(c->word, conflict_kind_name(c->kind)) == 0);
        YES(c->a.evidence != NULL);
        YES(c->b.evidence != NULL || c->kind == CONFLICT_LINK || c->gap);
        YES(i == 0 || l->items[i - 1].kind <= c->kind);
    }
    return out;
}

/* ---- real folders ------------------------------------------------------------------------- */

#define FLUX_NC "LicenseRef-FLUX.1-dev-NC-1.1.1"
#define LLAMA2 "LicenseRef-scancode-llama-2-license-2023"
#define LLAMA3 "LicenseRef-Llama-3-Community-2024-04-18"
#define LLAMA31 "LicenseRef-scancode-llama-3.1-license-2024"
#define GEMMA "LicenseRef-scancode-gemma-tou-2025-03-24"

static const struct { const char *folder, *want; } folders[] = {
    { "xai-org__grok-1", "" },
    { "openai__gpt-oss", "" },
    { "OpenGVLab__InternVL", "text-vs-text: MIT | Apache-2.0; " },
    { "meituan-longcat__LongCat-Flash-Chat", "" },
    { "meta-llama__llama", "" },
    { "meta-llama__llama-models", "text-vs-text: " LLAMA2 " | " LLAMA31 "; " },
    { "google-deepmind__gemma", "" },
    { "deepseek-ai__DeepSeek-LLM", "" },
    { "QwenLM__Qwen", "link: ./Tongyi%20Qianwen%20RESEARCH%20LICENSE%20AGREEMENT | no such file; " },
    { "CompVis__stable-diffusion", "" },
    { "MoonshotAI__Kimi-K2", "" },
    { "databricks__dbrx", "" },
    { "LG-AI-EXAONE__EXAONE-3.5", "" },
    { "THUDM__ChatGLM3", "" },
    { "black-forest-labs__flux", "text-vs-text: " FLUX_NC " | Apache-2.0; link: ./licence.md | no such file; " },
    { "Tencent__Tencent-Hunyuan-Large", "" },
    { "facebookresearch__metaseq", "" },
};

TEST(real_folders_have_the_conflicts_a_reader_finds)
{
    size_t bad = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct model m;
        model_init(&m);
        if (!add_folder(&m, folders[i].folder)) {
            arena_fini(&m.a);
            SKIP("no shared cases");
        }
        struct conflict_list l = found(&m);
        const char *got = told(&l, &m.a);
        if (strcmp(got, folders[i].want) != 0) {
            print_error("%s\n  want %s\n  got  %s\n", folders[i].folder, folders[i].want, got);
            bad++;
        }
        arena_fini(&m.a);
    }
    EQ(bad, 0);
}

/* ---- made models: the texts come from records, the cards from here -------------------------- */

struct made {
    const char *what, *card;
    const char *texts[6];           /* path, id, path, id, ...; "?" unknown, a leading "+" with a rider */
    const char *want;
};

static const struct made made[] = {
    { "tag and text agree", "---\nlicense: mit\n---\n", { "LICENSE", "MIT" }, "" },
    { "another text", "---\nlicense: mit\n---\n", { "LICENSE", "Apache-2.0" },
      "declared-vs-text: MIT | Apache-2.0; " },
    { "MiniLM: the package's text", "---\nlicense: apache-2.0\n---\n", { "package/LICENSE", "MIT" },
      "declared-vs-text: Apache-2.0 | MIT; " },
    { "MIT with a rider", "---\nlicense: mit\n---\n", { "LICENSE", "+MIT" },
      "declared-vs-text: MIT | MIT with text that it does not hold; " },
    { "MiniMax-M2: readme MIT, text modified", "# MiniMax-M2\n\nThe model is released under the MIT License.\n",
      { "LICENSE", "LicenseRef-MiniMax-M2-Modified-MIT-2025" },
      "declared-vs-text: MIT | LicenseRef-MiniMax-M2-Modified-MIT-2025; " },
    { "Kimi-K2: modified MIT is one of three", "---\nlicense: other\nlicense_name: modified-mit\n---\n",
      { "LICENSE", "LicenseRef-scancode-moonshot-ai-modified-mit-2025" }, "" },
    { "modified MIT over plain MIT", "---\nlicense: other\nlicense_name: modified-mit\n---\n", { "LICENSE", "MIT" },
      "declared-vs-text: modified-mit | MIT; " },
    { "an unknown text", "---\nlicense: mit\n---\n", { "LICENSE", "?" },
      "declared-vs-text: MIT | a text that is no known licence; " },
    { "other, and an unknown text", "---\nlicense: other\n---\n", { "LICENSE", "?" }, "" },
    { "version", "---\nlicense: llama3\n---\n", { "LICENSE", LLAMA31 },
      "version: " LLAMA3 " | " LLAMA31 "; " },
    { "an unversioned tag", "---\nlicense: gemma\n---\n",
      { "LICENSE", "LicenseRef-scancode-gemma-tou-2024-04-01", "USE_POLICY.md", "LicenseRef-scancode-gemma-pup-2024-02-21" },
      "" },
    { "readme against tag", "---\nlicense: apache-2.0\n---\nThis model is licensed under the MIT License.\n",
      { "LICENSE", "Apache-2.0" }, "declared-vs-text: MIT | Apache-2.0; declared-vs-declared: Apache-2.0 | MIT; " },
    { "other, though the readme says MIT", "---\nlicense: other\n---\nThis model is licensed under the MIT License.\n",
      { "LICENSE", "MIT" }, "declared-vs-declared: other | MIT; " },
    { "code MIT, weights other", "---\nlicense: other\n---\nThe code is licensed under the MIT License.\n",
      { "LICENSE-CODE", "MIT", "LICENSE-MODEL", "LicenseRef-scancode-deepseek-la-1.0" }, "" },
    { "code MIT, weights tagged", "---\nlicense: cc-by-nc-4.0\n---\nThe code is licensed under the MIT License.\n",
      { "LICENSE-CODE", "MIT", "LICENSE-MODEL", "CC-BY-NC-4.0" }, "" },
    { "a list under one key", "---\nlicense: [mit, apache-2.0]\n---\n", { "LICENSE", "MIT", "LICENSE-2", "Apache-2.0" },
      "text-vs-text: MIT | Apache-2.0; " },
    { "a choice", "---\nlicense: MIT OR Apache-2.0\n---\n", { "LICENSE", "Apache-2.0" }, "" },
    { "a choice that was not given", "---\nlicense: MIT OR Apache-2.0\n---\n", { "LICENSE", "CC-BY-NC-4.0" },
      "declared-vs-text: MIT | CC-BY-NC-4.0; declared-vs-text: Apache-2.0 | CC-BY-NC-4.0; " },
    { "only and or later share a text", "---\nlicense: GPL-3.0-or-later\n---\n", { "LICENSE", "GPL-3.0-only" }, "" },
    { "a link to nowhere", "---\nlicense: other\nlicense_link: LICENSE.txt\n---\n", { "LICENSE", "MIT" },
      "link: LICENSE.txt | no such file; " },
    { "a link to another model's file",
      "---\nlicense: apache-2.0\nlicense_link: https://huggingface.co/Qwen/Qwen3/blob/main/LICENSE\n---\n",
      { "NOTICE.txt", "Apache-2.0" }, "missing-text: Apache-2.0 | no licence text; " },
    { "a link that says otherwise", "---\nlicense: other\nlicense_link: https://opensource.org/licenses/MIT\n---\n",
      { "LICENSE", "Apache-2.0" }, "declared-vs-text: MIT | Apache-2.0; " },
    { "vendored texts", "---\nlicense: mit\n---\n", { "LICENSE", "MIT", "third_party/x/LICENSE", "Apache-2.0" }, "" },
    { "no text", "---\nlicense: apache-2.0\n---\n", { NULL }, "missing-text: Apache-2.0 | no licence text; " },
    { "no text is wanted", "---\nlicense: cc0-1.0\n---\n", { NULL }, "" },
    { "no policy", "---\nlicense: gemma\n---\n", { "LICENSE", GEMMA }, "missing-policy: " GEMMA " | no use policy; " },
    { "a policy", "---\nlicense: gemma\n---\n",
      { "LICENSE", GEMMA, "USE_POLICY.md", "LicenseRef-scancode-gemma-pup-2024-02-21" }, "" },
    { "nothing at all", "# x\n", { NULL }, "" },
    /* bases */
    { "MIT on Apache", "---\nlicense: mit\nbase_model: Qwen/Qwen3-8B\n---\n", { "LICENSE", "MIT" }, "" },
    { "MIT under Apache", "---\nlicense: apache-2.0\nbase_model: microsoft/phi-4\n---\n", { "LICENSE", "Apache-2.0" }, "" },
    { "Apache on Llama 3.1", "---\nlicense: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B\n---\n",
      { "LICENSE", "Apache-2.0" },
      "base-drops-terms: Apache-2.0 | meta-llama/Llama-3.1-8B: " LLAMA31 " drops use policy, users threshold, naming; " },
    { "Llama 3.1 on Llama 3.1", "---\nlicense: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\n---\n",
      { "LICENSE", LLAMA31 }, "" },
    { "MIT on a distilled Llama", "---\nlicense: mit\nbase_model: deepseek-ai/DeepSeek-R1-Distill-Llama-8B\n---\n",
      { "LICENSE", "MIT" },
      "base-drops-terms: MIT | deepseek-ai/DeepSeek-R1-Distill-Llama-8B: " LLAMA31
      " drops use policy, users threshold, naming; "
      "base-drops-terms: MIT | meta-llama/Llama-3.1-8B: " LLAMA31 " drops use policy, users threshold, naming; " },
    { "MIT on a non-commercial base", "---\nlicense: mit\nbase_model: facebook/nllb-200-distilled-600M\n---\n",
      { "LICENSE", "MIT" },
      "base-drops-terms: MIT | facebook/nllb-200-distilled-600M: CC-BY-NC-4.0 drops non-commercial, training; " },
    { "Apache on share-alike", "---\nlicense: apache-2.0\nbase_model: replit/replit-code-v1-3b\n---\n",
      { "LICENSE", "Apache-2.0" },
      "base-drops-terms: Apache-2.0 | replit/replit-code-v1-3b: CC-BY-SA-4.0 drops share-alike; " },
    { "an unknown base", "---\nlicense: mit\nbase_model: nobody/nothing\n---\n", { "LICENSE", "MIT" }, "" },
    { "only a hint", "---\nlicense: mit\nbase_model: nobody/llama-3.1-tune\n---\n", { "LICENSE", "MIT" }, "" },
    { "a quantised copy under another licence",
      "---\nlicense: mit\nbase_model: Qwen/Qwen3-8B\nbase_model_relation: quantized\n---\n", { "LICENSE", "MIT" },
      "base-drops-terms: MIT | Qwen/Qwen3-8B: Apache-2.0; " },
    { "a quantised copy", "---\nlicense: apache-2.0\nbase_model: Qwen/Qwen3-8B\nbase_model_relation: quantized\n---\n",
      { "LICENSE", "Apache-2.0" }, "" },
};

static void add_made_text(struct model *m, const char *path, const char *id)
{
    struct concluded *c = &m->texts[m->n_texts++];
    enum snap_scope scope = snapshot_scope(path);
    enum snap_role role = snapshot_role(path);
    bool rider = *id == '+';
    *c = (struct concluded){ .id = *id == '?' ? "" : id + rider, .path = path, .nested = strchr(path, '/') != NULL,
                             .match = rider ? MATCH_RESIDUE : *id == '?' ? MATCH_UNKNOWN : MATCH_EXACT,
                             .kind = role == SNAP_USE_POLICY ? TEXT_IS_POLICY
                                     : role == SNAP_LICENSE ? TEXT_IS_LICENSE : TEXT_IS_NOTICES,
                             .scope = scope ? 1u << scope : 0 };
    c->evidence = evidence_of(&m->a, path, span_str("text"), 0, 4, true);
    m->files[m->n_files++] = path;
    if (*c->id && catalog_find(&cat, c->id, &c->record, NULL))
        fail_msg("no record %s", c->id);
}

static void make(struct model *m, const struct made *x)
{
    model_init(m);
    m->files[m->n_files++] = "README.md";
    add_card(m, "README.md", span_str(x->card));
    for (size_t i = 0; i + 1 < sizeof x->texts / sizeof *x->texts && x->texts[i]; i += 2)
        add_made_text(m, x->texts[i], x->texts[i + 1]);
}

TEST(made_models_have_the_conflicts_they_were_made_with)
{
    size_t bad = 0;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        struct model m;
        make(&m, &made[i]);
        struct conflict_list l = found(&m);
        const char *got = told(&l, &m.a);
        if (strcmp(got, made[i].want) != 0) {
            print_error("%s\n  want %s\n  got  %s\n", made[i].what, made[i].want, got);
            bad++;
        }
        arena_fini(&m.a);
    }
    EQ(bad, 0);
}

/* ---- properties -------------------------------------------------------------------------------- */

/* No licence drops terms of itself; one that drops nothing of a second drops nothing that the second keeps. */
TEST(drops_are_an_order)
{
    size_t n = catalog_count(&cat);
    const struct license_record **r = arena_array(&process, n, sizeof *r);
    for (size_t i = 0; i < n; i++)
        EQ(catalog_at(&cat, i, &r[i], NULL), 0);
    for (size_t i = 0; i < n; i++) {
        if (r[i]->kind != LICENSE_KIND_LICENSE)
            continue;
        for (size_t k = 0; k < n; k++) {
            unsigned drops = conflict_drops(r[i], r[k], MULTIMODAL_UNSAID);
            YES(drops < 1u << DROP_COUNT);
            if (i == k)
                EQ(drops, 0);
            if (r[i]->class == CLASS_PERMISSIVE && r[k]->class == CLASS_PERMISSIVE && !r[i]->policy.present
                && (drops & ~(1u << DROP_NAMING | 1u << DROP_FIELD | 1u << DROP_SHARE_ALIKE)))
                fail_msg("%s under %s drops %x", r[i]->id, r[k]->id, drops);
        }
    }
    EQ(conflict_drops(NULL, r[0], MULTIMODAL_UNSAID), 0);
    EQ(conflict_drops(r[0], NULL, MULTIMODAL_UNSAID), 0);
}

TEST(a_region_for_multimodal_models_binds_no_text_model)
{
    const struct license_record *base, *mit;
    EQ(catalog_find(&cat, "LicenseRef-scancode-llama-3.2-license-2024", &base, NULL), 0);
    EQ(catalog_find(&cat, "MIT", &mit, NULL), 0);
    if (base->n_regions && base->regions[0].multimodal_only) {
        YES(conflict_drops(base, mit, MULTIMODAL_UNSAID) & 1u << DROP_REGION);
        YES(conflict_drops(base, mit, MULTIMODAL_YES) & 1u << DROP_REGION);
        NOT(conflict_drops(base, mit, MULTIMODAL_NO) & 1u << DROP_REGION);
    }
    EQ(catalog_find(&cat, "LicenseRef-Tencent-Hunyuan-Large-2024-11-05", &base, NULL), 0);
    YES(conflict_drops(base, mit, MULTIMODAL_NO) & 1u << DROP_REGION);
}

/* The order in which things were found changes neither what is found nor how much. */
TEST(order_does_not_matter)
{
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        struct model m;
        make(&m, &made[i]);
        struct conflict_list one = found(&m);
        for (size_t a = 0, b = m.declared.n; a + 1 < b; a++, b--) {
            struct declared t = m.declared.items[a];
            m.declared.items[a] = m.declared.items[b - 1];
            m.declared.items[b - 1] = t;
        }
        for (size_t a = 0, b = m.n_texts; a + 1 < b; a++, b--) {
            struct concluded t = m.texts[a];
            m.texts[a] = m.texts[b - 1];
            m.texts[b - 1] = t;
        }
        struct conflict_list two = found(&m);
        EQ(one.n, two.n);
        for (size_t k = 0; k < one.n; k++)
            EQ(one.items[k].kind, two.items[k].kind);
        arena_fini(&m.a);
    }
}

TEST(many_statements_are_bounded)
{
    struct buf b;
    struct model m;
    model_init(&m);
    buf_init(&b, 1 << 24);
    buf_str(&b, "---\ntags:\n");
    for (size_t i = 0; i < 400; i++)
        buf_fmt(&b, "- 'license:%s'\n", idx.entries[i * 7 % idx.n_entries].id);
    buf_str(&b, "---\n");
    for (size_t i = 0; i < 400; i++)
        buf_fmt(&b, "\nSPDX-License-Identifier: %s\n", idx.entries[i * 5 % idx.n_entries].id);
    add_card(&m, "README.md", buf_view(&b));
    YES(m.declared.n > 400);
    struct conflict_list l = found(&m);
    EQ(l.n, CONFLICT_MAX);
    YES(l.truncated);
    buf_fini(&b);
    arena_fini(&m.a);
}

TEST(no_allocation_may_fail_silently)
{
    struct model m;
    make(&m, &made[sizeof made / sizeof *made - 2]);
    add_card(&m, "README.md", span_str("---\nlicense: apache-2.0\nlicense_link: X\n---\nThe model is under MIT.\n"));
    struct conflict_input in = { .declared = m.declared.items, .n_declared = m.declared.n, .concluded = m.texts,
                                 .n_concluded = m.n_texts, .bases = m.bases.items, .n_bases = m.bases.n,
                                 .files = m.files, .n_files = m.n_files };
    struct arena a;
    struct conflict_list out = { 0 };
    for (size_t limit = 64;; limit += 64) {             /* an arena that is full at every point */
        arena_init(&a, limit);
        int rc = conflict_find(&in, &a, &out, NULL);
        size_t n = out.n;
        arena_fini(&a);
        if (rc == 0) {
            YES(n > 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
        EQ(n, 0);
    }
    fault_alloc_at(1);
    arena_init(&a, 1 << 20);
    EQ(conflict_find(&in, &a, &out, NULL), ERR_MEMORY);
    fault_alloc_at(0);
    arena_fini(&a);
    arena_fini(&m.a);
}

static int open_all(void **state)
{
    struct err e = { 0 };
    (void)state;
    arena_init(&process, (size_t)1 << 30);
    if (index_open(index_builtin(), &process, &idx, &e) || catalog_open(&cat, &process, &e)
        || declare_init(&ctx, &cat, &idx, &process, &e)
        || families_open(&fam, &cat, SPAN_NONE, SPAN_NONE, &process, &e)) {
        print_error("%s\n", e.msg);
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
        CASE(real_folders_have_the_conflicts_a_reader_finds),
        CASE(made_models_have_the_conflicts_they_were_made_with),
        CASE(drops_are_an_order),
        CASE(a_region_for_multimodal_models_binds_no_text_model),
        CASE(order_does_not_matter),
        CASE(many_statements_are_bounded),
        CASE(no_allocation_may_fail_silently),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
