// SPDX-License-Identifier: Apache-2.0
/* "%s" % x, "{}".format(x), and escaping for HTML. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "text/jinja_run_int.h"

enum { WIDTH_MAX = 10000, PRECISION_MAX = 300 };

/* The format of one value, of either language. */
struct spec {
    const struct jstr *fill;                    /* NULL: a blank */
    char align, sign, type, comma;
    bool alt, zero;
    int width, precision;                       /* precision -1: none */
};

const struct jstr *jr_escape(struct jrun *r, struct jv v)
{
    struct jtext t;
    const struct jstr *s = jv_text(r, v);
    if (v.kind == JV_STR && s->markup)
        return s;
    jtext_init(&t, r, s->n);
    for (size_t i = 0; i < s->n && jr_spend(r, 1); i++) {
        int c = s->p[i];
        const char *to = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&#34;" : NULL;
        to = c == '\'' ? "&#39;" : to;
        if (to)
            jtext_str(&t, to, jstr_data_at(s, i));
        else
            jtext_part(&t, s, i, i + 1);
    }
    return jstr_marked(r, jtext_done(&t), true);
}

/* Body with a sign in front, padded to the width. */
static void put_padded(struct jtext *t, const struct jstr *sign, const struct jstr *body, const struct spec *s, char align)
{
    size_t have = (size_t)sign->n_chars + body->n_chars, pad = s->width > (int)have ? (size_t)s->width - have : 0;
    const struct jstr *fill = s->fill ? s->fill : jstr_lit(t->r, s->zero ? "0" : " ");
    size_t left = align == '>' ? pad : align == '^' ? pad / 2 : 0;
    if (align == '=') {
        jtext_add(t, sign);
        jtext_fill(t, fill, pad);
    } else {
        jtext_fill(t, fill, left);
        jtext_add(t, sign);
    }
    jtext_add(t, body);
    if (align != '=')
        jtext_fill(t, fill, pad - left);
}

static const char *sign_of(bool minus, char want)
{
    return minus ? "-" : want == '+' ? "+" : want == ' ' ? " " : "";
}

static size_t digits_of(jint i, unsigned base, bool upper, char out[136])
{
    char back[136];
    size_t n = 0;
    do {
        int d = (int)(i % base);
        d = d < 0 ? -d : d;
        back[n++] = (char)(d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10);
        i /= base;
    } while (i);
    for (size_t k = 0; k < n; k++)
        out[k] = back[n - 1 - k];
    out[n] = 0;
    return n;
}

/* Digits with a separator every three before the point. */
static const struct jstr *grouped(struct jrun *r, const char *digits, char comma, bool data)
{
    struct jtext t;
    size_t whole = strspn(digits, "0123456789");
    jtext_init(&t, r, 0);
    for (size_t i = 0; i < whole; i++) {
        if (comma && i && (whole - i) % 3 == 0)
            jtext_char(&t, comma, data);
        jtext_char(&t, digits[i], data);
    }
    jtext_str(&t, digits + whole, data);
    return jtext_done(&t);
}

static void put_int(struct jtext *t, struct jv v, const struct spec *s, bool percent)
{
    char digits[136], sign[8];
    jint i = jv_as_int(v);
    bool upper = s->type == 'X';
    unsigned base = upper || s->type == 'x' ? 16 : s->type == 'o' ? 8 : s->type == 'b' ? 2 : 10;
    (void)digits_of(i, base, upper, digits);
    (void)snprintf(sign, sizeof sign, "%s%s", sign_of(i < 0, s->sign),
                   s->alt && base != 10 ? (base == 16 ? (upper ? "0X" : "0x") : base == 8 ? "0o" : "0b") : "");
    if (percent && s->precision > 0) {          /* %.3d: at least so many digits */
        size_t n = strlen(digits);
        struct jtext d;
        jtext_init(&d, t->r, 0);
        jtext_fill(&d, jstr_of(t->r, span_str("0"), v.data), (int)n < s->precision ? (size_t)s->precision - n : 0);
        jtext_str(&d, digits, v.data);
        put_padded(t, jstr_of(t->r, span_str(sign), v.data), jtext_done(&d), s, s->align ? s->align : '>');
        return;
    }
    char align = s->align ? s->align : s->zero ? '=' : '>';
    const struct jstr *body = grouped(t->r, digits, s->comma, v.data);
    put_padded(t, jstr_of(t->r, span_str(sign), v.data), body, s, align);
}

