// SPDX-License-Identifier: Apache-2.0
/* scan/refs.h - what a file says about the files beside it, for whoever sees them all (scan/repository.h).
 *
 *     config.json    auto_map: "modeling_x.Model"      REF_CODE      modeling_x.py, at byte 120, line 7
 *     modeling_x.py  from .layers import A             REF_IMPORT    layers.py
 *     model.onnx     external_data: location, length   REF_WEIGHTS   model.onnx_data, 4096 bytes of it at least
 *
 * A target is a relative path without "..", '/' between its parts, from the folder of the file that names it. Only what a
 * file itself says counts: members of archives lie elsewhere. Bounded; what does not fit is a finding. */
#ifndef ASSAY_SCAN_REFS_H
#define ASSAY_SCAN_REFS_H
#include "scan/scan.h"

enum { REFS_MAX = 4096, REF_TEXT_MAX = 512 };

enum ref_kind { REF_CODE, REF_CODE_IF_THERE, REF_IMPORT, REF_WEIGHTS, REF_KINDS };

struct scan_ref {
    enum ref_kind kind;
    const char *target, *how;               /* how: "auto_map.AutoModel"; "" */
    uint64_t at;                            /* byte of the file that says so */
    uint64_t line;                          /* from 1; 0: it has no lines */
    uint64_t bytes;                         /* REF_WEIGHTS: the target must have as many */
};

/* Keep one. Equal kinds and targets become one, with the larger `bytes`. Targets that lead out, are longer than
 * REF_TEXT_MAX or stand inside an archive are left out. Fails: ERR_MEMORY. */
int refs_add(struct scan *s, const struct scan_node *n, enum ref_kind kind, struct span target, struct span how,
             uint64_t at, uint64_t line, uint64_t bytes, struct err *e);

/* Is it such a path: relative, without "..", control characters, backslashes and colons? */
bool refs_target_stays(struct span target);

/* "pkg.mod.Class" as "pkg/mod.py": what Python would open for a name, less its last part. Empty: it is no such name. */
struct span refs_module_path(struct span dotted, struct arena *a);

/* What a text of Python imports from beside it: "from .x import y", "from . import x". Fails: ERR_MEMORY. */
int refs_of_python(struct scan *s, const struct scan_node *n, struct err *e);

#endif
