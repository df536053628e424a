// SPDX-License-Identifier: Apache-2.0
/* passport/diff_script.h - what must be taken out of A and put in, to make it B: over any tokens, exactly.
 *
 *     A   the model may be used      -> 1 2 3 4 5          hunk { a 2..4, b 2..3 }
 *     B   the model must    used     -> 1 2 6   5          take out "may be", put in "must"
 *
 * Tokens (words, lines) become numbers first, by comparing their bytes, so that no hash can make two
 * of them equal. Between them the shortest script is searched in linear space. The work is bounded:
 * when the budget is used up, what is left is said to be replaced as a whole. The script is then not the
 * shortest, and `capped` says so, but it still makes B of A: a difference is never lost.
 * Source: Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986), section 4b. */
#ifndef ASSAY_PASSPORT_DIFF_SCRIPT_H
#define ASSAY_PASSPORT_DIFF_SCRIPT_H
#include "base/arena.h"
#include "base/err.h"

enum { DIFF_TOKENS_MAX = 1 << 20 };                 /* on each side */
#define DIFF_BUDGET ((uint64_t)200 * 1000 * 1000)   /* steps: about half a second */

struct diff_hunk { uint32_t a_from, a_to, b_from, b_to; };      /* half open; never both empty */
struct diff_script {
    struct diff_hunk *items;        /* in order, with at least one common token between two of them */
    size_t n;
    bool capped;
};

/* Number the tokens: equal bytes, equal numbers. *ids has n_a numbers and behind them n_b.
 * Fails: ERR_LIMIT above DIFF_TOKENS_MAX, ERR_MEMORY. O(n log n) comparisons. */
int diff_number(const struct span *a, size_t n_a, const struct span *b, size_t n_b, struct arena *ar,
                uint32_t **ids, struct err *e);

/* The script from a to b. O((n + m) * differences), at most `budget` steps. Fails: ERR_LIMIT, ERR_MEMORY. */
int diff_script(const uint32_t *a, size_t n, const uint32_t *b, size_t m, uint64_t budget, struct arena *ar,
                struct diff_script *out, struct err *e);

#endif
