// SPDX-License-Identifier: Apache-2.0
/* schema_number.c - numbers between bounds, and multiples, as an automaton over their digits.
 *
 *     minimum 3.5    "3" is equal so far, "3." too, "3.4" is below (never again above), "3.6" above, "10" longer
 *
 * A state is what the digits so far say: how they compare with each bound's first digits, how many there are, the
 * rest of a division. Negative numbers are magnitudes with the bounds changed over. Numbers with bounds are
 * written without an exponent. Decimal throughout: nothing is rounded. */
#include "text/schema_int.h"

enum { DIGITS_MAX = 700, STATES_MAX = 20000, HEADS = 1024 };
enum phase { BEGIN, MINUS, ZERO, WHOLE, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, EXPONENT_DIGITS };

struct decimal {                        /* of a magnitude, without zeros that mean nothing */
    bool there, open, negative;
    uint8_t digit[DIGITS_MAX];
    int n_whole, n_fraction;            /* digit[0 .. n_whole) are whole */
};

struct spot {                           /* all fields count: compared as bytes, so no padding is left unset */
    uint32_t rest;
    uint16_t n;                         /* whole digits; in a fraction, digits of it; both cut where no bound reaches */
    uint8_t phase, negative;
    int8_t low, high;                   /* the digits so far beside the bound's: -1, 0, 1 */
    uint8_t unused[2];
};

struct number {
    struct schema *s;
    struct decimal low[2], high[2];     /* of magnitudes, [1] those of negative numbers */
    bool allowed[2], real, exponent, divides;
    uint32_t divisor;                   /* 1: every whole number */
    int divisor_places;                 /* the divisor is divisor / 10^places */
    struct spot *spots;
    uint32_t *nodes, *chain, *heads;
    size_t n, cap, cap_nodes, cap_chain;
};

static int too_long(struct schema *s, const struct val *v)
{
    return schema_fail(s, ERR_LIMIT, v, "a bound of more than %d digits", DIGITS_MAX);
}

/* e-12 and the like; text is what stands behind the e. The reader has checked the syntax. */
static long read_exponent(struct span text)
{
    long e = 0;
    size_t i = text.n && (text.p[0] == '-' || text.p[0] == '+');
    for (; i < text.n && e < 10000; i++)
        e = e * 10 + (text.p[i] - '0');
    return text.n && text.p[0] == '-' ? -e : e;
}

/* Digits as written, and how many of them are whole. */
static int read_digits(struct schema *s, const struct val *v, struct decimal *d, int *n_digits, long *n_whole)
{
    struct span t = v->str;
    size_t i = t.n && t.p[0] == '-';
    long point = -1;
    int n = 0;
    d->negative = i > 0;
    for (; i < t.n && (t.p[i] | 32) != 'e'; i++) {
        if (t.p[i] == '.')
            point = n;
        else if (n < DIGITS_MAX)
            d->digit[n++] = (uint8_t)(t.p[i] - '0');
        else
            return too_long(s, v);
    }
    *n_digits = n;
    *n_whole = (point < 0 ? n : point) + read_exponent(span_sub(t, i + 1, t.n));
    return 0;
}

static int read_decimal(struct schema *s, const struct val *v, struct decimal *d)
{
    long whole = 0;
    int n = 0;
    *d = (struct decimal){ .there = true };
    int rc = read_digits(s, v, d, &n, &whole);
    if (rc)
        return rc;
    long before = whole < 0 ? -whole : 0;                   /* zeros between the point and the digits */
    if (whole > DIGITS_MAX || before > DIGITS_MAX || n - whole > DIGITS_MAX || before + n > DIGITS_MAX)
        return too_long(s, v);
    memmove(d->digit + before, d->digit, (size_t)n);
    memset(d->digit, 0, (size_t)before);
    n += (int)before;
    for (; n < whole; n++)
        d->digit[n] = 0;
    whole = whole < 0 ? 0 : whole;
    while (n > whole && d->digit[n - 1] == 0)
        n--;
    int zeros = 0;
    while (zeros < whole && d->digit[zeros] == 0)
        zeros++;
    memmove(d->digit, d->digit + zeros, (size_t)(n - zeros));
    d->n_whole = (int)whole - zeros;
    d->n_fraction = n - (int)whole;
    return 0;
}

static bool is_zero(const struct decimal *d)
{
    return d->n_whole == 0 && d->n_fraction == 0;
}

/* Bounds of magnitudes, from those of numbers. */
static void split_bounds(struct number *x, const struct decimal *min, const struct decimal *max)
{
    bool min_below = min->there && min->negative && !is_zero(min), max_below = max->there && max->negative && !is_zero(max);
    x->allowed[0] = !max_below;
    x->allowed[1] = !min->there || min_below;
    if (min->there && !min_below)
        x->low[0] = *min;
    if (max->there && !max_below)
        x->high[0] = *max;
    if (min_below)
        x->high[1] = *min;
    if (max_below || (max->there && is_zero(max) && max->open))
        x->low[1] = *max;
}

