// SPDX-License-Identifier: Apache-2.0
/* passport/check_scan.h - is it safe to load: the scan of the model's files, as a part of the passport.
 *
 * The files are those of the model, read by sandboxed workers (scan/scan_pool.h) while the hashing runs. The verdict
 * on use does not follow from it, nor it from the verdict: whether one may and whether one should are two questions. */
#ifndef ASSAY_PASSPORT_CHECK_SCAN_H
#define ASSAY_PASSPORT_CHECK_SCAN_H
#include "claim/claim.h"
#include "scan/scan_pool.h"

struct check_scan {
    bool done;                          /* false: not asked for */
    const char *list_date;              /* of the list of harmless names */
    enum scan_verdict verdict;          /* the worst; INCOMPLETE when there is no file, or not all are listed */
    struct scan_result *results;        /* by the model's files */
    size_t n_of[SCAN_UNSAFE + 1];       /* files of each verdict */
    const struct claim *claim;
};

#endif
