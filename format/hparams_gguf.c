// SPDX-License-Identifier: Apache-2.0
#include "format/hparams_int.h"

#include <stdio.h>

enum { ARCH_MAX_BYTES = 64, KEY_MAX_BYTES = 160 };

/* What stands behind "<arch>." for each field; the first that is there counts. */
static const char *const keys[HP_COUNT][2] = {
    [HP_LAYERS] = { "block_count" }, [HP_EMBD] = { "embedding_length" }, [HP_FF] = { "feed_forward_length" },
    [HP_HEADS] = { "attention.head_count" }, [HP_KV_HEADS] = { "attention.head_count_kv" },
    [HP_KEY_DIM] = { "attention.key_length" }, [HP_VALUE_DIM] = { "attention.value_length" },
    [HP_CONTEXT] = { "context_length" }, [HP_VOCAB] = { "vocab_size" },
    [HP_WINDOW] = { "attention.sliding_window" },
    [HP_EXPERTS] = { "expert_count" }, [HP_EXPERTS_USED] = { "expert_used_count" },
    [HP_FF_EXPERT] = { "expert_feed_forward_length" }, [HP_KV_LORA] = { "attention.kv_lora_rank" },
    [HP_ROPE_DIM] = { "rope.dimension_count" },
};

static const struct gguf_kv *find(const struct gguf *g, const char *arch, const char *key)
{
    char name[KEY_MAX_BYTES];
    (void)snprintf(name, sizeof name, "%s.%s", arch, key);
    return gguf_get(g, name);
}

/* Item i of a list, or a single number. */
static bool number(const struct gguf_kv *kv, uint64_t i, uint64_t *out)
{
    struct gguf_kv as_list = *kv;
    as_list.type = GGUF_ARRAY;
    return gguf_item_u64(&as_list, i, out);
}

static int no_number(const struct gguf_kv *kv, struct err *e)
{
    return err_set(e, ERR_FORMAT, kv->byte_from, "\"%.*s\" is a %s, not a whole number", SPAN_ARG(kv->key),
                   gguf_type_name(kv->type));
}

static int place(const struct gguf_kv *kv, uint64_t v, struct arena *a, struct hp_fact *out, struct err *e)
{
    const char *key = arena_strn(a, kv->key.p, kv->key.n);
    if (!key)
        return err_memory(e);
    *out = (struct hp_fact){ .v = v, .known = true, .key = key, .byte_from = kv->byte_from, .byte_to = kv->byte_to };
    return 0;
}

/* One number, or one for each layer: then *list is [n_layers] and the fact is the largest. */
static int read_field(const struct gguf_kv *kv, enum hp_field f, struct hp_draft *d, const uint64_t **list,
                      struct err *e)
{
    uint64_t most = 0, n_layers = hp_value(d->h, HP_LAYERS);
    bool many = kv->type == GGUF_ARRAY;
    if (many && !list)
        return no_number(kv, e);
    if (many && kv->n != n_layers)
        return err_set(e, ERR_FORMAT, kv->byte_from, "\"%.*s\" has %llu items for %llu layers", SPAN_ARG(kv->key),
                       (unsigned long long)kv->n, (unsigned long long)n_layers);
    uint64_t *items = arena_array(d->a, many ? n_layers : 1, sizeof *items);
    if (!items)
        return err_memory(e);
    for (uint64_t i = 0; i < (many ? n_layers : 1); i++) {
        if (!number(kv, i, &items[i]))
            return no_number(kv, e);
        int rc = hp_check(f, hp_words(f), items[i], kv->byte_from, e);
        if (rc)
            return rc;
        most = items[i] > most ? items[i] : most;
    }
    if (many)
        *list = items;
    return place(kv, most, d->a, &d->h->facts[f], e);
}

static int read_fields(const struct gguf *g, struct hp_draft *d, struct err *e)
{
    const uint64_t *ff = NULL;
    int rc = 0;
    for (unsigned f = 0; f < HP_COUNT && !rc; f++) {
        const struct gguf_kv *kv = NULL;
        for (unsigned k = 0; k < 2 && keys[f][k] && !kv; k++)
            kv = find(g, d->h->architecture, keys[f][k]);
        const uint64_t **list = f == HP_HEADS ? &d->heads : f == HP_KV_HEADS ? &d->kv_heads : f == HP_FF ? &ff : NULL;
        if (kv)
            rc = read_field(kv, (enum hp_field)f, d, list, e);
    }
    const struct gguf_kv *tokens = gguf_get(g, "tokenizer.ggml.tokens");
    if (!rc && tokens && tokens->type == GGUF_ARRAY)
        hp_derive(d->h, HP_VOCAB, tokens->n);
    return rc;
}

/* Which layers have a window: a number, or one boolean for each layer (true: windowed). And which have no
 * attention at all: every layer but each full_attention_interval-th. */
static int read_pattern(const struct gguf *g, struct hp_draft *d, struct err *e)
{
    const struct gguf_kv *kv = find(g, d->h->architecture, "attention.sliding_window_pattern");
    const struct gguf_kv *every = find(g, d->h->architecture, "full_attention_interval");
    uint64_t v, n = hp_value(d->h, HP_LAYERS);
    if (kv && kv->type != GGUF_ARRAY && number(kv, 0, &v))
        d->pattern = v;
    bool flags = kv && kv->type == GGUF_ARRAY && kv->item_type == GGUF_BOOL && kv->n == n;
    bool gaps = every && number(every, 0, &v) && v > 1;
    if (n == 0 || (!flags && !gaps))
        return 0;
    uint8_t *attention = arena_alloc(d->a, n);
    if (!attention)
        return err_memory(e);
    for (uint64_t i = 0; i < n; i++)
        attention[i] = flags ? (kv->value.p[i] ? HP_WINDOWED : HP_FULL) : (i + 1) % v ? HP_NO_CACHE : HP_FULL;
    d->attention = attention;
    return 0;
}

int hparams_from_gguf(const struct gguf *g, struct arena *a, struct hparams *out, struct err *e)
{
    struct hparams h = { .architecture = "" };
    struct hp_draft d = { .h = &h, .a = a };
    struct span arch = SPAN_NONE;
    bool causal = true;
    if (gguf_str(g, "general.architecture", &arch) && arch.n <= ARCH_MAX_BYTES && !memchr(arch.p, 0, arch.n)) {
        h.architecture = arena_strn(a, arch.p, arch.n);
        if (!h.architecture)
            return err_memory(e);
    }
    char name[KEY_MAX_BYTES];
    const struct hp_arch *known = hp_arch_of(h.architecture);
    (void)snprintf(name, sizeof name, "%s.attention.causal", h.architecture);
    h.kind = known ? known->kind : HP_DECODER;
    if (gguf_bool(g, name, &causal) && !causal)
        h.kind = HP_ENCODER;
    int rc = read_fields(g, &d, e);
    if (!rc)
        rc = read_pattern(g, &d, e);
    if (!rc)
        rc = hp_finish(&d, e);
    if (!rc)
        *out = h;
    return rc;
}
