// SPDX-License-Identifier: Apache-2.0
#include "format/zip_int.h"

#define NOWHERE UINT64_MAX

const char *zip_odd_text(enum zip_odd_kind kind)
{
    static const char *const texts[] = {
#define X(k, text) [k] = text,
        ZIP_ODD_MAP(X)
#undef X
    };
    return texts[kind];
}

const char *zip_method_name(uint16_t method)
{
    static const struct { uint16_t method; const char *name; } names[] = {
        { 0, "stored" }, { 1, "shrink" }, { 6, "implode" }, { 8, "deflate" }, { 9, "deflate64" }, { 12, "bzip2" },
        { 14, "LZMA" }, { 20, "zstd" }, { 93, "zstd" }, { 94, "MP3" }, { 95, "xz" }, { 97, "WavPack" },
        { 98, "PPMd" }, { 99, "AES encryption" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].method == method)
            return names[i].name;
    return "an unknown method";
}

int zip_odd_add(struct zip *z, enum zip_odd_kind kind, uint32_t member, uint64_t at)
{
    void *items = z->odds;
    z->n_odd++;
    if (member != ZIP_NO_MEMBER)
        z->members[member].odd = true;
    if (z->n_odds >= ZIP_ODDS_MAX)
        return 0;
    if (arena_grow(z->a, &items, &z->cap_odds, z->n_odds, sizeof *z->odds))
        return -1;
    z->odds = items;
    z->odds[z->n_odds++] = (struct zip_odd){ kind, member, at };
    return 0;
}

struct zip_member *zip_member_add(struct zip *z, bool *full)
{
    void *items = z->members;
    *full = z->n_members >= ZIP_MEMBERS_MAX;
    if (*full || arena_grow(z->a, &items, &z->cap_members, z->n_members, sizeof *z->members))
        return NULL;
    z->members = items;
    z->members[z->n_members] = (struct zip_member){ .central_at = NOWHERE };
    return &z->members[z->n_members++];
}

bool zip_extra(struct span extra, struct span name, uint64_t *bytes, uint64_t *packed, uint64_t *offset)
{
    uint64_t *want[3] = { bytes, packed, offset };
    bool fine = true, seen = false;
    size_t at = 0;
    for (; extra.n - at >= 4; at += 4) {
        uint16_t tag = le16(extra.p + at), n = le16(extra.p + at + 2);
        struct span v = span_sub(extra, at + 4, n);
        if (v.n < n)
            return false;
        if (tag == 1) {
            fine = fine && !seen;
            seen = true;
            for (size_t i = 0; i < 3; i++) {
                if (!want[i] || *want[i] != UINT32_MAX)
                    continue;
                if (v.n < 8)
                    return false;
                *want[i] = le64(v.p);
                v = span_sub(v, 8, v.n);
            }
        } else if (tag == 0x7075) {
            fine = fine && v.n >= 5 && span_eq(span_sub(v, 5, v.n), name);      /* Info-ZIP's Unicode path */
        }
        at += n;
    }
    return fine;                            /* up to three bytes left over are common */
}

/* ---- the end record --------------------------------------------------------------------- */

struct end { uint64_t at, n_entries, dir_bytes, dir_at, dir_end; };

static bool reaches_end(struct span in, uint64_t at)
{
    return in.n - at - ZIP_END_BYTES == le16(in.p + at + 20);
}

/* The last end record of the tail; one whose comment reaches the end of the file is preferred. */
static uint64_t find_end(struct span in, uint64_t *other)
{
    uint64_t from = in.n > ZIP_TAIL_BYTES ? in.n - ZIP_TAIL_BYTES : 0, last = NOWHERE, fits = NOWHERE;
    *other = NOWHERE;
    for (const uint8_t *p = in.p + in.n; (p = memrchr(in.p + from, 'P', (size_t)(p - in.p) - from));) {
        uint64_t at = (uint64_t)(p - in.p);
        if (!zip_is(in, at, ZIP_END_SIG, ZIP_END_BYTES))
            continue;
        if (last == NOWHERE)
            last = at;
        if (reaches_end(in, at)) {
            fits = at;
            break;
        }
    }
    if (last != NOWHERE && fits != NOWHERE && fits != last)
        *other = last;
    return fits != NOWHERE ? fits : last;
}

/* A field of the end record must be its 64-bit form's, or all ones. */
static bool same(uint64_t narrow, uint64_t ones, uint64_t wide)
{
    return narrow == wide || narrow == ones;
}