/* snprintf in the C locale's spelling, whatever the locale. */
static void point(char *text)
{
    for (char *s = text; *s; s++)
        if (*s == ',')
            *s = '.';
}

/* %g and %r of Python: as C's, or the shortest with ".0" when no type is given. */
static void float_digits(double v, const struct spec *s, char *out, size_t size)
{
    char format[12];
    int precision = s->precision < 0 ? 6 : s->precision;
    char type = s->type == '%' ? 'f' : s->type == 'n' ? 'g' : s->type;
    if (!type && s->precision < 0) {
        (void)jv_float_text(v, out);
        return;
    }
    (void)snprintf(format, sizeof format, s->alt ? "%%#.*%c" : "%%.*%c", type ? type : 'g');
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(out, size, format, type ? precision : precision ? precision : 1, v);
#pragma GCC diagnostic pop
    point(out);
    if (!type && !strpbrk(out, ".eni"))
        (void)snprintf(out + strlen(out), size - strlen(out), ".0");
}

static void put_float(struct jtext *t, struct jv v, const struct spec *s)
{
    char digits[720];
    double d = jv_as_double(v);
    bool minus = signbit(d) && !isnan(d);
    float_digits(fabs(d) * (s->type == '%' ? 100 : 1), s, digits, sizeof digits - 2);
    if (s->type == '%')
        memcpy(digits + strlen(digits), "%", 2);
    struct spec plain = *s;
    plain.zero = s->zero && isfinite(d);
    char align = s->align ? s->align : plain.zero ? '=' : '>';
    put_padded(t, jstr_of(t->r, span_str(sign_of(minus, s->sign)), v.data), grouped(t->r, digits, s->comma, v.data), &plain,
               align);
}

static void put_text(struct jtext *t, const struct jstr *s, const struct spec *f, char otherwise)
{
    const struct jstr *cut = s;
    if (f->precision >= 0 && (size_t)f->precision < s->n_chars)
        cut = jstr_cut(t->r, s, 0, jstr_byte(s, (size_t)f->precision));
    struct spec plain = *f;
    plain.zero = f->zero && otherwise == '<';
    put_padded(t, &jstr_empty, cut, &plain, f->align ? f->align : otherwise);
}

static const struct jstr *repr_of(struct jrun *r, struct jv v)
{
    struct jtext t;
    jtext_init(&t, r, 0);
    jv_put_repr(&t, v, 0);
    return jtext_done(&t);
}

/* --- % --- */

struct percent {
    struct jrun *r;
    const struct jstr *f;
    size_t i;
    struct jv args;
    size_t used;
    bool by_name;
};

static struct jv next_arg(struct percent *p)
{
    if (p->args.kind != JV_TUPLE)
        return p->used++ ? (jr_fail(p->r, ERR_FORMAT, "not enough values for a format"), jv_undefined()) : p->args;
    if (p->used >= p->args.list->n)
        return jr_fail(p->r, ERR_FORMAT, "not enough values for a format");
    return p->args.list->at[p->used++];
}

static int number(const struct jstr *f, size_t *i, int most)
{
    int n = 0;
    for (; *i < f->n && f->p[*i] >= '0' && f->p[*i] <= '9'; (*i)++)
        n = n > most ? n : n * 10 + (f->p[*i] - '0');
    return n;
}

static int star_or_number(struct percent *p, struct spec *s, int most)
{
    jint n = 0;
    if (p->i < p->f->n && p->f->p[p->i] == '*') {
        p->i++;
        (void)jr_want_int(p->r, next_arg(p), 0, &n);
        if (n < 0 && s)
            s->align = '<';
        n = n < 0 ? -n : n;
    } else {
        n = number(p->f, &p->i, most);
    }
    if (n > most)
        jr_fail(p->r, ERR_LIMIT, "a format wider than %d", most);
    return p->r->rc ? 0 : (int)n;
}

