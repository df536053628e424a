// SPDX-License-Identifier: Apache-2.0
/* license/verdict_int.h - what the rules say, gathered.
 *
 *     verdict_rules.c: one term after the other  --say, owe, want-->  struct decide  --> struct verdict
 *
 * The first failure sticks to `rc`; everything after it does nothing. */
#ifndef ASSAY_LICENSE_VERDICT_INT_H
#define ASSAY_LICENSE_VERDICT_INT_H
#include "license/verdict.h"

struct decide {
    const struct verdict_input *in;
    const struct use *use;
    struct arena *a;
    struct err *e;
    int rc;
    bool has_license;                   /* some term is a licence, not only a policy */
    struct verdict_reason *reasons;
    struct verdict_duty *duties;
    struct verdict_unknown *unknowns;
    size_t n_reasons, cap_reasons, n_duties, cap_duties, n_unknowns, cap_unknowns;
};

enum { WEAK_MAX = 16 };
struct judge {                          /* one term */
    struct decide *d;
    const struct use *use;
    const struct verdict_term *term;
    const struct license_record *r;     /* of the term */
    enum answer worst;                  /* so far */
    bool commercial_denied;
    size_t n_owed;                      /* duties that make allow into allow-with-duties */
    const char *weak[WEAK_MAX];         /* facts relied on that were not read in the text */
    size_t n_weak;
};

struct fact { const char *key, *at; struct record_pos pos; };   /* at: "" when there is no anchor */

/* A reason of this term, from this fact. */
void verdict_say(struct judge *j, enum answer answer, struct fact fact, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A duty. Conditional: it depends on a part of the use that was not given. */
void verdict_owe(struct judge *j, enum duty_kind kind, enum duty_when when, bool conditional, struct fact fact,
                 const char *text);
/* A part of the use that must be given. */
void verdict_want(struct judge *j, const char *key, const char *why);

/* All rules of data/licenses/README.md for one term that has a record. */
void verdict_judge(struct judge *j);

#endif
