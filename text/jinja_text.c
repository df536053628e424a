// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_text.h"

#include "base/utf8.h"
#include "text/jinja_case.h"
#include "text/jinja_run_int.h"

const struct jstr jstr_empty = { 0 };

static uint32_t count_chars(const uint8_t *p, size_t n)
{
    size_t chars = 0, i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t w = le64(p + i), follows = w >> 7 & ~(w >> 6) & 0x0101010101010101;     /* 10xxxxxx */
        chars += 8 - (size_t)(follows * 0x0101010101010101 >> 56);                        /* the sum of the bytes */
    }
    for (; i < n; i++)
        chars += (p[i] & 0xc0) != 0x80;
    return (uint32_t)chars;
}

const struct jstr *jstr_of(struct jrun *r, struct span bytes, bool data)
{
    if (!bytes.n)
        return &jstr_empty;
    struct jstr *s = jr_mem(r, sizeof *s);
    if (!s)
        return &jstr_empty;
    *s = (struct jstr){ .p = bytes.p, .n = (uint32_t)bytes.n, .n_chars = count_chars(bytes.p, bytes.n), .data = data };
    return s;
}

const struct jstr *jstr_lit(struct jrun *r, const char *s)
{
    return jstr_of(r, span_str(s), false);
}

/* How many flips lie at or before `byte`. */
static size_t flips_before(const struct jstr *s, size_t byte)
{
    size_t from = 0, to = s->n_flips;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (s->flips[mid] <= byte)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

bool jstr_data_at(const struct jstr *s, size_t byte)
{
    return s->data ^ (flips_before(s, byte) & 1);
}

bool jstr_any_data(const struct jstr *s)
{
    return s->n && (s->data || s->n_flips);
}

const struct jstr *jstr_cut(struct jrun *r, const struct jstr *s, size_t from, size_t to)
{
    if (from >= to && !s->markup)
        return &jstr_empty;
    if (from == 0 && to == s->n)
        return s;
    struct jstr *cut = jr_mem(r, sizeof *cut);
    if (!cut)
        return &jstr_empty;
    *cut = (struct jstr){ .p = s->p ? s->p + from : NULL, .n = from < to ? (uint32_t)(to - from) : 0, .markup = s->markup };
    if (!cut->n)
        return cut;
    cut->n_chars = s->n == s->n_chars ? cut->n : count_chars(cut->p, cut->n);
    size_t first = flips_before(s, from), last = flips_before(s, to - 1);
    cut->data = s->data ^ (first & 1);
    if (first == last)
        return cut;
    uint32_t *flips = jr_mem(r, (last - first) * sizeof *flips);
    if (!flips)
        return &jstr_empty;
    for (size_t i = first; i < last; i++)
        flips[i - first] = s->flips[i] - (uint32_t)from;
    cut->flips = flips;
    cut->n_flips = (uint32_t)(last - first);
    return cut;
}

const struct jstr *jstr_marked(struct jrun *r, const struct jstr *s, bool markup)
{
    if (s->markup == markup)
        return s;
    struct jstr *copy = jr_mem(r, sizeof *copy);
    if (!copy)
        return &jstr_empty;
    *copy = *s;
    copy->markup = markup;
    return copy;
}

const struct jstr *jstr_join2(struct jrun *r, const struct jstr *a, const struct jstr *b)
{
    struct jtext t;
    if (!a->n)
        return jstr_marked(r, b, false);
    if (!b->n)
        return jstr_marked(r, a, false);
    jtext_init(&t, r, (size_t)a->n + b->n);
    jtext_add(&t, a);
    jtext_add(&t, b);
    return jtext_done(&t);
}

bool jstr_eq(const struct jstr *a, const struct jstr *b)
{
    return span_eq(jstr_span(a), jstr_span(b));
}

bool jstr_is(const struct jstr *a, const char *s)
{
    return span_is(jstr_span(a), s);
}

int jstr_cmp(const struct jstr *a, const struct jstr *b)
{
    uint32_t n = a->n < b->n ? a->n : b->n;
    int c = n ? memcmp(a->p, b->p, n) : 0;
    return c ? c : (a->n > b->n) - (a->n < b->n);
}

size_t jstr_byte(const struct jstr *s, size_t ch)
{
    if (s->n == s->n_chars)
        return ch < s->n ? ch : s->n;
    size_t i = 0, seen = 0;
    for (; i < s->n; i++)
        if ((s->p[i] & 0xc0) != 0x80 && seen++ == ch)
            break;
    return i;
}

size_t jstr_char(const struct jstr *s, size_t byte)
{
    return s->n == s->n_chars ? byte : count_chars(s->p, byte);
}

size_t jstr_find(struct jrun *r, const struct jstr *s, struct span what, size_t from, size_t to)
{
    if (from > to || what.n > to - from || !jr_spend(r, (to - from) / 32))
        return SIZE_MAX;
    if (!what.n)
        return from;
    const uint8_t *hit = memmem(s->p + from, to - from, what.p, what.n);
    return hit ? (size_t)(hit - s->p) : SIZE_MAX;
}

size_t jstr_rfind(struct jrun *r, const struct jstr *s, struct span what, size_t from, size_t to)
{
    if (from > to || what.n > to - from)
        return SIZE_MAX;
    if (!what.n)
        return to;
    for (size_t i = to - what.n + 1; i-- > from;) {
        if ((i & 31) == 0 && !jr_spend(r, 1 + what.n / 32))
            return SIZE_MAX;
        if (s->p[i] == what.p[0] && memcmp(s->p + i, what.p, what.n) == 0)
            return i;
    }
    return SIZE_MAX;
}

uint32_t jstr_at(const struct jstr *s, size_t i, size_t *n)
{
    uint32_t cp = 0xfffd;
    unsigned used = utf8_next(span_sub(jstr_span(s), i, 4), &cp);
    *n = used ? used : 1;
    return used ? cp : 0xfffd;
}

static bool strips(const struct jstr *s, const struct jstr *chars, size_t i, size_t n)
{
    size_t used;
    if (!chars)
        return case_is_space(jstr_at(s, i, &used));
    for (size_t k = 0; k < chars->n; k += used) {
        (void)jstr_at(chars, k, &used);
        if (used == n && memcmp(chars->p + k, s->p + i, n) == 0)
            return true;
    }
    return false;
}

void jstr_strip(struct jrun *r, const struct jstr *s, const struct jstr *chars, bool left, bool right, size_t *from,
                size_t *to)
{
    uint64_t cost = 1 + (chars ? chars->n / 4 : 0);
    *from = 0;
    *to = s->n;
    while (left && *from < *to && jr_spend(r, cost)) {
        size_t n;
        (void)jstr_at(s, *from, &n);
        if (!strips(s, chars, *from, n))
            break;
        *from += n;
    }
    while (right && *to > *from && jr_spend(r, cost)) {
        size_t i = *to - 1, n;
        while (i > *from && *to - i < 4 && (s->p[i] & 0xc0) == 0x80)
            i--;
        (void)jstr_at(s, i, &n);
        if (i + n != *to)                       /* no UTF-8: a byte of its own */
            i = *to - 1;
        if (!strips(s, chars, i, *to - i))
            break;
        *to = i;
    }
}

/* --- writing --- */

void jtext_init(struct jtext *t, struct jrun *r, size_t expected_bytes)
{
    *t = (struct jtext){ .r = r };
    t->p = expected_bytes ? jr_mem(r, expected_bytes) : NULL;
    t->cap = t->p ? expected_bytes : 0;
}

/* Room for `more` bytes. */
static bool room(struct jtext *t, size_t more)
{
    if (t->r->rc)
        return false;
    if (more <= t->cap - t->n)
        return true;
    if (more > t->r->max_mem)
        return jr_fail(t->r, ERR_LIMIT, "a text of more than %zu bytes", t->r->max_mem), false;
    if (t == t->r->whole && more > t->r->max_out - t->n)
        return jr_fail(t->r, ERR_LIMIT, "more than %zu bytes of output", t->r->max_out), false;
    size_t cap = t->n + more > 2 * t->cap ? t->n + more + 16 : 2 * t->cap;
    uint8_t *p = jr_mem(t->r, cap);
    if (!p)
        return false;
    if (t->n)
        memcpy(p, t->p, t->n);
    t->p = p;
    t->cap = cap;
    return true;
}

static bool flip(struct jtext *t)
{
    if (t->n_flips == t->cap_flips) {
        size_t cap = t->cap_flips ? 2 * t->cap_flips : 8;
        uint32_t *flips = jr_mem(t->r, cap * sizeof *flips);
        if (!flips)
            return false;
        if (t->n_flips)
            memcpy(flips, t->flips, t->n_flips * sizeof *flips);
        t->flips = flips;
        t->cap_flips = cap;
    }
    t->flips[t->n_flips++] = (uint32_t)t->n;
    return true;
}

void jtext_put(struct jtext *t, const void *p, size_t n, bool data)
{
    if (!n || !jr_spend(t->r, n / 32) || !room(t, n))
        return;
    if (!t->n)
        t->first = data;
    else if (data != t->last && !flip(t))
        return;
    t->last = data;
    memcpy(t->p + t->n, p, n);
    t->n += n;
    if (t == t->r->whole && t->n > t->r->max_out)
        jr_fail(t->r, ERR_LIMIT, "more than %zu bytes of output", t->r->max_out);
}

void jtext_str(struct jtext *t, const char *s, bool data)
{
    jtext_put(t, s, strlen(s), data);
}

void jtext_char(struct jtext *t, char c, bool data)
{
    jtext_put(t, &c, 1, data);
}

void jtext_cp(struct jtext *t, uint32_t cp, bool data)
{
    char bytes[4];
    jtext_put(t, bytes, utf8_put(cp, bytes), data);
}

void jtext_fill(struct jtext *t, const struct jstr *fill, size_t times)
{
    if (fill->n && times > t->r->max_mem / fill->n)
        jr_fail(t->r, ERR_LIMIT, "a text of more than %zu bytes", t->r->max_mem);
    for (size_t i = 0; i < times && fill->n && jr_spend(t->r, 1); i++)
        jtext_add(t, fill);
}

void jtext_part(struct jtext *t, const struct jstr *s, size_t from, size_t to)
{
    bool data = s->data;
    size_t i = 0;
    if (from >= to)
        return;
    if (!s->n_flips) {
        jtext_put(t, s->p + from, to - from, data);
        return;
    }
    i = flips_before(s, from);
    data = data ^ (i & 1);
    for (; from < to && !t->r->rc; i++, data = !data) {
        size_t end = i < s->n_flips && s->flips[i] < to ? s->flips[i] : to;
        jtext_put(t, s->p + from, end - from, data);
        from = end;
    }
}

void jtext_add(struct jtext *t, const struct jstr *s)
{
    if (s->n)
        jtext_part(t, s, 0, s->n);
}

const struct jstr *jtext_done(struct jtext *t)
{
    struct jstr *s = t->n && !t->r->rc ? jr_mem(t->r, sizeof *s) : NULL;
    if (!s)
        return &jstr_empty;
    *s = (struct jstr){ .p = t->p, .n = (uint32_t)t->n, .n_chars = count_chars(t->p, t->n), .flips = t->flips,
                        .n_flips = (uint32_t)t->n_flips, .data = t->first };
    return s;
}
