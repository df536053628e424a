// SPDX-License-Identifier: Apache-2.0
/* The table of filters, and those of single values. at[0] is the value. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "text/jinja_attr.h"
#include "text/jinja_filter_int.h"

static const struct jstr *text_of(struct jrun *r, const struct jargs *a)
{
    return jv_text(r, a->at[0]);
}

static struct jv cased(struct jrun *r, const struct jargs *a, char how)
{
    return jr_bind(r, a, "", NULL) ? jv_str(jstr_cased(r, text_of(r, a), how)) : jv_undefined();
}

static struct jv f_lower(struct jrun *r, const struct jargs *a) { return cased(r, a, 'l'); }
static struct jv f_upper(struct jrun *r, const struct jargs *a) { return cased(r, a, 'u'); }
static struct jv f_capitalize(struct jrun *r, const struct jargs *a) { return cased(r, a, 'c'); }

/* Words begin behind white space and opening brackets; the rest is lower case. */
static struct jv f_title(struct jrun *r, const struct jargs *a)
{
    struct jtext t;
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    const struct jstr *s = text_of(r, a);
    size_t from = 0, n;
    jtext_init(&t, r, s->n);
    for (size_t i = 0; i <= s->n && jr_spend(r, 1); i += n) {
        bool end = i == s->n;
        n = 1;
        uint32_t cp = end ? ' ' : jstr_at(s, i, &n);
        struct jstr one = { .p = s->p ? s->p + i : NULL, .n = end ? 0 : (uint32_t)n };
        bool splits = end || strchr("-({[<", (int)(cp && cp < 0x80 ? cp : 'x')) ||
                      jstr_stripped(r, &one, NULL, true, false)->n == 0;
        if (!splits)
            continue;
        if (from < i) {
            size_t first;
            (void)jstr_at(s, from, &first);
            jtext_add(&t, jstr_cased(r, jstr_cut(r, s, from, from + first), 'u'));
            if (from + first < i)
                jtext_add(&t, jstr_cased(r, jstr_cut(r, s, from + first, i), 'l'));
        }
        if (!end)
            jtext_part(&t, s, i, i + n);
        from = i + n;
    }
    return jv_str(jtext_done(&t));
}

static struct jv f_trim(struct jrun *r, const struct jargs *a)
{
    struct jv chars;
    if (!jr_bind(r, a, "chars", &chars))
        return jv_undefined();
    const struct jstr *of = chars.kind == JV_NONE ? NULL : jr_want_str(r, chars, NULL);
    return jv_str(jstr_stripped(r, text_of(r, a), of, true, true));
}

static struct jv f_replace(struct jrun *r, const struct jargs *a)
{
    struct jv v[3];
    jint max = -1;
    if (!jr_bind(r, a, "!old !new count", v) || (v[2].kind != JV_NONE && !jr_want_int(r, v[2], -1, &max)))
        return jv_undefined();
    const struct jstr *s = jstr_marked(r, text_of(r, a), false);
    return jv_str(jstr_replaced(r, s, jv_text(r, v[0]), jv_text(r, v[1]), max));
}

static struct jv f_center(struct jrun *r, const struct jargs *a)
{
    struct jv v;
    jint width;
    if (!jr_bind(r, a, "width", &v) || !jr_want_int(r, v, 80, &width))
        return jv_undefined();
    return jv_str(jstr_padded(r, text_of(r, a), width, jstr_lit(r, " "), 'c'));
}

static struct jv f_indent(struct jrun *r, const struct jargs *a)
{
    struct jv v[3];
    jint n = 4;
    struct jtext t, blank;
    if (!jr_bind(r, a, "width first blank", v) || (v[0].kind != JV_STR && !jr_want_int(r, v[0], 4, &n)))
        return jv_undefined();
    if (a->at[0].kind != JV_STR)
        return a->at[0].kind == JV_UNDEFINED ? jr_undefined(r, a->at[0]) : jr_kind(r, "no indent of a", a->at[0]);
    bool first = jr_want_bool(r, v[1], false), blanks = jr_want_bool(r, v[2], false);
    jtext_init(&blank, r, 0);
    jtext_fill(&blank, jstr_lit(r, " "), n < 0 ? 0 : n > (jint)r->max_mem ? r->max_mem : (size_t)n);
    const struct jstr *s = a->at[0].s, *newline = jstr_lit(r, "\n"), *width = v[0].kind == JV_STR ? v[0].s : jtext_done(&blank);
    const struct jlist *lines = jstr_lines(r, jstr_join2(r, s, newline), false);
    jtext_init(&t, r, s->n);
    for (size_t i = 0; i < lines->n && jr_spend(r, 1); i++) {
        if (i)
            jtext_add(&t, newline);
        if (i ? lines->at[i].s->n || blanks : first)
            jtext_add(&t, width);
        jtext_add(&t, lines->at[i].s);
    }
    return jv_str(jstr_marked(r, jtext_done(&t), s->markup));
}

