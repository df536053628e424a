// SPDX-License-Identifier: Apache-2.0
/* store/model.h - what the user pointed at, as a model: a folder and the files that belong to it.
 *
 *     ./dir           every file below it, each with a role
 *     ./file.gguf     that file, and the texts that lie beside it (card, licence, notice, policy,
 *                     configuration); other weights in the folder are other models
 *
 *     .../models--org--name/snapshots/<revision>      a folder of a hub's cache: its files are links
 *                     into the cache's blobs, which count as inside; name and revision are taken from the path
 *
 * Paths are relative to `root`. Nothing is read here but names and sizes; digests are
 * computed by store/digest.h. A link that leads out of the folder is listed and never opened. */
#ifndef ASSAY_STORE_MODEL_H
#define ASSAY_STORE_MODEL_H
#include "base/arena.h"
#include "base/err.h"
#include "format/snapshot.h"

enum { MODEL_FILES_MAX = 20000 };

struct model_file {
    const char *path;           /* relative to root, '/' between parts */
    uint64_t size_bytes;
    const char *sha256;         /* hex; NULL until digest_wait (store/digest.h) */
    enum snap_role role;
    enum snap_scope scope;
    bool is_pdf, escapes;
};

struct model {
    const char *ref;            /* as the user wrote it */
    const char *name;           /* the last part of the path, without ".gguf" */
    const char *revision;       /* of a hub's cache folder; "" otherwise */
    const char *root;           /* the folder, as given */
    const char *main_file;      /* the file pointed at, relative to root; NULL for a folder */
    struct model_file *files;   /* sorted by path */
    size_t n_files;
    const char *real;           /* the canonical path of root; NULL when there is none */
    struct model_held *held;    /* the files' bytes, one for each; NULL: opened when they are asked for (model_hold.h) */
    struct model_held *held_git;
    size_t n_held_git;
    bool truncated;             /* more than MODEL_FILES_MAX files, or deeper than fs_list goes */
};

/* Find out what `ref` is. Memory is a's. Fails: ERR_NOT_FOUND, ERR_IO, ERR_MEMORY; path set. */
int model_open(const char *ref, struct arena *a, struct model *out, struct err *e);

/* Where file i lies for open(2). NULL: out of memory. */
char *model_path(const struct model *m, const char *path, struct arena *a);

#endif
