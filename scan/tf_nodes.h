// SPDX-License-Identifier: Apache-2.0
/* scan/tf_nodes.h - operators of TensorFlow that stand in files of another format, as TensorFlow Lite keeps them. */
#ifndef ASSAY_SCAN_TF_NODES_H
#define ASSAY_SCAN_TF_NODES_H
#include "scan/scan.h"

/* Judge each of the messages NodeDef, which lie in the node's bytes, as those of a graph that has no others: names of
 * files come from nowhere that is followed. Fails: ERR_MEMORY. */
int tf_nodes_judge(struct scan *s, const struct scan_node *n, const struct span *nodes, size_t n_nodes, struct err *e);

#endif
