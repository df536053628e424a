// SPDX-License-Identifier: Apache-2.0
/* scan/object_walk.h - objects that a JSON file has its loader make: those of Keras, and those of skops.
 *
 *     { "module": "keras.layers", "class_name": "Dense", "config": {...}, "registered_name": null }      Keras 3
 *     { "class_name": "Dense", "config": {...} }                                                         Keras 2, HDF5
 *     { "__class__": "Pipeline", "__module__": "sklearn.pipeline", "__loader__": "ObjectNode", ... }     skops
 *
 * An object is known by its shape alone, at any depth, since that is how the loaders know it. Its class must stand in
 * the list of what is harmless (data/scan/allow.yaml: classes of Keras under the module "keras:config", which no
 * program has; those of skops as for pickles).
 * Source: keras 2 to 3.12, serialization_lib.py; skops 0.9 to 0.16, io/_general.py. */
#ifndef ASSAY_SCAN_OBJECT_WALK_H
#define ASSAY_SCAN_OBJECT_WALK_H
#include "base/val.h"
#include "scan/scan.h"

/* Judge every such object of a parsed file. Fails: ERR_MEMORY. */
int object_walk(struct scan *s, const struct scan_node *n, const struct val *root, struct err *e);

#endif
