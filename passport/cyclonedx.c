// SPDX-License-Identifier: Apache-2.0
#include "passport/cyclonedx.h"

#include <stdio.h>
#include "passport/cyclonedx_int.h"

void cdx_property(struct cdx *d, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    if (!d->has_properties)
        json_open(&d->j, "properties", '[');
    d->has_properties = true;
    json_open(&d->j, NULL, '{');
    json_string(&d->j, "name", name);
    json_string(&d->j, "value", value);
    json_close(&d->j, '}');
}

void cdx_made(struct cdx *d, const char *name, const char *value)
{
    if (!value)
        d->rc = err_memory(d->e);
    cdx_property(d, name, value);
}

void cdx_properties_end(struct cdx *d)
{
    if (d->has_properties)
        json_close(&d->j, ']');
    d->has_properties = false;
}

/* ---- small parts --------------------------------------------------------------------- */

void cdx_name(struct cdx *d, const char *name)
{
    const char *slash = strchr(name, '/');
    if (slash && slash != name && slash[1]) {
        json_text(&d->j, "group", span_of(name, (size_t)(slash - name)));
        name = slash + 1;
    }
    json_string(&d->j, "name", name[0] ? name : "model");
}

/* ---- licences ------------------------------------------------------------------------ */

void cdx_license(struct cdx *d, const char *id, bool spdx, bool concluded)
{
    json_open(&d->j, NULL, '{');
    json_open(&d->j, "license", '{');
    json_string(&d->j, spdx ? "id" : "name", id);
    json_string(&d->j, "acknowledgement", concluded ? "concluded" : "declared");
}

void cdx_license_end(struct cdx *d)
{
    cdx_properties_end(d);
    json_close(&d->j, '}');
    json_close(&d->j, '}');
}

static void put_expression(struct cdx *d, const struct bom_license *l)
{
    json_open(&d->j, NULL, '{');
    json_string(&d->j, "expression", l->id);
    json_string(&d->j, "acknowledgement", l->concluded ? "concluded" : "declared");
    if (d->o->cyclonedx_minor >= 7) {
        cdx_property(d, "assay:scope", l->scope);
        cdx_property(d, "assay:method", l->method);
        cdx_properties_end(d);
    }
    json_close(&d->j, '}');
}

static void put_licenses(struct cdx *d)
{
    if (!d->licenses.n)
        return;
    json_open(&d->j, "licenses", '[');
    for (size_t i = 0; i < d->licenses.n; i++) {
        const struct bom_license *l = &d->licenses.items[i];
        if (l->expression) {
            put_expression(d, l);
            continue;
        }
        cdx_license(d, l->id, l->spdx, l->concluded);
        cdx_property(d, "assay:title", l->spdx ? NULL : l->title);
        cdx_property(d, "assay:scope", l->scope);
        cdx_property(d, "assay:method", l->method);
        cdx_license_end(d);
    }
    json_close(&d->j, ']');
}

/* ---- files --------------------------------------------------------------------------- */

void cdx_hash(struct cdx *d, const char *sha256)
{
    if (!sha256)
        return;
    json_open(&d->j, "hashes", '[');
    json_open(&d->j, NULL, '{');
    json_string(&d->j, "alg", "SHA-256");
    json_string(&d->j, "content", sha256);
    json_close(&d->j, '}');
    json_close(&d->j, ']');
}

/* What kind of data a file is; NULL: a file like others. */
static const char *data_type(enum snap_role role)
{
    return bom_is_config(role) ? "configuration" : role == SNAP_DATA ? "dataset" :
           role == SNAP_EVAL_RESULTS ? "other" : NULL;
}

static void put_file(struct cdx *d, size_t i)
{
    const struct model_file *f = &d->c->model.files[i];
    const char *type = data_type(f->role);
    struct json_out *j = &d->j;
    char text[32];
    json_open(j, NULL, '{');
    json_string(j, "type", type ? "data" : "file");
    (void)snprintf(text, sizeof text, "file-%zu", i + 1);
    json_string(j, "bom-ref", text);
    json_string(j, "name", f->path);
    cdx_hash(d, f->sha256);
    if (type) {
        json_open(j, "data", '[');
        json_open(j, NULL, '{');
        json_string(j, "type", type);
        json_close(j, '}');
        json_close(j, ']');
    }
    cdx_property(d, "assay:role", snapshot_role_name(f->role));
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)f->size_bytes);
    cdx_property(d, "assay:size", text);
    cdx_property(d, "assay:note", f->escapes ? "a link that leads out of the model; not read" : NULL);
    cdx_properties_end(d);
    json_close(j, '}');
}

