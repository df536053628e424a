// SPDX-License-Identifier: Apache-2.0
/* store/signoff_int.h - the two files of signoff.h, written. */
#ifndef ASSAY_STORE_SIGNOFF_INT_H
#define ASSAY_STORE_SIGNOFF_INT_H
#include "base/buf.h"
#include "store/signoff.h"

void signoff_write(const char *digest, const struct signoff *items, size_t n, struct buf *out);
void signoff_write_path(const char *path, const char *const *models, size_t n, struct buf *out);

#endif
