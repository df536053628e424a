// SPDX-License-Identifier: Apache-2.0
#include "license/verdict_int.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const answer_words[] = {
    [ANSWER_ALLOW] = "allow", [ANSWER_ALLOW_WITH_DUTIES] = "allow-with-duties", [ANSWER_ASK] = "ask",
    [ANSWER_CANNOT_TELL] = "cannot-tell", [ANSWER_DENY] = "deny",
};

const char *answer_name(enum answer a) { return answer_words[a]; }

bool answer_from_name(const char *name, enum answer *out)
{
    for (int i = ANSWER_ALLOW; i <= ANSWER_DENY; i++) {
        if (strcmp(answer_words[i], name) != 0)
            continue;
        *out = (enum answer)i;
        return true;
    }
    return false;
}

const char *term_known_name(enum term_known k)
{
    static const char *const words[] = { "exact", "residue", "declared", "family" };
    return words[k];
}

/* ---- gathering ----------------------------------------------------------------------- */

static int out_of_memory(struct decide *d)
{
    if (!d->rc)
        d->rc = err_memory(d->e);
    return d->rc;
}

static const struct evidence *const *list_of(struct decide *d, const struct evidence *one, size_t *n)
{
    const struct evidence **list = arena_array(d->a, 1, sizeof *list);
    *n = 0;
    if (!list) {
        out_of_memory(d);
        return NULL;
    }
    if (one)
        list[(*n)++] = one;
    return list;
}

/* Where a fact can be seen: in the model's own text when the words stand there, else in the record. */
static const struct evidence *const *point_at(struct judge *j, struct fact fact, size_t *n)
{
    struct decide *d = j->d;
    const struct verdict_input *in = d->in;
    const struct evidence *ev = NULL;
    if (in->find && fact.at && *fact.at)
        ev = in->find(in->ud, j->term, fact.at);
    if (!ev && j->r && !(ev = record_evidence(j->r, fact.pos, d->a)))
        out_of_memory(d);
    return list_of(d, ev, n);
}

static bool same_reason(const struct verdict_reason *a, const struct verdict_reason *b)
{
    return a->answer == b->answer && strcmp(a->record_id, b->record_id) == 0 && strcmp(a->text, b->text) == 0;
}

static void add_reason(struct decide *d, struct verdict_reason reason)
{
    if (d->rc)
        return;
    for (size_t i = 0; i < d->n_reasons; i++)
        if (same_reason(&d->reasons[i], &reason))
            return;
    void *items = d->reasons;
    if (arena_grow(d->a, &items, &d->cap_reasons, d->n_reasons, sizeof *d->reasons)) {
        out_of_memory(d);
        return;
    }
    d->reasons = items;
    d->reasons[d->n_reasons++] = reason;
}

static const char *scope_of(const struct verdict_term *t)
{
    return t->scope ? t->scope : "";
}

void verdict_say(struct judge *j, enum answer answer, struct fact fact, const char *fmt, ...)
{
    struct decide *d = j->d;
    char text[640];
    if (d->rc)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    j->worst = answer > j->worst ? answer : j->worst;
    struct verdict_reason reason = {
        .text = arena_str(d->a, text), .answer = answer, .record_id = j->r->id, .scope = scope_of(j->term),
        .fact = fact.key, .basis = record_basis(j->r, fact.key),
    };
    reason.evidence = point_at(j, fact, &reason.n_evidence);
    if (!reason.text)
        out_of_memory(d);
    add_reason(d, reason);
}

void verdict_owe(struct judge *j, enum duty_kind kind, enum duty_when when, bool conditional, struct fact fact,
                 const char *text)
{
    struct decide *d = j->d;
    if (!(conditional && when == WHEN_MODIFY))
        j->n_owed++;
    for (size_t i = 0; i < d->n_duties; i++) {
        struct verdict_duty *old = &d->duties[i];
        if (old->kind != kind || strcmp(old->record_id, j->r->id) != 0 || strcmp(old->text, text) != 0)
            continue;
        old->conditional = old->conditional && conditional;
        return;
    }
    void *items = d->duties;
    if (d->rc || arena_grow(d->a, &items, &d->cap_duties, d->n_duties, sizeof *d->duties)) {
        out_of_memory(d);
        return;
    }
    d->duties = items;
    struct verdict_duty *duty = &d->duties[d->n_duties++];
    *duty = (struct verdict_duty){
        .kind = kind, .when = when, .conditional = conditional, .text = text, .record_id = j->r->id,
        .scope = scope_of(j->term), .basis = record_basis(j->r, fact.key),
    };
    duty->evidence = point_at(j, fact, &duty->n_evidence);
}

