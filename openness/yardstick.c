// SPDX-License-Identifier: Apache-2.0
/* openness/yardstick.c - three measures of others beside our own: MOF, OSAID 1.0, the EU AI Act.
 *
 * None is derived from another. A row is met only by what was seen; what a folder cannot show is cannot-tell.
 * Sources: White et al. 2024, arXiv 2403.13784; OSI, Open Source AI Definition 1.0; Regulation (EU) 2024/1689,
 * Articles 51(2), 53(2) and recitals 102 to 104. */
#include "openness/detect_int.h"
#include "openness/openness_int.h"

enum { NEEDS_MAX = 8 };
#define SYSTEMIC_FLOP 1e25          /* Article 51(2): training compute greater than this */

static const struct detected *part(const struct judge *j, enum mof_part p)
{
    return &j->found.parts[p];
}

/* ---- the Model Openness Framework ---------------------------------------------------- */

static const struct openness_terms *terms_for(const struct judge *j, enum mof_part p)
{
    if (p == MOF_PARAMETERS_FINAL || p == MOF_PARAMETERS_INTERMEDIATE || p == MOF_METADATA)
        return &j->in->weights;
    switch (mof_part_info(p)->type) {
    case MOF_CODE:
        return &j->in->code;
    case MOF_DATA:
        return &j->in->data;
    default:
        return &j->in->docs;
    }
}

static void row_here(struct judge *j, struct openness_mof_row *row, const struct detected *d,
                     const struct openness_terms *t)
{
    row->license = t->id;
    if (t->known && t->mof_open && !t->restricted && !t->doubt[0]) {
        row->state = MOF_INCLUDED;
        row->why = judge_say(j, "%s; %s is on the framework's lists", d->why, t->id);
    } else if (t->restricted || (t->known && !t->doubt[0])) {
        row->state = MOF_INVALID;
        row->why = judge_say(j, "%s; %s is on none of the framework's lists", d->why, t->id);
    } else {
        row->state = MOF_UNLICENSED;
        row->why = judge_say(j, "%s; %s", d->why, judge_terms_words(j, t));
    }
}

static void judge_part(struct judge *j, enum mof_part p)
{
    const struct detected *d = part(j, p);
    struct openness_mof_row *row = &j->out->mof[p];
    *row = (struct openness_mof_row){ .state = MOF_MISSING, .license = "", .path = d->path, .evidence = d->evidence };
    switch (d->where) {
    case DETECT_HERE: case DETECT_IN_CARD:
        row_here(j, row, d, terms_for(j, p));
        break;
    case DETECT_LIBRARY:
        row->state = MOF_INCLUDED;
        row->license = detect_library_license(d->path);
        row->why = judge_say(j, "%s: %s, under %s", d->why, d->path, row->license);
        break;
    case DETECT_NAMED:
        row->state = MOF_UNLICENSED;
        row->why = judge_say(j, "%s; what it is under was not seen", d->why);
        break;
    case DETECT_NOT:
        row->why = j->found.whole ? "nothing in the folder or its card was taken for it" :
                   judge_say(j, "not found: %s", j->found.part_why);
        if (p == MOF_TRAINING_CODE && j->found.settings.where) {
            row->why = judge_say(j, "only settings are here (%s), no code", j->found.settings.path);
            row->evidence = j->found.settings.evidence;
        }
        break;
    }
}

void judge_mof(struct judge *j)
{
    enum mof_state states[MOF_PARTS];
    for (int p = 0; p < MOF_PARTS; p++) {
        judge_part(j, (enum mof_part)p);
        states[p] = j->out->mof[p].state;
    }
    mof_evaluate(states, &j->out->mof_result);
}

/* ---- rows of requirements ------------------------------------------------------------ */

static void put(struct openness_need *rows, size_t *n, const char *name, enum openness_met met, const char *why,
                const struct evidence *evidence)
{
    rows[(*n)++] = (struct openness_need){ name, met, why, evidence };
}

static enum openness_met all_met(const struct openness_need *rows, size_t n)
{
    enum openness_met met = MET_YES;
    for (size_t i = 0; i < n; i++)
        if (rows[i].met == MET_NO)
            return MET_NO;
        else if (rows[i].met == MET_CANNOT_TELL)
            met = MET_CANNOT_TELL;
    return met;
}

static enum openness_met absent(const struct judge *j)
{
    return j->found.whole ? MET_NO : MET_CANNOT_TELL;
}

static enum openness_met by_rights(enum openness_rights r)
{
    return r == RIGHTS_OPEN ? MET_YES : r == RIGHTS_CANNOT_TELL ? MET_CANNOT_TELL : MET_NO;
}

/* ---- OSAID 1.0 ----------------------------------------------------------------------- */

