// SPDX-License-Identifier: Apache-2.0
#include "passport/diff_sheet.h"

#include <inttypes.h>

/* ---- which terms --------------------------------------------------------------------- */

static bool is_policy(const struct verdict_term *t)
{
    return t->record && t->record->kind == LICENSE_KIND_POLICY;
}

static bool in_text(const struct license_record *r)
{
    return strncmp(r->policy.where, "in the text", 11) == 0;
}

static int join(struct arena *a, const char **into, const char *text, struct err *e)
{
    *into = *into ? arena_fmt(a, "%s + %s", *into, text) : text;
    return *into ? 0 : err_memory(e);
}

static bool has_record(const struct sheet *s, const struct license_record *r)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->terms[i]->record->id, r->id) == 0)
            return true;
    return false;
}

static int take_term(struct diff *d, int k, const struct verdict_term *t, struct sheet *s, struct err *e)
{
    int rc = 0;
    if (!t->record) {
        s->unsure = true;
        rc = join(d->a, &s->ids, t->id, e);
        if (!rc)
            rc = join(d->a, &s->names, t->id, e);
        return rc ? rc : diff_gap(d, DIFF_CLAUSES, k, e, "the catalogue has no facts about %s (%s)", t->id, t->scope);
    }
    if (has_record(s, t->record))
        return 0;
    if (s->n == SHEET_MAX) {
        s->truncated = s->unsure = true;
        return diff_gap(d, DIFF_CLAUSES, k, e, "more than %d licences: %s was left out", (int)SHEET_MAX, t->record->id);
    }
    s->terms[s->n++] = t;
    if (is_policy(t))
        return 0;
    s->n_licenses++;
    rc = join(d->a, &s->ids, t->record->id, e);
    if (!rc)
        rc = join(d->a, &s->names, t->record->name, e);
    if (!rc && t->known == TERM_RESIDUE) {
        s->unsure = true;
        rc = diff_gap(d, DIFF_CLAUSES, k, e, "beside %s stands text that it does not explain (%s): what that text "
                      "changes is not known", t->record->id, t->evidence ? t->evidence->path : t->scope);
    }
    return rc;
}

/* Licence texts of which no licence could be concluded. */
static int unknown_texts(struct diff *d, int k, struct sheet *s, struct err *e)
{
    const struct gather *g = &s->check->gather;
    int rc = 0;
    for (size_t i = 0; i < g->n_texts && !rc; i++) {
        const struct gather_text *t = &g->texts[i];
        bool other = t->file->scope != SNAP_SCOPE_UNSAID && t->file->scope != SNAP_SCOPE_WEIGHTS;
        if (t->file->role != SNAP_LICENSE || t->is.n_found || other || t->is.kind == TEXT_IS_POLICY)
            continue;
        s->unsure = true;
        if (t->is.match == MATCH_NEAR && t->is.n_nearest)
            rc = diff_gap(d, DIFF_CLAUSES, k, e, "the text of %s is not known: it is near %s, but not that licence",
                          t->file->path, t->is.nearest[0].entry->id);
        else
            rc = diff_gap(d, DIFF_CLAUSES, k, e, "no licence is concluded from the text of %s", t->file->path);
    }
    if (!rc && g->license_unread)
        s->unsure = true;                       /* the file itself is listed as unread */
    return rc;
}

static bool has_policy_text(const struct sheet *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (is_policy(s->terms[i]))
            return true;
    return false;
}

int sheet_make(struct diff *d, int k, bool of_bases, struct sheet *out, struct err *e)
{
    const struct check *c = &d->subject[k].check;
    struct sheet s = { .check = c, .of_bases = of_bases };
    int rc = 0;
    for (size_t i = 0; i < c->n_terms && !rc; i++) {
        bool base = strncmp(c->terms[i].scope, "base model", 10) == 0;
        if (base == of_bases)
            rc = take_term(d, k, &c->terms[i], &s, e);
    }
    if (!rc && !of_bases)
        rc = unknown_texts(d, k, &s, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < s.n; i++) {
        const struct license_record *r = s.terms[i]->record;
        s.policy_missing = s.policy_missing || (r->policy.present && !in_text(r) && !has_policy_text(&s));
    }
    if (!s.ids)
        s.ids = s.names = of_bases ? "none" : "no known licence";
    *out = s;
    return 0;
}

/* ---- a fact as a row ----------------------------------------------------------------- */

struct fact {
    const struct verdict_term *term;
    const char *key;                /* of the record: "commercial" */
    const char *at;
    struct record_pos pos;
};

