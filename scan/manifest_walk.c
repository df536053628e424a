// SPDX-License-Identifier: Apache-2.0
#include "scan/manifest_walk.h"

#include "scan/member.h"

struct walk { struct scan *s; const struct scan_node *n; struct err *e; int rc; };

static void found(struct walk *w, enum scan_rule_id rule, const struct val *v, const char *what)
{
    if (!w->rc)
        w->rc = scan_find(w->s, w->n, rule, v->byte_from, w->e, "%s \"%.*s\"", what, (int)(v->str.n > 120 ? 120 : v->str.n),
                          (const char *)v->str.p);
}

/* A place below the manifest's folder. False: none, or another, which was told. */
static bool is_below(struct walk *w, const struct val *v)
{
    if (!v || v->kind != VAL_STR || !v->str.n)
        return false;
    bool out = member_escapes(v->str) || v->str.p[0] == '~' || memmem(v->str.p, v->str.n, "://", 3);
    if (out)
        found(w, RULE_GRAPH_EXTERNAL, v, "a part of the model is said to lie in");
    return !out;
}

static void package(struct walk *w, const struct val *entries)
{
    for (const struct val *x = entries->kind == VAL_MAP ? entries->first : NULL; x && !w->rc; x = x->next)
        (void)is_below(w, val_get(x, "path"));
}

/* Handlers that TorchServe brings. Source: ts/torch_handler. */
static bool is_own_handler(struct span name)
{
    static const char *const names[] = { "image_classifier", "image_segmenter", "object_detector", "text_classifier",
                                         "base_handler" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(name, names[i]))
            return true;
    return false;
}

static void archive(struct walk *w, const struct val *model)
{
    const struct val *handler = val_get(model, "handler"), *code = val_get(model, "modelFile"),
                     *packages = val_get(model, "requirementsFile");
    (void)is_below(w, val_get(model, "serializedFile"));
    (void)is_below(w, val_get(model, "configFile"));
    if (is_below(w, handler) && !is_own_handler(handler->str))
        found(w, RULE_SERVER_CODE, handler, "the server runs, for every request,");
    if (is_below(w, code))
        found(w, RULE_SERVER_CODE, code, "the server imports");
    if (is_below(w, packages))
        found(w, RULE_SERVER_CODE, packages, "the server may install the packages of");
}

int manifest_walk(struct scan *s, const struct scan_node *n, const struct val *root, struct err *e)
{
    struct walk w = { s, n, e, 0 };
    const struct val *entries = val_get(root, "itemInfoEntries"), *model = val_get(root, "model");
    if (entries && val_get(root, "rootModelIdentifier"))
        package(&w, entries);
    if (model && model->kind == VAL_MAP && (val_get(root, "archiverVersion") || val_get(model, "serializedFile") ||
                                            val_get(model, "handler")))
        archive(&w, model);
    return w.rc;
}
