// SPDX-License-Identifier: Apache-2.0
#include "text/token_trie.h"

#include <stdlib.h>

#include "base/utf8.h"

struct entry { struct span bytes; uint32_t id; };

static int by_bytes(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int d = span_order(a->bytes, b->bytes);
    return d ? d : (a->id > b->id) - (a->id < b->id);
}

/* Whole characters that a JSON string holds as they are. */
static bool is_plain(struct span s)
{
    while (s.n) {
        uint32_t cp;
        unsigned n = utf8_next(s, &cp);
        if (!n || cp < 0x20 || cp == '"' || cp == '\\')
            return false;
        s = span_sub(s, n, s.n);
    }
    return true;
}

static size_t common(struct span a, struct span b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

/* How many nodes the sorted entries take. */
static size_t count_nodes(const struct entry *e, size_t n)
{
    size_t total = 0;
    struct span before = SPAN_NONE;
    for (size_t i = 0; i < n; i++) {
        total += e[i].bytes.n - common(before, e[i].bytes);
        before = e[i].bytes;
    }
    return total;
}

/* `open` holds the nodes on the way to the last one: their skip is known when the walk leaves them. */
static void lay_out(const struct entry *e, size_t n, struct trie_node *nodes, uint32_t *same)
{
    uint32_t open[TOKEN_TRIE_BYTES_MAX];
    size_t used = 0, depth = 0;
    struct span before = SPAN_NONE;
    for (size_t i = 0; i < n; i++) {
        struct span s = e[i].bytes;
        size_t shared = common(before, s);
        if (i && shared == s.n && s.n == before.n) {        /* the same bytes under another id */
            same[e[i - 1].id] = e[i].id;
            continue;
        }
        while (depth > shared) {
            depth--;
            nodes[open[depth]].skip = (uint32_t)(used - open[depth]);
        }
        for (; depth < s.n; depth++) {
            open[depth] = (uint32_t)used;
            nodes[used++] = (struct trie_node){ .token = TRIE_NONE, .depth = (uint16_t)depth, .byte = s.p[depth] };
        }
        nodes[used - 1].token = e[i].id;
        before = s;
    }
    while (depth > 0) {
        depth--;
        nodes[open[depth]].skip = (uint32_t)(used - open[depth]);
    }
}

static int part(const struct entry *e, size_t n, struct arena *a, uint32_t *same, struct trie_part *out, struct err *err)
{
    size_t n_nodes = count_nodes(e, n);
    if (n_nodes > UINT32_MAX / 2)
        return err_plain(err, ERR_LIMIT, "the vocabulary has too many bytes");
    struct trie_node *nodes = arena_array(a, n_nodes, sizeof *nodes);
    if (!nodes)
        return err_memory(err);
    lay_out(e, n, nodes, same);
    *out = (struct trie_part){ nodes, n_nodes };
    return 0;
}

int token_trie_build(const struct span *tokens, uint32_t n_tokens, struct arena *a, struct token_trie *out, struct err *err)
{
    struct token_trie t = { .n_tokens = n_tokens, .n_words = n_tokens / 32 + (n_tokens % 32 != 0) };
    struct entry *all = arena_array(a, n_tokens, sizeof *all);
    uint32_t *same = arena_array(a, n_tokens, sizeof *same), *plain = arena_array(a, t.n_words, sizeof *plain);
    if (!all || !same || !plain)
        return err_memory(err);
    size_t n = 0;
    for (uint32_t i = 0; i < n_tokens; i++) {
        same[i] = TRIE_NONE;
        if (tokens[i].n > TOKEN_TRIE_BYTES_MAX)
            return err_plain(err, ERR_LIMIT, "token %u has %zu bytes, %d at most", i, tokens[i].n, TOKEN_TRIE_BYTES_MAX);
        if (!tokens[i].n)
            continue;
        all[n++] = (struct entry){ tokens[i], i };
        if (tokens[i].n > t.longest)
            t.longest = (uint32_t)tokens[i].n;
        if (is_plain(tokens[i]))
            plain[i / 32] |= (uint32_t)1 << i % 32;
    }
    qsort(all, n, sizeof *all, by_bytes);
    int rc = part(all, n, a, same, &t.all, err);
    if (rc)
        return rc;
    size_t n_rest = 0;
    for (size_t i = 0; i < n; i++)
        if (!(plain[all[i].id / 32] >> all[i].id % 32 & 1))
            all[n_rest++] = all[i];
    if ((rc = part(all, n_rest, a, same, &t.rest, err)))
        return rc;
    t.plain = plain;
    t.same = same;
    *out = t;
    return 0;
}
