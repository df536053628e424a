// SPDX-License-Identifier: Apache-2.0
#include "support/check.h"
#include "support/faults.h"
#include "text/grammar.h"

struct fixture { struct arena a; const struct grammar *g; struct matcher *m; };

static int compile(struct fixture *f, const char *text, struct err *e)
{
    arena_init(&f->a, 256 << 20);
    f->g = NULL;
    f->m = NULL;
    return grammar_from_gbnf(span_str(text), &f->a, &f->g, e);
}

static void begin(struct fixture *f, const char *text)
{
    struct err e = { 0 };
    int rc = compile(f, text, &e);
    if (rc)
        fail_msg("%s: %s", text, e.msg);
    EQ(matcher_new(f->g, NULL, &f->m, NULL), 0);
}

static void end(struct fixture *f)
{
    matcher_free(f->m);
    arena_fini(&f->a);
}

/* 2: a whole sentence; 1: the beginning of one; 0: neither. */
static int reads(struct fixture *f, const char *text)
{
    matcher_reset(f->m);
    if (matcher_accept(f->m, span_str(text), NULL))
        return 0;
    return matcher_may_end(f->m) ? 2 : 1;
}

TEST(sequences_choices_and_repeats)
{
    struct fixture f;
    begin(&f, "root ::= \"a\" (\"b\" | \"c\")* \"d\"? [x-z]+ # end\n");
    EQ(reads(&f, ""), 1);
    EQ(reads(&f, "a"), 1);
    EQ(reads(&f, "abcbx"), 2);
    EQ(reads(&f, "adxyz"), 2);
    EQ(reads(&f, "addx"), 0);
    EQ(reads(&f, "b"), 0);
    end(&f);
    begin(&f, "root ::= item{2,4}\nitem ::= [0-9]");
    EQ(reads(&f, "1"), 1);
    EQ(reads(&f, "12"), 2);
    EQ(reads(&f, "1234"), 2);
    EQ(reads(&f, "12345"), 0);
    end(&f);
    begin(&f, "root ::= \"x\"{3}\n\n");
    EQ(reads(&f, "xx"), 1);
    EQ(reads(&f, "xxx"), 2);
    EQ(matcher_must_end(f.m), 1);
    EQ(reads(&f, "xxxx"), 0);
    end(&f);
    begin(&f, "root ::= \"x\"{,2} \"y\"{2,}");
    EQ(reads(&f, "yy"), 2);
    EQ(reads(&f, "xxyyyy"), 2);
    EQ(reads(&f, "xxx"), 0);
    EQ(reads(&f, "xy"), 1);
    end(&f);
}

TEST(recursion_counts_brackets)
{
    struct fixture f;
    char text[2001];
    begin(&f, "root ::= \"(\" root? \")\" root?");
    EQ(reads(&f, "(()(()))"), 2);
    EQ(reads(&f, "(()"), 1);
    EQ(reads(&f, "())"), 0);
    memset(text, '(', 1000);
    memset(text + 1000, ')', 1000);
    text[2000] = 0;
    EQ(reads(&f, text), 2);
    text[1999] = 0;
    EQ(reads(&f, text), 1);
    end(&f);
}

TEST(characters_are_cut_into_bytes)
{
    struct fixture f;
    begin(&f, "root ::= [\\u00e0-\\u4e2d\\U0001F600-\\U0001F64F]");
    EQ(reads(&f, "\xc3\xa0"), 2);
    EQ(reads(&f, "\xc3\x9f"), 0);                       /* U+00DF */
    EQ(reads(&f, "\xe4\xb8\xad"), 2);                   /* U+4E2D */
    EQ(reads(&f, "\xe4\xb8\xae"), 0);
    EQ(reads(&f, "\xf0\x9f\x98\x80"), 2);
    EQ(reads(&f, "\xf0\x9f\x99\x8f"), 2);
    EQ(reads(&f, "\xf0\x9f\x99\x90"), 0);
    end(&f);
    begin(&f, "root ::= [^a-z\\n]{2} .");
    EQ(reads(&f, "A\xc3\xa9\n"), 2);
    EQ(reads(&f, "Aa"), 0);
    EQ(reads(&f, "A\n"), 0);
    EQ(reads(&f, "A\xed\xa0"), 0);                      /* no surrogates */
    EQ(reads(&f, "A\xc0"), 0);                          /* no overlong forms */
    end(&f);
}

