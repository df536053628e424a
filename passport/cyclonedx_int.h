// SPDX-License-Identifier: Apache-2.0
/* passport/cyclonedx_int.h - the parts of a CycloneDX document, one function each.
 *
 * A failure sticks to struct cdx, as one of writing sticks to the buf. */
#ifndef ASSAY_PASSPORT_CYCLONEDX_INT_H
#define ASSAY_PASSPORT_CYCLONEDX_INT_H
#include "passport/bom_int.h"

struct cdx {
    struct json_out j;
    const struct check *c;
    const struct bom_options *o;
    struct arena *a;
    struct bom_licenses licenses;
    bool has_properties;                /* "properties" is open: see cdx_property */
    int rc;
    struct err *e;
};

/* A name and a value into the list "properties", which the first one opens and cdx_properties_end closes. Nothing
 * when value is NULL or "". cdx_made: the value was just made; NULL is out of memory. */
void cdx_property(struct cdx *d, const char *name, const char *value);
void cdx_made(struct cdx *d, const char *name, const char *value);
void cdx_properties_end(struct cdx *d);

void cdx_name(struct cdx *d, const char *name);            /* "org/name" as group and name */
void cdx_license(struct cdx *d, const char *id, bool spdx, bool concluded);     /* opens it; and */
void cdx_license_end(struct cdx *d);                                            /* its properties */
void cdx_hash(struct cdx *d, const char *sha256);

void cdx_occurrences(struct cdx *d, const struct evidence *const *ev, size_t n, const char *what);

/* cyclonedx_origin.c: "pedigree" of the model; the data sets as components; citations of 1.7 */
void cdx_pedigree(struct cdx *d);
void cdx_datasets(struct cdx *d);
void cdx_citations(struct cdx *d);

/* cyclonedx_card.c: "modelCard" */
void cdx_model_card(struct cdx *d);

/* cyclonedx_judged.c: "evidence"; the properties of the model */
void cdx_evidence(struct cdx *d);
void cdx_judged(struct cdx *d);
void cdx_openness(struct cdx *d);               /* cyclonedx_openness.c: more of them */

#endif
