// SPDX-License-Identifier: Apache-2.0
/* tests/support/tar_make.h - ustar archives in memory; tm_sum mends a header that a test has spoiled. */
#ifndef ASSAY_TESTS_TAR_MAKE_H
#define ASSAY_TESTS_TAR_MAKE_H
#include <stdio.h>
#include <string.h>
#include "base/span.h"

enum { TM_BYTES = 1 << 17 };
struct tm { uint8_t p[TM_BYTES]; size_t n; };

static inline void tm_sum(uint8_t *h)
{
    unsigned sum = 0;
    memset(h + 148, ' ', 8);
    for (unsigned i = 0; i < 512; i++)
        sum += h[i];
    (void)snprintf((char *)h + 148, 8, "%06o", sum);
}

static inline void tm_add(struct tm *t, char type, const char *name, const void *p, size_t n, const char *target)
{
    uint8_t *h = t->p + t->n;
    memset(h, 0, 512 + ((n + 511) & ~(size_t)511));
    (void)snprintf((char *)h, 100, "%s", name);
    memcpy(h + 100, "0000644", 8);
    (void)snprintf((char *)h + 124, 12, "%011zo", n);
    h[156] = (uint8_t)type;
    (void)snprintf((char *)h + 157, 100, "%s", target ? target : "");
    memcpy(h + 257, "ustar\0" "00", 8);
    tm_sum(h);
    memcpy(h + 512, p, n);
    t->n += 512 + ((n + 511) & ~(size_t)511);
}

static inline void tm_end(struct tm *t)
{
    memset(t->p + t->n, 0, 1024);
    t->n += 1024;
}

#endif
