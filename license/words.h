// SPDX-License-Identifier: Apache-2.0
/* license/words.h - a licence text as the sequence of words that matter.
 *
 *     "1. You must NOT use the\n    Licensor's Software."   ->   you must not use the licensors software
 *                                                    each word knows where in the source it came from
 *
 * The SPDX matching guidelines, made mechanical and independent of layout: case, white space,
 * punctuation, quotes, bullets and list numbers, http or https, the list of equal words (licence,
 * license), copyright statements and the few slots where licences name a person do not
 * count. Numbers do, and so does every other word: similarity never decides. A copyright
 * statement or slot that holds a word which could change the terms ("only", "not", "commercial")
 * is cut short there, so that nothing can hide in one. Chinese and Japanese count by character.
 * Source: SPDX specification 2.3, annex B (license matching guidelines). */
#ifndef ASSAY_LICENSE_WORDS_H
#define ASSAY_LICENSE_WORDS_H
#include "base/arena.h"
#include "base/err.h"
#include "format/text.h"
#include "license/index.h"

enum { WORDS_MAX = 2000000, SHINGLE_MIN = 3, SHINGLE_MAX = 31 };

struct word {
    uint64_t hash;
    uint32_t from, to;          /* in the text's p */
    uint32_t norm;              /* where its normal form starts in words.norm */
};

struct words {
    const struct text *text;
    struct word *items;
    uint32_t n;
    uint64_t *prefix;           /* rolling hash, n + 1 entries */
    const char *norm;           /* normal forms, each followed by one blank */
    uint32_t norm_bytes;
    uint64_t strict;            /* hash of every word, copyright statements and slots included */
};

/* Split t into words, from byte `skip` of t->p on. Memory is a's; t is borrowed.
 * Fails: ERR_LIMIT above WORDS_MAX words, ERR_MEMORY. Cost: O(bytes). */
int words_split(const struct text *t, size_t skip, struct arena *a, struct words *out, struct err *e);

/* Boundaries of shingles are chosen by the words themselves (content-defined), so an edit moves only
 * its own neighbours. How a shingle looks as a number: license/index.h. */
uint64_t words_power(unsigned n);                           /* for words_window: of the roll, mod 2^64 */
/* The n (at most 31) words at `from`, as a shingle; `power` is words_power(n). O(1). */
uint32_t words_window(const struct words *w, uint32_t from, unsigned n, uint64_t power);
uint32_t words_cut(const struct words *w, uint32_t from);   /* the end of the shingle that starts there */

/* May this word change what a licence allows? Used to keep riders out of slots and headings. */
bool words_is_weighty(const struct words *w, uint32_t i);

#endif
