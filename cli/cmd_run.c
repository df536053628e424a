// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_run.c - let a model go on with a text. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "cli/cmd.h"
#include "cli/loaded.h"
#include "cli/stdin_text.h"
#include "llm/ask.h"
#include "llm/complete.h"

enum {
    O_RAW = LOAD_OPTIONS, O_SYSTEM, O_MAX_TOKENS, O_GREEDY, O_SEED, O_TEMPERATURE, O_TOP_K, O_TOP_P, O_MIN_P, O_TYPICAL_P,
    O_REPEAT, O_FREQUENCY, O_PRESENCE, O_DRY, O_XTC, O_MIROSTAT, O_LOGPROBS, O_IGNORE_END, O_SPECIAL, O_TIMINGS
};
static const struct opt opts[] = {
    LOADED_OPTIONS,
    [O_RAW] = { 0, "raw", NULL, "the prompt is the text itself, control tokens and all; no chat template" },
    [O_SYSTEM] = { 0, "system", "TEXT", "a message of the system before the prompt" },
    [O_MAX_TOKENS] = { 'n', "max-tokens", "N", "make at most so many tokens; 256 when not given" },
    [O_GREEDY] = { 'g', "greedy", NULL, "always the likeliest token" },
    [O_SEED] = { 0, "seed", "N", "of the random numbers; 0 when not given" },
    [O_TEMPERATURE] = { 0, "temperature", "X", "0.8 when not given" },
    [O_TOP_K] = { 0, "top-k", "N", "only the N likeliest; 40 when not given, 0 is off" },
    [O_TOP_P] = { 0, "top-p", "X", "only the likeliest that have X together; 0.95 when not given, 1 is off" },
    [O_MIN_P] = { 0, "min-p", "X", "only those X times as likely as the likeliest; 0.05 when not given, 0 is off" },
    [O_TYPICAL_P] = { 0, "typical-p", "X", "only those about as surprising as is to be expected; 1, off" },
    [O_REPEAT] = { 0, "repeat-penalty", "X", "divide the logits of what the last 64 tokens hold; 1, off" },
    [O_FREQUENCY] = { 0, "frequency-penalty", "X", "taken off for each time they hold it; 0, off" },
    [O_PRESENCE] = { 0, "presence-penalty", "X", "taken off once when they hold it; 0, off" },
    [O_DRY] = { 0, "dry", "X", "the more a token would make a repeat longer, the more is taken off; 0, off" },
    [O_XTC] = { 0, "xtc", "X", "with this probability leave out the likeliest of several likely ones; 0, off" },
    [O_MIROSTAT] = { 0, "mirostat", "TAU", "hold the surprise at TAU bits instead of cutting; 0, off" },
    [O_LOGPROBS] = { 0, "logprobs", "N", "with --json: of each token, and of the N likeliest in its place (0 to 64)" },
    [O_IGNORE_END] = { 0, "ignore-end", NULL, "go on behind tokens that end a text" },
    [O_SPECIAL] = { 0, "special", NULL, "write control tokens, too" },
    [O_TIMINGS] = { 0, "timings", NULL, "tell on stderr how long it took" },
};

enum { PROMPT_MAX = 64 << 20, ANSWER_MAX = 256 << 20 };

/* ---- options ------------------------------------------------------------------------- */

static int read_float(const struct opt_values *v, unsigned o, double low, double high, float *out, struct err *e)
{
    double x = (double)*out;
    int rc = loaded_number(opts[o].name, v->value[o], low, high, &x, e);
    *out = (float)x;
    return rc;
}

