// SPDX-License-Identifier: Apache-2.0
/* cli/loaded.h - a model made ready for a verb that runs it.
 *
 *     licence ── policy ──> exit 5
 *        └─ one line ─> vocabulary ─> weights, planned ── does not fit ──> exit 9
 *                                        └─ one line ─> packed ─> session
 *
 * The lines go to stderr: under which licence the model is and what check answers, for a use that nobody declared; what
 * memory is taken, and which kernels run. */
#ifndef ASSAY_CLI_LOADED_H
#define ASSAY_CLI_LOADED_H
#include "base/json.h"
#include "cli/opt.h"
#include "engine/session.h"
#include "text/tokenizer.h"

/* The options that all of these verbs have, in this order at the head of their tables. */
enum { LOAD_JSON, LOAD_THREADS, LOAD_CONTEXT, LOAD_CACHE, LOAD_POLICY, LOAD_QUIET, LOAD_OPTIONS };
#define LOADED_OPTIONS                                                                                              \
    [LOAD_JSON] = { 'j', "json", NULL, "print one JSON object" },                                                   \
    [LOAD_THREADS] = { 't', "threads", "N", "threads; as many as there are cores when not given" },                 \
    [LOAD_CONTEXT] = { 'c', "context", "N", "tokens that the context holds; 4096, or less when the model knows less" }, \
    [LOAD_CACHE] = { 0, "cache", "TYPE", "of keys and values: f32, f16, bf16, q8_0; f16 when not given" },          \
    [LOAD_POLICY] = { 0, "policy", "FILE", "your organisation's rules, as YAML; a breach exits 5" },                \
    [LOAD_QUIET] = { 'q', "quiet", NULL, "do not print the lines about licence and memory" }

struct loaded {
    struct arena a;
    const char *ref;
    const char *license, *answer;       /* "Apache-2.0", "allow-with-duties" */
    struct cpu cpu;
    const struct kern *kern;
    struct pool *pool;
    struct weights w;
    struct session_shape shape;
    struct session_need need;
    struct session *s;
    struct tokenizer *tok;              /* NULL: not asked for */
    struct tok_work *work;
    double open_s, load_s;              /* until the plan; from there until the session */
    bool opened;
};

/* What a verb wants otherwise than session_shape_of says; 0: no wish. */
struct load_wish { uint32_t n_ctx, n_batch, n_want, n_seq; bool hidden, whole_context, no_words; };

/* Make `ref` ready as the options say. Fails with ERR_DENIED for a breach of the policy; call loaded_close in any case. */
int loaded_open(const char *ref, const char *const *values, const struct load_wish *wish, struct loaded *l, struct err *e);
void loaded_close(struct loaded *l);

/* Tokens of a text, in l's arena. `special`: what looks like a control token is one. */
int loaded_tokens(struct loaded *l, struct span text, bool special, bool add_ends, struct tok_ids *out, struct err *e);

/* "model", "license" and "engine": what every answer of these verbs says first. */
void loaded_json(struct json_out *j, const struct loaded *l);

/* A whole number, or a number, within bounds; *out stays when value is NULL. Fails: ERR_USAGE. */
int loaded_count(const char *name, const char *value, uint64_t low, uint64_t high, uint64_t *out, struct err *e);
int loaded_number(const char *name, const char *value, double low, double high, double *out, struct err *e);

double loaded_now(void);                /* seconds of a clock that only goes forward */

#endif
