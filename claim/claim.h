// SPDX-License-Identifier: Apache-2.0
/* claim/claim.h - what is said, and where it can be seen.
 *
 *     claim ── subject   "license.declared"
 *       │      value     "apache-2.0"
 *       │      status    stated | concluded | conflict | unknown
 *       │      method    "gguf key general.license"         confidence 0..1
 *       └───── evidence  path, lines, bytes, sha256 of those bytes, revision
 *
 * A claim without evidence is not printed as a fact: claim_add refuses one unless its
 * status is unknown. Evidence points into a file of the model, or into a catalogue record
 * (path "catalogue:<file>"), and carries the digest of just the bytes it points at, so
 * that `assay check --verify` can tell drift without hashing weights. Everything is the arena's. */
#ifndef ASSAY_CLAIM_CLAIM_H
#define ASSAY_CLAIM_CLAIM_H
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum claim_status { CLAIM_STATED, CLAIM_CONCLUDED, CLAIM_CONFLICT, CLAIM_UNKNOWN };

struct evidence {
    const char *path;                   /* relative to the model, or "catalogue:..." */
    uint32_t line_from, line_to;        /* from 1; 0 when the file has no lines */
    uint64_t byte_from, byte_to;        /* [from, to) */
    const char *sha256;                 /* hex, of those bytes */
    const char *revision;               /* "" when none is known */
};

struct claim {
    const char *id;                     /* "c1", "c2", ... in the order added */
    const char *subject, *value;
    enum claim_status status;
    const char *method;
    double confidence;                  /* 0..1 */
    const struct evidence **evidence;
    size_t n_evidence;
};

struct claim_set {
    struct arena *a;
    struct claim **items;
    size_t n, cap;
};

const char *claim_status_name(enum claim_status s);
void claim_set_init(struct claim_set *set, struct arena *a);

/* Describe the bytes [from, to) of `file`, the whole content of the file at `path`.
 * Lines are counted; binary files (text = false) have none. NULL: out of memory. */
const struct evidence *evidence_of(struct arena *a, const char *path, struct span file, uint64_t from,
                                   uint64_t to, bool text);

/* Add a claim with n pieces of evidence. *out (may be NULL) is borrowed from the arena.
 * Fails: ERR_BUG a fact without evidence, ERR_MEMORY. */
int claim_add(struct claim_set *set, const char *subject, const char *value, enum claim_status status,
              const char *method, double confidence, const struct evidence *const *evidence, size_t n,
              const struct claim **out, struct err *e);

#endif
