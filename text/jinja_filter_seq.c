// SPDX-License-Identifier: Apache-2.0
/* Filters of sequences. Those that Jinja makes generators of are made when somebody looks (JV_ITER). */
#include "text/jinja_attr.h"
#include "text/jinja_filter_int.h"

/* attribute="a.b.0": the way to a part of each item. */
struct getter { const struct jlist *parts; struct jv otherwise; bool folded; };

static const struct jlist *way(struct jrun *r, struct jv attribute)
{
    struct jlist *parts = jlist_new(r, 0);
    jint i;
    if (attribute.kind == JV_MISSING || attribute.kind == JV_NONE)
        return parts;
    if (attribute.kind != JV_STR) {
        jlist_add(r, parts, attribute);
        return parts;
    }
    const struct jlist *names = jstr_split(r, attribute.s, jstr_lit(r, "."), -1, false);
    for (size_t k = 0; k < names->n && jr_spend(r, 1); k++) {
        const struct jstr *s = names->at[k].s;
        bool digits = s->n > 0;
        for (size_t c = 0; c < s->n; c++)
            digits = digits && s->p[c] >= '0' && s->p[c] <= '9';
        jlist_add(r, parts, digits && jr_read_int(r, s, 10, &i) ? jv_int(i) : names->at[k]);
    }
    return parts;
}

static struct getter getter_of(struct jrun *r, struct jv attribute, bool folded)
{
    return (struct getter){ way(r, attribute), { .kind = JV_MISSING }, folded };
}

static struct jv fold(struct jrun *r, struct jv v)
{
    return v.kind == JV_STR ? jv_str(jstr_cased(r, v.s, 'l')) : v;
}

static struct jv get(struct jrun *r, const struct getter *g, struct jv item)
{
    for (size_t i = 0; i < g->parts->n && !r->rc; i++) {
        item = jr_item(r, item, g->parts->at[i]);
        if (item.kind == JV_UNDEFINED && g->otherwise.kind != JV_MISSING && g->otherwise.kind != JV_NONE)
            item = g->otherwise;
    }
    return g->folded ? fold(r, item) : item;
}

static struct jv lazy(struct jrun *r, const struct jargs *a, jfunction make)
{
    struct jiter *it = jr_mem(r, sizeof *it);
    if (!it)
        return jv_undefined();
    it->make = make;
    it->args = *a;
    return (struct jv){ .kind = JV_ITER, .data = a->at[0].data, .iter = it };
}

static struct jv made(struct jrun *r, const struct jlist *items, bool data)
{
    struct jiter *it = jr_mem(r, sizeof *it);
    if (!it)
        return jv_undefined();
    it->items = items;
    return (struct jv){ .kind = JV_ITER, .data = data, .iter = it };
}

/* --- in order --- */

struct keyed { struct jv key, item; };

/* A stable merge sort. */
static struct keyed *sorted(struct jrun *r, struct keyed *a, size_t n, bool reverse)
{
    struct keyed *b = n > 1 ? jr_mem(r, n * sizeof *b) : a;
    for (size_t width = 1; b && width < n; width *= 2) {
        for (size_t from = 0; from < n; from += 2 * width) {
            size_t mid = from + width < n ? from + width : n, end = mid + width < n ? mid + width : n;
            for (size_t i = from, k = mid, o = from; o < end; o++) {
                bool right = i >= mid || (k < end && (reverse ? jv_order(r, '<', a[i].key, a[k].key)
                                                              : jv_order(r, '<', a[k].key, a[i].key)));
                if (r->rc)
                    return NULL;
                b[o] = right ? a[k++] : a[i++];
            }
        }
        struct keyed *swap = a;
        a = b;
        b = swap;
    }
    return r->rc ? NULL : a;
}

static struct keyed *keyed_by(struct jrun *r, const struct jlist *items, const struct getter *g)
{
    struct keyed *k = jr_mem(r, items->n * sizeof *k);
    for (size_t i = 0; k && i < items->n && jr_spend(r, 1); i++)
        k[i] = (struct keyed){ get(r, g, items->at[i]), items->at[i] };
    return r->rc ? NULL : k;
}

