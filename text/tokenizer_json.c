// SPDX-License-Identifier: Apache-2.0
/* tokenizer.json to struct tok_spec: the model, its added tokens, what stands at the ends. Steps: tokenizer_json_steps.c.
 *
 * What is not known is an error with its line, never passed over: a tokenizer that leaves one thing out gives other
 * tokens than the model was trained with. `truncation` and `padding` are the caller's business and not read. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include "base/json.h"
#include "text/tokenizer_json_int.h"

/* ---- small words -------------------------------------------------------------------------- */

int tok_json_fail(struct tok_json *r, const struct val *at, const char *fmt, ...)
{
    char text[256];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return at ? err_line(r->e, ERR_FORMAT, at->line, "%s", text) : err_plain(r->e, ERR_FORMAT, "%s", text);
}

static bool listed(struct span word, const char *words)
{
    while (*words) {
        size_t n = strcspn(words, " ");
        if (word.n == n && memcmp(word.p, words, n) == 0)
            return true;
        words += n + (words[n] == ' ');
    }
    return false;
}

int tok_json_only(struct tok_json *r, const struct val *map, const char *what, const char *known)
{
    if (!map || map->kind != VAL_MAP)
        return tok_json_fail(r, map, "%s is not a map", what);
    for (const struct val *v = map->first; v; v = v->next)
        if (!listed(v->key, known))
            return tok_json_fail(r, v, "%s has a key '%.60s' that is not known", what, (const char *)v->key.p);
    return 0;
}

bool tok_json_flag(const struct val *map, const char *key, bool otherwise)
{
    const struct val *v = val_get(map, key);
    return v && v->kind == VAL_BOOL ? v->b : otherwise;
}

struct span tok_json_text(const struct val *map, const char *key)
{
    const struct val *v = val_get(map, key);
    return v && v->kind == VAL_STR ? v->str : SPAN_NONE;
}

/* ---- the vocabulary -------------------------------------------------------------------------- */

static int id_of(struct tok_json *r, const struct val *v, uint32_t *id)
{
    if (!v || v->kind != VAL_INT || v->i < 0 || v->i >= TOK_TOKENS_MAX)
        return tok_json_fail(r, v, "a token's id is not a number below %u", TOK_TOKENS_MAX);
    *id = (uint32_t)v->i;
    return 0;
}

/* The number of ids: the highest that the vocabulary or an added token has, and one. */
static int count_ids(struct tok_json *r, const struct val *vocab, const struct val *added)
{
    uint32_t id = 0, n = 0;
    if (vocab->kind == VAL_LIST && vocab->n > TOK_TOKENS_MAX)
        return err_plain(r->e, ERR_LIMIT, "the vocabulary has %zu tokens", vocab->n);
    n = vocab->kind == VAL_LIST ? (uint32_t)vocab->n : 0;
    for (const struct val *v = vocab->kind == VAL_MAP ? vocab->first : NULL; v; v = v->next) {
        if (id_of(r, v, &id))
            return ERR_FORMAT;
        n = id + 1 > n ? id + 1 : n;
    }
    for (const struct val *v = added ? added->first : NULL; v; v = v->next) {
        if (id_of(r, val_get(v, "id"), &id))
            return ERR_FORMAT;
        n = id + 1 > n ? id + 1 : n;
    }
    r->tokens = arena_array(r->a, n, sizeof *r->tokens);
    r->spec.tokens = r->tokens;
    r->spec.n_tokens = n;
    return r->tokens ? 0 : err_memory(r->e);
}

static bool is_byte(struct span s)
{
    return s.n == 6 && memcmp(s.p, "<0x", 3) == 0 && s.p[5] == '>';
}

static int put_token(struct tok_json *r, const struct val *at, uint32_t id, struct span text, double score)
{
    struct tok_token *x = &r->tokens[id];
    if (x->type != TOK_HOLE)
        return tok_json_fail(r, at, "two tokens have the id %u", id);
    *x = (struct tok_token){ text, score, r->spec.byte_fallback && is_byte(text) ? TOK_BYTE : TOK_NORMAL, TOK_IN_MODEL };
    return 0;
}

