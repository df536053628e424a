// SPDX-License-Identifier: Apache-2.0
#include "text/grammar_int.h"

#include <stdlib.h>

#include "base/utf8.h"

void gram_begin(struct gram_build *b, struct arena *a, struct err *e)
{
    *b = (struct gram_build){ .a = a, .e = e };
    static const struct gram_node first[] = { { .kind = GRAM_END }, { .kind = GRAM_FAIL } };
    for (size_t i = 0; i < 2; i++) {
        if (arena_grow(a, (void **)&b->nodes, &b->cap_nodes, b->n_nodes, sizeof *b->nodes)) {
            b->rc = err_memory(e);
            return;
        }
        b->nodes[b->n_nodes++] = first[i];
    }
}

static uint32_t add_node(struct gram_build *b, struct gram_node node)
{
    if (b->rc)
        return GRAM_NODE_FAIL;
    if (b->n_nodes >= GRAMMAR_NODES_MAX)
        b->rc = err_plain(b->e, ERR_LIMIT, "the grammar has more than %d places", GRAMMAR_NODES_MAX);
    else if (arena_grow(b->a, (void **)&b->nodes, &b->cap_nodes, b->n_nodes, sizeof *b->nodes))
        b->rc = err_memory(b->e);
    if (b->rc)
        return GRAM_NODE_FAIL;
    b->nodes[b->n_nodes] = node;
    return (uint32_t)b->n_nodes++;
}

uint32_t gram_edges(struct gram_build *b, const struct gram_edge *edges, uint32_t n, bool final)
{
    uint32_t first = (uint32_t)b->n_edges;
    for (uint32_t i = 0; i < n && !b->rc; i++) {
        if (b->n_edges >= GRAMMAR_NODES_MAX)
            b->rc = err_plain(b->e, ERR_LIMIT, "the grammar has more than %d transitions", GRAMMAR_NODES_MAX);
        else if (arena_grow(b->a, (void **)&b->edges, &b->cap_edges, b->n_edges, sizeof *b->edges))
            b->rc = err_memory(b->e);
        else
            b->edges[b->n_edges++] = edges[i];
    }
    return add_node(b, (struct gram_node){ .kind = GRAM_EDGES, .final = final, .first = first, .n = n });
}

uint32_t gram_byte(struct gram_build *b, uint8_t lo, uint8_t hi, uint32_t next)
{
    return gram_edges(b, &(struct gram_edge){ lo, hi, next }, 1, false);
}

uint32_t gram_literal(struct gram_build *b, struct span s, uint32_t next)
{
    while (s.n && !b->rc) {
        next = gram_byte(b, s.p[s.n - 1], s.p[s.n - 1], next);
        s.n--;
    }
    return next;
}

uint32_t gram_alt(struct gram_build *b, const uint32_t *nodes, uint32_t n)
{
    if (n == 0)
        return GRAM_NODE_FAIL;
    if (n == 1)
        return nodes[0];
    uint32_t first = (uint32_t)b->n_list;
    for (uint32_t i = 0; i < n && !b->rc; i++) {
        if (b->n_list >= GRAMMAR_NODES_MAX)
            b->rc = err_plain(b->e, ERR_LIMIT, "the grammar has more than %d alternatives", GRAMMAR_NODES_MAX);
        else if (arena_grow(b->a, (void **)&b->list, &b->cap_list, b->n_list, sizeof *b->list))
            b->rc = err_memory(b->e);
        else
            b->list[b->n_list++] = nodes[i];
    }
    return add_node(b, (struct gram_node){ .kind = GRAM_ALT, .first = first, .n = n });
}

uint32_t gram_either(struct gram_build *b, uint32_t x, uint32_t y)
{
    return gram_alt(b, (const uint32_t[]){ x, y }, 2);
}

uint32_t gram_call(struct gram_build *b, uint32_t rule, uint32_t next)
{
    return add_node(b, (struct gram_node){ .kind = GRAM_CALL, .first = rule, .next = next });
}

uint32_t gram_repeat(struct gram_build *b, uint32_t sub, uint32_t min, uint32_t max, uint32_t next)
{
    if (max == 0)
        return next;
    return add_node(b, (struct gram_node){ .kind = GRAM_REPEAT, .first = sub, .min = min, .max = max, .next = next });
}

uint32_t gram_hold(struct gram_build *b)
{
    uint32_t first = (uint32_t)b->n_list;
    if (!b->rc && arena_grow(b->a, (void **)&b->list, &b->cap_list, b->n_list, sizeof *b->list))
        b->rc = err_memory(b->e);
    if (b->rc)
        return GRAM_NODE_FAIL;
    b->list[b->n_list++] = GRAM_NODE_FAIL;
    return add_node(b, (struct gram_node){ .kind = GRAM_ALT, .first = first, .n = 1 });
}

void gram_fill(struct gram_build *b, uint32_t hold, uint32_t node)
{
    if (!b->rc && hold != GRAM_NODE_FAIL)
        b->list[b->nodes[hold].first] = node;
}

/* ---- characters as bytes ---- */

/* What is put together for one set of characters: edges of the first byte, and the chains behind it. */
struct chars {
    struct gram_build *b;
    struct gram_edge *edges;
    size_t n, cap;
    uint32_t tail[4];               /* [k]: any k continuation bytes, then next */
};

static uint32_t tail_of(struct chars *c, unsigned k)
{
    if (k && c->tail[k] == GRAM_NODE_FAIL)
        c->tail[k] = gram_byte(c->b, 0x80, 0xBF, tail_of(c, k - 1));
    return c->tail[k];
}

