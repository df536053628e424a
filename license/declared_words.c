// SPDX-License-Identifier: Apache-2.0
#include "license/declared.h"

#include <strings.h>
#include "base/utf8.h"
#include "license/declared_int.h"

/* ---- a block as words ------------------------------------------------------------------------ */

enum { MARK_RANKS = 9 };
static const char marks[MARK_RANKS + 1] = ".?|;:(),!";  /* the stronger of two marks comes first */

static int rank_of(char mark)
{
    const char *at = mark ? strchr(marks, mark) : NULL;
    return at ? (int)(at - marks) : MARK_RANKS;
}

static void add_mark(char *mark, char next)
{
    if (rank_of(next) < rank_of(*mark))
        *mark = next;
}

/* The character at p[i]: its bytes; a mark when it is punctuation that parts words; wide or not. */
struct glyph { unsigned n; bool letter, wide; char mark; };

static const struct { uint32_t cp; char mark; } wide_marks[] = {
    { 0x3002, '.' }, { 0xff0e, '.' }, { 0xff01, '.' }, { 0xff1f, '?' }, { 0xff0c, ',' }, { 0x3001, ',' },
    { 0xff1b, ';' }, { 0xff1a, ':' }, { 0xff08, '(' }, { 0xff09, ')' }, { 0x2022, '|' }, { 0xb7, '|' },
};

/* Chinese, Japanese, Korean: written without blanks. */
static bool is_wide(uint32_t cp)
{
    bool sign = cp >= 0x3000 && cp < 0x3040;
    return (cp >= 0x2e80 && cp < 0xd7a4 && !sign) || (cp >= 0xf900 && cp < 0xfb00) || cp >= 0x20000;
}

static struct glyph glyph_at(const char *p, size_t i, size_t to)
{
    struct glyph g = { .n = 1 };
    unsigned char b = (unsigned char)p[i];
    if (b < 0x80) {
        g.letter = (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
        g.mark = b && strchr("?|;:(),!", b) ? (char)b : 0;
        return g;
    }
    uint32_t cp = 0;
    g.n = utf8_next(span_of(p + i, to - i), &cp);
    if (!g.n)
        g.n = 1;
    for (size_t k = 0; k < sizeof wide_marks / sizeof *wide_marks && !g.mark; k++)
        if (wide_marks[k].cp == cp)
            g.mark = wide_marks[k].mark;
    g.wide = !g.mark && is_wide(cp);
    g.letter = !g.mark && (g.wide || (cp >= 0xc0 && cp < 0x2000 && cp != 0xd7 && cp != 0xf7));
    return g;
}

static bool is_inner(char c)
{
    return c == '-' || c == '.' || c == '+' || c == '_' || c == '\'' || c == '&';
}

/* Where the word at `i` ends. "Apache-2.0", "llama3.1", "RAIL++-M", "don't"; Chinese apart from Latin. */
static size_t word_end(const char *p, size_t i, size_t to, bool *wide)
{
    struct glyph g = glyph_at(p, i, to);
    *wide = g.wide;
    while (i < to) {
        g = glyph_at(p, i, to);
        if (g.letter && g.wide == *wide) {
            i += g.n;
            continue;
        }
        size_t k = i;
        while (k < to && is_inner(p[k]))
            k++;
        bool plus = k > i && p[k - 1] == '+';
        g = k < to ? glyph_at(p, k, to) : (struct glyph){ 0 };
        if (*wide || k == i || (!(g.letter && !g.wide) && !plus))
            break;
        i = k;
    }
    return i;
}

static size_t url_end(const char *p, size_t i, size_t to)
{
    static const char *const schemes[] = { "https://", "http://" };
    for (size_t k = 0; k < 2; k++) {
        size_t n = strlen(schemes[k]);
        if (to - i <= n || strncasecmp(p + i, schemes[k], n) != 0)
            continue;
        for (i += n; i < to && (unsigned char)p[i] > ' ' && !strchr("<>()[]\"|*`", p[i]);)
            i++;
        while (strchr(".,;:!?", p[i - 1]))
            i--;
        return i;
    }
    return 0;
}

/* A dot ends a sentence when a blank and no small letter follows. */
static bool ends_sentence(const char *p, size_t i, size_t to)
{
    size_t k = i + 1;
    while (k < to && (p[k] == '*' || p[k] == '"' || p[k] == ')' || p[k] == '_'))
        k++;
    if (k < to && p[k] != ' ' && p[k] != '\n' && p[k] != '\t')
        return false;
    while (k < to && (p[k] == ' ' || p[k] == '\n' || p[k] == '\t' || p[k] == '*'))
        k++;
    return k >= to || !(p[k] >= 'a' && p[k] <= 'z');
}

static int add_word(struct prose *p, struct prose_word w)
{
    void *words = p->words;
    if (arena_grow(p->d->a, &words, &p->cap_words, p->n_words, sizeof *p->words))
        return err_memory(p->e);
    p->words = words;
    p->words[p->n_words++] = w;
    return 0;
}

/* Chinese words are not parted, so one may hold several of ours. */
static uint32_t wide_classes(struct span w)
{
    static const struct { const char *cue; uint32_t classes; } cues[] = {
        { "许可", WORD_LICENSE | WORD_LABEL }, { "协议", WORD_LICENSE | WORD_LABEL },
        { "授权", WORD_LICENSE | WORD_LABEL },
        { "代码", WORD_CODE }, { "权重", WORD_WEIGHTS }, { "模型", WORD_WEIGHTS }, { "数据", WORD_DATA },
    };
    uint32_t classes = 0;
    for (size_t i = 0; i < sizeof cues / sizeof *cues; i++)
        if (span_find(w, cues[i].cue))
            classes |= cues[i].classes;
    return classes;
}

int words_of_block(struct prose *p, size_t from, size_t to)
{
    const char *s = p->t.p;
    char mark = 0;
    p->n_words = 0;
    for (size_t i = from; i < to;) {
        struct glyph g = glyph_at(s, i, to);
        if (!g.letter) {
            if (s[i] == '.' && ends_sentence(s, i, to))
                g.mark = '.';
            else if (s[i] == '*' && i + 1 < to && s[i + 1] == '*' && p->n_words && i > from && s[i - 1] != ' ')
                p->words[p->n_words - 1].strong_end = true;
            add_mark(&mark, g.mark);
            i += g.n;
            continue;
        }
        struct prose_word w = { .from = (uint32_t)i, .before = mark };
        size_t end = url_end(s, i, to);
        w.url = end > 0;
        w.to = (uint32_t)(end ? end : word_end(s, i, to, &w.wide));
        struct span text = span_of(s + i, w.to - i);
        w.classes = w.wide ? wide_classes(text) : word_classes(text);
        if (p->n_words)
            p->words[p->n_words - 1].after = mark;
        int rc = add_word(p, w);
        if (rc)
            return rc;
        mark = 0;
        i = w.to;
    }
    if (p->n_words)
        p->words[p->n_words - 1].after = '.';
    return 0;
}

/* ---- lines ---------------------------------------------------------------------------------- */

int lines_find(struct prose *p)
{
    size_t n = 1, k = 0;
    for (size_t i = 0; i < p->body.n; i++)
        n += p->body.p[i] == '\n';
    uint32_t *lines = arena_array(p->d->a, n, sizeof *lines);
    if (!lines)
        return err_memory(p->e);
    lines[k++] = 0;
    for (size_t i = 0; i < p->body.n; i++)
        if (p->body.p[i] == '\n')
            lines[k++] = (uint32_t)i + 1;
    p->lines = lines;
    p->n_lines = (uint32_t)n;
    return 0;
}

uint32_t line_at(const struct prose *p, uint64_t byte)
{
    uint32_t low = 0, high = p->n_lines;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (p->lines[mid] <= byte)
            low = mid;
        else
            high = mid;
    }
    return low;
}

