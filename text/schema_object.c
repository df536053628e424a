// SPDX-License-Identifier: Apache-2.0
/* schema_object.c - objects: names that were declared, and what all others may be. */
#include <stdlib.h>

#include "text/schema_int.h"

struct names { struct span *p; size_t n, cap; };
struct object {
    struct schema *s;
    const struct schema_facts *f;
    struct names names;                             /* declared or required, each once */
    const struct val *patterns[SCHEMA_PATTERNS_MAX];    /* entries of patternProperties */
    struct dfa pattern_dfa[SCHEMA_PATTERNS_MAX];
    size_t n_patterns;
    uint32_t object;
};

static int by_text(const void *x, const void *y)
{
    return span_order(*(const struct span *)x, *(const struct span *)y);
}

static void add_name(struct object *o, struct span name)
{
    struct schema *s = o->s;
    if (!s->b.rc && arena_grow(s->b.a, (void **)&o->names.p, &o->names.cap, o->names.n, sizeof name))
        (void)schema_memory(s);
    if (!s->b.rc)
        o->names.p[o->names.n++] = name;
}

/* `required` of drafts before 4 was true or false, at the property: that asks nothing here. */
static void names_of(struct object *o, const struct val *v)
{
    struct schema *s = o->s;
    const struct val *props = val_get(v, "properties"), *req = val_get(v, "required");
    if ((props && props->kind != VAL_MAP) || (req && req->kind != VAL_LIST && req->kind != VAL_BOOL))
        (void)schema_fail(s, ERR_FORMAT, props ? props : req, "'properties' is an object, 'required' a list");
    for (const struct val *x = props ? props->first : NULL; x && !s->b.rc; x = x->next)
        add_name(o, x->key);
    for (const struct val *x = req && req->kind == VAL_LIST ? req->first : NULL; x && !s->b.rc; x = x->next)
        if (x->kind == VAL_STR)
            add_name(o, x->str);
}

static void collect_names(struct object *o)
{
    for (uint32_t i = 0; i < o->f->set.n && !o->s->b.rc; i++)
        names_of(o, o->f->set.m[i].v);
    if (o->s->b.rc || o->names.n < 2)
        return;
    qsort(o->names.p, o->names.n, sizeof *o->names.p, by_text);
    size_t kept = 1;
    for (size_t i = 1; i < o->names.n; i++)
        if (!span_eq(o->names.p[i], o->names.p[kept - 1]))
            o->names.p[kept++] = o->names.p[i];
    o->names.n = kept;
}

static void collect_patterns(struct object *o)
{
    struct schema *s = o->s;
    for (uint32_t i = 0; i < o->f->set.n && !s->b.rc; i++) {
        const struct val *map = val_get(o->f->set.m[i].v, "patternProperties");
        for (const struct val *x = map ? map->first : NULL; x && !s->b.rc; x = x->next) {
            if (o->n_patterns == SCHEMA_PATTERNS_MAX) {
                (void)schema_fail(s, ERR_LIMIT, x, "more than %d of 'patternProperties'", SCHEMA_PATTERNS_MAX);
                return;
            }
            s->b.rc = regex_dfa(x->key, x->byte_from, s->b.a, &o->pattern_dfa[o->n_patterns], s->b.e);
            o->patterns[o->n_patterns++] = x;
        }
    }
}

/* What a member must satisfy whose name matches the patterns in `matched`; name NULL: it was not declared. */
static struct schema_set member_set(struct object *o, const struct span *name, unsigned matched)
{
    struct schema *s = o->s;
    struct schema_set out = { 0 };
    for (uint32_t i = 0; i < o->f->set.n && !s->b.rc; i++) {
        const struct val *v = o->f->set.m[i].v, *map = val_get(v, "patternProperties");
        const struct val *own = name ? val_get_span(val_get(v, "properties"), *name) : NULL;
        const struct val *more = val_get(v, "additionalProperties");
        bool met = own != NULL;
        if (own)
            out = schema_set_with(s, out, own, 0);
        for (size_t k = 0; k < o->n_patterns; k++)
            for (const struct val *x = map && matched >> k & 1 ? map->first : NULL; x; x = x->next)
                if (x == o->patterns[k]) {
                    out = schema_set_with(s, out, x, 0);
                    met = true;
                }
        if (!met && more)
            out = schema_set_with(s, out, more, 0);
    }
    return out;
}

static bool required(const struct object *o, struct span name)
{
    for (uint32_t i = 0; i < o->f->set.n; i++) {
        const struct val *list = val_get(o->f->set.m[i].v, "required");
        for (const struct val *x = list && list->kind == VAL_LIST ? list->first : NULL; x; x = x->next)
            if (x->kind == VAL_STR && span_eq(x->str, name))
                return true;
    }
    return false;
}

/* Leave of `d` the values of v's enum or const, when it has one. */
static void only_values(struct schema *s, const struct val *v, struct dfa *d)
{
    const struct val *list = val_get(v, "enum"), *one = val_get(v, "const");
    struct dfa words;
    size_t n = 0;
    if (val_get(v, "anyOf") || val_get(v, "oneOf"))
        (void)schema_fail(s, ERR_FORMAT, v, "'propertyNames' with a choice cannot be enforced");
    if (!list && !one)
        return;
    struct span *w = schema_make(s, (list ? list->n : 0) + 1, sizeof *w);
    for (const struct val *x = one ? one : list->first; w && x; x = one ? NULL : x->next)
        if (x->kind == VAL_STR)
            w[n++] = x->str;
    if (!s->b.rc)
        s->b.rc = dfa_words(w, n, s->b.a, &words, s->b.e);
    if (!s->b.rc)
        s->b.rc = dfa_both(&words, d, s->b.a, d, s->b.e);
}

