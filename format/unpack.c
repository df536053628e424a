// SPDX-License-Identifier: Apache-2.0
#include "format/unpack.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include "base/mem.h"

enum step { STEP_GO, STEP_END, STEP_BROKEN, STEP_MEMORY, STEP_TOO_LARGE };

struct codec {                              /* what is left of the input, and the room of this piece */
    const struct unpack_how *how;
    const uint8_t *in;
    size_t n_in;
    uint8_t *out;
    size_t n_out;
    union {
        z_stream z;
        bz_stream bz;
        lzma_stream lz;
    };
    lzma_allocator allocator;
    bool several;                           /* streams may follow one another */
};

static size_t at_most(size_t n, size_t max)
{
    return n < max ? n : max;
}

static void *zip_alloc(void *ud, unsigned n, unsigned size)
{
    size_t bytes;
    (void)ud;
    return __builtin_mul_overflow((size_t)n, (size_t)size, &bytes) ? NULL : mem_realloc(NULL, bytes);
}

static void *bz_alloc(void *ud, int n, int size)
{
    return zip_alloc(ud, (unsigned)n, (unsigned)size);
}

static void *xz_alloc(void *ud, size_t n, size_t size)
{
    size_t bytes;
    (void)ud;
    return __builtin_mul_overflow(n, size, &bytes) ? NULL : mem_realloc(NULL, bytes);
}

static void any_free(void *ud, void *p)
{
    (void)ud;
    mem_free(p);
}

/* ---- zlib ------------------------------------------------------------------------------- */

static enum step zlib_open(struct codec *c)
{
    int bits = c->how->codec == UNPACK_DEFLATE ? -15 : c->how->codec == UNPACK_ZLIB ? 15 : 31;
    c->z = (z_stream){ .zalloc = zip_alloc, .zfree = any_free };
    c->several = bits == 31;
    return inflateInit2(&c->z, bits) == Z_OK ? STEP_GO : STEP_MEMORY;
}

/* Is there another gzip stream? Zeros between them are passed over. */
static bool gzip_again(struct codec *c)
{
    size_t skip = 0;
    while (skip < c->n_in && !c->in[skip])
        skip++;
    if (c->n_in - skip < 2 || c->in[skip] != 0x1f || c->in[skip + 1] != 0x8b)
        return false;
    c->in += skip;
    c->n_in -= skip;
    return inflateReset(&c->z) == Z_OK;
}

static enum step zlib_step(struct codec *c)
{
    size_t give = at_most(c->n_in, 1 << 30), room = c->n_out;
    c->z.next_in = (z_const Bytef *)c->in;
    c->z.avail_in = (unsigned)give;
    c->z.next_out = c->out;
    c->z.avail_out = (unsigned)room;
    int rc = inflate(&c->z, Z_NO_FLUSH);
    c->in += give - c->z.avail_in;
    c->n_in -= give - c->z.avail_in;
    c->n_out = c->z.avail_out;
    if (rc == Z_STREAM_END)
        return c->several && gzip_again(c) ? STEP_GO : STEP_END;
    return rc == Z_OK || rc == Z_BUF_ERROR ? STEP_GO : rc == Z_MEM_ERROR ? STEP_MEMORY : STEP_BROKEN;
}

static void zlib_close(struct codec *c)
{
    (void)inflateEnd(&c->z);
}

/* ---- bzip2 ------------------------------------------------------------------------------ */

static enum step bzip2_open(struct codec *c)
{
    c->bz = (bz_stream){ .bzalloc = bz_alloc, .bzfree = any_free };
    return BZ2_bzDecompressInit(&c->bz, 0, 0) == BZ_OK ? STEP_GO : STEP_MEMORY;
}

static enum step bzip2_again(struct codec *c)
{
    if (c->n_in < 4 || memcmp(c->in, "BZh", 3) != 0)
        return STEP_END;
    (void)BZ2_bzDecompressEnd(&c->bz);
    return bzip2_open(c);
}

static enum step bzip2_step(struct codec *c)
{
    size_t give = at_most(c->n_in, 1 << 30);
    c->bz.next_in = (char *)(uintptr_t)c->in;
    c->bz.avail_in = (unsigned)give;
    c->bz.next_out = (char *)c->out;
    c->bz.avail_out = (unsigned)c->n_out;
    int rc = BZ2_bzDecompress(&c->bz);
    c->in += give - c->bz.avail_in;
    c->n_in -= give - c->bz.avail_in;
    c->n_out = c->bz.avail_out;
    if (rc == BZ_STREAM_END)
        return bzip2_again(c);
    return rc == BZ_OK ? STEP_GO : rc == BZ_MEM_ERROR ? STEP_MEMORY : STEP_BROKEN;
}

static void bzip2_close(struct codec *c)
{
    (void)BZ2_bzDecompressEnd(&c->bz);
}

