// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_embed.c - texts as vectors. */
#include <stdio.h>
#include <string.h>
#include "cli/cmd.h"
#include "cli/loaded.h"
#include "cli/stdin_text.h"
#include "llm/embed.h"

enum { O_POOLING = LOAD_OPTIONS, O_LENGTH };
static const struct opt opts[] = {
    LOADED_OPTIONS,
    [O_POOLING] = { 0, "pooling", "HOW", "mean, cls or last; what the model says when not given" },
    [O_LENGTH] = { 0, "keep-length", NULL, "do not bring vectors to the length 1" },
};

enum { TEXT_MAX = 64 << 20, ANSWER_MAX = 1 << 30 };

struct job {
    struct loaded l;
    struct buf in, out;
    struct json_out j;
    bool json, normalize;
    enum pooling pooling;
    float *vector;
};

static int put(struct job *w, struct span text, struct err *e)
{
    struct tok_ids ids;
    uint32_t n = w->l.w.spec.n_embd;
    int rc = loaded_tokens(&w->l, text, false, true, &ids, e);
    if (!rc)
        rc = embed(w->l.s, ids, w->pooling, w->normalize, w->vector, e);
    if (rc)
        return rc;
    if (w->json) {
        json_open(&w->j, NULL, '{');
        json_text(&w->j, "text", text);
        json_unsigned(&w->j, "tokens", ids.n);
        json_open(&w->j, "embedding", '[');
        for (uint32_t i = 0; i < n; i++)
            json_number(&w->j, NULL, (double)w->vector[i], 8);
        json_close(&w->j, ']');
        json_close(&w->j, '}');
        return 0;
    }
    for (uint32_t i = 0; i < n; i++)
        buf_fmt(&w->out, "%.8g%c", (double)w->vector[i], i + 1 < n ? ' ' : '\n');
    return 0;
}

/* Each line of standard input, or each argument, is a text. */
static int put_all(struct job *w, const struct opt_values *v, struct err *e)
{
    int rc = 0;
    for (size_t i = 1; i < v->n_args && !rc; i++)
        rc = put(w, span_str(v->args[i]), e);
    struct span rest = buf_view(&w->in);
    while (v->n_args == 1 && rest.n && !rc) {
        const uint8_t *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        if (n)
            rc = put(w, span_sub(rest, 0, n), e);
        rest = span_sub(rest, n + (end != NULL), rest.n);
    }
    return rc;
}

static int open_model(struct job *w, const struct opt_values *v, struct err *e)
{
    struct load_wish wish = { .hidden = true };
    const char *name = v->value[O_POOLING];
    int rc = 0;
    if (name && !pooling_of(name, &w->pooling))
        rc = err_plain(e, ERR_USAGE, "\"--pooling %s\" is none of mean, cls, last", name);
    if (!rc)
        rc = loaded_open(v->args[0], v->value, &wish, &w->l, e);
    if (!rc && !name)
        w->pooling = w->l.w.spec.pooling;
    if (!rc && w->pooling == POOL_NONE)
        w->pooling = w->l.w.spec.arch->both_ways ? POOL_MEAN : POOL_LAST;
    if (!rc)
        w->vector = arena_array(&w->l.a, w->l.w.spec.n_embd, sizeof *w->vector);
    return rc || w->vector ? rc : err_memory(e);
}

static int answer(struct job *w, const struct opt_values *v, struct err *e)
{
    int rc = open_model(w, v, e);
    if (rc)
        return rc;
    if (w->json) {
        json_open(&w->j, NULL, '{');
        json_string(&w->j, "schema", "assay.embed/1");
        loaded_json(&w->j, &w->l);
        json_string(&w->j, "pooling", pooling_name(w->pooling));
        json_boolean(&w->j, "normalized", w->normalize);
        json_unsigned(&w->j, "dimensions", w->l.w.spec.n_embd);
        json_open(&w->j, "embeddings", '[');
    }
    rc = put_all(w, v, e);
    if (w->json) {
        json_close(&w->j, ']');
        json_close(&w->j, '}');
        buf_char(&w->out, '\n');
    }
    return rc;
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct job w = { .json = v->value[LOAD_JSON], .normalize = !v->value[O_LENGTH] };
    if (v->n_args < 1)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give MODEL, and texts or one text a line on standard input"), &e));
    buf_init(&w.in, TEXT_MAX);
    buf_init(&w.out, ANSWER_MAX);
    w.j = (struct json_out){ .b = &w.out };
    int rc = v->n_args == 1 ? stdin_text(&w.in, &e) : 0;
    if (!rc)
        rc = answer(&w, v, &e);
    int status = rc ? cmd_fail(&e) : cmd_answer(&w.out);
    loaded_close(&w.l);
    buf_fini(&w.in);
    buf_fini(&w.out);
    return status;
}

const struct cmd cmd_embed = {
    .name = "embed", .args = "MODEL [TEXT...]", .line = "Turn texts into vectors",
    .opts = opts, .n_opts = sizeof opts / sizeof *opts, .run = run,
    .about = "Without TEXT each line of standard input is one. A text longer than the context is refused, never cut.\n",
};
