// SPDX-License-Identifier: Apache-2.0
/* From the description to the tables that the encoder uses. */
#include <math.h>
#include <stdio.h>
#include "base/utf8.h"
#include "text/tok_int.h"

/* ---- GPT-2's alphabet: printable bytes stand for themselves, the others for U+0100 and on --- */

static bool stands_for_itself(unsigned b)
{
    return (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
}

uint32_t tok_byte_char(uint8_t byte)
{
    if (stands_for_itself(byte))
        return byte;
    if (byte <= 0x20)
        return 0x100u + byte;
    return byte == 0xAD ? 0x143 : byte + 0x100u + 0x21 - 0x7F;
}

int tok_char_byte(uint32_t cp)
{
    if (cp < 0x100)
        return stands_for_itself(cp) ? (int)cp : -1;
    if (cp <= 0x120)
        return (int)(cp - 0x100);
    if (cp <= 0x142)
        return (int)(cp - 0x121 + 0x7F);
    return cp == 0x143 ? 0xAD : -1;
}

/* The bytes that a text in that alphabet stands for; false when a character is none of it. */
static bool unspell(struct span text, struct arena *a, struct span *out, int *rc)
{
    char *p = arena_text(a, text.n + 1);
    size_t n = 0;
    if (!p)
        return *rc = ERR_MEMORY, false;
    for (size_t at = 0; at < text.n;) {
        uint32_t cp;
        unsigned len = utf8_next(span_sub(text, at, 4), &cp);
        int byte = len ? tok_char_byte(cp) : -1;
        if (byte < 0)
            return false;
        p[n++] = (char)byte;
        at += len;
    }
    *out = span_of(p, n);
    return true;
}

static struct span copy(struct span s, struct arena *a, int *rc)
{
    char *p = s.n ? arena_strn(a, s.p, s.n) : NULL;
    if (s.n && !p)
        *rc = ERR_MEMORY;
    return s.n ? span_of(p, s.n) : SPAN_NONE;
}

static int byte_of(struct span text)
{
    unsigned v = 0;
    if (text.n != 6 || memcmp(text.p, "<0x", 3) != 0 || text.p[5] != '>')
        return -1;
    for (int i = 3; i < 5; i++) {
        unsigned c = text.p[i], d = c - '0' < 10 ? c - '0' : c - 'A' < 6 ? c - 'A' + 10 : 99;
        if (d == 99)
            return -1;
        v = v * 16 + d;
    }
    return (int)v;
}

/* ---- tokens ------------------------------------------------------------------------------- */

static int check_token(const struct tok_spec *s, uint32_t id, struct err *e)
{
    const struct tok_token *x = &s->tokens[id];
    size_t bad;
    if (x->text.n > TOK_PIECE_MAX)
        return err_plain(e, ERR_LIMIT, "token %u has %zu bytes", id, x->text.n);
    if ((x->flags & TOK_ADDED) && x->text.n > TOK_ADDED_MAX)
        return err_plain(e, ERR_LIMIT, "added token %u has %zu bytes", id, x->text.n);
    if (!utf8_valid(x->text, &bad))
        return err_plain(e, ERR_FORMAT, "token %u is not UTF-8", id);
    if (!isfinite(x->score))
        return err_plain(e, ERR_FORMAT, "token %u has a score that is no number", id);
    return 0;
}

static int copy_tokens(struct tokenizer *t, const struct tok_spec *s, struct arena *a, struct err *e)
{
    int rc = 0;
    t->n_tokens = s->n_tokens;
    t->tokens = arena_array(a, s->n_tokens, sizeof *t->tokens);
    t->scores = s->kind == TOK_UNIGRAM ? arena_array(a, s->n_tokens, sizeof *t->scores) : NULL;
    if (!t->tokens || (s->kind == TOK_UNIGRAM && !t->scores))
        return err_memory(e);
    for (uint32_t i = 0; i < s->n_tokens && !rc; i++) {
        const struct tok_token *from = &s->tokens[i];
        struct tok_entry *to = &t->tokens[i];
        if (check_token(s, i, e))
            return e ? e->code : ERR_FORMAT;
        *to = (struct tok_entry){ .text = copy(from->text, a, &rc), .score32 = (float)from->score, .type = from->type,
                                  .flags = from->flags };
        if (from->type == TOK_CONTROL || from->type == TOK_UNKNOWN || from->type == TOK_BYTE || !from->text.n)
            to->flags &= (uint8_t)~TOK_IN_MODEL;
        to->key = to->text;
        if (t->byte_level && !t->spelled && (to->flags & TOK_IN_MODEL) && !unspell(to->text, a, &to->key, &rc))
            to->flags &= (uint8_t)~TOK_IN_MODEL;        /* the model sees bytes, and none spell this */
        if (t->scores)
            t->scores[i] = from->score;
    }
    return rc ? err_memory(e) : 0;
}

static int put(struct tokenizer *t, struct tok_table *x, uint32_t id, bool by_key, struct err *e)
{
    const struct tok_entry *one = &t->tokens[id];
    struct span k = by_key ? one->key : one->text;
    uint32_t hash = tok_hash(k.p, k.n), at = hash & x->mask;
    for (uint32_t probes = 0; x->slots[at].id; at = (at + 1) & x->mask) {
        const struct tok_entry *other = &t->tokens[x->slots[at].id - 1];
        if (x->slots[at].hash == hash && span_eq(by_key ? other->key : other->text, k))
            return err_plain(e, ERR_FORMAT, "tokens %u and %u are both '%.*s'", x->slots[at].id - 1, id,
                             k.n > 60 ? 60 : (int)k.n, (const char *)k.p);
        if (++probes > TOK_CHAIN_MAX)
            return err_plain(e, ERR_UNSAFE, "tokens collide as if made to, token %u", id);
    }
    x->slots[at] = (struct tok_slot){ id + 1, hash };
    x->max_bytes = k.n > x->max_bytes ? (uint32_t)k.n : x->max_bytes;
    return 0;
}

static int fill_tables(struct tokenizer *t, struct arena *a, struct err *e)
{
    int rc = tok_table_init(&t->by_text, t->n_tokens, a, e);
    if (!rc)
        rc = tok_table_init(&t->by_key, t->n_tokens, a, e);
    for (uint32_t i = 0; i < t->n_tokens && !rc; i++) {
        if (t->tokens[i].text.n)
            rc = put(t, &t->by_text, i, false, e);
        if (!rc && (t->tokens[i].flags & TOK_IN_MODEL))
            rc = put(t, &t->by_key, i, true, e);
    }
    return rc;
}

uint32_t tok_find(const struct tokenizer *t, struct span text)
{
    const struct tok_table *x = &t->by_text;
    if (!text.n || text.n > x->max_bytes)
        return TOK_NONE;
    uint32_t hash = tok_hash(text.p, text.n);
    for (uint32_t at = hash & x->mask; x->slots[at].id; at = (at + 1) & x->mask)
        if (x->slots[at].hash == hash && span_eq(t->tokens[x->slots[at].id - 1].text, text))
            return x->slots[at].id - 1;
    return TOK_NONE;
}

/* The tokens of single bytes and of single characters below 128. */
static void fill_bytes(struct tokenizer *t)
{
    t->all_bytes = true;
    for (unsigned b = 0; b < 256; b++) {
        uint8_t c = (uint8_t)b;
        char name[8];
        (void)snprintf(name, sizeof name, "<0x%02X>", b);
        uint32_t id = tok_find(t, span_str(name));
        t->bytes[b] = t->byte_level && !t->spelled ? tok_lookup(t, &c, 1) : t->byte_fallback ? id : TOK_NONE;
        t->all_bytes = t->all_bytes && t->bytes[b] != TOK_NONE;
        if (b < 128)
            t->ascii[b] = tok_lookup(t, &c, 1);
    }
}

/* ---- merges ------------------------------------------------------------------------------- */

static int bad_merge(uint32_t i, struct span part, struct err *e)
{
    return err_plain(e, ERR_FORMAT, "merge %u needs '%.*s', which is no token", i, part.n > 60 ? 60 : (int)part.n,
                     (const char *)part.p);
}

static int fill_merges(struct tokenizer *t, const struct tok_spec *s, struct arena *a, struct err *e)
{
    int rc = tok_pairs_init(&t->pairs, s->n_merges, a, e);
    static const size_t max = 2 * (size_t)TOK_PIECE_MAX;
    char *both = arena_text(a, max);
    if (!both)
        return err_memory(e);
    for (uint32_t i = 0; i < s->n_merges && !rc; i++) {
        struct span l = s->merges[i].left, r = s->merges[i].right;
        uint32_t left = tok_find(t, l), right = tok_find(t, r);
        if (left == TOK_NONE || right == TOK_NONE)
            return bad_merge(i, left == TOK_NONE ? l : r, e);
        memcpy(both, l.p, l.n);
        memcpy(both + l.n, r.p, r.n);
        struct span whole = span_of(both, l.n + r.n);
        uint32_t into = tok_find(t, whole);
        if (into == TOK_NONE)
            return bad_merge(i, whole, e);
        if (t->tokens[into].flags & TOK_IN_MODEL)       /* never a special token out of its letters */
            rc = tok_pairs_put(&t->pairs, (struct tok_pair){ left, right, i, into }, e);
    }
    return rc;
}

/* Where no token has byte b before U+2581, a text may be cut between the two: no merge crosses it. */
static void find_cuts(struct tokenizer *t)
{
    bool whole = t->kind == TOK_SPM || (t->kind == TOK_BPE && (!t->byte_level || t->spelled));
    t->may_cut = whole && (t->kind == TOK_SPM || t->all_bytes);
    for (uint32_t i = 0; i < t->n_tokens && t->may_cut; i++) {
        const struct tok_entry *x = &t->tokens[i];
        if (!(x->flags & TOK_IN_MODEL))
            continue;
        for (size_t at = 1; at + 3 <= x->key.n; at++)
            if (memcmp(x->key.p + at, TOK_MARK, 3) == 0)
                t->joins[x->key.p[at - 1]] = true;
    }
}

/* ---- tries -------------------------------------------------------------------------------- */

/* Which tokens go into which trie. */
static bool is_added(const struct tok_entry *x, bool normalized, bool user)
{
    return (x->flags & TOK_ADDED) && x->text.n && !(x->flags & TOK_NORMALIZED) == !normalized &&
           (!user || (x->type != TOK_CONTROL && x->type != TOK_UNKNOWN));
}

/* `w` NULL: texts as written. */
static int add_trie(const struct tokenizer *t, struct tok_trie *trie, bool normalized, bool user, struct arena *a,
                    struct arena *scratch, struct tok_work *w, struct err *e)
{
    size_t n = 0;
    int rc = 0;
    for (uint32_t i = 0; i < t->n_tokens; i++)
        n += is_added(&t->tokens[i], normalized, user);
    struct tok_key *keys = arena_array(scratch, n, sizeof *keys);
    if (!keys)
        return err_memory(e);
    n = 0;
    for (uint32_t i = 0; i < t->n_tokens; i++) {
        const struct tok_entry *x = &t->tokens[i];
        if (!is_added(x, normalized, user))
            continue;
        struct span text = w ? tok_normalize(t, w, x->text) : x->text;
        if (w && w->err.code)
            return *e = w->err, e->code;
        if (text.n > TOK_PIECE_MAX)
            return err_plain(e, ERR_LIMIT, "added token %u has %zu bytes once normalized", i, text.n);
        text = w ? copy(text, scratch, &rc) : text;
        if (text.n)
            keys[n++] = (struct tok_key){ text, i };
    }
    return rc ? err_memory(e) : tok_trie_init(trie, keys, n, a, e);
}

static int add_tries(struct tokenizer *t, struct arena *a, struct arena *scratch, struct err *e)
{
    struct tok_work *w;
    int rc = tok_work_new(&w, e);
    if (rc)
        return rc;
    rc = add_trie(t, &t->added, false, false, a, scratch, NULL, e);
    if (!rc)
        rc = add_trie(t, &t->added_user, false, true, a, scratch, NULL, e);
    if (!rc)
        rc = add_trie(t, &t->normal_raw, true, false, a, scratch, NULL, e);
    if (!rc)
        rc = add_trie(t, &t->normal, true, false, a, scratch, w, e);
    if (!rc)
        rc = add_trie(t, &t->normal_user, true, true, a, scratch, w, e);
    tok_work_free(w);
    return rc;
}

/* Tokens that begin with `prefix` and go on, without it; prefix empty: all, but not those that begin with `but`. */
static int model_trie(const struct tokenizer *t, struct tok_trie *trie, struct span prefix, struct span but, struct arena *a,
                      struct arena *scratch, struct err *e)
{
    struct tok_key *keys = arena_array(scratch, t->n_tokens, sizeof *keys);
    size_t n = 0;
    if (!keys)
        return err_memory(e);
    for (uint32_t i = 0; i < t->n_tokens; i++) {
        struct span k = t->tokens[i].key;
        bool fits = k.n >= prefix.n && (!prefix.n || memcmp(k.p, prefix.p, prefix.n) == 0);
        bool other = but.n && k.n > but.n && memcmp(k.p, but.p, but.n) == 0;
        if ((t->tokens[i].flags & TOK_IN_MODEL) && fits && !other && k.n > prefix.n)
            keys[n++] = (struct tok_key){ span_sub(k, prefix.n, k.n), i };
    }
    return tok_trie_init(trie, keys, n, a, e);
}

static int model_tries(struct tokenizer *t, struct arena *a, struct arena *scratch, struct err *e)
{
    if (t->kind == TOK_UNIGRAM) {
        double low = HUGE_VAL;
        for (uint32_t i = 0; i < t->n_tokens; i++)
            low = (t->tokens[i].flags & TOK_IN_MODEL) && t->scores[i] < low ? t->scores[i] : low;
        t->unk_score = (isfinite(low) ? low : 0) - 10;
        return model_trie(t, &t->trie, SPAN_NONE, SPAN_NONE, a, scratch, e);
    }
    if (t->kind != TOK_WORDPIECE)
        return 0;
    int rc = model_trie(t, &t->first_trie, t->word_prefix, SPAN_NONE, a, scratch, e);
    return rc ? rc : model_trie(t, &t->trie, t->cont_prefix, SPAN_NONE, a, scratch, e);
}

/* ---- what a token is in a text ------------------------------------------------------------- */

static struct span spaced(struct span text, struct span marker, const char *by, struct arena *a, int *rc)
{
    char *p = arena_text(a, text.n + 1);
    size_t n = 0;
    if (!p)
        return *rc = ERR_MEMORY, text;
    for (size_t at = 0; at < text.n;) {
        bool hit = marker.n && text.n - at >= marker.n && memcmp(text.p + at, marker.p, marker.n) == 0;
        if (!hit || *by)
            p[n++] = hit ? *by : (char)text.p[at];
        at += hit ? marker.n : 1;
    }
    return span_of(p, n);
}

/* Take out what `cleanup` of transformers takes out, of one token. */
static void clean_up(char *p, size_t *n)
{
    static const char *const pairs[][2] = { { " .", "." }, { " ?", "?" }, { " !", "!" }, { " ,", "," }, { " ' ", "'" },
        { " n't", "n't" }, { " 'm", "'m" }, { " do not", " don't" }, { " 's", "'s" }, { " 've", "'ve" }, { " 're", "'re" } };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t from = strlen(pairs[i][0]), to = strlen(pairs[i][1]), kept = 0;
        for (size_t at = 0; at < *n;) {
            if (*n - at >= from && memcmp(p + at, pairs[i][0], from) == 0) {
                memcpy(p + kept, pairs[i][1], to);
                kept += to;
                at += from;
            } else {
                p[kept++] = p[at++];
            }
        }
        *n = kept;
    }
}

