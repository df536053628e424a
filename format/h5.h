// SPDX-License-Identifier: Apache-2.0
/* format/h5.h - the objects of an HDF5 file, their text attributes, and what leads out of the file.
 *
 *     superblock ─> root object ─┬─ messages: attribute "model_config" ─> text, here or in a global heap
 *                                ├─ symbol table ─> B-tree ─> nodes of entries ─> objects
 *                                └─ links: hard ─> object; soft; external ─> another file
 *
 * Superblocks 0 to 3, object headers 1 and 2, groups old and compact, strings of fixed and of variable length. Data of
 * datasets are not looked at. What is not understood is told and stepped over, so a caller must not call such a file
 * clean. Links may form circles: the number of steps and the depth are limited, and nothing is remembered of objects.
 * Addresses count from the superblock, which may stand at 0, 512, 1024, 2048, ...
 * Source: HDF5 File Format Specification 3.0. */
#ifndef ASSAY_FORMAT_H5_H
#define ASSAY_FORMAT_H5_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { H5_DEPTH_MAX = 64, H5_STEPS_MAX = 1 << 22, H5_OBJECTS_MAX = 1 << 18, H5_TEXTS_MAX = 1 << 16 };

enum h5_event_kind {
    H5_TEXT,                    /* a string of an attribute: `name` and `text`; an array of them gives one event each */
    H5_OTHER,                   /* an attribute that is no string */
    H5_OUTSIDE,                 /* `what` leads to another file; `text` is where, when it is known */
    H5_UNREAD                   /* `what` is not understood, or broken, and was stepped over */
};

struct h5_event {
    enum h5_event_kind kind;
    uint64_t at;                /* in the input */
    bool of_root;
    struct span name, text;
    const char *what;
};

bool h5_find(struct span in, uint64_t *superblock_at);      /* false: it is no HDF5 file */

/* Walk all objects. `event` returns 0, or a code that ends the walk and is returned.
 * Fails: ERR_FORMAT no superblock that is understood; ERR_MEMORY. */
int h5_walk(struct span in, struct arena *a, int (*event)(void *ud, const struct h5_event *ev), void *ud, struct err *e);

#endif
