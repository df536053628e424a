// SPDX-License-Identifier: Apache-2.0
/* schema_string.c - strings as JSON spells them: raw, but for quotes, backslashes and control characters. */
#include "text/schema_int.h"

/* What stands behind a backslash for these; the rest of the control characters is \u00XX. */
static const struct { uint32_t cp; char letter; } short_escapes[] = {
    { '"', '"' }, { '\\', '\\' }, { '/', '/' }, { '\b', 'b' }, { '\f', 'f' }, { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' },
};
enum { N_SHORT = sizeof short_escapes / sizeof *short_escapes };

static bool in(const struct char_range *r, size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= r[i].lo && cp <= r[i].hi)
            return true;
    return false;
}

static uint32_t hex_digit(struct schema *s, unsigned v, uint32_t next)
{
    if (v < 10)
        return gram_byte(&s->b, (uint8_t)('0' + v), (uint8_t)('0' + v), next);
    struct gram_edge e[2] = { { (uint8_t)('A' + v - 10), (uint8_t)('A' + v - 10), next },
                              { (uint8_t)('a' + v - 10), (uint8_t)('a' + v - 10), next } };
    return gram_edges(&s->b, e, 2, false);
}

/* Any of these characters, in each of its spellings that programs use. */
static uint32_t json_chars(struct schema *s, const struct char_range *r, size_t n, uint32_t next)
{
    static const struct char_range raw[] = { { 0x20, '"' - 1 }, { '"' + 1, '\\' - 1 }, { '\\' + 1, CHAR_LAST } };
    struct char_range *cut = schema_make(s, n * 3 + 1, sizeof *cut);
    struct gram_edge edges[N_SHORT + 1];
    uint32_t n_edges = 0, nodes[3], n_nodes = 0, zeros[36], n_zeros = 0;
    size_t n_cut = 0;
    if (!cut)
        return GRAM_NODE_FAIL;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 3; k++) {
            uint32_t lo = r[i].lo > raw[k].lo ? r[i].lo : raw[k].lo, hi = r[i].hi < raw[k].hi ? r[i].hi : raw[k].hi;
            if (lo <= hi)
                cut[n_cut++] = (struct char_range){ lo, hi };
        }
    if (n_cut)
        nodes[n_nodes++] = gram_chars(&s->b, cut, n_cut, next);
    for (size_t i = 0; i < N_SHORT; i++)
        if (in(r, n, short_escapes[i].cp))
            edges[n_edges++] = (struct gram_edge){ (uint8_t)short_escapes[i].letter, (uint8_t)short_escapes[i].letter, next };
    for (unsigned c = 0; c < 0x20; c++)
        if (in(r, n, c))
            zeros[n_zeros++] = gram_byte(&s->b, (uint8_t)('0' + (c >> 4)), (uint8_t)('0' + (c >> 4)), hex_digit(s, c & 15, next));
    if (n_zeros)
        edges[n_edges++] = (struct gram_edge){ 'u', 'u', gram_literal(&s->b, span_str("00"), gram_alt(&s->b, zeros, n_zeros)) };
    if (n_edges)
        nodes[n_nodes++] = gram_byte(&s->b, '\\', '\\', gram_edges(&s->b, edges, n_edges, false));
    return gram_alt(&s->b, nodes, n_nodes);
}

static uint32_t hex(struct schema *s, unsigned n, uint32_t next)
{
    for (; n; n--) {
        const struct gram_edge digits[] = { { '0', '9', next }, { 'A', 'F', next }, { 'a', 'f', next } };
        next = gram_edges(&s->b, digits, 3, false);
    }
    return next;
}

/* Any character in any spelling of RFC 8259; a high surrogate only with its low one. */
static uint32_t any_char(struct schema *s, uint32_t next)
{
    struct gram_build *b = &s->b;
    static const struct char_range raw[] = { { 0x20, '"' - 1 }, { '"' + 1, '\\' - 1 }, { '\\' + 1, CHAR_LAST } };
    struct gram_edge edges[N_SHORT + 1];
    uint32_t two = hex(s, 2, next), three = hex(s, 3, next);
    const struct gram_edge low_digits[] = { { 'C', 'F', two }, { 'c', 'f', two } };
    uint32_t low = gram_edges(b, low_digits, 2, false);                     /* DC00 to DFFF */
    const struct gram_edge low_d[] = { { 'D', 'D', low }, { 'd', 'd', low } };
    uint32_t high = hex(s, 2, gram_literal(b, span_str("\\u"), gram_edges(b, low_d, 2, false)));
    const struct gram_edge behind_d[] = { { '0', '7', two }, { '8', '9', high }, { 'A', 'B', high }, { 'a', 'b', high } };
    uint32_t d = gram_edges(b, behind_d, 4, false);
    const struct gram_edge digits[] = { { '0', '9', three }, { 'A', 'C', three }, { 'E', 'F', three }, { 'a', 'c', three },
                                        { 'e', 'f', three }, { 'D', 'D', d }, { 'd', 'd', d } };
    uint32_t unicode = gram_edges(b, digits, 7, false);
    for (size_t i = 0; i < N_SHORT; i++)
        edges[i] = (struct gram_edge){ (uint8_t)short_escapes[i].letter, (uint8_t)short_escapes[i].letter, next };
    edges[N_SHORT] = (struct gram_edge){ 'u', 'u', unicode };
    return gram_either(b, gram_chars(b, raw, 3, next), gram_byte(b, '\\', '\\', gram_edges(b, edges, N_SHORT + 1, false)));
}

