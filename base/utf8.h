// SPDX-License-Identifier: Apache-2.0
/* base/utf8.h - UTF-8 read strictly (RFC 3629): no overlong forms, surrogates or values above U+10FFFF. */
#ifndef ASSAY_BASE_UTF8_H
#define ASSAY_BASE_UTF8_H
#include "base/span.h"

/* Decode the character at s.p[0]. Returns its bytes (1 to 4) and the code point, or 0 when
 * the bytes are not valid UTF-8 (or s is empty). */
unsigned utf8_next(struct span s, uint32_t *cp);

/* Encode cp (at most 0x10FFFF, no surrogate) into out; returns the number of bytes. */
unsigned utf8_put(uint32_t cp, char out[4]);

/* True when all of s is valid; *bad is then untouched, else the offset of the first bad byte. */
bool utf8_valid(struct span s, size_t *bad);

/* Columns of `cp` on a terminal: 0 for combining marks and invisible ones, 2 for wide East Asian,
 * else 1. */
unsigned utf8_width(uint32_t cp);

#endif
