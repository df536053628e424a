// SPDX-License-Identifier: Apache-2.0
/* schema_facts.c - what all schemas of a set say together. */
#include <stdlib.h>

#include "text/schema_int.h"

/* Keywords that restrict, and cannot be a grammar here. "contains" with a minContains of 0 asks nothing. */
static const char *const refused[] = {
    "if", "dependentSchemas", "dependentRequired", "dependencies", "unevaluatedProperties", "unevaluatedItems", "contains",
    "$dynamicRef", "$recursiveRef",
};

static int by_member(const void *x, const void *y)
{
    const struct schema_member *a = x, *b = y;
    if (a->v->byte_from != b->v->byte_from)
        return a->v->byte_from < b->v->byte_from ? -1 : 1;
    if (a->v != b->v)
        return (uintptr_t)a->v < (uintptr_t)b->v ? -1 : 1;
    return a->done < b->done ? -1 : a->done > b->done;
}

static struct schema_set sorted(struct schema_set set)
{
    if (set.n < 2)
        return set;
    qsort(set.m, set.n, sizeof *set.m, by_member);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < set.n; i++)
        if (by_member(&set.m[i], &set.m[kept - 1]))
            set.m[kept++] = set.m[i];
    set.n = kept;
    return set;
}

struct schema_set schema_set_with(struct schema *s, struct schema_set base, const struct val *v, uint32_t done)
{
    struct schema_set set = { schema_make(s, base.n + (size_t)1, sizeof *set.m), base.n + 1 };
    if (!set.m)
        return base;
    if (base.n)
        memcpy(set.m, base.m, base.n * sizeof *set.m);
    set.m[base.n] = (struct schema_member){ v, done };
    if (set.n > SCHEMA_MEMBERS_MAX)
        (void)schema_fail(s, ERR_LIMIT, v, "more than %d schemas for one value", SCHEMA_MEMBERS_MAX);
    return sorted(set);
}

struct schema_set schema_set_mark(struct schema *s, struct schema_set base, uint32_t i, uint32_t done)
{
    struct schema_set set = { schema_make(s, base.n + (size_t)1, sizeof *set.m), base.n };
    if (!set.m)
        return base;
    memcpy(set.m, base.m, base.n * sizeof *set.m);
    set.m[i].done |= done;
    return sorted(set);
}

uint32_t schema_type_of(const struct val *v)
{
    switch (v->kind) {
    case VAL_NULL: return TYPE_NULL;
    case VAL_BOOL: return TYPE_BOOL;
    case VAL_INT:  return TYPE_INT;
    case VAL_REAL: return v->r >= -9007199254740992.0 && v->r <= 9007199254740992.0 && v->r == (double)(int64_t)v->r
                          ? TYPE_INT : TYPE_REAL;
    case VAL_STR:  return TYPE_STR;
    case VAL_LIST: return TYPE_LIST;
    default:       return TYPE_MAP;
    }
}

/* ---- references ---- */

static const struct val *child(const struct val *v, struct span name)
{
    if (v->kind == VAL_MAP)
        return val_get_span(v, name);
    if (v->kind != VAL_LIST || name.n == 0 || name.n > 6)
        return NULL;
    size_t i = 0;
    for (size_t k = 0; k < name.n; k++) {
        if (name.p[k] < '0' || name.p[k] > '9')
            return NULL;
        i = i * 10 + (size_t)(name.p[k] - '0');
    }
    const struct val *x = v->first;
    while (x && i--)
        x = x->next;
    return x;
}

static int hex_of(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* One part of a JSON pointer in a URI: %XX, then ~1 and ~0. Decoded in place. Source: RFC 6901, 4 and 6. */
static size_t unescape(uint8_t *p, size_t n)
{
    size_t out = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = p[i];
        if (c == '%' && i + 2 < n && hex_of(p[i + 1]) >= 0 && hex_of(p[i + 2]) >= 0) {
            c = (uint8_t)(hex_of(p[i + 1]) << 4 | hex_of(p[i + 2]));
            i += 2;
        }
        p[out++] = c;
    }
    n = out;
    out = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '~' && i + 1 < n && (p[i + 1] == '0' || p[i + 1] == '1'))
            p[out++] = p[++i] == '1' ? '/' : '~';
        else
            p[out++] = p[i];
    }
    return out;
}

