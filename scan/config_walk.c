// SPDX-License-Identifier: Apache-2.0
#include "scan/config_walk.h"

#include <stdio.h>
#include <strings.h>
#include "scan/refs.h"

struct walk { struct scan *s; const struct scan_node *n; struct err *e; int rc; };

static void found(struct walk *w, enum scan_rule_id rule, const struct val *v, const char *what, struct span text)
{
    if (!w->rc)
        w->rc = scan_find(w->s, w->n, rule, v->byte_from, w->e, "%s \"%.*s\"", what, (int)(text.n > 120 ? 120 : text.n),
                          (const char *)text.p);
}

/* Is `part` one of the words of the key, parted by anything that is no letter or digit? */
static bool has_part(struct span key, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= key.n; i++) {
        bool starts = i == 0 || key.p[i - 1] == '_' || key.p[i - 1] == '-' || key.p[i - 1] == '.';
        bool ends = i + n == key.n || key.p[i + n] == '_' || key.p[i + n] == '-' || key.p[i + n] == '.';
        if (starts && ends && strncasecmp((const char *)key.p + i, part, n) == 0)
            return true;
    }
    return false;
}

/* A template stands as a string, as a list of { name, template }, or as a map of name to template. */
static void on_template(struct walk *w, const struct val *v)
{
    char name[96];
    if (v->kind == VAL_STR && v->str.n) {
        (void)snprintf(name, sizeof name, "%.*s at %llu", (int)(v->key.n > 48 ? 48 : v->key.n), (const char *)v->key.p,
                       (unsigned long long)v->byte_from);
        if (!w->rc)
            w->rc = scan_template_inside(w->s, w->n, v->str, name, w->e);
    }
    for (const struct val *item = v->kind == VAL_LIST || v->kind == VAL_MAP ? v->first : NULL; item; item = item->next) {
        const struct val *text = item->kind == VAL_MAP ? val_get(item, "template") : item;
        if (text && text->kind == VAL_STR)
            on_template(w, text);
    }
}

/* "modeling_x.Model" is code beside this file, "org/name--modeling_x.Model" that of another repository. */
static void on_class(struct walk *w, const struct val *v, struct span key, struct span key_in)
{
    char how[96];
    if (w->rc || v->kind != VAL_STR || !v->str.n)
        return;
    if (memmem(v->str.p, v->str.n, "--", 2)) {
        found(w, RULE_REMOTE_ELSEWHERE, v, "takes code from", v->str);
        return;
    }
    (void)snprintf(how, sizeof how, "%.*s%s%.*s", (int)(key.n > 40 ? 40 : key.n), (const char *)key.p, key_in.n ? "." : "",
                   (int)(key_in.n > 40 ? 40 : key_in.n), key_in.p ? (const char *)key_in.p : "");
    struct span path = refs_module_path(v->str, w->s->a);
    if (path.n)
        w->rc = refs_add(w->s, w->n, REF_CODE, path, span_str(how), v->byte_from, v->line, 0, w->e);
}

/* auto_map holds classes, or lists of them; custom_pipelines maps with the class under "impl". */
static void on_remote_code(struct walk *w, const struct val *v)
{
    bool on;
    if (v->kind == VAL_MAP && v->first)
        found(w, RULE_REMOTE_CODE, v, "names code of the repository under", v->key);
    else if (v->kind == VAL_STR && v->str.n)
        found(w, RULE_REMOTE_CODE, v, "names code of the repository:", v->str);
    else if (val_bool(v, &on) && on)
        found(w, RULE_REMOTE_CODE, v, "switches on", v->key);
    on_class(w, v, v->key, SPAN_NONE);
    for (const struct val *x = v->kind == VAL_MAP ? v->first : NULL; x; x = x->next) {
        const struct val *impl = x->kind == VAL_MAP ? val_get(x, "impl") : x;
        for (const struct val *y = impl && impl->kind == VAL_LIST ? impl->first : impl; y; y = y == impl ? NULL : y->next)
            on_class(w, y, v->key, x->key);
    }
}

/* What Hydra instantiates in files of well-known projects without doing harm: classes of torch itself. */
static bool target_is_known(struct span target)
{
    static const char *const known[] = { "torch.nn.", "torch.optim." };
    const uint8_t *dot = target.n ? memrchr(target.p, '.', target.n) : NULL;
    size_t last = dot ? (size_t)(dot - target.p) + 1 : 0;
    bool is_class = last < target.n && target.p[last] >= 'A' && target.p[last] <= 'Z';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_starts(target, known[i]) && is_class)
            return true;
    return false;
}

/* Classes of libraries whose configurations name classes, as NeMo's and Lightning's always do. What a class does with its
 * arguments is not judged. */
static bool target_is_class(struct span target)
{
    static const char *const roots[] = { "nemo.collections.", "nemo.core.", "torch.", "torchvision.", "torchaudio.",
                                         "torchmetrics.", "pytorch_lightning.", "lightning.", "transformers.", "diffusers.",
                                         "timm.", "megatron.", "sklearn." };
    const uint8_t *dot = target.n ? memrchr(target.p, '.', target.n) : NULL;
    struct span name = dot ? span_sub(target, (size_t)(dot - target.p) + 1, target.n) : SPAN_NONE;
    bool lower = false;
    for (size_t i = 0; i < name.n; i++)
        lower = lower || (name.p[i] >= 'a' && name.p[i] <= 'z');
    if (!lower || name.p[0] < 'A' || name.p[0] > 'Z' || memmem(target.p, target.n, "__", 2))
        return false;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (span_starts(target, roots[i]))
            return true;
    return false;
}

