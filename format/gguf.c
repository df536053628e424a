// SPDX-License-Identifier: Apache-2.0
#include "format/gguf.h"

#include <inttypes.h>
#include "base/utf8.h"
#include "format/order.h"
#include "format/shown.h"

enum {
    MIN_KV_BYTES = 8 + 1 + 4 + 1,               /* a key of one byte, a bool */
    MIN_TENSOR_BYTES = 8 + 1 + 4 + 4 + 8,       /* a name of one byte, no dims */
    DEFAULT_ALIGNMENT = 32, MIN_ALIGNMENT = 8,
};

/* Bytes of one scalar, or the fewest that a string or an array can take. */
static const uint8_t min_bytes[GGUF_TYPE_LIMIT] = {
    [GGUF_U8] = 1, [GGUF_I8] = 1, [GGUF_U16] = 2, [GGUF_I16] = 2, [GGUF_U32] = 4, [GGUF_I32] = 4,
    [GGUF_F32] = 4, [GGUF_BOOL] = 1, [GGUF_STR] = 8, [GGUF_ARRAY] = 12,
    [GGUF_U64] = 8, [GGUF_I64] = 8, [GGUF_F64] = 8,
};

static const char *const type_names[GGUF_TYPE_LIMIT] = {
    "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64",
};

/* The reading place. `end` is the file's end or, when that comes first, the limit. */
struct cursor {
    struct span in;
    size_t at, end;
    const char *part;           /* for messages: "key", "tensor" */
    struct span subject;        /* and its name, once known */
    struct err *e;
};

/* The file does not hold, or may not hold, what it claims at byte `pos`. */
static int past_end(const struct cursor *c, size_t pos, bool limit)
{
    if (limit)
        return err_set(c->e, ERR_LIMIT, pos, "header is above the limit of %zu bytes",
                       GGUF_MAX_HEADER_BYTES);
    int rc = c->subject.n
        ? err_set(c->e, ERR_FORMAT, pos, "file ends inside %s \"%.*s\"", c->part,
                  SPAN_ARG(shown(c->subject)))
        : err_set(c->e, ERR_FORMAT, pos, "file ends inside %s", c->part);
    err_hint(c->e, "the file has %zu bytes; it may be cut short", c->in.n);
    return rc;
}

static int need(const struct cursor *c, uint64_t n)
{
    if (n <= c->end - c->at)
        return 0;
    return past_end(c, c->at, n <= c->in.n - c->at);
}

static int read_u32(struct cursor *c, uint32_t *out)
{
    int rc = need(c, 4);
    if (rc)
        return rc;
    *out = le32(c->in.p + c->at);
    c->at += 4;
    return 0;
}

static int read_u64(struct cursor *c, uint64_t *out)
{
    int rc = need(c, 8);
    if (rc)
        return rc;
    *out = le64(c->in.p + c->at);
    c->at += 8;
    return 0;
}

/* A key, or the name of a tensor: 1 to `max` bytes of UTF-8. */
static int read_name(struct cursor *c, const char *part, uint32_t max, struct span *out)
{
    uint64_t n;
    size_t start = c->at, bad;
    c->part = part;
    c->subject = SPAN_NONE;
    int rc = read_u64(c, &n);
    if (rc)
        return rc;
    if (n == 0)
        return err_set(c->e, ERR_FORMAT, start, "%s has an empty name", part);
    if (n > max)
        return err_set(c->e, ERR_FORMAT, start, "%s name has %" PRIu64 " bytes, at most %u are allowed",
                       part, n, max);
    rc = need(c, n);
    if (rc)
        return rc;
    struct span name = span_sub(c->in, c->at, (size_t)n);
    if (!utf8_valid(name, &bad))
        return err_set(c->e, ERR_FORMAT, c->at + bad, "%s name is not valid UTF-8", part);
    if (memchr(name.p, 0, name.n))
        return err_set(c->e, ERR_FORMAT, start, "%s name has a zero byte", part);
    c->at += (size_t)n;
    c->subject = *out = name;
    return 0;
}

static int read_type(struct cursor *c, enum gguf_type *out)
{
    uint32_t type;
    size_t start = c->at;
    int rc = read_u32(c, &type);
    if (rc)
        return rc;
    if (type >= GGUF_TYPE_LIMIT)
        return err_set(c->e, ERR_FORMAT, start, "key \"%.*s\" has the unknown value type %" PRIu32,
                       SPAN_ARG(shown(c->subject)), type);
    *out = (enum gguf_type)type;
    return 0;
}

