// SPDX-License-Identifier: Apache-2.0
/* regex.c - patterns of ECMA-262 that are regular, made deterministic.
 *
 *     text ─> tree ─> places (each a set of characters and where it leads, or a fork) ─> sets of places ─> dfa
 *
 * A pattern is searched for: where it is not bound by ^ or $, any characters may stand before or behind it. Anchors are
 * taken at the ends of the pattern and of its outer alternatives; elsewhere they are refused, as is what is not regular.
 * Source: ECMA-262, "Patterns"; subset construction as in Aho et al., "Compilers", algorithm 3.20. */
#include <stdlib.h>

#include "base/utf8.h"
#include "text/char_set.h"
#include "text/dfa.h"

enum { DEPTH_MAX = 100, TIMES_MAX = 5000 };
#define MANY      UINT32_MAX

enum kind { SET, SEQUENCE, CHOICE, TIMES, BEGIN, END };
struct tree {
    enum kind kind;
    size_t at;
    struct char_range *ranges;               /* SET: sorted, apart */
    size_t n;
    uint32_t min, max;
    struct tree *first, *last, *next;
};

struct place {                          /* SET: ranges lead to `next`; fork: to next and other */
    const struct char_range *ranges;
    uint32_t n, next, other;
    bool fork, match;
};

struct regex {
    struct span in;
    size_t at;
    uint64_t base;
    struct arena *a;
    struct err *e;
    int rc;
    unsigned depth;
    struct place *places;
    size_t n_places, cap_places;
    uint32_t match, rest;               /* the end; and any characters before it, one place for all that end so; 0: none */
};

static int peek(const struct regex *r)
{
    return r->at < r->in.n ? r->in.p[r->at] : -1;
}

static bool take(struct regex *r, char c)
{
    if (peek(r) != c)
        return false;
    r->at++;
    return true;
}

static void fail(struct regex *r, size_t at, const char *what)
{
    if (!r->rc)
        r->rc = err_set(r->e, ERR_FORMAT, r->base, "pattern '%.*s': %s at its byte %zu", SPAN_ARG(span_sub(r->in, 0, 60)),
                        what, at);
}

static void *make(struct regex *r, size_t n, size_t size)
{
    void *p = r->rc ? NULL : arena_array(r->a, n, size);
    if (!p && !r->rc)
        r->rc = err_memory(r->e);
    return p;
}

static struct tree *tree(struct regex *r, enum kind kind)
{
    struct tree *t = make(r, 1, sizeof *t);
    if (t) {
        t->kind = kind;
        t->at = r->at;
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

/* ---- sets of characters ---- */

static void put(struct regex *r, struct char_set *s, uint32_t lo, uint32_t hi)
{
    if (!r->rc && char_set_add(s, r->a, lo, hi))
        r->rc = err_memory(r->e);
}

static void invert(struct regex *r, struct char_set *s)
{
    if (!r->rc && char_set_invert(s, r->a))
        r->rc = err_memory(r->e);
}

/* \d \w \s and their opposites. */
static bool put_class(struct regex *r, struct char_set *s, int c)
{
    static const struct char_range digits[] = { { '0', '9' } };
    static const struct char_range word[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } };
    static const struct char_range space[] = { { 9, 13 }, { ' ', ' ' }, { 0xA0, 0xA0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200A },
                                          { 0x2028, 0x2029 }, { 0x202F, 0x202F }, { 0x205F, 0x205F }, { 0x3000, 0x3000 },
                                          { 0xFEFF, 0xFEFF } };
    const struct char_range *from;
    size_t n;
    switch (c | 32) {
    case 'd': from = digits; n = 1; break;
    case 'w': from = word; n = sizeof word / sizeof *word; break;
    case 's': from = space; n = sizeof space / sizeof *space; break;
    default: return false;
    }
    struct char_set own = { 0 };
    for (size_t i = 0; i < n; i++)
        put(r, &own, from[i].lo, from[i].hi);
    if (c < 'a')
        invert(r, &own);
    for (size_t i = 0; i < own.n; i++)
        put(r, s, own.r[i].lo, own.r[i].hi);
    return true;
}

static uint32_t hex(struct regex *r, unsigned digits)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < digits; i++, r->at++) {
        int c = peek(r), d = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (d < 0) {
            fail(r, r->at, "a hexadecimal digit is wanted");
            return 0;
        }
        v = v << 4 | (uint32_t)d;
    }
    return v;
}

