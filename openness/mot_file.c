// SPDX-License-Identifier: Apache-2.0
#include "openness/mot_file.h"

#include "base/yaml.h"
#include "openness/near.h"

static const char *const framework_keys[MOT_FRAMEWORK_FIELDS] = { "name", "version", "date" };
static const char *const keys[MOT_FIELDS] = {
    [MOT_NAME] = "name", [MOT_VERSION] = "version", [MOT_DATE] = "date", [MOT_TYPE] = "type",
    [MOT_ARCHITECTURE] = "architecture", [MOT_TREATMENT] = "treatment", [MOT_ORIGIN] = "origin",
    [MOT_PRODUCER] = "producer", [MOT_CONTACT] = "contact", [MOT_REPOSITORY] = "repository",
    [MOT_HUGGINGFACE] = "huggingface",
};
static const char *const component_keys[MOT_COMPONENT_FIELDS] = {
    [MOT_COMPONENT_NAME] = "name", [MOT_COMPONENT_DESCRIPTION] = "description", [MOT_COMPONENT_LICENSE] = "license",
    [MOT_COMPONENT_LICENSE_PATH] = "license_path", [MOT_COMPONENT_PATH] = "component_path",
};
static const char *const scope_keys[MOT_SCOPES] = {
    [MOT_SCOPE_CODE] = "code", [MOT_SCOPE_DATA] = "data", [MOT_SCOPE_DOCUMENT] = "document",
    [MOT_SCOPE_DISTRIBUTION] = "distribution",
};

const char *mot_framework_key(enum mot_framework_field f)
{
    return framework_keys[f];
}

const char *mot_key(enum mot_field f)
{
    return keys[f];
}

const char *mot_component_key(enum mot_component_field f)
{
    return component_keys[f];
}

const char *mot_scope_key(enum mot_scope s)
{
    return scope_keys[s];
}

enum mof_part mot_part_of(const char *name)
{
    unsigned p = 0;
    while (p < MOF_PARTS && strcmp(mof_part_info((enum mof_part)p)->name, name) != 0)
        p++;
    return (enum mof_part)p;
}

/* near_key drops the word "license", which is a key here: so the letters themselves are compared. */
const char *mot_near_key(const char *key)
{
    static const char *const all[] = { "framework", "release", "name", "version", "date", "type", "architecture",
        "treatment", "origin", "producer", "contact", "repository", "huggingface", "license", "components", "path",
        "description", "license_path", "component_path", "distribution", "code", "data", "document" };
    char lower[NEAR_KEY_BYTES];
    size_t n = strlen(key);
    unsigned max = (unsigned)(n / 4), best = max + 1;
    const char *found = NULL;
    if (n >= sizeof lower)
        return NULL;
    for (size_t i = 0; i <= n; i++)
        lower[i] = near_lower(key[i]);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        unsigned d = near_distance(lower, all[i], max);
        if (d > max || d > best)
            continue;
        found = d < best ? all[i] : NULL;
        best = d;
    }
    return found;
}

/* ---- reading --------------------------------------------------------------------------------------------- */

struct reader {
    struct span in;
    struct arena *a;
    struct err *e;
    struct mot_unknown *unknown;
    size_t n_unknown, cap_unknown;
};

