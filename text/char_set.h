// SPDX-License-Identifier: Apache-2.0
/* text/char_set.h - sets of characters as ranges of code points, for classes of grammars and patterns. In an arena. */
#ifndef ASSAY_TEXT_CHAR_SET_H
#define ASSAY_TEXT_CHAR_SET_H
#include <stdint.h>
#include "base/arena.h"

#define CHAR_LAST 0x10FFFFu

struct char_range { uint32_t lo, hi; };
struct char_set { struct char_range *r; size_t n, cap; };

/* Add a range, wherever it lies. -1: out of memory. */
int char_set_add(struct char_set *s, struct arena *a, uint32_t lo, uint32_t hi);

/* Ranges in order, none touching another. */
void char_set_sort(struct char_set *s);

/* All characters that are not in s; sorted. -1: out of memory. */
int char_set_invert(struct char_set *s, struct arena *a);

#endif
