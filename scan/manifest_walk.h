// SPDX-License-Identifier: Apache-2.0
/* scan/manifest_walk.h - manifests in JSON that name parts of a model, and what a loader or a server does with them.
 *
 *     { "itemInfoEntries": { id: { "path": "com.apple.CoreML/model.mlmodel" } } }          a package of Core ML
 *     { "model": { "handler": "handler.py", "modelFile": "model.py", "serializedFile": "model.pt",
 *                  "requirementsFile": "requirements.txt" }, "archiverVersion": "0.12" }   an archive of TorchServe
 *
 * Known by their shape at the top. Source: coremltools 9 modelpackage; pytorch/serve model_archiver. */
#ifndef ASSAY_SCAN_MANIFEST_WALK_H
#define ASSAY_SCAN_MANIFEST_WALK_H
#include "base/val.h"
#include "scan/scan.h"

/* Judge a parsed manifest; anything else is none. Fails: ERR_MEMORY. */
int manifest_walk(struct scan *s, const struct scan_node *n, const struct val *root, struct err *e);

#endif
