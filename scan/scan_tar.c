// SPDX-License-Identifier: Apache-2.0
/* tar archives: every member by its content, where it lies; and the first format of torch, which was one.
 *
 *     header, data, header, data, ... zeros         what readers would take differently: tar.h
 *
 * torch 0.1.1: members sys_info, pickle, storages, tensors. The last two are pickles with raw bytes between them. */
#include "format/tar.h"

#include <stdio.h>
#include "format/pickle.h"
#include "scan/tar_walk.h"

struct reading {
    struct scan *s;
    const struct scan_node *n;
    struct tar t;
    struct member m;                        /* the one being read */
    bool torch, said_bad;
};

/* ---- headers ---------------------------------------------------------------------------- */

static int say_odd(const struct member *m, const struct tar_member *t, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i < TAR_ODDS && !rc; i++) {
        bool shifts = i == TAR_TWO_SIZES || i == TAR_DATA;      /* readers go on at different bytes */
        if (t->odd & 1u << i)
            rc = scan_find(m->s, m->outer, shifts ? RULE_TAR_DISAGREEMENT : RULE_ARCHIVE_ODD, m->at, e, "%s: \"%s\"",
                           tar_odd_text((enum tar_odd)i), m->name);
    }
    return rc;
}

/* A hard link's target counts from the top of the archive, a symbolic one's from its own folder. */
static int check_link(const struct member *m, const struct tar_member *t, struct err *e)
{
    return member_check_link(m, t->kind == TAR_HARDLINK ? SPAN_NONE : t->name, t->target, e);
}

int tar_check(const struct member *m, const struct tar_member *t, struct err *e)
{
    int rc = member_check_name(m, t->name, e);
    if (!rc && t->odd)
        rc = say_odd(m, t, e);
    if (rc)
        return rc;
    switch (t->kind) {
    case TAR_HARDLINK: case TAR_SYMLINK:
        return check_link(m, t, e);
    case TAR_DEVICE:
        return scan_find(m->s, m->outer, RULE_ARCHIVE_DEVICE, m->at, e, "\"%s\" is a device or a pipe", m->name);
    case TAR_SPARSE:
        return scan_find(m->s, m->outer, RULE_ARCHIVE_CODEC, m->at, e, "\"%s\" is stored as a sparse file", m->name);
    case TAR_UNKNOWN:
        return scan_find(m->s, m->outer, RULE_ARCHIVE_ODD, m->at, e, "\"%s\" is of a kind that readers do not share", m->name);
    default:
        return 0;
    }
}

/* ---- torch 0.1.1 ------------------------------------------------------------------------ */

static bool is_named(struct span name, const char *what)
{
    return span_is(name, what) || (span_starts(name, "./") && span_is(span_sub(name, 2, name.n), what));
}

static bool is_torch(struct span in, struct arena *a)
{
    struct tar t = { .a = a };
    uint64_t at = 0;
    unsigned met = 0;
    enum tar_step step;
    struct tar_member m;
    struct span data;
    for (unsigned i = 0; i < 8 && !tar_next(&t, in, &at, &step, &m, &data, NULL) && step == TAR_MEMBER; i++)
        met |= is_named(m.name, "storages") ? 1u : is_named(m.name, "tensors") ? 2u : is_named(m.name, "pickle") ? 4u : 0u;
    return met == 7;
}

struct mixed { struct reading *r; struct span in; uint64_t at, n_streams; };

static void on_nothing(void *ud, struct pickle *m, const struct pk_event *ev)
{
    (void)ud, (void)m, (void)ev;
}

/* Judge one stream, and move behind it. False: it does not end, and the rest is judged with it. */
static bool one_stream(struct mixed *x, int *rc, struct err *e)
{
    struct pickle p;
    char name[40];
    pickle_init(&p, x->in, x->r->s->a);
    p.event = on_nothing;
    *rc = pickle_run(&p, x->at, e);
    bool whole = p.end == PK_STOPPED;
    uint64_t next = whole ? p.next : x->in.n;
    pickle_fini(&p);
    (void)snprintf(name, sizeof name, "stream at %llu", (unsigned long long)x->at);
    if (!*rc)
        *rc = scan_inside(x->r->s, x->r->n, span_sub(x->in, x->at, next - x->at), name, e);
    x->at = next;
    x->n_streams++;
    return whole && !*rc;
}

static bool skip(struct mixed *x, uint64_t n)
{
    bool fits = n <= x->in.n - x->at;
    x->at = fits ? x->at + n : x->in.n;
    return fits;
}

/* storages: a count, then for each a pickle of (key, location, class), its length and its items; views at the end.
 * The class says how large an item is, and pickles of lengths are not run twice: the next pickle's mark is looked for. */
