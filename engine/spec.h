// SPDX-License-Identifier: Apache-2.0
/* engine/spec.h - the numbers of a model, read and bounded: all that the program needs to know beside the weights.
 *
 *     <arch>.attention.head_count 9  ─┐
 *     <arch>.rope.freq_base 1e5       ├─> spec: layers, each with heads, window, rope
 *     rope_freqs.weight               ─┘
 *
 * Each count is within the ceilings of format/hparams.h, and each product of two that is used here fits 32 bits. */
#ifndef ASSAY_ENGINE_SPEC_H
#define ASSAY_ENGINE_SPEC_H
#include "base/arena.h"
#include "engine/rope.h"
#include "format/gguf.h"

enum pooling { POOL_NONE, POOL_MEAN, POOL_CLS, POOL_LAST, POOL_RANK };      /* numbers of <arch>.pooling_type */
enum { ROPE_FULL, ROPE_WINDOW, ROPE_KINDS, ROPE_NOT = ROPE_KINDS };

struct spec_layer {
    uint32_t n_heads, n_kv_heads;
    uint32_t n_ff;
    uint32_t window;                    /* positions that are seen, the own one among them; 0: all */
    uint8_t rope;                       /* ROPE_FULL, ROPE_WINDOW or ROPE_NOT */
};

struct arch;
struct spec {
    const struct arch *arch;
    uint32_t n_layers, n_embd, n_vocab, n_ctx_train;
    uint32_t key_dim, value_dim;        /* of one head */
    uint32_t n_positions, n_types;      /* learned ones; 0: none */
    uint32_t n_window;                  /* of the layers that have one */
    float eps;
    float embd_scale, residual_scale, attn_scale, logit_scale;      /* factors; 1 is none, but for attn_scale */
    float attn_softcap, final_softcap;                              /* 0: none */
    enum pooling pooling;
    struct rope_spec rope[ROPE_KINDS];
    struct spec_layer *layers;          /* [n_layers] */
    uint32_t max_q, max_kv, max_ff;     /* the widest layer's: queries, keys and values together, feed-forward */
};

/* Read the spec of `g`. *out is owned by `a`, and borrows the factors of rope from g.
 * Fails: ERR_FORMAT an architecture or a scaling that is not known (those known are named), a key that is missing, of
 * another type, or at odds with another; ERR_LIMIT; ERR_MEMORY. */
int spec_read(const struct gguf *g, struct arena *a, struct spec *out, struct err *e);

static inline uint32_t spec_q(const struct spec *s, const struct spec_layer *l) { return l->n_heads * s->key_dim; }
static inline uint32_t spec_k(const struct spec *s, const struct spec_layer *l) { return l->n_kv_heads * s->key_dim; }
static inline uint32_t spec_v(const struct spec *s, const struct spec_layer *l) { return l->n_kv_heads * s->value_dim; }
static inline uint32_t spec_out(const struct spec *s, const struct spec_layer *l) { return l->n_heads * s->value_dim; }

/* "<arch>.<key>" of g, by the rules of gguf_u64 and its like. */
bool spec_u64(const struct gguf *g, const char *key, uint64_t *out);
bool spec_f32(const struct gguf *g, const char *key, float *out);
const struct gguf_kv *spec_kv(const struct gguf *g, const char *key);

#endif