static const struct jlist *items_of(struct jrun *r, const struct keyed *k, size_t n)
{
    struct jlist *l = jlist_new(r, n);
    for (size_t i = 0; k && i < n; i++)
        jlist_add(r, l, k[i].item);
    return l;
}

struct jv filter_sort(struct jrun *r, const struct jargs *a)
{
    struct jv v[3];
    struct getter g[8];
    size_t n_ways = 1;
    if (!jr_bind(r, a, "reverse case_sensitive attribute", v))
        return jv_undefined();
    bool folded = !jr_want_bool(r, v[1], false);
    if (v[2].kind == JV_STR) {
        const struct jlist *ways = jstr_split(r, v[2].s, jstr_lit(r, ","), -1, false);
        if (ways->n > sizeof g / sizeof *g)
            return jr_fail(r, ERR_LIMIT, "sort by more than %zu attributes", sizeof g / sizeof *g);
        n_ways = ways->n;
        for (size_t i = 0; i < n_ways; i++)
            g[i] = getter_of(r, ways->at[i], folded);
    } else {
        g[0] = getter_of(r, v[2], folded);
    }
    const struct jlist *items = jv_items(r, a->at[0]);
    struct keyed *k = jr_mem(r, items->n * sizeof *k);
    for (size_t i = 0; k && i < items->n && jr_spend(r, 1); i++) {
        struct jlist *key = jlist_new(r, n_ways);
        for (size_t w = 0; w < n_ways; w++)
            jlist_add(r, key, get(r, &g[w], items->at[i]));
        k[i] = (struct keyed){ jv_list(key), items->at[i] };
    }
    k = k && !r->rc ? sorted(r, k, items->n, jr_want_bool(r, v[0], false)) : NULL;
    return k ? jv_from(jv_list(items_of(r, k, items->n)), a->at[0].data) : jv_undefined();
}

struct jv filter_dictsort(struct jrun *r, const struct jargs *a)
{
    struct jv v[3], d = a->at[0];
    if (!jr_bind(r, a, "case_sensitive by reverse", v))
        return jv_undefined();
    bool by_value = v[1].kind == JV_STR && jstr_is(v[1].s, "value");
    if (v[1].kind != JV_MISSING && !by_value && !(v[1].kind == JV_STR && jstr_is(v[1].s, "key")))
        return jr_fail(r, ERR_FORMAT, "dictsort is by \"key\" or \"value\"");
    if (d.kind != JV_DICT)
        return d.kind == JV_UNDEFINED ? jr_undefined(r, d) : jr_kind(r, "dictsort takes a dict, not a", d);
    bool folded = !jr_want_bool(r, v[0], false);
    struct keyed *k = jr_mem(r, d.dict->n * sizeof *k);
    struct jview pairs = { d.dict, 'i' };
    for (size_t i = 0; k && i < d.dict->n && jr_spend(r, 1); i++) {
        struct jv key = by_value ? d.dict->at[i].value : d.dict->at[i].key;
        k[i] = (struct keyed){ folded ? fold(r, key) : key, jview_item(r, &pairs, i) };
    }
    k = k && !r->rc ? sorted(r, k, d.dict->n, jr_want_bool(r, v[2], false)) : NULL;
    return k ? jv_from(jv_list(items_of(r, k, d.dict->n)), d.data) : jv_undefined();
}

struct jv filter_groupby(struct jrun *r, const struct jargs *a)
{
    struct jv v[3];
    if (!jr_bind(r, a, "!attribute default case_sensitive", v))
        return jv_undefined();
    struct getter g = getter_of(r, v[0], !jr_want_bool(r, v[2], false));
    g.otherwise = v[1];
    const struct jlist *items = jv_items(r, a->at[0]);
    struct keyed *k = keyed_by(r, items, &g);
    k = k ? sorted(r, k, items->n, false) : NULL;
    struct jlist *groups = jlist_new(r, 0);
    for (size_t i = 0; k && i < items->n && jr_spend(r, 1);) {
        struct jlist *members = jlist_new(r, 0), *pair = jlist_new(r, 2);
        size_t first = i;
        while (i < items->n && !r->rc && (i == first || jv_equal(r, k[first].key, k[i].key)))
            jlist_add(r, members, k[i++].item);
        struct getter plain = g;
        plain.folded = false;
        jlist_add(r, pair, get(r, &plain, k[first].item));
        jlist_add(r, pair, jv_list(members));
        pair->is_group = true;
        jlist_add(r, groups, jv_tuple(pair));
    }
    return jv_list(groups);
}