static void percent_flags(struct percent *p, struct spec *s)
{
    for (; p->i < p->f->n && memchr("-+ #0", p->f->p[p->i], 5); p->i++) {
        int c = p->f->p[p->i];
        s->align = c == '-' ? '<' : s->align;
        s->sign = c == '+' || (c == ' ' && s->sign != '+') ? (char)c : s->sign;
        s->alt = s->alt || c == '#';
        s->zero = s->zero || c == '0';
    }
    s->width = star_or_number(p, s, WIDTH_MAX);
    if (p->i < p->f->n && p->f->p[p->i] == '.') {
        p->i++;
        s->precision = star_or_number(p, NULL, PRECISION_MAX);
    }
    if (p->i < p->f->n && memchr("hlL", p->f->p[p->i], 3))
        p->i++;
    if (s->align == '<')
        s->zero = false;
}

static void percent_char(struct percent *p, struct jtext *t, struct spec *s, struct jv v)
{
    jint cp = jv_is_int(v) ? jv_as_int(v) : -1;
    struct jtext one;
    s->zero = false;
    jtext_init(&one, p->r, 0);
    if (cp >= 0 && cp <= 0x10ffff && (cp < 0xd800 || cp >= 0xe000))
        jtext_cp(&one, (uint32_t)cp, v.data);
    else if (v.kind == JV_STR && v.s->n_chars == 1)
        jtext_add(&one, v.s);
    else
        jr_fail(p->r, ERR_FORMAT, "%%c takes one character");
    put_text(t, jtext_done(&one), s, '>');
}

static void percent_number(struct percent *p, struct jtext *t, struct spec *s, struct jv v)
{
    if (!jv_is_number(v))
        jr_kind(p->r, "a number is formatted, not a", v);
    else if (strchr("eEfFgG", s->type))
        put_float(t, v, s);
    else if (v.kind == JV_FLOAT && s->type != 'd')
        jr_fail(p->r, ERR_FORMAT, "%%%c takes an integer", s->type);
    else if (v.kind == JV_FLOAT && !isfinite(v.f))
        jr_fail(p->r, ERR_FORMAT, "%%d takes a finite number");
    else if (v.kind == JV_FLOAT && fabs(v.f) > 1e38)
        jr_fail(p->r, ERR_LIMIT, "an integer of more than 128 bits");
    else
        put_int(t, v.kind == JV_FLOAT ? jv_from(jv_int((jint)v.f), v.data) : v, s, true);
}

static void percent_value(struct percent *p, struct jtext *t, struct spec *s, struct jv v)
{
    if (s->type == 's' || s->type == 'r') {
        const struct jstr *text = s->type == 'r' ? repr_of(p->r, v) : p->f->markup ? jr_escape(p->r, v) : jv_text(p->r, v);
        s->zero = false;
        put_text(t, text, s, '>');
    } else if (v.kind == JV_UNDEFINED) {
        jr_undefined(p->r, v);
    } else if (s->type == 'c') {
        percent_char(p, t, s, v);
    } else {
        percent_number(p, t, s, v);
    }
}

/* Behind a '%'. */
static void percent_one(struct percent *p, struct jtext *t)
{
    struct spec s = { .precision = -1 };
    struct jv v = { .kind = JV_MISSING };
    if (p->i < p->f->n && p->f->p[p->i] == '(') {
        size_t end = jstr_find(p->r, p->f, span_str(")"), p->i, p->f->n);
        if (end == SIZE_MAX || p->args.kind != JV_DICT) {
            jr_fail(p->r, ERR_FORMAT, "a format by name needs a dict");
            return;
        }
        const struct jv *hit = jdict_name(p->r, p->args.dict, span_of(p->f->p + p->i + 1, end - p->i - 1));
        if (!hit) {
            jr_fail(p->r, ERR_FORMAT, "a format names what is not in the dict");
            return;
        }
        v = *hit;
        p->by_name = true;
        p->i = end + 1;
    }
    percent_flags(p, &s);
    s.type = p->i < p->f->n ? (char)p->f->p[p->i++] : 0;
    if (s.type == '%') {
        jtext_char(t, '%', jstr_data_at(p->f, p->i - 1));
        return;
    }
    s.type = s.type == 'i' || s.type == 'u' ? 'd' : s.type;
    if (!s.type || !strchr("diosrxXceEfFgG", s.type)) {
        jr_fail(p->r, ERR_FORMAT, "a format that is cut short or not read");
        return;
    }
    percent_value(p, t, &s, v.kind == JV_MISSING ? next_arg(p) : v);
}

