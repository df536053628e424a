// SPDX-License-Identifier: Apache-2.0
/* scan/tf_ops.h - what an operator of TensorFlow does, by its name (data/scan/tf_ops.yaml).
 *
 *     "Conv2D"  ─> harmless        "ReadFile" ─> unsafe, "reads a file that an argument names"
 *     "SaveV2"  ─> saves, input 0  "MyOp"     ─> NULL: unknown
 *
 * Names are compared whole and with case, as TensorFlow does. The list belongs to the process, with the list of
 * scan/allow.h; its texts are the arena's. */
#ifndef ASSAY_SCAN_TF_OPS_H
#define ASSAY_SCAN_TF_OPS_H
#include "base/val.h"

enum tf_sort {
    TF_HARMLESS,
    TF_UNSAFE,
    TF_ATTRIBUTE,               /* unsafe by the value of one attribute */
    TF_READS, TF_WRITES, TF_SAVES, TF_RESTORES,     /* by where the names of its files come from */
    TF_REVIEW
};

struct tf_group {
    enum tf_sort sort;
    struct span does;
    unsigned inputs;            /* bit i: input i names a file */
    struct span attribute;
    const struct val *harmless, *begins;            /* lists of texts; NULL: none */
};
struct tf_op { struct span name; const struct tf_group *group; };
struct tf_ops { const char *version; struct tf_op *items; size_t n; };      /* sorted by name */

/* Read a list; SPAN_NONE takes the one built in. Fails: ERR_FORMAT with the line, ERR_LIMIT, ERR_MEMORY. */
int tf_ops_open(struct span yaml, struct arena *a, struct tf_ops *out, struct err *e);

/* NULL: on no line. */
const struct tf_group *tf_ops_find(const struct tf_ops *l, struct span name);

/* Is this value of a group's attribute a harmless one? */
bool tf_ops_may_be(const struct tf_group *g, struct span value);

#endif
