// SPDX-License-Identifier: Apache-2.0
#include "license/policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include "base/yaml.h"

#define COUNT(list) (sizeof list / sizeof *list)
enum { ANSWERS_ALL = (1u << (ANSWER_DENY + 1)) - 1, MAX_ITEMS = 10000 };

/* ---- reading ------------------------------------------------------------------------- */

struct reader { struct arena *a; struct err *e; int rc; };       /* the first error sticks */

static void refuse(struct reader *r, uint32_t line, const char *what, const char *subject)
{
    if (!r->rc)
        r->rc = err_line(r->e, ERR_FORMAT, line, "%s \"%.100s\"", what, subject);
}

static void *allot(struct reader *r, size_t n, size_t size)
{
    void *p = r->rc ? NULL : arena_array(r->a, n, size);
    if (!p && !r->rc)
        r->rc = err_memory(r->e);
    return p;
}

static void known_keys(struct reader *r, const struct val *map, const char *const *keys, size_t n)
{
    for (const struct val *v = map->first; v; v = v->next) {
        size_t i = 0;
        while (i < n && !span_is(v->key, keys[i]))
            i++;
        if (i == n)
            refuse(r, v->key_line, "unknown key", (const char *)v->key.p);
    }
}

/* A text that is not empty and holds no NUL; "" after a refusal. */
static const char *text_of(struct reader *r, const struct val *v, const char *key)
{
    const char *s = v ? val_str(v) : NULL;
    if (s && *s && strlen(s) == v->str.n)
        return s;
    refuse(r, v ? v->line : 0, "no text in", key);
    return "";
}

static bool is_class(const char *s)
{
    for (unsigned i = 0; i < CLASS_COUNT; i++)
        if (strcmp(index_class_name(i), s) == 0)
            return true;
    return false;
}

static bool is_answer(const char *s)
{
    enum answer answer;
    return answer_from_name(s, &answer);
}

static struct policy_list list_of(struct reader *r, const struct val *root, const char *key,
                                  bool (*known)(const char *))
{
    struct policy_list out = { 0 };
    const struct val *list = val_get(root, key);
    if (!list || r->rc)
        return out;
    out.given = true;
    out.line = list->key_line;
    if (list->kind != VAL_LIST || list->n > MAX_ITEMS)
        refuse(r, list->key_line, "no list, or too long a one, in", key);
    struct policy_item *items = allot(r, list->n, sizeof *items);
    for (const struct val *v = list->first; v && !r->rc; v = v->next) {
        const char *s = text_of(r, v, key);
        if (!r->rc && known && !known(s))
            refuse(r, v->line, "unknown word", s);
        items[out.n++] = (struct policy_item){ s, v->line };
    }
    out.items = items;
    return out;
}

static void read_answers(struct reader *r, const struct val *root, struct policy *p)
{
    const struct val *min = val_get(root, "min_answer");
    struct policy_list list = list_of(r, root, "allow_answers", is_answer);
    enum answer answer = ANSWER_ALLOW;
    p->answers = ANSWERS_ALL;
    if (min && list.given)
        refuse(r, min->key_line, "allow_answers is given beside", "min_answer");
    if (min) {
        const char *s = text_of(r, min, "min_answer");
        if (!r->rc && !answer_from_name(s, &answer))
            refuse(r, min->line, "unknown word", s);
        p->answers = (1u << (answer + 1)) - 1;
        p->answers_line = min->key_line;
    }
    if (list.given) {
        p->answers = 0;
        p->answers_line = list.line;
    }
    for (size_t i = 0; i < list.n && !r->rc; i++)
        if (answer_from_name(list.items[i].text, &answer))
            p->answers |= 1u << answer;
}

static void read_require(struct reader *r, const struct val *root, struct policy *p)
{
    static const char *const keys[] = { "license_text", "no_conflicts", "known_bases" };
    struct { bool *on; uint32_t *line; } to[] = {
        { &p->license_text, &p->license_text_line }, { &p->no_conflicts, &p->no_conflicts_line },
        { &p->known_bases, &p->known_bases_line },
    };
    const struct val *require = val_get(root, "require");
    if (!require || r->rc)
        return;
    if (require->kind != VAL_MAP)
        refuse(r, require->key_line, "no map in", "require");
    known_keys(r, require, keys, COUNT(keys));
    for (size_t i = 0; i < COUNT(keys) && !r->rc; i++) {
        const struct val *v = val_get(require, keys[i]);
        if (v && !val_bool(v, to[i].on))
            refuse(r, v->key_line, "neither yes nor no in", keys[i]);
        *to[i].line = v ? v->key_line : 0;
    }
}

