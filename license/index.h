// SPDX-License-Identifier: Apache-2.0
/* license/index.h - the fingerprints of all licence texts we know, none of their words.
 *
 *     "ASSAYFP1" | n_entries n_shingles n_string_bytes 0   (u32 LE each)
 *     n_entries  x { id name first_shingle n_shingles n_words  kind class flags variant  strict  digest[16] }
 *     n_shingles x u32      each entry's text as shingles, in order (license/words.h)
 *     strings               NUL-terminated, ids and names
 *
 * Made by tools/license-index from folders of texts; built into the program. An entry is one text;
 * an id may have several (with and without the appendix, bilingual and not). Shingles find and align
 * candidates; `digest`, a truncated SHA-256 of the normalised words, has the last word, so that a text
 * forged to collide with shingles is not taken for the licence. */
#ifndef ASSAY_LICENSE_INDEX_H
#define ASSAY_LICENSE_INDEX_H
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum index_kind { INDEX_LICENSE, INDEX_EXCEPTION, INDEX_POLICY, INDEX_CLA, INDEX_NOTICE };
enum index_class {
    CLASS_UNKNOWN, CLASS_PERMISSIVE, CLASS_COPYLEFT, CLASS_RESTRICTED, CLASS_NONCOMMERCIAL, CLASS_RESEARCH,
    CLASS_PROPRIETARY, CLASS_NONE, CLASS_COUNT
};
enum { INDEX_SPDX = 1, INDEX_DEPRECATED = 2, INDEX_GENERIC = 4 };

struct index_entry {
    const char *id, *name;
    uint32_t first, n_shingles, n_words;
    uint8_t kind, class, flags, variant;
    uint64_t strict;                /* words.strict of the text */
    const uint8_t *digest;          /* 16 bytes */
};

struct index_table {                /* which entries have a shingle: made when the first text asks */
    struct arena *a;
    uint32_t *bucket;               /* by the top 16 bits: where their postings start; 65,537 entries; NULL before */
    uint32_t *posting_shingle;
    uint16_t *posting_entry;
};

struct index {                      /* one per thread */
    const struct index_entry *entries;
    uint32_t n_entries, n_shingles;
    const uint32_t *shingles;
    struct index_table *table;
};

/* Open fingerprints held in `in` (borrowed), or those built into the program. `a` must live as long as the index.
 * Cost: one pass over the shingles. Fails: ERR_FORMAT with the byte, ERR_MEMORY. */
int index_open(struct span in, struct arena *a, struct index *out, struct err *e);
struct span index_builtin(void);

/* The inverted table, made on the first call: a model without texts never pays for it. Cost: O(n_shingles), once.
 * Fails: ERR_MEMORY. */
int index_invert(const struct index *x, const struct index_table **out, struct err *e);

/* The postings [*from, *to) whose bucket may hold s: compare posting_shingle. */
static inline void index_bucket(const struct index_table *t, uint32_t s, uint32_t *from, uint32_t *to)
{
    *from = t->bucket[s >> 16];
    *to = t->bucket[(s >> 16) + 1];
}

/* A shingle is 3 to 31 consecutive words as one number: 27 bits of hash, 5 bits of length. */
static inline unsigned shingle_length(uint32_t s) { return s & 31; }

const char *index_class_name(unsigned class);
const char *index_kind_name(unsigned kind);

#endif
