// SPDX-License-Identifier: Apache-2.0
/* passport/checklist_rest.c - questions 4 to 12: card, data, needs, trust, and people. */
#include "passport/checklist_int.h"

#include <stdio.h>

/* ---- topics of the card -------------------------------------------------------------- */

static enum check_status status_of(enum topic_state s)
{
    static const enum check_status of[] = { [TOPIC_SILENT] = STATUS_SILENT, [TOPIC_PARTLY] = STATUS_PARTLY,
        [TOPIC_ANSWERED] = STATUS_ANSWERED, [TOPIC_CONTRADICTED] = STATUS_CONTRADICTED };
    return of[s];
}

/* Two parts of one question: equal, or partly; a contradiction stays one. */
static enum check_status both(enum check_status x, enum check_status y)
{
    if (x == STATUS_CONTRADICTED || y == STATUS_CONTRADICTED)
        return STATUS_CONTRADICTED;
    return x == y ? x : STATUS_PARTLY;
}

/* What the card says about these topics: status, answer, and how many of them are answered. */
static bool answer_topics(struct draft *d, const enum card_topic *topics, size_t n)
{
    const struct card_topics *t = &d->c->topics;
    size_t n_answered = 0, n_silent = 0;
    if (!t->items[topics[0]].why)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct topic *item = &t->items[topics[i]];
        enum check_status s = status_of(item->state);
        d->status = i ? both(d->status, s) : s;
        n_answered += item->state == TOPIC_ANSWERED;
        n_silent += item->state == TOPIC_SILENT;
        draft_cite(d, item->claim);
        if (t->has_card)
            draft_say(d, "%s%s: %s, %s", i ? "; " : "", topic_title(topics[i]), topic_state_name(item->state), item->why);
    }
    draft_say(d, t->has_card ? "." : "There is no model card.");
    if (!t->has_card)
        draft_brief(d, "no model card");
    else if (n == 1 || n_silent == n)
        draft_brief(d, "card: %s", d->status == STATUS_SILENT ? "silent" :
                    topic_state_name(t->items[topics[0]].state));
    else
        draft_brief(d, "%zu of %zu topics answered%s", n_answered, n,
                    d->status == STATUS_CONTRADICTED ? ", one contradicted" : "");
    return true;
}

void answer_documents(struct draft *d)
{
    static const enum card_topic topics[] = { TOPIC_INTENDED_USE, TOPIC_OUT_OF_SCOPE, TOPIC_LIMITATIONS, TOPIC_RISKS_BIAS };
    (void)answer_topics(d, topics, sizeof topics / sizeof *topics);
}

void answer_data(struct draft *d)
{
    static const enum card_topic topics[] = { TOPIC_TRAINING_DATA };
    const struct dataset_list *list = &d->c->gather.datasets;
    size_t n_refused = 0;
    bool judged = answer_topics(d, topics, 1);
    d->step = "ask privacy what is missing";
    for (size_t i = 0; i < list->n; i++)
        n_refused += list->items[i].known && list->items[i].commercial == RIGHT_NO;
    if (!list->n)
        return;
    draft_cite_subject(d, "dataset");
    if (d->status == STATUS_SILENT || !judged)
        d->status = STATUS_PARTLY;          /* names are a part of the answer */
    draft_say(d, "%s%zu data set%s named", d->answer.n ? " " : "", list->n, list->n == 1 ? " is" : "s are");
    for (size_t i = 0; i < list->n && i < 6; i++)
        draft_say(d, "%s%s", i ? ", " : ": ", list->items[i].known ? list->items[i].title : list->items[i].name);
    draft_say(d, list->n > 6 ? ", and more." : ".");
    draft_brief(d, "%s%zu data set%s", d->brief.n ? "; " : "", list->n, list->n == 1 ? "" : "s");
    if (!n_refused)
        return;
    draft_say(d, " %zu of them %s not for commercial use.", n_refused, n_refused == 1 ? "is" : "are");
    draft_brief(d, ", %zu non-commercial", n_refused);
}

/* The card's figures are the publisher's examples: at most a part of the answer. */
void answer_performance(struct draft *d)
{
    static const enum card_topic topics[] = { TOPIC_EVAL_RESULTS };
    bool judged = answer_topics(d, topics, 1);
    d->step = "measure it on your own examples";
    if (!judged || d->status == STATUS_SILENT)
        return;
    if (d->status == STATUS_ANSWERED)
        d->status = STATUS_PARTLY;
    draft_say(d, " These are the publisher's examples, not yours.");
    buf_reset(&d->brief);
    draft_brief(d, "%s", d->status == STATUS_CONTRADICTED ? "the card's own results disagree" :
                "the card's own results, not your examples");
}

void answer_risks(struct draft *d)
{
    static const enum card_topic topics[] = { TOPIC_RISKS_BIAS, TOPIC_LIMITATIONS };
    (void)answer_topics(d, topics, sizeof topics / sizeof *topics);
}

/* ---- what it needs, and costs -------------------------------------------------------- */

static const char *size_words(uint64_t bytes, char out[32])
{
    static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB", "PB" };
    double v = (double)bytes;
    unsigned u = 0;
    for (; v >= 1000 && u < 5; u++)
        v /= 1000;
    (void)snprintf(out, 32, u ? "%.1f %s" : "%.0f %s", v, units[u]);
    return out;
}

static const struct need_weights *own_weights(const struct need *n)
{
    for (size_t i = 0; i < n->n_weights; i++)
        if (n->weights[i].is_own)
            return &n->weights[i];
    return NULL;
}

