// SPDX-License-Identifier: Apache-2.0
/* text/tokenizer.h - text to token ids and back, as the model was trained: BPE, SentencePiece, Unigram, WordPiece.
 *
 *     tokenizer.json ─> text/tokenizer_json.c ─┐
 *     GGUF's keys ────> engine/vocab_gguf.c ───┴─> struct tok_spec ── tok_new ──> struct tokenizer
 *
 *     segments ─> added tokens cut out ─> normalizers ─> splits ─> model ─> ids
 *                 (special ones only where the caller says so)
 *
 * A tokenizer is made once in an arena, never changes, and any number of threads may use it, each with a
 * tok_work of its own. The same text gives the same ids, whatever was encoded before.
 *
 * Trust: a special token is never made from a segment without parse_special, whatever its characters are; nor is one
 * put together, or swallowed, across the border of two kinds of segments. Otherwise segments are one text: their
 * ids are those of all of it.
 *
 * Bytes that are no UTF-8 become U+FFFD, one for each maximal invalid part, as Python's errors="replace" does.
 * Source: Hugging Face tokenizers (what each part of a tokenizer.json does); SentencePiece. */
#ifndef ASSAY_TEXT_TOKENIZER_H
#define ASSAY_TEXT_TOKENIZER_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#define TOK_NONE          UINT32_MAX
#define TOK_TOKENS_MAX    (4u << 20)            /* ids are below it */
#define TOK_MERGES_MAX    (8u << 20)
#define TOK_PIECE_MAX     65535u                /* bytes of a token */
#define TOK_ADDED_MAX     1024u                 /* bytes of a token that is looked for in the text */
#define TOK_STEPS_MAX     32u                   /* normalizers; splits */
#define TOK_TEXT_MAX      ((size_t)64 << 20)    /* bytes of one call */
#define TOK_NORMAL_MAX    ((size_t)512 << 20)   /* bytes after normalizing */

enum tok_kind { TOK_BPE, TOK_SPM, TOK_UNIGRAM, TOK_WORDPIECE };

/* ---- the description that an adapter fills ------------------------------------------------ */

enum tok_type { TOK_HOLE, TOK_NORMAL, TOK_UNKNOWN, TOK_CONTROL, TOK_USER, TOK_UNUSED, TOK_BYTE };
enum {
    TOK_ADDED = 1,              /* looked for in the text, before the model sees it */
    TOK_LSTRIP = 2, TOK_RSTRIP = 4, TOK_SINGLE_WORD = 8,
    TOK_NORMALIZED = 16,        /* looked for after the normalizers */
    TOK_IN_MODEL = 32,          /* the model may make it; ignored for TOK_UNKNOWN, TOK_CONTROL and TOK_BYTE */
    TOK_END = 64                /* a generation ends with it */
};

struct tok_token { struct span text; double score; uint8_t type, flags; };
struct tok_merge { struct span left, right; };      /* rank: place in the list */

enum tok_norm_kind {
    TOK_NORM_NFC, TOK_NORM_NFD, TOK_NORM_NFKC, TOK_NORM_NFKD,
    TOK_NORM_LOWERCASE, TOK_NORM_STRIP_ACCENTS, TOK_NORM_NMT,
    TOK_NORM_BERT,              /* flags */
    TOK_NORM_REPLACE,           /* a: what, b: by what */
    TOK_NORM_PREPEND,           /* a, before a text that is not empty */
    TOK_NORM_STRIP,             /* flags: TOK_LSTRIP, TOK_RSTRIP */
    TOK_NORM_CHARSMAP,          /* a: SentencePiece's map, the longest match; flags: TOK_CHARSMAP_GRAPHEMES */
    TOK_NORM_SPACES             /* SentencePiece's: runs to one, none at the ends; flags: TOK_SPACES_* */
};
enum { TOK_BERT_CLEAN = 1, TOK_BERT_CHINESE = 2, TOK_BERT_ACCENTS = 4, TOK_BERT_LOWER = 8 };
enum { TOK_CHARSMAP_GRAPHEMES = 1 };                /* Hugging Face's way: by graphemes, the shortest match */
enum { TOK_SPACES_MERGE = 1, TOK_SPACES_PREFIX = 2, TOK_SPACES_ESCAPE = 4 };
struct tok_norm { enum tok_norm_kind kind; struct span a, b; unsigned flags; bool is_regex; };

enum tok_pre_kind {
    TOK_PRE_SPLIT,              /* by a regular expression or, when is_literal, by a text */
    TOK_PRE_BYTE_LEVEL,         /* flags: TOK_BYTE_* */
    TOK_PRE_METASPACE,          /* a: replacement; flags: TOK_META_* */
    TOK_PRE_BERT, TOK_PRE_WHITESPACE, TOK_PRE_WHITESPACE_SPLIT,
    TOK_PRE_DIGITS,             /* flags: TOK_DIGITS_EACH */
    TOK_PRE_PUNCTUATION         /* behavior */
};
enum tok_behavior { TOK_REMOVED, TOK_ISOLATED, TOK_CONTIGUOUS, TOK_WITH_PREVIOUS, TOK_WITH_NEXT };
enum { TOK_BYTE_PREFIX_SPACE = 1, TOK_BYTE_SPLIT = 2 };
enum { TOK_META_ALWAYS = 1, TOK_META_FIRST = 2, TOK_META_SPLIT = 4 };
enum { TOK_DIGITS_EACH = 1 };
struct tok_pre {
    enum tok_pre_kind kind;
    struct span a;
    enum tok_behavior behavior;
    bool is_literal, invert;
    unsigned flags;
};

