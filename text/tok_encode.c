// SPDX-License-Identifier: Apache-2.0
/* Segments to ids: make the text valid, cut added tokens out, normalize, split, and give the pieces to the model. */
#include "base/mem.h"
#include "base/utf8.h"
#include "text/tok_int.h"

/* ---- scratch ------------------------------------------------------------------------------ */

int tok_work_new(struct tok_work **out, struct err *e)
{
    struct tok_work *w = mem_realloc(NULL, sizeof *w);
    if (!w)
        return err_memory(e);
    *w = (struct tok_work){ 0 };
    struct buf *const bufs[] = { &w->text, &w->clean, &w->normal, &w->spare, &w->run };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_init(bufs[i], TOK_NORMAL_MAX);
    w->run.max_bytes = 8 * TOK_TEXT_MAX;
    *out = w;
    return 0;
}

void tok_work_free(struct tok_work *w)
{
    if (!w)
        return;
    struct tok_vec *const vecs[] = { &w->ids, &w->pieces, &w->pieces_too, &w->symbols, &w->heap, &w->cuts };
    struct buf *const bufs[] = { &w->text, &w->clean, &w->normal, &w->spare, &w->run };
    for (size_t i = 0; i < sizeof vecs / sizeof *vecs; i++)
        mem_free(vecs[i]->p);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_fini(bufs[i]);
    tok_regex_free_match(w);
    mem_free(w);
}

bool tok_reserve(struct tok_work *w, struct tok_vec *v, size_t n, size_t size)
{
    size_t cap = v->cap ? v->cap : 4096;
    if (w->err.code)
        return false;
    if (n <= v->cap / size)
        return true;
    while (cap / size < n)
        cap *= 2;                       /* n is bounded by the text, cap stays far from wrapping */
    void *p = mem_realloc(v->p, cap);
    if (!p) {
        (void)err_memory(&w->err);
        return false;
    }
    v->p = p;
    v->cap = cap;
    return true;
}

int tok_fail(struct tok_work *w, int code, const char *text)
{
    return w->err.code ? w->err.code : err_plain(&w->err, code, "%s", text);
}

static bool check_buf(struct tok_work *w, const struct buf *b)
{
    if (b->error == ERR_MEMORY)
        (void)err_memory(&w->err);
    else if (b->error)
        (void)tok_fail(w, ERR_LIMIT, "the text is too long once it is normalized");
    return !w->err.code;
}

/* ---- valid UTF-8 -------------------------------------------------------------------------- */

/* Bytes of the maximal part at p that could begin a character, when there is none: 1 to 3. */
static size_t invalid_part(struct span s)
{
    uint8_t a = s.p[0], b = s.n > 1 ? s.p[1] : 0, low = 0x80, high = 0xBF;
    unsigned want = a >= 0xC2 && a <= 0xDF ? 1 : a >= 0xE0 && a <= 0xEF ? 2 : a >= 0xF0 && a <= 0xF4 ? 3 : 0;
    low = a == 0xE0 ? 0xA0 : a == 0xF0 ? 0x90 : low;
    high = a == 0xED ? 0x9F : a == 0xF4 ? 0x8F : high;
    if (want < 2 || b < low || b > high)
        return 1;
    return want == 3 && s.n > 2 && (s.p[2] & 0xC0) == 0x80 ? 3 : 2;
}

bool tok_make_valid(struct span in, struct buf *out)
{
    size_t at = 0, from = 0;
    if (utf8_valid(in, &at))
        return false;
    while (at < in.n) {
        uint32_t cp;
        unsigned n = in.p[at] < 0x80 ? 1 : utf8_next(span_sub(in, at, 4), &cp);
        if (n) {
            at += n;
            continue;
        }
        buf_add(out, in.p + from, at - from);
        buf_str(out, "\xef\xbf\xbd");
        at += invalid_part(span_sub(in, at, 4));
        from = at;
    }
    buf_add(out, in.p + from, at - from);
    return true;
}

/* ---- added tokens ------------------------------------------------------------------------- */

/* Rust's \w, which the reference asks when a token is to stand alone. */
static bool is_word(uint32_t cp)
{
    return uni_is(cp, UNI_L | UNI_M | UNI_BIT(UNI_ND) | UNI_BIT(UNI_NL) | UNI_BIT(UNI_PC)) || cp - 0x200C < 2 ||
           cp - 0x24B6 < 52 || cp - 0x1F130 < 26 || cp - 0x1F150 < 26 || cp - 0x1F170 < 26;
}

static size_t before(struct span s, size_t at)          /* where the character before begins */
{
    while (at && (s.p[--at] & 0xC0) == 0x80)
        ;
    return at;
}

static bool stands_alone(struct span s, size_t from, size_t to)
{
    unsigned n;
    if (from && is_word(uni_at(s.p + before(s, from), &n)))
        return false;
    return to == s.n || !is_word(uni_at(s.p + to, &n));
}

