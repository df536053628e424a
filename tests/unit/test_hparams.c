// SPDX-License-Identifier: Apache-2.0
/* Hyperparameters. The KV cache of published configurations is compared with values worked out by hand:
 * 2 (keys, values) x layers x key-value heads x head length x 2 bytes. */
#include "tests/support/check.h"

#include "base/fs.h"
#include "format/hparams.h"
#include "tests/support/faults.h"
#include "tests/support/gguf_make.h"

static struct arena memory;

static int config(const char *json, struct hparams *h, struct err *e)
{
    return hparams_from_config(span_str(json), &memory, h, e);
}

static uint64_t kib_per_token(const struct hparams *h)
{
    return hp_kv_elements(h, 1) * 2 / 1024;
}

/* The numbers are those of the published config.json files. */
static const char llama31_8b[] =
    "{\"architectures\": [\"LlamaForCausalLM\"], \"model_type\": \"llama\", \"hidden_size\": 4096,\n"
    " \"intermediate_size\": 14336, \"num_hidden_layers\": 32, \"num_attention_heads\": 32, \"num_key_value_heads\": 8,\n"
    " \"max_position_embeddings\": 131072, \"vocab_size\": 128256}";
static const char qwen25_7b[] =
    "{\"model_type\": \"qwen2\", \"hidden_size\": 3584, \"intermediate_size\": 18944, \"num_hidden_layers\": 28,\n"
    " \"num_attention_heads\": 28, \"num_key_value_heads\": 4, \"max_position_embeddings\": 32768, \"vocab_size\": 152064,\n"
    " \"sliding_window\": 131072, \"use_sliding_window\": false, \"max_window_layers\": 28}";
static const char gemma3_1b[] =
    "{\"model_type\": \"gemma3_text\", \"hidden_size\": 1152, \"intermediate_size\": 6912, \"num_hidden_layers\": 26,\n"
    " \"num_attention_heads\": 4, \"num_key_value_heads\": 1, \"head_dim\": 256, \"max_position_embeddings\": 32768,\n"
    " \"sliding_window\": 512, \"sliding_window_pattern\": 6, \"vocab_size\": 262144}";
static const char deepseek_v3[] =
    "{\"model_type\": \"deepseek_v3\", \"hidden_size\": 7168, \"num_hidden_layers\": 61, \"num_attention_heads\": 128,\n"
    " \"num_key_value_heads\": 128, \"kv_lora_rank\": 512, \"qk_rope_head_dim\": 64, \"qk_nope_head_dim\": 128,\n"
    " \"v_head_dim\": 128, \"n_routed_experts\": 256, \"num_experts_per_tok\": 8, \"moe_intermediate_size\": 2048,\n"
    " \"max_position_embeddings\": 163840, \"vocab_size\": 129280}";

TEST(the_cache_of_published_models)
{
    struct hparams h;
    EQ(config(llama31_8b, &h, NULL), 0);
    EQ(kib_per_token(&h), 128);                                 /* 2 * 32 * 8 * 128 * 2 */
    EQ(hp_value(&h, HP_CONTEXT), 131072);
    EQ(hp_value(&h, HP_KEY_DIM), 128);
    YES(h.facts[HP_KEY_DIM].derived && !h.facts[HP_LAYERS].derived);
    EQ(config(qwen25_7b, &h, NULL), 0);
    EQ(kib_per_token(&h), 56);                                  /* 2 * 28 * 4 * 128 * 2; the window is switched off */
    EQ(hp_kv_elements(&h, 200000) * 2, (uint64_t)200000 * 56 * 1024);
    YES(!h.window_unsure && hp_value(&h, HP_WINDOW) == 0);
    EQ(config(deepseek_v3, &h, NULL), 0);
    YES(h.compressed);
    EQ(hp_kv_elements(&h, 1) * 2, 61 * (512 + 64) * 2);         /* 68.6 KiB, as in the paper */
}

