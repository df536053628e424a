// SPDX-License-Identifier: Apache-2.0
#include "openness/openness.h"

#include <stdarg.h>
#include <stdio.h>
#include "openness/detect_int.h"
#include "openness/openness_int.h"

enum { ROW_EVIDENCE = 6, SENTENCE_MAX = 1200 };

const char *judge_say(struct judge *j, const char *fmt, ...)
{
    char text[SENTENCE_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof text)
        memcpy(text + sizeof text - 4, "...", 4);
    const char *kept = arena_str(j->a, text);
    j->failed = j->failed || !kept;
    return kept ? kept : "";
}

/* ---- terms --------------------------------------------------------------------------- */

bool judge_is_open(const struct openness_terms *t)
{
    return t->known && (t->osi || t->mof_open) && !t->restricted && !t->doubt[0];
}

enum openness_rights judge_rights(const struct openness_terms *t, bool whole)
{
    if (t->restricted)
        return RIGHTS_RESTRICTED;
    if (judge_is_open(t))
        return RIGHTS_OPEN;
    return whole && !t->id[0] && !t->doubt[0] ? RIGHTS_NONE : RIGHTS_CANNOT_TELL;
}

const char *judge_terms_words(struct judge *j, const struct openness_terms *t)
{
    if (t->restricted)
        return judge_say(j, "%s restricts: %s%s%s", t->id[0] ? t->id : "the terms", t->limits,
                         t->doubt[0] ? "; besides, " : "", t->doubt);
    if (t->doubt[0])
        return judge_say(j, "the terms cannot be told: %s", t->doubt);
    if (!t->id[0])
        return j->found.whole ? "no terms were found, so none are granted here" : "no terms were found";
    if (!t->known)
        return judge_say(j, "no facts are held about %s", t->id);
    if (!t->osi && !t->mof_open)
        return judge_say(j, "%s is on no list of open licences, though nothing in it is known to restrict", t->id);
    return judge_say(j, "%s is open", t->id);
}

/* ---- rows ---------------------------------------------------------------------------- */

static void add_evidence(struct openness_row *row, const struct evidence *ev)
{
    for (size_t i = 0; i < row->n_evidence; i++)
        if (row->evidence[i] == ev)
            return;
    if (ev && row->n_evidence < ROW_EVIDENCE)
        row->evidence[row->n_evidence++] = ev;
}

/* yes: open, restricted or cannot-tell by the rights; partly: never more than partly. */
static enum openness_state state_of(const struct judge *j, const struct openness_row *row)
{
    if (row->visibility == VISIBLE_NO)
        return j->found.whole ? OPENNESS_ABSENT : OPENNESS_CANNOT_TELL;
    if (row->visibility == VISIBLE_CANNOT_TELL)
        return OPENNESS_CANNOT_TELL;
    if (row->rights == RIGHTS_RESTRICTED || row->rights == RIGHTS_NONE)
        return OPENNESS_RESTRICTED;
    if (row->visibility == VISIBLE_PARTLY)
        return OPENNESS_PARTLY;
    return row->rights == RIGHTS_OPEN ? OPENNESS_OPEN : OPENNESS_CANNOT_TELL;
}

/* Nothing of it was seen: absent in a repository, else not to be told. */
static void put_unseen(struct judge *j, struct openness_row *row, const char *what)
{
    row->visibility = j->found.whole ? VISIBLE_NO : VISIBLE_CANNOT_TELL;
    row->rights = j->found.whole ? RIGHTS_NONE : RIGHTS_CANNOT_TELL;
    const char *card = j->in->card ? ", and the card names none" : "";
    row->why = j->found.whole ? judge_say(j, "no %s in the folder%s", what, card) :
               judge_say(j, "no %s here: %s", what, j->found.part_why);
}

static const struct detected *part(const struct judge *j, enum mof_part p)
{
    return &j->found.parts[p];
}

static bool is_here(const struct judge *j, enum mof_part p)
{
    return part(j, p)->where >= DETECT_IN_CARD;
}

bool judge_has_code(const struct judge *j)
{
    return part(j, MOF_TRAINING_CODE)->where == DETECT_HERE && part(j, MOF_INFERENCE_CODE)->where >= DETECT_LIBRARY;
}