struct jv jr_percent(struct jrun *r, const struct jstr *format, struct jv args)
{
    struct percent p = { .r = r, .f = format, .args = args };
    struct jtext t;
    jtext_init(&t, r, format->n);
    while (p.i < format->n && !r->rc) {
        size_t hit = jstr_find(r, format, span_str("%"), p.i, format->n);
        jtext_part(&t, format, p.i, hit == SIZE_MAX ? format->n : hit);
        p.i = hit == SIZE_MAX ? format->n : hit + 1;
        if (hit != SIZE_MAX)
            percent_one(&p, &t);
    }
    bool mapping = args.kind == JV_DICT || args.kind == JV_LIST || args.kind == JV_RANGE || args.kind == JV_UNDEFINED;
    bool all = args.kind == JV_TUPLE ? p.used == args.list->n : p.used || mapping;      /* Python's idea of one */
    if (!all && !p.by_name && !r->rc)
        return jr_fail(r, ERR_FORMAT, "more values than the format takes");
    return jv_str(jstr_marked(r, jtext_done(&t), format->markup));
}

/* --- format --- */

struct braces {
    struct jrun *r;
    const struct jargs *a;
    jint next;                                  /* -1: numbered by hand */
    unsigned depth;
};

static bool all_digits(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n < 6;
}

static struct jv field_first(struct braces *b, struct span name)
{
    struct jrun *r = b->r;
    jint i;
    bool digits = all_digits(name);
    if (!name.n || digits) {
        if (name.n ? b->next > 0 : b->next < 0)
            return jr_fail(r, ERR_FORMAT, "a format counts its fields in two ways");
        struct jstr s = { .p = name.p, .n = (uint32_t)name.n, .n_chars = (uint32_t)name.n };
        if (!name.n)
            i = b->next++;
        else if (!jr_read_int(r, &s, 10, &i))
            i = 0;
        b->next = name.n ? -1 : b->next;
        return i + 1 < (jint)b->a->n ? b->a->at[i + 1] : jr_fail(r, ERR_FORMAT, "a format has more fields than values");
    }
    for (size_t k = 0; k < b->a->n_kw; k++)
        if (span_eq(b->a->kw[k].name, name))
            return b->a->kw[k].value;
    return jr_fail(r, ERR_FORMAT, "a format has a field that is not given");
}

static struct jv field_value(struct braces *b, struct span f)
{
    size_t i = 0;
    while (i < f.n && f.p[i] != '.' && f.p[i] != '[')
        i++;
    struct jv v = field_first(b, span_sub(f, 0, i));
    while (i < f.n && !b->r->rc) {
        bool item = f.p[i++] == '[';
        size_t from = i;
        while (i < f.n && (item ? f.p[i] != ']' : f.p[i] != '.' && f.p[i] != '['))
            i++;
        struct span name = span_sub(f, from, i - from);
        const struct jstr *key = jstr_of(b->r, name, false);
        jint n;
        if (!name.n || (item && i++ >= f.n))
            return jr_fail(b->r, ERR_FORMAT, "a format with a field that is not read");
        bool digits = all_digits(name);
        if (item && v.kind != JV_UNDEFINED && digits && jr_read_int(b->r, key, 10, &n))
            v = jr_item(b->r, v, jv_int(n));
        else
            v = item ? jr_item(b->r, v, jv_str(key)) : jr_attr(b->r, v, name);
    }
    return v;
}

static bool is_align(int c)
{
    return c && strchr("<>=^", c);
}

/* One of `chars` at *i? Steps over it. */
static char one_of(const struct jstr *f, size_t *i, const char *chars)
{
    return *i < f->n && f->p[*i] && strchr(chars, f->p[*i]) ? (char)f->p[(*i)++] : 0;
}

static bool read_spec(struct jrun *r, const struct jstr *f, struct spec *s)
{
    size_t i = 0, n = 0;
    if (f->n)
        (void)jstr_at(f, 0, &n);
    if (n && n < f->n && is_align(f->p[n])) {
        s->fill = jstr_cut(r, f, 0, n);
        i = n;
    }
    s->align = one_of(f, &i, "<>=^");
    s->sign = one_of(f, &i, "+- ");
    s->alt = one_of(f, &i, "#");
    s->zero = one_of(f, &i, "0");
    s->width = number(f, &i, WIDTH_MAX);
    s->comma = one_of(f, &i, ",_");
    if (one_of(f, &i, ".")) {
        size_t from = i;
        s->precision = number(f, &i, PRECISION_MAX);
        if (i == from)
            return false;
    }
    if (i < f->n)
        s->type = (char)f->p[i++];
    if (s->width > WIDTH_MAX || s->precision > PRECISION_MAX)
        jr_fail(r, ERR_LIMIT, "a format wider than %d", WIDTH_MAX);
    return i == f->n;
}

