// SPDX-License-Identifier: Apache-2.0
#include "format/h5.h"

#define NO_ADDRESS UINT64_MAX

enum message { MSG_LINK_INFO = 0x02, MSG_LINK = 0x06, MSG_EXTERNAL = 0x07, MSG_LAYOUT = 0x08, MSG_ATTRIBUTE = 0x0c,
               MSG_CONTINUATION = 0x10, MSG_SYMBOLS = 0x11, MSG_ATTRIBUTE_INFO = 0x15 };
enum { CLASS_STRING = 3, CLASS_VARIABLE = 9, LAYOUT_VIRTUAL = 3, LINK_HARD = 0, LINK_SOFT = 1, LINK_EXTERNAL = 64 };

struct todo { uint64_t at; unsigned depth; };

struct walk {
    struct span in;             /* from the superblock on: addresses are offsets in it */
    uint64_t base;
    struct arena *a;
    int (*event)(void *ud, const struct h5_event *ev);
    void *ud;
    struct todo *todo;          /* objects that are still to be read */
    size_t n_todo, cap_todo, n_objects;
    uint64_t steps, n_texts;
    bool of_root, tired;
    unsigned depth;
    int rc;
};

/* ---- telling ---------------------------------------------------------------------------- */

static void tell(struct walk *w, enum h5_event_kind kind, uint64_t at, struct span name, struct span text, const char *what)
{
    struct h5_event ev = { kind, w->base + at, w->of_root, name, text, what };
    if (!w->rc)
        w->rc = w->event(w->ud, &ev);
}

static void unread(struct walk *w, uint64_t at, const char *what)
{
    tell(w, H5_UNREAD, at < w->in.n ? at : w->in.n, SPAN_NONE, SPAN_NONE, what);
}

/* One step more; false when there were too many. */
static bool step(struct walk *w)
{
    if (++w->steps > H5_STEPS_MAX && !w->tired) {
        w->tired = true;
        unread(w, 0, "more parts than are followed");
    }
    return !w->tired && !w->rc;
}

/* The `n` bytes at an address; NULL, and told, when they are not there. */
static const uint8_t *bytes_at(struct walk *w, uint64_t at, uint64_t n, const char *what)
{
    if (at <= w->in.n && n <= w->in.n - at)
        return w->in.p + at;
    unread(w, at, what);
    return NULL;
}

static void later(struct walk *w, uint64_t at)
{
    void *items = w->todo;
    if (w->depth >= H5_DEPTH_MAX || w->n_todo >= H5_OBJECTS_MAX || w->n_objects >= H5_OBJECTS_MAX) {
        if (step(w)) {
            w->tired = true;
            unread(w, at, "groups in groups, deeper or more than are followed");
        }
    } else if (arena_grow(w->a, &items, &w->cap_todo, w->n_todo, sizeof *w->todo)) {
        w->rc = ERR_MEMORY;
    } else {
        w->todo = items;
        w->todo[w->n_todo++] = (struct todo){ at, w->depth + 1 };
        w->n_objects++;
    }
}

/* ---- attributes ------------------------------------------------------------------------- */

/* Object `index` of the global heap at an address. */
static bool heap_object(struct walk *w, uint64_t at, uint32_t index, struct span *out)
{
    const uint8_t *p = bytes_at(w, at, 16, "a heap of strings that is not there");
    if (!p)
        return false;
    uint64_t n = le64(p + 8), from = 16;
    if (memcmp(p, "GCOL\1", 5) != 0 || n > w->in.n - at) {
        unread(w, at, "a heap of strings that is none");
        return false;
    }
    while (n > from && n - from >= 16 && step(w)) {
        uint64_t size = le64(p + from + 8), room = n - from - 16;
        uint16_t found = le16(p + from);
        if (!found || size > room)
            break;
        if (found == index) {
            *out = span_of(p + from + 16, (size_t)size);
            return true;
        }
        uint64_t padded = size + (-size & 7);
        if (padded > room)
            break;
        from += 16 + padded;
    }
    unread(w, at, "a string that its heap does not have");
    return false;
}

/* Without the NUL that ends it, or the padding behind that. */
static struct span trimmed(struct span s)
{
    const uint8_t *nul = s.n ? memchr(s.p, 0, s.n) : NULL;
    bool only_nuls = nul != NULL;
    for (size_t i = nul ? (size_t)(nul - s.p) : 0; i < s.n && only_nuls; i++)
        only_nuls = s.p[i] == 0;
    return only_nuls ? span_sub(s, 0, (size_t)(nul - s.p)) : s;     /* what goes on behind a NUL is kept: others read it */
}

