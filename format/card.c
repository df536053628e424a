// SPDX-License-Identifier: Apache-2.0
#include "format/card.h"

#include <strings.h>
#include "base/yaml.h"

/* One line of the file: [from, end), the next begins at `next`. Lines end at LF, as base/yaml.h
 * counts them; the CR of CR LF goes when the line is trimmed. */
struct line { size_t from, end, next; uint32_t no; };

static struct line line_at(struct span s, size_t from, uint32_t no)
{
    const uint8_t *lf = from < s.n ? memchr(s.p + from, '\n', s.n - from) : NULL;
    size_t end = lf ? (size_t)(lf - s.p) : s.n;
    return (struct line){ .from = from, .end = end, .next = end + (lf != NULL), .no = no };
}

static struct line line_after(struct span s, struct line l)
{
    return line_at(s, l.next, l.no + 1);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct span trim(struct span s)
{
    while (s.n && (is_blank(s.p[0]) || s.p[0] == '\n' || s.p[0] == '\r'))
        s = span_sub(s, 1, s.n);
    while (s.n && (is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    return s;
}

static struct span text_of(struct span s, struct line l)
{
    return trim(span_sub(s, l.from, l.end - l.from));
}

/* ---- front matter ------------------------------------------------------------------- */

/* The line that opens front matter: the first that is not blank. False: another one came first. */
static bool find_open(struct span raw, struct line *open)
{
    size_t bom = span_starts(raw, "\xef\xbb\xbf") ? 3 : 0;
    for (struct line l = line_at(raw, bom, 1); l.from < raw.n; l = line_after(raw, l)) {
        struct span text = text_of(raw, l);
        if (!text.n)
            continue;
        *open = l;
        return span_is(text, "---");
    }
    return false;
}

/* The mark that closes it, in the first column: so the first line is YAML's own document end. */
static bool find_close(struct span raw, struct line open, struct line *close)
{
    for (struct line l = line_after(raw, open); l.from < raw.n; l = line_after(raw, l)) {
        struct span text = text_of(raw, l);
        if (!is_blank(raw.p[l.from]) && (span_is(text, "---") || span_is(text, "..."))) {
            *close = l;
            return true;
        }
    }
    return false;
}

/* Does a "key:" follow? Then a --- that is never closed was meant to open front matter. */
static bool key_follows(struct span raw, struct line open)
{
    for (struct line l = line_after(raw, open); l.from < raw.n; l = line_after(raw, l)) {
        struct span text = text_of(raw, l);
        if (!text.n || text.p[0] == '#')
            continue;
        size_t i = 0;
        while (i < text.n && (is_word(text.p[i]) || text.p[i] == '-'))
            i++;
        return i > 0 && i < text.n && text.p[i] == ':';
    }
    return false;
}

/* Turn positions in the front matter into positions in the file. Depth: limited by yaml_parse. */
static void shift(struct val *v, uint32_t lines, uint64_t bytes)
{
    v->line += lines;
    v->line_to += lines;
    if (v->key_line)
        v->key_line += lines;
    v->byte_from += bytes;
    v->byte_to += bytes;
    for (struct val *kid = v->first; kid; kid = kid->next)
        shift(kid, lines, bytes);
}

static void shift_err(struct err *e, uint32_t lines, uint64_t bytes)
{
    if (e->at == ERR_AT_LINE)
        e->pos += lines;
    else if (e->at == ERR_AT_BYTE)
        e->pos += bytes;
}

/* Read c->meta_raw, whose first line is line `first` of the file. Fails: ERR_MEMORY only. */
static int read_meta(struct card *c, uint32_t first, uint64_t byte, struct arena *a, struct err *e)
{
    const struct val *root = NULL;
    if (c->meta_raw.n > CARD_META_MAX_BYTES) {
        (void)err_line(&c->meta_error, ERR_LIMIT, first, "front matter has %zu bytes, the limit is %d",
                       c->meta_raw.n, CARD_META_MAX_BYTES);
        return 0;
    }
    int rc = yaml_parse(c->meta_raw, &yaml_limits, a, &root, &c->meta_error);
    if (rc == ERR_MEMORY)
        return err_memory(e);
    if (rc) {
        shift_err(&c->meta_error, first - 1, byte);
        return 0;
    }
    if (root->kind == VAL_NULL)
        return 0;
    if (root->kind != VAL_MAP) {
        (void)err_line(&c->meta_error, ERR_FORMAT, first, "front matter is no map of keys and values");
        return 0;
    }
    /* The tree was made for us a moment ago and nobody else has it: it may be written to. */
    shift((struct val *)(uintptr_t)root, first - 1, byte);
    c->meta = root;
    return 0;
}

int card_parse(struct span raw, struct arena *a, struct card *out, struct err *e)
{
    if (raw.n > CARD_MAX_BYTES)
        return err_plain(e, ERR_LIMIT, "card has %zu bytes, the limit is %d", raw.n, CARD_MAX_BYTES);
    struct card c = { .body_line = 1, .body_byte = span_starts(raw, "\xef\xbb\xbf") ? 3 : 0 };
    struct line open = { 0 }, close = { 0 };
    if (find_open(raw, &open)) {
        c.has_meta = find_close(raw, open, &close);
        if (!c.has_meta && key_follows(raw, open)) {
            (void)err_line(&c.meta_error, ERR_FORMAT, open.no, "front matter is never closed");
            (void)err_hint(&c.meta_error, "end it with a line that holds only ---");
        }
    }
    if (c.has_meta) {
        c.meta_raw = span_sub(raw, open.next, close.from - open.next);
        c.body_line = close.no + (close.next > close.end);
        c.body_byte = close.next;
        int rc = read_meta(&c, open.no + 1, open.next, a, e);
        if (rc)
            return rc;
    }
    c.body = span_sub(raw, (size_t)c.body_byte, raw.n);
    *out = c;
    return 0;
}

/* ---- values ------------------------------------------------------------------------- */

bool card_is_placeholder(struct span text)
{
    static const char needed[] = "more information needed";
    text = trim(text);
    if (text.n >= 4 && span_starts(text, "{{") && text.p[text.n - 1] == '}')
        return true;
    if (text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
        text = trim(span_sub(text, 1, text.n - 2));
    return text.n == sizeof needed - 1 && strncasecmp((const char *)text.p, needed, text.n) == 0;
}

static struct card_string string_of(const struct val *v)
{
    return (struct card_string){ v->str, v->line, v->line_to, v->byte_from, v->byte_to };
}

/* What one scalar amounts to. */
static enum card_state scalar_state(const struct val *v)
{
    if (v->kind == VAL_LIST || v->kind == VAL_MAP)
        return CARD_ODD;
    if (v->kind == VAL_NULL || !trim(v->str).n)
        return CARD_EMPTY;
    return card_is_placeholder(v->str) ? CARD_PLACEHOLDER : CARD_GIVEN;
}

int card_strings(const struct card *c, const char *key, struct arena *a, struct card_strings *out,
                 struct err *e)
{
    const struct val *v = val_get(c->meta, key);
    struct card_strings r = { .state = CARD_ABSENT };
    if (!v) {
        *out = r;
        return 0;
    }
    bool list = v->kind == VAL_LIST, odd = false, left_over = false;
    struct card_string *items = arena_array(a, list ? v->n : 1, sizeof *items);
    if (!items)
        return err_memory(e);
    for (const struct val *item = list ? v->first : v; item; item = list ? item->next : NULL) {
        enum card_state state = scalar_state(item);
        odd |= state == CARD_ODD;
        left_over |= state == CARD_PLACEHOLDER;
        if (state == CARD_GIVEN)
            items[r.n++] = string_of(item);
    }
    r.state = odd ? CARD_ODD : r.n ? CARD_GIVEN : left_over ? CARD_PLACEHOLDER : CARD_EMPTY;
    r.items = items;
    r.all = string_of(v);
    r.all.text = v->key;
    if (v->key_line)
        r.all.line_from = v->key_line;
    *out = r;
    return 0;
}

const struct val *card_next_key(const struct card *c, const char *prefix, const struct val *after)
{
    const struct val *v = after ? after->next : c->meta ? c->meta->first : NULL;
    while (v && !span_starts(v->key, prefix))
        v = v->next;
    return v;
}

/* ---- sections ----------------------------------------------------------------------- */

/* What the lines above the current one are part of: a paragraph may become a setext heading. */
enum block { BLOCK_NONE, BLOCK_PARAGRAPH, BLOCK_OTHER };

struct outline {
    struct span s;                  /* the body */
    struct arena *a;
    struct card_section *items;
    size_t n, cap;
    enum block block;
    struct line par;                /* first line of the paragraph */
    uint8_t fence;                  /* '`', '~', or '!' for a comment; 0: none open */
    size_t fence_n;
    bool no_comment_end;            /* no "-->" lies ahead */
};

static size_t run_of(struct span s, uint8_t c)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == c)
        n++;
    return n;
}

static size_t indent_of(struct span s, struct line l)
{
    size_t n = 0;
    for (size_t i = l.from; i < l.end && is_blank(s.p[i]); i++)
        n += s.p[i] == '\t' ? 4 : 1;
    return n;
}

/* Level of an ATX heading and its title; 0: none. */
static unsigned atx_level(struct span t, struct span *title)
{
    size_t level = run_of(t, '#');
    if (level == 0 || level > 6 || (level < t.n && !is_blank(t.p[level])))
        return 0;
    t = trim(span_sub(t, level, t.n));
    size_t end = t.n;
    while (end > 0 && t.p[end - 1] == '#')
        end--;
    if (end < t.n && (end == 0 || is_blank(t.p[end - 1])))
        t = trim(span_sub(t, 0, end));
    *title = t;
    return (unsigned)level;
}

/* 1 for ===, 2 for --- under a paragraph, else 0. */
static unsigned setext_level(struct span t)
{
    if (!t.n || (t.p[0] != '=' && t.p[0] != '-') || run_of(t, t.p[0]) != t.n)
        return 0;
    return t.p[0] == '=' ? 1 : 2;
}

/* Enter or leave fenced code. True when the line belongs to it, marks included. */
static bool in_fence(struct outline *o, struct span t)
{
    if (o->fence) {
        size_t n = run_of(t, o->fence);
        if (n >= o->fence_n && n == t.n)
            o->fence = 0;
        return true;
    }
    if (!t.n || (t.p[0] != '`' && t.p[0] != '~'))
        return false;
    size_t n = run_of(t, t.p[0]);
    if (n < 3 || (t.p[0] == '`' && t.n > n && memchr(t.p + n, '`', t.n - n)))
        return false;
    o->fence = t.p[0];
    o->fence_n = n;
    return true;
}

/* The same for a comment that starts its line; one that is never closed hides nothing. */
static bool in_comment(struct outline *o, struct span t, struct line l)
{
    if (o->fence != '!') {
        if (o->fence || o->no_comment_end || !span_starts(t, "<!--"))
            return false;
        if (!memmem(o->s.p + l.from, o->s.n - l.from, "-->", 3)) {
            o->no_comment_end = true;
            return false;
        }
        o->fence = '!';
    }
    if (t.n >= 3 && memmem(t.p, t.n, "-->", 3))
        o->fence = 0;
    return true;
}

static int add_section(struct outline *o, unsigned level, struct span title, struct line l, struct err *e)
{
    if (o->n > CARD_MAX_SECTIONS)
        return err_plain(e, ERR_LIMIT, "card has more than %d sections", CARD_MAX_SECTIONS);
    void *items = o->items;
    if (arena_grow(o->a, &items, &o->cap, o->n, sizeof *o->items))
        return err_memory(e);
    o->items = items;
    o->items[o->n++] = (struct card_section){
        .level = level, .title = title, .line_from = l.no, .byte_from = l.from,
    };
    o->block = BLOCK_NONE;
    return 0;
}

/* Quotes, lists, tables, HTML: what no underline turns into a heading. */
static bool starts_other(struct span t)
{
    if (strchr(">|<", t.p[0]))
        return true;
    if (strchr("-*+", t.p[0]))
        return t.n == 1 || is_blank(t.p[1]) || run_of(t, t.p[0]) == t.n;
    size_t i = 0;
    while (i < t.n && t.p[i] >= '0' && t.p[i] <= '9')
        i++;
    return i > 0 && i + 1 < t.n && (t.p[i] == '.' || t.p[i] == ')') && is_blank(t.p[i + 1]);
}

static int outline_line(struct outline *o, struct line l, struct err *e)
{
    struct span t = text_of(o->s, l), title = SPAN_NONE;
    bool indented = indent_of(o->s, l) > 3;
    if (in_comment(o, t, l) || in_fence(o, t)) {
        o->block = BLOCK_NONE;
        return 0;
    }
    if (!t.n) {
        o->block = BLOCK_NONE;
        return 0;
    }
    unsigned level = indented ? 0 : atx_level(t, &title);
    if (level)
        return add_section(o, level, title, l, e);
    level = indented || o->block != BLOCK_PARAGRAPH ? 0 : setext_level(t);
    if (level) {
        size_t n = l.from - o->par.from;
        return add_section(o, level, trim(span_sub(o->s, o->par.from, n)), o->par, e);
    }
    if (o->block == BLOCK_NONE) {
        o->block = indented || starts_other(t) ? BLOCK_OTHER : BLOCK_PARAGRAPH;
        o->par = l;
    } else if (o->block == BLOCK_PARAGRAPH && starts_other(t)) {
        o->block = BLOCK_OTHER;
    }
    return 0;
}

/* Give each section its ends, from the last to the first: a section ends where the next one of its
 * level or above starts. next_at[k] is the start of the nearest one after with level <= k. */
static void close_sections(struct outline *o, uint32_t end_line, uint64_t end_byte)
{
    uint32_t line[7], own_line = end_line;
    uint64_t byte[7], own_byte = end_byte;
    for (unsigned k = 0; k < 7; k++) {
        line[k] = end_line;
        byte[k] = end_byte;
    }
    for (size_t i = o->n; i-- > 0;) {
        struct card_section *s = &o->items[i];
        unsigned reach = s->level ? s->level : 6;       /* the preamble ends at any heading */
        s->line_to = line[reach] > s->line_from ? line[reach] - 1 : s->line_from;
        s->byte_to = byte[reach];
        s->own_line_to = own_line > s->line_from ? own_line - 1 : s->line_from;
        s->own_byte_to = own_byte;
        for (unsigned k = s->level; k < 7; k++) {
            line[k] = s->line_from;
            byte[k] = s->byte_from;
        }
        own_line = s->line_from;
        own_byte = s->byte_from;
    }
}

int card_sections(const struct card *c, struct arena *a, const struct card_section **out, size_t *n,
                  struct err *e)
{
    struct outline o = { .s = c->body, .a = a };
    struct line l = line_at(o.s, 0, c->body_line);
    int rc = add_section(&o, 0, SPAN_NONE, l, e);       /* the preamble, taken back when blank */
    for (; !rc && l.from < o.s.n; l = line_after(o.s, l))
        rc = outline_line(&o, l, e);
    if (rc)
        return rc;
    close_sections(&o, l.no, o.s.n);
    bool blank = !trim(span_sub(o.s, 0, (size_t)o.items[0].byte_to)).n;
    for (size_t i = 0; i < o.n; i++) {
        o.items[i].byte_from += c->body_byte;
        o.items[i].byte_to += c->body_byte;
        o.items[i].own_byte_to += c->body_byte;
    }
    *out = o.items + blank;
    *n = o.n - blank;
    return 0;
}
