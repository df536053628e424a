// SPDX-License-Identifier: Apache-2.0
/* text/tok_int.h - what the files tok_*.c share.
 *
 * Keys. The model looks texts up by *key*: in a byte-level vocabulary the raw bytes that a token stands for, so that no
 * text is ever spelled in GPT-2's alphabet; else the token's text. (`spelled`: steps follow ByteLevel, which is rare;
 * then text is spelled, and keys are texts.)
 * Tables are open hashes that are half empty at least. One that a file fills with colliding texts is refused. */
#ifndef ASSAY_TEXT_TOK_INT_H
#define ASSAY_TEXT_TOK_INT_H
#include <stdatomic.h>
#include "text/tokenizer.h"
#include "text/uni.h"

#define TOK_MARK "\xe2\x96\x81"             /* U+2581, SentencePiece's space */
#define TOK_CHAIN_MAX 512u                  /* probes in a row that are put down to intent */

struct tok_step;

/* ---- tables (tok_table.c) */
struct tok_slot { uint32_t id, hash; };     /* id + 1; 0 is free */
struct tok_table { struct tok_slot *slots; uint32_t mask, max_bytes; };
struct tok_pair { uint32_t left, right, rank, into; };
struct tok_pairs { struct tok_pair *slots; uint32_t mask; };

/* A trie, its nodes in the order of a walk by breadth: the children of one stand together, sorted. */
struct tok_node { uint32_t child, id; uint16_t n; uint8_t byte; };
struct tok_trie { const struct tok_node *nodes; uint32_t n; bool first[256]; };
struct tok_key { struct span text; uint32_t id; };

int tok_table_init(struct tok_table *t, uint32_t n, struct arena *a, struct err *e);
int tok_pairs_init(struct tok_pairs *t, uint32_t n, struct arena *a, struct err *e);
int tok_pairs_put(struct tok_pairs *t, struct tok_pair pair, struct err *e);
/* Keys are sorted in place; of equal ones the last given wins. */
int tok_trie_init(struct tok_trie *t, struct tok_key *keys, size_t n, struct arena *a, struct err *e);

static inline uint64_t tok_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

static inline uint32_t tok_hash(const uint8_t *p, size_t n)
{
    uint64_t h = n * 0x9e3779b97f4a7c15u;
    for (; n >= 8; p += 8, n -= 8)
        h = tok_mix(h ^ le64(p));
    uint64_t tail = 0;
    for (size_t i = 0; i < n; i++)
        tail |= (uint64_t)p[i] << 8 * i;
    return (uint32_t)tok_mix(h ^ tail);
}

static inline const struct tok_pair *tok_pairs_get(const struct tok_pairs *t, uint32_t left, uint32_t right)
{
    uint32_t at = (uint32_t)tok_mix((uint64_t)left << 32 | right) & t->mask;
    for (; t->slots[at].left != TOK_NONE; at = (at + 1) & t->mask)
        if (t->slots[at].left == left && t->slots[at].right == right)
            return &t->slots[at];
    return NULL;
}

/* The child of `node` by `byte`; 0, which is the root, when there is none. */
static inline uint32_t tok_trie_step(const struct tok_trie *t, uint32_t node, uint8_t byte)
{
    const struct tok_node *x = &t->nodes[node], *c = t->nodes + x->child;
    uint32_t from = 0, to = x->n;
    if (to == 256)
        return x->child + byte;
    while (from < to) {
        uint32_t mid = (from + to) / 2;
        if (c[mid].byte == byte)
            return x->child + mid;
        if (c[mid].byte < byte)
            from = mid + 1;
        else
            to = mid;
    }
    return 0;
}

/* ---- the tokenizer */
struct tok_entry { struct span text, key; float score32; uint8_t type, flags; struct span piece, piece_first; };

typedef bool tok_next_fn(const struct tok_step *s, struct tok_work *w, struct span in, size_t at, size_t *from, size_t *to);

struct tok_scanner { const char *regex; size_t (*scan)(const struct tok_scanner *, struct span, size_t, size_t *);
                     uint32_t sets, max; unsigned flags; const void *more; };

struct tok_step {                           /* one split */
    struct tok_pre pre;
    tok_next_fn *next;                      /* the first match at or after a place */
    const struct tok_scanner *scanner;
    void *regex;                            /* pcre2_code, in the arena */
};
struct tok_change { struct tok_norm norm; void *regex; };       /* one normalizer */

enum { WHOLE_UNKNOWN, WHOLE_YES, WHOLE_NO };

