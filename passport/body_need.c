// SPDX-License-Identifier: Apache-2.0
/* passport/body_need.c - memory, speed and cost; signals of trust; who signs. */
#include <inttypes.h>
#include "base/num.h"
#include "passport/report_body.h"
#include "passport/say.h"

/* ---- needs ---------------------------------------------------------------------------- */

static void number_cell(struct pen *p, double v, int decimals)
{
    char digits[NUM_TEXT_BYTES];
    (void)num_format(v, decimals, digits);
    pen_cell(p, PEN_PLAIN, digits);
}

static void size_cell(struct pen *p, uint64_t bytes)
{
    char size[SAY_BYTES];
    pen_cell(p, PEN_PLAIN, say_size(bytes, size));
}

static void fits_cell(struct pen *p, bool fits)
{
    body_state_cell(p, fits ? MARK_GOOD : MARK_BAD, fits ? "fits" : "does not fit");
}

static void put_weights(struct pen *p, const struct need *n)
{
    static const struct pen_column columns[] = {
        { "Held as", false }, { "Bits a weight", true }, { "Weights", true }, { "In memory", true }, { "This machine", false },
        { "Prefill, tokens/s", true }, { "Decode, tokens/s", true } };
    struct pen_table table = { "weights", "", columns, n->machine_known ? 7 : 4 };
    const char *caption = arena_fmt(p->a, "Weights as they are and as they could be held; in memory: with the cache of "
                                    "%" PRIu64 " tokens and working memory", n->context);
    table.caption = caption ? caption : "";
    p->failed = p->failed || !caption;
    pen_table(p, &table);
    for (size_t i = 0; i < n->n_weights && i < PEN_ROWS; i++) {
        const struct need_weights *w = &n->weights[i];
        pen_open(p, PEN_ROW);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_PLAIN, w->type);
        pen_put(p, PEN_NOTE, w->is_own ? "as the files hold them" : "");
        pen_close(p, PEN_CELL);
        if (w->bits_per_weight > 0)
            number_cell(p, w->bits_per_weight, 2);
        else
            pen_cell(p, PEN_PLAIN, "not counted");
        size_cell(p, w->bytes);
        size_cell(p, w->total_bytes);
        if (n->machine_known) {
            fits_cell(p, w->fits);
            number_cell(p, w->prefill_tok_s, 1);
            number_cell(p, w->decode_tok_s, 1);
        }
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
}

static void put_contexts(struct pen *p, const struct need *n)
{
    static const struct pen_column columns[] = {
        { "Context, tokens", false }, { "Cache as f16", true }, { "Cache as q8", true }, { "In memory", true },
        { "This machine", false } };
    static const struct pen_table with = { "contexts", "Memory by length of the context, weights as they are", columns, 5 };
    static const struct pen_table without = { "contexts", "Memory by length of the context, weights as they are", columns, 4 };
    char count[SAY_BYTES];
    pen_table(p, n->machine_known ? &with : &without);
    for (size_t i = 0; i < n->n_contexts && i < PEN_ROWS; i++) {
        const struct need_context *x = &n->contexts[i];
        pen_open(p, PEN_ROW);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_PLAIN, say_count(x->n_tokens, count));
        pen_put(p, PEN_NOTE, x->is_max ? "the most it was made for" : "");
        pen_close(p, PEN_CELL);
        size_cell(p, x->kv_f16_bytes);
        size_cell(p, x->kv_q8_bytes);
        size_cell(p, x->total_bytes);
        if (n->machine_known)
            fits_cell(p, x->fits);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
}

static void cost_fact(struct pen *p, const char *label, double v)
{
    char digits[NUM_TEXT_BYTES];
    if (v < 0)
        return;
    (void)num_format(v, 4, digits);
    pen_fact(p, label, PEN_PLAIN, digits);
}

static void put_cost(struct pen *p, const struct need_cost *k)
{
    if (!k->known)
        return;
    pen_sub(p, "Cost of a million tokens");
    pen_open(p, PEN_FACTS);
    cost_fact(p, "Prompt, this machine", k->prompt_million);
    cost_fact(p, "Completion, this machine", k->completion_million);
    cost_fact(p, "Prompt, API", k->api_prompt_million);
    cost_fact(p, "Completion, API", k->api_completion_million);
    pen_close(p, PEN_FACTS);
    pen_open(p, PEN_QUIET);
    pen_sentence(p, PEN_PLAIN, k->how);
    pen_put(p, PEN_PLAIN, " In the currency of the prices that were given.");
    pen_close(p, PEN_QUIET);
}

