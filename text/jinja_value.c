// SPDX-License-Identifier: Apache-2.0
/* Values: truth, equality, order, dicts, and the walk through what has items. */
#include "text/jinja_value.h"

#include <math.h>

#include "text/jinja_run_int.h"

enum { INDEX_FROM = 12 };                       /* pairs from which a dict gets an index */

const char *jv_kind_name(enum jv_kind kind)
{
    static const char *const names[JV_KINDS] = {
        [JV_MISSING] = "nothing", [JV_UNDEFINED] = "undefined", [JV_NONE] = "none", [JV_BOOL] = "bool", [JV_INT] = "int",
        [JV_FLOAT] = "float", [JV_STR] = "str", [JV_LIST] = "list", [JV_TUPLE] = "tuple", [JV_DICT] = "dict",
        [JV_VIEW] = "view of a dict", [JV_ITER] = "generator", [JV_RANGE] = "range", [JV_NAMESPACE] = "namespace",
        [JV_MACRO] = "macro", [JV_FUNCTION] = "function", [JV_METHOD] = "method", [JV_LOOP] = "loop",
        [JV_CYCLER] = "cycler", [JV_JOINER] = "joiner",
    };
    return kind < JV_KINDS && names[kind] ? names[kind] : "value";
}

bool jv_length(struct jv v, size_t *n)
{
    switch (v.kind) {
    case JV_UNDEFINED: *n = 0; return true;
    case JV_STR: *n = v.s->n_chars; return true;
    case JV_LIST: case JV_TUPLE: *n = v.list->n; return true;
    case JV_DICT: *n = v.dict->n; return true;
    case JV_VIEW: *n = v.view->dict->n; return true;
    case JV_RANGE: *n = v.range->n; return true;
    default: return false;
    }
}

bool jv_truth(struct jrun *r, struct jv v)
{
    size_t n;
    switch (v.kind) {
    case JV_MISSING: case JV_UNDEFINED: case JV_NONE: return false;
    case JV_BOOL: return v.b;
    case JV_INT: return v.i != 0;
    case JV_FLOAT: return v.f != 0;
    case JV_STR: return v.s->n > 0;
    case JV_LOOP: return jr_loop_length(r, v.loop) > 0;
    default: return jv_length(v, &n) ? n > 0 : true;
    }
}

static bool equal_lists(struct jrun *r, const struct jlist *a, const struct jlist *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n && !r->rc; i++)
        if (!jv_equal(r, a->at[i], b->at[i]))
            return false;
    return true;
}

static bool equal_dicts(struct jrun *r, const struct jdict *a, const struct jdict *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n && !r->rc; i++) {
        const struct jv *v = jdict_get(r, b, a->at[i].key);
        if (!v || !jv_equal(r, a->at[i].value, *v))
            return false;
    }
    return true;
}

static bool equal_ranges(const struct jrange *a, const struct jrange *b)
{
    return a->n == b->n && (a->n == 0 || (a->from == b->from && (a->n == 1 || a->step == b->step)));
}

static bool equal_numbers(struct jv a, struct jv b)
{
    if (jv_is_int(a) && jv_is_int(b))
        return jv_as_int(a) == jv_as_int(b);
    return jv_as_double(a) == jv_as_double(b);
}

static bool same_kind_equal(struct jrun *r, struct jv a, struct jv b)
{
    switch (a.kind) {
    case JV_UNDEFINED: case JV_NONE: return true;
    case JV_STR: return jr_spend(r, a.s->n / 32) && jstr_eq(a.s, b.s);
    case JV_LIST: case JV_TUPLE: return equal_lists(r, a.list, b.list);
    case JV_DICT: return equal_dicts(r, a.dict, b.dict);
    case JV_RANGE: return equal_ranges(a.range, b.range);
    case JV_VIEW:
        return a.view->what != 'v' && a.view->what == b.view->what &&
               equal_lists(r, jv_items(r, a), jv_items(r, b));
    case JV_FUNCTION: return a.function == b.function;
    case JV_METHOD: return a.method == b.method;
    default: return a.dict == b.dict;           /* the same object */
    }
}

