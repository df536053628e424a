// SPDX-License-Identifier: Apache-2.0
/* Vocabularies in GGUF: the shared pairs of text and ids, and small ones made here. */
#include "base/fs.h"
#include "engine/vocab.h"
#include "engine/vocab_gguf.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"
#include "tests/support/gguf_make.h"

/* ---- the pairs ------------------------------------------------------------------------------ */

static const char separator[] = "\n__ggml_vocab_test__\n";

static void check_ids(struct tok_ids ids, struct span line, const char *name, size_t number)
{
    size_t i = 0, at = 0;
    while (at < line.n) {
        uint32_t want = 0;
        if (line.p[at] == ' ') {
            at++;
            continue;
        }
        for (; at < line.n && line.p[at] != ' '; at++)
            want = want * 10 + (uint32_t)(line.p[at] - '0');
        if (i >= ids.n || ids.p[i] != want)
            fail_msg("%s text %zu: token %zu is %u, not %u", name, number, i, i < ids.n ? ids.p[i] : 0, want);
        i++;
    }
    EQ(ids.n, i);
}

static void check_pair(const char *name)
{
    char path[512];
    struct arena a;
    struct tokenizer *t;
    struct tok_work *w;
    struct span texts, ids;
    const char *kind;
    arena_init(&a, (size_t)512 << 20);
    (void)snprintf(path, sizeof path, "%s/data/tokenizers/ggml-vocab-%s.gguf.inp", dir_of("ASSAY_SHARED"), name);
    if (fs_read(path, 1u << 20, &a, &texts, NULL)) {
        arena_fini(&a);
        SKIP("no shared vocabularies");
    }
    memcpy(strrchr(path, '.'), ".out", 5);
    EQ(fs_read(path, 1u << 20, &a, &ids, NULL), 0);
    *strrchr(path, '.') = 0;
    EQ(vocab_open(path, &a, &t, &kind, NULL), 0);
    STR(kind, "gguf");
    EQ(tok_work_new(&w, NULL), 0);
    size_t n = 0;
    for (bool more = true; more; n++) {
        const uint8_t *end = memmem(texts.p, texts.n, separator, sizeof separator - 1), *line = memchr(ids.p, '\n', ids.n);
        struct span text = span_sub(texts, 0, end ? (size_t)(end - texts.p) : texts.n);
        struct tok_ids got;
        struct span row = span_sub(ids, 0, line ? (size_t)(line - ids.p) : ids.n);      /* the last has no line end */
        EQ(tok_encode(t, &(struct tok_segment){ text, false }, 1, false, w, &got, NULL), 0);
        check_ids(got, row, name, n);
        ids = span_sub(ids, row.n + 1, ids.n);
        more = end;
        texts = end ? span_sub(texts, text.n + sizeof separator - 1, texts.n) : texts;
    }
    EQ(n, 47);
    tok_work_free(w);
    arena_fini(&a);
}

TEST(pair_bert_bge) { check_pair("bert-bge"); }
TEST(pair_deepseek_llm) { check_pair("deepseek-llm"); }
TEST(pair_falcon) { check_pair("falcon"); }
TEST(pair_gpt_2) { check_pair("gpt-2"); }
TEST(pair_llama_spm) { check_pair("llama-spm"); }
TEST(pair_phi_3) { check_pair("phi-3"); }
TEST(pair_starcoder) { check_pair("starcoder"); }

/* ---- made here --------------------------------------------------------------------------------- */

struct token { const char *text; float score; int type; };      /* 1 normal, 2 unknown, 3 control, 4 user, 5 unused, 6 byte */

static void make_tokens(struct maker *m, const struct token *t, size_t n)
{
    make_array(m, "tokenizer.ggml.tokens", GGUF_STR, n);
    for (size_t i = 0; i < n; i++)
        make_text(m, t[i].text);
    make_array(m, "tokenizer.ggml.scores", GGUF_F32, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &t[i].score, 4);
        make_u32(m, bits);
    }
    make_array(m, "tokenizer.ggml.token_type", GGUF_I32, n);
    for (size_t i = 0; i < n; i++)
        make_u32(m, (uint32_t)t[i].type);
}

