// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_card_topics.c - openness/card_topics.h: any bytes give fifteen states, each with passages of the file. */
#include <stdlib.h>
#include "openness/card_topics.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_topic(const struct topic *t, struct span raw)
{
    if (!t->why || !t->why[0] || (t->state == TOPIC_SILENT) != (t->n_evidence == 0) || t->n_evidence > 4)
        abort();
    if (t->state == TOPIC_CONTRADICTED && t->n_evidence < 1)
        abort();
    for (size_t i = 0; i < t->n_evidence; i++) {
        const struct evidence *e = t->evidence[i];
        if (e->byte_from >= e->byte_to || e->byte_to > raw.n || e->line_from < 1 || e->line_from > e->line_to)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span raw = span_of(data, size);
    struct arena a;
    struct card c;
    struct card_topics t;
    bool counted;
    arena_init(&a, 256u << 20);
    if (card_parse(raw, &a, &c, NULL) || card_topics_read("README.md", raw, &c, &a, &t, NULL))
        abort();
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        check_topic(&t.items[i], raw);
    card_topics_none(&t);
    if (card_topics_add_results(&t, "r.yaml", raw, &a, &counted, NULL))
        abort();
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        check_topic(&t.items[i], raw);
    arena_fini(&a);
    return 0;
}
