// SPDX-License-Identifier: Apache-2.0
#include "llm/embed.h"

#include <math.h>

static const char *const names[] = { [POOL_NONE] = "none", [POOL_MEAN] = "mean", [POOL_CLS] = "cls", [POOL_LAST] = "last",
                                     [POOL_RANK] = "rank" };

const char *pooling_name(enum pooling p) { return names[p]; }

bool pooling_of(const char *name, enum pooling *out)
{
    for (unsigned i = POOL_MEAN; i <= POOL_LAST; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (enum pooling)i;
            return true;
        }
    return false;
}

/* Add what one step gave. `done` tokens were before it. */
static void pool(const struct session *s, uint32_t n, size_t done, size_t total, enum pooling pooling, float *out)
{
    uint32_t n_embd = session_weights(s)->spec.n_embd;
    for (uint32_t i = 0; i < n; i++) {
        bool counts = pooling == POOL_MEAN || (pooling == POOL_CLS ? done + i == 0 : done + i + 1 == total);
        const float *h = session_hidden(s, i);
        for (uint32_t k = 0; counts && k < n_embd; k++)
            out[k] += h[k];
    }
}

static void finish(float *v, uint32_t n, double divisor, bool normalize)
{
    double length = 0;
    for (uint32_t i = 0; i < n; i++)
        length += (double)v[i] * (double)v[i];
    if (normalize)
        divisor = sqrt(length);
    for (uint32_t i = 0; i < n && divisor > 0; i++)
        v[i] = (float)((double)v[i] / divisor);
}

enum { STEP_MAX = 8192 };

int embed(struct session *s, struct tok_ids text, enum pooling pooling, bool normalize, float *out, struct err *e)
{
    static const uint8_t all[STEP_MAX] = { [0 ... STEP_MAX - 1] = 1 };
    const struct session_shape *shape = session_shape(s);
    uint32_t n_embd = session_weights(s)->spec.n_embd, step = shape->n_want < STEP_MAX ? shape->n_want : STEP_MAX;
    if (!session_hidden(s, 0))
        return err_plain(e, ERR_USAGE, "this session makes text, not embeddings");
    if (pooling < POOL_MEAN || pooling > POOL_LAST || text.n == 0)
        return err_plain(e, ERR_USAGE, text.n ? "pooling \"%s\" makes no embedding" : "a text of no tokens cannot be embedded "
                         "(%s)", pooling_name(pooling));
    if (text.n > shape->n_ctx) {
        (void)err_plain(e, ERR_LIMIT, "the context holds %u tokens, the text has %zu", shape->n_ctx, text.n);
        return err_hint(e, "nothing is cut unasked: give it in parts");
    }
    session_cut(s, 0, 0);
    memset(out, 0, n_embd * sizeof *out);
    for (size_t at = 0; at < text.n; at += step) {
        struct batch b = { .n = (uint32_t)(text.n - at < step ? text.n - at : step), .tokens = text.p + at, .want = all };
        int rc = session_step(s, &b, e);
        if (rc)
            return rc;
        pool(s, b.n, at, text.n, pooling, out);
    }
    finish(out, n_embd, pooling == POOL_MEAN ? (double)text.n : 1, normalize);
    return 0;
}
