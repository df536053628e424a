// SPDX-License-Identifier: Apache-2.0
#include "passport/diff_sets.h"

#include "base/fs.h"
#include "format/order.h"

/* ---- sets ---------------------------------------------------------------------------- */

static bool is_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return true;
}

/* "x-00001-of-00003.gguf" -> "x.gguf". NULL: out of memory. */
static const char *set_name(const char *path, struct arena *a)
{
    enum { SHARD = 15 };                            /* -00001-of-00003 */
    const char *dot = strrchr(path, '.');
    size_t stem = dot ? (size_t)(dot - path) : 0;
    const char *s = stem > SHARD ? dot - SHARD : "";
    if (stem <= SHARD || s[0] != '-' || !is_digits(s + 1, 5) || strncmp(s + 6, "-of-", 4) != 0 || !is_digits(s + 10, 5))
        return path;
    return arena_fmt(a, "%.*s%s", (int)(stem - SHARD), path, dot);
}

/* The set that a shard belongs to: paths are sorted, so it was seen a few files ago at most. */
static struct weight_set *seen_set(struct weight_sets *s, enum snap_role role, const char *name)
{
    enum { BACK = 16 };
    for (size_t i = s->n; i > 0 && s->n - i < BACK; i--)
        if (s->items[i - 1].role == role && strcmp(s->items[i - 1].name, name) == 0)
            return &s->items[i - 1];
    return NULL;
}

int weight_sets_make(struct diff *d, int k, struct weight_sets *out, struct err *e)
{
    const struct model *m = &d->subject[k].check.model;
    struct weight_sets s = { .items = arena_array(d->a, m->n_files, sizeof *s.items) };
    if (!s.items)
        return err_memory(e);
    for (size_t i = 0; i < m->n_files; i++) {
        const struct model_file *f = &m->files[i];
        if ((f->role != SNAP_WEIGHTS_GGUF && f->role != SNAP_WEIGHTS_SAFETENSORS) || f->escapes)
            continue;
        const char *name = set_name(f->path, d->a);
        if (!name)
            return err_memory(e);
        struct weight_set *set = name == f->path ? NULL : seen_set(&s, f->role, name);
        if (!set) {
            set = &s.items[s.n++];
            *set = (struct weight_set){ .name = name, .role = f->role };
        }
        void *files = set->files;
        if (arena_grow(d->a, &files, &set->cap_files, set->n_files, sizeof *set->files))
            return err_memory(e);
        set->files = files;
        set->files[set->n_files++] = f;
    }
    *out = s;
    return 0;
}

static int by_set(const void *items, uint32_t x, uint32_t y)
{
    const struct weight_set *s = items;
    return s[x].role != s[y].role ? (int)s[x].role - (int)s[y].role : strcmp(s[x].name, s[y].name);
}

static int compare_names(const struct weight_set *x, const struct weight_set *y)
{
    const struct weight_set both[] = { *x, *y };
    return by_set(both, 0, 1);
}

/* The only set of this format that has no namesake; NULL when there are more. */
static struct weight_set *sole(struct weight_sets *s, enum snap_role role)
{
    struct weight_set *found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (!s->items[i].paired && s->items[i].role == role) {
            found = &s->items[i];
            n++;
        }
    return n == 1 ? found : NULL;
}

int weight_sets_pair(struct diff *d, struct weight_pairs *out, struct err *e)
{
    static const enum snap_role roles[] = { SNAP_WEIGHTS_GGUF, SNAP_WEIGHTS_SAFETENSORS };
    struct weight_pairs p = { 0 };
    int rc = weight_sets_make(d, 0, &p.sets[0], e);
    if (!rc)
        rc = weight_sets_make(d, 1, &p.sets[1], e);
    if (rc)
        return rc;
    struct weight_sets *a = &p.sets[0], *b = &p.sets[1];
    uint32_t *x = order_make(d->a, a->items, (uint32_t)a->n, by_set);
    uint32_t *y = order_make(d->a, b->items, (uint32_t)b->n, by_set);
    p.items = arena_array(d->a, a->n + 1, sizeof *p.items);
    if (!x || !y || !p.items)
        return err_memory(e);
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        int c = compare_names(&a->items[x[i]], &b->items[y[k]]);
        if (c == 0) {
            p.items[p.n++] = (struct weight_pair){ { &a->items[x[i]], &b->items[y[k]] } };
            a->items[x[i]].paired = b->items[y[k]].paired = true;
        }
        i += c <= 0;
        k += c >= 0;
    }
    for (size_t r = 0; r < 2; r++) {
        struct weight_set *s = sole(a, roles[r]), *t = sole(b, roles[r]);
        if (s && t) {
            p.items[p.n++] = (struct weight_pair){ { s, t } };
            s->paired = t->paired = true;
        }
    }
    *out = p;
    return 0;
}

