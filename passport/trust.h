// SPDX-License-Identifier: Apache-2.0
/* passport/trust.h - signals of trust and maintenance that lie in the files, and those that do not.
 *
 *     publisher  revision  dates  signature  digest list  changelog  contact  security policy  gate
 *     intermediate releases                                each: seen | absent | not visible offline
 *
 * A signal is an observation with its evidence, never a grade. */
#ifndef ASSAY_PASSPORT_TRUST_H
#define ASSAY_PASSPORT_TRUST_H
#include "base/arena.h"
#include "base/err.h"
#include "claim/claim.h"

enum trust_state { TRUST_ABSENT, TRUST_SEEN, TRUST_OFFLINE };   /* OFFLINE: a folder cannot show it */
struct trust_signal {
    const char *name;               /* "publisher" */
    enum trust_state state;
    const char *value;              /* what was seen; "" */
    const char *why;                /* one sentence: where it was looked for, or why it cannot be seen */
    const struct evidence **evidence;
    size_t n_evidence;
    const struct claim *claim;      /* NULL when not seen */
};
struct trust { struct trust_signal *items; size_t n; };

const char *trust_state_name(enum trust_state s);       /* absent seen not-visible-offline */

#endif
