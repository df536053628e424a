// SPDX-License-Identifier: Apache-2.0
/* base/val.h - the tree that JSON and YAML are read into.
 *
 *     map ── "license" ─ str "apache-2.0"   line 3, bytes [18, 28)
 *      └──── "tags" ──── list ─ str, str    in the order of the file
 *
 * Every value remembers its line and its bytes, because evidence points at them. All
 * memory is the arena's; the text of a string is NUL-terminated and may hold NULs inside (n tells).
 * A scalar of YAML keeps its raw text in `str` whatever its type, so "no" and "1.10"
 * are not bent into false and 1.1; a number of JSON does the same. */
#ifndef ASSAY_BASE_VAL_H
#define ASSAY_BASE_VAL_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum val_kind { VAL_NULL, VAL_BOOL, VAL_INT, VAL_REAL, VAL_STR, VAL_LIST, VAL_MAP };

struct val_index;
struct val {
    enum val_kind kind;
    uint32_t line;                  /* from 1 */
    uint32_t line_to;               /* last line of the value */
    uint32_t key_line;
    uint64_t byte_from, byte_to;    /* in the input that was parsed */
    struct span key;                /* this value's key when its parent is a map */
    struct val *next;               /* the parent's next child, NULL at the end */
    bool b;                         /* VAL_BOOL */
    int64_t i;                      /* VAL_INT, exact */
    double r;                       /* VAL_REAL, VAL_INT */
    struct span str;                /* VAL_STR: decoded text; other scalars: text as written */
    struct val *first, *last;       /* VAL_LIST, VAL_MAP */
    size_t n;                       /* children */
    struct val_index *index;        /* large maps only: key -> child */
};

struct val_limits {
    size_t max_bytes;               /* of the input */
    uint32_t max_depth;
    size_t max_values;
};

/* 100 MB, depth 128, 50 M values for JSON; 1 MiB, depth 64, 100,000 values for YAML. */
extern const struct val_limits json_limits, yaml_limits;

/* All accept NULL and the wrong kind, and then say: nothing. O(1) on maps of any size. */
const struct val *val_get(const struct val *map, const char *key);
const struct val *val_get_span(const struct val *map, struct span key);
const struct val *val_path(const struct val *v, const char *dotted);    /* "a.b.c" */
const char *val_str(const struct val *v);       /* text of any scalar but null; NULL otherwise */
bool val_is(const struct val *v, const char *text);                     /* scalar with that text */
bool val_int(const struct val *v, int64_t *out);                        /* VAL_INT only */
bool val_bool(const struct val *v, bool *out);  /* VAL_BOOL, or the words yes/no/true/false, any case */

/* For the two parsers: add `child` to a list or map. Fails: ERR_FORMAT duplicate key (its
 * line), ERR_MEMORY. */
int val_add(struct val *parent, struct val *child, struct arena *a, struct err *e);

#endif
