// SPDX-License-Identifier: Apache-2.0
/* What values are printed as: Python's str() and repr(). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "text/jinja_case.h"
#include "text/jinja_run_int.h"

void jv_put_int(struct jtext *t, jint i, bool data)
{
    char digits[44];
    size_t at = sizeof digits;
    bool minus = i < 0;
    do {
        int d = (int)(i % 10);
        digits[--at] = (char)('0' + (d < 0 ? -d : d));
        i /= 10;
    } while (i);
    if (minus)
        digits[--at] = '-';
    jtext_put(t, digits + at, sizeof digits - at, data);
}

/* The fewest digits that read back as v, and the exponent of the first one. */
static int shortest(double v, char digits[20])
{
    char text[48];
    int exponent = 0;
    for (int n = fabs(v) < 1e-307 ? 1 : 15; n <= 17; n++) {     /* few digits can be enough for the tiniest */
        size_t k = 0;
        (void)snprintf(text, sizeof text, "%.*e", n - 1, v);
        if (n > 1)
            text[1] = '.';                      /* it may be a comma here */
        if (n < 17 && num_double(text) != v)
            continue;
        const char *s = text;
        for (; *s && *s != 'e'; s++)
            if (*s != '.')
                digits[k++] = *s;
        while (k > 1 && digits[k - 1] == '0')
            k--;
        digits[k] = 0;
        bool minus = s[1] == '-';
        for (s += 2; *s; s++)
            exponent = exponent * 10 + (*s - '0');
        exponent = minus ? -exponent : exponent;
        break;
    }
    return exponent;
}

