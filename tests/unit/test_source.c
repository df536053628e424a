// SPDX-License-Identifier: Apache-2.0
/* The view of a folder by GGUF's names: a GGUF file written from it gives the same bytes; what is wrong is named. */
#include "engine/source_int.h"
#include "tests/support/engine_run.h"
#include "tests/support/faults.h"
#include "tests/support/gguf_make.h"
#include "tests/support/tiny_model.h"

enum { N = 24 };

static void put_kv(struct maker *m, const struct gguf_kv *kv)
{
    make_bytes(m, kv->key.p, kv->key.n);
    make_u32(m, kv->type);
    if (kv->type == GGUF_ARRAY) {
        make_u32(m, kv->item_type);
        make_u64(m, kv->n);
    } else if (kv->type == GGUF_STR) {
        make_u64(m, kv->value.n);
    }
    buf_span(&m->b, kv->value);
}

/* The tensor with its fix done, as F32. */
static void put_data(struct buf *b, const struct source *s, const struct gguf_tensor *t, uint32_t rows_per_head)
{
    enum arch_fix fix = source_fix(s, t);
    uint64_t columns = t->n_dims > 1 ? t->dims[0] : 1;
    for (uint64_t i = 0; i < t->n_elements; i++) {
        uint64_t row = i / columns;
        if (fix == FIX_PAIRS_Q || fix == FIX_PAIRS_K)
            row = source_pair_row((uint32_t)row, rows_per_head);
        float x;
        memcpy(&x, t->data.p + (row * columns + i % columns) * sizeof x, sizeof x);    /* nothing is aligned there */
        x += fix == FIX_PLUS_ONE ? 1 : 0;
        buf_add(b, &x, sizeof x);
    }
    while (b->n % 32)
        buf_char(b, 0);
}

/* What `assay convert` would write. */
static void write_gguf(const char *dir, uint32_t rows_per_head, const char *name)
{
    struct source s;
    struct maker m;
    struct buf data;
    struct err e = { 0 };
    if (source_open(dir, &s, &e))
        fail_msg("%s", e.msg);
    make_init(&m);
    buf_init(&data, 64 << 20);
    make_head(&m, 3, s.g.n_tensors, s.g.n_kv);
    for (uint32_t i = 0; i < s.g.n_kv; i++)
        put_kv(&m, &s.g.kv[i]);
    for (uint32_t i = 0; i < s.g.n_tensors; i++) {
        const struct gguf_tensor *t = &s.g.tensors[i];
        make_text(&m, (const char *)t->name.p);
        make_u32(&m, t->n_dims);
        for (uint32_t k = 0; k < t->n_dims; k++)
            make_u64(&m, t->dims[k]);
        make_u32(&m, GGML_F32);
        make_u64(&m, data.n);
        put_data(&data, &s, t, rows_per_head);
    }
    while (m.b.n % 32)
        buf_char(&m.b, 0);
    buf_span(&m.b, buf_view(&data));
    tiny_write(dir, name, buf_view(&m.b));
    buf_fini(&m.b);
    buf_fini(&data);
    source_close(&s);
}

static void logits_of(const char *path, float *out)
{
    struct run r = { 0 };
    struct session_shape shape = { .n_ctx = 64, .n_seq = 1, .n_batch = 64, .n_want = 1, .kv = KV_F32 };
    uint32_t tokens[N];
    for (uint32_t i = 0; i < N; i++)
        tokens[i] = (i * i * 7 + i * 13 + 5) % 304;
    run_open(&r, path, 2, shape);
    EQ(session_feed(r.s, 0, tokens, N, NULL), 0);
    memcpy(out, session_logits(r.s, 0), 304 * sizeof *out);
    run_close(&r);
}

TEST(source_gguf_written_from_the_view_gives_the_same_bytes)
{
    static const struct { const char *name; uint32_t key_dim; } models[] = {
        { "llama", 16 }, { "llama-tied-bias", 24 }, { "llama3-factors", 16 }, { "gemma2", 24 }, { "gemma3", 24 }, { "phi3-long", 16 },
        { "granite", 16 }, { "smollm3", 16 }, { "qwen3", 40 },
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct arena a;
        const struct val *golden;
        char dir[64], path[128];
        float want[304], have[304];
        arena_init(&a, 64 << 20);
        tiny_make(models[i].name, &a, &golden, dir);
        write_gguf(dir, models[i].key_dim, "model.gguf");
        snprintf(path, sizeof path, "%s/model.gguf", dir);
        logits_of(dir, want);
        logits_of(path, have);
        if (memcmp(want, have, sizeof want) != 0)
            fail_msg("%s: the GGUF file gives other bytes", models[i].name);
        tiny_remove(dir);
        arena_fini(&a);
    }
}

TEST(source_pairs_come_from_halves)
{
    static const uint32_t want[12] = { 0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11 };
    for (uint32_t i = 0; i < 12; i++)
        EQ(source_pair_row(i, 6), want[i]);
}