static int read_zip64(struct zip *z, struct end *x, uint64_t locator_at)
{
    struct span in = z->in;
    uint64_t at = locator_at >= ZIP64_END_BYTES ? locator_at - ZIP64_END_BYTES : NOWHERE;
    uint64_t claimed = le64(in.p + locator_at + 8);
    if (at == NOWHERE || !zip_is(in, at, ZIP64_END_SIG, ZIP64_END_BYTES)) {
        if (!zip_is(in, claimed, ZIP64_END_SIG, ZIP64_END_BYTES) || claimed > locator_at)
            return zip_odd_add(z, ZIP_ZIP64, ZIP_NO_MEMBER, locator_at);
        at = claimed;                       /* a longer record: only those who follow the locator find it */
        if (zip_odd_add(z, ZIP_ZIP64, ZIP_NO_MEMBER, at))
            return -1;
    }
    uint64_t n = le64(in.p + at + 32), bytes = le64(in.p + at + 40), dir_at = le64(in.p + at + 48);
    bool agree = same(x->n_entries, 0xffff, n) && same(x->dir_bytes, UINT32_MAX, bytes) &&
                 same(x->dir_at, UINT32_MAX, dir_at) && le64(in.p + at + 24) == n && le64(in.p + at + 4) == 44 &&
                 !le32(in.p + at + 16) && !le32(in.p + at + 20) && !le32(in.p + locator_at + 4) &&
                 le32(in.p + locator_at + 16) <= 1;
    *x = (struct end){ x->at, n, bytes, dir_at, at };
    z->shift = at - claimed <= at ? at - claimed : 0;
    return agree ? 0 : zip_odd_add(z, ZIP_ZIP64, ZIP_NO_MEMBER, at);
}

static int read_end(struct zip *z, struct end *x)
{
    const uint8_t *p = z->in.p + x->at;
    uint64_t other;
    (void)find_end(z->in, &other);
    *x = (struct end){ x->at, le16(p + 10), le32(p + 12), le32(p + 16), x->at };
    if (other != NOWHERE && zip_odd_add(z, ZIP_SECOND_END, ZIP_NO_MEMBER, other))
        return -1;
    if (!reaches_end(z->in, x->at) && zip_odd_add(z, ZIP_TRAILING, ZIP_NO_MEMBER, x->at))
        return -1;
    if ((le16(p + 4) || le16(p + 6) || le16(p + 8) != le16(p + 10)) && le16(p + 4) != 0xffff &&
        zip_odd_add(z, ZIP_DIRECTORY, ZIP_NO_MEMBER, x->at))
        return -1;                          /* parts of an archive, which nobody writes today */
    if (x->at >= ZIP64_LOCATOR_BYTES && zip_is(z->in, x->at - ZIP64_LOCATOR_BYTES, ZIP64_LOC_SIG, ZIP64_LOCATOR_BYTES))
        return read_zip64(z, x, x->at - ZIP64_LOCATOR_BYTES);
    return 0;
}

/* ---- the central directory -------------------------------------------------------------- */

static int read_entry(struct zip *z, uint64_t at, uint64_t room, uint64_t *len)
{
    const uint8_t *p = z->in.p + at;
    uint32_t index = z->n_members;
    bool full;
    size_t n_name = le16(p + 28), n_extra = le16(p + 30), n_comment = le16(p + 32);
    *len = ZIP_CENTRAL_BYTES + n_name + n_extra + n_comment;
    if (*len > room) {
        *len = 0;
        return zip_odd_add(z, ZIP_DIRECTORY, ZIP_NO_MEMBER, at);
    }
    struct zip_member *m = zip_member_add(z, &full);
    if (full)
        *len = 0;
    if (!m)
        return full ? zip_odd_add(z, ZIP_TOO_MANY, ZIP_NO_MEMBER, at) : -1;
    m->name = span_of(p + ZIP_CENTRAL_BYTES, n_name);
    m->central_at = at;
    m->flags = le16(p + 8);
    m->method = le16(p + 10);
    m->crc = le32(p + 16);
    m->packed_bytes = le32(p + 20);
    m->bytes = le32(p + 24);
    m->header_at = le32(p + 42);
    m->mode = p[5] == 3 || p[5] == 19 ? le32(p + 38) >> 16 : 0;
    if (!zip_extra(span_of(p + ZIP_CENTRAL_BYTES + n_name, n_extra), m->name, &m->bytes, &m->packed_bytes, &m->header_at) &&
        zip_odd_add(z, ZIP_EXTRA, index, at))
        return -1;
    m = &z->members[index];
    if (__builtin_add_overflow(m->header_at, z->shift, &m->header_at))
        m->header_at = NOWHERE;
    return le16(p + 34) && le16(p + 34) != 0xffff ? zip_odd_add(z, ZIP_DIRECTORY, index, at) : 0;
}

/* Entries from `at` on, no further than `end`; *stop is where they end. */
static int read_entries(struct zip *z, uint64_t at, uint64_t end, uint64_t *stop)
{
    while (end - at >= ZIP_CENTRAL_BYTES && zip_is(z->in, at, ZIP_CENTRAL_SIG, ZIP_CENTRAL_BYTES)) {
        uint64_t len;
        if (read_entry(z, at, end - at, &len))
            return -1;
        if (!len)
            break;
        at += len;
    }
    *stop = at;
    return 0;
}

