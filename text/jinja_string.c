// SPDX-License-Identifier: Apache-2.0
/* What is done to strings, by methods and by filters: case, splitting, replacing, padding. */
#include "text/jinja_attr.h"
#include "text/jinja_case.h"
#include "text/jinja_run_int.h"

static void put_mapped(struct jtext *t, enum case_to to, uint32_t cp, bool data)
{
    uint32_t out[3];
    size_t n = case_map(to, cp, out);
    for (size_t i = 0; i < n; i++)
        jtext_cp(t, out[i], data);
}

/* Is the sigma at i the last letter of its word? `after_cased`: a letter with a case stands before it. */
static bool final_sigma(const struct jstr *s, size_t i, size_t n, bool after_cased)
{
    size_t used;
    return after_cased && (i + n >= s->n || !case_cased(jstr_at(s, i + n, &used)));
}

static void put_lower(struct jtext *t, const struct jstr *s, size_t i, size_t n, uint32_t cp, bool after_cased)
{
    if (cp == 0x3a3)
        jtext_cp(t, final_sigma(s, i, n, after_cased) ? 0x3c2 : 0x3c3, jstr_data_at(s, i));
    else
        put_mapped(t, CASE_LOWER, cp, jstr_data_at(s, i));
}

const struct jstr *jstr_cased(struct jrun *r, const struct jstr *s, char how)
{
    struct jtext t;
    bool after_cased = false;
    jtext_init(&t, r, s->n);
    for (size_t i = 0, n; i < s->n && jr_spend(r, 1); i += n) {
        uint32_t cp = jstr_at(s, i, &n);
        bool cased = case_cased(cp), data = jstr_data_at(s, i);
        bool first = how == 't' ? !after_cased : i == 0;
        if (how == 'u' || (how == 's' && case_lowered(cp)))
            put_mapped(&t, CASE_UPPER, cp, data);
        else if (how == 'l' || (how == 's' && case_uppered(cp)))
            put_lower(&t, s, i, n, cp, after_cased);
        else if (how == 's')
            jtext_part(&t, s, i, i + n);
        else if (first)
            put_mapped(&t, CASE_TITLE, cp, data);
        else
            put_lower(&t, s, i, n, cp, after_cased);
        after_cased = cased;
    }
    return jstr_marked(r, jtext_done(&t), s->markup);
}

bool jstr_is_cased(struct jrun *r, const struct jstr *s, char how)
{
    bool any = false, after_cased = false;
    for (size_t i = 0, n; i < s->n && jr_spend(r, 1); i += n) {
        uint32_t cp = jstr_at(s, i, &n);
        bool lower = case_lowered(cp), cased = case_cased(cp), up = cased && !lower;
        if (how == 'l' ? up : how == 'u' ? cased && !case_uppered(cp) : (up && after_cased) || (lower && !after_cased))
            return false;
        any = any || (how == 'l' ? lower : how == 'u' ? case_uppered(cp) : cased);
        after_cased = cased;
    }
    return any;
}

/* --- splitting --- */

static void add_part(struct jrun *r, struct jlist *l, const struct jstr *s, size_t from, size_t to)
{
    jlist_add(r, l, jv_str(jstr_cut(r, s, from, to)));
}

static void turn(struct jlist *l)
{
    for (size_t i = 0; i + 1 < l->n - i; i++) {
        struct jv v = l->at[i];
        l->at[i] = l->at[l->n - 1 - i];
        l->at[l->n - 1 - i] = v;
    }
}

static size_t space_end(struct jrun *r, const struct jstr *s, size_t i, bool space)
{
    size_t n;
    while (i < s->n && jr_spend(r, 1) && case_is_space(jstr_at(s, i, &n)) == space)
        i += n;
    return i;
}

static struct jlist *split_spaces(struct jrun *r, const struct jstr *s, jint max)
{
    struct jlist *l = jlist_new(r, 0);
    size_t i = space_end(r, s, 0, true), end;
    while (i < s->n && !r->rc) {
        if (max >= 0 && (jint)l->n == max) {
            add_part(r, l, s, i, s->n);
            break;
        }
        end = space_end(r, s, i, false);
        add_part(r, l, s, i, end);
        i = space_end(r, s, end, true);
    }
    return l;
}

/* The start of the character that ends at byte `to`, which is above `from`. */
static size_t before(const struct jstr *s, size_t from, size_t to)
{
    size_t i = to - 1, n;
    while (i > from && to - i < 4 && (s->p[i] & 0xc0) == 0x80)
        i--;
    (void)jstr_at(s, i, &n);
    return i + n == to ? i : to - 1;
}

static size_t space_start(struct jrun *r, const struct jstr *s, size_t to, bool space)
{
    size_t n;
    while (to > 0 && jr_spend(r, 1)) {
        size_t i = before(s, 0, to);
        if (case_is_space(jstr_at(s, i, &n)) != space)
            break;
        to = i;
    }
    return to;
}

