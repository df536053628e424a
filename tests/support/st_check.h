// SPDX-License-Identifier: Apache-2.0
/* tests/support/st_check.h - what must hold of every file that st_open accepted. NULL, or the broken promise. */
#ifndef ASSAY_TESTS_ST_CHECK_H
#define ASSAY_TESTS_ST_CHECK_H
#include "format/safetensors.h"

static inline const char *st_holds_tensor(const struct st_file *f, const struct st_tensor *t, uint64_t at)
{
    __extension__ unsigned __int128 bits = st_dtype_bits(t->dtype);
    if (st_get_span(f, t->name) != t)
        return "tensor is not found, or not unique";
    if (t->byte_from != at)
        return "hole or overlap";
    if (t->byte_to < at || t->byte_to > f->file.n || t->byte_to - at != t->size_bytes)
        return "extent is not inside the file";
    if (t->data.n != t->size_bytes || (t->data.n && t->data.p != f->file.p + at))
        return "data is not the extent";
    if (t->entry_from < 8 || t->entry_to > 8 + f->dir.n || t->entry_from >= t->entry_to
        || f->file.p[t->entry_from] != '{' || f->file.p[t->entry_to - 1] != '}')
        return "entry is not where it is said to be";
    for (uint32_t i = 0; i < t->n_dims; i++)
        bits = bits && t->dims[i] ? bits * t->dims[i] : 0;
    if (bits != (__extension__ (unsigned __int128)t->size_bytes) * 8)
        return "size does not follow from dtype and shape";
    return NULL;
}

static inline const char *st_holds(const struct st_file *f)
{
    uint64_t at = 8 + f->dir.n;
    const char *broken = f->dir.n + f->data.n + 8 == f->file.n ? NULL : "parts do not add up to the file";
    for (uint32_t i = 0; i < f->n_tensors && !broken; i++) {
        broken = st_holds_tensor(f, &f->tensors[i], at);
        at = f->tensors[i].byte_to;
    }
    if (!broken && at != f->file.n)
        broken = "bytes behind the last tensor";
    for (uint32_t i = 0; i < f->n_meta && !broken; i++) {
        const struct st_text *m = &f->meta[i];
        if (m->byte_to > 8 + f->dir.n || m->byte_to < m->byte_from + 2 || f->file.p[m->byte_from] != '"')
            broken = "metadata is not where it is said to be";
    }
    return broken;
}

#endif
