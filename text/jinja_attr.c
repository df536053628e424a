// SPDX-License-Identifier: Apache-2.0
/* v.name, v[key] and v[from:to:step]. */
#include "text/jinja_attr.h"

#include "text/jinja_run_int.h"

static struct jv undefined_name(struct jrun *r, const struct jstr *name, bool unsafe)
{
    (void)r;
    return (struct jv){ .kind = JV_UNDEFINED, .unsafe = unsafe, .s = name };
}

static const struct jmember *members_of(enum jv_kind kind)
{
    switch (kind) {
    case JV_STR: return jmembers_str;
    case JV_LIST: return jmembers_list;
    case JV_TUPLE: case JV_RANGE: return jmembers_pair;
    case JV_DICT: return jmembers_dict;
    default: return NULL;
    }
}

static struct jv method(struct jrun *r, struct jv v, const struct jmember *m)
{
    struct jmethod *bound = jr_mem(r, sizeof *bound);
    if (!bound)
        return jv_undefined();
    *bound = (struct jmethod){ v, m };
    return (struct jv){ .kind = JV_METHOD, .method = bound };
}

static struct jv number_attr(struct jv v, struct span name)
{
    bool real = span_is(name, "real"), imag = span_is(name, "imag");
    if (v.kind == JV_FLOAT && (real || imag))
        return jv_from(jv_float(real ? v.f : 0), v.data);
    if (jv_is_int(v) && (real || span_is(name, "numerator")))
        return jv_from(jv_int(jv_as_int(v)), v.data);
    if (jv_is_int(v) && (imag || span_is(name, "denominator")))
        return jv_int(imag ? 0 : 1);
    return (struct jv){ .kind = JV_MISSING };
}

static struct jv macro_attr(struct jrun *r, const struct jmacro *m, struct span name)
{
    if (span_is(name, "name"))
        return m->name.n ? jv_str(jstr_of(r, m->name, false)) : jv_none();
    if (span_is(name, "catch_kwargs") || span_is(name, "catch_varargs") || span_is(name, "caller"))
        return jv_bool(name.p[name.n - 1] == 'r' ? m->wants_caller : name.p[6] == 'k' ? m->wants_kwargs : m->wants_varargs);
    if (!span_is(name, "arguments"))
        return (struct jv){ .kind = JV_MISSING };
    struct jlist *l = jlist_new(r, m->n_params);
    for (const struct jinja_node *p = m->params ? m->params->first : NULL; p; p = p->next)
        jlist_add(r, l, jv_str(jstr_of(r, p->text, false)));
    return jv_tuple(l);
}

static struct jv cycler_attr(struct jrun *r, struct jv v, struct span name)
{
    static const struct jmember next = { "next", JM_METHOD, NULL }, reset = { "reset", JM_METHOD, NULL };
    if (span_is(name, "current"))
        return v.cycler->items->at[v.cycler->at];
    if (span_is(name, "next") || span_is(name, "reset"))
        return method(r, v, name.p[0] == 'n' ? &next : &reset);
    return (struct jv){ .kind = JV_MISSING };
}

static struct jv range_attr(const struct jrange *w, struct span name)
{
    if (span_is(name, "start"))
        return jv_int(w->from);
    if (span_is(name, "stop"))
        return jv_int(w->to);
    return span_is(name, "step") ? jv_int(w->step) : (struct jv){ .kind = JV_MISSING };
}

/* Of what is no str, list, tuple or dict. */
static struct jv object_attr(struct jrun *r, struct jv v, struct span name)
{
    struct jv none = { .kind = JV_MISSING };
    const struct jv *hit;
    switch (v.kind) {
    case JV_BOOL: case JV_INT: case JV_FLOAT: return number_attr(v, name);
    case JV_MACRO: return macro_attr(r, v.macro, name);
    case JV_LOOP: return jr_loop_attr(r, v.loop, name);
    case JV_CYCLER: return cycler_attr(r, v, name);
    case JV_JOINER: return span_is(name, "sep") ? v.joiner->sep : span_is(name, "used") ? jv_bool(v.joiner->used) : none;
    case JV_RANGE: return range_attr(v.range, name);
    case JV_NAMESPACE:
        hit = jdict_name(r, v.dict, name);
        return hit ? *hit : none;
    default: return none;
    }
}

