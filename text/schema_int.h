// SPDX-License-Identifier: Apache-2.0
/* text/schema_int.h - schemas taken together.
 *
 * What a value must satisfy is a set of schemas, all of them: allOf and $ref add to it, a branch of anyOf is one
 * more, and the schema of a property is, from each schema of the object's set, what it says of that name. A set is a rule of
 * the grammar, so recursion is a set that comes again. A member remembers what of it has been dealt with. */
#ifndef ASSAY_TEXT_SCHEMA_INT_H
#define ASSAY_TEXT_SCHEMA_INT_H
#include "base/buf.h"
#include "text/dfa.h"
#include "text/grammar_int.h"
#include "text/schema.h"

enum {
    SCHEMA_SETS_MAX = 20000,
    SCHEMA_MEMBERS_MAX = 2000,          /* of one set */
    SCHEMA_PATTERNS_MAX = 4,            /* patternProperties of one object; each doubles the cases */
    SCHEMA_NEST_MAX = 8,                /* of sets that are tried on a value of an enum, one within another */
    SCHEMA_UNROLL_MAX = 512             /* items of an array that have a schema of their own */
};

enum schema_done { DONE_REF = 1, DONE_ENUM = 2, DONE_ANY_OF = 4, DONE_ONE_OF = 8 };
struct schema_member { const struct val *v; uint32_t done; };
struct schema_set { struct schema_member *m; uint32_t n; };     /* sorted, each once */

enum schema_type {
    TYPE_NULL = 1, TYPE_BOOL = 2, TYPE_INT = 4, TYPE_REAL = 8, TYPE_STR = 16, TYPE_LIST = 32, TYPE_MAP = 64, TYPE_ALL = 127
};

struct schema_bound { const struct val *v; bool open; };        /* open: the bound itself is out */
struct schema_facts {
    struct schema_set set;              /* $ref and allOf followed */
    uint32_t types;
    struct schema_bound min, max;       /* v NULL: none */
    const struct val *multiple;
    uint64_t len_min, len_max, items_min, items_max, members_min, members_max;
    const struct val **patterns;        /* and formats: strings */
    const char **formats;
    size_t n_patterns, cap_patterns, n_formats, cap_formats;
    bool plain;                         /* nothing but types */
};

struct schema_rule { struct schema_set set; uint32_t rule, chain; };
struct schema {
    struct gram_build b;
    const struct val *root;
    struct schema_options opt;
    unsigned nest;
    struct schema_rule *rules;          /* in the order they are compiled */
    size_t n_rules, cap_rules;
    uint32_t *heads;
    uint32_t string_rule, char_rule;    /* any string with its quotes; any character of one */
};

int schema_fail(struct schema *s, int code, const struct val *at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int schema_memory(struct schema *s);
void *schema_make(struct schema *s, size_t n, size_t size);

/* schema_facts.c */
struct schema_set schema_set_with(struct schema *s, struct schema_set base, const struct val *v, uint32_t done);
struct schema_set schema_set_mark(struct schema *s, struct schema_set base, uint32_t i, uint32_t done);
int schema_gather(struct schema *s, struct schema_set set, struct schema_facts *out);
uint32_t schema_type_of(const struct val *v);

/* schema.c */
uint32_t schema_rule_of(struct schema *s, struct schema_set set);
int schema_compile(struct schema *s, struct schema_set set, const struct grammar **out);
uint32_t schema_space(struct schema *s, uint32_t next);         /* white space, then next */

/* schema_choice.c: enum, const, anyOf, oneOf, not. False: the set has none that is not dealt with. */
bool schema_choice(struct schema *s, struct schema_facts *f, uint32_t *start);
uint32_t schema_value(struct schema *s, const struct val *v, uint32_t next);    /* this very value */
void schema_write(struct buf *b, const struct val *v);          /* a value as compact text that schema_value reads */

/* schema_string.c */
uint32_t schema_string(struct schema *s, const struct schema_facts *f, uint32_t next);
uint32_t schema_text(struct schema *s, struct span text, uint32_t next);        /* this very string, with quotes */
uint32_t schema_of_dfa(struct schema *s, const struct dfa *d, uint32_t next);   /* any of these strings, with quotes */
int schema_string_dfa(struct schema *s, const struct schema_facts *f, struct dfa *out);
void schema_string_rules(struct schema *s);
const char *schema_format(const char *name);                    /* its pattern; NULL: an annotation */
bool schema_format_refused(const char *name);                   /* one of the standard that cannot be enforced */

/* schema_number.c, schema_list.c, schema_object.c */
uint32_t schema_number(struct schema *s, const struct schema_facts *f, uint32_t next);
uint32_t schema_list(struct schema *s, const struct schema_facts *f, uint32_t next);
uint32_t schema_object(struct schema *s, const struct schema_facts *f, uint32_t next);

#endif
