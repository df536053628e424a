// SPDX-License-Identifier: Apache-2.0
/* scan/payload.h - a constant, in whatever format, that is itself a pickle: as it is, in base64, in hexadecimal digits. */
#ifndef ASSAY_SCAN_PAYLOAD_H
#define ASSAY_SCAN_PAYLOAD_H
#include "scan/scan.h"

/* A finding at byte `at` of the node when the constant would be unsafe if something loaded it. Constants below 12 bytes
 * or above 1 MiB are no payloads. Fails: ERR_MEMORY. */
int payload_look(struct scan *s, const struct scan_node *n, struct span constant, uint64_t at, struct err *e);

#endif
