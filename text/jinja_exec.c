// SPDX-License-Identifier: Apache-2.0
/* Statements and loops. */
#include "text/jinja_run_int.h"

/* A loop, which is also the object "loop" of its body. Items come one at a time; one is looked at ahead when asked. */
struct jloop {
    struct jwalk walk;
    const struct jinja_node *node;              /* its FOR */
    struct jscope *outer;
    struct jv before, now, after;               /* MISSING: none */
    bool has_after;
    size_t index0, depth0;
    struct jv changed;
};

struct jscope *jr_scope(struct jrun *r, struct jscope *up)
{
    struct jscope *s = jr_mem(r, sizeof *s);
    if (!s)
        return up;
    s->up = up;
    return s;
}

void jr_set(struct jrun *r, struct span name, struct jv v)
{
    for (struct jvar *var = r->scope->vars; var; var = var->next)
        if (span_eq(var->name, name)) {
            var->value = v;
            return;
        }
    struct jvar *var = jr_mem(r, sizeof *var);
    if (!var)
        return;
    *var = (struct jvar){ name, v, r->scope->vars };
    r->scope->vars = var;
}

static void assign_attr(struct jrun *r, const struct jinja_node *target, struct jv v)
{
    struct jv of = jr_eval(r, target->a);
    if (!r->rc && of.kind != JV_NAMESPACE)
        jr_kind(r, "an attribute is set of a namespace, not of a", of);
    if (!r->rc)
        jdict_put(r, of.dict, jv_str(jstr_of(r, target->text, false)), v);
}

void jr_assign(struct jrun *r, const struct jinja_node *target, struct jv v)
{
    if (r->rc)
        return;
    r->at = target->at;
    if (target->kind == JINJA_NAME) {
        jr_set(r, target->text, v);
        return;
    }
    if (target->kind == JINJA_GETATTR) {
        assign_attr(r, target, v);
        return;
    }
    const struct jlist *items = jv_items(r, v);
    size_t n = 0;
    for (const struct jinja_node *t = target->first; t; t = t->next)
        n++;
    if (!r->rc && n != items->n)
        jr_fail(r, ERR_FORMAT, "%zu values for %zu names", items->n, n);
    size_t i = 0;
    for (const struct jinja_node *t = target->first; t && !r->rc; t = t->next)
        jr_assign(r, t, items->at[i++]);
}

const struct jstr *jr_captured(struct jrun *r, const struct jinja_node *first, enum jflow *flow)
{
    struct jtext t, *outer = r->out;
    jtext_init(&t, r, 0);
    r->out = &t;
    *flow = jr_body(r, first);
    r->out = outer;
    return jtext_done(&t);
}

/* --- loops --- */

/* Does the item pass the loop's own test? Leaves the names bound in the scope now. */
static bool passes(struct jrun *r, struct jloop *l, struct jv item)
{
    if (!l->node->c)
        return true;
    struct jscope *scope = r->scope;
    r->scope = jr_scope(r, l->outer);
    jr_assign(r, l->node->a, item);
    bool is = jv_truth(r, jr_eval(r, l->node->c));
    r->scope = scope;
    return is && !r->rc;
}

static bool loop_pull(struct jrun *r, struct jloop *l, struct jv *item)
{
    while (jwalk_next(r, &l->walk, item))
        if (passes(r, l, *item))
            return true;
    return false;
}

static bool loop_peek(struct jrun *r, struct jloop *l)
{
    if (!l->has_after)
        l->has_after = loop_pull(r, l, &l->after);
    return l->has_after;
}

static bool loop_next(struct jrun *r, struct jloop *l, bool first)
{
    struct jv item;
    if (!loop_peek(r, l) || r->rc)
        return false;
    item = l->after;
    l->has_after = false;
    l->before = first ? jv_undefined() : l->now;
    l->now = item;
    l->index0 = first ? 0 : l->index0 + 1;
    return true;
}

size_t jr_loop_length(struct jrun *r, struct jloop *l)
{
    size_t n = 0;
    struct jv item;
    if (!l->node->c && jv_length(l->walk.of, &n))
        return n;
    /* what is left is fetched now and walked over later */
    struct jlist *rest = jlist_new(r, 0);
    while (loop_pull(r, l, &item))
        jlist_add(r, rest, item);
    size_t left = rest->n + l->has_after, done = l->index0 + 1;
    struct jlist *all = jlist_new(r, done + l->has_after + rest->n);
    for (size_t i = 0; i < done + l->has_after && !r->rc; i++)
        jlist_add(r, all, jv_none());           /* gone already */
    for (size_t i = 0; i < rest->n && !r->rc; i++)
        jlist_add(r, all, rest->at[i]);
    struct jinja_node *plain = jr_mem(r, sizeof *plain);
    if (!plain)
        return 0;
    *plain = *l->node;
    plain->c = NULL;
    l->node = plain;
    l->walk = (struct jwalk){ jv_list(all), done + l->has_after };
    return left + done;
}

