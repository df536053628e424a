// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/buf.h"
#include "format/snapshot.h"
#include "tests/support/faults.h"

#define C SNAP_SCOPE_CODE
#define W SNAP_SCOPE_WEIGHTS
#define D SNAP_SCOPE_DATA
#define X SNAP_SCOPE_DOCS

struct row { const char *path; enum snap_role role; enum snap_scope scope; };

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        enum snap_role role = snapshot_role(rows[i].path);
        if (role != rows[i].role || snapshot_scope(rows[i].path) != rows[i].scope)
            fail_msg("\"%s\" is taken for %s, scope %d", rows[i].path, snapshot_role_name(role),
                     snapshot_scope(rows[i].path));
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

TEST(snapshot_weights_and_configuration)
{
    static const struct row rows[] = {
        { "model.gguf", SNAP_WEIGHTS_GGUF, 0 }, { "q/Model-Q4_K_M.GGUF", SNAP_WEIGHTS_GGUF, 0 },
        { "model.safetensors", SNAP_WEIGHTS_SAFETENSORS, 0 }, { "pytorch_model.bin", SNAP_WEIGHTS_OTHER, 0 },
        { "model.safetensors.index.json", SNAP_WEIGHTS_INDEX, 0 }, { "tf_model.h5", SNAP_WEIGHTS_OTHER, 0 },
        { "pytorch_model.bin.index.json", SNAP_WEIGHTS_INDEX, 0 }, { "flax_model.msgpack", SNAP_WEIGHTS_OTHER, 0 },
        { "onnx/model.onnx", SNAP_WEIGHTS_OTHER, 0 }, { "consolidated.00.pth", SNAP_WEIGHTS_OTHER, 0 },
        { "v1-5.ckpt", SNAP_WEIGHTS_OTHER, 0 }, { "a.pt", SNAP_WEIGHTS_OTHER, 0 },
        { "training_args.bin", SNAP_TRAINING_STATE, 0 }, { "checkpoint-5/rng_state_0.pth", SNAP_TRAINING_STATE, 0 },
        { "config.json", SNAP_CONFIG, 0 }, { "text_encoder/config.json", SNAP_CONFIG, 0 },
        { "adapter_config.json", SNAP_ADAPTER_CONFIG, 0 }, { "generation_config.json", SNAP_GENERATION_CONFIG, 0 },
        { "preprocessor_config.json", SNAP_CONFIG_OTHER, 0 }, { "model_index.json", SNAP_CONFIG_OTHER, 0 },
        { "tokenizer.json", SNAP_TOKENIZER, 0 }, { "merges.txt", SNAP_TOKENIZER, 0 },
        { "qwen.tiktoken", SNAP_TOKENIZER, 0 }, { "tokenizer.model", SNAP_TOKENIZER, 0 },
        { "tokenizer_config.json", SNAP_TOKENIZER_CONFIG, 0 }, { "chat_template.jinja", SNAP_CHAT_TEMPLATE, 0 },
        { "chat_template.json", SNAP_CHAT_TEMPLATE, 0 }, { ".eval_results/gsm8k.yaml", SNAP_EVAL_RESULTS, 0 },
        { "eval_results/gsm8k.yaml", SNAP_OTHER, 0 },
    };
    CHECK_ROWS(rows);
}

