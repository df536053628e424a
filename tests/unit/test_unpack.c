// SPDX-License-Identifier: Apache-2.0
/* Codecs: whole, cut at every byte, spoiled at every byte, stopped, and with each allocation failing. */
#include "tests/support/check.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include "format/unpack.h"
#include "tests/support/faults.h"

enum { PLAIN = 200000 };
static uint8_t plain[PLAIN], packed[PLAIN + 4096];

struct got { size_t n, stop; bool same; };

static int sink(void *ud, struct span piece)
{
    struct got *g = ud;
    g->same = g->same && piece.n <= PLAIN - g->n && memcmp(plain + g->n, piece.p, piece.n) == 0;
    g->n += piece.n;
    return g->stop && g->n >= g->stop;
}

static void make_plain(void)
{
    uint32_t x = 1;
    for (size_t i = 0; i < PLAIN; i++) {
        x = x * 1664525 + 1013904223;
        plain[i] = i % 1000 < 900 ? (uint8_t)(i / 1000) : (uint8_t)(x >> 24);
    }
}

static size_t with_zlib(int bits)
{
    z_stream s = { .next_in = plain, .avail_in = PLAIN, .next_out = packed, .avail_out = sizeof packed };
    EQ(deflateInit2(&s, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    EQ(deflate(&s, Z_FINISH), Z_STREAM_END);
    (void)deflateEnd(&s);
    return sizeof packed - s.avail_out;
}

static size_t with_bzip2(void)
{
    unsigned n = sizeof packed;
    EQ(BZ2_bzBuffToBuffCompress((char *)packed, &n, (char *)plain, PLAIN, 1, 0, 0), BZ_OK);
    return n;
}

static size_t with_lzma(int how, uint8_t *props)
{
    lzma_stream s = LZMA_STREAM_INIT;
    lzma_options_lzma o;
    lzma_filter chain[3] = { { LZMA_FILTER_X86, NULL }, { how == 2 ? LZMA_FILTER_LZMA2 : LZMA_FILTER_LZMA1, &o },
                             { LZMA_VLI_UNKNOWN, NULL } };
    NOT(lzma_lzma_preset(&o, 1));
    if (how == 0)
        EQ(lzma_easy_encoder(&s, 1, LZMA_CHECK_CRC32), LZMA_OK);
    else if (how == 1)
        EQ(lzma_alone_encoder(&s, &o), LZMA_OK);
    else
        EQ(lzma_raw_encoder(&s, how == 4 ? chain : chain + 1), LZMA_OK);
    if (how >= 2)
        EQ(lzma_properties_encode(&chain[1], props), LZMA_OK);
    s.next_in = plain;
    s.avail_in = PLAIN;
    s.next_out = packed;
    s.avail_out = sizeof packed;
    EQ(lzma_code(&s, LZMA_FINISH), LZMA_STREAM_END);
    size_t n = sizeof packed - s.avail_out;
    lzma_end(&s);
    return n;
}

/* A flipped bit may leave a bare stream readable, of other bytes: those without a checksum. */
static void try_all(const struct unpack_how *how, size_t n)
{
    struct unpacked u;
    struct got g = { .same = true };
    EQ(unpack(span_of(packed, n), how, sink, &g, &u, NULL), 0);
    EQ(u.end, UNPACK_WHOLE);
    YES(g.same && g.n == PLAIN && u.out_bytes == PLAIN && u.in_bytes == n);
    EQ(u.crc, unpack_crc(0, span_of(plain, PLAIN)));
    g = (struct got){ .same = true, .stop = 70000 };
    EQ(unpack(span_of(packed, n), how, sink, &g, &u, NULL), 0);
    EQ(u.end, UNPACK_STOPPED);
    YES(g.same && g.n < 140000);
    for (size_t cut = 0; cut < n - 8; cut += 1 + n / 60) {
        uint8_t *exact = malloc(cut ? cut : 1);
        memcpy(exact, packed, cut);
        g = (struct got){ .same = true };
        EQ(unpack(span_of(exact, cut), how, sink, &g, &u, NULL), 0);
        YES(u.end != UNPACK_WHOLE && g.same);
        free(exact);
    }
    for (size_t i = 0; i < n; i += 1 + n / 60) {
        packed[i] ^= 0x10;
        EQ(unpack(span_of(packed, n), how, sink, &g, &u, NULL), 0);
        packed[i] ^= 0x10;
    }
    for (size_t k = 1;; k++) {
        fault_alloc_at(k);
        int rc = unpack(span_of(packed, n), how, sink, &g, &u, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

TEST(zlib_and_bzip2)
{
    make_plain();
    try_all(&(struct unpack_how){ .codec = UNPACK_DEFLATE }, with_zlib(-15));
    try_all(&(struct unpack_how){ .codec = UNPACK_ZLIB }, with_zlib(15));
    try_all(&(struct unpack_how){ .codec = UNPACK_GZIP }, with_zlib(31));
    try_all(&(struct unpack_how){ .codec = UNPACK_BZIP2 }, with_bzip2());
}

TEST(lzma_with_and_without_a_frame)
{
    uint8_t props[5];
    make_plain();
    try_all(&(struct unpack_how){ .codec = UNPACK_XZ }, with_lzma(0, props));
    try_all(&(struct unpack_how){ .codec = UNPACK_LZMA_ALONE }, with_lzma(1, props));
    size_t n = with_lzma(2, props);
    try_all(&(struct unpack_how){ .codec = UNPACK_LZMA2, .props = span_of(props, 1), .bytes = PLAIN }, n);
    n = with_lzma(3, props);
    try_all(&(struct unpack_how){ .codec = UNPACK_LZMA, .props = span_of(props, 5), .bytes = PLAIN }, n);
    n = with_lzma(4, props);
    try_all(&(struct unpack_how){ .codec = UNPACK_LZMA, .props = span_of(props, 5), .bytes = PLAIN, .filter = FILTER_X86 }, n);
}

TEST(streams_in_a_row_are_one_and_what_follows_is_left)
{
    struct unpacked u;
    struct got g = { .same = true };
    struct unpack_how how = { .codec = UNPACK_GZIP };
    make_plain();
    size_t n = with_zlib(31);
    memcpy(packed + n, "\0\0\0", 3);
    memcpy(packed + n + 3, packed, n);
    memcpy(packed + 2 * n + 3, "tail", 4);
    EQ(unpack(span_of(packed, 2 * n + 7), &how, sink, &g, &u, NULL), 0);
    EQ(u.end, UNPACK_WHOLE);
    EQ(u.out_bytes, 2 * PLAIN);
    EQ(u.in_bytes, 2 * n + 3);
    how.codec = UNPACK_BZIP2;
    n = with_bzip2();
    memcpy(packed + n, packed, n);
    EQ(unpack(span_of(packed, 2 * n), &how, sink, &g, &u, NULL), 0);
    EQ(u.out_bytes, 2 * PLAIN);
    uint8_t props[5];
    how.codec = UNPACK_XZ;
    n = with_lzma(0, props);
    memcpy(packed + n, "\0\0\0\0", 4);
    memcpy(packed + n + 4, packed, n);
    EQ(unpack(span_of(packed, 2 * n + 4), &how, sink, &g, &u, NULL), 0);
    EQ(u.out_bytes, 2 * PLAIN);
}

TEST(a_dictionary_beyond_the_ceiling_is_refused)
{
    struct unpacked u;
    struct got g = { .same = true };
    static const uint8_t huge[5] = { 0x5d, 0, 0, 0, 0x40 };
    struct unpack_how how = { .codec = UNPACK_LZMA, .props = span_of(huge, 5), .bytes = UINT64_MAX };
    EQ(unpack(span_of("\0\0\0\0\0\0", 6), &how, sink, &g, &u, NULL), 0);
    EQ(u.end, UNPACK_TOO_LARGE);
    how.bytes = 10;                         /* no match of ten bytes reaches that far */
    EQ(unpack(span_of("\0\0\0\0\0\0", 6), &how, sink, &g, &u, NULL), 0);
    EQ(u.end, UNPACK_CUT);
    how.props.n = 4;
    EQ(unpack(span_of("\0\0\0\0\0\0", 6), &how, sink, &g, &u, NULL), 0);
    EQ(u.end, UNPACK_BROKEN);
}

int main(void)
{
    return RUN(CASE(zlib_and_bzip2), CASE(lzma_with_and_without_a_frame),
               CASE(streams_in_a_row_are_one_and_what_follows_is_left), CASE(a_dictionary_beyond_the_ceiling_is_refused));
}
