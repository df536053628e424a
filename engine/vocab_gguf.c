// SPDX-License-Identifier: Apache-2.0
#include "engine/vocab_gguf.h"

#include <ctype.h>

#define MARK "\xe2\x96\x81"

enum { BERT_WORD_MAX = 100, PARTS = 8 };

struct reader {
    const struct gguf *g;
    struct tok_spec spec;
    struct tok_token *tokens;
    struct tok_norm norms[PARTS];
    struct tok_pre pres[PARTS];
    uint32_t prefix[2], suffix[2];
    const struct vocab_pre *pre;
    bool add_bos, add_eos, add_sep, space_prefix, escaped;
    struct arena scratch;
    struct err *e;
};

static int missing(struct reader *r, const char *key)
{
    return err_plain(r->e, ERR_NOT_FOUND, "the file has no '%s'", key);
}

/* ---- tokens ------------------------------------------------------------------------------- */

/* llama.cpp's numbers for the types of tokens. */
static enum tok_type type_of(uint64_t n)
{
    static const enum tok_type types[] = { TOK_NORMAL, TOK_NORMAL, TOK_UNKNOWN, TOK_CONTROL, TOK_USER, TOK_UNUSED, TOK_BYTE };
    return n < sizeof types / sizeof *types ? types[n] : TOK_NORMAL;
}

static void set_flags(const struct reader *r, struct tok_token *x)
{
    x->flags = TOK_IN_MODEL;
    /* What is known to end a turn is a control token, whatever the file calls it: no user may write it. */
    if ((x->type == TOK_USER || x->type == TOK_NORMAL) && tok_name_ends(x->text, false))
        x->type = TOK_CONTROL;
    if (x->type == TOK_CONTROL || x->type == TOK_USER || x->type == TOK_UNKNOWN)
        x->flags |= TOK_ADDED;
    if (x->type == TOK_CONTROL && tok_name_ends(x->text, false))
        x->flags |= TOK_END;
    if (x->type == TOK_USER && r->spec.kind == TOK_UNIGRAM)
        x->score = 0;                           /* always the better choice */
}

static int read_tokens(struct reader *r)
{
    const struct gguf_kv *texts = gguf_get(r->g, "tokenizer.ggml.tokens"), *types = gguf_get(r->g, "tokenizer.ggml.token_type"),
                         *scores = gguf_get(r->g, "tokenizer.ggml.scores");
    if (!texts || texts->type != GGUF_ARRAY || texts->item_type != GGUF_STR)
        return missing(r, "tokenizer.ggml.tokens");
    if (texts->n > TOK_TOKENS_MAX)
        return err_set(r->e, ERR_LIMIT, texts->byte_from, "the vocabulary has %llu tokens", (unsigned long long)texts->n);
    if ((types && types->n != texts->n) || (scores && scores->n != texts->n))
        return err_set(r->e, ERR_FORMAT, texts->byte_from, "tokens, their types and their scores differ in number");
    r->tokens = arena_array(&r->scratch, texts->n, sizeof *r->tokens);
    if (!r->tokens)
        return err_memory(r->e);
    struct gguf_strings it = gguf_strings(texts);
    for (uint32_t i = 0; i < texts->n; i++) {
        struct tok_token *x = &r->tokens[i];
        int64_t type = 1;
        if (!gguf_next(&it, &x->text))
            return err_set(r->e, ERR_FORMAT, texts->byte_from, "the vocabulary ends early");
        if ((types && !gguf_item_i64(types, i, &type)) || (scores && !gguf_item_f64(scores, i, &x->score)))
            return err_set(r->e, ERR_FORMAT, texts->byte_from, "a token's type or score is of the wrong kind");
        x->type = (uint8_t)type_of(type < 0 ? 0 : (uint64_t)type);
        set_flags(r, x);
    }
    r->spec.tokens = r->tokens;
    r->spec.n_tokens = (uint32_t)texts->n;
    return 0;
}

