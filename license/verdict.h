// SPDX-License-Identifier: Apache-2.0
/* license/verdict.h - may I use it so, and what must I do?
 *
 *     use + licence terms (weights, code, base models, policies) + open questions
 *        │        each rule of data/licenses/README.md gives one answer and one reason
 *        └─> the worst of them:  deny > cannot-tell > ask > allow-with-duties > allow
 *
 * Every reason and duty says which fact of which record it comes from, how that fact is known
 * (V, S, M), and where it can be seen: in the model's own licence text when the caller can find the
 * anchor there, else in the catalogue's record. A policy beside a licence only restricts; alone it grants
 * nothing. A residue (text that no licence explains) is at best ask. No term at all is cannot-tell.
 * Information, not legal advice. */
#ifndef ASSAY_LICENSE_VERDICT_H
#define ASSAY_LICENSE_VERDICT_H
#include "base/arena.h"
#include "base/err.h"
#include "claim/claim.h"
#include "license/catalog.h"
#include "license/use.h"

enum answer {                   /* in order: a later one wins */
    ANSWER_ALLOW, ANSWER_ALLOW_WITH_DUTIES, ANSWER_ASK, ANSWER_CANNOT_TELL, ANSWER_DENY
};

enum term_known {
    TERM_EXACT,                 /* the text of the licence is there, word for word */
    TERM_RESIDUE,               /* it is there, with text that it does not explain: a rider */
    TERM_DECLARED,              /* a tag or sentence names it; no text */
    TERM_FAMILY                 /* data/families.yaml says so */
};

struct verdict_term {
    const struct license_record *record;    /* NULL: identified as `id`, but the catalogue has no facts */
    const char *id;                         /* used when record is NULL */
    const char *scope;                      /* "weights", "code", "base model meta-llama/Llama-3.1-8B" */
    enum term_known known;
    char basis;                             /* of TERM_FAMILY: 'V', 'S', 'M'; else 'V' or 0 */
    const struct evidence *evidence;        /* the text or the declaration; NULL when there is none */
    const struct evidence *const *residue;  /* TERM_RESIDUE: the unexplained passages */
    size_t n_residue;
};

struct verdict_question {                   /* what the caller could not settle */
    const char *text;                       /* "the base model 'x/y' is not known" */
    const char *look_for;                   /* "the licence of x/y"; "" when none */
    enum answer answer;                     /* at best: ANSWER_CANNOT_TELL or ANSWER_ASK */
    const struct evidence *evidence;        /* NULL when there is none */
};

struct verdict_input {
    const struct use *use;
    const struct verdict_term *terms;
    size_t n_terms;
    const struct verdict_question *questions;
    size_t n_questions;
    /* Where do these words stand in the term's own text? NULL: not there, or no text. May be NULL. */
    const struct evidence *(*find)(void *ud, const struct verdict_term *term, const char *anchor);
    void *ud;
};

struct verdict_reason {
    const char *text;           /* one sentence, lower case, no full stop */
    enum answer answer;         /* that it leads to */
    const char *record_id;      /* "" for an open question */
    const char *scope;          /* "" for an open question */
    const char *fact;           /* key in the record: "commercial", "thresholds", "use_policy"; "" */
    char basis;                 /* 'V', 'S', 'M'; 0 when no fact */
    const struct evidence *const *evidence;
    size_t n_evidence;
};

struct verdict_duty {
    enum duty_kind kind;
    enum duty_when when;
    bool conditional;           /* applies only if a part of the use that was not given is so */
    const char *text;           /* a sentence of the record */
    const char *record_id, *scope;
    char basis;
    const struct evidence *const *evidence;
    size_t n_evidence;
};

struct verdict_unknown {
    const char *key;            /* of use_keys: "users_month" */
    const char *why;
    const char *record_id;
};

struct verdict {                /* everything is the arena's or the input's */
    enum answer answer;
    const struct verdict_reason *reasons;   /* worst first, then in the order of the terms */
    size_t n_reasons;
    const struct verdict_duty *duties;
    size_t n_duties;
    const struct verdict_unknown *unknowns; /* each key once */
    size_t n_unknowns;
};

/* Decide. Deterministic; never better for a question more, nor for a term more beside a licence.
 * What is not given: cannot-tell when it could bring ask or deny (a field that only a use policy may concern
 * counts unless the term is at ask already); a conditional duty when it could bring no more than
 * that, and one that hangs on `modify` alone leaves allow as it is. Fails: ERR_MEMORY. */
int verdict_decide(const struct verdict_input *in, struct arena *a, struct verdict *out, struct err *e);

const char *answer_name(enum answer a);                 /* "allow-with-duties" */
bool answer_from_name(const char *name, enum answer *out);
const char *term_known_name(enum term_known k);         /* "exact", "residue", "declared", "family" */

#endif
