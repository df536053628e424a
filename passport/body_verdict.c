// SPDX-License-Identifier: Apache-2.0
/* passport/body_verdict.c - the answer, why, what it asks for, what is not known; and the twelve questions. */
#include <inttypes.h>
#include "passport/report_body.h"
#include "passport/say.h"

static const char *yes_no(enum tri t)
{
    return t == TRI_YES ? "yes" : t == TRI_NO ? "no" : "";
}

static void put_use(struct pen *p, const struct use *u)
{
    char count[SAY_BYTES];
    pen_open(p, PEN_FACTS);
    pen_fact(p, "Commercial", PEN_PLAIN, yes_no(u->commercial));
    if (u->deployment)
        pen_fact(p, "Deployment", PEN_PLAIN, deployment_name(u->deployment));
    pen_fact(p, "Change it", PEN_PLAIN, yes_no(u->modify));
    pen_fact(p, "Train others", PEN_PLAIN, yes_no(u->train_others));
    for (unsigned i = 0; i < USE_NUMBERS; i++) {
        if (u->numbers[i] == USE_UNKNOWN)
            continue;
        pen_open_as(p, PEN_FACT, say_use_key(use_number_name((enum use_number)i)), "");
        pen_put(p, PEN_PLAIN, say_count((uint64_t)u->numbers[i], count));
        pen_close(p, PEN_FACT);
    }
    pen_fact(p, "Country", PEN_PLAIN, u->country);
    pen_fact(p, "Field", PEN_PLAIN, u->field);
    if (u->modality)
        pen_fact(p, "Modality", PEN_PLAIN, modality_name(u->modality));
    pen_fact(p, "Date", PEN_PLAIN, u->date);
    pen_close(p, PEN_FACTS);
}

static bool use_said(const struct use *u)
{
    bool said = u->commercial || u->deployment || u->modify || u->train_others || u->country[0] || u->field[0] ||
                u->modality || u->date[0];
    for (unsigned i = 0; i < USE_NUMBERS; i++)
        said = said || u->numbers[i] != USE_UNKNOWN;
    return said;
}

static void put_policy(struct pen *p, const struct check *c)
{
    const struct policy_result *r = &c->policy;
    if (!c->has_policy)
        return;
    pen_sub(p, "The organisation's policy");
    pen_open(p, PEN_LIST);
    pen_open(p, PEN_ITEM);
    pen_state(p, r->n ? MARK_BAD : MARK_GOOD, r->n ? "refused by policy" : "within policy");
    if (r->exception) {
        pen_put(p, PEN_NOTE, "By an exception.");
        pen_fmt(p, PEN_NOTE, "Given by %s until %s: %s", r->exception->by, r->exception->until, r->exception->reason);
    }
    pen_close(p, PEN_ITEM);
    const struct policy_breach *lists[] = { r->breaches, r->excused };
    size_t counts[] = { r->n, r->n_excused };
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < counts[k] && i < PEN_ROWS; i++) {
            pen_open(p, PEN_ITEM);
            pen_fmt(p, PEN_PLAIN, "Line %u of the policy%s: %s", lists[k][i].line, k ? ", excused" : "", lists[k][i].text);
            pen_close(p, PEN_ITEM);
        }
    pen_close(p, PEN_LIST);
}

static void put_reasons(struct pen *p, const struct check *c)
{
    const struct verdict *v = &c->verdict;
    size_t n = v->n_reasons < PEN_ROWS ? v->n_reasons : PEN_ROWS;
    pen_sub(p, "Why");
    pen_open(p, PEN_LIST);
    for (size_t i = 0; i < n; i++) {
        const struct verdict_reason *r = &v->reasons[i];
        struct say_word w = say_answer(r->answer);
        if (r->answer == ANSWER_ALLOW && !r->fact[0])
            w = (struct say_word){ MARK_NONE, "To note" };       /* it allows nothing, and forbids nothing */
        pen_open(p, PEN_ITEM);
        pen_state(p, w.mark, w.word);
        pen_put(p, PEN_PLAIN, " ");
        pen_sentence(p, PEN_PLAIN, r->text);
        const char *basis = say_basis(r->basis);
        if (r->record_id[0])
            pen_fmt(p, PEN_NOTE, "%s, for the %s%s%s", r->record_id, r->scope, basis[0] ? "; " : "", basis);
        pen_proof(p, r->evidence, r->n_evidence, "", -1);
        pen_close(p, PEN_ITEM);
    }
    pen_close(p, PEN_LIST);
    body_more(p, v->n_reasons, n, "reasons");
}

