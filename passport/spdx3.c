// SPDX-License-Identifier: Apache-2.0
#include "passport/spdx3.h"

#include <stdio.h>
#include "passport/spdx3_int.h"

enum { PASSAGES_MAX = 20 };

/* ---- elements ------------------------------------------------------------------------ */

const char *spdx_id(struct spdx *d, const char *name, size_t n)
{
    const char *id = n ? arena_fmt(d->a, "urn:uuid:%s#%s-%zu", d->uuid, name, n)
                       : arena_fmt(d->a, "urn:uuid:%s#%s", d->uuid, name);
    if (!id)
        d->rc = err_memory(d->e);
    return id ? id : "";
}

void spdx_open(struct spdx *d, const char *type, const char *id, const char *name)
{
    if (arena_grow(d->a, (void **)&d->ids, &d->cap_ids, d->n_ids, sizeof *d->ids))
        d->rc = err_memory(d->e);
    else
        d->ids[d->n_ids++] = id;
    json_open(&d->j, NULL, '{');
    json_string(&d->j, "type", type);
    json_string(&d->j, "spdxId", id);
    json_string(&d->j, "creationInfo", "_:creation");
    if (name)
        json_string(&d->j, "name", name);
}

void spdx_close(struct spdx *d)
{
    json_close(&d->j, '}');
}

const char *spdx_relate(struct spdx *d, const char *from, const char *type, const char *const *to, size_t n,
                        const char *comment)
{
    if (!n)
        return "";
    const char *id = spdx_id(d, "relationship", ++d->n_relations);
    spdx_open(d, "Relationship", id, NULL);
    if (comment)
        json_string(&d->j, "comment", comment);
    json_string(&d->j, "from", from);
    json_string(&d->j, "relationshipType", type);
    json_open(&d->j, "to", '[');
    for (size_t i = 0; i < n; i++)
        json_string(&d->j, NULL, to[i]);
    json_close(&d->j, ']');
    spdx_close(d);
    return id;
}

void spdx_hash(struct spdx *d, const char *sha256)
{
    if (!sha256)
        return;
    json_open(&d->j, "verifiedUsing", '[');
    json_open(&d->j, NULL, '{');
    json_string(&d->j, "type", "Hash");
    json_string(&d->j, "algorithm", "sha256");
    json_string(&d->j, "hashValue", sha256);
    json_close(&d->j, '}');
    json_close(&d->j, ']');
}

/* ---- the model ----------------------------------------------------------------------- */

/* The passages of one or two topics, a line each. */
static void put_topic(struct spdx *d, const char *key, enum card_topic one, enum card_topic two)
{
    const enum card_topic topics[2] = { one, two };
    const char *all = "";
    unsigned n = 0;
    for (size_t k = 0; k < (one == two ? 1 : 2); k++) {
        const struct topic *t = &d->c->topics.items[topics[k]];
        for (size_t i = 0; i < t->n_evidence && n < PASSAGES_MAX && bom_topic_said(d->c, topics[k]) && !d->rc; i++) {
            const char *quote = NULL;
            d->rc = bom_quote(d->c, t->evidence[i], &quote, d->e);
            if (!quote)
                continue;
            all = arena_fmt(d->a, "%s%s%s", all, n++ ? "\n" : "", quote);
            if (!all) {
                d->rc = err_memory(d->e);
                return;
            }
        }
    }
    if (n)
        json_string(&d->j, key, all);
}

static void put_metrics(struct spdx *d)
{
    struct bom_metrics m = { .n = 0 };
    if (!d->rc)
        d->rc = bom_metrics(d->c, &m, d->e);
    if (!m.n)
        return;
    json_open(&d->j, "ai_metric", '[');
    for (size_t i = 0; i < m.n; i++) {
        const struct bom_metric *x = &m.items[i];
        const char *key = arena_fmt(d->a, "%s%s%s", x->type, x->slice[0] ? " on " : "", x->slice);
        if (!key)
            d->rc = err_memory(d->e);
        json_open(&d->j, NULL, '{');
        json_string(&d->j, "type", "DictionaryEntry");
        json_string(&d->j, "key", key);
        json_string(&d->j, "value", x->value);
        json_close(&d->j, '}');
    }
    json_close(&d->j, ']');
}

static void put_model(struct spdx *d)
{
    const struct check *c = d->c;
    const struct model_file *weights = bom_only_weights(c);
    const char *task = bom_task(c);
    spdx_open(d, "ai_AIPackage", spdx_id(d, "model", 0), c->model.name[0] ? c->model.name : "model");
    spdx_hash(d, weights ? weights->sha256 : NULL);
    if (task[0]) {
        const char *said = arena_fmt(d->a, "Task, by the model card: %s", task);
        if (!said)
            d->rc = err_memory(d->e);
        json_string(&d->j, "summary", said);
    }
    put_topic(d, "ai_informationAboutApplication", TOPIC_INTENDED_USE, TOPIC_INTENDED_USE);
    put_topic(d, "ai_informationAboutTraining", TOPIC_TRAINING_DATA, TOPIC_TRAINING);
    put_topic(d, "ai_limitation", TOPIC_LIMITATIONS, TOPIC_OUT_OF_SCOPE);
    put_metrics(d);
    if (c->gather.architecture[0]) {
        json_open(&d->j, "ai_typeOfModel", '[');
        json_string(&d->j, NULL, c->gather.architecture);
        json_close(&d->j, ']');
    }
    if (c->model.revision[0])
        json_string(&d->j, "software_packageVersion", c->model.revision);
    json_string(&d->j, "software_primaryPurpose", "model");
    spdx_close(d);
}

