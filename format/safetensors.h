// SPDX-License-Identifier: Apache-2.0
/* format/safetensors.h - the tensor directory of a safetensors file, read without trusting one byte of it.
 *
 *     [u64 LE n][ n bytes of JSON, may end in spaces ][ tensor bytes ...... ]
 *               ^ dir                                 ^ data
 *     { "__metadata__": { "format": "pt" },
 *       "wte.weight": { "dtype": "F16", "shape": [50257, 768], "data_offsets": [0, 77194752] } }
 *
 * Opening reads the directory only: tensor bytes are neither touched nor copied. What is handed out
 * has been proved: keys are unique, each extent has exactly the bytes that dtype and shape
 * need, and the extents, laid end to end, are the data: no hole, no overlap, nothing behind.
 * A writer of this format has no use for anything else, and a hole can hide a second file.
 * Borrows the caller's span (usually an mmap); names and tables live in the caller's arena.
 * Source: safetensors README, "Format"; safetensors/src/tensor.rs, Metadata::validate. Stricter in
 * this: an entry has its three keys and no other; a name has no zero byte. */
#ifndef ASSAY_FORMAT_SAFETENSORS_H
#define ASSAY_FORMAT_SAFETENSORS_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

#define ST_MAX_DIR_BYTES 100000000u         /* the reference reader's limit */
#define ST_MAX_TENSORS   (1u << 20)
#define ST_MAX_DIMS      32u

/*    name       bits of an element */
#define ST_DTYPE_MAP(X) \
    X(BOOL,         8)  \
    X(F4,           4)  \
    X(F6_E2M3,      6)  \
    X(F6_E3M2,      6)  \
    X(U8,           8)  \
    X(I8,           8)  \
    X(F8_E5M2,      8)  \
    X(F8_E4M3,      8)  \
    X(F8_E8M0,      8)  \
    X(F8_E4M3FNUZ,  8)  \
    X(F8_E5M2FNUZ,  8)  \
    X(I16,         16)  \
    X(U16,         16)  \
    X(F16,         16)  \
    X(BF16,        16)  \
    X(I32,         32)  \
    X(U32,         32)  \
    X(F32,         32)  \
    X(C64,         64)  \
    X(F64,         64)  \
    X(I64,         64)  \
    X(U64,         64)

enum st_dtype {
#define X(name, bits) ST_##name,
    ST_DTYPE_MAP(X)
#undef X
    ST_DTYPE_COUNT
};

struct st_tensor {
    struct span name;               /* decoded, followed by a NUL */
    enum st_dtype dtype;
    uint32_t n_dims;
    const uint64_t *dims;           /* slowest first; a 0 makes a tensor of no bytes */
    uint64_t n_elements, size_bytes;
    uint64_t byte_from, byte_to;    /* of the tensor's bytes in the file */
    uint64_t entry_from, entry_to;  /* of its directory entry in the file */
    struct span data;
};

struct st_text {                    /* of __metadata__ */
    struct span key, text;          /* decoded, followed by a NUL */
    uint64_t byte_from, byte_to;    /* of the quoted text in the file */
};

struct st_file {
    struct span file, dir, data;            /* borrowed */
    const struct st_tensor *tensors;        /* in the order of their bytes */
    const uint32_t *by_name;
    uint32_t n_tensors, n_meta;
    const struct st_text *meta;             /* in the order of the file */
};

/* Read and prove the directory of `in`.
 * out: written only on success; valid while `in` and `a` are.
 * Fails: ERR_FORMAT truncated or lying; ERR_LIMIT above one of the limits here; ERR_MEMORY. The position
 * is the byte in the file of the value at fault. */
int st_open(struct span in, struct arena *a, struct st_file *out, struct err *e);

/* NULL when there is none. O(log n) in the worst case. */
const struct st_tensor *st_get(const struct st_file *f, const char *name);
const struct st_tensor *st_get_span(const struct st_file *f, struct span name);
const struct st_text *st_meta(const struct st_file *f, const char *key);

const char *st_dtype_name(enum st_dtype dtype);         /* "BF16" */
unsigned st_dtype_bits(enum st_dtype dtype);

#endif
