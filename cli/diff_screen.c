// SPDX-License-Identifier: Apache-2.0
#include "cli/diff_screen.h"

#include <inttypes.h>
#include <stdio.h>

enum { FEW = 8, FEW_PASSAGES = 5, TEXT_AT = 4, QUOTE_AT = 16, SHORT_VALUE = 90, SHORT_QUOTE = 240, LINE = 8192 };

struct screen {
    const struct diff *d;
    const struct term *t;
    struct buf *b;
    bool verbose;
};

/* ---- pieces -------------------------------------------------------------------------- */

/* At most max bytes of s on one line, never cut inside a character. */
static void put_short(struct buf *b, const char *s, size_t max)
{
    size_t n = strlen(s), keep = n < max ? n : max;
    while (keep < n && keep > 0 && ((unsigned char)s[keep] & 0xC0) == 0x80)
        keep--;
    for (size_t i = 0; i < keep; i++)
        buf_char(b, s[i] == '\n' || s[i] == '\r' || s[i] == '\t' ? ' ' : s[i]);
    if (keep < n)
        buf_str(b, " ...");
}

static void put_place(struct buf *b, const struct evidence *ev)
{
    if (ev->line_from && ev->line_to > ev->line_from)
        buf_fmt(b, "%s:%u-%u", ev->path, ev->line_from, ev->line_to);
    else if (ev->line_from)
        buf_fmt(b, "%s:%u", ev->path, ev->line_from);
    else
        buf_fmt(b, "%s, bytes %" PRIu64 "-%" PRIu64, ev->path, ev->byte_from, ev->byte_to);
}

static void put_places(struct screen *s, const char *side, const struct diff_value *v)
{
    for (size_t i = 0; i < 2; i++) {
        struct buf line;
        if (!v->evidence[i] || (!s->verbose && i == 1 && v->evidence[0]))
            continue;
        buf_init(&line, LINE);
        put_place(&line, v->evidence[i]);
        buf_fmt(s->b, "      %s  ", side);
        term_put(s->b, s->t, TERM_DIM, buf_text(&line));
        buf_char(s->b, '\n');
        buf_fini(&line);
    }
}

static void put_quote(struct screen *s, const char *side, const char *mark, const struct diff_quote *q)
{
    char head[48];
    struct buf text;
    if (!q->line_to)
        return;
    if (q->line_to > q->line_from)
        (void)snprintf(head, sizeof head, "      %s %u-%u", side, q->line_from, q->line_to);
    else
        (void)snprintf(head, sizeof head, "      %s %u", side, q->line_from);
    buf_init(&text, LINE);
    put_short(&text, q->text, s->verbose ? (size_t)DIFF_PASSAGE_BYTES : SHORT_QUOTE);
    buf_fmt(s->b, "%-*s %s ", QUOTE_AT, head, mark);
    term_wrap(s->b, buf_text(&text), QUOTE_AT + 3, QUOTE_AT + 3, s->t->width);
    buf_char(s->b, '\n');
    buf_fini(&text);
}

static void put_passages(struct screen *s, const struct diff_passages *p)
{
    size_t max = s->verbose ? p->n : FEW_PASSAGES;
    for (size_t i = 0; i < p->n && i < max; i++) {
        put_quote(s, "A", "-", &p->items[i].a);
        put_quote(s, "B", "+", &p->items[i].b);
    }
    size_t left = (p->n > max ? p->n - max : 0) + p->n_more;
    if (left)
        buf_fmt(s->b, "      and %zu more passage%s that differ%s\n", left, left == 1 ? "" : "s", left == 1 ? "s" : "");
    if (p->capped)
        buf_str(s->b, "      the search was cut short: passages may be longer than need be\n");
}

/* ---- a change ------------------------------------------------------------------------ */

static void put_values(struct screen *s, const struct diff_change *c, struct buf *b)
{
    size_t max = s->verbose ? (size_t)DIFF_VALUE_BYTES : SHORT_VALUE;
    if (c->passages && (c->passages->n || c->part == DIFF_TEXTS))
        return;
    if (c->a.text && c->b.text && strcmp(c->a.text, c->b.text) == 0)    /* the text tells what differs */
        return;
    buf_str(b, ": ");
    put_short(b, c->a.text ? c->a.text : c->b.text, max);
    if (c->a.text && c->b.text) {
        buf_str(b, " -> ");
        put_short(b, c->b.text, max);
    }
}

static bool is_terms(const struct diff_change *c)
{
    return c->part == DIFF_LICENSE && strcmp(c->item, "terms") == 0;
}

static void put_sentence(struct screen *s, const struct diff_change *c, struct buf *b)
{
    if (is_terms(c)) {
        buf_str(b, strcmp(c->scope, "model") ? "base models: " : "");
        buf_str(b, c->text);
        return;
    }
    if (c->part == DIFF_CLAUSES && strcmp(c->scope, "model") != 0)
        buf_fmt(b, "%s: ", c->scope);
    buf_str(b, c->item);
    if ((c->part == DIFF_CONFIG || c->part == DIFF_TEMPLATE) && c->scope[0])
        buf_fmt(b, " (%s)", c->scope);
    if (c->kind == DIFF_RENAMED || (c->part == DIFF_TEXTS && c->scope[0]))
        buf_fmt(b, " -> %s", c->scope);
    else
        put_values(s, c, b);
    if (c->text[0])
        buf_fmt(b, "; %s", c->text);
    if (c->passages && c->passages->too_large)
        buf_str(b, "; too large to compare piece by piece");
    if (c->direction)
        buf_fmt(b, " [%s]", diff_direction_name(c->direction));
    char basis = c->a.basis && c->a.basis != 'V' ? c->a.basis : c->b.basis;
    if (basis && basis != 'V')
        buf_str(b, basis == 'S' ? " (second hand)" : " (from memory)");
}

