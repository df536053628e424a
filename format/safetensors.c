// SPDX-License-Identifier: Apache-2.0
#include "format/safetensors.h"

#include <inttypes.h>
#include "base/json.h"
#include "format/order.h"
#include "format/shown.h"

enum { HEAD_BYTES = 8, MAX_DEPTH = 8, MAX_VALUES = 16 << 20 };

static const struct { const char *name; uint8_t bits; } dtypes[ST_DTYPE_COUNT] = {
#define X(name, bits) { #name, bits },
    ST_DTYPE_MAP(X)
#undef X
};

/* The directory being read; `name` is the tensor at hand, for messages. */
struct reader {
    struct arena *a;
    struct span name;
    struct st_file f;
    struct err *e;
};

/* Where a value stands in the file: the parser counts from the start of the directory. */
static uint64_t place(const struct val *v)
{
    return HEAD_BYTES + v->byte_from;
}

static int refuse(const struct reader *r, const struct val *at, const char *what)
{
    return err_set(r->e, ERR_FORMAT, place(at), "tensor \"%.*s\" %s", SPAN_ARG(shown(r->name)), what);
}

static int split(struct span in, struct st_file *f, struct err *e)
{
    if (in.n < HEAD_BYTES)
        return err_set(e, ERR_FORMAT, 0, "file has %zu bytes, the header needs 8", in.n);
    uint64_t n = le64(in.p);
    if (n > ST_MAX_DIR_BYTES)
        return err_set(e, ERR_LIMIT, 0, "directory claims %" PRIu64 " bytes, the limit is %u", n,
                       ST_MAX_DIR_BYTES);
    if (n > in.n - HEAD_BYTES)                  /* subtract, never add: 8 + n may wrap */
        return err_set(e, ERR_FORMAT, 0, "directory of %" PRIu64 " bytes runs past the end of the file", n);
    f->file = in;
    f->dir = span_sub(in, HEAD_BYTES, (size_t)n);
    f->data = span_sub(in, HEAD_BYTES + (size_t)n, SIZE_MAX);
    if (n == 0 || f->dir.p[0] != '{')
        return err_set(e, ERR_FORMAT, HEAD_BYTES, "directory does not start with \"{\"");
    return 0;
}

static int parse(const struct reader *r, const struct val **root)
{
    struct val_limits lim = json_limits;
    lim.max_bytes = ST_MAX_DIR_BYTES;
    lim.max_depth = MAX_DEPTH;
    lim.max_values = MAX_VALUES;
    int rc = json_parse(r->f.dir, &lim, r->a, root, r->e);
    if (rc && r->e && r->e->at == ERR_AT_BYTE)
        r->e->pos += HEAD_BYTES;
    return rc;
}

static int read_meta(struct reader *r, const struct val *map)
{
    if (map->kind != VAL_MAP)
        return err_set(r->e, ERR_FORMAT, place(map), "__metadata__ is not a map");
    struct st_text *meta = arena_array(r->a, map->n, sizeof *meta);
    if (!meta)
        return err_memory(r->e);
    uint32_t n = 0;
    for (const struct val *v = map->first; v; v = v->next) {
        if (v->kind != VAL_STR)
            return err_set(r->e, ERR_FORMAT, place(v), "__metadata__ \"%.*s\" is not a text",
                           SPAN_ARG(shown(v->key)));
        meta[n++] = (struct st_text){ v->key, v->str, place(v), HEAD_BYTES + v->byte_to };
    }
    r->f.meta = meta;
    r->f.n_meta = n;
    return 0;
}

static int read_dtype(const struct reader *r, const struct val *v, enum st_dtype *out)
{
    if (v->kind != VAL_STR)
        return refuse(r, v, "has a dtype that is not a text");
    for (unsigned i = 0; i < ST_DTYPE_COUNT; i++)
        if (span_is(v->str, dtypes[i].name)) {
            *out = (enum st_dtype)i;
            return 0;
        }
    return err_set(r->e, ERR_FORMAT, place(v), "tensor \"%.*s\" has the unknown dtype \"%.*s\"",
                   SPAN_ARG(shown(r->name)), SPAN_ARG(shown(v->str)));
}

