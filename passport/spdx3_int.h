// SPDX-License-Identifier: Apache-2.0
/* passport/spdx3_int.h - the elements of an SPDX document, written one after the other.
 *
 * Each element has an id within the document, "urn:uuid:<document>#<name>"; all of them are collected, because
 * the bill lists what it holds. A failure sticks to struct spdx. */
#ifndef ASSAY_PASSPORT_SPDX3_INT_H
#define ASSAY_PASSPORT_SPDX3_INT_H
#include "passport/bom_int.h"

struct spdx {
    struct json_out j;
    const struct check *c;
    const struct bom_options *o;
    struct arena *a;
    const char *uuid;
    const char **ids;                   /* of the elements so far */
    size_t n_ids, cap_ids;
    unsigned n_relations, n_licenses, n_notes;
    int rc;
    struct err *e;
};

/* The id "#name", or "#name-n" when n is not 0. Never NULL: "" when memory is out. */
const char *spdx_id(struct spdx *d, const char *name, size_t n);

/* Open an element of `type`: its id is noted, and name is written unless it is NULL. */
void spdx_open(struct spdx *d, const char *type, const char *id, const char *name);
void spdx_close(struct spdx *d);

/* A relationship of its own, from -> to[]; comment may be NULL. Nothing when n is 0. Returns its id, "" then. */
const char *spdx_relate(struct spdx *d, const char *from, const char *type, const char *const *to, size_t n,
                        const char *comment);
void spdx_hash(struct spdx *d, const char *sha256);

/* spdx3_licenses.c: hasDeclaredLicense and hasConcludedLicense of the model, with their evidence; and of a base
 * model, which is `id`; of a data set only when the words are an SPDX id. */
void spdx_model_licenses(struct spdx *d);
void spdx_other_license(struct spdx *d, const char *from, const char *license, const char *how, bool must);

/* spdx3_parts.c */
void spdx_files(struct spdx *d);
void spdx_bases(struct spdx *d);
void spdx_datasets(struct spdx *d);

#endif
