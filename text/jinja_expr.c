// SPDX-License-Identifier: Apache-2.0
/* Expressions: one climber for the binary operators, small functions for the rest. */
#include "text/jinja_int.h"

static struct jinja_node *binary(struct jinja_parser *p, unsigned level);

/* The arguments of a call, whose "(" is the token now. */
static bool arguments(struct jinja_parser *p, struct jinja_node *call)
{
    struct jinja_list args = { 0 };
    jinja_next(p);
    while (!p->rc && !jinja_is_op(&p->now, ')')) {
        struct jinja_node *n;
        uint32_t at = p->now.at;
        if (args.first && !jinja_expect_op(p, ',', "\",\" or \")\""))
            return false;
        if (jinja_is_op(&p->now, ')'))
            break;                          /* a comma may stand last */
        if (jinja_is_op(&p->now, '*') || jinja_is_op(&p->now, JINJA_OP_POW)) {
            n = jinja_new(p, JINJA_SPREAD, at);
            if (n)
                n->op = (unsigned char)p->now.op;
            jinja_next(p);
        } else if (p->now.kind == JINJA_T_NAME && jinja_is_op(jinja_ahead(p), '=')) {
            n = jinja_new(p, JINJA_KEYWORD, p->now.at);
            if (n)
                n->text = p->now.text;
            jinja_next(p);
            jinja_next(p);
        } else {
            jinja_add(&args, jinja_expression(p));
            continue;
        }
        if (!n)
            return false;
        n->a = jinja_expression(p);
        jinja_add(&args, jinja_done(p, n));
    }
    call->first = args.first;
    return jinja_expect_op(p, ')', "\")\"");
}

/* name.name of a filter or a test, the token now; its text spans the dots. */
static struct jinja_node *dotted(struct jinja_parser *p, enum jinja_kind kind, struct jinja_node *a)
{
    if (p->now.kind != JINJA_T_NAME)
        return jinja_unexpected(p, kind == JINJA_TEST ? "the name of a test" : "the name of a filter");
    struct jinja_node *n = jinja_new(p, kind, p->now.at);
    if (!n)
        return NULL;
    n->a = a;
    n->text = p->now.text;
    jinja_next(p);
    while (jinja_skip_op(p, '.')) {
        if (p->now.kind != JINJA_T_NAME)
            return jinja_unexpected(p, "a name");
        n->text.n = p->now.at + p->now.text.n - n->at;
        jinja_next(p);
    }
    return n;
}

static struct jinja_node *filter(struct jinja_parser *p, struct jinja_node *a)
{
    struct jinja_node *n = dotted(p, JINJA_FILTER, a);
    if (n && jinja_is_op(&p->now, '(') && !arguments(p, n))
        return NULL;
    return n ? jinja_done(p, n) : NULL;
}

struct jinja_node *jinja_filter_chain(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, JINJA_HOLE, p->now.at);
    n = n ? filter(p, jinja_done(p, n)) : NULL;
    while (n && jinja_skip_op(p, '|'))
        n = filter(p, n);
    return n;
}

static struct jinja_node *subscripts(struct jinja_parser *p, struct jinja_node *n);

/* Does a value begin here that belongs to the test before it, as in "x is divisibleby 3"? */
static bool test_takes_value(const struct jinja_parser *p)
{
    const struct jinja_token *t = &p->now;
    if (t->kind == JINJA_T_NAME)
        return !jinja_is_name(t, "else") && !jinja_is_name(t, "or") && !jinja_is_name(t, "and");
    return t->kind == JINJA_T_STR || t->kind == JINJA_T_INT || t->kind == JINJA_T_FLOAT || jinja_is_op(t, '[') ||
           jinja_is_op(t, '{');
}

/* Behind "is". */
static struct jinja_node *test(struct jinja_parser *p, struct jinja_node *a)
{
    bool negated = jinja_skip_name(p, "not");
    struct jinja_node *n = dotted(p, JINJA_TEST, a);
    if (!n)
        return NULL;
    n->on = negated;
    if (jinja_is_op(&p->now, '(')) {
        if (!arguments(p, n))
            return NULL;
    } else if (test_takes_value(p)) {
        if (jinja_is_name(&p->now, "is"))
            return jinja_fail(p, ERR_FORMAT, p->now.at, "a test of a test; write \"and\" between them");
        n->first = subscripts(p, jinja_primary(p));
    }
    return jinja_done(p, n);
}

