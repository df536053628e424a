// SPDX-License-Identifier: Apache-2.0
/* passport/trust_names.c - signals that the name of a file, a folder or a section gives. */
#include "passport/trust_int.h"

#include <ctype.h>
#include <strings.h>
#include "passport/check_int.h"

enum { SEE_BYTES = 4096, FEW = 3, REVISIONS_MAX = 32, NAME_MAX_BYTES = 80 };

/* The first bytes of a file as evidence that it is there. */
static int see_file(struct trust_maker *w, const struct model_file *f, const struct evidence **out, struct err *e)
{
    struct model_map map;
    int rc = model_map(&w->c->model, f->path, w->a, &map, e);
    if (rc)
        return rc;
    size_t n = map.bytes.n < SEE_BYTES ? map.bytes.n : SEE_BYTES;
    bool text = n > 0 && !memchr(map.bytes.p, 0, n);
    *out = evidence_of(w->a, f->path, span_sub(map.bytes, 0, n), 0, n, text);
    model_unmap(&map);
    return *out ? 0 : err_memory(e);
}

static bool ends(const char *s, const char *tail)
{
    size_t n = strlen(s), k = strlen(tail);
    return n > k && strcasecmp(s + n - k, tail) == 0;
}

/* "changelog", "CHANGELOG.md", "Changelog.txt": a stem, alone or with the ending of a text. */
static bool is_named(const char *path, const char *const *stems)
{
    const char *base = fs_base(path);
    for (size_t i = 0; stems[i]; i++) {
        size_t n = strlen(stems[i]);
        if (strncasecmp(base, stems[i], n) != 0)
            continue;
        const char *rest = base + n;
        if (!*rest || strcasecmp(rest, ".md") == 0 || strcasecmp(rest, ".txt") == 0 || strcasecmp(rest, ".rst") == 0)
            return true;
    }
    return false;
}

/* Files for which `fits` says yes, the first few by name. */
static int see_files(struct trust_maker *w, struct trust_draft *d, bool (*fits)(const char *path), const char *after,
                     struct err *e)
{
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; i < w->c->model.n_files && !rc; i++) {
        const struct model_file *f = &w->c->model.files[i];
        const struct evidence *ev;
        if (f->escapes || !fits(f->path) || n++ >= FEW)
            continue;
        rc = see_file(w, f, &ev, e);
        if (!rc)
            trust_see(d, ev, "%s%s", f->path, after);
    }
    if (n > FEW && !rc)
        trust_see(d, NULL, "and %zu more", n - FEW);
    return rc;
}

/* A section of the first card with one of these titles, that holds more than its title. */
static int see_section(struct trust_maker *w, struct trust_draft *d, const char *const *titles, struct err *e)
{
    const struct gather *g = &w->c->gather;
    const struct card_section *s = NULL;
    size_t n = 0;
    if (d->seen || !g->n_cards)
        return 0;
    int rc = card_sections(&g->cards[0].card, w->a, &s, &n, e);
    for (size_t i = 0; i < n && !rc && !d->seen; i++) {
        const struct evidence *ev;
        const char *title = trust_short(w, s[i].title);
        if (!title)
            return err_memory(e);
        for (size_t k = 0; titles[k] && !rc && !d->seen; k++) {
            if (strcasecmp(title, titles[k]) != 0 || s[i].line_to <= s[i].line_from)
                continue;
            rc = trust_pointer(w, g->cards[0].file->path, g->cards[0].raw, s[i].byte_from, s[i].byte_to, &ev, e);
            d->method = "section of the card";
            if (!rc)
                trust_see(d, ev, "section \"%s\" of %s", title, g->cards[0].file->path);
        }
    }
    return rc;
}

/* ---- signature, changelog, security policy, contact ---------------------------------- */

static bool is_signature(const char *path)
{
    static const char *const tails[] = { ".sig", ".asc", ".sigstore", ".sigstore.json", ".sig.json", ".bundle.json",
                                         ".minisig" };
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (ends(path, tails[i]))
            return true;
    return false;
}

int trust_signature(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    int rc = see_files(w, d, is_signature, "", e);
    if (!rc && d->seen)
        trust_see(d, NULL, "not verified");
    return rc;
}

static bool is_changelog(const char *path)
{
    static const char *const stems[] = { "changelog", "changes", "history", "releases", "release_notes", "release-notes",
                                         "news", NULL };
    return check_depth(path) <= 1 && is_named(path, stems);
}

int trust_changelog(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    static const char *const titles[] = { "Changelog", "Change log", "Changes", "Release notes", "Version history",
                                          "Revision history", "History", "Updates", "News", NULL };
    int rc = see_files(w, d, is_changelog, "", e);
    return rc ? rc : see_section(w, d, titles, e);
}

static bool is_security(const char *path)
{
    static const char *const stems[] = { "security", NULL };
    return check_depth(path) <= 1 && is_named(path, stems);
}

int trust_security(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    static const char *const titles[] = { "Security policy", "Security", "Reporting a vulnerability",
                                          "Reporting vulnerabilities", "Reporting security issues",
                                          "Vulnerability disclosure", NULL };
    int rc = see_files(w, d, is_security, "", e);
    return rc ? rc : see_section(w, d, titles, e);
}

