// SPDX-License-Identifier: Apache-2.0
/* engine/weights.h - a model in memory: its numbers, and its weights packed for the kernels.
 *
 *     weights_open   files mapped, spec read, every weight found, its shape held against the spec; nothing large taken
 *     weights_load   one block of memory; all lanes pack; the files are closed        [vectors F32][matrices packed]
 *
 * After loading nothing is read from the files: one that is cut short or changed later changes nothing. What is packed is
 * given back to the page cache chunk by chunk, so that a load takes little more than the packed weights.
 * Every tensor of the model must be one that the program uses: one passed over would change the result unseen. */
#ifndef ASSAY_ENGINE_WEIGHTS_H
#define ASSAY_ENGINE_WEIGHTS_H
#include "base/pool.h"
#include "engine/arch.h"
#include "engine/source.h"
#include "engine/spec.h"
#include "tensor/matrix.h"

struct weight {
    const float *v;                     /* a vector; NULL: the model has none */
    struct matrix m;                    /* n_out 0: the model has none */
};

struct weights {
    struct spec spec;
    struct weight *top;                 /* [MODEL_WEIGHTS] */
    struct weight *layers;              /* [n_layers][LAYER_WEIGHTS] */
    uint64_t packed_bytes;              /* of all of them */
    uint64_t file_bytes;
    uint64_t n_params;
    bool loaded;
    struct source source;               /* until loaded */
    struct arena a;
    void *block;                        /* owned */
    struct weights_item *items;         /* what is to be packed */
    uint32_t n_items;
};

/* Fails: as source_open and spec_read; ERR_FORMAT a weight that is missing, of another shape, of a type without a kernel,
 * or not part of the architecture: the message names tensor, file and offset. */
int weights_open(const char *path, struct weights *out, struct err *e);

/* Take the memory and pack. Fails: ERR_MEMORY; ERR_IO a file shrank meanwhile. */
int weights_load(struct weights *w, struct pool *pool, struct err *e);
void weights_close(struct weights *w);      /* NULL is fine */

static inline const struct weight *weights_layer(const struct weights *w, uint32_t layer)
{
    return w->layers + (size_t)layer * LAYER_WEIGHTS;
}

/* The matrix that makes logits: its own, or the embedding's. NULL: the model makes none. */
const struct matrix *weights_head(const struct weights *w);

#endif
