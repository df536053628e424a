// SPDX-License-Identifier: Apache-2.0
/* openness/mof_licenses.h - the licences that the framework knows: which are open, and what each is meant for.
 *
 *     "MIT"          ──> listed, open (osi, fsf), for code
 *     "gemma"        ──> not an id of the list; near: a licence that is known by name, and not open there
 *     "Apache 2.0"   ──> not an id of the list; near: Apache-2.0
 *
 * Open by the framework means: approved by the OSI, libre by the FSF, of its list of open data licences, or
 * OpenMDW-1.0. Ids are compared byte for byte, as there; what is near is a suggestion and never changes a class.
 * The lists are data/mof.yaml, built into the program. All memory is the arena's. */
#ifndef ASSAY_OPENNESS_MOF_LICENSES_H
#define ASSAY_OPENNESS_MOF_LICENSES_H
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "openness/mof.h"

struct mof_license {
    const char *id, *name;
    bool osi, fsf, open_data, framework;    /* why it is open; all false: it is not */
    bool listed;                            /* the framework knows the id */
    bool newer;                             /* younger than the framework's list */
    bool old;                               /* SPDX deprecated the id */
    bool for_type[MOF_DOCUMENT + 1];
    const char *const *spellings;           /* of a licence that is not listed */
    size_t n_spellings;
};

struct mof_words { const char *const *items; size_t n; };

struct mof_licenses {
    const char *framework_name, *framework_version, *framework_date;
    const struct mof_license *items;        /* listed, in the order of their ids */
    size_t n;
    const struct mof_license *named;        /* known by name, not listed */
    size_t n_named;
    struct mof_words absent, nameless;
};

/* Read the lists; `yaml` SPAN_NONE: those built in. Cost: some milliseconds, once.
 * Fails: ERR_FORMAT with the line, ERR_LIMIT, ERR_MEMORY; path "mof.yaml". */
int mof_licenses_open(struct span yaml, struct arena *a, struct mof_licenses *out, struct err *e);

/* The listed licence with exactly this id, else NULL. O(log n). */
const struct mof_license *mof_license_find(const struct mof_licenses *l, const char *id);

bool mof_license_is_open(const struct mof_license *m);          /* NULL: false */
bool mof_license_suits(const struct mof_license *m, enum mof_type t);

enum mof_near_how {
    MOF_NEAR_NOTHING,           /* nothing, or several things alike */
    MOF_NEAR_SPELLING,          /* a listed licence, written otherwise */
    MOF_NEAR_NAMED,             /* a licence that is not listed */
    MOF_NEAR_TYPO               /* a letter or two away */
};
struct mof_near { enum mof_near_how how; const struct mof_license *license; };

/* What `text`, which is no listed id, may have meant. Never guesses a version: digits must agree. */
struct mof_near mof_license_near(const struct mof_licenses *l, const char *text);

/* The licences that a list or expression names ("MIT AND Apache-2.0", '"mit", "apache-2"'), each once, at most
 * `max`. 0 when `text` is of one piece. */
size_t mof_license_pieces(const struct mof_licenses *l, const char *text, const struct mof_license **out, size_t max);

bool mof_says_absent(const struct mof_licenses *l, const char *text);       /* "Component not included", "N/A" */
bool mof_says_nothing(const struct mof_licenses *l, const char *text);      /* "Undisclosed", "Other license" */

#endif