static struct span word_piece(const struct tokenizer *t, struct span text, bool first, struct arena *a, int *rc)
{
    bool has = t->marker.n && text.n >= t->marker.n && memcmp(text.p, t->marker.p, t->marker.n) == 0;
    bool begins = t->word_prefix.n ? has : !has;        /* the marker begins a word, or goes on with one */
    struct span rest = has && (!first || t->word_prefix.n) ? span_sub(text, t->marker.n, text.n) : text;
    char *p = arena_text(a, rest.n + 2);
    size_t n = 0;
    if (!p)
        return *rc = ERR_MEMORY, text;
    if (begins && !first)
        p[n++] = ' ';
    if (rest.n)
        memcpy(p + n, rest.p, rest.n);
    n += rest.n;
    if (t->decode_cleanup)
        clean_up(p, &n);
    return span_of(p, n);
}

static struct span plain_piece(const struct tokenizer *t, uint32_t id, struct arena *a, int *rc)
{
    struct span text = t->tokens[id].text, out;
    bool is_text = t->tokens[id].type == TOK_CONTROL || t->tokens[id].type == TOK_UNKNOWN || t->tokens[id].type == TOK_USER;
    if (t->decoder == TOK_DECODE_BYTE_LEVEL)
        return unspell(text, a, &out, rc) ? out : text;
    if (t->decoder == TOK_DECODE_SPACES) {
        int byte = t->byte_fallback ? byte_of(text) : -1;
        if (byte >= 0)
            return copy(span_of(&(char){ (char)byte }, 1), a, rc);
        return is_text && t->kind == TOK_SPM ? text : spaced(text, t->marker, " ", a, rc);
    }
    return text;
}

