// SPDX-License-Identifier: Apache-2.0
/* text/grammar.h - what a model may say next, as a set of tokens.
 *
 *     GBNF, or a JSON Schema ─> grammar (bytes, rules, counters) ─┐
 *     the vocabulary ─> token_trie ──────────────────────────────┴─> matcher: a bit for each token
 *
 * A grammar is over bytes, so it does not care how a vocabulary cuts text. It is compiled once and never changes; a
 * matcher is one text that is being written under it. The matcher is exact: a token's bit is set if and only if the
 * text written so far and the token can still become a whole sentence of the grammar. It fails closed: whatever goes
 * wrong is an error, never a mask that allows more.
 *
 * How it works: a state is a set of (place in the grammar, stack of returns). Stacks and states are kept once each, and so
 * each state learns its successor for a byte, and its mask, when first asked. A state that a text comes back to (the
 * inside of a string, say) costs one look-up a byte.
 * Limits are below; left recursion is refused. Nothing of a text is kept. */
#ifndef ASSAY_TEXT_GRAMMAR_H
#define ASSAY_TEXT_GRAMMAR_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "text/token_trie.h"

enum {
    GRAMMAR_BYTES_MAX = 4 << 20,        /* of a text in GBNF */
    GRAMMAR_NODES_MAX = 2 << 20,        /* of a compiled grammar */
    GRAMMAR_THREADS_MAX = 20000,        /* ways in which one text may be read at one time */
    GRAMMAR_CLOSURE_MAX = 400000        /* steps without a byte, for one byte */
};

struct grammar;

/* Compile a grammar in GBNF: rules `name ::= ...` with "literals", [classes], (groups), |, * + ? {m,n}, . and comments
 * from # to the end of the line; the text begins with rule `root`. *out is owned by `a`.
 * Fails: ERR_FORMAT with the byte: syntax, a rule that is missing, twice there or left-recursive, a grammar without
 * any sentence; ERR_LIMIT; ERR_MEMORY.
 * Source: llama.cpp, grammars/README.md (the notation). */
int grammar_from_gbnf(struct span text, struct arena *a, const struct grammar **out, struct err *e);

struct matcher;

/* A text under g, still empty. `trie` (may be NULL when no mask is asked) and g outlive it. Fails: ERR_MEMORY, ERR_LIMIT. */
int matcher_new(const struct grammar *g, const struct token_trie *trie, struct matcher **out, struct err *e);
void matcher_free(struct matcher *m);

/* Begin again with an empty text; what was learnt is kept. */
void matcher_reset(struct matcher *m);

/* Add bytes to the text. Fails: ERR_FORMAT at the first byte (counted in `bytes`) that the grammar does not allow;
 * ERR_LIMIT, ERR_MEMORY. After a failure the text is as before. */
int matcher_accept(struct matcher *m, struct span bytes, struct err *e);

/* Is the text a whole sentence? And must it be, because no byte may follow? */
bool matcher_may_end(const struct matcher *m);
bool matcher_must_end(const struct matcher *m);

/* The tokens that may come next: bit id % 32 of word id / 32, trie->n_words words. Borrowed until the next call with m.
 * Fails: ERR_LIMIT, ERR_MEMORY. Cost: a look-up when the state had a mask; else a walk over the trie. */
int matcher_mask(struct matcher *m, const uint32_t **mask, struct err *e);

/* The longest text that must come next, whatever is chosen; up to n bytes. For a server that skips the model then. */
size_t matcher_forced(struct matcher *m, char *out, size_t n);

#endif
