// SPDX-License-Identifier: Apache-2.0
/* Splits: each cuts every piece further.
 *
 *     step finds the next match in a piece ─> events: text, match, text ... ─> behaviour: which events make a piece
 *
 * The result is w->pieces, ranges of the text; a step that must write (a prefix, an escape) makes a new text. */
#include "text/tok_int.h"

/* Where the events of one piece go. */
struct sink { struct tok_work *w; struct tok_vec *out; enum tok_behavior behavior; bool invert, was_match, pending;
              size_t first; struct tok_range held; };

static void put(struct sink *s, uint32_t from, uint32_t to)
{
    if (from == to || !tok_reserve(s->w, s->out, s->out->n + 1, sizeof(struct tok_range)))
        return;
    ((struct tok_range *)s->out->p)[s->out->n++] = (struct tok_range){ from, to };
}

static struct tok_range *last(struct sink *s)
{
    return s->out->n > s->first ? (struct tok_range *)s->out->p + s->out->n - 1 : NULL;
}

static void event(struct sink *s, uint32_t from, uint32_t to, bool match)
{
    match = match != s->invert;
    bool first_match = match && !s->was_match, same = match == s->was_match;
    struct tok_range *before = last(s);
    switch (s->behavior) {
    case TOK_REMOVED:
        if (!match)
            put(s, from, to);
        break;
    case TOK_ISOLATED:
        put(s, from, to);
        break;
    case TOK_CONTIGUOUS:
        if (before && same)
            before->to = to;
        else
            put(s, from, to);
        break;
    case TOK_WITH_PREVIOUS:
        if (before && first_match)
            before->to = to;
        else
            put(s, from, to);
        break;
    case TOK_WITH_NEXT:                     /* a match waits for the text behind it */
        if (match) {
            if (s->pending)
                put(s, s->held.from, s->held.to);
            s->held = (struct tok_range){ from, to };
        } else {
            put(s, s->pending ? s->held.from : from, to);
        }
        s->pending = match;
        break;
    }
    s->was_match = match;
}

static void split_piece(const struct tok_step *step, struct sink *s, struct span text, struct tok_range r)
{
    struct span in = span_sub(text, r.from, r.to - r.from);
    size_t done = 0, from, to;
    s->was_match = s->pending = false;
    s->first = s->out->n;
    for (size_t at = 0; at <= in.n && step->next(step, s->w, in, at, &from, &to) && !s->w->err.code;) {
        if (done < from)
            event(s, r.from + (uint32_t)done, r.from + (uint32_t)from, false);
        event(s, r.from + (uint32_t)from, r.from + (uint32_t)to, true);
        done = at = to;
        if (from == to)                     /* an empty match cuts, and the search goes on behind the next character */
            for (at++; at < in.n && (in.p[at] & 0xC0) == 0x80; at++)
                ;
    }
    if (done < in.n)
        event(s, r.from + (uint32_t)done, r.to, false);
    if (s->pending)
        put(s, s->held.from, s->held.to);
}

static void swap(struct tok_work *w)
{
    struct tok_vec x = w->pieces;
    w->pieces = w->pieces_too;
    w->pieces_too = x;
}

static void split_by(const struct tok_step *step, struct tok_work *w, struct span text, enum tok_behavior behavior, bool invert)
{
    struct sink s = { .w = w, .out = &w->pieces_too, .behavior = behavior, .invert = invert };
    w->pieces_too.n = 0;
    for (size_t i = 0; i < w->pieces.n && !w->err.code; i++)
        split_piece(step, &s, text, ((const struct tok_range *)w->pieces.p)[i]);
    swap(w);
}

/* A split by one of our own scanners. */
static void split_own(const struct tok_scanner *scanner, struct tok_work *w, struct span text, enum tok_behavior behavior,
                      bool invert)
{
    struct tok_step step = { .next = tok_next_scan, .scanner = scanner };
    split_by(&step, w, text, behavior, invert);
}

/* ---- steps that write ------------------------------------------------------------------------ */

/* The buffer that the text does not lie in. */
static struct buf *other(struct tok_work *w, struct span in)
{
    return w->normal.p && in.p >= (const uint8_t *)w->normal.p && in.p <= (const uint8_t *)w->normal.p + w->normal.cap
               ? &w->spare : &w->normal;
}

static bool starts(struct span piece, struct span with)
{
    return piece.n >= with.n && memcmp(piece.p, with.p, with.n) == 0;
}

/* Write every piece anew: with `prefix` before it when it does not begin so and `always`, or `first` and it begins the
 * whole text; each space as `space`; and spelled in GPT-2's alphabet. */
struct rewrite { struct span prefix, space; bool always, first, spell; };

static void rewrite_piece(const struct rewrite *r, struct buf *out, struct span piece, bool is_start)
{
    bool wants = r->always || (r->first && is_start);
    /* Spaces are escaped before the reference asks whether the prefix is there. */
    bool has = starts(piece, r->prefix) || (r->space.n && piece.n && piece.p[0] == ' ');
    if (wants && piece.n && !has)
        buf_span(out, r->prefix);
    for (size_t i = 0; i < piece.n; i++)
        if (r->space.n && piece.p[i] == ' ')
            buf_span(out, r->space);
        else
            buf_char(out, (char)piece.p[i]);
}

static void spell(struct buf *out, struct span piece)
{
    for (size_t i = 0; i < piece.n; i++)
        uni_put(out, tok_byte_char(piece.p[i]));
}

