// SPDX-License-Identifier: Apache-2.0
/* llm/perplexity.h - how well a model foretells a text: exp of the mean of -log p(token | what stands before it).
 *
 *     tokens   [ first half: context | second half: foretold ][ ... ][ ... ]    pieces of the session's context length
 *
 * Each piece is judged by itself, its first half given, so that figures of one context length compare; a text shorter
 * than one piece is refused. The same way as llama.cpp's tool has it, so that the numbers stand beside each other. */
#ifndef ASSAY_LLM_PERPLEXITY_H
#define ASSAY_LLM_PERPLEXITY_H
#include "engine/session.h"
#include "text/tokenizer.h"

struct perplexity { double value, error; uint64_t n_tokens; uint32_t n_pieces; };

/* tick: after each piece; may be NULL. `bos`: stands at the head of each piece; TOK_NONE: nothing does.
 * The session gives n_want tokens a step. Fails: ERR_USAGE a text too short; as session_step. */
int perplexity(struct session *s, struct tok_ids text, uint32_t bos, uint32_t max_pieces,
               void (*tick)(void *ud, uint32_t done, uint32_t of, double so_far), void *ud, struct perplexity *out,
               struct err *e);

#endif