TEST(snapshot_licences_policies_and_notices)
{
    static const struct row rows[] = {
        { "LICENSE", SNAP_LICENSE, 0 }, { "licence.TXT", SNAP_LICENSE, 0 }, { "License.md", SNAP_LICENSE, 0 },
        { "COPYING", SNAP_LICENSE, 0 }, { "COPYING.LESSER", SNAP_LICENSE, 0 }, { "UNLICENSE", SNAP_LICENSE, 0 },
        { "LICENSE-MODEL", SNAP_LICENSE, W }, { "LICENSE_MODEL", SNAP_LICENSE, W },
        { "MODEL_LICENSE", SNAP_LICENSE, W },
        { "MODEL_LICENSE.md", SNAP_LICENSE, W }, { "LICENSE-CODE", SNAP_LICENSE, C },
        { "LICENSE-DATA", SNAP_LICENSE, D },
        { "LICENSE-docs.txt", SNAP_LICENSE, X }, { "model_licenses/LICENSE-FLUX1-dev", SNAP_LICENSE, W },
        { "Tongyi Qianwen LICENSE AGREEMENT", SNAP_LICENSE, 0 },
        { "Tongyi Qianwen RESEARCH LICENSE AGREEMENT", SNAP_LICENSE, 0 },
        { "Qwen v1.5 LICENSE AGREEMENT", SNAP_LICENSE, 0 },
        { "LICENSE.OpenMDW-1.1", SNAP_LICENSE, 0 }, { "1.0/LICENSE.openmdw", SNAP_LICENSE, 0 },
        { "gemma-tou-2025-03-24.LICENSE", SNAP_LICENSE, 0 }, { "data/LICENSE", SNAP_LICENSE, D },
        { "models/llama2/LICENSE", SNAP_LICENSE, 0 }, { "LICENSES/MIT.txt", SNAP_LICENSE, 0 },
        { "license_raw/OpenRAIL++.txt", SNAP_LICENSE, 0 }, { "EULA.pdf", SNAP_LICENSE, 0 },
        { "TERMS_OF_USE.html", SNAP_LICENSE, 0 }, { "terms.txt", SNAP_LICENSE, 0 },
        { "GEMMA_TERMS.html", SNAP_LICENSE, 0 },
        { "LICENSE.pdf", SNAP_LICENSE, 0 },
        { "Baichuan 2\xe6\xa8\xa1\xe5\x9e\x8b\xe8\xae\xb8\xe5\x8f\xaf.pdf", SNAP_LICENSE, 0 },
        { "\xe6\xa8\xa1\xe5\x9e\x8b\xe5\x8d\x8f\xe8\xae\xae.pdf", SNAP_LICENSE, 0 },
        { "Community License for Baichuan2 Model.pdf", SNAP_LICENSE, W },
        { "LLAMA-2-LICENSE.txt", SNAP_LICENSE, 0 },
        { "NOTICE", SNAP_NOTICE, 0 }, { "Notice", SNAP_NOTICE, 0 }, { "NOTICE.txt", SNAP_NOTICE, 0 },
        { "THIRD_PARTY_LICENSES", SNAP_NOTICE, 0 }, { "ThirdPartyNotices.txt", SNAP_NOTICE, 0 },
        { "third-party-notices.md", SNAP_NOTICE, 0 }, { "COPYRIGHT", SNAP_NOTICE, 0 },
        { "USE_POLICY.md", SNAP_USE_POLICY, 0 }, { "USAGE_POLICY", SNAP_USE_POLICY, 0 },
        { "Acceptable Use Policy.pdf", SNAP_USE_POLICY, 0 }, { "PROHIBITED_USE_POLICY.txt", SNAP_USE_POLICY, 0 },
        { "license_check.py", SNAP_CODE, 0 }, { "licenses.json", SNAP_OTHER, 0 }, { "licensee.md", SNAP_DOCS, 0 },
        { "terminal.txt", SNAP_DOCS, 0 }, { "license.safetensors", SNAP_WEIGHTS_SAFETENSORS, 0 },
        { "acceptable_use.py", SNAP_CODE, 0 }, { "noticeable.md", SNAP_DOCS, 0 }, { "", SNAP_OTHER, 0 },
    };
    CHECK_ROWS(rows);
}

TEST(snapshot_cards_code_and_data)
{
    static const struct row rows[] = {
        { "README.md", SNAP_CARD, 0 }, { "readme.MD", SNAP_CARD, 0 }, { "README", SNAP_CARD, 0 },
        { "README_en.md", SNAP_CARD, 0 }, { "MODEL_CARD_dbrx_base.md", SNAP_CARD, 0 },
        { "model-card.md", SNAP_CARD, 0 },
        { "Stable_Diffusion_v1_Model_Card.md", SNAP_CARD, 0 }, { "model_cards/FLUX.1-dev.md", SNAP_CARD, 0 },
        { "modelcard.md", SNAP_CARD, 0 }, { "dataset_card.md", SNAP_DOCS, 0 }, { "description.md", SNAP_DOCS, 0 },
        { "modeling_x.py", SNAP_CODE, 0 }, { "run.sh", SNAP_CODE, 0 }, { "requirements.txt", SNAP_CODE, 0 },
        { "readme_gen.py", SNAP_CODE, 0 }, { "train.jsonl", SNAP_DATA, 0 }, { "d/a.parquet", SNAP_DATA, 0 },
        { "paper.pdf", SNAP_DOCS, 0 }, { "logo.png", SNAP_OTHER, 0 }, { ".gitattributes", SNAP_OTHER, 0 },
        { "notes.txt", SNAP_DOCS, 0 },
    };
    CHECK_ROWS(rows);
}