TEST(windows_bound_the_cache)
{
    struct hparams h;
    EQ(config(gemma3_1b, &h, NULL), 0);
    EQ(kib_per_token(&h), 26);                                  /* 2 * 26 * 1 * 256 * 2 */
    /* of 26 layers 4 are full (6, 12, 18, 24), 22 keep 512 tokens */
    EQ(hp_kv_elements(&h, 32768) * 2, (4ull * 32768 + 22 * 512) * 2 * 256 * 2);
    EQ(hp_kv_elements(&h, 512) * 2, 512ull * 26 * 1024);
    EQ(config("{\"model_type\": \"mistral\", \"hidden_size\": 4096, \"num_hidden_layers\": 32, \"num_attention_heads\": 32,"
              "\"num_key_value_heads\": 8, \"sliding_window\": 4096, \"max_position_embeddings\": 32768}", &h, NULL), 0);
    EQ(hp_kv_elements(&h, 32768) * 2, 4096ull * 128 * 1024);    /* Mistral 7B v0.1: every layer */
    EQ(config("{\"model_type\": \"gpt_oss\", \"hidden_size\": 2880, \"num_hidden_layers\": 4, \"num_attention_heads\": 64,"
              "\"num_key_value_heads\": 8, \"head_dim\": 64, \"sliding_window\": 128, \"layer_types\": [\"sliding_attention\","
              "\"full_attention\", \"sliding_attention\", \"full_attention\"], \"num_local_experts\": 32,"
              "\"num_experts_per_tok\": 4}", &h, NULL), 0);
    EQ(hp_kv_elements(&h, 1000), (2 * 1000 + 2 * 128) * 1024ull);
    EQ(hp_value(&h, HP_EXPERTS), 32);
    EQ(config("{\"model_type\": \"never_seen\", \"hidden_size\": 64, \"num_hidden_layers\": 2, \"num_attention_heads\": 2,"
              "\"sliding_window\": 8}", &h, NULL), 0);
    YES(h.window_unsure);
    EQ(hp_kv_elements(&h, 100), 2 * 100 * 128);
    EQ(config("{\"model_type\": \"qwen2\", \"hidden_size\": 64, \"num_hidden_layers\": 4, \"num_attention_heads\": 2,"
              "\"sliding_window\": 8, \"use_sliding_window\": true, \"max_window_layers\": 3}", &h, NULL), 0);
    EQ(hp_kv_elements(&h, 100), (3 * 100 + 8) * 128);
}

TEST(what_has_no_cache)
{
    struct hparams h;
    EQ(config("{\"model_type\": \"bert\", \"hidden_size\": 384, \"num_hidden_layers\": 6, \"num_attention_heads\": 12,"
              "\"max_position_embeddings\": 512, \"vocab_size\": 30522}", &h, NULL), 0);
    EQ(h.kind, HP_ENCODER);
    assert_null(h.missing);
    EQ(hp_kv_elements(&h, 512), 0);
    EQ(config("{\"model_type\": \"qwen3_next\", \"hidden_size\": 64, \"num_hidden_layers\": 4, \"num_attention_heads\": 4,"
              "\"num_key_value_heads\": 2, \"head_dim\": 32, \"layer_types\": [\"linear_attention\", \"linear_attention\","
              "\"linear_attention\", \"full_attention\"]}", &h, NULL), 0);
    EQ(hp_kv_elements(&h, 10), 10 * 2 * 64);
    EQ(config("{\"model_type\": \"mamba\", \"hidden_size\": 64, \"num_hidden_layers\": 4}", &h, NULL), 0);
    assert_null(h.missing);
    EQ(hp_kv_elements(&h, 10), 0);
    EQ(config("{\"model_type\": \"t5\", \"d_model\": 64, \"num_layers\": 4, \"num_heads\": 4}", &h, NULL), 0);
    assert_non_null(h.missing);
}

TEST(other_names_and_shapes)
{
    struct hparams h;
    EQ(config("{\"model_type\": \"gpt2\", \"n_embd\": 768, \"n_layer\": 12, \"n_head\": 12, \"n_positions\": 1024}", &h, NULL), 0);
    EQ(kib_per_token(&h), 36);
    EQ(config("{\"model_type\": \"falcon\", \"hidden_size\": 4544, \"num_hidden_layers\": 32, \"num_attention_heads\": 71,"
              "\"num_kv_heads\": 71, \"multi_query\": true, \"new_decoder_architecture\": false}", &h, NULL), 0);
    EQ(hp_kv_elements(&h, 1), 32 * 2 * 64);
    EQ(config("{\"model_type\": \"openelm\", \"hidden_size\": 64, \"num_hidden_layers\": 2, \"head_dim\": 16,"
              "\"num_key_value_heads\": [1, 3]}", &h, NULL), 0);
    EQ(hp_kv_elements(&h, 1), 4 * 32);
    EQ(hp_value(&h, HP_KV_HEADS), 3);
    /* A composite model writes only what differs from its class: heads that are not there are not guessed. */
    EQ(config("{\"model_type\": \"gemma3\", \"text_config\": {\"model_type\": \"gemma3_text\", \"hidden_size\": 2560,"
              "\"num_hidden_layers\": 34, \"sliding_window\": 1024}}", &h, NULL), 0);
    STR(h.missing, "the number of attention heads");
    STR(h.architecture, "gemma3_text");
    bool changed;
    EQ(hparams_kv_width(&h, 2 * 4 * 256, &memory, &changed, NULL), 0);  /* from the shapes of k_proj and v_proj */
    YES(changed);
    assert_null(h.missing);
    EQ(hp_kv_elements(&h, 1), 34 * 2048);
    EQ(config("{}", &h, NULL), 0);
    STR(h.missing, "the number of layers");
    EQ(hp_kv_elements(&h, 1), 0);
}

