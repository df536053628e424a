// SPDX-License-Identifier: Apache-2.0
/* scan/template_int.h - what the parts of the judge of templates share.
 *
 *     scan_template.c    walks the tree: escapes, loads, calls          template_names.c  the lists of names
 *     template_fold.c    what a string that is put together comes to    template_gate.c   answers bound to what is asked
 *     template_text.c    what literal text says
 *
 * Nothing is run. A variable stands for the last text that the source sets it to, found by reading the source
 * twice: enough for names put together from pieces. What stays unknown is judged as unknown. */
#ifndef ASSAY_SCAN_TEMPLATE_INT_H
#define ASSAY_SCAN_TEMPLATE_INT_H
#include "scan/scan.h"
#include "text/jinja.h"

enum {
    FOLD_MAX = 256,                         /* bytes of a text put together; longer is unknown */
    FOLD_STEPS_MAX = 500000                 /* of putting together, in one template; beyond it is incomplete */
};

struct template_var {
    struct span name;
    struct span value;                      /* when `known` */
    bool known;                             /* a constant text */
    bool built;                             /* put together, of what is not known */
    bool content;                           /* of what people wrote */
};

struct template_judge {
    struct scan *s;
    const struct scan_node *n;
    struct err *e;
    struct arena a;                         /* tree, variables, texts */
    struct template_var *vars;              /* sorted by name */
    size_t n_vars, cap_vars;
    uint32_t *steps;                        /* of folding, up to FOLD_STEPS_MAX */
    int rc;
};

struct fold { size_t n; char p[FOLD_MAX]; };
static inline struct span fold_view(const struct fold *f) { return span_of(f->p, f->n); }

/* Find all variables below `root` and what they stand for. Fails: ERR_MEMORY. */
int template_vars(struct template_judge *j, const struct jinja_node *root);
struct template_var *template_var(const struct template_judge *j, struct span name);     /* NULL: never set */

/* Append the text that n comes to. False: not known, or too long. */
bool template_fold(const struct template_judge *j, const struct jinja_node *n, struct fold *out);
/* Is a text put together here: ~, +, %, join, format, replace, reverse, chr? */
bool template_builds(const struct template_judge *j, const struct jinja_node *n);

enum template_name {                        /* what a name is, in the place where it stands */
    NAME_UNKNOWN, NAME_HARMLESS, NAME_DANGEROUS
};
enum template_name template_global(struct span name);
enum template_name template_method(struct span name);
bool template_filter_known(struct span name);
bool template_is_callable_global(struct span name);     /* cycler, self: has no attribute for a template */
bool template_is_server_object(struct span name);       /* config, request: of web servers, not of loaders */
bool template_name_escapes(struct span name);           /* __class__, mro, gi_frame */
bool template_has_dunder(struct span text);             /* a __name__ somewhere in it */

/* Judge literal text: addresses, instructions, characters that nobody sees. */
void template_judge_text(struct template_judge *j, struct span text, uint32_t at);
bool template_is_token(struct span text);               /* <think>, [INST], /no_think, {"name": */
/* Words of two letters and more outside <...> and [...], up to `max`. */
size_t template_words(struct span text, size_t max);

/* Judge a test and what stands behind it: a body, or a value. */
void template_judge_gate(struct template_judge *j, const struct jinja_node *test, const struct jinja_node *body);
bool template_of_content(const struct template_judge *j, const struct jinja_node *n);

void template_found(struct template_judge *j, enum scan_rule_id rule, uint32_t at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
