// SPDX-License-Identifier: Apache-2.0
/* ZIP archives: every member by its content, and whatever two readers would take differently.
 *
 *     members of the central directory ─┐
 *     hidden ones, gaps, the prefix ────┴─> names, links, encryption ─> bytes in place, or unpacked ─> scan_inside
 *                                                                        └ odd, and a loader could run it: unsafe
 *
 * A member is read as its fiercest reader would: torch's miniz looks at neither checksum nor flags. Storages of a torch
 * archive are compared with what its pickle asks for, and not read: a gigabyte of weights costs nothing here. */
#include "format/zip.h"
#include "scan/member.h"
#include "scan/torch_zip.h"

#define AT(x) (unsigned long long)(x)

struct reading {
    struct scan *s;
    const struct scan_node *n;
    struct zip z;
    struct torch_zip torch;
    bool front_read;                        /* bytes before the first member were judged already */
};

struct one {                                /* a member being read */
    struct reading *r;
    const struct zip_member *m;
    const char *name;
    enum torch_part part;
};

static int say(struct reading *r, enum scan_rule_id rule, uint64_t at, struct err *e, const char *what)
{
    return scan_find(r->s, r->n, rule, at, e, "%s", what);
}

/* ---- oddities --------------------------------------------------------------------------- */

static int say_odd(struct reading *r, const struct zip_odd *o, enum scan_rule_id rule, struct err *e)
{
    const char *text = zip_odd_text(o->kind);
    if (o->member == ZIP_NO_MEMBER)
        return say(r, rule, o->at, e, text);
    char *name = member_name(r->s->a, r->z.members[o->member].name);
    return name ? scan_find(r->s, r->n, rule, o->at, e, "%s: \"%s\"", text, name) : err_memory(e);
}

/* Of the archive as a whole. Lost parts and bytes around it are read like members; two directories are a trap. */
static int say_whole(struct reading *r, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < r->z.n_odds && !rc; i++) {
        const struct zip_odd *o = &r->z.odds[i];
        if (o->member != ZIP_NO_MEMBER || (o->kind == ZIP_PREFIX && r->front_read))
            continue;
        bool lost = o->kind == ZIP_NO_END || o->kind == ZIP_TRAILING || o->kind == ZIP_TOO_MANY;
        bool around = o->kind == ZIP_PREFIX || o->kind == ZIP_GAP;
        rc = say_odd(r, o, lost ? RULE_ARCHIVE_BROKEN : around ? RULE_ARCHIVE_ODD : RULE_ZIP_DISAGREEMENT, e);
    }
    if (!rc && r->z.n_odd > r->z.n_odds)
        rc = say(r, RULE_ZIP_DISAGREEMENT, 0, e, "there are more oddities than are told");
    return rc;
}

static int say_member(struct one *o, bool loads, struct err *e)
{
    struct reading *r = o->r;
    uint32_t index = (uint32_t)(o->m - r->z.members);
    int rc = 0;
    for (size_t i = 0; i < r->z.n_odds && !rc; i++)
        if (r->z.odds[i].member == index)
            rc = say_odd(r, &r->z.odds[i], loads ? RULE_ZIP_DISAGREEMENT : RULE_ARCHIVE_ODD, e);
    return rc;
}

/* ---- the bytes of a member -------------------------------------------------------------- */

static bool may_load(struct one *o, struct span bytes)
{
    struct scan_node n = { .in = bytes, .path = o->name, .name = o->name, .depth = o->r->n->depth + 1 };
    return member_loadable(&n);
}

static int judge(void *ud, struct span bytes, struct err *e)
{
    struct one *o = ud;
    struct reading *r = o->r;
    struct scan_node n = { .in = bytes, .path = o->name, .name = o->name, .depth = r->n->depth + 1 };
    if (o->m->odd) {
        int rc = say_member(o, may_load(o, bytes), e);
        if (rc)
            return rc;
    }
    if (o->part == TORCH_SMALL && torch_zip_small(o->m->name, bytes))
        return 0;
    const struct scan_format *f = o->part == TORCH_CODE ? scan_format_of(&n) : NULL;
    if (o->part == TORCH_CODE && (!f || strcmp(f->name, "text") == 0)) {
        r->torch.code_at = r->torch.n_code++ ? r->torch.code_at : o->m->header_at;
        return 0;
    }
    r->s->storages = o->part == TORCH_DATA ? &r->torch.data : o->part == TORCH_CONSTANTS ? &r->torch.constants : NULL;
    int rc = scan_inside(r->s, r->n, bytes, o->name, e);
    r->s->storages = NULL;
    return rc;
}

/* Is what was read what the headers claim? Not every reader looks. */
static int check_sum(struct one *o, struct span bytes, uint64_t n, uint32_t crc, struct err *e)
{
    bool sizes = n != o->m->bytes;
    if (o->m->hidden || (!sizes && crc == o->m->crc))
        return 0;
    const char *what = sizes ? "is not of the size that its header claims" : "does not have the checksum of its header";
    return scan_find(o->r->s, o->r->n, may_load(o, bytes) ? RULE_ZIP_DISAGREEMENT : RULE_ARCHIVE_BROKEN, o->m->header_at,
                     e, "\"%s\" %s; not every reader looks", o->name, what);
}