size_t jv_float_text(double v, char out[40])
{
    char digits[20] = "0";
    if (!isfinite(v))
        return (size_t)snprintf(out, 40, "%s", isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
    int e = v == 0 ? 0 : shortest(fabs(v), digits);
    int n = (int)strlen(digits);
    const char *sign = signbit(v) ? "-" : "";
    if (e < -4 || e >= 16)
        return (size_t)snprintf(out, 40, "%s%c%s%se%c%02d", sign, digits[0], n > 1 ? "." : "", digits + 1, e < 0 ? '-' : '+',
                                abs(e));
    if (e < 0)
        return (size_t)snprintf(out, 40, "%s0.%.*s%s", sign, -e - 1, "000", digits);
    if (n <= e + 1)
        return (size_t)snprintf(out, 40, "%s%s%.*s.0", sign, digits, e + 1 - n, "0000000000000000");
    return (size_t)snprintf(out, 40, "%s%.*s.%s", sign, e + 1, digits, digits + e + 1);
}

static void put_escaped(struct jtext *t, const struct jstr *s, size_t at, size_t n, uint32_t cp)
{
    char text[16];
    if (cp == '\n' || cp == '\r' || cp == '\t')
        (void)snprintf(text, sizeof text, "\\%c", cp == '\n' ? 'n' : cp == '\r' ? 'r' : 't');
    else if (case_printable(cp)) {
        jtext_part(t, s, at, at + n);
        return;
    } else
        (void)snprintf(text, sizeof text, cp < 0x100 ? "\\x%02x" : cp < 0x10000 ? "\\u%04x" : "\\U%08x", cp);
    jtext_str(t, text, jstr_data_at(s, at));
}

static void put_quoted(struct jtext *t, const struct jstr *s)
{
    bool data = jstr_any_data(s);
    char quote = s->n && memchr(s->p, '\'', s->n) && !memchr(s->p, '"', s->n) ? '"' : '\'';
    if (s->markup)
        jtext_str(t, "Markup(", data);
    jtext_char(t, quote, data);
    for (size_t i = 0, n; i < s->n && jr_spend(t->r, 1); i += n) {
        uint32_t cp = jstr_at(s, i, &n);
        if (cp == (uint32_t)quote || cp == '\\')
            jtext_char(t, '\\', jstr_data_at(s, i));
        put_escaped(t, s, i, n, cp);
    }
    jtext_char(t, quote, data);
    if (s->markup)
        jtext_char(t, ')', data);
}

static void put_items(struct jtext *t, const struct jlist *l, const char *open, const char *close, bool data, unsigned depth)
{
    jtext_str(t, open, data);
    for (size_t i = 0; i < l->n && !t->r->rc; i++) {
        if (i)
            jtext_str(t, ", ", data);
        jv_put_repr(t, l->at[i], depth);
    }
    jtext_str(t, close, data);
}

static void put_dict(struct jtext *t, const struct jdict *d, bool data, unsigned depth)
{
    jtext_char(t, '{', data);
    for (size_t i = 0; i < d->n && !t->r->rc; i++) {
        if (i)
            jtext_str(t, ", ", data);
        jv_put_repr(t, d->at[i].key, depth);
        jtext_str(t, ": ", data);
        jv_put_repr(t, d->at[i].value, depth);
    }
    jtext_char(t, '}', data);
}

static void put_object(struct jtext *t, struct jv v, unsigned depth)
{
    switch (v.kind) {
    case JV_VIEW:
        jtext_str(t, v.view->what == 'k' ? "dict_keys(" : v.view->what == 'v' ? "dict_values(" : "dict_items(", v.data);
        put_items(t, jv_items(t->r, v), "[", "])", v.data, depth);
        break;
    case JV_RANGE:
        jtext_str(t, "range(", v.data);
        jv_put_int(t, v.range->from, v.data);
        jtext_str(t, ", ", v.data);
        jv_put_int(t, v.range->to, v.data);
        if (v.range->step != 1) {
            jtext_str(t, ", ", v.data);
            jv_put_int(t, v.range->step, v.data);
        }
        jtext_char(t, ')', v.data);
        break;
    case JV_NAMESPACE:
        jtext_str(t, "<Namespace ", false);
        put_dict(t, v.dict, v.data, depth);
        jtext_char(t, '>', false);
        break;
    case JV_LOOP:
        jr_loop_put(t, v.loop);
        break;
    case JV_MACRO:
        jtext_str(t, v.macro->name.n ? "<Macro '" : "<Macro anonymous>", false);
        if (v.macro->name.n) {
            jtext_put(t, v.macro->name.p, v.macro->name.n, false);
            jtext_str(t, "'>", false);
        }
        break;
    default:                                    /* Python prints an address: never twice the same */
        jr_kind(t->r, "no text of its own has a", v);
    }
}

static void put_scalar(struct jtext *t, struct jv v)
{
    char text[40];
    if (v.kind == JV_NONE)
        jtext_str(t, "None", v.data);
    else if (v.kind == JV_BOOL)
        jtext_str(t, v.b ? "True" : "False", v.data);
    else if (v.kind == JV_INT)
        jv_put_int(t, v.i, v.data);
    else
        jtext_put(t, text, jv_float_text(v.f, text), v.data);
}

void jv_put_repr(struct jtext *t, struct jv v, unsigned depth)
{
    if (!jr_spend(t->r, 1))
        return;
    if (depth >= JINJA_VALUE_DEPTH) {
        jr_fail(t->r, ERR_LIMIT, "values more than %d deep", JINJA_VALUE_DEPTH);
        return;
    }
    switch (v.kind) {
    case JV_MISSING: case JV_UNDEFINED: jtext_str(t, "Undefined", false); break;
    case JV_NONE: case JV_BOOL: case JV_INT: case JV_FLOAT: put_scalar(t, v); break;
    case JV_STR: put_quoted(t, v.s); break;
    case JV_LIST: put_items(t, v.list, "[", "]", v.data, depth + 1); break;
    case JV_TUPLE: put_items(t, v.list, "(", v.list->n == 1 ? ",)" : ")", v.data, depth + 1); break;
    case JV_DICT: put_dict(t, v.dict, v.data, depth + 1); break;
    default: put_object(t, v, depth + 1);
    }
}

void jv_put(struct jtext *t, struct jv v)
{
    if (v.kind == JV_STR)
        jtext_add(t, v.s);
    else if (v.kind != JV_UNDEFINED && v.kind != JV_MISSING)
        jv_put_repr(t, v, 0);
}

const struct jstr *jv_text(struct jrun *r, struct jv v)
{
    struct jtext t;
    if (v.kind == JV_STR)
        return v.s;
    jtext_init(&t, r, 0);
    jv_put(&t, v);
    return jtext_done(&t);
}