static struct jv f_truncate(struct jrun *r, const struct jargs *a)
{
    struct jv v[4];
    jint length, leeway = 5;
    if (!jr_bind(r, a, "length killwords end leeway", v) || !jr_want_int(r, v[0], 255, &length) ||
        (v[3].kind != JV_NONE && !jr_want_int(r, v[3], 5, &leeway)))
        return jv_undefined();
    const struct jstr *end = jr_want_str(r, v[2], jstr_lit(r, "..."));
    size_t have;
    if (a->at[0].kind != JV_STR && length >= (jint)end->n_chars && jv_length(a->at[0], &have) && (jint)have <= length + leeway)
        return a->at[0];
    if (a->at[0].kind != JV_STR)
        return jr_kind(r, "no text is a", a->at[0]);
    const struct jstr *s = a->at[0].s;
    if (!r->rc && (length < (jint)end->n_chars || leeway < 0))
        return jr_fail(r, ERR_FORMAT, "truncate to less than its end");
    if (r->rc || (jint)s->n_chars <= length + leeway)
        return jv_str(s);
    const struct jstr *cut = jstr_cut(r, s, 0, jstr_byte(s, (size_t)(length - end->n_chars)));
    if (!jr_want_bool(r, v[1], false)) {
        size_t blank = jstr_rfind(r, cut, span_str(" "), 0, cut->n);
        cut = blank == SIZE_MAX ? cut : jstr_cut(r, cut, 0, blank);
    }
    return jv_str(jstr_marked(r, jstr_join2(r, cut, end), s->markup));
}

static struct jv f_wordcount(struct jrun *r, const struct jargs *a)
{
    jint words = 0;
    bool in = false;
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    const struct jstr *s = text_of(r, a);
    for (size_t i = 0; i < s->n && jr_spend(r, 1); i++) {
        int c = s->p[i];
        bool is = c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (c >= 0x80)
            return jr_fail(r, ERR_FORMAT, "words of more than ASCII are not counted here");
        words += is && !in;
        in = is;
    }
    return jv_int(words);
}

static void put_quoted(struct jtext *t, const struct jstr *s, bool query)
{
    for (size_t i = 0; i < s->n && jr_spend(t->r, 1); i++) {
        int c = s->p[i];
        char hex[4];
        bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z' && c < 0x80) || (c && strchr("_.-~", c)) ||
                     (c == '/' && !query);
        (void)snprintf(hex, sizeof hex, "%%%02X", (unsigned)c);
        if (query && c == ' ')
            jtext_char(t, '+', jstr_data_at(s, i));
        else if (plain)
            jtext_part(t, s, i, i + 1);
        else
            jtext_str(t, hex, jstr_data_at(s, i));
    }
}

static struct jv f_urlencode(struct jrun *r, const struct jargs *a)
{
    struct jtext t;
    struct jwalk w;
    struct jv v = a->at[0], pair;
    struct jview pairs = { v.kind == JV_DICT ? v.dict : NULL, 'i' };
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    jtext_init(&t, r, 0);
    if (v.kind == JV_STR || !jv_has_items(v)) {
        put_quoted(&t, jv_text(r, v), false);
        return jv_str(jtext_done(&t));
    }
    if (v.kind == JV_DICT)
        v = (struct jv){ .kind = JV_VIEW, .view = &pairs };
    if (!jwalk_begin(r, v, &w))
        return jv_undefined();
    for (size_t i = 0; jwalk_next(r, &w, &pair); i++) {
        const struct jlist *two = jv_items(r, pair);
        if (two->n != 2)
            return jr_fail(r, ERR_FORMAT, "urlencode takes pairs");
        if (i)
            jtext_char(&t, '&', false);
        put_quoted(&t, jv_text(r, two->at[0]), true);
        jtext_char(&t, '=', false);
        put_quoted(&t, jv_text(r, two->at[1]), true);
    }
    return jv_str(jtext_done(&t));
}

