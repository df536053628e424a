// SPDX-License-Identifier: Apache-2.0
/* passport/spdx3_parts.c - files, base models and data sets as SPDX elements. */
#include "passport/spdx3_int.h"

/* ---- files --------------------------------------------------------------------------- */

static const char *purpose(enum snap_role role)
{
    switch (role) {
    case SNAP_WEIGHTS_GGUF: case SNAP_WEIGHTS_SAFETENSORS: case SNAP_WEIGHTS_OTHER:
        return "model";
    case SNAP_CARD: case SNAP_LICENSE: case SNAP_NOTICE: case SNAP_USE_POLICY: case SNAP_DOCS:
        return "documentation";
    case SNAP_DATA: case SNAP_EVAL_RESULTS: case SNAP_TRAINING_STATE:
        return "data";
    case SNAP_CODE:
        return "source";
    default:
        return bom_is_config(role) ? "configuration" : "other";
    }
}

void spdx_files(struct spdx *d)
{
    const struct model *m = &d->c->model;
    const char **ids = arena_array(d->a, m->n_files + 1, sizeof *ids);
    const char **cards = arena_array(d->a, m->n_files + 1, sizeof *cards);
    size_t n_cards = 0;
    if (!ids || !cards) {
        d->rc = err_memory(d->e);
        return;
    }
    for (size_t i = 0; i < m->n_files; i++) {
        const struct model_file *f = &m->files[i];
        ids[i] = spdx_id(d, "file", i + 1);
        if (f->role == SNAP_CARD)
            cards[n_cards++] = ids[i];
        spdx_open(d, "software_File", ids[i], f->path);
        if (f->escapes)
            json_string(&d->j, "comment", "a link that leads out of the model; not read");
        spdx_hash(d, f->sha256);
        json_string(&d->j, "software_fileKind", "file");
        json_string(&d->j, "software_primaryPurpose", purpose(f->role));
        spdx_close(d);
    }
    (void)spdx_relate(d, spdx_id(d, "model", 0), "contains", ids, m->n_files,
                      m->truncated ? "not all files were listed" : NULL);
    (void)spdx_relate(d, spdx_id(d, "model", 0), "hasDocumentation", cards, n_cards, NULL);
}

/* ---- base models --------------------------------------------------------------------- */

/* A name only hints at a base: that is no relationship. What follows from a hint is none either. */
static bool is_stated(const struct base_list *l, size_t i)
{
    for (unsigned depth = 0; depth <= BASE_CHAIN_MAX; depth++) {
        const struct base *b = &l->items[i];
        if (b->how != BASE_CHAIN)
            return b->how == BASE_DECLARED;
        if (b->via < 0 || (size_t)b->via >= l->n)
            return false;
        i = (size_t)b->via;
    }
    return false;
}

void spdx_bases(struct spdx *d)
{
    const struct base_list *l = &d->c->gather.bases;
    for (size_t i = 0; i < l->n && !d->rc; i++) {
        const struct base *b = &l->items[i];
        if (!is_stated(l, i))
            continue;
        const char *id = spdx_id(d, "base", i + 1);
        const char *child = b->how == BASE_CHAIN ? spdx_id(d, "base", (size_t)b->via + 1) : spdx_id(d, "model", 0);
        const char *how = arena_fmt(d->a, "%s; relation: %s", b->method, base_relation_name(b->relation));
        if (!how)
            d->rc = err_memory(d->e);
        spdx_open(d, "ai_AIPackage", id, b->name);
        if (b->note && b->note[0])
            json_string(&d->j, "comment", b->note);
        json_string(&d->j, "software_primaryPurpose", "model");
        spdx_close(d);
        (void)spdx_relate(d, child, "descendantOf", &id, 1, how);
        spdx_other_license(d, id, b->license, "the licence of the family, by data/families.yaml", true);
    }
}

/* ---- data sets ----------------------------------------------------------------------- */

void spdx_datasets(struct spdx *d)
{
    const struct dataset_list *l = &d->c->gather.datasets;
    const char **ids = arena_array(d->a, l->n + 1, sizeof *ids);
    if (!ids) {
        d->rc = err_memory(d->e);
        return;
    }
    for (size_t i = 0; i < l->n && !d->rc; i++) {
        const struct dataset *s = &l->items[i];
        ids[i] = spdx_id(d, "dataset", i + 1);
        const char *known = s->known ? arena_fmt(d->a, "%s; licence: %s; commercial use: %s", s->title,
                                                 s->license[0] ? s->license : "not known", right_name(s->commercial))
                                     : "nothing is known about it but its name";
        if (!known)
            d->rc = err_memory(d->e);
        spdx_open(d, "dataset_DatasetPackage", ids[i], s->name);
        json_string(&d->j, "comment", known);
        json_open(&d->j, "dataset_datasetType", '[');
        json_string(&d->j, NULL, "noAssertion");
        json_close(&d->j, ']');
        json_string(&d->j, "software_primaryPurpose", "data");
        spdx_close(d);
        spdx_other_license(d, ids[i], s->known ? s->license : "", "data/datasets.yaml", false);
    }
    (void)spdx_relate(d, spdx_id(d, "model", 0), "trainedOn", ids, d->rc ? 0 : l->n, "data sets that the model names");
}