/* What Python's getattr finds; JV_MISSING: nothing. */
static struct jv own_attr(struct jrun *r, struct jv v, struct span name)
{
    struct jv found = object_attr(r, v, name);
    if (found.kind != JV_MISSING)
        return found;
    if (v.kind == JV_TUPLE && v.list->is_group && (span_is(name, "grouper") || span_is(name, "list")))
        return v.list->at[name.p[0] == 'g' ? 0 : 1];
    for (const struct jmember *m = members_of(v.kind); m && m->name; m++)
        if (span_is(name, m->name))
            return m->is == JM_CHANGES ? undefined_name(r, jstr_of(r, name, false), true) : method(r, v, m);
    return found;
}

/* Names that every object of Python has: the sandbox hides them. */
static bool hidden(struct span name)
{
    static const char *const names[] = {
        "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__", "__gt__",
        "__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__",
        "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__", "__len__", "__iter__", "__getitem__",
        "__contains__", "__add__", "__mul__",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(name, names[i]))
            return true;
    return false;
}

static bool is_safe(struct jv found, struct span name)
{
    return found.kind != JV_MISSING && !(name.n && name.p[0] == '_');
}

static bool is_host_name(struct span name)
{
    return span_starts(name, "__") && hidden(name);
}

struct jv jr_attr(struct jrun *r, struct jv v, struct span name)
{
    if (r->rc)
        return jv_undefined();
    if (v.kind == JV_UNDEFINED)
        return jr_undefined(r, v);
    if (is_host_name(name))
        return undefined_name(r, jstr_of(r, name, false), true);
    struct jv found = own_attr(r, v, name);
    if (is_safe(found, name))
        return found;
    if (found.kind != JV_MISSING)
        return undefined_name(r, jstr_of(r, name, false), true);
    const struct jv *hit = v.kind == JV_DICT ? jdict_name(r, v.dict, name) : NULL;
    return hit ? *hit : undefined_name(r, jstr_of(r, name, false), false);
}

/* The place of item i of n, or SIZE_MAX. */
static size_t place(jint i, size_t n)
{
    if (i < 0)
        i += (jint)n;
    return i < 0 || i >= (jint)n ? SIZE_MAX : (size_t)i;
}

static const struct jstr *char_at(struct jrun *r, const struct jstr *s, size_t ch)
{
    size_t n, at = jr_spend(r, s->n == s->n_chars ? 0 : s->n / 32) ? jstr_byte(s, ch) : 0;
    (void)jstr_at(s, at, &n);
    return jstr_cut(r, s, at, at + n);
}

/* v[key] as Python has it; JV_MISSING: an error there. */
static struct jv own_item(struct jrun *r, struct jv v, struct jv key)
{
    struct jv none = { .kind = JV_MISSING };
    const struct jv *hit;
    size_t n = 0, i;
    if (v.kind == JV_DICT) {
        if (key.kind == JV_LIST || key.kind == JV_DICT || !jv_hashable(r, key))
            return none;
        hit = jdict_get(r, v.dict, key);
        return hit ? *hit : none;
    }
    if (!jv_is_int(key) || !(v.kind == JV_STR || v.kind == JV_LIST || v.kind == JV_TUPLE || v.kind == JV_RANGE))
        return none;
    (void)jv_length(v, &n);
    i = place(jv_as_int(key), n);
    if (i == SIZE_MAX)
        return none;
    if (v.kind == JV_STR)
        return jv_str(char_at(r, v.s, i));
    return v.kind == JV_RANGE ? jv_int(v.range->from + (jint)i * v.range->step) : v.list->at[i];
}

struct jv jr_item(struct jrun *r, struct jv v, struct jv key)
{
    if (r->rc)
        return jv_undefined();
    if (v.kind == JV_UNDEFINED)
        return jr_undefined(r, v);
    struct jv found = own_item(r, v, key);
    if (found.kind != JV_MISSING)
        return found;
    if (key.kind != JV_STR)
        return undefined_name(r, NULL, false);
    struct span name = jstr_span(key.s);
    if (is_host_name(name))
        return undefined_name(r, key.s, true);
    found = own_attr(r, v, name);
    return is_safe(found, name) ? found : undefined_name(r, key.s, found.kind != JV_MISSING);
}