static struct jv extreme(struct jrun *r, const struct jargs *a, unsigned op)
{
    struct jv v[2], item, best = jv_undefined(), best_key = jv_undefined();
    struct jwalk w;
    if (!jr_bind(r, a, "case_sensitive attribute", v) || !jwalk_begin(r, a->at[0], &w))
        return jv_undefined();
    struct getter g = getter_of(r, v[1], !jr_want_bool(r, v[0], false));
    for (size_t i = 0; jwalk_next(r, &w, &item); i++) {
        struct jv key = get(r, &g, item);
        if (i == 0 || jv_order(r, op, key, best_key)) {
            best = item;
            best_key = key;
        }
    }
    return best;
}

struct jv filter_min(struct jrun *r, const struct jargs *a) { return extreme(r, a, '<'); }
struct jv filter_max(struct jrun *r, const struct jargs *a) { return extreme(r, a, '>'); }

/* --- generators --- */

static struct jv make_unique(struct jrun *r, const struct jargs *a)
{
    struct jv v[2], item;
    struct jwalk w;
    struct jlist *l = jlist_new(r, 0);
    if (!jr_bind(r, a, "case_sensitive attribute", v) || !jwalk_begin(r, a->at[0], &w))
        return jv_undefined();
    struct getter g = getter_of(r, v[1], !jr_want_bool(r, v[0], false));
    struct jdict *seen = jdict_new(r);
    while (jwalk_next(r, &w, &item)) {
        size_t before = seen->n;
        jdict_put(r, seen, get(r, &g, item), jv_none());
        if (seen->n > before)
            jlist_add(r, l, item);
    }
    return jv_list(l);
}

static struct jv make_batch(struct jrun *r, const struct jargs *a)
{
    struct jv v[2], item;
    struct jwalk w;
    jint count;
    struct jlist *l = jlist_new(r, 0), *now = jlist_new(r, 0);
    if (!jr_bind(r, a, "!linecount fill_with", v) || !jr_want_int(r, v[0], 0, &count) || !jwalk_begin(r, a->at[0], &w))
        return jv_undefined();
    while (jwalk_next(r, &w, &item)) {
        if ((jint)now->n == count) {
            jlist_add(r, l, jv_list(now));
            now = jlist_new(r, 0);
        }
        jlist_add(r, now, item);
    }
    if (now->n && v[1].kind != JV_MISSING && v[1].kind != JV_NONE)
        while ((jint)now->n < count && jr_spend(r, 1))
            jlist_add(r, now, v[1]);
    if (now->n)
        jlist_add(r, l, jv_list(now));
    return jv_list(l);
}

static struct jv make_slice(struct jrun *r, const struct jargs *a)
{
    struct jv v[2];
    jint slices;
    struct jlist *l = jlist_new(r, 0);
    if (!jr_bind(r, a, "!slices fill_with", v) || !jr_want_int(r, v[0], 0, &slices))
        return jv_undefined();
    const struct jlist *items = jv_items(r, a->at[0]);
    if (slices == 0)
        return jr_fail(r, ERR_FORMAT, "slices of a list: none");
    if (slices < 0)
        return jv_list(l);
    jint each = (jint)items->n / slices, longer = (jint)items->n % slices, at = 0;
    for (jint s = 0; s < slices && jr_spend(r, 1); s++) {
        jint n = each + (s < longer);
        struct jlist *one = jlist_new(r, 0);
        for (jint i = 0; i < n; i++)
            jlist_add(r, one, items->at[at++]);
        if (v[1].kind != JV_MISSING && v[1].kind != JV_NONE && s >= longer)
            jlist_add(r, one, v[1]);
        jlist_add(r, l, jv_list(one));
    }
    return jv_list(l);
}

