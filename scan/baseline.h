// SPDX-License-Identifier: Apache-2.0
/* scan/baseline.h - findings that somebody has looked at and accepted: for one file's bytes, one rule, until a day.
 *
 *     accepted:
 *       - sha256: 4fd0...               the file, by what it is and not by its name
 *         rule: pickle-unknown-class
 *         by: A. Person
 *         until: 2027-06-30
 *         reason: our own class, reviewed in the repository
 *
 * An accepted finding is still shown, and no longer counts. UNSAFE is accepted like anything else: somebody signs for
 * it. An entry whose day is over counts no more. */
#ifndef ASSAY_SCAN_BASELINE_H
#define ASSAY_SCAN_BASELINE_H
#include "scan/scan_pool.h"

struct baseline_entry { const char *sha256, *rule, *by, *until, *reason; };
struct baseline { struct baseline_entry *entries; size_t n; };

/* Read it. Fails: ERR_FORMAT with the line: an unknown key or rule, a digest that is none, a day that is none;
 * ERR_LIMIT, ERR_MEMORY. */
int baseline_parse(struct span yaml, struct arena *a, struct baseline *out, struct err *e);

/* The entry that accepts this finding of a file with that digest (may be NULL) on `today`; NULL when none does. */
const struct baseline_entry *baseline_find(const struct baseline *b, const char *sha256, const struct scan_finding *f,
                                           const char *today);

/* The verdict of a file without what is accepted; INCOMPLETE at least when not all findings were kept. */
enum scan_verdict baseline_verdict(const struct baseline *b, const char *sha256, const struct scan_result *r,
                                   const char *today);

#endif