static int check_bools(const struct cursor *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c->in.p[c->at + i] > 1)
            return err_set(c->e, ERR_FORMAT, c->at + i, "key \"%.*s\" has a bool that is neither 0 nor 1",
                           SPAN_ARG(shown(c->subject)));
    return 0;
}

/* Step over n strings. The hot loop of a vocabulary: two compares and an addition each. */
static int skip_strings(struct cursor *c, uint64_t n)
{
    const uint8_t *p = c->in.p;
    size_t at = c->at, end = c->end;
    for (; n; n--) {
        if (end - at < 8) {
            c->at = at;
            return need(c, 8);
        }
        uint64_t len = le64(p + at);
        if (len > end - at - 8)
            return past_end(c, at, len <= c->in.n - at - 8);
        at += 8 + (size_t)len;
    }
    c->at = at;
    return 0;
}

/* Read the head of an array and prove that n items of the smallest size could be there. */
static int read_array_head(struct cursor *c, enum gguf_type *item_type, uint64_t *n)
{
    int rc = read_type(c, item_type);
    if (rc)
        return rc;
    size_t start = c->at;
    rc = read_u64(c, n);
    if (rc)
        return rc;
    size_t each = min_bytes[*item_type];
    if (*n > (c->in.n - c->at) / each)
        return err_set(c->e, ERR_FORMAT, start, "key \"%.*s\" claims %" PRIu64 " items, %zu bytes are left",
                       SPAN_ARG(shown(c->subject)), *n, c->in.n - c->at);
    if (*n > (c->end - c->at) / each)
        return past_end(c, start, true);
    return 0;
}

static int skip_items(struct cursor *c, enum gguf_type type, uint64_t n, unsigned depth);

static int skip_arrays(struct cursor *c, uint64_t n, unsigned depth)
{
    if (depth >= GGUF_MAX_DEPTH)
        return err_set(c->e, ERR_LIMIT, c->at, "key \"%.*s\" nests arrays deeper than %u",
                       SPAN_ARG(shown(c->subject)), GGUF_MAX_DEPTH);
    for (; n; n--) {
        enum gguf_type item_type;
        uint64_t items;
        int rc = read_array_head(c, &item_type, &items);
        if (!rc)
            rc = skip_items(c, item_type, items, depth + 1);
        if (rc)
            return rc;
    }
    return 0;
}

/* Step over n values of `type`, proving them whole. */
static int skip_items(struct cursor *c, enum gguf_type type, uint64_t n, unsigned depth)
{
    if (type == GGUF_STR)
        return skip_strings(c, n);
    if (type == GGUF_ARRAY)
        return skip_arrays(c, n, depth);
    uint64_t bytes;
    if (__builtin_mul_overflow(n, min_bytes[type], &bytes))
        return past_end(c, c->at, false);
    int rc = need(c, bytes);
    if (!rc && type == GGUF_BOOL)
        rc = check_bools(c, (size_t)bytes);
    if (!rc)
        c->at += (size_t)bytes;
    return rc;
}

static int read_kv(struct cursor *c, struct gguf_kv *kv)
{
    struct gguf_kv k = { .n = 1 };
    int rc = read_name(c, "key", GGUF_MAX_KEY_BYTES, &k.key);
    if (rc)
        return rc;
    k.key_byte = c->at - k.key.n;
    rc = read_type(c, &k.type);
    if (rc)
        return rc;
    k.item_type = k.type;
    if (k.type == GGUF_ARRAY)
        rc = read_array_head(c, &k.item_type, &k.n);
    if (rc)
        return rc;
    size_t from = c->at;
    rc = skip_items(c, k.item_type, k.n, 1);
    if (rc)
        return rc;
    if (k.type == GGUF_STR)                     /* the evidence is the text, not its length */
        from += 8;
    k.byte_from = from;
    k.byte_to = c->at;
    k.value = span_sub(c->in, from, c->at - from);
    *kv = k;
    return 0;
}

static int by_key(const void *items, uint32_t x, uint32_t y)
{
    const struct gguf_kv *kv = items;
    return order_names(kv[x].key, kv[y].key);
}