static uint32_t unicode(struct regex *r)
{
    uint32_t v = 0;
    if (take(r, '{')) {
        while (peek(r) != '}' && !r->rc && v <= CHAR_LAST)
            v = v << 4 | hex(r, 1);
        (void)take(r, '}');
        if (v > CHAR_LAST)
            fail(r, r->at, "no character has this number");
        return v;
    }
    v = hex(r, 4);
    if (v >= 0xD800 && v <= 0xDBFF && r->in.n - r->at >= 6 && r->in.p[r->at] == '\\' && r->in.p[r->at + 1] == 'u') {
        r->at += 2;
        uint32_t low = hex(r, 4);
        if (low < 0xDC00 || low > 0xDFFF)
            fail(r, r->at, "half of a character");
        return 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
    }
    return v;
}

/* Behind a backslash, what stands for one character. */
static uint32_t escape(struct regex *r, bool in_class)
{
    size_t at = r->at;
    int c = peek(r);
    r->at++;
    switch (c) {
    case 't': return '\t';
    case 'n': return '\n';
    case 'v': return '\v';
    case 'f': return '\f';
    case 'r': return '\r';
    case '0': return 0;
    case 'x': return hex(r, 2);
    case 'u': return unicode(r);
    case 'b':
        if (in_class)
            return '\b';
        break;
    case 'c':
        if ((peek(r) | 32) >= 'a' && (peek(r) | 32) <= 'z')
            return r->in.p[r->at++] & 31;
        break;
    default:
        if (c >= 0 && c < 0x80 && !((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9'))
            return (uint32_t)c;
    }
    fail(r, at - 1, "this escape is not regular, or unknown,");
    return 0;
}

static uint32_t plain(struct regex *r)
{
    uint32_t cp = 0;
    unsigned n = utf8_next(span_sub(r->in, r->at, 4), &cp);
    if (!n)
        fail(r, r->at, "no UTF-8");
    r->at += n ? n : 1;
    return cp;
}

/* One member of a class; false: it was \d or its like, and stands for itself. */
static bool member(struct regex *r, struct char_set *s, uint32_t *cp)
{
    if (!take(r, '\\')) {
        *cp = plain(r);
        return true;
    }
    if (peek(r) >= 0 && put_class(r, s, peek(r))) {
        r->at++;
        return false;
    }
    *cp = escape(r, true);
    return true;
}

static struct tree *class(struct regex *r)
{
    size_t from = r->at - 1;
    struct tree *t = tree(r, SET);
    struct char_set s = { 0 };
    bool not = take(r, '^');
    while (!r->rc && peek(r) != ']') {
        uint32_t lo = 0, hi = 0;
        if (peek(r) < 0) {
            fail(r, from, "brackets that are not closed");
            break;
        }
        if (!member(r, &s, &lo))
            continue;
        hi = lo;
        if (peek(r) == '-' && r->at + 1 < r->in.n && r->in.p[r->at + 1] != ']') {
            r->at++;
            if (!member(r, &s, &hi)) {
                put(r, &s, '-', '-');
                hi = lo;
            }
        }
        if (hi < lo)
            fail(r, from, "a range that runs backwards");
        put(r, &s, lo, hi);
    }
    r->at++;
    if (not)
        invert(r, &s);
    else
        char_set_sort(&s);
    if (t) {
        t->ranges = s.r;
        t->n = s.n;
    }
    return t;
}

static struct tree *one(struct regex *r, uint32_t cp)
{
    struct tree *t = tree(r, SET);
    struct char_range *x = make(r, 1, sizeof *x);
    if (t && x) {
        *x = (struct char_range){ cp, cp };
        t->ranges = x;
        t->n = 1;
    }
    return t;
}

/* ---- expressions ---- */

static struct tree *choice(struct regex *r);

static struct tree *group(struct regex *r)
{
    size_t from = r->at - 1;
    if (take(r, '?')) {
        if (take(r, '<') && peek(r) != '=' && peek(r) != '!') {
            while (peek(r) >= 0 && peek(r) != '>')
                r->at++;
            (void)take(r, '>');
        } else if (r->in.p[r->at - 1] == '<' || !take(r, ':'))
            fail(r, from, "lookaround, or an unknown group,");
    }
    if (++r->depth > DEPTH_MAX)
        fail(r, from, "groups too deep");
    struct tree *t = r->rc ? NULL : choice(r);
    r->depth--;
    if (!take(r, ')'))
        fail(r, from, "a group that is not closed");
    return t;
}

static struct tree *atom(struct regex *r)
{
    size_t at = r->at;
    if (take(r, '('))
        return group(r);
    if (take(r, '['))
        return class(r);
    if (take(r, '^'))
        return tree(r, BEGIN);
    if (take(r, '$'))
        return tree(r, END);
    if (take(r, '.')) {
        struct tree *t = tree(r, SET);
        struct char_set s = { 0 };
        put(r, &s, '\n', '\n');
        put(r, &s, '\r', '\r');
        put(r, &s, 0x2028, 0x2029);
        invert(r, &s);
        if (t) {
            t->ranges = s.r;
            t->n = s.n;
        }
        return t;
    }
    if (take(r, '\\')) {
        struct char_set s = { 0 };
        if (peek(r) >= 0 && put_class(r, &s, peek(r))) {
            struct tree *t = tree(r, SET);
            r->at++;
            char_set_sort(&s);
            if (t) {
                t->ranges = s.r;
                t->n = s.n;
            }
            return t;
        }
        return one(r, escape(r, false));
    }
    if (peek(r) == '*' || peek(r) == '+' || peek(r) == '?')
        fail(r, at, "a repeat of nothing");
    return r->rc ? NULL : one(r, plain(r));
}

static bool number(struct regex *r, uint32_t *out)
{
    size_t from = r->at;
    uint32_t v = 0;
    while (peek(r) >= '0' && peek(r) <= '9' && v <= TIMES_MAX)
        v = v * 10 + (uint32_t)(r->in.p[r->at++] - '0');
    if (v > TIMES_MAX && !r->rc)
        r->rc = err_set(r->e, ERR_LIMIT, r->base, "a pattern repeats more than %d times", TIMES_MAX);
    *out = v;
    return r->at > from;
}

/* {m}, {m,}, {m,n}; anything else is a brace as such, as browsers have it. */
static bool braces(struct regex *r, uint32_t *min, uint32_t *max)
{
    size_t from = r->at++;
    bool good = number(r, min);
    *max = *min;
    if (good && take(r, ',') && !number(r, max))
        *max = MANY;
    good = good && take(r, '}');
    if (!good)
        r->at = from;
    else if (*max < *min)
        fail(r, from, "counts the wrong way round");
    return good;
}

static struct tree *repeated(struct regex *r, struct tree *of)
{
    uint32_t min = 0, max = MANY;
    int c = peek(r);
    if (c == '*' || c == '+' || c == '?') {
        r->at++;
        min = c == '+';
        max = c == '?' ? 1 : MANY;
    } else if (c != '{' || !braces(r, &min, &max))
        return of;
    (void)take(r, '?');                     /* lazy or not, the strings are the same */
    struct tree *t = tree(r, TIMES);
    if (t) {
        t->min = min;
        t->max = max;
        append(t, of);
    }
    return t;
}

static struct tree *choice(struct regex *r)
{
    struct tree *all = tree(r, CHOICE);
    do {
        struct tree *s = tree(r, SEQUENCE);
        while (!r->rc && peek(r) >= 0 && peek(r) != '|' && peek(r) != ')')
            append(s, repeated(r, atom(r)));
        append(all, s);
    } while (!r->rc && take(r, '|'));
    return all;
}

/* ---- places ---- */

static uint32_t place(struct regex *r, struct place p)
{
    if (!r->rc && r->n_places >= REGEX_PLACES_MAX)
        r->rc = err_set(r->e, ERR_LIMIT, r->base, "a pattern with more than %d places", REGEX_PLACES_MAX);
    if (!r->rc && arena_grow(r->a, (void **)&r->places, &r->cap_places, r->n_places, sizeof p))
        r->rc = err_memory(r->e);
    if (r->rc)
        return 0;
    r->places[r->n_places] = p;
    return (uint32_t)r->n_places++;
}

static uint32_t fork_to(struct regex *r, uint32_t x, uint32_t y)
{
    return place(r, (struct place){ .fork = true, .next = x, .other = y });
}

/* Any characters, then `next`. */
static uint32_t anything(struct regex *r, uint32_t next)
{
    static const struct char_range all = { 0, CHAR_LAST };
    if (next == r->match && r->rest)
        return r->places[r->rest].next;
    uint32_t loop = fork_to(r, next, next);
    uint32_t any = place(r, (struct place){ .ranges = &all, .n = 1, .next = loop });
    if (!r->rc)
        r->places[loop].other = any;
    if (next == r->match)
        r->rest = any;
    return loop;
}

static uint32_t emit(struct regex *r, const struct tree *t, uint32_t next, bool at_begin, bool at_end);

static uint32_t emit_times(struct regex *r, const struct tree *t, uint32_t next)
{
    uint32_t at = next;
    if (t->max == MANY) {
        at = fork_to(r, next, next);
        uint32_t again = emit(r, t->first, at, false, false);
        if (!r->rc)
            r->places[at].other = again;
    } else
        for (uint32_t i = t->min; i < t->max && !r->rc; i++)
            at = fork_to(r, emit(r, t->first, at, false, false), next);
    for (uint32_t i = 0; i < t->min && !r->rc; i++)
        at = emit(r, t->first, at, false, false);
    return at;
}

static const struct tree **parts_of(struct regex *r, const struct tree *t, size_t *n)
{
    *n = 0;
    for (const struct tree *x = t->first; x; x = x->next)
        ++*n;
    const struct tree **parts = make(r, *n + 1, sizeof *parts);
    size_t i = 0;
    for (const struct tree *x = t->first; x && parts; x = x->next)
        parts[i++] = x;
    return parts;
}

/* One sequence; at the ends of the whole, what is not anchored may be anywhere. */
static uint32_t emit_sequence(struct regex *r, const struct tree *t, uint32_t next, bool at_begin, bool at_end)
{
    size_t n, from = 0;
    const struct tree **parts = parts_of(r, t, &n);
    if (!parts)
        return 0;
    bool free_begin = at_begin, free_end = at_end;
    for (; from < n && at_begin && parts[from]->kind == BEGIN; from++)
        free_begin = false;
    for (; n > from && at_end && parts[n - 1]->kind == END; n--)
        free_end = false;
    bool group_begin = free_begin && n > from && parts[from]->kind == CHOICE;
    bool group_end = free_end && n > from && parts[n - 1]->kind == CHOICE;
    if (free_end && !group_end)
        next = anything(r, next);
    for (size_t i = n; i > from && !r->rc; i--)
        next = emit(r, parts[i - 1], next, group_begin && i - 1 == from, group_end && i == n);
    return free_begin && !group_begin ? anything(r, next) : next;
}

static uint32_t emit(struct regex *r, const struct tree *t, uint32_t next, bool at_begin, bool at_end)
{
    if (r->rc || !t)
        return 0;
    switch (t->kind) {
    case SET:
        return place(r, (struct place){ .ranges = t->ranges, .n = (uint32_t)t->n, .next = next });
    case SEQUENCE:
        return emit_sequence(r, t, next, at_begin, at_end);
    case TIMES:
        return emit_times(r, t, next);
    case CHOICE: {
        uint32_t at = emit(r, t->first, next, at_begin, at_end);
        for (const struct tree *x = t->first ? t->first->next : NULL; x && !r->rc; x = x->next)
            at = fork_to(r, at, emit(r, x, next, at_begin, at_end));
        return at;
    }
    default:
        fail(r, t->at, "an anchor in the middle");
        return 0;
    }
}

/* ---- from places to states ---- */

struct subset { uint32_t first, n, chain; uint64_t hash; };
struct subsets {
    struct regex *r;
    struct dfa_build b;
    struct subset *items;
    uint32_t *members, *heads, *stack;
    uint8_t *mark;                          /* of places: met for the set being made; marked[0 .. n_marked) are */
    uint32_t *marked;
    size_t n_marked, n_steps;
    size_t n, cap, n_members, cap_members;
    uint32_t *cuts;                         /* where ranges begin or end, for one state */
    size_t n_cuts, cap_cuts;
};
enum { HEADS = 4096 };

static void add_member(struct subsets *s, uint32_t p)
{
    struct regex *r = s->r;
    if (!r->rc && arena_grow(r->a, (void **)&s->members, &s->cap_members, s->n_members, sizeof *s->members))
        r->rc = err_memory(r->e);
    if (!r->rc)
        s->members[s->n_members++] = p;
}

static void meet(struct subsets *s, uint32_t p, size_t *n)
{
    if (s->mark[p])
        return;
    s->mark[p] = 1;
    s->marked[s->n_marked++] = p;
    s->stack[(*n)++] = p;
}

/* Add p and what it forks to, once each; forks themselves are not kept. */
static void reach(struct subsets *s, uint32_t p)
{
    size_t n = 0;
    meet(s, p, &n);
    while (n && !s->r->rc) {
        uint32_t at = s->stack[--n];
        if (++s->n_steps > REGEX_STEPS_MAX)
            s->r->rc = err_set(s->r->e, ERR_LIMIT, s->r->base, "a pattern that takes more than %d steps", REGEX_STEPS_MAX);
        const struct place *x = &s->r->places[at];
        if (!x->fork) {
            add_member(s, at);
            continue;
        }
        meet(s, x->next, &n);
        meet(s, x->other, &n);
    }
}

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return a < b ? -1 : a > b;
}

/* The number of the set members[from..); the members are dropped when it is there already. */
static uint32_t subset_number(struct subsets *s, size_t from)
{
    struct regex *r = s->r;
    uint32_t *m = s->members + from;
    size_t n = s->n_members - from;
    if (r->rest && s->mark[r->rest]) {              /* whatever follows is taken: what else there is does not matter */
        m[0] = r->match;
        m[1] = r->rest;
        n = 2;
        s->n_members = from + n;
    }
    while (s->n_marked)
        s->mark[s->marked[--s->n_marked]] = 0;
    if (n > 1)
        qsort(m, n, sizeof *m, by_number);
    uint64_t h = n;
    for (size_t i = 0; i < n; i++)
        h = (h ^ m[i]) * UINT64_C(0x9E3779B97F4A7C15), h ^= h >> 31;
    for (uint32_t i = s->heads[h & (HEADS - 1)]; i; i = s->items[i - 1].chain) {
        const struct subset *x = &s->items[i - 1];
        if (x->hash == h && x->n == n && (!n || !memcmp(s->members + x->first, m, n * sizeof *m))) {
            s->n_members = from;
            return i - 1;
        }
    }
    if (!r->rc && arena_grow(r->a, (void **)&s->items, &s->cap, s->n, sizeof *s->items))
        r->rc = err_memory(r->e);
    if (r->rc)
        return 0;
    s->items[s->n] = (struct subset){ (uint32_t)from, (uint32_t)n, s->heads[h & (HEADS - 1)], h };
    s->heads[h & (HEADS - 1)] = (uint32_t)++s->n;
    return (uint32_t)s->n - 1;
}

static void cut(struct subsets *s, uint32_t at)
{
    struct regex *r = s->r;
    if (!r->rc && arena_grow(r->a, (void **)&s->cuts, &s->cap_cuts, s->n_cuts, sizeof *s->cuts))
        r->rc = err_memory(r->e);
    if (!r->rc)
        s->cuts[s->n_cuts++] = at;
}

static bool in_ranges(const struct place *p, uint32_t c)
{
    size_t lo = 0, hi = p->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (p->ranges[mid].hi < c)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->n && p->ranges[lo].lo <= c;
}

static void edges_of(struct subsets *s, struct subset x)
{
    struct regex *r = s->r;
    s->n_cuts = 0;
    for (uint32_t i = 0; i < x.n; i++) {
        const struct place *p = &r->places[s->members[x.first + i]];
        for (uint32_t k = 0; k < p->n; k++) {
            cut(s, p->ranges[k].lo);
            cut(s, p->ranges[k].hi + 1);
        }
    }
    if (r->rc)
        return;
    if (s->n_cuts > 1)
        qsort(s->cuts, s->n_cuts, sizeof *s->cuts, by_number);
    for (size_t c = 0; c + 1 < s->n_cuts && !r->rc; c++) {
        uint32_t lo = s->cuts[c], hi = s->cuts[c + 1] - 1;
        if (s->cuts[c + 1] == lo)
            continue;
        size_t from = s->n_members;
        for (uint32_t i = 0; i < x.n && !r->rc; i++) {
            const struct place *p = &r->places[s->members[x.first + i]];
            if (in_ranges(p, lo))
                reach(s, p->next);
        }
        if (s->n_members > from)
            dfa_edge_add(&s->b, lo, hi, subset_number(s, from));
        if (s->b.rc)
            r->rc = s->b.rc;
    }
}

static int determine(struct regex *r, uint32_t start, struct dfa *out)
{
    struct subsets s = { .r = r };
    dfa_begin(&s.b, r->a, r->e);
    s.heads = make(r, HEADS, sizeof *s.heads);
    s.stack = make(r, r->n_places + 1, sizeof *s.stack);
    s.mark = make(r, r->n_places + 1, 1);
    s.marked = make(r, r->n_places + 1, sizeof *s.marked);
    if (r->rc)
        return r->rc;
    reach(&s, start);
    (void)subset_number(&s, 0);
    for (size_t i = 0; i < s.n && !r->rc; i++) {
        struct subset x = s.items[i];
        bool ends = false;
        for (uint32_t k = 0; k < x.n; k++)
            ends |= r->places[s.members[x.first + k]].match;
        dfa_state(&s.b, ends);
        if (s.b.rc)
            return s.b.rc;
        edges_of(&s, x);
    }
    return r->rc ? r->rc : dfa_done(&s.b, out);
}

int regex_dfa(struct span pattern, uint64_t at, struct arena *a, struct dfa *out, struct err *e)
{
    struct regex r = { .in = pattern, .base = at, .a = a, .e = e };
    if (pattern.n > REGEX_BYTES_MAX)
        return err_set(e, ERR_LIMIT, at, "a pattern of %zu bytes, %d at most", pattern.n, REGEX_BYTES_MAX);
    const struct tree *t = choice(&r);
    if (!r.rc && r.at < pattern.n)
        fail(&r, r.at, "a bracket too many");
    r.match = place(&r, (struct place){ .match = true });
    uint32_t start = emit(&r, t, r.match, true, true);
    return r.rc ? r.rc : determine(&r, start, out);
}
