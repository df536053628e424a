// SPDX-License-Identifier: Apache-2.0
/* passport/checklist.h - the twelve questions a team must answer before it builds on a model.
 *
 *     claims of every judge ──> answered | partly | silent | contradicted ─┐
 *     sign-offs of people   ──> answered, by whom and until when          ─┼─> twelve entries
 *     neither               ──> open, with the next step                  ─┘
 *
 * An entry never says more than its claims do; its next step is a command of ours, or a person. A sign-off
 * answers, and what the program found stays in the answer. Rules: docs/design/checklist.md. */
#ifndef ASSAY_PASSPORT_CHECKLIST_H
#define ASSAY_PASSPORT_CHECKLIST_H
#include "claim/claim.h"
#include "store/signoff.h"

enum { CHECKLIST_QUESTIONS = SIGNOFF_QUESTIONS };
enum check_status { STATUS_OPEN, STATUS_SILENT, STATUS_PARTLY, STATUS_CONTRADICTED, STATUS_ANSWERED };

struct check_entry {
    unsigned n;                     /* 1 to 12 */
    const char *question;
    enum check_status status;       /* signed: answered */
    enum check_status found;        /* by the program alone, whoever signed */
    const char *answer;             /* one or two sentences; "" when open */
    const char *brief;              /* the same in a few words, for a table; never "" */
    const struct claim *const *claims;
    size_t n_claims;
    const char *next;               /* what to do; "" when nothing is left to do */
    const char *step;               /* the same in a few words; "" */
    const char *command;            /* one of ours that may answer it, within `next`; "" */
    const char *role;               /* who should sign: legal privacy engineering owner */
    const struct signoff *signoff;  /* the valid one that was given last; NULL when nobody signed */
};
struct checklist { struct check_entry items[CHECKLIST_QUESTIONS]; bool made; };

const char *check_question(unsigned n);                 /* the text of question n, 1 to 12 */
const char *check_status_name(enum check_status s);     /* open silent partly contradicted answered */

#endif
