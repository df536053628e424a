// SPDX-License-Identifier: Apache-2.0
/* passport/diff_judged.c - how open it is, what its card answers, signals of trust: as check_model judged them.
 *
 * A part that was not judged on both sides is a gap. The words are those of the reports. */
#include "passport/diff_int.h"

static int two(struct diff *d, enum diff_part part, int (*fill)(struct diff *, int, struct diff_rows *, struct err *),
               struct err *e)
{
    struct diff_rows a = { 0 }, b = { 0 };
    int rc = fill(d, 0, &a, e);
    if (!rc)
        rc = fill(d, 1, &b, e);
    return rc ? rc : diff_rows(d, part, &a, &b, e);
}

static int state_row(struct diff *d, struct diff_rows *rows, const char *key, const char *state, const char *why,
                     const struct evidence *ev, struct err *e)
{
    struct diff_row *r = diff_row(d, rows);
    if (!r)
        return err_memory(e);
    r->key = key;
    r->value = span_str(state);
    r->say = why && why[0] ? arena_fmt(d->a, "%s: %s", state, why) : state;
    r->evidence[0] = ev;
    return r->say ? 0 : err_memory(e);
}

static int mof_rows(struct diff *d, const struct openness *o, struct diff_rows *rows, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i < MOF_PARTS && !rc; i++) {
        const char *key = arena_fmt(d->a, "MOF %s", mof_part_info((enum mof_part)i)->id);
        rc = key ? state_row(d, rows, key, mof_state_name(o->mof[i].state), o->mof[i].why, o->mof[i].evidence, e) :
             err_memory(e);
    }
    for (unsigned class = 0; class <= 3 && !rc; class++) {
        const char *key = class ? arena_fmt(d->a, "MOF class %u, per cent", class) : "MOF class";
        const char *value = class ? arena_fmt(d->a, "%.1f", o->mof_result.progress[class]) :
                            o->mof_result.class ? arena_fmt(d->a, "%u", o->mof_result.class) : "none";
        rc = key && value ? state_row(d, rows, key, value, NULL, NULL, e) : err_memory(e);
    }
    return rc;
}

static int openness_rows(struct diff *d, int k, struct diff_rows *rows, struct err *e)
{
    const struct openness *o = &d->subject[k].check.openness;
    int rc = state_row(d, rows, "class", openness_class_name(o->class), o->class_why, NULL, e);
    for (unsigned i = 0; i < OPENNESS_PARTS && !rc; i++) {
        const struct openness_row *r = &o->parts[i];
        const char *state = arena_fmt(d->a, "%s (visible: %s, rights: %s)", openness_state_name(r->state),
                                      openness_visibility_name(r->visibility), openness_rights_name(r->rights));
        rc = state ? state_row(d, rows, openness_part_word((enum openness_part)i), state, r->why,
                               r->n_evidence ? r->evidence[0] : NULL, e) : err_memory(e);
    }
    if (!rc)
        rc = mof_rows(d, o, rows, e);
    if (!rc)
        rc = state_row(d, rows, "OSAID 1.0", openness_met_name(o->osaid_met), NULL, NULL, e);
    return rc ? rc : state_row(d, rows, "EU exemption plausible", openness_met_name(o->eu_plausible), NULL, NULL, e);
}

int diff_openness(struct diff *d, struct err *e)
{
    if (!d->subject[0].check.openness.class_why || !d->subject[1].check.openness.class_why)
        return diff_gap(d, DIFF_OPENNESS, SIDE_BOTH, e, "openness was not judged");
    return two(d, DIFF_OPENNESS, openness_rows, e);
}

static int topic_rows(struct diff *d, int k, struct diff_rows *rows, struct err *e)
{
    const struct card_topics *t = &d->subject[k].check.topics;
    int rc = 0;
    for (unsigned i = 0; i < TOPIC_COUNT && !rc; i++)
        rc = state_row(d, rows, topic_word((enum card_topic)i), topic_state_name(t->items[i].state), t->items[i].why,
                       t->items[i].n_evidence ? t->items[i].evidence[0] : NULL, e);
    return rc;
}

int diff_topics(struct diff *d, struct err *e)
{
    if (!d->subject[0].check.topics.items[0].why || !d->subject[1].check.topics.items[0].why)
        return diff_gap(d, DIFF_TOPICS, SIDE_BOTH, e, "what the cards answer was not judged");
    return two(d, DIFF_TOPICS, topic_rows, e);
}

static int trust_rows(struct diff *d, int k, struct diff_rows *rows, struct err *e)
{
    const struct trust *t = &d->subject[k].check.trust;
    int rc = 0;
    for (size_t i = 0; i < t->n && !rc; i++) {
        const struct trust_signal *s = &t->items[i];
        const char *value = arena_fmt(d->a, "%s%s%s", trust_state_name(s->state), s->value && s->value[0] ? ": " : "",
                                      s->value ? s->value : "");
        rc = value ? state_row(d, rows, s->name, value, NULL, s->n_evidence ? s->evidence[0] : NULL, e) :
             err_memory(e);
    }
    return rc;
}

int diff_trust(struct diff *d, struct err *e)
{
    if (!d->subject[0].check.trust.n || !d->subject[1].check.trust.n)
        return diff_gap(d, DIFF_TRUST, SIDE_BOTH, e, "signals of trust were not looked for");
    return two(d, DIFF_TRUST, trust_rows, e);
}
