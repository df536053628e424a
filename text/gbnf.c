// SPDX-License-Identifier: Apache-2.0
/* gbnf.c - grammars as llama.cpp writes them, read into nodes.
 *
 * Two passes: names, so that a rule may be used before it is there; then the rules, each an expression tree that is turned
 * into nodes from its end. Repeats without an upper limit become loops, x{2,} is x x x*; a bounded one counts. */
#include <stdlib.h>

#include "base/utf8.h"
#include "text/grammar_int.h"

enum { DEPTH_MAX = 200, UNROLL_MAX = 8, COUNT_MAX = 1000000 };

enum kind { TEXT, CHARS, NAME, SEQUENCE, CHOICE, TIMES };
struct tree {
    enum kind kind;
    uint32_t at;
    struct span text;               /* TEXT: decoded */
    struct char_range *ranges;      /* CHARS: sorted, none touching */
    size_t n;
    uint32_t rule, min, max;
    struct tree *first, *last, *next;
};

struct name { struct span text; uint32_t at, rule; };
struct gbnf {
    struct gram_build b;
    struct span in;
    size_t at;
    struct name *names;             /* sorted, each once */
    size_t n_names;
    unsigned depth;
};

static bool is_name(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static int peek(const struct gbnf *g)
{
    return g->at < g->in.n ? g->in.p[g->at] : -1;
}

static void fail(struct gbnf *g, size_t at, const char *what)
{
    if (!g->b.rc)
        g->b.rc = err_set(g->b.e, ERR_FORMAT, at, "%s", what);
}

/* Blanks and comments; line ends too when `lines`. */
static void skip(struct gbnf *g, bool lines)
{
    for (;;) {
        int c = peek(g);
        if (c == '#')
            while (peek(g) >= 0 && peek(g) != '\n' && peek(g) != '\r')
                g->at++;
        else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r')))
            g->at++;
        else
            return;
    }
}

static struct span word(struct gbnf *g)
{
    size_t from = g->at;
    while (is_name(peek(g)))
        g->at++;
    if (g->at == from)
        fail(g, from, "a name of a rule is wanted here");
    return span_sub(g->in, from, g->at - from);
}

static void *make(struct gbnf *g, size_t n, size_t size)
{
    void *p = g->b.rc ? NULL : arena_array(g->b.a, n, size);
    if (!p && !g->b.rc)
        g->b.rc = err_memory(g->b.e);
    return p;
}

static struct tree *tree(struct gbnf *g, enum kind kind, size_t at)
{
    struct tree *t = make(g, 1, sizeof *t);
    if (t) {
        t->kind = kind;
        t->at = (uint32_t)at;
    }
    return t;
}

static void append(struct tree *list, struct tree *t)
{
    if (!list || !t)
        return;
    if (list->last)
        list->last->next = t;
    else
        list->first = t;
    list->last = t;
}

/* ---- characters, as literals and classes spell them ---- */

static uint32_t hex(struct gbnf *g, unsigned digits)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < digits; i++, g->at++) {
        int c = peek(g), d = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (d < 0) {
            fail(g, g->at, "a hexadecimal digit is wanted here");
            return 0;
        }
        v = v << 4 | (uint32_t)d;
    }
    if (v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF))
        fail(g, g->at - digits, "this is no character");
    return v;
}

static uint32_t character(struct gbnf *g)
{
    uint32_t cp = 0;
    if (peek(g) != '\\') {
        unsigned n = utf8_next(span_sub(g->in, g->at, 4), &cp);
        if (!n || cp == '\n' || cp == '\r')
            fail(g, g->at, n ? "the line ends within quotes or brackets" : "a character is wanted here");
        g->at += n;
        return cp;
    }
    g->at++;
    int c = peek(g);
    g->at++;
    switch (c) {
    case 'x': return hex(g, 2);
    case 'u': return hex(g, 4);
    case 'U': return hex(g, 8);
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    case '\\': case '"': case '[': case ']': case '-': case '^': case '.': case '/':
        return (uint32_t)c;
    default:
        fail(g, g->at - 2, "an unknown escape");
        return 0;
    }
}

