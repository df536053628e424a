// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_bench.c - how fast a model runs here. */
#include <stdio.h>
#include <stdlib.h>
#include "cli/cmd.h"
#include "cli/loaded.h"

enum { O_PREFILL = LOAD_OPTIONS, O_DECODE, O_DEPTH, O_REPEAT };
static const struct opt opts[] = {
    LOADED_OPTIONS,
    [O_PREFILL] = { 'p', "pp", "N", "tokens of a prompt; 512 when not given" },
    [O_DECODE] = { 'n', "tg", "N", "tokens made one by one; 64 when not given" },
    [O_DEPTH] = { 'd', "depth", "N", "tokens that are in the context before; 0 when not given" },
    [O_REPEAT] = { 'r', "repeat", "N", "times; the median counts; 5 when not given" },
};

enum { WARM_TOKENS = 16, REPEAT_MAX = 1000, TOKENS_MAX = 1 << 24, ANSWER_MAX = 1 << 20 };

struct plan { uint64_t prefill, decode, depth, repeat; };
struct speeds { double prefill[REPEAT_MAX], decode[REPEAT_MAX]; };

static int read_plan(const struct opt_values *v, struct plan *p, struct err *e)
{
    *p = (struct plan){ .prefill = 512, .decode = 64, .repeat = 5 };
    int rc = loaded_count("pp", v->value[O_PREFILL], 1, TOKENS_MAX, &p->prefill, e);
    if (!rc)
        rc = loaded_count("tg", v->value[O_DECODE], 1, TOKENS_MAX, &p->decode, e);
    if (!rc)
        rc = loaded_count("depth", v->value[O_DEPTH], 0, TOKENS_MAX, &p->depth, e);
    if (!rc)
        rc = loaded_count("repeat", v->value[O_REPEAT], 1, REPEAT_MAX, &p->repeat, e);
    return rc;
}

/* Tokens that mean nothing: the time does not depend on which they are. */
static uint32_t *some_tokens(struct loaded *l, uint64_t n)
{
    uint32_t *t = arena_array(&l->a, n, sizeof *t);
    for (uint64_t i = 0; t && i < n; i++)
        t[i] = (uint32_t)((i * 7919 + 13) % l->w.spec.n_vocab);
    return t;
}

static int measure_once(struct loaded *l, const struct plan *p, const uint32_t *tokens, double *prefill, double *decode,
                        struct err *e)
{
    session_cut(l->s, 0, (uint32_t)p->depth);
    double from = loaded_now();
    int rc = session_feed(l->s, 0, tokens, (uint32_t)p->prefill, e);
    *prefill = (double)p->prefill / (loaded_now() - from);
    session_cut(l->s, 0, (uint32_t)p->depth);
    if (!rc && p->depth == 0)
        rc = session_feed(l->s, 0, tokens, 1, e);
    from = loaded_now();
    for (uint64_t i = 0; i < p->decode && !rc; i++)
        rc = session_feed(l->s, 0, &tokens[i % p->prefill], 1, e);
    *decode = (double)p->decode / (loaded_now() - from);
    return rc;
}

static int measure(struct loaded *l, const struct plan *p, struct speeds *s, struct err *e)
{
    const struct plan warm_up = { .prefill = WARM_TOKENS, .decode = 4, .depth = p->depth };
    uint64_t n = p->prefill > p->depth ? p->prefill : p->depth;
    n = n > WARM_TOKENS ? n : WARM_TOKENS;
    uint32_t *tokens = some_tokens(l, n);
    if (!tokens)
        return err_memory(e);
    int rc = p->depth ? session_feed(l->s, 0, tokens, (uint32_t)p->depth, e) : 0;
    double warm[2];
    if (!rc)
        rc = measure_once(l, &warm_up, tokens, &warm[0], &warm[1], e);
    for (uint64_t i = 0; i < p->repeat && !rc; i++)
        rc = measure_once(l, p, tokens, &s->prefill[i], &s->decode[i], e);
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void answer(const struct opt_values *v, const struct loaded *l, const struct plan *p, struct speeds *s, struct buf *out)
{
    double prefill = median(s->prefill, p->repeat), decode = median(s->decode, p->repeat);
    if (!v->value[LOAD_JSON]) {
        buf_fmt(out, "prefill %llu tokens  %10.1f a second\ndecode  %llu tokens  %10.1f a second\nopened %.3f s, loaded %.3f s\n",
                (unsigned long long)p->prefill, prefill, (unsigned long long)p->decode, decode, l->open_s, l->load_s);
        return;
    }
    struct json_out j = { .b = out };
    json_open(&j, NULL, '{');
    json_string(&j, "schema", "assay.bench/1");
    loaded_json(&j, l);
    json_unsigned(&j, "prefill_tokens", p->prefill);
    json_unsigned(&j, "decode_tokens", p->decode);
    json_unsigned(&j, "depth", p->depth);
    json_unsigned(&j, "repeat", p->repeat);
    json_number(&j, "prefill_tok_s", prefill, 2);
    json_number(&j, "decode_tok_s", decode, 2);
    json_number(&j, "prefill_best_tok_s", s->prefill[p->repeat - 1], 2);
    json_number(&j, "decode_best_tok_s", s->decode[p->repeat - 1], 2);
    json_number(&j, "open_s", l->open_s, 4);
    json_number(&j, "load_s", l->load_s, 4);
    json_close(&j, '}');
    buf_char(out, '\n');
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct loaded l = { 0 };
    struct plan p;
    struct speeds s;
    struct buf out;
    if (v->n_args != 1)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give one MODEL"), &e));
    buf_init(&out, ANSWER_MAX);
    int rc = read_plan(v, &p, &e);
    uint64_t most = rc ? 0 : p.prefill > p.decode + 1 ? p.prefill : p.decode + 1;
    struct load_wish wish = { .n_ctx = (uint32_t)(rc ? 0 : p.depth + (most > 32 ? most : 32)), .no_words = true };
    if (!rc)
        rc = loaded_open(v->args[0], v->value, &wish, &l, &e);
    if (!rc)
        rc = measure(&l, &p, &s, &e);
    if (!rc)
        answer(v, &l, &p, &s, &out);
    int status = rc ? cmd_fail(&e) : cmd_answer(&out);
    loaded_close(&l);
    buf_fini(&out);
    return status;
}

const struct cmd cmd_bench = {
    .name = "bench", .args = "MODEL", .line = "Measure how fast a model runs here",
    .opts = opts, .n_opts = sizeof opts / sizeof *opts, .run = run,
    .about = "A claim of speed needs a quiet machine. The median of several runs is told.\n",
};
