// SPDX-License-Identifier: Apache-2.0
/* tests/support/zip_make.h - ZIP archives in memory, honest or with one lie.
 *
 *     struct zm z = { 0 };
 *     zm_add(&z, "data.pkl", "N.", 2, (struct zm_lie){ .flags = 1 });
 *     zm_end(&z, 0);                       now z.p, z.n are an archive */
#ifndef ASSAY_TESTS_ZIP_MAKE_H
#define ASSAY_TESTS_ZIP_MAKE_H
#include <stdlib.h>
#include <zlib.h>
#include "base/span.h"

enum { ZM_BYTES = 1 << 17, ZM_MEMBERS = 16 };

struct zm_lie {                             /* 0 everywhere: an honest, stored member */
    uint16_t flags;                         /* in both headers */
    uint16_t method;                        /* 8: the data are deflated here */
    const char *local_name;
    uint32_t local_bytes, local_crc, local_flags, crc, bytes, mode;     /* instead of the true ones */
    bool unnamed;                           /* not in the central directory */
    bool unlocal;                           /* the central directory points somewhere else */
    bool descriptor;
    int add_at;                             /* added to where the central directory points */
};

struct zm {
    uint8_t p[ZM_BYTES];
    size_t n;
    uint8_t dir[ZM_BYTES / 8];
    size_t n_dir;
    unsigned n_entries;
};

static inline void zm_put(struct zm *z, const void *p, size_t n)
{
    memcpy(z->p + z->n, p, n);
    z->n += n;
}

static inline void zm_int(uint8_t *p, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static inline size_t zm_deflate(const void *p, size_t n, uint8_t *out, size_t cap)
{
    z_stream s = { .next_in = (z_const Bytef *)p, .avail_in = (unsigned)n, .next_out = out, .avail_out = (unsigned)cap };
    if (deflateInit2(&s, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK || deflate(&s, Z_FINISH) != Z_STREAM_END)
        abort();
    (void)deflateEnd(&s);
    return cap - s.avail_out;
}

static inline void zm_central(struct zm *z, const char *name, const struct zm_lie *lie, uint32_t crc, size_t n,
                              size_t packed, size_t at)
{
    uint8_t h[46] = { 'P', 'K', 1, 2, 20, 3, 20, 0 };
    zm_int(h + 8, lie->flags | (lie->descriptor ? 8 : 0), 2);
    zm_int(h + 10, lie->method, 2);
    zm_int(h + 16, lie->crc ? lie->crc : crc, 4);
    zm_int(h + 20, packed, 4);
    zm_int(h + 24, lie->bytes ? lie->bytes : n, 4);
    zm_int(h + 28, strlen(name), 2);
    zm_int(h + 38, (uint64_t)lie->mode << 16, 4);
    zm_int(h + 42, lie->unlocal ? at + 7 : at + (size_t)lie->add_at, 4);
    memcpy(z->dir + z->n_dir, h, sizeof h);
    memcpy(z->dir + z->n_dir + sizeof h, name, strlen(name));
    z->n_dir += sizeof h + strlen(name);
    z->n_entries++;
}

static inline void zm_add(struct zm *z, const char *name, const void *p, size_t n, struct zm_lie lie)
{
    static uint8_t packed[ZM_BYTES];
    uint8_t h[30] = { 'P', 'K', 3, 4, 20, 0 };
    size_t at = z->n, n_packed = n;
    uint32_t crc = (uint32_t)crc32(0, p, (unsigned)n);
    const char *local = lie.local_name ? lie.local_name : name;
    if (lie.method == 8)
        n_packed = zm_deflate(p, n, packed, sizeof packed);
    else
        memcpy(packed, p, n);
    zm_int(h + 6, (lie.flags ^ lie.local_flags) | (lie.descriptor ? 8u : 0u), 2);
    zm_int(h + 8, lie.method, 2);
    if (!lie.descriptor) {
        zm_int(h + 14, lie.local_crc ? lie.local_crc : lie.crc ? lie.crc : crc, 4);
        zm_int(h + 18, n_packed, 4);
        zm_int(h + 22, lie.local_bytes ? lie.local_bytes : lie.bytes ? lie.bytes : n, 4);
    }
    zm_int(h + 26, strlen(local), 2);
    zm_put(z, h, sizeof h);
    zm_put(z, local, strlen(local));
    zm_put(z, packed, n_packed);
    if (lie.descriptor) {
        uint8_t d[16] = { 'P', 'K', 7, 8 };
        zm_int(d + 4, crc, 4);
        zm_int(d + 8, n_packed, 4);
        zm_int(d + 12, n, 4);
        zm_put(z, d, sizeof d);
    }
    if (!lie.unnamed)
        zm_central(z, name, &lie, crc, n, n_packed, at);
}

/* The central directory and the end record; dir_at is written `shift` too low. */
static inline void zm_end(struct zm *z, size_t shift)
{
    uint8_t h[22] = { 'P', 'K', 5, 6 };
    zm_int(h + 8, z->n_entries, 2);
    zm_int(h + 10, z->n_entries, 2);
    zm_int(h + 12, z->n_dir, 4);
    zm_int(h + 16, z->n - shift, 4);
    zm_put(z, z->dir, z->n_dir);
    zm_put(z, h, sizeof h);
    z->n_dir = z->n_entries = 0;
}

#endif