static const struct evidence *in_own_text(struct diff *d, const struct sheet *s, const struct fact *f)
{
    uint64_t from, to;
    bool there = f->term->known == TERM_EXACT || f->term->known == TERM_RESIDUE;
    if (!f->at[0] || !there || !f->term->evidence)
        return NULL;
    struct span raw = gather_bytes(&s->check->gather, f->term->evidence->path);
    if (!raw.p || !anchor_find(raw, f->at, &from, &to))
        return NULL;
    return evidence_of(d->a, f->term->evidence->path, raw, from, to, true);
}

/* NULL: out of memory. `key` and `value` are kept. What two licences say alike is one row. */
static struct diff_row *put(struct diff *d, const struct sheet *s, struct diff_rows *rows, const struct fact *f,
                            const char *key, const char *value)
{
    for (size_t i = 0; key && value && i < rows->n; i++)
        if (strcmp(rows->items[i].key, key) == 0 && span_is(rows->items[i].value, value))
            return &rows->items[i];
    struct diff_row *r = key && value ? diff_row(d, rows) : NULL;
    if (!r)
        return NULL;
    r->key = key;
    r->scope = s->of_bases ? "base models" : "model";
    r->value = span_str(value);
    r->directed = true;
    r->basis = record_basis(f->term->record, f->key);
    r->evidence[0] = in_own_text(d, s, f);
    r->evidence[1] = record_evidence(f->term->record, f->pos, d->a);
    return r->evidence[1] ? r : NULL;
}

static struct diff_row *put_limit(struct diff *d, const struct sheet *s, struct diff_rows *rows, const struct fact *f,
                                  const char *key, const char *value, int64_t rank, bool heavy)
{
    struct diff_row *r = put(d, s, rows, f, key, value);
    if (r) {
        r->limit = true;
        r->rank = rank;
        r->heavy = heavy;
    }
    return r;
}

/* ---- rights -------------------------------------------------------------------------- */

static int64_t rank_of(enum right r)
{
    static const signed char ranks[] = { [RIGHT_YES] = 1, [RIGHT_CONDITIONAL] = 3, [RIGHT_NONCOMMERCIAL] = 5,
                                         [RIGHT_NO] = 7, [RIGHT_UNSAID] = RANK_UNSAID };
    return ranks[r];
}

static unsigned strictness(enum right r)
{
    static const unsigned char order[] = { [RIGHT_YES] = 0, [RIGHT_UNSAID] = 1, [RIGHT_CONDITIONAL] = 2,
                                           [RIGHT_NONCOMMERCIAL] = 3, [RIGHT_NO] = 4 };
    return order[r];
}

static int put_right(struct diff *d, const struct sheet *s, struct diff_rows *rows, enum license_act act,
                     struct err *e)
{
    static const char *const words[] = { "use", "commercial use", "redistribution", "modification", "sublicensing",
                                         "patent grant" };
    struct fact f = { .term = NULL };
    enum right worst = RIGHT_UNSAID;
    for (size_t i = 0; i < s->n; i++) {
        const struct record_right *r = &s->terms[i]->record->acts[act];
        if (is_policy(s->terms[i]) || (f.term && strictness(r->is) <= strictness(worst)))
            continue;
        f = (struct fact){ s->terms[i], act_name(act), r->at, r->pos };
        worst = r->is;
    }
    if (!f.term)
        return 0;
    if (!f.pos.byte_to)
        f.pos = f.term->record->basis_pos;
    struct diff_row *r = put(d, s, rows, &f, words[act], right_name(worst));
    if (!r)
        return err_memory(e);
    r->rank = rank_of(worst);
    r->heavy = true;
    return 0;
}

/* ---- duties, thresholds, regions, fields --------------------------------------------- */

static int put_duties(struct diff *d, const struct sheet *s, const struct verdict_term *t, struct diff_rows *rows,
                      struct err *e)
{
    for (size_t i = 0; i < t->record->n_duties; i++) {
        const struct record_duty *u = &t->record->duties[i];
        struct fact f = { t, "duties", u->at, u->pos };
        bool share = u->kind == DUTY_SHARE_CHANGES;
        const char *key = share ? "share changes" : arena_fmt(d->a, "duty: %s (%s)", duty_kind_name(u->kind),
                                                              duty_when_name(u->when));
        if (!put_limit(d, s, rows, &f, key, u->text, 1, share || u->kind == DUTY_REGISTER))
            return err_memory(e);
    }
    return 0;
}

