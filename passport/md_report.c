// SPDX-License-Identifier: Apache-2.0
#include "passport/md_report.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/num.h"
#include "passport/report_body.h"
#include "passport/say.h"

/* ---- escaping ------------------------------------------------------------------------ */

/* Start a line of its own, `blank` with an empty line above it. */
static void line(struct pen *p, bool blank)
{
    const struct buf *b = p->b;
    if (b->n && b->p[b->n - 1] != '\n')
        buf_char(p->b, '\n');
    if (blank && b->n > 1 && b->p[b->n - 2] != '\n')
        buf_char(p->b, '\n');
}

static bool word_char(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A backslash where a character would mean something: anywhere, or (first) at the start of a line. */
static bool means(uint32_t cp, bool first, bool in_word)
{
    if (cp == '_')
        return !in_word;
    if (cp == ':')                              /* what would become a link: "https://" */
        return in_word;
    return (cp < 128 && cp && strchr("\\`*[]<>|~&", (int)cp)) || (first && cp < 128 && cp && strchr("#+-=.)", (int)cp));
}

static void escape(struct pen *p, const char *text, bool first)
{
    bool cut;
    struct span s = pen_clip(text, &cut);
    struct pen_char c;
    int last = 0;
    for (size_t n; (n = pen_next(s, &c)); s = span_sub(s, n, s.n)) {
        bool digits = first && c.cp >= '0' && c.cp <= '9';
        int next = n < s.n ? s.p[n] : 0;
        bool in_word = c.cp == ':' ? next == '/' : word_char(last) && word_char(next);
        bool www = c.cp == '.' && (last == 'w' || last == 'W');
        if (c.hidden)
            buf_fmt(p->b, "\\%s", c.shown);     /* "[U+...]" */
        else
            buf_fmt(p->b, "%s%s", www || means(c.cp, first, in_word) ? "\\" : "", c.shown);
        first = digits || (first && c.shown[0] == ' ');
        last = c.cp < 128 ? (int)c.cp : 'x';
    }
    if (cut)
        buf_str(p->b, " \xe2\x80\xa6 (cut short here)");
}

/* A code span, in a fence longer than any in the text; a table's cells end at every bar but "\|". */
static void code(struct pen *p, const char *text)
{
    bool cut;
    struct span s = pen_clip(text, &cut);
    size_t run = 0, longest = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++)
        buf_char(p->b, '`');
    bool pad = s.n && (s.p[0] == '`' || s.p[s.n - 1] == '`' || s.p[0] <= ' ' || s.p[s.n - 1] <= ' ');
    if (pad)
        buf_char(p->b, ' ');
    struct pen_char c;
    for (size_t n; (n = pen_next(s, &c)); s = span_sub(s, n, s.n))
        buf_fmt(p->b, "%s%s", c.cp == '|' && p->in ? "\\" : "", c.shown);
    if (cut)
        buf_str(p->b, " \xe2\x80\xa6");
    if (pad)
        buf_char(p->b, ' ');
    for (size_t i = 0; i <= longest; i++)
        buf_char(p->b, '`');
}

/* ---- ink ----------------------------------------------------------------------------- */

static void begin(struct pen *p, const char *title, const char *kicker, const char *foot)
{
    (void)foot;
    buf_str(p->b, "# ");
    escape(p, kicker, false);
    buf_str(p->b, ": ");
    code(p, title);
    buf_char(p->b, '\n');
}

static void contents(struct pen *p, const struct pen_contents *items, size_t n)
{
    (void)p, (void)items, (void)n;
}

static void open_block(struct pen *p, enum pen_block what, const char *one, const char *two)
{
    switch (what) {
    case PEN_SECTION:
        line(p, true);
        buf_fmt(p->b, "## %u. ", p->n_sections);
        escape(p, two, false);
        buf_char(p->b, '\n');
        break;
    case PEN_SUB:
        line(p, true);
        buf_str(p->b, "### ");
        escape(p, one, false);
        buf_char(p->b, '\n');
        break;
    case PEN_FOLD:
        line(p, true);
        buf_str(p->b, "### ");
        escape(p, one, false);
        buf_char(p->b, '\n');
        break;
    case PEN_PARA:
    case PEN_QUIET:
    case PEN_LIST:
    case PEN_FACTS:
    case PEN_PANEL:
        line(p, true);
        break;
    case PEN_ITEM:
        line(p, false);
        buf_str(p->b, "- ");
        break;
    case PEN_FACT:
        line(p, false);
        buf_str(p->b, "- ");
        escape(p, one, true);
        buf_str(p->b, ": ");
        break;
    case PEN_ROW:
        line(p, false);
        buf_char(p->b, '|');
        break;
    case PEN_CELL:
        buf_char(p->b, ' ');
        break;
    case PEN_TABLE:
        break;
    }
}

static void close_block(struct pen *p, enum pen_block what)
{
    if (what == PEN_CELL)
        buf_str(p->b, " |");
    else if (what != PEN_SUB)
        line(p, false);
}

static void table(struct pen *p, const struct pen_table *t)
{
    line(p, true);
    escape(p, t->caption, true);
    buf_str(p->b, ":\n\n|");
    for (size_t i = 0; i < t->n; i++) {
        buf_char(p->b, ' ');
        escape(p, t->columns[i].title, true);
        buf_str(p->b, " |");
    }
    buf_str(p->b, "\n|");
    for (size_t i = 0; i < t->n; i++)
        buf_str(p->b, t->columns[i].number ? " ---: |" : " --- |");
    buf_char(p->b, '\n');
}