static struct jv make_items(struct jrun *r, const struct jargs *a)
{
    struct jv d = a->at[0];
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    if (d.kind == JV_UNDEFINED)
        return jv_list(jlist_new(r, 0));
    if (d.kind != JV_DICT)
        return jr_kind(r, "items are those of a dict, not of a", d);
    struct jview w = { d.dict, 'i' };
    return jv_list(jv_items(r, (struct jv){ .kind = JV_VIEW, .view = &w }));
}

/* The arguments from `from` on, over another value. */
static struct jargs over(struct jrun *r, const struct jargs *a, size_t from, struct jv v)
{
    struct jargs b = *a;
    size_t n = a->n > from ? a->n - from : 0;
    b.at = jr_mem(r, (n + 1) * sizeof *b.at);
    b.n = b.at ? n + 1 : 0;
    for (size_t i = 0; i < n && b.at; i++)
        b.at[i + 1] = a->at[from + i];
    if (b.at)
        b.at[0] = v;
    return b;
}

static const struct jv *keyword(const struct jargs *a, const char *name)
{
    for (size_t i = 0; i < a->n_kw; i++)
        if (span_is(a->kw[i].name, name))
            return &a->kw[i].value;
    return NULL;
}

/* map(attribute=..., default=...) or map("filter", arguments) */
static struct jv make_map(struct jrun *r, const struct jargs *a)
{
    struct jlist *l = jlist_new(r, 0);
    struct jwalk w;
    struct jv item;
    const struct jv *attribute = a->n == 1 ? keyword(a, "attribute") : NULL, *otherwise = keyword(a, "default");
    struct getter g = { 0 };
    jfunction filter = NULL;
    if (!jv_truth(r, a->at[0]))
        return jv_list(l);
    if (attribute && a->n_kw > 1u + (otherwise != NULL))
        return jr_fail(r, ERR_FORMAT, "map takes an attribute, or the name of a filter");
    if (attribute) {
        g = getter_of(r, *attribute, false);
        g.otherwise = otherwise ? *otherwise : g.otherwise;
    } else {
        if (a->n < 2 || a->at[1].kind != JV_STR)
            return jr_fail(r, ERR_FORMAT, "map wants the name of a filter");
        filter = jinja_filter_find(jstr_span(a->at[1].s));
        if (!filter)
            return jr_fail(r, ERR_FORMAT, "no filter \"%.*s\"", SPAN_ARG(jstr_span(a->at[1].s)));
    }
    if (!jwalk_begin(r, a->at[0], &w))
        return jv_undefined();
    while (jwalk_next(r, &w, &item)) {
        struct jargs b = attribute ? (struct jargs){ 0 } : over(r, a, 2, item);
        if (r->rc)
            break;
        jlist_add(r, l, attribute ? get(r, &g, item) : filter(r, &b));
    }
    return jv_list(l);
}

static struct jv chosen(struct jrun *r, const struct jargs *a, bool by_attribute, bool wanted)
{
    struct jlist *l = jlist_new(r, 0);
    struct jwalk w;
    struct jv item;
    struct getter g = { 0 };
    size_t at = by_attribute ? 2 : 1;
    jtest test = NULL;
    if (!jv_truth(r, a->at[0]))
        return jv_list(l);
    if (a->n < at)
        return jr_fail(r, ERR_FORMAT, "the name of an attribute is missing");
    if (by_attribute)
        g = getter_of(r, a->at[1], false);
    if (a->n > at) {
        test = a->at[at].kind == JV_STR ? jinja_test_find(jstr_span(a->at[at].s)) : NULL;
        if (!test)
            return jr_fail(r, ERR_FORMAT, "no test of that name");
    }
    if (!jwalk_begin(r, a->at[0], &w))
        return jv_undefined();
    while (jwalk_next(r, &w, &item)) {
        struct jv of = by_attribute ? get(r, &g, item) : item;
        struct jargs b = test ? over(r, a, at + 1, of) : (struct jargs){ 0 };
        if (r->rc)
            break;
        if ((test ? test(r, &b) : jv_truth(r, of)) == wanted)
            jlist_add(r, l, item);
    }
    return jv_list(l);
}