static struct tree *literal(struct gbnf *g)
{
    size_t from = g->at++;
    struct tree *t = tree(g, TEXT, from);
    char *text = g->b.rc ? NULL : arena_text(g->b.a, g->in.n - from);    /* an escape is never longer than it is spelled */
    if (!text && !g->b.rc)
        g->b.rc = err_memory(g->b.e);
    size_t n = 0;
    while (!g->b.rc && peek(g) != '"') {
        if (peek(g) < 0)
            fail(g, from, "the quotes are not closed");
        uint32_t cp = character(g);
        if (!g->b.rc)
            n += utf8_put(cp, text + n);
    }
    g->at++;
    if (t)
        t->text = span_of(text, n);
    return t;
}

static struct tree *class(struct gbnf *g)
{
    size_t from = g->at++;
    struct tree *t = tree(g, CHARS, from);
    bool not = peek(g) == '^';
    g->at += not;
    struct char_set set = { 0 };
    while (!g->b.rc && peek(g) != ']') {
        if (peek(g) < 0) {
            fail(g, from, "the brackets are not closed");
            break;
        }
        struct char_range x;
        size_t at = g->at;
        x.lo = x.hi = character(g);
        if (!g->b.rc && peek(g) == '-' && g->at + 1 < g->in.n && g->in.p[g->at + 1] != ']') {
            g->at++;
            x.hi = character(g);
        }
        if (x.hi < x.lo)
            fail(g, at, "a range of characters that runs backwards");
        if (!g->b.rc && char_set_add(&set, g->b.a, x.lo, x.hi))
            g->b.rc = err_memory(g->b.e);
    }
    g->at++;
    if (!g->b.rc && not && char_set_invert(&set, g->b.a))
        g->b.rc = err_memory(g->b.e);
    char_set_sort(&set);
    if (t) {
        t->ranges = set.r;
        t->n = set.n;
    }
    return t;
}

/* ---- expressions ---- */

static int by_text(const void *x, const void *y)
{
    return span_order(((const struct name *)x)->text, ((const struct name *)y)->text);
}

static struct name *find(const struct gbnf *g, struct span text)
{
    struct name key = { .text = text };
    return g->n_names ? bsearch(&key, g->names, g->n_names, sizeof key, by_text) : NULL;
}

static struct tree *use(struct gbnf *g)
{
    size_t at = g->at;
    struct span text = word(g);
    const struct name *known = g->b.rc ? NULL : find(g, text);
    if (!known && !g->b.rc)
        g->b.rc = err_set(g->b.e, ERR_FORMAT, at, "rule '%.*s' is not there", SPAN_ARG(text));
    struct tree *t = tree(g, NAME, at);
    if (t)
        t->rule = known->rule;
    return t;
}

static uint32_t count(struct gbnf *g)
{
    size_t from = g->at;
    uint32_t v = 0;
    while (peek(g) >= '0' && peek(g) <= '9' && v <= COUNT_MAX)
        v = v * 10 + (uint32_t)(g->in.p[g->at++] - '0');
    if (g->at == from)
        fail(g, from, "a count is wanted here");
    if (v > COUNT_MAX && !g->b.rc)
        g->b.rc = err_set(g->b.e, ERR_LIMIT, from, "a count above %d", COUNT_MAX);
    return v;
}

/* {m}, {m,}, {m,n}, {,n} */
static void braces(struct gbnf *g, uint32_t *min, uint32_t *max)
{
    size_t from = g->at++;
    skip(g, true);
    *min = peek(g) == ',' ? 0 : count(g);
    *max = *min;
    skip(g, true);
    if (peek(g) == ',') {
        g->at++;
        skip(g, true);
        *max = peek(g) == '}' ? GRAM_MANY : count(g);
        skip(g, true);
    }
    if (peek(g) != '}')
        fail(g, g->at, "'}' is wanted here");
    g->at++;
    if (*max < *min)
        fail(g, from, "the smaller count comes first");
}

