// SPDX-License-Identifier: Apache-2.0
#include "text/dfa.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "text/char_set.h"

#define SINK      UINT32_MAX            /* no state of the other automaton any more */

void dfa_begin(struct dfa_build *b, struct arena *a, struct err *e)
{
    *b = (struct dfa_build){ .a = a, .e = e };
}

static int room(struct dfa_build *b, void **items, size_t *cap, size_t n, size_t size)
{
    if (!b->rc && arena_grow(b->a, items, cap, n, size))
        b->rc = err_memory(b->e);
    return b->rc;
}

void dfa_state(struct dfa_build *b, bool ends)
{
    if (!b->rc && b->n >= DFA_STATES_MAX)
        b->rc = err_plain(b->e, ERR_LIMIT, "a string's pattern, length and names take more than %d states", DFA_STATES_MAX);
    if (room(b, (void **)&b->first, &b->cap_first, b->n, sizeof *b->first)
        || room(b, (void **)&b->first, &b->cap_first, b->n + 1, sizeof *b->first)
        || room(b, (void **)&b->ends, &b->cap_ends, b->n, sizeof *b->ends))
        return;
    b->first[b->n] = (uint32_t)b->n_edges;
    b->ends[b->n++] = ends;
    b->first[b->n] = (uint32_t)b->n_edges;
}

void dfa_edge_add(struct dfa_build *b, uint32_t lo, uint32_t hi, uint32_t to)
{
    if (b->rc)
        return;
    if (b->n_edges > b->first[b->n - 1]) {
        struct dfa_edge *last = &b->edges[b->n_edges - 1];
        if (last->to == to && last->hi + 1 == lo) {
            last->hi = hi;
            return;
        }
    }
    if (b->n_edges >= DFA_EDGES_MAX)
        b->rc = err_plain(b->e, ERR_LIMIT, "a string's pattern, length and names take more than %d edges", DFA_EDGES_MAX);
    if (room(b, (void **)&b->edges, &b->cap_edges, b->n_edges, sizeof *b->edges))
        return;
    b->edges[b->n_edges++] = (struct dfa_edge){ lo, hi, to };
    b->first[b->n] = (uint32_t)b->n_edges;
}

int dfa_done(struct dfa_build *b, struct dfa *out)
{
    if (!b->rc)
        *out = (struct dfa){ b->edges, b->first, b->ends, (uint32_t)b->n };
    return b->rc;
}

int dfa_any(struct arena *a, struct dfa *out, struct err *e)
{
    return dfa_length(0, UINT64_MAX, a, out, e);
}

int dfa_length(uint64_t min, uint64_t max, struct arena *a, struct dfa *out, struct err *e)
{
    struct dfa_build b;
    dfa_begin(&b, a, e);
    uint64_t last = max == UINT64_MAX ? min : max;
    if (min > max) {
        *out = (struct dfa){ 0 };
        return 0;
    }
    for (uint64_t i = 0; i <= last && !b.rc; i++) {
        dfa_state(&b, i >= min);
        if (i < last)
            dfa_edge_add(&b, 0, CHAR_LAST, (uint32_t)i + 1);
        else if (max == UINT64_MAX)
            dfa_edge_add(&b, 0, CHAR_LAST, (uint32_t)i);
    }
    return dfa_done(&b, out);
}

/* ---- a list of words ---- */

static int by_bytes(const void *x, const void *y)
{
    return span_order(*(const struct span *)x, *(const struct span *)y);
}

/* A state of the tree of words: the sorted words [from, to) that agree in their first `at` bytes. */
struct group { size_t from, to, at; };

int dfa_words(const struct span *words, size_t n, struct arena *a, struct dfa *out, struct err *e)
{
    struct dfa_build b;
    dfa_begin(&b, a, e);
    struct span *sorted = arena_array(a, n + 1, sizeof *sorted);
    struct group *todo = NULL;
    size_t cap = 0, n_todo = 0;
    if (!sorted || arena_grow(a, (void **)&todo, &cap, 0, sizeof *todo))
        return err_memory(e);
    if (n)
        memcpy(sorted, words, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_bytes);
    todo[n_todo++] = (struct group){ 0, n, 0 };
    for (size_t i = 0; i < n_todo && !b.rc; i++) {
        struct group g = todo[i];
        bool ends = g.from < g.to && sorted[g.from].n == g.at;
        dfa_state(&b, ends);
        while (g.from < g.to && sorted[g.from].n == g.at)
            g.from++;
        while (g.from < g.to && !b.rc) {
            uint32_t cp, other;
            unsigned len = utf8_next(span_sub(sorted[g.from], g.at, 4), &cp);
            size_t end = g.from + 1;
            if (!len)
                return err_plain(e, ERR_FORMAT, "a name that is not UTF-8");
            while (end < g.to && utf8_next(span_sub(sorted[end], g.at, 4), &other) && other == cp)
                end++;
            if (arena_grow(a, (void **)&todo, &cap, n_todo, sizeof *todo))
                return err_memory(e);
            dfa_edge_add(&b, cp, cp, (uint32_t)n_todo);
            todo[n_todo++] = (struct group){ g.from, end, g.at + len };
            g.from = end;
        }
    }
    return dfa_done(&b, out);
}