static int read_sampling(const struct opt_values *v, struct sample_options *s, struct err *e)
{
    const struct { unsigned o; double low, high; float *to; } numbers[] = {
        { O_TEMPERATURE, 0, 100, &s->temperature }, { O_TOP_P, 1e-9, 1, &s->top_p }, { O_MIN_P, 0, 1, &s->min_p },
        { O_TYPICAL_P, 1e-9, 1, &s->typical_p }, { O_REPEAT, 0.01, 100, &s->repeat },
        { O_FREQUENCY, -100, 100, &s->frequency }, { O_PRESENCE, -100, 100, &s->presence }, { O_DRY, 0, 100, &s->dry },
        { O_XTC, 0, 1, &s->xtc }, { O_MIROSTAT, 0, 100, &s->mirostat_tau },
    };
    uint64_t top_k = s->top_k;
    int rc = loaded_count("seed", v->value[O_SEED], 0, UINT64_MAX - 1, &s->seed, e);
    if (!rc)
        rc = loaded_count("top-k", v->value[O_TOP_K], 0, UINT32_MAX, &top_k, e);
    s->top_k = (uint32_t)top_k;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !rc; i++)
        rc = read_float(v, numbers[i].o, numbers[i].low, numbers[i].high, numbers[i].to, e);
    if (!rc && v->value[O_GREEDY] && v->value[O_TEMPERATURE])
        rc = err_plain(e, ERR_USAGE, "\"--greedy\" and \"--temperature\" do not go together");
    if (v->value[O_GREEDY])
        s->temperature = 0;
    return rc;
}

/* ---- what comes out ------------------------------------------------------------------ */

struct out {
    bool json, logprobs;
    struct json_out j;
    struct buf b, text;
    const struct tokenizer *tok;
};

static void put_bytes(struct json_out *j, const struct out *w, uint32_t id, double logprob, bool logprobs)
{
    json_unsigned(j, "id", id);
    json_text(j, "token", tok_text(w->tok, id));
    if (logprobs)
        json_number(j, "logprob", logprob, 6);
}

static bool take(void *ud, const struct complete_token *t)
{
    struct out *w = ud;
    if (!w->json)
        return fwrite(t->text.p, 1, t->text.n, stdout) == t->text.n && fflush(stdout) == 0;
    buf_span(&w->text, t->text);
    if (t->id == TOK_NONE)
        return true;
    json_open(&w->j, NULL, '{');
    put_bytes(&w->j, w, t->id, t->logprob, w->logprobs);
    if (w->logprobs && t->n_top) {
        json_open(&w->j, "top", '[');
        for (uint32_t i = 0; i < t->n_top; i++) {
            json_open(&w->j, NULL, '{');
            put_bytes(&w->j, w, t->top[i].token, t->top[i].logprob, true);
            json_close(&w->j, '}');
        }
        json_close(&w->j, ']');
    }
    json_close(&w->j, '}');
    return true;
}

static void put_result(struct out *w, const struct complete_result *r, const struct sample_options *s)
{
    json_close(&w->j, ']');
    json_text(&w->j, "text", buf_view(&w->text));
    json_string(&w->j, "stop", complete_stop_name(r->stop));
    json_open(&w->j, "usage", '{');
    json_unsigned(&w->j, "prompt_tokens", r->n_prompt);
    json_unsigned(&w->j, "completion_tokens", r->n_made);
    json_close(&w->j, '}');
    json_open(&w->j, "sampling", '{');
    json_number(&w->j, "temperature", (double)s->temperature, -1);
    json_unsigned(&w->j, "seed", s->seed);
    json_close(&w->j, '}');
    json_close(&w->j, '}');
    buf_char(&w->b, '\n');
}

static void tell_timings(const struct loaded *l, const struct complete_result *r)
{
    (void)fprintf(stderr, "opened in %.3f s, loaded in %.3f s; %u tokens read in %.3f s (%.1f a second), %u made in %.3f s "
                  "(%.1f a second)\n", l->open_s, l->load_s, r->n_prompt, r->prompt_s, r->n_prompt / r->prompt_s, r->n_made,
                  r->made_s, r->n_made / r->made_s);
}

/* ---- the verb ------------------------------------------------------------------------ */

static void put_message(struct json_out *j, const char *role, struct span text)
{
    json_open(j, NULL, '{');
    json_string(j, "role", role);
    json_text(j, "content", text);
    json_close(j, '}');
}