static const struct record_threshold *same_threshold(const struct sheet *s, const struct record_threshold *t)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->terms[i]->record->n_thresholds; k++) {
            const struct record_threshold *o = &s->terms[i]->record->thresholds[k];
            if (o->what == t->what && strcmp(o->currency, t->currency) == 0)
                return o;
        }
    return NULL;
}

static int put_threshold(struct diff *d, const struct sheet *s, const struct sheet *other, const struct fact *f,
                         const struct record_threshold *t, struct diff_rows *rows, struct err *e)
{
    static const unsigned char effects[] = { [EFFECT_NAMING_ONLY] = 1, [EFFECT_ASK] = 2, [EFFECT_ENDS] = 3 };
    bool heavy = t->effect != EFFECT_NAMING_ONLY;
    const char *key = arena_fmt(d->a, "threshold: %s%s%s", threshold_what_name(t->what), t->currency[0] ? " " : "",
                                t->currency);
    const char *amount = arena_fmt(d->a, "%" PRId64, t->amount);
    struct diff_row *r = put_limit(d, s, rows, f, key, amount, INT64_MAX - t->amount, heavy);
    if (!r)
        return err_memory(e);
    const struct record_threshold *o = same_threshold(other, t);
    if (!o) {
        r->say = arena_fmt(d->a, "%s, measured: %s, effect: %s%s%s", amount, threshold_measured_name(t->measured),
                           threshold_effect_name(t->effect), t->exempt[0] ? ", except " : "", t->exempt);
        return r->say ? 0 : err_memory(e);
    }
    r = put(d, s, rows, f, arena_fmt(d->a, "%s, measured", key), threshold_measured_name(t->measured));
    if (!r || !put_limit(d, s, rows, f, arena_fmt(d->a, "%s, effect", key), threshold_effect_name(t->effect),
                         effects[t->effect], heavy))
        return err_memory(e);
    r = put(d, s, rows, f, arena_fmt(d->a, "%s, affiliates count", key), right_name(t->affiliates));
    if (!r)
        return err_memory(e);
    r->rank = t->affiliates == RIGHT_YES ? 7 : t->affiliates == RIGHT_NO ? 1 : RANK_UNSAID;
    if (t->exempt[0] && !put(d, s, rows, f, arena_fmt(d->a, "%s, exempt", key), t->exempt))
        return err_memory(e);
    return 0;
}

/* A record of a licence tells also of the regions that its policy excludes. */
static int put_regions(struct diff *d, const struct sheet *s, const struct verdict_term *t, struct diff_rows *rows,
                       struct err *e)
{
    for (size_t i = 0; i < t->record->n_regions; i++) {
        const struct record_region *g = &t->record->regions[i];
        struct fact f = { t, "regions", g->at, g->pos };
        for (size_t k = 0; k < g->exclude.n; k++) {
            if (!put_limit(d, s, rows, &f, arena_fmt(d->a, "region: %s", g->exclude.items[k]), g->multimodal_only ?
                           "excluded for multimodal models" : "excluded", g->multimodal_only ? 1 : 2, true))
                return err_memory(e);
        }
    }
    return 0;
}

static int put_fields(struct diff *d, const struct sheet *s, const struct sheet *other, const struct verdict_term *t,
                      struct diff_rows *rows, struct err *e)
{
    struct fact f = { t, "field", "", t->record->fields_pos };
    for (size_t i = 0; i < t->record->fields.n; i++) {      /* of a policy that is not there, none is known */
        const char *key = arena_fmt(d->a, "field: %s", t->record->fields.items[i]);
        struct diff_row *r = put_limit(d, s, rows, &f, key, "forbidden", 1, true);
        if (!r)
            return err_memory(e);
        r->shaky = other->policy_missing;
    }
    return 0;
}

/* ---- policy, outputs, end, yardsticks ------------------------------------------------ */

static const struct record_policy *policy_in(const struct sheet *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->terms[i]->record->policy.present)
            return &s->terms[i]->record->policy;
    return NULL;
}

static int put_policy(struct diff *d, const struct sheet *s, const struct sheet *other, const struct verdict_term *t,
                      struct diff_rows *rows, struct err *e)
{
    const struct record_policy *p = &t->record->policy;
    struct fact f = { t, "use_policy", p->at, p->pos };
    if (!p->present)
        return 0;
    if (!put_limit(d, s, rows, &f, "use policy", p->where, 1, true))
        return err_memory(e);
    if (!policy_in(other))
        return 0;
    bool kept = put_limit(d, s, rows, &f, "use policy, must be passed on", p->pass_on ? "yes" : "no", 1 + p->pass_on,
                          false) &&
                put_limit(d, s, rows, &f, "use policy, may change", p->may_change ? "yes" : "no", 1 + p->may_change,
                          false);
    return kept ? 0 : err_memory(e);
}