static bool is_digest(const char *s)
{
    return strlen(s) == 64 && strspn(s, "0123456789abcdefABCDEF") == 64;
}

static const char *optional(struct reader *r, const struct val *map, const char *key)
{
    const struct val *v = val_get(map, key);
    return v ? text_of(r, v, key) : "";
}

static void read_exception(struct reader *r, const struct val *v, struct policy_exception *out)
{
    static const char *const keys[] = { "name", "model_sha256", "until", "by", "reason" };
    uint32_t line = v->line;
    if (v->kind != VAL_MAP)
        refuse(r, line, "no map in", "exceptions");
    known_keys(r, v, keys, COUNT(keys));
    for (size_t i = 2; i < COUNT(keys); i++)
        if (!val_get(v, keys[i]))
            refuse(r, line, "exception lacks", keys[i]);
    *out = (struct policy_exception){
        .name = optional(r, v, "name"), .sha256 = optional(r, v, "model_sha256"), .until = optional(r, v, "until"),
        .by = optional(r, v, "by"), .reason = optional(r, v, "reason"), .line = line,
    };
    if (!*out->name && !*out->sha256)
        refuse(r, line, "exception lacks", "name or model_sha256");
    if (*out->sha256 && !is_digest(out->sha256))
        refuse(r, line, "no SHA-256 in hex", out->sha256);
    if (!r->rc && !date_known(out->until))
        refuse(r, line, "no date YYYY-MM-DD", out->until);
}

static void read_exceptions(struct reader *r, const struct val *root, struct policy *p)
{
    const struct val *list = val_get(root, "exceptions");
    if (!list || r->rc)
        return;
    if (list->kind != VAL_LIST || list->n > MAX_ITEMS)
        refuse(r, list->key_line, "no list, or too long a one, in", "exceptions");
    struct policy_exception *all = allot(r, list->n, sizeof *all);
    for (const struct val *v = list->first; v && !r->rc; v = v->next)
        read_exception(r, v, &all[p->n_exceptions++]);
    p->exceptions = all;
}

int policy_parse(struct span in, struct arena *a, struct policy *out, struct err *e)
{
    static const char *const keys[] = { "allow_classes", "deny_classes", "allow_licenses", "deny_licenses",
                                        "min_answer", "allow_answers", "require", "exceptions" };
    const struct val *root;
    int rc = yaml_parse(in, NULL, a, &root, e);
    if (rc)
        return rc;
    struct reader r = { .a = a, .e = e };
    struct policy p = { 0 };
    if (root->kind != VAL_MAP)
        refuse(&r, root->line, "a policy is a map of", "rules");
    known_keys(&r, root, keys, COUNT(keys));
    p.allow_classes = list_of(&r, root, "allow_classes", is_class);
    p.deny_classes = list_of(&r, root, "deny_classes", is_class);
    p.allow_licenses = list_of(&r, root, "allow_licenses", NULL);
    p.deny_licenses = list_of(&r, root, "deny_licenses", NULL);
    read_answers(&r, root, &p);
    read_require(&r, root, &p);
    read_exceptions(&r, root, &p);
    if (!r.rc)
        *out = p;
    return r.rc;
}

