// SPDX-License-Identifier: Apache-2.0
#include "format/hparams_int.h"

#include <inttypes.h>

static const struct { uint64_t max; const char *words; } fields[HP_COUNT] = {
#define X(field, max, words) [field] = { max, words },
    HP_MAP(X)
#undef X
};

const char *hp_words(enum hp_field f)
{
    return (unsigned)f < HP_COUNT ? fields[f].words : "";
}

uint64_t hp_ceiling(enum hp_field f)
{
    return (unsigned)f < HP_COUNT ? fields[f].max : 0;
}

/* Names of both worlds: general.architecture of GGUF, model_type of config.json. `pattern` n: each n-th layer has full
 * attention, the others the window, when one is given. NONE_FULL: all layers have the window. */
enum { NONE_FULL = 255 };
static const struct hp_arch archs[] = {
    { "albert", HP_ENCODER, 0, false }, { "bert", HP_ENCODER, 0, false }, { "camembert", HP_ENCODER, 0, false },
    { "deberta", HP_ENCODER, 0, false }, { "deberta-v2", HP_ENCODER, 0, false },
    { "distilbert", HP_ENCODER, 0, false }, { "electra", HP_ENCODER, 0, false },
    { "jina-bert-v2", HP_ENCODER, 0, false }, { "jina-bert-v3", HP_ENCODER, 0, false },
    { "modern-bert", HP_ENCODER, 0, false }, { "modernbert", HP_ENCODER, 0, false },
    { "mpnet", HP_ENCODER, 0, false }, { "neo-bert", HP_ENCODER, 0, false }, { "new", HP_ENCODER, 0, false },
    { "nomic-bert", HP_ENCODER, 0, false }, { "nomic-bert-moe", HP_ENCODER, 0, false },
    { "nomic_bert", HP_ENCODER, 0, false }, { "roberta", HP_ENCODER, 0, false },
    { "xlm-roberta", HP_ENCODER, 0, false },
    { "bart", HP_ENCODER_DECODER, 0, false }, { "marian", HP_ENCODER_DECODER, 0, false },
    { "mbart", HP_ENCODER_DECODER, 0, false }, { "mt5", HP_ENCODER_DECODER, 0, false },
    { "t5", HP_ENCODER_DECODER, 0, false }, { "whisper", HP_ENCODER_DECODER, 0, false },
    { "t5encoder", HP_ENCODER, 0, false },
    { "cohere2", HP_DECODER, 4, false }, { "exaone4", HP_DECODER, 4, false }, { "gemma2", HP_DECODER, 2, false },
    { "gemma3", HP_DECODER, 6, false }, { "gemma3_text", HP_DECODER, 6, false },
    { "gemma3n", HP_DECODER, 5, false }, { "gemma3n_text", HP_DECODER, 5, false },
    { "gpt-oss", HP_DECODER, 2, false }, { "gpt_oss", HP_DECODER, 2, false }, { "olmo3", HP_DECODER, 4, false },
    { "mistral", HP_DECODER, NONE_FULL, false }, { "mixtral", HP_DECODER, NONE_FULL, false },
    { "phi3", HP_DECODER, NONE_FULL, false }, { "starcoder2", HP_DECODER, NONE_FULL, false },
    { "mamba", HP_DECODER, 0, true }, { "mamba2", HP_DECODER, 0, true }, { "falcon_mamba", HP_DECODER, 0, true },
    { "rwkv", HP_DECODER, 0, true }, { "rwkv6", HP_DECODER, 0, true }, { "rwkv7", HP_DECODER, 0, true },
};

const struct hp_arch *hp_arch_of(const char *name)
{
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++)
        if (strcmp(archs[i].name, name) == 0)
            return &archs[i];
    return NULL;
}

int hp_check(enum hp_field f, const char *key, uint64_t v, uint64_t byte, struct err *e)
{
    if (v <= fields[f].max)
        return 0;
    return err_set(e, ERR_LIMIT, byte, "\"%.80s\" is %" PRIu64 ", more than %" PRIu64 " %s", key, v, fields[f].max,
                   fields[f].words);
}

void hp_derive(struct hparams *h, enum hp_field f, uint64_t v)
{
    if (!h->facts[f].known && v > 0 && v <= fields[f].max)
        h->facts[f] = (struct hp_fact){ .v = v, .known = true, .derived = true, .key = "" };
}

/* ---- layers -------------------------------------------------------------------------- */

static const char *first_missing(const struct hp_draft *d)
{
    const struct hparams *h = d->h;
    if (hp_value(h, HP_LAYERS) == 0)
        return "the number of layers";
    if (h->kind == HP_ENCODER)
        return NULL;
    if (h->kind == HP_ENCODER_DECODER)
        return "a rule for models with an encoder and a decoder";
    if (h->compressed)
        return hp_value(h, HP_ROPE_DIM) ? NULL : "the rotated part of a key";
    if (!h->facts[HP_KV_HEADS].known && !d->kv_heads)
        return h->facts[HP_HEADS].known ? "the number of key and value heads" : "the number of attention heads";
    if (h->facts[HP_KV_HEADS].v && (!h->facts[HP_KEY_DIM].known || !h->facts[HP_VALUE_DIM].known))
        return "the length of a key";
    return NULL;
}