static int read_merges(struct reader *r)
{
    const struct gguf_kv *kv = gguf_get(r->g, "tokenizer.ggml.merges");
    if (!kv || kv->type != GGUF_ARRAY || kv->item_type != GGUF_STR)
        return missing(r, "tokenizer.ggml.merges");
    if (kv->n > TOK_MERGES_MAX)
        return err_set(r->e, ERR_LIMIT, kv->byte_from, "the vocabulary has %llu merges", (unsigned long long)kv->n);
    struct tok_merge *merges = arena_array(&r->scratch, kv->n, sizeof *merges);
    struct gguf_strings it = gguf_strings(kv);
    struct span text;
    if (!merges)
        return err_memory(r->e);
    for (uint32_t i = 0; gguf_next(&it, &text); i++) {
        const uint8_t *space = text.n > 1 ? memchr(text.p + 1, ' ', text.n - 1) : NULL;
        size_t at = space ? (size_t)(space - text.p) : 0;
        if (!space)
            return err_set(r->e, ERR_FORMAT, it.byte_from, "merge %u is not two texts", i);
        merges[i] = (struct tok_merge){ span_sub(text, 0, at), span_sub(text, at + 1, text.n) };
        r->spec.n_merges = i + 1;
    }
    r->spec.merges = merges;
    return 0;
}

/* ---- ids and ends --------------------------------------------------------------------------- */

static void read_id(struct reader *r, const char *key, uint32_t *id)
{
    uint64_t n;
    if (gguf_u64(r->g, key, &n) && n < r->spec.n_tokens)
        *id = (uint32_t)n;
    if (*id != TOK_NONE && *id >= r->spec.n_tokens)
        *id = TOK_NONE;                         /* a default that this vocabulary does not have */
}

static void read_ids(struct reader *r)
{
    struct tok_spec *s = &r->spec;
    const struct { const char *key; uint32_t *id; } ids[] = {
        { "tokenizer.ggml.bos_token_id", &s->bos }, { "tokenizer.ggml.eos_token_id", &s->eos },
        { "tokenizer.ggml.unknown_token_id", &s->unk }, { "tokenizer.ggml.seperator_token_id", &s->sep },
        { "tokenizer.ggml.separator_token_id", &s->sep }, { "tokenizer.ggml.padding_token_id", &s->pad },
        { "tokenizer.ggml.cls_token_id", &s->cls }, { "tokenizer.ggml.mask_token_id", &s->mask },
        { "tokenizer.ggml.eot_token_id", &s->eot } };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        read_id(r, ids[i].key, ids[i].id);
    for (uint32_t i = 0; i < s->n_tokens && s->eot == TOK_NONE; i++)
        if (r->tokens[i].type == TOK_CONTROL && tok_name_ends(r->tokens[i].text, true))
            s->eot = i;
    for (const uint32_t *id = &s->eos; id; id = id == &s->eos ? &s->eot : NULL)
        if (*id != TOK_NONE)
            r->tokens[*id].flags |= TOK_END;
}

static int read_ends(struct reader *r)
{
    struct tok_spec *s = &r->spec;
    (void)gguf_bool(r->g, "tokenizer.ggml.add_bos_token", &r->add_bos);
    (void)gguf_bool(r->g, "tokenizer.ggml.add_eos_token", &r->add_eos);
    (void)gguf_bool(r->g, "tokenizer.ggml.add_sep_token", &r->add_sep);
    bool bert = s->kind == TOK_WORDPIECE;
    uint32_t first = bert && s->cls != TOK_NONE ? s->cls : s->bos;
    if (r->add_bos && first != TOK_NONE)
        r->prefix[s->n_prefix++] = first;
    if (r->add_eos && s->eos != TOK_NONE && !bert)
        r->suffix[s->n_suffix++] = s->eos;
    else if ((r->add_sep || bert) && s->sep != TOK_NONE)
        r->suffix[s->n_suffix++] = s->sep;
    s->prefix = r->prefix;
    s->suffix = r->suffix;
    if ((r->add_bos && first == TOK_NONE) || (r->add_eos && s->eos == TOK_NONE))
        return err_plain(r->e, ERR_FORMAT, "the file wants a token at an end and does not say which");
    return 0;
}

/* Some families strip beside special tokens, which GGUF has no key for. */
static void set_strips(struct reader *r)
{
    struct span name = SPAN_NONE, arch = SPAN_NONE;
    char lower[64] = "";
    (void)gguf_str(r->g, "general.name", &name);
    (void)gguf_str(r->g, "general.architecture", &arch);
    for (size_t i = 0; i < name.n && i < sizeof lower - 1; i++)
        lower[i] = (char)tolower(name.p[i]);
    bool phi3 = strstr(lower, "phi-3") || strstr(lower, "phi3");
    bool mask = (r->pre && (r->pre->flags & VOCAB_MASK_LSTRIP)) || span_is(arch, "nomic-bert-moe") ||
                span_is(arch, "jina-bert-v3");
    for (uint32_t i = 0; i < r->spec.n_tokens; i++) {
        struct tok_token *x = &r->tokens[i];
        if (phi3 && (x->flags & TOK_ADDED) && !span_is(x->text, "<unk>") && !span_is(x->text, "<s>") &&
            !span_is(x->text, "<|endoftext|>"))
            x->flags |= TOK_RSTRIP;
        if (mask && (span_is(x->text, "<mask>") || span_is(x->text, "[MASK]")))
            x->flags |= TOK_LSTRIP;
    }
}

