// SPDX-License-Identifier: Apache-2.0
/* format/sums.h - a list of digests, as sha256sum(1), shasum, openssl and BSD's sha256 write it.
 *
 *     <64 hex>  path            <64 hex> *path        sha256:<64 hex>  path
 *     \<64 hex>  pa\nth         a path with a line end or backslash, escaped by sha256sum
 *     SHA256 (path) = <64 hex>  SHA2-256(path)= <64 hex>
 *     <64 hex>                  alone: of the file that the list is named after
 *
 * One line at a time, in place; nothing is opened or compared here. Empty lines and lines that begin with '#'
 * are passed over. Source: coreutils md5sum.c (output and escapes); openssl-dgst(1); sha256(1) of FreeBSD. */
#ifndef ASSAY_FORMAT_SUMS_H
#define ASSAY_FORMAT_SUMS_H
#include "base/arena.h"
#include "base/span.h"

enum sums_kind {
    SUMS_SHA256,                /* path and digest */
    SUMS_OTHER,                 /* a digest of another length: MD5, SHA-1, SHA-512 */
    SUMS_NOISE                  /* not a line of such a list */
};

struct sums { struct span in; size_t at; uint32_t line; };      /* begin with { .in = bytes } */

struct sums_line {
    enum sums_kind kind;
    struct span path;           /* as written; empty when the digest stands alone */
    bool escaped;               /* see sums_path */
    char sha256[65];            /* lower case; SUMS_SHA256 only */
    uint32_t line;              /* from 1 */
    uint64_t byte_from, byte_to;        /* of the line in the file, without its end */
};

/* The next line. False: there are no more. Cost: O(bytes of the line). */
bool sums_next(struct sums *s, struct sums_line *out);

/* The path in the arena, escapes undone, a leading "./" taken away. NULL: out of memory. */
char *sums_path(const struct sums_line *l, struct arena *a);

#endif