static void on_target(struct walk *w, const struct val *v)
{
    bool class = target_is_class(v->str);
    if (!target_is_known(v->str))
        found(w, class ? RULE_TARGET_CLASS : RULE_TARGET, v, class ? "has its loader make" : "has its loader call", v->str);
}

static void on_value(struct walk *w, const struct val *v)
{
    static const char *const parts[] = { "apikey", "secret", "password", "passwd", "endpoint", "webhook", "command", "exfil" };
    if (v->kind != VAL_STR || v->str.n < 4)
        return;
    bool named = has_part(v->key, "api_key") || has_part(v->key, "access_key");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        named = named || has_part(v->key, parts[i]);
    if (named)
        found(w, RULE_CONFIG_VALUE, v, "holds a value under", v->key);
}

static void on_key(struct walk *w, const struct val *v)
{
    if (span_ends(v->key, "chat_template"))
        on_template(w, v);
    else if (span_is(v->key, "auto_map") || span_is(v->key, "custom_pipelines") || span_is(v->key, "trust_remote_code"))
        on_remote_code(w, v);
    else if (span_is(v->key, "_target_") && v->kind == VAL_STR)
        on_target(w, v);
    else
        on_value(w, v);
}

/* Depth is bounded by the parsers. A list of values is walked in place; a map's keys are judged. */
static void walk(struct walk *w, const struct val *v)
{
    for (const struct val *x = v->first; x && !w->rc; x = x->next) {
        if (v->kind == VAL_MAP)
            on_key(w, x);
        if (x->kind == VAL_MAP || x->kind == VAL_LIST)
            walk(w, x);
    }
}

/* NeMo imports and makes what the configuration of an archive names at its top. */
static void on_nemo(struct walk *w, const struct val *root)
{
    const struct val *target = val_get(root, "target");
    const char *slash = strrchr(w->n->name, '/');
    if (target && target->kind == VAL_STR && strcmp(slash ? slash + 1 : w->n->name, "model_config.yaml") == 0)
        on_target(w, target);
}

/* ---- files that are known by their names ------------------------------------------------- */

/* modules.json of sentence-transformers: a list of modules, each with the class that makes it. */
static void sentence_modules(struct walk *w, const struct val *root)
{
    for (const struct val *x = root->kind == VAL_LIST ? root->first : NULL; x; x = x->next) {
        const struct val *type = val_get(x, "type");
        if (!type || type->kind != VAL_STR || span_starts(type->str, "sentence_transformers."))
            continue;
        found(w, RULE_REMOTE_CODE, type, "makes a module of the class", type->str);
        on_class(w, type, span_str("type"), SPAN_NONE);
    }
}

/* model_index.json of diffusers: "unet": [library, class]; what is no library is a file in the component's folder. */
static void pipeline_parts(struct walk *w, const struct val *root)
{
    for (const struct val *x = root->kind == VAL_MAP ? root->first : NULL; x && !w->rc; x = x->next) {
        const struct val *module = x->kind == VAL_LIST ? x->first : NULL;
        bool whole = span_is(x->key, "_class_name");
        char path[160];
        if (!module || module->kind != VAL_STR || module->str.n > 60 || x->key.n > 60)
            continue;
        int n = snprintf(path, sizeof path, "%.*s%s%.*s.py", whole ? 0 : (int)x->key.n, (const char *)x->key.p, whole ? "" : "/",
                         (int)module->str.n, (const char *)module->str.p);
        w->rc = refs_add(w->s, w->n, REF_CODE_IF_THERE, span_of(path, (size_t)n), x->key, x->byte_from, x->line, 0, w->e);
    }
}

/* package.json: scripts that npm runs when the folder is installed. */
static void package_scripts(struct walk *w, const struct val *root)
{
    static const char *const names[] = { "preinstall", "install", "postinstall", "prepare", "prepublish" };
    const struct val *scripts = val_get(root, "scripts");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct val *v = val_get(scripts, names[i]);
        if (v && v->kind == VAL_STR)
            found(w, RULE_INSTALL_CODE, v, "npm runs at installation:", v->str);
    }
}

static void by_name(struct walk *w, const struct val *root)
{
    if (strcmp(w->n->name, "modules.json") == 0)
        sentence_modules(w, root);
    else if (strcmp(w->n->name, "model_index.json") == 0)
        pipeline_parts(w, root);
    else if (strcmp(w->n->name, "package.json") == 0)
        package_scripts(w, root);
}

int config_walk(struct scan *s, const struct scan_node *n, const struct val *root, struct err *e)
{
    struct walk w = { s, n, e, 0 };
    if (root && (root->kind == VAL_MAP || root->kind == VAL_LIST))
        walk(&w, root);
    on_nemo(&w, root);
    if (root)
        by_name(&w, root);
    return w.rc;
}