static int read_vocab_map(struct tok_json *r, const struct val *vocab)
{
    for (const struct val *v = vocab->first; v; v = v->next)
        if (put_token(r, v, (uint32_t)v->i, v->key, 0))
            return ERR_FORMAT;
    return 0;
}

static int read_vocab_list(struct tok_json *r, const struct val *vocab)
{
    uint32_t id = 0;
    for (const struct val *v = vocab->first; v; v = v->next, id++) {
        const struct val *text = v->kind == VAL_LIST && v->n == 2 ? v->first : NULL, *score = text ? text->next : NULL;
        if (!score || text->kind != VAL_STR || (score->kind != VAL_REAL && score->kind != VAL_INT))
            return tok_json_fail(r, v, "a token of a Unigram vocabulary is not a text and its score");
        if (put_token(r, v, id, text->str, score->r))
            return ERR_FORMAT;
    }
    return 0;
}

static int read_added(struct tok_json *r, const struct val *added)
{
    for (const struct val *v = added ? added->first : NULL; v; v = v->next) {
        uint32_t id = 0;
        struct span text = tok_json_text(v, "content");
        if (tok_json_only(r, v, "an added token", "id content single_word lstrip rstrip normalized special") ||
            id_of(r, val_get(v, "id"), &id))
            return ERR_FORMAT;
        struct tok_token *x = &r->tokens[id];
        if (!text.n || (x->type != TOK_HOLE && !span_eq(x->text, text)))
            return tok_json_fail(r, v, "added token %u is '%.60s' in the vocabulary", id,
                                 x->text.p ? (const char *)x->text.p : "");
        bool special = tok_json_flag(v, "special", false);
        x->text = text;
        x->type = special ? TOK_CONTROL : TOK_USER;
        x->flags |= (uint8_t)(TOK_ADDED | (tok_json_flag(v, "lstrip", false) ? TOK_LSTRIP : 0) |
                              (tok_json_flag(v, "rstrip", false) ? TOK_RSTRIP : 0) |
                              (tok_json_flag(v, "single_word", false) ? TOK_SINGLE_WORD : 0) |
                              (tok_json_flag(v, "normalized", !special) ? TOK_NORMALIZED : 0));
    }
    return 0;
}

static uint32_t find(const struct tok_json *r, struct span text)
{
    for (uint32_t i = 0; text.n && i < r->spec.n_tokens; i++)
        if (r->tokens[i].type != TOK_HOLE && span_eq(r->tokens[i].text, text))
            return i;
    return TOK_NONE;
}

/* ---- models ---------------------------------------------------------------------------------- */

/* "left right", split at its one space, or a list of the two. */
static int read_merge(struct tok_json *r, const struct val *v, struct tok_merge *m)
{
    const uint8_t *space = NULL;
    if (v->kind == VAL_LIST && v->n == 2 && v->first->kind == VAL_STR && v->last->kind == VAL_STR) {
        *m = (struct tok_merge){ v->first->str, v->last->str };
        return 0;
    }
    if (v->kind == VAL_STR && v->str.n)
        space = memchr(v->str.p, ' ', v->str.n);
    size_t at = space ? (size_t)(space - v->str.p) : 0;
    if (!space || memchr(space + 1, ' ', v->str.n - at - 1))
        return tok_json_fail(r, v, "a merge is not two texts");
    *m = (struct tok_merge){ span_sub(v->str, 0, at), span_sub(v->str, at + 1, v->str.n) };
    return 0;
}

static int read_merges(struct tok_json *r, const struct val *merges)
{
    struct tok_spec *s = &r->spec;
    if (!merges || merges->kind != VAL_LIST)
        return tok_json_fail(r, merges, "a BPE model without a list of merges");
    if (merges->n > TOK_MERGES_MAX)
        return err_plain(r->e, ERR_LIMIT, "the vocabulary has %zu merges", merges->n);
    struct tok_merge *all = arena_array(r->a, merges->n, sizeof *all);
    if (!all)
        return err_memory(r->e);
    for (const struct val *v = merges->first; v; v = v->next)
        if (read_merge(r, v, &all[s->n_merges++]))
            return ERR_FORMAT;
    s->merges = all;
    return 0;
}