static void read_texts(struct walk *w, struct span name, struct span type, uint64_t n, struct span data)
{
    bool variable = (type.p[0] & 15) == CLASS_VARIABLE;
    uint64_t each = variable ? 16 : le32(type.p + 4), at = (uint64_t)(data.p - w->in.p);
    if (!each || n > data.n / each) {
        unread(w, at, "an attribute whose strings are not all there");
        return;
    }
    for (uint64_t i = 0; i < n && step(w); i++) {
        struct span one = span_sub(data, (size_t)(i * each), (size_t)each);
        if (++w->n_texts > H5_TEXTS_MAX) {
            unread(w, at, "more strings than are followed");
            w->tired = true;
        } else if (!variable) {
            tell(w, H5_TEXT, at + i * each, name, trimmed(one), "");
        } else if (le32(one.p) && heap_object(w, le64(one.p + 4), le32(one.p + 12), &one)) {
            tell(w, H5_TEXT, (uint64_t)(one.p - w->in.p), name, trimmed(span_sub(one, 0, SIZE_MAX)), "");
        }
    }
}

/* The number of items of a dataspace; false: not understood. */
static bool count_items(struct span s, uint64_t *n)
{
    *n = 1;
    if (s.n < 4 || s.p[0] < 1 || s.p[0] > 2 || s.p[1] > 32)
        return false;
    size_t from = s.p[0] == 1 ? 8 : 4;
    if (s.p[0] == 2 && s.p[3] == 2)
        *n = 0;                             /* the null space */
    if (s.n < from || s.p[1] > (s.n - from) / 8)
        return false;
    for (unsigned i = 0; i < s.p[1]; i++)
        if (__builtin_mul_overflow(*n, le64(s.p + from + 8 * (size_t)i), n))
            return false;
    return true;
}

static bool is_text(struct span type)
{
    return (type.p[0] & 15) == CLASS_STRING || ((type.p[0] & 15) == CLASS_VARIABLE && (type.p[1] & 15) == 1);
}

static void read_attribute(struct walk *w, struct span m, uint64_t at)
{
    struct span part[3];                    /* name, type, space */
    uint64_t n;
    size_t from = m.n && m.p[0] == 3 ? 9 : 8;
    if (m.n < from || m.p[0] < 1 || m.p[0] > 3 || (m.p[0] > 1 && m.p[1])) {
        unread(w, at, "an attribute of a kind that is not read here");
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        size_t size = le16(m.p + 2 + 2 * i), padded = m.p[0] == 1 ? (size + 7) & ~(size_t)7 : size;
        if (size > m.n - from) {
            unread(w, at, "an attribute longer than its message");
            return;
        }
        part[i] = span_sub(m, from, size);
        from += padded > m.n - from ? m.n - from : padded;
    }
    part[0] = trimmed(part[0]);
    if (part[1].n < 8 || !count_items(part[2], &n))
        unread(w, at, "an attribute whose type or size is not understood");
    else if (is_text(part[1]))
        read_texts(w, part[0], part[1], n, span_sub(m, from, SIZE_MAX));
    else
        tell(w, H5_OTHER, at, part[0], SPAN_NONE, "");
}

/* ---- groups ----------------------------------------------------------------------------- */

static void read_symbols_node(struct walk *w, uint64_t at)
{
    const uint8_t *p = bytes_at(w, at, 8, "a node of a group that is not there");
    if (!p)
        return;
    unsigned n = le16(p + 6);
    if (memcmp(p, "SNOD\1", 5) != 0 || !bytes_at(w, at + 8, (uint64_t)n * 40, "a node of a group that is cut")) {
        unread(w, at, "a node of a group that is none");
        return;
    }
    for (unsigned i = 0; i < n && step(w); i++) {
        const uint8_t *entry = p + 8 + 40 * (size_t)i;
        if (le32(entry + 16) != 2)          /* 2: a soft link, which stays in the file */
            later(w, le64(entry + 8));
    }
}

static void read_tree(struct walk *w, uint64_t at, unsigned depth)
{
    const uint8_t *p = step(w) ? bytes_at(w, at, 24, "a tree of a group that is not there") : NULL;
    if (!p)
        return;
    unsigned n = le16(p + 6), level = p[5];
    if (memcmp(p, "TREE\0", 5) != 0 || level > depth) {
        unread(w, at, "a tree of a group that is none");
        return;
    }
    if (!n || !bytes_at(w, at + 24, 16 * (uint64_t)n + 8, "a tree of a group that is cut"))
        return;
    for (unsigned i = 0; i < n && step(w); i++) {
        uint64_t child = le64(p + 32 + 16 * (size_t)i);
        if (level)
            read_tree(w, child, level - 1);
        else
            read_symbols_node(w, child);
    }
}

