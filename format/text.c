// SPDX-License-Identifier: Apache-2.0
#include "format/text.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include "base/utf8.h"
#include "format/html.h"

enum { LINK_DEPTH = 32, REPLACEMENT = 0xfffd };

/* The document while it is worked on: as struct text, but writable. */
struct work {
    char *p;
    uint32_t *src;
    size_t n;
};

/* Windows-1252 at 0x80 to 0x9f; its five holes stay control characters (WHATWG encoding). */
static const uint16_t cp1252[32] = {
    0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039,
    0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
};

/* UTF-8 when most of what is beyond ASCII is valid: one bad byte, or a cut at the end,
 * does not turn a Chinese licence into Latin letters. */
static bool looks_utf8(struct span s)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t cp;
        if (s.p[i] < 0x80) {
            i++;
            continue;
        }
        unsigned n = utf8_next(span_sub(s, i, 4), &cp);
        good += n > 0;
        bad += n == 0;
        i += n ? n : 1;
    }
    return bad == 0 || good > bad;
}

static enum text_encoding encoding_of(struct span raw, size_t *bom)
{
    *bom = 0;
    if (span_starts(raw, "\xef\xbb\xbf")) {
        *bom = 3;
        return TEXT_UTF8;
    }
    if (span_starts(raw, "\xff\xfe") || span_starts(raw, "\xfe\xff")) {
        *bom = 2;
        return raw.p[0] == 0xff ? TEXT_UTF16LE : TEXT_UTF16BE;
    }
    return looks_utf8(raw) ? TEXT_UTF8 : TEXT_LATIN1;
}

static unsigned next_utf16(struct span s, bool big, uint32_t *cp)
{
    *cp = REPLACEMENT;
    if (s.n < 2)
        return (unsigned)s.n;
    uint32_t lead = big ? (uint32_t)s.p[0] << 8 | s.p[1] : le16(s.p);
    if (lead < 0xd800 || lead > 0xdfff) {
        *cp = lead;
        return 2;
    }
    if (lead > 0xdbff || s.n < 4)
        return 2;
    uint32_t trail = big ? (uint32_t)s.p[2] << 8 | s.p[3] : le16(s.p + 2);
    if (trail < 0xdc00 || trail > 0xdfff)
        return 2;
    *cp = 0x10000 + ((lead - 0xd800) << 10) + (trail - 0xdc00);
    return 4;
}

/* Decode the character at s.p[0]; s is not empty. Returns its source bytes, at least 1. */
static unsigned next_char(struct span s, enum text_encoding enc, uint32_t *cp)
{
    if (enc == TEXT_UTF16LE || enc == TEXT_UTF16BE)
        return next_utf16(s, enc == TEXT_UTF16BE, cp);
    *cp = s.p[0];
    if (s.p[0] < 0x80)
        return 1;
    if (enc == TEXT_LATIN1) {
        if (s.p[0] < 0xa0)
            *cp = cp1252[s.p[0] - 0x80];
        return 1;
    }
    unsigned n = utf8_next(s, cp);
    if (n)
        return n;
    *cp = REPLACEMENT;
    return 1;
}

/* As next_char, with CR LF and CR read as LF. */
static unsigned next_in_line(struct span s, enum text_encoding enc, uint32_t *cp)
{
    unsigned n = next_char(s, enc, cp);
    if (*cp != '\r')
        return n;
    *cp = '\n';
    uint32_t after;
    struct span rest = span_sub(s, n, s.n);
    if (!rest.n)
        return n;
    unsigned more = next_char(rest, enc, &after);
    return after == '\n' ? n + more : n;
}

static int refuse_nul(struct span raw, size_t at, enum text_encoding enc, struct err *e)
{
    (void)err_set(e, ERR_FORMAT, at, "binary content, no text: a NUL character");
    if (enc == TEXT_UTF8 && (at == 1 || (at == 0 && raw.n > 1 && raw.p[1])))
        (void)err_hint(e, "UTF-16 is read only after a byte order mark");
    return ERR_FORMAT;
}

