// SPDX-License-Identifier: Apache-2.0
/* format/zip.h - a ZIP archive as all of its readers see it.
 *
 *     [prefix] [PK34 local header, name, extra][data][PK78 descriptor]  ...  [PK12 central directory] [PK56 end]
 *                  ^ read by those who stream          gaps: nothing, or zeros     ^ read by torch, Python, Java
 *
 * Both the central directory and the local headers are walked. A member is in the table when any reader could come to
 * it; `hidden` when the central directory does not name it. Whatever could make two readers differ is an oddity with
 * its offset: an honest writer's archive has none. Nothing is refused for being odd; ERR_FORMAT only where there is
 * neither an end record nor a local header.
 * What the fields mean to whom: Python's zipfile takes the last end record of the last 64 KiB and shifts all offsets by
 * what stands before the first member; miniz (torch) looks a little further, takes offsets as they are, and looks at
 * neither CRC nor local names.
 * Borrows the input. Cost: headers and gaps are touched, data are not; O(n log n) in the members.
 * Source: PKWARE APPNOTE 6.3.10; CPython 3.11 Lib/zipfile.py; miniz 3.0.2. */
#ifndef ASSAY_FORMAT_ZIP_H
#define ASSAY_FORMAT_ZIP_H
#include "base/arena.h"
#include "format/unpack.h"

enum { ZIP_MEMBERS_MAX = 1 << 17, ZIP_ODDS_MAX = 256, ZIP_TAIL_BYTES = 1 << 17 };
#define ZIP_NO_MEMBER UINT32_MAX

enum zip_flag { ZIP_ENCRYPTED = 1, ZIP_DESCRIPTOR = 8, ZIP_PATCHED = 0x20, ZIP_STRONG = 0x40, ZIP_UTF8 = 0x800 };
enum zip_method { ZIP_STORED = 0, ZIP_DEFLATED = 8, ZIP_BZIP2 = 12, ZIP_LZMA = 14, ZIP_ZSTD = 93, ZIP_AES = 99 };

/*    kind             what two readers would do about it                                     */
#define ZIP_ODD_MAP(X)                                                                          \
    X(ZIP_NO_END,      "there is no end record: the archive is cut short")                      \
    X(ZIP_SECOND_END,  "there is a second end record")                                          \
    X(ZIP_TRAILING,    "bytes follow the end record")                                           \
    X(ZIP_ZIP64,       "the end record and its 64-bit form do not agree")                       \
    X(ZIP_SECOND_DIR,  "there are two central directories")                                     \
    X(ZIP_DIRECTORY,   "the central directory is not where, or as large as, the end record says") \
    X(ZIP_TOO_MANY,    "there are more members than are read")                                  \
    X(ZIP_PREFIX,      "bytes stand before the first member")                                   \
    X(ZIP_GAP,         "bytes stand between members, and belong to none")                       \
    X(ZIP_HIDDEN,      "a local header that the central directory does not name")               \
    X(ZIP_NO_LOCAL,    "there is no local header where the central directory says")             \
    X(ZIP_NAMES,       "local header and central directory give different names")               \
    X(ZIP_DUPLICATE,   "two members have one name")                                             \
    X(ZIP_OVERLAP,     "members lie over one another, or over the central directory")           \
    X(ZIP_SIZES,       "local header and central directory give different sizes")               \
    X(ZIP_CRCS,        "local header and central directory give different checksums")           \
    X(ZIP_METHODS,     "local header and central directory give different methods")             \
    X(ZIP_FLAGS,       "local header and central directory give different flags")               \
    X(ZIP_FLAG_BITS,   "flag bits that no writer sets and that some readers refuse")            \
    X(ZIP_EXTRA,       "an extra field that readers take differently")                          \
    X(ZIP_STORED_SIZE, "a stored member has two sizes")

enum zip_odd_kind {
#define X(kind, text) kind,
    ZIP_ODD_MAP(X)
#undef X
    ZIP_ODDS
};

struct zip_odd { enum zip_odd_kind kind; uint32_t member; uint64_t at; };

struct zip_member {
    struct span name;           /* of the central directory; of the local header when hidden. Any bytes */
    struct span local_name;     /* what streaming readers see; the same in an honest archive */
    struct span packed;         /* in the input, clamped to it */
    uint64_t header_at, central_at, data_at, end_at;    /* central_at: UINT64_MAX when hidden */
    uint64_t bytes, packed_bytes;                       /* as claimed */
    uint32_t crc, mode;         /* mode: of Unix, 0 when the writer was none */
    uint16_t flags, method;
    bool hidden, odd;
    bool has_local;
};

struct zip_gap { uint64_t at; struct span bytes; };

struct zip {
    struct span in;
    struct zip_member *members;         /* in the order of the central directory, then the hidden ones */
    uint32_t n_members;
    struct zip_odd *odds;               /* the first ZIP_ODDS_MAX; all are counted */
    size_t n_odds, cap_odds;
    uint64_t n_odd;
    struct zip_gap *gaps;               /* bytes of no member: the prefix, and between members. Not all zero */
    size_t n_gaps, cap_gaps;
    uint64_t shift, end_at;             /* what stands before the archive's own byte 0; the end record */
    struct arena *a;
    size_t cap_members;
};

/* Could these bytes be an archive to any reader? 0 no, 40 an end record somewhere in the tail, 95 begins as one. */
unsigned zip_sniff(struct span in);

/* Read all headers. Tables are a's. Fails: ERR_FORMAT no archive at all, ERR_MEMORY. */
int zip_open(struct span in, struct arena *a, struct zip *out, struct err *e);

/* How the member is unpacked. False: its method is none of ours; *out is then untouched. */
bool zip_how(const struct zip_member *m, struct unpack_how *out, struct span *packed);

const char *zip_odd_text(enum zip_odd_kind kind);
const char *zip_method_name(uint16_t method);           /* "deflate64"; "method 77" is "an unknown method" */

#endif
