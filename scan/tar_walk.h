// SPDX-License-Identifier: Apache-2.0
/* scan/tar_walk.h - what the judge of tars in a span and that of tars in a stream share. */
#ifndef ASSAY_SCAN_TAR_WALK_H
#define ASSAY_SCAN_TAR_WALK_H
#include "format/tar.h"
#include "scan/member.h"

/* Findings about a member's header: its name, its link, its kind, and what readers take differently. `m` names the
 * member. Fails: ERR_MEMORY. */
int tar_check(const struct member *m, const struct tar_member *t, struct err *e);

/* Has this member bytes to be scanned? */
static inline bool tar_has_data(const struct tar_member *t)
{
    return t->kind == TAR_FILE || t->kind == TAR_SPARSE || t->kind == TAR_UNKNOWN;
}

#endif