static bool looks_like_date(struct span s)
{
    if (s.n < 8 || s.p[4] != '-')
        return false;
    for (size_t i = 0; i < 4; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static bool is_plain(const struct reader *r, const struct val *v)
{
    return v->byte_from < r->in.n && !strchr("\"'|>", r->in.p[v->byte_from]);
}

static int read_text(struct reader *r, const struct val *v, struct mot_text *out)
{
    *out = (struct mot_text){ .s = "" };
    if (!v)
        return 0;
    if (v->kind == VAL_LIST || v->kind == VAL_MAP)
        return err_line(r->e, ERR_FORMAT, v->key_line, "key '%.*s' is a %s, not a text", SPAN_ARG(v->key),
                        v->kind == VAL_LIST ? "list" : "map");
    out->line = v->key_line;
    if (v->kind == VAL_NULL)
        return 0;
    if (memchr(v->str.p, 0, v->str.n))
        return err_line(r->e, ERR_FORMAT, v->line, "key '%.*s' holds a NUL", SPAN_ARG(v->key));
    out->s = val_str(v);
    out->given = true;
    out->not_text = v->kind != VAL_STR || (is_plain(r, v) && looks_like_date(v->str));
    return 0;
}

static int read_texts(struct reader *r, const struct val *map, const char *const *names, size_t n, struct mot_text *out)
{
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i++)
        rc = read_text(r, val_get(map, names[i]), &out[i]);
    return rc;
}

/* Note the keys of `map` that stand in neither list. */
static int note_unknown(struct reader *r, const struct val *map, const char *where, const char *const *names, size_t n,
                        const char *also, const char *also2)
{
    for (const struct val *v = map->first; v; v = v->next) {
        bool known = span_is(v->key, also) || span_is(v->key, also2);
        for (size_t i = 0; i < n && !known; i++)
            known = span_is(v->key, names[i]);
        if (known || r->n_unknown == MOT_UNKNOWN_MAX)
            continue;
        void *items = r->unknown;
        if (arena_grow(r->a, &items, &r->cap_unknown, r->n_unknown, sizeof *r->unknown))
            return err_memory(r->e);
        r->unknown = items;
        r->unknown[r->n_unknown++] = (struct mot_unknown){ (const char *)v->key.p, where, v->key_line };
    }
    return 0;
}

/* A map, or nothing: null, {} and the [] that PHP makes of an empty map. */
static int want_map(struct reader *r, const struct val *v, const char *what)
{
    if (v->kind == VAL_MAP || v->kind == VAL_NULL || (v->kind == VAL_LIST && !v->n))
        return 0;
    return err_line(r->e, ERR_FORMAT, v->line, "%s is not a map", what);
}

static int read_licenses(struct reader *r, const struct val *v, struct mot_release *out)
{
    static const char *const parts[] = { "name", "path" };
    out->has_licenses = v != NULL;
    for (unsigned s = 0; s < MOT_SCOPES; s++)
        out->licenses[s].name.s = out->licenses[s].path.s = "";
    if (!v)
        return 0;
    if (want_map(r, v, "release.license")) {
        (void)err_hint(r->e, "write license: {distribution: {name: ID, path: FILE}}");
        return ERR_FORMAT;
    }
    int rc = note_unknown(r, v, "release.license", scope_keys, MOT_SCOPES, "", "");
    for (unsigned s = 0; s < MOT_SCOPES && !rc; s++) {
        const struct val *one = val_get(v, scope_keys[s]);
        if (!one)
            continue;
        rc = want_map(r, one, "a licence of release.license");
        if (!rc)
            rc = note_unknown(r, one, "a licence", parts, 2, "", "");
        if (!rc)
            rc = read_text(r, val_get(one, "name"), &out->licenses[s].name);
        if (!rc)
            rc = read_text(r, val_get(one, "path"), &out->licenses[s].path);
    }
    return rc;
}

static int read_component(struct reader *r, const struct val *v, struct mot_component *out)
{
    if (v->kind != VAL_MAP)
        return err_line(r->e, ERR_FORMAT, v->line, "a component is not a map");
    int rc = read_texts(r, v, component_keys, MOT_COMPONENT_FIELDS, out->fields);
    out->line = v->line;
    out->part = rc ? MOF_PARTS : mot_part_of(out->fields[MOT_COMPONENT_NAME].s);
    return rc ? rc : note_unknown(r, v, "a component", component_keys, MOT_COMPONENT_FIELDS, "", "");
}

static int read_components(struct reader *r, const struct val *v, struct mot_release *out)
{
    out->has_components = v != NULL;
    if (!v || v->kind == VAL_NULL || (v->kind == VAL_MAP && !v->n))
        return 0;
    if (v->kind != VAL_LIST)
        return err_line(r->e, ERR_FORMAT, v->line, "release.components is not a list");
    if (v->n > MOT_COMPONENTS_MAX)
        return err_line(r->e, ERR_LIMIT, v->line, "%zu components, the limit is %d", v->n, MOT_COMPONENTS_MAX);
    out->components = arena_array(r->a, v->n, sizeof *out->components);
    if (!out->components)
        return err_memory(r->e);
    int rc = 0;
    for (const struct val *c = v->first; c && !rc; c = c->next)
        rc = read_component(r, c, &out->components[out->n_components++]);
    return rc;
}

static int read_release(struct reader *r, const struct val *top, struct mot_release *out)
{
    const struct val *framework = val_get(top, "framework"), *release = val_get(top, "release");
    static const char *const none[] = { "framework" };
    if (top->kind != VAL_MAP || !release)
        return err_line(r->e, ERR_FORMAT, top->line, "no key 'release': not a listing of the Model Openness Tool");
    if (release->kind != VAL_MAP)
        return err_line(r->e, ERR_FORMAT, release->line, "release is not a map");
    int rc = framework ? want_map(r, framework, "framework") : 0;
    out->framework_line = framework ? framework->key_line : 0;
    out->release_line = release->key_line;
    if (!rc)
        rc = note_unknown(r, top, "the listing", none, 1, "release", "");
    if (!rc && framework)
        rc = note_unknown(r, framework, "framework", framework_keys, MOT_FRAMEWORK_FIELDS, "", "");
    if (!rc)
        rc = read_texts(r, framework, framework_keys, MOT_FRAMEWORK_FIELDS, out->framework);
    if (!rc)
        rc = note_unknown(r, release, "release", keys, MOT_FIELDS, "license", "components");
    if (!rc)
        rc = read_texts(r, release, keys, MOT_FIELDS, out->fields);
    if (!rc)
        rc = read_licenses(r, val_get(release, "license"), out);
    return rc ? rc : read_components(r, val_get(release, "components"), out);
}

int mot_read(struct span in, struct arena *a, struct mot_release *out, struct err *e)
{
    struct reader r = { .in = in, .a = a, .e = e };
    struct mot_release release = { 0 };
    const struct val *top;
    int rc = yaml_parse(in, NULL, a, &top, e);
    if (!rc)
        rc = read_release(&r, top, &release);
    if (rc)
        return rc;
    release.unknown = r.unknown;
    release.n_unknown = r.n_unknown;
    *out = release;
    return 0;
}
