// SPDX-License-Identifier: Apache-2.0
#include "passport/pen.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/utf8.h"

/* ---- characters ---------------------------------------------------------------------- */

/* Code points that draw nothing, turn the line around, or are no characters. */
static bool hides(uint32_t cp)
{
    static const struct { uint32_t from, to; } ranges[] = {
        { 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x061c, 0x061c },
        { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
        { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
        { 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff } };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (cp >= ranges[i].from && cp <= ranges[i].to)
            return true;
    return (cp & 0xfffe) == 0xfffe;
}

size_t pen_next(struct span s, struct pen_char *out)
{
    *out = (struct pen_char){ 0 };
    if (s.n == 0)
        return 0;
    unsigned n = utf8_next(s, &out->cp);
    if (n == 0) {
        out->cp = 0xfffd;
        (void)utf8_put(out->cp, out->shown);
        return 1;
    }
    if (out->cp == '\n' || out->cp == '\t' || out->cp == '\r' || out->cp == ' ')
        out->shown[0] = ' ';
    else if ((out->hidden = hides(out->cp)))
        (void)snprintf(out->shown, sizeof out->shown, "[U+%04X]", (unsigned)out->cp);
    else
        memcpy(out->shown, s.p, n);
    return n;
}

struct span pen_clip(const char *text, bool *cut)
{
    struct span s = span_str(text);
    *cut = s.n > PEN_CLIP;
    if (*cut) {
        s.n = PEN_CLIP;
        while (s.n && (s.p[s.n] & 0xc0) == 0x80)
            s.n--;
    }
    return s;
}

/* ---- blocks -------------------------------------------------------------------------- */

void pen_open_as(struct pen *p, enum pen_block what, const char *one, const char *two)
{
    if (what == PEN_SECTION)
        p->n_sections++;
    p->ink->open(p, what, one, two);
    if (what == PEN_ROW) {
        p->cell = 0;
        p->row = true;
    }
}

void pen_open(struct pen *p, enum pen_block what)
{
    pen_open_as(p, what, "", "");
}

void pen_close(struct pen *p, enum pen_block what)
{
    p->ink->close(p, what);
    if (what == PEN_CELL)
        p->cell++;
    else if (what == PEN_ROW)
        p->row = false;
    else if (what == PEN_TABLE)
        p->in = NULL;
}

void pen_table(struct pen *p, const struct pen_table *t)
{
    p->in = t;
    p->ink->table(p, t);
}

/* ---- words --------------------------------------------------------------------------- */

void pen_put(struct pen *p, enum pen_style style, const char *text)
{
    if (text && text[0])
        p->ink->put(p, style, text);
}

void pen_fmt(struct pen *p, enum pen_style style, const char *fmt, ...)
{
    char few[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(few, sizeof few, fmt, ap);
    va_end(ap);
    char *text = few;
    if (n >= (int)sizeof few) {
        text = arena_text(p->a, (size_t)n + 1);
        if (text)
            (void)vsnprintf(text, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    if (!text || n < 0)
        p->failed = true;
    else
        pen_put(p, style, text);
}

/* "the text says so" -> "The text says so."; a first word that may be a name is left alone. */
void pen_sentence(struct pen *p, enum pen_style style, const char *text)
{
    size_t n = text ? strlen(text) : 0, word = 0;
    if (n == 0)
        return;
    char *s = arena_text(p->a, n + 2);
    if (!s) {
        p->failed = true;
        return;
    }
    memcpy(s, text, n + 1);
    while (s[word] >= 'a' && s[word] <= 'z')
        word++;
    if (word && (s[word] == ' ' || s[word] == ',' || s[word] == '\''))
        s[0] = (char)(s[0] - 'a' + 'A');
    if (!strchr(".!?:", s[n - 1]))
        memcpy(s + n, ".", 2);
    pen_put(p, style, s);
}

void pen_state(struct pen *p, enum pen_mark mark, const char *word)
{
    p->ink->state(p, mark, word);
}

void pen_proof(struct pen *p, const struct evidence *const *evidence, size_t n, const char *method, double confidence)
{
    const struct evidence **there = arena_array(p->a, n ? n : 1, sizeof *there);
    struct pen_proof *proof = arena_alloc(p->a, sizeof *proof);
    size_t k = 0;
    if (!there || !proof) {
        p->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (evidence[i])
            there[k++] = evidence[i];
    *proof = (struct pen_proof){ there, k, method ? method : "", confidence };
    if (k)
        p->ink->proof(p, proof);
}

void pen_claim(struct pen *p, const struct claim *c)
{
    if (c)
        pen_proof(p, c->evidence, c->n_evidence, c->method, c->confidence);
}

const char *pen_mark_name(enum pen_mark m)
{
    static const char *const names[] = { [MARK_GOOD] = "good", [MARK_PARTLY] = "partly", [MARK_ASK] = "ask",
                                         [MARK_BAD] = "bad", [MARK_UNKNOWN] = "unknown", [MARK_NONE] = "none" };
    return (size_t)m < sizeof names / sizeof *names ? names[m] : "unknown";
}

void pen_sub(struct pen *p, const char *title)
{
    pen_open_as(p, PEN_SUB, title, "");
}

void pen_cell(struct pen *p, enum pen_style style, const char *text)
{
    pen_open(p, PEN_CELL);
    pen_put(p, style, text);
    pen_close(p, PEN_CELL);
}

void pen_fact(struct pen *p, const char *label, enum pen_style style, const char *text)
{
    if (!text || !text[0])
        return;
    pen_open_as(p, PEN_FACT, label, "");
    pen_put(p, style, text);
    pen_close(p, PEN_FACT);
}

void pen_para(struct pen *p, enum pen_block what, const char *text)
{
    pen_open(p, what);
    pen_put(p, PEN_PLAIN, text);
    pen_close(p, what);
}

int pen_error(const struct pen *p, struct err *e)
{
    if (p->failed)
        return err_memory(e);
    return p->b->error ? err_plain(e, p->b->error, "the report does not fit into memory") : 0;
}