/* ---- models ------------------------------------------------------------------------------------ */

static void add_norm(struct reader *r, struct tok_norm n) { r->norms[r->spec.n_norms++] = n; }

static int begin_spm(struct reader *r)
{
    r->spec.kind = TOK_SPM;
    r->spec.bos = 1;
    r->spec.eos = 2;
    r->spec.unk = 0;
    r->add_bos = r->space_prefix = true;
    r->spec.byte_fallback = true;
    return 0;
}

static int begin_bert(struct reader *r)
{
    r->spec.kind = TOK_WORDPIECE;
    r->spec.bos = 101;
    r->spec.unk = 100;
    r->spec.sep = 102;
    r->spec.pad = 0;
    r->spec.mask = 103;
    r->add_bos = r->add_sep = true;
    return 0;
}

static int begin_unigram(struct reader *r)
{
    r->spec.kind = TOK_UNIGRAM;
    r->spec.eos = 1;
    r->spec.unk = 2;
    r->spec.pad = 0;
    r->add_eos = true;
    r->spec.fuse_unk = true;
    return 0;
}

static int begin_bpe(struct reader *r, const char *pre)
{
    struct span name = span_str(pre);
    r->spec.kind = TOK_BPE;
    if (!*pre && !gguf_str(r->g, "tokenizer.ggml.pre", &name))
        name = span_str("default");
    r->pre = vocab_pre_find(name);
    if (!r->pre) {
        (void)err_plain(r->e, ERR_FORMAT, "tokenizer.ggml.pre is '%.*s', which is not known", name.n > 60 ? 60 : (int)name.n,
                        (const char *)name.p);
        return err_hint(r->e, "other splits give other tokens than the model was trained with; its tokenizer.json may do");
    }
    r->add_bos = r->pre->flags & VOCAB_ADD_BOS;
    r->add_sep = r->pre->flags & VOCAB_ADD_SEP;
    r->escaped = r->pre->flags & VOCAB_ESCAPED;
    r->spec.ignore_merges = r->pre->flags & VOCAB_IGNORE_MERGES;
    r->spec.byte_fallback = r->escaped;
    return 0;
}

static int begin(struct reader *r)
{
    struct span model;
    if (!gguf_str(r->g, "tokenizer.ggml.model", &model))
        return missing(r, "tokenizer.ggml.model");
    struct tok_spec *s = &r->spec;
    s->bos = s->eos = s->unk = s->sep = s->pad = s->cls = s->mask = s->eot = TOK_NONE;
    if (span_is(model, "llama"))
        return begin_spm(r);
    if (span_is(model, "gpt2"))
        return begin_bpe(r, "");
    if (span_is(model, "gemma4"))
        return begin_bpe(r, "gemma4");
    if (span_is(model, "bert"))
        return begin_bert(r);
    if (span_is(model, "t5"))
        return begin_unigram(r);
    return err_plain(r->e, ERR_FORMAT, "tokenizer.ggml.model is '%.*s', which is not supported",
                     model.n > 60 ? 60 : (int)model.n, (const char *)model.p);
}

/* ---- steps ---------------------------------------------------------------------------------------- */

static void spaces_to_marks(struct reader *r)
{
    if (r->space_prefix)
        add_norm(r, (struct tok_norm){ .kind = TOK_NORM_PREPEND, .a = span_str(MARK) });
    add_norm(r, (struct tok_norm){ .kind = TOK_NORM_REPLACE, .a = span_str(" "), .b = span_str(MARK) });
    r->spec.decoder = TOK_DECODE_SPACES;
    r->spec.marker = span_str(MARK);
    r->spec.decode_strip = r->space_prefix;
}

