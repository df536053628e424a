// SPDX-License-Identifier: Apache-2.0
/* passport/cyclonedx_origin.c - what the model was made from: base models, data sets; and who says so. */
#include <stdio.h>
#include "passport/cyclonedx_int.h"

static void put_basis(struct cdx *d, char basis)
{
    cdx_property(d, "assay:basis", basis == 'V' ? "read in the text" : basis == 'S' ? "second hand" :
                 basis == 'M' ? "memory, not verified" : NULL);
}

/* ---- base models --------------------------------------------------------------------- */

/* Hinted bases are a reason to look, never an ancestor. `via` BASE_NONE: the bases that are declared. */
static bool is_ancestor(const struct base *b, int via)
{
    return via == BASE_NONE ? b->how == BASE_DECLARED : b->how == BASE_CHAIN && b->via == via;
}

static void put_bases(struct cdx *d, int via, unsigned depth);

static void put_base(struct cdx *d, size_t i, unsigned depth)
{
    const struct base *b = &d->c->gather.bases.items[i];
    struct json_out *j = &d->j;
    char ref[32];
    json_open(j, NULL, '{');
    json_string(j, "type", "machine-learning-model");
    (void)snprintf(ref, sizeof ref, "base-%zu", i + 1);
    json_string(j, "bom-ref", ref);
    cdx_name(d, b->name);
    if (b->license[0] && strcmp(b->license, "NOASSERTION") != 0) {
        json_open(j, "licenses", '[');
        cdx_license(d, b->license, bom_is_spdx(&d->c->index, b->license), true);
        cdx_property(d, "assay:method", "the licence of the family, by data/families.yaml");
        put_basis(d, b->basis);
        cdx_license_end(d);
        json_close(j, ']');
    }
    put_bases(d, (int)i, depth + 1);
    if (bom_is_own(b->evidence)) {
        json_open(j, "evidence", '{');
        cdx_occurrences(d, &b->evidence, 1, b->method);
        json_close(j, '}');
    }
    cdx_property(d, "assay:relation", base_relation_name(b->relation));
    cdx_property(d, "assay:known", b->known ? "yes" : "no");
    cdx_property(d, "assay:family", b->family);
    cdx_property(d, "assay:note", b->note);
    cdx_properties_end(d);
    json_close(j, '}');
}

static void put_bases(struct cdx *d, int via, unsigned depth)
{
    const struct base_list *l = &d->c->gather.bases;
    bool any = false;
    for (size_t i = 0; i < l->n && depth <= BASE_CHAIN_MAX; i++) {
        if (!is_ancestor(&l->items[i], via))
            continue;
        if (!any) {
            json_open(&d->j, "pedigree", '{');
            json_open(&d->j, "ancestors", '[');
        }
        any = true;
        put_base(d, i, depth);
    }
    if (any) {
        json_close(&d->j, ']');
        json_close(&d->j, '}');
    }
}

void cdx_pedigree(struct cdx *d)
{
    put_bases(d, BASE_NONE, 0);
}

/* ---- data sets ----------------------------------------------------------------------- */

static void put_dataset(struct cdx *d, size_t i)
{
    const struct dataset *s = &d->c->gather.datasets.items[i];
    struct json_out *j = &d->j;
    char ref[32];
    json_open(j, NULL, '{');
    json_string(j, "type", "data");
    (void)snprintf(ref, sizeof ref, "dataset-%zu", i + 1);
    json_string(j, "bom-ref", ref);
    cdx_name(d, s->name);
    if (s->known && s->license[0]) {
        json_open(j, "licenses", '[');
        cdx_license(d, s->license, bom_is_spdx(&d->c->index, s->license), true);
        cdx_property(d, "assay:method", "data/datasets.yaml");
        put_basis(d, s->basis);
        cdx_license_end(d);
        json_close(j, ']');
    }
    if (bom_is_own(s->evidence)) {
        json_open(j, "evidence", '{');
        cdx_occurrences(d, &s->evidence, 1, s->method);
        json_close(j, '}');
    }
    json_open(j, "data", '[');
    json_open(j, NULL, '{');
    json_string(j, "type", "dataset");
    json_string(j, "name", s->known && s->title[0] ? s->title : s->name);
    json_close(j, '}');
    json_close(j, ']');
    cdx_property(d, "assay:known", s->known ? "yes" : "no");
    cdx_property(d, "assay:commercial-use", s->known ? right_name(s->commercial) : NULL);
    cdx_property(d, "assay:note", s->known ? s->note : NULL);
    cdx_properties_end(d);
    json_close(j, '}');
}

void cdx_datasets(struct cdx *d)
{
    if (!d->c->gather.datasets.n)
        return;
    json_open(&d->j, "components", '[');
    for (size_t i = 0; i < d->c->gather.datasets.n; i++)
        put_dataset(d, i);
    json_close(&d->j, ']');
}

/* ---- citations ----------------------------------------------------------------------- */

static void cite(struct cdx *d, bool *any, const char *pointer, const char *method, const struct evidence *ev)
{
    struct json_out *j = &d->j;
    char time[32];
    const char *note = !ev ? method : ev->line_from
        ? arena_fmt(d->a, "%s: %s, line %u", method, ev->path, (unsigned)ev->line_from)
        : arena_fmt(d->a, "%s: %s, byte %llu", method, ev->path, (unsigned long long)ev->byte_from);
    if (!pointer || !note) {
        d->rc = err_memory(d->e);
        return;
    }
    if (!*any)
        json_open(j, "citations", '[');
    *any = true;
    json_open(j, NULL, '{');
    json_open(j, "pointers", '[');
    json_string(j, NULL, pointer);
    json_close(j, ']');
    (void)snprintf(time, sizeof time, "%.10sT00:00:00Z", d->o->date);
    json_string(j, "timestamp", time);
    json_string(j, "attributedTo", "assay");
    json_string(j, "note", note);
    json_close(j, '}');
}

/* A citation must have a time: without a date there are none. */
void cdx_citations(struct cdx *d)
{
    bool any = false;
    size_t n = 0;
    if (!d->o->date || d->o->cyclonedx_minor < 7)
        return;
    for (size_t i = 0; i < d->licenses.n; i++)
        cite(d, &any, arena_fmt(d->a, "/metadata/component/licenses/%zu", i), d->licenses.items[i].method,
             d->licenses.items[i].evidence);
    for (size_t i = 0; i < d->c->gather.bases.n; i++) {
        const struct base *b = &d->c->gather.bases.items[i];
        if (is_ancestor(b, BASE_NONE))
            cite(d, &any, arena_fmt(d->a, "/metadata/component/pedigree/ancestors/%zu", n++), b->method, b->evidence);
    }
    for (size_t i = 0; i < d->c->gather.datasets.n; i++)
        cite(d, &any, arena_fmt(d->a, "/components/%zu", i), d->c->gather.datasets.items[i].method,
             d->c->gather.datasets.items[i].evidence);
    if (any)
        json_close(&d->j, ']');
}
