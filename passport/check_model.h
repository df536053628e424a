// SPDX-License-Identifier: Apache-2.0
/* passport/check_model.h - the whole answer for one model: what it says, what it is under, may I use it so.
 *
 *     model -> gather -> terms and questions -> verdict -> policy
 *                  └──── conflicts, bases ────┘        └─> claims, each with evidence
 *
 * One call, one struct; the terminal (cli/) and the JSON (passport/report.h) print the same struct.
 * Which texts are terms of the weights: those whose name says weights, and those whose name says nothing
 * when they lie at the root or in a folder that holds weights. A text for code, data or documents, or
 * in another folder, is listed and counts only when nothing else speaks for the weights. A declaration is a term where no
 * text says the same. Nothing examined is never a pass: no term at all is cannot-tell. */
#ifndef ASSAY_PASSPORT_CHECK_MODEL_H
#define ASSAY_PASSPORT_CHECK_MODEL_H
#include "license/conflict.h"
#include "license/policy.h"
#include "license/use.h"
#include "license/verdict.h"
#include "openness/openness.h"
#include "passport/check_scan.h"
#include "passport/checklist.h"
#include "passport/gather.h"
#include "passport/need.h"
#include "passport/trust.h"

struct check_options {
    const struct use *use;
    const struct policy *policy;            /* NULL: none */
    const char *today;                      /* YYYY-MM-DD, for a policy's exceptions and sign-offs; "" when unknown */
    const char *signoffs;                   /* the folder of store/signoff.h; NULL: none are looked up */
    struct need_prices prices;              /* for what it costs */
    bool machine;                           /* also measure, or recall, what this machine can do */
    bool no_scan;                           /* do not look for what is hostile in the files */
    bool no_hash;                           /* leave model_file.sha256 NULL */
    void (*tick)(void *ud, const char *path);       /* before each file is hashed, from any thread; may be NULL */
    void *ud;
};

struct check_concluded {                    /* a licence text found, and whether it speaks for the weights */
    const struct gather_text *text;
    const struct identify_found *found;
    const struct license_record *record;    /* NULL when the catalogue has no facts */
    const char *scope;                      /* "weights", "code", "unsaid", "folder x" */
    bool is_term;
    const struct evidence *evidence;
    const struct evidence **residue;
    size_t n_residue;
};

struct check {
    struct model model;
    struct index index;
    struct catalog catalog;
    struct gather gather;
    struct use use;
    struct check_concluded *concluded;
    size_t n_concluded;
    struct conflict_list conflicts;
    struct verdict_term *terms;
    size_t n_terms;
    struct verdict_question *questions;
    size_t n_questions, cap_questions;
    struct verdict verdict;
    struct claim_set claims;
    bool has_policy;
    struct policy_result policy;
    struct card_topics topics;              /* of the first card */
    struct openness openness;
    struct need need;
    struct trust trust;
    struct signoff_list signoffs;
    struct check_scan scan;
    struct checklist checklist;
};

/* Check the model at `ref`. All memory is a's, but for the mapped files: call check_fini, also after a
 * failure. Fails: ERR_NOT_FOUND, ERR_FORMAT and ERR_LIMIT a malformed model file with path and place,
 * ERR_IO, ERR_MEMORY. A refusal of policy, like any verdict, is a result. */
int check_model(const char *ref, const struct check_options *opt, struct arena *a, struct check *out,
                struct err *e);
void check_fini(struct check *c);

#endif
