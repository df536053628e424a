// SPDX-License-Identifier: Apache-2.0
/* text/grammar_int.h - a compiled grammar, and how it is put together.
 *
 *     root ::= "a" x* "b"        node 5  EDGES 'a' ─> 4
 *                                node 4  ALT 3, 2
 *                                node 3  CALL x, next 4          (a loop needs no stack)
 *                                node 2  EDGES 'b' ─> 0
 *                                node 0  END
 *
 * A node says what may come at a place; `next` is where it goes on. Nodes are made from the end of a sequence to its
 * beginning, so each is given its continuation. A bounded repeat and an object keep counts in the frame that they push. */
#ifndef ASSAY_TEXT_GRAMMAR_INT_H
#define ASSAY_TEXT_GRAMMAR_INT_H
#include "text/char_set.h"
#include "text/grammar.h"

enum gram_kind {
    GRAM_END,           /* return to the frame on top; the end of the text when there is none */
    GRAM_FAIL,          /* nothing may come */
    GRAM_EDGES,         /* edges [first, first + n): a byte of lo..hi leads to its node; final: as END too */
    GRAM_ALT,           /* any of nodes list[first .. first + n) */
    GRAM_CALL,          /* rule `first`, then next */
    GRAM_REPEAT,        /* node `first` min to max times, then next */
    GRAM_OBJECT,        /* object `first`, just behind its brace, then next */
    GRAM_KEYS,          /* the keys that the object on top of the stack may have now */
    GRAM_MORE           /* behind a value of that object: a comma, or its end */
};

enum { GRAM_NODE_END = 0, GRAM_NODE_FAIL = 1 };
#define GRAM_MANY UINT32_MAX                    /* as max of a repeat: no limit */

struct gram_node {
    uint8_t kind;
    bool final;
    bool dead;                                  /* no sentence goes through it */
    bool nullable;                              /* may be passed without a byte, up to the END of its rule */
    uint32_t first, n, next;
    uint32_t min, max;
};

struct gram_edge { uint8_t lo, hi; uint32_t next; };

struct gram_rule { struct span name; uint32_t start; uint32_t at; bool defined; };

/* A JSON object whose keys come in any order, each declared one once at most. */
struct gram_key { uint32_t start; bool required; };     /* start: key, colon, value, then a MORE node */
struct gram_object {
    const struct gram_key *keys;
    uint32_t n_keys, n_required;
    const uint32_t *others;                     /* starts for keys that were not declared; any number of times */
    uint32_t n_others;
    uint32_t min, max;                          /* members */
    uint32_t comma, close;                      /* nodes: a comma, then KEYS; the brace, then next */
};

struct grammar {
    const struct gram_node *nodes;
    const struct gram_edge *edges;
    const uint32_t *list;
    const struct gram_rule *rules;
    const struct gram_object *objects;
    uint32_t n_nodes, n_edges, n_list, n_rules, n_objects;
    uint32_t start;
};

/* Errors stick: after one, every function gives GRAM_NODE_FAIL, and gram_finish tells why. */
struct gram_build {
    struct arena *a;
    struct err *e;
    int rc;
    struct gram_node *nodes;
    struct gram_edge *edges;
    uint32_t *list;
    struct gram_rule *rules;
    struct gram_object *objects;
    size_t n_nodes, n_edges, n_list, n_rules, n_objects;
    size_t cap_nodes, cap_edges, cap_list, cap_rules, cap_objects;
};

void gram_begin(struct gram_build *b, struct arena *a, struct err *e);
uint32_t gram_edges(struct gram_build *b, const struct gram_edge *edges, uint32_t n, bool final);
uint32_t gram_byte(struct gram_build *b, uint8_t lo, uint8_t hi, uint32_t next);
uint32_t gram_literal(struct gram_build *b, struct span s, uint32_t next);
uint32_t gram_alt(struct gram_build *b, const uint32_t *nodes, uint32_t n);
uint32_t gram_either(struct gram_build *b, uint32_t x, uint32_t y);
uint32_t gram_call(struct gram_build *b, uint32_t rule, uint32_t next);
uint32_t gram_repeat(struct gram_build *b, uint32_t sub, uint32_t min, uint32_t max, uint32_t next);

/* Any of the characters, in UTF-8. Ranges need not be sorted; surrogates are left out. */
uint32_t gram_chars(struct gram_build *b, const struct char_range *r, size_t n, uint32_t next);

/* A node to go to before it is known what comes there; gram_fill says it. */
uint32_t gram_hold(struct gram_build *b);
void gram_fill(struct gram_build *b, uint32_t hold, uint32_t node);

/* A new rule; `name` is for messages. */
uint32_t gram_rule(struct gram_build *b, struct span name, uint32_t at);
void gram_define(struct gram_build *b, uint32_t rule, uint32_t start, uint32_t at);

/* Begin an object (its number), whose `keys` are put in before gram_finish. */
uint32_t gram_object(struct gram_build *b);
uint32_t gram_object_node(struct gram_build *b, enum gram_kind kind, uint32_t object, uint32_t next);

/* Check it, and find out what can never be finished. *out is b's arena's.
 * Fails: what stuck; ERR_FORMAT a rule that is not there, left recursion, no sentence at all. */
int gram_finish(struct gram_build *b, uint32_t root, const struct grammar **out);

int gram_check(struct gram_build *b, uint32_t start);       /* grammar_check.c: dead, nullable, left recursion */

#endif
