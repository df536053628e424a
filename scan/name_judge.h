// SPDX-License-Identifier: Apache-2.0
/* scan/name_judge.h - what is wrong with the name of a file, and which names are the same to somebody.
 *
 *     "model.safetensors\u202Eyp."   hidden: a character turns the text around
 *     "m\u043Edel.bin"               looks alike: letters of two scripts in one word
 *     "aux.json", "a.bin."           Windows changes or refuses it
 *     "weights.bin.py"               ends as a program does, behind the ending of data
 *
 *     fold:  case ─> form (\u00E9 is e and \u0301, NFKD) ─> look (\u043E is o)        equal folds: twins
 *
 * A name is bytes; what is no UTF-8 is told. Each judge writes one phrase, in ASCII, whatever the name holds.
 * Source: Unicode Technical Standard 39 for the idea; the letters are those that look alike in most fonts. */
#ifndef ASSAY_SCAN_NAME_JUDGE_H
#define ASSAY_SCAN_NAME_JUDGE_H
#include <stdbool.h>
#include "base/buf.h"
#include "base/span.h"

enum { NAME_WHY_BYTES = 120 };
enum name_fold { FOLD_CASE = 1, FOLD_FORM = 2, FOLD_LOOK = 4 };

/* One part of a path, without slashes. True: `why` says what is wrong with it. */
bool name_hides(struct span part, char why[NAME_WHY_BYTES]);
bool name_looks_alike(struct span part, char why[NAME_WHY_BYTES]);
bool name_changes_on_windows(struct span part, char why[NAME_WHY_BYTES]);
bool name_hides_ending(struct span part, char why[NAME_WHY_BYTES]);

/* Append the path as those see it who do not tell such names apart; `how` is a set of enum name_fold. What nobody sees
 * is left out with FOLD_LOOK. Errors stick to the buf. */
void name_fold_add(struct buf *out, struct span path, unsigned how);

#endif
