// SPDX-License-Identifier: Apache-2.0
/* Chat templates and other Jinja: parsed whole, then judged by what the tree reaches for and says. Nothing is rendered. */
#include <stdarg.h>
#include <stdio.h>

#include "scan/template_int.h"
#include "scan/template_known.h"

enum { MEMORY_MAX = 64 << 20, LOOK_BYTES = 1 << 20 };

void template_found(struct template_judge *j, enum scan_rule_id rule, uint32_t at, const char *fmt, ...)
{
    char what[300];
    va_list ap;
    if (j->rc)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    j->rc = scan_find(j->s, j->n, rule, at, j->e, "%s", what);
}

#define FOUND_NAME(rule, at, what, name) \
    template_found(j, rule, at, "%s \"%.*s\"", what, (int)((name).n > 80 ? 80 : (name).n), (const char *)(name).p)

/* --- names --- */

static void judge_name(struct template_judge *j, const struct jinja_node *n)
{
    if (template_name_escapes(n->text))
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "names", n->text);
}

/* a.name and a["name"] reach the same. */
static void judge_reach(struct template_judge *j, const struct jinja_node *n, struct span name)
{
    const struct jinja_node *of = n->a;
    bool global = of && of->kind == JINJA_NAME && !template_var(j, of->text);
    if (template_name_escapes(name))
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "reaches for", name);
    else if (global && template_is_callable_global(of->text))
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "reaches into a function of the renderer:", of->text);
    else if (global && template_is_server_object(of->text))
        FOUND_NAME(RULE_TEMPLATE_CALL, n->at, "reaches into an object of a server:", of->text);
    else if (name.n > 1 && name.p[0] == '_' && n->kind == JINJA_GETATTR && !(of && of->kind == JINJA_NAME && !global))
        FOUND_NAME(RULE_TEMPLATE_CALL, n->at, "reaches for a private attribute,", name);
}

static void judge_item(struct template_judge *j, const struct jinja_node *n)
{
    struct fold f = { .n = 0 };
    if (!n->b)
        return;
    if (n->b->kind == JINJA_SLICE || n->b->kind == JINJA_INT)
        judge_reach(j, n, span_str("0"));
    else if (template_fold(j, n->b, &f))
        judge_reach(j, n, fold_view(&f));
    else if (template_builds(j, n->b))
        template_found(j, RULE_TEMPLATE_COMPUTED, n->at, "puts the name of what it reaches for together");
}

/* --- calls --- */

/* "{0.x}" and "{x[y]}" reach into what is formatted; "%c" makes characters. */
static bool format_reaches(struct span f)
{
    for (size_t i = 0; i < f.n; i++) {
        if (f.p[i] != '{')
            continue;
        for (size_t k = i + 1; k < f.n && f.p[k] != '}' && f.p[k] != ':' && f.p[k] != '{' && f.p[k] > ' '; k++)
            if (f.p[k] == '.' || f.p[k] == '[')
                return true;
    }
    return false;
}

static void judge_format(struct template_judge *j, const struct jinja_node *n, const struct jinja_node *text, bool percent)
{
    struct fold f = { .n = 0 };
    bool known = template_fold(j, text, &f);
    struct span s = text->kind == JINJA_STR ? text->text : fold_view(&f);
    if (text->kind != JINJA_STR && !known) {
        if (!percent)
            template_found(j, RULE_TEMPLATE_COMPUTED, n->at, "formats by a text that is not written in the template");
    } else if (!percent && format_reaches(s)) {
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "a format that reaches into its values,", s);
    } else if (percent && s.n && memmem(s.p, s.n, "%c", 2)) {
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "makes characters from numbers by the format", s);
    }
}

static void judge_method(struct template_judge *j, const struct jinja_node *n, struct span name)
{
    enum template_name is = template_method(name);
    if (is == NAME_DANGEROUS)
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "calls", name);
    else if (span_is(name, "format") || span_is(name, "format_map"))
        judge_format(j, n, n->a->a, false);
    else if (is == NAME_UNKNOWN && !template_name_escapes(name))
        FOUND_NAME(RULE_TEMPLATE_CALL, n->at, "calls the method", name);
}

static void judge_call(struct template_judge *j, const struct jinja_node *n)
{
    struct fold f = { .n = 0 };
    const struct jinja_node *what = n->a;
    if (what->kind == JINJA_NAME) {
        enum template_name is = template_global(what->text);
        if (template_var(j, what->text))
            return;
        if (is == NAME_DANGEROUS)
            FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "calls", what->text);
        else if (is == NAME_UNKNOWN)
            FOUND_NAME(RULE_TEMPLATE_CALL, n->at, "calls the function", what->text);
    } else if (what->kind == JINJA_GETATTR) {
        judge_method(j, n, what->text);
    } else if (what->kind == JINJA_GETITEM && what->b && template_fold(j, what->b, &f)) {
        judge_method(j, n, fold_view(&f));
    } else {
        template_found(j, RULE_TEMPLATE_CALL, n->at, "calls what an expression gives");
    }
}

