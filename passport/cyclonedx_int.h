// SPDX-License-Identifier: Apache-2.0
/* passport/cyclonedx_int.h - the parts of a CycloneDX document, one function each. */
#ifndef ASSAY_PASSPORT_CYCLONEDX_INT_H
#define ASSAY_PASSPORT_CYCLONEDX_INT_H
#include "passport/bom_int.h"

struct cdx {
    struct json_out j;
    const struct check *c;
    const struct bom_options *o;
    struct bom_licenses licenses;
    bool has_properties;                /* "properties" is open: see cdx_property */
};

/* A name and a value into the list "properties", which the first one opens and cdx_properties_end closes. Nothing
 * when value is NULL or "". */
void cdx_property(struct cdx *d, const char *name, const char *value);
void cdx_properties_end(struct cdx *d);

#endif
