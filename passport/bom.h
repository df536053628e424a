// SPDX-License-Identifier: Apache-2.0
/* passport/bom.h - what the makers of a bill of materials are told beside the check.
 *
 * A bill is made of the same struct as the report and the screen, reads no clock and draws no random
 * number: the same model, use and options give the same bytes. Its identity is a UUID of version 8
 * (RFC 9562), the SHA-256 of the document itself with that identity left out. What is not known is left
 * out, never invented. docs/design/bom.md says which field comes from where. */
#ifndef ASSAY_PASSPORT_BOM_H
#define ASSAY_PASSPORT_BOM_H
#include "base/buf.h"
#include "passport/check_model.h"

struct bom_options {
    const char *version;                /* of Assay */
    const char *date;                   /* YYYY-MM-DD; NULL: none is known */
    unsigned cyclonedx_minor;           /* 6 or 7: CycloneDX 1.6 or 1.7 */
};

#endif