static int divisor(struct number *x, const struct val *v)
{
    struct decimal d;
    uint64_t m = 0;
    if (v->kind != VAL_INT && v->kind != VAL_REAL)
        return schema_fail(x->s, ERR_FORMAT, v, "'multipleOf' is no number");
    int rc = read_decimal(x->s, v, &d);
    if (rc)
        return rc;
    for (int i = 0; i < d.n_whole + d.n_fraction && m <= STATES_MAX; i++)
        m = m * 10 + d.digit[i];
    if (m == 0 || d.negative)
        return schema_fail(x->s, ERR_FORMAT, v, "'multipleOf' is not above 0");
    if (m > STATES_MAX)
        return schema_fail(x->s, ERR_LIMIT, v, "'multipleOf' has too many digits");
    x->divides = true;
    x->divisor = (uint32_t)m;
    x->divisor_places = d.n_fraction;
    return 0;
}

/* ---- one digit ---- */

static int8_t whole_digit(const struct decimal *d, int8_t so_far, unsigned n, unsigned digit)
{
    if (so_far || !d->there || n >= (unsigned)d->n_whole)
        return so_far;
    return (int8_t)(digit < d->digit[n] ? -1 : digit > d->digit[n]);
}

static int8_t whole_end(const struct decimal *d, int8_t so_far, unsigned n)
{
    if (!d->there || n == (unsigned)d->n_whole)
        return so_far;
    return n < (unsigned)d->n_whole ? -1 : 1;
}

static int8_t fraction_digit(const struct decimal *d, int8_t so_far, unsigned n, unsigned digit)
{
    unsigned at = n < (unsigned)d->n_fraction ? d->digit[d->n_whole + (int)n] : 0;
    return so_far ? so_far : (int8_t)(digit < at ? -1 : digit > at);
}

static int max2(int x, int y)
{
    return x > y ? x : y;
}

static bool take_whole(const struct number *x, struct spot *p, unsigned digit)
{
    const struct decimal *low = &x->low[p->negative], *high = &x->high[p->negative];
    unsigned cap = (unsigned)max2(low->n_whole, high->n_whole) + 1;
    p->low = whole_digit(low, p->low, p->n, digit);
    p->high = whole_digit(high, p->high, p->n, digit);
    p->n = (uint16_t)(p->n < cap ? p->n + 1u : cap);
    p->phase = WHOLE;
    p->rest = (p->rest * 10 + digit) % x->divisor;
    return !high->there || p->n <= (unsigned)high->n_whole;
}

static bool take_fraction(const struct number *x, struct spot *p, unsigned digit)
{
    const struct decimal *low = &x->low[p->negative], *high = &x->high[p->negative];
    unsigned cap = (unsigned)max2(max2(low->n_fraction, high->n_fraction), x->divisor_places) + 1;
    if (low->there)
        p->low = fraction_digit(low, p->low, p->n, digit);
    if (high->there)
        p->high = fraction_digit(high, p->high, p->n, digit);
    if (x->divides) {
        if (p->n < x->divisor_places)
            p->rest = (p->rest * 10 + digit) % x->divisor;
        else if (digit)
            return false;
    }
    p->n = (uint16_t)(p->n < cap ? p->n + 1u : cap);
    p->phase = FRACTION;
    return !(high->there && p->high > 0) && !(low->there && p->low < 0);
}

static bool take_digit(const struct number *x, struct spot *p, unsigned digit)
{
    switch (p->phase) {
    case BEGIN:
    case MINUS:
        if (digit)
            return x->allowed[p->negative] && take_whole(x, p, digit);
        p->phase = ZERO;
        return x->allowed[p->negative];
    case WHOLE:
        return take_whole(x, p, digit);
    case ZERO:
        return false;
    case POINT:
    case FRACTION:
        return take_fraction(x, p, digit);
    default:
        p->phase = EXPONENT_DIGITS;
        return true;
    }
}

static bool take_point(const struct number *x, struct spot *p)
{
    if (!x->real || (p->phase != ZERO && p->phase != WHOLE))
        return false;
    p->low = whole_end(&x->low[p->negative], p->low, p->n);
    p->high = whole_end(&x->high[p->negative], p->high, p->n);
    p->n = 0;
    p->phase = POINT;
    return true;
}

static bool take_sign(const struct number *x, struct spot *p, char c)
{
    if (p->phase == EXPONENT) {
        p->phase = EXPONENT_SIGN;
        return true;
    }
    if (p->phase != BEGIN || c != '-')
        return false;
    p->phase = MINUS;
    p->negative = 1;
    return x->allowed[1];
}

/* The next spot for a character; false: it may not come. */
static bool step(const struct number *x, struct spot p, char c, struct spot *out)
{
    bool good;
    if (c >= '0' && c <= '9')
        good = take_digit(x, &p, (unsigned)(c - '0'));
    else if (c == '.')
        good = take_point(x, &p);
    else if (c == '+' || c == '-')
        good = take_sign(x, &p, c);
    else {
        good = x->exponent && (p.phase == ZERO || p.phase == WHOLE || p.phase == FRACTION);
        p.phase = EXPONENT;
    }
    *out = p;
    return good;
}