void answer_hardware(struct draft *d)
{
    const struct need *n = &d->c->need;
    const struct need_weights *own = own_weights(n);
    char size[32];
    draft_cite(d, n->memory_claim);
    draft_cite(d, n->speed_claim);
    if (!n->known || !own) {
        if (n->why)
            draft_say(d, "It cannot be computed: %s.", n->why);
        d->status = n->why ? STATUS_SILENT : STATUS_OPEN;
        if (n->why)
            draft_brief(d, "cannot be computed from these files");
        return;
    }
    draft_say(d, "Computed: %s of memory for weights as they are, KV cache and working memory at %llu tokens.",
              size_words(own->total_bytes, size), (unsigned long long)n->context);
    draft_brief(d, "%s of memory at %llu tokens", size, (unsigned long long)n->context);
    d->status = n->machine_known ? STATUS_ANSWERED : STATUS_PARTLY;
    if (n->machine_known) {
        draft_say(d, " It %s this machine (%s); predicted, not measured: %.1f tokens per second in decode.",
                  own->fits ? "fits into" : "does not fit into", n->machine, own->decode_tok_s);
        draft_brief(d, own->fits ? ", fits here" : ", does not fit here");
        return;
    }
    d->command = "assay check --machine MODEL";
    d->step = "see how fast here (--machine)";
}

/* The price of tokens is a part; what it takes to keep it running is for people to say. */
void answer_cost(struct draft *d)
{
    const struct need_cost *k = &d->c->need.cost;
    d->command = "assay check --price-hour PRICE MODEL";
    d->step = "give a price (--price-hour)";
    if (!k->known) {
        draft_brief(d, "no price was given");
        return;
    }
    d->command = "";
    d->step = "estimate maintenance: ask engineering";
    d->status = STATUS_PARTLY;
    draft_cite(d, d->c->need.speed_claim);
    draft_say(d, "Predicted for one stream on this machine: %.2f per million prompt tokens, %.2f per million completion "
              "tokens. Maintenance is not in it.", k->prompt_million, k->completion_million);
    draft_brief(d, "%.2f / %.2f per million tokens, no maintenance", k->prompt_million, k->completion_million);
}

/* ---- trust and people ---------------------------------------------------------------- */

static const struct trust_signal *signal_of(const struct check *c, const char *name)
{
    for (size_t i = 0; i < c->trust.n; i++)
        if (strcmp(c->trust.items[i].name, name) == 0)
            return &c->trust.items[i];
    return NULL;
}

/* Say what was seen of these signals; how many were. */
static size_t say_signals(struct draft *d, const char *const *names, size_t n, bool *conflict)
{
    size_t seen = 0;
    for (size_t i = 0; i < n; i++) {
        const struct trust_signal *s = signal_of(d->c, names[i]);
        if (!s || s->state != TRUST_SEEN)
            continue;
        draft_say(d, "%s%s: %s", seen ? "; " : d->answer.n ? " " : "", s->name, s->value);
        draft_brief(d, "%s%s%s", seen++ ? ", " : "", s->name, !s->claim || s->claim->status != CLAIM_CONCLUDED ? "" :
                    " compared");
        draft_cite(d, s->claim);
        *conflict = *conflict || (s->claim && s->claim->status == CLAIM_CONFLICT);
    }
    if (seen)
        draft_say(d, ".");
    return seen;
}

static bool signal_seen(const struct check *c, const char *name)
{
    const struct trust_signal *s = signal_of(c, name);
    return s && s->state == TRUST_SEEN;
}

/* A signal is an observation, never a grade: at most partly. */
void answer_source(struct draft *d)
{
    static const char *const names[] = { "publisher", "revision", "signature", "digest-list" };
    bool conflict = false;
    d->step = "ask the owner to vouch for the source";
    if (!d->c->trust.n)
        return;
    size_t seen = say_signals(d, names, sizeof names / sizeof *names, &conflict);
    d->status = conflict ? STATUS_CONTRADICTED : seen ? STATUS_PARTLY : STATUS_SILENT;
    if (seen && !signal_seen(d->c, "signature"))
        draft_brief(d, ", not signed");
    if (conflict) {
        buf_reset(&d->brief);
        draft_brief(d, "files are not what their digest list says");
    }
    if (!seen) {
        draft_say(d, "No publisher, revision, signature or list of digests was found.");
        draft_brief(d, "no publisher, revision, signature or digests");
    }
}

/* Watching your own use is never in a model's files: at most partly. */
void answer_maintenance(struct draft *d)
{
    static const char *const names[] = { "changelog", "contact", "security-policy" };
    static const enum card_topic topics[] = { TOPIC_MAINTENANCE };
    bool conflict = false;
    d->step = "name who watches it";
    bool judged = answer_topics(d, topics, 1);
    if (!judged && !d->c->trust.n)
        return;
    buf_reset(&d->brief);
    size_t seen = say_signals(d, names, sizeof names / sizeof *names, &conflict);
    if (d->status == STATUS_ANSWERED || d->status == STATUS_OPEN || (d->status == STATUS_SILENT && seen))
        d->status = seen || d->status == STATUS_ANSWERED ? STATUS_PARTLY : STATUS_SILENT;
    if (!seen)
        draft_brief(d, d->status == STATUS_SILENT ? "nothing says who maintains it" : "the card speaks of maintenance");
}

void answer_review(struct draft *d)
{
    draft_brief(d, "a person must decide");
}
