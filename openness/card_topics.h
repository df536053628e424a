// SPDX-License-Identifier: Apache-2.0
/* openness/card_topics.h - what a model card answers, topic by topic, and where.
 *
 *     front matter, headings, prose, tables ──> topic: answered | partly | silent | contradicted
 *                                                 └─ the lines, and one short sentence why
 *
 * A heading alone answers nothing, and neither does a slot that a template left behind ("[More Information
 * Needed]"): what is below it must say something. A card in another language than English is read for its
 * front matter, tables and headings as far as they are understood, and its language is said.
 * Source: huggingface/hub-docs modelcard.md; Mitchell et al. 2019, arXiv 1810.03993, section 4. */
#ifndef ASSAY_OPENNESS_CARD_TOPICS_H
#define ASSAY_OPENNESS_CARD_TOPICS_H
#include "base/arena.h"
#include "base/err.h"
#include "claim/claim.h"
#include "format/card.h"

/*    name                  word in reports        title */
#define TOPIC_MAP(X)                                                            \
    X(TOPIC_INTENDED_USE,   "intended-use",        "Intended use")              \
    X(TOPIC_OUT_OF_SCOPE,   "out-of-scope-use",    "Out-of-scope use")          \
    X(TOPIC_LIMITATIONS,    "limitations",         "Limitations")               \
    X(TOPIC_RISKS_BIAS,     "risks-and-bias",      "Risks and bias")            \
    X(TOPIC_TRAINING_DATA,  "training-data",       "Training data")             \
    X(TOPIC_TRAINING,       "training-procedure",  "Training procedure")        \
    X(TOPIC_EVAL_DATA,      "evaluation-data",     "Evaluation data")           \
    X(TOPIC_EVAL_METRICS,   "evaluation-metrics",  "Evaluation metrics")        \
    X(TOPIC_EVAL_RESULTS,   "evaluation-results",  "Evaluation results")        \
    X(TOPIC_HARDWARE,       "hardware",            "Hardware")                  \
    X(TOPIC_ENERGY,         "energy",              "Energy and emissions")      \
    X(TOPIC_LANGUAGES,      "languages",           "Languages")                 \
    X(TOPIC_CONTACT,        "contact",             "Contact")                   \
    X(TOPIC_CITATION,       "citation",            "Citation")                  \
    X(TOPIC_MAINTENANCE,    "maintenance",         "Maintenance")

enum card_topic {
#define X(name, word, title) name,
    TOPIC_MAP(X)
#undef X
    TOPIC_COUNT
};
enum topic_state { TOPIC_SILENT, TOPIC_PARTLY, TOPIC_ANSWERED, TOPIC_CONTRADICTED };

struct topic {
    enum topic_state state;
    const char *why;                        /* one short sentence, lower case, no full stop; never NULL */
    const struct evidence **evidence;       /* the passages that answer (or contradict); none when silent */
    size_t n_evidence;
    const struct claim *claim;              /* set by passport/ once the claim is made; NULL before */
};

struct card_topics {
    bool has_card;                          /* false: no card at all, and all topics are silent */
    const char *path;                       /* of the card; "" when there is none */
    const char *language;                   /* of the prose, ISO 639-1; "" when too little or not told */
    struct topic items[TOPIC_COUNT];
};

/* Judge one card. `raw` is the whole file that gave `card`; path is borrowed. Fails: ERR_LIMIT, ERR_MEMORY. */
int card_topics_read(const char *path, struct span raw, const struct card *card, struct arena *a,
                     struct card_topics *out, struct err *e);

/* All silent: what a model without a card says. */
void card_topics_none(struct card_topics *out);

/* Count a file of `.eval_results/` (a list of results, each with data set and value) for the topics of evaluation.
 * A file that does not read is left out: *counted tells. Fails: ERR_MEMORY. */
int card_topics_add_results(struct card_topics *t, const char *path, struct span raw, struct arena *a, bool *counted,
                            struct err *e);

const char *topic_word(enum card_topic t);              /* "intended-use" */
const char *topic_title(enum card_topic t);             /* "Intended use" */
const char *topic_state_name(enum topic_state s);       /* silent partly answered contradicted */

#endif