static struct tree *repeated(struct gbnf *g, struct tree *of)
{
    for (;;) {
        uint32_t min = 0, max = GRAM_MANY;
        size_t at = g->at;
        int c = peek(g);
        if (c == '*' || c == '+' || c == '?') {
            g->at++;
            min = c == '+';
            max = c == '?' ? 1 : GRAM_MANY;
        } else if (c == '{')
            braces(g, &min, &max);
        else
            return of;
        struct tree *t = tree(g, TIMES, at);
        if (g->b.rc)
            return NULL;
        t->min = min;
        t->max = max;
        append(t, of);
        of = t;
        skip(g, g->depth > 0);
    }
}

static struct tree *choice(struct gbnf *g);

static struct tree *item(struct gbnf *g)
{
    int c = peek(g);
    if (c == '"')
        return literal(g);
    if (c == '[')
        return class(g);
    if (c == '.') {
        struct tree *t = tree(g, CHARS, g->at++);
        if (t && (t->ranges = make(g, 1, sizeof *t->ranges)))
            t->ranges[t->n++] = (struct char_range){ 0, 0x10FFFF };
        return t;
    }
    if (c != '(')
        return use(g);
    size_t from = g->at++;
    if (++g->depth > DEPTH_MAX) {
        if (!g->b.rc)
            g->b.rc = err_set(g->b.e, ERR_LIMIT, from, "more than %d groups in groups", DEPTH_MAX);
        return NULL;
    }
    skip(g, true);
    struct tree *t = choice(g);
    g->depth--;
    if (peek(g) != ')')
        fail(g, g->at, "')' is wanted here");
    g->at++;
    return t;
}

static struct tree *sequence(struct gbnf *g)
{
    struct tree *t = tree(g, SEQUENCE, g->at);
    while (!g->b.rc) {
        int c = peek(g);
        if (c != '"' && c != '[' && c != '.' && c != '(' && !is_name(c))
            break;
        struct tree *one = item(g);
        skip(g, g->depth > 0);
        append(t, repeated(g, one));
    }
    return t;
}

/* Inside a group, and behind a bar, a line may end. */
static struct tree *choice(struct gbnf *g)
{
    struct tree *t = tree(g, CHOICE, g->at);
    append(t, sequence(g));
    while (!g->b.rc && peek(g) == '|') {
        g->at++;
        skip(g, true);
        append(t, sequence(g));
    }
    return t;
}

/* ---- from trees to nodes ---- */

static uint32_t emit(struct gbnf *g, const struct tree *t, uint32_t next);

static uint32_t emit_times(struct gbnf *g, const struct tree *t, uint32_t next)
{
    const struct tree *of = t->first;
    if (t->max == GRAM_MANY && t->min <= UNROLL_MAX) {
        uint32_t loop = gram_hold(&g->b), at;
        gram_fill(&g->b, loop, gram_either(&g->b, emit(g, of, loop), next));
        at = loop;
        for (uint32_t i = 0; i < t->min; i++)
            at = emit(g, of, at);
        return at;
    }
    if (t->max == 1)
        return t->min ? emit(g, of, next) : gram_either(&g->b, emit(g, of, next), next);
    return gram_repeat(&g->b, emit(g, of, GRAM_NODE_END), t->min, t->max, next);
}

/* A sequence from its last part to its first: its parts as an array. */
static uint32_t emit_sequence(struct gbnf *g, const struct tree *t, uint32_t next)
{
    size_t n = 0;
    for (const struct tree *x = t->first; x; x = x->next)
        n++;
    const struct tree **parts = make(g, n + 1, sizeof *parts);
    if (!parts)
        return GRAM_NODE_FAIL;
    n = 0;
    for (const struct tree *x = t->first; x; x = x->next)
        parts[n++] = x;
    while (n && !g->b.rc)
        next = emit(g, parts[--n], next);
    return next;
}

static uint32_t emit_choice(struct gbnf *g, const struct tree *t, uint32_t next)
{
    size_t n = 0;
    for (const struct tree *x = t->first; x; x = x->next)
        n++;
    uint32_t *nodes = make(g, n + 1, sizeof *nodes);
    if (!nodes)
        return GRAM_NODE_FAIL;
    n = 0;
    for (const struct tree *x = t->first; x && !g->b.rc; x = x->next)
        nodes[n++] = emit(g, x, next);
    return gram_alt(&g->b, nodes, (uint32_t)n);
}

