// SPDX-License-Identifier: Apache-2.0
/* scan/scan_wire.h - a file's findings on their way out of the worker, and checked on arrival.
 *
 *     u64 n_found | text format | u32 n | n x { u16 rule  u64 offset  text path  text what  text advisory }
 *     text: u32 n, n bytes; all numbers little-endian
 *
 * The worker has read a stranger's bytes, so what comes from it is a stranger's too. */
#ifndef ASSAY_SCAN_SCAN_WIRE_H
#define ASSAY_SCAN_SCAN_WIRE_H
#include "base/buf.h"
#include "scan/scan_pool.h"

void wire_put(const struct scan *s, struct buf *out);

/* True when the frame is whole and every rule, count and text in it holds; then *out is written, its verdict computed
 * from the rules. *rc is ERR_MEMORY when memory is out, else 0. */
bool wire_get(struct span frame, struct arena *a, struct scan_result *out, int *rc, struct err *e);

#endif
