// SPDX-License-Identifier: Apache-2.0
/* license/conflict.h - where a model's statements, texts and bases disagree, each with both sides.
 *
 *     declared ──┬── declared        tag "mit", readme "Apache 2.0"           declared-vs-declared
 *                ├── text            tag "mit", LICENSE: MIT and a rider      declared-vs-text, version
 *                ├── file            license_link "LICENSE.txt", not there    link
 *                └── nothing         tag "llama3.1", no text, no policy       missing-text, missing-policy (gaps)
 *     model    ───── base            "mit" on Llama 3.1                       base-drops-terms
 *
 * Plain arrays in, an array out: no file is opened. Statements about different parts (code, weights)
 * do not disagree; a licence that is looser in no fact is no conflict on a base. What agrees is not
 * listed. Facts come from the records; without records ids are compared, nothing is guessed. A gap is
 * something missing, where nothing contradicts anything. Order: by kind, then as given. */
#ifndef ASSAY_LICENSE_CONFLICT_H
#define ASSAY_LICENSE_CONFLICT_H
#include "base/arena.h"
#include "base/err.h"
#include "claim/claim.h"
#include "license/catalog.h"
#include "license/declared.h"
#include "license/family.h"
#include "license/identify.h"

/*    name                        word                     gap */
#define CONFLICT_KIND_MAP(X)                                      \
    X(CONFLICT_DECLARED_TEXT,     "declared-vs-text",     false)  \
    X(CONFLICT_VERSION,           "version",              false)  \
    X(CONFLICT_DECLARED,          "declared-vs-declared", false)  \
    X(CONFLICT_TEXTS,             "text-vs-text",         false)  \
    X(CONFLICT_LINK,              "link",                 false)  \
    X(CONFLICT_BASE,              "base-drops-terms",     false)  \
    X(CONFLICT_NO_TEXT,           "missing-text",         true)   \
    X(CONFLICT_NO_POLICY,         "missing-policy",       true)

enum conflict_kind {
#define X(name, word, gap) name,
    CONFLICT_KIND_MAP(X)
#undef X
    CONFLICT_KIND_COUNT
};

enum { CONFLICT_MAX = 256 };

/* Terms of a base that the model's own licence lacks. */
#define DROP_MAP(X)                              \
    X(DROP_USE_POLICY,    "use policy")          \
    X(DROP_THRESHOLD,     "users threshold")     \
    X(DROP_REGION,        "region")              \
    X(DROP_NAMING,        "naming")              \
    X(DROP_NONCOMMERCIAL, "non-commercial")      \
    X(DROP_SHARE_ALIKE,   "share-alike")         \
    X(DROP_TRAINING,      "training")            \
    X(DROP_FIELD,         "field of use")        \
    X(DROP_NO_CHANGES,    "no changes")          \
    X(DROP_REDISTRIBUTION,"redistribution")

enum drop {
#define X(name, word) name,
    DROP_MAP(X)
#undef X
    DROP_COUNT
};

struct concluded {                          /* what a text was found to be */
    const char *id;                         /* "" when it is near or unknown */
    const struct license_record *record;    /* NULL: no facts */
    const struct index_entry *entry;        /* NULL when unknown */
    enum identify_match match;
    enum identify_kind kind;                /* policies ground missing-policy, other kinds than licence no more */
    unsigned scope;                         /* SCOPE_ bits */
    const char *path;                       /* of the file */
    const struct evidence *evidence;        /* of the text */
    const struct evidence *rider;           /* MATCH_RESIDUE: the first passage that is not explained; or NULL */
    bool nested;                            /* in a sub-folder: speaks for that folder unless `scope` says more */
};

struct conflict_input {
    const struct declared *declared;
    size_t n_declared;
    const struct concluded *concluded;
    size_t n_concluded;
    const struct base *bases;
    size_t n_bases;
    const char *const *files;               /* paths of the model's files; n_files 0: not a folder, so that */
    size_t n_files;                         /* nothing can be missing */
    bool license_unread;                    /* a licence file is there that could not be read (PDF) */
    bool policy_unread;
};

struct conflict_side { const char *value; const struct evidence *evidence; };     /* NULL: it is the absence */

struct conflict {
    enum conflict_kind kind;
    const char *word;                       /* stable: "declared-vs-text" */
    bool gap;
    struct conflict_side a, b;
    const char *why;                        /* one sentence, lower case, no full stop */
    unsigned scope;                         /* SCOPE_ bits that it is about */
    int base;                               /* CONFLICT_BASE: index of the base; else BASE_NONE */
    const char *const *drops;               /* CONFLICT_BASE: words of DROP_MAP, in its order */
    size_t n_drops;
};

struct conflict_list {
    struct conflict *items;
    size_t n, cap;
    bool truncated;                         /* there were more than CONFLICT_MAX */
    const unsigned *base_drops;             /* per base: bits of enum drop; n_bases of them */
};

/* Find them all. Deterministic. Cost: O(declared * (declared + concluded + bases)). Fails: ERR_MEMORY. */
int conflict_find(const struct conflict_input *in, struct arena *a, struct conflict_list *out, struct err *e);

/* Bits of enum drop: what `base` asks or forbids and `model` does not. `multimodal` MULTIMODAL_NO leaves out
 * regions that bind multimodal models only. NULL records: 0. */
unsigned conflict_drops(const struct license_record *base, const struct license_record *model,
                        enum base_multimodal multimodal);

/* The words of such bits, in the arena. NULL: out of memory. */
const char *const *drop_words(unsigned drops, struct arena *a, size_t *n);

const char *conflict_kind_name(enum conflict_kind k);
const char *drop_name(enum drop d);

#endif
