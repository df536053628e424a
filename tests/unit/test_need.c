// SPDX-License-Identifier: Apache-2.0
/* Memory, speed and cost. Sizes of published files (in GB, as their publishers list them) and of the real files in
 * models/ are the oracle of the recipes; the rates measured with llama.cpp that of the predictions. */
#include "tests/support/check.h"

#include "base/fs.h"
#include "format/gguf.h"
#include "tests/support/faults.h"
#include "tests/support/need_make.h"

static struct arena memory;
static struct made made;

static const char llama31_8b[] =
    "{\"model_type\": \"llama\", \"hidden_size\": 4096, \"intermediate_size\": 14336, \"num_hidden_layers\": 32,"
    "\"num_attention_heads\": 32, \"num_key_value_heads\": 8, \"max_position_embeddings\": 131072, \"vocab_size\": 128256}";
static const char llama32_1b[] =
    "{\"model_type\": \"llama\", \"hidden_size\": 2048, \"intermediate_size\": 8192, \"num_hidden_layers\": 16,"
    "\"num_attention_heads\": 32, \"num_key_value_heads\": 8, \"head_dim\": 64, \"max_position_embeddings\": 131072,"
    "\"vocab_size\": 128256}";
static const char mixtral_8x7b[] =
    "{\"model_type\": \"mixtral\", \"hidden_size\": 4096, \"intermediate_size\": 14336, \"num_hidden_layers\": 32,"
    "\"num_attention_heads\": 32, \"num_key_value_heads\": 8, \"max_position_embeddings\": 32768, \"vocab_size\": 32000,"
    "\"num_local_experts\": 8, \"num_experts_per_tok\": 2, \"sliding_window\": null}";

/* Two cores with AVX-512 VNNI, 48 GB/s: the machine on which llama.cpp was measured. */
static const struct machine zen5 = { .cpu = { .cores = 2, .memory_bytes = (uint64_t)8 << 30 }, .read_gb_s = 48,
                                     .int8_tops = 1.87, .f32_tflops = 0.474 };

static struct need compute(const char *config, struct made *m, const struct need_prices *prices,
                           const struct machine *machine)
{
    struct hparams h;
    struct need n;
    struct need_prices none;
    struct need_holding own = { .type = "BF16", .path = "w.gguf" };
    need_prices_init(&none);
    EQ(hparams_from_config(span_str(config), &memory, &h, NULL), 0);
    if (m) {
        make_tensors(m);
        own.tensors = m->tensors;
        own.n = m->n;
    }
    struct need_input in = { .h = &h, .own = &own, .n_own = m != NULL, .prices = prices ? prices : &none,
                             .machine = machine };
    EQ(need_compute(&in, &memory, &n, NULL), 0);
    return n;
}

static const struct need_weights *of_type(const struct need *n, const char *type)
{
    for (size_t i = 0; i < n->n_weights; i++)
        if (strcmp(n->weights[i].type, type) == 0)
            return &n->weights[i];
    fail_msg("no %s", type);
    return NULL;
}

static void near(double got, double want, double share)
{
    if (got < want * (1 - share) || got > want * (1 + share))
        fail_msg("got %g, want %g within %g", got, want, share);
}

TEST(sizes_of_published_files)
{
    static const struct { const char *type; double gb; } rows[] = {
        { "Q8_0", 8.54 }, { "Q6_K", 6.60 }, { "Q5_K_M", 5.73 }, { "Q4_K_M", 4.92 }, { "Q4_0", 4.66 },
        { "Q3_K_M", 4.02 }, { "Q2_K", 3.18 }, { "F32", 32.12 }, { "F16", 16.07 },
    };
    made = (struct made){ .layers = 32, .embd = 4096, .ff = 14336, .q = 4096, .kv = 1024, .vocab = 128256 };
    struct need n = compute(llama31_8b, &made, NULL, NULL);
    EQ(n.n_params, 8030261248);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)        /* the file has 7.8 MB of vocabulary more */
        near((double)of_type(&n, rows[i].type)->bytes / 1e9, rows[i].gb, 0.003);
    YES(n.weights[0].is_own && !n.weights[1].is_own);
    EQ(n.contexts[1].n_tokens, 4096);
    EQ(n.contexts[1].kv_f16_bytes, 4096ull * 128 * 1024);
    EQ(n.contexts[1].kv_q8_bytes, 4096ull * 64 * 1024 / 32 * 34);
    EQ(n.contexts[4].n_tokens, 131072);
    YES(n.contexts[4].is_max && n.n_contexts == 5);
    NOT(n.machine_known || n.weights[0].fits || n.weights[0].decode_tok_s > 0);
    EQ(n.weights[0].total_bytes, n.weights[0].bytes + n.contexts[1].kv_f16_bytes + n.work_bytes);
    EQ(n.work_bytes, 4 * (512 * (2 * 4096 + 4096 + 2048 + 2 * 14336) + 128256));
}

