// SPDX-License-Identifier: Apache-2.0
#include "passport/bom_int.h"

#include <stdio.h>
#include "base/sha256.h"

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

/* Does this statement name a licence in words of its own? A gate, an address and a sentence do only when they were
 * understood. */
static bool is_name(const struct declared *d)
{
    if (d->state == DECLARED_UNREADABLE || d->how == DECLARED_CARD_EU)
        return false;
    return d->state == DECLARED_NAMED || d->how == DECLARED_CARD_LICENSE || d->how == DECLARED_CARD_NAME ||
           d->how == DECLARED_GGUF_LICENSE || d->how == DECLARED_GGUF_NAME;
}

static int add_declared(const struct check *c, size_t i, bool join, struct bom_licenses *out, struct err *e)
{
    const struct declared *d = &c->gather.declared.items[i];
    struct arena *a = c->claims.a;
    int rc = 0;
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
    /* First what is about the weights, or says not about what; "other" only when nothing says more. */
    for (unsigned pass = 0; pass < 4 && !l.n; pass++)
        for (size_t i = 0; i < said->n && !rc; i++) {
            const struct declared *d = &said->items[i];
            bool weights = d->scope == SCOPE_UNSAID || d->scope & SCOPE_WEIGHTS;
            if (is_name(d) && (weights || pass & 1) && (d->state != DECLARED_OTHER || pass & 2))
                rc = add_declared(c, i, join, &l, e);
        }
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

const char *bom_reason(const struct verdict_reason *r, struct arena *a)
{
    bool id = r->record_id && r->record_id[0], scope = r->scope && r->scope[0];
    return arena_fmt(a, "%s: %s%s%s%s%s%s", answer_name(r->answer), r->text, id || scope ? " (" : "", id ? r->record_id : "",
                     id && scope ? "; " : "", scope ? r->scope : "", id || scope ? ")" : "");
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
