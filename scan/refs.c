// SPDX-License-Identifier: Apache-2.0
#include "scan/refs.h"

#include <stdlib.h>

/* ---- targets ------------------------------------------------------------------------------ */

bool refs_target_stays(struct span t)
{
    if (!t.n || t.n > REF_TEXT_MAX || t.p[0] == '/' || t.p[t.n - 1] == '/')
        return false;
    for (size_t from = 0, i = 0; i <= t.n; i++) {
        if (i < t.n && t.p[i] != '/') {
            if (t.p[i] < 0x20 || t.p[i] == 0x7f || t.p[i] == '\\' || t.p[i] == ':')
                return false;
            continue;
        }
        struct span part = span_sub(t, from, i - from);
        if (span_is(part, ".."))
            return false;
        from = i + 1;
    }
    return true;
}

static bool is_word(uint8_t c)
{
    uint8_t low = c | 32;
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

struct span refs_module_path(struct span dotted, struct arena *a)
{
    const uint8_t *last = dotted.n ? memrchr(dotted.p, '.', dotted.n) : NULL;
    size_t n = last ? (size_t)(last - dotted.p) : 0;
    char *path = n && dotted.p[n - 1] != '.' && n < REF_TEXT_MAX - 3 ? arena_text(a, n + 3) : NULL;
    if (!path || last + 1 == dotted.p + dotted.n)
        return SPAN_NONE;
    for (size_t i = 0; i < n; i++) {
        bool dot = dotted.p[i] == '.';
        if (dot ? i == 0 || dotted.p[i - 1] == '.' : !is_word(dotted.p[i]) && dotted.p[i] != '-')
            return SPAN_NONE;
        path[i] = dot ? '/' : (char)dotted.p[i];
    }
    memcpy(path + n, ".py", 3);
    return span_of(path, n + 3);
}

/* ---- keeping ------------------------------------------------------------------------------ */

static int by_target(const void *x, const void *y)
{
    const struct scan_ref *a = x, *b = y;
    int order = a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind) : strcmp(a->target, b->target);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static bool same(const struct scan_ref *a, const struct scan_ref *b)
{
    return a->kind == b->kind && strcmp(a->target, b->target) == 0;
}

/* Make one of those that are the same; the first keeps its place. */
static void merge(struct scan *s)
{
    size_t kept = 0;
    qsort(s->refs, s->n_refs, sizeof *s->refs, by_target);
    for (size_t i = 0; i < s->n_refs; i++) {
        struct scan_ref *last = kept ? &s->refs[kept - 1] : NULL;
        if (!last || !same(last, &s->refs[i]))
            s->refs[kept++] = s->refs[i];
        else if (s->refs[i].bytes > last->bytes)
            last->bytes = s->refs[i].bytes;
    }
    s->n_refs = kept;
}

static int say_too_many(struct scan *s, const struct scan_node *n, uint64_t at, struct err *e)
{
    s->refs_cut = true;
    return scan_find(s, n, RULE_TOO_DEEP, at, e, "more files are named here than are followed");
}

int refs_add(struct scan *s, const struct scan_node *n, enum ref_kind kind, struct span target, struct span how,
             uint64_t at, uint64_t line, uint64_t bytes, struct err *e)
{
    while (span_starts(target, "./"))
        target = span_sub(target, 2, target.n);
    if (n->depth || !refs_target_stays(target) || s->refs_cut)
        return 0;
    if (s->n_refs) {                        /* weights of one file mostly follow each other */
        struct scan_ref *last = &s->refs[s->n_refs - 1];
        if (last->kind == kind && span_is(target, last->target)) {
            last->bytes = bytes > last->bytes ? bytes : last->bytes;
            return 0;
        }
    }
    if (s->n_refs >= REFS_MAX) {
        merge(s);
        if (s->n_refs > REFS_MAX / 2)       /* or the next merge would come too soon */
            return say_too_many(s, n, at, e);
    }
    void *items = s->refs;
    const char *t = arena_strn(s->a, target.p, target.n), *h = arena_strn(s->a, how.p, how.n > 80 ? 80 : how.n);
    if (!t || !h || arena_grow(s->a, &items, &s->cap_refs, s->n_refs, sizeof *s->refs))
        return err_memory(e);
    s->refs = items;
    s->refs[s->n_refs++] = (struct scan_ref){ kind, t, h, at, line, bytes };
    return 0;
}

/* ---- Python ------------------------------------------------------------------------------- */

static size_t blanks(struct span s, size_t at)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
        at++;
    return at;
}

static struct span word_at(struct span s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && is_word(s.p[at + n]))
        n++;
    return span_sub(s, at, n);
}

/* name, name as x, (name, ...: each may be a module beside this one. */
static int names(struct scan *s, const struct scan_node *n, struct span line, size_t at, uint64_t from, uint64_t number,
                 struct err *e)
{
    int rc = 0;
    while (!rc && at < line.n && line.p[at] != '#') {
        struct span name = word_at(line, at);
        char path[REF_TEXT_MAX];
        at += name.n ? name.n : 1;
        if (!name.n || span_is(name, "as") || span_is(name, "import") || name.n > sizeof path - 4)
            continue;
        memcpy(path, name.p, name.n);
        memcpy(path + name.n, ".py", 3);
        rc = refs_add(s, n, REF_IMPORT, span_of(path, name.n + 3), SPAN_NONE, from, number, 0, e);
    }
    return rc;
}

/* "from .a.b import c" names a/b.py; more dots lead to folders above, whose code is not this folder's. */
static int import_line(struct scan *s, const struct scan_node *n, struct span line, uint64_t from, uint64_t number,
                       struct err *e)
{
    size_t at = blanks(line, 0), m = 0;
    if (!span_starts(span_sub(line, at, line.n), "from"))
        return 0;
    at = blanks(line, at + 4);
    if (at >= line.n || line.p[at] != '.' || (at + 1 < line.n && line.p[at + 1] == '.'))
        return 0;
    at = blanks(line, at + 1);
    char path[REF_TEXT_MAX];
    for (; at < line.n && (is_word(line.p[at]) || line.p[at] == '.') && m < sizeof path - 4; at++)
        path[m++] = line.p[at] == '.' ? '/' : (char)line.p[at];
    if (!m || (m == 6 && memcmp(path, "import", 6) == 0))
        return names(s, n, line, blanks(line, at), from, number, e);
    memcpy(path + m, ".py", 3);
    return refs_add(s, n, REF_IMPORT, span_of(path, m + 3), SPAN_NONE, from, number, 0, e);
}

int refs_of_python(struct scan *s, const struct scan_node *n, struct err *e)
{
    int rc = 0;
    uint64_t number = 1;
    for (size_t at = 0; at < n->in.n && !rc; number++) {
        const uint8_t *end = memchr(n->in.p + at, '\n', n->in.n - at);
        size_t to = end ? (size_t)(end - n->in.p) : n->in.n;
        rc = import_line(s, n, span_sub(n->in, at, to - at), at, number, e);
        at = to + 1;
    }
    return rc;
}