static struct snapshot classified(struct arena *a, const char *const *paths, size_t n)
{
    struct fs_list *list = arena_alloc(a, sizeof *list);
    struct snapshot s;
    list->items = arena_array(a, n, sizeof *list->items);
    list->n = n;
    for (size_t i = 0; i < n; i++)
        list->items[i] = (struct fs_entry){ .path = arena_str(a, paths[i]), .size_bytes = 100 };
    EQ(snapshot_classify(list, a, &s, NULL), 0);
    return s;
}

TEST(snapshot_shards_form_sets)
{
    static const char *const paths[] = {
        "a/m-00001-of-00002.safetensors", "a/m-00002-of-00002.safetensors", "m-00001-of-00002.gguf",
        "m-00001-of-00002.safetensors", "m-00001-of-00003.safetensors", "m-00002-of-00003.safetensors",
        "m-00004-of-00003.safetensors", "m-0001-of-0002.safetensors", "m-00001-of-00000.gguf", "-00001-of-00001.gguf",
        "m-00001-of-00002.json", "m.safetensors", "x-00001-of-00001.bin",
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    struct snapshot s = classified(&a, paths, sizeof paths / sizeof *paths);
    static const struct { const char *stem; uint32_t n, present; bool complete; } want[] = {
        { "a/m", 2, 2, true }, { "m", 2, 1, false }, { "m", 2, 1, false }, { "m", 3, 2, false },
        { "x", 1, 1, true },
    };
    EQ(s.n_sets, 5);
    for (size_t i = 0; i < s.n_sets; i++) {
        YES(span_is(s.sets[i].stem, want[i].stem));
        EQ(s.sets[i].n_shards, want[i].n);
        EQ(s.sets[i].n_present, want[i].present);
        EQ(s.sets[i].complete, want[i].complete);
    }
    EQ(s.files[1].shard, 2);
    EQ(s.files[1].n_shards, 2);
    EQ(s.files[1].set, 0);
    EQ(s.sets[0].size_bytes, 200);
    EQ(s.sets[3].size_bytes, 300);
    EQ(s.files[0].depth, 1);
    for (size_t i = 7; i < 12; i++)
        EQ(s.files[i].n_shards, 0);
    EQ(s.n_of[SNAP_WEIGHTS_SAFETENSORS], 8);
    arena_fini(&a);
}

TEST(snapshot_description_beside_weights_is_a_card)
{
    static const char *const paths[] = { "a/description.md", "a/sub/w.gguf", "b/description.md", "b/sub/x", "b/w.gguf",
                                         "ba/w.gguf", "description.md", "z/LICENSE.pdf" };
    struct arena a;
    arena_init(&a, 1 << 20);
    struct snapshot s = classified(&a, paths, sizeof paths / sizeof *paths);
    EQ(s.files[0].role, SNAP_DOCS);
    EQ(s.files[2].role, SNAP_CARD);
    EQ(s.files[6].role, SNAP_DOCS);
    EQ(s.n_of[SNAP_CARD], 1);
    YES(s.files[7].is_pdf && !s.files[6].is_pdf);
    s = classified(&a, paths, 0);
    EQ(s.n, 0);
    arena_fini(&a);
}

/* Cut the next piece off `rest`, up to `mark`; a NUL-terminated copy. */
static char *cut(struct arena *a, struct span *rest, char mark)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != (uint8_t)mark)
        n++;
    char *piece = arena_strn(a, rest->p, n);
    *rest = span_sub(*rest, n + 1, rest->n);
    return piece;
}

/* One row of the case table: folder, file, licence ("-": none may be concluded), what it covers. */
static void check_case(struct arena *a, const char *row)
{
    struct span rest = span_str(row);
    char *folder = cut(a, &rest, '\t'), *file = cut(a, &rest, '\t');
    char *licence = cut(a, &rest, '\t'), *covers = cut(a, &rest, '\t');
    char *path = fs_join(a, folder, file);
    enum snap_role role = snapshot_role(path), want = SNAP_LICENSE;
    if (strcmp(licence, "-") == 0 && strcmp(covers, "policy") == 0)
        want = SNAP_USE_POLICY;
    if (strcmp(licence, "-") == 0 && strncmp(covers, "notice", 6) == 0)
        want = SNAP_NOTICE;
    if (role != want)
        fail_msg("\"%s\" (%s) is taken for %s", path, covers, snapshot_role_name(role));
    enum snap_scope scope = snapshot_scope(path);
    if ((scope == SNAP_SCOPE_WEIGHTS && !strstr(covers, "weights")) ||
        (scope == SNAP_SCOPE_CODE && !strstr(covers, "code")))
        fail_msg("\"%s\" covers %s, the scope read is %d", path, covers, scope);
}

