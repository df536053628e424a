// SPDX-License-Identifier: Apache-2.0
/* scan/allow.h - the list of what a pickle may name: data/scan/allow.yaml, built into the program.
 *
 *     - {module: torch._utils, use: call, names: [_rebuild_tensor_v2, _rebuild_parameter]}
 *       value    may be named, and passed about         (torch FloatStorage)
 *       new      may also be instantiated without its constructor, and given state    (NEWOBJ, BUILD)
 *       call     may also be called                      (collections OrderedDict)
 *       review   as call, but a person should look       (dill._dill _load_type)
 *
 * Everything that is on no line is unknown. An unknown class of a library that is known to be one may be looked at
 * by a person (REVIEW); any other unknown name is UNSAFE. Names are compared whole: "a.b" is no part of a class. */
#ifndef ASSAY_SCAN_ALLOW_H
#define ASSAY_SCAN_ALLOW_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "scan/tf_ops.h"

enum allow_use {
    ALLOW_UNKNOWN,              /* on no list: unsafe */
    ALLOW_REVIEW,               /* a class of a library that is known: a person should look */
    ALLOW_REVIEW_CALL,          /* listed for a person to look at, also when it is called */
    ALLOW_VALUE, ALLOW_NEW, ALLOW_CALL,
    ALLOW_LOADS,                /* may be called with one bytes constant, which is itself a file to be judged */
    ALLOW_CALLS_FIRST,          /* calls its first argument, which must itself be ALLOW_CALL */
    ALLOW_CALLS_SECOND          /* the same with its second: copyreg._reconstructor(class, base, state) */
};

struct allow_entry { struct span module, name; enum allow_use use; };
struct allow_advisory { struct span module, name, ids; };       /* name empty: the whole module and below */
struct allow {
    const char *date;           /* of the list */
    struct allow_entry *entries;            /* sorted */
    size_t n_entries;
    struct span *libraries;                 /* roots whose unknown classes are for review */
    size_t n_libraries;
    struct allow_advisory *advisories;
    size_t n_advisories;
    struct tf_ops tensorflow;               /* the operators of its graphs, from a list of their own */
};

/* Read a list; SPAN_NONE takes the one built in. Fails: ERR_FORMAT with the line, ERR_LIMIT, ERR_MEMORY. */
int allow_open(struct span yaml, struct arena *a, struct allow *out, struct err *e);

/* What (module, name) may be used for. The list holds names as they are written; a test checks that what Python 3
 * makes of those of the old protocols is listed too. */
enum allow_use allow_find(const struct allow *l, struct span module, struct span name);

/* Are the module and the name both on the list, though not together? Bytes that are no opcodes, run as such, shift
 * the memo, and then harmless halves meet that no writer put together. */
bool allow_crossed(const struct allow *l, struct span module, struct span name);

/* Advisories that speak of this name; empty when none does. */
struct span allow_advisories(const struct allow *l, struct span module, struct span name);

#endif
