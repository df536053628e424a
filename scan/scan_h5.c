// SPDX-License-Identifier: Apache-2.0
/* HDF5, as Keras writes models: configurations in attributes, and what leads out of the file. */
#include "format/h5.h"
#include "scan/scan.h"

struct judge { struct scan *s; const struct scan_node *n; struct err *e; };

static bool is_config(const struct h5_event *ev)
{
    return span_ends(ev->name, "_config") || span_starts(ev->text, "{");
}

/* Keras reads configurations from JSON; PyTables loads an attribute that is a pickle. */
static int on_text(struct judge *j, const struct h5_event *ev)
{
    struct scan_node text = { .in = ev->text, .path = j->n->path, .name = "attribute" };
    char *name = arena_fmt(j->s->a, "%.*s at %llu.json", (int)(ev->name.n > 80 ? 80 : ev->name.n), (const char *)ev->name.p,
                           (unsigned long long)ev->at);
    if (!name)
        return err_memory(j->e);
    if (is_config(ev))
        return scan_inside_as(j->s, j->n, ev->text, name, "json", j->e);
    const struct scan_format *f = ev->text.n ? scan_format_of(&text) : NULL;
    return f && strcmp(f->name, "pickle") == 0 ? scan_inside_as(j->s, j->n, ev->text, "attribute", "pickle", j->e) : 0;
}

static int on_event(void *ud, const struct h5_event *ev)
{
    struct judge *j = ud;
    switch (ev->kind) {
    case H5_TEXT:
        return on_text(j, ev);
    case H5_OTHER:
        return ev->of_root && span_ends(ev->name, "_config")
                   ? scan_find(j->s, j->n, RULE_H5_UNREAD, ev->at, j->e, "a configuration that is no string") : 0;
    case H5_OUTSIDE:
        return scan_find(j->s, j->n, RULE_H5_OUTSIDE, ev->at, j->e, "%s leads to another file%s%.*s", ev->what,
                         ev->text.n ? ": " : "", (int)(ev->text.n > 120 ? 120 : ev->text.n),
                         ev->text.n ? (const char *)ev->text.p : "");
    default:
        return scan_find(j->s, j->n, RULE_H5_UNREAD, ev->at, j->e, "%s", ev->what);
    }
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct judge j = { s, n, e };
    struct err why = { 0 };
    uint64_t at;
    int rc = 0;
    if (h5_find(n->in, &at) && at)
        rc = scan_find(s, n, RULE_TENSORS_UNCLAIMED, 0, e, "%llu bytes stand before the superblock", (unsigned long long)at);
    if (!rc && at)
        rc = scan_inside(s, n, span_sub(n->in, 0, (size_t)at), "bytes in front", e);
    if (rc)
        return rc;
    rc = h5_walk(n->in, s->a, on_event, &j, &why);
    if (rc == ERR_FORMAT)
        return scan_find(s, n, RULE_H5_UNREAD, why.pos, e, "%s", why.msg);
    return rc == ERR_MEMORY ? err_memory(e) : rc;
}

static unsigned sniff(const struct scan_node *n)
{
    uint64_t at;
    return !h5_find(n->in, &at) ? 0 : at == 0 ? 95 : scan_called(n, ".h5 .hdf5") ? 96 : 30;
}

const struct scan_format scan_h5 = { .name = "hdf5", .sniff = sniff, .run = run };