/* Every file that the case table judges must be found by its name. */
TEST(snapshot_finds_every_judged_file)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct span table;
    char *dir = fs_join(&a, dir_of("ASSAY_SHARED"), "data/licenses/cases");
    if (fs_read(fs_join(&a, dir, "cases.tsv"), 1 << 20, &a, &table, NULL))
        SKIP("no ASSAY_SHARED/data/licenses/cases");
    size_t n = 0;
    for (; table.n; n++) {
        char *row = cut(&a, &table, '\n');
        if (n > 0)
            check_case(&a, row);
    }
    EQ(n, 41);
    arena_fini(&a);
}

TEST(snapshot_of_real_folders)
{
    struct arena a;
    arena_init(&a, 1 << 26);
    static const struct { const char *dir; size_t licenses, cards, notices, policies; } want[] = {
        { "data/licenses/cases/QwenLM__Qwen", 2, 1, 1, 0 },
        { "data/licenses/cases/databricks__dbrx", 1, 3, 1, 0 },
        { "data/licenses/cases/black-forest-labs__flux", 3, 3, 0, 0 },
        { "data/licenses/cases/openai__gpt-oss", 1, 1, 0, 1 },
        { "data/licenses/more/meta-llama__llama-models", 4, 4, 0, 4 },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct fs_list list;
        struct snapshot s;
        if (fs_list(fs_join(&a, dir_of("ASSAY_SHARED"), want[i].dir), NULL, 1000, &a, &list, NULL))
            SKIP("no ASSAY_SHARED/%s", want[i].dir);
        EQ(snapshot_classify(&list, &a, &s, NULL), 0);
        EQ(s.n, list.n);
        EQ(s.n_of[SNAP_LICENSE], want[i].licenses);
        EQ(s.n_of[SNAP_CARD], want[i].cards);
        EQ(s.n_of[SNAP_NOTICE], want[i].notices);
        EQ(s.n_of[SNAP_USE_POLICY], want[i].policies);
    }
    arena_fini(&a);
}

TEST(snapshot_config_facts_have_places)
{
    static const char in[] =
        "{\n"
        "  \"_name_or_path\": \"meta-llama/Llama-3.1-8B\",\n"
        "  \"architectures\": [\n    \"LlamaForCausalLM\", 7, \"B\"\n  ],\n"
        "  \"model_type\": \"llama\",\n"
        "  \"torch_dtype\": null,\n"
        "  \"transformers_version\": \"4.43.0\",\n"
        "  \"vocab_size\": 128256,\n"
        "  \"text_config\": { \"max_position_embeddings\": 131072, \"dtype\": \"bfloat16\", \"vocab_size\": 5 }\n"
        "}\n";
    struct arena a;
    arena_init(&a, 1 << 20);
    struct snapshot_config c;
    EQ(snapshot_config(span_str(in), &a, &c, NULL), 0);
    YES(span_is(c.name_or_path.text, "meta-llama/Llama-3.1-8B"));
    EQ(c.name_or_path.line_from, 2);
    EQ(memcmp(in + c.name_or_path.byte_from, "\"meta-llama", 11), 0);
    EQ(in[c.name_or_path.byte_to - 1], '"');
    EQ(c.n_architectures, 2);
    YES(span_is(c.architectures[0].text, "LlamaForCausalLM"));
    EQ(c.architectures[0].line_from, 4);
    YES(span_is(c.model_type.text, "llama"));
    YES(span_is(c.dtype.text, "bfloat16"));
    YES(span_is(c.max_positions.text, "131072"));
    EQ(c.max_positions.line_from, 10);
    YES(span_is(c.vocab_size.text, "128256"));
    YES(span_is(c.transformers_version.text, "4.43.0"));
    YES(c.base_model.text.p == NULL && c.hidden_size.text.p == NULL);
    static const char adapter[] =
        "{\"base_model_name_or_path\": \"a/b\", \"peft_type\": \"LORA\", \"revision\": \"main\"}";
    EQ(snapshot_config(span_str(adapter), &a, &c, NULL), 0);
    YES(span_is(c.base_model.text, "a/b") && span_is(c.peft_type.text, "LORA"));
    YES(span_is(c.base_revision.text, "main"));
    arena_fini(&a);
}