TEST(a_mixture_of_experts_is_held_whole_and_read_in_part)
{
    made = (struct made){ .layers = 32, .embd = 4096, .ff = 14336, .q = 4096, .kv = 1024, .vocab = 32000, .experts = 8 };
    struct need n = compute(mixtral_8x7b, &made, NULL, &zen5);
    EQ(n.n_params, 46702792704);                                    /* "46.7B" */
    near((double)n.n_active, 12.88e9, 0.015);                       /* "12.9B", less the embedding, which is looked up */
    near((double)of_type(&n, "Q4_K_M")->bytes / 1e9, 28.45, 0.01);
    NOT(of_type(&n, "Q4_K_M")->fits);
    YES(of_type(&n, "Q4_K_M")->decode_tok_s > 4 && of_type(&n, "Q4_K_M")->decode_tok_s < 6);
}

static void check_file(const char *path, const char *type, uint64_t n_layers, uint64_t gqa)
{
    struct fs_map map;
    struct gguf g;
    char full[512];
    uint64_t want = 0, got = 0;
    const struct need_recipe *r = need_recipes;
    struct need_shape s = { .n_layers = n_layers, .gqa = gqa, .tied = true };
    (void)snprintf(full, sizeof full, "%s/%s", dir_of("ASSAY_MODELS"), path);
    if (fs_map(full, &map, NULL))
        SKIP("no models (./dev models)");
    EQ(gguf_open(map.bytes, &memory, &g, NULL), 0);
    while (strcmp(r->name, type) != 0)
        r++;
    for (uint32_t i = 0; i < g.n_tensors; i++) {
        const struct gguf_tensor *f = &g.tensors[i];
        struct need_tensor t = { .name = f->name, .n_elements = f->n_elements, .row = f->dims[0], .n_dims = f->n_dims };
        need_sort(&t, 1);
        if (need_type(r, &s, &t) != f->type)
            fail_msg("%.*s is %s, not %s", SPAN_ARG(f->name), ggml_layout(f->type)->name,
                     ggml_layout(need_type(r, &s, &t))->name);
        want += f->size_bytes;
        got += need_tensor_bytes(need_type(r, &s, &t), &t);
    }
    EQ(got, want);
    fs_unmap(&map);
}

TEST(recipes_give_each_tensor_of_real_files_its_type)
{
    check_file("smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1", 30, 3);
    check_file("gemma3-270m/gemma-3-270m-q4_k_m.gguf", "Q4_K_M", 18, 4);
}

TEST(predictions_lie_near_what_was_measured)
{
    static const struct { const char *type; double prefill, decode; } rows[] = {
        { "Q4_0", 212, 51.5 }, { "Q4_K_M", 142, 42 }, { "Q8_0", 109, 29.5 }, { "Q6_K", 73, 33 },
    };                                                              /* middle of the ranges, two threads */
    struct need_prices p;
    need_prices_init(&p);
    p.context = 512;
    made = (struct made){ .layers = 16, .embd = 2048, .ff = 8192, .q = 2048, .kv = 512, .vocab = 128256, .tied = true };
    struct need n = compute(llama32_1b, &made, &p, &zen5);
    EQ(n.n_params, 1235814400);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct need_weights *w = of_type(&n, rows[i].type);
        printf("# %s: predicted %.0f | %.1f, measured %.0f | %.1f\n", w->type, w->prefill_tok_s, w->decode_tok_s,
               rows[i].prefill, rows[i].decode);
        near(w->prefill_tok_s, rows[i].prefill, 0.25);
        near(w->decode_tok_s, rows[i].decode, 0.25);
    }
    YES(n.machine_known && of_type(&n, "Q8_0")->fits);
}

