// SPDX-License-Identifier: Apache-2.0
/* base/sha256_plain.h - SHA-256 (FIPS 180-4) in plain C, for short texts in a worker.
 *
 * A forked child in a sandbox may neither read the configuration that libcrypto wants to read, nor wait for a lock that a
 * thread of its parent held at the fork. Everything else takes base/sha256.h, which is several times as fast. */
#ifndef ASSAY_BASE_SHA256_PLAIN_H
#define ASSAY_BASE_SHA256_PLAIN_H
#include "base/span.h"

enum { SHA256_BYTES = 32 };

void sha256_plain(struct span in, uint8_t out[SHA256_BYTES]);

#endif