/* The node for bytes from[0..n) to to[0..n), of equal length, where everything between them is a character. */
static uint32_t span_node(struct chars *c, const uint8_t *from, const uint8_t *to, unsigned n, struct gram_edge *top)
{
    unsigned rest = n - 1;
    uint32_t next;
    if (rest == 0)
        next = tail_of(c, 0);
    else {
        bool low = true, high = true;                   /* the rest runs from 80 to BF throughout */
        for (unsigned i = 1; i < n; i++) {
            low &= from[i] == 0x80;
            high &= to[i] == 0xBF;
        }
        if (low && high)
            next = tail_of(c, rest);
        else
            next = span_node(c, from + 1, to + 1, rest, NULL);
    }
    if (top) {
        *top = (struct gram_edge){ from[0], to[0], next };
        return GRAM_NODE_FAIL;
    }
    return gram_byte(c->b, from[0], to[0], next);
}

/* Cut [lo, hi], all of one encoded length, where a byte but the last is not the same and the rest not full. */
static void add_span(struct chars *c, uint32_t lo, uint32_t hi, unsigned len)
{
    for (unsigned k = 1; k < len; k++) {
        uint32_t mask = ((uint32_t)1 << 6 * k) - 1;
        if ((lo & ~mask) == (hi & ~mask))
            continue;
        if (lo & mask) {
            add_span(c, lo, lo | mask, len);
            add_span(c, (lo | mask) + 1, hi, len);
            return;
        }
        if ((hi & mask) != mask) {
            add_span(c, lo, (hi & ~mask) - 1, len);
            add_span(c, hi & ~mask, hi, len);
            return;
        }
    }
    char from[4], to[4];
    (void)utf8_put(lo, from);
    (void)utf8_put(hi, to);
    struct gram_build *b = c->b;
    if (!b->rc && arena_grow(b->a, (void **)&c->edges, &c->cap, c->n, sizeof *c->edges))
        b->rc = err_memory(b->e);
    if (!b->rc)
        (void)span_node(c, (const uint8_t *)from, (const uint8_t *)to, len, &c->edges[c->n++]);
}

static void add_range(struct chars *c, uint32_t lo, uint32_t hi)
{
    static const struct { uint32_t lo, hi; unsigned len; } parts[] = {
        { 0, 0x7F, 1 }, { 0x80, 0x7FF, 2 }, { 0x800, 0xD7FF, 3 }, { 0xE000, 0xFFFF, 3 }, { 0x10000, 0x10FFFF, 4 },
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint32_t from = lo > parts[i].lo ? lo : parts[i].lo, to = hi < parts[i].hi ? hi : parts[i].hi;
        if (from <= to)
            add_span(c, from, to, parts[i].len);
    }
}

uint32_t gram_chars(struct gram_build *b, const struct char_range *r, size_t n, uint32_t next)
{
    struct chars c = { .b = b, .tail = { next, GRAM_NODE_FAIL, GRAM_NODE_FAIL, GRAM_NODE_FAIL } };
    for (size_t i = 0; i < n && !b->rc; i++)
        add_range(&c, r[i].lo, r[i].hi);
    if (c.n == 0)
        return GRAM_NODE_FAIL;
    return gram_edges(b, c.edges, (uint32_t)c.n, false);
}

/* ---- rules and objects ---- */

uint32_t gram_rule(struct gram_build *b, struct span name, uint32_t at)
{
    if (!b->rc && arena_grow(b->a, (void **)&b->rules, &b->cap_rules, b->n_rules, sizeof *b->rules))
        b->rc = err_memory(b->e);
    if (b->rc)
        return 0;
    b->rules[b->n_rules] = (struct gram_rule){ .name = name, .start = GRAM_NODE_FAIL, .at = at };
    return (uint32_t)b->n_rules++;
}

void gram_define(struct gram_build *b, uint32_t rule, uint32_t start, uint32_t at)
{
    if (b->rc)
        return;
    b->rules[rule].start = start;
    b->rules[rule].at = at;
    b->rules[rule].defined = true;
}

uint32_t gram_object(struct gram_build *b)
{
    if (!b->rc && arena_grow(b->a, (void **)&b->objects, &b->cap_objects, b->n_objects, sizeof *b->objects))
        b->rc = err_memory(b->e);
    if (b->rc)
        return 0;
    b->objects[b->n_objects] = (struct gram_object){ .max = GRAM_MANY };
    return (uint32_t)b->n_objects++;
}

uint32_t gram_object_node(struct gram_build *b, enum gram_kind kind, uint32_t object, uint32_t next)
{
    return add_node(b, (struct gram_node){ .kind = (uint8_t)kind, .first = object, .next = next });
}

int gram_finish(struct gram_build *b, uint32_t root, const struct grammar **out)
{
    for (size_t i = 0; i < b->n_rules && !b->rc; i++)
        if (!b->rules[i].defined)
            b->rc = err_set(b->e, ERR_FORMAT, b->rules[i].at, "rule '%.*s' is not there", SPAN_ARG(b->rules[i].name));
    if (b->rc)
        return b->rc;
    uint32_t start = gram_call(b, root, GRAM_NODE_END);
    int rc = b->rc ? b->rc : gram_check(b, start);
    if (rc)
        return rc;
    struct grammar *g = arena_alloc(b->a, sizeof *g);
    if (!g)
        return err_memory(b->e);
    *g = (struct grammar){
        .nodes = b->nodes, .edges = b->edges, .list = b->list, .rules = b->rules, .objects = b->objects,
        .n_nodes = (uint32_t)b->n_nodes, .n_edges = (uint32_t)b->n_edges, .n_list = (uint32_t)b->n_list,
        .n_rules = (uint32_t)b->n_rules, .n_objects = (uint32_t)b->n_objects, .start = start,
    };
    *out = g;
    return 0;
}
