// SPDX-License-Identifier: Apache-2.0
/* What a string that is put together comes to. Names spelled in pieces are the oldest way past a list of names. */
#include <stdlib.h>
#include "base/utf8.h"
#include "scan/template_int.h"

/* --- variables --- */

static int by_name(const void *a, const void *b)
{
    struct span x = ((const struct template_var *)a)->name, y = ((const struct template_var *)b)->name;
    int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return order ? order : x.n < y.n ? -1 : x.n > y.n;
}

struct template_var *template_var(const struct template_judge *j, struct span name)
{
    struct template_var key = { .name = name };
    return j->n_vars && name.n ? bsearch(&key, j->vars, j->n_vars, sizeof key, by_name) : NULL;
}

static void add_var(struct template_judge *j, struct span name)
{
    void *items = j->vars;
    if (j->rc || !name.n)
        return;
    if (arena_grow(&j->a, &items, &j->cap_vars, j->n_vars, sizeof *j->vars)) {
        j->rc = err_memory(j->e);
        return;
    }
    j->vars = items;
    j->vars[j->n_vars++] = (struct template_var){ .name = name };
}

/* "ns.x" is spelled in one piece, without blanks, or it is not followed. */
static struct span target_name(const struct jinja_node *t)
{
    if (t->kind == JINJA_GETATTR && t->a && t->a->kind == JINJA_NAME && t->text.p == t->a->text.p + t->a->text.n + 1)
        return span_of(t->a->text.p, t->a->text.n + 1 + t->text.n);
    return t->kind == JINJA_NAME ? t->text : SPAN_NONE;
}

static void add_targets(struct template_judge *j, const struct jinja_node *t)
{
    if (!t)
        return;
    add_var(j, target_name(t));
    for (const struct jinja_node *x = t->kind == JINJA_TUPLE ? t->first : NULL; x; x = x->next)
        add_targets(j, x);
}

static void collect(struct template_judge *j, const struct jinja_node *n)
{
    for (; n && !j->rc; n = n->next) {
        if (n->kind == JINJA_SET || n->kind == JINJA_FOR)
            add_targets(j, n->a);
        else if (n->kind == JINJA_MACRO || n->kind == JINJA_PARAM)
            add_var(j, n->text);
        collect(j, n->a);
        collect(j, n->b);
        collect(j, n->c);
        collect(j, n->first);
    }
}

static void set_value(struct template_judge *j, const struct jinja_node *n)
{
    struct template_var *v = n->b && n->a ? template_var(j, target_name(n->a)) : NULL;
    struct fold f = { .n = 0 };
    if (!v)
        return;
    v->content = v->content || template_of_content(j, n->b);
    if (template_fold(j, n->b, &f)) {
        if (v->known && span_eq(v->value, fold_view(&f)))
            return;
        char *copy = arena_strn(&j->a, f.p, f.n);
        if (!copy)
            j->rc = err_memory(j->e);
        v->known = copy != NULL;
        v->value = span_of(copy, f.n);
    } else if (n->b->kind != JINJA_STR) {
        v->built = v->built || template_builds(j, n->b);
    }
}

static void set_values(struct template_judge *j, const struct jinja_node *n)
{
    for (; n && !j->rc; n = n->next) {
        if (n->kind == JINJA_SET)
            set_value(j, n);
        if (n->kind > JINJA_PARAM)
            continue;                       /* expressions set nothing */
        set_values(j, n->a);
        set_values(j, n->first);
    }
}

int template_vars(struct template_judge *j, const struct jinja_node *root)
{
    size_t n = 0;
    collect(j, root);
    if (j->n_vars > 1)
        qsort(j->vars, j->n_vars, sizeof *j->vars, by_name);
    for (size_t i = 0; i < j->n_vars; i++)
        if (!n || by_name(&j->vars[n - 1], &j->vars[i]))
            j->vars[n++] = j->vars[i];
    j->n_vars = n;
    for (int pass = 0; pass < 2; pass++)
        set_values(j, root);
    return j->rc;
}

/* --- folding --- */

static bool put(struct fold *out, struct span s)
{
    if (s.n > FOLD_MAX - out->n)
        return false;
    if (s.n)
        memcpy(out->p + out->n, s.p, s.n);
    out->n += s.n;
    return true;
}