bool jv_equal(struct jrun *r, struct jv a, struct jv b)
{
    bool equal = false;
    if (jv_is_number(a) && jv_is_number(b))
        return equal_numbers(a, b);
    if (a.kind != b.kind || !jr_spend(r, 1) || !jr_enter(r))
        return false;
    equal = same_kind_equal(r, a, b);
    jr_leave(r);
    return equal;
}

static bool ordered(unsigned op, int c)
{
    return op == '<' ? c < 0 : op == '>' ? c > 0 : op == JINJA_OP_LE ? c <= 0 : c >= 0;
}

static bool order_numbers(unsigned op, struct jv a, struct jv b)
{
    if (jv_is_int(a) && jv_is_int(b)) {
        jint x = jv_as_int(a), y = jv_as_int(b);
        return ordered(op, (x > y) - (x < y));
    }
    double x = jv_as_double(a), y = jv_as_double(b);
    if (isnan(x) || isnan(y))
        return false;
    return ordered(op, (x > y) - (x < y));
}

static bool order_lists(struct jrun *r, unsigned op, const struct jlist *a, const struct jlist *b)
{
    bool is = false;
    if (!jr_enter(r))
        return false;
    size_t i = 0, n = a->n < b->n ? a->n : b->n;
    while (i < n && !r->rc && jv_equal(r, a->at[i], b->at[i]))
        i++;
    if (!r->rc)
        is = i < n ? jv_order(r, op, a->at[i], b->at[i]) : ordered(op, (a->n > b->n) - (a->n < b->n));
    jr_leave(r);
    return is;
}

bool jv_order(struct jrun *r, unsigned op, struct jv a, struct jv b)
{
    if (!jr_spend(r, 1))
        return false;
    if (jv_is_number(a) && jv_is_number(b))
        return order_numbers(op, a, b);
    if (a.kind == JV_STR && b.kind == JV_STR)
        return jr_spend(r, (a.s->n < b.s->n ? a.s->n : b.s->n) / 32) && ordered(op, jstr_cmp(a.s, b.s));
    if (a.kind == b.kind && (a.kind == JV_LIST || a.kind == JV_TUPLE))
        return order_lists(r, op, a.list, b.list);
    if (a.kind == JV_UNDEFINED || b.kind == JV_UNDEFINED)
        jr_undefined(r, a.kind == JV_UNDEFINED ? a : b);
    else
        jr_fail(r, ERR_FORMAT, "%s and %s have no order", jv_kind_name(a.kind), jv_kind_name(b.kind));
    return false;
}

bool jv_in(struct jrun *r, struct jv needle, struct jv hay)
{
    struct jwalk w;
    struct jv item;
    if (hay.kind == JV_STR) {
        if (needle.kind != JV_STR)
            return jr_kind(r, "in a str stands no", needle), false;
        return jstr_find(r, hay.s, jstr_span(needle.s), 0, hay.s->n) != SIZE_MAX;
    }
    if (hay.kind == JV_DICT || (hay.kind == JV_VIEW && hay.view->what == 'k'))
        return jv_hashable(r, needle) && jdict_get(r, hay.kind == JV_DICT ? hay.dict : hay.view->dict, needle);
    if (!jwalk_begin(r, hay, &w))
        return false;
    while (jwalk_next(r, &w, &item))
        if (jv_equal(r, item, needle))
            return true;
    return false;
}

bool jv_hashable(struct jrun *r, struct jv v)
{
    if (v.kind == JV_LIST || v.kind == JV_DICT)
        return jr_kind(r, "no key can be a", v), false;
    if (v.kind != JV_TUPLE)
        return true;
    bool ok = jr_enter(r);
    for (size_t i = 0; ok && i < v.list->n; i++)
        ok = jv_hashable(r, v.list->at[i]);
    if (!r->rc)
        jr_leave(r);
    return ok;
}