static int read_kvs(struct cursor *c, struct arena *a, struct gguf *g)
{
    struct gguf_kv *kv = arena_array(a, g->n_kv, sizeof *kv);
    if (!kv)
        return err_memory(c->e);
    for (uint32_t i = 0; i < g->n_kv; i++) {
        int rc = read_kv(c, &kv[i]);
        if (rc)
            return rc;
    }
    const uint32_t *order = order_make(a, kv, g->n_kv, by_key);
    if (!order)
        return err_memory(c->e);
    for (uint32_t i = 1; i < g->n_kv; i++)
        if (span_eq(kv[order[i - 1]].key, kv[order[i]].key))
            return err_set(c->e, ERR_FORMAT, kv[order[i]].key_byte, "key \"%.*s\" is there twice",
                           SPAN_ARG(shown(kv[order[i]].key)));
    g->kv = kv;
    g->kv_by_name = order;
    return 0;
}

static int read_alignment(const struct cursor *c, struct gguf *g)
{
    g->alignment = DEFAULT_ALIGNMENT;
    const struct gguf_kv *kv = gguf_get(g, "general.alignment");
    if (!kv)
        return 0;
    if (kv->type != GGUF_U32)                   /* other readers take u32 only: do not differ */
        return err_set(c->e, ERR_FORMAT, kv->byte_from, "general.alignment is of type %s, not u32",
                       gguf_type_name(kv->type));
    uint32_t n = le32(kv->value.p);
    if (n < MIN_ALIGNMENT || n > GGUF_MAX_ALIGNMENT || (n & (n - 1)))
        return err_set(c->e, ERR_FORMAT, kv->byte_from, "general.alignment is %" PRIu32
                       ", not a power of two from %d to %u", n, MIN_ALIGNMENT, GGUF_MAX_ALIGNMENT);
    g->alignment = n;
    return 0;
}

static int read_dims(struct cursor *c, struct gguf_tensor *t)
{
    size_t start = c->at;
    int rc = read_u32(c, &t->n_dims);
    if (rc)
        return rc;
    if (t->n_dims > GGUF_MAX_DIMS)
        return err_set(c->e, ERR_FORMAT, start, "tensor \"%.*s\" has %" PRIu32 " dimensions, at most %u "
                       "are allowed", SPAN_ARG(t->name), t->n_dims, GGUF_MAX_DIMS);
    t->n_elements = 1;
    for (uint32_t i = 0; i < GGUF_MAX_DIMS; i++)
        t->dims[i] = 1;
    for (uint32_t i = 0; i < t->n_dims; i++) {
        start = c->at;
        rc = read_u64(c, &t->dims[i]);
        if (rc)
            return rc;
        if (t->dims[i] == 0)
            return err_set(c->e, ERR_FORMAT, start, "tensor \"%.*s\" has a dimension of 0",
                           SPAN_ARG(t->name));
        if (__builtin_mul_overflow(t->n_elements, t->dims[i], &t->n_elements)
            || t->n_elements > INT64_MAX)
            return err_set(c->e, ERR_FORMAT, start, "tensor \"%.*s\" has more elements than 64 bits hold",
                           SPAN_ARG(t->name));
    }
    return 0;
}

static int read_layout(struct cursor *c, struct gguf_tensor *t)
{
    size_t start = c->at;
    uint32_t type;
    int rc = read_u32(c, &type);
    if (rc)
        return rc;
    const struct ggml_layout *l = ggml_layout(type);
    if (!l) {
        rc = err_set(c->e, ERR_FORMAT, start, "tensor \"%.*s\" has the %s type %" PRIu32,
                     SPAN_ARG(t->name), ggml_removed(type) ? "withdrawn" : "unknown", type);
        err_hint(c->e, "types up to %d are known; this file may be for another program", GGML_TYPE_LIMIT - 1);
        return rc;
    }
    if (t->dims[0] % l->block_elements)
        return err_set(c->e, ERR_FORMAT, start, "tensor \"%.*s\" has rows of %" PRIu64
                       " elements, %s needs a multiple of %u", SPAN_ARG(t->name), t->dims[0], l->name,
                       (unsigned)l->block_elements);
    if (__builtin_mul_overflow(t->n_elements / l->block_elements, (uint64_t)l->block_bytes, &t->size_bytes))
        return err_set(c->e, ERR_FORMAT, start, "tensor \"%.*s\" has more bytes than 64 bits hold",
                       SPAN_ARG(t->name));
    t->type = (enum ggml_type)type;
    return 0;
}

