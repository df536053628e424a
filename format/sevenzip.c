// SPDX-License-Identifier: Apache-2.0
#include "format/sevenzip.h"

#include "base/buf.h"
#include "base/utf8.h"

enum property { P_END = 0, P_HEADER = 1, P_ARCHIVE = 2, P_ADDITIONAL = 3, P_STREAMS = 4, P_FILES = 5, P_PACK = 6,
                P_UNPACK = 7, P_SUBSTREAMS = 8, P_SIZE = 9, P_CRC = 10, P_FOLDER = 11, P_CODERS_SIZE = 12,
                P_N_STREAMS = 13, P_EMPTY_STREAM = 14, P_EMPTY_FILE = 15, P_NAMES = 17, P_ATTRIBUTES = 21,
                P_ENCODED = 23 };

/* Where the header is being read. Beyond its end, `bad` is set and everything reads as 0. */
struct in {
    struct span in, file;                   /* the header, and the whole archive */
    size_t at;
    const char *bad;                        /* what is wrong, and where it was */
    size_t bad_at;
    struct arena *a;
    bool no_memory;
};

struct streams {                            /* what PackInfo, UnpackInfo and SubStreamsInfo say */
    uint64_t pack_at, n_packed;
    uint64_t *packed_bytes;
    struct sz_folder *folders;
    uint32_t n_folders;
    struct sz_file *parts;                  /* of all folders: sizes and checksums */
    uint32_t n_parts;
};

static void fail(struct in *s, const char *why)
{
    if (!s->bad) {
        s->bad = why;
        s->bad_at = s->at;
    }
    s->at = s->in.n;
}

static size_t left(const struct in *s)
{
    return s->in.n - s->at;
}

static uint8_t byte(struct in *s)
{
    if (!left(s))
        fail(s, "the header ends too early");
    return left(s) ? s->in.p[s->at++] : 0;
}

static struct span bytes(struct in *s, uint64_t n)
{
    if (n > left(s)) {
        fail(s, "the header ends too early");
        return SPAN_NONE;
    }
    s->at += (size_t)n;
    return span_of(s->in.p + s->at - n, (size_t)n);
}

/* The first byte's leading ones say how many bytes follow; what is left of it are the highest bits. */
static uint64_t number(struct in *s)
{
    uint8_t first = byte(s);
    uint64_t v = 0;
    for (unsigned i = 0, mask = 0x80; i < 8; i++, mask >>= 1) {
        if (!(first & mask))
            return v | (uint64_t)(first & (mask - 1)) << 8 * i;
        v |= (uint64_t)byte(s) << 8 * i;
    }
    return v;
}

/* A count of things of which each takes at least a bit of the header. */
static uint32_t count(struct in *s, const char *why)
{
    uint64_t n = number(s);
    if (n > left(s) || n > SZ_FILES_MAX) {
        fail(s, why);
        return 0;
    }
    return (uint32_t)n;
}

static void *table(struct in *s, size_t n, size_t size)
{
    void *p = s->bad || s->no_memory ? NULL : arena_array(s->a, n, size);
    if (!p && !s->bad)
        s->no_memory = true;
    if (!p)
        s->at = s->in.n;
    return p;
}

static bool is_dead(const struct in *s)
{
    return s->bad || s->no_memory;
}

static void expect(struct in *s, enum property p, const char *why)
{
    if (byte(s) != p)
        fail(s, why);
}

/* Bits, most significant first, for n things. NULL: dead. */
static const uint8_t *bits(struct in *s, uint32_t n)
{
    return bytes(s, ((uint64_t)n + 7) / 8).p;
}

static bool bit(const uint8_t *p, uint32_t i)
{
    return p[i / 8] & 0x80 >> i % 8;
}

/* "All are defined", or bits that say which. */
static const uint8_t *defined(struct in *s, uint32_t n)
{
    if (!byte(s))
        return bits(s, n);
    uint8_t *all = table(s, (n + 7) / 8, 1);
    if (all)
        memset(all, 0xff, (n + 7) / 8);
    return all;
}

/* ---- coders ----------------------------------------------------------------------------- */

