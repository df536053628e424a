// SPDX-License-Identifier: Apache-2.0
/* passport/checklist_int.h - one question while it is being answered. */
#ifndef ASSAY_PASSPORT_CHECKLIST_INT_H
#define ASSAY_PASSPORT_CHECKLIST_INT_H
#include "base/buf.h"
#include "passport/check_model.h"

enum { DRAFT_CLAIMS_MAX = 32, DRAFT_TEXT_MAX = 4000, DRAFT_BRIEF_MAX = 200 };

struct draft {
    const struct check *c;
    enum check_status status;
    struct buf answer, brief;               /* errors stick, and are seen once, at the end */
    const char *step;                       /* "" : only the sign-off */
    const char *command;                    /* of ours, that may answer it; "" */
    const struct claim *claims[DRAFT_CLAIMS_MAX];
    size_t n_claims;
};

/* Add to the answer; to its short form. */
void draft_say(struct draft *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void draft_brief(struct draft *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Rest on a claim (NULL: nothing), once; on all claims about a subject. */
void draft_cite(struct draft *d, const struct claim *k);
void draft_cite_subject(struct draft *d, const char *subject);

/* The twelve questions, in order. Each begins with an open draft, and leaves it open when nobody examined the matter. */
void answer_openness(struct draft *d);
void answer_license(struct draft *d);
void answer_commercial(struct draft *d);
void answer_documents(struct draft *d);
void answer_data(struct draft *d);
void answer_performance(struct draft *d);
void answer_hardware(struct draft *d);
void answer_cost(struct draft *d);
void answer_risks(struct draft *d);
void answer_source(struct draft *d);
void answer_maintenance(struct draft *d);
void answer_review(struct draft *d);

#endif