static bool is_contact(const char *path)
{
    static const char *const stems[] = { "maintainers", "codeowners", "authors", "support", "contact", NULL };
    return check_depth(path) <= 1 && is_named(path, stems);
}

/* The judge of the card has read what it says; files come beside it. */
int trust_contact(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    const struct topic *t = &w->c->topics.items[TOPIC_CONTACT];
    if (t->why && t->state != TOPIC_SILENT && t->n_evidence) {
        d->method = "model card";
        trust_see(d, t->evidence[0], "%s, %s", w->c->topics.path, t->why);
    }
    return see_files(w, d, is_contact, "", e);
}

/* ---- intermediate releases ----------------------------------------------------------- */

/* "checkpoint-1000/", "step_500/", "global_step10/": length of such a part at p, without its slash; else 0. */
static size_t release_part(const char *p)
{
    static const char *const words[] = { "checkpoint", "ckpt", "global_step", "step", "iter", "epoch" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (strncasecmp(p, words[i], n) != 0)
            continue;
        n += p[n] == '-' || p[n] == '_';
        size_t digits = strspn(p + n, "0123456789");
        if (digits && p[n + digits] == '/')
            return n + digits;
    }
    return 0;
}

/* How much of the path names a folder of an intermediate release; 0: none. */
static size_t release_prefix(const char *path)
{
    for (const char *p = path;; p++) {
        size_t n = release_part(p);
        if (n)
            return (size_t)(p - path) + n;
        p = strchr(p, '/');
        if (!p)
            return 0;
    }
}

/* Files are sorted by path, so those of one folder stand together. */
static int see_folders(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    const struct model_file *last = NULL, *first = NULL;
    size_t n = 0, n_last = 0;
    for (size_t i = 0; i < w->c->model.n_files; i++) {
        const struct model_file *f = &w->c->model.files[i];
        size_t k = f->escapes ? 0 : release_prefix(f->path);
        if (!k || (last && k == n_last && strncmp(last->path, f->path, k) == 0))
            continue;
        first = first ? first : f;
        last = f;
        n_last = k;
        n++;
    }
    const struct evidence *ev;
    int rc = first ? see_file(w, first, &ev, e) : 0;
    if (!rc && first)
        trust_see(d, ev, "%zu folder%s such as %.*s", n, n == 1 ? "" : "s", (int)release_prefix(first->path),
                  first->path);
    return rc;
}

static size_t skip_blanks(struct span s, size_t at)
{
    while (at < s.n && s.p[at] == ' ')
        at++;
    return at;
}

/* The value of revision="..." at `at`; empty when it is none. */
static struct span revision_at(struct span s, size_t at)
{
    static const char word[] = "revision";
    size_t n = sizeof word - 1;
    if (s.n - at < n + 3 || memcmp(s.p + at, word, n) != 0 || (at && (isalnum(s.p[at - 1]) || s.p[at - 1] == '_')))
        return SPAN_NONE;
    at = skip_blanks(s, at + n);
    if (at >= s.n || s.p[at] != '=')
        return SPAN_NONE;
    at = skip_blanks(s, at + 1);
    if (at >= s.n || (s.p[at] != '"' && s.p[at] != '\''))
        return SPAN_NONE;
    uint8_t quote = s.p[at++];
    size_t to = at;
    while (to < s.n && s.p[to] != quote && s.p[to] > ' ' && to - at < NAME_MAX_BYTES)
        to++;
    return to < s.n && s.p[to] == quote ? span_sub(s, at, to - at) : SPAN_NONE;
}

static bool is_new(const struct span *names, size_t n, struct span name)
{
    if (!name.n || span_eq(name, span_str("main")) || span_eq(name, span_str("master")))
        return false;
    for (size_t i = 0; i < n; i++)
        if (span_eq(names[i], name))
            return false;
    return true;
}

static int see_revisions(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    const struct gather *g = &w->c->gather;
    struct span names[REVISIONS_MAX], s = g->n_cards ? g->cards[0].raw : SPAN_NONE;
    size_t n = 0;
    for (size_t at = 0; at < s.n && n < REVISIONS_MAX; at++) {
        struct span name = s.p[at] == 'r' ? revision_at(s, at) : SPAN_NONE;
        if (is_new(names, n, name))
            names[n++] = name;
    }
    for (size_t i = 0; i < n; i++) {
        const struct evidence *ev;
        size_t from = (size_t)(names[i].p - s.p);
        int rc = trust_pointer(w, g->cards[0].file->path, s, from, from + names[i].n, &ev, e);
        if (rc)
            return rc;
        if (i < FEW)
            trust_see(d, ev, "revision \"%.*s\" named in the card", SPAN_ARG(names[i]));
    }
    if (n > FEW)
        trust_see(d, NULL, "and %s%zu more", n == REVISIONS_MAX ? "at least " : "", n - FEW);
    return 0;
}

int trust_releases(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    int rc = see_folders(w, d, e);
    d->method = "names of folders and revisions";
    return rc ? rc : see_revisions(w, d, e);
}
