// SPDX-License-Identifier: Apache-2.0
#include "store/model_hold.h"

#include <inttypes.h>
#include "format/pdf.h"

struct held_pdf { struct span text; bool unread; int rc; struct err err; };

struct model_held {
    const char *path;
    struct fs_map map;
    const struct err *failed;           /* what opening it gave; NULL: it is open */
    const struct held_pdf *pdf;         /* NULL: nobody will ask for its text */
};

/* ---- opening ------------------------------------------------------------------------- */

static int open_one(const struct model *m, struct model_held *h, struct arena *a, struct err *e)
{
    struct err failed = { 0 };
    const char *full = model_path(m, h->path, a);
    if (!full)
        return err_memory(e);
    if (fs_map(full, &h->map, &failed) == 0)
        return 0;
    struct err *kept = arena_alloc(a, sizeof *kept);
    if (!kept)
        return err_memory(e);
    *kept = failed;
    h->failed = kept;
    return 0;
}

static bool is_terms(enum snap_role role)
{
    return role == SNAP_LICENSE || role == SNAP_NOTICE || role == SNAP_USE_POLICY;
}

static int open_pdf(const struct model *m, const struct model_file *f, struct model_held *h, struct arena *a,
                    struct err *e)
{
    if (!is_terms(f->role) || h->failed || !(f->is_pdf || span_starts(h->map.bytes, "%PDF-")))
        return 0;
    struct held_pdf *pdf = arena_alloc(a, sizeof *pdf);
    const char *full = model_path(m, f->path, a);
    if (!pdf || !full)
        return err_memory(e);
    pdf->rc = pdf_text(full, a, &pdf->text, &pdf->unread, &pdf->err);
    h->pdf = pdf;
    return pdf->rc == ERR_MEMORY ? err_memory(e) : 0;
}

/* What says which commit a clone is of; the list of a model's files leaves .git out. */
static int open_git(struct model *m, struct arena *a, struct err *e)
{
    struct fs_list heads = { 0 };
    const char *folder = model_path(m, ".git/refs/heads", a);
    enum fs_kind kind;
    uint64_t size_bytes;
    if (!folder)
        return err_memory(e);
    if (m->main_file || fs_stat(folder, &kind, &size_bytes, NULL) || kind != FS_DIR ||
        fs_list(folder, NULL, MODEL_GIT_FILES_MAX, a, &heads, NULL))
        heads.n = 0;
    struct model_held *h = arena_array(a, heads.n + 1, sizeof *h);
    if (!h)
        return err_memory(e);
    m->held_git = h;
    for (size_t i = 0; i <= heads.n; i++) {
        const struct fs_entry *f = i ? &heads.items[i - 1] : NULL;
        if (m->main_file || (f && (f->escapes || f->kind != FS_FILE || f->size_bytes > MODEL_GIT_FILE_MAX)))
            continue;
        h[m->n_held_git].path = f ? arena_fmt(a, ".git/refs/heads/%s", f->path) : ".git/HEAD";
        if (!h[m->n_held_git].path)
            return err_memory(e);
        int rc = open_one(m, &h[m->n_held_git++], a, e);
        if (rc)
            return rc;
    }
    return 0;
}

int model_hold(struct model *m, struct arena *a, struct err *e)
{
    m->held = arena_array(a, m->n_files, sizeof *m->held);
    if (!m->held)
        return err_memory(e);
    int rc = 0;
    for (size_t i = 0; i < m->n_files && !rc; i++) {
        m->held[i].path = m->files[i].path;
        if (m->files[i].escapes)
            continue;
        rc = open_one(m, &m->held[i], a, e);
        if (!rc)
            rc = open_pdf(m, &m->files[i], &m->held[i], a, e);
    }
    return rc ? rc : open_git(m, a, e);
}

void model_release(struct model *m)
{
    if (!m)
        return;
    for (size_t i = 0; m->held && i < m->n_files; i++)
        fs_unmap(&m->held[i].map);
    for (size_t i = 0; i < m->n_held_git; i++)
        fs_unmap(&m->held_git[i].map);
    m->held = m->held_git = NULL;
    m->n_held_git = 0;
}

/* ---- reading ------------------------------------------------------------------------- */

static const struct model_held *find(const struct model *m, const char *path)
{
    for (size_t from = 0, to = m->n_files; from < to;) {
        size_t mid = from + (to - from) / 2;
        int order = strcmp(path, m->held[mid].path);
        if (order == 0)
            return &m->held[mid];
        from = order > 0 ? mid + 1 : from;
        to = order < 0 ? mid : to;
    }
    for (size_t i = 0; i < m->n_held_git; i++)
        if (strcmp(m->held_git[i].path, path) == 0)
            return &m->held_git[i];
    return NULL;
}

/* A held file that is open. */
static int look_up(const struct model *m, const char *path, const struct model_held **out, struct err *e)
{
    *out = find(m, path);
    if (!*out)
        return (void)err_plain(e, ERR_NOT_FOUND, "no file of the model"), err_path(e, path), ERR_NOT_FOUND;
    if ((*out)->failed && e)
        *e = *(*out)->failed;
    return (*out)->failed ? (*out)->failed->code : 0;
}

int model_map(const struct model *m, const char *path, struct arena *a, struct model_map *out, struct err *e)
{
    const struct model_held *h;
    struct model_map map = { .bytes = SPAN_NONE };
    int rc;
    if (m->held) {
        rc = look_up(m, path, &h, e);
        if (!rc)
            map.bytes = h->map.bytes;
    } else {
        const char *full = model_path(m, path, a);
        rc = full ? fs_map(full, &map.own, e) : err_memory(e);
        map.bytes = map.own.bytes;
    }
    if (!rc)
        *out = map;
    return rc;
}

void model_unmap(struct model_map *map)
{
    fs_unmap(&map->own);
    map->bytes = SPAN_NONE;
}

int model_read(const struct model *m, const char *path, size_t max_bytes, struct arena *a, struct span *out,
               struct err *e)
{
    const struct model_held *h;
    const char *full = model_path(m, path, a);
    if (!full)
        return err_memory(e);
    if (!m->held)
        return fs_read(full, max_bytes, a, out, e);
    int rc = look_up(m, path, &h, e);
    if (rc)
        return rc;
    size_t n = h->map.bytes.n;
    if (n > max_bytes)
        return err_plain(e, ERR_LIMIT, "file has %zu bytes, the limit is %zu", n, max_bytes), err_path(e, full), ERR_LIMIT;
    char *copy = arena_text(a, n + 1);
    if (!copy)
        return err_memory(e);
    if (n)
        memcpy(copy, h->map.bytes.p, n);
    *out = span_of(copy, n);
    return 0;
}

int model_pdf(const struct model *m, const char *path, struct arena *a, struct span *out, bool *unread, struct err *e)
{
    const struct model_held *h;
    if (!m->held) {
        const char *full = model_path(m, path, a);
        return full ? pdf_text(full, a, out, unread, e) : err_memory(e);
    }
    int rc = look_up(m, path, &h, e);
    if (rc)
        return rc;
    if (!h->pdf)
        return err_plain(e, ERR_BUG, "the text of this PDF was not held");
    if (h->pdf->rc && e)
        *e = h->pdf->err;
    if (h->pdf->rc)
        return h->pdf->rc;
    *unread = h->pdf->unread;
    if (!*unread)
        *out = h->pdf->text;
    return 0;
}
