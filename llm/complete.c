// SPDX-License-Identifier: Apache-2.0
#include "llm/complete.h"

#include <time.h>

enum { TEXT_MAX = 1 << 20 };

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct run {
    struct session *s;
    const struct tokenizer *t;
    struct sampler *sampler;
    const struct complete_options *o;
    struct tok_stream stream;
    struct buf text;
    struct sample_logprob top[COMPLETE_TOP_MAX];
};

/* Hand a token, or the rest of the text, to the caller. */
static bool give(struct run *r, struct complete_token *token)
{
    token->text = buf_view(&r->text);
    bool goes_on = !r->o->take || r->o->take(r->o->ud, token);
    int error = r->text.error;
    buf_reset(&r->text);
    r->text.error = error;
    return goes_on;
}

static struct complete_token choose(struct run *r)
{
    const struct complete_options *o = r->o;
    const float *logits = session_logits(r->s, 0);
    uint32_t n_vocab = session_weights(r->s)->spec.n_vocab;
    struct complete_token token = { .id = sampler_pick(r->sampler, logits), .top = r->top };
    if (o->logprobs || o->n_top)
        token.logprob = sample_logprob(logits, n_vocab, token.id);
    if (o->n_top)
        token.n_top = sample_top(logits, n_vocab, r->top, o->n_top < COMPLETE_TOP_MAX ? o->n_top : COMPLETE_TOP_MAX);
    token.is_end = !o->ignore_end && tok_is_end(r->t, token.id);
    if (!token.is_end)
        tok_stream_add(&r->stream, token.id, &r->text);
    return token;
}

static int make(struct run *r, struct complete_result *out, struct err *e)
{
    const struct complete_options *o = r->o;
    uint32_t n_ctx = session_shape(r->s)->n_ctx;
    for (out->stop = COMPLETE_MAX; out->n_made < o->max_tokens;) {
        struct complete_token token = choose(r);
        out->n_made++;
        sampler_accept(r->sampler, token.id);
        if (!give(r, &token))
            out->stop = COMPLETE_CALLER;
        else if (token.is_end)
            out->stop = COMPLETE_END;
        else if (session_length(r->s, o->seq) == n_ctx)
            out->stop = COMPLETE_CONTEXT;
        if (out->stop != COMPLETE_MAX || out->n_made == o->max_tokens)
            return 0;
        int rc = session_feed(r->s, o->seq, &token.id, 1, e);
        if (rc)
            return rc;
    }
    return 0;
}

int complete(struct session *s, const struct tokenizer *t, struct sampler *sampler, struct tok_ids prompt,
             const struct complete_options *o, struct complete_result *out, struct err *e)
{
    struct run r = { .s = s, .t = t, .sampler = sampler, .o = o };
    struct complete_result result = { .n_prompt = (uint32_t)prompt.n };
    double from = now();
    if (prompt.n == 0 || prompt.n > UINT32_MAX)
        return err_plain(e, ERR_USAGE, "a prompt of %zu tokens", prompt.n);
    if (!session_logits(s, 0))
        return err_plain(e, ERR_USAGE, "this session makes embeddings, not text");
    int rc = session_feed(s, o->seq, prompt.p, (uint32_t)prompt.n, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < prompt.n; i++)
        sampler_accept(sampler, prompt.p[i]);
    result.prompt_s = now() - from;
    buf_init(&r.text, TEXT_MAX);
    tok_stream_begin(&r.stream, t, o->special);
    rc = make(&r, &result, e);
    tok_stream_end(&r.stream, &r.text);         /* what was held back: a character that never became whole */
    struct complete_token rest = { .id = TOK_NONE };
    if (!rc && r.text.n)
        (void)give(&r, &rest);
    if (!rc && r.text.error)
        rc = err_memory(e);
    buf_fini(&r.text);
    result.made_s = now() - from - result.prompt_s;
    if (!rc)
        *out = result;
    return rc;
}

const char *complete_stop_name(enum complete_stop stop)
{
    static const char *const names[] = { "end", "max-tokens", "context", "caller" };
    return names[stop];
}
