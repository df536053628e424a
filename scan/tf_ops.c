// SPDX-License-Identifier: Apache-2.0
#include "scan/tf_ops.h"

#include <stdlib.h>
#include "base/yaml.h"

enum { OPS_MAX = 20000, INPUTS_MAX = 8 };

/* data/scan/tf_ops.yaml, taken in by the build (tools/incbin) */
extern const uint8_t assay_tf_ops[], assay_tf_ops_end[];

static const char *const sorts[] = { [TF_HARMLESS] = "harmless", [TF_UNSAFE] = "unsafe", [TF_ATTRIBUTE] = "attribute",
                                     [TF_READS] = "reads", [TF_WRITES] = "writes", [TF_SAVES] = "saves",
                                     [TF_RESTORES] = "restores", [TF_REVIEW] = "review" };

static int wrong(struct err *e, const struct val *v, const char *what)
{
    return err_line(e, ERR_FORMAT, v ? v->line : 1, "%s", what);
}

static const struct val *list_of(const struct val *v, const char *key)
{
    const struct val *list = val_get(v, key);
    return list && list->kind == VAL_LIST ? list : NULL;
}

static int sort_of(const struct val *v, enum tf_sort *out, struct err *e)
{
    const struct val *word = val_get(v, "sort");
    for (size_t i = 0; word && i < sizeof sorts / sizeof *sorts; i++)
        if (val_is(word, sorts[i])) {
            *out = (enum tf_sort)i;
            return 0;
        }
    return wrong(e, v, "no sort of that name");
}

static bool opens_by_input(enum tf_sort sort)
{
    return sort == TF_READS || sort == TF_WRITES || sort == TF_SAVES || sort == TF_RESTORES;
}

static int read_group(const struct val *v, struct tf_group *g, struct err *e)
{
    const struct val *does = val_get(v, "does"), *attribute = val_get(v, "attribute"), *inputs = list_of(v, "inputs");
    int rc = sort_of(v, &g->sort, e);
    if (rc)
        return rc;
    if (!does || does->kind != VAL_STR || !does->str.n)
        return wrong(e, v, "nothing is said of what it does");
    if ((g->sort == TF_ATTRIBUTE) != (attribute && attribute->kind == VAL_STR))
        return wrong(e, v, "an attribute, and only one that has one");
    if (opens_by_input(g->sort) != (inputs && inputs->first))
        return wrong(e, v, "inputs, and only of what opens files by them");
    for (const struct val *i = inputs ? inputs->first : NULL; i; i = i->next) {
        int64_t at;
        if (!val_int(i, &at) || at < 0 || at >= INPUTS_MAX)
            return wrong(e, i, "no number of an input");
        g->inputs |= 1u << at;
    }
    g->does = does->str;
    g->attribute = attribute ? attribute->str : SPAN_NONE;
    g->harmless = list_of(v, "harmless");
    g->begins = list_of(v, "begins");
    return list_of(v, "names") ? 0 : wrong(e, v, "a group without names");
}

static int by_name(const void *a, const void *b)
{
    return span_order(((const struct tf_op *)a)->name, ((const struct tf_op *)b)->name);
}

static int read_groups(const struct val *list, struct arena *a, struct tf_ops *l, struct err *e)
{
    struct tf_group *groups = arena_array(a, list->n, sizeof *groups);
    size_t n = 0;
    for (const struct val *v = list->first; v; v = v->next)
        n += list_of(v, "names") ? list_of(v, "names")->n : 0;
    if (n > OPS_MAX)
        return err_plain(e, ERR_LIMIT, "more than %d operators", OPS_MAX);
    l->items = arena_array(a, n, sizeof *l->items);
    if (!groups || !l->items)
        return err_memory(e);
    for (const struct val *v = list->first; v; v = v->next, groups++) {
        int rc = read_group(v, groups, e);
        if (rc)
            return rc;
        for (const struct val *name = list_of(v, "names")->first; name; name = name->next) {
            if (name->kind == VAL_LIST || name->kind == VAL_MAP || !name->str.n)
                return wrong(e, name, "no name");
            l->items[l->n++] = (struct tf_op){ name->str, groups };
        }
    }
    qsort(l->items, l->n, sizeof *l->items, by_name);
    for (size_t i = 1; i < l->n; i++)
        if (by_name(&l->items[i - 1], &l->items[i]) == 0)
            return err_plain(e, ERR_FORMAT, "\"%.*s\" is listed twice", SPAN_ARG(l->items[i].name));
    return 0;
}

int tf_ops_open(struct span yaml, struct arena *a, struct tf_ops *out, struct err *e)
{
    struct tf_ops made = { 0 };
    const struct val *root;
    if (!yaml.p)
        yaml = span_of(assay_tf_ops, (size_t)(assay_tf_ops_end - assay_tf_ops));
    int rc = yaml_parse(yaml, NULL, a, &root, e);
    if (rc)
        return rc;
    made.version = val_str(val_get(root, "version"));
    if (!made.version || !list_of(root, "operators"))
        return wrong(e, root, "no version, or no operators");
    rc = read_groups(list_of(root, "operators"), a, &made, e);
    if (!rc)
        *out = made;
    return rc;
}

const struct tf_group *tf_ops_find(const struct tf_ops *l, struct span name)
{
    struct tf_op wanted = { .name = name };
    const struct tf_op *hit = l->n ? bsearch(&wanted, l->items, l->n, sizeof wanted, by_name) : NULL;
    return hit ? hit->group : NULL;
}

bool tf_ops_may_be(const struct tf_group *g, struct span value)
{
    for (const struct val *v = g->harmless ? g->harmless->first : NULL; v; v = v->next)
        if (span_eq(value, v->str))
            return true;
    for (const struct val *v = g->begins ? g->begins->first : NULL; v; v = v->next)
        if (value.n >= v->str.n && span_eq(span_sub(value, 0, v->str.n), v->str))
            return true;
    return false;
}