/* A number that counts something: whole and not below zero. */
static bool count_of(const struct val *v, uint64_t *out)
{
    int64_t i;
    if (!val_int(v, &i) || i < 0 || v->str.p[0] == '-')        /* -0 is no count either */
        return false;
    *out = (uint64_t)i;
    return true;
}

static int read_shape(const struct reader *r, const struct val *v, struct st_tensor *t)
{
    if (v->kind != VAL_LIST)
        return refuse(r, v, "has a shape that is not a list");
    if (v->n > ST_MAX_DIMS)
        return err_set(r->e, ERR_LIMIT, place(v), "tensor \"%.*s\" has %zu dimensions, the limit is %u",
                       SPAN_ARG(shown(r->name)), v->n, ST_MAX_DIMS);
    uint64_t *dims = arena_array(r->a, v->n, sizeof *dims);
    if (!dims)
        return err_memory(r->e);
    t->n_elements = 1;
    for (const struct val *d = v->first; d; d = d->next) {
        if (!count_of(d, &dims[t->n_dims]))
            return refuse(r, d, "has a dimension that is not a whole number");
        if (__builtin_mul_overflow(t->n_elements, dims[t->n_dims], &t->n_elements))
            return refuse(r, d, "has more elements than 64 bits hold");
        t->n_dims++;
    }
    t->dims = dims;
    return 0;
}

/* Read the extent, and prove that it lies in the data and has the bytes that the shape needs. */
static int read_extent(const struct reader *r, const struct val *v, struct st_tensor *t)
{
    uint64_t begin, end, bits;
    if (v->kind != VAL_LIST || v->n != 2)
        return refuse(r, v, "has data_offsets that are not a list of two");
    if (!count_of(v->first, &begin) || !count_of(v->last, &end))
        return refuse(r, count_of(v->first, &begin) ? v->last : v->first,
                      "has an offset that is not a whole number");
    if (begin > end)
        return refuse(r, v, "ends before it begins");
    if (end > r->f.data.n)
        return refuse(r, v->last, "runs past the end of the file");
    if (__builtin_mul_overflow(t->n_elements, (uint64_t)dtypes[t->dtype].bits, &bits))
        return refuse(r, v, "has more bits than 64 bits count");
    if (bits % 8)
        return refuse(r, v, "does not end at a whole byte");
    if (bits / 8 != end - begin)
        return err_set(r->e, ERR_FORMAT, place(v), "tensor \"%.*s\" needs %" PRIu64 " bytes, its extent has %"
                       PRIu64, SPAN_ARG(shown(r->name)), bits / 8, end - begin);
    t->size_bytes = end - begin;
    t->byte_from = HEAD_BYTES + r->f.dir.n + begin;
    t->byte_to = t->byte_from + t->size_bytes;
    t->data = span_sub(r->f.data, (size_t)begin, (size_t)t->size_bytes);
    return 0;
}

static int read_tensor(struct reader *r, const struct val *v, struct st_tensor *out)
{
    static const char *const keys[] = { "dtype", "shape", "data_offsets" };
    struct st_tensor t = { .name = v->key, .entry_from = place(v), .entry_to = HEAD_BYTES + v->byte_to };
    r->name = v->key;
    if (memchr(v->key.p, 0, v->key.n))
        return refuse(r, v, "has a zero byte in its name");
    if (v->kind != VAL_MAP)
        return refuse(r, v, "is not described by a map");
    for (size_t i = 0; i < 3; i++)
        if (!val_get(v, keys[i]))
            return err_set(r->e, ERR_FORMAT, place(v), "tensor \"%.*s\" has no %s", SPAN_ARG(shown(v->key)),
                           keys[i]);
    for (const struct val *k = v->first; k; k = k->next)
        if (!span_is(k->key, keys[0]) && !span_is(k->key, keys[1]) && !span_is(k->key, keys[2]))
            return refuse(r, k, "has a key that is not dtype, shape or data_offsets");
    int rc = read_dtype(r, val_get(v, keys[0]), &t.dtype);
    if (!rc)
        rc = read_shape(r, val_get(v, keys[1]), &t);
    if (!rc)
        rc = read_extent(r, val_get(v, keys[2]), &t);
    if (!rc)
        *out = t;
    return rc;
}

