// SPDX-License-Identifier: Apache-2.0
/* passport/diff.h - what changed between two revisions, or two models, or two licences.
 *
 *     A ── check_model ──┐      ┌─> verdict, licence, clause by clause: stricter, looser, different
 *                        ├──────┼─> weights: tensor by tensor        } each change with both values,
 *     B ── check_model ──┘      └─> card, configuration, files, ...  } and where they stand
 *
 * A and B are models, or licence texts, or ids of the catalogue (a text and an id also go together). Both are judged
 * for the same declared use. Facts of licences come from records of licences that are there word for word, or
 * are named: likeness decides nothing here either. What was not compared is a gap with its reason, and a
 * part that was not examined never counts as equal. Everything is the arena's. */
#ifndef ASSAY_PASSPORT_DIFF_H
#define ASSAY_PASSPORT_DIFF_H
#include "passport/check_model.h"
#include "passport/diff_text.h"

/*    name                 word            title; the most consequential first */
#define DIFF_PART_MAP(X)                                              \
    X(DIFF_VERDICT,       "verdict",       "Verdict")                 \
    X(DIFF_LICENSE,       "license",       "Licence")                 \
    X(DIFF_CLAUSES,       "clauses",       "Clauses")                 \
    X(DIFF_TEXTS,         "license-texts", "Licence texts")           \
    X(DIFF_WEIGHTS,       "weights",       "Weights")                 \
    X(DIFF_BASES,         "bases",         "Base models")             \
    X(DIFF_DATASETS,      "datasets",      "Data sets")               \
    X(DIFF_OPENNESS,      "openness",      "Openness")                \
    X(DIFF_TOPICS,        "card-topics",   "Model card, by topic")    \
    X(DIFF_CARD,          "card",          "Model card")              \
    X(DIFF_TEMPLATE,      "chat-template", "Chat template")           \
    X(DIFF_METADATA,      "metadata",      "Metadata of the weights") \
    X(DIFF_CONFIG,        "configuration", "Configuration")           \
    X(DIFF_TRUST,         "trust",         "Trust and maintenance")   \
    X(DIFF_FILES,         "files",         "Files")

enum diff_part {
#define X(name, word, title) name,
    DIFF_PART_MAP(X)
#undef X
    DIFF_PARTS
};

enum { DIFF_PART_MAX = 20000, DIFF_VALUE_BYTES = 2000 };    /* changes listed of a part; bytes shown of a value */

enum diff_input { DIFF_MODEL, DIFF_LICENSE_TEXT, DIFF_LICENSE_ID };
enum diff_kind { DIFF_CHANGED, DIFF_ADDED, DIFF_REMOVED, DIFF_RENAMED };
enum diff_direction {           /* of what binds the user; DIFF_NO_DIRECTION: it binds nobody */
    DIFF_NO_DIRECTION, DIFF_LOOSER, DIFF_STRICTER, DIFF_DIFFERENT, DIFF_CANNOT_TELL
};

struct diff_value {
    const char *text;                       /* NULL: not there; valid UTF-8 is not promised; cut at DIFF_VALUE_BYTES */
    bool cut;
    char basis;                             /* 'V', 'S', 'M' of a fact of a record; 0 */
    const struct evidence *evidence[2];     /* in the model, in the catalogue; NULL where there is none */
};

struct diff_change {
    enum diff_part part;
    enum diff_kind kind;
    enum diff_direction direction;
    bool heavy;                             /* a clause that decides what may be done at all */
    const char *item;                       /* "commercial", "threshold mau", "wte.weight", "README.md" */
    const char *scope;                      /* clauses: "model" or "base models"; a file elsewhere; "" */
    const char *text;                       /* one sentence, where values alone do not say it; "" */
    struct diff_value a, b;
    const struct diff_passages *passages;   /* NULL: none made */
};

struct diff_gap { enum diff_part part; const char *side; const char *text; };   /* side: "a", "b", "both" */

struct diff_part_state {
    bool compared;                          /* at least something of it was */
    size_t n_changes, n_same;               /* n_changes: also those beyond DIFF_PART_MAX */
    const char *note;                       /* one line that sums up; "" */
};

struct diff_subject {
    enum diff_input input;
    const char *ref, *name;
    struct check check;                     /* of a text or an id: model, gather, concluded, terms, verdict alone */
};

struct diff {
    struct arena *a;
    struct diff_subject subject[2];
    struct diff_part_state parts[DIFF_PARTS];
    struct diff_change *changes;            /* by part */
    size_t n_changes, cap_changes;
    struct diff_gap *gaps;
    size_t n_gaps, cap_gaps;
    bool no_hash;
};

/* Compare. opt is for both. Call diff_fini also after a failure. Fails: as check_model; ERR_NOT_FOUND no such file,
 * nor licence of that name; ERR_USAGE a model and a licence; ERR_IO, ERR_MEMORY. */
int diff_make(const char *ref_a, const char *ref_b, const struct check_options *opt, struct arena *a, struct diff *out,
              struct err *e);
void diff_fini(struct diff *d);

/* Does anything that was examined differ? */
bool diff_differs(const struct diff *d);

/* One JSON object, schema assay.diff/1, byte-stable. Fails: ERR_LIMIT, ERR_MEMORY. */
int diff_report(const struct diff *d, struct buf *out, struct err *e);

const char *diff_part_word(enum diff_part p);
const char *diff_part_title(enum diff_part p);
const char *diff_input_name(enum diff_input i);             /* model license-text license-id */
const char *diff_kind_name(enum diff_kind k);               /* changed added removed renamed */
const char *diff_direction_name(enum diff_direction d);     /* "" looser stricter different cannot-tell */

#endif
