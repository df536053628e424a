// SPDX-License-Identifier: Apache-2.0
/* passport/diff_text.h - two texts, and only the passages in which they differ, with the lines of both.
 *
 *     LICENSE, lines 13-14    ... 700 million monthly active users ...       one passage: the lines on each
 *     LICENSE, line 15        ... 100 million monthly active users ...       side, and what is said there
 *
 * By words where layout does not count (licences: words as license/words.h has them), else by lines. Texts
 * that are equal so, but not byte for byte, give no passage; the caller says that. All memory is the arena's. */
#ifndef ASSAY_PASSPORT_DIFF_TEXT_H
#define ASSAY_PASSPORT_DIFF_TEXT_H
#include "base/arena.h"
#include "base/err.h"
#include "format/text.h"

enum { DIFF_PASSAGES_MAX = 1000, DIFF_PASSAGE_BYTES = 4000 };

struct diff_quote {
    uint32_t line_from, line_to;    /* from 1; where nothing stands: the line it would follow, line_to 0 */
    const char *text;               /* "" when nothing stands there; cut at DIFF_PASSAGE_BYTES */
    bool cut;
};
struct diff_passage { struct diff_quote a, b; };
struct diff_passages {
    struct diff_passage *items;
    size_t n;
    bool capped;                    /* the search was cut short: passages may be longer than need be */
    size_t n_more;                  /* passages beyond DIFF_PASSAGES_MAX */
    bool too_large;                 /* not compared: more pieces than DIFF_TOKENS_MAX */
};

/* By lines; a CR at the end of a line does not count. line_a and line_b: number of the first line. Fails: ERR_MEMORY. */
int diff_lines(struct span a, uint32_t line_a, struct span b, uint32_t line_b, struct arena *ar,
               struct diff_passages *out, struct err *e);

/* By words, as licences are compared. Fails: ERR_MEMORY. */
int diff_words(const struct text *a, const struct text *b, struct arena *ar, struct diff_passages *out, struct err *e);

#endif
