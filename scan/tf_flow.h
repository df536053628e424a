// SPDX-License-Identifier: Apache-2.0
/* scan/tf_flow.h - where the name of a file comes from that an operator of a graph of TensorFlow opens.
 *
 *     SaveV2 <─ ShardedFilename <─ StringJoin <─┬─ argument of the function <─ StatefulPartitionedCall <─ Placeholder
 *                                               └─ Const "_temp/part"              "saver_filename": fed
 *
 * From an input back to its leaves, through operators that hand texts on, and from an argument to whoever calls the
 * function. What is not followed is COMPUTED. Each question takes a bounded number of steps.
 *
 *     graph:    node (field 1), inputs "node", "node:1"          function: node_def (field 3), inputs "node:out:0", "arg"
 *
 * The spans are the file's, the tables the arena's. Source: graph.proto, node_def.proto, function.proto, meta_graph.proto
 * of TensorFlow 2.21. */
#ifndef ASSAY_SCAN_TF_FLOW_H
#define ASSAY_SCAN_TF_FLOW_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum tf_leaf {                  /* what the leaves are, together */
    TF_FED = 1,                 /* given by the program that loads the model: the saver's name, an argument that nobody sets */
    TF_SERVED = 2,              /* given by whoever asks the model: an input of a signature */
    TF_ASSET = 4,               /* a file of the model itself */
    TF_SAVER = 8,               /* a piece that TensorFlow's saver puts into names: "_temp/part" */
    TF_FIXED = 16,              /* a text of the graph */
    TF_OUTSIDE = 32,            /* one that leads out of any folder */
    TF_ADDRESS = 64,            /* one with a "://" */
    TF_COMPUTED = 128           /* not followed to its end */
};

enum { TF_SCOPES_MAX = 1 << 18 };

struct tf_node { struct span name, body; };
struct tf_scope {               /* a graph or a function */
    struct span body, name;     /* name empty: a graph */
    uint32_t nodes_at;          /* the number of the field with its nodes */
    bool listed;
    struct span signature;      /* of a function, when listed */
    struct tf_node *nodes;      /* by name, when listed */
    size_t n_nodes;
};
struct tf_call { struct span function; uint32_t scope; struct span body; };
struct tf_names { struct span *items; size_t n, cap; };

struct tf_flow {                /* begin with zeros, and an arena */
    struct arena *a;
    struct tf_scope *scopes;
    size_t n_scopes, cap_scopes, n_listed, n_steps, n_variables;
    struct tf_names assets, savers, served;         /* names of tensors, without ":0" */
    struct tf_call *calls;      /* by function, once asked */
    size_t n_calls;
    bool called, too_many;      /* too_many: more calls, or nodes, than are kept */
};

struct tf_question {
    uint32_t scope;
    struct span node;           /* the body of the operator */
    unsigned inputs;            /* bit i: input i */
    bool variables;             /* may a variable hold it, that is set to a leaf? */
};
struct tf_answer { unsigned leaves; struct span text; };        /* text: the worst one of the graph, or empty */

/* Fails: ERR_LIMIT more than TF_SCOPES_MAX, ERR_MEMORY. */
int tf_flow_scope(struct tf_flow *f, struct span body, struct span name, uint32_t nodes_at, struct err *e);

/* Note the name of a tensor, "x:0". Fails: ERR_MEMORY. */
int tf_flow_name(struct tf_flow *f, struct tf_names *list, struct span tensor, struct err *e);

/* Fails: ERR_MEMORY. */
int tf_flow_ask(struct tf_flow *f, const struct tf_question *q, struct tf_answer *out, struct err *e);

#endif
