// SPDX-License-Identifier: Apache-2.0
#include "openness/card_topics.h"

#include "base/yaml.h"
#include "openness/card_int.h"

static const struct { const char *word, *title; } topics[TOPIC_COUNT] = {
#define X(name, word, title) [name] = { word, title },
    TOPIC_MAP(X)
#undef X
};

const char *topic_word(enum card_topic t)
{
    return (unsigned)t < TOPIC_COUNT ? topics[t].word : "";
}

const char *topic_title(enum card_topic t)
{
    return (unsigned)t < TOPIC_COUNT ? topics[t].title : "";
}

const char *topic_state_name(enum topic_state s)
{
    static const char *const names[] = { "silent", "partly", "answered", "contradicted" };
    return (unsigned)s < sizeof names / sizeof *names ? names[s] : "";
}

void card_topics_none(struct card_topics *out)
{
    *out = (struct card_topics){ .path = "", .language = "" };
    for (unsigned t = 0; t < TOPIC_COUNT; t++)
        out->items[t].why = "there is no model card";
}

/* Prose whose sentences are not understood: its silence may be ours. */
static bool is_foreign(const char *language)
{
    return language[0] && strcmp(language, "en") != 0;
}

static int put_topic(const struct card_reading *s, unsigned t, const char *path, struct card_topics *out)
{
    const struct card_found *f = &s->found[t];
    struct topic *x = &out->items[t];
    x->state = f->state;
    x->n_evidence = f->n;
    if (f->state == TOPIC_SILENT) {
        x->why = f->left_over ? "only a slot that a template left behind" :
                 f->headed ? "a heading with nothing below it that answers" :
                 is_foreign(out->language) ? "nothing was found; sentences in this language are not understood"
                                           : "nothing was found";
        return 0;
    }
    x->why = f->why;
    x->evidence = arena_array(s->a, f->n, sizeof *x->evidence);
    for (size_t i = 0; x->evidence && i < f->n; i++)
        if (!(x->evidence[i] = evidence_of(s->a, path, s->raw, f->finds[i].from, f->finds[i].to, true)))
            return -1;
    return x->evidence ? 0 : -1;
}

int card_topics_read(const char *path, struct span raw, const struct card *card, struct arena *a,
                     struct card_topics *out, struct err *e)
{
    if (raw.n > CARD_MAX_BYTES)
        return err_plain(e, ERR_LIMIT, "card has %zu bytes, %d at most", raw.n, CARD_MAX_BYTES);
    struct card_topics r = { .has_card = true, .path = path, .language = "" };
    struct lexicon *x = arena_alloc(a, sizeof *x);
    struct card_reading *s = arena_alloc(a, sizeof *s);
    if (!x || !s)
        return err_memory(e);
    int rc = lexicon_build(a, x, e);
    if (rc)
        return rc;
    s->raw = raw;
    s->lex = x;
    s->card = card;
    s->a = a;
    card_meta_read(s);
    card_blocks_read(s);
    card_contradict(s);
    r.language = language_told(&s->votes);
    for (unsigned t = 0; t < TOPIC_COUNT; t++)
        if (put_topic(s, t, path, &r))
            return err_memory(e);
    *out = r;
    return 0;
}

/* ---- .eval_results ------------------------------------------------------------------------ */

static int raise_topic(struct topic *x, const struct evidence *ev, enum topic_state state, const char *why,
                       struct arena *a)
{
    if (x->state == TOPIC_CONTRADICTED || x->state > state || (x->state == state && x->n_evidence >= CARD_FINDS))
        return 0;
    bool keep = x->state == state;
    const struct evidence **all = arena_array(a, x->n_evidence + 1, sizeof *all);
    if (!all)
        return -1;
    size_t n = 0;
    for (size_t i = 0; keep && i < x->n_evidence; i++)
        all[n++] = x->evidence[i];
    all[n++] = ev;
    if (!keep)
        x->why = why;
    x->state = state;
    x->evidence = all;
    x->n_evidence = n;
    return 0;
}

int card_topics_add_results(struct card_topics *t, const char *path, struct span raw, struct arena *a, bool *counted,
                            struct err *e)
{
    const struct val *list = NULL;
    struct err ignored = { 0 };
    *counted = false;
    int rc = yaml_parse(raw, NULL, a, &list, &ignored);
    if (rc)
        return rc == ERR_MEMORY ? err_memory(e) : 0;
    size_t shown = 0;
    for (const struct val *r = list->kind == VAL_LIST ? list->first : NULL; r && shown < CARD_FINDS; r = r->next) {
        const struct val *id = val_path(r, "dataset.id"), *value = val_get(r, "value");
        if (!val_str(id) || !val_str(id)[0] || !value || (value->kind != VAL_INT && value->kind != VAL_REAL))
            continue;
        const struct evidence *ev = evidence_of(a, path, raw, r->byte_from, r->byte_to, true);
        if (!ev || raise_topic(&t->items[TOPIC_EVAL_RESULTS], ev, TOPIC_ANSWERED, "a file of results gives numbers", a) ||
            raise_topic(&t->items[TOPIC_EVAL_DATA], ev, TOPIC_ANSWERED, "a file of results names it", a) ||
            raise_topic(&t->items[TOPIC_EVAL_METRICS], ev, TOPIC_PARTLY, "a file of results names the task only", a))
            return err_memory(e);
        *counted = true;
        shown++;
    }
    return 0;
}