TEST(cost_follows_the_price_of_an_hour_or_of_energy)
{
    struct need_prices p;
    need_prices_init(&p);
    made = (struct made){ .layers = 16, .embd = 2048, .ff = 8192, .q = 2048, .kv = 512, .vocab = 128256, .tied = true };
    NOT(compute(llama32_1b, &made, &p, &zen5).cost.known);
    EQ(need_prices_set(&p, "price-hour", "0.36", NULL), 0);
    EQ(need_prices_set(&p, "api-price-prompt", "0.5", NULL), 0);
    struct need n = compute(llama32_1b, &made, &p, &zen5);
    YES(n.cost.known && n.cost.how[0]);
    near(n.cost.prompt_million, 100 / n.weights[0].prefill_tok_s, 1e-9);    /* 0.36 / 3600 * 1e6 = 100 */
    near(n.cost.completion_million, 100 / n.weights[0].decode_tok_s, 1e-9);
    near(n.cost.api_prompt_million, 0.5, 1e-12);
    YES(n.cost.api_completion_million < 0);
    double by_hour = n.cost.prompt_million;
    need_prices_init(&p);
    p.kwh = 0.3;
    p.watts = 1200;
    near(compute(llama32_1b, &made, &p, &zen5).cost.prompt_million, by_hour, 1e-9);
    NOT(compute(llama32_1b, NULL, &p, &zen5).cost.known);                   /* no weights, no speed */
}

TEST(options_are_read_strictly)
{
    static const char *const bad[] = { "", "-1", "1e3", "nan", "inf", ".5", "5.", "0x10", "1,5", "1 ", "1000000001",
                                       "00000000000000000000000000000000000000000001" };
    struct need_prices p;
    struct err e = { 0 };
    need_prices_init(&p);
    NOT(need_prices_given(&p));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EQ(need_prices_set(&p, "watts", bad[i], &e), ERR_USAGE);
    EQ(need_prices_set(&p, "context", "0", &e), ERR_USAGE);
    EQ(need_prices_set(&p, "context", "4.5", &e), ERR_USAGE);
    EQ(need_prices_set(&p, "context", "99999999999", &e), ERR_USAGE);
    EQ(need_prices_set(&p, "unheard-of", "1", &e), ERR_BUG);
    NOT(need_prices_given(&p));
    EQ(need_prices_set(&p, "context", "1000", &e), 0);
    EQ(p.context, 1000);
    NOT(need_prices_given(&p));
    EQ(need_prices_check(&p, &e), 0);
    EQ(need_prices_set(&p, "watts", "0", &e), 0);
    EQ(need_prices_check(&p, &e), ERR_USAGE);
    EQ(need_prices_set(&p, "price-kwh", "0.25", &e), 0);
    EQ(need_prices_check(&p, &e), 0);
    EQ(need_prices_set(&p, "price-hour", "1", &e), 0);
    EQ(need_prices_check(&p, &e), ERR_USAGE);
}

TEST(contexts_and_what_is_not_known)
{
    struct need_prices p;
    need_prices_init(&p);
    p.context = 5000;
    struct need n = compute(llama31_8b, NULL, &p, NULL);                    /* a configuration alone */
    YES(n.known && n.n_weights == 0 && n.why[0]);
    EQ(n.n_contexts, 6);
    EQ(n.contexts[2].n_tokens, 5000);
    EQ(n.contexts[2].total_bytes, 0);
    p.context = 1000000;                                                    /* more than it was made for */
    n = compute(llama31_8b, NULL, &p, NULL);
    EQ(n.context, 131072);
    YES(strstr(n.assumptions[n.n_assumptions - 1], "1000000"));
    n = compute("{\"model_type\": \"bert\", \"hidden_size\": 384, \"num_hidden_layers\": 6, \"num_attention_heads\": 12,"
                "\"max_position_embeddings\": 512}", NULL, NULL, NULL);
    YES(n.known && n.n_contexts == 1 && n.contexts[0].kv_f16_bytes == 0);
    EQ(n.context, 512);
    n = compute("{}", NULL, NULL, NULL);
    NOT(n.known);
    STR(n.why, "the number of layers is not known");
}

