// SPDX-License-Identifier: Apache-2.0
#include "license/declared.h"

#include <stdlib.h>
#include <strings.h>
#include "license/declared_int.h"

enum { BRACKET_DEPTH = 8, TAG_BYTES = 4096, BADGE_BYTES = 200, BADGES_MAX = 256 };

/* ---- links and badges: in the bytes of the body, because text_decode takes addresses out ------- */

struct badge { uint64_t from, to; struct span alt, url; };

struct marks {
    struct prose *p;
    struct badge *badges;
    size_t n_badges, cap_badges;
};

static bool is_space(uint8_t b) { return b == ' ' || b == '\t' || b == '\n' || b == '\r'; }

static int add_link(struct marks *m, uint64_t begin, uint64_t from, uint64_t to, uint64_t end, struct span url)
{
    struct prose *p = m->p;
    void *links = p->links;
    if (arena_grow(p->d->a, &links, &p->cap_links, p->n_links, sizeof *p->links))
        return err_memory(p->e);
    p->links = links;
    p->links[p->n_links++] = (struct prose_link){ .from = from, .to = to, .begin = begin, .end = end, .url = url };
    return 0;
}

static int add_badge(struct marks *m, uint64_t from, uint64_t to, struct span alt, struct span url)
{
    void *badges = m->badges;
    bool shields = span_find(url, "shields.io/badge/") || span_find(url, "badgen.net/badge/");
    if (m->n_badges >= BADGES_MAX || !shields)
        return 0;
    if (arena_grow(m->p->d->a, &badges, &m->cap_badges, m->n_badges, sizeof *m->badges))
        return err_memory(m->p->e);
    m->badges = badges;
    m->badges[m->n_badges++] = (struct badge){ .from = from, .to = to, .alt = alt, .url = url };
    return 0;
}

static size_t angle_end(struct span s, size_t at)
{
    while (at < s.n && s.p[at] != '\n' && s.p[at] != '>')
        at++;
    return at;
}

static size_t address_end(struct span s, size_t at)
{
    unsigned depth = 0;
    for (; at < s.n && !is_space(s.p[at]); at++) {
        if (s.p[at] == '(' && ++depth > BRACKET_DEPTH)
            break;
        if (s.p[at] == ')' && depth-- == 0)
            break;
    }
    return at;
}

/* The address behind "](": up to a blank or the ')'. Returns where its ')' is, 0: none. */
static size_t address(struct span s, size_t at, struct span *url)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
        at++;
    size_t from = at;
    bool angle = at < s.n && s.p[at] == '<';
    at = angle ? angle_end(s, at) : address_end(s, at);
    *url = angle ? span_sub(s, from + 1, at - from - 1) : span_sub(s, from, at - from);
    for (size_t limit = at + 300; at < s.n && at < limit && s.p[at] != '\n'; at++)
        if (s.p[at] == ')')
            return url->n ? at : 0;
    return 0;
}

struct brackets { size_t at[BRACKET_DEPTH]; size_t n; };

static int bracket(struct marks *m, struct brackets *b, size_t i, size_t *next)
{
    struct span s = m->p->body, url;
    *next = i + 1;
    if (s.p[i] == '[') {
        if (b->n == BRACKET_DEPTH) {
            memmove(b->at, b->at + 1, (BRACKET_DEPTH - 1) * sizeof *b->at);
            b->n--;
        }
        b->at[b->n++] = i;
        return 0;
    }
    if (b->n == 0)
        return 0;
    size_t open = b->at[--b->n];
    size_t close = i + 1 < s.n && s.p[i + 1] == '(' ? address(s, i + 2, &url) : 0;
    if (!close)
        return 0;
    *next = close + 1;
    if (open > 0 && s.p[open - 1] == '!')
        return add_badge(m, open - 1, close + 1, span_sub(s, open + 1, i - open - 1), url);
    return add_link(m, open, open + 1, i, close + 1, url);
}

