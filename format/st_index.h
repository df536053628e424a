// SPDX-License-Identifier: Apache-2.0
/* format/st_index.h - model.safetensors.index.json: which shard holds which tensor.
 *
 *     { "metadata": { "total_size": 548105171 },
 *       "weight_map": { "wte.weight": "model-00001-of-00002.safetensors", ... } }
 *
 *     weight_map --st_index_open--> entries, files --the caller opens the files--> shards
 *                                          `----------- st_index_check -----------'
 *
 * A file name here is joined to a folder and opened, so it must be plain: no '/', no '\', no "..",
 * no control character, at most 255 bytes, and it must end in ".safetensors", so that
 * an index cannot lead a loader to a pickle. total_size is reported, not believed: published
 * models are known where it is a float, or not the sum. */
#ifndef ASSAY_FORMAT_ST_INDEX_H
#define ASSAY_FORMAT_ST_INDEX_H
#include "format/safetensors.h"

#define ST_INDEX_MAX_BYTES (64u << 20)

struct st_entry {
    struct span tensor;             /* decoded, followed by a NUL */
    uint32_t file;                  /* number in `files` */
    uint64_t byte_from, byte_to;    /* of the quoted file name in the index */
};

struct st_index {
    const struct st_entry *entries;         /* in the order of the index */
    const uint32_t *by_name;
    const struct span *files;               /* each once, sorted by bytes, followed by a NUL */
    uint32_t n_entries, n_files;
    bool has_total_size;
    uint64_t total_size;                    /* as written */
};

/* A file that the caller opened. */
struct st_shard { struct span name; const struct st_file *file; };

/* Read an index. out: written only on success; valid while `a` is.
 * Fails: ERR_FORMAT malformed; ERR_UNSAFE a file name that is not plain, or not of a safetensors file;
 * ERR_LIMIT, ERR_MEMORY. The position is the byte in the index. */
int st_index_open(struct span in, struct arena *a, struct st_index *out, struct err *e);

/* NULL when there is none. O(log n) in the worst case. */
const struct st_entry *st_index_get(const struct st_index *x, struct span tensor);

/* Hold the index against all its shards: each tensor is in the shard that the index names, and no shard
 * has a tensor that the index does not place there. `shards` are x's files, in any order.
 * *sum_bytes: the bytes of all tensors, to compare with total_size.
 * Fails: ERR_FORMAT, position in the index where there is one; ERR_NOT_FOUND a file is not among shards. */
int st_index_check(const struct st_index *x, const struct st_shard *shards, size_t n_shards,
                   uint64_t *sum_bytes, struct err *e);

#endif