void verdict_want(struct judge *j, const char *key, const char *why)
{
    struct decide *d = j->d;
    for (size_t i = 0; i < d->n_unknowns; i++)
        if (strcmp(d->unknowns[i].key, key) == 0)
            return;
    void *items = d->unknowns;
    if (d->rc || arena_grow(d->a, &items, &d->cap_unknowns, d->n_unknowns, sizeof *d->unknowns)) {
        out_of_memory(d);
        return;
    }
    d->unknowns = items;
    d->unknowns[d->n_unknowns++] = (struct verdict_unknown){ .key = key, .why = why, .record_id = j->r->id };
}

/* ---- what is no rule of a record ----------------------------------------------------- */

static void say_plain(struct decide *d, enum answer answer, const char *id, const char *scope,
                      const struct evidence *ev, const char *text)
{
    struct verdict_reason reason = { .text = text, .answer = answer, .record_id = id, .scope = scope, .fact = "" };
    if (!text)
        out_of_memory(d);
    reason.evidence = list_of(d, ev, &reason.n_evidence);
    add_reason(d, reason);
}

static void judge_unknown_license(struct decide *d, const struct verdict_term *t)
{
    const char *id = t->id ? t->id : "";
    say_plain(d, ANSWER_CANNOT_TELL, id, scope_of(t), t->evidence,
              arena_fmt(d->a, "the catalogue has no facts on the licence '%.100s': read its text", id));
}

static void judge_questions(struct decide *d)
{
    for (size_t i = 0; i < d->in->n_questions && !d->rc; i++) {
        const struct verdict_question *q = &d->in->questions[i];
        bool hint = q->look_for && *q->look_for;
        say_plain(d, q->answer > ANSWER_ASK ? q->answer : ANSWER_ASK, "", "", q->evidence,
                  arena_fmt(d->a, "%s%s%s", q->text, hint ? ": look for " : "", hint ? q->look_for : ""));
    }
    if (d->in->n_terms == 0)
        say_plain(d, ANSWER_CANNOT_TELL, "", "", NULL,
                  "no licence was found: look for a LICENSE file, a 'license:' line in the model card, or the "
                  "key general.license");
}

/* Worst first; equal ones keep their order. Few: insertion. */
static void sort_reasons(struct verdict_reason *r, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct verdict_reason moved = r[i];
        size_t k = i;
        for (; k && r[k - 1].answer < moved.answer; k--)
            r[k] = r[k - 1];
        r[k] = moved;
    }
}

int verdict_decide(const struct verdict_input *in, struct arena *a, struct verdict *out, struct err *e)
{
    struct decide d = { .in = in, .use = in->use, .a = a, .e = e };
    for (size_t i = 0; i < in->n_terms; i++)
        if (in->terms[i].record && in->terms[i].record->kind == LICENSE_KIND_LICENSE)
            d.has_license = true;
    for (size_t i = 0; i < in->n_terms && !d.rc; i++) {
        const struct verdict_term *t = &in->terms[i];
        struct judge j = { .d = &d, .use = in->use, .term = t, .r = t->record };
        if (t->record)
            verdict_judge(&j);
        else
            judge_unknown_license(&d, t);
    }
    judge_questions(&d);
    if (d.rc)
        return d.rc;
    sort_reasons(d.reasons, d.n_reasons);
    *out = (struct verdict){
        .answer = d.n_reasons ? d.reasons[0].answer : ANSWER_CANNOT_TELL,
        .reasons = d.reasons, .n_reasons = d.n_reasons, .duties = d.duties, .n_duties = d.n_duties,
        .unknowns = d.unknowns, .n_unknowns = d.n_unknowns,
    };
    return 0;
}