static void row_code(struct judge *j, struct openness_row *row)
{
    static const enum mof_part parts[] = { MOF_TRAINING_CODE, MOF_INFERENCE_CODE, MOF_EVALUATION_CODE,
                                           MOF_PREPROCESSING_CODE, MOF_ARCHITECTURE };
    const struct detected *run = part(j, MOF_INFERENCE_CODE), *train = part(j, MOF_TRAINING_CODE);
    bool here = false, any = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        here = here || part(j, parts[i])->where == DETECT_HERE;
        any = any || part(j, parts[i])->where != DETECT_NOT;
        add_evidence(row, part(j, parts[i])->evidence);
    }
    if (!any && j->in->own_code) {
        add_evidence(row, j->in->own_code);
        row->visibility = VISIBLE_NO;
        row->rights = RIGHTS_NONE;
        row->why = "the configuration points to code of the model's own, which is not here";
        return;
    }
    if (!any) {
        put_unseen(j, row, "code");
        return;
    }
    row->visibility = judge_has_code(j) ? VISIBLE_YES : VISIBLE_PARTLY;
    if (here) {
        row->rights = judge_rights(&j->in->code, j->found.whole);
        row->why = judge_say(j, "%s%s%s; %s", train->where == DETECT_HERE ? "training code is here: " :
                             "no training code is here; other code: ",
                             train->where == DETECT_HERE ? train->path : run->where == DETECT_HERE ? run->path : "some",
                             run->where == DETECT_LIBRARY ? ", and a known library runs the model" : "",
                             judge_terms_words(j, &j->in->code));
    } else if (run->where == DETECT_LIBRARY) {
        row->rights = RIGHTS_OPEN;
        row->why = judge_say(j, "the code that runs it lies elsewhere, in %s (%s); no training code is here", run->path,
                             detect_library_license(run->path));
    } else {
        row->rights = RIGHTS_CANNOT_TELL;
        row->why = "the card names code elsewhere, which was not looked at";
    }
}

static void row_weights(struct judge *j, struct openness_row *row)
{
    const struct detected *w = part(j, MOF_PARAMETERS_FINAL);
    if (w->where == DETECT_HERE) {
        add_evidence(row, w->evidence);
        add_evidence(row, j->in->weights.evidence);
        row->visibility = VISIBLE_YES;
        row->rights = judge_rights(&j->in->weights, j->found.whole);
        row->why = judge_say(j, "%s; %s", w->why, judge_terms_words(j, &j->in->weights));
    } else if (j->found.withheld) {
        add_evidence(row, j->found.withheld);
        row->visibility = VISIBLE_NO;
        row->rights = RIGHTS_NONE;
        row->why = "no weights in the folder, and the card says that they are not given out";
    } else if (j->found.n_pointers) {
        row->visibility = VISIBLE_CANNOT_TELL;
        row->rights = judge_rights(&j->in->weights, j->found.whole);
        row->why = judge_say(j, "%zu files are pointers of git-lfs: what they stand for was not fetched",
                             j->found.n_pointers);
    } else {
        put_unseen(j, row, "weights");
        row->visibility = VISIBLE_CANNOT_TELL;      /* they may well be published beside it */
        row->rights = RIGHTS_CANNOT_TELL;
        row->why = judge_say(j, "no weights are here; whether they are given out elsewhere cannot be told%s%s",
                             j->found.whole ? "" : ": ", j->found.part_why);
    }
}

static void row_data(struct judge *j, struct openness_row *row)
{
    const struct detected *sets = part(j, MOF_DATASETS), *card = part(j, MOF_DATA_CARD);
    add_evidence(row, sets->evidence);
    for (size_t i = 1; i < j->in->n_datasets && sets->where == DETECT_NAMED; i++)
        add_evidence(row, j->in->dataset_evidence[i]);
    add_evidence(row, card->evidence);
    if (sets->where == DETECT_HERE) {
        row->visibility = VISIBLE_YES;
        row->rights = judge_rights(&j->in->data, j->found.whole);
        row->why = judge_say(j, "%s; whether that is all of it cannot be told; %s", sets->why,
                             judge_terms_words(j, &j->in->data));
    } else if (sets->where == DETECT_NAMED) {
        row->visibility = VISIBLE_PARTLY;
        row->rights = RIGHTS_CANNOT_TELL;
        row->why = judge_say(j, "%s, so neither the data nor their terms were seen%s", sets->why,
                             card->where ? "; what they are is described" : "");
    } else if (card->where) {
        row->visibility = VISIBLE_PARTLY;
        row->rights = RIGHTS_CANNOT_TELL;
        row->why = judge_say(j, "the data are described (%s), but neither here nor named", card->path);
    } else {
        put_unseen(j, row, "training data");
    }
}

