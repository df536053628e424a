// SPDX-License-Identifier: Apache-2.0
/* engine/session.h - sequences being run through a model: their cache, and one step of many tokens at a time.
 *
 *     batch   token  17  4  99 | 7 | 3         tokens of one sequence stand together and follow what it has
 *             seq     0  0   0 | 1 | 4         one step: all of them through all layers, in one run of the pool
 *             want    .  .   x | x | x
 *     logits  ────────────── 0 ─ 1 ─ 2         of the wanted tokens, in their order
 *
 *     cache   sequence 0 [ layer 0: K of position 0, 1, ... | V ... ][ layer 1 ... ]     n_ctx positions each
 *
 * Every sequence has the whole n_ctx to itself: nothing is divided, shifted or dropped unasked. A step that does not fit
 * is refused, with the limit and what was needed, and changes nothing.
 * The bytes of a result depend on the tokens of its sequence and the kernel path alone: not on how a prompt was cut into
 * steps, on other sequences, the number of threads, or which part of the cache was there before.
 * All memory is taken by session_new; a step allocates nothing. */
#ifndef ASSAY_ENGINE_SESSION_H
#define ASSAY_ENGINE_SESSION_H
#include "base/cpu.h"
#include "base/pool.h"
#include "engine/weights.h"
#include "tensor/kern.h"

#define SESSION_SEQS_MAX  1024u
#define SESSION_BATCH_MAX 8192u

struct session_shape {
    uint32_t n_ctx;                     /* positions of each sequence */
    uint32_t n_seq;                     /* sequences */
    uint32_t n_batch;                   /* tokens of one step */
    uint32_t n_want;                    /* wanted tokens of one step */
    enum kv_type kv;
    bool hidden;                        /* what is wanted are the last hidden states, not logits */
};

/* 4096 positions or what the model was made for if less, one sequence, steps of 256, one wanted, KV_F16. */
struct session_shape session_shape_of(const struct spec *s);

struct session_need { uint64_t weights_bytes, kv_bytes, work_bytes, total_bytes, available_bytes; };

/* What a session of this shape takes, weights included. *out is filled in whenever the shape is sound.
 * Fails: ERR_USAGE a shape that is not, ERR_LIMIT it does not fit: the message has the numbers. */
int session_plan(const struct weights *w, const struct kern *k, const struct session_shape *shape, unsigned n_lanes,
                 const struct cpu *cpu, struct session_need *out, struct err *e);

struct session;
/* Borrows w (loaded), k and pool. Fails: ERR_USAGE, ERR_LIMIT, ERR_MEMORY. */
int session_new(const struct weights *w, const struct kern *k, struct pool *pool, const struct session_shape *shape,
                struct session **out, struct err *e);
void session_free(struct session *s);               /* NULL is fine */
const struct session_shape *session_shape(const struct session *s);
const struct weights *session_weights(const struct session *s);

struct batch {
    uint32_t n;
    const uint32_t *tokens;             /* [n] */
    const uint32_t *seqs;               /* [n]; NULL: all of sequence 0 */
    const uint8_t *want;                /* [n]; NULL: the last */
};

/* Run one step. Fails, with nothing changed: ERR_USAGE a token or sequence that there is not, one sequence in two
 * places, too many wanted; ERR_LIMIT more tokens than n_batch, or a sequence longer than n_ctx. */
int session_step(struct session *s, const struct batch *b, struct err *e);

/* Run any number of tokens of one sequence in as many steps as it takes; the last one is wanted. Fails: as above. */
int session_feed(struct session *s, uint32_t seq, const uint32_t *tokens, uint32_t n, struct err *e);

/* Of the i-th wanted token of the last step: logits[n_vocab], or hidden[n_embd]; NULL: the session was not
 * made for it. */
const float *session_logits(const struct session *s, uint32_t i);
const float *session_hidden(const struct session *s, uint32_t i);

uint32_t session_length(const struct session *s, uint32_t seq);
void session_cut(struct session *s, uint32_t seq, uint32_t n);      /* keep the first n positions */

/* Make sequence `to` begin with the first n positions of `from`, n at most its length. Cost: a copy. */
void session_copy(struct session *s, uint32_t from, uint32_t to, uint32_t n);

#endif
