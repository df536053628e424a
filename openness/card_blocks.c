// SPDX-License-Identifier: Apache-2.0
/* openness/card_blocks.c - the body, line by line: headings, sentences, items, rows, code. */
#include "openness/card_int.h"

#include <strings.h>

enum pending { PENDING_NONE, PENDING_TEXT, PENDING_ITEM };

struct blocks {
    struct card_reading *s;
    const uint8_t *p;
    uint32_t n;                         /* bytes of the file */
    enum pending kind;
    uint32_t from, to;                  /* of the paragraph that is being gathered */
    unsigned n_lines;
    uint8_t fence;                      /* '`' or '~' while inside; '@' inside bare BibTeX */
    unsigned fence_len;
    bool fence_plain, comment;
    struct card_table table;
    bool in_row;
    uint32_t row_from;                  /* of an HTML row over several lines */
};

#define NOWHERE UINT32_MAX

struct line { uint32_t from, to, text, end, next; };    /* text, end: without quotes marks and blanks */

/* ---- one line -------------------------------------------------------------------------- */

static struct line line_at(const struct blocks *b, uint32_t at)
{
    const uint8_t *nl = memchr(b->p + at, '\n', b->n - at);
    struct line l = { .from = at, .to = nl ? (uint32_t)(nl - b->p) : b->n };
    l.next = nl ? l.to + 1 : b->n;
    if (l.to > l.from && b->p[l.to - 1] == '\r')
        l.to--;
    l.text = l.from;
    l.end = l.to;
    while (l.text < l.end && strchr(" \t>", b->p[l.text]) && b->p[l.text])
        l.text++;
    while (l.end > l.text && (b->p[l.end - 1] == ' ' || b->p[l.end - 1] == '\t'))
        l.end--;
    return l;
}

static bool line_starts(const struct blocks *b, const struct line *l, const char *what)
{
    size_t n = strlen(what);
    return l->end - l->text >= n && strncasecmp((const char *)b->p + l->text, what, n) == 0;
}

static uint32_t line_find(const struct blocks *b, const struct line *l, const char *what)
{
    size_t n = strlen(what);
    const uint8_t *q = l->end - l->text >= n ? memmem(b->p + l->text, l->end - l->text, what, n) : NULL;
    return q ? (uint32_t)(q - b->p) : NOWHERE;
}

/* A line of nothing but `c` (and blanks, for a separator of table columns also "|:"). */
static bool line_of_only(const struct blocks *b, const struct line *l, const char *allowed, char need)
{
    bool seen = false;
    for (uint32_t i = l->text; i < l->end; i++) {
        if (!b->p[i] || !strchr(allowed, b->p[i]))
            return false;
        seen |= b->p[i] == (uint8_t)need;
    }
    return seen;
}

/* The width of a list marker with its blank; 0: none. */
static uint32_t marker(const struct blocks *b, const struct line *l)
{
    uint32_t i = l->text;
    uint8_t c = i < l->end ? b->p[i] : 0;
    if (c == '-' || c == '*' || c == '+') {
        i++;
    } else if (c >= '0' && c <= '9') {
        while (i < l->end && i - l->text < 4 && b->p[i] >= '0' && b->p[i] <= '9')
            i++;
        if (i == l->end || (b->p[i] != '.' && b->p[i] != ')'))
            return 0;
        i++;
    } else if (l->end - i > 3 && memcmp(b->p + i, "\xE2\x80\xA2", 3) == 0) {
        i += 3;
    } else {
        return 0;
    }
    return i < l->end && (b->p[i] == ' ' || b->p[i] == '\t') ? i + 1 - l->text : 0;
}

/* ---- sentences ------------------------------------------------------------------------- */

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Is the point at `at` the end of an abbreviation ("e.g.", "al.", "J.") or followed by a small letter? */
static bool is_inner_point(const struct blocks *b, uint32_t at, uint32_t from, uint32_t to)
{
    uint32_t word = at;
    while (word > from && !is_space(b->p[word - 1]) && b->p[word - 1] != '(')
        word--;
    uint32_t n = at - word, next = at + 1;
    while (next < to && is_space(b->p[next]))
        next++;
    bool lower = next < to && b->p[next] >= 'a' && b->p[next] <= 'z';
    bool initial = n == 1 && b->p[word] >= 'A' && b->p[word] <= 'Z';
    bool known = (n == 3 && (!memcmp(b->p + word, "e.g", 3) || !memcmp(b->p + word, "i.e", 3))) ||
                 (n == 2 && (!memcmp(b->p + word, "al", 2) || !memcmp(b->p + word, "vs", 2) ||
                             !memcmp(b->p + word, "cf", 2) || !memcmp(b->p + word, "Dr", 2)));
    return lower || initial || known;
}