/* A schema that calls itself `name` by $anchor or, before 2019, by $id. Depth is bounded by the reader's. */
static const struct val *anchored(const struct val *v, struct span name)
{
    const struct val *a = val_get(v, "$anchor"), *id = val_get(v, "$id");
    if (a && a->kind == VAL_STR && span_eq(a->str, name))
        return v;
    if (id && id->kind == VAL_STR && id->str.n == name.n + 1 && id->str.p[0] == '#'
        && span_eq(span_sub(id->str, 1, name.n), name))
        return v;
    for (const struct val *x = v->first; x; x = x->next)
        if (x->kind == VAL_MAP || x->kind == VAL_LIST) {
            const struct val *found = anchored(x, name);
            if (found)
                return found;
        }
    return NULL;
}

static const struct val *target(struct schema *s, const struct val *ref)
{
    struct span at = ref->str;
    const struct val *id = val_get(s->root, "$id");
    if (id && id->kind == VAL_STR && id->str.n && at.n >= id->str.n && !memcmp(at.p, id->str.p, id->str.n)
        && (at.n == id->str.n || at.p[id->str.n] == '#'))
        at = span_sub(at, id->str.n, at.n);
    if (at.n == 0)
        return s->root;
    if (at.p[0] != '#')
        return NULL;
    at = span_sub(at, 1, at.n);
    if (at.n && at.p[0] != '/')
        return anchored(s->root, at);
    const struct val *v = s->root;
    while (v && at.n) {
        size_t n = 1;
        while (n < at.n && at.p[n] != '/')
            n++;
        uint8_t *part = schema_make(s, n, 1);
        if (!part)
            return NULL;
        if (n > 1)
            memcpy(part, at.p + 1, n - 1);
        v = child(v, span_of(part, unescape(part, n - 1)));
        at = span_sub(at, n, at.n);
    }
    return v;
}

/* ---- keywords ---- */

static bool count_of(struct schema *s, const struct val *map, const char *key, uint64_t *out)
{
    const struct val *v = val_get(map, key);
    if (!v)
        return false;
    if ((v->kind != VAL_INT && v->kind != VAL_REAL) || v->r < 0 || v->r != (double)(uint64_t)v->r || v->r > 1e15) {
        (void)schema_fail(s, ERR_FORMAT, v, "'%s' is no count", key);
        return false;
    }
    *out = (uint64_t)v->r;
    return true;
}

static void at_least(struct schema *s, const struct val *map, const char *key, uint64_t *floor, bool *plain)
{
    uint64_t n = 0;
    if (count_of(s, map, key, &n) && n > *floor) {
        *floor = n;
        *plain = false;
    }
}

static void at_most(struct schema *s, const struct val *map, const char *key, uint64_t *top, bool *plain)
{
    uint64_t n = 0;
    if (count_of(s, map, key, &n) && n < *top) {
        *top = n;
        *plain = false;
    }
}

static void bound(struct schema *s, const struct val *v, const char *key, bool open, bool upper, struct schema_facts *f)
{
    if (!v)
        return;
    if (v->kind != VAL_INT && v->kind != VAL_REAL) {
        (void)schema_fail(s, ERR_FORMAT, v, "'%s' is no number", key);
        return;
    }
    struct schema_bound *b = upper ? &f->max : &f->min;
    bool tighter = !b->v || (upper ? v->r < b->v->r : v->r > b->v->r) || (v->r == b->v->r && open);
    if (tighter)
        *b = (struct schema_bound){ v, open };
    f->plain = false;
}