/* The directory that ends where the end record begins: where Python finds it. */
static int read_near(struct zip *z, const struct end *x, uint64_t near)
{
    uint64_t stop;
    z->shift = near >= x->dir_at ? near - x->dir_at : 0;
    if (near < x->dir_at && zip_odd_add(z, ZIP_DIRECTORY, ZIP_NO_MEMBER, x->at))
        return -1;
    if (read_entries(z, near, x->dir_end, &stop))
        return -1;
    bool agree = stop == x->dir_end && z->n_members == x->n_entries;
    return agree || z->n_members >= ZIP_MEMBERS_MAX ? 0 : zip_odd_add(z, ZIP_DIRECTORY, ZIP_NO_MEMBER, stop);
}

/* The one at its offset from the first byte of the file: where miniz finds it. */
static int read_far(struct zip *z, const struct end *x, bool second)
{
    uint64_t stop, kept = z->shift;
    z->shift = 0;
    if (read_entries(z, x->dir_at, x->dir_end, &stop))
        return -1;
    z->shift = second ? kept : 0;
    return zip_odd_add(z, second ? ZIP_SECOND_DIR : ZIP_DIRECTORY, ZIP_NO_MEMBER, x->dir_at);
}

/* Read both when they differ. */
static int read_directory(struct zip *z, const struct end *x, uint64_t *first)
{
    uint64_t near = x->dir_bytes <= x->dir_end ? x->dir_end - x->dir_bytes : NOWHERE;
    bool near_has = near != NOWHERE && (zip_is(z->in, near, ZIP_CENTRAL_SIG, ZIP_CENTRAL_BYTES) || !x->dir_bytes);
    bool far_has = x->dir_at != near && x->dir_at < x->dir_end &&
                   zip_is(z->in, x->dir_at, ZIP_CENTRAL_SIG, ZIP_CENTRAL_BYTES);
    *first = near_has ? near : x->dir_end;
    if (far_has && x->dir_at < *first)
        *first = x->dir_at;
    if (!near_has && !far_has)
        return zip_odd_add(z, ZIP_DIRECTORY, ZIP_NO_MEMBER, x->at);
    if (near_has && read_near(z, x, near))
        return -1;
    return far_has ? read_far(z, x, near_has) : 0;
}

/* ---- open ------------------------------------------------------------------------------- */

unsigned zip_sniff(struct span in)
{
    uint64_t other;
    if (zip_is(in, 0, ZIP_LOCAL_SIG, ZIP_LOCAL_BYTES) || zip_is(in, 0, ZIP_END_SIG, ZIP_END_BYTES))
        return 95;
    uint64_t at = in.n >= ZIP_END_BYTES ? find_end(in, &other) : NOWHERE;
    if (at == NOWHERE)
        return 0;
    uint64_t bytes = le32(in.p + at + 12);
    return bytes == UINT32_MAX || (bytes && bytes <= at && zip_is(in, at - bytes, ZIP_CENTRAL_SIG, ZIP_CENTRAL_BYTES)) ? 40 : 0;
}

int zip_open(struct span in, struct arena *a, struct zip *out, struct err *e)
{
    struct zip z = { .in = in, .a = a, .end_at = in.n };
    uint64_t other, first = in.n;
    struct end x = { .at = in.n >= ZIP_END_BYTES ? find_end(in, &other) : NOWHERE };
    if (x.at != NOWHERE) {
        z.end_at = x.at;
        if (read_end(&z, &x) || read_directory(&z, &x, &first))
            return err_memory(e);
    } else if (!zip_is(in, 0, ZIP_LOCAL_SIG, ZIP_LOCAL_BYTES)) {
        return err_set(e, ERR_FORMAT, 0, "no end record and no local header of a ZIP archive");
    } else if (zip_odd_add(&z, ZIP_NO_END, ZIP_NO_MEMBER, in.n)) {
        return err_memory(e);
    }
    if (zip_locals(&z, first))
        return err_memory(e);
    *out = z;
    return 0;
}

bool zip_how(const struct zip_member *m, struct unpack_how *out, struct span *packed)
{
    struct span in = m->packed;
    struct unpack_how how = { .codec = UNPACK_STORED, .bytes = UINT64_MAX };
    switch (m->method) {
    case ZIP_STORED:
        break;
    case ZIP_DEFLATED:
        how.codec = UNPACK_DEFLATE;
        break;
    case ZIP_BZIP2:
        how.codec = UNPACK_BZIP2;
        break;
    case ZIP_LZMA:                          /* version, length of the properties, properties */
        if (in.n < 9 || le16(in.p + 2) != 5)
            return false;
        how = (struct unpack_how){ .codec = UNPACK_LZMA, .props = span_of(in.p + 4, 5), .bytes = m->bytes };
        in = span_sub(in, 9, in.n);
        break;
    default:
        return false;
    }
    *out = how;
    *packed = in;
    return true;
}
