// SPDX-License-Identifier: Apache-2.0
/* text/jinja_run_int.h - one rendering: its state, and what evaluator, filters, tests and methods share.
 *
 * An error sticks: after the first one every function gives something harmless and every loop ends, so that callers look
 * where they loop. Whatever may run long pays in steps (jr_spend), whatever descends goes through jr_enter. */
#ifndef ASSAY_TEXT_JINJA_RUN_INT_H
#define ASSAY_TEXT_JINJA_RUN_INT_H
#include "text/jinja_run.h"
#include "text/jinja_value.h"

enum { JINJA_DEPTH_DEFAULT = 1000, JINJA_VALUE_DEPTH = 200, JINJA_RANGE_MAX = 100000 };

struct jvar { struct span name; struct jv value; struct jvar *next; };
struct jscope { struct jscope *up; struct jvar *vars; };

enum jflow { JINJA_GOES_ON, JINJA_BREAKS, JINJA_CONTINUES };

struct jrun {
    struct arena *a;
    struct err *e;
    int rc;
    bool refused;
    uint32_t at;                            /* the byte of the node now */
    uint64_t steps, max_steps;
    size_t mem, max_mem, max_out;
    unsigned depth, max_depth;
    struct jscope *scope, *top;
    struct jtext *out, *whole;              /* where output goes now; the rendering's own */
    struct jv hole;                         /* what a block's filters are put over */
    const struct tm *now;
};

struct jmacro {
    const struct jinja_node *params, *body;
    struct span name;                       /* none: a call block's body */
    struct jscope *scope;
    bool wants_kwargs, wants_varargs, wants_caller, has_caller;     /* has: among its parameters */
    size_t n_params;
};

/* Set the error, if it is the first. Gives an undefined value. */
struct jv jr_fail(struct jrun *r, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
struct jv jr_kind(struct jrun *r, const char *what, struct jv v);   /* "what" of a value of this kind is an error */
struct jv jr_undefined(struct jrun *r, struct jv v);                /* the use of an undefined value */
bool jr_spend(struct jrun *r, uint64_t steps);                      /* false: failed, now or before */
void *jr_mem(struct jrun *r, size_t n);                             /* zeroed; NULL: said */
bool jr_enter(struct jrun *r);
void jr_leave(struct jrun *r);

struct jv jr_eval(struct jrun *r, const struct jinja_node *n);
struct jv jr_binary(struct jrun *r, unsigned op, struct jv a, struct jv b);
struct jv jr_negative(struct jrun *r, struct jv v);
struct jv jr_repeat(struct jrun *r, struct jv v, struct jv times);
struct jv jr_slice(struct jrun *r, struct jv v, struct jv from, struct jv to, struct jv step);
enum jflow jr_body(struct jrun *r, const struct jinja_node *first);
const struct jstr *jr_captured(struct jrun *r, const struct jinja_node *first, enum jflow *flow);
void jr_assign(struct jrun *r, const struct jinja_node *target, struct jv v);
struct jscope *jr_scope(struct jrun *r, struct jscope *up);
void jr_set(struct jrun *r, struct span name, struct jv v);         /* in the scope now */

/* --- calls --- */
struct jv jr_call(struct jrun *r, struct jv f, struct jargs *a);
void jr_arguments(struct jrun *r, const struct jinja_node *call, const struct jv *self, struct jargs *a);
struct jv jr_macro(struct jrun *r, const struct jinja_node *params, const struct jinja_node *body, struct span name);
void jr_keyword(struct jrun *r, struct jargs *a, struct span name, struct jv v);
/* The arguments behind at[0] by the names in `spec`, "!width fill": ! is one that must be given. What is not given is
 * JV_MISSING. False: said. */
bool jr_bind(struct jrun *r, const struct jargs *a, const char *spec, struct jv *out);
bool jr_want_int(struct jrun *r, struct jv v, jint otherwise, jint *out);       /* MISSING: otherwise */
bool jr_want_bool(struct jrun *r, struct jv v, bool otherwise);
const struct jstr *jr_want_str(struct jrun *r, struct jv v, const struct jstr *otherwise);

/* --- loops and other objects --- */
struct jloop;
struct jv jr_loop_attr(struct jrun *r, struct jloop *l, struct span name);
struct jv jr_loop_call(struct jrun *r, struct jloop *l, const struct jargs *a);
void jr_loop_put(struct jtext *t, struct jloop *l);
size_t jr_loop_length(struct jrun *r, struct jloop *l);

/* --- attributes and items --- */
struct jv jr_attr(struct jrun *r, struct jv v, struct span name);   /* v.name */
struct jv jr_item(struct jrun *r, struct jv v, struct jv key);      /* v[key] */

/* --- names --- */
typedef bool (*jtest)(struct jrun *r, const struct jargs *a);
jfunction jinja_filter_find(struct span name);                      /* NULL: none */
jtest jinja_test_find(struct span name);
struct jv jinja_global(struct span name);                           /* JV_MISSING: none */
/* What Jinja refuses before it runs: unknown filters, a break outside a loop. */
void jinja_check(struct jrun *r, const struct jinja_node *root);

/* --- texts of values --- */
struct jv jr_percent(struct jrun *r, const struct jstr *format, struct jv args);
struct jv jr_format(struct jrun *r, const struct jstr *format, const struct jargs *a);
const struct jstr *jr_escape(struct jrun *r, struct jv v);
struct jv jr_tojson(struct jrun *r, const struct jargs *a);
struct jv jr_strftime(struct jrun *r, const struct jstr *format);
/* int(text) and float(text) of Python. False: it is none. */
bool jr_read_int(struct jrun *r, const struct jstr *s, int base, jint *out);
bool jr_read_float(struct jrun *r, const struct jstr *s, double *out);

#endif
