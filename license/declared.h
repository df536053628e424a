// SPDX-License-Identifier: Apache-2.0
/* license/declared.h - what a model says about its own licence, wherever it can say it.
 *
 *     card   license, license_name, license_link, tags, extra_gated_*  ┐
 *     gguf   general.license, .license.name, .license.link, .tags      ├─> struct declared: what it says, how
 *     prose  sentences, "License: X", headings, badges, links, SPDX    ┘   sure that is, and where it stands
 *
 * Saying is not granting: nothing here looks at a licence text but the one inside a gated prompt. A
 * mention that is negated, compares, or speaks of another work is no declaration: silence rather than
 * a guess. A name that means no single record (`other`, `cc`, "Modified MIT") is kept as said, without id.
 * An SPDX expression gives one item per licence, tied by `expr`.
 * Texts borrow from the input and the arena of the context; `path` is borrowed too. */
#ifndef ASSAY_LICENSE_DECLARED_H
#define ASSAY_LICENSE_DECLARED_H
#include "base/arena.h"
#include "base/err.h"
#include "claim/claim.h"
#include "format/card.h"
#include "format/gguf.h"
#include "license/catalog.h"
#include "license/identify.h"
#include "license/index.h"

/* What a statement is about, as bits; 0: it does not say. 1 << enum snap_scope gives the same bits. */
enum { SCOPE_UNSAID = 0, SCOPE_CODE = 1 << 1, SCOPE_WEIGHTS = 1 << 2, SCOPE_DATA = 1 << 3, SCOPE_DOCS = 1 << 4 };
enum { DECLARED_MAX = 1024 };           /* items of one list; what comes after is dropped, and said */

/*    name                    method                                          confidence */
#define DECLARED_HOW_MAP(X)                                                                \
    X(DECLARED_CARD_LICENSE, "front matter key license",                      0.90)        \
    X(DECLARED_CARD_NAME,    "front matter key license_name",                 0.85)        \
    X(DECLARED_CARD_LINK,    "front matter key license_link",                 0.85)        \
    X(DECLARED_CARD_TAG,     "front matter key tags",                         0.80)        \
    X(DECLARED_CARD_GATE,    "text of the gate (front matter extra_gated_*)", 0.80)        \
    X(DECLARED_CARD_EU,      "front matter key extra_gated_eu_disallowed",    0.90)        \
    X(DECLARED_CARD_BROKEN,  "front matter that cannot be read",              0.00)        \
    X(DECLARED_GGUF_LICENSE, "gguf key general.license",                      0.90)        \
    X(DECLARED_GGUF_NAME,    "gguf key general.license.name",                 0.85)        \
    X(DECLARED_GGUF_LINK,    "gguf key general.license.link",                 0.85)        \
    X(DECLARED_GGUF_TAG,     "gguf key general.tags",                         0.80)        \
    X(DECLARED_SPDX_LINE,    "SPDX-License-Identifier line",                  0.90)        \
    X(DECLARED_FIELD,        "field in the readme",                           0.80)        \
    X(DECLARED_SENTENCE,     "sentence in the readme",                        0.80)        \
    X(DECLARED_SECTION,      "section of the readme about the licence",       0.70)        \
    X(DECLARED_BADGE,        "badge in the readme",                           0.70)

enum declared_how {
#define X(name, method, confidence) name,
    DECLARED_HOW_MAP(X)
#undef X
    DECLARED_HOW_COUNT
};                              /* DECLARED_CARD_EU names no licence: the gate refuses people in the EU */

enum declared_state {
    DECLARED_NAMED,             /* `id` says which */
    DECLARED_VAGUE,             /* a family, or a name that several licences bear: "cc", "Modified MIT" */
    DECLARED_OTHER,             /* "other", "unknown": said to be none of the known ones, or not said */
    DECLARED_UNRECOGNIZED,      /* a name or address that means nothing to us */
    DECLARED_UNREADABLE         /* the card's front matter is broken: what it says was not read */
};

struct declared {
    enum declared_how how;
    enum declared_state state;
    const char *method;                     /* of the table above */
    const char *raw;                        /* as written: "apache-2.0", "the MIT License" */
    const char *id;                         /* SPDX id or LicenseRef, "" unless DECLARED_NAMED */
    const struct license_record *record;    /* NULL: the catalogue has no facts about it */
    const struct index_entry *entry;        /* when only the index knows the id; else NULL */
    enum index_class class;                 /* of the record or entry; CLASS_UNKNOWN */
    unsigned scope;                         /* SCOPE_ bits */
    unsigned expr;                          /* 0; else items of one SPDX expression share a number */
    bool choice;                            /* below an OR: the reader may take another one */
    const char *exception;                  /* id behind WITH, "" when none */
    const char *target;                     /* where it links to, as written; "" when nowhere */
    const char *file;                       /* path of the file that it links to; "" when none */
    bool elsewhere;                         /* `file` is said by a full address: maybe of another model */
    const char *const *candidates;          /* DECLARED_VAGUE: ids that it may mean */
    size_t n_candidates;
    const struct identified *text;          /* a licence text inside a gate; places count in its value */
    double confidence;                      /* 0..1 */
    const struct evidence *evidence;        /* never NULL */
};

struct declared_list {                      /* begin with { 0 }; grows in the context's arena */
    struct declared *items;
    size_t n, cap;
    unsigned n_expr;
    bool truncated;                         /* there were more than DECLARED_MAX */
};

struct declare_name;
struct declare {                            /* one per thread; begin with declare_init */
    struct catalog *catalog;
    const struct index *index;
    struct arena *a;
    const struct declare_name *names;       /* private: every known name, made comparable, sorted */
    size_t n_names;
};

/* Collect the names of catalogue and index. Cost: about 2,000 names. Fails: ERR_MEMORY. */
int declare_init(struct declare *d, struct catalog *catalog, const struct index *index, struct arena *a,
                 struct err *e);

/* Add what the front matter says. `raw` is the whole file that gave `card`. A broken front matter gives
 * one item, DECLARED_UNREADABLE, that points at its line. Fails: ERR_FORMAT a broken record, ERR_MEMORY. */
int declared_from_card(struct declare *d, const char *path, struct span raw, const struct card *card,
                       struct declared_list *out, struct err *e);

/* Add what the body says: outside comments and fenced code (but inside it below a heading "License").
 * Fails: ERR_FORMAT also a body that is no text; as above. Cost: O(n). */
int declared_from_prose(struct declare *d, const char *path, struct span raw, const struct card *card,
                        struct declared_list *out, struct err *e);

/* Add what a GGUF file says. Evidence: the value's bytes. Fails: as above. */
int declared_from_gguf(struct declare *d, const char *path, const struct gguf *g, const struct gguf_general *gen,
                       struct declared_list *out, struct err *e);

/* What one name means (an id, a hub tag, a name in words), or an address. Fills state, id, record, entry, class
 * and candidates of *out, nothing else. Fails: ERR_FORMAT a broken record, ERR_MEMORY. */
int declared_resolve(struct declare *d, struct span name, struct declared *out, struct err *e);
int declared_resolve_url(struct declare *d, struct span url, struct declared *out, struct err *e);

/* "code and weights"; "" for SCOPE_UNSAID. In the arena; NULL: out of memory. */
const char *scope_words(unsigned scope, struct arena *a);
const char *declared_state_name(enum declared_state s);     /* named vague other unrecognized unreadable */

#endif