static size_t space_before(struct span s, size_t at, size_t least)
{
    for (unsigned n; at > least && uni_is(uni_at(s.p + before(s, at), &n), UNI_SPACE);)
        at = before(s, at);
    return at;
}

static size_t space_after(struct span s, size_t at)
{
    for (unsigned n; at < s.n && uni_is(uni_at(s.p + at, &n), UNI_SPACE);)
        at += n;
    return at;
}

/* What the text is cut into: a token, or [from, to) of text when id is TOK_NONE. */
struct cut { size_t from, to; uint32_t id; };

static bool add_cut(struct tok_work *w, struct cut c)
{
    if (!tok_reserve(w, &w->cuts, w->cuts.n + 1, sizeof c))
        return false;
    ((struct cut *)w->cuts.p)[w->cuts.n++] = c;
    return true;
}

/* The longest added token at `at`; its bytes in *n. */
static uint32_t added_at(const struct tok_trie *trie, struct span s, size_t at, size_t *n)
{
    uint32_t best = TOK_NONE;
    for (uint32_t i = 0, node = 0; at + i < s.n && (node = tok_trie_step(trie, node, s.p[at + i])) != 0; i++)
        if (trie->nodes[node].id != TOK_NONE) {
            best = trie->nodes[node].id;
            *n = i + 1;
        }
    return best;
}

/* Cut `s`, which begins at `base` of the whole, by the tokens of a trie. */
static void cut_text(const struct tokenizer *t, struct tok_work *w, const struct tok_trie *trie, struct span s, size_t base)
{
    size_t done = 0;
    for (size_t at = 0, n = 0; at < s.n;) {
        uint32_t id = trie->first[s.p[at]] ? added_at(trie, s, at, &n) : TOK_NONE;
        if (id == TOK_NONE) {
            at++;
            continue;
        }
        size_t from = at, to = at + n;
        uint8_t flags = t->tokens[id].flags;
        at = to;
        if ((flags & TOK_SINGLE_WORD) && !stands_alone(s, from, to))
            continue;
        if (flags & TOK_LSTRIP)
            from = space_before(s, from, done);
        if (flags & TOK_RSTRIP)
            to = space_after(s, to);
        if (done < from && !add_cut(w, (struct cut){ base + done, base + from, TOK_NONE }))
            return;
        if (!add_cut(w, (struct cut){ base + from, base + to, id }))
            return;
        done = at = to;
    }
    if (done < s.n)
        (void)add_cut(w, (struct cut){ base + done, base + s.n, TOK_NONE });
}

/* ---- pieces to ids ------------------------------------------------------------------------- */

/* One piece; cut further before U+2581 where no token reaches over. */
static void encode_cut(const struct tokenizer *t, struct tok_work *w, struct span s)
{
    size_t from = 0;
    for (size_t at = 1; at + 3 <= s.n; at++) {
        const uint8_t *hit = memchr(s.p + at, 0xE2, s.n - at - 2);
        if (!hit)
            break;
        at = (size_t)(hit - s.p);
        if (memcmp(hit, TOK_MARK, 3) != 0 || t->joins[hit[-1]])
            continue;
        (t->kind == TOK_SPM ? tok_spm : tok_bpe)(t, w, s.p + from, at - from);
        if (w->err.code)
            return;
        from = at;
    }
    (t->kind == TOK_SPM ? tok_spm : tok_bpe)(t, w, s.p + from, s.n - from);
}

static void encode_pieces(const struct tokenizer *t, struct tok_work *w, struct span text)
{
    for (size_t i = 0; i < w->pieces.n && !w->err.code; i++) {
        struct tok_range r = ((const struct tok_range *)w->pieces.p)[i];
        struct span s = span_sub(text, r.from, r.to - r.from);
        if (t->kind == TOK_UNIGRAM)
            tok_unigram(t, w, s.p, s.n);
        else if (t->kind == TOK_WORDPIECE)
            tok_wordpiece(t, w, s.p, s.n);
        else if (t->may_cut)
            encode_cut(t, w, s);
        else
            tok_bpe(t, w, s.p, s.n);
    }
}

static void encode_part(const struct tokenizer *t, struct tok_work *w, struct span text)
{
    if (!text.n)
        return;
    tok_split(t, w, &text);
    if (!w->err.code)
        encode_pieces(t, w, text);
}

/* Text between two tokens: normalize, and cut out what is looked for only now. `trusted`: special tokens too. */
static void encode_text(const struct tokenizer *t, struct tok_work *w, struct span text, bool trusted)
{
    const struct tok_trie *trie = trusted ? &t->normal : &t->normal_user;
    struct span s = t->n_changes ? tok_normalize(t, w, text) : text;
    if (w->err.code)
        return;
    if (trie->n < 2) {
        encode_part(t, w, s);
        return;
    }
    size_t first = w->cuts.n;
    cut_text(t, w, trie, s, 0);
    for (size_t i = first; i < w->cuts.n && !w->err.code; i++) {
        struct cut c = ((const struct cut *)w->cuts.p)[i];
        if (c.id != TOK_NONE)
            (void)tok_push(w, c.id);
        else
            encode_part(t, w, span_sub(s, c.from, c.to - c.from));
        w->at_start = false;
    }
    w->cuts.n = first;
}