static const struct codec {
    uint8_t n, id[4];
    int how;                                /* enum unpack_codec; -1: a filter, or not read here */
    enum unpack_filter filter;
    const char *name;
} codecs[] = {
    { 1, { 0 }, UNPACK_STORED, FILTER_NONE, "copy" }, { 3, { 3, 1, 1 }, UNPACK_LZMA, FILTER_NONE, "LZMA" },
    { 1, { 0x21 }, UNPACK_LZMA2, FILTER_NONE, "LZMA2" }, { 3, { 4, 1, 8 }, UNPACK_DEFLATE, FILTER_NONE, "deflate" },
    { 3, { 4, 2, 2 }, UNPACK_BZIP2, FILTER_NONE, "bzip2" }, { 1, { 3 }, -1, FILTER_DELTA, "the delta filter" },
    { 1, { 4 }, -1, FILTER_X86, "the x86 filter" }, { 4, { 3, 3, 1, 3 }, -1, FILTER_X86, "the x86 filter" },
    { 1, { 5 }, -1, FILTER_PPC, "the PPC filter" }, { 4, { 3, 3, 2, 5 }, -1, FILTER_PPC, "the PPC filter" },
    { 1, { 6 }, -1, FILTER_IA64, "the IA-64 filter" }, { 4, { 3, 3, 4, 1 }, -1, FILTER_IA64, "the IA-64 filter" },
    { 1, { 7 }, -1, FILTER_ARM, "the ARM filter" }, { 4, { 3, 3, 5, 1 }, -1, FILTER_ARM, "the ARM filter" },
    { 1, { 8 }, -1, FILTER_ARMT, "the Thumb filter" }, { 4, { 3, 3, 7, 1 }, -1, FILTER_ARMT, "the Thumb filter" },
    { 1, { 9 }, -1, FILTER_SPARC, "the SPARC filter" }, { 4, { 3, 3, 8, 5 }, -1, FILTER_SPARC, "the SPARC filter" },
    { 1, { 10 }, -1, FILTER_ARM64, "the ARM64 filter" },
    { 3, { 4, 1, 9 }, -1, FILTER_NONE, "deflate64" }, { 3, { 3, 4, 1 }, -1, FILTER_NONE, "PPMd" },
    { 4, { 3, 3, 1, 0x1b }, -1, FILTER_NONE, "the BCJ2 filter" }, { 4, { 6, 0xf1, 7, 1 }, -1, FILTER_NONE, "AES encryption" },
    { 4, { 4, 0xf7, 0x11, 1 }, -1, FILTER_NONE, "zstd" }, { 4, { 4, 0xf7, 0x11, 2 }, -1, FILTER_NONE, "brotli" },
    { 4, { 4, 0xf7, 0x11, 4 }, -1, FILTER_NONE, "LZ4" },
};

static const struct codec *find_codec(struct span id)
{
    static const struct codec unknown = { 0, { 0 }, -1, FILTER_NONE, "an unknown codec" };
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (span_eq(id, span_of(codecs[i].id, codecs[i].n)))
            return &codecs[i];
    return &unknown;
}

struct coder { const struct codec *codec; struct span props; uint64_t n_in, n_out; };
struct chain {                              /* of one folder */
    struct coder coders[SZ_CODERS_MAX];
    uint64_t n, n_in, n_out;
    uint64_t bound_in, bound_out;           /* the last bond: the only one of two coders */
};

static void read_coder(struct in *s, struct chain *c)
{
    uint8_t flags = byte(s);
    struct coder x = { .codec = find_codec(bytes(s, flags & 15)) };
    x.n_in = flags & 0x10 ? number(s) : 1;
    x.n_out = flags & 0x10 ? number(s) : 1;
    x.props = flags & 0x20 ? bytes(s, number(s)) : SPAN_NONE;
    if (flags & 0xc0 || x.n_in > SZ_CODERS_MAX || x.n_out > SZ_CODERS_MAX)
        fail(s, "a coder with flags or streams that are unknown");
    c->coders[c->n++] = x;
    c->n_in += x.n_in;
    c->n_out += x.n_out;
}

