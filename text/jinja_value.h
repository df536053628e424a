// SPDX-License-Identifier: Apache-2.0
/* text/jinja_value.h - what a template calculates with: Python's values, without Python.
 *
 * Lists, tuples and dicts are never changed once they are made (the sandbox refuses append and its kin), so sharing is
 * free. What changes has a kind of its own: namespace, loop, cycler, joiner, and an iterator, which is used up.
 * `data` of a number, or of a list or dict: the caller's, so its printed form is the caller's too.
 * Integers have 128 bits; one that does not fit fails as a limit, it never wraps. */
#ifndef ASSAY_TEXT_JINJA_VALUE_H
#define ASSAY_TEXT_JINJA_VALUE_H
#include "text/jinja.h"
#include "text/jinja_text.h"

__extension__ typedef __int128 jint;

enum jv_kind {
    JV_MISSING,                             /* no value at all: an argument that was not given */
    JV_UNDEFINED, JV_NONE, JV_BOOL, JV_INT, JV_FLOAT, JV_STR, JV_LIST, JV_TUPLE, JV_DICT,
    JV_VIEW,                                /* keys(), values(), items() */
    JV_ITER,                                /* what map, select and their kin give: once through, made when asked for */
    JV_RANGE, JV_NAMESPACE, JV_MACRO, JV_FUNCTION, JV_METHOD, JV_LOOP, JV_CYCLER, JV_JOINER,
    JV_KINDS
};

struct jargs;
struct jv;
struct jmacro;
struct jloop;
struct jmember;                             /* jinja_attr.h */
typedef struct jv (*jfunction)(struct jrun *r, const struct jargs *a);

struct jv {
    enum jv_kind kind;
    bool data;
    bool unsafe;                            /* JV_UNDEFINED: of what the sandbox hides */
    union {
        bool b;
        jint i;
        double f;
        const struct jstr *s;               /* JV_STR; JV_UNDEFINED: its name, or NULL */
        const struct jlist *list;           /* JV_LIST, JV_TUPLE */
        struct jdict *dict;                 /* JV_DICT, JV_NAMESPACE */
        const struct jview *view;
        struct jiter *iter;
        const struct jrange *range;
        const struct jmacro *macro;
        jfunction function;
        const struct jmethod *method;
        struct jloop *loop;
        struct jcycler *cycler;
        struct jjoiner *joiner;
    };
};

struct jlist { struct jv *at; size_t n, cap; bool is_group; };      /* is_group: a pair of |groupby */
struct jpair { struct jv key, value; };
struct jdict { struct jpair *at; size_t n, cap; uint32_t *index; size_t n_index; };
struct jview { const struct jdict *dict; char what; };              /* 'k', 'v' or 'i' */
struct jrange { jint from, to, step; size_t n; };
struct jmethod { struct jv self; const struct jmember *member; };
struct jcycler { const struct jlist *items; size_t at; };
struct jjoiner { struct jv sep; bool used; };

struct jkeyword { struct span name; struct jv value; };
struct jargs {
    struct jv *at;                          /* of a filter, test or method, at[0] is what it is put over */
    size_t n;
    struct jkeyword *kw;
    size_t n_kw;
};
struct jiter {
    jfunction make;                         /* not yet made; gives a list */
    struct jargs args;
    const struct jlist *items;
    size_t at;
};

static inline struct jv jv_undefined(void) { return (struct jv){ .kind = JV_UNDEFINED }; }
static inline struct jv jv_none(void) { return (struct jv){ .kind = JV_NONE }; }
static inline struct jv jv_bool(bool b) { return (struct jv){ .kind = JV_BOOL, .b = b }; }
static inline struct jv jv_int(jint i) { return (struct jv){ .kind = JV_INT, .i = i }; }
static inline struct jv jv_float(double f) { return (struct jv){ .kind = JV_FLOAT, .f = f }; }
static inline struct jv jv_str(const struct jstr *s) { return (struct jv){ .kind = JV_STR, .s = s }; }
static inline struct jv jv_list(const struct jlist *l) { return (struct jv){ .kind = JV_LIST, .list = l }; }
static inline struct jv jv_tuple(const struct jlist *l) { return (struct jv){ .kind = JV_TUPLE, .list = l }; }
static inline struct jv jv_dict(struct jdict *d) { return (struct jv){ .kind = JV_DICT, .dict = d }; }
static inline struct jv jv_from(struct jv v, bool data) { v.data = v.data || data; return v; }
static inline bool jv_is_number(struct jv v) { return v.kind == JV_INT || v.kind == JV_FLOAT || v.kind == JV_BOOL; }
static inline bool jv_is_int(struct jv v) { return v.kind == JV_INT || v.kind == JV_BOOL; }
static inline jint jv_as_int(struct jv v) { return v.kind == JV_BOOL ? v.b : v.i; }
static inline double jv_as_double(struct jv v) { return v.kind == JV_FLOAT ? v.f : (double)jv_as_int(v); }

const char *jv_kind_name(enum jv_kind kind);                        /* "str" */
bool jv_truth(struct jrun *r, struct jv v);
bool jv_equal(struct jrun *r, struct jv a, struct jv b);
/* a < b for op '<', and so on for '>', JINJA_OP_LE, JINJA_OP_GE. Fails: kinds that have no order. */
bool jv_order(struct jrun *r, unsigned op, struct jv a, struct jv b);
bool jv_in(struct jrun *r, struct jv needle, struct jv hay);
bool jv_hashable(struct jrun *r, struct jv v);                      /* false: said */

struct jlist *jlist_new(struct jrun *r, size_t expected);
void jlist_add(struct jrun *r, struct jlist *l, struct jv v);
struct jdict *jdict_new(struct jrun *r);
void jdict_put(struct jrun *r, struct jdict *d, struct jv key, struct jv value);
const struct jv *jdict_get(struct jrun *r, const struct jdict *d, struct jv key);   /* NULL: none */
const struct jv *jdict_name(struct jrun *r, const struct jdict *d, struct span key);
struct jv jview_item(struct jrun *r, const struct jview *w, size_t i);

/* Through the items of a value. */
struct jwalk { struct jv of; size_t at; };
bool jwalk_begin(struct jrun *r, struct jv v, struct jwalk *w);     /* false: said that it has no items */
bool jwalk_next(struct jrun *r, struct jwalk *w, struct jv *item);
bool jv_has_items(struct jv v);
const struct jlist *jv_items(struct jrun *r, struct jv v);          /* all of them; never NULL */
bool jv_length(struct jv v, size_t *n);                             /* false: has no length */

/* What a value is printed as: str() and repr() of Python. */
const struct jstr *jv_text(struct jrun *r, struct jv v);
void jv_put(struct jtext *t, struct jv v);
void jv_put_repr(struct jtext *t, struct jv v, unsigned depth);
void jv_put_int(struct jtext *t, jint i, bool data);
size_t jv_float_text(double v, char out[40]);                       /* repr of a float */

#endif
