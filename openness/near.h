// SPDX-License-Identifier: Apache-2.0
/* openness/near.h - two spellings of one name.
 *
 *     "Apache License, Version 2.0", "apache-2", "Apache 2.0"  ──> key "apache2"
 *
 * A key keeps letters, digits and what is not ASCII, in lower case; blanks and punctuation go, and so do words that
 * tell no licence from another ("license", "the", "version"), a "v" before a digit and ".0" behind one. */
#ifndef ASSAY_OPENNESS_NEAR_H
#define ASSAY_OPENNESS_NEAR_H
#include <stdbool.h>
#include "base/span.h"

enum { NEAR_KEY_BYTES = 96 };

/* The key of s into out, NUL-terminated. False, and out "", when it would not fit or nothing is left. */
bool near_key(struct span s, char out[NEAR_KEY_BYTES]);

/* Letters to insert, delete, replace or swap to get from a to b, both keys; `max` + 1 when more than `max`. */
unsigned near_distance(const char *a, const char *b, unsigned max);

/* Are the digits of a and b the same, in order? */
bool near_digits(const char *a, const char *b);

/* Lower case of an ASCII letter. */
static inline char near_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The item of `words` that is nearest to `text`, when it is near and no other is as near; else NULL. */
const char *near_word(const char *text, const char *const *words, size_t n);

#endif