/* A tag at `at` that ends a sentence: how long it is, 0 for none. */
static uint32_t closing_tag(const struct blocks *b, uint32_t at, uint32_t to)
{
    static const char *const tags[] = { "</p>", "</li>", "<br>", "<br/>", "<br />" };
    uint8_t next = to - at > 3 ? b->p[at + 1] : 0;
    if (next != '/' && next != 'b' && next != 'B')
        return 0;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t n = strlen(tags[i]);
        if (to - at >= n && strncasecmp((const char *)b->p + at, tags[i], n) == 0)
            return (uint32_t)n;
    }
    return 0;
}

/* The byte behind the sentence that starts at `from`. */
static uint32_t sentence_end(const struct blocks *b, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        uint8_t c = b->p[i];
        if ((c == '.' || c == '!' || c == '?') && i + 1 < to && is_space(b->p[i + 1]) &&
            (c != '.' || !is_inner_point(b, i, from, to)))
            return i + 1;
        if (c == 0xE3 && i + 2 < to && b->p[i + 1] == 0x80 && b->p[i + 2] == 0x82)      /* the CJK full stop */
            return i + 3;
        uint32_t tag = c == '<' ? closing_tag(b, i, to) : 0;
        if (tag)
            return i + tag;
    }
    return to;
}

static void flush(struct blocks *b)
{
    bool any = b->kind != PENDING_NONE, first = true;
    uint32_t at = b->from, to = b->to;
    b->kind = PENDING_NONE;
    b->n_lines = 0;
    while (any && at < to) {
        while (at < to && is_space(b->p[at]))
            at++;
        uint32_t end = sentence_end(b, at, to);
        if (end > at)
            card_judge(b->s, at, end, first);
        first = false;
        at = end;
    }
}

/* ---- headings -------------------------------------------------------------------------- */

static void heading(struct blocks *b, unsigned level, uint32_t from, uint32_t to)
{
    flush(b);
    b->table.open = false;
    card_heading(b->s, level, from, to);
}

static bool atx(struct blocks *b, const struct line *l)
{
    uint32_t i = l->text;
    while (i < l->end && b->p[i] == '#')
        i++;
    unsigned level = i - l->text;
    if (level < 1 || level > 6 || l->text - l->from > 3 || (i < l->end && b->p[i] != ' ' && b->p[i] != '\t'))
        return false;
    heading(b, level, i, l->end);
    return true;
}

static bool html_heading(struct blocks *b, const struct line *l)
{
    uint8_t level = l->end - l->text > 4 ? b->p[l->text + 2] : 0;
    if (line_starts(b, l, "<h") && level >= '1' && level <= '6') {
        uint32_t end = line_find(b, l, "</h");
        heading(b, level - '0', l->text, end != NOWHERE ? end : l->end);
        return true;
    }
    if (line_starts(b, l, "</details")) {
        heading(b, 7, l->end, l->end);
        return true;
    }
    uint32_t at = b->p[l->text] == '<' ? line_find(b, l, "<summary") : NOWHERE;
    if (at == NOWHERE)
        return false;
    uint32_t end = line_find(b, l, "</summary");
    heading(b, 7, at, end != NOWHERE ? end : l->end);
    return true;
}

/* A line in bold and nothing else: "**Limitations**", "__Limits__:". */
static bool bold_heading(struct blocks *b, const struct line *l)
{
    uint32_t n = l->end - l->text;
    const uint8_t *p = b->p + l->text;
    if (n && p[n - 1] == ':')
        n--;
    if (n < 5 || n > 100 || (p[0] != '*' && p[0] != '_') || p[1] != p[0] || p[n - 1] != p[0] || p[n - 2] != p[0])
        return false;
    for (uint32_t i = 2; i + 2 < n; i++)
        if (p[i] == p[0] && p[i + 1] == p[0])
            return false;
    heading(b, 8, l->text, l->end);
    return true;
}

/* ---- blocks ------------------------------------------------------------------------------ */

static bool fence_line(struct blocks *b, const struct line *l)
{
    uint8_t c = l->text < l->end ? b->p[l->text] : 0;
    uint32_t i = l->text;
    while (i < l->end && b->p[i] == c)
        i++;
    if ((c != '`' && c != '~') || i - l->text < 3)
        return false;
    if (!b->fence) {
        if (memchr(b->p + i, '`', l->end - i))              /* ``code`` in a line opens nothing */
            return false;
        flush(b);
        b->fence = c;
        b->fence_len = i - l->text;
        struct line rest = { .text = i, .end = l->end };
        while (rest.text < rest.end && b->p[rest.text] == ' ')
            rest.text++;
        b->fence_plain = rest.text == rest.end || line_starts(b, &rest, "json") || line_starts(b, &rest, "text") ||
                         line_starts(b, &rest, "yaml") || line_starts(b, &rest, "bib");
        card_code(b->s, l->text, l->end, false);
        return true;
    }
    if (c != b->fence || i - l->text < b->fence_len || i != l->end)
        return false;
    b->fence = 0;
    card_code(b->s, l->end, l->end, false);                 /* closes what is open */
    return true;
}

