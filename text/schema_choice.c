// SPDX-License-Identifier: Apache-2.0
/* schema_choice.c - one of several: enum and const, anyOf, oneOf. */
#include "base/buf.h"
#include "text/schema_int.h"

static uint32_t value_list(struct schema *s, const struct val *v, uint32_t next)
{
    const struct val **items = schema_make(s, v->n + 1, sizeof *items);
    if (!items)
        return GRAM_NODE_FAIL;
    size_t n = 0;
    for (const struct val *x = v->first; x; x = x->next)
        items[n++] = x;
    next = gram_byte(&s->b, ']', ']', next);
    while (n) {
        next = schema_value(s, items[--n], schema_space(s, next));
        next = schema_space(s, next);
        if (n)
            next = gram_byte(&s->b, ',', ',', next);
    }
    return gram_byte(&s->b, '[', '[', v->n ? next : schema_space(s, next));
}

static uint32_t value_map(struct schema *s, const struct val *v, uint32_t next)
{
    const struct val **items = schema_make(s, v->n + 1, sizeof *items);
    if (!items)
        return GRAM_NODE_FAIL;
    size_t n = 0;
    for (const struct val *x = v->first; x; x = x->next)
        items[n++] = x;
    next = gram_byte(&s->b, '}', '}', next);
    while (n) {
        next = schema_value(s, items[--n], schema_space(s, next));
        next = gram_byte(&s->b, ':', ':', schema_space(s, next));
        next = schema_space(s, schema_text(s, items[n]->key, schema_space(s, next)));
        if (n)
            next = gram_byte(&s->b, ',', ',', next);
    }
    return gram_byte(&s->b, '{', '{', v->n ? next : schema_space(s, next));
}

uint32_t schema_value(struct schema *s, const struct val *v, uint32_t next)
{
    if (s->b.rc)
        return GRAM_NODE_FAIL;
    switch (v->kind) {
    case VAL_NULL: return gram_literal(&s->b, span_str("null"), next);
    case VAL_BOOL: return gram_literal(&s->b, span_str(v->b ? "true" : "false"), next);
    case VAL_STR:  return schema_text(s, v->str, next);
    case VAL_LIST: return value_list(s, v, next);
    case VAL_MAP:  return value_map(s, v, next);
    default:       return gram_literal(&s->b, v->str, next);
    }
}

static void write_text(struct buf *b, struct span s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20)
            buf_fmt(b, "\\u%04x", s.p[i]);
        else {
            if (s.p[i] == '"' || s.p[i] == '\\')
                buf_char(b, '\\');
            buf_char(b, (char)s.p[i]);
        }
    buf_char(b, '"');
}

void schema_write(struct buf *b, const struct val *v)
{
    switch (v->kind) {
    case VAL_NULL: buf_str(b, "null"); break;
    case VAL_BOOL: buf_str(b, v->b ? "true" : "false"); break;
    case VAL_STR:  write_text(b, v->str); break;
    case VAL_INT:
    case VAL_REAL: buf_span(b, v->str); break;
    default:
        buf_char(b, v->kind == VAL_LIST ? '[' : '{');
        for (const struct val *x = v->first; x; x = x->next) {
            if (v->kind == VAL_MAP) {
                write_text(b, x->key);
                buf_char(b, ':');
            }
            schema_write(b, x);
            if (x->next)
                buf_char(b, ',');
        }
        buf_char(b, v->kind == VAL_LIST ? ']' : '}');
    }
}

/* Does this value satisfy the rest of the set? Its own grammar says so. */
static bool satisfies(struct schema *s, const struct schema_facts *rest, const struct grammar *g, const struct val *v)
{
    if (!(schema_type_of(v) & rest->types))
        return false;
    if (rest->plain)
        return true;
    struct matcher *m;
    struct buf text;
    buf_init(&text, 16 << 20);
    schema_write(&text, v);
    int rc = text.error ? text.error : matcher_new(g, NULL, &m, s->b.e);
    bool good = false;
    if (rc)
        s->b.rc = rc == ERR_MEMORY ? err_memory(s->b.e) : schema_fail(s, rc, v, "a value of 'enum' is too large");
    else {
        rc = matcher_accept(m, buf_view(&text), NULL);
        good = rc == 0 && matcher_may_end(m);
        if (rc && rc != ERR_FORMAT)
            s->b.rc = err_plain(s->b.e, rc, "a value of 'enum' cannot be tried");
        matcher_free(m);
    }
    buf_fini(&text);
    return good;
}