/* ---- tensors ------------------------------------------------------------------------- */

static int add_gguf(struct weight_open *w, size_t i, const struct gguf *g)
{
    for (uint32_t k = 0; k < g->n_tensors; k++) {
        const struct gguf_tensor *t = &g->tensors[k];
        w->tensors[w->n++] = (struct weight_tensor){ .name = t->name, .type = ggml_layout((uint32_t)t->type)->name,
            .dims = t->dims, .n_dims = t->n_dims, .file = (uint32_t)i, .data = t->data, .byte_from = t->byte_from,
            .entry_from = t->entry_byte, .entry_to = t->entry_byte + 8 + t->name.n + 4 + 8 * (uint64_t)t->n_dims + 12 };
    }
    return 0;
}

static int add_st(struct weight_open *w, size_t i, const struct st_file *s)
{
    for (uint32_t k = 0; k < s->n_tensors; k++) {
        const struct st_tensor *t = &s->tensors[k];
        w->tensors[w->n++] = (struct weight_tensor){ .name = t->name, .type = st_dtype_name(t->dtype), .dims = t->dims,
            .n_dims = t->n_dims, .file = (uint32_t)i, .data = t->data, .byte_from = t->byte_from,
            .entry_from = t->entry_from, .entry_to = t->entry_to };
    }
    return 0;
}

static int by_tensor(const void *items, uint32_t x, uint32_t y)
{
    const struct weight_tensor *t = items;
    return order_names(t[x].name, t[y].name);
}

static int read_file(struct diff *d, int k, const struct model_file *f, struct weight_open *w, size_t i, struct err *e)
{
    char *full = model_path(&d->subject[k].check.model, f->path, d->a);
    int rc = full ? fs_map(full, &w->maps[i], e) : err_memory(e);
    if (rc)
        return rc;
    w->n_maps = i + 1;
    rc = w->gguf ? gguf_open(w->maps[i].bytes, d->a, &w->gguf[i], e) : st_open(w->maps[i].bytes, d->a, &w->st[i], e);
    if (rc)
        (void)err_path(e, f->path);
    return rc;
}

int weight_open(struct diff *d, int k, const struct weight_set *s, struct weight_open *out, struct err *e)
{
    struct weight_open *w = out;
    size_t n = 0;
    *w = (struct weight_open){ .set = s, .maps = arena_array(d->a, s->n_files, sizeof *w->maps) };
    bool gguf = s->role == SNAP_WEIGHTS_GGUF;
    if (gguf)
        w->gguf = arena_array(d->a, s->n_files, sizeof *w->gguf);
    else
        w->st = arena_array(d->a, s->n_files, sizeof *w->st);
    int rc = w->maps && (w->gguf || w->st) ? 0 : err_memory(e);
    for (size_t i = 0; i < s->n_files && !rc; i++) {
        rc = read_file(d, k, s->files[i], w, i, e);
        n += rc ? 0 : gguf ? w->gguf[i].n_tensors : w->st[i].n_tensors;
    }
    if (!rc && n > UINT32_MAX)
        rc = err_plain(e, ERR_LIMIT, "too many tensors");
    w->tensors = rc ? NULL : arena_array(d->a, n, sizeof *w->tensors);
    if (!rc && !w->tensors)
        rc = err_memory(e);
    for (size_t i = 0; i < s->n_files && !rc; i++)
        rc = gguf ? add_gguf(w, i, &w->gguf[i]) : add_st(w, i, &w->st[i]);
    w->by_name = rc ? NULL : order_make(d->a, w->tensors, w->n, by_tensor);
    return rc ? rc : w->by_name ? 0 : err_memory(e);
}

void weight_close(struct weight_open *w)
{
    for (size_t i = 0; i < w->n_maps; i++)
        fs_unmap(&w->maps[i]);
    w->n_maps = 0;
}