/* Every character, taken or not, against the class itself. */
TEST(every_character_of_a_class)
{
    static const struct { const char *text; uint32_t lo, hi; } cases[] = {
        { "root ::= [\\u0001-\\u007f]", 1, 0x7F }, { "root ::= [\\u0070-\\u0810]", 0x70, 0x810 },
        { "root ::= [\\u07ff-\\uffff]", 0x7FF, 0xFFFF }, { "root ::= [\\U00010000-\\U0010ffff]", 0x10000, 0x10FFFF },
        { "root ::= [\\u1234-\\U00045678]", 0x1234, 0x45678 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        begin(&f, cases[i].text);
        for (uint32_t cp = 1; cp <= 0x10FFFF; cp += cp < 0x3000 ? 1 : 37) {
            if (cp >= 0xD800 && cp <= 0xDFFF)
                continue;
            char out[5] = { 0 };
            if (cp < 0x80)
                out[0] = (char)cp;
            else if (cp < 0x800)
                out[0] = (char)(0xC0 | cp >> 6), out[1] = (char)(0x80 | (cp & 63));
            else if (cp < 0x10000)
                out[0] = (char)(0xE0 | cp >> 12), out[1] = (char)(0x80 | (cp >> 6 & 63)), out[2] = (char)(0x80 | (cp & 63));
            else
                out[0] = (char)(0xF0 | cp >> 18), out[1] = (char)(0x80 | (cp >> 12 & 63)),
                out[2] = (char)(0x80 | (cp >> 6 & 63)), out[3] = (char)(0x80 | (cp & 63));
            EQ(reads(&f, out) == 2, cp >= cases[i].lo && cp <= cases[i].hi);
        }
        end(&f);
    }
}

TEST(what_is_no_grammar_is_refused_with_its_byte)
{
    static const struct { const char *text; int code; uint64_t byte; const char *msg; } cases[] = {
        { "", ERR_FORMAT, 0, "root" },
        { "root ::= x", ERR_FORMAT, 9, "'x' is not there" },
        { "root ::= \"a", ERR_FORMAT, 9, "not closed" },
        { "root ::= [a", ERR_FORMAT, 9, "not closed" },
        { "root ::= [b-a]", ERR_FORMAT, 10, "backwards" },
        { "root ::= (\"a\"", ERR_FORMAT, 13, "')'" },
        { "root ::= \"a\")", ERR_FORMAT, 12, "end of the line" },
        { "root ::= \"\\q\"", ERR_FORMAT, 10, "escape" },
        { "root ::= \"\\ud800\"", ERR_FORMAT, 12, "no character" },
        { "root ::= \"a\"{3,2}", ERR_FORMAT, 12, "smaller" },
        { "root ::= \"a\"{9999999}", ERR_LIMIT, 13, "count" },
        { "root ::= \"a\"\nroot ::= \"b\"", ERR_FORMAT, 13, "twice" },
        { "root = \"a\"", ERR_FORMAT, 5, "'::='" },
        { "root ::= root \"a\" | \"b\"", ERR_FORMAT, 0, "begins with itself" },
        { "root ::= x \"a\"\nx ::= \"b\"? y\ny ::= x \"c\" | \"d\"", ERR_FORMAT, 28, "begins with itself" },
        { "root ::= \"a\" root", ERR_FORMAT, 0, "no text" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        struct err e = { 0 };
        int rc = compile(&f, cases[i].text, &e);
        if (rc != cases[i].code || !strstr(e.msg, cases[i].msg) || e.pos != cases[i].byte)
            fail_msg("%s: %d, byte %llu, '%s'", cases[i].text, rc, (unsigned long long)e.pos, e.msg);
        arena_fini(&f.a);
    }
}

TEST(what_can_never_be_finished_is_not_begun)
{
    struct fixture f;
    begin(&f, "root ::= \"a\" x | \"b\"\nx ::= \"c\" x");
    EQ(reads(&f, "a"), 0);
    EQ(reads(&f, "b"), 2);
    end(&f);
}

TEST(loops_of_nothing_end)
{
    struct fixture f;
    begin(&f, "root ::= (\"a\"?)* ((\"b\"*)+ \"c\"?)* x*\nx ::= \"d\"? | \"\"");
    EQ(reads(&f, "aabbcbdd"), 2);
    EQ(reads(&f, ""), 2);
    end(&f);
    begin(&f, "root ::= (\"a\"?){0,1000}");
    EQ(reads(&f, "aaa"), 2);
    end(&f);
    EQ(compile(&f, "root ::= ((\"a\"?){0,1000000}){0,1000000}", NULL), 0);
    EQ(matcher_new(f.g, NULL, &f.m, NULL), ERR_LIMIT);      /* refused, not for ever */
    end(&f);
}

TEST(forced_text_is_found)
{
    struct fixture f;
    char out[64];
    begin(&f, "root ::= \"{\\\"name\\\": \\\"\" [a-z]+ \"\\\"}\"");
    EQ(matcher_forced(f.m, out, sizeof out), 10);
    YES(!memcmp(out, "{\"name\": \"", 10));
    EQ(matcher_accept(f.m, span_str("{\"name\": \""), NULL), 0);
    EQ(matcher_forced(f.m, out, sizeof out), 0);
    EQ(matcher_accept(f.m, span_str("bob\""), NULL), 0);
    EQ(matcher_forced(f.m, out, sizeof out), 1);
    end(&f);
}

/* ---- masks ---- */

static const char *const words[] = {
    "", "a", "b", "ab", "abc", "\"", "\\", "\\n", "{", "}", "1", "12", "123", "\xc3", "\xa9", "\xc3\xa9", "x\"", "hello ",
    " world", "\"}", "\xf0\x9f\x98\x80", "ab", "\n", "\xe4\xb8", "aaaa", "\xc3\xa9\"", "\xed\xa0\x80", "12\"",
};
enum { N_WORDS = sizeof words / sizeof *words };

static void check_mask(struct matcher *m, const char *so_far)
{
    const uint32_t *mask;
    EQ(matcher_mask(m, &mask, NULL), 0);
    for (uint32_t i = 0; i < N_WORDS; i++) {
        bool in = mask[i / 32] >> i % 32 & 1, may = false;
        if (*words[i] && matcher_accept(m, span_str(words[i]), NULL) == 0) {
            may = true;
            matcher_reset(m);
            EQ(matcher_accept(m, span_str(so_far), NULL), 0);
        }
        if (in != may)
            fail_msg("after '%s', token '%s': mask says %d, text says %d", so_far, words[i], in, may);
    }
}

TEST(a_mask_is_what_the_text_allows)
{
    static const char *const grammars[] = {
        "root ::= \"\\\"\" ([^\"\\\\\\x00-\\x1f] | \"\\\\\" [\"\\\\n])* \"\\\"\"",
        "root ::= \"\\\"\" ([^\"\\\\\\x00-\\x1f] | \"\\\\\" [\"\\\\n]){2,5} \"\\\"\" \"}\"",
        "root ::= [0-9]{2,3} \"x\"{0,2000}",
        "root ::= \"{\" root? \"}\" | \"a\"+ \"b\" \"c\"?",
        "root ::= (\"a\" | \"ab\" | \"abc\"){3,100}",
        "root ::= .*",
    };
    static const char *const texts[] = { "", "\"", "\"a", "\"ab", "\"aaaaa", "\"\\", "\"\xc3", "\"\xe4\xb8", "1", "12", "123",
                                         "12x", "{", "{{", "aa", "ab", "{}", "abab", "\"hello w" };
    struct span tokens[N_WORDS];
    struct token_trie trie;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < N_WORDS; i++)
        tokens[i] = span_str(words[i]);
    EQ(token_trie_build(tokens, N_WORDS, &a, &trie, NULL), 0);
    EQ(trie.longest, 6);
    for (size_t i = 0; i < sizeof grammars / sizeof *grammars; i++) {
        struct fixture f;
        EQ(compile(&f, grammars[i], NULL), 0);
        EQ(matcher_new(f.g, &trie, &f.m, NULL), 0);
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            matcher_reset(f.m);
            if (matcher_accept(f.m, span_str(texts[k]), NULL) == 0)
                check_mask(f.m, texts[k]);
        }
        end(&f);
    }
    arena_fini(&a);
}

