// SPDX-License-Identifier: Apache-2.0
/* tests/support/gguf_check.h - what must hold of every file that gguf_open accepted.
 *
 * Recomputes, by the plainest means, what the reader promises. Shared by the unit tests and the fuzz
 * target. Returns NULL, or the promise that is broken. */
#ifndef ASSAY_TESTS_GGUF_CHECK_H
#define ASSAY_TESTS_GGUF_CHECK_H
#include "base/utf8.h"
#include "format/gguf.h"

static inline bool holds_inside(struct span file, struct span part, uint64_t from, uint64_t to)
{
    return from <= to && to <= file.n && to - from == part.n && (part.n == 0 || part.p == file.p + from);
}

static inline const char *holds_items(const struct gguf *g, const struct gguf_kv *kv)
{
    static const unsigned size[GGUF_TYPE_LIMIT] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };
    if (size[kv->item_type] && kv->value.n != kv->n * size[kv->item_type])
        return "numbers of the wrong size";
    for (size_t i = 0; kv->item_type == GGUF_BOOL && i < kv->value.n; i++)
        if (kv->value.p[i] > 1)
            return "bool is neither 0 nor 1";
    struct gguf_strings it = gguf_strings(kv);
    struct span text;
    uint64_t n = 0;
    for (; gguf_next(&it, &text); n++)
        if (!holds_inside(g->file, text, it.byte_from, it.byte_from + text.n))
            return "string of an array is not where it is said to be";
    if (kv->type == GGUF_ARRAY && kv->item_type == GGUF_STR && (n != kv->n || it.rest.n))
        return "array of strings has another number of strings";
    return NULL;
}

static inline const char *holds_kv(const struct gguf *g, const struct gguf_kv *kv)
{
    size_t bad;
    if (!holds_inside(g->file, kv->key, kv->key_byte, kv->key_byte + kv->key.n))
        return "key is not where it is said to be";
    if (kv->key.n == 0 || kv->key.n > GGUF_MAX_KEY_BYTES || !utf8_valid(kv->key, &bad))
        return "key is empty, too long or not UTF-8";
    if (gguf_get_span(g, kv->key) != kv)
        return "key is not found, or not unique";
    if (!holds_inside(g->file, kv->value, kv->byte_from, kv->byte_to) || kv->byte_to > g->header_bytes)
        return "value is not where it is said to be";
    if ((unsigned)kv->type >= GGUF_TYPE_LIMIT || (unsigned)kv->item_type >= GGUF_TYPE_LIMIT)
        return "type out of range";
    if (kv->type != GGUF_ARRAY && (kv->n != 1 || kv->item_type != kv->type))
        return "scalar with items";
    return holds_items(g, kv);
}

static inline const char *holds_tensor(const struct gguf *g, const struct gguf_tensor *t)
{
    const struct ggml_layout *l = ggml_layout(t->type);
    __extension__ unsigned __int128 elements = 1;
    size_t bad;
    if (!l)
        return "tensor of an unknown type";
    if (t->name.n == 0 || t->name.n > GGUF_MAX_NAME_BYTES || !utf8_valid(t->name, &bad))
        return "tensor name is empty, too long or not UTF-8";
    if (gguf_tensor_span(g, t->name) != t)
        return "tensor is not found, or not unique";
    if (t->n_dims > GGUF_MAX_DIMS)
        return "too many dims";
    for (unsigned i = 0; i < GGUF_MAX_DIMS; i++) {
        if (t->dims[i] == 0 || (i >= t->n_dims && t->dims[i] != 1))
            return "dim is 0, or not 1 beyond n_dims";
        elements *= t->dims[i];
    }
    if (elements != t->n_elements || t->dims[0] % l->block_elements)
        return "elements do not follow from dims, or row is no whole number of blocks";
    if (elements / l->block_elements * l->block_bytes != t->size_bytes)
        return "size does not follow from type and dims";
    if (t->offset % g->alignment || t->byte_from != g->data_offset + t->offset
        || t->byte_to - t->byte_from != t->size_bytes
        || !holds_inside(g->file, t->data, t->byte_from, t->byte_to))
        return "tensor is misaligned, or not where it is said to be";
    return NULL;
}

static inline const char *gguf_holds(const struct gguf *g)
{
    const char *broken = NULL;
    if (g->version != 2 && g->version != 3)
        return "version";
    if (g->alignment < 8 || g->alignment > GGUF_MAX_ALIGNMENT || (g->alignment & (g->alignment - 1)))
        return "alignment";
    if (g->header_bytes > g->file.n || g->data_offset < g->header_bytes
        || g->data_offset - g->header_bytes >= g->alignment || g->data_offset % g->alignment)
        return "data offset";
    for (uint32_t i = 0; i < g->n_kv && !broken; i++)
        broken = holds_kv(g, &g->kv[i]);
    for (uint32_t i = 0; i < g->n_tensors && !broken; i++)
        broken = holds_tensor(g, &g->tensors[i]);
    for (uint32_t i = 1; i < g->n_tensors && !broken; i++)
        if (g->tensors[g->tensors_by_offset[i - 1]].byte_to > g->tensors[g->tensors_by_offset[i]].byte_from)
            broken = "tensors overlap";
    return broken;
}

#endif
