// SPDX-License-Identifier: Apache-2.0
/* passport/check_int.h - the steps of check_model, in their order. */
#ifndef ASSAY_PASSPORT_CHECK_INT_H
#define ASSAY_PASSPORT_CHECK_INT_H
#include "passport/check_model.h"

/* What each text was found to be, and whether it speaks for the weights. Fails: ERR_FORMAT a broken
 * record, ERR_MEMORY. */
int check_conclude(struct check *c, struct arena *a, struct err *e);

/* The terms and open questions that the verdict follows from. Fails: ERR_MEMORY. */
int check_terms(struct check *c, struct arena *a, struct err *e);

/* Does a text speak for the weights; is a declaration the one to take of a choice ("MIT OR GPL-3.0"); is some
 * term at least as strict as this base's licence? */
bool check_speaks_for_weights(const struct check *c, const struct gather_text *t);
bool check_is_best_choice(const struct declared_list *list, const struct declared *d);
bool check_is_covered(const struct check *c, const struct base *b);

/* What is open: six components, the class, the yardsticks, and their claims. Fails: ERR_IO, ERR_MEMORY. */
int check_openness(struct check *c, struct arena *a, struct err *e);

/* The terms that cover one scope, merged. Fails: ERR_MEMORY. */
int check_openness_terms(struct check *c, enum snap_scope scope, struct arena *a, struct openness_terms *out,
                         struct err *e);

/* Memory, speed and cost of running it, and their claims. Fails: ERR_MEMORY. */
int check_need(struct check *c, const struct check_options *opt, struct arena *a, struct err *e);

/* Every statement above as a claim with its evidence. Fails: ERR_MEMORY. */
int check_claims(struct check *c, struct arena *a, struct err *e);

/* What the card answers, topic by topic, each a claim. Fails: ERR_IO a file of results, ERR_MEMORY. */
int check_card(struct check *c, struct arena *a, struct err *e);

/* What the files show of publisher, revision, signatures, digests and care, each a claim. Fails: ERR_IO, ERR_MEMORY. */
int check_trust(struct check *c, struct arena *a, struct err *e);

/* Read the files for what is hostile; then its claims, when digests are there. Fails: ERR_LIMIT no process can be had;
 * ERR_MEMORY. */
int check_scan_run(struct check *c, const struct check_options *opt, struct arena *a, struct err *e);
int check_scan_claims(struct check *c, struct arena *a, struct err *e);

/* Twelve answers out of all of the above and the sign-offs: the last step. Fails: ERR_MEMORY. */
int check_checklist(struct check *c, struct arena *a, struct err *e);

/* A passage of a text as evidence; lines are those of the identifier. NULL: out of memory. */
struct evidence *check_span(const struct gather_text *t, const struct identify_span *s, struct arena *a);

unsigned check_depth(const char *path);             /* folders above it */

#endif