enum tok_decoder {
    TOK_DECODE_PLAIN,           /* the texts of the tokens */
    TOK_DECODE_WORDS,           /* the same, with a space between */
    TOK_DECODE_BYTE_LEVEL,      /* GPT-2's alphabet for bytes */
    TOK_DECODE_SPACES,          /* `marker` is a space; <0xNN> a byte when the spec has byte_fallback */
    TOK_DECODE_WORDPIECE        /* `marker` joins a token to the one before, or, with word_prefix, begins a word */
};

struct tok_spec {
    enum tok_kind kind;
    const struct tok_token *tokens; uint32_t n_tokens;
    const struct tok_merge *merges; uint32_t n_merges;
    const struct tok_norm *norms; uint32_t n_norms;
    const struct tok_pre *pres; uint32_t n_pres;
    const uint32_t *prefix, *suffix; uint32_t n_prefix, n_suffix;   /* ids put at the ends */
    uint32_t bos, eos, unk, sep, pad, cls, mask, eot;               /* TOK_NONE: there is none */
    bool byte_fallback;         /* a character that is no token becomes its bytes, as tokens <0xNN> */
    bool ignore_merges;         /* a piece that is a token is not taken apart */
    bool fuse_unk;
    struct span word_prefix, cont_prefix;                           /* WordPiece: "" and "##", or U+2581 and "" */
    uint32_t max_word_chars;                                        /* WordPiece: longer words are unknown */
    enum tok_decoder decoder;
    struct span marker;
    uint8_t decode_strip;       /* the first token loses: 1 one leading space, 2 every marker */
    bool decode_cleanup;        /* WordPiece: no space before . ? ! , and contractions */
};

/* ---- making one --------------------------------------------------------------------------- */

struct tokenizer;
struct val;

/* Everything is copied; *out lives as long as `a`.
 * Fails: ERR_FORMAT what the description contradicts itself in; ERR_LIMIT above one of the limits here;
 * ERR_UNSAFE texts made to collide in a table; ERR_MEMORY. Cost: O(n log n) in the bytes of the tokens. */
int tok_new(const struct tok_spec *spec, struct arena *a, struct tokenizer **out, struct err *e);

/* From the text of a tokenizer.json and, when it is not empty, that of the tokenizer_config.json beside it.
 * Fails as tok_new; ERR_FORMAT also for a part that is not known, with its name and line. */
int tok_new_json(struct span json, struct span config, struct arena *a, struct tokenizer **out, struct err *e);

/* ---- text to ids -------------------------------------------------------------------------- */

struct tok_segment { struct span text; bool parse_special; };
struct tok_ids { const uint32_t *p; size_t n; };

struct tok_work;                /* scratch of one thread */
int tok_work_new(struct tok_work **out, struct err *e);
void tok_work_free(struct tok_work *w);

/* Encode the segments as one text, with the tokens at the ends when add_special.
 * out: borrowed from w until its next use. Cost: O(n log n) for any text.
 * Fails: ERR_LIMIT above TOK_TEXT_MAX or TOK_NORMAL_MAX, or a foreign regular expression that takes too long;
 * ERR_FORMAT no token stands for a part of the text; ERR_MEMORY. */
int tok_encode(const struct tokenizer *t, const struct tok_segment *segments, size_t n, bool add_special,
               struct tok_work *w, struct tok_ids *out, struct err *e);

/* ---- ids to text -------------------------------------------------------------------------- */

/* The bytes of one token, as it stands in the middle of a text or, when `first`, at its start. Empty above the
 * last id. Not always valid UTF-8. Borrowed from t. */
struct span tok_piece(const struct tokenizer *t, uint32_t id, bool first);

/* A decoder that never gives a part of a character:
 *     tok_stream_begin(&s, t, false);  tok_stream_add(&s, id, &out) ...;  tok_stream_end(&s, &out);
 * `special`: special tokens are written too. What is no UTF-8 becomes U+FFFD. Errors stick to `out`. */
struct tok_stream { const struct tokenizer *t; bool special, begun; uint8_t n_held, held[4]; };
void tok_stream_begin(struct tok_stream *s, const struct tokenizer *t, bool special);
void tok_stream_add(struct tok_stream *s, uint32_t id, struct buf *out);
void tok_stream_end(struct tok_stream *s, struct buf *out);

/* ---- the vocabulary ----------------------------------------------------------------------- */

struct tok_special { uint32_t bos, eos, unk, sep, pad, cls, mask, eot; };
enum tok_kind tok_kind(const struct tokenizer *t);
const char *tok_kind_name(enum tok_kind kind);                  /* "bpe", "spm", "unigram", "wordpiece" */
uint32_t tok_count(const struct tokenizer *t);                  /* ids are below it; there may be holes */
struct tok_special tok_special(const struct tokenizer *t);
struct span tok_text(const struct tokenizer *t, uint32_t id);   /* as the vocabulary spells it */
enum tok_type tok_type(const struct tokenizer *t, uint32_t id);
bool tok_is_end(const struct tokenizer *t, uint32_t id);
uint32_t tok_find(const struct tokenizer *t, struct span text); /* by that spelling; TOK_NONE */

/* For adapters: does a known family end a generation, or a turn of one, with a token of this spelling. */
bool tok_name_ends(struct span text, bool turn);

#endif
