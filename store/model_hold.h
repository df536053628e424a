// SPDX-License-Identifier: Apache-2.0
/* store/model_hold.h - the bytes of a model's files, for a reader that may open them and for one that may not.
 *
 *     model_hold ──> every file is mapped, PDFs are made text, names that change are looked up
 *        └─ then a process without a file system (base/sandbox.h) reads through model_map, model_read and model_pdf
 *
 * All that reads a model's files goes through these three. Where a model is held they give what was mapped, or the error
 * that opening it gave then; where it is not, they open the file now. Nothing is parsed here: a PDF is read by
 * pdftotext in a child of its own (format/pdf.h). */
#ifndef ASSAY_STORE_MODEL_HOLD_H
#define ASSAY_STORE_MODEL_HOLD_H
#include "base/fs.h"
#include "store/model.h"

enum { MODEL_GIT_FILES_MAX = 256, MODEL_GIT_FILE_MAX = 4096 };

/* Open all of it. Memory is a's, mappings are the model's. A file that cannot be opened is no failure yet: who reads it
 * gets the error. Fails: ERR_MEMORY. Call model_release, also after a failure. */
int model_hold(struct model *m, struct arena *a, struct err *e);
void model_release(struct model *m);

struct model_map { struct span bytes; struct fs_map own; };

/* A file of the model, whole. End with model_unmap. Fails as fs_map does. */
int model_map(const struct model *m, const char *path, struct arena *a, struct model_map *out, struct err *e);
void model_unmap(struct model_map *map);

/* A small file, copied into the arena and followed by a NUL. Also of .git: HEAD and refs/heads. Fails as fs_read does. */
int model_read(const struct model *m, const char *path, size_t max_bytes, struct arena *a, struct span *out,
               struct err *e);

/* The text of a PDF that has a licence's name. Fails as pdf_text does. */
int model_pdf(const struct model *m, const char *path, struct arena *a, struct span *out, bool *unread, struct err *e);

#endif
