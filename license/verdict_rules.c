// SPDX-License-Identifier: Apache-2.0
#include "license/verdict_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The deciding facts of a record, one function per rule of data/licenses/README.md. */

static void rely(struct judge *j, const char *key)
{
    for (size_t i = 0; i < j->n_weak; i++)
        if (strcmp(j->weak[i], key) == 0)
            return;
    if (record_basis(j->r, key) != 'V' && j->n_weak < WEAK_MAX)
        j->weak[j->n_weak++] = key;
}

/* Does a policy say this beside a licence? Then its silence means nothing. */
static bool is_side_policy(const struct judge *j)
{
    return j->r->kind == LICENSE_KIND_POLICY && j->d->has_license;
}

/* ---- rights -------------------------------------------------------------------------- */

static enum tri redistributes(const struct use *u)
{
    return u->deployment == DEPLOY_UNKNOWN ? TRI_UNKNOWN : u->deployment == DEPLOY_REDISTRIBUTE ? TRI_YES : TRI_NO;
}

static enum tri reaches_others(const struct use *u)
{
    return u->deployment == DEPLOY_UNKNOWN ? TRI_UNKNOWN : u->deployment == DEPLOY_INTERNAL ? TRI_NO : TRI_YES;
}

/* What a right leads to when the use needs it. */
static enum answer outcome_of(const struct judge *j, enum right right)
{
    switch (right) {
    case RIGHT_YES:
        return ANSWER_ALLOW;
    case RIGHT_CONDITIONAL:
        return ANSWER_ALLOW_WITH_DUTIES;
    case RIGHT_UNSAID:
        return is_side_policy(j) ? ANSWER_ALLOW : ANSWER_ASK;
    case RIGHT_NONCOMMERCIAL:
        return j->use->commercial == TRI_YES ? ANSWER_DENY
             : j->use->commercial == TRI_NO ? ANSWER_ALLOW : ANSWER_CANNOT_TELL;
    case RIGHT_NO:
        break;
    }
    return ANSWER_DENY;
}

struct need { enum tri needed; const char *key, *what; };   /* key: the part of the use that decides */

static void want_commercial(struct judge *j)
{
    verdict_want(j, "commercial", "the licence allows it for non-commercial purposes only");
}

static void say_right(struct judge *j, enum right right, struct need need, struct fact fact, enum answer answer)
{
    switch (right) {
    case RIGHT_YES:
        verdict_say(j, answer, fact, "%s is allowed", need.what);
        break;
    case RIGHT_CONDITIONAL:
        verdict_say(j, answer, fact, "%s is allowed under conditions", need.what);
        break;
    case RIGHT_UNSAID:
        verdict_say(j, answer, fact, "the text does not say whether %s is allowed", need.what);
        break;
    case RIGHT_NO:
        verdict_say(j, answer, fact, "%s is not allowed", need.what);
        break;
    case RIGHT_NONCOMMERCIAL:
        verdict_say(j, answer, fact, "%s is allowed for non-commercial purposes only", need.what);
        break;
    }
}

static void judge_right(struct judge *j, enum right right, struct need need, struct fact fact)
{
    enum answer answer = outcome_of(j, right);
    bool silent = right == RIGHT_UNSAID && answer == ANSWER_ALLOW;
    bool said = right == RIGHT_NONCOMMERCIAL && j->commercial_denied;
    if (need.needed == TRI_NO || silent || said)
        return;
    if (need.needed == TRI_UNKNOWN) {
        if (answer < ANSWER_ASK)
            return;
        verdict_want(j, need.key, "the licence restricts it, or does not speak of it");
        if (answer == ANSWER_CANNOT_TELL)
            want_commercial(j);
        verdict_say(j, ANSWER_CANNOT_TELL, fact, "%s is %s: say whether the use needs it (%s)", need.what,
                    right == RIGHT_NO ? "not allowed" : right == RIGHT_UNSAID ? "not spoken of in the text"
                    : "allowed for non-commercial purposes only", need.key);
        return;
    }
    rely(j, fact.key);
    if (answer == ANSWER_CANNOT_TELL)
        want_commercial(j);
    say_right(j, right, need, fact, answer);
}

