// SPDX-License-Identifier: Apache-2.0
#include "format/order.h"
#include "format/zip_int.h"

enum { FLAGS_KNOWN = 0x080f,                /* encryption, level of deflate, descriptor, UTF-8 */
       FLAGS_MAY_DIFFER = 0x0806 };

struct local { struct span name; uint64_t bytes, packed_bytes, data_at; uint32_t crc; uint16_t flags, method; bool fine; };

/* The header at `at`; false when none is there, or it runs past the end. */
static bool read_local(struct span in, uint64_t at, struct local *l)
{
    if (!zip_is(in, at, ZIP_LOCAL_SIG, ZIP_LOCAL_BYTES))
        return false;
    const uint8_t *p = in.p + at;
    size_t n_name = le16(p + 26), n_extra = le16(p + 28);
    if (in.n - at - ZIP_LOCAL_BYTES < n_name + n_extra)
        return false;
    *l = (struct local){ span_of(p + ZIP_LOCAL_BYTES, n_name), le32(p + 22), le32(p + 18),
                         at + ZIP_LOCAL_BYTES + n_name + n_extra, le32(p + 14), le16(p + 6), le16(p + 8), true };
    l->fine = zip_extra(span_of(p + ZIP_LOCAL_BYTES + n_name, n_extra), l->name, &l->bytes, &l->packed_bytes, NULL);
    return true;
}

/* ---- members that the central directory names ------------------------------------------- */

/* With a descriptor a local header may leave sizes and checksum open. */
static bool open_or(uint64_t local, uint64_t central, bool descriptor)
{
    return local == central || (descriptor && (!local || local == UINT32_MAX));
}

static int compare(struct zip *z, uint32_t i, const struct local *l)
{
    const struct zip_member *m = &z->members[i];
    bool later = l->flags & ZIP_DESCRIPTOR;
    const struct { bool odd; enum zip_odd_kind kind; } checks[] = {
        { !span_eq(l->name, m->name), ZIP_NAMES },
        { l->method != m->method, ZIP_METHODS },
        { (l->flags ^ m->flags) & ~FLAGS_MAY_DIFFER, ZIP_FLAGS },
        { (l->flags | m->flags) & ~FLAGS_KNOWN, ZIP_FLAG_BITS },
        { !open_or(l->bytes, m->bytes, later) || !open_or(l->packed_bytes, m->packed_bytes, later), ZIP_SIZES },
        { !open_or(l->crc, m->crc, later), ZIP_CRCS },
        { !l->fine, ZIP_EXTRA },
        { m->method == ZIP_STORED && m->bytes != m->packed_bytes && !(m->flags & ZIP_ENCRYPTED), ZIP_STORED_SIZE },
    };
    for (size_t k = 0; k < sizeof checks / sizeof *checks; k++)
        if (checks[k].odd && zip_odd_add(z, checks[k].kind, i, z->members[i].header_at))
            return -1;
    return 0;
}

/* Bytes of the descriptor behind the data: with or without its mark, sizes of 4 or of 8 bytes. 0: none that fits. */
static size_t descriptor(struct span in, uint64_t at, const struct zip_member *m)
{
    for (unsigned form = 0; form < 4; form++) {
        size_t mark = form & 1 ? 0 : 4, wide = form & 2 ? 8 : 4, n = mark + 4 + 2 * wide;
        if (in.n - at < n)
            continue;
        const uint8_t *p = in.p + at + mark;
        uint64_t packed = wide == 4 ? le32(p + 4) : le64(p + 4), bytes = wide == 4 ? le32(p + 8) : le64(p + 12);
        if ((!mark || le32(in.p + at) == ZIP_DESC_SIG) && le32(p) == m->crc && packed == m->packed_bytes &&
            bytes == m->bytes)
            return n;
    }
    return 0;
}

static int read_member(struct zip *z, uint32_t i)
{
    struct zip_member *m = &z->members[i];
    struct local l;
    m->has_local = read_local(z->in, m->header_at, &l);
    if (!m->has_local)
        return zip_odd_add(z, ZIP_NO_LOCAL, i, m->central_at);
    m->local_name = l.name;
    m->data_at = l.data_at;
    m->packed = span_sub(z->in, l.data_at, m->packed_bytes < SIZE_MAX ? (size_t)m->packed_bytes : SIZE_MAX);
    m->end_at = l.data_at + m->packed.n;
    if ((l.flags | m->flags) & ZIP_DESCRIPTOR)
        m->end_at += descriptor(z->in, m->end_at, m);
    if (m->packed.n < m->packed_bytes && zip_odd_add(z, ZIP_OVERLAP, i, m->header_at))
        return -1;
    return compare(z, i, &l);
}

/* ---- what lies between ------------------------------------------------------------------ */

static uint64_t find_sig(struct span in, uint64_t from, uint64_t end, uint32_t sig)
{
    while (end - from >= 4) {
        const uint8_t *p = memchr(in.p + from, 'P', end - from - 3);
        if (!p)
            break;
        if (le32(p) == sig)
            return (uint64_t)(p - in.p);
        from = (uint64_t)(p - in.p) + 1;
    }
    return end;
}

