// SPDX-License-Identifier: Apache-2.0
/* license/catalog.h - what each licence lets you do, as facts.
 *
 *     data/licenses/<file>.yaml --tools/bundle--> one blob in the program --catalog_open--> names only
 *                                                   catalog_find, catalog_at ... --> one record is parsed
 *
 * The blob holds the records unchanged, with a table of ids, tags and names in front; so opening
 * costs no parsing, and evidence can point into the very file ("catalogue:<file>", lines and bytes).
 * A record is parsed when first asked for, strictly: an unknown key or word is ERR_FORMAT with the
 * line. Records and the names borrow from the arena given to catalog_open and live as long as it.
 * A handle is used by one thread. Schema: data/licenses/README.md. */
#ifndef ASSAY_LICENSE_CATALOG_H
#define ASSAY_LICENSE_CATALOG_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "claim/claim.h"
#include "license/index.h"              /* enum index_class: the class of a licence */

enum { CATALOG_MAX_RECORDS = 4096, CATALOG_MAX_ITEMS = 64 };

enum right { RIGHT_UNSAID, RIGHT_YES, RIGHT_NO, RIGHT_CONDITIONAL, RIGHT_NONCOMMERCIAL };
enum license_act { ACT_USE, ACT_COMMERCIAL, ACT_REDISTRIBUTE, ACT_MODIFY, ACT_SUBLICENSE, ACT_PATENT, ACT_COUNT };
enum license_kind { LICENSE_KIND_LICENSE, LICENSE_KIND_POLICY };
enum duty_kind {
    DUTY_COPY_OF_LICENSE, DUTY_NOTICE, DUTY_STATE_CHANGES, DUTY_NAMING, DUTY_UI_NAMING, DUTY_PASS_TERMS_ON,
    DUTY_SHARE_CHANGES, DUTY_CITE, DUTY_ATTRIBUTION, DUTY_REGISTER, DUTY_OTHER,
    DUTY_USE_POLICY, DUTY_CONDITION     /* made by a verdict: follow the policy, meet a condition */
};
enum duty_when {
    WHEN_ALWAYS, WHEN_REDISTRIBUTE, WHEN_HOSTED, WHEN_MODIFY, WHEN_OUTPUTS, WHEN_COMMERCIAL, WHEN_TRAIN_OTHERS
};
enum threshold_what {
    THRESHOLD_MAU, THRESHOLD_DAU, THRESHOLD_VISITS_MONTH, THRESHOLD_REVENUE_YEAR, THRESHOLD_REVENUE_MONTH,
    THRESHOLD_ARR
};
enum threshold_measured { MEASURED_UNSAID, MEASURED_RELEASE_DATE, MEASURED_PREVIOUS_MONTH, MEASURED_ANY_TIME };
enum threshold_effect { EFFECT_ASK, EFFECT_ENDS, EFFECT_NAMING_ONLY };

struct record_pos {             /* whole lines of the record's file, so a reader sees key and value */
    uint32_t line_from, line_to;
    uint64_t byte_from, byte_to;
};
struct record_texts { const char **items; size_t n; };
struct record_right { enum right is; const char *at; struct record_pos pos; };      /* at: "" when none */
struct record_duty { enum duty_kind kind; enum duty_when when; const char *text, *at; struct record_pos pos; };
struct record_threshold {
    enum threshold_what what;
    int64_t amount;
    const char *currency;       /* ISO 4217, "" for users */
    enum threshold_measured measured;
    enum threshold_effect effect;
    enum right affiliates;      /* yes, no or unsaid */
    const char *exempt, *at;
    struct record_pos pos;
};
struct record_region {
    struct record_texts exclude;        /* ISO 3166 alpha-2, or EU */
    bool multimodal_only, from_policy;
    const char *at;
    struct record_pos pos;
};
struct record_policy { bool present, pass_on, may_change; const char *where, *at; struct record_pos pos; };
struct record_outputs { enum right train_others; const char *condition, *owner, *at; struct record_pos pos; };
struct record_basis { const char *key; char basis; };           /* 'V', 'S' or 'M' */