struct tokenizer {
    enum tok_kind kind;
    uint32_t n_tokens;
    struct tok_entry *tokens;
    double *scores;                         /* Unigram */
    struct tok_table by_text, by_key;       /* by_key: what the model may make */
    struct tok_pairs pairs;
    _Atomic uint8_t *whole;                 /* BPE: does the key, encoded, give just this token */
    struct tok_trie trie, first_trie;       /* Unigram, WordPiece; WordPiece's that begin a word */
    struct tok_trie added, added_user;      /* looked for in trusted text; in all text */
    struct tok_trie normal, normal_user;    /* the same, of those that are normalized first */
    struct tok_trie normal_raw;             /* `normal`, as written: for trusted parts of mixed text */
    struct tok_change *changes; uint32_t n_changes;
    struct tok_step *steps; uint32_t n_steps;
    uint32_t *prefix, *suffix; uint32_t n_prefix, n_suffix;
    struct tok_special special;
    uint32_t bytes[256];                    /* the token of a byte; TOK_NONE */
    uint32_t ascii[128];                    /* the token of a character below 128, of any kind that is not byte level */
    bool byte_level, spelled, byte_fallback, all_bytes, ignore_merges, fuse_unk;
    bool may_cut, joins[256];               /* a text may be cut before U+2581 unless joins[the byte before] */
    double unk_score;
    uint32_t max_word_chars;
    struct span word_prefix, cont_prefix;
    struct span marker;                     /* the decoder's */
    enum tok_decoder decoder;
    uint8_t decode_strip;
    bool decode_cleanup;
};

static inline uint32_t tok_lookup(const struct tokenizer *t, const uint8_t *p, size_t n)
{
    const struct tok_table *x = &t->by_key;
    if (n > x->max_bytes)
        return TOK_NONE;
    uint32_t hash = tok_hash(p, n);
    for (uint32_t at = hash & x->mask; x->slots[at].id; at = (at + 1) & x->mask) {
        const struct tok_slot *s = &x->slots[at];
        if (s->hash == hash) {
            struct span key = t->tokens[s->id - 1].key;
            if (key.n == n && memcmp(key.p, p, n) == 0)
                return s->id - 1;
        }
    }
    return TOK_NONE;
}

/* ---- scratch (tok_work.c): arrays that only grow; the first error sticks */
struct tok_vec { void *p; size_t n, cap; };             /* n items; cap bytes */
struct tok_range { uint32_t from, to; };
struct tok_work {
    struct tok_vec ids, pieces, pieces_too, symbols, heap, cuts;
    struct buf text, clean, normal, spare, run;         /* joined, made valid; normalized; two by turns; marks */
    bool at_start;                                      /* of the whole text */
    void *match;                                        /* pcre2_match_data */
    uint64_t regex_budget;
    struct err err;
};
bool tok_reserve(struct tok_work *w, struct tok_vec *v, size_t n, size_t size);    /* room for n items */
int tok_fail(struct tok_work *w, int code, const char *text);
static inline bool tok_push(struct tok_work *w, uint32_t id)
{
    if ((w->ids.n + 1) * sizeof id > w->ids.cap && !tok_reserve(w, &w->ids, w->ids.n + 1, sizeof id))
        return false;
    ((uint32_t *)w->ids.p)[w->ids.n++] = id;
    return true;
}

/* ---- models: push the ids of one piece; errors stick to w */
void tok_bpe(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n);
void tok_spm(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n);
void tok_unigram(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n);
void tok_wordpiece(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n);

/* ---- steps */
int tok_norm_check(const struct tok_norm *n, struct err *e);
/* Normalize `in`; the result is in w or is `in` itself. */
struct span tok_normalize(const struct tokenizer *t, struct tok_work *w, struct span in);
struct span tok_charsmap(const struct tok_norm *n, struct span in, struct buf *out);
/* Split *in, which may change, into w->pieces. */
void tok_split(const struct tokenizer *t, struct tok_work *w, struct span *in);
int tok_step_init(struct tok_step *s, struct arena *a, struct err *e);

const struct tok_scanner *tok_scanner_find(struct span regex);
extern const struct tok_scanner tok_scan_gpt2, tok_scan_space, tok_scan_punct, tok_scan_digit, tok_scan_words;
tok_next_fn tok_next_scan, tok_next_literal, tok_next_regex;

int tok_regex_compile(struct span pattern, struct arena *a, void **out, struct err *e);
bool tok_regex_next(void *regex, struct tok_work *w, struct span in, size_t at, size_t *from, size_t *to);
void tok_regex_free_match(struct tok_work *w);

/* GPT-2's alphabet: the character of a byte, and back (-1: none). */
uint32_t tok_byte_char(uint8_t byte);
int tok_char_byte(uint32_t cp);
/* Invalid UTF-8 made valid into `out`; false when nothing was wrong, and out is untouched. */
bool tok_make_valid(struct span in, struct buf *out);

#endif