static void row_docs(struct judge *j, struct openness_row *row)
{
    const struct card_topics *t = j->in->topics;
    const struct detected *report = part(j, MOF_TECHNICAL_REPORT), *paper = part(j, MOF_RESEARCH_PAPER);
    size_t answered = 0;
    for (int i = 0; t && i < TOPIC_COUNT; i++)
        answered += t->items[i].state == TOPIC_ANSWERED;
    add_evidence(row, part(j, MOF_MODEL_CARD)->evidence);
    add_evidence(row, report->evidence);
    add_evidence(row, paper->evidence);
    if (!is_here(j, MOF_MODEL_CARD) && !report->where && !paper->where) {
        put_unseen(j, row, "card, report or paper");
        return;
    }
    bool text = report->where == DETECT_HERE || paper->where == DETECT_HERE;
    bool full = is_here(j, MOF_MODEL_CARD) && (text || answered >= TOPIC_COUNT / 2);
    row->visibility = full ? VISIBLE_YES : VISIBLE_PARTLY;
    row->rights = judge_rights(&j->in->docs, j->found.whole);
    row->why = judge_say(j, "%s answers %zu of %d topics; %s; %s",
                         is_here(j, MOF_MODEL_CARD) ? "the card" : "no card, which", answered, (int)TOPIC_COUNT,
                         text ? "a report or paper is here" :
                         report->where || paper->where ? "a report or paper is named, not here" :
                         "no report or paper was found", judge_terms_words(j, &j->in->docs));
}

static void row_evaluation(struct judge *j, struct openness_row *row)
{
    const struct detected *r = part(j, MOF_EVALUATION_RESULTS), *code = part(j, MOF_EVALUATION_CODE),
                          *data = part(j, MOF_EVALUATION_DATA);
    add_evidence(row, r->evidence);
    add_evidence(row, code->evidence);
    add_evidence(row, data->evidence);
    if (!is_here(j, MOF_EVALUATION_RESULTS)) {
        put_unseen(j, row, "evaluation results");
        return;
    }
    bool again = code->where == DETECT_HERE;
    row->visibility = r->where == DETECT_HERE || again ? VISIBLE_YES : VISIBLE_PARTLY;
    row->rights = judge_rights(&j->in->docs, j->found.whole);
    row->why = judge_say(j, "%s; the code to repeat them is %s; %s", r->why, again ? "here" : "not here",
                         judge_terms_words(j, &j->in->docs));
}

static void row_terms(struct judge *j, struct openness_row *row)
{
    const struct openness_terms *t = &j->in->weights;
    add_evidence(row, t->evidence);
    if (!t->id[0] && !t->doubt[0] && !t->restricted) {
        put_unseen(j, row, "licence");
        return;
    }
    row->visibility = t->has_text ? VISIBLE_YES : VISIBLE_PARTLY;
    row->rights = judge_rights(t, j->found.whole);
    row->why = judge_say(j, "%s%s", judge_terms_words(j, t), t->has_text ? "" : "; its text is not here");
}

/* What was looked at in vain: the card, which is silent. */
static void point_at_card(struct judge *j)
{
    const struct evidence *card = part(j, MOF_MODEL_CARD)->evidence;
    for (int p = 0; p < OPENNESS_PARTS; p++)
        if (j->out->parts[p].state == OPENNESS_ABSENT && !j->out->parts[p].n_evidence)
            add_evidence(&j->out->parts[p], card);
}

/* ---- the class ----------------------------------------------------------------------- */

/* Why weights under open terms do not make it open source; NULL when they do. */
static const char *not_open_source(struct judge *j)
{
    const struct openness *o = j->out;
    if (j->in->base[0])
        return judge_say(j, "it was made from %s, whose code and data were not looked at", j->in->base);
    if (part(j, MOF_TRAINING_CODE)->where != DETECT_HERE)
        return "no training code is here";
    if (part(j, MOF_INFERENCE_CODE)->where < DETECT_LIBRARY)
        return "no code that runs it is here";
    if (judge_rights(&j->in->code, j->found.whole) != RIGHTS_OPEN)
        return judge_say(j, "of the code, %s", judge_terms_words(j, &j->in->code));
    bool data_open = o->parts[OPENNESS_DATA].state == OPENNESS_OPEN;
    if (!data_open && judge_data_information(j) != MET_YES)
        return "neither the training data nor enough about them is here";
    return NULL;
}

