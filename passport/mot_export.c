// SPDX-License-Identifier: Apache-2.0
#include "passport/mot_export.h"

#include "base/utf8.h"
#include "openness/mof_licenses.h"
#include "openness/mot_write.h"

/* s itself when it is UTF-8, else a copy in which what is not became U+FFFD. NULL: out of memory. */
static const char *clean(const char *s, size_t n, struct arena *a)
{
    size_t bad, k = 0;
    if (utf8_valid(span_of(s, n), &bad))
        return arena_strn(a, s, n);
    char *out = arena_text(a, 3 * n + 1);
    for (size_t i = 0; i < n && out;) {
        uint32_t cp;
        unsigned len = utf8_next(span_of(s + i, n - i), &cp);
        k += utf8_put(len ? cp : 0xfffd, out + k);
        i += len ? len : 1;
    }
    if (out)
        out[k] = 0;
    return out;
}

static int set(struct mot_text *t, const char *s, size_t n, struct arena *a, struct err *e)
{
    const char *text = clean(s, n, a);
    if (!text)
        return err_memory(e);
    mot_set(t, text);
    return 0;
}

static int set_given(struct mot_text *t, const char *s, struct arena *a, struct err *e)
{
    return s && s[0] ? set(t, s, strlen(s), a, e) : 0;
}

/* "org/name" as producer and name; the schema asks for both. The base model that is declared is the origin. */
static int put_release(const struct check *c, struct mot_release *r, struct arena *a, struct err *e)
{
    const char *name = c->model.name, *slash = strchr(name, '/');
    size_t n = slash && slash[1] ? (size_t)(slash - name) : 0;
    const char *own = n ? slash + 1 : name;
    int rc = set(&r->fields[MOT_PRODUCER], name, n, a, e);
    if (!rc)
        rc = set_given(&r->fields[MOT_NAME], own[0] ? own : "model", a, e);
    if (!rc)
        rc = set_given(&r->fields[MOT_VERSION], c->model.revision, a, e);
    for (size_t i = 0; i < c->gather.bases.n && !rc; i++)
        if (c->gather.bases.items[i].how == BASE_DECLARED)
            return set_given(&r->fields[MOT_ORIGIN], c->gather.bases.items[i].name, a, e);
    return rc;
}

static int put_component(const struct openness_mof_row *row, struct mot_component *x, struct arena *a, struct err *e)
{
    int rc = set_given(&x->fields[MOT_COMPONENT_DESCRIPTION], row->why, a, e);
    if (!rc)
        rc = set_given(&x->fields[MOT_COMPONENT_LICENSE], row->license, a, e);
    if (!rc)
        rc = set_given(&x->fields[MOT_COMPONENT_PATH], row->path, a, e);
    return rc;
}

int mot_export(const struct check *c, struct buf *out, struct err *e)
{
    struct arena *a = c->claims.a;
    struct mof_licenses licenses;
    struct mot_release r;
    int rc = mof_licenses_open(SPAN_NONE, a, &licenses, e);
    if (rc)
        return rc;
    mot_release_init(&r, &licenses);
    r.components = arena_array(a, MOF_PARTS, sizeof *r.components);
    if (!r.components)
        return err_memory(e);
    rc = put_release(c, &r, a, e);
    for (unsigned p = 0; p < MOF_PARTS && !rc; p++) {
        const struct openness_mof_row *row = &c->openness.mof[p];
        if (row->state == MOF_MISSING)
            continue;
        mot_component_init(&r.components[r.n_components], (enum mof_part)p);
        rc = put_component(row, &r.components[r.n_components++], a, e);
    }
    return rc ? rc : mot_write(&r, out, e);
}
