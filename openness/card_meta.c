// SPDX-License-Identifier: Apache-2.0
/* openness/card_meta.c - what the front matter says, BibTeX and code, and statements that exclude each other. */
#include "openness/card_int.h"

#include <strings.h>
#include "base/num.h"

#define BIT(topic) (1u << (topic))

/* ---- front matter ------------------------------------------------------------------------- */

/* The lines of a value with its key. Bytes of values count from the file's start, as card.h says. */
static struct card_find place(const struct card_reading *s, const struct val *v)
{
    uint32_t from = (uint32_t)v->byte_from, to = (uint32_t)v->byte_to, low = (uint32_t)(s->card->meta_raw.p - s->raw.p);
    while (from > low && s->raw.p[from - 1] != '\n')
        from--;
    if (v->key.n && v->key_line < v->line)                  /* the key stands on a line above */
        for (uint32_t lines = v->line - v->key_line; from > low && lines > 0; lines--)
            for (from--; from > low && s->raw.p[from - 1] != '\n'; )
                from--;
    while (to > from && (s->raw.p[to - 1] == '\n' || s->raw.p[to - 1] == '\r' || s->raw.p[to - 1] == ' '))
        to--;
    return (struct card_find){ from, to, 0, 0 };
}

static bool given(const struct val *v)
{
    if (!v || v->kind == VAL_NULL)
        return false;
    if (v->kind == VAL_MAP)
        return v->n > 0;
    for (const struct val *i = v->first; v->kind == VAL_LIST && i; i = i->next)
        if (given(i))
            return true;
    return v->kind != VAL_LIST && v->str.n > 0 && !card_is_placeholder(v->str);
}

static void meta_say(struct card_reading *s, const char *key, enum card_topic t, enum topic_state state, const char *why)
{
    const struct val *v = val_get(s->card->meta, key);
    if (given(v))
        card_say(s, t, state, why, place(s, v));
    else if (v)
        s->found[t].left_over = true;
}

static void meta_languages(struct card_reading *s)
{
    const struct val *v = val_get(s->card->meta, "language");
    if (!given(v))
        return;
    bool list = v->kind == VAL_LIST, many = false;
    for (const struct val *i = list ? v->first : v; i; i = list ? i->next : NULL) {
        int k = lexicon_language_of(i->str);
        many |= val_is(i, "multilingual");
        if (k >= 0)
            s->meta_languages |= UINT64_C(1) << k;
        else
            s->meta_languages_unsure = true;
    }
    s->meta_language_at = place(s, v);
    bool only = many && !s->meta_languages;
    card_say(s, TOPIC_LANGUAGES, only ? TOPIC_PARTLY : TOPIC_ANSWERED,
             only ? "says that there are several, not which" : "the front matter names them", s->meta_language_at);
}

static void meta_emissions(struct card_reading *s)
{
    const struct val *v = val_get(s->card->meta, "co2_eq_emissions");
    const struct val *n = v && v->kind == VAL_MAP ? val_get(v, "emissions") : v;
    if (n && (n->kind == VAL_INT || n->kind == VAL_REAL))
        card_say(s, TOPIC_ENERGY, TOPIC_ANSWERED, "the front matter gives a figure", place(s, v));
    else if (given(v))
        card_say(s, TOPIC_ENERGY, TOPIC_PARTLY, "no figure", place(s, v));
    const struct val *h = val_get(v && v->kind == VAL_MAP ? v : NULL, "hardware_used");
    if (given(h))
        card_say(s, TOPIC_HARDWARE, TOPIC_ANSWERED, "the front matter names it", place(s, h));
}

/* ---- model-index ----------------------------------------------------------------------------- */

static struct span text_of(const struct val *v)
{
    return v && v->kind != VAL_LIST && v->kind != VAL_MAP && v->kind != VAL_NULL ? v->str : SPAN_NONE;
}

static void index_metric(struct card_reading *s, const struct val *dataset, const struct val *m)
{
    const struct val *value = val_get(m, "value");
    struct card_find at = place(s, m);
    bool number = value && (value->kind == VAL_INT || value->kind == VAL_REAL);
    if (!number && !given(value))
        return;
    card_say(s, TOPIC_EVAL_RESULTS, TOPIC_ANSWERED, "model-index gives numbers", at);
    if (given(val_get(m, "type")) || given(val_get(m, "name")))
        card_say(s, TOPIC_EVAL_METRICS, TOPIC_ANSWERED, "model-index names them", at);
    if (!number || s->n_indexed == CARD_INDEXED)
        return;
    const uint8_t *point = memchr(value->str.p, '.', value->str.n);
    s->indexed[s->n_indexed++] = (struct card_indexed){
        .dataset = text_of(val_get(dataset, "name")), .type = text_of(val_get(dataset, "type")),
        .metric = text_of(val_get(m, "name")), .metric_type = text_of(val_get(m, "type")), .value = value->r,
        .decimals = point ? (unsigned)(value->str.p + value->str.n - point - 1) : 0, .from = at.from, .to = at.to };
}

static const struct val *first_of(const struct val *list)
{
    return list && list->kind == VAL_LIST ? list->first : NULL;
}

static void meta_index(struct card_reading *s)
{
    const struct val *models = val_get(s->card->meta, "model-index");
    for (const struct val *model = first_of(models); model; model = model->next)
        for (const struct val *r = first_of(val_get(model, "results")); r; r = r->next) {
            const struct val *dataset = val_get(r, "dataset");
            if (given(val_get(dataset, "name")) || given(val_get(dataset, "type")))
                card_say(s, TOPIC_EVAL_DATA, TOPIC_ANSWERED, "model-index names it", place(s, dataset));
            for (const struct val *m = first_of(val_get(r, "metrics")); m; m = m->next)
                index_metric(s, dataset, m);
        }
}