static struct jv loop_cycle(struct jrun *r, const struct jargs *a)
{
    struct jloop *l = a->at[0].loop;
    if (a->n < 2 || a->n_kw)
        return jr_fail(r, ERR_FORMAT, "cycle takes one item at least, by place");
    return a->at[1 + l->index0 % (a->n - 1)];
}

static struct jv loop_changed(struct jrun *r, const struct jargs *a)
{
    struct jloop *l = a->at[0].loop;
    struct jlist *now = jlist_new(r, a->n);
    if (a->n_kw)
        return jr_fail(r, ERR_FORMAT, "changed takes values by place");
    for (size_t i = 1; i < a->n; i++)
        jlist_add(r, now, a->at[i]);
    bool same = l->changed.kind == JV_TUPLE && jv_equal(r, l->changed, jv_tuple(now));
    l->changed = jv_tuple(now);
    return jv_bool(!same);
}

/* What stands behind jmember in jinja_attr.h, for the two methods of a loop. */
#include "text/jinja_attr.h"

static struct jv loop_method(struct jrun *r, struct jloop *l, const struct jmember *member)
{
    struct jmethod *m = jr_mem(r, sizeof *m);
    if (!m)
        return jv_undefined();
    *m = (struct jmethod){ { .kind = JV_LOOP, .loop = l }, member };
    return (struct jv){ .kind = JV_METHOD, .method = m };
}

struct jv jr_loop_attr(struct jrun *r, struct jloop *l, struct span name)
{
    static const struct jmember cycle = { "cycle", JM_METHOD, loop_cycle }, changed = { "changed", JM_METHOD, loop_changed };
    if (span_is(name, "index0"))
        return jv_int((jint)l->index0);
    if (span_is(name, "index"))
        return jv_int((jint)l->index0 + 1);
    if (span_is(name, "first"))
        return jv_bool(l->index0 == 0);
    if (span_is(name, "last"))
        return jv_bool(!loop_peek(r, l));
    if (span_is(name, "length"))
        return jv_int((jint)jr_loop_length(r, l));
    if (span_is(name, "revindex"))
        return jv_int((jint)jr_loop_length(r, l) - (jint)l->index0);
    if (span_is(name, "revindex0"))
        return jv_int((jint)jr_loop_length(r, l) - (jint)l->index0 - 1);
    if (span_is(name, "depth") || span_is(name, "depth0"))
        return jv_int((jint)l->depth0 + (name.n == 5));
    if (span_is(name, "previtem"))
        return l->before;
    if (span_is(name, "nextitem"))
        return loop_peek(r, l) ? l->after : jv_undefined();
    if (span_is(name, "cycle") || span_is(name, "changed"))
        return loop_method(r, l, name.n == 5 ? &cycle : &changed);
    return (struct jv){ .kind = JV_MISSING };
}

void jr_loop_put(struct jtext *t, struct jloop *l)
{
    jtext_str(t, "<LoopContext ", false);
    jv_put_int(t, (jint)l->index0 + 1, false);
    jtext_char(t, '/', false);
    jv_put_int(t, (jint)jr_loop_length(t->r, l), false);
    jtext_char(t, '>', false);
}

static enum jflow loop_run(struct jrun *r, const struct jinja_node *n, struct jv of, size_t depth0)
{
    struct jscope *outer = r->scope;
    struct jloop *l = jr_mem(r, sizeof *l);
    const struct jinja_node *body = n->first, *otherwise = body->next;
    size_t turns = 0;
    enum jflow flow = JINJA_GOES_ON;
    if (!l || !jwalk_begin(r, of, &l->walk))
        return JINJA_GOES_ON;
    l->node = n;
    l->outer = outer;
    l->depth0 = depth0;
    while (flow != JINJA_BREAKS && loop_next(r, l, turns == 0)) {
        turns++;
        r->scope = jr_scope(r, outer);
        jr_set(r, span_str("loop"), (struct jv){ .kind = JV_LOOP, .loop = l });
        jr_assign(r, n->a, l->now);
        flow = jr_body(r, body->first);
        r->scope = outer;
    }
    if (!turns && otherwise && !r->rc) {
        r->scope = jr_scope(r, outer);
        flow = jr_body(r, otherwise->first);
        r->scope = outer;
        return flow;                            /* a break there is one of the loop around */
    }
    return JINJA_GOES_ON;
}

struct jv jr_loop_call(struct jrun *r, struct jloop *l, const struct jargs *a)
{
    struct jv of;
    struct jtext t, *out = r->out;
    struct jscope *scope = r->scope;
    if (!jr_bind(r, a, "!iterable", &of))
        return jv_undefined();
    if (!l->node->on)
        return jr_fail(r, ERR_FORMAT, "a loop that is not recursive is called");
    if (!jr_enter(r))
        return jv_undefined();
    jtext_init(&t, r, 0);
    r->out = &t;
    r->scope = l->outer;
    (void)loop_run(r, l->node, of, l->depth0 + 1);
    r->out = out;
    r->scope = scope;
    jr_leave(r);
    return jv_str(jtext_done(&t));
}

/* --- statements --- */

