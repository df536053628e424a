// SPDX-License-Identifier: Apache-2.0
/* format/sevenzip.h - a 7z archive: the header at its end, what is packed where, and which file is which part of it.
 *
 *     [37 7A BC AF 27 1C ..][ packed streams ............ ][ header, itself packed or not ]
 *                             └ folder 0: LZMA ─> file a, file b, ...   (solid: files share one stream)
 *
 * Codecs: copy, LZMA, LZMA2, deflate, bzip2, one alone in a folder. Others (filters, PPMd, AES) are named, and their
 * files cannot be read. The header is kept in the arena, at most SZ_HEADER_MAX_BYTES of it.
 * Source: 7-Zip 23.01, DOC/7zFormat.txt. */
#ifndef ASSAY_FORMAT_SEVENZIP_H
#define ASSAY_FORMAT_SEVENZIP_H
#include "base/arena.h"
#include "format/unpack.h"

enum { SZ_HEADER_MAX_BYTES = 16 << 20, SZ_CODERS_MAX = 32, SZ_FILES_MAX = 1 << 18 };

struct sz_folder {
    struct span packed;                     /* in the input */
    struct unpack_how how;
    uint64_t bytes;                         /* unpacked */
    const char *unread;                     /* a codec that is not read here; NULL: all is fine */
    uint32_t crc, n_files;                  /* files with data, one behind the other */
    bool has_crc, encrypted;
};

struct sz_file {
    struct span name;                       /* UTF-8, in the arena */
    uint64_t bytes;
    uint32_t folder, crc, attributes;       /* of Windows; Unix's mode in the upper half when bit 15 is set */
    bool has_data, has_crc, is_folder;
};

struct sz {
    struct sz_folder *folders;
    struct sz_file *files;                  /* those with data in the order of the folders, as they lie in them */
    uint32_t n_folders, n_files;
    const char *unread_header;              /* the header itself is packed with this: nothing is known; NULL */
    uint64_t header_at;
    uint64_t unclaimed_at, unclaimed_bytes; /* between the first header and the last that belong to no stream */
};

static inline bool sz_sniff(struct span in)
{
    return in.n >= 32 && memcmp(in.p, "7z\xbc\xaf\x27\x1c", 6) == 0;
}

/* Read the headers. Fails: ERR_FORMAT with the byte, ERR_LIMIT, ERR_MEMORY. */
int sz_open(struct span in, struct arena *a, struct sz *out, struct err *e);

#endif