/* Does what was written last end a cell's or item's beginning, or a blank? */
static bool at_start(const struct buf *b)
{
    return b->n == 0 || strchr("| \n", b->p[b->n - 1]) != NULL;
}

/* Would "# x" or "1. x" here begin a block? At the start of a line or of a list's item. */
static bool at_line(const struct buf *b)
{
    return b->n == 0 || b->p[b->n - 1] == '\n' ||
           (b->n > 2 && b->p[b->n - 1] == ' ' && b->p[b->n - 2] == '-' && b->p[b->n - 3] == '\n');
}

static void put(struct pen *p, enum pen_style style, const char *text)
{
    switch (style) {
    case PEN_PLAIN:
        escape(p, text, at_line(p->b));
        break;
    case PEN_STRONG:
        buf_str(p->b, "**");
        escape(p, text, false);
        buf_str(p->b, "**");
        break;
    case PEN_NAME:
    case PEN_DIGEST:
        if (!at_start(p->b))
            buf_char(p->b, ' ');
        code(p, text);
        break;
    case PEN_NOTE:
        buf_str(p->b, at_start(p->b) ? "(" : " (");
        escape(p, text, false);
        buf_char(p->b, ')');
        break;
    }
}

static void state(struct pen *p, enum pen_mark mark, const char *word)
{
    static const char *const signs[] = { [MARK_GOOD] = "\xe2\x9c\x93", [MARK_PARTLY] = "\xe2\x97\x90", [MARK_ASK] = "!",
                                         [MARK_BAD] = "\xe2\x9c\x97", [MARK_UNKNOWN] = "?", [MARK_NONE] = "\xe2\x80\x93" };
    buf_fmt(p->b, "**%s ", signs[mark]);
    escape(p, word, false);
    buf_str(p->b, "**");
}

/* ---- evidence ------------------------------------------------------------------------ */

static bool same(const struct evidence *x, const struct evidence *y)
{
    return x == y || (strcmp(x->path, y->path) == 0 && x->byte_from == y->byte_from && x->byte_to == y->byte_to &&
                      x->line_from == y->line_from && x->line_to == y->line_to);
}

/* The number of this piece of evidence, which is kept for the last section; 0 when memory is out. */
static size_t number_of(struct pen *p, const struct pen_proof *proof, size_t i)
{
    const struct evidence *ev = proof->evidence[i];
    for (size_t k = 0; k < p->n_kept; k++)
        if (same(p->kept[k]->evidence[0], ev))
            return k + 1;
    struct pen_proof *one = arena_alloc(p->a, sizeof *one);
    void *items = p->kept;
    if (!one || arena_grow(p->a, &items, &p->cap_kept, p->n_kept, sizeof *p->kept)) {
        p->failed = true;
        return 0;
    }
    *one = (struct pen_proof){ &proof->evidence[i], 1, proof->method, proof->confidence };
    p->kept = items;
    p->kept[p->n_kept++] = one;
    return p->n_kept;
}

static void proof_numbers(struct pen *p, const struct pen_proof *proof)
{
    buf_str(p->b, at_start(p->b) ? "(" : " (");
    for (size_t i = 0; i < proof->n && i < PEN_PROOFS; i++)
        buf_fmt(p->b, "%sE%zu", i ? ", " : "", number_of(p, proof, i));
    if (proof->n > PEN_PROOFS)
        buf_fmt(p->b, " and %zu more", proof->n - PEN_PROOFS);
    buf_char(p->b, ')');
}

static void put_kept(struct pen *p, size_t i)
{
    const struct pen_proof *proof = p->kept[i];
    const struct evidence *ev = proof->evidence[0];
    char place[SAY_BYTES], digits[NUM_TEXT_BYTES];
    pen_open(p, PEN_ROW);
    pen_open(p, PEN_CELL);
    pen_fmt(p, PEN_PLAIN, "E%zu", i + 1);
    pen_close(p, PEN_CELL);
    pen_open(p, PEN_CELL);
    pen_put(p, PEN_NAME, ev->path);
    pen_fmt(p, PEN_PLAIN, ", %s", say_place(ev, place));
    if (ev->line_from)
        pen_fmt(p, PEN_PLAIN, ", bytes %" PRIu64 " to %" PRIu64, ev->byte_from, ev->byte_to);
    pen_close(p, PEN_CELL);
    pen_cell(p, PEN_DIGEST, ev->sha256);
    pen_open(p, PEN_CELL);
    pen_put(p, PEN_PLAIN, proof->method);
    if (proof->method[0] && proof->confidence >= 0 && num_format(proof->confidence, 2, digits))
        pen_fmt(p, PEN_PLAIN, ", confidence %s", digits);
    pen_close(p, PEN_CELL);
    pen_close(p, PEN_ROW);
}

static void end(struct pen *p)
{
    static const struct pen_column columns[] = { { "No.", false }, { "Where", false }, { "SHA-256 of those bytes", false },
                                                 { "How it is known", false } };
    static const struct pen_table evidence = { "evidence", "What the numbers above point at", columns, 4 };
    if (p->n_kept == 0)
        return;
    pen_open_as(p, PEN_SECTION, "evidence", "Evidence");
    pen_table(p, &evidence);
    for (size_t i = 0; i < p->n_kept; i++)
        put_kept(p, i);
    pen_close(p, PEN_TABLE);
    pen_close(p, PEN_SECTION);
}

static const struct pen_ink markdown = { begin, end, contents, open_block, close_block, table, put, state, proof_numbers };

int md_report(struct check *c, struct buf *out, struct err *e)
{
    return report_body(&markdown, c, out, e);
}
