// SPDX-License-Identifier: Apache-2.0
/* passport/cyclonedx_judged.c - what Assay found and concluded: pointers into the files, and the judgement. */
#include "passport/cyclonedx_int.h"

/* ---- evidence ------------------------------------------------------------------------ */

static bool is_pdf(const struct check *c, const char *path)
{
    for (size_t i = 0; i < c->model.n_files; i++)
        if (strcmp(c->model.files[i].path, path) == 0)
            return c->model.files[i].is_pdf;
    return false;
}

static void put_occurrence(struct cdx *d, const struct evidence *ev, const char *what)
{
    struct json_out *j = &d->j;
    bool pdf = is_pdf(d->c, ev->path);
    const char *more = arena_fmt(d->a, "%s; bytes %llu-%llu%s, sha256 %s", what, (unsigned long long)ev->byte_from,
                                 (unsigned long long)ev->byte_to, pdf ? " of the text of the PDF" : "", ev->sha256);
    if (!more) {
        d->rc = err_memory(d->e);
        return;
    }
    json_open(j, NULL, '{');
    json_string(j, "location", ev->path);
    if (ev->line_from && !pdf)
        json_unsigned(j, "line", ev->line_from);
    if (!pdf && ev->byte_from <= INT64_MAX)
        json_unsigned(j, "offset", ev->byte_from);
    json_string(j, "additionalContext", more);
    json_close(j, '}');
}

void cdx_occurrences(struct cdx *d, const struct evidence *const *ev, size_t n, const char *what)
{
    json_open(&d->j, "occurrences", '[');
    for (size_t i = 0; i < n; i++)
        if (bom_is_own(ev[i]))
            put_occurrence(d, ev[i], what);
    json_close(&d->j, ']');
}

static void put_all_occurrences(struct cdx *d)
{
    bool any = false;
    for (size_t i = 0; i < d->c->claims.n; i++) {
        const struct claim *k = d->c->claims.items[i];
        const char *what = arena_fmt(d->a, "%s: %s (%s)", k->subject, k->value, k->method);
        if (!what)
            d->rc = err_memory(d->e);
        for (size_t n = 0; n < k->n_evidence && what; n++) {
            if (!bom_is_own(k->evidence[n]))
                continue;
            if (!any)
                json_open(&d->j, "occurrences", '[');
            any = true;
            put_occurrence(d, k->evidence[n], what);
        }
    }
    if (any)
        json_close(&d->j, ']');
}

/* The licences of all texts, also of those that do not bind the weights. */
static void put_found_licenses(struct cdx *d)
{
    const struct check *c = d->c;
    if (!c->n_concluded)
        return;
    json_open(&d->j, "licenses", '[');
    for (size_t i = 0; i < c->n_concluded; i++) {
        const struct check_concluded *k = &c->concluded[i];
        const struct index_entry *x = k->found->entry;
        cdx_license(d, x->id, bom_is_spdx(&c->index, x->id), true);
        cdx_property(d, "assay:path", k->text->file->path);
        cdx_made(d, "assay:lines", arena_fmt(d->a, "%u-%u", (unsigned)k->found->where.line_from,
                                             (unsigned)k->found->where.line_to));
        cdx_property(d, "assay:match", k->n_residue ? "residue" : "exact");
        cdx_property(d, "assay:scope", k->scope);
        cdx_property(d, "assay:binds", k->is_term ? "yes" : "no");
        cdx_license_end(d);
    }
    json_close(&d->j, ']');
}

static void put_identity(struct cdx *d)
{
    const struct model_file *weights = bom_only_weights(d->c);
    struct json_out *j = &d->j;
    if (!weights || !weights->sha256)
        return;
    json_open(j, "identity", '[');
    json_open(j, NULL, '{');
    json_string(j, "field", "hash");
    json_integer(j, "confidence", 1);
    json_string(j, "concludedValue", weights->sha256);
    json_open(j, "methods", '[');
    json_open(j, NULL, '{');
    json_string(j, "technique", "binary-analysis");
    json_integer(j, "confidence", 1);
    json_string(j, "value", "SHA-256 of all bytes of the weights file");
    json_close(j, '}');
    json_close(j, ']');
    json_open(j, "tools", '[');
    json_string(j, NULL, "assay");
    json_close(j, ']');
    json_close(j, '}');
    json_close(j, ']');
}

