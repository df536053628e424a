// SPDX-License-Identifier: Apache-2.0
/* text/matcher_int.h - the tables of a matcher: frames, sets of keys and states, each kept once.
 *
 *     state 7: { (node 31, frame 4), (node 12, frame 9) }      frame 9 ─> frame 4 ─> 0, the bottom
 *              successors by byte, the mask: filled in when asked for
 *
 * Numbers are indices into growing arrays; 0 is the bottom of all stacks, the empty set, and the dead state. When the
 * tables have become large they are emptied between two bytes, and the current state is entered anew. */
#ifndef ASSAY_TEXT_MATCHER_INT_H
#define ASSAY_TEXT_MATCHER_INT_H
#include "text/grammar_int.h"

enum {
    MATCHER_STATES_MAX = 20000,             /* above these the tables are emptied */
    MATCHER_FRAMES_MAX = 500000,
    MATCHER_HELD_MAX = 2000000,             /* above this a single byte was too much: ERR_LIMIT */
    MATCHER_MASKS_BYTES = 32 << 20,
    MATCHER_DEPTH_MAX = 100000              /* frames of one stack */
};
#define MATCHER_UNKNOWN UINT32_MAX          /* a successor, or a cut state, not yet asked for */

struct gram_frame {
    uint32_t node, parent;
    uint32_t a, b;                          /* of a repeat: still needed, still allowed; of an object: members, set */
    uint32_t depth, cut, same_hash;
};

struct gram_thread { uint32_t node, frame; };

struct gram_state {
    uint32_t first, n;                      /* threads, sorted */
    uint32_t *next;                         /* [256]; NULL before the first */
    uint32_t *mask;                         /* owned; NULL before the first */
    uint32_t cut, same_hash;
    bool ends;
};

struct gram_set { uint32_t first, n, same_hash; };      /* words */

struct gram_table { uint32_t *heads; uint32_t n_heads; };   /* a hash table of numbers; chains go through same_hash */

struct matcher {
    const struct grammar *g;
    const struct token_trie *trie;
    uint32_t now;                           /* state */
    struct gram_frame *frames;
    struct gram_state *states;
    struct gram_thread *threads;
    struct gram_set *sets;
    uint64_t *words;
    size_t n_frames, n_states, n_threads, n_sets, n_words;
    size_t cap_frames, cap_states, cap_threads, cap_sets, cap_words;
    struct gram_table frame_table, state_table, set_table;
    size_t mask_bytes;
    uint32_t *walk;                         /* [longest + 1] states on the way down the trie */
    /* one closure */
    struct gram_thread *todo, *found;
    size_t n_todo, n_found, cap_todo, cap_found;
    uint32_t *seen, *seen_at;               /* a table of (node, frame) met, and which entries are in use */
    struct gram_thread *seen_of;
    size_t n_seen, cap_seen, cap_seen_of;
    bool ends;
    struct err *e;
    int rc;
};

/* matcher_tables.c; each gives 0 and sets m->rc when memory or a limit is reached */
uint32_t matcher_frame(struct matcher *m, uint32_t node, uint32_t a, uint32_t b, uint32_t parent);
uint32_t matcher_set_add(struct matcher *m, uint32_t set, uint32_t bit);
bool matcher_set_has(const struct matcher *m, uint32_t set, uint32_t bit);
uint32_t matcher_state(struct matcher *m, struct gram_thread *threads, size_t n, bool ends);   /* sorts them */
int matcher_grow(struct matcher *m, void **items, size_t *cap, size_t n, size_t size);
int matcher_tables_init(struct matcher *m);
void matcher_tables_fini(struct matcher *m);
int matcher_tables_renew(struct matcher *m);    /* empty them but for m->now */

/* matcher.c */
uint32_t matcher_step(struct matcher *m, uint32_t state, uint8_t byte);     /* 0: dead, or m->rc */

#endif
