// SPDX-License-Identifier: Apache-2.0
/* llm/complete.h - a prompt goes on: tokens one by one, until something ends it.
 *
 *     prompt ids ─> steps ─> logits ─> sampler ─> token ─┬─> text that is whole characters ─> the caller
 *                     ^                                  │
 *                     └──────────────────────────────────┘
 *
 * Nothing of the prompt is left out: one that does not fit is an error with the numbers. A context that is full while
 * tokens are made ends the text and says so. */
#ifndef ASSAY_LLM_COMPLETE_H
#define ASSAY_LLM_COMPLETE_H
#include "engine/sample.h"
#include "engine/session.h"
#include "text/tokenizer.h"

enum complete_stop { COMPLETE_END, COMPLETE_MAX, COMPLETE_CONTEXT, COMPLETE_CALLER };
enum { COMPLETE_TOP_MAX = 64 };

struct complete_token {
    uint32_t id;                    /* TOK_NONE: no token, the rest of the text */
    struct span text;               /* what can be shown now; whole characters, may be empty; until the call returns */
    bool is_end;                    /* it ends the text, and is not part of it */
    double logprob;                 /* by the model itself; with n_top or logprobs */
    const struct sample_logprob *top;       /* [n_top] most likely first */
    uint32_t n_top;
};

struct complete_options {
    uint32_t seq, max_tokens;
    bool logprobs, special;         /* special: control tokens are written as text, too */
    bool ignore_end;
    uint32_t n_top;                 /* at most COMPLETE_TOP_MAX */
    bool (*take)(void *ud, const struct complete_token *t);     /* false: stop */
    void *ud;
};

struct complete_result {
    enum complete_stop stop;
    uint32_t n_prompt, n_made;      /* tokens */
    double prompt_s, made_s;
};

/* Feed the prompt to the sequence and make tokens. Fails: ERR_LIMIT the prompt does not fit, ERR_USAGE it is empty,
 * ERR_MEMORY. */
int complete(struct session *s, const struct tokenizer *t, struct sampler *sampler, struct tok_ids prompt,
             const struct complete_options *o, struct complete_result *out, struct err *e);

const char *complete_stop_name(enum complete_stop stop);       /* "end", "max-tokens", "context", "caller" */

#endif
