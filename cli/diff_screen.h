// SPDX-License-Identifier: Apache-2.0
/* cli/diff_screen.h - what changed, for a busy person: verdict and terms first, then weights, then the rest.
 *
 *     ~ commercial use: conditional -> yes  [looser]       + added  - removed  ~ changed  > renamed
 *
 * In 80 columns; `verbose` lists every change, all passages and all evidence. */
#ifndef ASSAY_CLI_DIFF_SCREEN_H
#define ASSAY_CLI_DIFF_SCREEN_H
#include "cli/term.h"
#include "passport/diff.h"

void diff_screen(const struct diff *d, bool verbose, const struct term *t, struct buf *out);

#endif