static struct jlist *rsplit_spaces(struct jrun *r, const struct jstr *s, jint max)
{
    struct jlist *l = jlist_new(r, 0);
    size_t to = space_start(r, s, s->n, true);
    while (to > 0 && !r->rc) {
        if (max >= 0 && (jint)l->n == max) {
            add_part(r, l, s, 0, to);
            break;
        }
        size_t from = space_start(r, s, to, false);
        add_part(r, l, s, from, to);
        to = space_start(r, s, from, true);
    }
    turn(l);
    return l;
}

struct jlist *jstr_split(struct jrun *r, const struct jstr *s, const struct jstr *sep, jint max, bool from_right)
{
    if (!sep)
        return from_right ? rsplit_spaces(r, s, max) : split_spaces(r, s, max);
    struct jlist *l = jlist_new(r, 0);
    if (!sep->n) {
        jr_fail(r, ERR_FORMAT, "split by an empty text");
        return l;
    }
    size_t from = 0, to = s->n;
    while ((max < 0 || (jint)l->n < max) && jr_spend(r, 1)) {
        size_t hit = from_right ? jstr_rfind(r, s, jstr_span(sep), 0, to) : jstr_find(r, s, jstr_span(sep), from, s->n);
        if (hit == SIZE_MAX)
            break;
        if (from_right) {
            add_part(r, l, s, hit + sep->n, to);
            to = hit;
        } else {
            add_part(r, l, s, from, hit);
            from = hit + sep->n;
        }
    }
    add_part(r, l, s, from, to);
    if (from_right)
        turn(l);
    return l;
}

static bool ends_line(uint32_t cp)
{
    return (cp >= 10 && cp <= 13) || (cp >= 0x1c && cp <= 0x1e) || cp == 0x85 || cp == 0x2028 || cp == 0x2029;
}

struct jlist *jstr_lines(struct jrun *r, const struct jstr *s, bool keep_ends)
{
    struct jlist *l = jlist_new(r, 0);
    size_t from = 0;
    for (size_t i = 0, n; i < s->n && jr_spend(r, 1); i += n) {
        if (!ends_line(jstr_at(s, i, &n)))
            continue;
        if (s->p[i] == '\r' && i + 1 < s->n && s->p[i + 1] == '\n')
            n = 2;
        add_part(r, l, s, from, keep_ends ? i + n : i);
        from = i + n;
    }
    if (from < s->n)
        add_part(r, l, s, from, s->n);
    return l;
}

/* --- replacing and padding --- */

static void replace_nothing(struct jtext *t, const struct jstr *s, const struct jstr *with, jint max)
{
    jint done = 0;
    for (size_t i = 0, n; i < s->n && jr_spend(t->r, 1); i += n) {
        if (max < 0 || done < max) {
            jtext_add(t, with);
            done++;
        }
        (void)jstr_at(s, i, &n);
        jtext_part(t, s, i, i + n);
    }
    if (max < 0 || done < max)
        jtext_add(t, with);
}

const struct jstr *jstr_replaced(struct jrun *r, const struct jstr *s, const struct jstr *old, const struct jstr *with,
                                 jint max)
{
    struct jtext t;
    size_t from = 0, hit;
    if (old->n && jstr_find(r, s, jstr_span(old), 0, s->n) == SIZE_MAX)
        return s;
    jtext_init(&t, r, s->n);
    if (!old->n)
        replace_nothing(&t, s, with, max);
    for (jint done = 0; old->n && (max < 0 || done < max) && jr_spend(r, 1); done++) {
        hit = jstr_find(r, s, jstr_span(old), from, s->n);
        if (hit == SIZE_MAX)
            break;
        jtext_part(&t, s, from, hit);
        jtext_add(&t, with);
        from = hit + old->n;
    }
    if (old->n)
        jtext_part(&t, s, from, s->n);
    return jstr_marked(r, jtext_done(&t), s->markup);
}

const struct jstr *jstr_stripped(struct jrun *r, const struct jstr *s, const struct jstr *chars, bool left, bool right)
{
    size_t from, to;
    jstr_strip(r, s, chars, left, right, &from, &to);
    return jstr_cut(r, s, from, to);
}

const struct jstr *jstr_padded(struct jrun *r, const struct jstr *s, jint width, const struct jstr *fill, char how)
{
    struct jtext t;
    if (fill->n_chars != 1) {
        jr_fail(r, ERR_FORMAT, "the fill is %u characters, not one", fill->n_chars);
        return s;
    }
    if (width <= (jint)s->n_chars)
        return s;
    jint pad = width - s->n_chars;
    if (pad > (jint)r->max_mem) {
        jr_fail(r, ERR_LIMIT, "a text of more than %zu bytes", r->max_mem);
        return s;
    }
    size_t left = how == 'l' ? 0 : how == 'r' ? (size_t)pad : (size_t)(pad / 2 + (pad & width & 1));
    jtext_init(&t, r, 0);
    jtext_fill(&t, fill, left);
    jtext_add(&t, s);
    jtext_fill(&t, fill, (size_t)pad - left);
    return jstr_marked(r, jtext_done(&t), s->markup);
}