TEST(hostile_configurations_are_refused_with_the_byte)
{
    static const struct { const char *json; int rc; const char *at; } rows[] = {
        { "[]", ERR_FORMAT, "[]" }, { "{", ERR_FORMAT, NULL },
        { "{\"num_hidden_layers\": \"32\"}", ERR_FORMAT, "\"32\"" }, { "{\"num_hidden_layers\": -1}", ERR_FORMAT, "-1" },
        { "{\"num_hidden_layers\": 1.5}", ERR_FORMAT, "1.5" }, { "{\"num_hidden_layers\": 1025}", ERR_LIMIT, "1025" },
        { "{\"hidden_size\": 9223372036854775807}", ERR_LIMIT, "922" }, { "{\"hidden_size\": [1]}", ERR_FORMAT, "[1]" },
        { "{\"num_hidden_layers\": 2, \"num_key_value_heads\": [1]}", ERR_FORMAT, "[1]" },
        { "{\"num_hidden_layers\": 2, \"num_key_value_heads\": [1, {}]}", ERR_FORMAT, "{}" },
        { "{\"num_hidden_layers\": 2, \"layer_types\": [1, 2, 3]}", ERR_FORMAT, "[1" },
        { "{\"num_hidden_layers\": 1024, \"num_attention_heads\": 4096, \"head_dim\": 8192}", ERR_LIMIT, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hparams h = { .missing = "untouched" };
        struct err e = { 0 };
        if (config(rows[i].json, &h, &e) != rows[i].rc)
            fail_msg("%s: %s %s", rows[i].json, err_name(e.code), e.msg);
        STR(h.missing, "untouched");
        if (rows[i].at)
            EQ(e.pos, (uint64_t)(strstr(rows[i].json, rows[i].at) - rows[i].json));
    }
    struct hparams h;
    EQ(config("{\"num_hidden_layers\": 0, \"num_attention_heads\": 0, \"hidden_size\": 0}", &h, NULL), 0);
    assert_non_null(h.missing);
}

/* ---- GGUF ---------------------------------------------------------------------------- */

static void make_llama(struct maker *m, uint64_t n_kv)
{
    make_init(m);
    make_head(m, 3, 0, 6 + n_kv);
    make_str(m, "general.architecture", "llama");
    make_int(m, "llama.block_count", GGUF_U32, 4, 2);
    make_int(m, "llama.embedding_length", GGUF_U32, 4, 64);
    make_int(m, "llama.attention.head_count", GGUF_U32, 4, 4);
    make_int(m, "llama.context_length", GGUF_U64, 8, 4096);
    make_array(m, "tokenizer.ggml.tokens", GGUF_STR, 3);
    for (unsigned i = 0; i < 3; i++)
        make_text(m, "ab");
}

static int open_made(struct maker *m, struct gguf *g, struct hparams *h, struct err *e)
{
    EQ(gguf_open(buf_view(&m->b), &memory, g, e), 0);
    return hparams_from_gguf(g, &memory, h, e);
}

TEST(gguf_scalars_arrays_and_defaults)
{
    struct maker m;
    struct gguf g;
    struct hparams h;
    make_llama(&m, 0);
    EQ(open_made(&m, &g, &h, NULL), 0);
    EQ(hp_kv_elements(&h, 1), 2 * 4 * 32);              /* as many key-value heads as heads */
    EQ(hp_value(&h, HP_VOCAB), 3);
    const struct hp_fact *f = &h.facts[HP_CONTEXT];
    STR(f->key, "llama.context_length");
    EQ(le64(m.b.p ? (const uint8_t *)m.b.p + f->byte_from : NULL), 4096);
    buf_fini(&m.b);
    make_llama(&m, 2);
    make_array(&m, "llama.attention.head_count_kv", GGUF_U32, 2);
    make_u32(&m, 0);                                    /* a recurrent layer, as hybrids write it */
    make_u32(&m, 2);
    make_int(&m, "llama.attention.key_length", GGUF_U32, 4, 24);
    EQ(open_made(&m, &g, &h, NULL), 0);
    EQ(hp_kv_elements(&h, 1), 2 * (24 + 16));
    EQ(h.layers[0].attention, HP_NO_CACHE);
    buf_fini(&m.b);
    make_llama(&m, 2);
    make_int(&m, "llama.attention.sliding_window", GGUF_U32, 4, 10);
    make_array(&m, "llama.attention.sliding_window_pattern", GGUF_BOOL, 2);
    make_number(&m, 1, 1);
    make_number(&m, 0, 1);
    EQ(open_made(&m, &g, &h, NULL), 0);
    EQ(hp_kv_elements(&h, 100), (100 + 10) * 128);
    buf_fini(&m.b);
}

TEST(hostile_gguf_is_refused_with_the_byte)
{
    struct maker m;
    struct gguf g;
    struct hparams h;
    struct err e = { 0 };
    make_llama(&m, 1);
    make_key(&m, "llama.attention.head_count_kv", GGUF_STR);
    m.mark = m.b.n + 8;                                 /* a string's value is its text */
    make_text(&m, "8");
    EQ(open_made(&m, &g, &h, &e), ERR_FORMAT);
    EQ(e.pos, m.mark);
    buf_fini(&m.b);
    make_llama(&m, 1);
    make_array(&m, "llama.attention.head_count_kv", GGUF_U32, 3);
    for (unsigned i = 0; i < 3; i++)
        make_u32(&m, 1);
    EQ(open_made(&m, &g, &h, &e), ERR_FORMAT);
    buf_fini(&m.b);
    make_llama(&m, 1);
    make_int(&m, "llama.attention.head_count_kv", GGUF_I32, 4, 0xffffffff);
    EQ(open_made(&m, &g, &h, &e), ERR_FORMAT);          /* -1 */
    buf_fini(&m.b);
    make_llama(&m, 1);
    make_int(&m, "llama.attention.head_count_kv", GGUF_U64, 8, UINT64_MAX);
    EQ(open_made(&m, &g, &h, &e), ERR_LIMIT);
    buf_fini(&m.b);
}

/* ---- real files, and memory ---------------------------------------------------------- */

static void check_real(const char *path, const char *arch, uint64_t per_token, uint64_t at_8192)
{
    struct fs_map map;
    struct gguf g;
    struct hparams h;
    char full[512];
    (void)snprintf(full, sizeof full, "%s/%s", dir_of("ASSAY_MODELS"), path);
    if (fs_map(full, &map, NULL))
        SKIP("no models (./dev models)");
    EQ(gguf_open(map.bytes, &memory, &g, NULL), 0);
    EQ(hparams_from_gguf(&g, &memory, &h, NULL), 0);
    STR(h.architecture, arch);
    EQ(hp_kv_elements(&h, 1), per_token);
    EQ(hp_kv_elements(&h, 8192), at_8192);
    fs_unmap(&map);
}

TEST(real_files)
{
    check_real("smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "llama", 30 * 2 * 3 * 64, 8192ull * 30 * 2 * 3 * 64);
    /* 18 layers, 1 head of 256; 3 are full (6, 12, 18), 15 keep 512 */
    check_real("gemma3-270m/gemma-3-270m-q4_k_m.gguf", "gemma3", 18 * 512, (3 * 8192ull + 15 * 512) * 512);
}

static int sweep_once(const struct gguf *g)
{
    struct arena a;
    struct hparams h;
    struct err e = { 0 };
    bool changed;
    arena_init(&a, 1 << 24);
    int rc = g ? hparams_from_gguf(g, &a, &h, &e) : hparams_from_config(span_str(gemma3_1b), &a, &h, &e);
    if (!rc)
        rc = hparams_kv_width(&h, 64, &a, &changed, &e);
    arena_fini(&a);
    return rc;
}

TEST(no_allocation_failure_is_lost)
{
    struct maker m;
    struct gguf g;
    make_llama(&m, 0);
    EQ(gguf_open(buf_view(&m.b), &memory, &g, NULL), 0);
    for (unsigned which = 0; which < 2; which++)
        for (size_t n = 1;; n++) {
            fault_alloc_at(n);
            int rc = sweep_once(which ? &g : NULL);
            bool hit = fault_alloc_hit();
            fault_alloc_at(0);
            EQ(rc, hit ? ERR_MEMORY : 0);
            if (!hit)
                break;
        }
    buf_fini(&m.b);
}

int main(void)
{
    arena_init(&memory, (size_t)1 << 30);
    int failed = RUN(CASE(the_cache_of_published_models), CASE(windows_bound_the_cache), CASE(what_has_no_cache),
                     CASE(other_names_and_shapes), CASE(hostile_configurations_are_refused_with_the_byte),
                     CASE(gguf_scalars_arrays_and_defaults), CASE(hostile_gguf_is_refused_with_the_byte),
                     CASE(real_files), CASE(no_allocation_failure_is_lost));
    arena_fini(&memory);
    return failed;
}
