// SPDX-License-Identifier: Apache-2.0
/* scan/flow.h - a stream of several members, unpacked once, each member held in memory while it is judged.
 *
 *     unpack ──> pieces ──> [ member a ][ member b, too large: counted, not held ][ c ] ──> judged one by one
 *
 * For what is solid: a tar in a gzip, the folder of a 7z. The whole stream may be of any size; a member above
 * SCAN_MEMORY_MAX is INCOMPLETE with its size, unless it is a plain .npy, whose header was read. */
#ifndef ASSAY_SCAN_FLOW_H
#define ASSAY_SCAN_FLOW_H
#include "base/buf.h"
#include "scan/member.h"

struct flow {                               /* one member on its way; begin with flow_init */
    struct scan *s;
    struct buf bytes;
    uint64_t n_bytes;                       /* all that came, held or not */
    uint32_t crc;
    bool large;                             /* more came than is held */
    bool spent;                             /* the budget of the file is spent, and that was said */
};

void flow_init(struct flow *f, struct scan *s);
void flow_fini(struct flow *f);
void flow_next(struct flow *f);             /* forget the member, begin another */

/* Add a piece. Returns 1 when the budget is spent, ERR_MEMORY, or 0. */
int flow_add(struct flow *f, struct span piece);

/* Judge what came for this member: whole, or its beginning. `m` names it; findings are its. Fails: ERR_MEMORY. */
int flow_judge(struct flow *f, const struct member *m, struct err *e);

/* Of a .npy whose items are plain numbers: the bytes that the file must have. False: it is none. */
bool flow_plain_npy(struct span head, uint64_t *bytes);

/* A tar that comes packed, and is larger than what is held. m->at is where it lies. Fails: ERR_MEMORY. */
int tar_flow(const struct member *m, struct span packed, const struct unpack_how *how, struct err *e);

#endif
