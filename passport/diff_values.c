// SPDX-License-Identifier: Apache-2.0
/* passport/diff_values.c - configurations and metadata, key by key. */
#include <inttypes.h>
#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "passport/diff_int.h"

enum { LEAVES_MAX = 200000, LIST_SHOWN = 8 };

/* ---- trees --------------------------------------------------------------------------- */

struct walk {
    struct diff *d;
    const char *path;
    struct span raw;
    const char *scope;
    struct diff_rows *rows;
    bool truncated;
};

static bool is_scalar(const struct val *v)
{
    return v->kind != VAL_LIST && v->kind != VAL_MAP;
}

static bool all_scalars(const struct val *list)
{
    for (const struct val *v = list->first; v; v = v->next)
        if (!is_scalar(v))
            return false;
    return true;
}

/* A string in quotes, so that "1" and 1 are not the same. */
static void put_scalar(struct buf *b, const struct val *v)
{
    bool quoted = v->kind == VAL_STR;
    if (quoted)
        buf_char(b, '"');
    if (v->kind == VAL_NULL)
        buf_str(b, "null");
    else
        buf_span(b, v->str);
    if (quoted)
        buf_char(b, '"');
}

static int put_leaf(struct walk *w, const char *key, const struct val *v, struct err *e)
{
    if (w->rows->n >= LEAVES_MAX) {
        w->truncated = true;
        return 0;
    }
    struct diff_row *r = diff_row(w->d, w->rows);
    if (!r)
        return err_memory(e);
    struct buf b;
    buf_init(&b, (size_t)64 << 20);
    bool list = v->kind == VAL_LIST || v->kind == VAL_MAP;
    if (v->kind == VAL_STR && memchr(v->str.p ? (const char *)v->str.p : "", '\n', v->str.n)) {
        r->value = v->str;                              /* as it is: its lines will be compared */
        r->quote_line = 1;
    } else {
        if (list)
            buf_char(&b, v->kind == VAL_LIST ? '[' : '{');
        for (const struct val *c = list ? v->first : NULL; c; c = c->next) {
            put_scalar(&b, c);
            if (c->next)
                buf_str(&b, ", ");
        }
        if (list)
            buf_char(&b, v->kind == VAL_LIST ? ']' : '}');
        else
            put_scalar(&b, v);
        r->value = span_of(arena_strn(w->d->a, buf_text(&b), b.n), b.n);
    }
    bool failed = b.error || (!r->value.p && r->value.n);
    buf_fini(&b);
    r->key = key;
    r->scope = w->scope;
    r->path = w->path;
    r->byte_from = v->byte_from;
    r->raw = span_sub(w->raw, v->byte_from, v->byte_to - v->byte_from);
    r->line_from = v->line;
    r->line_to = v->line_to;
    return failed ? err_memory(e) : 0;
}

static const char *key_of(struct walk *w, const char *above, const struct val *v)
{
    bool plain = v->key.n > 0;
    for (size_t i = 0; i < v->key.n; i++)
        plain = plain && v->key.p[i] != '.' && v->key.p[i] != '[' && v->key.p[i] != '"';
    if (plain)
        return arena_fmt(w->d->a, "%s%s%.*s", above, above[0] ? "." : "", SPAN_ARG(v->key));
    return arena_fmt(w->d->a, "%s[\"%.*s\"]", above, SPAN_ARG(v->key));
}

/* Depth is bounded by the parser. */
static int walk(struct walk *w, const char *key, const struct val *v, struct err *e)
{
    if (is_scalar(v) || !v->n || (v->kind == VAL_LIST && all_scalars(v)))
        return put_leaf(w, key, v, e);
    size_t i = 0;
    int rc = 0;
    for (const struct val *c = v->first; c && !rc && !w->truncated; c = c->next) {
        const char *name = v->kind == VAL_MAP ? key_of(w, key, c) : arena_fmt(w->d->a, "%s[%zu]", key, i++);
        rc = name ? walk(w, name, c, e) : err_memory(e);
    }
    return rc;
}

int diff_tree_rows(struct diff *d, const char *path, struct span raw, const struct val *root, const char *scope,
                   struct diff_rows *out, bool *truncated, struct err *e)
{
    struct walk w = { .d = d, .path = path, .raw = raw, .scope = scope, .rows = out };
    int rc = walk(&w, "", root, e);
    *truncated = *truncated || w.truncated;
    return rc;
}

/* ---- configurations ------------------------------------------------------------------ */

static bool is_config(const struct model_file *f)
{
    switch (f->role) {
    case SNAP_CONFIG: case SNAP_ADAPTER_CONFIG: case SNAP_GENERATION_CONFIG: case SNAP_CONFIG_OTHER:
    case SNAP_TOKENIZER: case SNAP_TOKENIZER_CONFIG: case SNAP_CHAT_TEMPLATE:
        return true;
    default:
        return false;
    }
}

static bool is_json(const char *path)
{
    size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".json") == 0;
}

struct loaded { struct span raw; const struct val *root; };