static bool is_text_spec(const struct spec *s)
{
    return (!s->type || s->type == 's') && !s->sign && !s->comma && s->align != '=' && !s->alt;
}

static bool is_int_spec(const struct spec *s)
{
    return (!s->type || strchr("dxXobn", s->type)) && s->precision < 0;
}

static bool is_float_spec(struct jv v, const struct spec *s)
{
    return (v.kind == JV_FLOAT || s->type) && (!s->type || strchr("eEfFgGn%", s->type));
}

static void put_formatted(struct jtext *t, struct jv v, const struct jstr *spec_text)
{
    struct spec s = { .precision = -1 };
    if (!spec_text->n) {
        jv_put(t, v);
        return;
    }
    bool read = read_spec(t->r, spec_text, &s);
    if (read && v.kind == JV_STR && is_text_spec(&s))
        put_text(t, v.s, &s, '<');
    else if (read && jv_is_int(v) && is_int_spec(&s))
        put_int(t, v, &s, false);
    else if (read && jv_is_number(v) && is_float_spec(v, &s))
        put_float(t, v, &s);
    else
        jr_fail(t->r, ERR_FORMAT, "a format that does not fit a %s, or is not read", jv_kind_name(v.kind));
}

static void put_braces(struct braces *b, struct jtext *t, const struct jstr *f);

/* A field is at bytes [from, to) of f, without its braces. */
static void put_field(struct braces *b, struct jtext *t, const struct jstr *f, size_t from, size_t to)
{
    size_t i = from, depth = 0;
    char how = 0;
    for (; i < to && (depth || (f->p[i] != ':' && f->p[i] != '!')); i++)
        depth += f->p[i] == '[' ? 1 : f->p[i] == ']' && depth ? (size_t)-1 : 0;
    struct jv v = field_value(b, span_of(f->p + from, i - from));
    if (i < to && f->p[i] == '!') {
        how = i + 1 < to ? (char)f->p[i + 1] : 0;
        i += 2;
        if (!how || !strchr("sr", how) || (i < to && f->p[i] != ':')) {
            jr_fail(b->r, ERR_FORMAT, "a format with a conversion that is not read");
            return;
        }
    }
    struct jtext spec;
    jtext_init(&spec, b->r, 0);
    if (i < to)
        put_braces(b, &spec, jstr_cut(b->r, f, i + 1, to));
    if (b->r->rc)
        return;
    if (how)
        v = jv_str(how == 'r' ? repr_of(b->r, v) : jv_text(b->r, v));
    if (f->markup)
        v = jv_str(jr_escape(b->r, v));
    put_formatted(t, v, jtext_done(&spec));
}

static void put_braces(struct braces *b, struct jtext *t, const struct jstr *f)
{
    if (b->depth >= 2) {
        jr_fail(b->r, ERR_FORMAT, "a format within a format within a format");
        return;
    }
    b->depth++;
    for (size_t i = 0; i < f->n && jr_spend(b->r, 1); i++) {
        int c = f->p[i];
        if (c != '{' && c != '}') {
            jtext_part(t, f, i, i + 1);
            continue;
        }
        if (b->depth == 1 && i + 1 < f->n && f->p[i + 1] == c) {
            jtext_part(t, f, i, i + 1);
            i++;
            continue;
        }
        size_t from = i + 1, open = 1;
        for (i = from; i < f->n && c == '{'; i++) {
            open += f->p[i] == '{' ? 1 : f->p[i] == '}' ? (size_t)-1 : 0;
            if (!open)
                break;
        }
        if (c == '}' || i >= f->n) {
            jr_fail(b->r, ERR_FORMAT, "a format with a single '%c'", c);
            return;
        }
        put_field(b, t, f, from, i);
    }
    b->depth--;
}

struct jv jr_format(struct jrun *r, const struct jstr *format, const struct jargs *a)
{
    struct braces b = { .r = r, .a = a };
    struct jtext t;
    jtext_init(&t, r, format->n);
    put_braces(&b, &t, format);
    return jv_str(jstr_marked(r, jtext_done(&t), format->markup));
}