/* A small decimal number, as subscripts and chr have it. */
static bool number(const struct jinja_node *n, long *value)
{
    bool minus = n && n->kind == JINJA_UNARY && n->op == '-';
    const struct jinja_node *i = minus ? n->a : n;
    long sum = 0;
    if (!i || i->kind != JINJA_INT)
        return false;
    int mark = i->text.n > 2 ? i->text.p[1] | 32 : 0;
    long base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
    for (size_t k = base == 10 ? 0 : 2; k < i->text.n; k++) {
        int c = i->text.p[k];
        if (c != '_')
            sum = sum * base + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
        if (sum > 0x10ffff)
            return false;
    }
    *value = minus ? -sum : sum;
    return true;
}

static bool join(const struct template_judge *j, const struct jinja_node *list, struct span between, struct fold *out)
{
    if (list && list->kind == JINJA_STR) {          /* joins its characters */
        for (size_t i = 0; i < list->text.n; i++)
            if ((i && !put(out, between)) || !put(out, span_sub(list->text, i, 1)))
                return false;
        return true;
    }
    if (!list || (list->kind != JINJA_LIST && list->kind != JINJA_TUPLE))
        return false;
    for (const struct jinja_node *x = list->first; x; x = x->next)
        if ((x != list->first && !put(out, between)) || !template_fold(j, x, out))
            return false;
    return true;
}

static bool replace(struct span in, struct span from, struct span to, struct fold *out)
{
    for (size_t i = 0; i < in.n;) {
        bool here = from.n && in.n - i >= from.n && memcmp(in.p + i, from.p, from.n) == 0;
        if (!put(out, here ? to : span_sub(in, i, 1)))
            return false;
        i += here ? from.n : 1;
    }
    return true;
}

/* "{}" and "%s" in turn; any other placeholder is not followed. */
static bool format(const struct template_judge *j, struct span in, const struct jinja_node *arg, struct fold *out)
{
    for (size_t i = 0; i < in.n; i++) {
        bool percent = in.p[i] == '%', brace = in.p[i] == '{';
        long code = 0;
        if (!percent && !brace) {
            if (!put(out, span_sub(in, i, 1)))
                return false;
            continue;
        }
        int kind = ++i < in.n ? in.p[i] : 0;
        bool good = arg && (brace ? kind == '}' : kind == 's') && template_fold(j, arg, out);
        if (!good && arg && percent && kind == 'c' && number(arg, &code) && code > 0 && code < 128)
            good = put(out, span_of(&(char){ (char)code }, 1));
        if (!good)
            return false;
        arg = arg->next;
    }
    return true;
}

static bool reversed(struct span s, struct fold *out)
{
    for (size_t i = s.n; i-- > 0;)
        if (!put(out, span_sub(s, i, 1)))
            return false;
    return true;
}

/* A method or a filter over a text that is known. */
static bool applied(const struct template_judge *j, struct span name, struct span in, const struct jinja_node *args,
                    struct fold *out)
{
    static const char *const same[] = { "e", "escape", "lstrip", "rstrip", "safe", "string", "strip", "trim" };
    struct fold from = { .n = 0 }, to = { .n = 0 };
    if (span_is(name, "replace"))
        return args && args->next && template_fold(j, args, &from) && template_fold(j, args->next, &to) &&
               replace(in, fold_view(&from), fold_view(&to), out);
    if (span_is(name, "format"))
        return format(j, in, args, out);
    if (span_is(name, "reverse"))
        return reversed(in, out);
    if (span_is(name, "lower") || span_is(name, "upper")) {
        for (size_t i = 0; i < in.n; i++) {
            bool letter = (in.p[i] | 32) >= 'a' && (in.p[i] | 32) <= 'z';
            char c = (char)(!letter ? in.p[i] : name.p[0] == 'l' ? in.p[i] | 32 : in.p[i] & ~32);
            if (!put(out, span_of(&c, 1)))
                return false;
        }
        return true;
    }
    for (size_t i = 0; i < sizeof same / sizeof *same && !args; i++)
        if (span_is(name, same[i]))
            return put(out, in);
    return false;
}

static bool fold_call(const struct template_judge *j, const struct jinja_node *n, struct fold *out)
{
    struct fold in = { .n = 0 };
    long code = 0;
    char one[4];
    if (n->kind == JINJA_CALL && n->a->kind == JINJA_NAME)
        return span_is(n->a->text, "chr") && number(n->first, &code) && code > 0 && code < 0xd800 &&
               put(out, span_of(one, utf8_put((uint32_t)code, one)));
    if (n->kind == JINJA_CALL && n->a->kind != JINJA_GETATTR)
        return false;
    const struct jinja_node *of = n->kind == JINJA_CALL ? n->a->a : n->a;
    struct span name = n->kind == JINJA_CALL ? n->a->text : n->text;
    if (!span_is(name, "join"))
        return template_fold(j, of, &in) && applied(j, name, fold_view(&in), n->first, out);
    if (n->kind == JINJA_CALL)
        return template_fold(j, of, &in) && join(j, n->first, fold_view(&in), out);
    return (!n->first || template_fold(j, n->first, &in)) && join(j, of, fold_view(&in), out);
}

