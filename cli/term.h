// SPDX-License-Identifier: Apache-2.0
/* cli/term.h - text for eyes: wrapped to the terminal, in colour only on one.
 *
 * Text that comes from files is cleaned first: control characters and escape sequences of a hostile
 * card never reach the terminal (shown as "?"). Colour is used when stdout is a terminal, NO_COLOR is
 * not set and TERM is not "dumb"; nothing is said by colour alone. */
#ifndef ASSAY_CLI_TERM_H
#define ASSAY_CLI_TERM_H
#include <stdbool.h>
#include "base/buf.h"

enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_GREEN, TERM_YELLOW, TERM_RED };

struct term { bool color; unsigned width; };

struct term term_of_stdout(void);       /* width: of the terminal, 60 to 100; 80 when there is none */

/* Append s in a style (plain text when there is no colour). */
void term_put(struct buf *b, const struct term *t, enum term_style style, const char *s);

/* Append s, broken at blanks: the line is at column `at` already, further lines start at `indent`.
 * Wide characters count two columns; a word longer than a line is not cut. */
void term_wrap(struct buf *b, const char *s, unsigned at, unsigned indent, unsigned width);

/* Columns that s takes. */
unsigned term_columns(const char *s);

#endif
