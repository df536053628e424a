// SPDX-License-Identifier: Apache-2.0
/* 7z archives: each folder is unpacked once, and the files in it are judged as they come. */
#include "format/sevenzip.h"

#include "scan/flow.h"

enum { ATTRIBUTE_UNIX = 0x8000, ATTRIBUTE_REPARSE = 0x400 };

struct reading {
    struct scan *s;
    const struct scan_node *n;
    struct sz z;
    uint32_t file;                          /* the one that comes next from the folder, or n_files */
    uint32_t folder;
    uint64_t left;
    struct flow f;
    struct err *e;
};

static struct member member_of(struct reading *r, uint32_t file)
{
    return (struct member){ .s = r->s, .outer = r->n, .name = member_name(r->s->a, r->z.files[file].name), .at = r->z.header_at };
}

/* The next file with data, from `from` on. They lie in the order of the folders. */
static void find_next(struct reading *r, uint32_t from)
{
    while (from < r->z.n_files && !r->z.files[from].has_data)
        from++;
    r->file = from;
    r->left = from < r->z.n_files ? r->z.files[from].bytes : 0;
}

/* Is there one that this folder has not given yet? */
static bool waits(const struct reading *r)
{
    return r->file < r->z.n_files && r->z.files[r->file].folder == r->folder;
}

static bool is_link(const struct sz_file *f)
{
    uint32_t mode = f->attributes >> 16;
    return (f->attributes & ATTRIBUTE_UNIX && (mode & 0170000) == 0120000) || f->attributes & ATTRIBUTE_REPARSE;
}

static int end_file(struct reading *r)
{
    const struct sz_file *f = &r->z.files[r->file];
    struct member m = member_of(r, r->file);
    struct span held = buf_view(&r->f.bytes);
    int rc = m.name ? 0 : err_memory(r->e);
    if (!rc && is_link(f))
        rc = member_check_link(&m, f->name, held, r->e);
    else if (!rc)
        rc = flow_judge(&r->f, &m, r->e);
    if (!rc && f->has_crc && f->crc != r->f.crc)
        rc = scan_find(r->s, r->n, RULE_ARCHIVE_BROKEN, m.at, r->e, "\"%s\" does not have the checksum of its header", m.name);
    flow_next(&r->f);
    find_next(r, r->file + 1);
    return rc;
}

static int sink(void *ud, struct span piece)
{
    struct reading *r = ud;
    int rc = 0;
    while (!rc && waits(r) && (piece.n || !r->left)) {
        size_t n = r->left < piece.n ? (size_t)r->left : piece.n;
        rc = n ? flow_add(&r->f, span_sub(piece, 0, n)) : 0;
        piece = span_sub(piece, n, piece.n);
        r->left -= n;
        if (!rc && !r->left)
            rc = end_file(r);
    }
    return rc;
}

static int say_unread(struct reading *r, const struct sz_folder *f)
{
    enum scan_rule_id rule = f->encrypted ? RULE_ARCHIVE_ENCRYPTED : RULE_ARCHIVE_CODEC;
    uint64_t at = f->packed.p ? (uint64_t)(f->packed.p - r->n->in.p) : 0;
    return scan_find(r->s, r->n, rule, at, r->e, "%u files are packed with %s", f->n_files, f->unread);
}

static int read_folder(struct reading *r, const struct sz_folder *f)
{
    struct unpacked u;
    uint64_t at = f->packed.p ? (uint64_t)(f->packed.p - r->n->in.p) : 0;
    if (f->unread)
        return say_unread(r, f);
    flow_next(&r->f);
    int rc = unpack(f->packed, &f->how, sink, r, &u, r->e);
    if (rc)
        return err_memory(r->e);
    if (r->f.spent)
        return scan_find(r->s, r->n, RULE_ARCHIVE_BOMB, at, r->e, "unpacking went on beyond %llu bytes",
                         (unsigned long long)member_budget(r->s));
    if (u.end == UNPACK_WHOLE && u.out_bytes == f->bytes)
        return sink(r, SPAN_NONE);          /* empty files, at the end */
    rc = scan_find(r->s, r->n, RULE_ARCHIVE_BROKEN, at, r->e, "a packed stream %s",
                   u.end == UNPACK_WHOLE ? "is not of the size that its header claims" : unpack_end_text(u.end));
    return !rc && waits(r) && r->f.n_bytes ? end_file(r) : rc;
}

/* Names, of folders and empty files too; what is said of those with data is said before they are unpacked. */
static int check_names(struct reading *r)
{
    int rc = 0;
    for (uint32_t i = 0; i < r->z.n_files && !rc; i++) {
        struct member m = member_of(r, i);
        rc = m.name ? member_check_name(&m, r->z.files[i].name, r->e) : err_memory(r->e);
    }
    return rc;
}

static int read_all(struct reading *r)
{
    int rc = check_names(r);
    flow_init(&r->f, r->s);
    find_next(r, 0);
    for (r->folder = 0; r->folder < r->z.n_folders && !rc && !r->s->too_many && !r->f.spent; r->folder++) {
        rc = read_folder(r, &r->z.folders[r->folder]);
        while (waits(r))                    /* that it did not give, which was said */
            find_next(r, r->file + 1);
    }
    flow_fini(&r->f);
    if (!rc && r->z.unclaimed_bytes)
        rc = scan_find(r->s, r->n, RULE_ARCHIVE_ODD, r->z.unclaimed_at, r->e, "bytes follow the header, which is the end");
    return rc;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct reading r = { .s = s, .n = n, .e = e };
    struct err why;
    int rc = sz_open(n->in, s->a, &r.z, &why);
    if (rc == ERR_FORMAT || rc == ERR_LIMIT)
        return scan_find(s, n, RULE_ARCHIVE_BROKEN, why.pos, e, "%s", why.msg);
    if (rc)
        return err_memory(e);
    if (r.z.unread_header)
        return scan_find(s, n, strncmp(r.z.unread_header, "AES", 3) == 0 ? RULE_ARCHIVE_ENCRYPTED : RULE_ARCHIVE_CODEC,
                         r.z.header_at, e, "the list of members is packed with %s", r.z.unread_header);
    return read_all(&r);
}

static unsigned sniff(const struct scan_node *n)
{
    return sz_sniff(n->in) ? 95 : 0;
}

const struct scan_format scan_sevenzip = { .name = "7z", .sniff = sniff, .run = run };
