// SPDX-License-Identifier: Apache-2.0
#include "openness/mof_licenses.h"

#include "base/yaml.h"

extern const uint8_t assay_mof[], assay_mof_end[];      /* data/mof.yaml, by tools/incbin */

/* ---- reading ------------------------------------------------------------------------------------------- */

static int odd(struct err *e, const struct val *v, const char *what)
{
    return err_line(e, ERR_FORMAT, v->line, "%s", what);
}

static int read_text(const struct val *map, const char *key, const char **out, struct err *e)
{
    const char *s = val_str(val_get(map, key));
    if (!s || !*s)
        return err_line(e, ERR_FORMAT, map->line, "key '%s' is missing", key);
    *out = s;
    return 0;
}

static int read_words(const struct val *list, struct arena *a, struct mof_words *out, struct err *e)
{
    const char **items = arena_array(a, list->n, sizeof *items);
    size_t n = 0;
    if (list->kind != VAL_LIST)
        return odd(e, list, "not a list");
    if (!items)
        return err_memory(e);
    for (const struct val *v = list->first; v; v = v->next)
        if (!(items[n++] = val_str(v)))
            return odd(e, v, "not a word");
    *out = (struct mof_words){ items, n };
    return 0;
}

static int read_why(const struct val *list, struct mof_license *m, struct err *e)
{
    for (const struct val *v = list ? list->first : NULL; v; v = v->next) {
        bool *const flag = val_is(v, "osi") ? &m->osi : val_is(v, "fsf") ? &m->fsf : val_is(v, "data") ? &m->open_data :
                           val_is(v, "framework") ? &m->framework : NULL;
        if (!flag)
            return odd(e, v, "not a reason to be open");
        *flag = true;
    }
    return 0;
}

static int read_types(const struct val *list, struct mof_license *m, struct err *e)
{
    for (const struct val *v = list ? list->first : NULL; v; v = v->next) {
        bool known = false;
        for (unsigned t = 0; t <= MOF_DOCUMENT; t++) {
            if (!val_is(v, mof_type_name((enum mof_type)t)))
                continue;
            m->for_type[t] = known = true;
        }
        if (!known)
            return odd(e, v, "not a content type");
    }
    return 0;
}

static int read_license(const struct val *v, struct arena *a, struct mof_license *m, struct err *e)
{
    struct mof_words spellings = { 0 };
    const struct val *list = val_get(v, "spellings");
    int rc = read_text(v, "id", &m->id, e);
    if (!rc)
        rc = read_text(v, "name", &m->name, e);
    if (!rc)
        rc = read_why(val_get(v, "open"), m, e);
    if (!rc)
        rc = read_types(val_get(v, "for"), m, e);
    if (!rc && list)
        rc = read_words(list, a, &spellings, e);
    (void)val_bool(val_get(v, "newer"), &m->newer);
    (void)val_bool(val_get(v, "old"), &m->old);
    m->listed = !list;
    m->spellings = spellings.items;
    m->n_spellings = spellings.n;
    return rc;
}

static int read_licenses(const struct val *top, const char *key, struct arena *a, const struct mof_license **out,
                         size_t *n, struct err *e)
{
    const struct val *list = val_get(top, key);
    bool listed = strcmp(key, "licenses") == 0;
    if (!list || list->kind != VAL_LIST)
        return err_line(e, ERR_FORMAT, top->line, "no list '%s'", key);
    struct mof_license *items = arena_array(a, list->n, sizeof *items), *m = items;
    if (!items)
        return err_memory(e);
    for (const struct val *v = list->first; v; v = v->next, m++) {
        int rc = read_license(v, a, m, e);
        if (rc)
            return rc;
        if (m->listed != listed)
            return odd(e, v, listed ? "a listed licence needs no spellings" : "no spellings");
        if (listed && m > items && strcmp(m[-1].id, m->id) >= 0)
            return odd(e, v, "not in the order of ids");
    }
    *out = items;
    *n = list->n;
    return 0;
}

static int read_all(const struct val *top, struct arena *a, struct mof_licenses *l, struct err *e)
{
    const struct val *framework = val_get(top, "framework"), *absent = val_get(top, "absent");
    const struct val *nameless = val_get(top, "nameless");
    if (!framework || !absent || !nameless)
        return odd(e, top, "no 'framework', 'absent' or 'nameless'");
    int rc = read_text(framework, "name", &l->framework_name, e);
    if (!rc)
        rc = read_text(framework, "version", &l->framework_version, e);
    if (!rc)
        rc = read_text(framework, "date", &l->framework_date, e);
    if (!rc)
        rc = read_words(absent, a, &l->absent, e);
    if (!rc)
        rc = read_words(nameless, a, &l->nameless, e);
    if (!rc)
        rc = read_licenses(top, "named", a, &l->named, &l->n_named, e);
    return rc ? rc : read_licenses(top, "licenses", a, &l->items, &l->n, e);
}

int mof_licenses_open(struct span yaml, struct arena *a, struct mof_licenses *out, struct err *e)
{
    struct mof_licenses l = { 0 };
    const struct val *top;
    if (!yaml.p)
        yaml = span_of(assay_mof, (size_t)(assay_mof_end - assay_mof));
    int rc = yaml_parse(yaml, NULL, a, &top, e);
    if (!rc)
        rc = read_all(top, a, &l, e);
    if (!rc)
        *out = l;
    else
        (void)err_path(e, "mof.yaml");
    return rc;
}

/* ---- asking -------------------------------------------------------------------------------------------- */

const struct mof_license *mof_license_find(const struct mof_licenses *l, const char *id)
{
    size_t from = 0, to = l->n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        int order = strcmp(l->items[mid].id, id);
        if (!order)
            return &l->items[mid];
        if (order < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return NULL;
}

bool mof_license_is_open(const struct mof_license *m)
{
    return m && (m->osi || m->fsf || m->open_data || m->framework);
}

bool mof_license_suits(const struct mof_license *m, enum mof_type t)
{
    return m && m->for_type[t];
}
