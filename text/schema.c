// SPDX-License-Identifier: Apache-2.0
#include "text/schema_int.h"

#include <stdarg.h>
#include <stdio.h>

enum { HEADS = 1024 };

int schema_fail(struct schema *s, int code, const struct val *at, const char *fmt, ...)
{
    char text[256];
    va_list args;
    if (s->b.rc)
        return s->b.rc;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return s->b.rc = err_set(s->b.e, code, at ? at->byte_from : 0, "%s", text);
}

int schema_memory(struct schema *s)
{
    return s->b.rc ? s->b.rc : (s->b.rc = err_memory(s->b.e));
}

void *schema_make(struct schema *s, size_t n, size_t size)
{
    void *p = s->b.rc ? NULL : arena_array(s->b.a, n, size);
    if (!p)
        (void)schema_memory(s);
    return p;
}

/* A blank, or a line end and blanks: what programs write. Not more, or a model could write white space for ever. */
uint32_t schema_space(struct schema *s, uint32_t next)
{
    struct gram_build *b = &s->b;
    if (s->opt.compact)
        return next;
    static const struct gram_edge blanks[] = { { '\t', '\t', GRAM_NODE_END }, { ' ', ' ', GRAM_NODE_END } };
    uint32_t indent = gram_repeat(b, gram_edges(b, blanks, 2, false), 0, 64, next);
    uint32_t line = gram_byte(b, '\n', '\n', indent);
    uint32_t lines = gram_either(b, line, gram_byte(b, '\r', '\r', line));
    return gram_alt(b, (const uint32_t[]){ next, gram_byte(b, ' ', ' ', next), lines }, 3);
}

static uint64_t hash_of(struct schema_set set)
{
    uint64_t h = set.n;
    for (uint32_t i = 0; i < set.n; i++) {
        h = (h ^ set.m[i].v->byte_from ^ (uint64_t)set.m[i].done << 40) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 31;
    }
    return h;
}

static bool same(struct schema_set x, struct schema_set y)
{
    if (x.n != y.n)
        return false;
    for (uint32_t i = 0; i < x.n; i++)
        if (x.m[i].v != y.m[i].v || x.m[i].done != y.m[i].done)
            return false;
    return true;
}

uint32_t schema_rule_of(struct schema *s, struct schema_set set)
{
    if (s->b.rc)
        return 0;
    uint32_t *head = &s->heads[hash_of(set) & (HEADS - 1)];
    for (uint32_t i = *head; i; i = s->rules[i - 1].chain)
        if (same(s->rules[i - 1].set, set))
            return s->rules[i - 1].rule;
    if (s->n_rules >= SCHEMA_SETS_MAX)
        return (void)schema_fail(s, ERR_LIMIT, set.n ? set.m[0].v : NULL, "more than %d kinds of values", SCHEMA_SETS_MAX), 0;
    if (arena_grow(s->b.a, (void **)&s->rules, &s->cap_rules, s->n_rules, sizeof *s->rules))
        return (void)schema_memory(s), 0;
    uint32_t rule = gram_rule(&s->b, span_str("(schema)"), set.n ? (uint32_t)set.m[0].v->byte_from : 0);
    s->rules[s->n_rules] = (struct schema_rule){ set, rule, *head };
    *head = (uint32_t)++s->n_rules;
    return rule;
}

/* One alternative for each type that is left. */
static uint32_t by_type(struct schema *s, const struct schema_facts *f)
{
    uint32_t nodes[8], n = 0;
    const uint32_t end = GRAM_NODE_END;
    if (f->types & TYPE_NULL)
        nodes[n++] = gram_literal(&s->b, span_str("null"), end);
    if (f->types & TYPE_BOOL)
        nodes[n++] = gram_either(&s->b, gram_literal(&s->b, span_str("true"), end), gram_literal(&s->b, span_str("false"), end));
    if (f->types & (TYPE_INT | TYPE_REAL))
        nodes[n++] = schema_number(s, f, end);
    if (f->types & TYPE_STR)
        nodes[n++] = schema_string(s, f, end);
    if (f->types & TYPE_LIST)
        nodes[n++] = schema_list(s, f, end);
    if (f->types & TYPE_MAP)
        nodes[n++] = schema_object(s, f, end);
    return gram_alt(&s->b, nodes, n);
}

static void compile_rule(struct schema *s, size_t i)
{
    struct schema_facts f;
    uint32_t start = GRAM_NODE_FAIL;
    struct schema_set set = s->rules[i].set;
    if (schema_gather(s, set, &f))
        return;
    if (f.types && !schema_choice(s, &f, &start))
        start = by_type(s, &f);
    gram_define(&s->b, s->rules[i].rule, start, set.n ? (uint32_t)set.m[0].v->byte_from : 0);
}

int schema_compile(struct schema *s, struct schema_set set, const struct grammar **out)
{
    s->heads = schema_make(s, HEADS, sizeof *s->heads);
    schema_string_rules(s);
    uint32_t root = schema_rule_of(s, set);
    for (size_t i = 0; i < s->n_rules && !s->b.rc; i++)
        compile_rule(s, i);
    if (s->b.rc)
        return s->b.rc;
    return gram_finish(&s->b, root, out);
}

int grammar_from_schema(const struct val *schema, struct schema_options opt, struct arena *a, const struct grammar **out,
                        struct err *e)
{
    struct schema s = { .root = schema, .opt = opt };
    struct schema_member m = { schema, 0 };
    gram_begin(&s.b, a, e);
    return schema_compile(&s, (struct schema_set){ &m, 1 }, out);
}
