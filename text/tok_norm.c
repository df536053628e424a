// SPDX-License-Identifier: Apache-2.0
/* Normalizers: each takes the whole text and gives a new one, or the same when nothing changes. */
#include "text/tok_int.h"

struct pass { struct tok_work *w; const struct tok_change *c; struct span in; struct buf *out; };

/* What a pass wrote. Its error is noted here: the next pass but one empties the buffer. */
static struct span view(struct tok_work *w, const struct buf *out)
{
    if (out->error == ERR_MEMORY)
        (void)err_memory(&w->err);
    else if (out->error)
        (void)tok_fail(w, ERR_LIMIT, "the text is too long once it is normalized");
    return buf_view(out);
}

static bool is_ascii(struct span s)
{
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8)
        if (le64(s.p + i) & 0x8080808080808080u)
            return false;
    for (; i < s.n; i++)
        if (s.p[i] >= 0x80)
            return false;
    return true;
}

/* Controls that are white space to the reference's BERT part; all others go. */
static bool is_kept_control(uint32_t cp) { return cp == '\t' || cp == '\n' || cp == '\r'; }

static bool is_chinese(uint32_t cp)
{
    return cp - 0x4E00 < 0x5200 || cp - 0x3400 < 0x19C0 || cp - 0x20000 < 0xA6E0 || cp - 0x2A700 < 0x1040 ||
           cp - 0x2B740 < 0xE0 || cp - 0x2B920 < 0x1590 || cp - 0xF900 < 0x200 || cp - 0x2F800 < 0x220;
}

static void clean(struct pass *p, uint32_t cp)
{
    if (!cp || cp == 0xFFFD)
        return;
    if (!is_kept_control(cp) && uni_is(cp, UNI_BIT(UNI_CC) | UNI_BIT(UNI_CF) | UNI_BIT(UNI_CO) | UNI_BIT(UNI_CS)))
        return;
    if (uni_is(cp, UNI_SPACE))
        buf_char(p->out, ' ');
    else
        uni_put(p->out, cp);
}

static void chinese(struct pass *p, uint32_t cp)
{
    bool apart = is_chinese(cp);
    if (apart)
        buf_char(p->out, ' ');
    uni_put(p->out, cp);
    if (apart)
        buf_char(p->out, ' ');
}

static void drop_nonspacing(struct pass *p, uint32_t cp)
{
    if (!uni_is(cp, UNI_BIT(UNI_MN)))
        uni_put(p->out, cp);
}

static void drop_marks(struct pass *p, uint32_t cp)
{
    if (!uni_is(cp, UNI_M))
        uni_put(p->out, cp);
}

static void lower(struct pass *p, uint32_t cp)
{
    uint32_t parts[4];
    unsigned n = uni_lower(cp, parts);
    for (unsigned i = 0; i < n; i++)
        uni_put(p->out, parts[i]);
}

/* SentencePiece's nmt_nfkc, as the reference has it: some controls go, some spaces become plain. */
static void nmt(struct pass *p, uint32_t cp)
{
    static const struct { uint32_t from, to; bool space; } moves[] = {
        { 0x1, 0x8, false }, { 0x9, 0xA, true }, { 0xB, 0xB, false }, { 0xC, 0xD, true }, { 0xE, 0x1F, false },
        { 0x7F, 0x7F, false }, { 0x8F, 0x8F, false }, { 0x9F, 0x9F, false }, { 0x1680, 0x1680, true },
        { 0x200B, 0x200F, true }, { 0x2028, 0x2029, true }, { 0x2581, 0x2581, true }, { 0xFEFF, 0xFEFF, true },
        { 0xFFFD, 0xFFFD, true } };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (cp >= moves[i].from && cp <= moves[i].to) {
            if (moves[i].space)
                buf_char(p->out, ' ');
            return;
        }
    uni_put(p->out, cp);
}

static struct span each(struct pass *p, struct span in, struct buf *out, void (*one)(struct pass *, uint32_t))
{
    p->out = out;
    buf_reset(out);
    for (size_t at = 0; at < in.n && !out->error;) {
        unsigned n;
        one(p, uni_at(in.p + at, &n));
        at += n;
    }
    return view(p->w, out);
}

static struct span lower_ascii(struct tok_work *w, struct span in, struct buf *out)
{
    buf_reset(out);
    buf_span(out, in);
    for (size_t i = 0; i < out->n; i++)
        if ((unsigned)(uint8_t)out->p[i] - 'A' < 26)
            out->p[i] = (char)(out->p[i] + 32);
    return view(w, out);
}

static struct span form(struct pass *p, struct span in, struct buf *out, enum uni_form form)
{
    if (is_ascii(in) || (form == UNI_NFC && uni_is_nfc(in)))
        return in;
    buf_reset(out);
    buf_reset(&p->w->run);
    uni_normalize(in, form, &p->w->run, out);
    if (p->w->run.error)
        out->error = p->w->run.error;
    return view(p->w, out);
}

/* The buffer that `in` does not lie in. */
static struct buf *other(struct tok_work *w, struct span in)
{
    return w->normal.p && in.p >= (const uint8_t *)w->normal.p && in.p <= (const uint8_t *)w->normal.p + w->normal.cap
               ? &w->spare : &w->normal;
}

