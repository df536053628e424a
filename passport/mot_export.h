// SPDX-License-Identifier: Apache-2.0
/* passport/mot_export.h - what was found of the framework's 17 components, as a listing of its own tool.
 *
 *     openness.mof[] ──> name, description (why), license, component_path     of each that is not missing
 *     model, bases   ──> name, version (revision), producer, origin
 *
 * A listing is a producer's statement, and this one is a draft of it: only what the files show, so a
 * producer who knows more adds it. The date of release, the type and the treatment are left out. Bytes that
 * are no UTF-8 become U+FFFD, because YAML cannot hold them. */
#ifndef ASSAY_PASSPORT_MOT_EXPORT_H
#define ASSAY_PASSPORT_MOT_EXPORT_H
#include "base/buf.h"
#include "passport/check_model.h"

/* Append the YAML. Memory is the check's arena. Fails: ERR_MEMORY, ERR_LIMIT. */
int mot_export(const struct check *c, struct buf *out, struct err *e);

#endif
