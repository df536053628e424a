// SPDX-License-Identifier: Apache-2.0
/* format/gguf_get.c - what the tables of a gguf answer. Everything was proved when the file was opened. */
#include "format/gguf.h"

#include "format/order.h"

const struct gguf_kv *gguf_get_span(const struct gguf *g, struct span key)
{
    return order_find(g->kv, sizeof *g->kv, offsetof(struct gguf_kv, key), g->kv_by_name, g->n_kv, key);
}

const struct gguf_kv *gguf_get(const struct gguf *g, const char *key)
{
    return gguf_get_span(g, span_str(key));
}

const struct gguf_tensor *gguf_tensor_span(const struct gguf *g, struct span name)
{
    if (!g->tensors)                            /* gguf_open_keys */
        return NULL;
    return order_find(g->tensors, sizeof *g->tensors, offsetof(struct gguf_tensor, name), g->tensors_by_name,
                      g->n_tensors, name);
}

const struct gguf_tensor *gguf_tensor(const struct gguf *g, const char *name)
{
    return gguf_tensor_span(g, span_str(name));
}

static unsigned scalar_bytes(enum gguf_type type)
{
    switch (type) {
    case GGUF_U8: case GGUF_I8: case GGUF_BOOL: return 1;
    case GGUF_U16: case GGUF_I16: return 2;
    case GGUF_U32: case GGUF_I32: case GGUF_F32: return 4;
    case GGUF_U64: case GGUF_I64: case GGUF_F64: return 8;
    default: return 0;
    }
}

static bool is_signed(enum gguf_type type)
{
    return type == GGUF_I8 || type == GGUF_I16 || type == GGUF_I32 || type == GGUF_I64;
}

static bool is_unsigned(enum gguf_type type)
{
    return type == GGUF_U8 || type == GGUF_U16 || type == GGUF_U32 || type == GGUF_U64;
}

/* The bits of an integer, sign-extended when its type has a sign. */
static uint64_t integer_at(enum gguf_type type, const uint8_t *p)
{
    switch (type) {
    case GGUF_U8:  return p[0];
    case GGUF_I8:  return (uint64_t)(int64_t)(int8_t)p[0];
    case GGUF_U16: return le16(p);
    case GGUF_I16: return (uint64_t)(int64_t)(int16_t)le16(p);
    case GGUF_U32: return le32(p);
    case GGUF_I32: return (uint64_t)(int64_t)(int32_t)le32(p);
    default:       return le64(p);
    }
}

static bool u64_at(enum gguf_type type, const uint8_t *p, uint64_t *out)
{
    if (!is_signed(type) && !is_unsigned(type))
        return false;
    uint64_t v = integer_at(type, p);
    if (is_signed(type) && v > INT64_MAX)
        return false;
    *out = v;
    return true;
}

static bool i64_at(enum gguf_type type, const uint8_t *p, int64_t *out)
{
    if (!is_signed(type) && !is_unsigned(type))
        return false;
    uint64_t v = integer_at(type, p);
    if (is_unsigned(type) && v > INT64_MAX)
        return false;
    *out = (int64_t)v;
    return true;
}

static bool f64_at(enum gguf_type type, const uint8_t *p, double *out)
{
    if (type == GGUF_F64) {
        uint64_t bits = le64(p);
        memcpy(out, &bits, sizeof bits);
        return true;
    }
    if (type != GGUF_F32)
        return false;
    uint32_t bits = le32(p);
    float f;
    memcpy(&f, &bits, sizeof bits);
    *out = (double)f;
    return true;
}

/* The bytes of a scalar, NULL for strings, arrays and missing keys. */
static const uint8_t *scalar(const struct gguf *g, const char *key, enum gguf_type *type)
{
    const struct gguf_kv *kv = gguf_get(g, key);
    if (!kv || scalar_bytes(kv->type) == 0)
        return NULL;
    *type = kv->type;
    return kv->value.p;
}

bool gguf_str(const struct gguf *g, const char *key, struct span *out)
{
    const struct gguf_kv *kv = gguf_get(g, key);
    if (!kv || kv->type != GGUF_STR)
        return false;
    *out = kv->value;
    return true;
}

bool gguf_u64(const struct gguf *g, const char *key, uint64_t *out)
{
    enum gguf_type type;
    const uint8_t *p = scalar(g, key, &type);
    return p && u64_at(type, p, out);
}

bool gguf_i64(const struct gguf *g, const char *key, int64_t *out)
{
    enum gguf_type type;
    const uint8_t *p = scalar(g, key, &type);
    return p && i64_at(type, p, out);
}

bool gguf_f64(const struct gguf *g, const char *key, double *out)
{
    enum gguf_type type;
    const uint8_t *p = scalar(g, key, &type);
    return p && f64_at(type, p, out);
}

bool gguf_bool(const struct gguf *g, const char *key, bool *out)
{
    enum gguf_type type;
    const uint8_t *p = scalar(g, key, &type);
    if (!p || type != GGUF_BOOL)
        return false;
    *out = p[0] == 1;
    return true;
}

struct gguf_strings gguf_strings(const struct gguf_kv *kv)
{
    if (!kv || kv->type != GGUF_ARRAY || kv->item_type != GGUF_STR)
        return (struct gguf_strings){ .left = 0 };
    return (struct gguf_strings){ .rest = kv->value, .left = kv->n, .next_byte = kv->byte_from };
}

bool gguf_next(struct gguf_strings *it, struct span *text)
{
    if (it->left == 0 || it->rest.n < 8)
        return false;
    *text = span_sub(it->rest, 8, (size_t)le64(it->rest.p));
    it->byte_from = it->next_byte + 8;
    it->next_byte = it->byte_from + text->n;
    it->rest = span_sub(it->rest, 8 + text->n, SIZE_MAX);
    it->left--;
    return true;
}

/* The bytes of item i of an array of scalars. */
static const uint8_t *item(const struct gguf_kv *kv, uint64_t i)
{
    if (!kv || kv->type != GGUF_ARRAY || i >= kv->n || scalar_bytes(kv->item_type) == 0)
        return NULL;
    return kv->value.p + (size_t)i * scalar_bytes(kv->item_type);
}

bool gguf_item_u64(const struct gguf_kv *kv, uint64_t i, uint64_t *out)
{
    const uint8_t *p = item(kv, i);
    return p && u64_at(kv->item_type, p, out);
}

bool gguf_item_i64(const struct gguf_kv *kv, uint64_t i, int64_t *out)
{
    const uint8_t *p = item(kv, i);
    return p && i64_at(kv->item_type, p, out);
}

bool gguf_item_f64(const struct gguf_kv *kv, uint64_t i, double *out)
{
    const uint8_t *p = item(kv, i);
    return p && f64_at(kv->item_type, p, out);
}
