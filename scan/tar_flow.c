// SPDX-License-Identifier: Apache-2.0
#include "scan/flow.h"
#include "scan/tar_walk.h"

enum state { AT_HEADER, IN_NOTE, IN_DATA, IN_PADDING };

struct walk {
    struct scan_node node;                  /* the tar itself, which is nowhere as a whole */
    struct member m;                        /* the member being read */
    struct tar t;
    struct flow f;
    struct buf note;
    struct tar_head head;
    uint8_t block[TAR_BLOCK_BYTES];
    size_t n_block;
    enum state state;
    uint64_t at, left, padding;             /* bytes of the stream so far; of this part */
    bool zeros, said_behind, said_bad;
    struct err *e;
};

static int say_once(struct walk *w, bool *said, enum scan_rule_id rule, const char *what)
{
    if (*said)
        return 0;
    *said = true;
    return scan_find(w->m.s, &w->node, rule, w->at - TAR_BLOCK_BYTES, w->e, "%s", what);
}

static int end_member(struct walk *w)
{
    w->state = w->padding ? IN_PADDING : AT_HEADER;
    w->left = w->padding;
    int rc = flow_judge(&w->f, &w->m, w->e);
    flow_next(&w->f);
    return rc;
}

static int begin_member(struct walk *w)
{
    struct tar_member t;
    if (tar_member(&w->t, &w->head, &t))
        return err_memory(w->e);
    w->m.name = member_name(w->m.s->a, t.name);
    w->m.at = w->at - TAR_BLOCK_BYTES;
    int rc = w->m.name ? tar_check(&w->m, &t, w->e) : err_memory(w->e);
    if (rc || !tar_has_data(&t))
        return rc;
    w->left = t.bytes;
    w->padding = tar_padded(t.bytes) - t.bytes;
    w->state = IN_DATA;
    return t.bytes ? 0 : end_member(w);
}

static int end_note(struct walk *w)
{
    int rc = tar_note(&w->t, &w->head, buf_view(&w->note)) ? err_memory(w->e) : 0;
    buf_reset(&w->note);
    w->state = w->padding ? IN_PADDING : AT_HEADER;
    w->left = w->padding;
    return rc;
}

static int take_header(struct walk *w)
{
    static const uint8_t zeros[TAR_BLOCK_BYTES];
    w->n_block = 0;
    if (memcmp(w->block, zeros, sizeof zeros) == 0) {
        w->zeros = true;
        return 0;
    }
    int rc = w->zeros ? say_once(w, &w->said_behind, RULE_ARCHIVE_ODD, "bytes follow the end of the tar: some readers go on") : 0;
    if (rc)
        return rc;
    if (!tar_head(w->block, &w->head))
        return say_once(w, &w->said_bad, RULE_ARCHIVE_BROKEN, "a header whose checksum does not fit: some readers stop here");
    if (w->head.kind != TAR_NOTE)
        return begin_member(w);
    w->left = w->head.bytes;
    w->padding = tar_padded(w->head.bytes) - w->head.bytes;
    w->state = IN_NOTE;
    return w->left ? 0 : end_note(w);
}

/* Take up to `n` bytes; returns how many through *n. */
static int take(struct walk *w, const uint8_t *p, size_t *n)
{
    size_t want = w->state == AT_HEADER ? TAR_BLOCK_BYTES - w->n_block : w->left < *n ? (size_t)w->left : *n;
    want = want < *n ? want : *n;
    *n = want;
    w->at += want;
    if (w->state == AT_HEADER) {
        memcpy(w->block + w->n_block, p, want);
        w->n_block += want;
        return w->n_block == TAR_BLOCK_BYTES ? take_header(w) : 0;
    }
    w->left -= want;
    if (w->state == IN_NOTE) {
        if (w->note.n + want <= TAR_NOTE_MAX_BYTES)         /* a longer one is odd, and that is said */
            buf_add(&w->note, p, want);
        return w->note.error ? err_memory(w->e) : w->left ? 0 : end_note(w);
    }
    if (w->state == IN_DATA) {
        int rc = flow_add(&w->f, span_of(p, want));
        return rc || w->left ? rc : end_member(w);
    }
    if (!w->left)
        w->state = AT_HEADER;
    return 0;
}

static int sink(void *ud, struct span piece)
{
    struct walk *w = ud;
    int rc = 0;
    while (piece.n && !rc) {
        size_t n = piece.n;
        rc = take(w, piece.p, &n);
        piece = span_sub(piece, n, piece.n);
    }
    return rc;
}

/* The stream is over: was the tar? */
static int end_walk(struct walk *w, const struct unpacked *u)
{
    int rc = 0;
    if (w->f.spent)
        rc = scan_find(w->m.s, &w->node, RULE_ARCHIVE_BOMB, w->at, w->e, "unpacking went on beyond %llu bytes",
                       (unsigned long long)member_budget(w->m.s));
    else if (u->end != UNPACK_WHOLE || w->state != AT_HEADER || w->n_block)
        rc = scan_find(w->m.s, &w->node, RULE_ARCHIVE_BROKEN, w->at, w->e, "the tar %s",
                       unpack_end_text(u->end == UNPACK_WHOLE ? UNPACK_CUT : u->end));
    return !rc && w->state == IN_DATA ? flow_judge(&w->f, &w->m, w->e) : rc;
}

int tar_flow(const struct member *m, struct span packed, const struct unpack_how *how, struct err *e)
{
    struct walk *w = arena_alloc(m->s->a, sizeof *w);
    char *path = arena_fmt(m->s->a, "%s!%s", m->outer->path, m->name);
    struct unpacked u;
    if (!w || !path)
        return err_memory(e);
    *w = (struct walk){ .node = { .path = path, .name = m->name, .depth = m->outer->depth + 1 }, .t = { .a = m->s->a }, .e = e };
    if (w->node.depth > SCAN_DEPTH_MAX)
        return scan_find(m->s, m->outer, RULE_TOO_DEEP, m->at, e, "\"%s\" lies deeper than is followed", m->name);
    w->m = (struct member){ .s = m->s, .outer = &w->node };
    flow_init(&w->f, m->s);
    buf_init(&w->note, TAR_NOTE_MAX_BYTES);
    int rc = unpack(packed, how, sink, w, &u, e);
    if (!rc)
        rc = end_walk(w, &u);
    else
        rc = err_memory(e);
    flow_fini(&w->f);
    buf_fini(&w->note);
    return rc;
}