/* An argument that names an attribute, a filter or a test. */
static void judge_name_argument(struct template_judge *j, const struct jinja_node *n, const struct jinja_node *arg)
{
    struct fold f = { .n = 0 };
    if (!arg || arg->kind == JINJA_INT)
        return;
    if (!template_fold(j, arg, &f))
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "does not write down the name that it gives to the filter", n->text);
    else if (template_has_dunder(fold_view(&f)) || template_name_escapes(fold_view(&f)))
        template_found(j, RULE_TEMPLATE_ESCAPE, n->at, "reaches for \"%.*s\" by a filter", (int)f.n, f.p);
}

/* A format method that is taken and not called here is called by something that does not look at the format
 * (CVE-2024-56326, CVE-2025-27516). */
static void judge_taken(struct template_judge *j, const struct jinja_node *n)
{
    struct fold f = { .n = 0 };
    bool format = span_is(n->text, "format") || span_is(n->text, "format_map");
    if (format && (n->a->kind == JINJA_STR || template_builds(j, n->a) || template_fold(j, n->a, &f)))
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "hands on the method", n->text);
}

/* a|attr("name"), past what the renderer looks at. */
static void judge_attr(struct template_judge *j, const struct jinja_node *n)
{
    struct fold f = { .n = 0 };
    if (!n->first || !template_fold(j, n->first, &f) || template_name_escapes(fold_view(&f)))
        return;                             /* told as a name */
    bool format = span_is(fold_view(&f), "format") || span_is(fold_view(&f), "format_map");
    template_found(j, format ? RULE_TEMPLATE_ESCAPE : RULE_TEMPLATE_CALL, n->at, "reaches for \"%.*s\" by the filter attr",
                   (int)f.n, f.p);
}

static bool takes_name(struct span filter)
{
    static const char *const names[] = { "attr", "groupby", "map", "reject", "rejectattr", "select", "selectattr" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(filter, names[i]))
            return true;
    return false;
}

static void judge_filter(struct template_judge *j, const struct jinja_node *n)
{
    const struct jinja_node *first = n->first && n->first->kind != JINJA_KEYWORD ? n->first : NULL;
    if (!template_filter_known(n->text))
        FOUND_NAME(RULE_TEMPLATE_CALL, n->at, "uses the filter", n->text);
    if (span_is(n->text, "format"))
        judge_format(j, n, n->a, true);
    if (span_is(n->text, "attr"))
        judge_attr(j, n);
    if (first && takes_name(n->text))
        judge_name_argument(j, n, first);
    if (first && span_is(n->text, "map"))   /* map("attr", "x"), map("format", ...) */
        for (const struct jinja_node *x = first->next; x; x = x->next)
            if (first->kind == JINJA_STR && span_is(first->text, "attr") && x->kind != JINJA_KEYWORD)
                judge_name_argument(j, n, x);
    for (const struct jinja_node *x = n->first; x; x = x->next) {
        if (x->kind == JINJA_KEYWORD && span_is(x->text, "attribute"))
            judge_name_argument(j, n, x->a);
        else if (x->kind == JINJA_SPREAD && takes_name(n->text))
            judge_name_argument(j, n, x->a);
    }
}

/* --- texts --- */

static bool one_word(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ')
            return false;
    return s.n <= 64;
}

static void judge_string(struct template_judge *j, const struct jinja_node *n)
{
    if (template_has_dunder(n->text) && one_word(n->text))
        FOUND_NAME(RULE_TEMPLATE_ESCAPE, n->at, "holds the name", n->text);
    template_judge_text(j, n->text, n->at);
}

/* Parts that come to a name which none of them holds. */
static void judge_built(struct template_judge *j, const struct jinja_node *n)
{
    struct fold f = { .n = 0 };
    if (template_builds(j, n) && template_fold(j, n, &f) && template_has_dunder(fold_view(&f)) && one_word(fold_view(&f)))
        template_found(j, RULE_TEMPLATE_ESCAPE, n->at, "puts \"%.*s\" together", (int)f.n, f.p);
}

/* --- the walk --- */

