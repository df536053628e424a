// SPDX-License-Identifier: Apache-2.0
/* Expressions. */
#include "base/num.h"
#include "text/jinja_run_int.h"

static struct jv find(struct jrun *r, struct span name)
{
    for (const struct jscope *s = r->scope; s; s = s->up)
        for (const struct jvar *v = s->vars; v; v = v->next)
            if (span_eq(v->name, name))         /* MISSING: a parameter that its own default asks for */
                return v->value.kind != JV_MISSING ? v->value : jv_undefined();
    struct jv v = jinja_global(name);
    if (v.kind != JV_MISSING)
        return v;
    return (struct jv){ .kind = JV_UNDEFINED, .s = jstr_of(r, name, false) };
}

static struct jv integer(struct jrun *r, const struct jinja_node *n)
{
    jint i = 0;
    struct jstr s = { .p = n->text.p, .n = (uint32_t)n->text.n, .n_chars = (uint32_t)n->text.n };
    if (!jr_read_int(r, &s, 0, &i) && !r->rc)
        return jr_fail(r, ERR_FORMAT, "a number that is none");
    return jv_int(i);
}

static struct jv real(struct jrun *r, const struct jinja_node *n)
{
    double d = 0;
    struct jstr s = { .p = n->text.p, .n = (uint32_t)n->text.n, .n_chars = (uint32_t)n->text.n };
    if (!jr_read_float(r, &s, &d) && !r->rc)
        return jr_fail(r, ERR_FORMAT, "a number that is none");
    return jv_float(d);
}

static struct jv sequence(struct jrun *r, const struct jinja_node *n)
{
    size_t count = 0;
    for (const struct jinja_node *x = n->first; x; x = x->next)
        count++;
    struct jlist *l = jlist_new(r, count);
    for (const struct jinja_node *x = n->first; x && !r->rc; x = x->next)
        jlist_add(r, l, jr_eval(r, x));
    return n->kind == JINJA_LIST ? jv_list(l) : jv_tuple(l);
}

static struct jv dict(struct jrun *r, const struct jinja_node *n)
{
    struct jdict *d = jdict_new(r);
    for (const struct jinja_node *x = n->first; x && !r->rc; x = x->next) {
        struct jv key = jr_eval(r, x->a), value = jr_eval(r, x->b);
        jdict_put(r, d, key, value);
    }
    return jv_dict(d);
}

static struct jv item(struct jrun *r, const struct jinja_node *n)
{
    struct jv of = jr_eval(r, n->a);
    const struct jinja_node *key = n->b;
    if (key->kind == JINJA_SLICE) {
        struct jv none = jv_none();
        struct jv from = key->a ? jr_eval(r, key->a) : none, to = key->b ? jr_eval(r, key->b) : none;
        struct jv step = key->c ? jr_eval(r, key->c) : none;
        r->at = n->at;
        return jr_slice(r, of, from, to, step);
    }
    struct jv at = jr_eval(r, key);
    r->at = n->at;
    return jr_item(r, of, at);
}

static struct jv call(struct jrun *r, const struct jinja_node *n)
{
    struct jargs a;
    struct jv f = jr_eval(r, n->a);
    jr_arguments(r, n, NULL, &a);
    r->at = n->at;
    return jr_call(r, f, &a);
}

static struct jv filter(struct jrun *r, const struct jinja_node *n)
{
    struct jargs a;
    jfunction f = jinja_filter_find(n->text);
    struct jv of = jr_eval(r, n->a);
    if (!f)
        return jr_fail(r, ERR_FORMAT, "no filter \"%.*s\"", SPAN_ARG(n->text));
    jr_arguments(r, n, &of, &a);
    r->at = n->at;
    return r->rc ? jv_undefined() : f(r, &a);
}

static struct jv test(struct jrun *r, const struct jinja_node *n)
{
    struct jargs a;
    jtest f = jinja_test_find(n->text);
    struct jv of = jr_eval(r, n->a);
    if (!f)
        return jr_fail(r, ERR_FORMAT, "no test \"%.*s\"", SPAN_ARG(n->text));
    jr_arguments(r, n, &of, &a);
    r->at = n->at;
    return jv_bool(!r->rc && f(r, &a) != n->on);
}