/* The value of an attribute of the tag s. */
static struct span attribute(struct span s, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 1; i + n + 2 < s.n; i++) {
        if (!is_space(s.p[i - 1]) || strncasecmp((const char *)s.p + i, name, n) != 0)
            continue;
        size_t k = i + n;
        while (k < s.n && is_space(s.p[k]))
            k++;
        if (k >= s.n || s.p[k] != '=')
            continue;
        for (k++; k < s.n && is_space(s.p[k]);)
            k++;
        uint8_t quote = k < s.n && (s.p[k] == '"' || s.p[k] == '\'') ? s.p[k++] : 0;
        size_t from = k;
        while (k < s.n && (quote ? s.p[k] != quote : !is_space(s.p[k]) && s.p[k] != '>'))
            k++;
        return span_sub(s, from, k - from);
    }
    return SPAN_NONE;
}

static bool tag_is(struct span s, const char *name)
{
    size_t n = strlen(name);
    return s.n > n && strncasecmp((const char *)s.p, name, n) == 0 && (is_space(s.p[n]) || s.p[n] == '>');
}

/* A tag at '<': <a href>, <img src alt>, <!-- -->, <https://...>. */
static int tag(struct marks *m, size_t i, size_t *next)
{
    struct span s = m->p->body, rest = span_sub(s, i, s.n);
    const uint8_t *end = NULL;
    *next = i + 1;
    if (span_starts(rest, "<!--")) {
        end = span_find(rest, "-->");
        *next = end ? (size_t)(end - s.p) + 3 : i + 4;
        return 0;
    }
    struct span near = span_sub(rest, 0, TAG_BYTES);
    end = memchr(near.p, '>', near.n);
    if (!end)
        return 0;
    struct span whole = span_sub(near, 0, (size_t)(end - near.p) + 1);
    size_t after = i + whole.n;
    if (tag_is(whole, "<img")) {
        *next = after;
        return add_badge(m, i, after, attribute(whole, "alt"), attribute(whole, "src"));
    }
    struct span url = tag_is(whole, "<a") ? attribute(whole, "href") : SPAN_NONE;
    if (url.n) {
        struct span text = span_sub(s, after, TAG_BYTES);
        const uint8_t *close = span_find(text, "</a");
        *next = after;
        uint64_t to = close ? (uint64_t)(close - s.p) : after;
        return close ? add_link(m, i, after, to, to + 4, url) : 0;
    }
    if (span_starts(whole, "<http")) {
        *next = after;
        return add_link(m, i, i + 1, after - 1, after, span_sub(whole, 1, whole.n - 2));
    }
    return 0;
}

static bool is_fence(struct span line, uint8_t *mark, size_t *length)
{
    size_t blanks = 0, n = 0;
    while (blanks < line.n && line.p[blanks] == ' ')
        blanks++;
    line = span_sub(line, blanks, line.n);
    if (blanks > 12 || line.n < 3 || (line.p[0] != '`' && line.p[0] != '~'))
        return false;
    while (n < line.n && line.p[n] == line.p[0])
        n++;
    *mark = line.p[0];
    *length = n;
    return n >= 3 && !(line.p[0] == '`' && memchr(line.p + n, '`', line.n - n));
}

/* Does the line that starts at `from` open or close fenced code? `open`: the mark that is open, or 0. */
static bool fence_turns(struct span body, size_t from, uint8_t *open, size_t *open_n)
{
    const uint8_t *lf = memchr(body.p + from, '\n', body.n - from);
    struct span line = span_sub(body, from, lf ? (size_t)(lf - body.p) - from : body.n);
    uint8_t mark;
    size_t n;
    if (!is_fence(line, &mark, &n))
        return false;
    if (*open && (mark != *open || n < *open_n))
        return false;
    *open_n = n;
    *open = *open ? 0 : mark;
    return true;
}