static uint32_t emit(struct gbnf *g, const struct tree *t, uint32_t next)
{
    if (g->b.rc || !t)
        return GRAM_NODE_FAIL;
    switch (t->kind) {
    case TEXT:
        return gram_literal(&g->b, t->text, next);
    case CHARS:
        return gram_chars(&g->b, t->ranges, t->n, next);
    case NAME:
        return gram_call(&g->b, t->rule, next);
    case SEQUENCE:
        return emit_sequence(g, t, next);
    case CHOICE:
        return emit_choice(g, t, next);
    default:
        return emit_times(g, t, next);
    }
}

/* ---- rules ---- */

static bool at_definition(const struct gbnf *g)
{
    return g->at < g->in.n && g->in.n - g->at >= 3 && !memcmp(g->in.p + g->at, "::=", 3);
}

/* First pass: every name that is followed by ::=, wherever quotes and brackets do not hide it. */
static void collect(struct gbnf *g)
{
    size_t cap = 0;
    for (skip(g, true); peek(g) >= 0 && !g->b.rc; skip(g, true)) {
        size_t from = g->at;
        int c = peek(g);
        if (c == '"' || c == '[') {
            char close = c == '"' ? '"' : ']';
            for (g->at++; peek(g) >= 0 && peek(g) != close; g->at++)
                g->at += peek(g) == '\\';
            g->at++;
        } else if (is_name(c)) {
            struct span text = word(g);
            skip(g, false);
            if (!at_definition(g))
                continue;
            if (arena_grow(g->b.a, (void **)&g->names, &cap, g->n_names, sizeof *g->names)) {
                g->b.rc = err_memory(g->b.e);
                return;
            }
            g->names[g->n_names++] = (struct name){ text, (uint32_t)from, 0 };
        } else
            g->at++;
    }
    g->at = 0;
    if (!g->n_names || g->b.rc)
        return;
    qsort(g->names, g->n_names, sizeof *g->names, by_text);
    for (size_t i = 0; i < g->n_names; i++) {
        if (i && span_eq(g->names[i].text, g->names[i - 1].text)) {
            uint32_t x = g->names[i].at, y = g->names[i - 1].at;
            fail(g, x > y ? x : y, "this rule is there twice");
            return;
        }
        g->names[i].rule = gram_rule(&g->b, g->names[i].text, g->names[i].at);
    }
}

static void rule(struct gbnf *g)
{
    size_t at = g->at;
    struct span text = word(g);
    const struct name *known = g->b.rc ? NULL : find(g, text);
    skip(g, false);
    if (!g->b.rc && (!known || !at_definition(g)))
        fail(g, g->at, "'::=' is wanted here");
    g->at += 3;
    skip(g, true);
    const struct tree *t = g->b.rc ? NULL : choice(g);
    if (!g->b.rc && peek(g) >= 0 && peek(g) != '\n' && peek(g) != '\r')
        fail(g, g->at, "a name, a literal, a class, a group, or the end of the line is wanted here");
    uint32_t start = emit(g, t, GRAM_NODE_END);
    if (!g->b.rc)
        gram_define(&g->b, known->rule, start, (uint32_t)at);
}

int grammar_from_gbnf(struct span text, struct arena *a, const struct grammar **out, struct err *e)
{
    struct gbnf g = { .in = text };
    if (text.n > GRAMMAR_BYTES_MAX)
        return err_plain(e, ERR_LIMIT, "a grammar of %zu bytes, %d at most", text.n, GRAMMAR_BYTES_MAX);
    gram_begin(&g.b, a, e);
    if (!g.b.rc)
        collect(&g);
    for (skip(&g, true); peek(&g) >= 0 && !g.b.rc; skip(&g, true))
        rule(&g);
    if (g.b.rc)
        return g.b.rc;
    const struct name *root = find(&g, span_str("root"));
    if (!root)
        return err_set(e, ERR_FORMAT, text.n, "rule 'root' is not there");
    return gram_finish(&g.b, root->rule, out);
}