/* --- lists and dicts --- */

struct jlist *jlist_new(struct jrun *r, size_t expected)
{
    static struct jlist nothing;                /* after a failure; never added to */
    struct jlist *l = jr_mem(r, sizeof *l);
    if (!l)
        return &nothing;
    if (expected) {
        l->at = expected <= r->max_mem / sizeof *l->at ? jr_mem(r, expected * sizeof *l->at) : NULL;
        if (!l->at && !r->rc)
            jr_fail(r, ERR_LIMIT, "a list of %zu items", expected);
        l->cap = l->at ? expected : 0;
    }
    return l;
}

void jlist_add(struct jrun *r, struct jlist *l, struct jv v)
{
    if (r->rc)
        return;
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 8;
        struct jv *at = jr_mem(r, cap * sizeof *at);
        if (!at)
            return;
        if (l->n)
            memcpy(at, l->at, l->n * sizeof *at);
        l->at = at;
        l->cap = cap;
    }
    l->at[l->n++] = v;
}

struct jdict *jdict_new(struct jrun *r)
{
    static struct jdict nothing;
    struct jdict *d = jr_mem(r, sizeof *d);
    return d ? d : &nothing;
}

static uint32_t mix(uint32_t h, uint64_t x)
{
    return (h ^ (uint32_t)(x ^ x >> 32)) * 16777619u;
}

static uint32_t hash(struct jv v, unsigned depth)
{
    uint32_t h = 2166136261u;
    if (jv_is_number(v)) {
        double d = jv_as_double(v);
        uint64_t bits = 0;
        d = d == 0 ? 0 : d;                     /* -0 is 0 */
        memcpy(&bits, &d, sizeof bits);
        return mix(mix(h, bits), bits >> 7);
    }
    if (v.kind == JV_STR)
        for (size_t i = 0; i < v.s->n; i++)
            h = (h ^ v.s->p[i]) * 16777619u;
    if (v.kind == JV_TUPLE && depth < 4)
        for (size_t i = 0; i < v.list->n; i++)
            h = mix(h, hash(v.list->at[i], depth + 1));
    return mix(h, v.kind);
}

/* The place of `key` among the pairs; SIZE_MAX: none. *slot: where it belongs in the index. */
static size_t dict_find(struct jrun *r, const struct jdict *d, struct jv key, size_t *slot)
{
    *slot = 0;
    if (!d->n_index) {
        for (size_t i = 0; i < d->n; i++)
            if (jv_equal(r, d->at[i].key, key))
                return i;
        return SIZE_MAX;
    }
    size_t mask = d->n_index - 1;
    for (size_t i = hash(key, 0) & mask;; i = (i + 1) & mask) {
        *slot = i;
        if (!d->index[i] || !jr_spend(r, 1))
            return SIZE_MAX;
        if (jv_equal(r, d->at[d->index[i] - 1].key, key))
            return d->index[i] - 1;
    }
}

static bool dict_index(struct jrun *r, struct jdict *d)
{
    size_t n = d->n_index ? 2 * d->n_index : 4 * INDEX_FROM + 16;       /* 64: a power of two */
    d->index = jr_mem(r, n * sizeof *d->index);
    if (!d->index) {
        d->n_index = 0;
        return false;
    }
    d->n_index = n;
    for (size_t i = 0; i < d->n; i++) {
        size_t k = hash(d->at[i].key, 0) & (n - 1);
        while (d->index[k] && jr_spend(r, 1))
            k = (k + 1) & (n - 1);
        d->index[k] = (uint32_t)i + 1;
    }
    return true;
}