enum openness_met judge_data_information(const struct judge *j)
{
    bool described = part(j, MOF_DATA_CARD)->where >= DETECT_IN_CARD, listed = part(j, MOF_DATASETS)->where != DETECT_NOT;
    if (described && listed)
        return j->in->base[0] ? MET_CANNOT_TELL : MET_YES;
    return described || listed ? MET_CANNOT_TELL : absent(j);
}

static void osaid_data(struct judge *j, struct openness_need *rows, size_t *n)
{
    const struct detected *card = part(j, MOF_DATA_CARD), *sets = part(j, MOF_DATASETS);
    enum openness_met met = judge_data_information(j);
    const char *why =
        met == MET_YES ? "the data are described and listed; whether that is enough to build an equivalent is for a "
                         "skilled person" :
        met == MET_NO ? "nothing says what it was trained on" :
        j->in->base[0] && card->where && sets->where ?
        judge_say(j, "its own data are described and listed, those of its base %s were not looked at", j->in->base) :
        card->where ? "the data are described, but no source is listed" :
        sets->where ? judge_say(j, "%s, and nothing describes the data", sets->why) : j->found.part_why;
    put(rows, n, "data information", met, why, card->evidence ? card->evidence : sets->evidence);
}

static void osaid_code(struct judge *j, struct openness_need *rows, size_t *n)
{
    const struct detected *train = part(j, MOF_TRAINING_CODE), *run = part(j, MOF_INFERENCE_CODE);
    const struct openness_terms *t = &j->in->code;
    enum openness_met met = absent(j);
    const char *why = j->found.whole ? "no training code is here" : judge_say(j, "no training code here: %s",
                                                                             j->found.part_why);
    if (train->where == DETECT_NAMED) {
        met = MET_CANNOT_TELL;
        why = "training code is said to be elsewhere and was not looked at";
    } else if (train->where == DETECT_HERE && run->where < DETECT_LIBRARY) {
        why = "training code is here, but none that runs the model";
    } else if (train->where == DETECT_HERE) {
        bool approved = t->known && t->osi && !t->doubt[0];
        met = approved ? MET_YES : t->restricted || (t->known && !t->doubt[0]) ? MET_NO : MET_CANNOT_TELL;
        why = t->known && !t->osi ? judge_say(j, "%s is not approved by the OSI", t->id) : judge_terms_words(j, t);
        why = approved ? judge_say(j, "training code and code to run it, under %s; whether it is complete cannot be told",
                                   t->id) : judge_say(j, "training code is here, but %s", why);
    }
    put(rows, n, "code", met, why, train->evidence);
}

static void osaid_parameters(struct judge *j, struct openness_need *rows, size_t *n)
{
    const struct openness_row *w = &j->out->parts[OPENNESS_WEIGHTS];
    enum openness_met met = w->visibility == VISIBLE_YES ? by_rights(w->rights) :
                            w->visibility == VISIBLE_NO ? MET_NO : MET_CANNOT_TELL;
    put(rows, n, "parameters", met, w->why, w->n_evidence ? w->evidence[0] : NULL);
}

static void osaid_freedom(struct judge *j, struct openness_need *rows, size_t *n, const char *name,
                          enum openness_met allowed)
{
    const struct openness_terms *t = &j->in->weights;
    enum openness_rights r = judge_rights(t, j->found.whole);
    enum openness_met met = r == RIGHTS_NONE ? MET_NO : t->doubt[0] && allowed == MET_YES ? MET_CANNOT_TELL : allowed;
    const char *why = met == MET_YES ? judge_say(j, "%s grants it", t->id) :
                      met == MET_CANNOT_TELL && t->doubt[0] ? t->doubt :
                      met == MET_CANNOT_TELL && t->known ? judge_say(j, "%s does not say so plainly", t->id) :
                      judge_terms_words(j, t);
    put(rows, n, name, met, why, t->evidence);
}

int judge_osaid(struct judge *j, struct err *e)
{
    const struct openness_terms *t = &j->in->weights;
    struct openness *o = j->out;
    o->osaid = arena_array(j->a, NEEDS_MAX, sizeof *o->osaid);
    if (!o->osaid)
        return err_memory(e);
    osaid_data(j, o->osaid, &o->n_osaid);
    osaid_code(j, o->osaid, &o->n_osaid);
    osaid_parameters(j, o->osaid, &o->n_osaid);
    osaid_freedom(j, o->osaid, &o->n_osaid, "use for any purpose", t->may_use);
    bool seen = o->parts[OPENNESS_WEIGHTS].visibility == VISIBLE_YES && judge_has_code(j);
    enum openness_met study = t->may_use != MET_YES ? t->may_use : seen ? MET_YES : MET_CANNOT_TELL;
    put(o->osaid, &o->n_osaid, "study", study, study == MET_YES ? "weights and code are here, and any use is granted" :
        study == MET_NO ? judge_terms_words(j, t) : "it takes weights, code and the right to use them, and not all of "
        "that was seen", t->evidence);
    osaid_freedom(j, o->osaid, &o->n_osaid, "modify", t->may_modify);
    osaid_freedom(j, o->osaid, &o->n_osaid, "share", t->may_share);
    o->osaid_met = all_met(o->osaid, o->n_osaid);
    return 0;
}