/* ---- two at a time ---- */

struct pair { uint32_t x, y; };
struct product {
    const struct dfa *x, *y;
    bool minus;
    struct dfa_build b;
    struct pair *pairs;
    uint32_t *heads, *chain;            /* a hash table of pairs */
    size_t n, cap, cap_chain, n_heads;
};

static uint32_t pair_number(struct product *p, uint32_t x, uint32_t y)
{
    size_t slot = (size_t)((((uint64_t)x << 32 | y) * UINT64_C(0x9E3779B97F4A7C15)) >> 40) & (p->n_heads - 1);
    for (uint32_t i = p->heads[slot]; i; i = p->chain[i - 1])
        if (p->pairs[i - 1].x == x && p->pairs[i - 1].y == y)
            return i - 1;
    if (room(&p->b, (void **)&p->pairs, &p->cap, p->n, sizeof *p->pairs)
        || room(&p->b, (void **)&p->chain, &p->cap_chain, p->n, sizeof *p->chain))
        return 0;
    p->pairs[p->n] = (struct pair){ x, y };
    p->chain[p->n] = p->heads[slot];
    p->heads[slot] = (uint32_t)++p->n;
    return (uint32_t)p->n - 1;
}

static void pair_edges(struct product *p, struct pair s)
{
    const struct dfa *x = p->x, *y = p->y;
    uint32_t j = s.y == SINK ? 0 : y->first[s.y], j_end = s.y == SINK ? 0 : y->first[s.y + 1];
    for (uint32_t i = x->first[s.x]; i < x->first[s.x + 1] && !p->b.rc; i++) {
        uint32_t lo = x->edges[i].lo, hi = x->edges[i].hi, to = x->edges[i].to;
        while (j < j_end && y->edges[j].hi < lo)
            j++;
        for (uint32_t k = j; lo <= hi; k++) {
            uint32_t from = k < j_end && y->edges[k].lo <= hi ? y->edges[k].lo : hi + 1;
            if (from > lo && p->minus)                          /* y has no edge here */
                dfa_edge_add(&p->b, lo, from - 1, pair_number(p, to, SINK));
            if (from > hi)
                break;
            if (from < lo)
                from = lo;
            uint32_t end = y->edges[k].hi < hi ? y->edges[k].hi : hi;
            dfa_edge_add(&p->b, from, end, pair_number(p, to, y->edges[k].to));
            lo = end + 1;
        }
    }
}

static int combine(const struct dfa *x, const struct dfa *y, bool minus, struct arena *a, struct dfa *out, struct err *e)
{
    struct product p = { .x = x, .y = y, .minus = minus, .n_heads = 4096 };
    if (!x->n || (!y->n && !minus)) {
        *out = (struct dfa){ 0 };
        return 0;
    }
    dfa_begin(&p.b, a, e);
    p.heads = arena_array(a, p.n_heads, sizeof *p.heads);
    if (!p.heads)
        return err_memory(e);
    (void)pair_number(&p, 0, y->n ? 0 : SINK);
    for (size_t i = 0; i < p.n && !p.b.rc; i++) {
        struct pair s = p.pairs[i];
        bool in_y = s.y != SINK && y->ends[s.y];
        dfa_state(&p.b, x->ends[s.x] && in_y != minus);
        if (!p.b.rc)
            pair_edges(&p, s);
    }
    return dfa_done(&p.b, out);
}

int dfa_both(const struct dfa *x, const struct dfa *y, struct arena *a, struct dfa *out, struct err *e)
{
    return combine(x, y, false, a, out, e);
}

int dfa_minus(const struct dfa *x, const struct dfa *y, struct arena *a, struct dfa *out, struct err *e)
{
    return combine(x, y, true, a, out, e);
}

bool dfa_has(const struct dfa *d, struct span text)
{
    uint32_t at = 0;
    if (!d->n)
        return false;
    while (text.n) {
        uint32_t cp;
        unsigned n = utf8_next(text, &cp);
        if (!n)
            return false;
        text = span_sub(text, n, text.n);
        uint32_t i = d->first[at], end = d->first[at + 1];
        while (i < end && d->edges[i].hi < cp)
            i++;
        if (i == end || d->edges[i].lo > cp)
            return false;
        at = d->edges[i].to;
    }
    return d->ends[at];
}