void card_meta_read(struct card_reading *s)
{
    if (!s->card->meta)
        return;
    meta_say(s, "pipeline_tag", TOPIC_INTENDED_USE, TOPIC_PARTLY, "the front matter names a task only");
    meta_say(s, "datasets", TOPIC_TRAINING_DATA, TOPIC_PARTLY, "named without a description");
    meta_say(s, "metrics", TOPIC_EVAL_METRICS, TOPIC_PARTLY, "a metric without a value");
    meta_say(s, "new_version", TOPIC_MAINTENANCE, TOPIC_ANSWERED, "the front matter names a newer version");
    const struct val *data = val_get(s->card->meta, "datasets");
    s->has_meta_data = given(data);
    if (s->has_meta_data)
        s->meta_data_at = place(s, data);
    meta_languages(s);
    meta_emissions(s);
    meta_index(s);
}

/* ---- code ----------------------------------------------------------------------------------- */

static bool holds(struct span line, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= line.n && i < 400; i++)
        if (strncasecmp((const char *)line.p + i, what, n) == 0)
            return true;
    return false;
}

/* Is there something between the braces or quotes of "field = {...}"? */
static bool field_given(struct span line, const char *name)
{
    if (!holds(line, name))
        return false;
    const uint8_t *eq = memchr(line.p, '=', line.n);
    size_t letters = 0;
    for (const uint8_t *p = eq; p && p < line.p + line.n; p++)
        letters += (*p | 0x20) >= 'a' ? 1 : 0;
    return letters >= 2;
}

static void bib_line(struct card_reading *s, uint32_t from, uint32_t to)
{
    static const char *const slots[] = { "{your", "your name", "your title", "todo", "more information needed", "20xx",
                                         "author name", "{{ " };
    struct span line = span_sub(s->raw, from, to - from);
    s->bib_title |= field_given(line, "title");
    s->bib_author |= field_given(line, "author") || field_given(line, "editor") || field_given(line, "institution");
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        s->bib_left_over |= holds(line, slots[i]);
    s->bib.to = to;
}

static void bib_close(struct card_reading *s)
{
    if (s->bib.to && s->bib_left_over)
        s->found[TOPIC_CITATION].left_over = true;
    else if (s->bib.to && s->bib_title && s->bib_author)
        card_say(s, TOPIC_CITATION, TOPIC_ANSWERED, "an entry for a bibliography", s->bib);
    else if (s->bib.to)
        card_say(s, TOPIC_CITATION, TOPIC_PARTLY, "an entry without author or title", s->bib);
    s->bib = (struct card_find){ 0 };
    s->bib_title = s->bib_author = s->bib_left_over = false;
}

void card_code(struct card_reading *s, uint32_t from, uint32_t to, bool plain)
{
    const uint8_t *p = s->raw.p;
    if (from == to) {
        bib_close(s);                           /* a blank line, or the end of the fence */
        return;
    }
    if (p[from] == '`' || p[from] == '~') {
        bib_close(s);
        s->unit.from = from;
        s->unit.to = to;
        if (s->ctx.mask & HEAD_USAGE)
            card_say(s, TOPIC_INTENDED_USE, TOPIC_PARTLY, "only an example of a call", card_under(&s->ctx, &s->unit));
        return;
    }
    if (p[from] == '@' && memchr(p + from, '{', to - from)) {
        bib_close(s);
        s->bib.from = from;
        bib_line(s, from, to);
        return;
    }
    if (s->bib.to) {
        bib_line(s, from, to);
        return;
    }
    if (!plain || !(s->ctx.mask & (BIT(TOPIC_TRAINING) | HEAD_EVALUATION)))
        return;
    unit_read(s->raw, from, to, &s->unit);
    unit_match(s->lex, &s->unit);
    card_judge_facts(s, s->ctx.mask);
    card_judge_metrics(s, s->ctx.mask);
}

/* ---- statements that exclude each other -------------------------------------------------------- */

static void contradict(struct card_reading *s, enum card_topic t, const char *why, struct card_find x, struct card_find y)
{
    s->found[t].n = 0;
    card_say(s, t, TOPIC_CONTRADICTED, why, x);
    card_say(s, t, TOPIC_CONTRADICTED, why, y);
}

void card_contradict(struct card_reading *s)
{
    if (s->meta_languages && s->said_languages && !s->meta_languages_unsure && !(s->meta_languages & s->said_languages))
        contradict(s, TOPIC_LANGUAGES, "front matter and text name different languages", s->meta_language_at,
                   s->said_language_at);
    if (s->has_meta_data && s->is_undisclosed)
        contradict(s, TOPIC_TRAINING_DATA, "data sets are listed, and the text says that they are not disclosed",
                   s->meta_data_at, s->undisclosed_at);
    for (size_t i = 0; i < s->n_indexed; i++) {
        const struct card_indexed *x = &s->indexed[i];
        bool told = x->differs && !x->agreed;
        for (size_t k = 0; k < s->n_indexed && told; k++)           /* another split may have that number */
            told = k == i || !s->indexed[k].agreed || s->indexed[k].other.from != x->other.from ||
                   !s->indexed[k].differs;
        if (told) {
            contradict(s, TOPIC_EVAL_RESULTS, "model-index and a table give different numbers for the same metric",
                       (struct card_find){ x->from, x->to, 0, 0 }, x->other);
            return;
        }
    }
}
