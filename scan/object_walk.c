// SPDX-License-Identifier: Apache-2.0
#include "scan/object_walk.h"

#include "scan/allow.h"

#define KERAS "keras:config"                /* the module of the list; no Python module can be called so */

struct walk { struct scan *s; const struct scan_node *n; struct err *e; int rc; };

static struct span text_of(const struct val *map, const char *key)
{
    const struct val *v = val_get(map, key);
    return v && v->kind == VAL_STR ? v->str : SPAN_NONE;
}

/* A finding with the advisories that speak of this name. */
static void found(struct walk *w, enum scan_rule_id rule, const struct val *v, const char *what, struct span module,
                  struct span name)
{
    size_t before = w->s->n_findings;
    if (w->rc)
        return;
    bool keras = span_is(module, KERAS);
    w->rc = scan_find(w->s, w->n, rule, v->byte_from, w->e, "%s %.*s%s%.*s", what, keras ? 0 : (int)(module.n & 255),
                      (const char *)module.p, keras ? "" : ".", (int)(name.n > 120 ? 120 : name.n), (const char *)name.p);
    struct span ids = allow_advisories(w->s->allow, module, name);
    if (w->rc || !ids.n || w->s->n_findings == before)
        return;
    w->s->findings[before].advisory = arena_strn(w->s->a, ids.p, ids.n);
    if (!w->s->findings[before].advisory)
        w->rc = err_memory(w->e);
}

static bool is_below(struct span module, const char *root)
{
    size_t n = strlen(root);
    return span_starts(module, root) && (module.n == n || module.p[n] == '.');
}

/* ---- Keras ------------------------------------------------------------------------------ */

static bool starts_upper(struct span s)
{
    return s.n && s.p[0] >= 'A' && s.p[0] <= 'Z';
}

/* Runs code that the file brings, or a graph beside it. */
static bool is_code(struct span name)
{
    static const char *const names[] = { "Lambda", "__lambda__", "TorchModuleWrapper", "TFSMLayer" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(name, names[i]))
            return true;
    return false;
}

/* What is not Keras's own: a class that the program must have registered is for review; what is imported is not. */
static void keras_foreign(struct walk *w, const struct val *v, struct span module, struct span name)
{
    static const char *const known[] = { "__main__", "keras_hub", "keras_nlp", "keras_cv", "keras_tuner", "tf_keras" };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_below(module, known[i]) && starts_upper(name)) {
            found(w, RULE_KERAS_CLASS, v, "needs", module, name);
            return;
        }
    found(w, RULE_KERAS_CODE, v, "has its loader import", module, name);
}

static void keras_object(struct walk *w, const struct val *v, struct span name)
{
    struct span module = text_of(v, "module"), list = span_str(KERAS);
    bool keras = !module.n || is_below(module, "keras") || is_below(module, "tensorflow.keras") ||
                 is_below(module, "tf_keras.src");
    struct span function = span_is(name, "function") ? text_of(v, "config") : SPAN_NONE;
    if (is_code(name)) {
        found(w, RULE_KERAS_CODE, v, "holds", list, name);
    } else if (function.p && (keras || span_is(module, "builtins"))) {
        if (allow_find(w->s->allow, list, function) == ALLOW_UNKNOWN)
            found(w, module.n && keras ? RULE_KERAS_CODE : RULE_KERAS_CLASS, v, "names the function", list, function);
    } else if (!keras && !span_is(module, "builtins")) {
        keras_foreign(w, v, module, name);
    } else if (allow_find(w->s->allow, list, name) == ALLOW_UNKNOWN) {
        found(w, starts_upper(name) || !module.n ? RULE_KERAS_CLASS : RULE_KERAS_CODE, v, "needs", list, name);
    }
}

/* Arguments that a layer or a function opens: words to look up, archives to fetch. */
static bool opens_file(struct span key)
{
    static const char *const keys[] = { "vocabulary", "origin", "fname", "filename", "filepath", "path", "url", "uri",
                                        "vocabulary_file", "proto", "cache_dir", "idf_weights" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (span_is(key, keys[i]))
            return true;
    return false;
}

static bool is_place(struct span s)
{
    return memmem(s.p, s.n, "://", 3) || memmem(s.p, s.n, "..", 2) || (s.n && strchr("/~\\", s.p[0])) ||
           (s.n > 2 && s.p[1] == ':');
}

static void keras_argument(struct walk *w, const struct val *v)
{
    if (v->kind == VAL_STR && v->str.n && opens_file(v->key) && is_place(v->str))
        found(w, RULE_KERAS_PATH, v, "opens", span_str(KERAS), v->str);
}

/* ---- skops ------------------------------------------------------------------------------ */

static void skops_object(struct walk *w, const struct val *v, struct span name)
{
    static const char *const calls[] = { "MethodNode", "OperatorFuncNode" };
    struct span module = text_of(v, "__module__"), loader = text_of(v, "__loader__");
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (span_is(loader, calls[i])) {
            found(w, RULE_SKOPS_CALL, v, "has its loader make an operator or a method of", module, name);
            return;
        }
    enum allow_use use = allow_find(w->s->allow, module, name);
    bool numeric = span_is(loader, "FunctionNode") && (span_is(module, "numpy") || span_is(module, "scipy.special"));
    if (use == ALLOW_UNKNOWN && !numeric)
        found(w, RULE_SKOPS_TYPE, v, "names", module, name);
    else if (use < ALLOW_VALUE)
        found(w, RULE_SKOPS_CLASS, v, "holds", module, name);
}

/* ---- both ------------------------------------------------------------------------------- */

/* Depth is bounded by the parser. Below an object of Keras, values of arguments are looked at too. */
static void walk(struct walk *w, const struct val *v, bool keras)
{
    struct span name;
    if (v->kind == VAL_MAP && (name = text_of(v, "class_name")).p && val_get(v, "config")) {
        keras_object(w, v, name);
        keras = true;
    }
    if (v->kind == VAL_MAP && (name = text_of(v, "__class__")).p && val_get(v, "__loader__"))
        skops_object(w, v, name);
    for (const struct val *x = v->first; x && !w->rc; x = x->next) {
        if (keras && v->kind == VAL_MAP)
            keras_argument(w, x);
        if (x->kind == VAL_MAP || x->kind == VAL_LIST)
            walk(w, x, keras);
    }
}

int object_walk(struct scan *s, const struct scan_node *n, const struct val *root, struct err *e)
{
    struct walk w = { s, n, e, 0 };
    if (root)
        walk(&w, root, false);
    return w.rc;
}
