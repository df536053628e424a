// SPDX-License-Identifier: Apache-2.0
/* passport/diff_weights.c - tensor by tensor: there or not, type, shape, bytes. */
#include <inttypes.h>
#include "format/order.h"
#include "passport/diff_sets.h"

struct tensors {                    /* counts for the line that sums up */
    size_t same, added, removed, retyped, reshaped, data, unread;
};

static const char *shape_of(struct diff *d, const struct weight_tensor *t)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_fmt(&b, "%s [", t->type);
    for (uint32_t i = 0; i < t->n_dims; i++)
        buf_fmt(&b, "%s%" PRIu64, i ? ", " : "", t->dims[i]);
    buf_char(&b, ']');
    char *text = b.error ? NULL : arena_strn(d->a, b.p, b.n);
    buf_fini(&b);
    return text;
}

static const struct evidence *entry_of(struct diff *d, const struct weight_open *w, const struct weight_tensor *t)
{
    struct span file = w->maps[t->file].bytes;
    struct span entry = span_sub(file, t->entry_from, t->entry_to - t->entry_from);
    return diff_evidence(d->a, w->set->files[t->file]->path, entry, t->entry_from, 0, 0);
}

static int say_tensor(struct diff *d, const struct weight_open *w, const struct weight_tensor *t,
                      struct diff_value *out, struct err *e)
{
    if (!t)
        return 0;
    out->text = shape_of(d, t);
    out->evidence[0] = entry_of(d, w, t);
    return out->text && out->evidence[0] ? 0 : err_memory(e);
}

static const char *tensor_name(struct diff *d, const struct weight_tensor *t)
{
    return arena_strn(d->a, t->name.p, t->name.n);
}

static int add_tensor(struct diff *d, const struct weight_open w[2], const struct weight_tensor *x,
                      const struct weight_tensor *y, struct err *e)
{
    struct diff_change c = { .part = DIFF_WEIGHTS, .kind = x && y ? DIFF_CHANGED : x ? DIFF_REMOVED : DIFF_ADDED,
                             .item = tensor_name(d, x ? x : y), .scope = w[0].set->name }, *made;
    int rc = c.item ? diff_add(d, &c, &made, e) : err_memory(e);
    if (rc || !made)
        return rc;
    struct diff_value a = { 0 }, b = { 0 };
    rc = say_tensor(d, &w[0], x, &a, e);
    if (!rc)
        rc = say_tensor(d, &w[1], y, &b, e);
    made->a = a;
    made->b = b;
    return rc;
}

/* How many bytes differ, and where the first one is. Equal blocks cost one memcmp. */
static uint64_t count_differing(struct span a, struct span b, uint64_t *first)
{
    enum { BLOCK = 4096 };
    uint64_t n = 0;
    for (size_t at = 0; at < a.n; at += BLOCK) {
        size_t len = a.n - at < BLOCK ? a.n - at : BLOCK;
        if (memcmp(a.p + at, b.p + at, len) == 0)
            continue;
        for (size_t i = at; i < at + len; i++)
            if (a.p[i] != b.p[i] && n++ == 0)
                *first = i;
    }
    return n;
}

static int add_data(struct diff *d, const struct weight_open w[2], const struct weight_tensor *x,
                    const struct weight_tensor *y, uint64_t n, uint64_t first, struct err *e)
{
    const struct weight_tensor *t[] = { x, y };
    struct diff_change c = { .part = DIFF_WEIGHTS, .kind = DIFF_CHANGED, .item = tensor_name(d, x),
        .scope = w[0].set->name, .text = arena_fmt(d->a, "%" PRIu64 " of %zu bytes differ, the first at byte %" PRIu64
        " of the tensor", n, x->data.n, first) }, *made;
    int rc = c.item && c.text ? diff_add(d, &c, &made, e) : err_memory(e);
    for (int k = 0; k < 2 && !rc && made; k++) {
        struct diff_value *v = k ? &made->b : &made->a;
        v->text = shape_of(d, t[k]);
        v->evidence[0] = diff_evidence(d->a, w[k].set->files[t[k]->file]->path, t[k]->data, t[k]->byte_from, 0, 0);
        rc = v->text && v->evidence[0] ? 0 : err_memory(e);
    }
    return rc;
}

static bool same_shape(const struct weight_tensor *x, const struct weight_tensor *y)
{
    if (x->n_dims != y->n_dims)
        return false;
    for (uint32_t i = 0; i < x->n_dims; i++)
        if (x->dims[i] != y->dims[i])
            return false;
    return true;
}

static bool same_file(const struct weight_open w[2], const struct weight_tensor *x, const struct weight_tensor *y)
{
    const char *a = w[0].set->files[x->file]->sha256, *b = w[1].set->files[y->file]->sha256;
    return a && b && strcmp(a, b) == 0 && x->byte_from == y->byte_from;
}

