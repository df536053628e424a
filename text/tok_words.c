// SPDX-License-Identifier: Apache-2.0
/* The two models that walk a trie: Unigram, the likeliest path; WordPiece, the longest piece each time. */
#include "text/tok_int.h"

/* The best way to reach a place: its token, where that begins, and the sum of the scores. */
struct reach { double score; uint32_t from, id; };

static void better(struct reach *r, double score, uint32_t from, uint32_t id)
{
    if (r->from == TOK_NONE || score > r->score)
        *r = (struct reach){ score, from, id };
}

static void reach_from(const struct tokenizer *t, struct reach *r, const uint8_t *p, uint32_t at, uint32_t n)
{
    unsigned len;
    bool has_one = false;
    double here = r[at].score;
    (void)uni_at(p + at, &len);
    for (uint32_t i = at, node = 0; i < n && (node = tok_trie_step(&t->trie, node, p[i])) != 0; i++) {
        uint32_t id = t->trie.nodes[node].id;
        if (id == TOK_NONE)
            continue;
        better(&r[i + 1], here + t->scores[id], at, id);
        has_one = has_one || i + 1 == at + len;
    }
    if (!has_one)
        better(&r[at + len], here + t->unk_score, at, t->special.unk);
}

/* A part that no token covers: its bytes when there are tokens for all of them, else the unknown token. */
static void push_uncovered(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, uint32_t from, uint32_t to)
{
    uint32_t i = from;
    while (t->byte_fallback && i < to && t->bytes[p[i]] != TOK_NONE)
        i++;
    if (!t->byte_fallback || i < to) {
        (void)tok_push(w, t->special.unk);
        return;
    }
    for (i = from; i < to; i++)
        (void)tok_push(w, t->bytes[p[i]]);
}

void tok_unigram(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t size)
{
    uint32_t n = (uint32_t)size, last = TOK_NONE;
    if (!tok_reserve(w, &w->symbols, size + 1, sizeof(struct reach)) ||
        !tok_reserve(w, &w->heap, size + 1, sizeof(struct tok_range)))
        return;
    struct reach *r = w->symbols.p;
    struct tok_range *path = w->heap.p;
    for (uint32_t i = 0; i <= n; i++)
        r[i] = (struct reach){ 0, TOK_NONE, TOK_NONE };
    for (uint32_t at = 0, len; at < n; at += len) {
        (void)uni_at(p + at, &len);
        reach_from(t, r, p, at, n);
    }
    uint32_t n_path = 0;
    for (uint32_t to = n; to; to = r[to].from)          /* backwards; unknown ones that touch are one */
        if (r[to].id == t->special.unk && t->fuse_unk && n_path && last == t->special.unk) {
            path[n_path - 1].from = r[to].from;
        } else {
            path[n_path++] = (struct tok_range){ r[to].from, to };
            last = r[to].id;
        }
    while (n_path--) {
        struct tok_range x = path[n_path];
        if (r[x.to].from == x.from && r[x.to].id != t->special.unk)
            (void)tok_push(w, r[x.to].id);
        else
            push_uncovered(t, w, p, x.from, x.to);
    }
}

/* The longest token at the start of p, of those in the trie; its bytes in *len. */
static uint32_t longest(const struct tok_trie *trie, const uint8_t *p, size_t n, size_t *len)
{
    uint32_t best = TOK_NONE;
    for (uint32_t i = 0, node = 0; i < n && (node = tok_trie_step(trie, node, p[i])) != 0; i++)
        if (trie->nodes[node].id != TOK_NONE) {
            best = trie->nodes[node].id;
            *len = i + 1;
        }
    return best;
}

void tok_wordpiece(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n)
{
    size_t chars = 0, first = w->ids.n, len = 0;
    for (size_t i = 0; i < n; i++)
        chars += (p[i] & 0xC0) != 0x80;
    if (chars > t->max_word_chars) {
        (void)tok_push(w, t->special.unk);
        return;
    }
    for (size_t at = 0; at < n; at += len) {
        uint32_t id = longest(at ? &t->trie : &t->first_trie, p + at, n - at, &len);
        if (id == TOK_NONE) {
            w->ids.n = first;
            (void)tok_push(w, t->special.unk);
            return;
        }
        if (!tok_push(w, id))
            return;
    }
}
