// SPDX-License-Identifier: Apache-2.0
/* cli/stdin_text.h - all of standard input, up to the ceiling of a buf. */
#ifndef ASSAY_CLI_STDIN_TEXT_H
#define ASSAY_CLI_STDIN_TEXT_H
#include "base/buf.h"
#include "base/err.h"

/* Fails: ERR_IO, ERR_LIMIT, ERR_MEMORY. */
int stdin_text(struct buf *out, struct err *e);

#endif
