// SPDX-License-Identifier: Apache-2.0
/* text/jinja_int.h - the parser's state, shared by statements (jinja.c) and expressions (jinja_expr.c).
 *
 * An error sticks: after the first one every token is END and every function gives NULL, so that callers look once.
 * `depth` counts what is descended; each function that may lead back to itself goes through jinja_enter. */
#ifndef ASSAY_TEXT_JINJA_INT_H
#define ASSAY_TEXT_JINJA_INT_H
#include "text/jinja.h"

struct jinja_parser {
    struct jinja_lex lex;
    struct jinja_token now, ahead;
    bool has_ahead;
    struct arena *a;
    struct err *e;
    int rc;
    size_t n_nodes;
    unsigned depth;
};

struct jinja_list { struct jinja_node *first, *last; };     /* being built */

/* Set the error, if it is the first. Returns NULL. */
struct jinja_node *jinja_fail(struct jinja_parser *p, int code, uint32_t at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
struct jinja_node *jinja_unexpected(struct jinja_parser *p, const char *wanted);

bool jinja_enter(struct jinja_parser *p);                   /* false: too deep, said */
void jinja_leave(struct jinja_parser *p);

void jinja_next(struct jinja_parser *p);
const struct jinja_token *jinja_ahead(struct jinja_parser *p);
bool jinja_is_op(const struct jinja_token *t, unsigned op);
bool jinja_is_name(const struct jinja_token *t, const char *name);
bool jinja_skip_op(struct jinja_parser *p, unsigned op);
bool jinja_skip_name(struct jinja_parser *p, const char *name);
bool jinja_expect_op(struct jinja_parser *p, unsigned op, const char *wanted);

struct jinja_node *jinja_new(struct jinja_parser *p, enum jinja_kind kind, uint32_t at);
/* Its height, when its children are in place. Returns n; NULL: too high. */
struct jinja_node *jinja_done(struct jinja_parser *p, struct jinja_node *n);
void jinja_add(struct jinja_list *list, struct jinja_node *n);      /* NULL is left out */

struct jinja_node *jinja_expression(struct jinja_parser *p);
struct jinja_node *jinja_condition(struct jinja_parser *p);         /* without the "x if y" form */
/* Expressions parted by commas; one alone is itself. `with_cond`: the "x if y" form is allowed. */
struct jinja_node *jinja_tuple(struct jinja_parser *p, bool with_cond, bool may_be_empty);
struct jinja_node *jinja_primary(struct jinja_parser *p);
struct jinja_node *jinja_filter_chain(struct jinja_parser *p);      /* name | name(...) over a HOLE */

#endif
