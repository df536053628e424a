// SPDX-License-Identifier: Apache-2.0
#include "llm/perplexity.h"

#include <math.h>
#include "engine/sample.h"

struct sums { double nll, squares; uint64_t n; };

enum { WANT_MAX = 512 };

/* Run tokens [from, to) of the piece and judge what each foretells. */
static int judge(struct session *s, const uint32_t *tokens, uint32_t from, uint32_t to, struct sums *sums, struct err *e)
{
    static const uint8_t all[WANT_MAX] = { [0 ... WANT_MAX - 1] = 1 };
    const struct session_shape *shape = session_shape(s);
    uint32_t step = shape->n_want < WANT_MAX ? shape->n_want : WANT_MAX, n_vocab = session_weights(s)->spec.n_vocab;
    for (uint32_t at = from; at < to; at += step) {
        struct batch b = { .n = to - at < step ? to - at : step, .tokens = tokens + at, .want = all };
        int rc = session_step(s, &b, e);
        if (rc)
            return rc;
        for (uint32_t i = 0; i < b.n; i++) {
            double nll = -sample_logprob(session_logits(s, i), n_vocab, tokens[at + i + 1]);
            sums->nll += nll;
            sums->squares += nll * nll;
            sums->n++;
        }
    }
    return 0;
}

static int run_piece(struct session *s, const uint32_t *tokens, uint32_t n, uint32_t bos, struct sums *sums, struct err *e)
{
    uint32_t first = n / 2;
    session_cut(s, 0, 0);
    int rc = session_feed(s, 0, bos == TOK_NONE ? tokens : &bos, 1, e);
    if (!rc && first > 1)
        rc = session_feed(s, 0, tokens + 1, first - 1, e);
    return rc ? rc : judge(s, tokens, first, n - 1, sums, e);
}

int perplexity(struct session *s, struct tok_ids text, uint32_t bos, uint32_t max_pieces,
               void (*tick)(void *ud, uint32_t done, uint32_t of, double so_far), void *ud, struct perplexity *out,
               struct err *e)
{
    uint32_t n = session_shape(s)->n_ctx;
    size_t pieces = n < 4 ? 0 : text.n / n;
    struct sums sums = { 0 };
    if (!session_logits(s, 0))
        return err_plain(e, ERR_USAGE, "this session makes embeddings, not text");
    if (pieces == 0)
        return err_plain(e, ERR_USAGE, "the text has %zu tokens, one piece takes %u", text.n, n);
    if (max_pieces && pieces > max_pieces)
        pieces = max_pieces;
    for (size_t i = 0; i < pieces; i++) {
        int rc = run_piece(s, text.p + i * n, n, bos, &sums, e);
        if (rc)
            return rc;
        if (tick)
            tick(ud, (uint32_t)i + 1, (uint32_t)pieces, exp(sums.nll / (double)sums.n));
    }
    double mean = sums.nll / (double)sums.n, spread = sums.squares / (double)sums.n - mean * mean;
    *out = (struct perplexity){ .value = exp(mean), .n_tokens = sums.n, .n_pieces = (uint32_t)pieces };
    if (sums.n > 1)
        out->error = exp(mean) * sqrt(fmax(spread, 0) / (double)(sums.n - 1));
    return 0;
}