/* ---- the EU AI Act, Article 53(2) ---------------------------------------------------- */

static void eu_license(struct judge *j, struct openness_need *rows, size_t *n)
{
    const struct openness_terms *t = &j->in->weights;
    put(rows, n, "free and open licence", by_rights(judge_rights(t, j->found.whole)), judge_terms_words(j, t),
        t->evidence);
}

static void eu_public(struct judge *j, struct openness_need *rows, size_t *n)
{
    const struct openness_input *in = j->in;
    const struct openness_row *w = &j->out->parts[OPENNESS_WEIGHTS];
    if (w->visibility == VISIBLE_YES && in->gate)
        put(rows, n, "weights public", MET_CANNOT_TELL, "the weights are here, but the card asks for something before "
            "they can be had", in->gate);
    else
        put(rows, n, "weights public", w->visibility == VISIBLE_YES ? MET_YES :
            w->visibility == VISIBLE_NO ? MET_NO : MET_CANNOT_TELL, w->visibility == VISIBLE_YES ?
            "the weights are here, and nothing that was read keeps others from having them" : w->why,
            w->n_evidence ? w->evidence[0] : NULL);
    if (in->architecture)
        put(rows, n, "architecture public", MET_YES, judge_say(j, "the architecture is named: %s", in->architecture_name),
            in->architecture);
    else
        put(rows, n, "architecture public", part(j, MOF_ARCHITECTURE)->where ? MET_YES : MET_CANNOT_TELL,
            part(j, MOF_ARCHITECTURE)->where ? part(j, MOF_ARCHITECTURE)->why : "no file that was read names it",
            part(j, MOF_ARCHITECTURE)->evidence);
}

static void eu_usage(struct judge *j, struct openness_need *rows, size_t *n)
{
    const struct card_topics *t = j->in->topics;
    const struct detected *card = part(j, MOF_MODEL_CARD);
    const struct topic *use = t ? &t->items[TOPIC_INTENDED_USE] : NULL;
    if (use && use->state == TOPIC_ANSWERED && use->n_evidence)
        put(rows, n, "usage information public", MET_YES, "the card says what it is for", use->evidence[0]);
    else if (card->where)
        put(rows, n, "usage information public", MET_CANNOT_TELL, "there is a card, but it does not plainly say what the "
            "model is for", card->evidence);
    else
        put(rows, n, "usage information public", absent(j), "no card is here", NULL);
}

static void eu_risk(struct judge *j, struct openness_need *rows, size_t *n)
{
    double flop = j->found.training_flop;
    if (flop > SYSTEMIC_FLOP)
        put(rows, n, "no systemic risk", MET_NO, judge_say(j, "the card states %.3g FLOP of training, above the "
            "presumption of 1e25; the exemption then does not hold", flop), j->found.flop_evidence);
    else if (flop > 0)
        put(rows, n, "no systemic risk", j->in->base[0] ? MET_CANNOT_TELL : MET_YES, judge_say(j, "the card states %.3g FLOP "
            "of training, not above the presumption of 1e25%s", flop, j->in->base[0] ? "; its base model's are not "
            "counted in" : ""), j->found.flop_evidence);
    else
        put(rows, n, "no systemic risk", MET_CANNOT_TELL, "no training compute is stated in FLOP, and a designation by the "
            "Commission cannot be seen here", NULL);
}

int judge_eu(struct judge *j, struct err *e)
{
    struct openness *o = j->out;
    o->eu = arena_array(j->a, NEEDS_MAX, sizeof *o->eu);
    if (!o->eu)
        return err_memory(e);
    eu_license(j, o->eu, &o->n_eu);
    eu_public(j, o->eu, &o->n_eu);
    eu_usage(j, o->eu, &o->n_eu);
    o->eu_plausible = all_met(o->eu, o->n_eu);          /* what follows cannot be seen in a folder */
    put(o->eu, &o->n_eu, "not monetised", MET_CANNOT_TELL, "whether it is offered for money, or tied to a paid service, "
        "cannot be seen in a folder", NULL);
    eu_risk(j, o->eu, &o->n_eu);
    if (o->eu[o->n_eu - 1].met == MET_NO)
        o->eu_plausible = MET_NO;
    return 0;
}