static bool skip_storage(struct mixed *x)
{
    if (x->in.n - x->at < 8)
        return false;
    uint64_t n = le64(x->in.p + x->at);
    static const unsigned sizes[] = { 4, 8, 2, 1, 16 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t bytes, room = x->in.n - x->at - 8;
        if (__builtin_mul_overflow(n, sizes[i], &bytes) || bytes > room)
            continue;
        const uint8_t *next = x->in.p + x->at + 8 + bytes;
        if (room - bytes >= 2 && next[0] == 0x80 && next[1] == 2)
            return skip(x, 8 + bytes);
    }
    return false;
}

/* tensors: a count, then for each a pickle of (key, storage, class), its rank, sizes, strides and offset. */
static bool skip_tensor(struct mixed *x)
{
    if (x->in.n - x->at < 8)
        return false;
    return skip(x, 8 + 16 * (uint64_t)le32(x->in.p + x->at) + 8);
}

static int judge_mixed(struct reading *r, struct span in, bool storages, struct err *e)
{
    struct mixed x = { .r = r, .in = in };
    int rc = 0;
    bool on = one_stream(&x, &rc, e);
    while (on && x.at < in.n) {
        on = one_stream(&x, &rc, e);
        if (on && x.at < in.n)
            on = storages ? skip_storage(&x) : skip_tensor(&x);
    }
    if (!rc && !on && x.at < in.n)
        rc = scan_find(r->s, r->n, RULE_ARCHIVE_BROKEN, r->m.at, e, "\"%s\" is not what torch wrote in 2017", r->m.name);
    return rc;
}

/* ---- the archive ------------------------------------------------------------------------ */

static int judge_data(struct reading *r, const struct tar_member *t, struct span data, struct err *e)
{
    int rc = 0;
    if (data.n < t->bytes)
        rc = scan_find(r->s, r->n, RULE_ARCHIVE_BROKEN, r->m.at, e, "\"%s\" %s", r->m.name, unpack_end_text(UNPACK_CUT));
    if (rc)
        return rc;
    if (r->torch && (is_named(t->name, "storages") || is_named(t->name, "tensors")))
        return judge_mixed(r, data, is_named(t->name, "storages"), e);
    r->s->plain_ids = r->torch && is_named(t->name, "pickle");
    rc = scan_inside(r->s, r->n, data, r->m.name, e);
    r->s->plain_ids = false;
    return rc;
}

static int read_member(struct reading *r, const struct tar_member *t, struct span data, struct err *e)
{
    r->m = (struct member){ .s = r->s, .outer = r->n, .name = member_name(r->s->a, t->name), .at = t->header_at };
    int rc = r->m.name ? tar_check(&r->m, t, e) : err_memory(e);
    return rc || !tar_has_data(t) ? rc : judge_data(r, t, data, e);
}

static bool all_zero(struct span s)
{
    return !s.n || (!s.p[0] && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

/* No header at *at. Some readers stop here, others look for the next one: so do we. */
static int pass_over(struct reading *r, uint64_t *at, enum tar_step step, struct err *e)
{
    struct span in = r->n->in;
    int rc = 0;
    if (step == TAR_CUT || (step == TAR_BAD && !r->said_bad))
        rc = scan_find(r->s, r->n, RULE_ARCHIVE_BROKEN, *at, e, "no header where one should be: some readers stop here");
    r->said_bad = r->said_bad || step == TAR_BAD;
    if (step == TAR_END)
        while (in.n - *at >= TAR_BLOCK_BYTES && all_zero(span_sub(in, *at, TAR_BLOCK_BYTES)))
            *at += TAR_BLOCK_BYTES;
    else
        *at = in.n - *at < TAR_BLOCK_BYTES ? in.n : *at + TAR_BLOCK_BYTES;
    return rc;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct reading r = { .s = s, .n = n, .t = { .a = s->a } };
    bool said = false;
    uint64_t at = 0;
    int rc = 0;
    r.torch = is_torch(n->in, s->a);
    while (!rc && !s->too_many) {
        enum tar_step step;
        struct tar_member m;
        struct span data;
        rc = tar_next(&r.t, n->in, &at, &step, &m, &data, e);
        if (rc)
            break;
        if (step == TAR_MEMBER) {
            rc = read_member(&r, &m, data, e);
            continue;
        }
        if (step == TAR_END && all_zero(span_sub(n->in, at, n->in.n)))
            break;
        rc = pass_over(&r, &at, step, e);
        if (!rc && step == TAR_END && !said)
            rc = scan_find(s, n, RULE_ARCHIVE_ODD, at, e, "bytes follow the end of the tar: some readers go on");
        said = said || step == TAR_END;
    }
    return rc;
}

static unsigned sniff(const struct scan_node *n)
{
    return tar_sniff(n->in);
}

const struct scan_format scan_tar = { .name = "tar", .sniff = sniff, .run = run };
