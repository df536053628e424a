// SPDX-License-Identifier: Apache-2.0
/* Arithmetic, and numbers read from text, as Python does both. */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "text/jinja_case.h"
#include "text/jinja_run_int.h"

static struct jv too_big(struct jrun *r)
{
    return jr_fail(r, ERR_LIMIT, "an integer of more than 128 bits");
}

static struct jv by_zero(struct jrun *r)
{
    return jr_fail(r, ERR_FORMAT, "a division by zero");
}

static struct jv float_power(struct jrun *r, double a, double b)
{
    double v = pow(a, b);
    if (a == 0 && b < 0)
        return by_zero(r);
    if (isnan(v) && !isnan(a) && !isnan(b))
        return jr_fail(r, ERR_FORMAT, "a power that is no real number");
    if (isinf(v) && isfinite(a) && isfinite(b))
        return jr_fail(r, ERR_FORMAT, "a power that is too large");
    return jv_float(v);
}

static struct jv int_power(struct jrun *r, jint a, jint b)
{
    jint v = 1;
    if (b < 0)
        return float_power(r, (double)a, (double)b);
    if (a == 0 || a == 1 || a == -1)
        return jv_int(b == 0 || a == 1 ? 1 : a == 0 ? 0 : b % 2 ? -1 : 1);
    for (; b > 0; b--)                          /* ends before 128: it overflows */
        if (__builtin_mul_overflow(v, a, &v))
            return too_big(r);
    return jv_int(v);
}

/* Python's: the quotient is floored, the remainder has the sign of b. */
static void float_divmod(double a, double b, double *quotient, double *rest)
{
    double mod = fmod(a, b), div = (a - mod) / b;
    if (mod != 0) {
        if ((b < 0) != (mod < 0)) {
            mod += b;
            div -= 1;
        }
    } else {
        mod = copysign(0, b);
    }
    double floored = div != 0 ? floor(div) : copysign(0, a / b);
    if (div != 0 && div - floored > 0.5)
        floored += 1;
    *quotient = floored;
    *rest = mod;
}

static struct jv float_op(struct jrun *r, unsigned op, double a, double b)
{
    double quotient, rest;
    switch (op) {
    case '+': return jv_float(a + b);
    case '-': return jv_float(a - b);
    case '*': return jv_float(a * b);
    case JINJA_OP_POW: return float_power(r, a, b);
    default: break;
    }
    if (b == 0)
        return by_zero(r);
    if (op == '/')
        return jv_float(a / b);
    float_divmod(a, b, &quotient, &rest);
    return jv_float(op == '%' ? rest : quotient);
}

static struct jv int_op(struct jrun *r, unsigned op, jint a, jint b)
{
    jint v = 0;
    bool over = false;
    switch (op) {
    case '+': over = __builtin_add_overflow(a, b, &v); break;
    case '-': over = __builtin_sub_overflow(a, b, &v); break;
    case '*': over = __builtin_mul_overflow(a, b, &v); break;
    case JINJA_OP_POW: return int_power(r, a, b);
    default:
        if (b == 0)
            return by_zero(r);
        if (op == '/')
            return jv_float((double)a / (double)b);
        if (b == -1) {                          /* the least integer has no opposite */
            over = __builtin_sub_overflow((jint)0, a, &v);
            v = op == '%' ? 0 : v;
            break;
        }
        jint quotient = a / b, rest = a % b;
        if (rest != 0 && (rest < 0) != (b < 0)) {
            quotient--;
            rest += b;
        }
        v = op == '%' ? rest : quotient;
    }
    return over ? too_big(r) : jv_int(v);
}

struct jv jr_repeat(struct jrun *r, struct jv v, struct jv times)
{
    jint k = jv_as_int(times) < 0 ? 0 : jv_as_int(times);
    struct jtext t;
    size_t n = v.kind == JV_STR ? v.s->n : v.list->n;
    if (n && k > (jint)(r->max_mem / n))
        return jr_fail(r, ERR_LIMIT, "a value repeated too many times");
    if (v.kind == JV_STR) {
        jtext_init(&t, r, n * (size_t)k);
        jtext_fill(&t, v.s, n ? (size_t)k : 0);
        return jv_str(jstr_marked(r, jtext_done(&t), v.s->markup));
    }
    struct jlist *l = jlist_new(r, n * (size_t)k);
    for (jint i = 0; n && i < k && jr_spend(r, n); i++)
        for (size_t j = 0; j < n; j++)
            jlist_add(r, l, v.list->at[j]);
    return v.kind == JV_LIST ? jv_from(jv_list(l), v.data) : jv_from(jv_tuple(l), v.data);
}

