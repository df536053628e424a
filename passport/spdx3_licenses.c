// SPDX-License-Identifier: Apache-2.0
/* passport/spdx3_licenses.c - declared and concluded licences as SPDX elements.
 *
 * An id or an expression becomes a LicenseExpression; each LicenseRef in it is mapped to a CustomLicense, whose
 * text is the passage of the model that was found to be that licence, or is not asserted. A name that
 * is no id becomes a CustomLicense alone. */
#include "passport/spdx3_int.h"

enum { LICENSE_TEXT_MAX = 256 << 10 };
#define NO_LICENSE_KNOWN "expandedlicensing_NoAssertionLicense"

static const char *next_id(struct spdx *d)
{
    return spdx_id(d, "license", ++d->n_licenses);
}

/* The passage that was found to be the licence, as text (no markup, no bytes of a PDF); SPAN_NONE when it is not
 * at hand, or too long to repeat. */
static struct span text_of(const struct check *c, const struct evidence *ev)
{
    for (size_t i = 0; i < c->gather.n_texts && ev; i++) {
        const struct text *t = &c->gather.texts[i].text;
        if (strcmp(c->gather.texts[i].file->path, ev->path) != 0)
            continue;
        size_t from = 0, to;
        while (from < t->n && t->src[from] < ev->byte_from)
            from++;
        for (to = from; to < t->n && t->src[to] < ev->byte_to;)
            to++;
        return to - from <= LICENSE_TEXT_MAX ? span_of(t->p + from, to - from) : SPAN_NONE;
    }
    return SPAN_NONE;
}

static const char *put_custom(struct spdx *d, const char *name, const char *comment, struct span text)
{
    const char *id = next_id(d);
    spdx_open(d, "expandedlicensing_CustomLicense", id, name);
    json_string(&d->j, "comment", comment);
    if (text.n)
        json_text(&d->j, "simplelicensing_licenseText", text);
    else
        json_string(&d->j, "simplelicensing_licenseText", "NOASSERTION");
    spdx_close(d);
    return id;
}

struct ref { const char *name, *id; };

/* A custom licence for each LicenseRef of an expression; bounded by its length. */
static size_t put_refs(struct spdx *d, const char *expression, const char *title, struct span text, struct ref **out)
{
    size_t n = 0, cap = 0;
    *out = NULL;
    for (const char *p = expression; *p; p += strspn(p, " ()")) {
        size_t len = strcspn(p, " ()");
        if (len > 11 && strncmp(p, "LicenseRef-", 11) == 0) {
            const char *name = arena_strn(d->a, p, len);
            if (!name || arena_grow(d->a, (void **)out, &cap, n, sizeof **out)) {
                d->rc = err_memory(d->e);
                return n;
            }
            bool alone = len == strlen(expression);
            (*out)[n].name = name;
            (*out)[n++].id = put_custom(d, alone && title[0] ? title : name, name, alone ? text : SPAN_NONE);
        }
        p += len;
    }
    return n;
}

static const char *put_expression(struct spdx *d, const char *expression, const char *title, struct span text)
{
    struct ref *refs;
    size_t n = put_refs(d, expression, title, text, &refs);
    const char *id = next_id(d);
    spdx_open(d, "simplelicensing_LicenseExpression", id, NULL);
    if (n)
        json_open(&d->j, "simplelicensing_customIdToUri", '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&d->j, NULL, '{');
        json_string(&d->j, "type", "DictionaryEntry");
        json_string(&d->j, "key", refs[i].name);
        json_string(&d->j, "value", refs[i].id);
        json_close(&d->j, '}');
    }
    if (n)
        json_close(&d->j, ']');
    json_string(&d->j, "simplelicensing_licenseExpression", expression);
    spdx_close(d);
    return id;
}

static const char *put_license(struct spdx *d, const struct bom_license *l)
{
    if (!l->spdx && !l->expression && !l->ref)
        return put_custom(d, l->id, "a name that the model gives; no id and no text is known for it", SPAN_NONE);
    return put_expression(d, l->id, l->title, l->concluded ? text_of(d->c, l->evidence) : SPAN_NONE);
}

/* Where the evidence lies, as an id of a file element; "" when it is no file of the model. */
static const char *file_id(struct spdx *d, const struct evidence *ev)
{
    for (size_t i = 0; i < d->c->model.n_files && ev; i++)
        if (strcmp(d->c->model.files[i].path, ev->path) == 0)
            return spdx_id(d, "file", i + 1);
    return "";
}

/* One relationship for all declared, or all concluded, licences: the AI profile demands exactly one of each. */
static void put_side(struct spdx *d, const struct bom_licenses *l, bool concluded)
{
    const char **to = arena_array(d->a, l->n + 1, sizeof *to), **files = arena_array(d->a, l->n + 1, sizeof *files);
    size_t n = 0, n_files = 0;
    if (!to || !files) {
        d->rc = err_memory(d->e);
        return;
    }
    for (size_t i = 0; i < l->n; i++) {
        const struct bom_license *x = &l->items[i];
        if (x->concluded != concluded)
            continue;
        to[n++] = put_license(d, x);
        const char *file = file_id(d, x->evidence);
        bool known = !file[0];
        for (size_t k = 0; k < n_files; k++)
            known = known || strcmp(files[k], file) == 0;
        if (!known)
            files[n_files++] = file;
    }
    if (!n)
        to[n++] = NO_LICENSE_KNOWN;
    const char *id = spdx_relate(d, spdx_id(d, "model", 0), concluded ? "hasConcludedLicense" : "hasDeclaredLicense", to,
                                 n, NULL);
    (void)spdx_relate(d, id, "hasEvidence", files, n_files, NULL);
}

void spdx_model_licenses(struct spdx *d)
{
    struct bom_licenses l = { .n = 0 };
    if (!d->rc)
        d->rc = bom_licenses(d->c, true, &l, d->e);
    if (d->rc)
        return;
    put_side(d, &l, false);
    put_side(d, &l, true);
}

void spdx_other_license(struct spdx *d, const char *from, const char *license, const char *how, bool must)
{
    const char *none = NO_LICENSE_KNOWN;
    bool known = license[0] && (bom_is_spdx(&d->c->index, license) || strncmp(license, "LicenseRef-", 11) == 0);
    if (must)
        (void)spdx_relate(d, from, "hasDeclaredLicense", &none, 1, NULL);
    if (known) {
        const char *id = put_expression(d, license, "", SPAN_NONE);
        (void)spdx_relate(d, from, "hasConcludedLicense", &id, 1, how);
    } else if (must) {
        (void)spdx_relate(d, from, "hasConcludedLicense", &none, 1, NULL);
    }
}