/* Most bytes of most documents: they stand for themselves. */
static bool plain_byte(uint8_t c, enum text_encoding enc)
{
    return c < 0x80 && c != '\r' && c != 0 && (enc == TEXT_UTF8 || enc == TEXT_LATIN1);
}

/* Decode raw from `at`. With w->p NULL it only measures w->n, else it fills. */
static int decode(struct span raw, size_t at, enum text_encoding enc, struct work *w, struct err *e)
{
    w->n = 0;
    while (at < raw.n) {
        uint32_t cp;
        char bytes[4];
        if (plain_byte(raw.p[at], enc)) {
            if (w->p) {
                w->p[w->n] = (char)raw.p[at];
                w->src[w->n] = (uint32_t)at;
            }
            w->n++;
            at++;
            continue;
        }
        unsigned n_src = next_in_line(span_sub(raw, at, raw.n), enc, &cp);
        if (cp == 0)
            return refuse_nul(raw, at, enc, e);
        unsigned n = utf8_put(cp, bytes);
        for (unsigned i = 0; w->p && i < n; i++) {
            w->p[w->n + i] = bytes[i];
            w->src[w->n + i] = (uint32_t)at;
        }
        w->n += n;
        at += n_src;
    }
    return 0;
}

/* Where the source lines start, read off the line ends of the decoded text. */
static int index_lines(const struct work *w, struct arena *a, struct text *t, struct err *e)
{
    size_t lines = 1;
    for (size_t i = 0; i + 1 < w->n; i++)
        lines += w->p[i] == '\n';
    uint32_t *start = arena_array(a, lines, sizeof *start);
    if (!start)
        return err_memory(e);
    t->n_lines = 1;
    t->line_start = start;
    for (size_t i = 0; i + 1 < w->n; i++)
        if (w->p[i] == '\n')
            start[t->n_lines++] = w->src[i + 1];
    return 0;
}

static bool ends_ci(const char *name, const char *end)
{
    size_t n = strlen(name), len = strlen(end);
    return n >= len && strcasecmp(name + n - len, end) == 0;
}

static enum text_markup markup_of(const char *name, struct span text)
{
    static const struct { const char *end; enum text_markup markup; } known[] = {
        { ".htm", TEXT_HTML }, { ".html", TEXT_HTML }, { ".xhtml", TEXT_HTML },
        { ".md", TEXT_MARKDOWN }, { ".markdown", TEXT_MARKDOWN }, { ".mdown", TEXT_MARKDOWN },
        { ".mkd", TEXT_MARKDOWN }, { ".pdf", TEXT_PDF },
    };
    if (html_is_page(text))
        return TEXT_HTML;
    for (size_t i = 0; name && i < sizeof known / sizeof *known; i++)
        if (ends_ci(name, known[i].end))
            return known[i].markup;
    return TEXT_PLAIN;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The address of a link at `at`: <...>, or a word with balanced parentheses. 0: none. */
static size_t address_end(const char *p, size_t n, size_t at)
{
    if (at < n && p[at] == '<') {
        for (at++; at < n && p[at] != '<' && p[at] != '\n'; at++)
            if (p[at] == '>')
                return at + 1;
        return 0;
    }
    unsigned depth = 0;
    for (; at < n && (unsigned char)p[at] > ' '; at++) {
        if (p[at] == '(' && ++depth > LINK_DEPTH)
            return 0;
        if (p[at] == ')' && depth-- == 0)
            return at;
    }
    return depth == 0 ? at : 0;
}

/* In plain text "[party](ies)" is no link: an address has one of these. */
static bool is_address(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strchr("./:#@", p[i]))
            return true;
    return false;
}

static size_t skip_blanks(const char *p, size_t n, size_t at)
{
    while (at < n && is_blank(p[at]))
        at++;
    return at;
}

/* Past the quoted title at `at`, when there is one. */
static size_t skip_title(const char *p, size_t n, size_t at)
{
    char quote = at < n ? p[at] : 0;
    if (quote != '"' && quote != '\'')
        return at;
    for (at++; at < n && p[at] != '\n'; at++)
        if (p[at] == quote)
            return at + 1;
    return at;
}