static void judge_class(struct judge *j)
{
    struct openness *o = j->out;
    const struct openness_row *w = &o->parts[OPENNESS_WEIGHTS];
    o->class = OPEN_CLASS_CANNOT_TELL;
    if (w->visibility == VISIBLE_NO && j->found.withheld) {
        o->class = OPEN_CLASS_CLOSED;
        o->class_why = "the weights are not given out, by the card's own words";
    } else if (w->visibility != VISIBLE_YES) {
        o->class_why = w->why;
    } else if (w->rights == RIGHTS_RESTRICTED) {
        o->class = OPEN_CLASS_OPEN_WEIGHT;
        o->class_why = judge_say(j, "the weights can be had; not open source because %s",
                                 judge_terms_words(j, &j->in->weights));
    } else if (w->rights != RIGHTS_OPEN) {
        o->class_why = judge_say(j, "the weights are here, but %s", judge_terms_words(j, &j->in->weights));
    } else {
        const char *why = not_open_source(j);
        o->class = why ? OPEN_CLASS_OPEN_WEIGHT : OPEN_CLASS_OPEN_SOURCE;
        o->class_why = why ? judge_say(j, "the weights can be had under %s; not open source because %s",
                                       j->in->weights.id, why) :
                       judge_say(j, "weights, code, and data or what is said about them, all under open terms (%s)",
                                 j->in->weights.id);
    }
}

int openness_judge(const struct openness_input *in, struct arena *a, struct openness *out, struct err *e)
{
    static void (*const rows[OPENNESS_PARTS])(struct judge *, struct openness_row *) = {
        [OPENNESS_CODE] = row_code, [OPENNESS_WEIGHTS] = row_weights, [OPENNESS_DATA] = row_data,
        [OPENNESS_DOCS] = row_docs, [OPENNESS_EVALUATION] = row_evaluation, [OPENNESS_TERMS] = row_terms,
    };
    struct openness o = { .class_why = "" };
    struct judge j = { .in = in, .a = a, .out = &o };
    int rc = detect_parts(in, a, &j.found, e);
    if (rc)
        return rc;
    for (int p = 0; p < OPENNESS_PARTS; p++) {
        o.parts[p].why = "";
        o.parts[p].evidence = arena_array(a, ROW_EVIDENCE, sizeof *o.parts[p].evidence);
        if (!o.parts[p].evidence)
            return err_memory(e);
        rows[p](&j, &o.parts[p]);
        o.parts[p].state = state_of(&j, &o.parts[p]);
    }
    point_at_card(&j);
    judge_class(&j);
    judge_mof(&j);
    rc = judge_osaid(&j, e);
    if (!rc)
        rc = judge_eu(&j, e);
    if (!rc && j.failed)
        rc = err_memory(e);
    if (!rc)
        *out = o;
    return rc;
}

/* ---- words --------------------------------------------------------------------------- */

const char *openness_part_word(enum openness_part p)
{
    static const char *const words[] = {
#define X(name, word, title) word,
        OPENNESS_PART_MAP(X)
#undef X
    };
    return p < OPENNESS_PARTS ? words[p] : "?";
}

const char *openness_part_title(enum openness_part p)
{
    static const char *const titles[] = {
#define X(name, word, title) title,
        OPENNESS_PART_MAP(X)
#undef X
    };
    return p < OPENNESS_PARTS ? titles[p] : "?";
}

const char *openness_state_name(enum openness_state s)
{
    static const char *const names[] = { "cannot-tell", "absent", "restricted", "partly", "open" };
    return names[s];
}

const char *openness_visibility_name(enum openness_visibility v)
{
    static const char *const names[] = { "cannot-tell", "no", "partly", "yes" };
    return names[v];
}

const char *openness_rights_name(enum openness_rights r)
{
    static const char *const names[] = { "cannot-tell", "none", "restricted", "open" };
    return names[r];
}

const char *openness_class_name(enum openness_class c)
{
    static const char *const names[] = { "cannot-tell", "closed", "open-weight", "open-source" };
    return names[c];
}

const char *openness_met_name(enum openness_met m)
{
    static const char *const names[] = { "cannot-tell", "no", "yes" };
    return names[m];
}