static int fill_pieces(struct tokenizer *t, struct arena *a, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0; i < t->n_tokens && !rc; i++) {
        struct tok_entry *x = &t->tokens[i];
        if (t->decoder == TOK_DECODE_WORDPIECE || t->decoder == TOK_DECODE_WORDS) {
            bool words = t->decoder == TOK_DECODE_WORDPIECE;
            x->piece = words ? word_piece(t, x->text, false, a, &rc) : x->text;
            x->piece_first = words ? word_piece(t, x->text, true, a, &rc) : x->text;
            continue;
        }
        x->piece = x->piece_first = plain_piece(t, i, a, &rc);
        if (t->decode_strip == 1 && x->piece.n && x->piece.p[0] == ' ')
            x->piece_first = span_sub(x->piece, 1, x->piece.n);
        if (t->decode_strip == 2)
            x->piece_first = spaced(x->text, t->marker, "", a, &rc);
    }
    return rc ? err_memory(e) : 0;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static int check_ids(const struct tok_spec *s, struct err *e)
{
    const uint32_t ids[] = { s->bos, s->eos, s->unk, s->sep, s->pad, s->cls, s->mask, s->eot };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (ids[i] != TOK_NONE && ids[i] >= s->n_tokens)
            return err_plain(e, ERR_FORMAT, "special token %u is beyond the %u tokens", ids[i], s->n_tokens);
    for (uint32_t i = 0; i < s->n_prefix + s->n_suffix; i++) {
        uint32_t id = i < s->n_prefix ? s->prefix[i] : s->suffix[i - s->n_prefix];
        if (id >= s->n_tokens)
            return err_plain(e, ERR_FORMAT, "token %u, put at the ends, is beyond the %u tokens", id, s->n_tokens);
    }
    if ((s->kind == TOK_UNIGRAM || s->kind == TOK_WORDPIECE) && s->unk == TOK_NONE)
        return err_plain(e, ERR_FORMAT, "a %s vocabulary needs an unknown token", tok_kind_name(s->kind));
    return 0;
}