/* --- slices --- */

/* One bound of a slice, as Python clamps it. */
static bool bound(struct jrun *r, struct jv v, jint n, jint step, jint otherwise, jint *out)
{
    *out = otherwise;
    if (v.kind == JV_NONE || v.kind == JV_MISSING)
        return true;
    if (!jr_want_int(r, v, 0, out))
        return false;
    *out = *out < 0 ? (*out < -n ? -1 : *out + n) : *out;
    if (*out < 0)
        *out = step < 0 ? -1 : 0;
    if (*out >= n)
        *out = step < 0 ? n - 1 : n;
    return true;
}

static struct jv slice_text(struct jrun *r, const struct jstr *s, jint from, jint to, jint step)
{
    struct jtext t;
    if (step == 1) {
        if (!jr_spend(r, s->n == s->n_chars ? 0 : s->n / 32))
            return jv_undefined();
        return jv_str(from < to ? jstr_cut(r, s, jstr_byte(s, (size_t)from), jstr_byte(s, (size_t)to))
                                : jstr_cut(r, s, 0, 0));
    }
    size_t *starts = jr_mem(r, (s->n_chars + 1) * sizeof *starts), k = 0;
    if (!starts)
        return jv_undefined();
    for (size_t i = 0; i < s->n; i++)
        if ((s->p[i] & 0xc0) != 0x80)
            starts[k++] = i;
    starts[k] = s->n;
    jtext_init(&t, r, 0);
    for (jint i = from; step > 0 ? i < to : i > to; i += step) {
        if (!jr_spend(r, 1))
            return jv_undefined();
        jtext_part(&t, s, starts[i], starts[i + 1]);
    }
    return jv_str(jstr_marked(r, jtext_done(&t), s->markup));
}

static struct jv slice_range(struct jrun *r, const struct jrange *of, jint from, jint to, jint step)
{
    struct jrange *w = jr_mem(r, sizeof *w);
    if (!w)
        return jv_undefined();
    jint n = step > 0 ? (to > from ? (to - from - 1) / step + 1 : 0) : (from > to ? (from - to - 1) / -step + 1 : 0);
    *w = (struct jrange){ of->from + from * of->step, of->from + to * of->step, of->step * step, (size_t)n };
    return (struct jv){ .kind = JV_RANGE, .range = w };
}

static bool has_parts(enum jv_kind k)
{
    return k == JV_STR || k == JV_LIST || k == JV_TUPLE || k == JV_RANGE;
}

static bool read_step(struct jrun *r, struct jv v, jint far, jint *step)
{
    *step = 1;
    if (v.kind != JV_NONE && v.kind != JV_MISSING && !jr_want_int(r, v, 1, step))
        return false;
    if (*step == 0)
        return jr_fail(r, ERR_FORMAT, "a slice with a step of zero"), false;
    *step = *step > far ? far : *step < -far ? -far : *step;
    return true;
}

struct jv jr_slice(struct jrun *r, struct jv v, struct jv from_v, struct jv to_v, struct jv step_v)
{
    size_t n = 0;
    jint step, from, to;
    if (r->rc)
        return jv_undefined();
    if (!has_parts(v.kind))
        return jr_kind(r, "no part can be cut from a", v);
    (void)jv_length(v, &n);
    if (!read_step(r, step_v, (jint)n + 1, &step) || !bound(r, from_v, (jint)n, step, step < 0 ? (jint)n - 1 : 0, &from) ||
        !bound(r, to_v, (jint)n, step, step < 0 ? -1 : (jint)n, &to))
        return jv_undefined();
    if (v.kind == JV_STR)
        return slice_text(r, v.s, from, to, step);
    if (v.kind == JV_RANGE)
        return slice_range(r, v.range, from, to, step);
    struct jlist *l = jlist_new(r, 0);
    for (jint i = from; (step > 0 ? i < to : i > to) && jr_spend(r, 1); i += step)
        jlist_add(r, l, v.list->at[i]);
    return jv_from(v.kind == JV_TUPLE ? jv_tuple(l) : jv_list(l), v.data);
}