struct license_record {
    const char *file;           /* "apache-2.0.yaml" */
    struct span bytes;          /* of the file */
    const char *sha256;         /* hex, of the file */
    const char *id, *name, *version, *date;                     /* "" when unknown */
    enum license_kind kind;
    enum index_class class;
    struct record_texts tags, aliases, titles;
    struct record_right acts[ACT_COUNT];                        /* rights */
    const struct record_duty *duties;
    size_t n_duties;
    struct record_texts fields;                                 /* limits.field: forbidden */
    struct record_pos fields_pos;
    struct record_policy policy;                                /* limits.use_policy */
    const struct record_threshold *thresholds;
    size_t n_thresholds;
    const struct record_region *regions;
    size_t n_regions;
    struct record_outputs outputs;
    struct record_texts termination;
    const char *law, *source, *note, *checked;
    bool osi, mof;
    char basis;
    struct record_pos basis_pos;
    const struct record_basis *basis_of;
    size_t n_basis_of;
    const void *cases;          /* const struct val *: the record's own test cases */
};

struct catalog_file { const char *name; struct span bytes; const struct license_record *record; };
struct catalog_name { const char *text; uint32_t file, kind; struct span folded; };
struct catalog {                /* private but for the functions below */
    struct arena *a;
    struct catalog_file *files; /* records first, then data files */
    size_t n_files, n_records;
    struct catalog_name *names;
    size_t n_names;
    bool folded;                /* names have been made comparable */
    const char *date;
};

/* Open the catalogue built into the program, or one held in `blob` (borrowed). No record is parsed.
 * Fails: ERR_FORMAT with the byte (`blob` only), ERR_MEMORY. */
int catalog_open(struct catalog *c, struct arena *a, struct err *e);
int catalog_open_blob(struct catalog *c, struct arena *a, struct span blob, struct err *e);

/* The record with this id; with this tag of a hub; or with this name, alias or id, compared without case,
 * punctuation and the words license, licence, agreement, the, version. *out is borrowed. Sister versions may
 * share a name ("tencent-hunyuan-community"); it then names none of them, and the hint lists their files.
 * Fails: ERR_NOT_FOUND, ERR_FORMAT with file and line, ERR_MEMORY. */
int catalog_find(struct catalog *c, const char *id, const struct license_record **out, struct err *e);
int catalog_by_tag(struct catalog *c, const char *tag, const struct license_record **out, struct err *e);
int catalog_by_name(struct catalog *c, const char *name, const struct license_record **out, struct err *e);

/* Record i of catalog_count, in the order of file names. Fails: as above. */
size_t catalog_count(const struct catalog *c);
int catalog_at(struct catalog *c, size_t i, const struct license_record **out, struct err *e);

const char *catalog_date(const struct catalog *c);      /* the newest `checked`, "" when empty */

/* A data file that travels with the records: "families.yaml", "datasets.yaml". SPAN_NONE: not built in. */
struct span catalog_data(const struct catalog *c, const char *file);

/* The built-in blob, and the strict reader of one record (for tests, and to check a record by hand).
 * Fails: ERR_FORMAT with the line, ERR_LIMIT, ERR_MEMORY; path is `file`. */
struct span catalog_builtin(void);
int record_parse(struct span bytes, const char *file, struct arena *a, const struct license_record **out,
                 struct err *e);

/* How a fact is known: 'V' read in the text, 'S' second hand, 'M' memory. key: use commercial redistribute
 * modify sublicense patent duties field use_policy thresholds regions outputs termination osi mof. */
char record_basis(const struct license_record *r, const char *key);

/* Evidence that points at lines of the record: path "catalogue:<file>". NULL: out of memory. */
const struct evidence *record_evidence(const struct license_record *r, struct record_pos pos, struct arena *a);

/* Find `at` (a few words) in a licence text without case, punctuation and layout. False: not there. */
bool anchor_find(struct span text, const char *at, uint64_t *byte_from, uint64_t *byte_to);

/* A name made comparable, as catalog_by_name does: "Apache License, Version 2.0" -> "apache 2 0".
 * SPAN_NONE: out of memory. */
struct span catalog_fold(const char *name, struct arena *a);

/* The words of the schema; never NULL. */
const char *right_name(enum right r);
const char *act_name(enum license_act a);
const char *duty_kind_name(enum duty_kind k);
const char *duty_when_name(enum duty_when w);
const char *threshold_what_name(enum threshold_what w);
const char *threshold_effect_name(enum threshold_effect f);
const char *threshold_measured_name(enum threshold_measured m);

#endif
