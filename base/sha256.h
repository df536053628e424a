// SPDX-License-Identifier: Apache-2.0
/* base/sha256.h - SHA-256 (FIPS 180-4), computed by OpenSSL's libcrypto. */
#ifndef ASSAY_BASE_SHA256_H
#define ASSAY_BASE_SHA256_H
#include <stdatomic.h>
#include "base/err.h"
#include "base/span.h"

enum { SHA256_HEX_BYTES = 65 };

/* Lower-case hex and a NUL into out. Fails: ERR_MEMORY. */
int sha256_hex(struct span in, char out[SHA256_HEX_BYTES], struct err *e);

/* The same over a file, read in order with a fixed buffer. `stop` (may be NULL) ends it from another thread.
 * Fails: ERR_NOT_FOUND, ERR_IO (also: not a regular file; a read with its byte), ERR_MEMORY, ERR_INTERRUPTED;
 * path set. */
int sha256_file(const char *path, const atomic_bool *stop, char out[SHA256_HEX_BYTES], struct err *e);

#endif