static void put_duties(struct pen *p, const struct check *c)
{
    static const struct pen_column columns[] = { { "Duty", false }, { "When", false }, { "From", false } };
    static const struct pen_table table = { "duties", "What the licence asks of this use", columns, 3 };
    const struct verdict *v = &c->verdict;
    size_t n = v->n_duties < PEN_ROWS ? v->n_duties : PEN_ROWS;
    pen_sub(p, "Duties");
    if (n == 0) {
        pen_para(p, PEN_PARA, v->answer == ANSWER_ALLOW ? "None for this use." :
                 "None is known for this use; that says nothing while the verdict is open.");
        return;
    }
    pen_table(p, &table);
    for (unsigned pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            const struct verdict_duty *d = &v->duties[i];
            if (d->conditional != (pass == 1))
                continue;
            pen_open(p, PEN_ROW);
            pen_open(p, PEN_CELL);
            pen_put(p, PEN_PLAIN, d->text);
            pen_proof(p, d->evidence, d->n_evidence, say_basis(d->basis), -1);
            pen_close(p, PEN_CELL);
            pen_open(p, PEN_CELL);
            pen_put(p, PEN_PLAIN, say_when(d->when));
            if (d->conditional)
                pen_put(p, PEN_NOTE, "if your use comes to it");
            pen_close(p, PEN_CELL);
            pen_open(p, PEN_CELL);
            pen_put(p, PEN_PLAIN, d->record_id);
            pen_put(p, PEN_NOTE, d->scope);
            pen_close(p, PEN_CELL);
            pen_close(p, PEN_ROW);
        }
    pen_close(p, PEN_TABLE);
    body_more(p, v->n_duties, n, "duties");
}

static void put_unknowns(struct pen *p, const struct check *c)
{
    const struct verdict *v = &c->verdict;
    if (v->n_unknowns == 0)
        return;
    pen_sub(p, "Not known, and it decides");
    pen_open(p, PEN_LIST);
    for (size_t i = 0; i < v->n_unknowns; i++) {
        pen_open(p, PEN_ITEM);
        pen_state(p, MARK_UNKNOWN, say_use_key(v->unknowns[i].key));
        pen_put(p, PEN_PLAIN, " ");
        pen_sentence(p, PEN_PLAIN, v->unknowns[i].why);
        pen_put(p, PEN_PLAIN, " Tell it with ");
        pen_fmt(p, PEN_NAME, "--%s", v->unknowns[i].key);
        pen_close(p, PEN_ITEM);
    }
    pen_close(p, PEN_LIST);
}

void body_verdict(struct pen *p, struct check *c)
{
    struct say_word w = say_answer(c->verdict.answer);
    bool refused = c->has_policy && c->policy.n;
    pen_open_as(p, PEN_PANEL, pen_mark_name(refused ? MARK_BAD : w.mark), "");
    pen_open(p, PEN_PARA);
    pen_state(p, w.mark, w.word);
    pen_close(p, PEN_PARA);
    pen_para(p, PEN_PARA, say_answer_says(c->verdict.answer));
    if (refused) {
        pen_open(p, PEN_PARA);
        pen_state(p, MARK_BAD, "Refused by the organisation's policy");
        pen_close(p, PEN_PARA);
    }
    if (use_said(&c->use))
        put_use(p, &c->use);
    else
        pen_para(p, PEN_PARA, "No use was declared: what is not told is unknown, never assumed.");
    pen_close(p, PEN_PANEL);
    if (c->verdict.n_reasons)
        put_reasons(p, c);
    put_unknowns(p, c);
    put_duties(p, c);
    put_policy(p, c);
}

/* ---- the twelve questions ------------------------------------------------------------- */

static bool holds(const struct evidence *const *list, size_t n, const struct evidence *ev)
{
    for (size_t i = 0; i < n && i < PEN_PROOFS; i++)
        if (list[i] == ev)
            return true;
    return false;
}

/* All evidence of the entry's claims under one fold, what several rest on once. */
static void put_claims(struct pen *p, const struct check_entry *q)
{
    size_t n = 0, k = 0;
    for (size_t i = 0; i < q->n_claims; i++)
        n += q->claims[i]->n_evidence;
    const struct evidence **all = arena_array(p->a, n ? n : 1, sizeof *all);
    if (!all) {
        p->failed = true;
        return;
    }
    for (size_t i = 0; i < q->n_claims; i++)
        for (size_t m = 0; m < q->claims[i]->n_evidence; m++)
            if (!holds(all, k, q->claims[i]->evidence[m]))
                all[k++] = q->claims[i]->evidence[m];
    pen_proof(p, all, k, q->n_claims == 1 ? q->claims[0]->method : "", q->n_claims == 1 ? q->claims[0]->confidence : -1);
}

void body_questions(struct pen *p, struct check *c)
{
    static const struct pen_column columns[] = { { "Question", false }, { "Status", false }, { "Answer", false },
                                                 { "Next step", false } };
    static const struct pen_table table = { "questions", "What a team must be able to answer before it builds on a model",
                                            columns, 4 };
    pen_table(p, &table);
    for (size_t i = 0; i < CHECKLIST_QUESTIONS; i++) {
        const struct check_entry *q = &c->checklist.items[i];
        struct say_word w = say_status(q->status);
        pen_open(p, PEN_ROW);
        pen_open(p, PEN_CELL);
        pen_fmt(p, PEN_PLAIN, "%u. %s", q->n, q->question);
        pen_close(p, PEN_CELL);
        body_state_cell(p, w.mark, w.word);
        pen_open(p, PEN_CELL);
        pen_sentence(p, PEN_PLAIN, q->answer);
        if (q->signoff)
            pen_fmt(p, PEN_NOTE, "Signed by %s (%s) on %s, until %s: %s", q->signoff->by, q->signoff->role,
                    q->signoff->given, q->signoff->until, say_signoff(q->signoff->state).word);
        put_claims(p, q);
        pen_close(p, PEN_CELL);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_PLAIN, q->next);
        pen_close(p, PEN_CELL);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
}