struct span word_span(const struct prose *p, size_t i)
{
    return span_of(p->t.p + p->words[i].from, p->words[i].to - p->words[i].from);
}

bool word_is(const struct prose *p, size_t i, const char *list)
{
    return i < p->n_words && word_in(word_span(p, i), list);
}

bool word_has(const struct prose *p, size_t i, uint32_t classes)
{
    return i < p->n_words && (p->words[i].classes & classes);
}

bool any_has(const struct prose *p, size_t from, size_t to, uint32_t classes)
{
    uint32_t all = 0;
    for (size_t i = from; i < to; i++)
        all |= p->words[i].classes;
    return all & classes;
}

/* ---- links --------------------------------------------------------------------------------- */

static uint64_t source_of(const struct prose *p, size_t at)
{
    return p->t.src[at];
}

/* The first link whose words begin among the words [from, to) of the block. O(log links). */
const struct prose_link *link_in(const struct prose *p, size_t from, size_t to)
{
    if (from >= to || to > p->n_words)
        return NULL;
    uint64_t begin = source_of(p, p->words[from].from), end = source_of(p, p->words[to - 1].to - 1);
    size_t low = 0, high = p->n_links;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (p->links[mid].to <= begin)
            low = mid + 1;
        else
            high = mid;
    }
    return low < p->n_links && p->links[low].from <= end ? &p->links[low] : NULL;
}

/* ---- what a statement is about --------------------------------------------------------------- */

static unsigned scope_of_word(const struct prose *p, size_t i, size_t to)
{
    uint32_t classes = p->words[i].classes;
    unsigned scope = classes & WORD_CODE ? SCOPE_CODE : SCOPE_UNSAID;
    if ((classes & WORD_WEIGHTS) && (i + 1 >= to || !word_has(p, i + 1, WORD_NOT_WEIGHTS)))
        scope |= SCOPE_WEIGHTS;
    scope |= classes & WORD_DATA ? SCOPE_DATA : SCOPE_UNSAID;
    return scope | (classes & WORD_DOCS ? SCOPE_DOCS : SCOPE_UNSAID);
}

/* What follows "of", "for" says what that belongs to ("the code of the model"), up to the next "and". */
unsigned scope_of_words(const struct prose *p, size_t from, size_t to)
{
    unsigned scope = 0;
    bool belongs = false;
    for (size_t i = from; i < to && i < p->n_words; i++) {
        if (word_has(p, i, WORD_JOIN) || (i > from && p->words[i].before == ','))
            belongs = false;
        if (!belongs)
            scope |= scope_of_word(p, i, to);
        if (scope && word_has(p, i, WORD_BELONGS))
            belongs = true;
    }
    return scope;
}