/* ---- xz and lzma ------------------------------------------------------------------------ */

/* No match reaches further back than what was written: a dictionary need not be larger than the whole. */
static uint32_t dictionary(uint32_t claimed, uint64_t bytes)
{
    if (bytes < claimed)
        claimed = (uint32_t)bytes;
    return claimed < LZMA_DICT_SIZE_MIN ? LZMA_DICT_SIZE_MIN : claimed;
}

static const lzma_vli filter_ids[] = {
    [FILTER_X86] = LZMA_FILTER_X86, [FILTER_PPC] = LZMA_FILTER_POWERPC, [FILTER_IA64] = LZMA_FILTER_IA64,
    [FILTER_ARM] = LZMA_FILTER_ARM, [FILTER_ARMT] = LZMA_FILTER_ARMTHUMB, [FILTER_SPARC] = LZMA_FILTER_SPARC,
    [FILTER_ARM64] = LZMA_FILTER_ARM64, [FILTER_DELTA] = LZMA_FILTER_DELTA,
};

/* The filter, when there is one, before the decoder: LZMA with a known size needs no mark at its end. */
static lzma_ret chain_open(struct codec *c, lzma_filter *chain, size_t n)
{
    const struct unpack_how *how = c->how;
    lzma_filter *last = &chain[n - 1];
    for (size_t i = 0; i < n; i++) {
        struct span props = i + 1 == n ? how->props : how->filter_props;
        lzma_ret rc = lzma_properties_decode(&chain[i], &c->allocator, props.p, props.n);
        if (rc != LZMA_OK)
            return rc;
    }
    lzma_options_lzma *o = last->options;
    o->dict_size = dictionary(o->dict_size, how->bytes);
    if (o->dict_size > UNPACK_MEMORY_MAX)
        return LZMA_MEMLIMIT_ERROR;
    if (last->id == LZMA_FILTER_LZMA1) {
        last->id = LZMA_FILTER_LZMA1EXT;
        o->ext_flags = LZMA_LZMA1EXT_ALLOW_EOPM;
        lzma_set_ext_size(*o, how->bytes);
    }
    return lzma_raw_decoder(&c->lz, chain);
}

static lzma_ret raw_open(struct codec *c)
{
    bool second = c->how->codec == UNPACK_LZMA2, filtered = c->how->filter != FILTER_NONE;
    lzma_filter chain[3] = { { .id = LZMA_VLI_UNKNOWN }, { .id = LZMA_VLI_UNKNOWN }, { .id = LZMA_VLI_UNKNOWN } };
    if (c->how->props.n != (second ? 1 : 5))
        return LZMA_OPTIONS_ERROR;
    chain[0].id = filter_ids[c->how->filter];
    chain[filtered].id = second ? LZMA_FILTER_LZMA2 : LZMA_FILTER_LZMA1;
    lzma_ret rc = chain_open(c, chain, filtered ? 2 : 1);
    mem_free(chain[0].options);
    mem_free(chain[1].options);
    return rc;
}

static enum step lzma_said(lzma_ret rc)
{
    switch (rc) {
    case LZMA_OK: case LZMA_BUF_ERROR:
        return STEP_GO;
    case LZMA_STREAM_END:
        return STEP_END;
    case LZMA_MEM_ERROR:
        return STEP_MEMORY;
    case LZMA_MEMLIMIT_ERROR:
        return STEP_TOO_LARGE;
    default:
        return STEP_BROKEN;
    }
}

static enum step xz_open(struct codec *c)
{
    c->allocator = (lzma_allocator){ .alloc = xz_alloc, .free = any_free };
    c->lz = (lzma_stream)LZMA_STREAM_INIT;
    c->lz.allocator = &c->allocator;
    if (c->how->codec == UNPACK_XZ)
        return lzma_said(lzma_stream_decoder(&c->lz, UNPACK_MEMORY_MAX, 0));
    if (c->how->codec == UNPACK_LZMA_ALONE)
        return lzma_said(lzma_alone_decoder(&c->lz, UNPACK_MEMORY_MAX));
    return lzma_said(raw_open(c));
}

/* Another xz stream? Zeros between them come in fours. */
static enum step xz_again(struct codec *c)
{
    static const uint8_t magic[6] = { 0xfd, '7', 'z', 'X', 'Z', 0 };
    size_t skip = 0;
    while (c->n_in - skip >= 4 && !le32(c->in + skip))
        skip += 4;
    if (c->n_in - skip < sizeof magic || memcmp(c->in + skip, magic, sizeof magic) != 0)
        return STEP_END;
    c->in += skip;
    c->n_in -= skip;
    return lzma_said(lzma_stream_decoder(&c->lz, UNPACK_MEMORY_MAX, 0));
}

