// SPDX-License-Identifier: Apache-2.0
/* license/policy.h - an organisation's own rules about models.
 *
 *     allow_classes: [permissive, copyleft]      deny_classes: [...]
 *     allow_licenses: ["Apache-2.0", "MIT*"]     deny_licenses: ["LicenseRef-*"]     ids or globs (* and ?)
 *     min_answer: allow-with-duties              or allow_answers: [allow, allow-with-duties]
 *     require: {license_text: yes, no_conflicts: yes, known_bases: yes}
 *     exceptions:
 *       - {name: "acme-*", until: 2027-01-31, by: legal, reason: contract 4711}
 *       - {model_sha256: ab..ef, until: 2027-01-31, by: legal, reason: reviewed}
 *
 * Every rule that is broken is a breach that names the line of the policy. A licence must satisfy
 * every rule that is there; deny wins over allow. An exception that has not run out excuses its
 * model from all rules; what it excused is still listed. All memory is the arena's. */
#ifndef ASSAY_LICENSE_POLICY_H
#define ASSAY_LICENSE_POLICY_H
#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "license/verdict.h"

struct policy_item { const char *text; uint32_t line; };
struct policy_list { const struct policy_item *items; size_t n; uint32_t line; bool given; };
struct policy_exception { const char *name, *sha256, *until, *by, *reason; uint32_t line; };

struct policy {
    struct policy_list allow_classes, deny_classes, allow_licenses, deny_licenses;
    unsigned answers;                       /* bit per enum answer; all when not given */
    uint32_t answers_line;
    bool license_text, no_conflicts, known_bases;
    uint32_t license_text_line, no_conflicts_line, known_bases_line;
    const struct policy_exception *exceptions;
    size_t n_exceptions;
};

struct policy_license { const char *id; enum index_class class; const char *scope; };

struct policy_facts {
    const char *model_name;                 /* "" when it has none */
    const char *const *sha256;              /* hex digests of the model's files */
    size_t n_sha256;
    const char *today;                      /* YYYY-MM-DD, for exceptions; "" : none applies */
    const struct policy_license *licenses;
    size_t n_licenses;
    enum answer answer;
    bool has_license_text, has_conflicts, has_unknown_bases;
};

struct policy_breach { const char *text; uint32_t line; };
struct policy_result {
    const struct policy_breach *breaches;
    size_t n;                                       /* 0: the policy allows the model */
    const struct policy_exception *exception;       /* the one that excused the model, or NULL */
    const struct policy_breach *excused;            /* what would have been breaches without it */
    size_t n_excused;
};

/* Read a policy; unknown keys and words are refused. Fails: ERR_FORMAT with the line, ERR_LIMIT, ERR_MEMORY. */
int policy_parse(struct span in, struct arena *a, struct policy *out, struct err *e);

/* Judge: 0 and the breaches (none: n = 0). A model without any licence breaks every allow list.
 * Fails: ERR_MEMORY. */
int policy_judge(const struct policy *p, const struct policy_facts *f, struct arena *a,
                 struct policy_result *out, struct err *e);

/* Does `text` match the glob, in which * is any bytes and ? one byte? Without case. O(n * m). */
bool policy_glob(const char *glob, const char *text);

#endif