static int by_extent(const void *items, uint32_t x, uint32_t y)
{
    const struct st_tensor *t = items;
    if (t[x].byte_from != t[y].byte_from)
        return t[x].byte_from < t[y].byte_from ? -1 : 1;
    return (t[x].byte_to > t[y].byte_to) - (t[x].byte_to < t[y].byte_to);
}

static int by_name(const void *items, uint32_t x, uint32_t y)
{
    const struct st_tensor *t = items;
    return order_names(t[x].name, t[y].name);
}

/* Laid end to end the tensors are the data, all of it. */
static int check_cover(const struct reader *r, const struct st_tensor *t, uint32_t n)
{
    uint64_t at = HEAD_BYTES + r->f.dir.n;
    for (uint32_t i = 0; i < n; i++) {
        if (t[i].byte_from < at)
            return err_set(r->e, ERR_FORMAT, t[i].entry_from, "tensor \"%.*s\" overlaps \"%.*s\"",
                           SPAN_ARG(shown(t[i].name)), SPAN_ARG(shown(t[i - 1].name)));
        if (t[i].byte_from > at)
            return err_set(r->e, ERR_FORMAT, t[i].entry_from, "%" PRIu64 " bytes before tensor \"%.*s\" belong to "
                           "none", t[i].byte_from - at, SPAN_ARG(shown(t[i].name)));
        at = t[i].byte_to;
    }
    if (at != r->f.file.n)
        return err_set(r->e, ERR_FORMAT, at, "%" PRIu64 " bytes at the end belong to no tensor",
                       r->f.file.n - at);
    return 0;
}

static int read_tensors(struct reader *r, const struct val *root)
{
    if (root->n > ST_MAX_TENSORS)
        return err_set(r->e, ERR_LIMIT, HEAD_BYTES, "directory has %zu entries, the limit is %u", root->n,
                       ST_MAX_TENSORS);
    struct st_tensor *listed = arena_array(r->a, root->n, sizeof *listed);
    struct st_tensor *sorted = arena_array(r->a, root->n, sizeof *sorted);
    if (!listed || !sorted)
        return err_memory(r->e);
    uint32_t n = 0;
    for (const struct val *v = root->first; v; v = v->next) {
        int rc = span_is(v->key, "__metadata__") ? read_meta(r, v) : read_tensor(r, v, &listed[n++]);
        if (rc)
            return rc;
    }
    const uint32_t *order = order_make(r->a, listed, n, by_extent);
    if (!order)
        return err_memory(r->e);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = listed[order[i]];
    r->f.tensors = sorted;
    r->f.n_tensors = n;
    r->f.by_name = order_make(r->a, sorted, n, by_name);
    if (!r->f.by_name)
        return err_memory(r->e);
    return check_cover(r, sorted, n);
}

int st_open(struct span in, struct arena *a, struct st_file *out, struct err *e)
{
    struct reader r = { .a = a, .e = e };
    const struct val *root;
    int rc = split(in, &r.f, e);
    if (!rc)
        rc = parse(&r, &root);
    if (!rc)
        rc = read_tensors(&r, root);
    if (!rc)
        *out = r.f;
    return rc;
}

const struct st_tensor *st_get_span(const struct st_file *f, struct span name)
{
    return order_find(f->tensors, sizeof *f->tensors, offsetof(struct st_tensor, name), f->by_name, f->n_tensors, name);
}

const struct st_tensor *st_get(const struct st_file *f, const char *name)
{
    return st_get_span(f, span_str(name));
}

const struct st_text *st_meta(const struct st_file *f, const char *key)
{
    for (uint32_t i = 0; i < f->n_meta; i++)
        if (span_is(f->meta[i].key, key))
            return &f->meta[i];
    return NULL;
}

const char *st_dtype_name(enum st_dtype dtype)
{
    return (unsigned)dtype < ST_DTYPE_COUNT ? dtypes[dtype].name : "unknown";
}

unsigned st_dtype_bits(enum st_dtype dtype)
{
    return (unsigned)dtype < ST_DTYPE_COUNT ? dtypes[dtype].bits : 0;
}