static int by_from(const void *a, const void *b)
{
    const struct prose_link *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

static int find_marks(struct marks *m)
{
    struct span s = m->p->body;
    struct brackets b = { .n = 0 };
    uint8_t open = 0;
    size_t open_n = 0;
    int rc = 0;
    for (size_t i = 0, next; !rc && i < s.n; i = next) {
        next = i + 1;
        if (i == 0 || s.p[i - 1] == '\n') {
            fence_turns(s, i, &open, &open_n);
            if (i + 1 < s.n && s.p[i] == '\n')
                b.n = 0;
        }
        if (open)
            continue;
        if (s.p[i] == '\\')
            next = i + 2;
        else if (s.p[i] == '[' || s.p[i] == ']')
            rc = bracket(m, &b, i, &next);
        else if (s.p[i] == '<')
            rc = tag(m, i, &next);
    }
    if (!rc && m->p->n_links)
        qsort(m->p->links, m->p->n_links, sizeof *m->p->links, by_from);
    return rc;
}

/* ---- badges ------------------------------------------------------------------------------------ */

static int hex(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* The next part of "Code_License-Apache_2.0-blue": "_" is a blank, "__" "_", "--" "-", %20 decoded. */
static size_t badge_part(struct span s, size_t i, char *out)
{
    size_t n = 0;
    for (; i < s.n && n < BADGE_BYTES - 1; i++) {
        uint8_t c = s.p[i];
        bool twice = i + 1 < s.n && s.p[i + 1] == c;
        if (c == '?' || c == '#' || c == '/' || (c == '-' && !twice))
            break;
        if ((c == '-' || c == '_') && twice)
            i++;
        else if (c == '_')
            c = ' ';
        if (c == '%' && i + 2 < s.n && hex(s.p[i + 1]) > 0 && hex(s.p[i + 2]) >= 0) {
            c = (uint8_t)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2]));
            i += 2;
        }
        out[n++] = (char)c;
    }
    out[n] = 0;
    return i + 1;
}

static unsigned badge_scope(const char *label)
{
    static const struct { const char *cue; unsigned bit; } cues[] = {
        { "code", SCOPE_CODE }, { "model", SCOPE_WEIGHTS }, { "weight", SCOPE_WEIGHTS }, { "data", SCOPE_DATA },
    };
    unsigned scope = 0;
    for (size_t i = 0; i < sizeof cues / sizeof *cues; i++)
        if (strcasestr(label, cues[i].cue))
            scope |= cues[i].bit;
    return scope;
}

static const struct prose_link *link_around(const struct prose *p, const struct badge *b)
{
    for (size_t i = 0; i < p->n_links && p->links[i].from <= b->from; i++)
        if (p->links[i].to >= b->to)
            return &p->links[i];
    return NULL;
}

static bool is_license_word(const char *s)
{
    return strcasestr(s, "license") || strcasestr(s, "licence") || strstr(s, "许可") || strstr(s, "协议");
}

static int say_badge(struct prose *p, const struct badge *b)
{
    char label[BADGE_BYTES], value[BADGE_BYTES];
    const uint8_t *at = span_find(b->url, "/badge/");
    struct span rest = span_sub(b->url, (size_t)(at - b->url.p) + 7, b->url.n);
    bool badgen = span_find(b->url, "badgen.net") != NULL;
    size_t next = badge_part(rest, 0, label);
    size_t end = badge_part(rest, next, value);
    bool colored = badgen || end < rest.n;      /* "License-MIT-blue"; "MIT-blue" has no label */
    if (!colored || (!is_license_word(label) && !is_license_word(value)))
        return 0;
    if (!is_license_word(label)) {              /* "MIT-License-green" */
        memcpy(value, label, sizeof value);
        label[0] = 0;
    }
    struct declared item;
    int rc = declared_begin(p->d, DECLARED_BADGE, span_str(value), &item, p->e);
    const struct prose_link *link = link_around(p, b);
    if (!rc && link)
        rc = declared_target(p->d, p->path, link->url, &item, p->e);
    if (rc || !*item.raw)
        return rc;
    item.evidence = evidence_at(p->d->a, p->path, p->raw, b->from + p->body_byte, b->to + p->body_byte,
                                line_at(p, b->from) + p->body_line, line_at(p, b->to - 1) + p->body_line);
    item.scope = badge_scope(label);
    if (!item.evidence)
        return err_memory(p->e);
    return declared_value(p->d, p->out, &item, span_str(item.raw), p->e);
}

/* ---- blocks -------------------------------------------------------------------------------------- */

struct line { size_t from, to, text; bool heading, row, item, in_fence; unsigned level; };