static struct fact act_fact(const struct license_record *r, enum license_act act)
{
    return (struct fact){ act_name(act), r->acts[act].at, r->acts[act].pos };
}

static bool has_register_duty(const struct license_record *r)
{
    for (size_t i = 0; i < r->n_duties; i++)
        if (r->duties[i].kind == DUTY_REGISTER)
            return true;
    return false;
}

/* `noncommercial` and `no` are the same here; `conditional` leaves it to thresholds and registrations. */
static void judge_commercial(struct judge *j)
{
    const struct license_record *r = j->r;
    enum right right = r->acts[ACT_COMMERCIAL].is;
    struct fact fact = act_fact(r, ACT_COMMERCIAL);
    struct need need = { j->use->commercial, "commercial", "commercial use" };
    if (right == RIGHT_NONCOMMERCIAL)
        right = RIGHT_NO;
    if (right == RIGHT_CONDITIONAL) {
        if (need.needed == TRI_YES)
            rely(j, fact.key);
        if (need.needed == TRI_YES && r->n_thresholds == 0 && !has_register_duty(r))
            verdict_say(j, ANSWER_ASK, fact, "commercial use is allowed only under conditions: ask the licensor");
        return;
    }
    judge_right(j, right, need, fact);
    j->commercial_denied = right == RIGHT_NO && need.needed == TRI_YES;
}

static void judge_act(struct judge *j, enum license_act act, struct need need)
{
    struct fact fact = act_fact(j->r, act);
    enum right right = j->r->acts[act].is;
    bool said = act == ACT_USE && right == RIGHT_YES && j->use->commercial == TRI_YES;
    if (said)                           /* what there is to say was said of commercial use */
        rely(j, fact.key);
    else
        judge_right(j, right, need, fact);
    if (right == RIGHT_CONDITIONAL && need.needed == TRI_YES) {
        const char *text = act == ACT_USE ? "Meet the conditions that the licence sets on use."
                         : act == ACT_MODIFY ? "Meet the conditions that the licence sets on modification."
                         : "Meet the conditions that the licence sets on redistribution.";
        verdict_owe(j, DUTY_CONDITION, WHEN_ALWAYS, false, fact, text);
    }
}

static void judge_rights(struct judge *j)
{
    const struct use *u = j->use;
    judge_commercial(j);
    judge_act(j, ACT_USE, (struct need){ TRI_YES, "commercial", "use" });
    judge_act(j, ACT_REDISTRIBUTE, (struct need){ redistributes(u), "deployment", "redistribution" });
    judge_act(j, ACT_MODIFY, (struct need){ u->modify, "modify", "modification" });
}

static void judge_outputs(struct judge *j)
{
    const struct record_outputs *o = &j->r->outputs;
    struct fact fact = { "outputs", o->at, o->pos };
    struct need need = { j->use->train_others, "train_others", "making another model with it or its outputs" };
    judge_right(j, o->train_others, need, fact);
    if (o->train_others == RIGHT_CONDITIONAL && need.needed == TRI_YES)
        verdict_owe(j, DUTY_CONDITION, WHEN_TRAIN_OTHERS, false, fact, *o->condition ? o->condition
                    : "Meet the conditions that the licence sets on training other models.");
}

/* ---- thresholds ---------------------------------------------------------------------- */

/* 700000000 -> "700,000,000" */
static const char *grouped(int64_t v, char out[32])
{
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRId64, v), k = 0;
    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            out[k++] = ',';
        out[k++] = digits[i];
    }
    out[k] = 0;
    return out;
}

struct line { char amount[32], given[32]; const char *unit, *measured, *affiliates; };

