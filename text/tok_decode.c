// SPDX-License-Identifier: Apache-2.0
/* Ids to text, and what the vocabulary says of a token. */
#include "base/utf8.h"
#include "text/tok_int.h"

static const char *const kind_names[] = { [TOK_BPE] = "bpe", [TOK_SPM] = "spm", [TOK_UNIGRAM] = "unigram",
                                          [TOK_WORDPIECE] = "wordpiece" };

enum tok_kind tok_kind(const struct tokenizer *t) { return t->kind; }
const char *tok_kind_name(enum tok_kind kind) { return kind <= TOK_WORDPIECE ? kind_names[kind] : "unknown"; }
uint32_t tok_count(const struct tokenizer *t) { return t->n_tokens; }
struct tok_special tok_special(const struct tokenizer *t) { return t->special; }

struct span tok_text(const struct tokenizer *t, uint32_t id)
{
    return id < t->n_tokens ? t->tokens[id].text : SPAN_NONE;
}

enum tok_type tok_type(const struct tokenizer *t, uint32_t id)
{
    return id < t->n_tokens ? (enum tok_type)t->tokens[id].type : TOK_HOLE;
}

bool tok_is_end(const struct tokenizer *t, uint32_t id)
{
    return id < t->n_tokens && (id == t->special.eos || (t->tokens[id].flags & TOK_END));
}

struct span tok_piece(const struct tokenizer *t, uint32_t id, bool first)
{
    if (id >= t->n_tokens)
        return SPAN_NONE;
    return first ? t->tokens[id].piece_first : t->tokens[id].piece;
}

bool tok_name_ends(struct span text, bool turn)
{
    static const char *const turns[] = { "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>",
        "<|end_of_text|>", "<EOT>", "_<EOT>", "[EOT]", "<\uff5cend\u2581of\u2581sentence\uff5c>", "<end_of_utterance>" };
    static const char *const others[] = { "<|return|>", "<|call|>", "<|eom_id|>", "[EOS]", "<eos>", "<turn|>" };
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        if (span_is(text, turns[i]))
            return true;
    for (size_t i = 0; !turn && i < sizeof others / sizeof *others; i++)
        if (span_is(text, others[i]))
            return true;
    return false;
}

/* ---- the stream --------------------------------------------------------------------------- */

void tok_stream_begin(struct tok_stream *s, const struct tokenizer *t, bool special)
{
    *s = (struct tok_stream){ .t = t, .special = special };
}

/* Could these bytes, which are no character, be the start of one? */
static bool may_go_on(const uint8_t *p, size_t n)
{
    uint8_t a = p[0], b = n > 1 ? p[1] : 0;
    unsigned want = a >= 0xC2 && a <= 0xDF ? 2 : a >= 0xE0 && a <= 0xEF ? 3 : a >= 0xF0 && a <= 0xF4 ? 4 : 0;
    uint8_t low = a == 0xE0 ? 0xA0 : a == 0xF0 ? 0x90 : 0x80, high = a == 0xED ? 0x9F : a == 0xF4 ? 0x8F : 0xBF;
    if (n >= want)
        return false;
    return n < 2 || (b >= low && b <= high && (n < 3 || (p[2] & 0xC0) == 0x80));
}

/* Take one byte: what is held is the start of a character, never more. */
static void take(struct tok_stream *s, uint8_t byte, struct buf *out)
{
    uint32_t cp;
    s->held[s->n_held++] = byte;
    if (utf8_next(span_of(s->held, s->n_held), &cp) == s->n_held) {
        buf_add(out, s->held, s->n_held);
        s->n_held = 0;
    } else if (!may_go_on(s->held, s->n_held)) {
        buf_str(out, "\xef\xbf\xbd");
        bool again = s->n_held > 1;             /* the byte that broke it may begin the next character */
        s->n_held = 0;
        if (again)
            take(s, byte, out);
    }
}

void tok_stream_add(struct tok_stream *s, uint32_t id, struct buf *out)
{
    enum tok_type type = tok_type(s->t, id);
    if (!s->special && (type == TOK_CONTROL || type == TOK_UNKNOWN))
        return;
    struct span piece = tok_piece(s->t, id, !s->begun);
    if (s->t->decoder == TOK_DECODE_WORDS && s->begun)
        buf_char(out, ' ');
    s->begun = true;
    for (size_t i = 0; i < piece.n; i++)
        if (!s->n_held && piece.p[i] < 0x80)
            buf_char(out, (char)piece.p[i]);
        else
            take(s, piece.p[i], out);
}

void tok_stream_end(struct tok_stream *s, struct buf *out)
{
    if (s->n_held)
        buf_str(out, "\xef\xbf\xbd");
    s->n_held = 0;
}
