// SPDX-License-Identifier: Apache-2.0
/* tests/support/table_make.h - a sorted table (format/sstable.h) by hand: entries, blocks with their checksums, the footer. */
#ifndef ASSAY_TESTS_TABLE_MAKE_H
#define ASSAY_TESTS_TABLE_MAKE_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct made { uint8_t p[4096]; size_t n; };

/* Bit by bit, unlike the reader's. */
static inline uint32_t crc32c(const uint8_t *p, size_t n)
{
    uint32_t c = 0xffffffff;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (unsigned k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0x82f63b78u : 0);
    }
    return ~c;
}

static inline void put32(struct made *m, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        m->p[m->n++] = (uint8_t)(v >> 8 * i);
}

static inline void put(struct made *m, const void *p, size_t n)
{
    if (n)
        memcpy(m->p + m->n, p, n);
    m->n += n;
}

static inline void entry(struct made *m, const char *key, const void *value, size_t n)
{
    m->p[m->n++] = 0;
    m->p[m->n++] = (uint8_t)strlen(key);
    m->p[m->n++] = (uint8_t)n;
    put(m, key, strlen(key));
    put(m, value, n);
}

/* Restarts and trailer behind the entries from `from` on. */
static inline void end_block(struct made *m, size_t from, uint8_t type)
{
    put32(m, 0);
    put32(m, 1);
    m->p[m->n++] = type;
    uint32_t c = crc32c(m->p + from, m->n - from);
    put32(m, (c >> 15 | c << 17) + 0xa282ead8u);
}

static inline void handle(struct made *m, size_t at, size_t n)
{
    m->p[m->n++] = (uint8_t)(at & 0x7f) | 0x80;
    m->p[m->n++] = (uint8_t)(at >> 7);
    m->p[m->n++] = (uint8_t)(n & 0x7f) | 0x80;
    m->p[m->n++] = (uint8_t)(n >> 7);
}

/* Metaindex, index and footer behind a data block of `data_n` bytes. */
static inline void finish(struct made *m, size_t data_n)
{
    struct made place = { .n = 0 };
    size_t meta = m->n;
    end_block(m, meta, 0);
    size_t meta_n = m->n - meta - 5, index = m->n;
    handle(&place, 0, data_n);
    entry(m, "z", place.p, place.n);
    end_block(m, index, 0);
    size_t index_n = m->n - index - 5, footer = m->n;
    handle(m, meta, meta_n);
    handle(m, index, index_n);
    while (m->n < footer + 40)
        m->p[m->n++] = 0;
    put(m, "\x57\xfb\x80\x8b\x24\x75\x47\xdb", 8);
}

#endif
