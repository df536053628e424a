// SPDX-License-Identifier: Apache-2.0
#include "format/sstable.h"

enum { TRAILER_BYTES = 5 };
static const uint64_t magic = 0xdb4775248b80fb57u;

struct walk {
    struct span in;
    int (*on_entry)(void *ud, const struct sst_entry *x);
    void *ud;
    struct err *e;
    uint64_t next;                          /* where the next data block must begin */
    uint8_t *index_key, *data_key, *last;   /* SST_KEY_MAX bytes each; last: of the data blocks so far */
    size_t last_n;
    bool any;
};

struct handle { uint64_t at, n; };

static int wrong(const struct walk *w, uint64_t at, const char *what)
{
    return err_set(w->e, ERR_FORMAT, at, "%s", what);
}

static bool varint(struct span in, size_t *at, uint64_t *out)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && *at < in.n; shift += 7) {
        uint8_t b = in.p[(*at)++];
        if (shift == 63 && b > 1)
            return false;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            *out = v;
            return true;
        }
    }
    return false;
}

/* CRC-32C, four bits at a time; tables are small. */
static uint32_t crc32c(struct span s)
{
    static const uint32_t table[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
        0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    uint32_t c = 0xffffffff;
    for (size_t i = 0; i < s.n; i++) {
        c = table[(c ^ s.p[i]) & 15] ^ c >> 4;
        c = table[(c ^ s.p[i] >> 4) & 15] ^ c >> 4;
    }
    return ~c;
}

/* ---- blocks ------------------------------------------------------------------------------- */

static bool read_handle(struct span in, size_t *at, struct handle *out)
{
    return varint(in, at, &out->at) && varint(in, at, &out->n);
}

/* The entries of a block, without its restarts. `from` is where the handle stands. */
static int open_block(const struct walk *w, const struct handle *h, uint64_t from, struct span *out)
{
    uint64_t room = w->in.n - SST_FOOTER_BYTES;
    if (h->at > room || h->n > room - h->at || room - h->at - h->n < TRAILER_BYTES)
        return wrong(w, from, "a block that lies outside the table");
    struct span block = span_sub(w->in, h->at, h->n);
    const uint8_t *trailer = block.p + block.n;
    uint32_t masked = le32(trailer + 1) - 0xa282ead8u;
    if (trailer[0])
        return wrong(w, h->at + h->n, "a compressed block, which is not read here");
    if ((masked >> 17 | masked << 15) != crc32c(span_of(block.p, block.n + 1)))
        return wrong(w, h->at + h->n + 1, "the checksum of a block is not that of its bytes");
    if (block.n < 4)
        return wrong(w, h->at, "a block that is too short");
    uint64_t restarts = (uint64_t)le32(block.p + block.n - 4) * 4 + 4;
    if (restarts > block.n)
        return wrong(w, h->at + block.n - 4, "more restarts than the block has room for");
    *out = span_sub(block, 0, (size_t)(block.n - restarts));
    return 0;
}

typedef int entry_fn(struct walk *w, struct span key, struct span value);

static int each_entry(struct walk *w, struct span block, uint8_t *key, entry_fn *on)
{
    uint64_t base = (uint64_t)(block.p - w->in.p), shared, added, n;
    size_t key_n = 0;
    for (size_t at = 0; at < block.n;) {
        uint64_t from = base + at;
        if (!varint(block, &at, &shared) || !varint(block, &at, &added) || !varint(block, &at, &n))
            return wrong(w, from, "an entry that ends before its lengths");
        if (shared > key_n || added > block.n - at || n > block.n - at - added)
            return wrong(w, from, "an entry that is longer than its block");
        if (added > SST_KEY_MAX - shared)
            return err_set(w->e, ERR_LIMIT, from, "a key of more than %d bytes", SST_KEY_MAX);
        if (added)
            memcpy(key + shared, block.p + at, (size_t)added);
        key_n = (size_t)(shared + added);
        at += (size_t)added;
        int rc = on(w, span_of(key, key_n), span_sub(block, at, (size_t)n));
        if (rc)
            return rc;
        at += (size_t)n;
    }
    return 0;
}

/* ---- entries ------------------------------------------------------------------------------ */

static int on_data(struct walk *w, struct span key, struct span value)
{
    struct sst_entry x = { key, value };
    if (w->any && span_order(span_of(w->last, w->last_n), key) >= 0)
        return wrong(w, (uint64_t)(value.p - w->in.p), "keys that are not in order, where readers search");
    if (key.n)
        memcpy(w->last, key.p, key.n);
    w->last_n = key.n;
    w->any = true;
    return w->on_entry(w->ud, &x);
}

static int on_index(struct walk *w, struct span key, struct span value)
{
    uint64_t from = (uint64_t)(value.p - w->in.p);
    struct handle h;
    struct span block;
    size_t at = 0;
    (void)key;
    if (!read_handle(value, &at, &h))
        return wrong(w, from, "no place of a block");
    if (h.at != w->next)
        return wrong(w, from, "blocks that do not lie one after another");
    int rc = open_block(w, &h, from, &block);
    if (!rc)
        w->next = h.at + h.n + TRAILER_BYTES;
    return rc ? rc : each_entry(w, block, w->data_key, on_data);
}

bool sst_sniff(struct span in)
{
    return in.n >= SST_FOOTER_BYTES && le64(in.p + in.n - 8) == magic;
}

int sst_walk(struct span in, struct arena *a, int (*on_entry)(void *ud, const struct sst_entry *x), void *ud,
             uint64_t *unclaimed, struct err *e)
{
    struct walk w = { .in = in, .on_entry = on_entry, .ud = ud, .e = e };
    struct handle meta, index;
    struct span block;
    size_t at = 0;
    if (!sst_sniff(in))
        return wrong(&w, in.n, "no mark of a table at the end");
    struct span footer = span_sub(in, in.n - SST_FOOTER_BYTES, SST_FOOTER_BYTES - 8);
    if (!read_handle(footer, &at, &meta) || !read_handle(footer, &at, &index))
        return wrong(&w, in.n - SST_FOOTER_BYTES, "no places of the index in the footer");
    w.index_key = arena_alloc(a, SST_KEY_MAX);
    w.data_key = arena_alloc(a, SST_KEY_MAX);
    w.last = arena_alloc(a, SST_KEY_MAX);
    int rc = w.index_key && w.data_key && w.last ? open_block(&w, &meta, in.n - SST_FOOTER_BYTES, &block) : err_memory(e);
    if (!rc)
        rc = open_block(&w, &index, in.n - SST_FOOTER_BYTES, &block);
    if (!rc)
        rc = each_entry(&w, block, w.index_key, on_index);
    if (rc)
        return rc;
    uint64_t claimed = w.next + meta.n + index.n + 2 * TRAILER_BYTES + SST_FOOTER_BYTES;
    *unclaimed = claimed == in.n && meta.at == w.next ? 0 : claimed < in.n ? in.n - claimed : 1;
    return 0;
}