static struct jv join_lists(struct jrun *r, struct jv a, struct jv b)
{
    struct jlist *l = jlist_new(r, a.list->n + b.list->n);
    for (size_t i = 0; i < a.list->n && jr_spend(r, 1); i++)
        jlist_add(r, l, a.list->at[i]);
    for (size_t i = 0; i < b.list->n && jr_spend(r, 1); i++)
        jlist_add(r, l, b.list->at[i]);
    struct jv v = a.kind == JV_LIST ? jv_list(l) : jv_tuple(l);
    return jv_from(v, a.data || b.data);
}

static struct jv join_strings(struct jrun *r, const struct jstr *a, const struct jstr *b)
{
    if (!a->markup && !b->markup)
        return jv_str(jstr_join2(r, a, b));
    const struct jstr *x = a->markup ? a : jr_escape(r, jv_str(a)), *y = b->markup ? b : jr_escape(r, jv_str(b));
    return jv_str(jstr_marked(r, jstr_join2(r, x, y), true));
}

static bool repeats(struct jv a, struct jv b)
{
    return (a.kind == JV_STR || a.kind == JV_LIST || a.kind == JV_TUPLE) && jv_is_int(b);
}

static struct jv impossible(struct jrun *r, unsigned op, struct jv a, struct jv b)
{
    char name[3] = { (char)op, 0, 0 };
    if (a.kind == JV_UNDEFINED || b.kind == JV_UNDEFINED)
        return jr_undefined(r, a.kind == JV_UNDEFINED ? a : b);
    if (op >= 128)
        memcpy(name, op == JINJA_OP_POW ? "**" : "//", 2);
    return jr_fail(r, ERR_FORMAT, "%s %s %s is not possible", jv_kind_name(a.kind), name, jv_kind_name(b.kind));
}

struct jv jr_binary(struct jrun *r, unsigned op, struct jv a, struct jv b)
{
    if (r->rc)
        return jv_undefined();
    if (jv_is_number(a) && jv_is_number(b)) {
        struct jv v = jv_is_int(a) && jv_is_int(b) ? int_op(r, op, jv_as_int(a), jv_as_int(b))
                                                   : float_op(r, op, jv_as_double(a), jv_as_double(b));
        return jv_from(v, a.data || b.data);
    }
    if (op == '%' && a.kind == JV_STR)
        return jr_percent(r, a.s, b);
    if (op == '*' && (repeats(a, b) || repeats(b, a)))
        return repeats(a, b) ? jr_repeat(r, a, b) : jr_repeat(r, b, a);
    if (op != '+' || a.kind != b.kind)
        return impossible(r, op, a, b);
    if (a.kind == JV_STR)
        return join_strings(r, a.s, b.s);
    return a.kind == JV_LIST || a.kind == JV_TUPLE ? join_lists(r, a, b) : impossible(r, op, a, b);
}

struct jv jr_negative(struct jrun *r, struct jv v)
{
    if (v.kind == JV_FLOAT)
        return jv_from(jv_float(-v.f), v.data);
    if (!jv_is_int(v))
        return v.kind == JV_UNDEFINED ? jr_undefined(r, v) : jr_kind(r, "no sign can stand before a", v);
    return jv_from(int_op(r, '-', 0, jv_as_int(v)), v.data);
}

/* --- numbers in text --- */

static bool next_cp(const struct jstr *s, size_t *i, size_t end, uint32_t *cp)
{
    size_t n;
    if (*i >= end)
        return false;
    *cp = jstr_at(s, *i, &n);
    *i += n;
    return true;
}

static int digit_of(uint32_t cp)
{
    int d = case_digit(cp);
    if (d < 0 && cp < 0x80 && ((cp | 32) >= 'a' && (cp | 32) <= 'z'))
        d = (int)(cp | 32) - 'a' + 10;
    return d;
}

