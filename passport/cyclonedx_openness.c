// SPDX-License-Identifier: Apache-2.0
/* passport/cyclonedx_openness.c - what exactly is open, and what the card answers, as properties of the model. */
#include "passport/cyclonedx_int.h"

static void put_yardsticks(struct cdx *d)
{
    const struct openness *o = &d->c->openness;
    if (!o->class_why)
        return;                                 /* not judged */
    cdx_property(d, "assay:openness.class", openness_class_name(o->class));
    cdx_property(d, "assay:openness.class.why", o->class_why);
    for (unsigned i = 0; i < OPENNESS_PARTS; i++) {
        const char *name = arena_fmt(d->a, "assay:openness.%s", openness_part_word((enum openness_part)i));
        if (!name)
            d->rc = err_memory(d->e);
        else if (o->parts[i].why)
            cdx_made(d, name, arena_fmt(d->a, "%s: %s", openness_state_name(o->parts[i].state), o->parts[i].why));
    }
    cdx_made(d, "assay:openness.mof.class", o->mof_result.class ? arena_fmt(d->a, "%u", o->mof_result.class) : "unclassified");
    cdx_property(d, "assay:openness.osaid", openness_met_name(o->osaid_met));
    cdx_property(d, "assay:openness.eu-exemption-plausible", openness_met_name(o->eu_plausible));
}

static void put_topics(struct cdx *d)
{
    const struct card_topics *t = &d->c->topics;
    for (unsigned i = 0; i < TOPIC_COUNT && t->has_card; i++) {
        const char *name = arena_fmt(d->a, "assay:card.%s", topic_word((enum card_topic)i));
        if (!name)
            d->rc = err_memory(d->e);
        else if (t->items[i].why)
            cdx_property(d, name, topic_state_name(t->items[i].state));
    }
}

void cdx_openness(struct cdx *d)
{
    put_yardsticks(d);
    put_topics(d);
}