void body_need(struct pen *p, struct check *c)
{
    const struct need *n = &c->need;
    char count[SAY_BYTES], size[SAY_BYTES];
    if (!n->known) {
        pen_open(p, PEN_PARA);
        pen_state(p, MARK_UNKNOWN, "cannot tell");
        pen_put(p, PEN_PLAIN, " ");
        pen_sentence(p, PEN_PLAIN, n->why);
        pen_close(p, PEN_PARA);
        return;
    }
    pen_open(p, PEN_FACTS);
    pen_fact(p, "Parameters", PEN_PLAIN, say_count(n->n_params, count));
    if (n->n_active && n->n_active != n->n_params)
        pen_fact(p, "Active for one token", PEN_PLAIN, say_count(n->n_active, count));
    pen_fact(p, "Working memory", PEN_PLAIN, say_size(n->work_bytes, size));
    if (n->machine_known) {
        pen_fact(p, "This machine", PEN_PLAIN, n->machine);
        pen_fact(p, "Its memory", PEN_PLAIN, say_size(n->memory_bytes, size));
        pen_fact(p, "Calibrated", PEN_PLAIN, n->calibrated);
    }
    if (n->memory_claim) {
        pen_open_as(p, PEN_FACT, "Read from", "");
        pen_claim(p, n->memory_claim);
        pen_close(p, PEN_FACT);
    }
    pen_close(p, PEN_FACTS);
    if (n->why && n->why[0]) {
        pen_open(p, PEN_PARA);
        pen_state(p, MARK_PARTLY, "known in part");
        pen_put(p, PEN_PLAIN, " ");
        pen_sentence(p, PEN_PLAIN, n->why);
        pen_close(p, PEN_PARA);
    }
    if (n->n_weights)
        put_weights(p, n);
    if (n->n_contexts)
        put_contexts(p, n);
    put_cost(p, &n->cost);
    if (n->n_assumptions) {
        pen_open_as(p, PEN_FOLD, "Predictions, not measurements: what they assume", "");
        pen_open(p, PEN_LIST);
        for (size_t i = 0; i < n->n_assumptions && i < PEN_ROWS; i++) {
            pen_open(p, PEN_ITEM);
            pen_sentence(p, PEN_PLAIN, n->assumptions[i]);
            pen_close(p, PEN_ITEM);
        }
        pen_close(p, PEN_LIST);
        pen_close(p, PEN_FOLD);
    }
}

/* ---- trust ----------------------------------------------------------------------------- */

void body_trust(struct pen *p, struct check *c)
{
    static const struct pen_column columns[] = { { "Signal", false }, { "State", false }, { "What was seen, or where it was "
                                                 "looked for", false } };
    static const struct pen_table table = { "trust", "Observations, never a grade", columns, 3 };
    pen_table(p, &table);
    for (size_t i = 0; i < c->trust.n && i < PEN_ROWS; i++) {
        const struct trust_signal *s = &c->trust.items[i];
        struct say_word w = say_trust(s->state);
        pen_open(p, PEN_ROW);
        pen_cell(p, PEN_PLAIN, s->name);
        body_state_cell(p, w.mark, w.word);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_PLAIN, s->value);
        pen_sentence(p, s->value && s->value[0] ? PEN_NOTE : PEN_PLAIN, s->why);
        pen_proof(p, s->evidence, s->n_evidence, s->claim ? s->claim->method : "", s->claim ? s->claim->confidence : -1);
        pen_close(p, PEN_CELL);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
}

/* ---- sign-off -------------------------------------------------------------------------- */

static void put_given(struct pen *p, const struct signoff_list *list)
{
    static const struct pen_column columns[] = { { "Question", false }, { "State", false }, { "Answer", false },
                                                 { "Signed by", false }, { "Given", false }, { "Until", false } };
    static const struct pen_table table = { "given", "Answers that people have given for exactly these files", columns, 6 };
    if (list->n == 0)
        return;
    pen_table(p, &table);
    for (size_t i = 0; i < list->n && i < PEN_ROWS; i++) {
        const struct signoff *s = &list->items[i];
        struct say_word w = say_signoff(s->state);
        pen_open(p, PEN_ROW);
        pen_open(p, PEN_CELL);
        pen_fmt(p, PEN_PLAIN, "%u", s->question);
        pen_close(p, PEN_CELL);
        body_state_cell(p, w.mark, w.word);
        pen_cell(p, PEN_PLAIN, s->answer);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_PLAIN, s->by);
        pen_put(p, PEN_NOTE, s->role);
        pen_close(p, PEN_CELL);
        pen_cell(p, PEN_PLAIN, s->given);
        pen_cell(p, PEN_PLAIN, s->until);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
    body_more(p, list->n, PEN_ROWS, "sign-offs");
}

void body_signoff(struct pen *p, struct check *c)
{
    static const struct pen_column columns[] = { { "Role", false }, { "Name", false }, { "Date", false },
                                                 { "Signature", false } };
    static const struct pen_table table = { "sign", "Signatures on this report, for this use and these files", columns, 4 };
    static const struct { const char *role, *says; } roles[] = {
        { "Engineering", "the model is what this report describes" }, { "Legal", "the terms and duties were read" },
        { "Privacy", "the data that goes in and comes out was considered" }, { "Owner", "accountable for the use" } };
    put_given(p, &c->signoffs);
    pen_table(p, &table);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        pen_open(p, PEN_ROW);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_PLAIN, roles[i].role);
        pen_put(p, PEN_NOTE, roles[i].says);
        pen_close(p, PEN_CELL);
        for (unsigned k = 0; k < 3; k++)
            pen_cell(p, PEN_PLAIN, "");
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
    pen_para(p, PEN_QUIET, "A signature holds for the files whose digests stand above. When a file changes, it is void.");
}