static struct jv f_escape(struct jrun *r, const struct jargs *a)
{
    return jr_bind(r, a, "", NULL) ? jv_str(jr_escape(r, a->at[0])) : jv_undefined();
}

static struct jv f_forceescape(struct jrun *r, const struct jargs *a)
{
    return jr_bind(r, a, "", NULL) ? jv_str(jr_escape(r, jv_str(jstr_marked(r, text_of(r, a), false)))) : jv_undefined();
}

static struct jv f_safe(struct jrun *r, const struct jargs *a)
{
    return jr_bind(r, a, "", NULL) ? jv_str(jstr_marked(r, text_of(r, a), true)) : jv_undefined();
}

static struct jv f_string(struct jrun *r, const struct jargs *a)
{
    return jr_bind(r, a, "", NULL) ? jv_str(text_of(r, a)) : jv_undefined();
}

static struct jv f_format(struct jrun *r, const struct jargs *a)
{
    if (a->n > 1 && a->n_kw)
        return jr_fail(r, ERR_FORMAT, "format takes values by place or by name, not both");
    if (!a->n_kw) {
        struct jlist *l = jlist_new(r, a->n);
        for (size_t i = 1; i < a->n; i++)
            jlist_add(r, l, a->at[i]);
        return jr_percent(r, text_of(r, a), jv_tuple(l));
    }
    struct jdict *d = jdict_new(r);
    for (size_t i = 0; i < a->n_kw; i++)
        jdict_put(r, d, jv_str(jstr_of(r, a->kw[i].name, false)), a->kw[i].value);
    return jr_percent(r, text_of(r, a), jv_dict(d));
}

/* --- numbers --- */

static struct jv f_abs(struct jrun *r, const struct jargs *a)
{
    struct jv v = a->at[0];
    if (!jr_bind(r, a, "", NULL))
        return jv_undefined();
    if (v.kind == JV_FLOAT)
        return jv_from(jv_float(fabs(v.f)), v.data);
    if (!jv_is_int(v))
        return jr_kind(r, "no size of a", v);
    return jv_as_int(v) < 0 ? jr_negative(r, v) : jv_from(jv_int(jv_as_int(v)), v.data);
}

static struct jv whole(struct jrun *r, double d, bool data, struct jv otherwise)
{
    if (isnan(d))
        return otherwise;
    if (isinf(d))
        return jr_fail(r, ERR_FORMAT, "infinity is no integer");
    if (fabs(d) > 1e38)
        return jr_fail(r, ERR_LIMIT, "an integer of more than 128 bits");
    return jv_from(jv_int((jint)d), data);
}

static struct jv f_int(struct jrun *r, const struct jargs *a)
{
    struct jv v[2], of = a->at[0];
    jint base, i;
    double d;
    if (!jr_bind(r, a, "default base", v) || !jr_want_int(r, v[1], 10, &base))
        return jv_undefined();
    struct jv otherwise = v[0].kind == JV_MISSING ? jv_int(0) : v[0];
    if (of.kind == JV_UNDEFINED)
        return jr_undefined(r, of);
    if (jv_is_int(of))
        return jv_from(jv_int(jv_as_int(of)), of.data);
    if (of.kind == JV_FLOAT)
        return whole(r, of.f, of.data, otherwise);
    if (of.kind != JV_STR)
        return otherwise;
    bool known_base = base == 0 || (base >= 2 && base <= 36);
    if (known_base && jr_read_int(r, of.s, (int)base, &i))
        return jv_from(jv_int(i), jstr_any_data(of.s));
    return jr_read_float(r, of.s, &d) ? whole(r, d, jstr_any_data(of.s), otherwise) : otherwise;
}

static struct jv f_float(struct jrun *r, const struct jargs *a)
{
    struct jv v, of = a->at[0];
    double d;
    if (!jr_bind(r, a, "default", &v))
        return jv_undefined();
    if (of.kind == JV_UNDEFINED)
        return jr_undefined(r, of);
    if (jv_is_number(of))
        return jv_from(jv_float(jv_as_double(of)), of.data);
    if (of.kind == JV_STR && jr_read_float(r, of.s, &d))
        return jv_from(jv_float(d), jstr_any_data(of.s));
    return v.kind == JV_MISSING ? jv_float(0) : v;
}

