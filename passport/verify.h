// SPDX-License-Identifier: Apache-2.0
/* passport/verify.h - re-open every pointer of a report.
 *
 *     any object {path, byte_from, byte_to, sha256}  -> those bytes of the model, or of the catalogue
 *     any object {path, size, sha256}                -> the whole file
 *
 * A report is only as good as what it points at: each pointer is opened again and its bytes are hashed. A pointer
 * whose bytes differ, or whose file is gone, has drifted. A report without a single pointer proves
 * nothing and fails as well. */
#ifndef ASSAY_PASSPORT_VERIFY_H
#define ASSAY_PASSPORT_VERIFY_H
#include "base/arena.h"
#include "base/err.h"
#include "license/catalog.h"

struct verify_drift { const char *path, *why; uint64_t byte_from, byte_to; };
struct verify_result {
    size_t n_pointers, n_files;         /* checked */
    struct verify_drift *drifts;        /* in the order of the report, each pointer once */
    size_t n_drifts;
};

/* Check the report in `json` against the model it names, or against `model` when not NULL.
 * Fails: ERR_FORMAT no report of ours, with the byte; ERR_NOT_FOUND the model is gone; ERR_IO, ERR_LIMIT,
 * ERR_MEMORY. Drift is a result, not a failure. */
int verify_report(struct span json, const char *model, struct catalog *c, struct arena *a,
                  struct verify_result *out, struct err *e);

#endif
