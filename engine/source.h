// SPDX-License-Identifier: Apache-2.0
/* engine/source.h - the keys and tensors of a model by GGUF's names, whatever it is stored as.
 *
 *     model.gguf                                                              ─┐
 *     config.json, model.safetensors, or its shards and their index            ├─> struct gguf: keys, tensors
 *        "model.layers.0.mlp.up_proj.weight" [1536, 576] BF16                 ─┘     "blk.0.ffn_up.weight" {576, 1536}
 *
 * Of a folder the view is made: keys from config.json, tensors under their names in GGUF with the bytes where they lie in
 * the shards, and the factors of rope as tensors. What GGUF holds otherwise than the folder is a *fix* of the tensor:
 * norms that are kept without their 1 (Gemma), and rows of q and k whose two halves of a head GGUF puts in pairs (Llama's
 * kin). So one program runs both, and what a converter would write is exactly this view with its fixes done.
 * Every tensor of the folder must have a name that is known; one that is not would change the result unseen.
 * Files are mapped; they must not shrink before source_close. */
#ifndef ASSAY_ENGINE_SOURCE_H
#define ASSAY_ENGINE_SOURCE_H
#include "base/fs.h"
#include "engine/arch.h"
#include "format/gguf.h"
#include "format/safetensors.h"

enum { SOURCE_FILES_MAX = 1024 };

struct source_file {
    const char *path;
    struct fs_map map;
    struct st_file st;                  /* of a shard */
};

struct source_origin {
    uint32_t file;
    enum arch_fix fix;
};

struct source {
    struct arena a;
    struct gguf g;                          /* the view */
    const struct source_origin *origins;    /* [g.n_tensors]; NULL: all of file 0, as they are */
    struct source_file *files;
    uint32_t n_files;
    uint64_t bytes;                         /* of all files of weights */
};

/* Open the model at `path`: a GGUF file, a folder with one, or a folder of config.json and
 * safetensors. Close in any case with source_close once this has succeeded.
 * Fails: ERR_NOT_FOUND, ERR_IO, ERR_FORMAT, ERR_UNSAFE, ERR_LIMIT, ERR_MEMORY; path set. */
int source_open(const char *path, struct source *out, struct err *e);
void source_close(struct source *s);

enum arch_fix source_fix(const struct source *s, const struct gguf_tensor *t);

/* Which row of the file is row i of tensor t, whose heads have rows_per_head rows, when its fix is FIX_PAIRS_*:
 * in pairs 0, 1, 2, 3 ... come rows 0, half, 1, half + 1 ... of a head. */
uint32_t source_pair_row(uint32_t i, uint32_t rows_per_head);

/* Fail with the tensor's file and place. */
int source_bad(const struct source *s, const struct gguf_tensor *t, struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