static bool all_zero(struct span s)
{
    return !s.n || (!s.p[0] && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

static int add_gap(struct zip *z, uint64_t at, uint64_t end, enum zip_odd_kind kind)
{
    void *items = z->gaps;
    struct span bytes = span_sub(z->in, at, end - at);
    if (all_zero(bytes))
        return 0;
    if (arena_grow(z->a, &items, &z->cap_gaps, z->n_gaps, sizeof *z->gaps))
        return -1;
    z->gaps = items;
    z->gaps[z->n_gaps++] = (struct zip_gap){ at, bytes };
    return zip_odd_add(z, kind, ZIP_NO_MEMBER, at);
}

/* The member whose local header stands in a gap. Its data end with its size, when it gives one, else before the next
 * header; *next is the first byte behind. */
static int add_hidden(struct zip *z, uint64_t at, uint64_t end, const struct local *l, uint64_t *next)
{
    bool full, open = !l->packed_bytes || l->packed_bytes == UINT32_MAX;
    uint32_t index = z->n_members;
    uint64_t room = end - l->data_at, n = l->packed_bytes < room ? l->packed_bytes : room;
    struct zip_member *m = zip_member_add(z, &full);
    *next = end;
    if (!m)
        return full ? zip_odd_add(z, ZIP_TOO_MANY, ZIP_NO_MEMBER, at) : -1;
    if (open && (l->flags & ZIP_DESCRIPTOR))
        n = find_sig(z->in, l->data_at, end, ZIP_LOCAL_SIG) - l->data_at;
    *m = (struct zip_member){ .name = l->name, .local_name = l->name, .packed = span_sub(z->in, l->data_at, n),
                              .header_at = at, .central_at = UINT64_MAX, .data_at = l->data_at, .bytes = l->bytes,
                              .packed_bytes = n, .crc = l->crc, .flags = l->flags, .method = l->method,
                              .hidden = true, .has_local = true };
    m->end_at = *next = l->data_at + n;
    return z->end_at == z->in.n ? 0 : zip_odd_add(z, ZIP_HIDDEN, index, at);
}

/* Bytes [from, end) belong to no named member: hidden members, and what is left. */
static int read_gap(struct zip *z, uint64_t from, uint64_t end)
{
    enum zip_odd_kind kind = from ? ZIP_GAP : ZIP_PREFIX;
    uint64_t at = from;
    while (at < end) {
        struct local l;
        uint64_t found = find_sig(z->in, at, end, ZIP_LOCAL_SIG), next;
        if (found == end)
            break;
        at = found + 4;
        if (!read_local(z->in, found, &l) || l.data_at > end)
            continue;
        if (add_gap(z, from, found, kind) || add_hidden(z, found, end, &l, &next))
            return -1;
        from = at = next;
        kind = ZIP_GAP;
    }
    return add_gap(z, from, end, kind);
}

static int by_place(const void *items, uint32_t x, uint32_t y)
{
    const struct zip_member *m = items;
    return m[x].header_at < m[y].header_at ? -1 : m[x].header_at > m[y].header_at;
}

static struct span up_to_nul(struct span name)
{
    const uint8_t *nul = name.n ? memchr(name.p, 0, name.n) : NULL;
    return nul ? span_sub(name, 0, (size_t)(nul - name.p)) : name;
}

static int by_name(const void *items, uint32_t x, uint32_t y)
{
    const struct zip_member *m = items;
    return order_names(up_to_nul(m[x].name), up_to_nul(m[y].name));
}

static int check_names(struct zip *z)
{
    const uint32_t *order = order_make(z->a, z->members, z->n_members, by_name);
    if (!order)
        return -1;
    for (uint32_t i = 1; i < z->n_members; i++) {
        const struct zip_member *m = &z->members[order[i]];
        if (by_name(z->members, order[i - 1], order[i]) == 0 &&
            zip_odd_add(z, ZIP_DUPLICATE, order[i], m->has_local ? m->header_at : m->central_at))
            return -1;
    }
    return 0;
}

int zip_locals(struct zip *z, uint64_t members_end)
{
    uint32_t n = z->n_members;
    uint64_t at = 0;
    for (uint32_t i = 0; i < n; i++)
        if (read_member(z, i))
            return -1;
    const uint32_t *order = order_make(z->a, z->members, n, by_place);
    if (!order)
        return -1;
    for (uint32_t k = 0; k < n; k++) {
        struct zip_member m = z->members[order[k]];         /* a copy: the table may move */
        if (!m.has_local)
            continue;
        if (m.header_at > at && read_gap(z, at, m.header_at))
            return -1;
        if ((m.header_at < at || m.end_at > members_end) && zip_odd_add(z, ZIP_OVERLAP, order[k], m.header_at))
            return -1;
        at = m.end_at > at ? m.end_at : at;
    }
    if (at < members_end && read_gap(z, at, members_end))
        return -1;
    return check_names(z);
}
