// SPDX-License-Identifier: Apache-2.0
/* engine/weights_int.h - one weight that is to be packed. */
#ifndef ASSAY_ENGINE_WEIGHTS_INT_H
#define ASSAY_ENGINE_WEIGHTS_INT_H
#include "engine/weights.h"

enum { WEIGHTS_CHUNK = 32 };        /* panels that a lane packs at a time */

struct weights_item {
    const struct gguf_tensor *t;
    struct weight *out;
    size_t at;                      /* in the block */
    enum arch_fix fix;
    bool vector;
    uint32_t n_chunks, first_chunk;
};

#endif