static int check_spec(const struct tok_spec *s, struct err *e)
{
    if (!s->n_tokens || s->n_tokens > TOK_TOKENS_MAX)
        return err_plain(e, s->n_tokens ? ERR_LIMIT : ERR_FORMAT, "the vocabulary has %u tokens", s->n_tokens);
    if (s->n_merges > TOK_MERGES_MAX)
        return err_plain(e, ERR_LIMIT, "the vocabulary has %u merges", s->n_merges);
    if (s->n_norms > TOK_STEPS_MAX || s->n_pres > TOK_STEPS_MAX || s->n_prefix > TOK_STEPS_MAX || s->n_suffix > TOK_STEPS_MAX)
        return err_plain(e, ERR_LIMIT, "a tokenizer has %u normalizers, splits or tokens at an end at most", TOK_STEPS_MAX);
    return check_ids(s, e);
}

static int copy_ids(const uint32_t *ids, uint32_t n, struct arena *a, uint32_t **out, struct err *e)
{
    *out = arena_array(a, n, sizeof **out);
    if (!*out)
        return err_memory(e);
    if (n)
        memcpy(*out, ids, n * sizeof **out);
    return 0;
}

static int copy_steps(struct tokenizer *t, const struct tok_spec *s, struct arena *a, struct err *e)
{
    int rc = 0;
    t->changes = arena_array(a, s->n_norms, sizeof *t->changes);
    t->steps = arena_array(a, s->n_pres, sizeof *t->steps);
    if (!t->changes || !t->steps)
        return err_memory(e);
    for (uint32_t i = 0; i < s->n_norms && !rc; i++) {
        struct tok_change *c = &t->changes[t->n_changes++];
        c->norm = s->norms[i];
        c->norm.a = copy(s->norms[i].a, a, &rc);
        c->norm.b = copy(s->norms[i].b, a, &rc);
        rc = rc ? err_memory(e) : tok_norm_check(&c->norm, e);
        if (!rc && c->norm.is_regex)
            rc = tok_regex_compile(c->norm.a, a, &c->regex, e);
    }
    for (uint32_t i = 0; i < s->n_pres && !rc; i++) {
        struct tok_step *x = &t->steps[t->n_steps++];
        x->pre = s->pres[i];
        x->pre.a = copy(s->pres[i].a, a, &rc);
        if (x->pre.kind == TOK_PRE_BYTE_LEVEL) {
            if (t->byte_level)
                return err_plain(e, ERR_FORMAT, "two byte-level steps in one tokenizer");
            t->byte_level = true;
            t->spelled = i + 1 < s->n_pres;
        }
        rc = rc ? err_memory(e) : tok_step_init(x, a, e);
    }
    if (!rc && t->byte_level && s->kind != TOK_BPE)
        return err_plain(e, ERR_FORMAT, "a byte-level step belongs to BPE, not to %s", tok_kind_name(s->kind));
    return rc;
}