static uint32_t type_bits(struct schema *s, const struct val *v)
{
    static const struct { const char *name; uint32_t bits; } names[] = {
        { "null", TYPE_NULL }, { "boolean", TYPE_BOOL }, { "integer", TYPE_INT }, { "number", TYPE_INT | TYPE_REAL },
        { "string", TYPE_STR }, { "array", TYPE_LIST }, { "object", TYPE_MAP },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (v->kind == VAL_STR && span_is(v->str, names[i].name))
            return names[i].bits;
    (void)schema_fail(s, ERR_FORMAT, v, "'type' names no type of JSON");
    return 0;
}

static void types(struct schema *s, const struct val *v, struct schema_facts *f)
{
    uint32_t bits = 0;
    if (!v)
        return;
    if (v->kind == VAL_LIST)
        for (const struct val *x = v->first; x; x = x->next)
            bits |= type_bits(s, x);
    else
        bits = type_bits(s, v);
    f->types &= bits;
}

/* Of `not`, what takes away whole types. */
static void negated(struct schema *s, const struct val *v, struct schema_facts *f)
{
    struct schema_facts x = { .types = TYPE_ALL };
    if (!v)
        return;
    if (v->kind == VAL_BOOL || (v->kind == VAL_MAP && v->n == 0)) {
        if (v->kind == VAL_MAP || v->b)
            f->types = 0;
        return;
    }
    if (v->kind != VAL_MAP || v->n != 1 || !val_get(v, "type")) {
        (void)schema_fail(s, ERR_FORMAT, v, "'not' can only be enforced for whole types");
        return;
    }
    types(s, val_get(v, "type"), &x);
    if ((x.types & TYPE_INT) && !(x.types & TYPE_REAL) && (f->types & TYPE_REAL))
        (void)schema_fail(s, ERR_FORMAT, v, "'not' of integer cannot be enforced where a number may stand");
    f->types &= ~x.types;
}

static void strings(struct schema *s, const struct val *v, struct schema_facts *f)
{
    struct arena *a = s->b.a;
    const struct val *p = val_get(v, "pattern"), *format = val_get(v, "format");
    if (p && p->kind != VAL_STR)
        (void)schema_fail(s, ERR_FORMAT, p, "'pattern' is no string");
    if (p && !s->b.rc && arena_grow(a, (void **)&f->patterns, &f->cap_patterns, f->n_patterns, sizeof *f->patterns))
        (void)schema_memory(s);
    if (format && format->kind == VAL_STR && schema_format_refused((const char *)format->str.p))
        (void)schema_fail(s, ERR_FORMAT, format, "'format' %.40s cannot be enforced", (const char *)format->str.p);
    const char *known = format && format->kind == VAL_STR ? schema_format((const char *)format->str.p) : NULL;
    if (known && !s->b.rc && arena_grow(a, (void **)&f->formats, &f->cap_formats, f->n_formats, sizeof *f->formats))
        (void)schema_memory(s);
    if (s->b.rc)
        return;
    if (p)
        f->patterns[f->n_patterns++] = p;
    if (known)
        f->formats[f->n_formats++] = known;
    f->plain &= !p && !known;
}

static void keywords(struct schema *s, const struct val *v, struct schema_facts *f)
{
    const struct val *x;
    uint64_t none = 1;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        x = val_get(v, refused[i]);
        if (x && !strcmp(refused[i], "contains") && !val_get(v, "maxContains") && count_of(s, v, "minContains", &none)
            && none == 0)
            continue;
        if (x)
            (void)schema_fail(s, ERR_FORMAT, x, "'%s' cannot be enforced", refused[i]);
    }
    types(s, val_get(v, "type"), f);
    negated(s, val_get(v, "not"), f);
    bound(s, val_get(v, "minimum"), "minimum", val_is(val_get(v, "exclusiveMinimum"), "true"), false, f);
    bound(s, val_get(v, "maximum"), "maximum", val_is(val_get(v, "exclusiveMaximum"), "true"), true, f);
    x = val_get(v, "exclusiveMinimum");
    bound(s, x && x->kind != VAL_BOOL ? x : NULL, "exclusiveMinimum", true, false, f);
    x = val_get(v, "exclusiveMaximum");
    bound(s, x && x->kind != VAL_BOOL ? x : NULL, "exclusiveMaximum", true, true, f);
    if ((x = val_get(v, "multipleOf"))) {
        if (f->multiple && !span_eq(f->multiple->str, x->str))
            (void)schema_fail(s, ERR_FORMAT, x, "two of 'multipleOf' cannot be enforced together");
        f->multiple = x;
        f->plain = false;
    }
    at_least(s, v, "minLength", &f->len_min, &f->plain);
    at_most(s, v, "maxLength", &f->len_max, &f->plain);
    at_least(s, v, "minItems", &f->items_min, &f->plain);
    at_most(s, v, "maxItems", &f->items_max, &f->plain);
    at_least(s, v, "minProperties", &f->members_min, &f->plain);
    at_most(s, v, "maxProperties", &f->members_max, &f->plain);
    strings(s, v, f);
    static const char *const parts[] = { "properties", "patternProperties", "additionalProperties", "propertyNames", "required",
                                         "items", "prefixItems", "additionalItems", "uniqueItems" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        f->plain &= !val_get(v, parts[i]);
}

/* Put v on the list of schemas that hold. */
static void hold(struct schema *s, struct schema_set *set, size_t *cap, const struct val *v, uint32_t done)
{
    for (uint32_t i = 0; i < set->n; i++)
        if (set->m[i].v == v && (set->m[i].done & ~(uint32_t)DONE_REF) == (done & ~(uint32_t)DONE_REF))
            return;
    if (set->n >= SCHEMA_MEMBERS_MAX)
        (void)schema_fail(s, ERR_LIMIT, v, "more than %d schemas for one value", SCHEMA_MEMBERS_MAX);
    if (!s->b.rc && arena_grow(s->b.a, (void **)&set->m, cap, set->n, sizeof *set->m))
        (void)schema_memory(s);
    if (!s->b.rc)
        set->m[set->n++] = (struct schema_member){ v, done };
}

static void follow(struct schema *s, struct schema_set *set, size_t *cap, const struct val *v)
{
    const struct val *ref = val_get(v, "$ref"), *all = val_get(v, "allOf");
    if (ref) {
        const struct val *to = ref->kind == VAL_STR ? target(s, ref) : NULL;
        if (!to)
            (void)schema_fail(s, ERR_FORMAT, ref, "'$ref' leads to nothing in this schema");
        else
            hold(s, set, cap, to, 0);
    }
    if (all && all->kind != VAL_LIST)
        (void)schema_fail(s, ERR_FORMAT, all, "'allOf' is no list");
    for (const struct val *x = all ? all->first : NULL; x && !s->b.rc; x = x->next)
        hold(s, set, cap, x, 0);
}

int schema_gather(struct schema *s, struct schema_set set, struct schema_facts *out)
{
    struct schema_facts f = { .types = TYPE_ALL, .plain = true, .len_max = UINT64_MAX, .items_max = UINT64_MAX,
                              .members_max = UINT64_MAX };
    size_t cap = 0;
    for (uint32_t i = 0; i < set.n; i++)
        hold(s, &f.set, &cap, set.m[i].v, set.m[i].done);
    for (uint32_t i = 0; i < f.set.n && !s->b.rc; i++) {
        const struct val *v = f.set.m[i].v;
        if (v->kind == VAL_BOOL) {
            if (!v->b)
                f.types = 0;
            continue;
        }
        if (v->kind != VAL_MAP)
            return schema_fail(s, ERR_FORMAT, v, "a schema is an object, true or false");
        if (!(f.set.m[i].done & DONE_REF))
            follow(s, &f.set, &cap, v);
        f.set.m[i].done |= DONE_REF;
        keywords(s, v, &f);
        uint32_t done = f.set.m[i].done;
        f.plain &= (done & DONE_ENUM || (!val_get(v, "enum") && !val_get(v, "const")))
                   && (done & DONE_ANY_OF || !val_get(v, "anyOf")) && (done & DONE_ONE_OF || !val_get(v, "oneOf"));
    }
    f.set = sorted(f.set);
    *out = f;
    return s->b.rc;
}