static int put_outputs(struct diff *d, const struct sheet *s, struct diff_rows *rows, struct err *e)
{
    const struct verdict_term *worst = NULL, *owner = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const struct verdict_term *t = s->terms[i];
        if (is_policy(t))
            continue;
        if (!worst || strictness(t->record->outputs.train_others) > strictness(worst->record->outputs.train_others))
            worst = t;
        if (!owner || strcmp(t->record->outputs.owner, "licensor") == 0)
            owner = t;
    }
    if (!worst)
        return 0;
    const struct record_outputs *o = &worst->record->outputs;
    struct fact f = { worst, "outputs", o->at, o->pos };
    struct diff_row *r = put(d, s, rows, &f, "outputs may train other models", right_name(o->train_others));
    if (!r)
        return err_memory(e);
    r->rank = rank_of(o->train_others);
    r->heavy = true;
    if (o->condition[0] && !put(d, s, rows, &f, "outputs may train other models, if", o->condition))
        return err_memory(e);
    const char *who = owner->record->outputs.owner;
    f = (struct fact){ owner, "outputs", owner->record->outputs.at, owner->record->outputs.pos };
    r = put(d, s, rows, &f, "owner of the outputs", who);
    if (!r)
        return err_memory(e);
    r->rank = strcmp(who, "licensor") == 0 ? 7 : strcmp(who, "user") == 0 ? 1 : RANK_UNSAID;
    r->heavy = true;
    return 0;
}

static int put_end(struct diff *d, const struct sheet *s, const struct verdict_term *t, struct diff_rows *rows,
                   struct err *e)
{
    struct fact f = { t, "termination", "", t->record->basis_pos };
    for (size_t i = 0; i < t->record->termination.n; i++)
        if (!put_limit(d, s, rows, &f, arena_fmt(d->a, "ends, or: %s", t->record->termination.items[i]), "yes", 1,
                       false))
            return err_memory(e);
    return 0;
}

static int put_yardsticks(struct diff *d, const struct sheet *s, struct diff_rows *rows, struct err *e)
{
    const struct verdict_term *osi = NULL, *mof = NULL, *law = NULL, *class = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const struct verdict_term *t = s->terms[i];
        if (is_policy(t))
            continue;
        osi = !osi || !t->record->osi ? t : osi;
        mof = !mof || !t->record->mof ? t : mof;
        law = law ? law : t;
        class = !class || t->record->class > class->record->class ? t : class;
    }
    if (!osi)
        return 0;
    struct fact f = { class, "", "", class->record->basis_pos };
    bool kept = put(d, s, rows, &f, "class", index_class_name(class->record->class)) != NULL;
    f = (struct fact){ osi, "osi", "", osi->record->basis_pos };
    kept = kept && put(d, s, rows, &f, "approved by the OSI", osi->record->osi ? "yes" : "no");
    f = (struct fact){ mof, "mof", "", mof->record->basis_pos };
    kept = kept && put(d, s, rows, &f, "open by the MOF", mof->record->mof ? "yes" : "no");
    f = (struct fact){ law, "", "", law->record->basis_pos };
    kept = kept && put(d, s, rows, &f, "law", law->record->law[0] ? law->record->law : "unsaid");
    return kept ? 0 : err_memory(e);
}

int sheet_rows(struct diff *d, const struct sheet *s, const struct sheet *other, struct diff_rows *out, struct err *e)
{
    int rc = 0;
    for (unsigned act = 0; act < ACT_COUNT && !rc; act++)
        rc = put_right(d, s, out, (enum license_act)act, e);
    for (size_t i = 0; i < s->n && !rc; i++) {
        const struct verdict_term *t = s->terms[i];
        rc = put_duties(d, s, t, out, e);
        for (size_t k = 0; k < t->record->n_thresholds && !rc; k++) {
            const struct record_threshold *h = &t->record->thresholds[k];
            struct fact f = { t, "thresholds", h->at, h->pos };
            rc = put_threshold(d, s, other, &f, h, out, e);
        }
        if (!rc)
            rc = put_regions(d, s, t, out, e);
        if (!rc)
            rc = put_fields(d, s, other, t, out, e);
        if (!rc)
            rc = put_policy(d, s, other, t, out, e);
        if (!rc)
            rc = put_end(d, s, t, out, e);
    }
    if (!rc)
        rc = put_outputs(d, s, out, e);
    return rc ? rc : put_yardsticks(d, s, out, e);
}