/* The text itself, or a question put through the model's template. */
static int prompt_tokens(struct loaded *l, const struct opt_values *v, struct span prompt, struct tok_ids *out, struct err *e)
{
    struct buf b;
    struct json_out j = { .b = &b };
    if (v->value[O_RAW])
        return loaded_tokens(l, prompt, true, true, out, e);
    if (prompt.n == 0)
        return err_plain(e, ERR_USAGE, "the prompt is empty");
    buf_init(&b, ANSWER_MAX);
    json_open(&j, NULL, '[');
    if (v->value[O_SYSTEM])
        put_message(&j, "system", span_str(v->value[O_SYSTEM]));
    put_message(&j, "user", prompt);
    json_close(&j, ']');
    int rc = b.error ? err_memory(e) : ask_tokens(l->ref, buf_view(&b), l->tok, l->work, &l->a, out, e);
    buf_fini(&b);
    return rc;
}

static int run_model(struct loaded *l, const struct opt_values *v, struct span prompt, struct out *w, struct err *e)
{
    struct sample_options options = sample_options_usual();
    struct sampler *sampler = NULL;
    struct tok_ids ids;
    struct complete_result r;
    struct load_wish wish = { 0 };
    uint64_t max_tokens = 256, n_top = 0;
    int rc = read_sampling(v, &options, e);
    if (!rc && v->value[O_RAW] && v->value[O_SYSTEM])
        rc = err_plain(e, ERR_USAGE, "\"--raw\" and \"--system\" do not go together");
    if (!rc)
        rc = loaded_count("max-tokens", v->value[O_MAX_TOKENS], 1, UINT32_MAX, &max_tokens, e);
    if (!rc)
        rc = loaded_count("logprobs", v->value[O_LOGPROBS], 0, COMPLETE_TOP_MAX, &n_top, e);
    if (!rc)
        rc = loaded_open(v->args[0], v->value, &wish, l, e);
    if (!rc)
        rc = prompt_tokens(l, v, prompt, &ids, e);
    if (!rc)
        rc = sampler_new(&options, l->w.spec.n_vocab, &sampler, e);
    if (rc)
        return rc;
    struct complete_options o = { .max_tokens = (uint32_t)max_tokens, .logprobs = w->logprobs, .n_top = (uint32_t)n_top,
                                  .special = v->value[O_SPECIAL], .ignore_end = v->value[O_IGNORE_END], .take = take, .ud = w };
    w->tok = l->tok;
    if (w->json) {
        json_open(&w->j, NULL, '{');
        json_string(&w->j, "schema", "assay.run/1");
        loaded_json(&w->j, l);
        json_open(&w->j, "tokens", '[');
    }
    rc = complete(l->s, l->tok, sampler, ids, &o, &r, e);
    sampler_free(sampler);
    if (!rc && w->json)
        put_result(w, &r, &options);
    else if (!rc)
        (void)fputc('\n', stdout);
    if (!rc && v->value[O_TIMINGS])
        tell_timings(l, &r);
    return rc;
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct loaded l = { 0 };
    struct buf prompt;
    struct out w = { .json = v->value[LOAD_JSON], .logprobs = v->value[O_LOGPROBS] };
    if (v->n_args < 1 || v->n_args > 2)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give MODEL, and a PROMPT or the prompt on standard input"), &e));
    buf_init(&prompt, PROMPT_MAX);
    buf_init(&w.b, ANSWER_MAX);
    buf_init(&w.text, ANSWER_MAX);
    w.j = (struct json_out){ .b = &w.b };
    int rc = 0;
    if (v->n_args == 2)
        buf_str(&prompt, v->args[1]);
    else
        rc = stdin_text(&prompt, &e);
    if (!rc)
        rc = run_model(&l, v, buf_view(&prompt), &w, &e);
    int status = rc ? cmd_fail(&e) : cmd_answer(&w.b);
    loaded_close(&l);
    buf_fini(&prompt);
    buf_fini(&w.text);
    buf_fini(&w.b);
    return status;
}

const struct cmd cmd_run = {
    .name = "run", .args = "MODEL [PROMPT]", .line = "Ask a model, or let it go on with a text",
    .opts = opts, .n_opts = sizeof opts / sizeof *opts, .run = run,
    .about = "MODEL is a GGUF file, a folder with one, or one of config.json and safetensors. The prompt is put through the\n"
             "model's chat template unless --raw is given; without PROMPT it is read from standard input.\n"
             "The same model, prompt, options and seed give the same bytes, whatever the threads.\n",
};