/* Of the chain, what unpack.h can do: one codec, or LZMA and a filter behind it. The rest is named. */
static void choose(struct sz_folder *f, const struct chain *c)
{
    const struct coder *last = &c->coders[c->n == 2 ? c->bound_out & 1 : 0], *filter = &c->coders[c->bound_in & 1];
    for (uint64_t i = 0; i < c->n; i++) {
        const struct codec *x = c->coders[i].codec;
        f->encrypted = f->encrypted || strncmp(x->name, "AES", 3) == 0;
        if (f->encrypted || (x->how < 0 && !x->filter))
            f->unread = f->encrypted ? "AES encryption" : x->name;
    }
    bool simple = c->n_in == c->n && c->n_out == c->n;
    bool pair = c->n == 2 && c->bound_in != c->bound_out && c->bound_in < 2 && c->bound_out < 2 && filter->codec->filter &&
                last->codec->how >= UNPACK_LZMA;
    if (!f->unread && (!simple || !(c->n == 1 ? last->codec->how >= 0 : pair)))
        f->unread = "a chain of codecs";
    if (f->unread)
        return;
    f->how = (struct unpack_how){ (enum unpack_codec)last->codec->how, last->props, UINT64_MAX, FILTER_NONE, SPAN_NONE };
    if (pair) {
        f->how.filter = filter->codec->filter;
        f->how.filter_props = filter->props;
    }
}

/* Returns how many unpacked sizes the folder has, of which *final is its own; *n_packed streams are packed. */
static uint64_t read_folder(struct in *s, struct sz_folder *f, uint64_t *n_packed, uint64_t *final)
{
    uint64_t n = number(s);
    struct chain c = { .n = 0 };
    if (!n || n > SZ_CODERS_MAX)
        fail(s, "a folder without coders, or with too many");
    for (uint64_t i = 0; i < n && !is_dead(s); i++)
        read_coder(s, &c);
    if (!is_dead(s) && (!c.n_out || c.n_in < c.n_out - 1))
        fail(s, "coders that do not fit one another");
    if (is_dead(s))
        return 0;
    uint64_t bound = 0;                                 /* outputs that are another coder's input */
    for (uint64_t i = 1; i < c.n_out; i++) {
        c.bound_in = number(s);
        c.bound_out = number(s);
        bound |= c.bound_out < 64 ? (uint64_t)1 << c.bound_out : 0;
    }
    *n_packed = c.n_in - (c.n_out - 1);
    for (uint64_t i = 0; *n_packed > 1 && i < *n_packed; i++)
        (void)number(s);
    choose(f, &c);
    for (*final = 0; *final < 63 && bound >> *final & 1;)
        ++*final;
    return c.n_out;
}

/* ---- streams ---------------------------------------------------------------------------- */

static void skip_crcs(struct in *s, uint32_t n)
{
    const uint8_t *has = defined(s, n);
    for (uint32_t i = 0; has && i < n; i++)
        if (bit(has, i))
            (void)bytes(s, 4);
}

static void read_pack(struct in *s, struct streams *x)
{
    x->pack_at = number(s);
    x->n_packed = count(s, "more packed streams than the header has room for");
    x->packed_bytes = table(s, x->n_packed, sizeof *x->packed_bytes);
    for (uint8_t p = byte(s); p != P_END && !is_dead(s); p = byte(s)) {
        if (p == P_SIZE)
            for (uint64_t i = 0; i < x->n_packed && !is_dead(s); i++)
                x->packed_bytes[i] = number(s);
        else if (p == P_CRC)
            skip_crcs(s, (uint32_t)x->n_packed);
        else
            fail(s, "an unknown part of the description of packed streams");
    }
}

/* Give the folder the packed stream that is its own. */
static void place(struct in *s, struct streams *x, struct sz_folder *f, uint64_t *next, uint64_t *at, uint64_t n_packed)
{
    struct span all = span_sub(s->file, 32, s->file.n);
    for (uint64_t i = 0; i < n_packed; i++, (*next)++) {
        if (*next >= x->n_packed || *at > all.n || x->packed_bytes[*next] > all.n - *at) {
            fail(s, "a packed stream that runs past the end, or is missing");
            return;
        }
        if (!i)
            f->packed = span_sub(all, *at, x->packed_bytes[*next]);
        *at += x->packed_bytes[*next];
    }
}

struct outs { uint64_t n, final; };         /* of a folder: sizes that are told, and which is its own */

