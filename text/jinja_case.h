// SPDX-License-Identifier: Apache-2.0
/* text/jinja_case.h - what Python's strings know of characters: case, white space, digits, what repr() prints.
 *
 * The tables are those of the Python that made them (Unicode 14). Not known: whether a letter is skipped
 * when it is asked if a sigma ends its word. */
#ifndef ASSAY_TEXT_JINJA_CASE_H
#define ASSAY_TEXT_JINJA_CASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum case_to { CASE_LOWER, CASE_UPPER, CASE_TITLE };

/* What a character becomes: one to three. Returns how many. */
size_t case_map(enum case_to to, uint32_t cp, uint32_t out[3]);
bool case_lowered(uint32_t cp);                 /* islower() of the character alone */
bool case_uppered(uint32_t cp);
bool case_cased(uint32_t cp);
bool case_is_space(uint32_t cp);
bool case_printable(uint32_t cp);
int case_digit(uint32_t cp);                    /* of any script; -1: no decimal digit */

#endif
