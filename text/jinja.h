// SPDX-License-Identifier: Apache-2.0
/* text/jinja.h - a chat template as a tree.
 *
 *     {% if a %}x{% else %}{{ b.c | d(1) }}{% endif %}
 *
 *     IF ─first─> BRANCH a=NAME a, first=DATA x
 *           next─> BRANCH a=NULL,   first=PRINT a=FILTER d  a=GETATTR c (a=NAME b)  first=INT 1
 *
 * The language is Jinja's with what model loaders add: break, continue, generation, do. Nothing is evaluated. Nodes lie
 * in the caller's arena, texts in the input or in the arena; every node knows its byte. What a template may
 * not be is refused here, once: too large, too many nodes, a tree higher than JINJA_HEIGHT_MAX. So whoever walks the
 * tree may recurse.
 * Source: Jinja 3.1, "Template Designer Documentation". */
#ifndef ASSAY_TEXT_JINJA_H
#define ASSAY_TEXT_JINJA_H
#include "text/jinja_lex.h"

enum {
    JINJA_NODES_MAX = 100000,
    JINJA_DEPTH_MAX = 120,                  /* of what the parser descends: blocks, brackets, signs */
    JINJA_HEIGHT_MAX = 600                  /* of the tree: a + b + c + ... is as high as it is long */
};

enum jinja_kind {
    /* statements; a body is a chain of statements */
    JINJA_BODY,             /* first: statements */
    JINJA_DATA,             /* text */
    JINJA_PRINT,            /* a; or the expressions of {% print %} in first */
    JINJA_SET,              /* a: target, b: value; or b NULL, c: filters over JINJA_HOLE or NULL, first: body */
    JINJA_FOR,              /* a: target, b: iterable, c: test or NULL, first: BODY, BODY of else; on: recursive */
    JINJA_IF,               /* first: BRANCHes */
    JINJA_BRANCH,           /* a: test or NULL for else, first: body */
    JINJA_MACRO,            /* text: name, a: PARAMS, first: body */
    JINJA_CALL_BLOCK,       /* a: CALL, b: PARAMS, first: body */
    JINJA_FILTER_BLOCK,     /* a: filters over JINJA_HOLE, first: body */
    JINJA_BLOCK,            /* text: name, first: body */
    JINJA_WITH,             /* a: BODY of SETs, first: body */
    JINJA_AUTOESCAPE,       /* a, first: body */
    JINJA_GENERATION,       /* first: body */
    JINJA_DO,               /* a */
    JINJA_BREAK, JINJA_CONTINUE,
    JINJA_LOAD,             /* text: import, include, extends or from; a: what; first: NAMEs that it sets */
    JINJA_PARAMS,           /* first: PARAMs */
    JINJA_PARAM,            /* text: name, a: default or NULL */
    /* expressions */
    JINJA_NAME, JINJA_STR, JINJA_INT, JINJA_FLOAT,          /* text; of STR decoded, of numbers as spelled */
    JINJA_BOOL,             /* on */
    JINJA_NONE,
    JINJA_LIST, JINJA_TUPLE,                                /* first */
    JINJA_DICT,             /* first: PAIRs */
    JINJA_PAIR,             /* a: key, b: value */
    JINJA_GETATTR,          /* a, text */
    JINJA_GETITEM,          /* a, b */
    JINJA_SLICE,            /* a, b, c: each may be NULL */
    JINJA_CALL,             /* a, first: arguments */
    JINJA_KEYWORD,          /* text, a: an argument by name */
    JINJA_SPREAD,           /* a: op '*' or JINJA_OP_POW for ** */
    JINJA_FILTER,           /* a, text, first: arguments */
    JINJA_TEST,             /* a, text, first: arguments; on: is not */
    JINJA_HOLE,             /* what a block's filters are put over */
    JINJA_UNARY,            /* op, a */
    JINJA_BINARY,           /* op, a, b */
    JINJA_COMPARE,          /* a, first: OPERANDs */
    JINJA_OPERAND,          /* op, a */
    JINJA_COND,             /* a: value, b: test, c: else or NULL */
    JINJA_KINDS
};

struct jinja_node {
    enum jinja_kind kind;
    unsigned char op;                       /* enum jinja_op, or a character */
    bool on;
    unsigned short height;                  /* 1 for a leaf; a chain is as high as its highest */
    uint32_t at;                            /* byte of the input */
    struct span text;
    struct jinja_node *a, *b, *c, *first, *next;
};

/* Parse a whole template. *root: a BODY, in `a`; written only on success.
 * Fails: ERR_FORMAT with the byte; ERR_LIMIT; ERR_MEMORY. */
int jinja_parse(struct span in, struct jinja_options opt, struct arena *a, const struct jinja_node **root, struct err *e);

const char *jinja_kind_name(enum jinja_kind kind);          /* "getattr" */

#endif