static struct line line_of(const struct record_threshold *t, int64_t given)
{
    static const char *const units[] = {
        [THRESHOLD_MAU] = "monthly active users", [THRESHOLD_DAU] = "daily active users",
        [THRESHOLD_VISITS_MONTH] = "visits a month", [THRESHOLD_REVENUE_YEAR] = "yearly revenue",
        [THRESHOLD_REVENUE_MONTH] = "monthly revenue", [THRESHOLD_ARR] = "annual recurring revenue",
    };
    static const char *const measured[] = {
        [MEASURED_UNSAID] = "", [MEASURED_RELEASE_DATE] = ", counted when the model was released",
        [MEASURED_PREVIOUS_MONTH] = ", counted over the month before", [MEASURED_ANY_TIME] = ", at any time",
    };
    struct line l = { .unit = units[t->what], .measured = measured[t->measured],
                      .affiliates = t->affiliates == RIGHT_YES ? ", affiliates included" : "" };
    grouped(t->amount, l.amount);
    grouped(given, l.given);
    return l;
}

/* A line that only brings a naming duty: owed above it, and conditionally when the figure is not known. */
static void owe_naming(struct judge *j, const struct record_threshold *t, struct fact fact, bool known)
{
    struct line l = line_of(t, 0);
    const char *text = arena_fmt(j->d->a, "Above %s %s%s%s, show the name that the licence prescribes.", l.amount,
                                 t->currency, *t->currency ? " " : "", l.unit);
    verdict_owe(j, DUTY_UI_NAMING, WHEN_ALWAYS, !known, fact, text ? text : "");
    if (!text && !j->d->rc)
        j->d->rc = err_memory(j->d->e);
}

static void judge_threshold(struct judge *j, const struct record_threshold *t)
{
    int64_t given = j->use->numbers[t->what];
    const char *key = use_number_name((enum use_number)t->what);
    struct fact fact = { "thresholds", t->at, t->pos };
    struct line l = line_of(t, given);
    bool foreign = *t->currency && strcmp(t->currency, "USD") != 0 && given != 0;
    bool above = given > t->amount;
    if (t->effect == EFFECT_NAMING_ONLY) {
        if (given == USE_UNKNOWN || foreign || above)
            owe_naming(j, t, fact, given != USE_UNKNOWN && !foreign);
        return;
    }
    const char *tail = t->effect == EFFECT_ENDS ? "the licence ends" : "the licensor must be asked first";
    const char *blank = *t->currency ? " " : "";
    if (given == USE_UNKNOWN) {
        verdict_want(j, key, t->effect == EFFECT_ENDS ? "above a figure the licence ends"
                                                      : "above a figure the licensor must be asked");
        verdict_say(j, ANSWER_CANNOT_TELL, fact, "above %s %s%s%s%s%s, %s: give %s", l.amount, t->currency, blank,
                    l.unit, l.measured, l.affiliates, tail, key);
    } else if (foreign) {
        verdict_say(j, ANSWER_ASK, fact, "above %s %s %s%s, %s: the figure given is in USD", l.amount, t->currency,
                    l.unit, l.affiliates, tail);
    } else if (above) {
        verdict_say(j, t->effect == EFFECT_ENDS ? ANSWER_DENY : ANSWER_ASK, fact,
                    "%s %s%s%s is above %s%s%s, where %s%s%s%s", l.given, t->currency, blank, l.unit, l.amount,
                    l.measured, l.affiliates, tail, *t->exempt ? " (exempt: " : "", t->exempt,
                    *t->exempt ? ")" : "");
    }
}

/* ---- regions and fields -------------------------------------------------------------- */

static bool excludes(const struct record_texts *list, const char *country)
{
    for (size_t i = 0; i < list->n; i++) {
        bool eu = strcmp(list->items[i], "EU") == 0, all_eu = strcmp(country, "EU") == 0;
        if (strcmp(list->items[i], country) == 0 || (eu && country_in_eu(country)))
            return true;
        if (all_eu && country_in_eu(list->items[i]))
            return true;
    }
    return false;
}