/* version, flags, [type], [creation order 8], [charset], length of the name, name, where */
static void read_link(struct walk *w, struct span m, uint64_t at)
{
    if (m.n < 4 || m.p[0] != 1) {
        unread(w, at, "a link of a kind that is not read here");
        return;
    }
    unsigned flags = m.p[1], type = flags & 8 ? m.p[2] : LINK_HARD;
    size_t from = 2 + (flags & 8 ? 1u : 0u) + (flags & 4 ? 8u : 0u) + (flags & 16 ? 1u : 0u), width = (size_t)1 << (flags & 3);
    uint64_t n = 0;
    for (size_t i = 0; i < width && from + i < m.n; i++)
        n |= (uint64_t)m.p[from + i] << 8 * i;
    if (from + width > m.n || n > m.n - from - width) {
        unread(w, at, "a link longer than its message");
        return;
    }
    struct span name = span_sub(m, from + width, (size_t)n), where = span_sub(m, from + width + (size_t)n, SIZE_MAX);
    if (type == LINK_HARD && where.n >= 8)
        later(w, le64(where.p));
    else if (type == LINK_EXTERNAL)
        tell(w, H5_OUTSIDE, at, name, span_sub(where, 3, SIZE_MAX), "a link");
    else if (type != LINK_SOFT)
        unread(w, at, "a link of a kind that is not read here");
}

/* Links and attributes beyond some number move into a heap that is not read here. */
static void check_dense(struct walk *w, struct span m, uint64_t at, const char *what)
{
    size_t from = 2 + (m.n > 1 && m.p[1] & 1 ? (what[0] == 'l' ? 8 : 2) : 0);
    if (m.n < from + 8)
        unread(w, at, what);
    else if (le64(m.p + from) != NO_ADDRESS)
        unread(w, at, what);
}

/* ---- objects ---------------------------------------------------------------------------- */

static void read_chunk(struct walk *w, unsigned version, unsigned flags, uint64_t from, uint64_t n, unsigned depth);

static void read_continuation(struct walk *w, struct span m, uint64_t at, unsigned version, unsigned flags, unsigned depth)
{
    uint64_t from = m.n >= 16 ? le64(m.p) : NO_ADDRESS, n = m.n >= 16 ? le64(m.p + 8) : 0;
    const uint8_t *p = depth ? bytes_at(w, from, n, "a part of an object that is not there") : NULL;
    if (!depth)
        unread(w, at, "an object in too many parts");
    if (!p || !step(w))
        return;
    if (version == 1)
        read_chunk(w, version, flags, from, n, depth - 1);
    else if (n < 8 || memcmp(p, "OCHK", 4) != 0)
        unread(w, from, "a part of an object that is none");
    else
        read_chunk(w, version, flags, from + 4, n - 8, depth - 1);
}

static void read_message(struct walk *w, unsigned type, bool shared, struct span m, uint64_t at)
{
    if (shared && (type == MSG_ATTRIBUTE || type == MSG_LINK || type == MSG_SYMBOLS || type == MSG_EXTERNAL ||
                   type == MSG_LAYOUT)) {
        unread(w, at, "a message that is shared between objects");
        return;
    }
    switch (type) {
    case MSG_ATTRIBUTE:
        read_attribute(w, m, at);
        break;
    case MSG_LINK:
        read_link(w, m, at);
        break;
    case MSG_SYMBOLS:
        if (m.n >= 16)
            read_tree(w, le64(m.p), 16);
        else
            unread(w, at, "a group without a tree");
        break;
    case MSG_LINK_INFO:
        check_dense(w, m, at, "links in a heap");
        break;
    case MSG_ATTRIBUTE_INFO:
        check_dense(w, m, at, "attributes in a heap");
        break;
    case MSG_EXTERNAL:
        tell(w, H5_OUTSIDE, at, SPAN_NONE, SPAN_NONE, "the storage of a dataset");
        break;
    case MSG_LAYOUT:
        if (m.n >= 2 && m.p[0] >= 4 && m.p[1] == LAYOUT_VIRTUAL)
            tell(w, H5_OUTSIDE, at, SPAN_NONE, SPAN_NONE, "a virtual dataset");
        break;
    default:
        break;                              /* types, sizes, times, comments: of no consequence */
    }
}

