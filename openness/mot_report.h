// SPDX-License-Identifier: Apache-2.0
/* openness/mot_report.h - one listing: read, judged, linted, and said as JSON. */
#ifndef ASSAY_OPENNESS_MOT_REPORT_H
#define ASSAY_OPENNESS_MOT_REPORT_H
#include "base/json.h"
#include "openness/mot_lint.h"

struct mot_report {
    const char *path;
    struct mot_release release;
    struct mot_judged judged;
    struct mot_next next;
    struct mot_findings findings;
};

/* All of the above. path is borrowed; "" when `raw` is no file. Everything else is the arena's, or borrowed from `l`.
 * Fails: as mot_read does, path set; ERR_MEMORY. */
int mot_report_read(const char *path, struct span raw, const struct mof_licenses *l, struct arena *a,
                    struct mot_report *out, struct err *e);

/* The class alone, and the whole: an object under `key`. */
void mot_report_class(struct json_out *j, const char *key, const struct mof_result *r);
void mot_report_json(struct json_out *j, const char *key, const struct mot_report *r);

#endif