/* The part of a text that text[i], text[i:k] take. */
static bool part(struct span in, const struct jinja_node *key, struct fold *out)
{
    long from = 0, to = 0, size = (long)in.n;
    bool slice = key->kind == JINJA_SLICE;
    if (slice ? key->a && !number(key->a, &from) : !number(key, &from))
        return false;
    to = slice ? size : from + 1;
    if (slice && key->b && !number(key->b, &to))
        return false;
    from += from < 0 ? size : 0;
    to += to < 0 || (!slice && to <= 0) ? size : 0;
    return from >= 0 && from <= to && to <= size && put(out, span_of(in.p + from, (size_t)(to - from)));
}

/* text[i], text[i:k], text[::-1] */
static bool fold_item(const struct template_judge *j, const struct jinja_node *n, struct fold *out)
{
    struct fold in = { .n = 0 };
    const struct jinja_node *key = n->b;
    long step = 1;
    if (!key || !template_fold(j, n->a, &in))
        return false;
    bool slice = key->kind == JINJA_SLICE;
    if (slice && key->c && !number(key->c, &step))
        return false;
    if (slice && step == -1 && !key->a && !key->b)
        return reversed(fold_view(&in), out);
    return step == 1 && part(fold_view(&in), key, out);
}

static bool fold_binary(const struct template_judge *j, const struct jinja_node *n, struct fold *out)
{
    struct fold in = { .n = 0 };
    long times = 0;
    if (n->op == '+' || n->op == '~')
        return template_fold(j, n->a, out) && template_fold(j, n->b, out);
    if ((n->op != '*' && n->op != '%') || !template_fold(j, n->a, &in))
        return false;
    if (n->op == '%')
        return n->b && format(j, fold_view(&in), n->b->kind == JINJA_TUPLE ? n->b->first : n->b, out);
    if (!number(n->b, &times) || times < 0 || times > FOLD_MAX)
        return false;
    while (times-- > 0)
        if (!put(out, fold_view(&in)))
            return false;
    return true;
}

bool template_fold(const struct template_judge *j, const struct jinja_node *n, struct fold *out)
{
    const struct template_var *v;
    if (!n || *j->steps >= FOLD_STEPS_MAX)
        return false;
    ++*j->steps;
    switch (n->kind) {
    case JINJA_STR:
        return put(out, n->text);
    case JINJA_NAME:
    case JINJA_GETATTR:
        v = template_var(j, target_name(n));
        return v && v->known && put(out, v->value);
    case JINJA_BINARY:
        return fold_binary(j, n, out);
    case JINJA_GETITEM:
        return fold_item(j, n, out);
    case JINJA_CALL:
    case JINJA_FILTER:
        return fold_call(j, n, out);
    case JINJA_COND:
        return template_fold(j, n->a, out);
    default:
        return false;
    }
}

static bool builder(struct span name)
{
    return span_is(name, "join") || span_is(name, "format") || span_is(name, "replace") || span_is(name, "reverse") ||
           span_is(name, "chr");
}

bool template_builds(const struct template_judge *j, const struct jinja_node *n)
{
    const struct template_var *v;
    if (!n)
        return false;
    switch (n->kind) {
    case JINJA_NAME:
        v = template_var(j, n->text);
        return v && v->built;
    case JINJA_BINARY:
        return n->op == '~' || ((n->op == '+' || n->op == '%' || n->op == '*') &&
               (n->a->kind == JINJA_STR || n->b->kind == JINJA_STR || template_builds(j, n->a) || template_builds(j, n->b)));
    case JINJA_FILTER:
        return builder(n->text) || template_builds(j, n->a);
    case JINJA_CALL:
        return n->a->kind == JINJA_NAME ? builder(n->a->text) :
               n->a->kind == JINJA_GETATTR && (builder(n->a->text) || template_builds(j, n->a->a));
    case JINJA_COND:
        return template_builds(j, n->a) || template_builds(j, n->c);
    default:
        return false;
    }
}
