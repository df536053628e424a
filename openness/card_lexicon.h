// SPDX-License-Identifier: Apache-2.0
/* openness/card_lexicon.h - the words a card uses, as data.
 *
 *     cues    "should not be used" ─> CUE_OUT        in a sentence, wherever it stands
 *     heads   "out of scope use"   ─> TOPIC_OUT_...  in a heading, a label or the first cell of a row
 *
 * Phrases are lower case, one space between words, punctuation left out; each character of Chinese, Japanese
 * and Korean is a word, and no space stands between them. The longest phrase at a place wins, so that
 * "not intended for" is never read as "intended for". Found by the hash of the first word, then compared
 * letter by letter. */
#ifndef ASSAY_OPENNESS_CARD_LEXICON_H
#define ASSAY_OPENNESS_CARD_LEXICON_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum cue {
    CUE_INTENDED, CUE_TASK, CUE_OUT, CUE_LIMIT, CUE_RISK, CUE_MODAL, CUE_SUBJECT, CUE_TDATA, CUE_TNOUN, CUE_DESCRIBES,
    CUE_UNDISCLOSED, CUE_BASE, CUE_TRAINED, CUE_METRIC, CUE_METRIC_MAYBE, CUE_BENCH, CUE_TEST_SET, CUE_EVALUATED,
    CUE_MEASURED, CUE_QUALITY, CUE_DEVICE, CUE_DEVICE_WEAK, CUE_RUNS, CUE_NO_GPU, CUE_MEMORY, CUE_ENERGY_UNIT,
    CUE_ENERGY, CUE_MANY_LANGUAGES, CUE_LANGUAGE_WORD, CUE_LANGUAGE, CUE_CONTACT, CUE_PAPER, CUE_MAINTAINED, CUE_POINTER,
    CUE_NONE, CUE_NO_LIMITS, CUE_LEFT_OVER, CUE_BOILERPLATE, CUE_DATASET_COLUMN, CUE_DATE_COLUMN, CUE_REFER, CUE_VERB,
    CUE_FACT_FIRST,             /* kinds of facts about training */
    CUE_FACT_LAST = CUE_FACT_FIRST + 15,
    CUE_COUNT
};
#define CUE_BIT(c) (UINT64_C(1) << (c))
_Static_assert(CUE_COUNT <= 64, "the cues of a phrase are 64 bits");

/* Beside the topics' own bits in the mask of a heading. */
enum {
    HEAD_EVALUATION = 1 << 16,  /* evaluation in general: what is below must say what it is */
    HEAD_USAGE = 1 << 17,       /* how to call it */
    HEAD_NAMES = 1 << 18,       /* who made it */
    HEAD_VERSION = 1 << 19,     /* a version or a date */
    HEAD_PAPER = 1 << 20,
    HEAD_NEWS = 1 << 21,        /* dated entries */
};

struct lex_entry {
    const char *phrase;
    uint64_t cues;              /* cues: all that the phrase is, as bits */
    uint32_t mask;              /* heads */
    uint16_t next;              /* of the same slot, longest first; 0: none */
    uint8_t n;                  /* bytes of the phrase */
    uint8_t param;              /* the language of CUE_LANGUAGE */
    bool exact;                 /* heads: only when it is the whole heading */
};

enum { LEX_SLOTS = 2048 };
struct lex_table { struct lex_entry *entries; size_t n, cap; uint16_t slots[LEX_SLOTS]; };
struct lexicon { struct lex_table cues, heads, small; };     /* small: mask tells the languages, see card_language.h */

enum { WORD_NUMBER = 1, WORD_PERCENT = 2, WORD_CODE = 4 };
struct card_word {
    uint32_t from, to;                  /* bytes of the file */
    uint32_t hash;                      /* of its lower case: lexicon_hash */
    uint16_t at;                        /* into the unit's text, where it lies in lower case */
    uint8_t n, flags;
};

/* Lay out both tables. Fails: ERR_MEMORY. */
int lexicon_build(struct arena *a, struct lexicon *out, struct err *e);

/* The longest entry that the n words at w start with; NULL when there is none. `text` is what their `at` counts in.
 * *used: how many words it took. Words of code start nothing and continue nothing. */
const struct lex_entry *lexicon_find(const struct lex_table *t, const struct card_word *w, const char *text, size_t n,
                                     size_t *used);

/* Languages known by name: their ISO 639-1 code, and the number of a code or English name; -1 when unknown. */
const char *lexicon_language(unsigned i);
int lexicon_language_of(struct span name);

uint32_t lexicon_hash(const void *p, size_t n);
size_t lexicon_first(const char *phrase);           /* bytes of its first word */

#endif
