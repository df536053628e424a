// SPDX-License-Identifier: Apache-2.0
/* engine/session_int.h - the memory of a session, and the step that program.c runs.
 *
 *     shared       qkv  att  branch  up           outputs of products, one row a token
 *     side         x  n  h  turn  forms           what is made of them token by token
 *
 * A wide step has one side; the lanes share out its tokens and meet behind each stage. A narrow step, of few tokens,
 * gives each lane a side of its own: every lane does the small work of all tokens for itself, the same on the same
 * numbers, and the lanes meet behind products and attention only, five times a layer instead of ten. */
#ifndef ASSAY_ENGINE_SESSION_INT_H
#define ASSAY_ENGINE_SESSION_INT_H
#include "engine/session.h"

enum { NARROW_MAX = 4, PIECE_TOKENS = 16, SESSION_FEED_MAX = 512 };

struct side {
    float *x;                           /* [T][n_embd] the residual stream */
    float *n;                           /* [T][n_embd] normed */
    float *h;                           /* [T][max_ff] between up and down */
    float *qkv;                         /* [T][width]; the shared one in a wide step */
    float *turn;                        /* [T][ROPE_KINDS][n_rot] cosines and sines */
    float *up;                          /* [2 max_ff] of one token, in a narrow step */
    void *forms;                        /* of the activations that a product takes */
};

struct layer_forms { uint32_t qkv, out, up, down; };    /* of activations, that the products of a layer take: ACTS_* */

struct piece { uint32_t from, to, seq; };       /* tokens [from, to) of the step, of one sequence */

struct kv_layer { size_t k, v; size_t k_row, v_row, k_head, v_head; };      /* bytes; k, v from the sequence's start */

struct session {
    const struct weights *w;
    const struct kern *k;
    struct pool *pool;
    struct session_shape shape;
    struct arena a;
    void *block;                        /* owned */
    uint8_t *kv;
    size_t kv_seq_bytes;
    struct kv_layer *kv_layers;         /* [n_layers] */
    uint32_t *lengths;                  /* [n_seq] */
    struct rope rope[ROPE_KINDS];
    uint32_t width;                     /* of a row of qkv */
    struct layer_forms *forms;          /* [n_layers] */
    float *qkv, *att, *branch, *up;     /* [T] rows of width, max_q, n_embd, 2 max_ff */
    float *logits;                      /* [n_want][n_vocab]; NULL when hidden */
    float *hidden;                      /* [n_want][n_embd] */
    struct side wide;
    struct side *narrow;                /* [n_lanes] */
    void **scratch;                     /* [n_lanes] of attention */

    /* the step */
    uint32_t n_tok, n_want, n_pieces;
    bool is_narrow;
    const uint32_t *tokens;
    uint32_t *pos;                      /* [T] */
    uint32_t *seq;                      /* [T] */
    uint32_t *lo[2], *hi[2];            /* [T] positions seen: without and with a window */
    uint32_t *wanted;                   /* [n_want] */
    struct piece *pieces;               /* [T] */
};

/* Run the step that is set up in s. */
void program_run(struct session *s);

static inline uint8_t *session_kv(const struct session *s, uint32_t seq) { return s->kv + seq * s->kv_seq_bytes; }

#endif