static int compare_pair(struct diff *d, const struct weight_open w[2], const struct weight_tensor *x,
                        const struct weight_tensor *y, struct tensors *n, struct err *e)
{
    bool shape = same_shape(x, y), type = strcmp(x->type, y->type) == 0;
    if (!shape || !type) {
        n->retyped += !type;
        n->reshaped += !shape;
        return add_tensor(d, w, x, y, e);
    }
    uint64_t first = 0, differ = 0;
    if (d->no_hash) {
        n->unread++;
        return 0;
    }
    if (!same_file(w, x, y))
        differ = count_differing(x->data, y->data, &first);
    n->data += differ > 0;
    n->same += differ == 0;
    d->parts[DIFF_WEIGHTS].n_same += differ == 0;
    return differ ? add_data(d, w, x, y, differ, first, e) : 0;
}

static int compare_sets(struct diff *d, const struct weight_open w[2], struct tensors *n, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0, k = 0; !rc && (i < w[0].n || k < w[1].n);) {
        const struct weight_tensor *x = i < w[0].n ? &w[0].tensors[w[0].by_name[i]] : NULL;
        const struct weight_tensor *y = k < w[1].n ? &w[1].tensors[w[1].by_name[k]] : NULL;
        int c = !x ? 1 : !y ? -1 : order_names(x->name, y->name);
        i += c <= 0;
        k += c >= 0;
        n->removed += c < 0;
        n->added += c > 0;
        rc = c == 0 ? compare_pair(d, w, x, y, n, e) : add_tensor(d, w, c < 0 ? x : NULL, c < 0 ? NULL : y, e);
    }
    return rc;
}

/* ---- all of them --------------------------------------------------------------------- */

static int say_alone(struct diff *d, int k, const struct weight_sets *s, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < s->n && !rc; i++) {
        const struct weight_set *x = &s->items[i];
        struct diff_change c = { .part = DIFF_WEIGHTS, .kind = k ? DIFF_ADDED : DIFF_REMOVED, .item = x->name,
                                 .text = "weights that the other side has no match for: tensors not compared" };
        *(k ? &c.b.text : &c.a.text) = arena_fmt(d->a, "%s, %zu file%s", snapshot_role_name(x->role), x->n_files,
                                                 x->n_files == 1 ? "" : "s");
        if (!x->paired)
            rc = c.a.text || c.b.text ? diff_add(d, &c, NULL, e) : err_memory(e);
    }
    return rc;
}

static int say_unreadable(struct diff *d, int k, struct err *e)
{
    const struct model *m = &d->subject[k].check.model;
    int rc = 0;
    for (size_t i = 0; i < m->n_files && !rc; i++) {
        const struct model_file *f = &m->files[i];
        bool weights = f->role == SNAP_WEIGHTS_GGUF || f->role == SNAP_WEIGHTS_SAFETENSORS;
        if (f->role == SNAP_WEIGHTS_OTHER)
            rc = diff_gap(d, DIFF_WEIGHTS, k, e, "%s: a format that is not read, so its tensors were not compared", f->path);
        else if (weights && f->escapes)
            rc = diff_gap(d, DIFF_WEIGHTS, k, e, "%s: a link that leads out of the model", f->path);
    }
    return rc;
}

static int sum_up(struct diff *d, const struct tensors *n, size_t pairs, struct err *e)
{
    if (!pairs)
        return 0;
    const char *note = n->unread ?
        arena_fmt(d->a, "tensors: %zu added, %zu removed, %zu of another type, %zu of another shape; the bytes of %zu "
                  "were not compared", n->added, n->removed, n->retyped, n->reshaped, n->unread) :
        arena_fmt(d->a, "tensors: %zu equal, %zu with other bytes, %zu of another type, %zu of another shape, %zu "
                  "added, %zu removed", n->same, n->data, n->retyped, n->reshaped, n->added, n->removed);
    if (!note)
        return err_memory(e);
    d->parts[DIFF_WEIGHTS].note = note;
    return n->unread ? diff_gap(d, DIFF_WEIGHTS, SIDE_BOTH, e, "the bytes of %zu tensor%s were not compared (--no-hash)",
                                n->unread, n->unread == 1 ? "" : "s") : 0;
}

int diff_weights(struct diff *d, struct err *e)
{
    struct weight_pairs p;
    struct tensors n = { 0 };
    int rc = weight_sets_pair(d, &p, e);
    for (size_t i = 0; !rc && i < p.n; i++) {
        struct weight_open w[2] = { 0 };
        d->parts[DIFF_WEIGHTS].compared = true;
        rc = weight_open(d, 0, p.items[i].set[0], &w[0], e);
        if (!rc)
            rc = weight_open(d, 1, p.items[i].set[1], &w[1], e);
        if (!rc)
            rc = compare_sets(d, w, &n, e);
        weight_close(&w[0]);
        weight_close(&w[1]);
    }
    for (int k = 0; k < 2 && !rc; k++) {
        rc = say_alone(d, k, &p.sets[k], e);
        if (!rc)
            rc = say_unreadable(d, k, e);
    }
    return rc ? rc : sum_up(d, &n, p.n, e);
}
