// SPDX-License-Identifier: Apache-2.0
/* cli/screen.h - what the parts of a check's screen share: headings, marked items, places, folded lists. */
#ifndef ASSAY_CLI_SCREEN_H
#define ASSAY_CLI_SCREEN_H
#include "cli/term.h"
#include "passport/check_model.h"

enum { SCREEN_TEXT_AT = 4 };

struct screen {
    const struct check *c;
    const struct term *t;
    struct buf *b;
    bool verbose;
};

void screen_heading(struct screen *s, const char *word);

/* "  - text", wrapped. */
void screen_item(struct screen *s, const char *mark, const char *text);

/* "README.md:3" or "x.gguf, bytes 120-130", dim, on a line of its own. NULL: nothing. */
void screen_where(struct screen *s, const struct evidence *ev);

/* "and 3 more duties (-v shows them)"; nothing when n is 0. */
void screen_more(struct screen *s, size_t n, const char *what);

/* "98.4 MB" */
void screen_size(uint64_t bytes, char *out, size_t n);

#endif