static size_t skip_blanks(const char *s, size_t i, size_t to)
{
    while (i < to && (s[i] == ' ' || s[i] == '\t' || s[i] == '>'))
        i++;
    return i;
}

/* <h2> License </h2> has lost its tags in the text; its line in the file still has them. */
static unsigned html_heading(const struct prose *p, size_t text)
{
    uint32_t at = p->t.src[text];
    for (unsigned back = 1; back < 200 && back <= at; back++) {
        uint8_t b = p->body.p[at - back];
        if (b == '\n')
            return 0;
        if (b == '<' && back >= 4 && (p->body.p[at - back + 1] | 32) == 'h')
            return p->body.p[at - back + 2] >= '1' && p->body.p[at - back + 2] <= '6'
                       ? (unsigned)(p->body.p[at - back + 2] - '0') : 0;
    }
    return 0;
}

/* "- ", "1. ", "• " */
static bool is_item(const char *s, size_t n)
{
    size_t digits = 0;
    while (digits < n && s[digits] >= '0' && s[digits] <= '9')
        digits++;
    if (digits && digits + 1 < n)
        return (s[digits] == '.' || s[digits] == ')') && s[digits + 1] == ' ';
    if (n > 3 && memcmp(s, "•", 3) == 0)
        return true;
    return n > 1 && strchr("-*+", s[0]) && s[1] == ' ';
}

static struct line read_line(const struct prose *p, size_t from)
{
    const char *s = p->t.p;
    const char *lf = memchr(s + from, '\n', p->t.n - from);
    struct line l = { .from = from, .to = lf ? (size_t)(lf - s) : p->t.n };
    l.text = skip_blanks(s, from, l.to);
    size_t i = l.text;
    while (i < l.to && s[i] == '#' && l.level < 7) {
        l.level++;
        i++;
    }
    if (l.level == 0 && l.text < l.to)
        l.level = html_heading(p, l.text);
    else if (l.level > 6 || (i < l.to && s[i] != ' ' && s[i] != '\t'))
        l.level = 0;
    l.heading = l.level > 0;
    l.row = l.text < l.to && s[l.text] == '|';
    l.item = is_item(s + l.text, l.to - l.text);
    return l;
}

/* "## 6. License", "License Agreement", "Licensing and citation": about this model's licence. */
static bool title_is_license(const struct prose *p)
{
    bool license = false;
    for (size_t i = 0; i < p->n_words; i++) {
        struct span w = word_span(p, i);
        bool word = word_has(p, i, WORD_LABEL);
        bool number = w.p[0] >= '0' && w.p[0] <= '9';
        if (!word && !number && !word_has(p, i, WORD_TITLE))
            return false;
        license = license || word;
    }
    return license && p->n_words <= 6;
}

static bool title_is_of_others(const struct prose *p)
{
    return any_has(p, 0, p->n_words, WORD_TITLE_OTHERS);
}

static int heading(struct prose *p, unsigned level)
{
    bool deeper = p->in_section && level > p->level;
    if (title_is_license(p)) {
        p->in_section = true;
        p->level = level;
        p->scope = scope_of_words(p, 0, p->n_words);
        p->has_first = false;
        p->of_others = false;
        return 0;
    }
    p->of_others = title_is_of_others(p);
    if (deeper) {
        unsigned scope = scope_of_words(p, 0, p->n_words);
        p->scope = scope ? scope : p->scope;
        p->has_first = false;
    } else {
        p->in_section = false;
        p->scope = 0;
    }
    return 0;
}

/* A list that such a paragraph opens speaks of others: "portions are available under separate terms:" */
static bool opens_list_of_others(const struct prose *p, size_t to)
{
    const char *s = p->t.p;
    while (to > 0 && (s[to - 1] == ' ' || s[to - 1] == '\n'))
        to--;
    if (to == 0 || s[to - 1] != ':')
        return false;
    return any_has(p, 0, p->n_words, WORD_LIST_OTHERS);
}

struct block { size_t from, to; bool row, item, others_before; };

/* "**License**" alone on a line. */
static bool is_bold_title(const struct prose *p, const struct block *b)
{
    return p->n_words && p->n_words <= 4 && p->words[p->n_words - 1].strong_end && !b->row && p->t.p[b->to - 1] == '*'
           && title_is_license(p);
}