static struct jv unary(struct jrun *r, const struct jinja_node *n)
{
    struct jv v = jr_eval(r, n->a);
    r->at = n->at;
    if (n->op == JINJA_OP_NOT)
        return jv_bool(!jv_truth(r, v));
    if (n->op == '-')
        return jr_negative(r, v);
    if (!jv_is_number(v))
        return jr_negative(r, v);               /* the same complaint */
    return v.kind == JV_BOOL ? jv_from(jv_int(v.b), v.data) : v;
}

static struct jv binary(struct jrun *r, const struct jinja_node *n)
{
    struct jv a = jr_eval(r, n->a);
    if (n->op == JINJA_OP_AND || n->op == JINJA_OP_OR)
        return r->rc || jv_truth(r, a) == (n->op == JINJA_OP_OR) ? a : jr_eval(r, n->b);
    struct jv b = jr_eval(r, n->b);
    r->at = n->at;
    if (n->op == '~')
        return r->rc ? jv_undefined() : jv_str(jstr_join2(r, jv_text(r, a), jv_text(r, b)));
    return jr_binary(r, n->op, a, b);
}

static bool holds(struct jrun *r, unsigned op, struct jv a, struct jv b)
{
    switch (op) {
    case JINJA_OP_EQ: return jv_equal(r, a, b);
    case JINJA_OP_NE: return !jv_equal(r, a, b);
    case JINJA_OP_IN: return jv_in(r, a, b);
    case JINJA_OP_NOT_IN: return !jv_in(r, a, b);
    default: return jv_order(r, op, a, b);
    }
}

static struct jv compare(struct jrun *r, const struct jinja_node *n)
{
    struct jv left = jr_eval(r, n->a);
    for (const struct jinja_node *o = n->first; o && !r->rc; o = o->next) {
        struct jv right = jr_eval(r, o->a);
        r->at = o->at;
        if (r->rc || !holds(r, o->op, left, right))
            return jv_bool(false);
        left = right;
    }
    return jv_bool(true);
}

static struct jv cond(struct jrun *r, const struct jinja_node *n)
{
    if (jv_truth(r, jr_eval(r, n->b)))
        return jr_eval(r, n->a);
    return n->c ? jr_eval(r, n->c) : jv_undefined();
}

static struct jv value(struct jrun *r, const struct jinja_node *n)
{
    switch (n->kind) {
    case JINJA_NAME: return find(r, n->text);
    case JINJA_STR: return jv_str(jstr_of(r, n->text, false));
    case JINJA_INT: return integer(r, n);
    case JINJA_FLOAT: return real(r, n);
    case JINJA_BOOL: return jv_bool(n->on);
    case JINJA_NONE: return jv_none();
    case JINJA_LIST: case JINJA_TUPLE: return sequence(r, n);
    case JINJA_DICT: return dict(r, n);
    case JINJA_GETITEM: return item(r, n);
    case JINJA_CALL: return call(r, n);
    case JINJA_FILTER: return filter(r, n);
    case JINJA_TEST: return test(r, n);
    case JINJA_HOLE: return r->hole;
    case JINJA_UNARY: return unary(r, n);
    case JINJA_BINARY: return binary(r, n);
    case JINJA_COMPARE: return compare(r, n);
    case JINJA_COND: return cond(r, n);
    case JINJA_SLICE: return jr_fail(r, ERR_FORMAT, "a slice that stands alone");
    default: return jr_fail(r, ERR_BUG, "a %s is no expression", jinja_kind_name(n->kind));
    }
}

struct jv jr_eval(struct jrun *r, const struct jinja_node *n)
{
    struct jv v;
    if (!jr_spend(r, 1) || !jr_enter(r))
        return jv_undefined();
    r->at = n->at;
    if (n->kind == JINJA_GETATTR) {
        v = jr_eval(r, n->a);
        r->at = n->at;
        v = jr_attr(r, v, n->text);
    } else {
        v = value(r, n);
    }
    jr_leave(r);
    return v;
}