/* [from:to:step], one of the parts that commas part. */
static struct jinja_node *slice(struct jinja_parser *p)
{
    uint32_t at = p->now.at;
    struct jinja_node *from = jinja_is_op(&p->now, ':') ? NULL : jinja_expression(p);
    if (!jinja_is_op(&p->now, ':'))
        return from;
    struct jinja_node *n = jinja_new(p, JINJA_SLICE, at);
    if (!n)
        return NULL;
    n->a = from;
    jinja_next(p);
    if (!jinja_is_op(&p->now, ':') && !jinja_is_op(&p->now, ']') && !jinja_is_op(&p->now, ','))
        n->b = jinja_expression(p);
    if (jinja_skip_op(p, ':') && !jinja_is_op(&p->now, ']') && !jinja_is_op(&p->now, ','))
        n->c = jinja_expression(p);
    return jinja_done(p, n);
}

/* Behind the "[". */
static struct jinja_node *item(struct jinja_parser *p, struct jinja_node *a, uint32_t at)
{
    struct jinja_node *n = jinja_new(p, JINJA_GETITEM, at);
    struct jinja_list keys = { 0 };
    if (jinja_is_op(&p->now, ']'))
        return jinja_unexpected(p, "a subscript");
    while (!p->rc && !jinja_is_op(&p->now, ']')) {
        if (keys.first && !jinja_expect_op(p, ',', "\",\" or \"]\""))
            return NULL;
        jinja_add(&keys, slice(p));
    }
    if (!jinja_expect_op(p, ']', "\"]\"") || !n)
        return NULL;
    n->a = a;
    n->b = keys.first;
    if (keys.first && keys.first->next) {
        n->b = jinja_new(p, JINJA_TUPLE, keys.first->at);
        if (!n->b)
            return NULL;
        n->b->first = keys.first;
        n->b = jinja_done(p, n->b);
    }
    return jinja_done(p, n);
}

/* Behind the ".". A number is a subscript, as in a.0 */
static struct jinja_node *attribute(struct jinja_parser *p, struct jinja_node *a)
{
    struct jinja_token t = p->now;
    struct jinja_node *n, *key;
    if (t.kind == JINJA_T_NAME) {
        n = jinja_new(p, JINJA_GETATTR, t.at);
        if (!n)
            return NULL;
        n->text = t.text;
    } else if (t.kind == JINJA_T_INT) {
        n = jinja_new(p, JINJA_GETITEM, t.at);
        key = jinja_new(p, JINJA_INT, t.at);
        if (!n || !key)
            return NULL;
        key->text = t.text;
        n->b = jinja_done(p, key);
    } else {
        return jinja_unexpected(p, "a name");
    }
    n->a = a;
    jinja_next(p);
    return jinja_done(p, n);
}

static struct jinja_node *call(struct jinja_parser *p, struct jinja_node *a)
{
    struct jinja_node *n = jinja_new(p, JINJA_CALL, p->now.at);
    if (!n)
        return NULL;
    n->a = a;
    return arguments(p, n) ? jinja_done(p, n) : NULL;
}

/* .name [key] (arguments), as many as there are */
static struct jinja_node *subscripts(struct jinja_parser *p, struct jinja_node *n)
{
    while (n && !p->rc) {
        uint32_t at = p->now.at;
        if (jinja_skip_op(p, '.'))
            n = attribute(p, n);
        else if (jinja_skip_op(p, '['))
            n = item(p, n, at);
        else if (jinja_is_op(&p->now, '('))
            n = call(p, n);
        else
            break;
    }
    return n;
}

/* | filter, is test, and calls of what they give */
static struct jinja_node *filters(struct jinja_parser *p, struct jinja_node *n)
{
    while (n && !p->rc) {
        if (jinja_skip_op(p, '|'))
            n = filter(p, n);
        else if (jinja_skip_name(p, "is"))
            n = test(p, n);
        else if (jinja_is_op(&p->now, '('))
            n = call(p, n);
        else
            break;
    }
    return n;
}

static struct jinja_node *name_or_constant(struct jinja_parser *p)
{
    bool yes = jinja_is_name(&p->now, "true") || jinja_is_name(&p->now, "True");
    bool no = jinja_is_name(&p->now, "false") || jinja_is_name(&p->now, "False");
    bool none = jinja_is_name(&p->now, "none") || jinja_is_name(&p->now, "None");
    struct jinja_node *n = jinja_new(p, yes || no ? JINJA_BOOL : none ? JINJA_NONE : JINJA_NAME, p->now.at);
    if (!n)
        return NULL;
    n->on = yes;
    n->text = p->now.text;
    jinja_next(p);
    return jinja_done(p, n);
}

