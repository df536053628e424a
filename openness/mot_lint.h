// SPDX-License-Identifier: Apache-2.0
/* openness/mot_lint.h - is the listing itself credible: what is wrong in it, where, and what was probably meant.
 *
 *     license: Apache 2.0         line 31  unknown-license  'Apache 2.0' is no id ...   suggest: Apache-2.0
 *     license: not included       line 40  listed-but-absent
 *
 * Nothing is mended. The class is that of the file as written; a finding only says what a person should look at.
 * An error makes a part of the listing untrue or unreadable, a warning casts doubt, a note is worth knowing. */
#ifndef ASSAY_OPENNESS_MOT_LINT_H
#define ASSAY_OPENNESS_MOT_LINT_H
#include "openness/mot_judge.h"

/*    name                     word in reports          severity */
#define MOT_RULE_MAP(X)                                               \
    X(MOT_UNKNOWN_LICENSE,    "unknown-license",       MOT_ERROR)     \
    X(MOT_SEVERAL_LICENSES,   "several-licenses",      MOT_ERROR)     \
    X(MOT_LISTED_ABSENT,      "listed-but-absent",     MOT_ERROR)     \
    X(MOT_NEWER_LICENSE,      "newer-license",         MOT_WARNING)   \
    X(MOT_NOT_SUITED,         "not-type-appropriate",  MOT_WARNING)   \
    X(MOT_OLD_LICENSE,        "deprecated-license",    MOT_NOTE)      \
    X(MOT_EMPTY_LICENSE,      "empty-license",         MOT_NOTE)      \
    X(MOT_NAME_MISMATCH,      "name-mismatch",         MOT_WARNING)   \
    X(MOT_UNKNOWN_COMPONENT,  "unknown-component",     MOT_ERROR)     \
    X(MOT_TWICE,              "duplicate-component",   MOT_ERROR)     \
    X(MOT_MISSING_FIELD,      "missing-field",         MOT_ERROR)     \
    X(MOT_EMPTY_FIELD,        "empty-field",           MOT_NOTE)      \
    X(MOT_UNKNOWN_KEY,        "unknown-key",           MOT_WARNING)   \
    X(MOT_NOT_TEXT,           "not-text",              MOT_WARNING)   \
    X(MOT_BAD_VALUE,          "bad-value",             MOT_WARNING)   \
    X(MOT_BAD_DATE,           "bad-date",              MOT_ERROR)     \
    X(MOT_BAD_FRAMEWORK,      "wrong-framework",       MOT_WARNING)   \
    X(MOT_BAD_PATH,           "bad-path",              MOT_WARNING)   \
    X(MOT_EMPTY_PATH,         "empty-path",            MOT_NOTE)      \
    X(MOT_NO_PATH,            "no-component-path",     MOT_NOTE)

enum mot_rule {
#define X(name, word, severity) name,
    MOT_RULE_MAP(X)
#undef X
    MOT_RULES
};
enum mot_severity { MOT_NOTE, MOT_WARNING, MOT_ERROR };

struct mot_finding {
    enum mot_rule rule;
    const char *component;      /* as written; "" when it is about the release */
    uint32_t line;
    const char *text;           /* one sentence, lower case, no full stop */
    const char *suggest;        /* what to write; "unknown" when it should be something and nothing is near; "" */
};
struct mot_findings { struct mot_finding *items; size_t n, cap; };      /* in the order of their lines */

struct mot_lint {
    const char *path;           /* of the file; "" when it is none: then neither its name nor its neighbours are judged */
    const struct mot_release *release;
    const struct mof_licenses *licenses;
    const struct mot_judged *judged;
};

/* Judge. Looks at whether relative paths exist beside the file, and opens nothing. Fails: ERR_MEMORY. */
int mot_lint(const struct mot_lint *in, struct arena *a, struct mot_findings *out, struct err *e);

const char *mot_rule_word(enum mot_rule r);
enum mot_severity mot_rule_severity(enum mot_rule r);
const char *mot_severity_name(enum mot_severity s);     /* note warning error */

#endif
