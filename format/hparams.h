// SPDX-License-Identifier: Apache-2.0
/* format/hparams.h - the hyperparameters of a transformer, from GGUF metadata or from config.json.
 *
 *     <arch>.block_count 30        ┐                              layer 0   3 heads of 64 + 64, window 512
 *     <arch>.attention.head_count  ├─> facts, each with its bytes ─> layer 1   ...
 *     num_hidden_layers, ...       ┘                              layer 5   full attention
 *
 * What the file does not say is unknown (`known` false), or follows from what it says by the rule that
 * the programs which run such files use (`derived` true: it has no bytes). The layers are filled in when all that
 * the KV cache needs is known; else `missing` names the first key that is not there.
 * Every number has a ceiling, so that products of them do not overflow: hp_kv_elements cannot.
 * Layers without a cache: linear attention, convolution, state space. Their state does not grow with the text.
 * Source: gguf-py constants.py (keys), llama.cpp src/llama-model.cpp (defaults, window patterns), the
 * configuration classes of transformers (names, defaults). */
#ifndef ASSAY_FORMAT_HPARAMS_H
#define ASSAY_FORMAT_HPARAMS_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "format/gguf.h"

/*    field              ceiling  words */
#define HP_MAP(X)                                                         \
    X(HP_LAYERS,            1024, "layers")                               \
    X(HP_EMBD,           1 << 20, "embedding length")                     \
    X(HP_FF,             1 << 22, "feed-forward length")                  \
    X(HP_HEADS,             4096, "attention heads")                      \
    X(HP_KV_HEADS,          4096, "key and value heads")                  \
    X(HP_KEY_DIM,           8192, "length of a key")                      \
    X(HP_VALUE_DIM,         8192, "length of a value")                    \
    X(HP_CONTEXT,        1 << 30, "context length")                       \
    X(HP_VOCAB,          1 << 24, "vocabulary")                           \
    X(HP_WINDOW,         1 << 30, "attention window")                     \
    X(HP_EXPERTS,           4096, "experts")                              \
    X(HP_EXPERTS_USED,      4096, "experts used for a token")             \
    X(HP_FF_EXPERT,      1 << 22, "feed-forward length of an expert")     \
    X(HP_KV_LORA,        1 << 16, "compressed key and value")             \
    X(HP_ROPE_DIM,          8192, "rotated part of a key")

enum hp_field {
#define X(field, max, words) field,
    HP_MAP(X)
#undef X
    HP_COUNT
};

#define HP_MAX_KV_WIDTH ((uint64_t)1 << 31)     /* elements a token takes, over all layers */

struct hp_fact {
    uint64_t v;                     /* of a list: its largest */
    bool known, derived;
    const char *key;                /* as the file has it, "llama.block_count"; "" when derived */
    uint32_t line_from, line_to;    /* of config.json; 0 in GGUF */
    uint64_t byte_from, byte_to;    /* of the value; equal when it has no place of its own */
};

enum hp_attention { HP_FULL, HP_WINDOWED, HP_NO_CACHE };
struct hp_layer {
    enum hp_attention attention;
    uint32_t window;                /* tokens that a windowed layer keeps; else 0 */
    uint64_t kv_width;              /* elements that one token adds to the cache: keys and values */
};

enum hp_kind { HP_DECODER, HP_ENCODER, HP_ENCODER_DECODER };
struct hparams {
    const char *architecture;       /* "llama"; "" when not said */
    enum hp_kind kind;              /* an encoder has no cache */
    struct hp_fact facts[HP_COUNT];
    const struct hp_layer *layers;  /* [facts[HP_LAYERS].v]; NULL when `missing` */
    const char *missing;            /* NULL: the cache can be computed */
    bool compressed;                /* keys and values are one latent vector (MLA) */
    bool window_unsure;             /* a window, but which layers have it is not known: all count as full */
};

/* Read the metadata of `g`. *out is owned by `a` and borrows nothing else. Fails: ERR_FORMAT a value of
 * another type, a list of another length than there are layers, ERR_LIMIT a number above its ceiling; the
 * position is the byte. ERR_MEMORY. */
int hparams_from_gguf(const struct gguf *g, struct arena *a, struct hparams *out, struct err *e);

/* Read config.json; what a composite model keeps in "text_config" or its like is taken from there first.
 * Fails: as above, and ERR_FORMAT when it is no JSON object. */
int hparams_from_config(struct span json, struct arena *a, struct hparams *out, struct err *e);

/* Fill in, or correct, what a token adds to the cache of each layer with attention, from the shapes of the weights.
 * *changed (set in any case): that made a difference. Fails: ERR_MEMORY. */
int hparams_kv_width(struct hparams *h, uint64_t width, struct arena *a, bool *changed, struct err *e);

/* Elements of the KV cache for n_tokens, windows heeded. 0 when `missing`, and of an encoder. */
uint64_t hp_kv_elements(const struct hparams *h, uint64_t n_tokens);

const char *hp_words(enum hp_field f);
uint64_t hp_ceiling(enum hp_field f);
static inline uint64_t hp_value(const struct hparams *h, enum hp_field f)   /* 0 when not known */
{
    return h->facts[f].known ? h->facts[f].v : 0;
}

#endif
