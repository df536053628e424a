// SPDX-License-Identifier: Apache-2.0
/* Statements, and what they share with expressions. */
#include "text/jinja.h"

#include <stdarg.h>
#include <stdio.h>

#include "text/jinja_int.h"

const char *jinja_kind_name(enum jinja_kind kind)
{
    static const char *const names[JINJA_KINDS] = {
        [JINJA_BODY] = "body", [JINJA_DATA] = "data", [JINJA_PRINT] = "print", [JINJA_SET] = "set", [JINJA_FOR] = "for",
        [JINJA_IF] = "if", [JINJA_BRANCH] = "branch", [JINJA_MACRO] = "macro", [JINJA_CALL_BLOCK] = "call-block",
        [JINJA_FILTER_BLOCK] = "filter-block", [JINJA_BLOCK] = "block", [JINJA_WITH] = "with",
        [JINJA_AUTOESCAPE] = "autoescape", [JINJA_GENERATION] = "generation", [JINJA_DO] = "do",
        [JINJA_BREAK] = "break", [JINJA_CONTINUE] = "continue", [JINJA_LOAD] = "load", [JINJA_PARAMS] = "params",
        [JINJA_PARAM] = "param", [JINJA_NAME] = "name", [JINJA_STR] = "str", [JINJA_INT] = "int",
        [JINJA_FLOAT] = "float", [JINJA_BOOL] = "bool", [JINJA_NONE] = "none", [JINJA_LIST] = "list",
        [JINJA_TUPLE] = "tuple", [JINJA_DICT] = "dict", [JINJA_PAIR] = "pair", [JINJA_GETATTR] = "getattr",
        [JINJA_GETITEM] = "getitem", [JINJA_SLICE] = "slice", [JINJA_CALL] = "call", [JINJA_KEYWORD] = "keyword",
        [JINJA_SPREAD] = "spread", [JINJA_FILTER] = "filter", [JINJA_TEST] = "test", [JINJA_HOLE] = "hole",
        [JINJA_UNARY] = "unary", [JINJA_BINARY] = "binary", [JINJA_COMPARE] = "compare", [JINJA_OPERAND] = "operand",
        [JINJA_COND] = "cond",
    };
    return names[kind];
}

/* --- the parser's state --- */

static struct jinja_node *stop(struct jinja_parser *p, int code)
{
    p->rc = p->rc ? p->rc : code;
    p->has_ahead = false;
    p->now = (struct jinja_token){ .kind = JINJA_T_END, .at = p->now.at };
    return NULL;
}

struct jinja_node *jinja_fail(struct jinja_parser *p, int code, uint32_t at, const char *fmt, ...)
{
    char msg[200];
    va_list ap;
    if (!p->rc && fmt) {
        va_start(ap, fmt);
        (void)vsnprintf(msg, sizeof msg, fmt, ap);
        va_end(ap);
        if (code == ERR_MEMORY)
            err_memory(p->e);
        else
            err_set(p->e, code, at, "%s", msg);
    }
    return stop(p, code);
}

struct jinja_node *jinja_unexpected(struct jinja_parser *p, const char *wanted)
{
    struct span t = p->now.text;
    if (p->now.kind == JINJA_T_END)
        return jinja_fail(p, ERR_FORMAT, p->now.at, "the template ends where %s should stand", wanted);
    return jinja_fail(p, ERR_FORMAT, p->now.at, "\"%.*s\" where %s should stand", (int)(t.n > 40 ? 40 : t.n),
                      t.n ? (const char *)t.p : "", wanted);
}

bool jinja_enter(struct jinja_parser *p)
{
    if (!p->rc && p->depth >= JINJA_DEPTH_MAX)
        jinja_fail(p, ERR_LIMIT, p->now.at, "more than %d levels within one another", JINJA_DEPTH_MAX);
    if (p->rc)
        return false;
    p->depth++;
    return true;
}

void jinja_leave(struct jinja_parser *p)
{
    p->depth--;
}

static void read_token(struct jinja_parser *p, struct jinja_token *t)
{
    int rc = p->rc ? p->rc : jinja_lex_next(&p->lex, t, p->e);
    if (rc) {
        stop(p, rc);
        *t = p->now;
    }
}

