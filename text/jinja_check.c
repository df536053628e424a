// SPDX-License-Identifier: Apache-2.0
/* What Jinja refuses before it runs a template, beyond its grammar. */
#include "text/jinja_run_int.h"

struct check {
    struct jrun *r;
    bool soft;                                  /* directly in an "if": an unknown filter fails when it is reached */
    bool in_loop, in_else;
};

static void walk(struct check *c, const struct jinja_node *n);

static void complain(struct check *c, const struct jinja_node *n, const char *what)
{
    c->r->at = n->at;
    jr_fail(c->r, ERR_FORMAT, "%s \"%.*s\"", what, SPAN_ARG(n->text));
}

static void chain(struct check *c, const struct jinja_node *first)
{
    for (; first && jr_spend(c->r, 1); first = first->next)
        walk(c, first);
}

static void inside(struct check *c, const struct jinja_node *first, bool soft, bool in_loop)
{
    struct check inner = *c;
    inner.soft = soft;
    inner.in_loop = in_loop;
    chain(&inner, first);
}

static bool binds(const struct jinja_node *target, const char *name)
{
    if (target->kind == JINJA_NAME)
        return span_is(target->text, name);
    for (const struct jinja_node *t = target->kind == JINJA_TUPLE ? target->first : NULL; t; t = t->next)
        if (binds(t, name))
            return true;
    return false;
}

static bool constant(const struct jinja_node *target)
{
    return binds(target, "true") || binds(target, "false") || binds(target, "none") || binds(target, "True") ||
           binds(target, "False") || binds(target, "None");
}

static void check_for(struct check *c, const struct jinja_node *n)
{
    if (binds(n->a, "loop") || constant(n->a))
        complain(c, n, "a name that cannot be set in");
    walk(c, n->b);
    struct check test = *c;
    test.soft = false;
    if (n->c)
        walk(&test, n->c);
    inside(c, n->first->first, false, true);
    if (n->first->next)
        inside(c, n->first->next->first, false, c->in_loop);
}

static void check_params(struct check *c, const struct jinja_node *params)
{
    bool optional = false;
    for (const struct jinja_node *p = params ? params->first : NULL; p; p = p->next) {
        if ((optional && !p->a) || (span_is(p->text, "caller") && !p->a))
            complain(c, p, "a parameter that needs a default");
        optional = optional || p->a;
        for (const struct jinja_node *q = params->first; q != p; q = q->next)
            if (span_eq(p->text, q->text))
                complain(c, p, "a parameter twice");
        if (p->a) {
            struct check inner = *c;
            inner.soft = false;
            walk(&inner, p->a);
        }
    }
}

static void check_set(struct check *c, const struct jinja_node *n)
{
    if (constant(n->a))
        complain(c, n, "a name that cannot be set in");
    if (n->a->kind == JINJA_GETATTR && n->a->a->kind != JINJA_NAME)
        complain(c, n->a, "more than one attribute before");
    if (n->b)
        walk(c, n->b);
    if (n->c)
        walk(c, n->c);
    inside(c, n->first, false, c->in_loop);
}

static void check_arguments(struct check *c, const struct jinja_node *n)
{
    bool named = false, spread = false, pairs = false;
    for (const struct jinja_node *x = n->first; x; x = x->next) {
        bool is_pairs = x->kind == JINJA_SPREAD && x->op != '*', is_spread = x->kind == JINJA_SPREAD && !is_pairs;
        bool is_named = x->kind == JINJA_KEYWORD;
        if (pairs || (is_spread && spread) || (!is_named && !is_pairs && !is_spread && (named || spread)))
            complain(c, x, "an argument in the wrong place");
        named = named || is_named;
        spread = spread || is_spread;
        pairs = pairs || is_pairs;
        walk(c, x->kind == JINJA_KEYWORD || x->kind == JINJA_SPREAD ? x->a : x);
    }
}

static void check_named(struct check *c, const struct jinja_node *n)
{
    bool known = n->kind == JINJA_FILTER ? jinja_filter_find(n->text) != NULL : jinja_test_find(n->text) != NULL;
    if (!known && !c->soft)
        complain(c, n, n->kind == JINJA_FILTER ? "no filter" : "no test");
    if (n->a)
        walk(c, n->a);
    check_arguments(c, n);
}

static void check_cond(struct check *c, const struct jinja_node *n)
{
    struct check soft = *c;
    soft.soft = true;
    walk(&soft, n->a);
    walk(&soft, n->b);
    if (n->c)
        walk(&soft, n->c);
}

static void check_if(struct check *c, const struct jinja_node *n)
{
    struct check soft = *c;
    soft.soft = true;
    for (const struct jinja_node *b = n->first; b; b = b->next) {
        if (b->a)
            walk(&soft, b->a);
        chain(&soft, b->first);
    }
}

static void parts(struct check *c, const struct jinja_node *n)
{
    if (n->a)
        walk(c, n->a);
    if (n->b)
        walk(c, n->b);
    if (n->c)
        walk(c, n->c);
    chain(c, n->first);
}

/* Statements whose body is not simply part of what is around it. False: n is none. */
static bool walk_block(struct check *c, const struct jinja_node *n)
{
    switch (n->kind) {
    case JINJA_FOR: check_for(c, n); return true;
    case JINJA_IF: check_if(c, n); return true;
    case JINJA_SET: check_set(c, n); return true;
    case JINJA_MACRO: case JINJA_CALL_BLOCK:
        check_params(c, n->kind == JINJA_MACRO ? n->a : n->b);
        if (n->kind == JINJA_CALL_BLOCK)
            walk(c, n->a);
        inside(c, n->first, false, false);
        return true;
    case JINJA_FILTER_BLOCK: case JINJA_AUTOESCAPE: case JINJA_WITH:
        if (n->kind == JINJA_WITH)
            chain(c, n->a->first);
        else
            walk(c, n->a);
        inside(c, n->first, false, c->in_loop);
        return true;
    case JINJA_GENERATION: case JINJA_BLOCK: inside(c, n->first, false, false); return true;
    default: return false;
    }
}

static void walk(struct check *c, const struct jinja_node *n)
{
    if (!jr_spend(c->r, 1) || walk_block(c, n))
        return;
    switch (n->kind) {
    case JINJA_COND: check_cond(c, n); break;
    case JINJA_FILTER: case JINJA_TEST: check_named(c, n); break;
    case JINJA_CALL:
        walk(c, n->a);
        check_arguments(c, n);
        break;
    case JINJA_BREAK: case JINJA_CONTINUE:
        if (!c->in_loop)
            complain(c, n, "outside of a loop stands");
        break;
    case JINJA_LOAD: break;                     /* fails when it is reached */
    default: parts(c, n);
    }
}

void jinja_check(struct jrun *r, const struct jinja_node *root)
{
    struct check c = { .r = r };
    chain(&c, root->first);
}
