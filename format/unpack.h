// SPDX-License-Identifier: Apache-2.0
/* format/unpack.h - compressed bytes, unpacked piece by piece into a sink, never further than the sink wants.
 *
 *     packed span ──> codec ──> pieces of at most 64 KiB ──> sink (0 go on, 1 enough, < 0 failed)
 *                                                             └ nothing is kept here
 *
 * zlib, libbz2 and liblzma do the work; their memory comes from mem_realloc and has a ceiling. How far the codec read
 * and how it ended is told: what follows a stream belongs to the caller. gzip, bzip2 and xz files of several streams
 * are read as one, as Python's modules do. A stream that breaks is a result, not a failure; what came before it broke
 * has reached the sink. */
#ifndef ASSAY_FORMAT_UNPACK_H
#define ASSAY_FORMAT_UNPACK_H
#include "base/err.h"
#include "base/span.h"

enum { UNPACK_PIECE_BYTES = 1 << 16 };
#define UNPACK_MEMORY_MAX ((size_t)72 << 20)    /* of a decoder; xz -9 needs 65 MiB */

enum unpack_codec {
    UNPACK_STORED,              /* pieces are parts of the input, of any length */
    UNPACK_DEFLATE, UNPACK_ZLIB, UNPACK_GZIP,
    UNPACK_BZIP2,
    UNPACK_XZ, UNPACK_LZMA_ALONE,
    UNPACK_LZMA, UNPACK_LZMA2   /* bare, as in 7z and ZIP: `props` are theirs */
};

enum unpack_filter {            /* of 7z: what is done to the bytes before they are packed */
    FILTER_NONE, FILTER_X86, FILTER_PPC, FILTER_IA64, FILTER_ARM, FILTER_ARMT, FILTER_SPARC, FILTER_ARM64, FILTER_DELTA
};

struct unpack_how {
    enum unpack_codec codec;
    struct span props;          /* UNPACK_LZMA: 5 bytes; UNPACK_LZMA2: 1 byte */
    uint64_t bytes;             /* UNPACK_LZMA, UNPACK_LZMA2: the size when it is known, else UINT64_MAX */
    enum unpack_filter filter;  /* with UNPACK_LZMA, UNPACK_LZMA2 */
    struct span filter_props;
};

enum unpack_end {
    UNPACK_WHOLE,
    UNPACK_CUT,                 /* the input ends inside the stream */
    UNPACK_BROKEN,
    UNPACK_STOPPED,             /* the sink had enough */
    UNPACK_TOO_LARGE            /* the decoder wants more than UNPACK_MEMORY_MAX */
};

struct unpacked {
    enum unpack_end end;
    uint64_t in_bytes, out_bytes;       /* read and given to the sink */
    uint32_t crc;                       /* CRC-32 of what was given */
};

typedef int unpack_sink(void *ud, struct span piece);

/* Unpack `in` until its end or the sink's. Fails: ERR_MEMORY, and what the sink returns below 0. */
int unpack(struct span in, const struct unpack_how *how, unpack_sink *sink, void *ud, struct unpacked *out,
           struct err *e);

uint32_t unpack_crc(uint32_t crc, struct span in);      /* CRC-32 of zip and gzip; begin with 0 */
const char *unpack_end_text(enum unpack_end end);       /* "ends inside its stream" */

#endif