/* The messages in one run of bytes. */
static void read_chunk(struct walk *w, unsigned version, unsigned flags, uint64_t from, uint64_t n, unsigned depth)
{
    uint64_t head = version == 1 ? 8 : flags & 4 ? 6 : 4, end = from + n;
    while (end - from >= head && step(w)) {
        const uint8_t *p = w->in.p + from;
        unsigned type = version == 1 ? le16(p) : p[0];
        uint64_t size = version == 1 ? le16(p + 2) : le16(p + 1);
        bool shared = (version == 1 ? p[4] : p[3]) & 2;
        if (size > end - from - head) {
            unread(w, from, "a message longer than its object");
            return;
        }
        struct span m = span_of(p + head, (size_t)size);
        if (type == MSG_CONTINUATION)
            read_continuation(w, m, from, version, flags, depth);
        else
            read_message(w, type, shared, m, from);
        from += head + size;
    }
}

static void read_object(struct walk *w, uint64_t at)
{
    const uint8_t *p = bytes_at(w, at, 16, "an object that is not there");
    if (!p)
        return;
    if (p[0] == 1) {
        uint64_t n = le32(p + 8);
        if (bytes_at(w, at + 16, n, "an object that is cut"))
            read_chunk(w, 1, 0, at + 16, n, 256);
        return;
    }
    if (memcmp(p, "OHDR\2", 5) != 0) {
        unread(w, at, "an object that is none");
        return;
    }
    unsigned flags = p[5], width = 1u << (flags & 3);
    uint64_t from = at + 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0), n = 0;
    const uint8_t *size = bytes_at(w, from, width, "an object that is cut");
    for (unsigned i = 0; size && i < width; i++)
        n |= (uint64_t)size[i] << 8 * i;
    if (size && bytes_at(w, from + width, n, "an object that is cut"))
        read_chunk(w, 2, flags, from + width, n, 256);
}

/* ---- the file --------------------------------------------------------------------------- */

bool h5_find(struct span in, uint64_t *superblock_at)
{
    for (uint64_t at = 0; at < in.n && in.n - at >= 48; at = at ? at * 2 : 512)
        if (memcmp(in.p + at, "\x89HDF\r\n\x1a\n", 8) == 0) {
            *superblock_at = at;
            return true;
        }
    return false;
}

static int read_superblock(struct span in, uint64_t base, uint64_t *root, uint64_t *end, struct err *e)
{
    unsigned version = in.p[8];
    size_t widths = version < 2 ? 13 : 9, at = version == 0 ? 24 + 32 + 8 : version == 1 ? 28 + 32 + 8 : 12 + 24;
    if (version > 3)
        return err_set(e, ERR_FORMAT, base + 8, "a superblock of version %u", version);
    if (in.p[widths] != 8 || in.p[widths + 1] != 8)
        return err_set(e, ERR_FORMAT, base + widths, "addresses of %u and lengths of %u bytes", in.p[widths], in.p[widths + 1]);
    if (in.n < at + 8)
        return err_set(e, ERR_FORMAT, base + in.n, "the file ends inside its superblock");
    *root = le64(in.p + at);
    *end = le64(in.p + (version < 2 ? at - 24 : at - 8));
    return 0;
}

int h5_walk(struct span in, struct arena *a, int (*event)(void *ud, const struct h5_event *ev), void *ud, struct err *e)
{
    struct walk w = { .a = a, .event = event, .ud = ud };
    uint64_t root = 0, end = 0;
    if (!h5_find(in, &w.base))
        return err_set(e, ERR_FORMAT, 0, "no HDF5 file");
    w.in = span_sub(in, (size_t)w.base, SIZE_MAX);
    int rc = read_superblock(w.in, w.base, &root, &end, e);
    if (rc)
        return rc;
    if (end != w.in.n && end != in.n)       /* libraries count it from the file's first byte */
        unread(&w, w.in.n, end > w.in.n ? "the file is cut short" : "bytes stand behind the end of the file");
    w.of_root = true;
    read_object(&w, root);
    w.of_root = false;
    while (w.n_todo && !w.rc && !w.tired) {
        struct todo next = w.todo[--w.n_todo];
        w.depth = next.depth;
        read_object(&w, next.at);
    }
    return w.rc == ERR_MEMORY ? err_memory(e) : w.rc;
}