TEST(roles_by_the_names_of_both_worlds)
{
    static const struct { const char *name; unsigned n_dims; enum need_role role; } rows[] = {
        { "model.embed_tokens.weight", 2, NEED_EMBED }, { "lm_head.weight", 2, NEED_OUTPUT },
        { "output.weight", 2, NEED_OUTPUT }, { "blk.3.attn_output.weight", 2, NEED_O },
        { "model.layers.3.self_attn.v_proj.weight", 2, NEED_V }, { "transformer.h.0.attn.c_attn.weight", 2, NEED_QKV },
        { "encoder.layer.0.attention.output.dense.weight", 2, NEED_O }, { "encoder.layer.0.output.dense.weight", 2, NEED_DOWN },
        { "encoder.layer.0.attention.self.key.weight", 2, NEED_K }, { "blk.0.ffn_gate_inp.weight", 2, NEED_ROUTER },
        { "model.layers.0.mlp.gate.weight", 2, NEED_ROUTER }, { "model.layers.0.mlp.gate_proj.weight", 2, NEED_MATRIX },
        { "model.layers.0.block_sparse_moe.experts.7.w2.weight", 2, NEED_DOWN },
        { "model.layers.0.self_attn.q_norm.weight", 1, NEED_VECTOR }, { "vision_tower.x.q_proj.weight", 2, NEED_OTHER_PART },
        { "embeddings.position_embeddings.weight", 2, NEED_POSITION }, { "", 2, NEED_MATRIX },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (need_role_of(span_str(rows[i].name), rows[i].n_dims) != rows[i].role)
            fail_msg("%s", rows[i].name);
    EQ(need_role_of(SPAN_NONE, 2), NEED_MATRIX);
    struct need_tensor t = { .name = span_str("model.layers.12.mlp.experts.3.up_proj.weight"), .n_dims = 2 };
    need_sort(&t, 1);
    YES(t.is_expert && t.layer == 12);
    t.name = span_str("blk.99999999999.x");
    need_sort(&t, 1);
    EQ(t.layer, 999999);                                                    /* bounded, not overflowed */
    t.name = span_str("blk.x");
    need_sort(&t, 1);
    EQ(t.layer, NEED_NO_LAYER);
}

TEST(no_allocation_failure_is_lost)
{
    struct hparams h;
    struct need_prices p;
    need_prices_init(&p);
    p.context = 999999999;
    made = (struct made){ .layers = 2, .embd = 64, .ff = 64, .q = 64, .kv = 64, .vocab = 100, .experts = 4 };
    make_tensors(&made);
    struct need_holding own = { .type = "F16", .path = "w", .tensors = made.tensors, .n = made.n };
    EQ(hparams_from_config(span_str(mixtral_8x7b), &memory, &h, NULL), 0);
    for (size_t n = 1;; n++) {
        struct arena a;
        struct need out;
        struct need_input in = { .h = &h, .own = &own, .n_own = 1, .prices = &p, .machine = &zen5 };
        arena_init(&a, 1 << 24);
        fault_alloc_at(n);
        int rc = need_compute(&in, &a, &out, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

int main(void)
{
    arena_init(&memory, (size_t)1 << 30);
    int failed = RUN(CASE(sizes_of_published_files), CASE(a_mixture_of_experts_is_held_whole_and_read_in_part),
                     CASE(recipes_give_each_tensor_of_real_files_its_type), CASE(predictions_lie_near_what_was_measured),
                     CASE(cost_follows_the_price_of_an_hour_or_of_energy), CASE(options_are_read_strictly),
                     CASE(contexts_and_what_is_not_known), CASE(roles_by_the_names_of_both_worlds),
                     CASE(no_allocation_failure_is_lost));
    arena_fini(&memory);
    return failed;
}