static int check_bpe(struct tok_json *r, const struct val *m)
{
    const struct val *dropout = val_get(m, "dropout");
    if (tok_json_only(r, m, "model BPE", "type dropout unk_token continuing_subword_prefix end_of_word_suffix fuse_unk "
                                         "byte_fallback ignore_merges vocab merges"))
        return ERR_FORMAT;
    if (dropout && dropout->kind != VAL_NULL && !(dropout->r <= 0 && dropout->r >= 0))
        return tok_json_fail(r, dropout, "BPE with dropout gives other tokens each time");
    if (tok_json_text(m, "continuing_subword_prefix").n || tok_json_text(m, "end_of_word_suffix").n)
        return tok_json_fail(r, m, "BPE with a continuing_subword_prefix or an end_of_word_suffix is not supported");
    return 0;
}

/* Which model, and the keys that it may have. Old files do not name the type. */
static int model_kind(struct tok_json *r, const struct val *m)
{
    struct span type = tok_json_text(m, "type");
    const struct val *vocab = val_get(m, "vocab");
    if (span_is(type, "BPE") || (!type.n && val_get(m, "merges"))) {
        r->spec.kind = TOK_BPE;
        return check_bpe(r, m);
    }
    if (span_is(type, "Unigram") || (!type.n && vocab && vocab->kind == VAL_LIST)) {
        r->spec.kind = TOK_UNIGRAM;
        return tok_json_only(r, m, "model Unigram", "type unk_id vocab byte_fallback");
    }
    if (span_is(type, "WordPiece") || (!type.n && val_get(m, "max_input_chars_per_word"))) {
        r->spec.kind = TOK_WORDPIECE;
        return tok_json_only(r, m, "model WordPiece",
                             "type unk_token continuing_subword_prefix max_input_chars_per_word vocab");
    }
    return tok_json_fail(r, m, "model '%.60s' is not supported", type.n ? (const char *)type.p : "without a type");
}

static int read_model(struct tok_json *r, const struct val *m, const struct val *added)
{
    struct tok_spec *s = &r->spec;
    const struct val *vocab = val_get(m, "vocab"), *max = val_get(m, "max_input_chars_per_word");
    int rc = m && m->kind == VAL_MAP ? model_kind(r, m) : tok_json_fail(r, m, "there is no model");
    if (rc)
        return rc;
    bool list = s->kind == TOK_UNIGRAM;
    if (!vocab || vocab->kind != (list ? VAL_LIST : VAL_MAP))
        return tok_json_fail(r, vocab ? vocab : m, "the model's vocabulary is missing, or of another shape");
    s->byte_fallback = tok_json_flag(m, "byte_fallback", false);
    s->ignore_merges = tok_json_flag(m, "ignore_merges", false);
    s->fuse_unk = tok_json_flag(m, "fuse_unk", list);
    if (max && (max->kind != VAL_INT || max->i < 0 || max->i > UINT32_MAX))
        return tok_json_fail(r, max, "max_input_chars_per_word is not a number of characters");
    s->max_word_chars = max ? (uint32_t)max->i : 100;
    s->cont_prefix = val_get(m, "continuing_subword_prefix") ? tok_json_text(m, "continuing_subword_prefix") : span_str("##");
    rc = count_ids(r, vocab, added);
    if (!rc)
        rc = list ? read_vocab_list(r, vocab) : read_vocab_map(r, vocab);
    if (!rc && s->kind == TOK_BPE)
        rc = read_merges(r, val_get(m, "merges"));
    return rc;
}