static struct span bert(struct pass *p, struct span in)
{
    unsigned flags = p->c->norm.flags;
    if (flags & TOK_BERT_CLEAN)
        in = each(p, in, other(p->w, in), clean);
    if ((flags & TOK_BERT_CHINESE) && !is_ascii(in))
        in = each(p, in, other(p->w, in), chinese);
    if ((flags & TOK_BERT_ACCENTS) && !is_ascii(in)) {
        in = form(p, in, other(p->w, in), UNI_NFD);
        in = each(p, in, other(p->w, in), drop_nonspacing);
    }
    if (flags & TOK_BERT_LOWER)
        in = is_ascii(in) ? lower_ascii(p->w, in, other(p->w, in)) : each(p, in, other(p->w, in), lower);
    return in;
}

static struct span replace(struct pass *p)
{
    const struct tok_norm *n = &p->c->norm;
    size_t done = 0, at = 0, from, to;
    bool any = false;
    buf_reset(p->out);
    while (at <= p->in.n && !p->out->error && !p->w->err.code) {
        if (n->is_regex) {
            if (!tok_regex_next(p->c->regex, p->w, p->in, at, &from, &to))
                break;
        } else {
            const uint8_t *hit = n->a.n ? memmem(p->in.p + at, p->in.n - at, n->a.p, n->a.n) : NULL;
            if (!hit)
                break;
            from = (size_t)(hit - p->in.p);
            to = from + n->a.n;
        }
        any = true;
        buf_add(p->out, p->in.p + done, from - done);
        buf_span(p->out, n->b);
        done = to;
        at = to > from ? to : to + 1;
        while (at < p->in.n && (p->in.p[at] & 0xC0) == 0x80)
            at++;
    }
    if (!any)
        return p->in;
    buf_add(p->out, p->in.p + done, p->in.n - done);
    return view(p->w, p->out);
}

static struct span strip(struct span in, unsigned flags)
{
    unsigned n;
    while ((flags & TOK_LSTRIP) && in.n && uni_is(uni_at(in.p, &n), UNI_SPACE))
        in = span_sub(in, n, in.n);
    while ((flags & TOK_RSTRIP) && in.n) {
        size_t at = in.n - 1;
        while (at && (in.p[at] & 0xC0) == 0x80)
            at--;
        if (!uni_is(uni_at(in.p + at, &n), UNI_SPACE))
            break;
        in.n = at;
    }
    return in;
}

static struct span spaces(struct pass *p)
{
    unsigned flags = p->c->norm.flags;
    const char *space = flags & TOK_SPACES_ESCAPE ? TOK_MARK : " ";
    bool merge = flags & TOK_SPACES_MERGE;
    struct span in = p->in;
    while (merge && in.n && in.p[0] == ' ')
        in = span_sub(in, 1, in.n);
    while (merge && in.n && in.p[in.n - 1] == ' ')
        in.n--;
    buf_reset(p->out);
    if (in.n && (flags & TOK_SPACES_PREFIX))
        buf_str(p->out, space);
    for (size_t i = 0; i < in.n; i++)
        if (in.p[i] != ' ')
            buf_char(p->out, (char)in.p[i]);
        else if (!merge || in.p[i - 1] != ' ')
            buf_str(p->out, space);
    return view(p->w, p->out);
}

static struct span apply(struct pass *p)
{
    const struct tok_norm *n = &p->c->norm;
    switch (n->kind) {
    case TOK_NORM_NFC: return form(p, p->in, p->out, UNI_NFC);
    case TOK_NORM_NFD: return form(p, p->in, p->out, UNI_NFD);
    case TOK_NORM_NFKC: return form(p, p->in, p->out, UNI_NFKC);
    case TOK_NORM_NFKD: return form(p, p->in, p->out, UNI_NFKD);
    case TOK_NORM_LOWERCASE: return is_ascii(p->in) ? lower_ascii(p->w, p->in, p->out) : each(p, p->in, p->out, lower);
    case TOK_NORM_STRIP_ACCENTS: return is_ascii(p->in) ? p->in : each(p, p->in, p->out, drop_marks);
    case TOK_NORM_NMT: return each(p, p->in, p->out, nmt);
    case TOK_NORM_BERT: return bert(p, p->in);
    case TOK_NORM_REPLACE: return replace(p);
    case TOK_NORM_PREPEND:
        buf_reset(p->out);
        if (p->in.n)
            buf_span(p->out, n->a);
        buf_span(p->out, p->in);
        return view(p->w, p->out);
    case TOK_NORM_STRIP: return strip(p->in, n->flags);
    case TOK_NORM_CHARSMAP: {
        struct span mapped = tok_charsmap(n, p->in, p->out);
        (void)view(p->w, p->out);
        return mapped;
    }
    case TOK_NORM_SPACES: return spaces(p);
    }
    return p->in;
}

struct span tok_normalize(const struct tokenizer *t, struct tok_work *w, struct span in)
{
    for (uint32_t i = 0; i < t->n_changes && !w->err.code; i++) {
        struct pass p = { w, &t->changes[i], in, other(w, in) };
        in = apply(&p);
    }
    return in;
}