/* ---- the judgement ------------------------------------------------------------------- */

static void annotate(struct spdx *d, const char *statement)
{
    if (!statement) {
        d->rc = err_memory(d->e);
        return;
    }
    spdx_open(d, "Annotation", spdx_id(d, "annotation", ++d->n_notes), NULL);
    json_string(&d->j, "annotationType", "other");
    json_string(&d->j, "contentType", "text/plain");
    json_string(&d->j, "statement", statement);
    json_string(&d->j, "subject", spdx_id(d, "model", 0));
    spdx_close(d);
}

static void put_judgement(struct spdx *d)
{
    const struct check *c = d->c;
    const struct verdict *v = &c->verdict;
    annotate(d, arena_fmt(d->a, "verdict for the declared use: %s; information, not legal advice", answer_name(v->answer)));
    for (size_t i = 0; i < v->n_reasons; i++)
        annotate(d, bom_reason(&v->reasons[i], d->a));
    for (size_t i = 0; i < v->n_duties; i++)
        annotate(d, arena_fmt(d->a, "duty, %s: %s", duty_when_name(v->duties[i].when), v->duties[i].text));
    for (size_t i = 0; i < c->conflicts.n; i++)
        annotate(d, arena_fmt(d->a, "%s: %s", c->conflicts.items[i].gap ? "gap" : "conflict", c->conflicts.items[i].why));
    if (c->openness.class_why)
        annotate(d, arena_fmt(d->a, "openness: %s: %s", openness_class_name(c->openness.class), c->openness.class_why));
}

/* ---- the document -------------------------------------------------------------------- */

static void put_creation(struct spdx *d)
{
    const char *date = d->o->date ? d->o->date : catalog_date(&d->c->catalog);
    char text[32];
    json_open(&d->j, NULL, '{');
    json_string(&d->j, "type", "CreationInfo");
    json_string(&d->j, "@id", "_:creation");
    json_string(&d->j, "comment", d->o->date ? "created: the date that was given; no clock was read"
                : "created: the date of the catalogue of licences; no clock was read");
    (void)snprintf(text, sizeof text, "%.10sT00:00:00Z", date[0] ? date : "1970-01-01");
    json_string(&d->j, "created", text);
    json_open(&d->j, "createdBy", '[');
    json_string(&d->j, NULL, spdx_id(d, "assay", 0));
    json_close(&d->j, ']');
    json_string(&d->j, "specVersion", "3.0.1");
    json_close(&d->j, '}');
    const char *name = arena_fmt(d->a, "assay %s", d->o->version);
    if (!name)
        d->rc = err_memory(d->e);
    spdx_open(d, "SoftwareAgent", spdx_id(d, "assay", 0), name);
    spdx_close(d);
}

static void put_profiles(struct spdx *d)
{
    static const char *const profiles[] = { "core", "software", "simpleLicensing", "expandedLicensing" };
    json_open(&d->j, "profileConformance", '[');
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        json_string(&d->j, NULL, profiles[i]);
    json_close(&d->j, ']');
}

static void put_root(struct spdx *d, const char *id)
{
    json_open(&d->j, "rootElement", '[');
    json_string(&d->j, NULL, id);
    json_close(&d->j, ']');
}

/* Last, because the bill lists all elements. */
static void put_document(struct spdx *d)
{
    size_t n = d->n_ids;
    spdx_open(d, "software_Sbom", spdx_id(d, "bom", 0), d->c->model.name[0] ? d->c->model.name : "model");
    json_open(&d->j, "element", '[');
    for (size_t i = 0; i < n; i++)
        json_string(&d->j, NULL, d->ids[i]);
    json_close(&d->j, ']');
    put_profiles(d);
    put_root(d, spdx_id(d, "model", 0));
    json_open(&d->j, "software_sbomType", '[');
    json_string(&d->j, NULL, "analyzed");
    json_close(&d->j, ']');
    spdx_close(d);
    spdx_open(d, "SpdxDocument", spdx_id(d, "document", 0), d->c->model.name[0] ? d->c->model.name : "model");
    json_string(&d->j, "comment", "The AI and Dataset profiles demand a release time, a supplier, a place of download "
                "and a version. What no file of the model says is left out, so conformance to them is not claimed.");
    put_profiles(d);
    put_root(d, spdx_id(d, "bom", 0));
    spdx_close(d);
}

static int write_once(const struct check *c, const struct bom_options *o, const char *uuid, struct buf *out,
                      struct err *e)
{
    struct spdx d = { .j = { .b = out }, .c = c, .o = o, .a = c->claims.a, .uuid = uuid, .e = e };
    json_open(&d.j, NULL, '{');
    json_string(&d.j, "@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
    json_open(&d.j, "@graph", '[');
    put_creation(&d);
    put_model(&d);
    spdx_files(&d);
    spdx_model_licenses(&d);
    spdx_bases(&d);
    spdx_datasets(&d);
    put_judgement(&d);
    put_document(&d);
    json_close(&d.j, ']');
    json_close(&d.j, '}');
    buf_char(out, '\n');
    return d.rc;
}

int spdx3_write(const struct check *c, const struct bom_options *o, struct buf *out, struct err *e)
{
    return bom_write_twice(write_once, c, o, out, e);
}
