// SPDX-License-Identifier: Apache-2.0
/* passport/report_int.h - what the parts of a JSON report share. */
#ifndef ASSAY_PASSPORT_REPORT_INT_H
#define ASSAY_PASSPORT_REPORT_INT_H
#include "base/json.h"
#include "passport/check_model.h"

/* One pointer under `key` (NULL inside a list), null when there is none; a list of them under "evidence".
 * `c` knows the revision that the model's own files are of. */
void report_evidence(struct json_out *j, const struct check *c, const char *key, const struct evidence *ev);
void report_all_evidence(struct json_out *j, const struct check *c, const struct evidence *const *ev, size_t n);

/* "openness": six components, the class with its reason, MOF, OSAID, EU AI Act. */
void report_openness(struct json_out *j, const struct check *c);
void report_need(struct json_out *j, const struct check *c);        /* "needs" */
/* What the model card answers, topic by topic. */
void report_card(struct json_out *j, const struct check *c);

/* "trust", "signoffs" and "checklist". */
void report_checklist(struct json_out *j, const struct check *c);

void report_scan(struct json_out *j, const struct check *c);              /* safe to load? */

#endif
