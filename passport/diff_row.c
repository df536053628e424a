// SPDX-License-Identifier: Apache-2.0
#include "passport/diff_int.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/sha256.h"
#include "format/order.h"

struct diff_row *diff_row(struct diff *d, struct diff_rows *rows)
{
    void *items = rows->items;
    if (arena_grow(d->a, &items, &rows->cap, rows->n, sizeof *rows->items))
        return NULL;
    rows->items = items;
    struct diff_row *r = &rows->items[rows->n++];
    *r = (struct diff_row){ .key = "", .rank = RANK_NONE };
    return r;
}

int diff_gap(struct diff *d, enum diff_part part, int side, struct err *e, const char *fmt, ...)
{
    static const char *const sides[] = { "a", "b", "both" };
    char text[700];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    void *items = d->gaps;
    char *kept = arena_str(d->a, text);
    if (!kept || arena_grow(d->a, &items, &d->cap_gaps, d->n_gaps, sizeof *d->gaps))
        return err_memory(e);
    d->gaps = items;
    d->gaps[d->n_gaps++] = (struct diff_gap){ part, sides[side], kept };
    return 0;
}

int diff_add(struct diff *d, const struct diff_change *c, struct diff_change **out, struct err *e)
{
    struct diff_part_state *p = &d->parts[c->part];
    void *items = d->changes;
    p->compared = true;
    if (out)
        *out = NULL;
    if (p->n_changes++ >= DIFF_PART_MAX)
        return 0;
    if (arena_grow(d->a, &items, &d->cap_changes, d->n_changes, sizeof *d->changes))
        return err_memory(e);
    d->changes = items;
    struct diff_change *made = &d->changes[d->n_changes++];
    *made = *c;
    made->scope = c->scope ? c->scope : "";
    made->text = c->text ? c->text : "";
    if (out)
        *out = made;
    return 0;
}

int diff_value(struct diff *d, struct span s, struct diff_value *out, struct err *e)
{
    size_t n = s.n < DIFF_VALUE_BYTES ? s.n : DIFF_VALUE_BYTES;
    while (n < s.n && n > 0 && (s.p[n] & 0xC0) == 0x80)
        n--;
    out->text = arena_strn(d->a, s.p, n);
    out->cut = n < s.n;
    return out->text ? 0 : err_memory(e);
}

const struct evidence *diff_evidence(struct arena *a, const char *path, struct span raw, uint64_t byte_from,
                                     uint32_t line_from, uint32_t line_to)
{
    char hex[SHA256_HEX_BYTES];
    struct evidence *ev = arena_alloc(a, sizeof *ev);
    if (!ev || sha256_hex(raw, hex, NULL))
        return NULL;
    *ev = (struct evidence){ .path = path, .line_from = line_from, .line_to = line_to, .byte_from = byte_from,
                             .byte_to = byte_from + raw.n, .sha256 = arena_str(a, hex), .revision = "" };
    return ev->sha256 ? ev : NULL;
}

/* ---- direction ----------------------------------------------------------------------- */

/* Silence against a plain yes is stricter, against a plain no looser; against anything else it is just different. */
enum diff_direction diff_rank(int64_t a, int64_t b)
{
    enum { YES = 1, NO = 7 };
    if (a == RANK_NONE || b == RANK_NONE || a == b)
        return DIFF_DIFFERENT;
    if (a == RANK_UNSAID)
        return b == YES ? DIFF_LOOSER : b == NO ? DIFF_STRICTER : DIFF_DIFFERENT;
    if (b == RANK_UNSAID)
        return a == YES ? DIFF_STRICTER : a == NO ? DIFF_LOOSER : DIFF_DIFFERENT;
    return b > a ? DIFF_STRICTER : DIFF_LOOSER;
}

static enum diff_direction direction_of(const struct diff_row *a, const struct diff_row *b)
{
    const struct diff_row *one = a ? a : b;
    if (!one->directed)
        return DIFF_NO_DIRECTION;
    if ((a && a->shaky) || (b && b->shaky))
        return DIFF_CANNOT_TELL;
    if (a && b)
        return diff_rank(a->rank, b->rank);
    return one->limit ? diff_rank(a ? a->rank : RANK_ABSENT, b ? b->rank : RANK_ABSENT) : DIFF_DIFFERENT;
}

/* ---- pairing ------------------------------------------------------------------------- */

