// SPDX-License-Identifier: Apache-2.0
#include "passport/diff_text.h"

#include "license/words.h"
#include "passport/diff_script.h"

enum { WORDS_BETWEEN = 3 };         /* so few common words between two hunks make them one passage */

struct side {
    struct span *tokens;
    size_t n;
    struct span raw;                /* lines */
    uint32_t line;
    const struct text *text;        /* words; NULL: lines */
    const struct words *words;
};

/* ---- tokens -------------------------------------------------------------------------- */

static int split_lines(struct side *s, struct arena *a, struct err *e)
{
    size_t n = s->raw.n > 0;
    for (size_t i = 0; i + 1 < s->raw.n; i++)
        n += s->raw.p[i] == '\n';
    s->tokens = arena_array(a, n, sizeof *s->tokens);
    if (!s->tokens)
        return err_memory(e);
    for (size_t at = 0; at < s->raw.n;) {
        const uint8_t *end = memchr(s->raw.p + at, '\n', s->raw.n - at);
        size_t to = end ? (size_t)(end - s->raw.p) : s->raw.n;
        size_t len = to - at;
        if (len && s->raw.p[to - 1] == '\r')
            len--;
        s->tokens[s->n++] = span_sub(s->raw, at, len);
        at = to + 1;
    }
    return 0;
}

static int split_words(struct side *s, struct words *w, struct arena *a, struct err *e)
{
    int rc = words_split(s->text, 0, a, w, e);
    s->tokens = rc ? NULL : arena_array(a, w->n, sizeof *s->tokens);
    if (rc || !s->tokens)
        return rc ? rc : err_memory(e);
    for (; s->n < w->n; s->n++) {
        const char *norm = w->norm + w->items[s->n].norm;
        const char *end = memchr(norm, ' ', w->norm_bytes - w->items[s->n].norm);
        s->tokens[s->n] = span_of(norm, end ? (size_t)(end - norm) : w->norm_bytes - w->items[s->n].norm);
    }
    s->words = w;
    return 0;
}

/* ---- passages ------------------------------------------------------------------------ */

static size_t cut_at(struct span s, size_t max)
{
    size_t n = s.n < max ? s.n : max;
    while (n < s.n && n > 0 && (s.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

/* The text on one line, runs of white space as one blank, when it is of words. */
static const char *quote_text(struct span s, bool squeeze, struct arena *a, bool *cut)
{
    size_t n = cut_at(s, DIFF_PASSAGE_BYTES), k = 0;
    char *text = arena_text(a, n + 1);
    *cut = n < s.n;
    for (size_t i = 0; text && i < n; i++) {
        bool blank = s.p[i] == ' ' || s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t';
        if (!squeeze)
            text[k++] = (char)s.p[i];
        else if (!blank)
            text[k++] = (char)s.p[i];
        else if (k && text[k - 1] != ' ')
            text[k++] = ' ';
    }
    if (text)
        text[k] = 0;
    return text;
}

static int quote_words(const struct side *s, uint32_t from, uint32_t to, struct arena *a, struct diff_quote *q,
                       struct err *e)
{
    const struct word *w = s->words->items;
    if (from == to) {
        q->line_from = from ? text_line(s->text, w[from - 1].from) : 1;
        q->text = "";
        return 0;
    }
    q->line_from = text_line(s->text, w[from].from);
    q->line_to = text_line(s->text, w[to - 1].from);
    q->text = quote_text(span_of(s->text->p + w[from].from, w[to - 1].to - w[from].from), true, a, &q->cut);
    return q->text ? 0 : err_memory(e);
}

static int quote_lines(const struct side *s, uint32_t from, uint32_t to, struct arena *a, struct diff_quote *q,
                       struct err *e)
{
    if (from == to) {
        q->line_from = from ? s->line + from - 1 : s->line;
        q->text = "";
        return 0;
    }
    const uint8_t *start = s->tokens[from].p, *end = s->tokens[to - 1].p + s->tokens[to - 1].n;
    q->line_from = s->line + from;
    q->line_to = s->line + to - 1;
    q->text = quote_text(span_of(start, (size_t)(end - start)), false, a, &q->cut);
    return q->text ? 0 : err_memory(e);
}

static int add_passage(const struct side *a, const struct side *b, const struct diff_hunk *h, struct arena *ar,
                       size_t *cap, struct diff_passages *out, struct err *e)
{
    void *items = out->items;
    if (out->n == DIFF_PASSAGES_MAX) {
        out->n_more++;
        return 0;
    }
    if (arena_grow(ar, &items, cap, out->n, sizeof *out->items))
        return err_memory(e);
    out->items = items;
    struct diff_passage *p = &out->items[out->n++];
    *p = (struct diff_passage){ 0 };
    int (*quote)(const struct side *, uint32_t, uint32_t, struct arena *, struct diff_quote *, struct err *) =
        a->words ? quote_words : quote_lines;
    int rc = quote(a, h->a_from, h->a_to, ar, &p->a, e);
    return rc ? rc : quote(b, h->b_from, h->b_to, ar, &p->b, e);
}

static int make_passages(const struct side *a, const struct side *b, struct arena *ar, struct diff_passages *out,
                         struct err *e)
{
    uint32_t *ids, between = a->words ? WORDS_BETWEEN : 0;
    struct diff_script script;
    struct diff_passages made = { 0 };
    size_t cap = 0;
    if (a->n > DIFF_TOKENS_MAX || b->n > DIFF_TOKENS_MAX) {
        *out = (struct diff_passages){ .too_large = true };
        return 0;
    }
    int rc = diff_number(a->tokens, a->n, b->tokens, b->n, ar, &ids, e);
    if (!rc)
        rc = diff_script(ids, a->n, ids + a->n, b->n, DIFF_BUDGET, ar, &script, e);
    for (size_t i = 0; !rc && i < script.n;) {
        struct diff_hunk h = script.items[i++];
        for (; i < script.n && script.items[i].a_from - h.a_to <= between; i++) {
            h.a_to = script.items[i].a_to;
            h.b_to = script.items[i].b_to;
        }
        rc = add_passage(a, b, &h, ar, &cap, &made, e);
    }
    if (rc)
        return rc;
    made.capped = script.capped;
    *out = made;
    return 0;
}

int diff_lines(struct span a, uint32_t line_a, struct span b, uint32_t line_b, struct arena *ar,
               struct diff_passages *out, struct err *e)
{
    struct side x = { .raw = a, .line = line_a }, y = { .raw = b, .line = line_b };
    int rc = split_lines(&x, ar, e);
    if (!rc)
        rc = split_lines(&y, ar, e);
    return rc ? rc : make_passages(&x, &y, ar, out, e);
}

int diff_words(const struct text *a, const struct text *b, struct arena *ar, struct diff_passages *out, struct err *e)
{
    struct side x = { .text = a }, y = { .text = b };
    struct words wx, wy;
    int rc = split_words(&x, &wx, ar, e);
    if (!rc)
        rc = split_words(&y, &wy, ar, e);
    if (rc == ERR_LIMIT) {
        *out = (struct diff_passages){ .too_large = true };
        return 0;
    }
    return rc ? rc : make_passages(&x, &y, ar, out, e);
}