static void bpe_steps(struct reader *r)
{
    for (size_t i = 0; i < sizeof r->pre->splits / sizeof *r->pre->splits && r->pre->splits[i]; i++)
        r->pres[r->spec.n_pres++] = (struct tok_pre){ .kind = TOK_PRE_SPLIT, .a = span_str(r->pre->splits[i]),
                                                      .behavior = TOK_ISOLATED };
    if (r->escaped) {
        spaces_to_marks(r);
        return;
    }
    r->pres[r->spec.n_pres++] = (struct tok_pre){ .kind = TOK_PRE_BYTE_LEVEL,
                                                  .flags = r->space_prefix ? TOK_BYTE_PREFIX_SPACE : 0 };
    r->spec.decoder = TOK_DECODE_BYTE_LEVEL;
}

/* A vocabulary without capitals was made from text in lower case. */
static bool has_capitals(const struct reader *r)
{
    for (uint32_t i = 0; i < r->spec.n_tokens; i++)
        for (size_t k = 0; r->tokens[i].type == TOK_NORMAL && k < r->tokens[i].text.n; k++)
            if (r->tokens[i].text.p[0] != '[' && r->tokens[i].text.p[k] >= 'A' && r->tokens[i].text.p[k] <= 'Z')
                return true;
    return false;
}

static void bert_steps(struct reader *r)
{
    unsigned fold = has_capitals(r) ? 0 : TOK_BERT_ACCENTS | TOK_BERT_LOWER;
    add_norm(r, (struct tok_norm){ .kind = TOK_NORM_BERT, .flags = TOK_BERT_CLEAN | TOK_BERT_CHINESE | fold });
    r->pres[r->spec.n_pres++] = (struct tok_pre){ .kind = TOK_PRE_BERT };
    r->spec.word_prefix = span_str(MARK);
    r->spec.marker = span_str(MARK);
    r->spec.max_word_chars = BERT_WORD_MAX;
    r->spec.decoder = TOK_DECODE_WORDPIECE;
    r->spec.decode_cleanup = true;
}

static void unigram_steps(struct reader *r)
{
    const struct gguf_kv *map = gguf_get(r->g, "tokenizer.ggml.precompiled_charsmap");
    bool merge = false;
    (void)gguf_bool(r->g, "tokenizer.ggml.remove_extra_whitespaces", &merge);
    if (map && map->type == GGUF_ARRAY && (map->item_type == GGUF_U8 || map->item_type == GGUF_I8) && map->n)
        add_norm(r, (struct tok_norm){ .kind = TOK_NORM_CHARSMAP, .a = map->value });
    add_norm(r, (struct tok_norm){ .kind = TOK_NORM_SPACES, .flags = TOK_SPACES_ESCAPE | (merge ? TOK_SPACES_MERGE : 0u) |
                                                                     (r->space_prefix ? TOK_SPACES_PREFIX : 0u) });
    r->spec.decoder = TOK_DECODE_SPACES;
    r->spec.marker = span_str(MARK);
    r->spec.decode_strip = r->space_prefix;
}

static int read_all(struct reader *r)
{
    int rc = begin(r);
    if (!rc)
        rc = read_tokens(r);
    if (!rc && r->spec.kind == TOK_BPE)
        rc = read_merges(r);
    if (rc)
        return rc;
    read_ids(r);
    if (r->pre && (r->pre->flags & VOCAB_NO_BOS) && !gguf_get(r->g, "tokenizer.ggml.bos_token_id"))
        r->spec.bos = TOK_NONE;
    (void)gguf_bool(r->g, "tokenizer.ggml.add_space_prefix", &r->space_prefix);
    if (r->spec.kind == TOK_SPM)
        spaces_to_marks(r);
    else if (r->spec.kind == TOK_BPE)
        bpe_steps(r);
    else if (r->spec.kind == TOK_WORDPIECE)
        bert_steps(r);
    else
        unigram_steps(r);
    r->spec.norms = r->norms;
    r->spec.pres = r->pres;
    set_strips(r);
    return read_ends(r);
}

int vocab_from_gguf(const struct gguf *g, struct arena *a, struct tokenizer **out, struct err *e)
{
    struct err local = { 0 };
    struct reader r = { .g = g, .e = &local };
    arena_init(&r.scratch, (size_t)2 << 30);
    int rc = read_all(&r);
    if (!rc)
        rc = tok_new(&r.spec, a, out, &local);
    arena_fini(&r.scratch);
    if (rc && e)
        *e = local;
    return rc;
}