void jinja_next(struct jinja_parser *p)
{
    if (p->rc)
        return;
    if (p->has_ahead)
        p->now = p->ahead;
    else
        read_token(p, &p->now);
    p->has_ahead = false;
}

const struct jinja_token *jinja_ahead(struct jinja_parser *p)
{
    if (!p->has_ahead) {
        read_token(p, &p->ahead);
        p->has_ahead = !p->rc;
    }
    return &p->ahead;
}

bool jinja_is_op(const struct jinja_token *t, unsigned op)
{
    return t->kind == JINJA_T_OP && t->op == op;
}

bool jinja_is_name(const struct jinja_token *t, const char *name)
{
    return t->kind == JINJA_T_NAME && span_is(t->text, name);
}

bool jinja_skip_op(struct jinja_parser *p, unsigned op)
{
    bool is = jinja_is_op(&p->now, op);
    if (is)
        jinja_next(p);
    return is;
}

bool jinja_skip_name(struct jinja_parser *p, const char *name)
{
    bool is = jinja_is_name(&p->now, name);
    if (is)
        jinja_next(p);
    return is;
}

bool jinja_expect_op(struct jinja_parser *p, unsigned op, const char *wanted)
{
    if (!jinja_skip_op(p, op))
        jinja_unexpected(p, wanted);
    return !p->rc;
}

static bool expect_name(struct jinja_parser *p, const char *name)
{
    char wanted[24];
    (void)snprintf(wanted, sizeof wanted, "\"%s\"", name);
    if (!jinja_skip_name(p, name))
        jinja_unexpected(p, wanted);
    return !p->rc;
}

struct jinja_node *jinja_new(struct jinja_parser *p, enum jinja_kind kind, uint32_t at)
{
    if (p->rc)
        return NULL;
    if (++p->n_nodes > JINJA_NODES_MAX)
        return jinja_fail(p, ERR_LIMIT, at, "more than %d parts", JINJA_NODES_MAX);
    struct jinja_node *n = arena_alloc(p->a, sizeof *n);
    if (!n)
        return jinja_fail(p, ERR_MEMORY, at, "out of memory");
    n->kind = kind;
    n->at = at;
    return n;
}

struct jinja_node *jinja_done(struct jinja_parser *p, struct jinja_node *n)
{
    unsigned most = 0;
    if (!n || p->rc)
        return NULL;
    const struct jinja_node *three[] = { n->a, n->b, n->c };
    for (size_t i = 0; i < 3; i++)
        if (three[i] && three[i]->height > most)
            most = three[i]->height;
    for (const struct jinja_node *x = n->first; x; x = x->next)
        most = x->height > most ? x->height : most;
    if (most + 1 > JINJA_HEIGHT_MAX)
        return jinja_fail(p, ERR_LIMIT, n->at, "an expression of more than %d steps", JINJA_HEIGHT_MAX);
    n->height = (unsigned short)(most + 1);
    return n;
}

void jinja_add(struct jinja_list *list, struct jinja_node *n)
{
    if (!n)
        return;
    if (list->last)
        list->last->next = n;
    else
        list->first = n;
    list->last = n;
}

/* --- statements --- */

static struct jinja_node *statements(struct jinja_parser *p, const char *const *ends);

/* A node of kind `kind` that takes the text of the token now, which must be a name. */
static struct jinja_node *named(struct jinja_parser *p, enum jinja_kind kind, const char *wanted)
{
    if (p->now.kind != JINJA_T_NAME)
        return jinja_unexpected(p, wanted);
    struct jinja_node *n = jinja_new(p, kind, p->now.at);
    if (!n)
        return NULL;
    n->text = p->now.text;
    jinja_next(p);
    return n;
}

/* Up to one of `ends`, whose word is then the token now. */
static struct jinja_node *body(struct jinja_parser *p, const char *const *ends)
{
    if (jinja_is_op(&p->now, ':'))
        jinja_next(p);
    if (p->now.kind != JINJA_T_BLOCK_END)
        return jinja_unexpected(p, "\"%}\"");
    jinja_next(p);
    return statements(p, ends);
}

