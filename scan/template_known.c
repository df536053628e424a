// SPDX-License-Identifier: Apache-2.0
#include "scan/template_known.h"

#include <stdlib.h>
#include "base/buf.h"

extern const unsigned char assay_templates[], assay_templates_end[];

enum { PART_DIGITS = 16, PART_MAX_BYTES = 64 << 20 };

static uint64_t be64(const uint8_t *p)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

/* ---- digests ---------------------------------------------------------------------------- */

static bool is_blank(uint8_t b)
{
    return b == ' ' || (b >= '\t' && b <= '\r');
}

static struct span trimmed(struct span s)
{
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    while (s.n && is_blank(s.p[0]))
        s = span_sub(s, 1, s.n);
    return s;
}

/* With LF for CRLF. */
static void put_text(struct buf *b, struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
            buf_char(b, (char)s.p[i]);
}

int template_digest(struct span text, uint8_t out[SHA256_BYTES], struct err *e)
{
    struct buf b;
    while (text.n && is_blank(text.p[text.n - 1]))
        text.n--;
    buf_init(&b, text.n + 1);
    put_text(&b, text);
    if (!b.error)
        sha256_plain(buf_view(&b), out);
    int rc = b.error ? err_memory(e) : 0;
    buf_fini(&b);
    return rc;
}

/* ---- parts ------------------------------------------------------------------------------ */

struct parting { struct template_parts *out; struct arena *a; struct buf b; int rc; };

static void put_tree(struct buf *b, const struct jinja_node *n);

static void put_chain(struct buf *b, const struct jinja_node *n)
{
    for (; n; n = n->next)
        put_tree(b, n);
    buf_char(b, ')');
}

/* The node and what is below it, so that two trees give the same bytes only when they are the same. */
static void put_node(struct buf *b, const struct jinja_node *n, bool whole)
{
    const struct jinja_node *const below[] = { n->a, n->b, n->c };
    struct span text = n->kind == JINJA_DATA ? trimmed(n->text) : n->text;
    buf_fmt(b, "(%d %d %d %zu ", (int)n->kind, n->op, n->on, text.n);
    put_text(b, text);
    for (size_t i = 0; i < 3; i++) {
        if (below[i] && (i || n->kind != JINJA_WITH))
            put_tree(b, below[i]);
        buf_char(b, ',');
    }
    put_chain(b, whole ? n->first : NULL);
}

static void put_tree(struct buf *b, const struct jinja_node *n)
{
    put_node(b, n, true);
}

static void add_part(struct parting *p, const struct jinja_node *n, bool whole)
{
    struct template_parts *l = p->out;
    uint8_t digest[SHA256_BYTES];
    void *items = l->items;
    buf_reset(&p->b);
    put_node(&p->b, n, whole);
    if (p->b.error || arena_grow(p->a, &items, &l->cap, l->n, sizeof *l->items)) {
        p->rc = ERR_MEMORY;
        return;
    }
    sha256_plain(buf_view(&p->b), digest);
    l->items = items;
    l->items[l->n++] = (struct template_part){ .hash = be64(digest), .at = n->at };
}

static void part_chain(struct parting *p, const struct jinja_node *n)
{
    for (; n && !p->rc; n = n->next) {
        bool block = n->kind == JINJA_FOR || n->kind == JINJA_BRANCH || n->kind == JINJA_MACRO ||
                     n->kind == JINJA_CALL_BLOCK || n->kind == JINJA_FILTER_BLOCK || n->kind == JINJA_BLOCK ||
                     n->kind == JINJA_WITH || n->kind == JINJA_AUTOESCAPE || n->kind == JINJA_GENERATION ||
                     (n->kind == JINJA_SET && n->first);
        bool holds = n->kind == JINJA_BODY || n->kind == JINJA_IF;
        if (!holds && !(n->kind == JINJA_DATA && !trimmed(n->text).n))
            add_part(p, n, !block);
        if (n->kind == JINJA_WITH)
            part_chain(p, n->a);
        if (holds || block)
            part_chain(p, n->first);
    }
}

static int by_hash(const void *x, const void *y)
{
    const struct template_part *a = x, *b = y;
    return a->hash != b->hash ? (a->hash < b->hash ? -1 : 1) : (a->at > b->at) - (a->at < b->at);
}

