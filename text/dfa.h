// SPDX-License-Identifier: Apache-2.0
/* text/dfa.h - sets of strings as automata over characters: what a pattern, a length or a list of names allows.
 *
 *     ^a[0-9]+$      0 ─a─> 1 ─0..9─> (2) ─0..9─> (2)          ( ) ends; where no edge leads, nothing is left
 *
 * Deterministic, edges of a state sorted and apart. They are combined (both, one but not the other) to make one
 * automaton of all that a JSON Schema says of a string. Everything lies in the caller's arena. */
#ifndef ASSAY_TEXT_DFA_H
#define ASSAY_TEXT_DFA_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum {
    DFA_STATES_MAX = 20000,
    DFA_EDGES_MAX = 1000000,
    REGEX_BYTES_MAX = 10000,
    REGEX_PLACES_MAX = 60000,               /* of a pattern, its repeats written out */
    REGEX_STEPS_MAX = 50000000              /* from a place to the next, while it is made deterministic */
};

struct dfa_edge { uint32_t lo, hi, to; };
struct dfa {
    const struct dfa_edge *edges;
    const uint32_t *first;                  /* [n + 1]: edges of state i are [first[i], first[i + 1]) */
    const bool *ends;                       /* [n] */
    uint32_t n;                             /* state 0 is the first; n = 0: no string at all */
};

/* The strings in which `pattern` is found (anchors ^ and $ bind it to the ends), in the regular part of ECMA-262's
 * language: no lookaround, back references, \b or \p. at: the byte of the pattern, for messages.
 * Fails: ERR_FORMAT malformed, or not regular; ERR_LIMIT; ERR_MEMORY. */
int regex_dfa(struct span pattern, uint64_t at, struct arena *a, struct dfa *out, struct err *e);

int dfa_any(struct arena *a, struct dfa *out, struct err *e);                       /* every string */
int dfa_length(uint64_t min, uint64_t max, struct arena *a, struct dfa *out, struct err *e);    /* in characters */
int dfa_words(const struct span *words, size_t n, struct arena *a, struct dfa *out, struct err *e);
int dfa_both(const struct dfa *x, const struct dfa *y, struct arena *a, struct dfa *out, struct err *e);
int dfa_minus(const struct dfa *x, const struct dfa *y, struct arena *a, struct dfa *out, struct err *e);

/* Is this text (UTF-8) one of the strings? */
bool dfa_has(const struct dfa *d, struct span text);

/* States are numbered as they are found, so an automaton being made knows its start. For the three makers. */
struct dfa_build {
    struct arena *a;
    struct err *e;
    int rc;
    struct dfa_edge *edges;
    uint32_t *first;
    bool *ends;
    size_t n, n_edges, cap_edges, cap_first, cap_ends;
};
void dfa_begin(struct dfa_build *b, struct arena *a, struct err *e);
void dfa_state(struct dfa_build *b, bool ends);             /* its edges follow */
void dfa_edge_add(struct dfa_build *b, uint32_t lo, uint32_t hi, uint32_t to);      /* joins with the one before */
int dfa_done(struct dfa_build *b, struct dfa *out);

#endif