static int read_tensor(struct cursor *c, struct gguf_tensor *out)
{
    struct gguf_tensor t = { .entry_byte = c->at };
    int rc = read_name(c, "tensor", GGUF_MAX_NAME_BYTES, &t.name);
    if (!rc)
        rc = read_dims(c, &t);
    if (!rc)
        rc = read_layout(c, &t);
    if (!rc)
        rc = read_u64(c, &t.offset);
    if (!rc)
        *out = t;
    return rc;
}

/* Where the offset of a tensor is written. */
static uint64_t offset_byte(const struct gguf_tensor *t)
{
    return t->entry_byte + 8 + t->name.n + 4 + 8ull * t->n_dims + 4;
}

/* Prove that the tensor lies in the data, and say where. */
static int place_tensor(const struct cursor *c, const struct gguf *g, struct gguf_tensor *t)
{
    if (t->offset % g->alignment)
        return err_set(c->e, ERR_FORMAT, offset_byte(t), "tensor \"%.*s\" starts at offset %" PRIu64
                       ", not a multiple of %" PRIu32, SPAN_ARG(t->name), t->offset, g->alignment);
    uint64_t room = g->data_offset < c->in.n ? c->in.n - g->data_offset : 0;
    if (t->offset > room || t->size_bytes > room - t->offset) {
        int rc = err_set(c->e, ERR_FORMAT, offset_byte(t), "tensor \"%.*s\" runs past the end of the file",
                         SPAN_ARG(t->name));
        err_hint(c->e, "the file has %zu bytes; it may be cut short", c->in.n);
        return rc;
    }
    t->byte_from = g->data_offset + t->offset;
    t->byte_to = t->byte_from + t->size_bytes;
    t->data = span_sub(c->in, (size_t)t->byte_from, (size_t)t->size_bytes);
    return 0;
}

static int by_name(const void *items, uint32_t x, uint32_t y)
{
    const struct gguf_tensor *t = items;
    return order_names(t[x].name, t[y].name);
}

static int by_offset(const void *items, uint32_t x, uint32_t y)
{
    const struct gguf_tensor *t = items;
    return (t[x].offset > t[y].offset) - (t[x].offset < t[y].offset);
}

/* Two tensors may share neither a name nor a byte. Adds up what belongs to none. */
static int check_tensors(const struct cursor *c, struct gguf *g)
{
    const struct gguf_tensor *t = g->tensors;
    uint64_t room = g->data_offset < c->in.n ? c->in.n - g->data_offset : 0, covered = 0;
    for (uint32_t i = 0; i < g->n_tensors; i++) {
        const struct gguf_tensor *x = &t[g->tensors_by_offset[i]];
        const struct gguf_tensor *before = i ? &t[g->tensors_by_offset[i - 1]] : NULL;
        if (before && x->offset < before->offset + before->size_bytes)
            return err_set(c->e, ERR_FORMAT, offset_byte(x), "tensor \"%.*s\" overlaps \"%.*s\"",
                           SPAN_ARG(x->name), SPAN_ARG(before->name));
        g->unclaimed_bytes += x->offset > covered ? x->offset - covered : 0;
        covered = x->offset + x->size_bytes;    /* cannot wrap: inside the file */
        covered += (g->alignment - covered % g->alignment) % g->alignment;
    }
    g->unclaimed_bytes += room > covered ? room - covered : 0;
    for (uint32_t i = 1; i < g->n_tensors; i++) {
        const struct gguf_tensor *x = &t[g->tensors_by_name[i]];
        if (span_eq(x->name, t[g->tensors_by_name[i - 1]].name))
            return err_set(c->e, ERR_FORMAT, x->entry_byte, "tensor \"%.*s\" is there twice",
                           SPAN_ARG(x->name));
    }
    return 0;
}