static int by_key(const void *items, uint32_t x, uint32_t y)
{
    const struct diff_row *r = items;
    int c = strcmp(r[x].scope ? r[x].scope : "", r[y].scope ? r[y].scope : "");
    return c ? c : strcmp(r[x].key, r[y].key);
}

static int compare_rows(const struct diff_row *a, const struct diff_row *b)
{
    const struct diff_row both[] = { *a, *b };
    return by_key(both, 0, 1);
}

static int show_row(struct diff *d, const struct diff_row *r, struct diff_value *out, struct err *e)
{
    if (!r)
        return 0;
    int rc = diff_value(d, r->say ? span_str(r->say) : r->value, out, e);
    out->basis = r->basis;
    out->evidence[0] = r->evidence[0];
    out->evidence[1] = r->evidence[1];
    if (!rc && r->path && !r->evidence[0]) {
        out->evidence[0] = diff_evidence(d->a, r->path, r->raw, r->byte_from, r->line_from, r->line_to);
        rc = out->evidence[0] ? 0 : err_memory(e);
    }
    return rc;
}

static bool has_lines(const struct diff_row *r)
{
    return r->quote_line && r->value.n && memchr(r->value.p, '\n', r->value.n);
}

static int add_pair(struct diff *d, enum diff_part part, const struct diff_row *a, const struct diff_row *b,
                    struct err *e)
{
    const struct diff_row *one = a ? a : b;
    struct diff_change c = { .part = part, .kind = a && b ? DIFF_CHANGED : a ? DIFF_REMOVED : DIFF_ADDED,
                             .direction = direction_of(a, b), .heavy = one->heavy, .item = one->key,
                             .scope = one->scope };
    struct diff_change *made;
    int rc = diff_add(d, &c, &made, e);
    if (rc || !made)
        return rc;
    struct diff_value x = { 0 }, y = { 0 };
    rc = show_row(d, a, &x, e);
    if (!rc)
        rc = show_row(d, b, &y, e);
    if (!rc && a && b && a->quote_line && b->quote_line && (has_lines(a) || has_lines(b))) {
        struct diff_passages *p = arena_alloc(d->a, sizeof *p);
        rc = p ? diff_lines(a->value, a->quote_line, b->value, b->quote_line, d->a, p, e) : err_memory(e);
        made->passages = p;
    }
    made->a = x;
    made->b = y;
    return rc;
}

int diff_rows(struct diff *d, enum diff_part part, const struct diff_rows *a, const struct diff_rows *b, struct err *e)
{
    if (a->n > UINT32_MAX || b->n > UINT32_MAX)
        return err_plain(e, ERR_LIMIT, "too many values to compare");
    uint32_t *x = order_make(d->a, a->items, (uint32_t)a->n, by_key);
    uint32_t *y = order_make(d->a, b->items, (uint32_t)b->n, by_key);
    int rc = x && y ? 0 : err_memory(e);
    d->parts[part].compared = true;
    for (size_t i = 0, k = 0; !rc && (i < a->n || k < b->n);) {
        const struct diff_row *l = i < a->n ? &a->items[x[i]] : NULL, *r = k < b->n ? &b->items[y[k]] : NULL;
        int c = !l ? 1 : !r ? -1 : compare_rows(l, r);
        i += c <= 0;
        k += c >= 0;
        if (c == 0 && l->type == r->type && span_eq(l->value, r->value))
            d->parts[part].n_same++;
        else
            rc = add_pair(d, part, c <= 0 ? l : NULL, c >= 0 ? r : NULL, e);
    }
    return rc;
}

/* ---- words --------------------------------------------------------------------------- */

static const struct { const char *word, *title; } parts[] = {
#define X(name, word, title) { word, title },
    DIFF_PART_MAP(X)
#undef X
};

const char *diff_part_word(enum diff_part p)
{
    return parts[p].word;
}

const char *diff_part_title(enum diff_part p)
{
    return parts[p].title;
}

const char *diff_input_name(enum diff_input i)
{
    static const char *const names[] = { "model", "license-text", "license-id" };
    return names[i];
}

const char *diff_kind_name(enum diff_kind k)
{
    static const char *const names[] = { "changed", "added", "removed", "renamed" };
    return names[k];
}

const char *diff_direction_name(enum diff_direction d)
{
    static const char *const names[] = { "", "looser", "stricter", "different", "cannot-tell" };
    return names[d];
}
