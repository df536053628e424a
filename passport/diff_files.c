// SPDX-License-Identifier: Apache-2.0
/* passport/diff_files.c - files added, removed, renamed, changed; by digest where there is one. */
#include "passport/diff_int.h"

#include <inttypes.h>
#include "format/order.h"

static const char *say_file(struct diff *d, const struct model_file *f)
{
    if (!f->sha256)
        return arena_fmt(d->a, "%" PRIu64 " bytes", f->size_bytes);
    return arena_fmt(d->a, "%" PRIu64 " bytes, sha256 %s", f->size_bytes, f->sha256);
}

static int add_file(struct diff *d, enum diff_kind kind, const struct model_file *x, const struct model_file *y,
                    struct err *e)
{
    struct diff_change c = { .part = DIFF_FILES, .kind = kind, .item = x ? x->path : y->path,
                             .scope = x && y && strcmp(x->path, y->path) ? y->path : "",
                             .a = { .text = x ? say_file(d, x) : NULL }, .b = { .text = y ? say_file(d, y) : NULL } };
    if ((x && !c.a.text) || (y && !c.b.text))
        return err_memory(e);
    return diff_add(d, &c, NULL, e);
}

struct files { const struct model_file **items; size_t n; };

static int by_digest(const void *items, uint32_t x, uint32_t y)
{
    const struct model_file *const *f = items;
    return strcmp(f[x]->sha256 ? f[x]->sha256 : "", f[y]->sha256 ? f[y]->sha256 : "");
}

/* Those of side k that the other side has not under the same path. */
static int lonely(struct diff *d, int k, struct files *out, struct err *e)
{
    const struct model *m = &d->subject[k].check.model;
    out->items = arena_array(d->a, m->n_files, sizeof *out->items);
    if (!out->items)
        return err_memory(e);
    for (size_t i = 0; i < m->n_files; i++)
        if (!diff_file(d, !k, m->files[i].path))
            out->items[out->n++] = &m->files[i];
    return 0;
}

/* 0: the same bytes, known by their digest. Else which of the two comes first; NULL comes last. */
static int compare_digests(const struct model_file *l, const struct model_file *r)
{
    if (!l || !r)
        return l ? -1 : 1;
    bool known = l->sha256 && l->size_bytes;
    int c = strcmp(l->sha256 ? l->sha256 : "", r->sha256 ? r->sha256 : "");
    return c == 0 && !known ? -1 : c;
}

/* The same bytes under another name are one file; the rest came or went. */
static int match_lonely(struct diff *d, struct err *e)
{
    struct files a = { 0 }, b = { 0 };
    int rc = lonely(d, 0, &a, e);
    if (!rc)
        rc = lonely(d, 1, &b, e);
    uint32_t *x = rc ? NULL : order_make(d->a, a.items, (uint32_t)a.n, by_digest);
    uint32_t *y = rc ? NULL : order_make(d->a, b.items, (uint32_t)b.n, by_digest);
    if (rc || !x || !y)
        return rc ? rc : err_memory(e);
    for (size_t i = 0, k = 0; !rc && (i < a.n || k < b.n);) {
        const struct model_file *l = i < a.n ? a.items[x[i]] : NULL, *r = k < b.n ? b.items[y[k]] : NULL;
        int c = compare_digests(l, r);
        i += c <= 0;
        k += c >= 0;
        rc = add_file(d, c == 0 ? DIFF_RENAMED : c < 0 ? DIFF_REMOVED : DIFF_ADDED, c <= 0 ? l : NULL,
                      c >= 0 ? r : NULL, e);
    }
    return rc;
}

int diff_files(struct diff *d, struct err *e)
{
    const struct model *m = &d->subject[0].check.model;
    size_t unhashed = 0;
    int rc = 0;
    d->parts[DIFF_FILES].compared = true;
    for (size_t i = 0; i < m->n_files && !rc; i++) {
        const struct model_file *f = &m->files[i], *o = diff_file(d, 1, f->path);
        if (!o)
            continue;
        bool digests = f->sha256 && o->sha256;
        if (f->size_bytes != o->size_bytes || (digests && strcmp(f->sha256, o->sha256) != 0))
            rc = add_file(d, DIFF_CHANGED, f, o, e);
        else if (digests)
            d->parts[DIFF_FILES].n_same++;
        else
            unhashed++;
    }
    if (!rc)
        rc = match_lonely(d, e);
    if (!rc && unhashed)
        rc = diff_gap(d, DIFF_FILES, SIDE_BOTH, e, "%zu file%s of the same name and size: digests not compared%s",
                      unhashed, unhashed == 1 ? "" : "s", d->no_hash ? " (--no-hash)" : " (links that lead out)");
    return rc;
}