/* The grammar of the rest; *out NULL: nothing satisfies it. */
static void compile_rest(struct schema *s, struct schema_set rest, const struct grammar **out)
{
    struct schema inner = { .root = s->root, .opt = s->opt, .nest = s->nest + 1 };
    struct err e = { 0 };
    *out = NULL;
    if (inner.nest > SCHEMA_NEST_MAX) {
        (void)schema_fail(s, ERR_LIMIT, rest.m[0].v, "enums within enums, %d deep", SCHEMA_NEST_MAX);
        return;
    }
    gram_begin(&inner.b, s->b.a, &e);
    int rc = schema_compile(&inner, rest, out);
    if (rc && strstr(e.msg, "no text at all"))
        return;
    if (rc) {
        s->b.rc = rc;
        if (s->b.e)
            *s->b.e = e;
    }
}

static bool equal(const struct val *x, const struct val *y)
{
    if (x->kind != y->kind)
        return (x->kind == VAL_INT || x->kind == VAL_REAL) && (y->kind == VAL_INT || y->kind == VAL_REAL) && x->r == y->r;
    if (x->kind == VAL_STR)
        return span_eq(x->str, y->str);
    if (x->kind == VAL_BOOL)
        return x->b == y->b;
    return x->kind != VAL_INT && x->kind != VAL_REAL ? true : x->r == y->r;     /* composites: may be equal */
}

static bool listed(const struct val *list, const struct val *v)
{
    for (const struct val *x = list->first; x; x = x->next)
        if (equal(x, v))
            return true;
    return false;
}

static uint32_t one_of_values(struct schema *s, struct schema_facts *f, uint32_t i)
{
    const struct val *v = f->set.m[i].v, *list = val_get(v, "enum"), *only = val_get(v, "const");
    struct schema_set rest = schema_set_mark(s, f->set, i, DONE_ENUM);
    struct schema_facts facts;
    const struct grammar *g = NULL;
    if (list && list->kind != VAL_LIST)
        return (void)schema_fail(s, ERR_FORMAT, list, "'enum' is no list"), GRAM_NODE_FAIL;
    if (schema_gather(s, rest, &facts))
        return GRAM_NODE_FAIL;
    if (!facts.plain)
        compile_rest(s, rest, &g);
    uint32_t *nodes = schema_make(s, (list ? list->n : 1) + (size_t)1, sizeof *nodes), n = 0;
    if (!nodes || (!facts.plain && !g))
        return GRAM_NODE_FAIL;
    for (const struct val *x = only ? only : list->first; x && !s->b.rc; x = only ? NULL : x->next)
        if ((!only || !list || listed(list, only)) && satisfies(s, &facts, g, x))
            nodes[n++] = schema_value(s, x, GRAM_NODE_END);
    return gram_alt(&s->b, nodes, n);
}

/* ---- anyOf, oneOf ---- */

/* The values that `set` allows by enum or const, without looking further; NULL: it has none. */
static const struct val *values_of(struct schema_set set, bool *only)
{
    for (uint32_t i = 0; i < set.n; i++) {
        const struct val *list = val_get(set.m[i].v, "enum"), *one = val_get(set.m[i].v, "const");
        *only = one != NULL;
        if (one || (list && list->kind == VAL_LIST))
            return one ? one : list;
    }
    return NULL;
}

static bool values_apart(struct schema_set x, struct schema_set y)
{
    bool one_x, one_y;
    const struct val *a = values_of(x, &one_x), *b = values_of(y, &one_y);
    if (!a || !b)
        return false;
    for (const struct val *i = one_x ? a : a->first; i; i = one_x ? NULL : i->next)
        for (const struct val *k = one_y ? b : b->first; k; k = one_y ? NULL : k->next)
            if (equal(i, k))
                return false;
    return true;
}

/* Has some schema of the set no place for this name? */
static bool forbids(struct schema_set set, struct span name)
{
    for (uint32_t i = 0; i < set.n; i++) {
        const struct val *v = set.m[i].v, *p = val_get_span(val_get(v, "properties"), name);
        const struct val *more = val_get(v, "patternProperties") ? NULL : val_get(v, "additionalProperties");
        if (!p)
            p = more;
        if (p && p->kind == VAL_BOOL && !p->b)
            return true;
    }
    return false;
}