/* The body of n up to {% end %}. */
static struct jinja_node *closed(struct jinja_parser *p, struct jinja_node *n, const char *end)
{
    const char *const ends[] = { end, NULL };
    n->first = body(p, ends);
    return expect_name(p, end) ? jinja_done(p, n) : NULL;
}

static struct jinja_node *wrap(struct jinja_parser *p, uint32_t at, struct jinja_node *first)
{
    struct jinja_node *n = jinja_new(p, JINJA_BODY, at);
    if (!n)
        return NULL;
    n->first = first;
    return jinja_done(p, n);
}

static struct jinja_node *targets(struct jinja_parser *p, bool dots);

/* name, name.name or (targets) */
static struct jinja_node *target(struct jinja_parser *p, bool dots)
{
    if (jinja_skip_op(p, '(')) {
        if (!jinja_enter(p))
            return NULL;
        struct jinja_node *n = targets(p, dots);
        jinja_leave(p);
        return jinja_expect_op(p, ')', "\")\"") ? n : NULL;
    }
    struct jinja_node *n = jinja_done(p, named(p, JINJA_NAME, "a name that is set"));
    while (n && dots && jinja_skip_op(p, '.')) {
        struct jinja_node *attr = named(p, JINJA_GETATTR, "a name");
        if (!attr)
            return NULL;
        attr->a = n;
        n = jinja_done(p, attr);
    }
    return n;
}

static struct jinja_node *targets(struct jinja_parser *p, bool dots)
{
    uint32_t at = p->now.at;
    struct jinja_list list = { 0 };
    bool comma = false;
    do {
        jinja_add(&list, target(p, dots));
        comma = comma || jinja_is_op(&p->now, ',');
    } while (!p->rc && jinja_skip_op(p, ',') && !jinja_is_op(&p->now, ')'));
    if (!comma)
        return list.first;
    struct jinja_node *n = jinja_new(p, JINJA_TUPLE, at);
    if (!n)
        return NULL;
    n->first = list.first;
    return jinja_done(p, n);
}

static struct jinja_node *set_value(struct jinja_parser *p, struct jinja_node *n)
{
    if (jinja_skip_op(p, '=')) {
        n->b = jinja_tuple(p, true, false);
        return jinja_done(p, n);
    }
    if (jinja_skip_op(p, '|'))
        n->c = jinja_filter_chain(p);
    return closed(p, n, "endset");
}

static struct jinja_node *st_set(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_SET;
    n->a = targets(p, true);
    return set_value(p, n);
}

static struct jinja_node *st_for(struct jinja_parser *p, struct jinja_node *n)
{
    static const char *const ends[] = { "else", "endfor", NULL }, *const last[] = { "endfor", NULL };
    n->kind = JINJA_FOR;
    n->a = targets(p, false);
    if (!expect_name(p, "in"))
        return NULL;
    n->b = jinja_tuple(p, false, false);
    if (jinja_skip_name(p, "if"))
        n->c = jinja_expression(p);
    n->on = jinja_skip_name(p, "recursive");
    struct jinja_list parts = { 0 };
    jinja_add(&parts, wrap(p, n->at, body(p, ends)));
    if (jinja_skip_name(p, "else"))
        jinja_add(&parts, wrap(p, p->now.at, body(p, last)));
    n->first = parts.first;
    return expect_name(p, "endfor") ? jinja_done(p, n) : NULL;
}

static struct jinja_node *st_if(struct jinja_parser *p, struct jinja_node *n)
{
    static const char *const ends[] = { "elif", "else", "endif", NULL }, *const last[] = { "endif", NULL };
    struct jinja_list branches = { 0 };
    n->kind = JINJA_IF;
    do {
        struct jinja_node *branch = jinja_new(p, JINJA_BRANCH, p->now.at);
        if (!branch)
            return NULL;
        branch->a = jinja_tuple(p, false, false);
        branch->first = body(p, ends);
        jinja_add(&branches, jinja_done(p, branch));
    } while (jinja_skip_name(p, "elif"));
    if (jinja_is_name(&p->now, "else")) {
        struct jinja_node *branch = jinja_new(p, JINJA_BRANCH, p->now.at);
        if (!branch)
            return NULL;
        jinja_next(p);
        branch->first = body(p, last);
        jinja_add(&branches, jinja_done(p, branch));
    }
    n->first = branches.first;
    return expect_name(p, "endif") ? jinja_done(p, n) : NULL;
}

