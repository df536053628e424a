// SPDX-License-Identifier: Apache-2.0
/* passport/spdx3.h - a check as an SPDX 3.0.1 document (JSON-LD), with the AI and Dataset profiles' elements.
 *
 *     SpdxDocument ─> Sbom ─> AIPackage ── contains ──────────────> File (hash, purpose)
 *                               ├── hasDeclaredLicense ──────────> LicenseExpression | CustomLicense | NoAssertion
 *                               ├── hasConcludedLicense ─────────> the same; hasEvidence ─> File
 *                               ├── descendantOf ────────────────> AIPackage, for a base model; and so on
 *                               ├── trainedOn ───────────────────> DatasetPackage
 *                               └── Annotation                     verdict, conflicts, openness
 *
 * SPDX demands a time of creation; no clock is read: it is the date that is given, else the catalogue's. What
 * the AI profile demands and no file says (release time, supplier, place of download, version) is left
 * out, and then the document does not say that it conforms to that profile.
 * Source: SPDX specification 3.0.1. */
#ifndef ASSAY_PASSPORT_SPDX3_H
#define ASSAY_PASSPORT_SPDX3_H
#include "passport/bom.h"

/* Append the document and a line end. Memory is the check's arena. Fails: ERR_MEMORY, ERR_LIMIT. */
int spdx3_write(const struct check *c, const struct bom_options *o, struct buf *out, struct err *e);

#endif