static int build(struct tokenizer *t, const struct tok_spec *s, struct arena *a, struct arena *scratch, struct err *e)
{
    int rc = copy_steps(t, s, a, e);
    if (!rc)
        rc = copy_tokens(t, s, a, e);
    if (!rc)
        rc = fill_tables(t, a, e);
    if (rc)
        return rc;
    fill_bytes(t);
    if (t->kind == TOK_BPE) {
        t->whole = arena_array(a, t->n_tokens, sizeof *t->whole);
        rc = t->whole ? fill_merges(t, s, a, e) : err_memory(e);
    }
    if (!rc)
        rc = model_tries(t, a, scratch, e);
    if (!rc)
        rc = add_tries(t, a, scratch, e);
    if (!rc)
        rc = fill_pieces(t, a, e);
    if (!rc)
        find_cuts(t);
    return rc;
}

int tok_new(const struct tok_spec *s, struct arena *a, struct tokenizer **out, struct err *e)
{
    struct arena scratch;
    struct err local = { 0 };
    int rc = check_spec(s, &local), copied = 0;
    struct tokenizer *t = rc ? NULL : arena_alloc(a, sizeof *t);
    if (!rc && !t)
        rc = err_memory(&local);
    if (!rc) {
        *t = (struct tokenizer){
            .kind = s->kind, .byte_fallback = s->byte_fallback, .ignore_merges = s->ignore_merges, .fuse_unk = s->fuse_unk,
            .n_prefix = s->n_prefix, .n_suffix = s->n_suffix, .max_word_chars = s->max_word_chars, .decoder = s->decoder,
            .decode_strip = s->decode_strip, .decode_cleanup = s->decode_cleanup,
            .special = { s->bos, s->eos, s->unk, s->sep, s->pad, s->cls, s->mask, s->eot },
            .word_prefix = copy(s->word_prefix, a, &copied), .cont_prefix = copy(s->cont_prefix, a, &copied),
            .marker = copy(s->marker, a, &copied) };
        rc = copied ? err_memory(&local) : copy_ids(s->prefix, s->n_prefix, a, &t->prefix, &local);
    }
    if (!rc)
        rc = copy_ids(s->suffix, s->n_suffix, a, &t->suffix, &local);
    arena_init(&scratch, (size_t)4 << 30);
    if (!rc)
        rc = build(t, s, a, &scratch, &local);
    arena_fini(&scratch);
    if (!rc)
        *out = t;
    else if (e)
        *e = local;
    return rc;
}
