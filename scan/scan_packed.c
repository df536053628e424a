// SPDX-License-Identifier: Apache-2.0
/* One file packed by gzip, bzip2, xz, LZMA or zlib, as joblib and others write them; what is inside is scanned.
 *
 *     1f 8b | BZh | fd 37 7a 58 5a | 5d 00 00 | 78 xx      unpacked in memory, or as a tar on its way
 *     04 22 4d 18 (LZ4) | 28 b5 2f fd (zstd) | Rar! ...    named, and INCOMPLETE: not read here */
#include <strings.h>
#include "scan/flow.h"

static const struct kind {
    uint8_t n, magic[8];
    int codec;                              /* enum unpack_codec; -1: not read here */
    const char *name;
} kinds[] = {
    { 3, { 0x1f, 0x8b, 8 }, UNPACK_GZIP, "gzip" },
    { 6, { 0xfd, '7', 'z', 'X', 'Z', 0 }, UNPACK_XZ, "xz" },
    { 4, { 0x04, 0x22, 0x4d, 0x18 }, -1, "LZ4" },
    { 4, { 0x28, 0xb5, 0x2f, 0xfd }, -1, "zstd" },
    { 4, { 0x89, 'L', 'Z', 'O' }, -1, "lzop" },
    { 2, { 0x1f, 0x9d }, -1, "compress" },
    { 6, { 'R', 'a', 'r', '!', 0x1a, 7 }, -1, "RAR" },
    { 8, { 'M', 'S', 'C', 'F', 0, 0, 0, 0 }, -1, "a cabinet" },
};

static const struct kind bzip2 = { 3, "BZh", UNPACK_BZIP2, "bzip2" }, zlib = { 1, "x", UNPACK_ZLIB, "zlib" },
                         lzma = { 3, { 0x5d }, UNPACK_LZMA_ALONE, "LZMA" };

static int enough(void *ud, struct span piece)
{
    size_t *n = ud;
    *n += piece.n;
    return 1;
}

/* Do these bytes unpack, as far as one piece of them goes? */
static bool unpacks(struct span in, enum unpack_codec codec)
{
    struct unpack_how how = { .codec = codec, .bytes = UINT64_MAX };
    struct unpacked u;
    size_t n = 0;
    return !unpack(span_sub(in, 0, 1 << 16), &how, enough, &n, &u, NULL) && n && u.end != UNPACK_BROKEN &&
           u.end != UNPACK_TOO_LARGE;
}

static bool is_bzip2(struct span in)
{
    static const uint8_t block[6] = { 0x31, 0x41, 0x59, 0x26, 0x53, 0x59 }, last[6] = { 0x17, 0x72, 0x45, 0x38, 0x50, 0x90 };
    return in.n >= 10 && memcmp(in.p, "BZh", 3) == 0 && in.p[3] >= '1' && in.p[3] <= '9' &&
           (memcmp(in.p + 4, block, 6) == 0 || memcmp(in.p + 4, last, 6) == 0);
}

/* The old format of LZMA has no mark: the usual properties, a dictionary of 2^n or 2^n + 2^(n-1), and it unpacks. */
static bool is_lzma(struct span in)
{
    if (in.n < 14 || in.p[0] != 0x5d)
        return false;
    uint32_t dictionary = le32(in.p + 1);
    uint64_t bytes = le64(in.p + 5);
    uint32_t low = dictionary & (0u - dictionary);
    return dictionary >= 1 << 12 && (dictionary == low || dictionary == low * 3) &&
           (bytes == UINT64_MAX || bytes < (uint64_t)1 << 38) && unpacks(in, UNPACK_LZMA_ALONE);
}

static bool is_zlib(struct span in)
{
    return in.n >= 8 && in.p[0] == 0x78 && (in.p[0] << 8 | in.p[1]) % 31 == 0 && !(in.p[1] & 0x20) && unpacks(in, UNPACK_ZLIB);
}

static const struct kind *kind_of(struct span in)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (in.n >= kinds[i].n && memcmp(in.p, kinds[i].magic, kinds[i].n) == 0)
            return &kinds[i];
    return is_bzip2(in) ? &bzip2 : is_zlib(in) ? &zlib : is_lzma(in) ? &lzma : NULL;
}

/* "model.pkl" of "model.pkl.gz", "x.tar" of "x.tgz"; a name that does not say so stays. */
static char *inner_name(struct arena *a, const char *name)
{
    static const char *const ends[] = { ".gz", ".gzip", ".bz2", ".xz", ".lzma", ".z", ".zlib" };
    static const char *const tars[] = { ".tgz", ".tbz2", ".txz" };
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof tars / sizeof *tars; i++)
        if (n > strlen(tars[i]) && strcasecmp(name + n - strlen(tars[i]), tars[i]) == 0)
            return arena_fmt(a, "%.*s.tar", (int)(n - strlen(tars[i])), name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (n > strlen(ends[i]) && strcasecmp(name + n - strlen(ends[i]), ends[i]) == 0)
            return arena_strn(a, name, n - strlen(ends[i]));
    return arena_str(a, name);
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    const struct kind *k = kind_of(n->in);
    if (!k || k->codec < 0)
        return scan_find(s, n, RULE_ARCHIVE_CODEC, 0, e, "packed with %s", k ? k->name : "what is gone");
    struct unpack_how how = { .codec = (enum unpack_codec)k->codec, .bytes = UINT64_MAX };
    struct member m = { .s = s, .outer = n, .name = inner_name(s->a, n->name) };
    struct unpacked u;
    if (!m.name)
        return err_memory(e);
    int rc = member_unpack(&m, n->in, &how, &u, e);
    if (rc || u.end != UNPACK_WHOLE || u.in_bytes >= n->in.n)
        return rc;
    rc = scan_find(s, n, RULE_ARCHIVE_ODD, u.in_bytes, e, "bytes follow the %s stream: some readers go on", k->name);
    char *name = arena_fmt(s->a, "bytes at %llu", (unsigned long long)u.in_bytes);
    if (!rc && !name)
        rc = err_memory(e);
    return rc ? rc : scan_inside(s, n, span_sub(n->in, u.in_bytes, n->in.n), name, e);
}

static unsigned sniff(const struct scan_node *n)
{
    const struct kind *k = kind_of(n->in);
    return !k ? 0 : k == &zlib || k == &lzma ? 55 : k->n < 3 ? 50 : 90;
}

const struct scan_format scan_packed = { .name = "packed", .sniff = sniff, .run = run };
