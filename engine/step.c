// SPDX-License-Identifier: Apache-2.0
/* engine/step.c - a batch looked at from all sides before anything of it is run. */
#include "engine/session_int.h"

static uint32_t seq_of(const struct batch *b, uint32_t t) { return b->seqs ? b->seqs[t] : 0; }
static bool wanted(const struct batch *b, uint32_t t) { return b->want ? b->want[t] : t + 1 == b->n; }

static int check_tokens(const struct session *s, const struct batch *b, struct err *e)
{
    uint32_t n_want = 0;
    if (b->n == 0)
        return err_plain(e, ERR_USAGE, "a step of no tokens");
    if (b->n > s->shape.n_batch)
        return err_plain(e, ERR_LIMIT, "a step of %u tokens, the session takes %u at a time", b->n, s->shape.n_batch);
    for (uint32_t t = 0; t < b->n; t++) {
        if (b->tokens[t] >= s->w->spec.n_vocab)
            return err_plain(e, ERR_USAGE, "token %u, the model knows %u", b->tokens[t], s->w->spec.n_vocab);
        if (seq_of(b, t) >= s->shape.n_seq)
            return err_plain(e, ERR_USAGE, "sequence %u, the session has %u", seq_of(b, t), s->shape.n_seq);
        n_want += wanted(b, t);
    }
    if (n_want > s->shape.n_want)
        return err_plain(e, ERR_USAGE, "%u tokens wanted, the session gives %u a step", n_want, s->shape.n_want);
    return 0;
}

/* The end of the run of one sequence that begins at t. */
static uint32_t run_end(const struct batch *b, uint32_t t)
{
    uint32_t seq = seq_of(b, t);
    while (t < b->n && seq_of(b, t) == seq)
        t++;
    return t;
}

static int check_runs(const struct session *s, const struct batch *b, struct err *e)
{
    for (uint32_t t = 0, to; t < b->n; t = to) {
        uint32_t seq = seq_of(b, t), have = s->lengths[seq];
        to = run_end(b, t);
        for (uint32_t u = 0; u < t; u = run_end(b, u))
            if (seq_of(b, u) == seq)
                return err_plain(e, ERR_USAGE, "the tokens of sequence %u do not stand together", seq);
        if (to - t > s->shape.n_ctx - have) {
            (void)err_plain(e, ERR_LIMIT, "the context holds %u tokens, %u are there and %u more would be needed",
                            s->shape.n_ctx, have, to - t);
            return err_hint(e, "a session of at least %llu positions would do", (unsigned long long)have + (to - t));
        }
        if (s->w->spec.arch->both_ways && have)
            return err_plain(e, ERR_USAGE, "%s needs all tokens of a text in one step", s->w->spec.arch->name);
    }
    return 0;
}

/* Positions that the token at `pos` sees, of `length` that will be there. */
static void sees(const struct session *s, uint32_t t, uint32_t pos, uint32_t length)
{
    bool both = s->w->spec.arch->both_ways;
    uint32_t window = s->w->spec.n_window, half = window / 2;
    s->lo[0][t] = 0;
    s->hi[0][t] = both ? length : pos + 1;
    if (both) {
        s->lo[1][t] = pos > half ? pos - half : 0;
        s->hi[1][t] = length - pos > half + 1 ? pos + half + 1 : length;
    } else {
        s->lo[1][t] = window && pos >= window ? pos - window + 1 : 0;
        s->hi[1][t] = pos + 1;
    }
}

static void add_run(struct session *s, uint32_t from, uint32_t to, uint32_t seq)
{
    uint32_t step = s->is_narrow ? to - from : PIECE_TOKENS;
    for (uint32_t t = from; t < to; t += step)
        s->pieces[s->n_pieces++] = (struct piece){ t, to - t > step ? t + step : to, seq };
}

static void set_up(struct session *s, const struct batch *b)
{
    s->n_tok = b->n;
    s->n_want = s->n_pieces = 0;
    s->tokens = b->tokens;
    s->is_narrow = b->n <= NARROW_MAX && !s->shape.hidden;
    for (uint32_t t = 0, to; t < b->n; t = to) {
        uint32_t from = t, seq = seq_of(b, t), first = s->lengths[seq];
        to = run_end(b, t);
        for (; t < to; t++) {
            s->seq[t] = seq;
            s->pos[t] = first + (t - from);
            sees(s, t, s->pos[t], first + (to - from));
            if (wanted(b, t))
                s->wanted[s->n_want++] = t;
        }
        add_run(s, from, to, seq);
    }
}

int session_step(struct session *s, const struct batch *b, struct err *e)
{
    int rc = check_tokens(s, b, e);
    if (!rc)
        rc = check_runs(s, b, e);
    if (rc)
        return rc;
    set_up(s, b);
    program_run(s);
    for (uint32_t t = 0; t < b->n; t++)
        s->lengths[s->seq[t]]++;
    return 0;
}

int session_feed(struct session *s, uint32_t seq, const uint32_t *tokens, uint32_t n, struct err *e)
{
    uint32_t seqs[SESSION_FEED_MAX], have;
    if (seq >= s->shape.n_seq || n == 0)
        return err_plain(e, ERR_USAGE, n ? "sequence %u, the session has %u" : "no tokens for sequence %u of %u", seq,
                         s->shape.n_seq);
    have = s->lengths[seq];
    if (n > s->shape.n_ctx - have) {
        (void)err_plain(e, ERR_LIMIT, "the context holds %u tokens, %u are there and %u more would be needed", s->shape.n_ctx,
                        have, n);
        return err_hint(e, "a session of at least %llu positions would do", (unsigned long long)have + n);
    }
    for (uint32_t i = 0; i < SESSION_FEED_MAX; i++)
        seqs[i] = seq;
    uint32_t step = s->shape.n_batch < SESSION_FEED_MAX ? s->shape.n_batch : SESSION_FEED_MAX;
    int rc = 0;
    for (uint32_t at = 0; at < n && !rc; at += step) {
        struct batch b = { .n = n - at < step ? n - at : step, .tokens = tokens + at, .seqs = seqs };
        rc = session_step(s, &b, e);
    }
    if (rc)
        session_cut(s, seq, have);
    return rc;
}
