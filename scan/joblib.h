// SPDX-License-Identifier: Apache-2.0
/* scan/joblib.h - arrays whose bytes stand in the middle of a pickle.
 *
 *     NumpyArrayWrapper, { shape, dtype, numpy_array_alignment_bytes, ... } BUILD │ 03 ff ff ff │ bytes │ opcodes
 *                                                                                    └ padding, counted
 *
 * Only who knows shape and dtype can tell where the opcodes go on. Both are taken from the stream as the machine of
 * format/pickle.h saw it: constants, in place. Whatever is computed, missing, or put in twice is not known, and then
 * nobody can say what is data and what is code: the caller must not call such a file clean.
 * An array of objects is a pickle of its own, without padding.
 * Source: joblib 0.10 to 1.6, numpy_pickle.py; numpy, dtype.__reduce__ and __setstate__. */
#ifndef ASSAY_SCAN_JOBLIB_H
#define ASSAY_SCAN_JOBLIB_H
#include "format/pickle.h"

enum { JOBLIB_TYPES_MAX = 4096 };

struct joblib_type {
    uint64_t at;                /* of the call that made it */
    uint64_t item_bytes;
    bool known, has_objects, is_filled, is_void;
};

struct joblib {                 /* of one stream after another; begin with zeros */
    struct joblib_type *types;
    size_t n_types, cap_types;
    uint64_t last_at;           /* of the wrapper filled last */
    bool saw_objects;           /* a type of objects was made */
};

struct joblib_array {
    const char *why;            /* it cannot be told where the array ends; NULL: it can */
    bool has_objects;           /* a pickle follows */
    uint64_t bytes;             /* else: padding and data, all of them there */
};

/* Note a type of numpy that the stream makes (PK_CALLED), and fills (PK_BUILT). Fails: ERR_MEMORY. */
int joblib_type_made(struct joblib *b, const struct pickle *m, const struct pk_event *ev);
void joblib_type_filled(struct joblib *b, const struct pickle *m, const struct pk_event *ev);

/* Does this PK_BUILT fill a wrapper? */
bool joblib_is_array(const struct pickle *m, const struct pk_event *ev);

/* What follows the opcode. `why` says what is wrong; then `has_objects` is false. */
void joblib_read(struct joblib *b, const struct pickle *m, const struct pk_event *ev, struct joblib_array *out);

#endif
