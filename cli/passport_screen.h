// SPDX-License-Identifier: Apache-2.0
/* cli/passport_screen.h - openness, the twelve questions and what is left to do, for a busy person.
 *
 *     Open-weight: ...                        six components on two lines
 *     Questions    + answered  ~ partly ...   one line each: number, mark, subject, short answer
 *     Next         commands, then people      with -v: each question in full, topics, parts, needs, trust */
#ifndef ASSAY_CLI_PASSPORT_SCREEN_H
#define ASSAY_CLI_PASSPORT_SCREEN_H
#include "cli/screen.h"

void screen_openness(struct screen *s);
void screen_scan(struct screen *s);             /* safe to load: one line, and the worst findings */
void screen_questions(struct screen *s);
void screen_next(struct screen *s);

/* With -v: everything that the lines above stand for. */
void screen_details(struct screen *s);

#endif