static int read_unk(struct tok_json *r, const struct val *m)
{
    const struct val *id = val_get(m, "unk_id");
    struct span text = tok_json_text(m, "unk_token");
    r->spec.unk = find(r, text);
    if (text.n && r->spec.unk == TOK_NONE)
        return tok_json_fail(r, m, "the unknown token '%.60s' is not in the vocabulary", (const char *)text.p);
    if (id && id->kind != VAL_NULL) {
        if (id_of(r, id, &r->spec.unk))
            return ERR_FORMAT;
        if (r->spec.unk >= r->spec.n_tokens)
            return tok_json_fail(r, id, "the unknown token is beyond the vocabulary");
    }
    if (r->spec.unk != TOK_NONE && r->tokens[r->spec.unk].type == TOK_NORMAL)
        r->tokens[r->spec.unk].type = TOK_UNKNOWN;
    return 0;
}

/* ---- what stands at the ends ------------------------------------------------------------------- */

static int add_end(struct tok_json *r, const struct val *at, bool suffix, uint32_t id)
{
    uint32_t *n = suffix ? &r->spec.n_suffix : &r->spec.n_prefix;
    if (*n == TOK_STEPS_MAX)
        return tok_json_fail(r, at, "more than %u tokens at an end", TOK_STEPS_MAX);
    (suffix ? r->suffix : r->prefix)[(*n)++] = id;
    return 0;
}

static int read_template(struct tok_json *r, const struct val *v)
{
    const struct val *single = val_get(v, "single"), *tokens = val_get(v, "special_tokens");
    bool text = false;
    if (tok_json_only(r, v, "TemplateProcessing", "type single pair special_tokens"))
        return ERR_FORMAT;
    if (!single || single->kind != VAL_LIST)
        return tok_json_fail(r, v, "TemplateProcessing without a list for one text");
    for (const struct val *x = single->first; x; x = x->next) {
        const struct val *special = val_get(x, "SpecialToken");
        if (val_get(x, "Sequence")) {
            if (text)
                return tok_json_fail(r, x, "TemplateProcessing has the text twice");
            text = true;
            continue;
        }
        const struct val *ids = val_get(val_get_span(tokens, tok_json_text(special, "id")), "ids");
        if (!ids || ids->kind != VAL_LIST)
            return tok_json_fail(r, x, "TemplateProcessing has a part that is not known");
        for (const struct val *i = ids->first; i; i = i->next) {
            uint32_t id = 0;
            if (id_of(r, i, &id) || add_end(r, x, text, id))
                return ERR_FORMAT;
        }
    }
    return text ? 0 : tok_json_fail(r, v, "TemplateProcessing leaves the text out");
}

static int read_pair(struct tok_json *r, const struct val *v)
{
    const struct val *cls = val_get(v, "cls"), *sep = val_get(v, "sep");
    uint32_t id = 0;
    if (tok_json_only(r, v, "a post-processor", "type sep cls trim_offsets add_prefix_space"))
        return ERR_FORMAT;
    if (!cls || !sep || cls->kind != VAL_LIST || sep->kind != VAL_LIST)
        return tok_json_fail(r, v, "a post-processor without cls and sep");
    if (id_of(r, cls->last, &id) || add_end(r, v, false, id) || id_of(r, sep->last, &id))
        return ERR_FORMAT;
    return add_end(r, v, true, id);
}

static int read_post(struct tok_json *r, const struct val *v, unsigned depth)
{
    struct span type = tok_json_text(v, "type");
    if (!v || v->kind == VAL_NULL || span_is(type, "ByteLevel"))
        return 0;                               /* of offsets only */
    if (span_is(type, "TemplateProcessing"))
        return read_template(r, v);
    if (span_is(type, "BertProcessing") || span_is(type, "RobertaProcessing"))
        return read_pair(r, v);
    const struct val *list = val_get(v, "processors");
    if (!span_is(type, "Sequence") || !list || list->kind != VAL_LIST || depth > 8)
        return tok_json_fail(r, v, "post-processor '%.60s' is not known", type.n ? (const char *)type.p : "");
    for (const struct val *x = list->first; x; x = x->next)
        if (read_post(r, x, depth + 1))
            return ERR_FORMAT;
    return 0;
}

/* ---- tokenizer_config.json ----------------------------------------------------------------------- */

static uint32_t named(const struct tok_json *r, const struct val *config, const char *key)
{
    const struct val *v = val_get(config, key);
    return find(r, v && v->kind == VAL_MAP ? tok_json_text(v, "content") : v && v->kind == VAL_STR ? v->str : SPAN_NONE);
}

