// SPDX-License-Identifier: Apache-2.0
#include "license/declared.h"

#include <strings.h>
#include "license/declared_int.h"

static const struct { const char *method; double confidence; } hows[] = {
#define X(name, method, confidence) [name] = { method, confidence },
    DECLARED_HOW_MAP(X)
#undef X
};

enum { RAW_MAX_BYTES = 300 };           /* of what is kept as written; the evidence has all of it */

/* ---- small things ------------------------------------------------------------------------ */

static bool is_space(uint8_t b) { return b == ' ' || b == '\t' || b == '\n' || b == '\r'; }

struct span span_trim(struct span s)
{
    while (s.n && is_space(s.p[0]))
        s = span_sub(s, 1, s.n);
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

const uint8_t *span_find(struct span s, const char *what)
{
    return s.n ? memmem(s.p, s.n, what, strlen(what)) : NULL;
}

bool span_is_nocase(struct span s, const char *word)
{
    return s.n == strlen(word) && s.n && strncasecmp((const char *)s.p, word, s.n) == 0;
}

bool word_in(struct span word, const char *list)
{
    if (word.n == 0 || memchr(word.p, 0, word.n))
        return false;
    for (const char *at = list; *at; at++) {
        if (at[0] != ' ' || strncasecmp(at + 1, (const char *)word.p, word.n) != 0)
            continue;
        if (at[word.n + 1] == ' ')
            return true;
    }
    return false;
}

const char *scope_words(unsigned scope, struct arena *a)
{
    static const struct { unsigned bit; const char *word; } words[] = {
        { SCOPE_CODE, "code" }, { SCOPE_WEIGHTS, "weights" }, { SCOPE_DATA, "data" }, { SCOPE_DOCS, "documentation" },
    };
    const char *out = "";
    for (size_t i = 0; i < sizeof words / sizeof *words && out; i++)
        if (scope & words[i].bit)
            out = arena_fmt(a, "%s%s%s", out, *out ? " and " : "", words[i].word);
    return out;
}

const char *declared_state_name(enum declared_state s)
{
    static const char *const names[] = {
        [DECLARED_NAMED] = "named", [DECLARED_VAGUE] = "vague", [DECLARED_OTHER] = "other",
        [DECLARED_UNRECOGNIZED] = "unrecognized", [DECLARED_UNREADABLE] = "unreadable",
    };
    return names[s];
}

const struct evidence *evidence_at(struct arena *a, const char *path, struct span file, uint64_t from, uint64_t to,
                                   uint32_t line_from, uint32_t line_to)
{
    struct evidence *ev = (struct evidence *)evidence_of(a, path, file, from, to, false);
    if (ev) {
        ev->line_from = line_from;
        ev->line_to = line_to < line_from ? line_from : line_to;
    }
    return ev;
}

/* ---- the list ----------------------------------------------------------------------------- */

int declared_begin(struct declare *d, enum declared_how how, struct span raw, struct declared *out, struct err *e)
{
    raw = span_trim(raw);
    size_t n = raw.n > RAW_MAX_BYTES ? RAW_MAX_BYTES : raw.n;
    while (n < raw.n && n > 0 && (raw.p[n] & 0xc0) == 0x80)
        n--;                            /* not in the middle of a character */
    char *text = arena_strn(d->a, raw.p, n);
    if (!text)
        return err_memory(e);
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
    *out = (struct declared){ .how = how, .state = DECLARED_UNRECOGNIZED, .method = hows[how].method, .raw = text,
                              .id = "", .exception = "", .target = "", .file = "",
                              .confidence = hows[how].confidence };
    return 0;
}

/* A readme says the same thing in a table's every row: once is enough. */
static bool is_said(const struct declared_list *l, const struct declared *x)
{
    for (size_t i = 0; i < l->n && x->how >= DECLARED_SPDX_LINE && !x->expr; i++) {
        const struct declared *o = &l->items[i];
        if (o->how == x->how && o->scope == x->scope && !o->expr && strcmp(o->id, x->id) == 0
            && strcmp(o->raw, x->raw) == 0 && strcmp(o->file, x->file) == 0)
            return true;
    }
    return false;
}

int declared_add(struct declare *d, struct declared_list *out, const struct declared *item, struct err *e)
{
    void *items = out->items;
    if (is_said(out, item))
        return 0;
    if (out->n >= DECLARED_MAX) {
        out->truncated = true;
        return 0;
    }
    if (!item->evidence || arena_grow(d->a, &items, &out->cap, out->n, sizeof *out->items))
        return err_memory(e);
    out->items = items;
    out->items[out->n++] = *item;
    return 0;
}

/* ---- SPDX expressions ---------------------------------------------------------------------- */

/* or = and { OR and };  and = part { AND part };  part = "(" or ")" | id [ "WITH" id ] */
struct expr {
    struct declare *d;
    struct declared_list *out;
    const struct declared *like;
    struct span rest;
    struct err *e;
    unsigned depth;
};

static struct span peek(const struct expr *x)
{
    struct span s = x->rest;
    while (s.n && is_space(s.p[0]))
        s = span_sub(s, 1, s.n);
    size_t n = s.n && (s.p[0] == '(' || s.p[0] == ')');
    while (!n || (n < s.n && s.p[0] != '(' && s.p[0] != ')')) {
        if (n >= s.n || is_space(s.p[n]) || s.p[n] == '(' || s.p[n] == ')')
            break;
        n++;
    }
    return span_sub(s, 0, n);
}

static struct span take(struct expr *x)
{
    struct span word = peek(x);
    if (word.n)
        x->rest = span_sub(x->rest, (size_t)(word.p - x->rest.p) + word.n, x->rest.n);
    return word;
}

static bool take_word(struct expr *x, const char *upper, const char *lower)
{
    struct span word = peek(x);
    if (!span_is(word, upper) && !span_is(word, lower))
        return false;
    take(x);
    return true;
}

static bool is_id(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.+:", s.p[i]))
            return false;
    return s.n > 0 && !word_in(s, " and or with ");
}

/* An exception that is not in the list may be anything, also a restriction. */
static bool is_exception(const struct index *x, const char *id)
{
    for (uint32_t i = 0; i < x->n_entries; i++)
        if (x->entries[i].kind == INDEX_EXCEPTION && strcasecmp(x->entries[i].id, id) == 0)
            return true;
    return false;
}

static int expr_or(struct expr *x);

/* Each returns 0, 1 for what is no expression, or an error. */
static int expr_part(struct expr *x)
{
    struct span word = take(x);
    if (span_is(word, "(")) {
        if (++x->depth > EXPR_DEPTH_MAX)
            return 1;
        int rc = expr_or(x);
        x->depth--;
        return rc ? rc : !span_is(take(x), ")");
    }
    if (!is_id(word))
        return 1;
    struct declared item = *x->like;
    int rc = declared_resolve(x->d, word, &item, x->e);
    if (rc)
        return rc;
    if (take_word(x, "WITH", "with")) {
        struct span exception = take(x);
        if (!is_id(exception))
            return 1;
        item.exception = arena_strn(x->d->a, exception.p, exception.n);
        if (!item.exception)
            return err_memory(x->e);
        if (!is_exception(x->d->index, item.exception))
            declared_forget(&item);
    }
    return declared_add(x->d, x->out, &item, x->e);
}

static int expr_and(struct expr *x)
{
    int rc = expr_part(x);
    while (!rc && take_word(x, "AND", "and"))
        rc = expr_part(x);
    return rc;
}

static int expr_or(struct expr *x)
{
    size_t first = x->out->n;
    bool choice = false;
    int rc = expr_and(x);
    while (!rc && take_word(x, "OR", "or")) {
        choice = true;
        rc = expr_and(x);
    }
    for (size_t i = first; choice && i < x->out->n; i++)
        x->out->items[i].choice = true;
    return rc;
}

static bool looks_like_expr(struct span s)
{
    static const char *const ops[] = { " AND ", " OR ", " WITH ", " and ", " or ", " with " };
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (span_find(s, ops[i]))
            return true;
    return s.n > 0 && s.p[0] == '(';
}

/* *done tells whether it was one. */
static int add_expr(struct declare *d, struct declared_list *out, const struct declared *like, struct span value,
                    bool *done, struct err *e)
{
    struct declared_list before = *out;
    struct declared all = *like;
    all.expr = out->n_expr + 1;
    struct expr x = { .d = d, .out = out, .like = &all, .rest = value, .e = e };
    int rc = expr_or(&x);
    if (rc < 0)
        return rc;
    *done = rc == 0 && peek(&x).n == 0;
    if (!*done)
        out->n = before.n;
    else
        out->n_expr++;
    return 0;
}

int declared_value(struct declare *d, struct declared_list *out, const struct declared *like, struct span value,
                   struct err *e)
{
    struct declared item = *like;
    int rc = declared_resolve(d, value, &item, e);
    if (!rc && item.state == DECLARED_UNRECOGNIZED && span_find(value, "://")) {
        if ((rc = declared_target(d, like->evidence ? like->evidence->path : "", value, &item, e)) == 0)
            rc = declared_resolve_url(d, value, &item, e);
    } else if (!rc && item.state == DECLARED_UNRECOGNIZED && looks_like_expr(value)) {
        bool done = false;
        if ((rc = add_expr(d, out, like, value, &done, e)) || done)
            return rc;
    }
    return rc ? rc : declared_add(d, out, &item, e);
}
