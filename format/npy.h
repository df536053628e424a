// SPDX-License-Identifier: Apache-2.0
/* format/npy.h - one array of a .npy file: what its header promises of the bytes behind it.
 *
 *     93 "NUMPY" | version 1..3, 0 | header length, u16 or u32 | {'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }
 *                                                                └ a literal of Python         | then 48 bytes, or a pickle
 *
 * numpy reads the header with Python's own parser of literals. Here a small grammar takes what numpy writes: strings
 * without escapes, integers, True, False, tuples, lists, and the one dictionary. All else is refused, never guessed at.
 * Nothing is allocated. Source: numpy/lib/format.py; NEP 1. */
#ifndef ASSAY_FORMAT_NPY_H
#define ASSAY_FORMAT_NPY_H
#include "base/err.h"
#include "base/span.h"

enum { NPY_HEADER_MAX = 1 << 20, NPY_DIMS_MAX = 64, NPY_NEST_MAX = 16 };

struct npy {
    unsigned version;
    struct span header;         /* the literal */
    uint64_t data_at;           /* where the data begin */
    uint64_t item_bytes;        /* of one item; nothing when it holds objects */
    uint64_t n_items;
    uint64_t data_bytes;        /* n_items * item_bytes, proved not to wrap */
    bool has_objects;           /* the data are a pickle */
};

bool npy_is(struct span in);                    /* does it begin with the magic? */

/* Read the header of the array that begins `in`; how many data there really are is for the caller to compare.
 * ERR_FORMAT with the byte: it is no header that numpy writes; out->data_at then tells, when it is not 0, where the data
 * would begin. */
int npy_open(struct span in, struct npy *out, struct err *e);

/* The size of one item of a type as numpy writes it: "<f8", "|b1", "U5" (20 bytes), "M8[ns]", "|O". False: not so written. */
bool npy_type(struct span type, uint64_t *item_bytes, bool *has_objects);

#endif