static void put_files(struct cdx *d)
{
    if (!d->c->model.n_files)
        return;
    json_open(&d->j, "components", '[');
    for (size_t i = 0; i < d->c->model.n_files; i++)
        put_file(d, i);
    json_close(&d->j, ']');
}

/* ---- the model ----------------------------------------------------------------------- */

static void put_model(struct cdx *d)
{
    const struct check *c = d->c;
    const struct model_file *weights = bom_only_weights(c);
    json_open(&d->j, "component", '{');
    json_string(&d->j, "type", "machine-learning-model");
    json_string(&d->j, "bom-ref", "model");
    cdx_name(d, c->model.name);
    if (c->model.revision[0])
        json_string(&d->j, "version", c->model.revision);
    cdx_hash(d, weights ? weights->sha256 : NULL);
    put_licenses(d);
    cdx_pedigree(d);
    put_files(d);
    cdx_evidence(d);
    cdx_model_card(d);
    cdx_judged(d);
    json_close(&d->j, '}');
}

/* Whether the list of files is all of the model: not when it was cut, or one file of a folder was asked about. */
static void put_compositions(struct cdx *d)
{
    struct json_out *j = &d->j;
    const struct model *m = &d->c->model;
    json_open(j, "compositions", '[');
    json_open(j, NULL, '{');
    json_string(j, "aggregate", m->truncated ? "incomplete" : m->main_file ? "unknown" : "complete");
    json_open(j, "assemblies", '[');
    json_string(j, NULL, "model");
    json_close(j, ']');
    json_close(j, '}');
    json_close(j, ']');
}

static void put_tool(struct cdx *d)
{
    struct json_out *j = &d->j;
    json_open(j, "tools", '{');
    json_open(j, "components", '[');
    json_open(j, NULL, '{');
    json_string(j, "type", "application");
    json_string(j, "bom-ref", "assay");
    json_string(j, "name", "assay");
    json_string(j, "version", d->o->version);
    json_close(j, '}');
    json_close(j, ']');
    json_close(j, '}');
}

/* Before 1.7 an expression stands alone or not at all. */
static int choose_licenses(struct cdx *d, struct err *e)
{
    int rc = bom_licenses(d->c, true, &d->licenses, e);
    bool has_expression = false;
    for (size_t i = 0; i < d->licenses.n && !rc; i++)
        has_expression = has_expression || d->licenses.items[i].expression;
    if (!rc && has_expression && d->licenses.n > 1 && d->o->cyclonedx_minor < 7)
        rc = bom_licenses(d->c, false, &d->licenses, e);
    return rc;
}

static int write_once(const struct check *c, const struct bom_options *o, const char *uuid, struct buf *out,
                      struct err *e)
{
    struct cdx d = { .j = { .b = out }, .c = c, .o = o, .a = c->claims.a, .e = e };
    char text[64];
    int rc = choose_licenses(&d, e);
    if (rc)
        return rc;
    json_open(&d.j, NULL, '{');
    (void)snprintf(text, sizeof text, "http://cyclonedx.org/schema/bom-1.%u.schema.json", o->cyclonedx_minor);
    json_string(&d.j, "$schema", text);
    json_string(&d.j, "bomFormat", "CycloneDX");
    json_string(&d.j, "specVersion", o->cyclonedx_minor == 6 ? "1.6" : "1.7");
    (void)snprintf(text, sizeof text, "urn:uuid:%s", uuid);
    json_string(&d.j, "serialNumber", text);
    json_integer(&d.j, "version", 1);
    json_open(&d.j, "metadata", '{');
    if (o->date) {
        (void)snprintf(text, sizeof text, "%.10sT00:00:00Z", o->date);
        json_string(&d.j, "timestamp", text);
    }
    put_tool(&d);
    put_model(&d);
    json_close(&d.j, '}');
    cdx_datasets(&d);
    put_compositions(&d);
    cdx_citations(&d);
    json_close(&d.j, '}');
    buf_char(out, '\n');
    return d.rc;
}

int cyclonedx_write(const struct check *c, const struct bom_options *o, struct buf *out, struct err *e)
{
    return bom_write_twice(write_once, c, o, out, e);
}