struct unpacking { struct one *o; struct unpacked done; size_t n_packed; };

static int judge_unpacked(void *ud, struct span bytes, struct err *e)
{
    struct unpacking *u = ud;
    struct one *o = u->o;
    int rc = judge(o, bytes, e);
    if (rc || u->done.end != UNPACK_WHOLE)
        return rc;
    rc = check_sum(o, bytes, u->done.out_bytes, u->done.crc, e);
    if (rc || u->done.in_bytes >= u->n_packed || o->m->hidden)
        return rc;
    return scan_find(o->r->s, o->r->n, may_load(o, bytes) ? RULE_ZIP_DISAGREEMENT : RULE_ARCHIVE_ODD,
                     o->m->data_at + u->done.in_bytes, e, "bytes follow the packed stream of \"%s\"", o->name);
}

static int read_packed(struct one *o, struct span packed, const struct unpack_how *how, struct err *e)
{
    struct unpacking u = { .o = o, .n_packed = packed.n };
    struct member m = { o->r->s, o->r->n, o->name, o->m->header_at, judge_unpacked, &u };
    return member_unpack(&m, packed, how, &u.done, e);
}

static int read_stored(struct one *o, struct span bytes, struct err *e)
{
    struct member m = { .s = o->r->s, .outer = o->r->n, .name = o->name, .at = o->m->header_at };
    int rc = 0;
    if (!member_spend(&m, bytes.n, &rc, e))
        return rc;
    rc = judge(o, bytes, e);
    return rc ? rc : check_sum(o, bytes, bytes.n, unpack_crc(0, bytes), e);
}

/* ---- encryption, which may be a lie ----------------------------------------------------- */

static int count_only(void *ud, struct span piece)
{
    uint64_t *left = ud;
    if (piece.n > *left)
        return 1;
    *left -= piece.n;
    return 0;
}

/* Are the plain bytes there although the header says that they are not? */
static int is_plain(struct one *o, struct span packed, const struct unpack_how *how, bool *plain, struct err *e)
{
    struct unpacked done;
    uint64_t left = SCAN_MEMORY_MAX;
    *plain = false;
    if (how->codec == UNPACK_STORED) {
        *plain = packed.n == o->m->bytes && (unpack_crc(0, packed) == o->m->crc || may_load(o, packed));
        return 0;
    }
    int rc = unpack(packed, how, count_only, &left, &done, e);
    if (rc)
        return rc;
    o->r->s->inflated_bytes += done.out_bytes;
    *plain = done.end == UNPACK_WHOLE && (done.crc == o->m->crc || (done.in_bytes == packed.n && done.out_bytes == o->m->bytes));
    return 0;
}

/* ---- one member ------------------------------------------------------------------------- */

/* The data cannot be had: say so, and say what else is odd about the member. */
static int say_unread(struct one *o, enum scan_rule_id rule, struct err *e, const char *how)
{
    int rc = o->m->odd ? say_member(o, true, e) : 0;
    return rc ? rc : scan_find(o->r->s, o->r->n, rule, o->m->header_at, e, "\"%s\" is %s", o->name, how);
}

static int read_data(struct one *o, struct err *e)
{
    struct reading *r = o->r;
    struct unpack_how how;
    struct span packed;
    bool plain = true;
    int rc = 0;
    if (o->m->method == ZIP_AES)
        return say_unread(o, RULE_ARCHIVE_ENCRYPTED, e, "encrypted with AES");
    if (!zip_how(o->m, &how, &packed)) {
        rc = o->m->odd ? say_member(o, true, e) : 0;
        return rc ? rc : scan_find(r->s, r->n, RULE_ARCHIVE_CODEC, o->m->header_at, e, "\"%s\" is packed with %s (method %u)",
                                   o->name, zip_method_name(o->m->method), o->m->method);
    }
    if (o->m->flags & ZIP_ENCRYPTED) {
        rc = is_plain(o, packed, &how, &plain, e);
        if (!rc && plain)
            rc = scan_find(r->s, r->n, RULE_ZIP_DISAGREEMENT, o->m->header_at, e, "\"%s\" is said to be encrypted and is "
                           "not: some readers refuse it, torch reads it", o->name);
    }
    if (rc || !plain)
        return rc ? rc : say_unread(o, RULE_ARCHIVE_ENCRYPTED, e, "encrypted");
    return how.codec == UNPACK_STORED ? read_stored(o, packed, e) : read_packed(o, packed, &how, e);
}

/* A storage is numbers when the pickle asks for all of it. False: scan it like any member. */
static bool is_explained(struct one *o, const struct scan_storage *s)
{
    return s && !o->m->odd && !o->m->hidden && s->bytes == o->m->bytes && !(o->m->flags & ZIP_ENCRYPTED) &&
           (o->m->method == ZIP_STORED || o->m->method == ZIP_DEFLATED);
}

