// SPDX-License-Identifier: Apache-2.0
/* A grammar, a NUL, a text: whatever is accepted byte by byte, the masks must say the same. */
#include <assert.h>
#include "text/grammar.h"

static const char *const words[] = { "a", "b", "ab", "\"", "\\", "{", "}", "1", "12", "\xc3", "\xa9", " ", "\n", "aaaaaaaa" };
enum { N_WORDS = sizeof words / sizeof *words };

static void masks(struct matcher *m, struct span done)
{
    const uint32_t *mask;
    if (matcher_mask(m, &mask, NULL))
        return;
    for (uint32_t i = 0; i < N_WORDS; i++) {
        int rc = matcher_accept(m, span_str(words[i]), NULL);
        if (rc && rc != ERR_FORMAT)
            return;
        assert((rc == 0) == (mask[i / 32] >> i % 32 & 1));
        if (rc == 0) {
            matcher_reset(m);
            rc = matcher_accept(m, done, NULL);
            if (rc)
                return;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct arena kept;
    static struct token_trie trie;
    struct span tokens[N_WORDS];
    if (!trie.n_tokens) {
        arena_init(&kept, 1 << 20);
        for (size_t i = 0; i < N_WORDS; i++)
            tokens[i] = span_str(words[i]);
        assert(token_trie_build(tokens, N_WORDS, &kept, &trie, NULL) == 0);
    }
    const uint8_t *cut = n ? memchr(p, 0, n) : NULL;
    struct span text = span_of(p, cut ? (size_t)(cut - p) : n);
    struct span said = cut ? span_of(cut + 1, n - text.n - 1) : SPAN_NONE;
    struct arena a;
    const struct grammar *g;
    struct matcher *m;
    arena_init(&a, 64 << 20);
    if (text.n < 4096 && !grammar_from_gbnf(text, &a, &g, NULL) && !matcher_new(g, &trie, &m, NULL)) {
        size_t i = 0;
        for (; i < said.n && i < 64; i++) {
            masks(m, span_sub(said, 0, i));
            if (matcher_accept(m, span_sub(said, i, 1), NULL))
                break;
        }
        matcher_free(m);
    }
    arena_fini(&a);
    return 0;
}