static void judge_node(struct template_judge *j, const struct jinja_node *n)
{
    switch (n->kind) {
    case JINJA_DATA:
        template_judge_text(j, n->text, n->at);
        break;
    case JINJA_STR:
        judge_string(j, n);
        break;
    case JINJA_LOAD:
        FOUND_NAME(RULE_TEMPLATE_LOAD, n->at, "loads another file by", n->text);
        break;
    case JINJA_NAME:
    case JINJA_KEYWORD:
    case JINJA_PARAM:
    case JINJA_MACRO:
    case JINJA_BLOCK:
        judge_name(j, n);
        break;
    case JINJA_GETATTR:
        judge_reach(j, n, n->text);
        break;
    case JINJA_GETITEM:
        judge_item(j, n);
        break;
    case JINJA_CALL:
        judge_call(j, n);
        break;
    case JINJA_FILTER:
        judge_filter(j, n);
        break;
    case JINJA_BINARY:
        if (n->op == '%')
            judge_format(j, n, n->a, true);
        break;
    case JINJA_BRANCH:
    case JINJA_FOR:
        template_judge_gate(j, n->kind == JINJA_FOR ? n->c : n->a, n->first);
        break;
    case JINJA_COND:
        template_judge_gate(j, n->b, n->a);
        break;
    default:
        break;
    }
}

/* `built`: a text that is put together around n was folded already, and n is a part of it. `called`: n is called. */
static void walk(struct template_judge *j, const struct jinja_node *n, bool built, bool called)
{
    for (; n && !j->rc; n = n->next) {
        bool text = n->kind == JINJA_BINARY || n->kind == JINJA_CALL || n->kind == JINJA_FILTER;
        if (text && !built)
            judge_built(j, n);
        judge_node(j, n);
        if (n->kind == JINJA_GETATTR && !called)
            judge_taken(j, n);
        bool within = n->kind == JINJA_BINARY && (built || text);
        walk(j, n->a, within, n->kind == JINJA_CALL);
        walk(j, n->b, within, false);
        walk(j, n->c, false, false);
        walk(j, n->first, false, false);
    }
}

static int judge(struct scan *s, const struct scan_node *n, bool certain, bool *parsed, struct err *e)
{
    /* What loaders set: their options decide only about white space. */
    const struct jinja_options opt = { .trim_blocks = true, .lstrip_blocks = true };
    uint32_t steps = 0;
    struct template_judge j = { .s = s, .n = n, .e = e, .steps = &steps };
    const struct jinja_node *root = NULL;
    struct err inner = { 0 };
    arena_init(&j.a, MEMORY_MAX);
    int rc = jinja_parse(n->in, opt, &j.a, &root, &inner);
    *parsed = rc == 0;
    if (rc && certain)
        rc = scan_find(s, n, RULE_TEMPLATE_UNREAD, rc == ERR_MEMORY ? 0 : inner.pos, e, "%s", inner.msg);
    else if (rc)
        rc = 0;
    else if (template_vars(&j, root))
        rc = scan_find(s, n, RULE_TEMPLATE_UNREAD, 0, e, "more variables and texts than are kept at once");
    else
        walk(&j, root, false, false);
    if (!rc && certain)
        template_known(&j, root);
    if (!rc && !j.rc && steps >= FOLD_STEPS_MAX)
        rc = scan_find(s, n, RULE_TEMPLATE_UNREAD, 0, e, "puts texts together in more steps than are followed");
    arena_fini(&j.a);
    return rc ? rc : *parsed ? j.rc : 0;
}

/* --- the format --- */

static bool is_named(const struct scan_node *n)
{
    return scan_called(n, ".jinja .jinja2 .j2 .template");
}

/* Prose and code show such braces and mean nothing by them; a name without an ending, or with one of these, may be
 * a template. */
static bool may_be(const struct scan_node *n)
{
    return !strchr(n->name, '.') || scan_called(n, ".txt .tmpl .tpl");
}

static unsigned sniff(const struct scan_node *n)
{
    struct span head = span_sub(n->in, 0, LOOK_BYTES);
    size_t i = 0;
    if (!head.n || memchr(head.p, '\0', head.n > 4096 ? 4096 : head.n))
        return is_named(n) && !head.n ? 60 : 0;
    if (is_named(n))
        return 60;
    if (!may_be(n) || (!memmem(head.p, head.n, "{%", 2) && !memmem(head.p, head.n, "{{", 2)))
        return 0;
    while (i < head.n && (head.p[i] == ' ' || (head.p[i] >= 9 && head.p[i] <= 13)))
        i++;
    struct span first = span_sub(head, i, 2);
    return span_is(first, "{%") || span_is(first, "{{") || span_is(first, "{#") ? 40 : 32;
}

/* Also by scan_template_inside, for what is a template whatever it is called. */
static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    bool parsed, certain = is_named(n) || !may_be(n) || n->depth > 0;
    int rc = judge(s, n, certain, &parsed, e);
    return rc || certain || parsed ? rc : scan_as_text(s, n, e);
}

const struct scan_format scan_template = { .name = "template", .sniff = sniff, .run = run };
