// SPDX-License-Identifier: Apache-2.0
/* format/tar.h - a tar archive, one header of 512 bytes after another.
 *
 *     [header][data, padded to 512] [header x: "27 path=..."][its data] [header][data] ... [zeros][zeros]
 *                                    └ pax and GNU headers speak of the member behind them
 *
 * Reads v7, ustar, GNU and pax as Python's tarfile does, and tells where other readers would go another way: a size
 * given twice, a size on what has no data, numbers that are none, bytes behind the end. tar_next walks a span; the
 * data of members are parts of it. tar_head and tar_note are its pieces, for archives that come in a stream.
 * Source: POSIX.1-2017 pax; GNU tar manual, "Basic Tar Format"; CPython 3.11 Lib/tarfile.py. */
#ifndef ASSAY_FORMAT_TAR_H
#define ASSAY_FORMAT_TAR_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { TAR_BLOCK_BYTES = 512, TAR_NOTE_MAX_BYTES = 1 << 16, TAR_NAME_MAX_BYTES = 1 << 12 };

enum tar_kind { TAR_FILE, TAR_FOLDER, TAR_HARDLINK, TAR_SYMLINK, TAR_DEVICE, TAR_NOTE, TAR_SPARSE, TAR_UNKNOWN };

/*    odd               what readers would do differently                           */
#define TAR_ODD_MAP(X)                                                                \
    X(TAR_TWO_SIZES,    "a pax header and the member's own give different sizes")     \
    X(TAR_DATA,         "a size on a member of a kind that has no data")              \
    X(TAR_NUMBER,       "a number that is not written as one")                        \
    X(TAR_PREFIX,       "a first half of a name where this kind of header has none")  \
    X(TAR_NOTES,        "a pax or GNU header that is malformed, too long, or said twice")

enum tar_odd {
#define X(odd, text) odd,
    TAR_ODD_MAP(X)
#undef X
    TAR_ODDS
};

struct tar_head {                           /* one header as it stands */
    char type;
    enum tar_kind kind;
    uint64_t bytes;                         /* of data, without padding */
    struct span name, prefix, target;       /* parts of the block */
    unsigned odd;                           /* bits 1 << enum tar_odd */
};

struct tar {                                /* what the notes said so far; begin with { .a = arena } */
    struct arena *a;
    struct span name, target, all_name, all_target;     /* of the next member; of all that follow */
    uint64_t bytes;
    bool has_bytes, sparse, noted;
    unsigned odd;
};

struct tar_member {
    struct span name, target;               /* in the archive or the arena */
    enum tar_kind kind;
    uint64_t bytes;                         /* of data that follow; 0 for kinds without */
    uint64_t header_at, data_at;
    unsigned odd;
};

enum tar_step { TAR_MEMBER, TAR_END, TAR_CUT, TAR_BAD };    /* TAR_END at *at: zeros, or nothing left */

/* Is this block a header? 0 no, 60 its checksum fits, 95 and it says so. */
unsigned tar_sniff(struct span in);

/* Read one header. False: its checksum does not fit. */
bool tar_head(const uint8_t *block, struct tar_head *out);

/* Take in the data of a TAR_NOTE. Fails: -1 out of memory. */
int tar_note(struct tar *t, const struct tar_head *h, struct span data);

/* The member that a header begins, with what notes said of it; they are then forgotten. Fails: -1 out of memory. */
int tar_member(struct tar *t, const struct tar_head *h, struct tar_member *out);

/* The next member of a span, from byte *at on, which moves behind its data. *data is clamped to the span.
 * Fails: ERR_MEMORY. */
int tar_next(struct tar *t, struct span in, uint64_t *at, enum tar_step *step, struct tar_member *out, struct span *data,
             struct err *e);

const char *tar_odd_text(enum tar_odd odd);
static inline uint64_t tar_padded(uint64_t n) { return n > UINT64_MAX - 511 ? UINT64_MAX : (n + 511) & ~(uint64_t)511; }

#endif
