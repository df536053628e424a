// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include "text/tok_int.h"

static uint32_t slots_for(uint32_t n)
{
    uint32_t cap = 16;
    while (cap < 2 * n + 2)
        cap *= 2;
    return cap;
}

int tok_table_init(struct tok_table *t, uint32_t n, struct arena *a, struct err *e)
{
    uint32_t cap = slots_for(n);
    t->slots = arena_array(a, cap, sizeof *t->slots);
    t->mask = cap - 1;
    t->max_bytes = 0;
    return t->slots ? 0 : err_memory(e);
}

int tok_pairs_init(struct tok_pairs *t, uint32_t n, struct arena *a, struct err *e)
{
    uint32_t cap = slots_for(n);
    t->slots = arena_array(a, cap, sizeof *t->slots);
    t->mask = cap - 1;
    if (!t->slots)
        return err_memory(e);
    for (uint32_t i = 0; i < cap; i++)
        t->slots[i].left = TOK_NONE;
    return 0;
}

/* A pair that is given twice keeps its last rank, as a map that is filled in order does. */
int tok_pairs_put(struct tok_pairs *t, struct tok_pair pair, struct err *e)
{
    uint32_t at = (uint32_t)tok_mix((uint64_t)pair.left << 32 | pair.right) & t->mask;
    for (uint32_t probes = 0; t->slots[at].left != TOK_NONE; at = (at + 1) & t->mask) {
        if (t->slots[at].left == pair.left && t->slots[at].right == pair.right)
            break;
        if (++probes > TOK_CHAIN_MAX)
            return err_plain(e, ERR_UNSAFE, "merges collide as if made to, merge %u", pair.rank);
    }
    t->slots[at] = pair;
    return 0;
}

/* ---- the trie ----------------------------------------------------------------------------- */

static int by_text(const void *x, const void *y)
{
    const struct tok_key *a = x, *b = y;
    int c = span_order(a->text, b->text);
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

struct todo { uint32_t node, from, to, depth; };

/* Give `node` its children: one for each byte that follows the `depth` bytes which keys [from, to) share. */
static void branch(struct tok_trie *t, const struct tok_key *keys, struct todo x, struct tok_node *nodes, struct todo *queue,
                   uint32_t *n_queue)
{
    while (x.from < x.to && keys[x.from].text.n == x.depth)
        nodes[x.node].id = keys[x.from++].id;
    nodes[x.node].child = t->n;
    while (x.from < x.to) {
        uint8_t byte = keys[x.from].text.p[x.depth];
        uint32_t end = x.from + 1;
        while (end < x.to && keys[end].text.p[x.depth] == byte)
            end++;
        nodes[t->n] = (struct tok_node){ .byte = byte, .id = TOK_NONE };
        queue[(*n_queue)++] = (struct todo){ t->n++, x.from, end, x.depth + 1 };
        nodes[x.node].n++;
        x.from = end;
    }
}

/* Nodes of the trie: one for each prefix that the sorted neighbour before does not have. */
static uint64_t count_nodes(const struct tok_key *keys, size_t n)
{
    uint64_t nodes = 1;
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        if (i)
            while (same < keys[i].text.n && same < keys[i - 1].text.n && keys[i].text.p[same] == keys[i - 1].text.p[same])
                same++;
        nodes += keys[i].text.n - same;
    }
    return nodes;
}

int tok_trie_init(struct tok_trie *t, struct tok_key *keys, size_t n, struct arena *a, struct err *e)
{
    if (n > 1)
        qsort(keys, n, sizeof *keys, by_text);
    uint64_t n_nodes = count_nodes(keys, n);
    if (n_nodes > UINT32_MAX / 4)
        return err_plain(e, ERR_LIMIT, "the tokens make a tree of %llu nodes", (unsigned long long)n_nodes);
    struct arena scratch;
    arena_init(&scratch, (size_t)8 << 30);
    struct tok_node *nodes = arena_array(a, (size_t)n_nodes, sizeof *nodes);
    struct todo *queue = arena_array(&scratch, (size_t)n_nodes, sizeof *queue);
    uint32_t n_queue = 1;
    if (nodes && queue) {
        t->n = 1;
        nodes[0].id = TOK_NONE;
        queue[0] = (struct todo){ 0, 0, (uint32_t)n, 0 };
        for (uint32_t i = 0; i < n_queue; i++)
            branch(t, keys, queue[i], nodes, queue, &n_queue);
        t->nodes = nodes;
        for (uint32_t i = 0; i < nodes[0].n; i++)
            t->first[nodes[nodes[0].child + i].byte] = true;
    }
    arena_fini(&scratch);
    return nodes && queue ? 0 : err_memory(e);
}