static void judge_region(struct judge *j, const struct record_region *g)
{
    struct fact fact = { "regions", g->at, g->pos };
    const struct use *u = j->use;
    char list[160] = "";
    size_t n = 0;
    for (size_t i = 0; i < g->exclude.n && n < sizeof list; i++)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "", g->exclude.items[i]);
    if (g->multimodal_only && u->modality == MODALITY_TEXT)
        return;
    if (*u->country && !excludes(&g->exclude, u->country))
        return;
    const char *whom = g->multimodal_only ? " for multimodal models" : "";
    if (!*u->country)
        verdict_want(j, "country", "the licence excludes some countries");
    if (g->multimodal_only && u->modality == MODALITY_UNKNOWN)
        verdict_want(j, "modality", "the licence excludes some countries for multimodal models");
    if (!*u->country)
        verdict_say(j, ANSWER_CANNOT_TELL, fact, "the licence excludes %s%s: give country", list, whom);
    else if (g->multimodal_only && u->modality == MODALITY_UNKNOWN)
        verdict_say(j, ANSWER_CANNOT_TELL, fact, "the licence excludes %s%s: give modality", list, whom);
    else
        verdict_say(j, ANSWER_DENY, fact, "the licence excludes %s%s, and %s is among it", list, whom, u->country);
}

static bool lists_field(const struct license_record *r, const char *field)
{
    for (size_t i = 0; i < r->fields.n; i++)
        if (strcmp(r->fields.items[i], field) == 0)
            return true;
    return false;
}

static void judge_field(struct judge *j)
{
    const struct license_record *r = j->r;
    const char *field = j->use->field;
    struct fact fields = { "field", r->policy.present ? r->policy.at : "", r->fields_pos };
    struct fact policy = { "use_policy", r->policy.at, r->policy.pos };
    if (*field && lists_field(r, field))
        verdict_say(j, ANSWER_DENY, fields, "the field '%s' is forbidden", field);
    else if (*field && r->policy.present && use_field_is_sensitive(field))
        verdict_say(j, ANSWER_ASK, policy, "the use policy may concern the field '%s': read it (%s)", field,
                    r->policy.where);
    if (*field || (!r->fields.n && !r->policy.present))
        return;
    if (r->fields.n) {
        verdict_want(j, "field", "the licence forbids some fields");
        verdict_say(j, ANSWER_CANNOT_TELL, fields, "the licence forbids some fields: give field");
    } else if (j->worst < ANSWER_ASK && !j->n_weak) {   /* at worst it would be ask, which it is already */
        verdict_want(j, "field", "the use policy concerns some fields");
        verdict_say(j, ANSWER_CANNOT_TELL, policy, "the use policy concerns some fields: give field");
    }
}

/* ---- duties -------------------------------------------------------------------------- */

static enum tri either(enum tri a, enum tri b)
{
    return a == TRI_YES || b == TRI_YES ? TRI_YES : a == TRI_NO && b == TRI_NO ? TRI_NO : TRI_UNKNOWN;
}

/* Does a duty of this kind of use apply, and which part of the use tells? */
static struct need applies(const struct use *u, enum duty_when when)
{
    switch (when) {
    case WHEN_REDISTRIBUTE:
        return (struct need){ redistributes(u), "deployment", "" };
    case WHEN_HOSTED:
        return (struct need){ reaches_others(u), "deployment", "" };
    case WHEN_MODIFY:
        return (struct need){ u->modify, "modify", "" };
    case WHEN_OUTPUTS:
        return (struct need){ either(u->train_others, reaches_others(u)),
                              u->train_others == TRI_UNKNOWN ? "train_others" : "deployment", "" };
    case WHEN_COMMERCIAL:
        return (struct need){ u->commercial, "commercial", "" };
    case WHEN_TRAIN_OTHERS:
        return (struct need){ u->train_others, "train_others", "" };
    case WHEN_ALWAYS:
        break;
    }
    return (struct need){ TRI_YES, "", "" };
}

static void judge_duty(struct judge *j, const struct record_duty *duty)
{
    struct need need = applies(j->use, duty->when);
    struct fact fact = { "duties", duty->at, duty->pos };
    if (need.needed == TRI_NO)
        return;
    verdict_owe(j, duty->kind, duty->when, need.needed == TRI_UNKNOWN, fact, duty->text);
    if (duty->kind != DUTY_REGISTER)
        return;
    if (need.needed == TRI_YES) {
        verdict_say(j, ANSWER_ASK, fact, "a person must do this first: %s", duty->text);
        return;
    }
    verdict_want(j, need.key, "a registration or request may come first");
    verdict_say(j, ANSWER_CANNOT_TELL, fact, "this may have to come first: %s", duty->text);
}