/* Behind the "(" of a macro's or a call block's parameters. */
static struct jinja_node *params(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, JINJA_PARAMS, p->now.at);
    struct jinja_list list = { 0 };
    while (!p->rc && !jinja_is_op(&p->now, ')')) {
        if (list.first && !jinja_expect_op(p, ',', "\",\" or \")\""))
            return NULL;
        struct jinja_node *one = named(p, JINJA_PARAM, "a parameter");
        if (one && jinja_skip_op(p, '='))
            one->a = jinja_expression(p);
        jinja_add(&list, jinja_done(p, one));
    }
    if (!jinja_expect_op(p, ')', "\")\"") || !n)
        return NULL;
    n->first = list.first;
    return jinja_done(p, n);
}

static struct jinja_node *st_macro(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_MACRO;
    n->text = p->now.text;
    if (p->now.kind != JINJA_T_NAME)
        return jinja_unexpected(p, "the macro's name");
    jinja_next(p);
    if (!jinja_expect_op(p, '(', "\"(\""))
        return NULL;
    n->a = params(p);
    return closed(p, n, "endmacro");
}

static struct jinja_node *st_call(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_CALL_BLOCK;
    if (jinja_skip_op(p, '('))
        n->b = params(p);
    n->a = jinja_expression(p);
    if (n->a && n->a->kind != JINJA_CALL)
        return jinja_fail(p, ERR_FORMAT, n->a->at, "a call block that calls nothing");
    return closed(p, n, "endcall");
}

static struct jinja_node *st_filter(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_FILTER_BLOCK;
    n->a = jinja_filter_chain(p);
    return closed(p, n, "endfilter");
}

static struct jinja_node *st_block(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_BLOCK;
    n->text = p->now.text;
    if (p->now.kind != JINJA_T_NAME)
        return jinja_unexpected(p, "the block's name");
    jinja_next(p);
    (void)jinja_skip_name(p, "scoped");
    (void)jinja_skip_name(p, "required");
    if (!closed(p, n, "endblock"))
        return NULL;
    if (p->now.kind == JINJA_T_NAME && span_eq(p->now.text, n->text))
        jinja_next(p);
    return n;
}

static struct jinja_node *st_with(struct jinja_parser *p, struct jinja_node *n)
{
    struct jinja_list list = { 0 };
    uint32_t at = n->at;
    n->kind = JINJA_WITH;
    while (p->now.kind == JINJA_T_NAME) {
        struct jinja_node *set = jinja_new(p, JINJA_SET, p->now.at);
        if (!set)
            return NULL;
        set->a = target(p, false);
        if (!jinja_expect_op(p, '=', "\"=\""))
            return NULL;
        set->b = jinja_expression(p);
        jinja_add(&list, jinja_done(p, set));
        if (!jinja_skip_op(p, ','))
            break;
    }
    n->a = wrap(p, at, list.first);
    return closed(p, n, "endwith");
}

static struct jinja_node *st_autoescape(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_AUTOESCAPE;
    n->a = jinja_expression(p);
    return closed(p, n, "endautoescape");
}

static struct jinja_node *st_generation(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_GENERATION;
    return closed(p, n, "endgeneration");
}

static struct jinja_node *st_do(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_DO;
    n->a = jinja_tuple(p, true, false);
    return jinja_done(p, n);
}

static struct jinja_node *st_print(struct jinja_parser *p, struct jinja_node *n)
{
    struct jinja_list list = { 0 };
    n->kind = JINJA_PRINT;
    while (!p->rc && p->now.kind != JINJA_T_BLOCK_END) {
        if (list.first && !jinja_expect_op(p, ',', "\",\""))
            return NULL;
        jinja_add(&list, jinja_expression(p));
    }
    n->first = list.first;
    return jinja_done(p, n);
}

static struct jinja_node *st_break(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_BREAK;
    return jinja_done(p, n);
}