static void read_sizes(struct in *s, struct streams *x, const struct outs *outs)
{
    for (uint32_t i = 0; i < x->n_folders && !is_dead(s); i++)
        for (uint64_t k = 0; k < outs[i].n; k++) {
            uint64_t n = number(s);
            if (k == outs[i].final)
                x->folders[i].bytes = x->folders[i].how.bytes = n;
        }
}

static void read_folder_crcs(struct in *s, struct streams *x)
{
    const uint8_t *has = defined(s, x->n_folders);
    for (uint32_t i = 0; has && i < x->n_folders; i++) {
        struct span v = bit(has, i) ? bytes(s, 4) : SPAN_NONE;
        x->folders[i].has_crc = v.n == 4;
        x->folders[i].crc = v.n == 4 ? le32(v.p) : 0;
    }
}

static void read_unpack(struct in *s, struct streams *x)
{
    uint64_t next = 0, at = x->pack_at;
    expect(s, P_FOLDER, "no folders where they should be");
    x->n_folders = count(s, "more folders than the header has room for");
    if (byte(s))
        fail(s, "folders that are described elsewhere");
    x->folders = table(s, x->n_folders, sizeof *x->folders);
    struct outs *outs = table(s, x->n_folders, sizeof *outs);
    for (uint32_t i = 0; i < x->n_folders && !is_dead(s); i++) {
        uint64_t n_packed = 0;
        outs[i].n = read_folder(s, &x->folders[i], &n_packed, &outs[i].final);
        if (!is_dead(s))
            place(s, x, &x->folders[i], &next, &at, n_packed);
        x->folders[i].n_files = 1;
    }
    expect(s, P_CODERS_SIZE, "no sizes of the folders where they should be");
    read_sizes(s, x, outs);
    for (uint8_t p = byte(s); p != P_END && !is_dead(s); p = byte(s)) {
        if (p == P_CRC)
            read_folder_crcs(s, x);
        else
            fail(s, "an unknown part of the description of folders");
    }
}

/* One part a folder, of all its bytes, unless SubStreamsInfo says otherwise. */
static void make_parts(struct in *s, struct streams *x, bool sizes)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < x->n_folders; i++)
        n += x->folders[i].n_files;
    if (n > 8 * (uint64_t)s->in.n)
        fail(s, "more files than the header has room for");
    x->parts = table(s, n, sizeof *x->parts);
    x->n_parts = 0;
    for (uint32_t i = 0; i < x->n_folders && !is_dead(s); i++) {
        struct sz_folder *f = &x->folders[i];
        uint64_t rest = f->bytes;
        for (uint32_t k = 0; k < f->n_files && !is_dead(s); k++) {
            bool last = k + 1 == f->n_files;
            uint64_t size = last || !sizes ? rest : number(s);
            if (size > rest)
                fail(s, "files that are larger than their folder");
            rest -= size <= rest ? size : rest;
            x->parts[x->n_parts++] = (struct sz_file){ .bytes = size, .folder = i, .has_data = true,
                                                       .crc = f->n_files == 1 ? f->crc : 0,
                                                       .has_crc = f->n_files == 1 && f->has_crc };
        }
    }
}

static void read_part_crcs(struct in *s, struct streams *x)
{
    uint32_t n = 0, k = 0;
    for (uint32_t i = 0; i < x->n_parts; i++)
        n += !x->parts[i].has_crc;
    const uint8_t *has = defined(s, n);
    for (uint32_t i = 0; has && i < x->n_parts; i++) {
        if (x->parts[i].has_crc || !bit(has, k++))
            continue;
        struct span v = bytes(s, 4);
        x->parts[i].has_crc = v.n == 4;
        x->parts[i].crc = v.n == 4 ? le32(v.p) : 0;
    }
}

static void read_substreams(struct in *s, struct streams *x)
{
    uint8_t p = byte(s);
    if (p == P_N_STREAMS) {
        for (uint32_t i = 0; i < x->n_folders && !is_dead(s); i++)
            x->folders[i].n_files = count(s, "more files than the header has room for");
        p = byte(s);
    }
    make_parts(s, x, p == P_SIZE);
    if (p == P_SIZE)
        p = byte(s);
    if (p == P_CRC && !is_dead(s)) {
        read_part_crcs(s, x);
        p = byte(s);
    }
    if (p != P_END)
        fail(s, "an unknown part of the description of files");
}

