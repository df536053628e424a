// SPDX-License-Identifier: Apache-2.0
/* format/zip_int.h - what zip.c (the end and the central directory) and zip_local.c (local headers, gaps) share. */
#ifndef ASSAY_FORMAT_ZIP_INT_H
#define ASSAY_FORMAT_ZIP_INT_H
#include "format/zip.h"

enum { ZIP_LOCAL_BYTES = 30, ZIP_CENTRAL_BYTES = 46, ZIP_END_BYTES = 22, ZIP64_END_BYTES = 56, ZIP64_LOCATOR_BYTES = 20 };
#define ZIP_LOCAL_SIG   0x04034b50u
#define ZIP_CENTRAL_SIG 0x02014b50u
#define ZIP_END_SIG     0x06054b50u
#define ZIP64_END_SIG   0x06064b50u
#define ZIP64_LOC_SIG   0x07064b50u
#define ZIP_DESC_SIG    0x08074b50u

/* Note an oddity; beyond ZIP_ODDS_MAX it is only counted. Fails: -1 out of memory. */
int zip_odd_add(struct zip *z, enum zip_odd_kind kind, uint32_t member, uint64_t at);

/* Room for one more member, zeroed; NULL: out of memory, or (*full) more than ZIP_MEMBERS_MAX. */
struct zip_member *zip_member_add(struct zip *z, bool *full);

/* Put what the 64-bit extra field says in the place of sizes that are all ones. `offset` may be NULL.
 * False: the field is malformed, or another one gives a second name. */
bool zip_extra(struct span extra, struct span name, uint64_t *bytes, uint64_t *packed, uint64_t *offset);

/* Is there `sig` at byte `at`, and room for `n` bytes? */
static inline bool zip_is(struct span in, uint64_t at, uint32_t sig, size_t n)
{
    return at <= in.n && in.n - at >= n && le32(in.p + at) == sig;
}

/* Read the local header of every member, then what lies between them; members_end is where the central directory
 * begins. Fails: -1 out of memory. */
int zip_locals(struct zip *z, uint64_t members_end);

#endif
