// SPDX-License-Identifier: Apache-2.0
/* The scanners beside PCRE2, which reads the expressions that they stand for: the same cuts in random strings of characters
 * that Unicode 14 (PCRE2 10.42) and 16 class alike. And every split that a name of GGUF stands for is one of them. */
#include "base/utf8.h"
#include "engine/vocab_gguf.h"
#include "tests/support/check.h"
#include "text/tok_int.h"

static const struct { uint32_t from, to; unsigned weight; } pool[] = {
    { 'a', 'z', 30 }, { 'A', 'Z', 15 }, { '0', '9', 12 }, { ' ', ' ', 25 }, { '!', '/', 12 }, { ':', '@', 6 }, { '[', '`', 4 },
    { '{', '~', 4 }, { '\n', '\n', 6 }, { '\r', '\r', 4 }, { '\t', '\t', 3 }, { '\'', '\'', 10 }, { 0xA0, 0xFF, 6 },
    { 0x17F, 0x17F, 2 }, { 0x1C4, 0x1CC, 3 }, { 0x2B0, 0x2B8, 2 }, { 0x300, 0x36F, 6 }, { 0x391, 0x3A1, 3 }, { 0x430, 0x44F, 3 },
    { 0x5D0, 0x5EA, 2 }, { 0x660, 0x669, 2 }, { 0x903, 0x903, 1 }, { 0x905, 0x914, 2 }, { 0xE40, 0xE44, 1 }, { 0x2000, 0x200D, 3 },
    { 0x2010, 0x2027, 3 }, { 0x2028, 0x2029, 1 }, { 0x20A0, 0x20AC, 1 }, { 0x20DD, 0x20DE, 1 }, { 0x2160, 0x2165, 1 },
    { 0x3000, 0x3003, 2 }, { 0x3041, 0x3060, 3 }, { 0x30A1, 0x30C0, 2 }, { 0x4E00, 0x4E20, 4 }, { 0x9FA4, 0x9FA7, 1 },
    { 0xAC00, 0xAC20, 2 }, { 0xFF01, 0xFF20, 2 }, { 0x1F600, 0x1F610, 2 }, { 0xE000, 0xE001, 1 }, { 0, 3, 1 }, { 0x180E, 0x180E, 1 } };

static uint64_t seed = 20261125;
static uint32_t below(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % n);
}

static uint32_t draw(void)
{
    unsigned total = 0;
    for (size_t i = 0; i < sizeof pool / sizeof *pool; i++)
        total += pool[i].weight;
    uint32_t at = below(total);
    for (size_t i = 0;; i++) {
        if (at < pool[i].weight)
            return pool[i].from + below(pool[i].to - pool[i].from + 1);
        at -= pool[i].weight;
    }
}

static size_t make(uint8_t out[512])
{
    size_t n = 0;
    for (uint32_t left = below(40); left; left--) {
        uint32_t cp = draw();
        for (uint32_t again = below(4) ? 1 : 1 + below(4); again; again--)
            n += utf8_put(cp, (char *)out + n);
    }
    return n;
}

/* Where a step cuts: bit i of `cuts` when a piece begins at byte i. */
static void cuts_of(const struct tok_step *s, struct tok_work *w, struct span in, bool cuts[513])
{
    size_t from, to;
    memset(cuts, 0, 513);
    for (size_t at = 0; at < in.n && s->next(s, w, in, at, &from, &to); at = to) {
        YES(to > from && from >= at && to <= in.n);
        cuts[from] = cuts[to] = true;
    }
}

static void compare(const char *regex, unsigned rounds)
{
    static uint8_t text[512];
    struct arena a;
    struct tok_work *w;
    struct tok_step by_hand = { .next = tok_next_scan, .scanner = tok_scanner_find(span_str(regex)) }, by_pcre = { .next = tok_next_regex };
    arena_init(&a, 16u << 20);
    EQ(tok_work_new(&w, NULL), 0);
    YES(by_hand.scanner != NULL);
    EQ(tok_regex_compile(span_str(regex), &a, &by_pcre.regex, NULL), 0);
    for (unsigned i = 0; i < rounds; i++) {
        bool mine[513], theirs[513];
        struct span in = span_of(text, make(text));
        w->regex_budget = 0;
        cuts_of(&by_hand, w, in, mine);
        cuts_of(&by_pcre, w, in, theirs);
        EQ(w->err.code, 0);
        mine[0] = theirs[0] = mine[in.n] = theirs[in.n] = true;
        if (memcmp(mine, theirs, in.n + 1) != 0)
            fail_msg("%s\non '%.*s'", regex, (int)in.n, (const char *)in.p);
    }
    tok_work_free(w);
    arena_fini(&a);
}

/* Names whose splits are all scanned by hand, and how many there are. */
static const char *const scanned[] = { "default", "llama-bpe", "smaug-bpe", "glm4", "qwen2", "qwen35", "gpt-2", "modern-bert",
    "roberta-bpe", "starcoder", "falcon", "gpt-4o", "tekken", "deepseek-coder", "deepseek-v3", "bailingmoe", "seed-coder" };

TEST(scanners_cut_where_pcre2_does)
{
    for (size_t i = 0; i < sizeof scanned / sizeof *scanned; i++) {
        const struct vocab_pre *p = vocab_pre_find(span_str(scanned[i]));
        YES(p != NULL);
        for (size_t k = 0; k < 6 && p->splits[k]; k++)
            compare(p->splits[k], 3000);
    }
    compare("\\s+$", 3000);
    compare("\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+", 3000);
    compare("'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
            3000);
}

TEST(the_others_compile)
{
    static const char *const others[] = { "tiny_aya", "deepseek-llm", "exaone-moe", "jais-2", "bloom", "viking", "superbpe", "gemma4",
                                          "sarvam-moe" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct vocab_pre *p = vocab_pre_find(span_str(others[i]));
        struct arena a;
        struct err e = { 0 };
        arena_init(&a, 16u << 20);
        YES(p != NULL);
        for (size_t k = 0; k < 6 && p->splits[k]; k++) {
            struct tok_step s = { .pre = { .kind = TOK_PRE_SPLIT, .a = span_str(p->splits[k]) } };
            EQ(tok_step_init(&s, &a, &e), 0);
        }
        arena_fini(&a);
    }
    YES(vocab_pre_find(span_str("kimi-k2")) == NULL);
    YES(vocab_pre_find(span_str("")) == NULL);
    YES(vocab_pre_find(span_str("llama")) == NULL);
}

TEST(an_expression_with_raw_line_ends_is_known)
{
    YES(tok_scanner_find(span_str("[\r\n]")) == tok_scanner_find(span_str("[\\r\\n]")));
    YES(tok_scanner_find(span_str("[\\r\\n]")) != NULL);
    YES(tok_scanner_find(span_str("[\\r\\n")) == NULL);
    YES(tok_scanner_find(span_str("[\\r\\n]]")) == NULL);
}

int main(void)
{
    return RUN(CASE(scanners_cut_where_pcre2_does), CASE(the_others_compile), CASE(an_expression_with_raw_line_ends_is_known));
}
