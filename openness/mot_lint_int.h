// SPDX-License-Identifier: Apache-2.0
/* openness/mot_lint_int.h - what the two halves of the lint share. */
#ifndef ASSAY_OPENNESS_MOT_LINT_INT_H
#define ASSAY_OPENNESS_MOT_LINT_INT_H
#include "openness/mot_lint.h"

struct linter {
    const struct mot_lint *in;
    struct arena *a;
    struct mot_findings *out;
    struct err *e;
    int rc;                     /* the first failure; later findings are then dropped */
};

/* Add a finding; text NULL: memory is out. */
void mot_lint_add(struct linter *l, enum mot_rule rule, const char *component, uint32_t line, const char *text,
                  const char *suggest);

/* All that is wrong with licences: of the release, and of its components. */
void mot_lint_licenses(struct linter *l);

/* Paths of licences and components. */
void mot_lint_paths(struct linter *l);

#endif
