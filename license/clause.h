// SPDX-License-Identifier: Apache-2.0
/* license/clause.h - what a passage seems to say, when no record says it.
 *
 * A cue is a phrase that licences use for one purpose: "non-commercial", "700 million monthly active users",
 * "European Union". Cues are no facts: they tell a person which lines of an unknown or changed text
 * decide, and they keep such a text from being called permissive. */
#ifndef ASSAY_LICENSE_CLAUSE_H
#define ASSAY_LICENSE_CLAUSE_H
#include "base/arena.h"
#include "license/words.h"

enum clause_kind {
    CLAUSE_NONCOMMERCIAL, CLAUSE_RESEARCH, CLAUSE_USERS, CLAUSE_REVENUE, CLAUSE_VISITS, CLAUSE_REGION, CLAUSE_FIELD,
    CLAUSE_POLICY, CLAUSE_TRAINING, CLAUSE_NAMING, CLAUSE_REGISTER, CLAUSE_REVOCABLE, CLAUSE_NO_MODIFY,
    CLAUSE_SHARE_CHANGES, CLAUSE_COUNT
};

struct clause {
    enum clause_kind kind;
    int64_t amount;             /* of CLAUSE_USERS, CLAUSE_REVENUE, CLAUSE_VISITS; -1 when not found */
    uint32_t from, to;          /* words */
};

/* All cues in the words [from, to), in order. Fails: ERR_MEMORY. */
int clause_find(const struct words *w, uint32_t from, uint32_t to, struct arena *a,
                struct clause **out, size_t *n, struct err *e);

const char *clause_name(enum clause_kind k);        /* "non-commercial", "users threshold", ... */
bool clause_restricts(enum clause_kind k);          /* does such a cue keep a text from being permissive */

/* One line for a person: `users threshold: 1,000,000`. In the arena; NULL when memory is out. */
const char *clause_describe(const struct clause *c, struct arena *a);

#endif