TEST(source_names_of_a_folder)
{
    static const struct { const char *arch, *hf, *gguf; enum arch_fix fix; } cases[] = {
        { "llama", "model.embed_tokens.weight", "token_embd.weight", FIX_NONE },
        { "llama", "model.layers.12.self_attn.q_proj.weight", "blk.12.attn_q.weight", FIX_PAIRS_Q },
        { "llama", "model.layers.0.self_attn.k_proj.bias", "blk.0.attn_k.bias", FIX_PAIRS_K },
        { "qwen2", "model.layers.0.self_attn.k_proj.bias", "blk.0.attn_k.bias", FIX_NONE },
        { "gemma3", "model.layers.3.post_attention_layernorm.weight", "blk.3.post_attention_norm.weight", FIX_PLUS_ONE },
        { "gemma3", "model.norm.weight", "output_norm.weight", FIX_PLUS_ONE },
        { "llama", "model.layers.3.post_attention_layernorm.weight", "blk.3.ffn_norm.weight", FIX_NONE },
        { "bert", "bert.encoder.layer.1.attention.output.LayerNorm.bias", "blk.1.attn_output_norm.bias", FIX_NONE },
        { "bert", "embeddings.position_ids", "", FIX_NONE },
        { "nomic-bert", "encoder.layers.1.attn.Wqkv.weight", "blk.1.attn_qkv.weight", FIX_NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[HF_NAME_BYTES];
        enum arch_fix fix;
        EQ(hf_name(arch_of(span_str(cases[i].arch)), span_str(cases[i].hf), name, &fix, NULL), 0);
        STR(name, cases[i].gguf);
        EQ(fix, cases[i].fix);
    }
    static const char *const unknown[] = { "", "x", "model.layers.0", "model.layers.x.mlp.up_proj.weight", "lm_head",
                                           "model.layers.0.mlp.up_proj.scales", "model.layers.0.norm.weight" };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        char name[HF_NAME_BYTES];
        enum arch_fix fix;
        EQ(hf_name(arch_of(span_str("llama")), span_str(unknown[i]), name, &fix, NULL), ERR_FORMAT);
    }
}

/* Write the tiny llama with one place of its configuration or directory changed, and open it. */
static void refused(const char *what, const char *by, int code, const char *says)
{
    struct arena a;
    const struct val *golden;
    char dir[64], path[128];
    struct span text;
    struct weights w;
    struct err e = { 0 };
    arena_init(&a, 64 << 20);
    tiny_make("llama", &a, &golden, dir);
    bool in_config = what[0] != '@';
    snprintf(path, sizeof path, "%s/%s", dir, in_config ? "config.json" : "model.safetensors");
    EQ(fs_read(path, 64 << 20, &a, &text, &e), 0);
    const char *from = in_config ? what : what + 1;
    uint8_t *at = memmem(text.p, text.n, from, strlen(from));
    if (!at)
        fail_msg("\"%s\" is not there", from);
    EQ(strlen(from), strlen(by));
    memcpy(at, by, strlen(by));
    tiny_write(dir, fs_base(path), text);
    int rc = weights_open(dir, &w, &e);
    if (rc != code || !strstr(e.msg, says) || !e.path[0])
        fail_msg("\"%s\" -> \"%s\": %s: %s", what, by, err_name(rc), e.msg);
    tiny_remove(dir);
    arena_fini(&a);
}

TEST(source_what_is_wrong_is_named)
{
    refused("\"num_attention_heads\":4", "\"num_attention_heads\":3", ERR_FORMAT, "heads");
    refused("\"num_key_value_heads\":2", "\"num_key_value_heads\":3", ERR_FORMAT, "4 heads cannot share 3");
    refused("\"num_hidden_layers\":2", "\"num_hidden_layers\":3", ERR_FORMAT, "tensor \"blk.2.attn_norm.weight\" is missing");
    refused("\"num_hidden_layers\":2", "\"num_hidden_layers\":1", ERR_FORMAT, "is no part of llama");
    refused("\"intermediate_size\":96", "\"intermediate_size\":95", ERR_FORMAT, "has the shape [96, 64] instead of [95, 64]");
    refused("\"hidden_size\":64", "\"hidden_size\":\"4", ERR_FORMAT, "");
    refused("\"model_type\":\"llama\"", "\"model_type\":\"lamma\"", ERR_FORMAT, "architecture \"lamma\" is not known here");
    refused("\"hidden_act\":\"silu\"", "\"hidden_act\":\"relu\"", ERR_FORMAT, "activation \"relu\" is not run");
    refused("\"rms_norm_eps\":", "\"rms_norm_epz\":", ERR_FORMAT, "does not say \"llama.attention.layer_norm_rms_epsilon\"");
    refused("@\"lm_head.weight\"", "\"lm_haed.weight\"", ERR_FORMAT, "tensor \"lm_haed.weight\" is no part of llama");
    refused("@\"dtype\":\"F32\"", "\"dtype\":\"I32\"", ERR_FORMAT, "is I32, which is not run");
    refused("@self_attn.v_proj", "self_attn.k_proj", ERR_FORMAT, "");
}

TEST(source_every_allocation_may_fail)
{
    struct arena a;
    const struct val *golden;
    char dir[64];
    bool hit = true;
    arena_init(&a, 64 << 20);
    tiny_make("phi3-long", &a, &golden, dir);
    for (size_t i = 1; hit; i++) {
        struct source s;
        struct err e = { 0 };
        fault_alloc_at(i);
        int rc = source_open(dir, &s, &e);
        hit = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!rc)
            source_close(&s);
    }
    tiny_remove(dir);
    arena_fini(&a);
}

int main(void)
{
    return RUN(CASE(source_gguf_written_from_the_view_gives_the_same_bytes), CASE(source_pairs_come_from_halves),
               CASE(source_names_of_a_folder), CASE(source_what_is_wrong_is_named), CASE(source_every_allocation_may_fail));
}