static void put_change(struct screen *s, const struct diff_change *c)
{
    static const char marks[] = { [DIFF_CHANGED] = '~', [DIFF_ADDED] = '+', [DIFF_REMOVED] = '-', [DIFF_RENAMED] = '>' };
    static const enum term_style styles[] = { [DIFF_LOOSER] = TERM_GREEN, [DIFF_STRICTER] = TERM_RED,
                                              [DIFF_DIFFERENT] = TERM_YELLOW, [DIFF_CANNOT_TELL] = TERM_YELLOW };
    struct buf b;
    buf_init(&b, LINE * 4);
    put_sentence(s, c, &b);
    const char mark[] = { marks[c->kind], 0 };
    buf_str(s->b, "  ");
    term_put(s->b, s->t, styles[c->direction], mark);
    buf_char(s->b, ' ');
    term_wrap(s->b, buf_text(&b), TEXT_AT, TEXT_AT, s->t->width);
    buf_char(s->b, '\n');
    if (b.error)
        s->b->error = b.error;
    buf_fini(&b);
    if (s->verbose || (c->part == DIFF_CLAUSES && c->heavy)) {
        put_places(s, "A", &c->a);
        put_places(s, "B", &c->b);
    }
    if (c->passages)
        put_passages(s, c->passages);
}

/* Those that decide first; a few of them, unless all are asked for. */
static void put_part(struct screen *s, enum diff_part part)
{
    const struct diff_part_state *p = &s->d->parts[part];
    size_t shown = 0, max = s->verbose ? SIZE_MAX : part == DIFF_CLAUSES ? 3 * FEW : FEW;
    if (!p->n_changes)
        return;
    buf_char(s->b, '\n');
    term_put(s->b, s->t, TERM_BOLD, diff_part_title(part));
    buf_char(s->b, '\n');
    if (p->note[0]) {
        buf_str(s->b, "    ");
        term_wrap(s->b, p->note, TEXT_AT, TEXT_AT, s->t->width);
        buf_char(s->b, '\n');
    }
    for (unsigned heavy = 2; heavy-- > 0;)
        for (size_t i = 0; i < s->d->n_changes && shown < max; i++) {
            const struct diff_change *c = &s->d->changes[i];
            if (c->part != part || c->heavy != (heavy == 1))
                continue;
            put_change(s, c);
            shown++;
        }
    if (p->n_changes > shown)
        buf_fmt(s->b, "    and %zu more change%s%s\n", p->n_changes - shown, p->n_changes - shown == 1 ? "" : "s",
                s->verbose ? "" : " (-v lists them)");
}

static void put_head(struct screen *s)
{
    for (int k = 0; k < 2; k++) {
        const struct diff_subject *x = &s->d->subject[k];
        buf_fmt(s->b, "%s  ", k ? "B" : "A");
        term_put(s->b, s->t, TERM_BOLD, x->ref);
        buf_fmt(s->b, "\n   %s", x->input == DIFF_MODEL ? "model" : x->input == DIFF_LICENSE_TEXT ? "licence text" :
                "licence of the catalogue");
        if (x->check.model.revision[0])
            buf_fmt(s->b, ", revision %.12s", x->check.model.revision);
        buf_fmt(s->b, ", answer: %s\n", answer_name(x->check.verdict.answer));
    }
}

static void put_gaps(struct screen *s)
{
    for (size_t i = 0; i < s->d->n_gaps; i++) {
        const struct diff_gap *g = &s->d->gaps[i];
        struct buf b;
        if (i == 0) {
            buf_char(s->b, '\n');
            term_put(s->b, s->t, TERM_BOLD, "Not compared, or not known");
            buf_char(s->b, '\n');
        }
        buf_init(&b, LINE);
        buf_fmt(&b, "%s%s%s%s", g->side[0] == 'a' ? "A: " : g->side[1] ? "" : "B: ", diff_part_title(g->part), ": ",
                g->text);
        buf_str(s->b, "  ? ");
        term_wrap(s->b, buf_text(&b), TEXT_AT, TEXT_AT, s->t->width);
        buf_char(s->b, '\n');
        buf_fini(&b);
    }
}

void diff_screen(const struct diff *d, bool verbose, const struct term *t, struct buf *out)
{
    struct screen s = { d, t, out, verbose };
    char line[160];
    put_head(&s);
    for (unsigned p = 0; p < DIFF_PARTS; p++)
        put_part(&s, (enum diff_part)p);
    if (!diff_differs(d))
        buf_str(out, d->n_gaps ? "\n  Nothing that was compared differs; not everything was compared.\n" :
                "\n  No difference in anything that was compared.\n");
    put_gaps(&s);
    (void)snprintf(line, sizeof line, "Information, not legal advice. Catalogue of %s.",
                   catalog_date(&d->subject[0].check.catalog));
    buf_char(out, '\n');
    term_put(out, t, TERM_DIM, line);
    buf_char(out, '\n');
}