/* Behind the sign: 0x, 0o, 0b where the base allows it. A "_" may follow. */
static size_t base_prefix(const struct jstr *s, size_t i, size_t end, int *base)
{
    int c = i + 1 < end && s->p[i] == '0' ? s->p[i + 1] | 32 : 0;
    int of = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
    bool zero = *base == 0;
    if (of && (*base == 0 || *base == of)) {
        *base = of;
        i += 2;
        return i < end && s->p[i] == '_' ? i + 1 : i;
    }
    if (zero)
        *base = 10;
    return i;
}

/* The digits of `base` from i to the end. False: none, or something else among them. */
static bool read_digits(struct jrun *r, const struct jstr *s, size_t i, size_t end, int base, bool minus, jint *v, bool *over)
{
    uint32_t cp = 0;
    bool digit = false;
    while (next_cp(s, &i, end, &cp) && jr_spend(r, 1)) {
        if (cp == '_' && digit && i < end) {
            digit = false;
            continue;
        }
        int d = digit_of(cp);
        if (d < 0 || d >= base)
            return false;
        digit = true;
        *over = *over || __builtin_mul_overflow(*v, (jint)base, v);
        *over = *over || (minus ? __builtin_sub_overflow(*v, (jint)d, v) : __builtin_add_overflow(*v, (jint)d, v));
    }
    return digit;
}

bool jr_read_int(struct jrun *r, const struct jstr *s, int base, jint *out)
{
    size_t i, end;
    jint v = 0;
    bool over = false, by_prefix = base == 0;
    jstr_strip(r, s, NULL, true, true, &i, &end);
    bool minus = i < end && s->p[i] == '-';
    i += i < end && (s->p[i] == '-' || s->p[i] == '+');
    i = base_prefix(s, i, end, &base);
    bool leading_zero = by_prefix && base == 10 && i < end && s->p[i] == '0';
    if (!read_digits(r, s, i, end, base, minus, &v, &over) || (leading_zero && (v || over)))
        return false;
    if (over)
        too_big(r);
    *out = v;
    return true;
}

static bool float_word(const char *s, double *out)
{
    bool minus = *s == '-';
    s += *s == '-' || *s == '+';
    if (!strcasecmp(s, "nan"))
        *out = minus ? -(double)NAN : (double)NAN;
    else if (!strcasecmp(s, "inf") || !strcasecmp(s, "infinity"))
        *out = minus ? -(double)INFINITY : (double)INFINITY;
    else
        return false;
    return true;
}

/* [digits][.digits][e[+-]digits] with one digit in front of the exponent at least */
static bool float_grammar(const char *s)
{
    size_t a, b;
    s += *s == '-' || *s == '+';
    a = strspn(s, "0123456789");
    s += a;
    b = *s == '.' ? strspn(s + 1, "0123456789") : 0;
    s += *s == '.' ? 1 + b : 0;
    if (!a && !b)
        return false;
    if ((*s | 32) == 'e') {
        s++;
        s += *s == '-' || *s == '+';
        if (!strspn(s, "0123456789"))
            return false;
        s += strspn(s, "0123456789");
    }
    return *s == 0;
}

bool jr_read_float(struct jrun *r, const struct jstr *s, double *out)
{
    size_t i, end, n = 0;
    uint32_t cp = 0;
    bool digit = false;
    jstr_strip(r, s, NULL, true, true, &i, &end);
    char *text = jr_mem(r, end - i + 2);
    if (!text)
        return false;
    while (next_cp(s, &i, end, &cp) && jr_spend(r, 1)) {
        int d = case_digit(cp);
        if (cp == '_' && digit && i < end && s->p[i] >= '0' && s->p[i] <= '9')
            continue;
        if (d < 0 && (cp >= 0x80 || cp == 0 || cp == '_'))
            return false;
        digit = d >= 0;
        text[n++] = d >= 0 ? (char)('0' + d) : (char)cp;
    }
    if (float_word(text, out))
        return true;
    if (!float_grammar(text))
        return false;
    /* num_double wants a digit before the point */
    char *full = jr_mem(r, n + 3);
    if (!full)
        return false;
    size_t k = 0;
    if (*text == '-' || *text == '+')
        full[k++] = *text++;
    full[k++] = '0';
    memcpy(full + k, text, strlen(text));
    *out = num_double(full);
    return true;
}