static enum hp_attention attention_of(const struct hp_draft *d, uint64_t i)
{
    if (d->attention)
        return (enum hp_attention)d->attention[i];
    if (d->all_windowed)
        return HP_WINDOWED;
    if (d->pattern)
        return (i + 1) % d->pattern == 0 ? HP_FULL : HP_WINDOWED;
    return HP_FULL;
}

static void fill_layer(const struct hp_draft *d, uint64_t i, struct hp_layer *l)
{
    const struct hparams *h = d->h;
    uint64_t window = hp_value(h, HP_WINDOW);
    uint64_t heads = d->kv_heads ? d->kv_heads[i] : hp_value(h, HP_KV_HEADS);
    l->kv_width = h->compressed ? hp_value(h, HP_KV_LORA) + hp_value(h, HP_ROPE_DIM) :
                  heads * (hp_value(h, HP_KEY_DIM) + hp_value(h, HP_VALUE_DIM));
    l->attention = attention_of(d, i);
    if (l->attention == HP_WINDOWED && window == 0)
        l->attention = HP_FULL;
    if (l->kv_width == 0 || h->kind == HP_ENCODER)
        l->attention = HP_NO_CACHE;
    if (l->attention == HP_NO_CACHE)
        l->kv_width = 0;
    if (l->attention == HP_WINDOWED)
        l->window = (uint32_t)window;
}

static void derive(struct hp_draft *d)
{
    struct hparams *h = d->h;
    const struct hp_arch *arch = hp_arch_of(h->architecture);
    if (arch && arch->stateful)
        h->facts[HP_KV_HEADS] = (struct hp_fact){ .known = true, .derived = true, .key = "" };
    if (hp_value(h, HP_HEADS)) {
        hp_derive(h, HP_KEY_DIM, hp_value(h, HP_EMBD) / hp_value(h, HP_HEADS));
        hp_derive(h, HP_VALUE_DIM, hp_value(h, HP_EMBD) / hp_value(h, HP_HEADS));
    }
    if (!d->heads_unsure && !h->facts[HP_KV_HEADS].known) {
        d->kv_heads = d->kv_heads ? d->kv_heads : d->heads;
        hp_derive(h, HP_KV_HEADS, hp_value(h, HP_HEADS));
    }
    h->compressed = hp_value(h, HP_KV_LORA) > 0;
    if (hp_value(h, HP_WINDOW) == 0 || d->attention || d->pattern || d->all_windowed)
        return;
    if (arch && arch->pattern == NONE_FULL)
        d->all_windowed = true;
    else if (arch && arch->pattern)
        d->pattern = arch->pattern;
    else
        h->window_unsure = true;
}

int hp_finish(struct hp_draft *d, struct err *e)
{
    struct hparams *h = d->h;
    uint64_t n = hp_value(h, HP_LAYERS), sum = 0;
    derive(d);
    h->missing = first_missing(d);
    h->layers = NULL;
    if (n == 0)
        return 0;
    struct hp_layer *layers = arena_array(d->a, n, sizeof *layers);
    if (!layers)
        return err_memory(e);
    for (uint64_t i = 0; i < n; i++) {
        fill_layer(d, i, &layers[i]);
        sum += layers[i].kv_width;          /* below 1024 * 4096 * 16384 */
    }
    if (sum > HP_MAX_KV_WIDTH)
        return err_plain(e, ERR_LIMIT, "a token would take %" PRIu64 " elements of KV cache", sum);
    h->layers = layers;
    return 0;
}

/* ---- for others ---------------------------------------------------------------------- */

int hparams_kv_width(struct hparams *h, uint64_t width, struct arena *a, bool *changed, struct err *e)
{
    uint64_t n = hp_value(h, HP_LAYERS);
    *changed = false;
    if (!h->layers || h->kind != HP_DECODER || h->compressed || width == 0 || width > HP_MAX_KV_WIDTH / n)
        return 0;
    struct hp_layer *layers = arena_array(a, n, sizeof *layers);
    if (!layers)
        return err_memory(e);
    for (uint64_t i = 0; i < n; i++) {
        bool fill = h->missing != NULL || h->layers[i].kv_width;
        layers[i] = h->layers[i];
        if (!fill || layers[i].kv_width == width)
            continue;
        *changed = true;
        layers[i].kv_width = width;
        if (layers[i].attention == HP_NO_CACHE)
            layers[i].attention = HP_FULL;
    }
    h->layers = layers;
    h->missing = NULL;
    return 0;
}

uint64_t hp_kv_elements(const struct hparams *h, uint64_t n_tokens)
{
    uint64_t sum = 0;
    if (h->missing || !h->layers)
        return 0;
    if (n_tokens > fields[HP_CONTEXT].max)
        n_tokens = fields[HP_CONTEXT].max;
    for (uint64_t i = 0; i < hp_value(h, HP_LAYERS); i++) {
        const struct hp_layer *l = &h->layers[i];
        sum += l->kv_width * (l->window && l->window < n_tokens ? l->window : n_tokens);
    }
    return sum;                             /* at most 2^31 * 2^30 */
}
