// SPDX-License-Identifier: Apache-2.0
/* tests/support/gguf_make.h - a writer of GGUF files that will write anything, also what no reader may accept.
 *
 *     struct maker m; make_init(&m);
 *     make_head(&m, 3, 1, 1);                      version, tensors, keys
 *     make_str(&m, "general.name", "x");
 *     make_tensor(&m, "w", GGML_F32, 2, (uint64_t[]){ 4, 2 }, 0);
 *     make_data(&m, 32, 32);                       pad to 32, then 32 bytes
 *
 * `mark` holds the byte at which a reader should find fault; MARK(m) sets it to here. */
#ifndef ASSAY_TESTS_GGUF_MAKE_H
#define ASSAY_TESTS_GGUF_MAKE_H
#include "base/buf.h"
#include "format/gguf.h"

struct maker { struct buf b; uint64_t mark; };

#define MARK(m) ((m)->mark = (m)->b.n)

static inline void make_init(struct maker *m)
{
    buf_init(&m->b, (size_t)1 << 30);
    m->mark = 0;
}

static inline void make_number(struct maker *m, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_char(&m->b, (char)(v >> 8 * i));
}

static inline void make_u32(struct maker *m, uint32_t v) { make_number(m, v, 4); }
static inline void make_u64(struct maker *m, uint64_t v) { make_number(m, v, 8); }

static inline void make_bytes(struct maker *m, const void *p, size_t n)
{
    make_u64(m, n);
    buf_add(&m->b, p, n);
}

static inline void make_text(struct maker *m, const char *s)
{
    make_bytes(m, s, strlen(s));
}

static inline void make_head(struct maker *m, uint32_t version, uint64_t n_tensors, uint64_t n_kv)
{
    buf_str(&m->b, "GGUF");
    make_u32(m, version);
    make_u64(m, n_tensors);
    make_u64(m, n_kv);
}

static inline void make_key(struct maker *m, const char *key, uint32_t type)
{
    make_text(m, key);
    make_u32(m, type);
}

static inline void make_str(struct maker *m, const char *key, const char *value)
{
    make_key(m, key, GGUF_STR);
    make_text(m, value);
}

static inline void make_int(struct maker *m, const char *key, enum gguf_type type, unsigned bytes, uint64_t v)
{
    make_key(m, key, type);
    make_number(m, v, bytes);
}

static inline void make_array(struct maker *m, const char *key, uint32_t item_type, uint64_t n)
{
    make_key(m, key, GGUF_ARRAY);
    make_u32(m, item_type);
    make_u64(m, n);
}

static inline void make_tensor(struct maker *m, const char *name, uint32_t type, uint32_t n_dims,
                               const uint64_t *dims, uint64_t offset)
{
    make_text(m, name);
    make_u32(m, n_dims);
    for (uint32_t i = 0; i < n_dims; i++)
        make_u64(m, dims[i]);
    make_u32(m, type);
    make_u64(m, offset);
}

static inline void make_data(struct maker *m, unsigned alignment, size_t n)
{
    while (m->b.n % alignment)
        buf_char(&m->b, 0);
    for (size_t i = 0; i < n; i++)
        buf_char(&m->b, (char)(i * 7 + 1));
}

#endif
