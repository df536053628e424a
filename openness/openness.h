// SPDX-License-Identifier: Apache-2.0
/* openness/openness.h - what exactly is open: six components, a class, and three yardsticks beside it.
 *
 *     files, card topics, licence terms by scope ──> six components   can I see it?   may I use it?
 *                                                 ├─> class           open-source | open-weight | closed
 *                                                 ├─> MOF             17 parts, class and progress (mof.h)
 *                                                 ├─> OSAID 1.0       each requirement: met or not
 *                                                 └─> EU AI Act       is the open-source exemption plausible
 *
 * Visibility and rights are two questions, and mixing them is how "partly open" came to mean nothing. What
 * cannot be seen in the folder is cannot-tell or absent with the reason, never a guess. The three yardsticks
 * are rows of their own: none is derived from another. Everything is the caller's arena's. */
#ifndef ASSAY_OPENNESS_OPENNESS_H
#define ASSAY_OPENNESS_OPENNESS_H
#include "base/arena.h"
#include "base/err.h"
#include "claim/claim.h"
#include "format/snapshot.h"
#include "openness/card_topics.h"
#include "openness/mof.h"

/*    name                     word in reports       title */
#define OPENNESS_PART_MAP(X)                                                \
    X(OPENNESS_CODE,          "source-code",         "Source code")         \
    X(OPENNESS_WEIGHTS,       "weights",             "Weights")             \
    X(OPENNESS_DATA,          "training-data",       "Training data")       \
    X(OPENNESS_DOCS,          "documentation",       "Documentation")       \
    X(OPENNESS_EVALUATION,    "evaluation-results",  "Evaluation results")  \
    X(OPENNESS_TERMS,         "licence-terms",       "Licence terms")

enum openness_part {
#define X(name, word, title) name,
    OPENNESS_PART_MAP(X)
#undef X
    OPENNESS_PARTS
};
enum openness_state { OPENNESS_CANNOT_TELL, OPENNESS_ABSENT, OPENNESS_RESTRICTED, OPENNESS_PARTLY, OPENNESS_OPEN };
enum openness_visibility { VISIBLE_CANNOT_TELL, VISIBLE_NO, VISIBLE_PARTLY, VISIBLE_YES };
enum openness_rights { RIGHTS_CANNOT_TELL, RIGHTS_NONE, RIGHTS_RESTRICTED, RIGHTS_OPEN };
enum openness_class { OPEN_CLASS_CANNOT_TELL, OPEN_CLASS_CLOSED, OPEN_CLASS_OPEN_WEIGHT, OPEN_CLASS_OPEN_SOURCE };
enum openness_met { MET_CANNOT_TELL, MET_NO, MET_YES };

struct openness_row {               /* one of the six */
    enum openness_state state;
    enum openness_visibility visibility;
    enum openness_rights rights;
    const char *why;                /* one sentence, lower case, no full stop */
    const struct evidence **evidence;
    size_t n_evidence;
    const struct claim *claim;      /* set by passport/ */
};

struct openness_mof_row {           /* one of the 17 parts of the framework */
    enum mof_state state;
    const char *license;            /* id; "" when none is known */
    const char *path;               /* of the file or folder that was taken for it, or an address; "" */
    const char *why;
    const struct evidence *evidence;        /* NULL when missing */
};

struct openness_need {              /* a requirement of OSAID, or a condition of the exemption */
    const char *name;               /* "data information", "public weights" */
    enum openness_met met;
    const char *why;
    const struct evidence *evidence;        /* may be NULL */
};

struct openness {
    struct openness_row parts[OPENNESS_PARTS];
    enum openness_class class;
    const char *class_why;          /* why this class and not the next one */
    struct openness_mof_row mof[MOF_PARTS];
    struct mof_result mof_result;
    struct openness_need *osaid;
    size_t n_osaid;
    enum openness_met osaid_met;
    struct openness_need *eu;
    size_t n_eu;
    enum openness_met eu_plausible;
    const struct claim *class_claim, *mof_claim, *osaid_claim, *eu_claim;   /* set by passport/ */
};

/* What the licences of the model allow, by what they cover: passport/ fills it from the verdict's terms. */
struct openness_terms {
    const char *id;                 /* SPDX id or LicenseRef, several tied by AND; "" none found */
    bool known;                     /* the facts below are facts of records that were read */
    bool has_text;                  /* a licence text lies there, not only its name */
    bool osi, mof_open;             /* approved by the OSI; open by the framework's list */
    bool restricted;                /* field, users, region, use policy, non-commercial: `limits` says which */
    const char *limits;             /* "use policy, above 700000000 mau ask first"; "" */
    const char *doubt;              /* why the facts settle nothing: a text that is not known, a rider; "" */
    enum openness_met may_use, may_modify, may_share;       /* for any purpose; by anybody */
    const struct evidence *evidence;        /* may be NULL */
};

struct openness_file {
    const char *path;
    enum snap_role role;
    uint64_t size_bytes;
    bool is_pointer;                /* of git-lfs: the file itself is elsewhere */
};

struct openness_input {
    const struct openness_file *files;      /* links that lead out of the folder are left out */
    size_t n_files;
    bool single_file;               /* the model is one file: the folder around it was not examined */
    bool truncated;                 /* not all files were listed */
    const struct card_topics *topics;
    const struct card *card;        /* NULL when there is none */
    const char *card_path;          /* "" when there is none */
    struct span card_raw;
    struct openness_terms weights, code, data, docs;        /* id and doubt "" when no terms speak of it */
    const char *const *datasets;    /* names that card or weights give */
    const struct evidence *const *dataset_evidence;
    size_t n_datasets;
    const char *architecture_name;  /* "" when nothing names it */
    const struct evidence *architecture;    /* where the weights or the configuration name it; NULL */
    const char *library;            /* named by card or configuration, or that the format is run by; "" */
    const struct evidence *library_evidence;
    const struct evidence *own_code;        /* where the configuration says that code comes with the model; NULL */
    const char *base;               /* a base model that it says it was made from; "" */
    const struct evidence *base_evidence;
    const struct evidence *gate;    /* where the card asks for something before the download; NULL */
    /* Evidence for a file: its first bytes. Fails: ERR_IO, ERR_MEMORY. Called for a few files only. */
    int (*see)(void *ud, const char *path, const struct evidence **out, struct err *e);
    void *ud;
};

/* Judge. Cost: linear in the files and the card. Fails: ERR_IO, ERR_MEMORY. */
int openness_judge(const struct openness_input *in, struct arena *a, struct openness *out, struct err *e);

const char *openness_part_word(enum openness_part p);
const char *openness_part_title(enum openness_part p);
const char *openness_state_name(enum openness_state s);         /* cannot-tell absent restricted partly open */
const char *openness_visibility_name(enum openness_visibility v);       /* cannot-tell no partly yes */
const char *openness_rights_name(enum openness_rights r);       /* cannot-tell none restricted open */
const char *openness_class_name(enum openness_class c);         /* cannot-tell closed open-weight open-source */
const char *openness_met_name(enum openness_met m);             /* cannot-tell no yes */

#endif