static int read_tensors(struct cursor *c, struct arena *a, struct gguf *g)
{
    struct gguf_tensor *t = arena_array(a, g->n_tensors, sizeof *t);
    if (!t)
        return err_memory(c->e);
    for (uint32_t i = 0; i < g->n_tensors; i++) {
        int rc = read_tensor(c, &t[i]);
        if (rc)
            return rc;
    }
    g->header_bytes = c->at;
    g->data_offset = g->header_bytes + (g->alignment - g->header_bytes % g->alignment) % g->alignment;
    for (uint32_t i = 0; i < g->n_tensors; i++) {
        int rc = place_tensor(c, g, &t[i]);
        if (rc)
            return rc;
    }
    g->tensors = t;
    g->tensors_by_name = order_make(a, t, g->n_tensors, by_name);
    g->tensors_by_offset = order_make(a, t, g->n_tensors, by_offset);
    if (!g->tensors_by_name || !g->tensors_by_offset)
        return err_memory(c->e);
    return check_tensors(c, g);
}

static int read_version(struct cursor *c, struct gguf *g)
{
    if (c->in.n < 4 || memcmp(c->in.p, "GGUF", 4) != 0) {
        int rc = err_set(c->e, ERR_FORMAT, 0, "not a GGUF file: it does not start with \"GGUF\"");
        if (c->in.n >= 4 && (le32(c->in.p) == 0x67676a74 || le32(c->in.p) == 0x67676d6c
                             || le32(c->in.p) == 0x67676d66))
            err_hint(c->e, "this is a GGML file from before GGUF; convert it again");
        return rc;
    }
    c->at = 4;
    int rc = read_u32(c, &g->version);
    if (rc)
        return rc;
    if (g->version == 1)
        return err_set(c->e, ERR_FORMAT, 4, "version 1 of GGUF is not read; versions 2 and 3 are");
    if (g->version != 0 && (g->version & 0xFFFF) == 0)
        return err_set(c->e, ERR_FORMAT, 4, "the file is big-endian; only little-endian GGUF is read");
    if (g->version != 2 && g->version != 3)
        return err_set(c->e, ERR_FORMAT, 4, "version %" PRIu32 " of GGUF is not known; versions 2 and 3 "
                       "are read", g->version);
    return 0;
}

/* One of the two counts: bounded by what the bytes left could hold, `each` bytes at least (0: not all
 * need be there), then by our limit. */
static int read_count(struct cursor *c, const char *noun, unsigned each, uint32_t max, uint32_t *out)
{
    uint64_t n;
    size_t start = c->at;
    int rc = read_u64(c, &n);
    if (rc)
        return rc;
    if (each && n > (c->in.n - c->at) / each)
        return err_set(c->e, ERR_FORMAT, start, "header claims %" PRIu64 " %s, %zu bytes are left", n, noun,
                       c->in.n - c->at);
    if (n > max)
        return err_set(c->e, ERR_LIMIT, start, "header has %" PRIu64 " %s, the limit is %" PRIu32, n, noun,
                       max);
    *out = (uint32_t)n;
    return 0;
}

static int open_file(struct span in, struct arena *a, bool keys_only, struct gguf *out, struct err *e)
{
    struct gguf g = { .file = in };
    struct cursor c = { .in = in, .end = in.n, .part = "the header", .e = e };
    if (c.end > GGUF_MAX_HEADER_BYTES)
        c.end = GGUF_MAX_HEADER_BYTES;
    int rc = read_version(&c, &g);
    if (!rc)
        rc = read_count(&c, "tensors", keys_only ? 0 : MIN_TENSOR_BYTES, GGUF_MAX_TENSORS, &g.n_tensors);
    if (!rc)
        rc = read_count(&c, "keys", MIN_KV_BYTES, GGUF_MAX_KEYS, &g.n_kv);
    if (!rc)
        rc = read_kvs(&c, a, &g);
    if (!rc)
        rc = read_alignment(&c, &g);
    g.header_bytes = c.at;
    if (!rc && !keys_only)
        rc = read_tensors(&c, a, &g);
    if (!rc)
        *out = g;
    return rc;
}

int gguf_open(struct span in, struct arena *a, struct gguf *out, struct err *e)
{
    return open_file(in, a, false, out, e);
}

int gguf_open_keys(struct span in, struct arena *a, struct gguf *out, struct err *e)
{
    return open_file(in, a, true, out, e);
}

const char *gguf_type_name(enum gguf_type type)
{
    return (unsigned)type < GGUF_TYPE_LIMIT ? type_names[type] : "unknown";
}
