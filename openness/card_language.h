// SPDX-License-Identifier: Apache-2.0
/* openness/card_language.h - in which language is the prose written: by script, then by the small words.
 *
 * Chinese, Japanese, Korean, Russian and Arabic are told by their letters; English, German, French, Spanish,
 * Italian, Portuguese, Dutch and Polish by words that no sentence lacks ("the", "und", "des"). A text of
 * fewer than 12 words, or one where two languages come out alike, is not told. */
#ifndef ASSAY_OPENNESS_CARD_LANGUAGE_H
#define ASSAY_OPENNESS_CARD_LANGUAGE_H
#include "base/span.h"

enum { LANGUAGE_MIN_WORDS = 12, LANGUAGE_SMALL = 8 };

struct language_votes {
    uint32_t words, latin;                      /* words seen; words of Latin letters */
    uint32_t small[LANGUAGE_SMALL];             /* small words of each Latin-script language */
    uint32_t han, kana, hangul, cyrillic, arabic;
};

/* The small words of each language, "a|b|c"; a word may belong to several: what tells is the sum. */
extern const char *const language_small[LANGUAGE_SMALL];

/* Count a word in lower case; `small` has bit i when it is a small word of language i. */
void language_word(struct language_votes *v, struct span word, uint32_t small);
const char *language_told(const struct language_votes *v);          /* ISO 639-1; "" when not told */

#endif
