// SPDX-License-Identifier: Apache-2.0
#include "passport/bom_int.h"

#include <stdio.h>
#include "base/sha256.h"
#include "base/utf8.h"

bool bom_is_spdx(const struct index *x, const char *id)
{
    for (uint32_t i = 0; i < x->n_entries; i++)
        if (x->entries[i].flags & INDEX_SPDX && strcmp(x->entries[i].id, id) == 0)
            return true;
    return false;
}

bool bom_is_own(const struct evidence *ev)
{
    return ev && strncmp(ev->path, "catalogue:", 10) != 0;
}

bool bom_is_weights(enum snap_role role)
{
    return role == SNAP_WEIGHTS_GGUF || role == SNAP_WEIGHTS_SAFETENSORS || role == SNAP_WEIGHTS_OTHER;
}

bool bom_is_config(enum snap_role role)
{
    return role == SNAP_WEIGHTS_INDEX || (role >= SNAP_CONFIG && role <= SNAP_CHAT_TEMPLATE);
}

const struct model_file *bom_only_weights(const struct check *c)
{
    const struct model_file *only = NULL;
    for (size_t i = 0; i < c->model.n_files; i++) {
        if (!bom_is_weights(c->model.files[i].role))
            continue;
        if (only)
            return NULL;
        only = &c->model.files[i];
    }
    return only;
}

/* ---- licences ------------------------------------------------------------------------ */

static int add_license(struct bom_licenses *l, const struct bom_license *x, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->items[i].concluded == x->concluded && strcmp(l->items[i].id, x->id) == 0)
            return 0;
    if (arena_grow(a, (void **)&l->items, &l->cap, l->n, sizeof *l->items))
        return err_memory(e);
    l->items[l->n++] = *x;
    return 0;
}

/* The items that share d's expression, from i on, as one text; NULL when AND and OR are mixed, or a part is not
 * named. Out of memory: *rc is set. */
static const char *join_expression(const struct declared_list *l, size_t i, struct arena *a, int *rc, struct err *e)
{
    const struct declared *d = &l->items[i];
    const char *text = "";
    for (size_t k = i; k < l->n && l->items[k].expr == d->expr; k++) {
        const struct declared *p = &l->items[k];
        if (p->state != DECLARED_NAMED || p->choice != d->choice)
            return NULL;
        text = arena_fmt(a, "%s%s%s%s%s", text, k == i ? "" : d->choice ? " OR " : " AND ", p->id,
                         p->exception[0] ? " WITH " : "", p->exception);
        if (!text)
            return *rc = err_memory(e), NULL;
    }
    return text;
}

static const char *title_of(const struct declared *d)
{
    return d->record ? d->record->name : d->entry ? d->entry->name : "";
}

static int add_declared(const struct check *c, size_t i, bool join, struct bom_licenses *out, struct err *e)
{
    const struct declared *d = &c->gather.declared.items[i];
    struct arena *a = c->claims.a;
    int rc = 0;
    if (d->state == DECLARED_UNREADABLE || d->how == DECLARED_CARD_EU)
        return 0;
    const char *scope = scope_words(d->scope, a), *joined = NULL;
    if (!scope)
        return err_memory(e);
    struct bom_license x = { .id = d->id[0] ? d->id : d->raw, .title = title_of(d), .scope = scope[0] ? scope : "unsaid",
                             .method = d->method, .evidence = d->evidence, .expr = d->expr };
    if (join && d->expr && (i == 0 || c->gather.declared.items[i - 1].expr != d->expr))
        joined = join_expression(&c->gather.declared, i, a, &rc, e);
    if (rc || !x.id[0])
        return rc;
    if (joined) {
        x.id = x.expression = joined;
    } else {
        for (size_t k = 0; k < out->n && join && d->expr; k++)
            if (out->items[k].expr == d->expr && out->items[k].expression)
                return 0;                       /* it is a part of that one */
        x.spdx = d->id[0] && bom_is_spdx(&c->index, d->id);
        x.ref = strncmp(x.id, "LicenseRef-", 11) == 0;
    }
    return add_license(out, &x, a, e);
}

int bom_licenses(const struct check *c, bool join, struct bom_licenses *out, struct err *e)
{
    struct bom_licenses l = { .n = 0 };
    const struct declared_list *said = &c->gather.declared;
    int rc = 0;
    for (unsigned other = 0; other < 2 && !l.n; other++)        /* first what is about the weights, or says not */
        for (size_t i = 0; i < said->n && !rc; i++)
            if (other || said->items[i].scope == SCOPE_UNSAID || said->items[i].scope & SCOPE_WEIGHTS)
                rc = add_declared(c, i, join, &l, e);
    for (size_t i = 0; i < c->n_concluded && !rc; i++) {
        const struct check_concluded *k = &c->concluded[i];
        const struct index_entry *x = k->found->entry;
        if (!k->is_term || x->kind == INDEX_POLICY)
            continue;
        struct bom_license one = { .id = x->id, .title = k->record ? k->record->name : x->name, .concluded = true,
            .spdx = bom_is_spdx(&c->index, x->id), .ref = strncmp(x->id, "LicenseRef-", 11) == 0, .scope = k->scope,
            .method = k->n_residue ? "text identified, but it holds more" : "text identified word for word",
            .evidence = k->evidence };
        rc = add_license(&l, &one, c->claims.a, e);
    }
    if (!rc)
        *out = l;
    return rc;
}