/* ---- judging ------------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* On a mismatch go back to the last star and let it take one byte more; older stars need no second try. */
bool policy_glob(const char *glob, const char *text)
{
    const char *star = NULL, *again = NULL;
    while (*text) {
        if (*glob == '*') {
            star = glob++;
            again = text;
        } else if (*glob == '?' || (*glob && lower(*glob) == lower(*text))) {
            glob++;
            text++;
        } else if (star) {
            glob = star + 1;
            text = ++again;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return *glob == 0;
}

struct judge { struct arena *a; struct policy_breach *items; size_t n, cap; bool no_memory; };

static void breach(struct judge *j, uint32_t line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void breach(struct judge *j, uint32_t line, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    void *items = j->items;
    const char *copy = arena_str(j->a, text);
    if (!copy || arena_grow(j->a, &items, &j->cap, j->n, sizeof *j->items)) {
        j->no_memory = true;
        return;
    }
    j->items = items;
    j->items[j->n++] = (struct policy_breach){ copy, line };
}

static const struct policy_item *match(const struct policy_list *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (policy_glob(list->items[i].text, text))
            return &list->items[i];
    return NULL;
}

/* A use policy has no class and grants nothing: allow lists are not about it, deny lists are. */
static void judge_license(struct judge *j, const struct policy *p, const struct policy_license *l)
{
    const char *class = index_class_name(l->class), *scope = l->scope && *l->scope ? l->scope : "model";
    const struct policy_item *hit;
    if ((hit = match(&p->deny_classes, class)))
        breach(j, hit->line, "class '%s' of %s (%s) is denied", class, l->id, scope);
    if ((hit = match(&p->deny_licenses, l->id)))
        breach(j, hit->line, "licence %s (%s) is denied by '%s'", l->id, scope, hit->text);
    if (l->class == CLASS_NONE)
        return;
    if (p->allow_classes.given && !match(&p->allow_classes, class))
        breach(j, p->allow_classes.line, "class '%s' of %s (%s) is not among those allowed", class, l->id, scope);
    if (p->allow_licenses.given && !match(&p->allow_licenses, l->id))
        breach(j, p->allow_licenses.line, "licence %s (%s) is not among those allowed", l->id, scope);
}

static void judge_all(struct judge *j, const struct policy *p, const struct policy_facts *f)
{
    bool any = false;
    for (size_t i = 0; i < f->n_licenses; i++) {
        judge_license(j, p, &f->licenses[i]);
        any = any || f->licenses[i].class != CLASS_NONE;
    }
    if (!any && p->allow_classes.given)
        breach(j, p->allow_classes.line, "no licence is known, and only some classes are allowed");
    if (!any && p->allow_licenses.given)
        breach(j, p->allow_licenses.line, "no licence is known, and only some licences are allowed");
    if (!(p->answers & 1u << f->answer))
        breach(j, p->answers_line, "the answer '%s' is not among those allowed", answer_name(f->answer));
    if (p->license_text && !f->has_license_text)
        breach(j, p->license_text_line, "the text of the licence is required, and was not found");
    if (p->no_conflicts && f->has_conflicts)
        breach(j, p->no_conflicts_line, "statements about the licence contradict each other");
    if (p->known_bases && f->has_unknown_bases)
        breach(j, p->known_bases_line, "a base model is not known");
}

static bool is_for(const struct policy_exception *x, const struct policy_facts *f)
{
    const char *name = f->model_name ? f->model_name : "";
    if (*x->name && !(*name && policy_glob(x->name, name)))
        return false;
    bool same = !*x->sha256;
    for (size_t i = 0; i < f->n_sha256 && !same; i++)
        same = strcasecmp(f->sha256[i], x->sha256) == 0;
    return same;
}

int policy_judge(const struct policy *p, const struct policy_facts *f, struct arena *a,
                 struct policy_result *out, struct err *e)
{
    struct judge j = { .a = a };
    struct policy_result result = { 0 };
    bool dated = f->today && date_known(f->today);
    judge_all(&j, p, f);
    for (size_t i = 0; i < p->n_exceptions && j.n && !result.exception; i++)
        if (is_for(&p->exceptions[i], f) && dated && strcmp(f->today, p->exceptions[i].until) <= 0)
            result.exception = &p->exceptions[i];
    for (size_t i = 0; i < p->n_exceptions && j.n && !result.exception; i++)
        if (is_for(&p->exceptions[i], f))
            breach(&j, p->exceptions[i].line, "the exception by '%s' counts up to %s only", p->exceptions[i].by,
                   p->exceptions[i].until);
    if (j.no_memory)
        return err_memory(e);
    if (result.exception) {
        result.excused = j.items;
        result.n_excused = j.n;
    } else {
        result.breaches = j.items;
        result.n = j.n;
    }
    *out = result;
    return 0;
}