/* round() of Python for floats: correctly rounded, halves to even. */
static double rounded(double d, int places)
{
    char text[720];
    if (!isfinite(d))
        return d;
    if (places >= 0) {
        (void)snprintf(text, sizeof text, "%.*f", places, d);
        for (char *s = text; *s; s++)           /* the point may be a comma here */
            *s = *s == ',' ? '.' : *s;
        return num_double(text);
    }
    double unit = pow(10, -places);
    return nearbyint(d / unit) * unit;
}

static struct jv round_int(struct jrun *r, struct jv v, int places)
{
    jint unit = 1, i = jv_as_int(v);
    for (int k = 0; k < -places; k++)
        if (__builtin_mul_overflow(unit, (jint)10, &unit))
            return jv_int(0);
    if (places >= 0)
        return jv_from(jv_int(i), v.data);
    jint rest = i % unit, low = i - rest;
    rest = rest < 0 ? rest + unit : rest;
    low = i - rest;
    bool up = 2 * rest > unit || (2 * rest == unit && (low / unit) % 2);
    return jv_from(jr_binary(r, '+', jv_int(low), jv_int(up ? unit : 0)), v.data);
}

static struct jv f_round(struct jrun *r, const struct jargs *a)
{
    struct jv v[2], of = a->at[0];
    jint places;
    if (!jr_bind(r, a, "precision method", v) || !jr_want_int(r, v[0], 0, &places))
        return jv_undefined();
    const struct jstr *method = jr_want_str(r, v[1], jstr_lit(r, "common"));
    bool ceil_it = jstr_is(method, "ceil"), floor_it = jstr_is(method, "floor");
    if (!ceil_it && !floor_it && !jstr_is(method, "common"))
        return jr_fail(r, ERR_FORMAT, "round is common, ceil or floor");
    if (!jv_is_number(of))
        return jr_kind(r, "no rounding of a", of);
    if (places > 300 || places < -300)
        return jr_fail(r, ERR_LIMIT, "more than 300 places");
    if (!ceil_it && !floor_it)
        return jv_is_int(of) ? round_int(r, of, (int)places) : jv_from(jv_float(rounded(of.f, (int)places)), of.data);
    double unit = pow(10, (double)places), d = jv_as_double(of) * unit;
    if (!isfinite(d))
        return jr_fail(r, ERR_FORMAT, "infinity is no integer");
    return jv_from(jv_float((ceil_it ? ceil(d) : floor(d)) / unit), of.data);
}

static struct jv f_filesizeformat(struct jrun *r, const struct jargs *a)
{
    static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB",
                                         "ZiB", "YiB" };
    struct jv binary, of = a->at[0];
    double d = 0;
    char text[64];
    if (!jr_bind(r, a, "binary", &binary))
        return jv_undefined();
    if (jv_is_number(of))
        d = jv_as_double(of);
    else if (of.kind != JV_STR || !jr_read_float(r, of.s, &d))
        return jr_kind(r, "no number of bytes is a", of);
    bool two = jr_want_bool(r, binary, false), data = of.kind == JV_STR ? jstr_any_data(of.s) : of.data;
    double base = two ? 1024 : 1000, unit = base;
    if (!isfinite(d) || fabs(d) > 1e38)
        return jr_fail(r, ERR_LIMIT, "too many bytes");
    if (d == 1)
        (void)snprintf(text, sizeof text, "1 Byte");
    else if (d < base)
        (void)snprintf(text, sizeof text, "%.0f Bytes", trunc(d) + 0.0);
    else {
        size_t i = 0;
        for (; i < 7 && d >= unit * base; i++)
            unit *= base;
        char number[48];
        (void)snprintf(number, sizeof number, "%.1f", d / unit);
        for (char *s = number; *s; s++)
            *s = *s == ',' ? '.' : *s;
        (void)snprintf(text, sizeof text, "%s %s", number, units[i + (two ? 8 : 0)]);
    }
    struct jtext t;
    jtext_init(&t, r, 0);
    jtext_str(&t, text, data);
    return jv_str(jtext_done(&t));
}

/* --- any value --- */

static struct jv f_default(struct jrun *r, const struct jargs *a)
{
    struct jv v[2], of = a->at[0];
    if (!jr_bind(r, a, "default_value boolean", v))
        return jv_undefined();
    if (of.kind == JV_UNDEFINED || (jr_want_bool(r, v[1], false) && !jv_truth(r, of)))
        return v[0].kind == JV_MISSING ? jv_str(&jstr_empty) : v[0];
    return of;
}

