// SPDX-License-Identifier: Apache-2.0
/* license/use.h - what somebody means to do with a model.
 *
 *     commercial: true          a YAML file, or flags of the same names: --commercial true
 *     deployment: hosted
 *     users_month: 5000
 *
 * What is not given is unknown, never assumed: a verdict asks for it by name when it decides. One
 * table, use_keys, names every key for the reader, the flags, the manual and the writer. Countries
 * are ISO 3166-1 alpha-2 (plus EU, and UK and EL as the EU writes them). */
#ifndef ASSAY_LICENSE_USE_H
#define ASSAY_LICENSE_USE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "base/json.h"
#include "base/span.h"

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };
enum deployment { DEPLOY_UNKNOWN, DEPLOY_INTERNAL, DEPLOY_HOSTED, DEPLOY_REDISTRIBUTE };
enum modality {
    MODALITY_UNKNOWN, MODALITY_TEXT, MODALITY_IMAGE, MODALITY_AUDIO, MODALITY_VIDEO, MODALITY_MULTIMODAL
};
/* The order of enum use_number is the order of threshold_what in license/catalog.h. */
enum use_number {
    USE_USERS_MONTH, USE_USERS_DAY, USE_VISITS_MONTH, USE_REVENUE_YEAR_USD, USE_REVENUE_MONTH_USD, USE_ARR_USD,
    USE_NUMBERS
};
enum { USE_UNKNOWN = -1, USE_WORD_BYTES = 32, USE_DATE_BYTES = DATE_BYTES, USE_COUNTRY_BYTES = 3 };

struct use {
    enum tri commercial, modify, train_others;
    enum deployment deployment;
    enum modality modality;
    int64_t numbers[USE_NUMBERS];           /* USE_UNKNOWN, or from 0 */
    char country[USE_COUNTRY_BYTES];        /* upper case; "" unknown */
    char field[USE_WORD_BYTES];             /* "" unknown */
    char date[USE_DATE_BYTES];              /* YYYY-MM-DD; "" unknown */
};

struct use_key {
    const char *name;           /* "users_month" */
    const char *values;         /* "internal|hosted|redistribute", "NUMBER" */
    const char *help;           /* one line, lower case */
};

/* Nothing known. */
void use_init(struct use *u);

/* Set one key from text. `u` is untouched on failure. Fails: ERR_USAGE unknown key or bad value, with
 * the values that are accepted as hint. */
int use_set(struct use *u, const char *key, const char *value, struct err *e);

/* Read a whole use; unknown keys, repeated keys and bad values are refused.
 * `a` is scratch for the parser. Fails: ERR_FORMAT with the line, ERR_LIMIT, ERR_MEMORY. */
int use_from_yaml(struct span in, struct arena *a, struct use *out, struct err *e);

/* The same from a map that was parsed already. Fails: ERR_FORMAT with the line. */
int use_from_val(const struct val *map, struct use *out, struct err *e);

/* Write the known parts as one JSON object under `key` (NULL inside a list). */
void use_write(const struct use *u, struct json_out *j, const char *key);

const struct use_key *use_keys(size_t *n);

/* One known word of each: for reports ("commercial, hosted, 5000 users a month, ..."). */
const char *deployment_name(enum deployment d);
const char *modality_name(enum modality m);
const char *use_number_name(enum use_number n);         /* "users_month" */

/* The words for `field`, NULL-terminated; is a use policy likely to speak of this one? */
const char *const *use_fields(void);
bool use_field_known(const char *field);
bool use_field_is_sensitive(const char *field);

/* ISO 3166-1 alpha-2, upper case, or EU; members of the EU include its outermost regions. */
bool country_known(const char *code);
bool country_in_eu(const char *code);       /* also true for "EU" */

#endif