/* ---- segments ------------------------------------------------------------------------------- */

/* All segments as one text in w->text, each made valid; ends[i] is where segment i ends, in w->pieces_too. */
static bool join(struct tok_work *w, const struct tok_segment *s, size_t n, struct err *e)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i].text.n > TOK_TEXT_MAX - total)
            return err_plain(e, ERR_LIMIT, "the text is longer than %zu bytes", TOK_TEXT_MAX), false;
        total += s[i].text.n;
    }
    buf_reset(&w->text);
    if (!tok_reserve(w, &w->pieces_too, n + 1, sizeof(struct tok_range)))
        return false;
    struct tok_range *runs = w->pieces_too.p;
    w->pieces_too.n = 0;
    for (size_t i = 0; i < n;) {
        bool trusted = s[i].parse_special;
        buf_reset(&w->clean);
        for (; i < n && s[i].parse_special == trusted; i++)
            buf_span(&w->clean, s[i].text);
        if (check_buf(w, &w->clean) && !tok_make_valid(buf_view(&w->clean), &w->text))
            buf_span(&w->text, buf_view(&w->clean));
        if (!check_buf(w, &w->text))
            return false;
        runs[w->pieces_too.n++] = (struct tok_range){ (uint32_t)w->text.n, trusted };
    }
    return true;
}

/* Texts that touch, of two runs, are one again; what is trusted in it, `runs` tells. */
static void encode_cuts(const struct tokenizer *t, struct tok_work *w, bool all_trusted)
{
    struct span whole = buf_view(&w->text);
    for (size_t i = 0, n = w->cuts.n; i < n && !w->err.code; i++) {
        struct cut c = ((const struct cut *)w->cuts.p)[i];
        if (c.id != TOK_NONE) {
            (void)tok_push(w, c.id);
            continue;
        }
        for (; i + 1 < n && ((const struct cut *)w->cuts.p)[i + 1].id == TOK_NONE; i++)
            c.to = ((const struct cut *)w->cuts.p)[i + 1].to;
        w->at_start = c.from == 0;
        encode_text(t, w, span_sub(whole, c.from, c.to - c.from), all_trusted);
    }
}

/* Cut the texts among the cuts from `first` on by one more trie. */
static void cut_again(const struct tokenizer *t, struct tok_work *w, const struct tok_trie *trie, size_t first)
{
    size_t end = w->cuts.n;
    for (size_t i = first; i < end && !w->err.code; i++) {
        struct cut c = ((const struct cut *)w->cuts.p)[i];
        if (c.id == TOK_NONE)
            cut_text(t, w, trie, span_sub(buf_view(&w->text), c.from, c.to - c.from), c.from);
        else
            (void)add_cut(w, c);
    }
    if (end == first)
        return;
    memmove((struct cut *)w->cuts.p + first, (struct cut *)w->cuts.p + end, (w->cuts.n - end) * sizeof(struct cut));
    w->cuts.n -= end - first;
}

static void encode(const struct tokenizer *t, struct tok_work *w, const struct tok_segment *s, size_t n)
{
    if (!join(w, s, n, &w->err))
        return;
    size_t from = 0, n_runs = w->pieces_too.n;
    bool mixed = n_runs > 1;
    const struct tok_range *runs = w->pieces_too.p;
    w->cuts.n = 0;
    for (size_t i = 0; i < n_runs && !w->err.code; i++) {
        size_t first = w->cuts.n;
        cut_text(t, w, runs[i].to ? &t->added : &t->added_user, span_sub(buf_view(&w->text), from, runs[i].from - from), from);
        if (mixed && runs[i].to && t->normal_raw.n > 1)
            cut_again(t, w, &t->normal_raw, first);     /* once joined, nobody can tell what was trusted */
        from = runs[i].from;
    }
    encode_cuts(t, w, n_runs == 1 && runs[0].to);
}

int tok_encode(const struct tokenizer *t, const struct tok_segment *segments, size_t n, bool add_special,
               struct tok_work *w, struct tok_ids *out, struct err *e)
{
    w->err = (struct err){ 0 };
    w->ids.n = 0;
    w->regex_budget = 0;
    for (uint32_t i = 0; add_special && i < t->n_prefix; i++)
        (void)tok_push(w, t->prefix[i]);
    encode(t, w, segments, n);
    for (uint32_t i = 0; add_special && i < t->n_suffix; i++)
        (void)tok_push(w, t->suffix[i]);
    if (w->err.code) {
        if (e)
            *e = w->err;
        return w->err.code;
    }
    *out = (struct tok_ids){ w->ids.p, w->ids.n };
    return 0;
}
