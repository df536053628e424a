// SPDX-License-Identifier: Apache-2.0
/* The two models that merge neighbours: BPE by the rank of the pair, SentencePiece's by the score of what comes out.
 *
 *     symbols, a list:   h  e  l  l  o         candidates, a heap:  (rank, place) of each pair that merges
 *     best candidate     h  e  ll -  o         the pairs with its neighbours are new candidates
 *
 * Each merge costs O(log n) and leaves one symbol less, so any text costs O(n log n). */
#include "text/tok_int.h"

struct symbol { uint32_t id, prev, next; };             /* id TOK_NONE: merged away */
struct candidate { uint64_t key; uint32_t into, left, right; };     /* key: rank << 32 | place */

/* ---- the heap ----------------------------------------------------------------------------- */

static void sift_up(struct candidate *h, size_t at)
{
    struct candidate x = h[at];
    for (; at && h[(at - 1) / 2].key > x.key; at = (at - 1) / 2)
        h[at] = h[(at - 1) / 2];
    h[at] = x;
}

static void sift_down(struct candidate *h, size_t n, size_t at)
{
    struct candidate x = h[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && h[child + 1].key < h[child].key)
            child++;
        if (x.key <= h[child].key)
            break;
        h[at] = h[child];
    }
    h[at] = x;
}

static bool push(struct tok_work *w, struct candidate c)
{
    if ((w->heap.n + 1) * sizeof c > w->heap.cap && !tok_reserve(w, &w->heap, w->heap.n + 1, sizeof c))
        return false;
    struct candidate *h = w->heap.p;
    h[w->heap.n] = c;
    sift_up(h, w->heap.n++);
    return true;
}

static struct candidate pop(struct tok_work *w)
{
    struct candidate *h = w->heap.p, top = h[0];
    h[0] = h[--w->heap.n];
    if (w->heap.n)
        sift_down(h, w->heap.n, 0);
    return top;
}

/* ---- BPE ---------------------------------------------------------------------------------- */

static void add_symbol(struct tok_work *w, uint32_t id)
{
    struct symbol *s = w->symbols.p;                     /* room for one a byte was made */
    uint32_t at = (uint32_t)w->symbols.n++;
    s[at] = (struct symbol){ id, at - 1, at + 1 };       /* at - 1 of the first is TOK_NONE */
}

/* The symbol, or symbols, of one character that is no token. `unk`: one is waiting to be added. */
static void add_unknown(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, unsigned n, bool *unk)
{
    unsigned found = 0;
    while (t->byte_fallback && found < n && t->bytes[p[found]] != TOK_NONE)
        found++;
    if (t->byte_fallback && found == n) {
        for (unsigned i = 0; i < n; i++)
            add_symbol(w, t->bytes[p[i]]);
        return;
    }
    if (t->special.unk == TOK_NONE)
        return;                                         /* as the reference does: the character is dropped */
    if (*unk && !t->fuse_unk)
        add_symbol(w, t->special.unk);
    *unk = true;
}

static void add_chars(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n)
{
    bool unk = false;
    for (size_t at = 0; at < n;) {
        unsigned len = 1;
        if (p[at] >= 0x80)
            (void)uni_at(p + at, &len);
        uint32_t id = len == 1 ? t->ascii[p[at]] : tok_lookup(t, p + at, len);
        if (id == TOK_NONE) {
            add_unknown(t, w, p + at, len, &unk);
        } else {
            if (unk)
                add_symbol(w, t->special.unk);
            unk = false;
            add_symbol(w, id);
        }
        at += len;
    }
    if (unk)
        add_symbol(w, t->special.unk);
}

static bool begin(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n)
{
    w->symbols.n = w->heap.n = 0;
    if (!tok_reserve(w, &w->symbols, n + 1, sizeof(struct symbol)))
        return false;
    if (t->byte_level && !t->spelled) {
        for (size_t i = 0; i < n; i++)
            if (t->bytes[p[i]] != TOK_NONE)             /* the reference drops a byte that is no token, too */
                add_symbol(w, t->bytes[p[i]]);
    } else {
        add_chars(t, w, p, n);
    }
    if (w->symbols.n)
        ((struct symbol *)w->symbols.p)[w->symbols.n - 1].next = TOK_NONE;
    return true;
}

static bool offer(const struct tokenizer *t, struct tok_work *w, uint32_t at, uint32_t next)
{
    const struct symbol *s = w->symbols.p;
    const struct tok_pair *x = tok_pairs_get(&t->pairs, s[at].id, s[next].id);
    return !x || push(w, (struct candidate){ (uint64_t)x->rank << 32 | at, x->into, x->left, x->right });
}