static struct span rewrite(struct tok_work *w, struct span text, const struct rewrite *r)
{
    struct buf *out = other(w, text);
    struct tok_range *p = w->pieces.p;
    buf_reset(out);
    for (size_t i = 0; i < w->pieces.n && !out->error; i++) {
        uint32_t from = (uint32_t)out->n;
        struct span piece = span_sub(text, p[i].from, p[i].to - p[i].from);
        if (r->spell)
            spell(out, piece);
        else
            rewrite_piece(r, out, piece, w->at_start && i == 0 && p[i].from == 0);
        p[i] = (struct tok_range){ from, (uint32_t)out->n };
    }
    if (out->error == ERR_MEMORY)
        (void)err_memory(&w->err);
    else if (out->error)
        (void)tok_fail(w, ERR_LIMIT, "the text is too long once it is normalized");
    return buf_view(out);
}

static struct span byte_level(const struct tokenizer *t, struct tok_work *w, const struct tok_pre *pre, struct span text)
{
    if (pre->flags & TOK_BYTE_PREFIX_SPACE)
        text = rewrite(w, text, &(struct rewrite){ .prefix = span_str(" "), .always = true });
    if (pre->flags & TOK_BYTE_SPLIT)
        split_own(&tok_scan_gpt2, w, text, TOK_ISOLATED, false);
    return t->spelled ? rewrite(w, text, &(struct rewrite){ .spell = true }) : text;
}

static struct span metaspace(struct tok_work *w, const struct tok_step *step, struct span text)
{
    const struct tok_pre *pre = &step->pre;
    text = rewrite(w, text, &(struct rewrite){ .prefix = pre->a, .space = pre->a, .always = pre->flags & TOK_META_ALWAYS,
                                               .first = pre->flags & TOK_META_FIRST });
    if (pre->flags & TOK_META_SPLIT)
        split_by(step, w, text, TOK_WITH_NEXT, false);
    return text;
}

static struct span apply(const struct tokenizer *t, struct tok_work *w, const struct tok_step *s, struct span text)
{
    switch (s->pre.kind) {
    case TOK_PRE_SPLIT:
        split_by(s, w, text, s->pre.behavior, s->pre.invert);
        break;
    case TOK_PRE_BYTE_LEVEL:
        return byte_level(t, w, &s->pre, text);
    case TOK_PRE_METASPACE:
        return metaspace(w, s, text);
    case TOK_PRE_BERT:
        split_own(&tok_scan_space, w, text, TOK_REMOVED, false);
        split_own(&tok_scan_punct, w, text, TOK_ISOLATED, false);
        break;
    case TOK_PRE_WHITESPACE:
        split_own(&tok_scan_words, w, text, TOK_REMOVED, true);
        break;
    case TOK_PRE_WHITESPACE_SPLIT:
        split_own(&tok_scan_space, w, text, TOK_REMOVED, false);
        break;
    case TOK_PRE_DIGITS:
        split_own(&tok_scan_digit, w, text, s->pre.flags & TOK_DIGITS_EACH ? TOK_ISOLATED : TOK_CONTIGUOUS, false);
        break;
    case TOK_PRE_PUNCTUATION:
        split_own(&tok_scan_punct, w, text, s->pre.behavior, false);
        break;
    }
    return text;
}

void tok_split(const struct tokenizer *t, struct tok_work *w, struct span *in)
{
    struct sink s = { .w = w, .out = &w->pieces };
    w->pieces.n = 0;
    put(&s, 0, (uint32_t)in->n);
    for (uint32_t i = 0; i < t->n_steps && !w->err.code; i++)
        *in = apply(t, w, &t->steps[i], *in);
}

int tok_step_init(struct tok_step *s, struct arena *a, struct err *e)
{
    if (s->pre.kind == TOK_PRE_METASPACE) {
        s->next = tok_next_literal;
        return s->pre.a.n ? 0 : err_plain(e, ERR_FORMAT, "a Metaspace without its replacement");
    }
    if (s->pre.kind != TOK_PRE_SPLIT)
        return 0;
    s->next = s->pre.is_literal ? tok_next_literal : tok_next_scan;
    s->scanner = s->pre.is_literal ? NULL : tok_scanner_find(s->pre.a);
    if (s->pre.is_literal || s->scanner)
        return 0;
    s->next = tok_next_regex;
    return tok_regex_compile(s->pre.a, a, &s->regex, e);
}

bool tok_next_literal(const struct tok_step *s, struct tok_work *w, struct span in, size_t at, size_t *from, size_t *to)
{
    (void)w;
    const uint8_t *hit = s->pre.a.n ? memmem(in.p + at, in.n - at, s->pre.a.p, s->pre.a.n) : NULL;
    if (!hit)
        return false;
    *from = (size_t)(hit - in.p);
    *to = *from + s->pre.a.n;
    return true;
}

bool tok_next_scan(const struct tok_step *s, struct tok_work *w, struct span in, size_t at, size_t *from, size_t *to)
{
    (void)w;
    while (at < in.n) {
        size_t skip = 0, n = s->scanner->scan(s->scanner, in, at, &skip);
        if (n) {
            *from = at;
            *to = at + n;
            return true;
        }
        at += skip;
    }
    return false;
}

bool tok_next_regex(const struct tok_step *s, struct tok_work *w, struct span in, size_t at, size_t *from, size_t *to)
{
    return tok_regex_next(s->regex, w, in, at, from, to);
}
