// SPDX-License-Identifier: Apache-2.0
/* format/hparams_int.h - from what a file says to the layers, shared by its two readers. */
#ifndef ASSAY_FORMAT_HPARAMS_INT_H
#define ASSAY_FORMAT_HPARAMS_INT_H
#include "format/hparams.h"

/* What the readers collect. Lists are [n_layers] or NULL. */
struct hp_draft {
    struct hparams *h;
    struct arena *a;
    const uint64_t *kv_heads, *heads;   /* where they differ between layers */
    const uint8_t *attention;           /* enum hp_attention of each layer, when the file says */
    uint64_t pattern;                   /* each pattern-th layer is full, the others windowed; 0: not said */
    bool all_windowed;
    bool heads_unsure;                  /* missing key-value heads do not mean: as many as heads */
};

struct hp_arch { const char *name; enum hp_kind kind; uint8_t pattern; bool stateful; };
const struct hp_arch *hp_arch_of(const char *name);     /* NULL: nothing special is known of it */

/* Check v against the ceiling of f. Fails: ERR_LIMIT at `byte`. */
int hp_check(enum hp_field f, const char *key, uint64_t v, uint64_t byte, struct err *e);

void hp_derive(struct hparams *h, enum hp_field f, uint64_t v);     /* when it is not known yet */

/* Derive what follows, and make the layers. Fails: ERR_LIMIT, ERR_MEMORY. */
int hp_finish(struct hp_draft *d, struct err *e);

#endif
