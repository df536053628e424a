// SPDX-License-Identifier: Apache-2.0
/* passport/say.h - the words of the reports for people: states, sizes, numbers, places. */
#ifndef ASSAY_PASSPORT_SAY_H
#define ASSAY_PASSPORT_SAY_H
#include "passport/check_model.h"
#include "passport/pen.h"

enum { SAY_BYTES = 48 };

struct say_word { enum pen_mark mark; const char *word; };

struct say_word say_answer(enum answer a);                /* "Allowed, with duties" */
const char *say_answer_says(enum answer a);                  /* one sentence on what that means */
struct say_word say_openness(enum openness_state s);
struct say_word say_visible(enum openness_visibility v);
struct say_word say_rights(enum openness_rights r);
struct say_word say_class(enum openness_class c);
struct say_word say_met(enum openness_met m);
struct say_word say_mof(enum mof_state s);
struct say_word say_topic(enum topic_state s);
struct say_word say_status(enum check_status s);
struct say_word say_trust(enum trust_state s);
struct say_word say_signoff(enum signoff_state s);
struct say_word say_right(enum right r);
const char *say_basis(char basis);                           /* "read in the text"; "" when there is none */
const char *say_when(enum duty_when w);                      /* "when you pass it on" */
const char *say_conflict(enum conflict_kind k);              /* "declaration and text" */
const char *say_use_key(const char *key);                    /* "Users a month"; the key when it has no words */

/* Into out: "91.6 MB"; "1,234,567"; "lines 3 to 5" or "bytes 120 to 130". Returns out. */
const char *say_size(uint64_t bytes, char out[SAY_BYTES]);
const char *say_count(uint64_t n, char out[SAY_BYTES]);
const char *say_place(const struct evidence *ev, char out[SAY_BYTES]);

#endif
