// SPDX-License-Identifier: Apache-2.0
/* base/span.h - borrowed bytes: a pointer and a length, never an owner.
 *
 * Every reader of untrusted input works on spans. Integers are read with the
 * unaligned little-endian helpers below, after a length check by the caller. */
#ifndef ASSAY_BASE_SPAN_H
#define ASSAY_BASE_SPAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span { const uint8_t *p; size_t n; };

#define SPAN_NONE ((struct span){ NULL, 0 })
/* For "%.*s": width and pointer of a span that is known to be short text. */
#define SPAN_ARG(s) (int)((s).n > 4096 ? 4096 : (s).n), (const char *)((s).p ? (s).p : (const uint8_t *)"")

static inline struct span span_of(const void *p, size_t n)
{
    return (struct span){ (const uint8_t *)p, n };
}

static inline struct span span_str(const char *s)
{
    return (struct span){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

/* The part [from, from + n), clamped to the span. */
static inline struct span span_sub(struct span s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct span){ s.p ? s.p + from : NULL, n };
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* <0, 0, >0: by bytes; of two that begin alike, the shorter first. */
static inline int span_order(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool span_is(struct span a, const char *s)
{
    return span_eq(a, span_str(s));
}

static inline bool span_starts(struct span a, const char *s)
{
    size_t n = strlen(s);
    return a.n >= n && memcmp(a.p, s, n) == 0;
}

static inline bool span_ends(struct span a, const char *s)
{
    size_t n = strlen(s);
    return a.n >= n && memcmp(a.p + (a.n - n), s, n) == 0;
}

static inline uint16_t le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t le64(const uint8_t *p)
{
    return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
}

#endif
