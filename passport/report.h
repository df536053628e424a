// SPDX-License-Identifier: Apache-2.0
/* passport/report.h - a check as one JSON object, schema data/schemas/assay.check-1.json.
 *
 * Byte-stable: the same model and use give the same bytes. Nothing is in it that the struct has not. */
#ifndef ASSAY_PASSPORT_REPORT_H
#define ASSAY_PASSPORT_REPORT_H
#include "base/buf.h"
#include "base/json.h"
#include "passport/check_model.h"

/* Append the report and a line end. Fails: ERR_FORMAT a broken record, ERR_MEMORY, ERR_LIMIT. */
int report_json(struct check *c, struct buf *out, struct err *e);

/* One sign-off as an object under `key` (NULL inside a list); NULL: null. */
void report_signoff(struct json_out *j, const char *key, const struct signoff *s);

#endif
