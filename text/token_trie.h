// SPDX-License-Identifier: Apache-2.0
/* text/token_trie.h - a vocabulary as a tree of bytes, laid out in the order of a walk.
 *
 *     "a" 7, "ab" 9, "b" 3     ─>     a (7) skip 2 │ b (9) skip 1 │ b (3) skip 1
 *
 * A node that a walk does not want is left with everything below it by adding `skip`. Two trees are kept: `all`, and
 * `rest` without the tokens that are plain text of a JSON string (whole characters, no control, quote or backslash):
 * most of a vocabulary, and in a string they are allowed all together. */
#ifndef ASSAY_TEXT_TOKEN_TRIE_H
#define ASSAY_TEXT_TOKEN_TRIE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { TOKEN_TRIE_BYTES_MAX = 1024 };       /* of one token */

struct trie_node {
    uint32_t skip;                          /* nodes of this subtree, itself counted */
    uint32_t token;                         /* first id that ends here; TRIE_NONE */
    uint16_t depth;                         /* bytes before this one */
    uint8_t byte;
};
#define TRIE_NONE UINT32_MAX

struct trie_part { const struct trie_node *nodes; size_t n; };
struct token_trie {
    struct trie_part all, rest;
    const uint32_t *plain;                  /* [n_words] the tokens that `rest` leaves out */
    const uint32_t *same;                   /* [n_tokens] the next id with the same bytes; TRIE_NONE */
    uint32_t n_tokens, n_words;
    uint32_t longest;                       /* bytes */
};

/* tokens[i]: the bytes of token i; empty: never allowed (control tokens, unused ids). *out is owned by `a`.
 * Fails: ERR_LIMIT a token above TOKEN_TRIE_BYTES_MAX; ERR_MEMORY. */
int token_trie_build(const struct span *tokens, uint32_t n_tokens, struct arena *a, struct token_trie *out, struct err *e);

#endif