/* Strings that follow one another are one. */
static struct jinja_node *strings(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, JINJA_STR, p->now.at);
    while (n && p->now.kind == JINJA_T_STR) {
        struct span more;
        int rc = jinja_unescape(p->now.text, p->now.at + 1, p->a, &more, p->rc ? NULL : p->e);
        char *both = !rc && n->text.n ? arena_text(p->a, n->text.n + more.n) : NULL;
        if (rc)
            return jinja_fail(p, rc, p->now.at, NULL);
        if (n->text.n && !both)
            return jinja_fail(p, ERR_MEMORY, 0, "out of memory");
        if (both) {
            memcpy(both, n->text.p, n->text.n);
            if (more.n)
                memcpy(both + n->text.n, more.p, more.n);
            more = span_of(both, n->text.n + more.n);
        }
        n->text = more;
        jinja_next(p);
    }
    return n ? jinja_done(p, n) : NULL;
}

static struct jinja_node *list(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, JINJA_LIST, p->now.at);
    struct jinja_list items = { 0 };
    jinja_next(p);
    while (!p->rc && !jinja_is_op(&p->now, ']')) {
        if (items.first && !jinja_expect_op(p, ',', "\",\" or \"]\""))
            return NULL;
        if (!jinja_is_op(&p->now, ']'))
            jinja_add(&items, jinja_expression(p));
    }
    if (!jinja_expect_op(p, ']', "\"]\"") || !n)
        return NULL;
    n->first = items.first;
    return jinja_done(p, n);
}

static struct jinja_node *pair(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, JINJA_PAIR, p->now.at);
    struct jinja_node *key = jinja_expression(p);
    if (!n || !key || !jinja_expect_op(p, ':', "\":\""))
        return NULL;
    n->a = key;
    n->b = jinja_expression(p);
    return jinja_done(p, n);
}

static struct jinja_node *dict(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, JINJA_DICT, p->now.at);
    struct jinja_list items = { 0 };
    jinja_next(p);
    while (!p->rc && !jinja_is_op(&p->now, '}')) {
        if (items.first && !jinja_expect_op(p, ',', "\",\" or \"}\""))
            return NULL;
        if (!jinja_is_op(&p->now, '}'))
            jinja_add(&items, pair(p));
    }
    if (!jinja_expect_op(p, '}', "\"}\"") || !n)
        return NULL;
    n->first = items.first;
    return jinja_done(p, n);
}

struct jinja_node *jinja_primary(struct jinja_parser *p)
{
    struct jinja_node *n;
    switch (p->now.kind) {
    case JINJA_T_NAME:
        return name_or_constant(p);
    case JINJA_T_STR:
        return strings(p);
    case JINJA_T_INT:
    case JINJA_T_FLOAT:
        n = jinja_new(p, p->now.kind == JINJA_T_INT ? JINJA_INT : JINJA_FLOAT, p->now.at);
        if (!n)
            return NULL;
        n->text = p->now.text;
        jinja_next(p);
        return jinja_done(p, n);
    case JINJA_T_OP:
        if (jinja_is_op(&p->now, '['))
            return list(p);
        if (jinja_is_op(&p->now, '{'))
            return dict(p);
        if (jinja_skip_op(p, '(')) {
            n = jinja_tuple(p, true, true);
            return jinja_expect_op(p, ')', "\")\"") ? n : NULL;
        }
        break;
    default:
        break;
    }
    return jinja_unexpected(p, "an expression");
}

/* A sign binds closer than a filter: -x|abs is (-x)|abs. */
static struct jinja_node *unary(struct jinja_parser *p, bool with_filters)
{
    struct jinja_node *n = NULL;
    if (!jinja_enter(p))
        return NULL;
    if (jinja_is_op(&p->now, '-') || jinja_is_op(&p->now, '+')) {
        n = jinja_new(p, JINJA_UNARY, p->now.at);
        if (n) {
            n->op = (unsigned char)p->now.op;
            jinja_next(p);
            n->a = unary(p, false);
            n = jinja_done(p, n);
        }
    } else {
        n = subscripts(p, jinja_primary(p));
    }
    if (with_filters)
        n = filters(p, n);
    jinja_leave(p);
    return n;
}

static unsigned binary_op(struct jinja_parser *p)
{
    const struct jinja_token *t = &p->now;
    if (t->kind == JINJA_T_OP)
        return t->op;
    if (jinja_is_name(t, "or"))
        return JINJA_OP_OR;
    if (jinja_is_name(t, "and"))
        return JINJA_OP_AND;
    if (jinja_is_name(t, "in"))
        return JINJA_OP_IN;
    return jinja_is_name(t, "not") && jinja_is_name(jinja_ahead(p), "in") ? JINJA_OP_NOT_IN : JINJA_OP_NONE;
}