static struct jv make_select(struct jrun *r, const struct jargs *a) { return chosen(r, a, false, true); }
static struct jv make_reject(struct jrun *r, const struct jargs *a) { return chosen(r, a, false, false); }
static struct jv make_selectattr(struct jrun *r, const struct jargs *a) { return chosen(r, a, true, true); }
static struct jv make_rejectattr(struct jrun *r, const struct jargs *a) { return chosen(r, a, true, false); }

struct jv filter_unique(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_unique); }
struct jv filter_batch(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_batch); }
struct jv filter_slice(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_slice); }
struct jv filter_items(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_items); }
struct jv filter_map(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_map); }
struct jv filter_select(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_select); }
struct jv filter_reject(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_reject); }
struct jv filter_selectattr(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_selectattr); }
struct jv filter_rejectattr(struct jrun *r, const struct jargs *a) { return lazy(r, a, make_rejectattr); }

/* --- one value of many --- */

struct jv filter_first(struct jrun *r, const struct jargs *a)
{
    struct jwalk w;
    struct jv item;
    if (!jr_bind(r, a, "", NULL) || !jwalk_begin(r, a->at[0], &w) || !jwalk_next(r, &w, &item))
        return jv_undefined();
    return item;
}

struct jv filter_last(struct jrun *r, const struct jargs *a)
{
    struct jv v = a->at[0];
    size_t n;
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    if (!jv_has_items(v) || !jv_length(v, &n))
        return jr_kind(r, "there is no last item in a", v);
    if (!n)
        return jv_undefined();
    if (v.kind == JV_STR)
        return jr_item(r, v, jv_int(-1));
    const struct jlist *items = jv_items(r, v);
    return items->n ? items->at[items->n - 1] : jv_undefined();
}

struct jv filter_reverse(struct jrun *r, const struct jargs *a)
{
    struct jv v = a->at[0];
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    if (v.kind == JV_STR)
        return jr_slice(r, v, jv_none(), jv_none(), jv_int(-1));
    const struct jlist *items = jv_items(r, v);
    struct jlist *l = jlist_new(r, items->n);
    for (size_t i = items->n; i-- > 0 && jr_spend(r, 1);)
        jlist_add(r, l, items->at[i]);
    return v.kind == JV_ITER ? jv_list(l) : made(r, l, v.data);
}

struct jv filter_length(struct jrun *r, const struct jargs *a)
{
    size_t n = 0;
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    if (a->at[0].kind == JV_LOOP)
        return jv_int((jint)jr_loop_length(r, a->at[0].loop));
    return jv_length(a->at[0], &n) ? jv_int((jint)n) : jr_kind(r, "there is no length of a", a->at[0]);
}

struct jv filter_list(struct jrun *r, const struct jargs *a)
{
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    return jv_from(jv_list(jv_items(r, a->at[0])), a->at[0].data);
}

struct jv filter_join(struct jrun *r, const struct jargs *a)
{
    struct jv v[2], item;
    struct jwalk w;
    struct jtext t;
    if (!jr_bind(r, a, "d attribute", v) || !jwalk_begin(r, a->at[0], &w))
        return jv_undefined();
    const struct jstr *between = v[0].kind == JV_MISSING ? &jstr_empty : jv_text(r, v[0]);
    struct getter g = getter_of(r, v[1], false);
    jtext_init(&t, r, 0);
    for (size_t i = 0; jwalk_next(r, &w, &item); i++) {
        if (i)
            jtext_add(&t, between);
        jv_put(&t, get(r, &g, item));
    }
    return jv_str(jtext_done(&t));
}

struct jv filter_sum(struct jrun *r, const struct jargs *a)
{
    struct jv v[2], item;
    struct jwalk w;
    if (!jr_bind(r, a, "attribute start", v) || !jwalk_begin(r, a->at[0], &w))
        return jv_undefined();
    struct jv sum = v[1].kind == JV_MISSING ? jv_int(0) : v[1];
    if (sum.kind == JV_STR)
        return jr_fail(r, ERR_FORMAT, "texts have no sum");
    struct getter g = getter_of(r, v[0], false);
    while (jwalk_next(r, &w, &item))
        sum = jr_binary(r, '+', sum, get(r, &g, item));
    return sum;
}