TEST(snapshot_config_refuses_what_is_none)
{
    static const char in[] = "{\"architectures\": [\"A\"], \"model_type\": \"x\", \"text_config\": [1]}";
    struct arena a;
    arena_init(&a, 1 << 20);
    struct snapshot_config c = { .n_architectures = 77 };
    struct err e = { 0 };
    EQ(snapshot_config(span_str("[1]"), &a, &c, &e), ERR_FORMAT);
    EQ(snapshot_config(span_str(""), &a, &c, &e), ERR_FORMAT);
    EQ(snapshot_config(span_of(in, 17 << 20), &a, &c, &e), ERR_LIMIT);
    for (size_t n = 0; n + 1 < sizeof in - 1; n++)
        EQ(snapshot_config(span_of(in, n), &a, &c, &e), ERR_FORMAT);
    EQ(c.n_architectures, 77);
    EQ(snapshot_config(span_str(in), &a, &c, &e), 0);
    EQ(snapshot_config(span_str("{\"architectures\": \"A\", \"model_type\": {}}"), &a, &c, &e), 0);
    YES(c.n_architectures == 0 && !c.model_type.text.p);
    arena_fini(&a);
}

TEST(snapshot_survives_odd_names)
{
    char longest[3000];
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "LICENSE", 7);
    memcpy(longest + sizeof longest - 12, ".safetensors", 13 - 1);
    longest[sizeof longest - 1] = 0;
    (void)snapshot_role(longest);
    for (size_t n = 0; n < 700; n++)
        (void)snapshot_scope(longest + sizeof longest - 1 - n);
    longest[1000] = '/';
    longest[2500] = '/';
    (void)snapshot_scope(longest);
    static const char *const odd[] = { "/", "//", ".", "..", "a/", "/LICENSE", ".license", "-.-", "\xff\xfe.md",
                                       "a.", "." };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        (void)snapshot_scope(odd[i]);
    EQ(snapshot_role("/LICENSE"), SNAP_LICENSE);
    STR(snapshot_role_name(SNAP_ROLE_COUNT), "?");
}

TEST(snapshot_survives_every_failed_allocation)
{
    enum { N = 2000 };
    static struct fs_entry items[N];
    static char paths[N][40];
    for (size_t i = 0; i < N; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "m-%05zu-of-02000.safetensors", i);
        items[i] = (struct fs_entry){ .path = paths[i], .size_bytes = 1 };
    }
    const struct fs_list list = { .items = items, .n = N };
    struct buf json;
    buf_init(&json, 4000);
    buf_str(&json, "{\"architectures\":[");
    for (size_t i = 0; i < 150; i++)
        buf_str(&json, "\"Architecture\",");
    buf_str(&json, "\"B\"]}");
    for (size_t k = 1;; k++) {
        struct arena a;
        struct snapshot s = { .n = 77 };
        struct snapshot_config c = { .n_architectures = 77 };
        struct err e = { 0 };
        arena_init(&a, 1 << 24);
        fault_alloc_at(k);
        int rc = snapshot_classify(&list, &a, &s, &e);
        if (rc)
            EQ(s.n, 77);
        if (!rc)
            rc = snapshot_config(buf_view(&json), &a, &c, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            EQ(c.n_architectures, 151);
            YES(k > 2);
            break;
        }
        EQ(rc, ERR_MEMORY);
        EQ(c.n_architectures, 77);
    }
    buf_fini(&json);
}

int main(void)
{
    return RUN(CASE(snapshot_weights_and_configuration), CASE(snapshot_licences_policies_and_notices),
               CASE(snapshot_cards_code_and_data), CASE(snapshot_shards_form_sets),
               CASE(snapshot_description_beside_weights_is_a_card), CASE(snapshot_finds_every_judged_file),
               CASE(snapshot_of_real_folders), CASE(snapshot_config_facts_have_places),
               CASE(snapshot_config_refuses_what_is_none), CASE(snapshot_survives_odd_names),
               CASE(snapshot_survives_every_failed_allocation));
}