TEST(tables_are_emptied_and_nothing_changes)
{
    struct fixture f;
    begin(&f, "root ::= \"<\" (\"a\"{0,50000} \"-\" | \"b\"{0,40000} \"-\" | root){0,60000} \">\"");
    EQ(matcher_accept(f.m, span_str("<<<"), NULL), 0);
    for (int i = 0; i < 30000; i++)
        EQ(matcher_accept(f.m, span_str(i % 20000 == 19999 ? "-" : "a"), NULL), 0);
    EQ(matcher_accept(f.m, span_str("-bb-><b->a->"), NULL), 0);
    YES(matcher_may_end(f.m) == 0);
    EQ(matcher_accept(f.m, span_str("b->"), NULL), 0);
    YES(matcher_must_end(f.m));
    end(&f);
}

static int whole_run(void)
{
    struct fixture f;
    struct span tokens[N_WORDS];
    struct token_trie trie;
    const uint32_t *mask;
    for (size_t i = 0; i < N_WORDS; i++)
        tokens[i] = span_str(words[i]);
    int rc = compile(&f, "root ::= \"{\" [a-z]{2,4} x* \"}\"\nx ::= \",\" root | [^a-z]", NULL);
    if (!rc)
        rc = token_trie_build(tokens, N_WORDS, &f.a, &trie, NULL);
    if (!rc)
        rc = matcher_new(f.g, &trie, &f.m, NULL);
    if (!rc)
        rc = matcher_accept(f.m, span_str("{abc,{de"), NULL);
    if (!rc)
        rc = matcher_mask(f.m, &mask, NULL);
    end(&f);
    return rc;
}

TEST(every_allocation_may_fail)
{
    for (size_t n = 1;; n++) {
        fault_alloc_at(n);
        int rc = whole_run();
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
}

int main(void)
{
    return RUN(CASE(sequences_choices_and_repeats), CASE(recursion_counts_brackets), CASE(characters_are_cut_into_bytes),
               CASE(every_character_of_a_class), CASE(what_is_no_grammar_is_refused_with_its_byte),
               CASE(what_can_never_be_finished_is_not_begun), CASE(loops_of_nothing_end), CASE(forced_text_is_found),
               CASE(a_mask_is_what_the_text_allows), CASE(tables_are_emptied_and_nothing_changes),
               CASE(every_allocation_may_fail));
}