static void read_streams(struct in *s, struct streams *x)
{
    for (uint8_t p = byte(s); p != P_END && !is_dead(s); p = byte(s)) {
        if (p == P_PACK)
            read_pack(s, x);
        else if (p == P_UNPACK)
            read_unpack(s, x);
        else if (p == P_SUBSTREAMS)
            read_substreams(s, x);
        else
            fail(s, "an unknown part of the description of streams");
    }
    if (!x->parts && !is_dead(s))
        make_parts(s, x, false);
}

/* ---- files ------------------------------------------------------------------------------ */

/* UTF-16LE up to its NUL, as UTF-8; a lone surrogate becomes U+FFFD. */
static struct span read_name(struct in *s)
{
    size_t from = s->at, n = 0;
    while (left(s) >= 2 && (s->in.p[s->at] || s->in.p[s->at + 1]))
        s->at += 2;
    size_t units = (s->at - from) / 2;
    if (bytes(s, 2).n != 2)
        return SPAN_NONE;
    char *out = units < SIZE_MAX / 4 ? arena_text(s->a, units * 3 + 1) : NULL;
    if (!out) {
        s->no_memory = true;
        return SPAN_NONE;
    }
    for (size_t i = 0; i < units; i++) {
        uint32_t cp = le16(s->in.p + from + 2 * i), low = i + 1 < units ? le16(s->in.p + from + 2 * i + 2) : 0;
        if (cp >= 0xd800 && cp < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
            i++;
        } else if (cp >= 0xd800 && cp < 0xe000) {
            cp = 0xfffd;
        }
        n += utf8_put(cp, out + n);
    }
    return span_of(out, n);
}

static void read_names(struct in *s, struct sz *z)
{
    if (byte(s))
        fail(s, "names that stand elsewhere");
    for (uint32_t i = 0; i < z->n_files && !is_dead(s); i++)
        z->files[i].name = read_name(s);
}

static void read_attributes(struct in *s, struct sz *z)
{
    const uint8_t *has = defined(s, z->n_files);
    if (byte(s))
        fail(s, "attributes that stand elsewhere");
    for (uint32_t i = 0; has && i < z->n_files && !is_dead(s); i++) {
        struct span v = bit(has, i) ? bytes(s, 4) : SPAN_NONE;
        z->files[i].attributes = v.n == 4 ? le32(v.p) : 0;
    }
}

/* Give each file with data the next part. */
static void join(struct in *s, struct sz *z, const struct streams *x, const uint8_t *empty)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < z->n_files; i++) {
        struct sz_file *f = &z->files[i];
        if (empty && bit(empty, i)) {
            f->is_folder = true;            /* or an empty file: neither has bytes */
            continue;
        }
        if (next >= x->n_parts) {
            fail(s, "more files than there are data for");
            return;
        }
        struct span name = f->name;
        uint32_t attributes = f->attributes;
        *f = x->parts[next];
        f->name = name;
        f->attributes = attributes;
        next++;
    }
    if (next != x->n_parts)
        fail(s, "data that belong to no file");
}

static void read_files(struct in *s, struct sz *z, const struct streams *x)
{
    const uint8_t *empty = NULL;
    z->n_files = count(s, "more files than the header has room for");
    z->files = table(s, z->n_files, sizeof *z->files);
    for (uint64_t p = number(s); p != P_END && !is_dead(s); p = number(s)) {
        struct span body = bytes(s, number(s));
        struct in part = { .in = body, .file = s->file, .a = s->a };
        if (p == P_EMPTY_STREAM)
            empty = bits(&part, z->n_files);
        else if (p == P_NAMES)
            read_names(&part, z);
        else if (p == P_ATTRIBUTES)
            read_attributes(&part, z);
        s->no_memory = s->no_memory || part.no_memory;
        if (part.bad)
            fail(s, part.bad);
    }
    if (!is_dead(s))
        join(s, z, x, empty);
}

/* ---- headers ---------------------------------------------------------------------------- */

static int collect(void *ud, struct span piece)
{
    struct buf *b = ud;
    buf_span(b, piece);
    return b->error ? b->error : 0;
}