/* Code, comments and bare BibTeX. True when the line is used up. */
static bool opaque(struct blocks *b, const struct line *l)
{
    if (b->comment) {
        b->comment = line_find(b, l, "-->") == NOWHERE;
        return true;
    }
    if (b->fence == '@') {
        card_code(b->s, l->text, l->end, true);
        bool done = l->text == l->end || b->p[l->text] == '}';
        if (done) {
            b->fence = 0;
            card_code(b->s, l->end, l->end, false);
        }
        return true;
    }
    if (fence_line(b, l))
        return true;
    if (b->fence) {
        card_code(b->s, l->text, l->end, b->fence_plain);
        return true;
    }
    uint32_t open = line_find(b, l, "<!--");
    if (open != NOWHERE) {
        struct line rest = { .text = open, .end = l->end };
        b->comment = line_find(b, &rest, "-->") == NOWHERE;
        if (open == l->text || b->comment) {
            flush(b);
            return true;
        }
    }
    if (l->end - l->text > 6 && b->p[l->text] == '@' && line_find(b, l, "{") != NOWHERE &&
        line_find(b, l, " {") == NOWHERE) {
        flush(b);
        b->fence = '@';
        card_code(b->s, l->text, l->end, true);
        return true;
    }
    return false;
}

/* Markdown rows, and rows of an HTML table, which may span lines. True when the line is used up. */
static bool table_line(struct blocks *b, const struct line *l)
{
    if (b->in_row || line_find(b, l, "<tr") != NOWHERE) {
        flush(b);
        if (!b->in_row)
            b->row_from = l->text;
        uint32_t end = line_find(b, l, "</tr>");
        b->in_row = end == NOWHERE && l->end - b->row_from < 8192;
        if (!b->in_row)
            card_row(b->s, &b->table, b->row_from, end != NOWHERE ? end : l->end, true);
        return true;
    }
    const uint8_t *bar = l->text < l->end ? memchr(b->p + l->text, '|', l->end - l->text) : NULL;
    if (!bar) {
        if (!line_starts(b, l, "<"))
            b->table.open = false;
        return false;
    }
    if (line_of_only(b, l, "|-: ", '-'))
        return b->table.open || b->p[l->text] == '|';
    struct line next = line_at(b, l->next);
    bool head = line_of_only(b, &next, "|-: ", '-') && memchr(b->p + next.text, '|', next.end - next.text);
    if (!b->table.open && !head && b->p[l->text] != '|')
        return false;
    flush(b);
    card_row(b->s, &b->table, l->text, l->end, false);
    return true;
}

/* "**Label:** value", "Label: value" on a line of its own start a unit of their own. */
static bool is_label(const struct blocks *b, const struct line *l)
{
    uint32_t most = l->end - l->text > 60 ? l->text + 60 : l->end;
    const uint8_t *colon = memchr(b->p + l->text, ':', most - l->text);
    uint8_t c = b->p[l->text];
    if (!colon || (colon + 1 < b->p + l->end && colon[1] == '/'))
        return false;
    return (c == '*' && l->text + 1 < l->end && b->p[l->text + 1] == '*') || (c >= 'A' && c <= 'Z');
}

static void text_line(struct blocks *b, const struct line *l)
{
    uint32_t skip = marker(b, l);
    if (skip || line_starts(b, l, "<li") || is_label(b, l) || b->kind == PENDING_NONE) {
        flush(b);
        b->kind = skip || line_starts(b, l, "<li") ? PENDING_ITEM : PENDING_TEXT;
        b->from = l->text + skip;
    }
    b->to = l->end;
    b->n_lines++;
}

static void one_line(struct blocks *b, const struct line *l)
{
    if (opaque(b, l))
        return;
    if (l->text == l->end) {
        flush(b);
        b->table.open = false;
        return;
    }
    bool rule = line_of_only(b, l, "-", '-') || line_of_only(b, l, "=", '=');
    if (rule && b->kind == PENDING_TEXT && b->n_lines == 1) {
        b->kind = PENDING_NONE;
        b->n_lines = 0;
        heading(b, b->p[l->text] == '=' ? 1 : 2, b->from, b->to);
        return;
    }
    if (rule || line_of_only(b, l, "-*_ ", b->p[l->text] == '*' ? '*' : '-')) {
        flush(b);
        return;
    }
    if (atx(b, l) || html_heading(b, l) || bold_heading(b, l) || table_line(b, l))
        return;
    text_line(b, l);
}

void card_blocks_read(struct card_reading *s)
{
    struct blocks b = { .s = s, .p = s->raw.p, .n = (uint32_t)s->raw.n };
    for (uint32_t at = (uint32_t)s->card->body_byte; at < b.n; ) {
        struct line l = line_at(&b, at);
        one_line(&b, &l);
        at = l.next;
    }
    flush(&b);
    card_code(s, b.n, b.n, false);
}
