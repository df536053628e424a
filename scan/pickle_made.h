// SPDX-License-Identifier: Apache-2.0
/* scan/pickle_made.h - what some results in a pickle stand for, known by the place of the opcode that made them.
 *
 *     80 at 12:  BINPERSID ('module', Linear, ...)     12 is the class Linear      old files of torch hand out classes so
 *     81 at 40:  NEWOBJ of what was made at 12         40 is an object of Linear
 *     R  at 77:  _codecs.encode('...', 'latin1')       77 is these bytes           how protocols 0 to 2 write them
 *
 * Places ascend as the streams of one input are run, so a list is enough. Beyond its end nothing is known, and what is
 * not known is judged so. */
#ifndef ASSAY_SCAN_PICKLE_MADE_H
#define ASSAY_SCAN_PICKLE_MADE_H
#include "format/pickle.h"

enum { MADE_MAX = 1 << 16 };

struct made_item { uint64_t at; uint32_t global; };
struct made {
    struct made_item *items;                /* by place */
    size_t n, cap;
    uint64_t encoded_at;
    struct pk_value encoded;                /* the text of the last call of encode; PK_NOTHING: none yet */
};

/* What was made at `at` is the global, or an object of it. Fails: ERR_MEMORY. */
int made_note(struct made *l, struct arena *a, uint64_t at, uint32_t global);

/* The global that a value is, or is an object of; PK_NO_GLOBAL: not known. */
uint32_t made_find(const struct made *l, const struct pk_value *v);

/* Is this event a call of encode that gives bytes? Then it is kept. */
bool made_encoded(struct made *l, const struct pickle *m, const struct pk_event *ev, struct arena *a);

/* The bytes that a value stands for: a constant, or what the last call of encode gave. False: neither, or too many.
 * Fails: ERR_MEMORY, in *rc. */
bool made_bytes(const struct made *l, const struct pickle *m, const struct pk_value *v, struct arena *a, struct span *out,
                int *rc);

#endif
