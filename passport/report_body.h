// SPDX-License-Identifier: Apache-2.0
/* passport/report_body.h - what the reports for people say, section by section, in any ink.
 *
 *     verdict, openness, licence, questions, card, needs, trust, sign-off, files, not read, about
 *
 * The verdict stands first. A part of the check that was not examined has no section; what is absent in the
 * model is said, not left out. */
#ifndef ASSAY_PASSPORT_REPORT_BODY_H
#define ASSAY_PASSPORT_REPORT_BODY_H
#include "passport/check_model.h"
#include "passport/pen.h"

/* Draw the whole report. Fails: ERR_FORMAT a broken record, ERR_MEMORY, ERR_LIMIT. */
int report_body(const struct pen_ink *ink, struct check *c, struct buf *out, struct err *e);

/* The sections; each is opened and closed by report_body. */
void body_verdict(struct pen *p, struct check *c);
void body_openness(struct pen *p, struct check *c);
void body_license(struct pen *p, struct check *c);
void body_questions(struct pen *p, struct check *c);
void body_card(struct pen *p, struct check *c);
void body_need(struct pen *p, struct check *c);
void body_trust(struct pen *p, struct check *c);
void body_signoff(struct pen *p, struct check *c);
void body_files(struct pen *p, struct check *c);
void body_unread(struct pen *p, struct check *c);
void body_about(struct pen *p, struct check *c);

/* Of use to several: the claim whose first evidence is `ev`, or NULL; a fold with its method, or the place alone. */
const struct claim *body_claim_of(const struct check *c, const struct evidence *ev);
void body_evidence(struct pen *p, const struct check *c, const struct evidence *ev);
/* A state and its table's cell in one call; "and n more, in the JSON report" when rows were left out. */
void body_state_cell(struct pen *p, enum pen_mark mark, const char *word);
void body_more(struct pen *p, size_t n, size_t shown, const char *what);

#endif
