// SPDX-License-Identifier: Apache-2.0
/* openness/mot_judge.h - the class of a listing, by the framework's rule, and what stands before the next class.
 *
 *     component.license ──> release.license.<type> ──> release.license.distribution ──> unlicensed
 *        │ there and empty, or "unlicensed": it has none, and nothing is inherited
 *
 * When a component is listed twice the last one counts, as in the framework's own tool. A licence is taken as written:
 * "Apache 2.0" is no known id, so the component is invalid; the lint (mot_lint.h) says what was probably meant. */
#ifndef ASSAY_OPENNESS_MOT_JUDGE_H
#define ASSAY_OPENNESS_MOT_JUDGE_H
#include "openness/mof_licenses.h"
#include "openness/mot_file.h"

enum mot_license_source { MOT_FROM_NONE, MOT_FROM_COMPONENT, MOT_FROM_TYPE, MOT_FROM_DISTRIBUTION };

struct mot_part {
    enum mof_state state;
    const struct mot_component *component;      /* NULL: missing */
    const char *license;                        /* as written; "" none */
    enum mot_license_source source;             /* who names the licence, or says that there is none */
    bool open, type_appropriate;
    uint32_t line;                              /* of the licence, else of the component; 0 missing */
};

struct mot_judged {
    struct mot_part parts[MOF_PARTS];
    struct mof_result result;
    bool paper_stands_in;
};

void mot_judge(const struct mot_release *r, const struct mof_licenses *l, struct mot_judged *out);

/* What keeps the release from its next class: the parts of that class and those below it that do not count. */
struct mot_gap {
    enum mof_part part;
    const char *why, *fix;                      /* one sentence each, lower case, no full stop */
};
struct mot_next {
    unsigned class;                             /* 3, 2, 1; 0: there is no next class */
    struct mot_gap gaps[MOF_PARTS];
    size_t n_gaps;
};

/* Fails: ERR_MEMORY. */
int mot_next(const struct mot_judged *j, const struct mof_licenses *l, struct arena *a, struct mot_next *out,
             struct err *e);

const char *mot_source_name(enum mot_license_source s);         /* none component type distribution */

#endif