static struct jinja_node *st_continue(struct jinja_parser *p, struct jinja_node *n)
{
    n->kind = JINJA_CONTINUE;
    return jinja_done(p, n);
}

/* import x as y; from x import y as z; include x; extends x. What follows the file is read for the names it sets. */
static struct jinja_node *st_load(struct jinja_parser *p, struct jinja_node *n)
{
    struct jinja_list names = { 0 };
    n->kind = JINJA_LOAD;
    n->a = jinja_expression(p);
    while (!p->rc && p->now.kind != JINJA_T_BLOCK_END) {
        if (p->now.kind == JINJA_T_NAME)
            jinja_add(&names, jinja_done(p, named(p, JINJA_NAME, "a name")));
        else if (!jinja_skip_op(p, ','))
            return jinja_unexpected(p, "a name");
    }
    n->first = names.first;
    return jinja_done(p, n);
}

static const struct { const char *word; struct jinja_node *(*parse)(struct jinja_parser *, struct jinja_node *); } tags[] = {
    { "autoescape", st_autoescape }, { "block", st_block },           { "break", st_break },
    { "call", st_call },             { "continue", st_continue },     { "do", st_do },
    { "extends", st_load },          { "filter", st_filter },         { "for", st_for },
    { "from", st_load },             { "generation", st_generation }, { "if", st_if },
    { "import", st_load },           { "include", st_load },          { "macro", st_macro },
    { "print", st_print },           { "set", st_set },               { "with", st_with },
};

/* One statement, whose word is the token now, up to its "%}". */
static struct jinja_node *statement(struct jinja_parser *p)
{
    struct jinja_node *n = NULL;
    for (size_t i = 0; i < sizeof tags / sizeof *tags && !p->rc; i++) {
        if (!jinja_is_name(&p->now, tags[i].word))
            continue;
        n = jinja_new(p, JINJA_BODY, p->now.at);
        if (!n || !jinja_enter(p))
            return NULL;
        n->text = p->now.text;
        jinja_next(p);
        n = tags[i].parse(p, n);
        jinja_leave(p);
        if (!p->rc && p->now.kind != JINJA_T_BLOCK_END)
            return jinja_unexpected(p, "\"%}\"");
        jinja_next(p);
        return n;
    }
    return jinja_unexpected(p, "a statement");
}

static struct jinja_node *print(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, JINJA_PRINT, p->now.at);
    jinja_next(p);
    if (!n)
        return NULL;
    n->a = jinja_tuple(p, true, false);
    if (!p->rc && p->now.kind != JINJA_T_PRINT_END)
        return jinja_unexpected(p, "\"}}\"");
    jinja_next(p);
    return jinja_done(p, n);
}

static bool is_one_of(const struct jinja_token *t, const char *const *words)
{
    for (; words && *words; words++)
        if (jinja_is_name(t, *words))
            return true;
    return false;
}

/* A chain of statements: to the end of the input, or to a tag of one of `ends`. */
static struct jinja_node *statements(struct jinja_parser *p, const char *const *ends)
{
    struct jinja_list list = { 0 };
    while (!p->rc && p->now.kind != JINJA_T_END) {
        if (p->now.kind == JINJA_T_DATA) {
            struct jinja_node *n = jinja_new(p, JINJA_DATA, p->now.at);
            if (n)
                n->text = p->now.text;
            jinja_add(&list, jinja_done(p, n));
            jinja_next(p);
        } else if (p->now.kind == JINJA_T_PRINT_BEGIN) {
            jinja_add(&list, print(p));
        } else {
            jinja_next(p);
            if (is_one_of(&p->now, ends))
                return list.first;
            jinja_add(&list, statement(p));
        }
    }
    return list.first;
}

int jinja_parse(struct span in, struct jinja_options opt, struct arena *a, const struct jinja_node **root, struct err *e)
{
    struct jinja_parser p = { .a = a, .e = e };
    int rc = jinja_lex_init(&p.lex, in, opt, e);
    if (rc)
        return rc;
    jinja_next(&p);
    struct jinja_node *n = wrap(&p, 0, statements(&p, NULL));
    if (p.rc)
        return p.rc;
    *root = n;
    return 0;
}