static bool merge_all(const struct tokenizer *t, struct tok_work *w)
{
    struct symbol *s = w->symbols.p;
    for (uint32_t i = 0; i + 1 < w->symbols.n; i++)
        if (!offer(t, w, i, i + 1))
            return false;
    while (w->heap.n) {
        struct candidate c = pop(w);
        uint32_t at = (uint32_t)c.key, next = s[at].next;
        if (s[at].id == TOK_NONE || next == TOK_NONE)
            continue;
        if (s[at].id != c.left || s[next].id != c.right) {
            /* Another pair stands here by now. As in the reference it merges, if into the same token. */
            const struct tok_pair *now = tok_pairs_get(&t->pairs, s[at].id, s[next].id);
            if (!now || now->into != c.into)
                continue;
        }
        s[at].id = c.into;
        s[at].next = s[next].next;
        s[next].id = TOK_NONE;
        if (s[at].next != TOK_NONE)
            s[s[at].next].prev = at;
        if (s[at].prev != TOK_NONE && !offer(t, w, s[at].prev, at))
            return false;
        if (s[at].next != TOK_NONE && !offer(t, w, at, s[at].next))
            return false;
    }
    return true;
}

void tok_bpe(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n)
{
    uint32_t whole = tok_lookup(t, p, n);
    if (whole != TOK_NONE) {
        bool yes = t->ignore_merges || atomic_load_explicit(&t->whole[whole], memory_order_relaxed) == WHOLE_YES;
        if (yes) {
            (void)tok_push(w, whole);
            return;
        }
    }
    if (!begin(t, w, p, n) || !merge_all(t, w))
        return;
    const struct symbol *s = w->symbols.p;
    size_t first = w->ids.n;
    for (uint32_t at = 0; at < w->symbols.n && at != TOK_NONE; at = s[at].next)
        if (!tok_push(w, s[at].id))
            return;
    if (whole != TOK_NONE) {                            /* what comes out never changes: remember it */
        bool yes = w->ids.n == first + 1 && ((const uint32_t *)w->ids.p)[first] == whole;
        atomic_store_explicit(&t->whole[whole], yes ? WHOLE_YES : WHOLE_NO, memory_order_relaxed);
    }
}

/* ---- SentencePiece's ------------------------------------------------------------------------ */

struct part { uint32_t from, n, id, prev, next; };       /* n 0: merged away */

/* The better score sorts first. */
static uint64_t key_of(float score, uint32_t at)
{
    uint32_t bits;
    memcpy(&bits, &score, 4);
    bits = bits & 0x80000000u ? ~bits : bits | 0x80000000u;     /* as unsigned, in the order of the scores */
    return (uint64_t)~bits << 32 | at;
}

static bool offer_text(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, uint32_t left, uint32_t right)
{
    const struct part *s = w->symbols.p;
    if (left == TOK_NONE || right == TOK_NONE)
        return true;
    uint32_t n = s[left].n + s[right].n, id = tok_lookup(t, p + s[left].from, n);
    if (id == TOK_NONE)
        return true;
    return push(w, (struct candidate){ key_of(t->tokens[id].score32 + 0.0f, left), id, right, n });
}

static void push_part(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, struct part x)
{
    if (x.id != TOK_NONE) {
        (void)tok_push(w, x.id);
        return;
    }
    for (uint32_t i = 0; i < x.n; i++) {
        uint32_t id = t->bytes[p[x.from + i]];
        if (id == TOK_NONE && t->special.unk == TOK_NONE) {
            (void)tok_fail(w, ERR_FORMAT, "no token stands for a byte of the text");
            return;
        }
        (void)tok_push(w, id == TOK_NONE ? t->special.unk : id);
        if (id == TOK_NONE)
            return;                                     /* one unknown token a character */
    }
}

void tok_spm(const struct tokenizer *t, struct tok_work *w, const uint8_t *p, size_t n)
{
    w->symbols.n = w->heap.n = 0;
    if (!tok_reserve(w, &w->symbols, n + 1, sizeof(struct part)))
        return;
    struct part *s = w->symbols.p;
    uint32_t count = 0;
    for (uint32_t at = 0, len; at < n; at += len) {
        (void)uni_at(p + at, &len);
        s[count] = (struct part){ at, len, tok_lookup(t, p + at, len), count - 1, count + 1 };
        count++;
    }
    if (count)
        s[count - 1].next = TOK_NONE;
    for (uint32_t i = 0; i + 1 < count; i++)
        if (!offer_text(t, w, p, i, i + 1))
            return;
    while (w->heap.n) {
        struct candidate c = pop(w);
        uint32_t left = (uint32_t)c.key, right = c.left, whole = c.right;
        if (!s[left].n || !s[right].n || s[left].n + s[right].n != whole)
            continue;
        s[left].n = whole;
        s[left].id = c.into;
        s[left].next = s[right].next;
        s[right].n = 0;
        if (s[left].next != TOK_NONE)
            s[s[left].next].prev = left;
        if (!offer_text(t, w, p, s[left].prev, left) || !offer_text(t, w, p, left, s[left].next))
            return;
    }
    for (uint32_t at = 0; at < count && at != TOK_NONE && !w->err.code; at = s[at].next)
        push_part(t, w, p, s[at]);
}
