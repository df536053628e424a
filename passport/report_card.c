// SPDX-License-Identifier: Apache-2.0
/* passport/report_card.c - the section "card": what the model card answers. */
#include "passport/report_int.h"

void report_card(struct json_out *j, const struct check *c)
{
    const struct card_topics *t = &c->topics;
    json_open(j, "card", '{');
    json_boolean(j, "present", t->has_card);
    json_string(j, "path", t->path);
    json_string(j, "language", t->language);
    json_open(j, "topics", '[');
    for (unsigned i = 0; i < TOPIC_COUNT; i++) {
        const struct topic *x = &t->items[i];
        json_open(j, NULL, '{');
        json_string(j, "topic", topic_word((enum card_topic)i));
        json_string(j, "title", topic_title((enum card_topic)i));
        json_string(j, "state", topic_state_name(x->state));
        json_string(j, "why", x->why);
        report_all_evidence(j, c, x->evidence, x->n_evidence);
        json_string(j, "claim", x->claim ? x->claim->id : NULL);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}
