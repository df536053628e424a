// SPDX-License-Identifier: Apache-2.0
#include "format/tar.h"

enum { NAME_AT = 0, SIZE_AT = 124, SUM_AT = 148, TYPE_AT = 156, TARGET_AT = 157, MAGIC_AT = 257, PREFIX_AT = 345 };

const char *tar_odd_text(enum tar_odd odd)
{
    static const char *const texts[] = {
#define X(o, text) [o] = text,
        TAR_ODD_MAP(X)
#undef X
    };
    return texts[odd];
}

static struct span up_to_nul(const uint8_t *p, size_t n)
{
    const uint8_t *nul = memchr(p, 0, n);
    return span_of(p, nul ? (size_t)(nul - p) : n);
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* Octal digits between blanks; or, after a byte 0x80, base 256. False: readers would not agree on it. */
static bool number(const uint8_t *p, size_t n, uint64_t *out)
{
    uint64_t v = 0;
    size_t i = 0;
    *out = 0;
    if (p[0] & 0x80) {
        v = p[0] & 0x7f;
        for (i = 1; i < n; i++) {
            if (v >> 55)
                return false;               /* negative, or beyond any file */
            v = v << 8 | p[i];
        }
        *out = v;
        return true;
    }
    while (i < n && p[i] == ' ')
        i++;
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
        v = v << 3 | (uint64_t)(p[i] - '0');
    *out = v;
    for (; i < n && p[i] != 0; i++)
        if (p[i] != ' ')
            return false;
    return true;
}

static bool sum_fits(const uint8_t *b)
{
    uint64_t want;
    uint32_t plain = 0;
    int32_t sign = 0;
    (void)number(b + SUM_AT, 8, &want);
    for (unsigned i = 0; i < TAR_BLOCK_BYTES; i++) {
        uint8_t c = i >= SUM_AT && i < SUM_AT + 8 ? ' ' : b[i];
        plain += c;
        sign += (int8_t)c;
    }
    return want == plain || (sign >= 0 && want == (uint32_t)sign);
}

/* ---- one header ------------------------------------------------------------------------- */

static enum tar_kind kind_of(char type, struct span name)
{
    switch (type) {
    case '0': case '7':
        return TAR_FILE;
    case 0:
        return name.n && name.p[name.n - 1] == '/' ? TAR_FOLDER : TAR_FILE;
    case '1':
        return TAR_HARDLINK;
    case '2':
        return TAR_SYMLINK;
    case '3': case '4': case '6':
        return TAR_DEVICE;
    case '5':
        return TAR_FOLDER;
    case 'x': case 'X': case 'g': case 'L': case 'K':
        return TAR_NOTE;
    case 'S':
        return TAR_SPARSE;
    default:
        return TAR_UNKNOWN;
    }
}

bool tar_head(const uint8_t *block, struct tar_head *out)
{
    if (!sum_fits(block))
        return false;
    struct tar_head h = { .type = (char)block[TYPE_AT], .name = up_to_nul(block + NAME_AT, 100),
                          .target = up_to_nul(block + TARGET_AT, 100), .prefix = up_to_nul(block + PREFIX_AT, 155) };
    h.kind = kind_of(h.type, h.name);
    if (!number(block + SIZE_AT, 12, &h.bytes))
        h.odd |= 1u << TAR_NUMBER;
    if (h.prefix.n && memcmp(block + MAGIC_AT, "ustar\0", 6) != 0)
        h.odd |= 1u << TAR_PREFIX;          /* old GNU headers have times there; Python takes it for a name */
    *out = h;
    return true;
}

unsigned tar_sniff(struct span in)
{
    struct tar_head h;
    if (in.n < TAR_BLOCK_BYTES || !in.p[0] || !tar_head(in.p, &h))
        return 0;
    return memcmp(in.p + MAGIC_AT, "ustar", 5) == 0 ? 95 : 60;
}

/* ---- notes: pax and GNU headers --------------------------------------------------------- */

static int keep(struct tar *t, struct span *at, struct span v)
{
    if (!v.n || v.n > TAR_NAME_MAX_BYTES || at->n)
        t->odd |= 1u << TAR_NOTES;
    v = span_sub(v, 0, TAR_NAME_MAX_BYTES);
    char *copy = arena_strn(t->a, v.p, v.n);
    if (!copy)
        return -1;
    *at = span_of(copy, v.n);
    return 0;
}

static bool decimal(struct span s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(v, 10u, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return false;
    *out = v;
    return s.n;
}

static int pax_pair(struct tar *t, bool all, struct span key, struct span v)
{
    if (span_is(key, "path"))
        return keep(t, all ? &t->all_name : &t->name, v);
    if (span_is(key, "linkpath"))
        return keep(t, all ? &t->all_target : &t->target, v);
    if (span_is(key, "size")) {
        uint64_t n;
        if (all || t->has_bytes || !decimal(v, &n)) {
            t->odd |= 1u << TAR_NOTES;
            return 0;
        }
        t->bytes = n;
        t->has_bytes = true;
    }
    t->sparse = t->sparse || span_starts(key, "GNU.sparse.");
    return 0;
}

/* "27 path=a/long/name\n", one after another; the number counts the whole record. */
static int pax(struct tar *t, bool all, struct span s)
{
    while (s.n && s.p[0]) {
        const uint8_t *blank = memchr(s.p, ' ', s.n < 20 ? s.n : 20);
        uint64_t n;
        if (!blank || !decimal(span_of(s.p, (size_t)(blank - s.p)), &n) || n > s.n || n < (size_t)(blank - s.p) + 3 ||
            s.p[n - 1] != '\n') {
            t->odd |= 1u << TAR_NOTES;
            return 0;
        }
        struct span rec = span_of(blank + 1, n - (size_t)(blank - s.p) - 2);
        const uint8_t *eq = memchr(rec.p, '=', rec.n);
        if (!eq)
            t->odd |= 1u << TAR_NOTES;
        else if (pax_pair(t, all, span_of(rec.p, (size_t)(eq - rec.p)), span_sub(rec, (size_t)(eq - rec.p) + 1, rec.n)))
            return -1;
        s = span_sub(s, n, s.n);
    }
    return 0;
}

int tar_note(struct tar *t, const struct tar_head *h, struct span data)
{
    t->noted = true;
    t->odd |= h->odd;
    if (h->bytes > TAR_NOTE_MAX_BYTES || data.n < h->bytes) {
        t->odd |= 1u << TAR_NOTES;
        return 0;
    }
    if ((h->type == 'L' || h->type == 'K') && (!data.n || !memchr(data.p, 0, data.n)))
        t->odd |= 1u << TAR_NOTES;          /* Python reads on into the padding, up to a NUL */
    if (h->type == 'L' || h->type == 'K')
        return keep(t, h->type == 'L' ? &t->name : &t->target, data.n ? up_to_nul(data.p, data.n) : data);
    return pax(t, h->type == 'g', data);
}

/* ---- a member --------------------------------------------------------------------------- */

static int join_name(struct tar *t, const struct tar_head *h, struct span *out)
{
    if (!h->prefix.n) {
        *out = h->name;
        return 0;
    }
    char *both = arena_fmt(t->a, "%.*s/%.*s", SPAN_ARG(h->prefix), SPAN_ARG(h->name));
    if (!both)
        return -1;
    *out = span_str(both);
    return 0;
}

int tar_member(struct tar *t, const struct tar_head *h, struct tar_member *out)
{
    struct tar_member m = { .kind = h->kind, .bytes = h->bytes, .odd = h->odd | t->odd, .name = t->name,
                            .target = t->target.n ? t->target : t->all_target.n ? t->all_target : h->target };
    bool has_data = h->kind == TAR_FILE || h->kind == TAR_SPARSE || h->kind == TAR_UNKNOWN;
    if (!m.name.n && t->all_name.n)
        m.name = t->all_name;
    if (!m.name.n && join_name(t, h, &m.name))
        return -1;
    if (t->has_bytes) {                     /* a header can say eight gigabytes; what is larger is 0 there */
        if (t->bytes != h->bytes && (h->bytes || t->bytes < (uint64_t)1 << 33))
            m.odd |= 1u << TAR_TWO_SIZES;
        m.bytes = t->bytes;
    }
    if (!has_data && m.bytes) {
        m.odd |= 1u << TAR_DATA;
        m.bytes = 0;
    }
    if (t->sparse)
        m.kind = TAR_SPARSE;
    *out = m;
    *t = (struct tar){ .a = t->a, .all_name = t->all_name, .all_target = t->all_target };
    return 0;
}

static bool is_zero(const uint8_t *block)
{
    return !block[0] && memcmp(block, block + 1, TAR_BLOCK_BYTES - 1) == 0;
}

static void move(struct span in, uint64_t *at, uint64_t bytes)
{
    uint64_t n = tar_padded(bytes);
    *at = n > in.n - *at ? in.n : *at + n;
}

int tar_next(struct tar *t, struct span in, uint64_t *at, enum tar_step *step, struct tar_member *out, struct span *data,
             struct err *e)
{
    for (;;) {
        struct tar_head h;
        const uint8_t *block = in.p + *at;
        *step = *at == in.n ? TAR_END : in.n - *at < TAR_BLOCK_BYTES ? TAR_CUT : is_zero(block) ? TAR_END : TAR_MEMBER;
        if (*step == TAR_MEMBER && !tar_head(block, &h))
            *step = TAR_BAD;
        if (*step != TAR_MEMBER)
            return 0;
        uint64_t header_at = *at;
        *at += TAR_BLOCK_BYTES;
        if (h.kind == TAR_NOTE) {
            if (tar_note(t, &h, span_sub(in, *at, h.bytes)))
                return err_memory(e);
            move(in, at, h.bytes);
            continue;
        }
        if (tar_member(t, &h, out))
            return err_memory(e);
        out->header_at = header_at;
        out->data_at = *at;
        *data = span_sub(in, *at, out->bytes);
        move(in, at, out->bytes);
        return 0;
    }
}