static struct jv f_attr(struct jrun *r, const struct jargs *a)
{
    struct jv name, of = a->at[0];
    if (!jr_bind(r, a, "!name", &name))
        return jv_undefined();
    const struct jstr *s = jv_text(r, name);
    if (of.kind == JV_DICT) {                   /* its own attributes, not its keys */
        struct jdict *none = jdict_new(r);
        struct jv v = jr_attr(r, jv_dict(none), jstr_span(s));
        return v.kind == JV_UNDEFINED ? v : jr_attr(r, of, jstr_span(s));
    }
    return jr_attr(r, of, jstr_span(s));
}

static struct jv f_xmlattr(struct jrun *r, const struct jargs *a)
{
    struct jv space, d = a->at[0];
    struct jtext t;
    if (!jr_bind(r, a, "autospace", &space))
        return jv_undefined();
    if (d.kind != JV_DICT)
        return d.kind == JV_UNDEFINED ? jr_undefined(r, d) : jr_kind(r, "xmlattr takes a dict, not a", d);
    jtext_init(&t, r, 0);
    for (size_t i = 0; i < d.dict->n && jr_spend(r, 1); i++) {
        struct jv key = d.dict->at[i].key, v = d.dict->at[i].value;
        if (v.kind == JV_NONE || v.kind == JV_UNDEFINED)
            continue;
        if (key.kind != JV_STR || jstr_split(r, key.s, NULL, -1, false)->n != 1 ||
            jstr_find(r, key.s, span_str("/"), 0, key.s->n) != SIZE_MAX ||
            jstr_find(r, key.s, span_str(">"), 0, key.s->n) != SIZE_MAX ||
            jstr_find(r, key.s, span_str("="), 0, key.s->n) != SIZE_MAX)
            return jr_fail(r, ERR_FORMAT, "a key that is no name of an attribute");
        if (t.n || jr_want_bool(r, space, true))
            jtext_char(&t, ' ', false);
        jtext_add(&t, jr_escape(r, key));
        jtext_str(&t, "=\"", false);
        jtext_add(&t, jr_escape(r, v));
        jtext_char(&t, '"', false);
    }
    return jv_str(jtext_done(&t));
}

static struct jv f_refused(struct jrun *r, const struct jargs *a)
{
    (void)a;
    return jr_fail(r, ERR_FORMAT, "a filter of Jinja that is not run here");
}

static const struct { const char *name; jfunction run; } filters[] = {
    { "abs", f_abs },                     { "attr", f_attr },               { "batch", filter_batch },
    { "capitalize", f_capitalize },       { "center", f_center },           { "count", filter_length },
    { "d", f_default },                   { "default", f_default },         { "dictsort", filter_dictsort },
    { "e", f_escape },                    { "escape", f_escape },           { "filesizeformat", f_filesizeformat },
    { "first", filter_first },            { "float", f_float },             { "forceescape", f_forceescape },
    { "format", f_format },               { "groupby", filter_groupby },    { "indent", f_indent },
    { "int", f_int },                     { "items", filter_items },        { "join", filter_join },
    { "last", filter_last },              { "length", filter_length },      { "list", filter_list },
    { "lower", f_lower },                 { "map", filter_map },            { "max", filter_max },
    { "min", filter_min },                { "pprint", f_refused },          { "random", f_refused },
    { "reject", filter_reject },          { "rejectattr", filter_rejectattr }, { "replace", f_replace },
    { "reverse", filter_reverse },        { "round", f_round },             { "safe", f_safe },
    { "select", filter_select },          { "selectattr", filter_selectattr }, { "slice", filter_slice },
    { "sort", filter_sort },              { "string", f_string },           { "striptags", f_refused },
    { "sum", filter_sum },                { "title", f_title },             { "tojson", jr_tojson },
    { "trim", f_trim },                   { "truncate", f_truncate },       { "unique", filter_unique },
    { "upper", f_upper },                 { "urlencode", f_urlencode },     { "urlize", f_refused },
    { "wordcount", f_wordcount },         { "wordwrap", f_refused },        { "xmlattr", f_xmlattr },
};

jfunction jinja_filter_find(struct span name)
{
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (span_is(name, filters[i].name))
            return filters[i].run;
    return NULL;
}
