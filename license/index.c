// SPDX-License-Identifier: Apache-2.0
#include "license/index.h"

enum { HEAD_BYTES = 24, ENTRY_BYTES = 48, DIGEST_BYTES = 16 };

const char *index_class_name(unsigned class)
{
    static const char *const names[CLASS_COUNT] = { "unknown", "permissive", "copyleft", "restricted",
                                                    "noncommercial", "research", "proprietary", "none" };
    return class < CLASS_COUNT ? names[class] : "unknown";
}

const char *index_kind_name(unsigned kind)
{
    static const char *const names[] = { "license", "exception", "policy", "cla", "notice" };
    return kind < sizeof names / sizeof *names ? names[kind] : "license";
}

/* Sort all (shingle, entry) pairs by the shingle's top 16 bits: one counting pass, one placing pass. */
int index_invert(const struct index *x, const struct index_table **out, struct err *e)
{
    struct index_table t = { .a = x->table->a };
    *out = x->table;
    if (x->table->bucket)
        return 0;
    t.bucket = arena_array(t.a, 65537 + 1, sizeof *t.bucket);
    t.posting_shingle = arena_array(t.a, x->n_shingles, sizeof *t.posting_shingle);
    t.posting_entry = arena_array(t.a, x->n_shingles, sizeof *t.posting_entry);
    if (!t.bucket || !t.posting_shingle || !t.posting_entry)
        return err_memory(e);
    uint32_t *start = t.bucket + 1;            /* start[b] moves from b's first slot to its end */
    for (uint32_t i = 0; i < x->n_shingles; i++)
        start[(x->shingles[i] >> 16) + 1]++;
    for (uint32_t b = 0; b < 65536; b++)
        start[b + 1] += start[b];
    for (uint32_t n = 0; n < x->n_entries; n++) {
        const struct index_entry *entry = &x->entries[n];
        for (uint32_t i = 0; i < entry->n_shingles; i++) {
            uint32_t s = x->shingles[entry->first + i];
            uint32_t at = start[s >> 16]++;
            t.posting_shingle[at] = s;
            t.posting_entry[at] = (uint16_t)n;
        }
    }
    *x->table = t;
    return 0;
}

/* Entries own their shingles one after the other; `first` is where this one's must start. */
static int read_entry(const uint8_t *p, struct span strings, uint32_t first, uint32_t n_shingles,
                      struct index_entry *out)
{
    uint32_t id = le32(p), name = le32(p + 4);
    *out = (struct index_entry){ .first = le32(p + 8), .n_shingles = le32(p + 12), .n_words = le32(p + 16),
                                 .kind = p[20], .class = p[21], .flags = p[22], .variant = p[23],
                                 .strict = le64(p + 24), .digest = p + 32 };
    if (id >= strings.n || name >= strings.n || out->first != first || out->n_shingles > n_shingles - first)
        return -1;
    out->id = (const char *)strings.p + id;
    out->name = (const char *)strings.p + name;
    return 0;
}

/* Each is 1 to 31 words long, and an entry is as long as its shingles together. */
static int read_shingles(struct span in, const struct index *x, const struct index_entry *entries, uint32_t *out,
                         struct err *e)
{
    size_t at = HEAD_BYTES + (size_t)x->n_entries * ENTRY_BYTES;
    for (uint32_t n = 0; n < x->n_entries; n++) {
        uint64_t words = 0;
        for (uint32_t i = 0; i < entries[n].n_shingles; i++, at += 4) {
            uint32_t s = out[entries[n].first + i] = le32(in.p + at);
            if (!shingle_length(s))
                return err_set(e, ERR_FORMAT, at, "a shingle without words");
            words += shingle_length(s);
        }
        if (words != entries[n].n_words)
            return err_set(e, ERR_FORMAT, at, "entry %u has not the words it claims", n);
    }
    return 0;
}

int index_open(struct span in, struct arena *a, struct index *out, struct err *e)
{
    if (in.n < HEAD_BYTES || !span_starts(in, "ASSAYFP1"))
        return err_set(e, ERR_FORMAT, 0, "not a fingerprint file");
    struct index x = { .n_entries = le32(in.p + 8), .n_shingles = le32(in.p + 12) };
    uint64_t strings_at = HEAD_BYTES + (uint64_t)x.n_entries * ENTRY_BYTES + (uint64_t)x.n_shingles * 4;
    if (x.n_entries > UINT16_MAX || strings_at > in.n || in.n - strings_at != le32(in.p + 16))
        return err_set(e, ERR_FORMAT, 8, "fingerprint file has %zu bytes, its head says otherwise", in.n);
    struct span strings = span_sub(in, (size_t)strings_at, in.n);
    if (strings.n && strings.p[strings.n - 1])
        return err_set(e, ERR_FORMAT, in.n - 1, "names do not end");
    struct index_entry *entries = arena_array(a, x.n_entries, sizeof *entries);
    uint32_t *shingles = arena_array(a, x.n_shingles, sizeof *shingles);
    if (!entries || !shingles)
        return err_memory(e);
    uint32_t first = 0;
    for (uint32_t i = 0; i < x.n_entries; i++) {
        size_t at = HEAD_BYTES + (size_t)i * ENTRY_BYTES;
        if (read_entry(in.p + at, strings, first, x.n_shingles, &entries[i]))
            return err_set(e, ERR_FORMAT, at, "entry %u points outside the file", i);
        first += entries[i].n_shingles;
    }
    if (first != x.n_shingles)
        return err_set(e, ERR_FORMAT, 12, "entries have %u shingles, the file %u", first, x.n_shingles);
    int rc = read_shingles(in, &x, entries, shingles, e);
    if (rc)
        return rc;
    x.entries = entries;
    x.shingles = shingles;
    x.table = arena_alloc(a, sizeof *x.table);
    if (!x.table)
        return err_memory(e);
    x.table->a = a;
    *out = x;
    return 0;
}

/* data/licenses/fingerprints.bin, taken in by the build (tools/incbin) */
extern const uint8_t assay_fingerprints[], assay_fingerprints_end[];

struct span index_builtin(void)
{
    return span_of(assay_fingerprints, (size_t)(assay_fingerprints_end - assay_fingerprints));
}
