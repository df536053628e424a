// SPDX-License-Identifier: Apache-2.0
/* passport/diff_sets.h - the weights of two models, put into sets that can be compared, and their tensors.
 *
 *     A: model-00001-of-00002.safetensors ┐ set "model.safetensors"  <──>  set "model.safetensors"   B: one file
 *        model-00002-of-00002.safetensors ┘
 *        m.Q4_K.gguf                        set "m.Q4_K.gguf"        <──>  set "m.Q8_0.gguf"         the only two
 *
 * Sets pair by name; when one set of a format is left over on each side, these two. GGUF and safetensors
 * name and lay out tensors differently and are not compared with each other; that is a gap. */
#ifndef ASSAY_PASSPORT_DIFF_SETS_H
#define ASSAY_PASSPORT_DIFF_SETS_H
#include "base/fs.h"
#include "format/gguf.h"
#include "format/safetensors.h"
#include "passport/diff_int.h"

struct weight_set {
    const char *name;                       /* path without its shard number */
    enum snap_role role;
    const struct model_file **files;        /* in the order of their paths */
    size_t n_files, cap_files;
    bool paired;
};
struct weight_sets { struct weight_set *items; size_t n; };
struct weight_pair { struct weight_set *set[2]; };
struct weight_pairs { struct weight_sets sets[2]; struct weight_pair *items; size_t n; };

struct weight_tensor {
    struct span name;
    const char *type;                       /* "Q4_K", "BF16" */
    const uint64_t *dims;
    uint32_t n_dims, file;                  /* file: of the set */
    struct span data;
    uint64_t byte_from, entry_from, entry_to;
};

struct weight_open {                        /* the files of one set, mapped and read */
    const struct weight_set *set;
    struct fs_map *maps;
    size_t n_maps;
    struct gguf *gguf;                      /* per file; NULL for safetensors */
    struct st_file *st;
    struct weight_tensor *tensors;          /* in the order of the files */
    uint32_t n, *by_name;
};

/* The sets of side k that can be read. Fails: ERR_MEMORY. */
int weight_sets_make(struct diff *d, int k, struct weight_sets *out, struct err *e);

/* Those of both sides, paired. O(n log n). Fails: ERR_MEMORY. */
int weight_sets_pair(struct diff *d, struct weight_pairs *out, struct err *e);

/* Map and read all files. Close with weight_close, also after a failure. Fails: as the readers, with path. */
int weight_open(struct diff *d, int k, const struct weight_set *s, struct weight_open *out, struct err *e);
void weight_close(struct weight_open *w);

#endif