/* The level of a binary operator, loosest first; 0: none. */
static unsigned level_of(struct jinja_parser *p, unsigned *op)
{
    *op = binary_op(p);
    switch (*op) {
    case JINJA_OP_OR: return 1;
    case JINJA_OP_AND: return 2;
    case JINJA_OP_EQ: case JINJA_OP_NE: case JINJA_OP_LE: case JINJA_OP_GE: case '<': case '>':
    case JINJA_OP_IN: case JINJA_OP_NOT_IN: return 4;
    case '+': case '-': return 5;
    case '~': return 6;
    case '*': case '/': case JINJA_OP_FLOOR: case '%': return 7;
    case JINJA_OP_POW: return 8;
    default: return 0;
    }
}

static struct jinja_node *not(struct jinja_parser *p)
{
    uint32_t at = p->now.at;
    if (!jinja_is_name(&p->now, "not"))
        return binary(p, 4);
    struct jinja_node *n = NULL;
    if (!jinja_enter(p))
        return NULL;
    jinja_next(p);
    n = jinja_new(p, JINJA_UNARY, at);
    if (n) {
        n->op = JINJA_OP_NOT;
        n->a = not(p);
        n = jinja_done(p, n);
    }
    jinja_leave(p);
    return n;
}

static struct jinja_node *operand(struct jinja_parser *p, unsigned level)
{
    return level == 3 ? not(p) : level == 9 ? unary(p, true) : binary(p, level);
}

/* a < b < c: one node, its operands behind one another. */
static struct jinja_node *comparison(struct jinja_parser *p, struct jinja_node *left)
{
    struct jinja_node *n = jinja_new(p, JINJA_COMPARE, left->at);
    struct jinja_list list = { 0 };
    unsigned op;
    while (n && !p->rc && level_of(p, &op) == 4) {
        struct jinja_node *o = jinja_new(p, JINJA_OPERAND, p->now.at);
        jinja_next(p);
        if (op == JINJA_OP_NOT_IN)
            jinja_next(p);
        if (!o)
            return NULL;
        o->op = (unsigned char)op;
        o->a = operand(p, 5);
        jinja_add(&list, jinja_done(p, o));
    }
    if (!n)
        return NULL;
    n->a = left;
    n->first = list.first;
    return jinja_done(p, n);
}

/* All operators of `level` and closer ones. */
static struct jinja_node *binary(struct jinja_parser *p, unsigned level)
{
    struct jinja_node *left = operand(p, level + 1);
    unsigned op;
    while (left && !p->rc && level_of(p, &op) == level) {
        if (level == 4) {
            left = comparison(p, left);
            continue;
        }
        struct jinja_node *n = jinja_new(p, JINJA_BINARY, p->now.at);
        jinja_next(p);
        if (!n)
            return NULL;
        n->op = (unsigned char)op;
        n->a = left;
        n->b = operand(p, level + 1);
        left = jinja_done(p, n);
    }
    return left;
}

struct jinja_node *jinja_condition(struct jinja_parser *p)
{
    struct jinja_node *n = NULL;
    if (!jinja_enter(p))
        return NULL;
    n = binary(p, 1);
    jinja_leave(p);
    return n;
}

struct jinja_node *jinja_expression(struct jinja_parser *p)
{
    struct jinja_node *value = NULL;
    if (!jinja_enter(p))
        return NULL;
    value = jinja_condition(p);
    while (value && jinja_skip_name(p, "if")) {
        struct jinja_node *n = jinja_new(p, JINJA_COND, value->at);
        if (!n)
            break;
        n->a = value;
        n->b = jinja_condition(p);
        n->c = jinja_skip_name(p, "else") ? jinja_expression(p) : NULL;
        value = jinja_done(p, n);
    }
    jinja_leave(p);
    return p->rc ? NULL : value;
}

static bool ends_tuple(const struct jinja_parser *p)
{
    return p->now.kind == JINJA_T_PRINT_END || p->now.kind == JINJA_T_BLOCK_END || jinja_is_op(&p->now, ')');
}

struct jinja_node *jinja_tuple(struct jinja_parser *p, bool with_cond, bool may_be_empty)
{
    struct jinja_list items = { 0 };
    uint32_t at = p->now.at;
    bool comma = false;
    while (!p->rc && !ends_tuple(p)) {
        jinja_add(&items, with_cond ? jinja_expression(p) : jinja_condition(p));
        if (!jinja_skip_op(p, ','))
            break;
        comma = true;
    }
    if (p->rc || (!items.first && !may_be_empty))
        return jinja_unexpected(p, "an expression");
    if (!comma && items.first)
        return items.first;
    struct jinja_node *n = jinja_new(p, JINJA_TUPLE, at);
    if (!n)
        return NULL;
    n->first = items.first;
    return jinja_done(p, n);
}
