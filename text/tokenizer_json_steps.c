// SPDX-License-Identifier: Apache-2.0
/* The steps of a tokenizer.json: normalizers, pre-tokenizers, decoders. Sequences are laid flat. */
#include "text/tok_int.h"
#include "text/tokenizer_json_int.h"

enum { DEPTH_MAX = 8 };

static int not_known(struct tok_json *r, const struct val *v, const char *what, struct span type)
{
    return tok_json_fail(r, v, "%s '%.60s' is not supported", what, type.n ? (const char *)type.p : "without a type");
}

/* {"String": ...} or {"Regex": ...} */
static int read_pattern(struct tok_json *r, const struct val *v, struct span *out, bool *is_regex)
{
    const struct val *p = val_get(v, "pattern");
    const struct val *string = val_get(p, "String"), *regex = val_get(p, "Regex");
    if (!string == !regex || (string ? string : regex)->kind != VAL_STR)
        return tok_json_fail(r, v, "a pattern is neither a String nor a Regex");
    *is_regex = regex;
    *out = (string ? string : regex)->str;
    return 0;
}

/* ---- normalizers ---------------------------------------------------------------------------- */

static int value_of(uint8_t c)
{
    return c - 'A' < 26 && c >= 'A' ? c - 'A' : c - 'a' < 26 && c >= 'a' ? c - 'a' + 26
         : c - '0' < 10 && c >= '0' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int from_base64(struct tok_json *r, const struct val *v, struct span in, struct span *out)
{
    uint8_t *p = arena_alloc(r->a, in.n / 4 * 3 + 4);
    uint32_t bits = 0;
    size_t n = 0, i = 0;
    if (!p)
        return err_memory(r->e);
    for (; i < in.n && in.p[i] != '='; i++) {
        int x = value_of(in.p[i]);
        if (x < 0)
            return tok_json_fail(r, v, "the precompiled character map is not Base64");
        bits = bits << 6 | (uint32_t)x;
        if (i % 4)
            p[n++] = (uint8_t)(bits >> (i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0));
    }
    *out = span_of(p, n);
    return 0;
}

static int add_norm(struct tok_json *r, const struct val *v, struct tok_norm n)
{
    if (r->spec.n_norms == TOK_STEPS_MAX)
        return tok_json_fail(r, v, "more than %u normalizers", TOK_STEPS_MAX);
    r->norms[r->spec.n_norms++] = n;
    return 0;
}

static int bert_norm(struct tok_json *r, const struct val *v)
{
    bool lower = tok_json_flag(v, "lowercase", true);
    unsigned flags = (tok_json_flag(v, "clean_text", true) ? TOK_BERT_CLEAN : 0u) |
                     (tok_json_flag(v, "handle_chinese_chars", true) ? TOK_BERT_CHINESE : 0u) |
                     (tok_json_flag(v, "strip_accents", lower) ? TOK_BERT_ACCENTS : 0u) | (lower ? TOK_BERT_LOWER : 0u);
    if (tok_json_only(r, v, "BertNormalizer", "type clean_text handle_chinese_chars strip_accents lowercase"))
        return ERR_FORMAT;
    return add_norm(r, v, (struct tok_norm){ .kind = TOK_NORM_BERT, .flags = flags });
}

static int with_text(struct tok_json *r, const struct val *v, struct span type)
{
    struct tok_norm n = { .kind = TOK_NORM_PREPEND };
    if (span_is(type, "Prepend")) {
        n.a = tok_json_text(v, "prepend");
        return tok_json_only(r, v, "Prepend", "type prepend") ? ERR_FORMAT : add_norm(r, v, n);
    }
    if (span_is(type, "Strip")) {
        n.kind = TOK_NORM_STRIP;
        n.flags = (tok_json_flag(v, "strip_left", true) ? TOK_LSTRIP : 0u) |
                  (tok_json_flag(v, "strip_right", true) ? TOK_RSTRIP : 0u);
        return tok_json_only(r, v, "Strip", "type strip_left strip_right") ? ERR_FORMAT : add_norm(r, v, n);
    }
    if (span_is(type, "Replace")) {
        n.kind = TOK_NORM_REPLACE;
        n.b = tok_json_text(v, "content");
        if (tok_json_only(r, v, "Replace", "type pattern content") || read_pattern(r, v, &n.a, &n.is_regex))
            return ERR_FORMAT;
        return add_norm(r, v, n);
    }
    if (span_is(type, "Precompiled")) {
        n.kind = TOK_NORM_CHARSMAP;
        n.flags = TOK_CHARSMAP_GRAPHEMES;
        if (tok_json_only(r, v, "Precompiled", "type precompiled_charsmap"))
            return ERR_FORMAT;
        int rc = from_base64(r, v, tok_json_text(v, "precompiled_charsmap"), &n.a);
        return rc ? rc : add_norm(r, v, n);
    }
    return not_known(r, v, "normalizer", type);
}

static int one_norm(struct tok_json *r, const struct val *v, unsigned depth)
{
    static const struct { const char *name; enum tok_norm_kind kind; } plain[] = {
        { "NFC", TOK_NORM_NFC }, { "NFD", TOK_NORM_NFD }, { "NFKC", TOK_NORM_NFKC }, { "NFKD", TOK_NORM_NFKD },
        { "Lowercase", TOK_NORM_LOWERCASE }, { "StripAccents", TOK_NORM_STRIP_ACCENTS }, { "Nmt", TOK_NORM_NMT } };
    struct span type = tok_json_text(v, "type");
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (span_is(type, plain[i].name))
            return tok_json_only(r, v, plain[i].name, "type") ? ERR_FORMAT
                   : add_norm(r, v, (struct tok_norm){ .kind = plain[i].kind });
    if (span_is(type, "BertNormalizer"))
        return bert_norm(r, v);
    if (!span_is(type, "Sequence"))
        return with_text(r, v, type);
    const struct val *list = val_get(v, "normalizers");
    if (tok_json_only(r, v, "Sequence", "type normalizers") || !list || list->kind != VAL_LIST || depth == DEPTH_MAX)
        return tok_json_fail(r, v, "a Sequence without a list of normalizers, or too deep");
    int rc = 0;
    for (const struct val *x = list->first; x && !rc; x = x->next)
        rc = one_norm(r, x, depth + 1);
    return rc;
}

int tok_json_normalizer(struct tok_json *r, const struct val *v)
{
    return !v || v->kind == VAL_NULL ? 0 : one_norm(r, v, 0);
}

/* ---- pre-tokenizers ---------------------------------------------------------------------------- */

static int add_pre(struct tok_json *r, const struct val *v, struct tok_pre p)
{
    if (r->spec.n_pres == TOK_STEPS_MAX)
        return tok_json_fail(r, v, "more than %u pre-tokenizers", TOK_STEPS_MAX);
    r->pres[r->spec.n_pres++] = p;
    return 0;
}

static int read_behavior(struct tok_json *r, const struct val *v, enum tok_behavior *out)
{
    static const char *const names[] = { [TOK_REMOVED] = "Removed", [TOK_ISOLATED] = "Isolated",
        [TOK_CONTIGUOUS] = "Contiguous", [TOK_WITH_PREVIOUS] = "MergedWithPrevious", [TOK_WITH_NEXT] = "MergedWithNext" };
    struct span name = tok_json_text(v, "behavior");
    for (unsigned i = 0; name.n && i < sizeof names / sizeof *names; i++)
        if (span_is(name, names[i])) {
            *out = (enum tok_behavior)i;
            return 0;
        }
    return name.n ? tok_json_fail(r, v, "behavior '%.60s' is not known", (const char *)name.p) : 0;
}

static int split(struct tok_json *r, const struct val *v)
{
    struct tok_pre p = { .kind = TOK_PRE_SPLIT, .behavior = TOK_ISOLATED, .invert = tok_json_flag(v, "invert", false) };
    bool is_regex = false;
    if (tok_json_only(r, v, "Split", "type pattern behavior invert") || read_pattern(r, v, &p.a, &is_regex) ||
        read_behavior(r, v, &p.behavior))
        return ERR_FORMAT;
    p.is_literal = !is_regex;
    return add_pre(r, v, p);
}

static int byte_level(struct tok_json *r, const struct val *v)
{
    unsigned flags = (tok_json_flag(v, "add_prefix_space", true) ? TOK_BYTE_PREFIX_SPACE : 0u) |
                     (tok_json_flag(v, "use_regex", true) ? TOK_BYTE_SPLIT : 0u);
    if (tok_json_only(r, v, "ByteLevel", "type add_prefix_space trim_offsets use_regex"))
        return ERR_FORMAT;
    return add_pre(r, v, (struct tok_pre){ .kind = TOK_PRE_BYTE_LEVEL, .flags = flags });
}

/* Old files say add_prefix_space, newer ones prepend_scheme. */
static int scheme_of(struct tok_json *r, const struct val *v, unsigned *flags)
{
    struct span scheme = tok_json_text(v, "prepend_scheme");
    if (!scheme.n)
        *flags = tok_json_flag(v, "add_prefix_space", true) ? TOK_META_ALWAYS : 0;
    else if (span_is(scheme, "always") || span_is(scheme, "first") || span_is(scheme, "never"))
        *flags = scheme.p[0] == 'a' ? TOK_META_ALWAYS : scheme.p[0] == 'f' ? TOK_META_FIRST : 0;
    else
        return tok_json_fail(r, v, "prepend_scheme '%.60s' is not known", (const char *)scheme.p);
    return tok_json_only(r, v, "Metaspace", "type replacement add_prefix_space prepend_scheme split str_rep");
}

static int metaspace(struct tok_json *r, const struct val *v)
{
    struct tok_pre p = { .kind = TOK_PRE_METASPACE, .a = tok_json_text(v, "replacement") };
    if (scheme_of(r, v, &p.flags))
        return ERR_FORMAT;
    p.flags |= tok_json_flag(v, "split", true) ? TOK_META_SPLIT : 0;
    return p.a.n ? add_pre(r, v, p) : tok_json_fail(r, v, "a Metaspace without its replacement");
}

static int plain_pre(struct tok_json *r, const struct val *v, struct span type)
{
    struct tok_pre p = { .kind = TOK_PRE_DIGITS, .behavior = TOK_ISOLATED };
    if (span_is(type, "BertPreTokenizer"))
        p.kind = TOK_PRE_BERT;
    else if (span_is(type, "Whitespace"))
        p.kind = TOK_PRE_WHITESPACE;
    else if (span_is(type, "WhitespaceSplit"))
        p.kind = TOK_PRE_WHITESPACE_SPLIT;
    else if (span_is(type, "Punctuation"))
        p.kind = TOK_PRE_PUNCTUATION;
    else if (span_is(type, "Digits"))
        p.flags = tok_json_flag(v, "individual_digits", false) ? TOK_DIGITS_EACH : 0;
    else if (span_is(type, "CharDelimiterSplit"))
        p = (struct tok_pre){ .kind = TOK_PRE_SPLIT, .a = tok_json_text(v, "delimiter"), .is_literal = true };
    else
        return not_known(r, v, "pre-tokenizer", type);
    if (tok_json_only(r, v, "a pre-tokenizer", "type behavior individual_digits delimiter"))
        return ERR_FORMAT;
    if (p.kind == TOK_PRE_PUNCTUATION && read_behavior(r, v, &p.behavior))
        return ERR_FORMAT;
    return add_pre(r, v, p);
}

static int one_pre(struct tok_json *r, const struct val *v, unsigned depth)
{
    struct span type = tok_json_text(v, "type");
    if (span_is(type, "Split"))
        return split(r, v);
    if (span_is(type, "ByteLevel"))
        return byte_level(r, v);
    if (span_is(type, "Metaspace"))
        return metaspace(r, v);
    if (!span_is(type, "Sequence"))
        return plain_pre(r, v, type);
    const struct val *list = val_get(v, "pretokenizers");
    if (tok_json_only(r, v, "Sequence", "type pretokenizers") || !list || list->kind != VAL_LIST || depth == DEPTH_MAX)
        return tok_json_fail(r, v, "a Sequence without a list of pretokenizers, or too deep");
    int rc = 0;
    for (const struct val *x = list->first; x && !rc; x = x->next)
        rc = one_pre(r, x, depth + 1);
    return rc;
}

int tok_json_pre(struct tok_json *r, const struct val *v)
{
    return !v || v->kind == VAL_NULL ? 0 : one_pre(r, v, 0);
}

/* ---- decoders ------------------------------------------------------------------------------------ */

static int replace_decoder(struct tok_json *r, const struct val *v)
{
    bool is_regex = false;
    struct span what = SPAN_NONE;
    if (tok_json_only(r, v, "Replace", "type pattern content") || read_pattern(r, v, &what, &is_regex))
        return ERR_FORMAT;
    if (is_regex || !span_is(tok_json_text(v, "content"), " "))
        return tok_json_fail(r, v, "a decoder that replaces by anything but a space is not supported");
    r->spec.decoder = TOK_DECODE_SPACES;
    r->spec.marker = what;
    return 0;
}

static int strip_decoder(struct tok_json *r, const struct val *v)
{
    const struct val *start = val_get(v, "start"), *stop = val_get(v, "stop");
    if (tok_json_only(r, v, "Strip", "type content start stop"))
        return ERR_FORMAT;
    if (!span_is(tok_json_text(v, "content"), " ") || !start || !stop || start->i < 0 || start->i > 1 || stop->i)
        return tok_json_fail(r, v, "a decoder that strips anything but one leading space is not supported");
    r->spec.decode_strip = (uint8_t)start->i;
    return 0;
}

static int metaspace_decoder(struct tok_json *r, const struct val *v)
{
    unsigned flags;
    if (scheme_of(r, v, &flags))
        return ERR_FORMAT;
    r->spec.decoder = TOK_DECODE_SPACES;
    r->spec.marker = tok_json_text(v, "replacement");
    r->spec.decode_strip = flags ? 2 : 0;
    return 0;
}

static int one_decoder(struct tok_json *r, const struct val *v, unsigned depth)
{
    struct span type = tok_json_text(v, "type");
    if (span_is(type, "Replace"))
        return replace_decoder(r, v);
    if (span_is(type, "Strip"))
        return strip_decoder(r, v);
    if (span_is(type, "Metaspace"))
        return metaspace_decoder(r, v);
    if (span_is(type, "ByteLevel")) {
        r->spec.decoder = TOK_DECODE_BYTE_LEVEL;
        return 0;
    }
    if (span_is(type, "Fuse") || (span_is(type, "ByteFallback") && r->spec.byte_fallback)) {
        r->spec.decoder = r->spec.decoder == TOK_DECODE_WORDS ? TOK_DECODE_SPACES : r->spec.decoder;
        return 0;
    }
    if (span_is(type, "WordPiece")) {
        r->spec.decoder = TOK_DECODE_WORDPIECE;
        r->spec.marker = tok_json_text(v, "prefix");
        r->spec.decode_cleanup = tok_json_flag(v, "cleanup", true);
        return tok_json_only(r, v, "WordPiece", "type prefix cleanup");
    }
    const struct val *list = val_get(v, "decoders");
    if (!span_is(type, "Sequence") || !list || list->kind != VAL_LIST || depth == DEPTH_MAX)
        return not_known(r, v, "decoder", type);
    for (const struct val *x = list->first; x; x = x->next)
        if (one_decoder(r, x, depth + 1))
            return ERR_FORMAT;
    return 0;
}

int tok_json_decoder(struct tok_json *r, const struct val *v)
{
    r->spec.decoder = TOK_DECODE_WORDS;         /* without one the reference joins tokens by spaces */
    return !v || v->kind == VAL_NULL ? 0 : one_decoder(r, v, 0);
}