static bool within(const struct decimal *d, int8_t so_far, const struct spot *p, bool upper)
{
    if (!d->there)
        return true;
    unsigned fraction = p->phase == FRACTION ? p->n : 0;
    int8_t c = p->phase == FRACTION ? so_far : whole_end(d, so_far, p->n);
    if (c == 0 && fraction < (unsigned)d->n_fraction)
        c = -1;                             /* the bound has digits that are not 0 left */
    return c == 0 ? !d->open : upper ? c < 0 : c > 0;
}

static bool ends(const struct number *x, const struct spot *p)
{
    if (p->phase == EXPONENT_DIGITS)
        return true;
    if (p->phase != ZERO && p->phase != WHOLE && p->phase != FRACTION)
        return false;
    uint64_t rest = p->rest;
    for (int i = p->phase == FRACTION ? p->n : 0; i < x->divisor_places; i++)
        rest = rest * 10 % x->divisor;
    return rest == 0 && within(&x->low[p->negative], p->low, p, false) && within(&x->high[p->negative], p->high, p, true);
}

/* ---- all spots that can be reached ---- */

static uint32_t spot_node(struct number *x, struct spot p)
{
    struct schema *s = x->s;
    uint64_t h = 0;
    uint32_t words[3];
    memcpy(words, &p, sizeof words);
    for (int i = 0; i < 3; i++)
        h = (h ^ words[i]) * UINT64_C(0x9E3779B97F4A7C15), h ^= h >> 29;
    uint32_t *head = &x->heads[h & (HEADS - 1)];
    for (uint32_t i = *head; i; i = x->chain[i - 1])
        if (!memcmp(&x->spots[i - 1], &p, sizeof p))
            return x->nodes[i - 1];
    if (x->n >= STATES_MAX)
        (void)schema_fail(s, ERR_LIMIT, NULL, "a number's bounds and divisor take more than %d states", STATES_MAX);
    if (!s->b.rc && (arena_grow(s->b.a, (void **)&x->spots, &x->cap, x->n, sizeof p)
                     || arena_grow(s->b.a, (void **)&x->nodes, &x->cap_nodes, x->n, sizeof *x->nodes)
                     || arena_grow(s->b.a, (void **)&x->chain, &x->cap_chain, x->n, sizeof *x->chain)))
        (void)schema_memory(s);
    if (s->b.rc)
        return GRAM_NODE_FAIL;
    x->spots[x->n] = p;
    x->nodes[x->n] = gram_hold(&s->b);
    x->chain[x->n] = *head;
    *head = (uint32_t)++x->n;
    return x->nodes[x->n - 1];
}

static void add_edges(struct number *x, size_t i, uint32_t next)
{
    static const char chars[] = "0123456789-+.eE";
    struct gram_edge edges[sizeof chars];
    struct spot from = x->spots[i], to;
    uint32_t n = 0, nodes[2], n_nodes = 0;
    for (const char *c = chars; *c; c++) {
        if (!step(x, from, *c, &to))
            continue;
        uint32_t node = spot_node(x, to);
        if (n && edges[n - 1].next == node && edges[n - 1].hi + 1 == (uint8_t)*c)
            edges[n - 1].hi = (uint8_t)*c;
        else
            edges[n++] = (struct gram_edge){ (uint8_t)*c, (uint8_t)*c, node };
    }
    if (n)
        nodes[n_nodes++] = gram_edges(&x->s->b, edges, n, false);
    if (ends(x, &from))
        nodes[n_nodes++] = next;
    if (!x->s->b.rc)
        gram_fill(&x->s->b, x->nodes[i], gram_alt(&x->s->b, nodes, n_nodes));
}

uint32_t schema_number(struct schema *s, const struct schema_facts *f, uint32_t next)
{
    struct number *x = schema_make(s, 1, sizeof *x);
    struct decimal *bounds = schema_make(s, 2, sizeof *bounds);
    if (!x || !bounds)
        return GRAM_NODE_FAIL;
    *x = (struct number){ .s = s, .real = f->types & TYPE_REAL, .divisor = 1 };
    x->exponent = x->real && !f->min.v && !f->max.v && !f->multiple;
    if ((f->min.v && read_decimal(s, f->min.v, &bounds[0])) || (f->max.v && read_decimal(s, f->max.v, &bounds[1]))
        || (f->multiple && divisor(x, f->multiple)))
        return GRAM_NODE_FAIL;
    bounds[0].open = f->min.open;
    bounds[1].open = f->max.open;
    split_bounds(x, &bounds[0], &bounds[1]);
    x->heads = schema_make(s, HEADS, sizeof *x->heads);
    if (!x->heads)
        return GRAM_NODE_FAIL;
    uint32_t start = spot_node(x, (struct spot){ .phase = BEGIN });
    for (size_t i = 0; i < x->n && !s->b.rc; i++)
        add_edges(x, i, next);
    return s->b.rc ? GRAM_NODE_FAIL : start;
}