static void print(struct jrun *r, const struct jinja_node *n)
{
    if (n->a)
        jv_put(r->out, jr_eval(r, n->a));
    for (const struct jinja_node *x = n->first; x && !r->rc; x = x->next)
        jv_put(r->out, jr_eval(r, x));
}

/* The value of `filters` over a text. */
static struct jv filtered(struct jrun *r, const struct jinja_node *filters, const struct jstr *s)
{
    struct jv outer = r->hole;
    r->hole = jv_str(s);
    struct jv v = filters ? jr_eval(r, filters) : r->hole;
    r->hole = outer;
    return v;
}

/* A body in a scope of its own, its output kept. */
static const struct jstr *inner(struct jrun *r, const struct jinja_node *first, enum jflow *flow)
{
    struct jscope *outer = r->scope;
    r->scope = jr_scope(r, outer);
    const struct jstr *s = jr_captured(r, first, flow);
    r->scope = outer;
    return s;
}

static enum jflow set(struct jrun *r, const struct jinja_node *n)
{
    enum jflow flow = JINJA_GOES_ON;
    if (n->b) {
        jr_assign(r, n->a, jr_eval(r, n->b));
        return flow;
    }
    const struct jstr *s = inner(r, n->first, &flow);
    if (flow == JINJA_GOES_ON)
        jr_assign(r, n->a, filtered(r, n->c, s));
    return flow;
}

static enum jflow branches(struct jrun *r, const struct jinja_node *n)
{
    for (const struct jinja_node *b = n->first; b && !r->rc; b = b->next)
        if (!b->a || (jv_truth(r, jr_eval(r, b->a)) && !r->rc))
            return jr_body(r, b->first);
    return JINJA_GOES_ON;
}

static enum jflow scoped(struct jrun *r, const struct jinja_node *n)
{
    struct jscope *outer = r->scope, *own = jr_scope(r, n->kind == JINJA_BLOCK ? r->top : outer);
    for (const struct jinja_node *s = n->kind == JINJA_WITH ? n->a->first : NULL; s && !r->rc; s = s->next) {
        struct jv v = jr_eval(r, s->b);         /* outside: one does not see the other */
        r->scope = own;
        jr_assign(r, s->a, v);
        r->scope = outer;
    }
    r->scope = own;
    enum jflow flow = jr_body(r, n->first);
    r->scope = outer;
    return flow;
}

static void call_block(struct jrun *r, const struct jinja_node *n)
{
    struct jargs a;
    struct jv caller = jr_macro(r, n->b, n->first, SPAN_NONE), f = jr_eval(r, n->a->a);
    jr_arguments(r, n->a, NULL, &a);
    jr_keyword(r, &a, span_str("caller"), caller);
    r->at = n->at;
    jv_put(r->out, jr_call(r, f, &a));
}

static enum jflow autoescape(struct jrun *r, const struct jinja_node *n)
{
    if (jv_truth(r, jr_eval(r, n->a)))
        jr_fail(r, ERR_FORMAT, "escaping of all output is not done here");
    return r->rc ? JINJA_GOES_ON : scoped(r, n);
}

static enum jflow statement(struct jrun *r, const struct jinja_node *n)
{
    enum jflow flow = JINJA_GOES_ON;
    const struct jstr *s;
    switch (n->kind) {
    case JINJA_DATA: jtext_put(r->out, n->text.p, n->text.n, false); break;
    case JINJA_PRINT: print(r, n); break;
    case JINJA_SET: return set(r, n);
    case JINJA_FOR: return loop_run(r, n, jr_eval(r, n->b), 0);
    case JINJA_IF: return branches(r, n);
    case JINJA_MACRO: jr_set(r, n->text, jr_macro(r, n->a, n->first, n->text)); break;
    case JINJA_CALL_BLOCK: call_block(r, n); break;
    case JINJA_FILTER_BLOCK:
        s = inner(r, n->first, &flow);
        if (flow == JINJA_GOES_ON)
            jv_put(r->out, filtered(r, n->a, s));
        break;
    case JINJA_BODY: case JINJA_BLOCK: case JINJA_WITH: case JINJA_GENERATION: return scoped(r, n);
    case JINJA_AUTOESCAPE: return autoescape(r, n);
    case JINJA_DO: (void)jr_eval(r, n->a); break;
    case JINJA_BREAK: return JINJA_BREAKS;
    case JINJA_CONTINUE: return JINJA_CONTINUES;
    case JINJA_LOAD: jr_fail(r, ERR_UNSAFE, "the template loads another file"); break;
    default: jr_fail(r, ERR_BUG, "a %s is no statement", jinja_kind_name(n->kind));
    }
    return flow;
}

enum jflow jr_body(struct jrun *r, const struct jinja_node *first)
{
    enum jflow flow = JINJA_GOES_ON;
    if (!jr_enter(r))
        return flow;
    for (const struct jinja_node *n = first; n && flow == JINJA_GOES_ON && jr_spend(r, 1); n = n->next) {
        r->at = n->at;
        flow = statement(r, n);
    }
    jr_leave(r);
    return flow;
}