static int load(struct diff *d, int k, const struct model_file *f, struct loaded *out, bool *ok, struct err *e)
{
    struct err inner = { 0 };
    *ok = false;
    if (f->escapes)
        return diff_gap(d, DIFF_CONFIG, k, e, "%s: a link that leads out of the model", f->path);
    if (f->size_bytes > GATHER_TEXT_MAX)
        return diff_gap(d, DIFF_CONFIG, k, e, "%s: larger than 16 MiB, so its values were not compared", f->path);
    char *full = model_path(&d->subject[k].check.model, f->path, d->a);
    int rc = full ? fs_read(full, GATHER_TEXT_MAX, d->a, &out->raw, e) : err_memory(e);
    if (rc || !is_json(f->path)) {
        *ok = !rc;
        return rc;
    }
    rc = json_parse(out->raw, NULL, d->a, &out->root, &inner);
    if (rc == ERR_MEMORY)
        return err_memory(e);
    if (rc)
        return diff_gap(d, DIFF_CONFIG, k, e, "%s: no JSON, so its values were not compared: %s", f->path, inner.msg);
    *ok = true;
    return 0;
}

static bool same_digest(const struct model_file *x, const struct model_file *y)
{
    return x->sha256 && y->sha256 && strcmp(x->sha256, y->sha256) == 0;
}

/* A chat template is judged apart, wherever it is kept. */
static bool is_template(const char *key)
{
    return strncmp(key, "chat_template", 13) == 0;
}

static int split_rows(struct diff *d, const struct diff_rows *in, bool template, struct diff_rows *out, struct err *e)
{
    for (size_t i = 0; i < in->n; i++) {
        if (is_template(in->items[i].key) != template)
            continue;
        struct diff_row *r = diff_row(d, out);
        if (!r)
            return err_memory(e);
        *r = in->items[i];
    }
    return 0;
}

static int compare_rows(struct diff *d, const struct diff_rows *a, const struct diff_rows *b, struct err *e)
{
    int rc = 0;
    for (unsigned t = 0; t < 2 && !rc; t++) {
        struct diff_rows x = { 0 }, y = { 0 };
        rc = split_rows(d, a, t, &x, e);
        if (!rc)
            rc = split_rows(d, b, t, &y, e);
        if (!rc && (!t || x.n || y.n))
            rc = diff_rows(d, t ? DIFF_TEMPLATE : DIFF_CONFIG, &x, &y, e);
    }
    return rc;
}

static int whole_text(struct diff *d, const struct model_file *f, struct span raw, struct diff_rows *rows,
                      struct err *e)
{
    struct diff_row *r = diff_row(d, rows);
    if (!r)
        return err_memory(e);
    *r = (struct diff_row){ .key = "text", .scope = f->path, .value = raw, .rank = RANK_NONE, .path = f->path,
                            .raw = raw, .quote_line = 1, .line_from = 1 };
    for (size_t i = 0; i < raw.n; i++)
        r->line_to += raw.p[i] == '\n' || i + 1 == raw.n;
    return 0;
}

static int compare_config(struct diff *d, const struct model_file *x, const struct model_file *y, struct err *e)
{
    struct loaded l[2] = { 0 };
    bool ok[2], truncated = false;
    struct diff_rows rows[2] = { 0 };
    if (same_digest(x, y)) {
        d->parts[DIFF_CONFIG].compared = true;
        d->parts[DIFF_CONFIG].n_same++;
        return 0;
    }
    int rc = load(d, 0, x, &l[0], &ok[0], e);
    if (!rc)
        rc = load(d, 1, y, &l[1], &ok[1], e);
    if (rc || !ok[0] || !ok[1])
        return rc;
    for (int k = 0; k < 2 && !rc; k++)
        rc = l[k].root ? diff_tree_rows(d, (k ? y : x)->path, l[k].raw, l[k].root, x->path, &rows[k], &truncated, e) :
             whole_text(d, k ? y : x, l[k].raw, &rows[k], e);
    if (!rc && truncated)
        rc = diff_gap(d, DIFF_CONFIG, SIDE_BOTH, e, "%s: only the first %d values were compared", x->path,
                      (int)LEAVES_MAX);
    if (rc)
        return rc;
    return x->role == SNAP_CHAT_TEMPLATE && !l[0].root ? diff_rows(d, DIFF_TEMPLATE, &rows[0], &rows[1], e) :
           compare_rows(d, &rows[0], &rows[1], e);
}

int diff_config(struct diff *d, struct err *e)
{
    const struct model *m = &d->subject[0].check.model;
    int rc = 0;
    d->parts[DIFF_CONFIG].compared = true;
    d->parts[DIFF_TEMPLATE].compared = true;
    for (size_t i = 0; i < m->n_files && !rc; i++) {
        const struct model_file *f = &m->files[i], *o = diff_file(d, 1, f->path);
        bool binary = f->role == SNAP_TOKENIZER && !is_json(f->path);
        if (is_config(f) && o && !binary)
            rc = compare_config(d, f, o, e);
    }
    return rc;
}
