// SPDX-License-Identifier: Apache-2.0
/* llm/ask.h - a conversation as the tokens that the model was trained to answer.
 *
 *     messages ─> the model's chat template ─> text, each part known to be the template's or the caller's ─> tokens
 *
 * Control tokens are looked for in the template's parts alone: nobody can write one into a message. */
#ifndef ASSAY_LLM_ASK_H
#define ASSAY_LLM_ASK_H
#include "text/tokenizer.h"

/* `conversation`: JSON as text/chat.h reads it. *out is a's. Fails: ERR_NOT_FOUND the model has no template; as
 * chat_read, chat_render and tok_encode. */
int ask_tokens(const char *model, struct span conversation, const struct tokenizer *t, struct tok_work *w, struct arena *a,
               struct tok_ids *out, struct err *e);

#endif
