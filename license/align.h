// SPDX-License-Identifier: Apache-2.0
/* license/align.h - one known text laid over one input, shingle by shingle.
 *
 *     known    | A | B | C | D | E |
 *     input  xx| A | B |yyyyy| D | E |zz        C is missing; xx, yyyyy, zz are not explained
 *
 * Anchors are shingles that occur once on both sides, in increasing order (patience, then the longest
 * increasing run). Between anchors the known shingles are searched word by word, so that an edit
 * costs no more than the shingles it touches. Positions are words of the input. */
#ifndef ASSAY_LICENSE_ALIGN_H
#define ASSAY_LICENSE_ALIGN_H
#include "license/index.h"
#include "license/words.h"

enum { ALIGN_MISSING = -1 };

struct align {
    uint32_t entry;             /* of the index */
    int32_t *at;                /* per shingle of the entry: where it lies, or ALIGN_MISSING */
    uint32_t matched_words;
    uint32_t first, end;        /* from the first matched word to behind the last */
    bool verified;              /* all shingles lie there and the digest of their words agrees */
};

/* The part [from, to) of w cut into shingles, with a table of the distinct ones. Built once per
 * part, used for every candidate. */
struct align_input {
    const struct words *w;
    uint32_t from, to;
    uint32_t *slots, n_slots;   /* open addressing: 1 + number of the distinct shingle; 0 empty */
    uint32_t *shingle, *start, *count, n;
};

/* Fails: ERR_MEMORY. */
int align_input(const struct words *w, uint32_t from, uint32_t to, struct arena *a,
                struct align_input *out, struct err *e);

/* Lay entry n of the index over the input. Fails: ERR_MEMORY. About linear in both. */
int align_entry(const struct align_input *in, const struct index *x, uint32_t n, struct arena *a,
                struct align *out, struct err *e);

#endif