int template_parts(const struct jinja_node *root, struct arena *a, struct template_parts *out, struct err *e)
{
    struct parting p = { .out = out, .a = a };
    *out = (struct template_parts){ 0 };
    buf_init(&p.b, PART_MAX_BYTES);
    part_chain(&p, root);
    buf_fini(&p.b);
    if (p.rc)
        return err_memory(e);
    if (out->n)
        qsort(out->items, out->n, sizeof *out->items, by_hash);
    return 0;
}

/* ---- the list --------------------------------------------------------------------------- */

static uint64_t digits_of(const uint8_t *p)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < PART_DIGITS; i++)
        v = v << 4 | (uint64_t)(p[i] <= '9' ? p[i] - '0' : p[i] - 'a' + 10);
    return v;
}

/* The field up to the next `end`, which is taken too. */
static struct span take(struct span *s, char end)
{
    const uint8_t *p = s->n ? memchr(s->p, end, s->n) : NULL;
    size_t n = p ? (size_t)(p - s->p) : s->n;
    struct span field = span_sub(*s, 0, n);
    *s = span_sub(*s, n + (p != NULL), s->n);
    return field;
}

/* Both are sorted: go through them side by side. */
static void compare(const struct template_parts *parts, struct span theirs, struct template_match *m)
{
    size_t n = theirs.n / PART_DIGITS, i = 0, k = 0;
    m->new_at = UINT32_MAX;
    while (i < parts->n || k < n) {
        uint64_t that = k < n ? digits_of(theirs.p + k * PART_DIGITS) : UINT64_MAX;
        if (i < parts->n && k < n && parts->items[i].hash == that) {
            i++;
            k++;
        } else if (k == n || (i < parts->n && parts->items[i].hash < that)) {
            m->new_at = parts->items[i].at < m->new_at ? parts->items[i].at : m->new_at;
            m->n_new++;
            i++;
        } else {
            m->n_missing++;
            k++;
        }
    }
}

static bool same_digest(struct span hex, const uint8_t digest[SHA256_BYTES])
{
    for (size_t i = 0; i < SHA256_BYTES / 8; i++)
        if (hex.n < 2 * (size_t)SHA256_BYTES || digits_of(hex.p + i * PART_DIGITS) != be64(digest + 8 * i))
            return false;
    return true;
}

bool template_find(struct span list, const uint8_t digest[SHA256_BYTES], const struct template_parts *parts,
                   struct template_match *out)
{
    size_t best = 0;
    if (!list.p)
        list = span_of(assay_templates, (size_t)(assay_templates_end - assay_templates));
    while (list.n) {
        struct span line = take(&list, '\n');
        if (span_starts(line, "#"))
            continue;
        struct template_match m = { .name = take(&line, '\t') };
        m.same = same_digest(take(&line, '\t'), digest);
        compare(parts, line, &m);
        size_t common = parts->n - m.n_new, both = parts->n + common + m.n_missing;
        size_t like = both ? 200 * common / both : 0;
        if (!m.same && (like < TEMPLATE_LIKE_PERCENT || common < TEMPLATE_LIKE_PARTS || like <= best))
            continue;
        *out = m;
        best = like;
        if (m.same)
            return true;
    }
    return best > 0;
}

void template_known(struct template_judge *j, const struct jinja_node *root)
{
    struct template_parts parts;
    struct template_match m;
    uint8_t digest[SHA256_BYTES];
    if (j->rc)
        return;
    j->rc = template_digest(j->n->in, digest, j->e);
    if (!j->rc)
        j->rc = template_parts(root, &j->a, &parts, j->e);
    if (j->rc || !template_find(SPAN_NONE, digest, &parts, &m))
        return;
    if (m.same)
        template_found(j, RULE_TEMPLATE_KNOWN, 0, "is the template of %.*s", SPAN_ARG(m.name));
    else if (!m.n_new && !m.n_missing)
        template_found(j, RULE_TEMPLATE_DIFFERS, 0, "is the template of %.*s in other white space, comments or order",
                       SPAN_ARG(m.name));
    else
        template_found(j, RULE_TEMPLATE_DIFFERS, m.n_new ? m.new_at : 0,
                       "is like the template of %.*s; %zu of %zu parts are new, %zu of that one's are missing%s",
                       SPAN_ARG(m.name), m.n_new, parts.n, m.n_missing, m.n_new ? "; the first new one is here" : "");
}
