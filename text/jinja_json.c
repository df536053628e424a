// SPDX-License-Identifier: Apache-2.0
/* |tojson as model loaders have it: json.dumps of Python, which escapes nothing for HTML. */
#include <math.h>

#include "text/jinja_run_int.h"

struct json {
    struct jtext t;
    bool ascii, sorted;
    const struct jstr *indent;                  /* NULL: one line */
    const struct jstr *comma, *colon;           /* NULL: the usual ones */
};

static void put_u(struct jtext *t, unsigned unit, bool data)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = { '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15] };
    jtext_put(t, text, 6, data);
}

static void put_char(struct json *j, const struct jstr *s, size_t i, size_t n, uint32_t cp)
{
    static const char names[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";
    bool data = jstr_data_at(s, i);
    const char *known = cp && cp < 0x80 ? strchr(names, (int)cp) : NULL;
    if (known) {
        char text[2] = { '\\', letters[known - names] };
        jtext_put(&j->t, text, 2, data);
    } else if (cp < 0x20 || (j->ascii && cp >= 0x7f && cp < 0x10000)) {
        put_u(&j->t, cp, data);
    } else if (j->ascii && cp >= 0x10000) {
        put_u(&j->t, 0xd800 + ((cp - 0x10000) >> 10), data);
        put_u(&j->t, 0xdc00 + ((cp - 0x10000) & 0x3ff), data);
    } else {
        jtext_part(&j->t, s, i, i + n);
    }
}

static void put_string(struct json *j, const struct jstr *s)
{
    bool data = jstr_any_data(s);
    size_t from = 0;
    jtext_char(&j->t, '"', data);
    for (size_t i = 0, n; i < s->n && jr_spend(j->t.r, 1); i += n) {
        uint32_t cp = jstr_at(s, i, &n);
        bool plain = cp >= 0x20 && cp != '"' && cp != '\\' && (cp < 0x7f || !j->ascii);
        if (plain)
            continue;
        jtext_part(&j->t, s, from, i);
        put_char(j, s, i, n, cp);
        from = i + n;
    }
    if (s->n)
        jtext_part(&j->t, s, from, s->n);
    jtext_char(&j->t, '"', data);
}

static void put_number(struct json *j, struct jv v)
{
    char text[40];
    if (v.kind == JV_BOOL)
        jtext_str(&j->t, v.b ? "true" : "false", v.data);
    else if (v.kind == JV_INT)
        jv_put_int(&j->t, v.i, v.data);
    else if (!isfinite(v.f))
        jtext_str(&j->t, isnan(v.f) ? "NaN" : v.f < 0 ? "-Infinity" : "Infinity", v.data);
    else
        jtext_put(&j->t, text, jv_float_text(v.f, text), v.data);
}

static void put_line(struct json *j, unsigned depth, bool data)
{
    if (!j->indent)
        return;
    jtext_char(&j->t, '\n', data);
    for (unsigned i = 0; i < depth; i++)
        jtext_part(&j->t, j->indent, 0, j->indent->n);
}

static void put_comma(struct json *j, bool data)
{
    if (j->comma)
        jtext_add(&j->t, j->comma);
    else
        jtext_str(&j->t, j->indent ? "," : ", ", data);
}

static void put_value(struct json *j, struct jv v, unsigned depth);

static void put_list(struct json *j, struct jv v, unsigned depth)
{
    jtext_char(&j->t, '[', v.data);
    for (size_t i = 0; i < v.list->n && !j->t.r->rc; i++) {
        if (i)
            put_comma(j, v.data);
        put_line(j, depth + 1, v.data);
        put_value(j, v.list->at[i], depth + 1);
    }
    if (v.list->n)
        put_line(j, depth, v.data);
    jtext_char(&j->t, ']', v.data);
}

static void put_key(struct json *j, struct jv key)
{
    if (key.kind == JV_STR) {
        put_string(j, key.s);
        return;
    }
    if (!jv_is_number(key) && key.kind != JV_NONE) {
        jr_kind(j->t.r, "no key of JSON can be a", key);
        return;
    }
    jtext_char(&j->t, '"', key.data);
    if (key.kind == JV_NONE)
        jtext_str(&j->t, "null", key.data);
    else
        put_number(j, key);
    jtext_char(&j->t, '"', key.data);
}

/* The pairs in the order of their keys: a merge sort, stable. */
static struct jpair *sorted_pairs(struct jrun *r, const struct jdict *d)
{
    struct jpair *a = jr_mem(r, d->n * sizeof *a), *b = jr_mem(r, d->n * sizeof *b);
    if (!a || !b)
        return NULL;
    memcpy(a, d->at, d->n * sizeof *a);
    for (size_t width = 1; width < d->n; width *= 2) {
        for (size_t from = 0; from < d->n; from += 2 * width) {
            size_t mid = from + width < d->n ? from + width : d->n, end = mid + width < d->n ? mid + width : d->n;
            for (size_t i = from, k = mid, o = from; o < end; o++) {
                bool right = i >= mid || (k < end && jv_order(r, '<', a[k].key, a[i].key));
                b[o] = right ? a[k++] : a[i++];
                if (r->rc)
                    return NULL;
            }
        }
        struct jpair *swap = a;
        a = b;
        b = swap;
    }
    return a;
}

static void put_dict(struct json *j, struct jv v, unsigned depth)
{
    const struct jpair *at = v.dict->at;
    if (j->sorted && v.dict->n > 1)
        at = sorted_pairs(j->t.r, v.dict);
    jtext_char(&j->t, '{', v.data);
    for (size_t i = 0; at && i < v.dict->n && !j->t.r->rc; i++) {
        if (i)
            put_comma(j, v.data);
        put_line(j, depth + 1, v.data);
        put_key(j, at[i].key);
        if (j->colon)
            jtext_add(&j->t, j->colon);
        else
            jtext_str(&j->t, ": ", v.data);
        put_value(j, at[i].value, depth + 1);
    }
    if (v.dict->n)
        put_line(j, depth, v.data);
    jtext_char(&j->t, '}', v.data);
}

static void put_value(struct json *j, struct jv v, unsigned depth)
{
    struct jrun *r = j->t.r;
    if (!jr_spend(r, 1))
        return;
    if (depth > JINJA_VALUE_DEPTH) {
        jr_fail(r, ERR_LIMIT, "values more than %d deep", JINJA_VALUE_DEPTH);
        return;
    }
    switch (v.kind) {
    case JV_NONE: jtext_str(&j->t, "null", v.data); break;
    case JV_BOOL: case JV_INT: case JV_FLOAT: put_number(j, v); break;
    case JV_STR: put_string(j, v.s); break;
    case JV_LIST: case JV_TUPLE: put_list(j, v, depth); break;
    case JV_DICT: put_dict(j, v, depth); break;
    default: jr_kind(r, "JSON has no", v);
    }
}

static bool separators(struct json *j, struct jv v)
{
    struct jrun *r = j->t.r;
    if (v.kind == JV_MISSING || v.kind == JV_NONE)
        return true;
    if ((v.kind != JV_LIST && v.kind != JV_TUPLE) || v.list->n != 2)
        return jr_kind(r, "separators are two texts, not a", v), false;
    j->comma = jr_want_str(r, v.list->at[0], NULL);
    j->colon = jr_want_str(r, v.list->at[1], NULL);
    return !r->rc;
}

struct jv jr_tojson(struct jrun *r, const struct jargs *a)
{
    struct jv v[4], width;
    struct json j = { .indent = NULL };
    struct jtext blank;
    jint n;
    if (!jr_bind(r, a, "ensure_ascii indent separators sort_keys", v))
        return jv_undefined();
    jtext_init(&j.t, r, 64);
    j.ascii = v[0].kind != JV_MISSING && jv_truth(r, v[0]);
    j.sorted = v[3].kind != JV_MISSING && jv_truth(r, v[3]);
    width = v[1];
    if (width.kind == JV_STR) {
        j.indent = width.s;
    } else if (width.kind != JV_MISSING && width.kind != JV_NONE) {
        if (!jr_want_int(r, width, 0, &n))
            return jv_undefined();
        if (n > 1000)
            return jr_fail(r, ERR_LIMIT, "an indent of more than 1000");
        jtext_init(&blank, r, 0);
        jtext_fill(&blank, jstr_lit(r, " "), n < 0 ? 0 : (size_t)n);
        j.indent = jtext_done(&blank);
    }
    if (!separators(&j, v[2]))
        return jv_undefined();
    put_value(&j, a->at[0], 0);
    return jv_str(jtext_done(&j.t));
}
