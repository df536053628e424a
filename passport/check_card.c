// SPDX-License-Identifier: Apache-2.0
/* passport/check_card.c - what the first card answers, with the files of results, as claims. */
#include "passport/check_int.h"

#include <string.h>

enum { RESULTS_MAX_BYTES = 1 << 20, RESULTS_MAX_FILES = 64 };

/* ".eval_results/x.yaml", at the root or below. */
static bool is_results(const char *path)
{
    const char *folder = strstr(path, ".eval_results/"), *dot = strrchr(path, '.');
    return folder && (folder == path || folder[-1] == '/') && dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

static int read_results(struct check *c, struct arena *a, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < c->model.n_files && n < RESULTS_MAX_FILES; i++) {
        const struct model_file *f = &c->model.files[i];
        if (!is_results(f->path) || f->escapes || f->size_bytes > RESULTS_MAX_BYTES)
            continue;
        struct span raw;
        bool counted;
        int rc = model_read(&c->model, f->path, RESULTS_MAX_BYTES, a, &raw, e);
        if (!rc)
            rc = card_topics_add_results(&c->topics, f->path, raw, a, &counted, e);
        if (rc)
            return rc;
        n++;
    }
    return 0;
}

static int claim_topic(struct check *c, enum card_topic t, struct arena *a, struct err *e)
{
    static const enum claim_status status[] = { CLAIM_UNKNOWN, CLAIM_STATED, CLAIM_STATED, CLAIM_CONFLICT };
    struct topic *x = &c->topics.items[t];
    char *subject = arena_fmt(a, "card.%s", topic_word(t));
    char *value = arena_fmt(a, "%s: %s", topic_state_name(x->state), x->why);
    if (!subject || !value)
        return err_memory(e);
    bool foreign = c->topics.language[0] && strcmp(c->topics.language, "en") != 0;
    double confidence = x->state != TOPIC_SILENT ? 0.9 : !c->topics.has_card ? 1.0 : foreign ? 0.5 : 0.9;
    return claim_add(&c->claims, subject, value, status[x->state], "the model card read for its topics", confidence,
                     x->evidence, x->n_evidence, &x->claim, e);
}

int check_card(struct check *c, struct arena *a, struct err *e)
{
    int rc = 0;
    card_topics_none(&c->topics);
    if (c->gather.n_cards) {
        const struct gather_card *k = &c->gather.cards[0];
        rc = card_topics_read(k->file->path, k->raw, &k->card, a, &c->topics, e);
    }
    if (!rc)
        rc = read_results(c, a, e);
    for (unsigned t = 0; t < TOPIC_COUNT && !rc; t++)
        rc = claim_topic(c, (enum card_topic)t, a, e);
    return rc;
}
