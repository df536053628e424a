// SPDX-License-Identifier: Apache-2.0
#include "scan/joblib.h"

#include "format/npy.h"

enum { STATE_SUBARRAY = 2, STATE_FIELDS = 4, STATE_ITEM_BYTES = 5, STATE_FLAGS = 7, STATE_ITEMS = 8 };
enum { FLAG_OBJECTS = 1 };                  /* NPY_ITEM_REFCOUNT */

static bool is_global(const struct pickle *m, uint32_t g, const char *module, const char *name)
{
    return g != PK_NO_GLOBAL && g < m->n_globals && span_is(m->globals[g].module, module) &&
           span_is(m->globals[g].name, name);
}

static bool is_none(const struct pickle *m, const struct pk_value *v)
{
    return v->kind == PK_PLAIN && v->op == 'N' && v->at < m->in.n && m->in.p[v->at] == 'N';
}

/* ---- types ------------------------------------------------------------------------------ */

int joblib_type_made(struct joblib *b, const struct pickle *m, const struct pk_event *ev)
{
    struct joblib_type t = { .at = ev->at };
    struct span text;
    void *items = b->types;
    if (ev->fn.kind != PK_GLOBAL || !is_global(m, ev->fn.global, "numpy", "dtype") || b->n_types >= JOBLIB_TYPES_MAX)
        return 0;                           /* beyond so many, types are not known */
    if (ev->n_items && pk_text(m, &ev->items[0], m->a, &text) && text.n) {
        t.known = npy_type(text, &t.item_bytes, &t.has_objects);
        t.is_void = memchr("VSUa", text.p[0], 4) != NULL;
    }
    b->saw_objects = b->saw_objects || t.has_objects || !t.known;
    if (arena_grow(m->a, &items, &b->cap_types, b->n_types, sizeof t))
        return ERR_MEMORY;
    b->types = items;
    b->types[b->n_types++] = t;
    return 0;
}

static struct joblib_type *type_at(struct joblib *b, const struct pk_value *v)
{
    for (size_t i = b->n_types; v->kind == PK_RESULT && i-- > 0;)
        if (b->types[i].at == v->at)
            return &b->types[i];
    return NULL;
}

/* version, byte order, subarray, names, fields, bytes of an item, alignment, flags[, metadata] */
static bool fill(struct joblib *b, const struct pickle *m, const struct pk_event *ev, struct joblib_type *t)
{
    int64_t bytes, flags;
    const struct pk_value *v = pk_items(m, &ev->args);
    if (!v || ev->args.n < STATE_ITEMS || !is_none(m, &v[STATE_SUBARRAY]) || !pk_number(m, &v[STATE_ITEM_BYTES], &bytes) ||
        !pk_number(m, &v[STATE_FLAGS], &flags))
        return false;
    bool fields = !is_none(m, &v[STATE_FIELDS]), objects = flags & FLAG_OBJECTS;
    if (t->is_void && bytes >= 0 && (uint64_t)bytes != t->item_bytes)
        return false;
    if (fields) {
        t->has_objects = objects;
        return t->is_void && (objects || !b->saw_objects);
    }
    return objects == t->has_objects;
}

void joblib_type_filled(struct joblib *b, const struct pickle *m, const struct pk_event *ev)
{
    struct joblib_type *t = type_at(b, &ev->fn);
    if (!t)
        return;
    t->known = t->known && !t->is_filled && fill(b, m, ev, t);
    t->is_filled = true;
    b->saw_objects = b->saw_objects || t->has_objects;
}

/* ---- arrays ----------------------------------------------------------------------------- */

bool joblib_is_array(const struct pickle *m, const struct pk_event *ev)
{
    return ev->fn.kind == PK_RESULT && is_global(m, ev->fn.global, "joblib.numpy_pickle", "NumpyArrayWrapper");
}

static bool count_items(const struct pickle *m, const struct pk_value *shape, uint64_t *n)
{
    const struct pk_value *v = shape ? pk_items(m, shape) : NULL;
    int64_t dim;
    *n = 1;
    if (!v || shape->n > PK_ITEMS)
        return false;
    for (uint32_t i = 0; i < shape->n; i++)
        if (!pk_number(m, &v[i], &dim) || dim < 0 || __builtin_mul_overflow(*n, (uint64_t)dim, n))
            return false;
    return true;
}

/* Padding is counted by one byte, in files of joblib 1.2 and later. */
static const char *padding(const struct pickle *m, const struct pk_value *align, uint64_t left, uint64_t *n)
{
    int64_t bytes;
    *n = 0;
    if (!align || is_none(m, align))
        return NULL;
    if (!pk_number(m, align, &bytes) || bytes < 1 || bytes > 255)
        return "the alignment of an array is no constant";
    if (!left)
        return "the file ends before the bytes of an array";
    *n = 1 + (uint64_t)m->in.p[m->next];
    return *n > (uint64_t)bytes + 1 ? "an array is padded by more bytes than its alignment" : NULL;
}

void joblib_read(struct joblib *b, const struct pickle *m, const struct pk_event *ev, struct joblib_array *out)
{
    const struct pk_value *shape = pk_get(m, &ev->args, "shape"), *subclass = pk_get(m, &ev->args, "subclass");
    const struct pk_value *dtype = pk_get(m, &ev->args, "dtype");
    const struct joblib_type *t = dtype ? type_at(b, dtype) : NULL;
    uint64_t n, bytes = 0, pad = 0, left = m->in.n - m->next;
    *out = (struct joblib_array){ 0 };
    bool again = ev->fn.at <= b->last_at;
    b->last_at = ev->fn.at;
    if (again)
        out->why = "an array of joblib is filled twice";
    else if (m->next < m->frame_end)
        out->why = "the bytes of an array begin inside a frame";
    else if (!subclass || subclass->kind != PK_GLOBAL || !t || !t->known || !count_items(m, shape, &n))
        out->why = "it cannot be told how long an array of joblib is";
    else if (t->has_objects)
        out->has_objects = true;
    else if (__builtin_mul_overflow(n, t->item_bytes, &bytes))
        out->why = "an array of joblib has more bytes than can be counted";
    else
        out->why = padding(m, pk_get(m, &ev->args, "numpy_array_alignment_bytes"), left, &pad);
    if (out->why || out->has_objects)
        return;
    if (pad > left || bytes > left - pad)
        out->why = "the file ends inside the bytes of an array";
    else
        out->bytes = pad + bytes;
}
