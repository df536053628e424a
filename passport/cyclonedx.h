// SPDX-License-Identifier: Apache-2.0
/* passport/cyclonedx.h - a check as a CycloneDX ML-BOM, version 1.6 or 1.7 (ECMA-424).
 *
 *     metadata.component   machine-learning-model ── hashes, licenses declared and concluded
 *        │                   ├─ components     its files: file, or data for configuration and the like
 *        │                   ├─ pedigree       the base models that are declared, and theirs
 *        │                   ├─ evidence       every pointer of every claim, the licences of all texts
 *        │                   ├─ modelCard      what the card says, in its own words, cut short
 *        │                   └─ properties     assay:verdict.answer and the rest of the judgement
 *     components           the data sets that the model names
 *
 * Source: cyclonedx.org/schema/bom-1.6 and bom-1.7; "AI/ML-BOM" of the authoritative guides. */
#ifndef ASSAY_PASSPORT_CYCLONEDX_H
#define ASSAY_PASSPORT_CYCLONEDX_H
#include "passport/bom.h"

/* Append the document and a line end. Memory is the check's arena. Fails: ERR_MEMORY, ERR_LIMIT. */
int cyclonedx_write(const struct check *c, const struct bom_options *o, struct buf *out, struct err *e);

#endif