/* The end of "(address "title")" that starts at `at` after its '(', or 0. Each step stops at what may
 * begin another link or after LINK_DEPTH parentheses, so that the whole text stays linear. */
static size_t link_end(const char *p, size_t n, size_t at, bool strict)
{
    size_t from = skip_blanks(p, n, at);
    at = address_end(p, n, from);
    if (!at || (strict && !is_address(p + from, at - from)))
        return 0;
    if (at < n && is_blank(p[at]))
        at = skip_blanks(p, n, skip_title(p, n, skip_blanks(p, n, at)));
    return at < n && p[at] == ')' ? at + 1 : 0;
}

/* [words](url) becomes words, ![words](url) too: what goes is marked with NULs, which no text
 * holds, then squeezed out. Brackets pair up within a paragraph, LINK_DEPTH deep. */
static void drop_links(struct work *w, bool markdown)
{
    size_t open[LINK_DEPTH], depth = 0;
    char *p = w->p;
    for (size_t i = 0; i < w->n; i++) {
        if (p[i] == '\\' && markdown) {
            i++;                                /* "\]" is no bracket */
        } else if (p[i] == '\n' && p[i + 1] == '\n') {
            depth = 0;
        } else if (p[i] == '[') {
            depth %= LINK_DEPTH;
            open[depth++] = i;
        } else if (p[i] == ']' && depth > 0) {
            size_t from = open[--depth];
            size_t end = p[i + 1] == '(' ? link_end(p, w->n, i + 2, !markdown) : 0;
            if (!end)
                continue;
            p[from] = 0;
            if (from > 0 && p[from - 1] == '!')
                p[from - 1] = 0;
            memset(p + i, 0, end - i);
            i = end - 1;
        }
    }
}

static void squeeze(struct work *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (!w->p[i])
            continue;
        w->p[n] = w->p[i];
        w->src[n++] = w->src[i];
    }
    w->n = n;
}

static void reduce(struct work *w, enum text_markup markup)
{
    if (markup == TEXT_HTML) {
        w->n = html_reduce(w->p, w->src, w->n, HTML_PAGE);
        return;
    }
    if (memmem(w->p, w->n, "](", 2)) {
        drop_links(w, markup == TEXT_MARKDOWN);
        squeeze(w);
    }
    if (markup == TEXT_MARKDOWN)
        w->n = html_reduce(w->p, w->src, w->n, HTML_IN_MARKDOWN);
}

int text_decode(struct span raw, const char *name, struct arena *a, struct text *out, struct err *e)
{
    if (raw.n > TEXT_MAX_BYTES)
        return err_plain(e, ERR_LIMIT, "document has %zu bytes, the limit is %d", raw.n, TEXT_MAX_BYTES);
    if (span_starts(raw, "%PDF-")) {
        (void)err_set(e, ERR_FORMAT, 0, "a PDF, no text");
        (void)err_hint(e, "its text comes from pdftotext");
        return ERR_FORMAT;
    }
    size_t bom;
    struct text t = { .encoding = encoding_of(raw, &bom) };
    struct work w = { 0 };
    int rc = decode(raw, bom, t.encoding, &w, e);
    if (rc)
        return rc;
    w.p = arena_alloc(a, w.n + 1);
    w.src = arena_array(a, w.n + 1, sizeof *w.src);
    if (!w.p || !w.src)
        return err_memory(e);
    (void)decode(raw, bom, t.encoding, &w, e);
    rc = index_lines(&w, a, &t, e);
    if (rc)
        return rc;
    t.markup = markup_of(name, span_of(w.p, w.n));
    reduce(&w, t.markup);
    w.p[w.n] = 0;
    w.src[w.n] = (uint32_t)raw.n;
    t.p = w.p;
    t.n = w.n;
    t.src = w.src;
    *out = t;
    return 0;
}

uint32_t text_line(const struct text *t, size_t i)
{
    uint32_t at = t->src[i < t->n ? i : t->n];
    uint32_t lo = 0, hi = t->n_lines;           /* the answer lies in [lo, hi) */
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (t->line_start[mid] <= at)
            lo = mid;
        else
            hi = mid;
    }
    return lo + 1;
}