void jdict_put(struct jrun *r, struct jdict *d, struct jv key, struct jv value)
{
    size_t slot, i;
    if (r->rc || !jv_hashable(r, key))
        return;
    i = dict_find(r, d, key, &slot);
    if (r->rc)
        return;
    if (i != SIZE_MAX) {
        d->at[i].value = value;
        return;
    }
    if (d->n == d->cap) {
        size_t cap = d->cap ? 2 * d->cap : 4;
        struct jpair *at = jr_mem(r, cap * sizeof *at);
        if (!at)
            return;
        if (d->n)
            memcpy(at, d->at, d->n * sizeof *at);
        d->at = at;
        d->cap = cap;
    }
    d->at[d->n++] = (struct jpair){ key, value };
    if (d->n >= INDEX_FROM && 2 * d->n > d->n_index)
        (void)dict_index(r, d);
    else if (d->n_index)
        d->index[slot] = (uint32_t)d->n;
}

const struct jv *jdict_get(struct jrun *r, const struct jdict *d, struct jv key)
{
    size_t slot, i = dict_find(r, d, key, &slot);
    return i == SIZE_MAX || r->rc ? NULL : &d->at[i].value;
}

const struct jv *jdict_name(struct jrun *r, const struct jdict *d, struct span key)
{
    struct jstr s = { .p = key.p, .n = (uint32_t)key.n };
    return jdict_get(r, d, jv_str(&s));
}

/* --- items --- */

bool jv_has_items(struct jv v)
{
    switch (v.kind) {
    case JV_UNDEFINED: case JV_STR: case JV_LIST: case JV_TUPLE: case JV_DICT: case JV_VIEW: case JV_ITER: case JV_RANGE:
    case JV_LOOP:
        return true;
    default:
        return false;
    }
}

struct jv jview_item(struct jrun *r, const struct jview *w, size_t i)
{
    const struct jpair *p = &w->dict->at[i];
    if (w->what != 'i')
        return w->what == 'k' ? p->key : p->value;
    struct jlist *pair = jlist_new(r, 2);
    jlist_add(r, pair, p->key);
    jlist_add(r, pair, p->value);
    return jv_tuple(pair);
}

bool jwalk_begin(struct jrun *r, struct jv v, struct jwalk *w)
{
    *w = (struct jwalk){ .of = v };
    if (!jv_has_items(v) || v.kind == JV_LOOP)
        return jr_kind(r, "there are no items in a", v), false;
    if (v.kind == JV_ITER && v.iter->make) {
        jfunction make = v.iter->make;
        v.iter->make = NULL;
        struct jv made = jr_enter(r) ? make(r, &v.iter->args) : jv_undefined();
        if (r->rc)
            return false;
        jr_leave(r);
        v.iter->items = made.list;
    }
    return !r->rc;
}

bool jwalk_next(struct jrun *r, struct jwalk *w, struct jv *item)
{
    struct jv v = w->of;
    size_t n = 0, used;
    if (!jr_spend(r, 1))
        return false;
    if (v.kind == JV_ITER) {
        if (!v.iter->items || v.iter->at >= v.iter->items->n)
            return false;
        *item = v.iter->items->at[v.iter->at++];
        return true;
    }
    if (v.kind == JV_STR) {
        if (w->at >= v.s->n)
            return false;
        (void)jstr_at(v.s, w->at, &used);
        *item = jv_str(jstr_marked(r, jstr_cut(r, v.s, w->at, w->at + used), false));
        w->at += used;
        return !r->rc;
    }
    if (!jv_length(v, &n) || w->at >= n)
        return false;
    size_t i = w->at++;
    *item = v.kind == JV_DICT ? v.dict->at[i].key : v.kind == JV_VIEW ? jview_item(r, v.view, i) :
            v.kind == JV_RANGE ? jv_from(jv_int(v.range->from + (jint)i * v.range->step), v.data) : v.list->at[i];
    return !r->rc;
}

const struct jlist *jv_items(struct jrun *r, struct jv v)
{
    struct jwalk w;
    struct jv item;
    if (v.kind == JV_LIST || v.kind == JV_TUPLE)
        return v.list;
    struct jlist *l = jlist_new(r, 0);
    if (jwalk_begin(r, v, &w))
        while (jwalk_next(r, &w, &item))
            jlist_add(r, l, item);
    return l;
}