void cdx_evidence(struct cdx *d)
{
    json_open(&d->j, "evidence", '{');
    put_identity(d);
    put_all_occurrences(d);
    put_found_licenses(d);
    json_close(&d->j, '}');
}

/* ---- the judgement ------------------------------------------------------------------- */

/* The declared use as JSON without line ends, which the writer puts between values only. */
static void put_use(struct cdx *d)
{
    struct buf b;
    struct json_out j = { .b = &b };
    buf_init(&b, 1 << 20);
    use_write(&d->c->use, &j, NULL);
    char *text = b.error ? NULL : arena_strn(d->a, b.p, b.n);
    size_t n = 0;
    for (const char *p = text; p && *p; p++) {
        if (*p == '\n')
            while (p[1] == ' ')
                p++;
        else
            text[n++] = *p;
    }
    if (text)
        text[n] = 0;
    cdx_made(d, "assay:verdict.use", text);
    buf_fini(&b);
}

static void put_verdict(struct cdx *d)
{
    const struct verdict *v = &d->c->verdict;
    cdx_property(d, "assay:verdict.answer", answer_name(v->answer));
    put_use(d);
    for (size_t i = 0; i < v->n_reasons; i++)
        cdx_made(d, "assay:verdict.reason", bom_reason(&v->reasons[i], d->a));
    for (size_t i = 0; i < v->n_duties; i++)
        cdx_made(d, "assay:verdict.duty", arena_fmt(d->a, "%s, %s: %s", duty_kind_name(v->duties[i].kind),
                                                   duty_when_name(v->duties[i].when), v->duties[i].text));
    for (size_t i = 0; i < v->n_unknowns; i++)
        cdx_made(d, "assay:verdict.unknown", arena_fmt(d->a, "%s: %s", v->unknowns[i].key, v->unknowns[i].why));
    cdx_property(d, "assay:verdict.note", "information, not legal advice");
    for (size_t i = 0; i < d->c->conflicts.n; i++)
        cdx_property(d, d->c->conflicts.items[i].gap ? "assay:license.gap" : "assay:license.conflict",
                     d->c->conflicts.items[i].why);
    if (d->c->has_policy)
        cdx_property(d, "assay:policy.allowed", d->c->policy.n ? "no" : "yes");
    for (size_t i = 0; i < d->c->policy.n && d->c->has_policy; i++)
        cdx_property(d, "assay:policy.breach", d->c->policy.breaches[i].text);
}

static void put_need(struct cdx *d)
{
    const struct need *n = &d->c->need;
    if (!n->known)
        return;
    cdx_made(d, "assay:need.parameters", arena_fmt(d->a, "%llu", (unsigned long long)n->n_params));
    for (size_t i = 0; i < n->n_weights; i++)
        if (n->weights[i].is_own)
            cdx_made(d, "assay:need.memory", arena_fmt(d->a, "%llu bytes predicted at %llu tokens, weights as they are",
                                                      (unsigned long long)n->weights[i].total_bytes,
                                                      (unsigned long long)n->context));
}

void cdx_judged(struct cdx *d)
{
    const struct gather *g = &d->c->gather;
    const char *digest;
    if (!d->rc)
        d->rc = bom_model_digest(d->c, &digest, d->e);
    if (d->rc)
        return;
    cdx_property(d, "assay:model.digest", digest);
    cdx_property(d, "assay:catalogue", catalog_date(&d->c->catalog));
    put_verdict(d);
    cdx_openness(d);
    put_need(d);
    for (size_t i = 0; i < g->bases.n; i++)
        if (g->bases.items[i].how == BASE_HINTED)
            cdx_made(d, "assay:base.hinted", arena_fmt(d->a, "%s (%s)", g->bases.items[i].name, g->bases.items[i].method));
    for (size_t i = 0; i < g->n_unread; i++)
        cdx_made(d, "assay:unread", arena_fmt(d->a, "%s: %s", g->unread[i].path, g->unread[i].why));
    cdx_properties_end(d);
}