/* A header that is itself packed: one folder, one part. *out is then in the arena. */
static int unpack_header(struct in *s, struct streams *x, struct sz *z, struct span *out, struct err *e)
{
    struct sz_folder *f = x->folders;
    struct buf b;
    struct unpacked u;
    if (x->n_folders != 1 || f->bytes > SZ_HEADER_MAX_BYTES)
        return err_set(e, ERR_FORMAT, z->header_at, "a packed header of no folder, of several, or of more than 16 MiB");
    z->unread_header = f->unread;
    if (f->unread)
        return 0;
    buf_init(&b, SZ_HEADER_MAX_BYTES);
    int rc = unpack(f->packed, &f->how, collect, &b, &u, e);
    if (rc == ERR_LIMIT || (!rc && (u.end != UNPACK_WHOLE || u.out_bytes != f->bytes || (f->has_crc && u.crc != f->crc))))
        rc = err_set(e, ERR_FORMAT, z->header_at, "the packed header %s", rc || u.end == UNPACK_WHOLE ? "is not what it claims"
                                                                          : unpack_end_text(u.end));
    char *copy = rc ? NULL : arena_strn(s->a, b.n ? b.p : "", b.n);
    size_t n = b.n;
    buf_fini(&b);
    if (!rc && !copy)
        rc = err_memory(e);
    if (!rc)
        *out = span_of(copy, n);
    return rc;
}

static int said(const struct in *s, uint64_t base, struct err *e)
{
    if (s->no_memory)
        return err_memory(e);
    return s->bad ? err_set(e, ERR_FORMAT, base + s->bad_at, "%s", s->bad) : 0;
}

static int read_header(struct in *s, struct sz *z, unsigned depth, struct err *e)
{
    struct streams x = { 0 };
    uint8_t kind = byte(s);
    if (kind == P_ENCODED) {
        struct span header = SPAN_NONE;
        read_streams(s, &x);
        int rc = said(s, z->header_at, e);
        if (!rc && depth >= 4)
            rc = err_set(e, ERR_FORMAT, z->header_at, "a packed header in a packed header, too often");
        if (!rc)
            rc = unpack_header(s, &x, z, &header, e);
        if (rc || z->unread_header)
            return rc;
        struct in inner = { .in = header, .file = s->file, .a = s->a };
        return read_header(&inner, z, depth + 1, e);
    }
    if (kind != P_HEADER)
        fail(s, "no header where it should be");
    for (uint8_t p = byte(s); p != P_END && !is_dead(s); p = byte(s)) {
        if (p == P_STREAMS)
            read_streams(s, &x);
        else if (p == P_FILES)
            read_files(s, z, &x);
        else
            fail(s, "an unknown part of the header");
    }
    z->folders = x.folders;
    z->n_folders = x.n_folders;
    if (x.n_parts && !z->n_files)
        fail(s, "data that belong to no file");
    return said(s, z->header_at, e);
}

int sz_open(struct span in, struct arena *a, struct sz *out, struct err *e)
{
    struct sz z = { .header_at = 32 };
    if (!sz_sniff(in))
        return err_set(e, ERR_FORMAT, 0, "no header of a 7z archive");
    uint64_t at = le64(in.p + 12), n = le64(in.p + 20);
    if (unpack_crc(0, span_of(in.p + 12, 20)) != le32(in.p + 8))
        return err_set(e, ERR_FORMAT, 8, "the first header's checksum does not fit");
    if (at > in.n - 32 || n > in.n - 32 - at)
        return err_set(e, ERR_FORMAT, 12, "the header lies beyond the end of the file");
    if (n > SZ_HEADER_MAX_BYTES)
        return err_set(e, ERR_LIMIT, 20, "a header of %llu bytes", (unsigned long long)n);
    struct in s = { .in = span_sub(in, 32 + at, n), .file = in, .a = a };
    z.header_at = 32 + at;
    z.unclaimed_at = 32 + at + n;
    z.unclaimed_bytes = in.n - z.unclaimed_at;
    if (unpack_crc(0, s.in) != le32(in.p + 28))
        return err_set(e, ERR_FORMAT, z.header_at, "the header's checksum does not fit");
    if (n) {
        int rc = read_header(&s, &z, 0, e);
        if (rc)
            return rc;
    }
    *out = z;
    return 0;
}
