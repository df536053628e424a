// SPDX-License-Identifier: Apache-2.0
/* text/jinja_lex.h - a chat template cut into tokens.
 *
 *     Hello {{- name | upper }}!{# note #}
 *     DATA  PRINT_BEGIN NAME OP NAME PRINT_END DATA          (a comment is nothing)
 *
 * White space beside a tag is dealt with here: "-" eats it, "+" keeps it, and the two options do what the same
 * options of Jinja do. Since only ends are cut, all text of a token is a span of the input; a string is handed out
 * as it is spelled and decoded by jinja_unescape. One trailing newline of the input is dropped, as Jinja does.
 * Source: Jinja 3.1, "Template Designer Documentation". */
#ifndef ASSAY_TEXT_JINJA_LEX_H
#define ASSAY_TEXT_JINJA_LEX_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum {
    JINJA_BYTES_MAX = 1 << 20,              /* of a template; the largest known one has 16 KiB */
    JINJA_OPEN_MAX = 120                    /* brackets within brackets */
};

struct jinja_options {
    bool trim_blocks;                       /* the newline after a block tag goes */
    bool lstrip_blocks;                     /* blanks before a block tag that stands first on its line go */
};

enum jinja_token_kind {
    JINJA_T_END, JINJA_T_DATA, JINJA_T_PRINT_BEGIN, JINJA_T_PRINT_END, JINJA_T_BLOCK_BEGIN, JINJA_T_BLOCK_END,
    JINJA_T_NAME, JINJA_T_STR, JINJA_T_INT, JINJA_T_FLOAT, JINJA_T_OP
};

/* Operators; those of one character are that character. */
enum jinja_op {
    JINJA_OP_NONE = 0,
    JINJA_OP_FLOOR = 128, JINJA_OP_POW, JINJA_OP_EQ, JINJA_OP_NE, JINJA_OP_LE, JINJA_OP_GE,
    JINJA_OP_IN, JINJA_OP_NOT_IN, JINJA_OP_AND, JINJA_OP_OR, JINJA_OP_NOT
};

struct jinja_token {
    enum jinja_token_kind kind;
    unsigned op;                            /* of JINJA_T_OP */
    uint32_t at;                            /* byte of the input */
    struct span text;                       /* STR: between the quotes, as spelled */
};

struct jinja_lex {                          /* begin with jinja_lex_init */
    struct span in;
    size_t at;
    struct jinja_options opt;
    enum { JINJA_IN_DATA, JINJA_IN_PRINT, JINJA_IN_BLOCK } mode;
    bool data_done;                         /* the text before the tag at `at` was handed out */
    unsigned n_open;
    char open[JINJA_OPEN_MAX];
};

/* Fails: ERR_LIMIT more than JINJA_BYTES_MAX. */
int jinja_lex_init(struct jinja_lex *l, struct span in, struct jinja_options opt, struct err *e);

/* The next token; after the last one END for ever.
 * Fails: ERR_FORMAT a character, a string, a tag or a bracket that is wrong; ERR_LIMIT brackets too deep. */
int jinja_lex_next(struct jinja_lex *l, struct jinja_token *t, struct err *e);

/* Decode the escapes of a string as Python does; `at` is the offset of its first byte, for messages.
 * Fails: ERR_FORMAT a broken escape, or one by the name of a character; ERR_MEMORY. */
int jinja_unescape(struct span spelled, uint32_t at, struct arena *a, struct span *out, struct err *e);

#endif
