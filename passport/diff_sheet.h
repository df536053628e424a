// SPDX-License-Identifier: Apache-2.0
/* passport/diff_sheet.h - all that the licences of one side say, as one sheet of facts.
 *
 *     text: Llama 3.2 licence ┐                rights: the strictest of all
 *     text: its use policy    ├─ records ──>   duties, thresholds, regions, fields: all of them
 *     tag: llama3.2           ┘
 *
 * Two sheets are laid side by side by diff_rows. What makes a sheet unsure is kept with it: a licence without
 * facts, a text that is not known, a rider, a policy that is named but not there. */
#ifndef ASSAY_PASSPORT_DIFF_SHEET_H
#define ASSAY_PASSPORT_DIFF_SHEET_H
#include "passport/diff_int.h"

enum { SHEET_MAX = 64 };

struct sheet {
    const struct check *check;
    bool of_bases;                          /* the terms of the base models; else the model's own */
    const struct verdict_term *terms[SHEET_MAX];    /* with facts, each record once */
    size_t n;
    size_t n_licenses;                      /* of them, those that grant something */
    const char *ids;                        /* "MIT", "Apache-2.0 + LicenseRef-x"; "no known licence" */
    const char *names;                      /* the same in words */
    bool unsure;                            /* its facts are not all there is; each reason is a gap */
    bool policy_missing;                    /* a licence names a policy that is not among the files */
    bool truncated;
};

/* Collect side k. Fails: ERR_MEMORY. */
int sheet_make(struct diff *d, int k, bool of_bases, struct sheet *out, struct err *e);

/* Its clauses; `other` tells which details of a threshold or policy can be compared. Fails: ERR_MEMORY. */
int sheet_rows(struct diff *d, const struct sheet *s, const struct sheet *other, struct diff_rows *out, struct err *e);

#endif
