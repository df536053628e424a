// SPDX-License-Identifier: Apache-2.0
/* license/candidate.h - the few known texts worth laying over an input.
 *
 * Every distinct shingle of the input votes, with its length in words, for each entry that has it. The
 * votes of an entry estimate how many of its words are there. */
#ifndef ASSAY_LICENSE_CANDIDATE_H
#define ASSAY_LICENSE_CANDIDATE_H
#include "license/align.h"

enum { CANDIDATES_MAX = 40 };

struct candidates { uint32_t entry[CANDIDATES_MAX], votes[CANDIDATES_MAX]; unsigned n; };

enum candidate_order {
    CANDIDATE_CONTAINED,        /* likely to lie whole in the input, longest first */
    CANDIDATE_SIMILAR           /* most alike as wholes (Dice) */
};

/* Fails: ERR_MEMORY. Cost: the postings of the input's shingles, plus the number of entries. */
int candidate_find(const struct align_input *in, const struct index *x, enum candidate_order order,
                   struct arena *a, struct candidates *out, struct err *e);

#endif