static int end_block(struct prose *p, struct block *b)
{
    int rc = b->to > b->from ? words_of_block(p, b->from, b->to) : 0;
    if (rc || b->to <= b->from)
        return rc;
    if (is_bold_title(p, b))
        return p->in_section ? 0 : heading(p, 7);
    if (!b->item)
        b->others_before = false;
    bool others = p->of_others, said = false;
    p->is_row = b->row;
    p->of_others = others || b->others_before;
    if (p->in_section && !p->has_first && p->n_words) {
        p->has_first = true;
        rc = say_name_only(p, &said);
    }
    if (!rc && !said)
        rc = say_block(p);
    p->of_others = others;
    if (!b->item)
        b->others_before = opens_list_of_others(p, b->to);
    return rc;
}

/* "License" and "=====" below it. */
static bool is_underline(const struct prose *p, const struct block *b, const struct line *l)
{
    size_t n = 0;
    char mark = l->text < l->to ? p->t.p[l->text] : 0;
    if ((mark != '=' && mark != '-') || b->to <= b->from || b->item)
        return false;
    for (size_t i = l->text; i < l->to; i++)
        if (p->t.p[i] == mark)
            n++;
        else if (p->t.p[i] != ' ')
            return false;
    return n >= 2;
}

/* Follow the fences of the file up to the line that holds text byte `at`. */
struct fences { size_t line; uint8_t open; size_t open_n; bool mark; };

static void follow(const struct prose *p, struct fences *f, size_t at)
{
    uint32_t now = line_at(p, p->t.src[at]) + 1;
    for (f->mark = false; f->line < now; f->line++)
        f->mark = fence_turns(p->body, p->lines[f->line], &f->open, &f->open_n);
}

/* A title: its line, or the paragraph that a line of "===" underlines. */
static int say_title(struct prose *p, struct block *b, const struct line *l)
{
    bool under = !l->heading;
    int rc = under ? words_of_block(p, b->from, b->to) : end_block(p, b);
    if (!rc && !under)
        rc = words_of_block(p, l->text, l->to);
    *b = (struct block){ .others_before = b->others_before };
    return rc ? rc : heading(p, !under ? l->level : p->t.p[l->text] == '=' ? 1 : 2);
}

static int say_lines(struct prose *p)
{
    struct block b = { 0 };
    struct fences f = { 0 };
    int rc = 0;
    for (size_t at = 0; !rc && at < p->t.n && !p->out->truncated;) {
        struct line l = read_line(p, at);
        at = l.to + 1;
        follow(p, &f, l.text < l.to ? l.text : l.from);
        bool none = l.text == l.to || f.mark || (f.open && !p->in_section);
        if (f.open)                     /* code has no titles, lists and tables */
            l.heading = l.row = l.item = false;
        else if (!none && (l.heading || is_underline(p, &b, &l))) {
            rc = say_title(p, &b, &l);
            continue;
        }
        if (none || l.row || l.item) {
            rc = end_block(p, &b);
            b = (struct block){ .from = l.text, .row = l.row, .item = l.item, .others_before = b.others_before };
        }
        b.from = b.to ? b.from : l.text;
        b.to = none ? 0 : l.to;
    }
    return rc ? rc : end_block(p, &b);
}

int declared_from_prose(struct declare *d, const char *path, struct span raw, const struct card *card,
                        struct declared_list *out, struct err *e)
{
    struct prose p = { .d = d, .path = path, .raw = raw, .body = card->body, .body_byte = card->body_byte,
                       .body_line = card->body_line, .out = out, .e = e };
    struct marks m = { .p = &p };
    if (p.body.n == 0)
        return 0;
    int rc = text_decode(p.body, "body.md", d->a, &p.t, e);
    if (!rc)
        rc = lines_find(&p);
    if (!rc)
        rc = find_marks(&m);
    if (!rc)
        rc = say_lines(&p);
    for (size_t i = 0; !rc && i < m.n_badges && !out->truncated; i++)
        rc = say_badge(&p, &m.badges[i]);
    return rc;
}
