// SPDX-License-Identifier: Apache-2.0
/* passport/trust_digests.c - lists of digests among the files, compared with the digests computed here. */
#include "passport/trust_int.h"

#include <stdlib.h>
#include <strings.h>
#include "format/sums.h"

enum { LISTS_MAX = 64, LINES_MAX = 20000 };

struct tally {
    size_t n_lists, n_unread, n_listed, n_match, n_differ, n_missing, n_unhashed, n_other;
    bool cut;
    const char *first_differs, *first_missing;
};

static bool ends(const char *s, const char *tail)
{
    size_t n = strlen(s), k = strlen(tail);
    return n > k && strcasecmp(s + n - k, tail) == 0;
}

static bool is_list(const char *path)
{
    static const char *const names[] = { "SHA256SUMS", "SHA256SUMS.txt", "SHA256SUM", "SHA256SUM.txt", "SHA256",
                                         "SHA256.txt", "checksums", "checksums.txt", "checksum.txt", "CHECKSUMS.md",
                                         "sums.txt", "digests.txt", "hashes.txt" };
    const char *base = fs_base(path);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(base, names[i]) == 0)
            return true;
    return ends(base, ".sha256") || ends(base, ".sha256sum") || ends(base, ".sha256sums");
}

static int by_path(const void *key, const void *item)
{
    return strcmp(key, ((const struct model_file *)item)->path);
}

static const struct model_file *find_path(const struct model *m, const char *path)
{
    return m->n_files ? bsearch(path, m->files, m->n_files, sizeof *m->files, by_path) : NULL;
}

/* The file that a line of the list at `list` speaks of. A list in a folder names paths from that folder, or from the
 * root of the model: where both are there, the one that fits is meant. No list can name its own digest. */
static int find_file(const struct trust_maker *w, const char *list, const struct sums_line *l,
                     const struct model_file **out, const char **name, struct err *e)
{
    const char *base = fs_base(list);
    char *path = sums_path(l, w->a);
    if (path && !path[0]) {                     /* "x.gguf.sha256" with a bare digest */
        const char *dot = strrchr(base, '.');
        path = arena_strn(w->a, base, dot ? (size_t)(dot - base) : 0);
    }
    char *beside = path ? arena_fmt(w->a, "%.*s%s", (int)(base - list), list, path) : NULL;
    if (!beside)
        return err_memory(e);
    const struct model_file *found[2] = { find_path(&w->c->model, beside), find_path(&w->c->model, path) };
    *name = path;
    *out = NULL;
    for (unsigned i = 0; i < 2; i++) {
        const struct model_file *f = found[i];
        if (!f || strcmp(f->path, list) == 0)
            continue;
        if (!*out || (f->sha256 && strcmp(f->sha256, l->sha256) == 0))
            *out = f;
    }
    return 0;
}

/* The whole of a file, whose digest is known: no byte is read again. */
static const struct evidence *whole(struct trust_maker *w, const struct model_file *f)
{
    struct evidence *ev = arena_alloc(w->a, sizeof *ev);
    if (ev)
        *ev = (struct evidence){ .path = f->path, .byte_to = f->size_bytes, .sha256 = f->sha256, .revision = "" };
    return ev;
}

static int compare(struct trust_maker *w, struct trust_draft *d, const char *list, struct span raw,
                   const struct sums_line *l, struct tally *t, struct err *e)
{
    const struct model_file *f = NULL;
    const char *name = NULL;
    const struct evidence *line, *file;
    int rc = find_file(w, list, l, &f, &name, e);
    if (rc)
        return rc;
    t->n_listed++;
    if (!f) {
        t->first_missing = t->n_missing++ ? t->first_missing : name;
        return 0;
    }
    if (!f->sha256) {
        t->n_unhashed++;
        return 0;
    }
    if (strcmp(f->sha256, l->sha256) == 0) {
        t->n_match++;
        return 0;
    }
    t->first_differs = t->n_differ++ ? t->first_differs : f->path;
    rc = trust_pointer(w, list, raw, l->byte_from, l->byte_to, &line, e);
    file = rc ? NULL : whole(w, f);
    if (!rc && !file)
        return err_memory(e);
    if (!rc && d->n_evidence + 2 <= TRUST_EVIDENCE_MAX) {
        d->evidence[d->n_evidence++] = line;
        d->evidence[d->n_evidence++] = file;
    }
    return rc;
}

static int read_list(struct trust_maker *w, struct trust_draft *d, const struct model_file *f, struct tally *t,
                     const struct evidence **ev, struct err *e)
{
    struct span raw;
    struct sums_line l;
    int rc = trust_read(w, f, &raw, e);
    struct sums s = { .in = raw };
    size_t before = t->n_listed + t->n_other;
    if (rc || !raw.p) {
        t->n_unread += !rc;
        return rc;
    }
    while (!rc && sums_next(&s, &l)) {
        if (l.kind == SUMS_OTHER)
            t->n_other++;
        if (l.kind != SUMS_SHA256)
            continue;
        if (t->n_listed >= LINES_MAX) {
            t->cut = true;
            break;
        }
        rc = compare(w, d, f->path, raw, &l, t, e);
    }
    if (t->n_listed + t->n_other == before)
        return rc;                                  /* by its name a list, by its content none */
    t->n_lists++;
    if (!rc && !*ev)
        rc = trust_pointer(w, f->path, raw, 0, raw.n, ev, e);
    return rc;
}

static void say(const struct tally *t, struct trust_draft *d, const char *list, const struct evidence *ev)
{
    trust_see(d, t->n_differ ? NULL : ev, "%s%s", list, t->n_lists > 1 ? " and others" : "");
    if (t->n_listed)
        trust_see(d, NULL, "%zu of %zu listed digests match", t->n_match, t->n_listed);
    if (t->n_differ)
        trust_see(d, NULL, "%zu differ%s: %.100s", t->n_differ, t->n_differ == 1 ? "s" : "", t->first_differs);
    if (t->n_missing)
        trust_see(d, NULL, "%zu of the listed files %s not here", t->n_missing, t->n_missing == 1 ? "is" : "are");
    if (t->n_unhashed)
        trust_see(d, NULL, "%zu not compared (not hashed)", t->n_unhashed);
    if (t->n_other)
        trust_see(d, NULL, "%zu of another kind than SHA-256, not compared", t->n_other);
    if (t->cut)
        trust_see(d, NULL, "more than %d lines, the rest not compared", LINES_MAX);
}

int trust_digests(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    struct tally t = { 0 };
    const struct evidence *ev = NULL;
    const char *first = NULL;
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; i < w->c->model.n_files && !rc && n < LISTS_MAX; i++) {
        const struct model_file *f = &w->c->model.files[i];
        size_t lists = t.n_lists;
        if (!is_list(f->path))
            continue;
        n++;
        rc = read_list(w, d, f, &t, &ev, e);
        first = first || t.n_lists == lists ? first : f->path;
    }
    if (rc || !t.n_lists)
        return rc;
    say(&t, d, first, ev);
    d->method = "digests compared with those computed";
    d->confidence = 1.0;
    d->status = t.n_differ ? CLAIM_CONFLICT : t.n_match ? CLAIM_CONCLUDED : CLAIM_STATED;
    return 0;
}