/* No object satisfies both: a key that one needs and the other forbids, or that has other values in each. */
static bool objects_apart(struct schema *s, struct schema_set x, struct schema_set y)
{
    for (int turn = 0; turn < 2; turn++) {
        struct schema_set a = turn ? y : x, b = turn ? x : y;
        for (uint32_t i = 0; i < a.n; i++) {
            const struct val *list = val_get(a.m[i].v, "required");
            for (const struct val *k = list && list->kind == VAL_LIST ? list->first : NULL; k; k = k->next) {
                if (k->kind != VAL_STR)
                    continue;
                if (forbids(b, k->str))
                    return true;
                struct schema_set va = { 0 }, vb = { 0 };
                for (uint32_t m = 0; m < a.n; m++) {
                    const struct val *p = val_get_span(val_get(a.m[m].v, "properties"), k->str);
                    va = p ? schema_set_with(s, va, p, 0) : va;
                }
                for (uint32_t m = 0; m < b.n; m++) {
                    const struct val *p = val_get_span(val_get(b.m[m].v, "properties"), k->str);
                    vb = p ? schema_set_with(s, vb, p, 0) : vb;
                }
                struct schema_facts fa, fb;
                if (schema_gather(s, va, &fa) || schema_gather(s, vb, &fb))
                    return false;
                if (values_apart(fa.set, fb.set) || !(fa.types & fb.types))
                    return true;
            }
        }
    }
    return false;
}

static bool apart(struct schema *s, struct schema_set base, const struct val *x, const struct val *y)
{
    struct schema_facts a, b;
    if (schema_gather(s, schema_set_with(s, base, x, 0), &a) || schema_gather(s, schema_set_with(s, base, y, 0), &b))
        return false;
    uint32_t both = a.types & b.types;
    if ((a.types & TYPE_REAL && b.types & TYPE_INT) || (b.types & TYPE_REAL && a.types & TYPE_INT))
        both |= TYPE_INT;
    if (!both || values_apart(a.set, b.set))
        return true;
    return both == TYPE_MAP && objects_apart(s, a.set, b.set);
}

static uint32_t one_of_schemas(struct schema *s, struct schema_facts *f, uint32_t i, const struct val *list, uint32_t done)
{
    struct schema_set base = schema_set_mark(s, f->set, i, done);
    uint32_t *nodes = schema_make(s, list->n + 1, sizeof *nodes), n = 0;
    if (list->kind != VAL_LIST || !list->n)
        return (void)schema_fail(s, ERR_FORMAT, list, "'anyOf' and 'oneOf' are lists that are not empty"), GRAM_NODE_FAIL;
    if (!nodes)
        return GRAM_NODE_FAIL;
    if (done == DONE_ONE_OF && !s->opt.any_of)
        for (const struct val *x = list->first; x && !s->b.rc; x = x->next)
            for (const struct val *y = x->next; y && !s->b.rc; y = y->next)
                if (!apart(s, base, x, y))
                    (void)schema_fail(s, ERR_FORMAT, list, "'oneOf' cannot be enforced: two of its branches may both hold");
    for (const struct val *x = list->first; x && !s->b.rc; x = x->next)
        nodes[n++] = gram_call(&s->b, schema_rule_of(s, schema_set_with(s, base, x, 0)), GRAM_NODE_END);
    return gram_alt(&s->b, nodes, n);
}

bool schema_choice(struct schema *s, struct schema_facts *f, uint32_t *start)
{
    *start = GRAM_NODE_FAIL;
    for (uint32_t i = 0; i < f->set.n && !s->b.rc; i++) {
        const struct val *v = f->set.m[i].v;
        if (!(f->set.m[i].done & DONE_ENUM) && (val_get(v, "enum") || val_get(v, "const"))) {
            *start = one_of_values(s, f, i);
            return true;
        }
    }
    for (uint32_t i = 0; i < f->set.n && !s->b.rc; i++) {
        const struct val *v = f->set.m[i].v, *any = val_get(v, "anyOf"), *one = val_get(v, "oneOf");
        if (any && !(f->set.m[i].done & DONE_ANY_OF)) {
            *start = one_of_schemas(s, f, i, any, DONE_ANY_OF);
            return true;
        }
        if (one && !(f->set.m[i].done & DONE_ONE_OF)) {
            *start = one_of_schemas(s, f, i, one, DONE_ONE_OF);
            return true;
        }
    }
    return s->b.rc != 0;
}
