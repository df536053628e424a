// SPDX-License-Identifier: Apache-2.0
/* llm/embed.h - one vector for a text: the last hidden states of its tokens, pooled.
 *
 *     tokens ─> hidden[n_tok, n_embd] ─> mean, first (cls) or last ─> length 1 when asked for
 *
 * The session must be made with `hidden`. Sums are taken in the order of the tokens. */
#ifndef ASSAY_LLM_EMBED_H
#define ASSAY_LLM_EMBED_H
#include "engine/session.h"
#include "text/tokenizer.h"

/* out[n_embd]. pooling: POOL_MEAN, POOL_CLS or POOL_LAST. Sequence 0 is begun anew.
 * Fails: ERR_USAGE another pooling or no tokens; as session_step (a text that is too long is refused, never cut). */
int embed(struct session *s, struct tok_ids text, enum pooling pooling, bool normalize, float *out, struct err *e);

const char *pooling_name(enum pooling p);       /* "mean" */
bool pooling_of(const char *name, enum pooling *out);

#endif
