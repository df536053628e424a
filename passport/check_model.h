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

struct check;
struct machine;

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
    bool no_sandbox;                        /* for the workers of the scan */
    /* In check_judge: get what check_late gets. NULL: call check_late itself. */
    int (*late)(void *ud, struct check *c, struct arena *a, struct err *e);
    void *late_ud;
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
    struct digest_job *hashing;             /* begun, not yet waited for */
    struct signoff_files signed_files;
    const struct machine *machine;          /* this one, when it was asked for */
};

/* Check the model at `ref`. All memory is a's, but for the mapped files: call check_fini, also after a
 * failure. Fails: ERR_NOT_FOUND, ERR_FORMAT and ERR_LIMIT a malformed model file with path and place,
 * ERR_IO, ERR_MEMORY. A refusal of policy, like any verdict, is a result. */
int check_model(const char *ref, const struct check_options *opt, struct arena *a, struct check *out,
                struct err *e);
void check_fini(struct check *c);

/* The same in parts, for a caller that lets a process without rights do the judging:
 *
 *     check_begin   list the files, hold them or else begin to hash them, scan them in workers, measure the machine: parses
 *                   nothing; when it held them no thread is left, so that a process may be forked
 *     check_hash    begin to hash the files that are held
 *     check_late    wait for the digests and get the sign-offs; may run beside check_judge, in another process
 *     check_judge   everything else: reads, concludes, judges. Where the model was held (hold) it needs nothing of the
 *                   system but memory, and opt->late to get what check_late got
 *
 * Fail as check_model does. Call check_fini after any of them. */
int check_begin(const char *ref, const struct check_options *opt, bool hold, struct arena *a, struct check *out,
                struct err *e);
int check_hash(struct check *c, const struct check_options *opt, struct arena *a, struct err *e);
int check_late(struct check *c, const struct check_options *opt, struct arena *a, struct err *e);
int check_judge(struct check *c, const struct check_options *opt, struct arena *a, struct err *e);

#endif