static const char *told(const struct maker *m, const char *text, bool ends)
{
    static char out[512];
    struct arena a;
    struct gguf g;
    struct err e = { 0 };
    struct tokenizer *t;
    struct tok_work *w = NULL;
    struct tok_ids ids = { NULL, 0 };
    struct buf b;
    arena_init(&a, 64u << 20);
    buf_init(&b, sizeof out - 1);
    int rc = gguf_open_keys(buf_view(&m->b), &a, &g, &e);
    if (!rc)
        rc = vocab_from_gguf(&g, &a, &t, &e);
    if (!rc)
        rc = tok_work_new(&w, &e);
    if (!rc)
        rc = tok_encode(t, &(struct tok_segment){ span_str(text), true }, 1, ends, w, &ids, &e);
    if (rc)
        buf_fmt(&b, "%s: %s", err_name(rc), e.msg);
    for (size_t i = 0; i < ids.n; i++)
        buf_fmt(&b, "%s%u", i ? " " : "", ids.p[i]);
    (void)snprintf(out, sizeof out, "%s", buf_text(&b));
    tok_work_free(w);
    buf_fini(&b);
    arena_fini(&a);
    return out;
}

TEST(sentencepiece)
{
    static const struct token t[] = { { "<unk>", 0, 2 }, { "<s>", 0, 3 }, { "</s>", 0, 3 }, { "<0x61>", 0, 6 },
        { "\xe2\x96\x81", -1, 1 }, { "b", -2, 1 }, { "c", -3, 1 }, { "bc", -4, 1 }, { "\xe2\x96\x81" "b", -5, 1 }, { "s", -6, 1 },
        { "<", -7, 1 }, { ">", -8, 1 }, { "<s", -9, 1 }, { "uu", 0, 4 } };
    struct maker m;
    make_init(&m);
    make_head(&m, 3, 0, 4);
    make_str(&m, "tokenizer.ggml.model", "llama");
    make_tokens(&m, t, sizeof t / sizeof *t);
    STR(told(&m, "bc", true), "1 4 7");         /* "bc" scores better than the mark with b */
    STR(told(&m, "a", false), "4 3");
    STR(told(&m, "z", false), "4 0");
    STR(told(&m, "<s>b", false), "1 8");
    STR(told(&m, "<s >", false), "4 12 4 11");  /* its letters never become the control token */
    STR(told(&m, "buub", false), "8 13 8");
    buf_fini(&m.b);
}

TEST(unigram_with_a_map)
{
    static const struct token t[] = { { "<pad>", 0, 3 }, { "</s>", 0, 3 }, { "<unk>", 0, 2 }, { "\xe2\x96\x81", -3, 1 }, { "b", -1, 1 },
        { "\xe2\x96\x81" "b", -2, 1 }, { "bb", -5, 1 } };
    /* The map: "a" becomes "b". Units of a double array: root, then at ^ 'a' a leaf, whose next unit has the place. */
    uint32_t units[256] = { 0 };
    struct maker m;
    units[0] = 1u << 10;
    units[1 ^ 'a'] = 'a' | 1u << 8 | 1u << 10;
    units[1 ^ 'a' ^ 1] = 0x80000000u;
    make_init(&m);
    make_head(&m, 3, 0, 7);
    make_str(&m, "tokenizer.ggml.model", "t5");
    make_tokens(&m, t, sizeof t / sizeof *t);
    make_int(&m, "tokenizer.ggml.add_space_prefix", GGUF_BOOL, 1, 1);
    make_int(&m, "tokenizer.ggml.remove_extra_whitespaces", GGUF_BOOL, 1, 1);
    make_array(&m, "tokenizer.ggml.precompiled_charsmap", GGUF_U8, 4 + sizeof units + 2);
    make_u32(&m, sizeof units);
    buf_add(&m.b, units, sizeof units);
    buf_add(&m.b, "b", 2);
    STR(told(&m, "b", true), "5 1");
    STR(told(&m, "  ab   b ", false), "5 4 5");
    STR(told(&m, "xyb", false), "3 2 4");
    buf_fini(&m.b);
}

