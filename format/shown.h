// SPDX-License-Identifier: Apache-2.0
/* format/shown.h - the start of a name from a file, for a message: at most 80 bytes, never cut inside a
 * character. The name must be valid UTF-8 already. */
#ifndef ASSAY_FORMAT_SHOWN_H
#define ASSAY_FORMAT_SHOWN_H
#include "base/span.h"

static inline struct span shown(struct span s)
{
    size_t n = s.n > 80 ? 80 : s.n;
    while (n < s.n && n > 0 && (s.p[n] & 0xC0) == 0x80)
        n--;
    return span_sub(s, 0, n);
}

#endif