static int read_storage(struct one *o, bool *explained, struct err *e)
{
    const struct scan_storage *s = torch_zip_storage(&o->r->torch, o->m->name);
    *explained = is_explained(o, s);
    if (!s || s->bytes <= o->m->bytes)
        return 0;
    return scan_find(o->r->s, o->r->n, RULE_TORCH_STORAGE, o->m->header_at, e,
                     "a tensor takes %llu bytes of \"%s\", which has %llu", AT(s->bytes), o->name, AT(o->m->bytes));
}

static bool is_link(const struct zip_member *m)
{
    return (m->mode & 0170000) == 0120000;
}

static bool is_folder(const struct zip_member *m)
{
    return m->name.n && m->name.p[m->name.n - 1] == '/' && !m->bytes && !m->packed.n;
}

/* Names, and where a link leads. */
static int check_names(struct one *o, struct err *e)
{
    const struct zip_member *m = o->m;
    struct member who = { .s = o->r->s, .outer = o->r->n, .name = o->name, .at = m->has_local ? m->header_at : m->central_at };
    int rc = member_check_name(&who, m->name, e);
    if (!rc && m->has_local && !span_eq(m->local_name, m->name))
        rc = member_check_name(&who, m->local_name, e);
    if (rc || !is_link(m) || !m->has_local)
        return rc;
    if (m->method == ZIP_STORED)
        return member_check_link(&who, m->name, m->packed, e);
    return scan_find(o->r->s, o->r->n, RULE_ARCHIVE_LINK, who.at, e, "\"%s\" is a link whose target is packed", o->name);
}

static int read_member(struct reading *r, const struct zip_member *m, enum torch_part part, struct err *e)
{
    struct one o = { .r = r, .m = m, .name = member_name(r->s->a, m->name), .part = part };
    bool explained = false;
    int rc = o.name ? check_names(&o, e) : err_memory(e);
    if (rc)
        return rc;
    if (!m->has_local)
        return scan_find(r->s, r->n, RULE_ARCHIVE_BROKEN, m->central_at, e, "%s: \"%s\"", zip_odd_text(ZIP_NO_LOCAL), o.name);
    if (!m->odd && (is_folder(m) || (is_link(m) && m->bytes < 4096)))
        return 0;
    if (part == TORCH_STORAGE)
        rc = read_storage(&o, &explained, e);
    return rc || explained ? rc : read_data(&o, e);
}

/* ---- the archive ------------------------------------------------------------------------ */

static int read_members(struct reading *r, bool pickles, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0; i < r->z.n_members && !rc && !r->s->too_many; i++) {
        const struct zip_member *m = &r->z.members[i];
        enum torch_part part = torch_zip_part(&r->torch, m->name);
        if (pickles == (part == TORCH_DATA || part == TORCH_CONSTANTS))
            rc = read_member(r, m, part, e);
    }
    return rc;
}

static int read_gaps(struct reading *r, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < r->z.n_gaps && !rc; i++) {
        const struct zip_gap *g = &r->z.gaps[i];
        char *name = arena_fmt(r->s->a, "bytes at %llu", AT(g->at));
        if (!name)
            return err_memory(e);
        if (g->at == 0 && r->front_read)
            continue;
        if (g->bytes.n < r->n->in.n)        /* else the same bytes would come here again */
            rc = scan_inside(r->s, r->n, g->bytes, name, e);
    }
    return rc;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct reading r = { .s = s, .n = n, .front_read = s->front_read };
    struct err why;
    s->front_read = false;
    int rc = zip_open(n->in, s->a, &r.z, &why);
    if (rc == ERR_FORMAT)
        return scan_find(s, n, RULE_ARCHIVE_BROKEN, why.pos, e, "%s", why.msg);
    if (rc)
        return err_memory(e);
    torch_zip_find(&r.z, &r.torch);
    rc = say_whole(&r, e);
    if (!rc)
        rc = read_members(&r, true, e);
    if (!rc && torch_zip_asked(&r.torch, s->a))
        return err_memory(e);
    if (!rc)
        rc = read_members(&r, false, e);
    if (!rc)
        rc = read_gaps(&r, e);
    if (!rc && r.torch.n_code)
        rc = scan_find(s, n, RULE_TORCHSCRIPT, r.torch.code_at, e, "holds %u files of TorchScript", r.torch.n_code);
    const char *missing = rc ? NULL : torch_zip_missing(&r.torch);
    if (missing)
        rc = scan_find(s, n, RULE_ARCHIVE_BROKEN, 0, e, "the storage \"%.60s\" that a tensor needs is not there", missing);
    return rc;
}

static unsigned sniff(const struct scan_node *n)
{
    return zip_sniff(n->in);
}

const struct scan_format scan_zip = { .name = "zip", .sniff = sniff, .run = run };