static enum step xz_step(struct codec *c)
{
    c->lz.next_in = c->in;
    c->lz.avail_in = c->n_in;
    c->lz.next_out = c->out;
    c->lz.avail_out = c->n_out;
    enum step s = lzma_said(lzma_code(&c->lz, LZMA_RUN));
    c->in = c->lz.next_in;
    c->n_in = c->lz.avail_in;
    c->n_out = c->lz.avail_out;
    return s == STEP_END && c->how->codec == UNPACK_XZ ? xz_again(c) : s;
}

static void xz_close(struct codec *c)
{
    lzma_end(&c->lz);
}

/* ---- the loop --------------------------------------------------------------------------- */

static const struct driver {
    enum step (*open)(struct codec *c), (*step)(struct codec *c);
    void (*close)(struct codec *c);
} zlib_driver = { zlib_open, zlib_step, zlib_close }, bzip2_driver = { bzip2_open, bzip2_step, bzip2_close },
  xz_driver = { xz_open, xz_step, xz_close };

static const struct driver *driver_of(enum unpack_codec codec)
{
    return codec <= UNPACK_GZIP ? &zlib_driver : codec == UNPACK_BZIP2 ? &bzip2_driver : &xz_driver;
}

static int give(struct unpacked *r, unpack_sink *sink, void *ud, struct span piece)
{
    if (!piece.n)
        return 0;
    r->out_bytes += piece.n;
    r->crc = unpack_crc(r->crc, piece);
    return sink(ud, piece);
}

/* A stream of a known size may have no mark at its end: then the last byte of it was given, and nothing moves. */
static bool is_full(const struct unpack_how *how, const struct unpacked *r)
{
    return how->codec >= UNPACK_LZMA && r->out_bytes >= how->bytes;
}

static size_t room(const struct unpack_how *how, const struct unpacked *r)
{
    bool bound = how->codec >= UNPACK_LZMA && how->bytes - r->out_bytes < UNPACK_PIECE_BYTES;
    return bound ? (size_t)(how->bytes - r->out_bytes) : UNPACK_PIECE_BYTES;
}

static int loop(struct codec *c, const struct driver *d, struct unpacked *r, unpack_sink *sink, void *ud,
                uint8_t *piece, struct err *e)
{
    enum step s = STEP_GO;
    int rc = 0;
    while (s == STEP_GO && !rc) {
        size_t left = c->n_in, want = room(c->how, r);
        c->out = piece;
        c->n_out = want;
        s = d->step(c);
        rc = give(r, sink, ud, span_of(piece, want - c->n_out));
        if (s == STEP_GO && c->n_in == left && c->n_out == want) {
            r->end = is_full(c->how, r) ? UNPACK_WHOLE : c->n_in ? UNPACK_BROKEN : UNPACK_CUT;  /* no way on */
            return rc < 0 ? rc : 0;
        }
    }
    if (rc < 0)
        return rc;
    if (s == STEP_MEMORY)
        return err_memory(e);
    r->end = s == STEP_BROKEN ? UNPACK_BROKEN : s == STEP_TOO_LARGE ? UNPACK_TOO_LARGE
             : rc && s != STEP_END ? UNPACK_STOPPED : UNPACK_WHOLE;
    return 0;
}

static int unpack_stored(struct span in, unpack_sink *sink, void *ud, struct unpacked *r)
{
    int rc = give(r, sink, ud, in);
    r->in_bytes = in.n;
    return rc < 0 ? rc : 0;
}

int unpack(struct span in, const struct unpack_how *how, unpack_sink *sink, void *ud, struct unpacked *out,
           struct err *e)
{
    struct unpacked r = { .end = UNPACK_WHOLE };
    struct codec c = { .how = how, .in = in.p, .n_in = in.n };
    const struct driver *d = driver_of(how->codec);
    int rc;
    if (how->codec == UNPACK_STORED) {
        rc = unpack_stored(in, sink, ud, &r);
    } else {
        uint8_t *piece = mem_realloc(NULL, UNPACK_PIECE_BYTES);
        enum step s = piece ? d->open(&c) : STEP_MEMORY;
        rc = s == STEP_GO ? loop(&c, d, &r, sink, ud, piece, e) : s == STEP_MEMORY ? err_memory(e) : 0;
        if (s == STEP_GO)
            d->close(&c);
        else
            r.end = s == STEP_TOO_LARGE ? UNPACK_TOO_LARGE : UNPACK_BROKEN;
        r.in_bytes = in.n - c.n_in;
        mem_free(piece);
    }
    if (!rc)
        *out = r;
    return rc;
}

uint32_t unpack_crc(uint32_t crc, struct span in)
{
    return in.n ? (uint32_t)crc32_z(crc, in.p, in.n) : crc;
}

const char *unpack_end_text(enum unpack_end end)
{
    static const char *const texts[] = { "is whole", "ends inside its stream", "is no such stream", "goes on",
                                         "wants more memory than a decoder may have" };
    return texts[end];
}