void schema_string_rules(struct schema *s)
{
    struct gram_build *b = &s->b;
    s->char_rule = gram_rule(b, span_str("(character)"), 0);
    gram_define(b, s->char_rule, any_char(s, GRAM_NODE_END), 0);
    s->string_rule = gram_rule(b, span_str("(string)"), 0);
    uint32_t loop = gram_hold(b);
    gram_fill(b, loop, gram_either(b, any_char(s, loop), gram_byte(b, '"', '"', GRAM_NODE_END)));
    gram_define(b, s->string_rule, gram_byte(b, '"', '"', loop), 0);
}

uint32_t schema_text(struct schema *s, struct span text, uint32_t next)
{
    next = gram_byte(&s->b, '"', '"', next);
    while (text.n && !s->b.rc) {
        uint8_t c = text.p[--text.n];
        if (c < 0x20 || c == '"' || c == '\\')
            next = json_chars(s, &(struct char_range){ c, c }, 1, next);
        else
            next = gram_byte(&s->b, c, c, next);
    }
    return gram_byte(&s->b, '"', '"', next);
}

/* Edges of one state that lead to one other are one set of characters. */
uint32_t schema_of_dfa(struct schema *s, const struct dfa *d, uint32_t next)
{
    if (!d->n)
        return GRAM_NODE_FAIL;
    uint32_t *at = schema_make(s, d->n, sizeof *at), close = gram_byte(&s->b, '"', '"', next);
    for (uint32_t i = 0; i < d->n && !s->b.rc; i++)
        at[i] = gram_hold(&s->b);
    for (uint32_t i = 0; i < d->n && !s->b.rc; i++) {
        uint32_t n = d->first[i + 1] - d->first[i], n_nodes = 0;
        const struct dfa_edge *e = d->edges + d->first[i];
        uint32_t *nodes = schema_make(s, n + (size_t)1, sizeof *nodes);
        struct char_range *r = schema_make(s, n + (size_t)1, sizeof *r);
        bool *done = schema_make(s, n + (size_t)1, sizeof *done);
        for (uint32_t k = 0; k < n && !s->b.rc; k++) {
            size_t n_r = 0;
            for (uint32_t m = k; m < n && !done[k]; m++)
                if (e[m].to == e[k].to) {
                    r[n_r++] = (struct char_range){ e[m].lo, e[m].hi };
                    done[m] = m > k;
                }
            if (n_r)
                nodes[n_nodes++] = json_chars(s, r, n_r, at[e[k].to]);
        }
        if (s->b.rc)
            break;
        if (d->ends[i])
            nodes[n_nodes++] = close;
        gram_fill(&s->b, at[i], gram_alt(&s->b, nodes, n_nodes));
    }
    return s->b.rc ? GRAM_NODE_FAIL : gram_byte(&s->b, '"', '"', at[0]);
}

/* All patterns and formats, and the length when it is bounded. */
int schema_string_dfa(struct schema *s, const struct schema_facts *f, struct dfa *out)
{
    struct dfa all, one;
    struct arena *a = s->b.a;
    int rc = s->b.rc;
    if (!rc)
        rc = dfa_length(f->len_min, f->len_max, a, &all, s->b.e);
    for (size_t i = 0; i < f->n_patterns + f->n_formats && !rc; i++) {
        if (i < f->n_patterns)
            rc = regex_dfa(f->patterns[i]->str, f->patterns[i]->byte_from, a, &one, s->b.e);
        else
            rc = regex_dfa(span_str(f->formats[i - f->n_patterns]), 0, a, &one, s->b.e);
        if (!rc)
            rc = dfa_both(&one, &all, a, &all, s->b.e);
    }
    if (!rc)
        *out = all;
    return s->b.rc = rc;
}

uint32_t schema_string(struct schema *s, const struct schema_facts *f, uint32_t next)
{
    struct dfa d;
    if (f->n_patterns || f->n_formats)
        return schema_string_dfa(s, f, &d) ? GRAM_NODE_FAIL : schema_of_dfa(s, &d, next);
    if (!f->len_min && f->len_max == UINT64_MAX)
        return gram_call(&s->b, s->string_rule, next);
    if (f->len_min > f->len_max)
        return GRAM_NODE_FAIL;
    if (f->len_min > UINT32_MAX / 2)
        return (void)schema_fail(s, ERR_LIMIT, NULL, "'minLength' is too large"), GRAM_NODE_FAIL;
    uint32_t max = f->len_max >= UINT32_MAX ? GRAM_MANY : (uint32_t)f->len_max;
    uint32_t close = gram_byte(&s->b, '"', '"', next);
    uint32_t chars = gram_repeat(&s->b, gram_call(&s->b, s->char_rule, GRAM_NODE_END), (uint32_t)f->len_min, max, close);
    return gram_byte(&s->b, '"', '"', chars);
}
