// SPDX-License-Identifier: Apache-2.0
/* passport/bom_int.h - what both bills of materials need to know, made from a check. */
#ifndef ASSAY_PASSPORT_BOM_INT_H
#define ASSAY_PASSPORT_BOM_INT_H
#include "base/json.h"
#include "passport/bom.h"

enum { BOM_UUID_BYTES = 37, BOM_QUOTE_MAX = 200, BOM_METRICS_MAX = 10000 };
#define BOM_NIL_UUID "00000000-0000-0000-0000-000000000000"

struct bom_license {                    /* one licence of the weights, once */
    const char *id;                     /* SPDX id, LicenseRef or a name as written; never "" */
    const char *expression;             /* `id` is one: "MIT OR Apache-2.0", as written elsewhere; else NULL */
    const char *title;                  /* of the record or the index; "" */
    bool spdx, ref, concluded;          /* id of the SPDX list; a LicenseRef */
    const char *scope, *method;         /* "weights", "unsaid"; "front matter key license" */
    const struct evidence *evidence;    /* of the first place that says so */
    unsigned expr;                      /* of struct declared */
};
struct bom_licenses { struct bom_license *items; size_t n, cap; };

/* What the model says it is under (declared), then what its texts are (concluded). Statements that are
 * about code, data or documents count when nothing speaks for the weights. `join`: licences of one SPDX
 * expression become one item when all its parts are joined alike; else each stands alone. Fails: ERR_MEMORY. */
int bom_licenses(const struct check *c, bool join, struct bom_licenses *out, struct err *e);

bool bom_is_spdx(const struct index *x, const char *id);        /* an id of the SPDX list */

/* The words that `ev` points at, blanks made one, cut at BOM_QUOTE_MAX bytes with "..."; NULL when the bytes
 * are not at hand, or nothing is left. *out may be NULL with 0. Fails: ERR_MEMORY. */
int bom_quote(const struct check *c, const struct evidence *ev, const char **out, struct err *e);

struct bom_metric { const char *type, *value, *slice; };       /* slice: "dataset (config), split"; "" */
struct bom_metrics { struct bom_metric *items; size_t n, cap; };

/* The results that the first card's model-index gives, at most BOM_METRICS_MAX. Fails: ERR_MEMORY. */
int bom_metrics(const struct check *c, struct bom_metrics *out, struct err *e);
const char *bom_task(const struct check *c);            /* pipeline_tag of the first card; "" */
bool bom_topic_said(const struct check *c, enum card_topic t);         /* answered, or partly */

/* "ask: the text (Llama-3.1; base model x/y)". NULL: out of memory. */
const char *bom_reason(const struct verdict_reason *r, struct arena *a);

/* Make `write` twice: with a nil UUID, then with the UUID that the first writing gives. */
typedef int bom_write_fn(const struct check *c, const struct bom_options *o, const char *uuid, struct buf *out,
                         struct err *e);
int bom_write_twice(bom_write_fn *write, const struct check *c, const struct bom_options *o, struct buf *out,
                    struct err *e);

/* SHA-256 over "sha256  path\n" of every file; NULL in *out when a file was not hashed. Fails: ERR_MEMORY. */
int bom_model_digest(const struct check *c, const char **out, struct err *e);

const struct model_file *bom_only_weights(const struct check *c);       /* NULL: none, or several */
bool bom_is_own(const struct evidence *ev);             /* points into the model, not the catalogue */
bool bom_is_weights(enum snap_role role);
bool bom_is_config(enum snap_role role);                /* configuration, tokenizer, template, index */

#endif