static void read_names(struct tok_json *r, const struct val *config)
{
    struct tok_spec *s = &r->spec;
    s->bos = named(r, config, "bos_token");
    s->eos = named(r, config, "eos_token");
    s->sep = named(r, config, "sep_token");
    s->pad = named(r, config, "pad_token");
    s->cls = named(r, config, "cls_token");
    s->mask = named(r, config, "mask_token");
    s->eot = TOK_NONE;
    for (uint32_t i = 0; i < s->n_tokens; i++) {
        if (r->tokens[i].type != TOK_CONTROL)
            continue;
        if (s->eot == TOK_NONE && tok_name_ends(r->tokens[i].text, true))
            s->eot = i;
        r->tokens[i].flags |= tok_name_ends(r->tokens[i].text, false) ? TOK_END : 0;
    }
}

/* Llama's classes put bos and eos at the ends themselves, when the file says nothing of the ends. */
static int config_ends(struct tok_json *r, const struct val *config, const struct val *post)
{
    struct tok_spec *s = &r->spec;
    const char *name = val_str(val_get(config, "tokenizer_class"));
    bool says = post && post->kind == VAL_MAP && !span_is(tok_json_text(post, "type"), "ByteLevel");
    if (says || !name || (strcmp(name, "LlamaTokenizer") != 0 && strcmp(name, "LlamaTokenizerFast") != 0))
        return 0;
    if (tok_json_flag(config, "add_bos_token", false) && s->bos != TOK_NONE && add_end(r, config, false, s->bos))
        return ERR_FORMAT;
    if (tok_json_flag(config, "add_eos_token", false) && s->eos != TOK_NONE && add_end(r, config, true, s->eos))
        return ERR_FORMAT;
    return 0;
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static int read_all(struct tok_json *r, const struct val *root, const struct val *config)
{
    const struct val *added = val_get(root, "added_tokens"), *model = val_get(root, "model");
    int rc = tok_json_only(r, root, "tokenizer.json", "version truncation padding added_tokens normalizer pre_tokenizer "
                                                      "post_processor decoder model");
    if (!rc && added && added->kind != VAL_LIST && added->kind != VAL_NULL)
        rc = tok_json_fail(r, added, "added_tokens is not a list");
    if (!rc)
        rc = read_model(r, model, added);
    if (!rc)
        rc = read_added(r, added);
    if (!rc)
        rc = read_unk(r, model);
    if (!rc)
        rc = tok_json_normalizer(r, val_get(root, "normalizer"));
    if (!rc)
        rc = tok_json_pre(r, val_get(root, "pre_tokenizer"));
    if (!rc)
        rc = tok_json_decoder(r, val_get(root, "decoder"));
    if (!rc)
        rc = read_post(r, val_get(root, "post_processor"), 0);
    if (rc)
        return rc;
    read_names(r, config);
    return config_ends(r, config, val_get(root, "post_processor"));
}

int tok_new_json(struct span json, struct span config, struct arena *a, struct tokenizer **out, struct err *e)
{
    struct arena scratch;
    struct err local = { 0 };
    const struct val *root, *more = NULL;
    struct val_limits lim = json_limits;
    lim.max_bytes = (size_t)256 << 20;
    arena_init(&scratch, (size_t)8 << 30);
    struct tok_json *r = arena_alloc(&scratch, sizeof *r);
    int rc = r ? json_parse(json, &lim, &scratch, &root, &local) : err_memory(&local);
    if (!rc && config.n)
        rc = json_parse(config, &lim, &scratch, &more, &local);
    if (!rc) {
        r->a = &scratch;
        r->e = &local;
        r->spec.norms = r->norms;
        r->spec.pres = r->pres;
        r->spec.prefix = r->prefix;
        r->spec.suffix = r->suffix;
        rc = read_all(r, root, more);
    }
    if (!rc)
        rc = tok_new(&r->spec, a, out, &local);
    arena_fini(&scratch);
    if (rc && e)
        *e = local;
    return rc;
}
