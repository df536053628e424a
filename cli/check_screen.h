// SPDX-License-Identifier: Apache-2.0
/* cli/check_screen.h - a check for a busy person: verdict, why, duties, what is not known, what disagrees.
 *
 * One screen of 80 columns; `verbose` adds every reason, every piece of evidence and all that was read. */
#ifndef ASSAY_CLI_CHECK_SCREEN_H
#define ASSAY_CLI_CHECK_SCREEN_H
#include "cli/term.h"
#include "passport/check_model.h"

void check_screen(const struct check *c, bool verbose, const struct term *t, struct buf *out);

#endif
