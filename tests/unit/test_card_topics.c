// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/fs.h"
#include "openness/card_int.h"
#include "tests/support/faults.h"

static struct card_topics read_card(struct arena *a, struct span raw)
{
    struct card c;
    struct card_topics t;
    EQ(card_parse(raw, a, &c, NULL), 0);
    EQ(card_topics_read("README.md", raw, &c, a, &t, NULL), 0);
    return t;
}

/* ---- against labels made by hand -------------------------------------------------------- */

struct score { unsigned n, same, by_topic[TOPIC_COUNT], cards; };

static bool next_cell(struct span *line, struct span *cell)
{
    if (!line->p)
        return false;
    const uint8_t *tab = memchr(line->p, '\t', line->n);
    *cell = span_sub(*line, 0, tab ? (size_t)(tab - line->p) : line->n);
    *line = tab ? span_sub(*line, cell->n + 1, line->n) : SPAN_NONE;
    return true;
}

static void score_card(const char *path, struct span name, struct span labels, struct score *s)
{
    struct arena a;
    struct span raw, cell;
    arena_init(&a, 256u << 20);
    if (fs_read(path, CARD_MAX_BYTES, &a, &raw, NULL)) {
        printf("# cannot read %s\n", path);
        fail();
    }
    struct card_topics t = read_card(&a, raw);
    s->cards++;
    for (unsigned i = 0; i < TOPIC_COUNT; i++) {
        YES(next_cell(&labels, &cell));
        const char *got = topic_state_name(t.items[i].state);
        s->n++;
        if (span_is(cell, got)) {
            s->same++;
            s->by_topic[i]++;
        } else {
            printf("# %.*s: %s: label %.*s, judge %s (%s)\n", SPAN_ARG(name), topic_word(i), SPAN_ARG(cell), got,
                   t.items[i].why);
        }
    }
    arena_fini(&a);
}

static struct score score_all(const char *tsv, const char *folder)
{
    struct arena a;
    struct score s = { 0 };
    struct span raw, name;
    arena_init(&a, 16u << 20);
    EQ(fs_read(tsv, 1 << 20, &a, &raw, NULL), 0);
    bool first = true;
    while (raw.n) {
        const uint8_t *nl = memchr(raw.p, '\n', raw.n);
        struct span line = span_sub(raw, 0, nl ? (size_t)(nl - raw.p) : raw.n);
        raw = span_sub(raw, line.n + 1, raw.n);
        if (!first && next_cell(&line, &name)) {
            char path[8192];
            snprintf(path, sizeof path, "%s/%.*s", folder, SPAN_ARG(name));
            score_card(path, name, line, &s);
        }
        first = false;
    }
    arena_fini(&a);
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        printf("# %-20s %3u of %u\n", topic_word(i), s.by_topic[i], s.cards);
    printf("# agreement %u of %u = %.4f, %u cards\n", s.same, s.n, s.n ? (double)s.same / s.n : 0, s.cards);
    return s;
}

TEST(topics_agree_with_our_own_labels)
{
    char tsv[1024], folder[512];
    snprintf(folder, sizeof folder, "%s/tests/golden/cards", dir_of("ASSAY_SOURCE"));
    snprintf(tsv, sizeof tsv, "%s/labels.tsv", folder);
    struct score s = score_all(tsv, folder);
    YES(s.cards >= 30);
    YES(s.same * 100 >= s.n * 95);
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        YES(s.by_topic[i] * 100 >= s.cards * 85);
}

TEST(topics_agree_with_labels_of_real_cards)
{
    char tsv[1024], folder[512], probe[1024];
    enum fs_kind kind;
    uint64_t size;
    snprintf(folder, sizeof folder, "%s/data/cards", dir_of("ASSAY_SHARED"));
    snprintf(tsv, sizeof tsv, "%s/tests/golden/cards/real.tsv", dir_of("ASSAY_SOURCE"));
    snprintf(probe, sizeof probe, "%s/index.tsv", folder);
    if (fs_stat(probe, &kind, &size, NULL))
        SKIP("no cards of others at $ASSAY_SHARED/data/cards");
    struct score s = score_all(tsv, folder);
    YES(s.cards >= 20);
    YES(s.same * 100 >= s.n * 85);
}

int main(void)
{
    return RUN(CASE(topics_agree_with_our_own_labels), CASE(topics_agree_with_labels_of_real_cards));
}