static void judge_policy(struct judge *j)
{
    const struct record_policy *p = &j->r->policy;
    if (!p->present)
        return;
    const char *text = arena_fmt(j->d->a, "Follow the use policy (%s)%s.", p->where,
                                 p->pass_on ? ", and bind your users to it" : "");
    verdict_owe(j, DUTY_USE_POLICY, WHEN_ALWAYS, false, (struct fact){ "use_policy", p->at, p->pos },
                text ? text : "");
    if (!text && !j->d->rc)
        j->d->rc = err_memory(j->d->e);
}

/* ---- how it is known ----------------------------------------------------------------- */

static void say_known(struct judge *j, enum answer answer, const char *text)
{
    struct fact none = { "", "", j->r->basis_pos };
    size_t before = j->d->n_reasons;
    verdict_say(j, answer, none, "%s", text);
    if (j->d->rc || j->d->n_reasons == before)
        return;
    struct verdict_reason *reason = &j->d->reasons[before];
    reason->basis = 0;
    if (j->term->n_residue && j->term->known == TERM_RESIDUE) {
        reason->evidence = j->term->residue;
        reason->n_evidence = j->term->n_residue;
    } else if (j->term->evidence) {
        const struct evidence **one = arena_array(j->d->a, 1, sizeof *one);
        if (!one) {
            j->d->rc = err_memory(j->d->e);
            return;
        }
        one[0] = j->term->evidence;
        reason->evidence = one;
        reason->n_evidence = 1;
    }
}

static void judge_known(struct judge *j)
{
    switch (j->term->known) {
    case TERM_RESIDUE:
        say_known(j, ANSWER_ASK, "the text holds passages that the licence does not explain: read them");
        break;
    case TERM_DECLARED:
        say_known(j, ANSWER_ALLOW, "the licence is only named: no text of it was found");
        break;
    case TERM_FAMILY:
        if (j->term->basis != 'V')
            say_known(j, ANSWER_ASK, "the licence is presumed from the model's family: look for its text");
        break;
    case TERM_EXACT:
        break;
    }
}

static void judge_weak(struct judge *j)
{
    char list[200] = "";
    size_t n = 0;
    for (size_t i = 0; i < j->n_weak && n < sizeof list; i++)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "", j->weak[i]);
    if (!j->n_weak || j->worst > ANSWER_ALLOW_WITH_DUTIES)
        return;
    verdict_say(j, ANSWER_ASK, (struct fact){ j->weak[0], "", j->r->basis_pos },
                "not verified in the text of the licence: %s", list);
}

void verdict_judge(struct judge *j)
{
    const struct license_record *r = j->r;
    static const char *const always[] = { "duties", "field", "use_policy", "thresholds", "regions" };
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        rely(j, always[i]);
    judge_known(j);
    judge_rights(j);
    judge_outputs(j);
    for (size_t i = 0; i < r->n_thresholds; i++)
        judge_threshold(j, &r->thresholds[i]);
    for (size_t i = 0; i < r->n_regions; i++)
        judge_region(j, &r->regions[i]);
    for (size_t i = 0; i < r->n_duties; i++)
        judge_duty(j, &r->duties[i]);
    judge_policy(j);
    judge_field(j);
    judge_weak(j);
    if (j->n_owed)
        verdict_say(j, ANSWER_ALLOW_WITH_DUTIES,
                    (struct fact){ "duties", "", r->n_duties ? r->duties[0].pos : r->basis_pos },
                    "%zu %s with this use", j->n_owed, j->n_owed == 1 ? "duty comes" : "duties come");
    if (j->d->rc == 0 && j->worst == ANSWER_ALLOW && j->d->n_reasons == 0)
        verdict_say(j, ANSWER_ALLOW, act_fact(r, ACT_USE), "nothing in it forbids this use");
}