/* What propertyNames says, as strings. False: nothing is said. */
static bool name_dfa(struct object *o, struct dfa *out)
{
    struct schema *s = o->s;
    struct schema_set set = { 0 };
    struct schema_facts f;
    for (uint32_t i = 0; i < o->f->set.n; i++) {
        const struct val *x = val_get(o->f->set.m[i].v, "propertyNames");
        set = x ? schema_set_with(s, set, x, 0) : set;
    }
    if (set.n == 0 || s->b.rc || schema_gather(s, set, &f))
        return false;
    if (!(f.types & TYPE_STR)) {
        *out = (struct dfa){ 0 };
        return true;
    }
    if (schema_string_dfa(s, &f, out))
        return false;
    for (uint32_t i = 0; i < f.set.n && !s->b.rc; i++)
        only_values(s, f.set.m[i].v, out);
    return true;
}

/* ":" and the value, behind the name, up to where the object goes on. */
static uint32_t value_of(struct object *o, struct schema_set set)
{
    struct schema *s = o->s;
    uint32_t more = gram_object_node(&s->b, GRAM_MORE, o->object, GRAM_NODE_END);
    uint32_t value = gram_call(&s->b, schema_rule_of(s, set), schema_space(s, more));
    return schema_space(s, gram_byte(&s->b, ':', ':', schema_space(s, value)));
}

static bool never(struct schema *s, struct schema_set set)
{
    struct schema_facts f;
    return !schema_gather(s, set, &f) && f.types == 0;
}

static void add_keys(struct object *o, struct gram_object *out, const struct dfa *names)
{
    struct schema *s = o->s;
    struct gram_key *keys = schema_make(s, o->names.n + 1, sizeof *keys);
    for (size_t i = 0; i < o->names.n && !s->b.rc; i++) {
        struct span name = o->names.p[i];
        unsigned matched = 0;
        for (size_t k = 0; k < o->n_patterns; k++)
            matched |= (unsigned)dfa_has(&o->pattern_dfa[k], name) << k;
        bool must = required(o, name);
        struct schema_set set = member_set(o, &name, matched);
        uint32_t start = GRAM_NODE_FAIL;
        if ((!names || dfa_has(names, name)) && !never(s, set))
            start = schema_text(s, name, value_of(o, set));
        keys[out->n_keys++] = (struct gram_key){ start, must };
        out->n_required += must;
    }
    out->keys = keys;
}

/* Names that were not declared, one case for each selection of patterns that they match. */
static void add_others(struct object *o, struct gram_object *out, const struct dfa *names)
{
    struct schema *s = o->s;
    struct arena *a = s->b.a;
    struct dfa declared;
    uint32_t *others = schema_make(s, (size_t)1 << o->n_patterns, sizeof *others);
    if (!s->b.rc)
        s->b.rc = dfa_words(o->names.p, o->names.n, a, &declared, s->b.e);
    for (unsigned matched = 0; matched < 1u << o->n_patterns && !s->b.rc; matched++) {
        struct schema_set set = member_set(o, NULL, matched);
        struct dfa d;
        if (never(s, set) || s->b.rc)
            continue;
        if (o->names.n == 0 && o->n_patterns == 0 && !names) {
            others[out->n_others++] = gram_call(&s->b, s->string_rule, value_of(o, set));
            continue;
        }
        int rc = names ? 0 : dfa_any(a, &d, s->b.e);
        if (names)
            d = *names;
        if (!rc)
            rc = dfa_minus(&d, &declared, a, &d, s->b.e);
        for (size_t k = 0; k < o->n_patterns && !rc; k++)
            rc = (matched >> k & 1 ? dfa_both : dfa_minus)(&d, &o->pattern_dfa[k], a, &d, s->b.e);
        s->b.rc = rc;
        if (!rc && d.n)
            others[out->n_others++] = schema_of_dfa(s, &d, value_of(o, set));
    }
    out->others = others;
}

uint32_t schema_object(struct schema *s, const struct schema_facts *f, uint32_t next)
{
    struct object o = { .s = s, .f = f };
    struct gram_object out = { 0 };
    struct gram_build *b = &s->b;
    struct dfa names;
    if (f->members_min > f->members_max || f->members_min >= GRAM_MANY)
        return GRAM_NODE_FAIL;
    collect_names(&o);
    collect_patterns(&o);
    bool has_names = name_dfa(&o, &names);
    if (s->b.rc)
        return GRAM_NODE_FAIL;
    o.object = gram_object(b);
    out.min = (uint32_t)f->members_min;
    out.max = f->members_max >= GRAM_MANY ? GRAM_MANY : (uint32_t)f->members_max;
    out.close = gram_byte(b, '}', '}', next);
    out.comma = gram_byte(b, ',', ',', schema_space(s, gram_object_node(b, GRAM_KEYS, o.object, GRAM_NODE_END)));
    add_keys(&o, &out, has_names ? &names : NULL);
    add_others(&o, &out, has_names ? &names : NULL);
    if (s->b.rc)
        return GRAM_NODE_FAIL;
    b->objects[o.object] = out;
    return gram_byte(b, '{', '{', schema_space(s, gram_object_node(b, GRAM_OBJECT, o.object, GRAM_NODE_END)));
}