TEST(bert_keeps_case_when_there_are_capitals)
{
    struct token t[] = { { "[PAD]", 0, 3 }, { "[UNK]", 0, 2 }, { "[CLS]", 0, 3 }, { "[SEP]", 0, 3 }, { "\xe2\x96\x81" "ab", 0, 1 },
                         { "c", 0, 1 }, { "\xe2\x96\x81" "Ab", 0, 1 } };
    for (int capitals = 0; capitals < 2; capitals++) {
        struct maker m;
        make_init(&m);
        make_head(&m, 3, 0, 8);
        make_str(&m, "tokenizer.ggml.model", "bert");
        make_tokens(&m, t, capitals ? 7 : 6);
        make_int(&m, "tokenizer.ggml.unknown_token_id", GGUF_U32, 4, 1);
        make_int(&m, "tokenizer.ggml.bos_token_id", GGUF_U32, 4, 2);
        make_int(&m, "tokenizer.ggml.seperator_token_id", GGUF_U32, 4, 3);
        make_int(&m, "tokenizer.ggml.padding_token_id", GGUF_U32, 4, 0);
        STR(told(&m, "Abc abc x", true), capitals ? "2 6 5 4 5 1 3" : "2 4 5 4 5 1 3");
        buf_fini(&m.b);
    }
}

static void make_bpe(struct maker *m, const char *pre, const char *merge)
{
    static const struct token t[] = { { "a", 0, 1 }, { "b", 0, 1 }, { "ab", 0, 1 }, { "<|im_end|>", 0, 4 } };
    make_init(m);
    make_head(m, 3, 0, 6);
    make_str(m, "tokenizer.ggml.model", "gpt2");
    make_str(m, "tokenizer.ggml.pre", pre);
    make_tokens(m, t, 4);
    make_array(m, "tokenizer.ggml.merges", GGUF_STR, 1);
    make_text(m, merge);
}

static const char *bpe(const char *pre, const char *merge)
{
    struct maker m;
    make_bpe(&m, pre, merge);
    const char *out = told(&m, "ab<|im_end|>", false);
    buf_fini(&m.b);
    return out;
}

TEST(bpe_and_what_is_wrong)
{
    STR(bpe("gpt-2", "a b"), "2 3");
    STR(bpe("qwen9", "a b"), "ERR_FORMAT: tokenizer.ggml.pre is 'qwen9', which is not known");
    STR(bpe("gpt-2", "a"), "ERR_FORMAT: merge 0 is not two texts");
    STR(bpe("gpt-2", "a c"), "ERR_FORMAT: merge 0 needs 'c', which is no token");
}

/* What ends a turn is not the user's to write, even when the file calls it a plain added token. */
TEST(an_end_of_turn_is_special)
{
    struct maker m;
    struct arena a;
    struct gguf g;
    struct tokenizer *t;
    make_bpe(&m, "qwen2", "a b");
    arena_init(&a, 64u << 20);
    EQ(gguf_open_keys(buf_view(&m.b), &a, &g, NULL), 0);
    EQ(vocab_from_gguf(&g, &a, &t, NULL), 0);
    EQ(tok_type(t, 3), TOK_CONTROL);
    YES(tok_is_end(t, 3));
    EQ(tok_special(t).eot, 3);
    EQ(tok_find(t, span_str("ab")), 2);
    arena_fini(&a);
    buf_fini(&m.b);
}

TEST(every_allocation_may_fail)
{
    struct maker m;
    make_bpe(&m, "superbpe", "a b");
    for (size_t n = 1;; n++) {
        struct arena a;
        struct gguf g;
        struct err e = { 0 };
        struct tokenizer *t;
        arena_init(&a, 64u << 20);
        EQ(gguf_open_keys(buf_view(&m.b), &a, &g, NULL), 0);
        fault_alloc_at(n);
        int rc = vocab_from_gguf(&g, &a, &t, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        EQ(e.code, rc);
        if (!hit)
            break;
    }
    buf_fini(&m.b);
}

int main(void)
{
    return RUN(CASE(pair_bert_bge), CASE(pair_deepseek_llm), CASE(pair_falcon), CASE(pair_gpt_2), CASE(pair_llama_spm),
               CASE(pair_phi_3), CASE(pair_starcoder), CASE(sentencepiece), CASE(unigram_with_a_map),
               CASE(bert_keeps_case_when_there_are_capitals), CASE(bpe_and_what_is_wrong), CASE(an_end_of_turn_is_special),
               CASE(every_allocation_may_fail));
}
