// SPDX-License-Identifier: Apache-2.0
#include "scan/allow.h"

#include <stdlib.h>
#include "base/yaml.h"

enum { ENTRIES_MAX = 20000 };

/* data/scan/allow.yaml, taken in by the build (tools/incbin) */
extern const uint8_t assay_allow[], assay_allow_end[];

/* ---- reading ---------------------------------------------------------------------------- */

static int wrong(struct err *e, const struct val *v, const char *what)
{
    return err_line(e, ERR_FORMAT, v ? v->line : 1, "%s", what);
}

/* A text that is not empty, under `key` of a map, or `v` itself when key is NULL. */
static int text_of(const struct val *v, const char *key, struct span *out, struct err *e)
{
    const struct val *t = key ? val_get(v, key) : v;
    if (!t || t->kind == VAL_LIST || t->kind == VAL_MAP || !t->str.n)
        return wrong(e, v, "a text is missing");
    *out = t->str;
    return 0;
}

static int use_of(const struct val *v, enum allow_use *out, struct err *e)
{
    static const struct { const char *word; enum allow_use use; } uses[] = {
        { "review", ALLOW_REVIEW_CALL }, { "value", ALLOW_VALUE }, { "new", ALLOW_NEW }, { "call", ALLOW_CALL },
        { "loads", ALLOW_LOADS }, { "calls-first", ALLOW_CALLS_FIRST },
        { "calls-second", ALLOW_CALLS_SECOND },
    };
    const struct val *use = val_get(v, "use");
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (use && val_is(use, uses[i].word)) {
            *out = uses[i].use;
            return 0;
        }
    return wrong(e, v, "no use of that name");
}

static int by_name(const void *a, const void *b)
{
    const struct allow_entry *x = a, *y = b;
    int order = span_order(x->module, y->module);
    return order ? order : span_order(x->name, y->name);
}

static int read_globals(struct allow *l, const struct val *list, struct arena *a, struct err *e)
{
    size_t n = 0;
    for (const struct val *v = list->first; v; v = v->next) {
        const struct val *names = val_get(v, "names");
        if (!names || names->kind != VAL_LIST)
            return wrong(e, v, "an entry without names");
        n += names->n;
    }
    if (n > ENTRIES_MAX)
        return err_plain(e, ERR_LIMIT, "more than %d names", ENTRIES_MAX);
    l->entries = arena_array(a, n, sizeof *l->entries);
    if (!l->entries)
        return err_memory(e);
    for (const struct val *v = list->first; v; v = v->next) {
        struct allow_entry x;
        int rc = text_of(v, "module", &x.module, e);
        if (!rc)
            rc = use_of(v, &x.use, e);
        for (const struct val *name = val_get(v, "names")->first; name && !rc; name = name->next) {
            rc = text_of(name, NULL, &x.name, e);
            l->entries[l->n_entries++] = x;
        }
        if (rc)
            return rc;
    }
    qsort(l->entries, l->n_entries, sizeof *l->entries, by_name);
    for (size_t i = 1; i < l->n_entries; i++)
        if (by_name(&l->entries[i - 1], &l->entries[i]) == 0)
            return err_plain(e, ERR_FORMAT, "\"%.*s %.*s\" is listed twice", SPAN_ARG(l->entries[i].module),
                             SPAN_ARG(l->entries[i].name));
    return 0;
}

static int read_libraries(struct allow *l, const struct val *list, struct arena *a, struct err *e)
{
    l->libraries = arena_array(a, list->n, sizeof *l->libraries);
    if (!l->libraries)
        return err_memory(e);
    int rc = 0;
    for (const struct val *v = list->first; v && !rc; v = v->next)
        rc = text_of(v, NULL, &l->libraries[l->n_libraries++], e);
    return rc;
}

static int read_advisories(struct allow *l, const struct val *list, struct arena *a, struct err *e)
{
    l->advisories = arena_array(a, list->n, sizeof *l->advisories);
    if (!l->advisories)
        return err_memory(e);
    int rc = 0;
    for (const struct val *v = list->first; v && !rc; v = v->next) {
        struct allow_advisory *x = &l->advisories[l->n_advisories++];
        rc = text_of(v, "module", &x->module, e);
        if (!rc)
            rc = text_of(v, "ids", &x->ids, e);
        if (!rc && val_get(v, "name"))
            rc = text_of(v, "name", &x->name, e);
    }
    return rc;
}

int allow_open(struct span yaml, struct arena *a, struct allow *out, struct err *e)
{
    static const char *const lists[] = { "globals", "libraries", "advisories" };
    struct allow made = { 0 };
    const struct val *root, *list[3];
    if (!yaml.p)
        yaml = span_of(assay_allow, (size_t)(assay_allow_end - assay_allow));
    int rc = yaml_parse(yaml, NULL, a, &root, e);
    for (size_t i = 0; i < 3 && !rc; i++) {
        list[i] = val_get(root, lists[i]);
        if (!list[i] || list[i]->kind != VAL_LIST)
            rc = err_line(e, ERR_FORMAT, root ? root->line : 1, "no list \"%s\"", lists[i]);
    }
    if (rc)
        return rc;
    made.date = val_str(val_get(root, "date"));
    if (!made.date)
        return wrong(e, root, "no date");
    rc = read_globals(&made, list[0], a, e);
    if (!rc)
        rc = read_libraries(&made, list[1], a, e);
    if (!rc)
        rc = read_advisories(&made, list[2], a, e);
    if (!rc)
        rc = tf_ops_open(SPAN_NONE, a, &made.tensorflow, e);
    if (!rc)
        *out = made;
    return rc;
}

/* ---- asking ----------------------------------------------------------------------------- */

static bool is_below(struct span module, struct span root)
{
    return module.n >= root.n && memcmp(module.p, root.p, root.n) == 0 &&
           (module.n == root.n || module.p[root.n] == '.');
}

/* Looks like a class by the custom of Python: CapWords, without a dot. */
static bool is_class_name(struct span name)
{
    bool lower = false;
    if (!name.n || name.p[0] < 'A' || name.p[0] > 'Z')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        uint8_t b = name.p[i];
        bool letter = (b | 32) >= 'a' && (b | 32) <= 'z';
        if (!letter && !(b >= '0' && b <= '9') && b != '_')
            return false;
        lower = lower || (b >= 'a' && b <= 'z');
    }
    return lower || name.n <= 6;            /* "DFL", "C2PSA" */
}

enum allow_use allow_find(const struct allow *l, struct span module, struct span name)
{
    struct allow_entry wanted = { .module = module, .name = name };
    const struct allow_entry *hit = bsearch(&wanted, l->entries, l->n_entries, sizeof wanted, by_name);
    if (hit)
        return hit->use;
    for (size_t i = 0; i < l->n_libraries && is_class_name(name); i++)
        if (is_below(module, l->libraries[i]))
            return ALLOW_REVIEW;
    return ALLOW_UNKNOWN;
}

bool allow_crossed(const struct allow *l, struct span module, struct span name)
{
    bool has_module = false, has_name = false;
    for (size_t i = 0; i < l->n_entries; i++) {
        has_module = has_module || span_eq(l->entries[i].module, module);
        has_name = has_name || span_eq(l->entries[i].name, name);
    }
    return has_module && has_name;
}

struct span allow_advisories(const struct allow *l, struct span module, struct span name)
{
    for (size_t i = 0; i < l->n_advisories; i++)
        if (is_below(module, l->advisories[i].module) &&
            (!l->advisories[i].name.n || span_eq(name, l->advisories[i].name)))
            return l->advisories[i].ids;
    return SPAN_NONE;
}
