// SPDX-License-Identifier: Apache-2.0
/* passport/checklist_terms.c - questions 1 to 3: what is open, what the licence allows, and for this use. */
#include "passport/checklist_int.h"

/* ---- 1: what exactly is open? -------------------------------------------------------- */

void answer_openness(struct draft *d)
{
    const struct openness *o = &d->c->openness;
    unsigned n_unknown = 0, n_open = 0;
    if (!o->class_why)
        return;
    draft_cite(d, o->class_claim);
    draft_say(d, "%s: %s.", openness_class_name(o->class), o->class_why);
    for (unsigned i = 0; i < OPENNESS_PARTS; i++) {
        const struct openness_row *r = &o->parts[i];
        n_unknown += r->state == OPENNESS_CANNOT_TELL;
        n_open += r->state == OPENNESS_OPEN;
        draft_say(d, "%s%s: %s", i ? "; " : " ", openness_part_title((enum openness_part)i),
                  openness_state_name(r->state));
        draft_cite(d, r->claim);
    }
    draft_say(d, ".");
    draft_brief(d, "%s; %u of %d components open", openness_class_name(o->class), n_open, OPENNESS_PARTS);
    if (n_unknown)
        draft_brief(d, ", %u cannot tell", n_unknown);
    if (o->class != OPEN_CLASS_CANNOT_TELL)
        d->status = n_unknown ? STATUS_PARTLY : STATUS_ANSWERED;
    else
        d->status = n_unknown == OPENNESS_PARTS ? STATUS_SILENT : STATUS_PARTLY;
    d->step = "look at the parts that are not seen here";
}

/* ---- 2: what does the licence allow? ------------------------------------------------- */

static const struct conflict *first_conflict(const struct check *c)
{
    for (size_t i = 0; i < c->conflicts.n; i++)
        if (!c->conflicts.items[i].gap)
            return &c->conflicts.items[i];
    return NULL;
}

/* "Apache-2.0: use yes, commercial yes, redistribute yes, modify yes; 3 duties" for each term. */
static void say_terms(struct draft *d, bool *whole)
{
    static const enum license_act acts[] = { ACT_COMMERCIAL, ACT_MODIFY, ACT_REDISTRIBUTE };
    const struct check *c = d->c;
    for (size_t i = 0; i < c->n_terms; i++) {
        const struct verdict_term *t = &c->terms[i];
        const struct license_record *r = t->record;
        const char *id = r ? r->id : t->id;
        *whole = *whole && r && t->known != TERM_RESIDUE;
        if (i >= 4)
            continue;
        draft_brief(d, "%s%s", i ? ", " : "", id);
        draft_say(d, "%s%s (%s): ", i ? " " : "", id, t->scope);
        for (size_t k = 0; r && k < sizeof acts / sizeof *acts; k++)
            draft_say(d, "%s %s, ", act_name(acts[k]), right_name(r->acts[acts[k]].is));
        if (r)
            draft_say(d, "%zu dut%s.", r->n_duties, r->n_duties == 1 ? "y" : "ies");
        else
            draft_say(d, "nothing is known of what it allows.");
    }
    if (c->n_terms > 4)
        draft_say(d, " And %zu more terms.", c->n_terms - 4);
}

void answer_license(struct draft *d)
{
    const struct check *c = d->c;
    const struct conflict *k = first_conflict(c);
    bool whole = true;
    draft_cite_subject(d, "license.concluded");
    draft_cite_subject(d, "license.declared");
    draft_cite_subject(d, "license.conflict");
    draft_cite_subject(d, "license.residue");
    draft_cite_subject(d, "license.unknown");
    draft_cite_subject(d, "base_model");
    d->step = "ask legal to read the texts";
    if (!c->n_terms && !c->gather.declared.n && !c->gather.n_texts) {
        d->status = STATUS_SILENT;
        draft_say(d, "Nothing in the model speaks of a licence.");
        draft_brief(d, "no licence found");
        d->step = "ask the publisher for the licence";
        return;
    }
    say_terms(d, &whole);
    if (!c->n_terms) {
        draft_say(d, "What is declared or lies there names no licence that is known.");
        draft_brief(d, "no known licence");
    }
    if (k) {
        d->status = STATUS_CONTRADICTED;
        draft_say(d, " It contradicts itself: %s.", k->why);
        draft_brief(d, "; statements disagree");
        return;
    }
    d->status = whole && c->n_terms && !c->n_questions ? STATUS_ANSWERED : STATUS_PARTLY;
    for (size_t i = 0; i < c->n_questions && i < 3; i++)
        draft_say(d, " Not settled: %s.", c->questions[i].text);
    if (c->n_questions)
        draft_brief(d, "; %zu not settled", c->n_questions);
}

/* ---- 3: is commercial use permitted for the intended application? -------------------- */

static void say_reason(struct draft *d)
{
    const struct verdict *v = &d->c->verdict;
    if (v->n_reasons)
        draft_say(d, " %s%s%s.", v->reasons[0].record_id, v->reasons[0].record_id[0] ? ": " : "", v->reasons[0].text);
}

/* Without a declared use there is no application to judge: only what the records say of commerce. */
static void say_undeclared(struct draft *d)
{
    const struct check *c = d->c;
    size_t n = 0;
    d->command = "assay check --commercial yes --deployment hosted ... MODEL";
    d->step = "declare your use (--commercial, ...)";
    for (size_t i = 0; i < c->n_terms; i++) {
        const struct license_record *r = c->terms[i].record;
        if (!r || r->kind != LICENSE_KIND_LICENSE || n >= 4)
            continue;
        draft_say(d, "%s%s says of commercial use: %s", n ? "; " : "No use was declared. ", r->id,
                  right_name(r->acts[ACT_COMMERCIAL].is));
        n++;
    }
    if (n) {
        draft_say(d, ".");
        d->status = STATUS_PARTLY;
    }
    draft_brief(d, "no use was declared");
}

void answer_commercial(struct draft *d)
{
    const struct check *c = d->c;
    const struct verdict *v = &c->verdict;
    draft_cite_subject(d, "license.concluded");
    draft_cite_subject(d, "license.declared");
    draft_cite_subject(d, "license.conflict");
    if (c->use.commercial == TRI_UNKNOWN) {
        say_undeclared(d);
        return;
    }
    draft_say(d, "For the declared use: %s.", answer_name(v->answer));
    draft_brief(d, "%s for the declared use", answer_name(v->answer));
    say_reason(d);
    if (v->answer == ANSWER_ALLOW || v->answer == ANSWER_ALLOW_WITH_DUTIES || v->answer == ANSWER_DENY) {
        d->status = STATUS_ANSWERED;
        return;
    }
    d->status = first_conflict(c) ? STATUS_CONTRADICTED : c->n_terms ? STATUS_PARTLY : STATUS_SILENT;
    for (size_t i = 0; i < v->n_unknowns; i++)
        draft_say(d, "%s--%s", i ? ", " : " It hangs on ", v->unknowns[i].key);
    if (!v->n_unknowns)
        return;
    draft_say(d, ".");
    d->command = "tell assay check the parts of the use that it names";
    d->step = "tell the parts of the use that decide";
}