/* ---- words of the model -------------------------------------------------------------- */

static struct span bytes_of(const struct check *c, const char *path)
{
    for (size_t i = 0; i < c->gather.n_cards; i++)
        if (strcmp(c->gather.cards[i].file->path, path) == 0)
            return c->gather.cards[i].raw;
    return gather_bytes(&c->gather, path);
}

/* Copy s with each run of blanks and control characters as one blank, at most max bytes, whole characters. */
static size_t squeeze(struct span s, char *out, size_t max, bool *cut)
{
    size_t n = 0;
    bool gap = false;
    *cut = false;
    while (s.n) {
        uint32_t cp;
        unsigned k = utf8_next(s, &cp);
        if (k == 0) {
            k = 1;
            cp = 0xfffd;
        }
        s = span_sub(s, k, s.n - k);
        if (cp <= ' ' || (cp >= 0x7f && cp < 0xa0)) {
            gap = n > 0;
            continue;
        }
        char bytes[4];
        unsigned w = utf8_put(cp, bytes);
        if (n + gap + w > max) {
            *cut = true;
            break;
        }
        if (gap)
            out[n++] = ' ';
        gap = false;
        memcpy(out + n, bytes, w);
        n += w;
    }
    out[n] = 0;
    return n;
}

int bom_quote(const struct check *c, const struct evidence *ev, const char **out, struct err *e)
{
    char text[BOM_QUOTE_MAX + 1];
    bool cut;
    *out = NULL;
    struct span raw = bom_is_own(ev) ? bytes_of(c, ev->path) : SPAN_NONE;
    if (!raw.p || ev->byte_to < ev->byte_from || ev->byte_to > raw.n)
        return 0;
    struct span part = span_sub(raw, (size_t)ev->byte_from, (size_t)(ev->byte_to - ev->byte_from));
    if (squeeze(part, text, BOM_QUOTE_MAX - 3, &cut) == 0)
        return 0;
    *out = arena_fmt(c->claims.a, "%s%s", text, cut ? "..." : "");
    return *out ? 0 : err_memory(e);
}

/* ---- identity ------------------------------------------------------------------------ */

int bom_model_digest(const struct check *c, const char **out, struct err *e)
{
    struct buf b;
    char hex[SHA256_HEX_BYTES];
    *out = NULL;
    buf_init(&b, (size_t)1 << 30);
    for (size_t i = 0; i < c->model.n_files; i++) {
        if (!c->model.files[i].sha256)
            return buf_fini(&b), 0;
        buf_fmt(&b, "%s  %s\n", c->model.files[i].sha256, c->model.files[i].path);
    }
    int rc = b.error ? err_memory(e) : sha256_hex(buf_view(&b), hex, e);
    buf_fini(&b);
    if (rc)
        return rc;
    *out = arena_str(c->claims.a, hex);
    return *out ? 0 : err_memory(e);
}

/* 8-4-4-4-12 digits of the digest; version 8 (made our own way), variant 2. */
static int uuid_of(struct span s, char out[BOM_UUID_BYTES], struct err *e)
{
    char hex[SHA256_HEX_BYTES];
    int rc = sha256_hex(s, hex, e);
    if (rc)
        return rc;
    static const char variant[] = "89ab";
    unsigned v = hex[16] <= '9' ? (unsigned)(hex[16] - '0') : (unsigned)(hex[16] - 'a') + 10;
    (void)snprintf(out, BOM_UUID_BYTES, "%.8s-%.4s-8%.3s-%c%.3s-%.12s", hex, hex + 8, hex + 13, variant[v & 3], hex + 17,
                   hex + 20);
    return 0;
}

int bom_write_twice(bom_write_fn *write, const struct check *c, const struct bom_options *o, struct buf *out,
                    struct err *e)
{
    struct buf first;
    char uuid[BOM_UUID_BYTES];
    buf_init(&first, out->max_bytes);
    int rc = write(c, o, BOM_NIL_UUID, &first, e);
    if (!rc && first.error)
        rc = err_plain(e, first.error, "the bill of materials does not fit into memory");
    if (!rc)
        rc = uuid_of(buf_view(&first), uuid, e);
    buf_fini(&first);
    if (!rc)
        rc = write(c, o, uuid, out, e);
    if (!rc && out->error)
        rc = err_plain(e, out->error, "the bill of materials does not fit into memory");
    return rc;
}
