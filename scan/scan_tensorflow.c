// SPDX-License-Identifier: Apache-2.0
/* TensorFlow: SavedModel, MetaGraphDef, GraphDef and what Keras writes beside them. Every operator of every graph and of
 * every function in its library, by its name; files by where their names come from (tf_flow.h); texts as payloads.
 *
 *     SavedModel{ 2 } ─> MetaGraph{ 2 graph, 3 saver, 5 signatures, 6 assets, 7 objects }
 *     Graph{ 1 node, 2 library } ─> Library{ 1 function } ─> Function{ 1 signature, 3 node_def }
 *     Node{ 1 name, 2 op, 3 input, 5 attr } ─> Value{ 1 list, 2 s, 8 tensor, 10 func } ─> Tensor{ 8 string_val }
 *
 * A message that two fields give is the sum of both, as protocol buffers merge them: all that comes is walked. One file
 * may be read as several kinds; it is judged as each that fits.
 * Numbers: saved_model.proto, meta_graph.proto, graph.proto, function.proto, attr_value.proto,
 * saved_object_graph.proto of TensorFlow 2.21; saved_metadata.proto of Keras. */
#include <stdlib.h>
#include "format/protobuf.h"
#include "scan/allow.h"
#include "scan/member.h"
#include "scan/payload.h"
#include "scan/tf_flow.h"
#include "scan/tf_nodes.h"

enum { VALUE_DEPTH_MAX = 32, SHOWN = 80, UNKNOWN_MAX = 256, FUNCTION_NODES = 3, GRAPH_NODES = 1 };
enum kind { SAVED_MODEL = 1, META_GRAPH = 2, GRAPH = 4, KERAS = 8, PRINT = 16 };

struct walk {
    struct scan *s;
    const struct scan_node *n;
    struct err *e;
    int rc;
    unsigned depth;
    struct arena a;
    struct tf_flow flow;
    struct tf_names functions;              /* sorted by list_functions */
    struct span unknown[UNKNOWN_MAX];       /* operators that were told */
    size_t n_unknown;
    bool any;                               /* a graph was there */
};

typedef void message_of(struct walk *w, struct span m);
struct field_of { uint32_t number; message_of *of; };

static void value(struct walk *w, struct span m);

static uint64_t offset_of(const struct walk *w, struct span at)
{
    return at.p ? (uint64_t)(at.p - w->n->in.p) : 0;
}

#define SHORT(t) (int)((t).n > SHOWN ? SHOWN : (t).n), (t).p ? (const char *)(t).p : ""

static void ended(struct walk *w, const struct pb *m)
{
    if (m->broken && !w->rc)
        w->rc = scan_find(w->s, w->n, RULE_GRAPH_MALFORMED, offset_of(w, m->in) + m->at, w->e,
                          "what stands here is no field of a message");
}

/* Walk one message: each field of the table that is bytes is a message of its own. */
static void each(struct walk *w, struct span in, const struct field_of *fields, size_t n)
{
    struct pb m = pb_begin(in);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f))
        for (size_t i = 0; i < n && f.wire == PB_BYTES; i++)
            if (fields[i].number == f.number)
                fields[i].of(w, f.bytes);
    ended(w, &m);
}

#define EACH(w, in, ...) each(w, in, (const struct field_of[]){ __VA_ARGS__ }, \
                              sizeof((const struct field_of[]){ __VA_ARGS__ }) / sizeof(struct field_of))

/* ---- texts -------------------------------------------------------------------------------- */

static void text(struct walk *w, struct span t)
{
    if (!w->rc)
        w->rc = payload_look(w->s, w->n, t, offset_of(w, t), w->e);
}

static void inner(struct walk *w, message_of *of, struct span m)
{
    if (w->depth >= VALUE_DEPTH_MAX) {
        if (!w->rc)
            w->rc = scan_find(w->s, w->n, RULE_TOO_DEEP, offset_of(w, m), w->e, "values in values, deeper than is followed");
        return;
    }
    w->depth++;
    of(w, m);
    w->depth--;
}

static void tensor(struct walk *w, struct span m);

static void variant(struct walk *w, struct span m)
{
    EACH(w, m, { 2, text }, { 3, tensor });
}

static void tensor_here(struct walk *w, struct span m)
{
    EACH(w, m, { 8, text }, { 15, variant });
}

static void tensor(struct walk *w, struct span m)
{
    inner(w, tensor_here, m);
}

/* ---- operators ---------------------------------------------------------------------------- */

/* Told once for each operator; UNKNOWN_MAX of them are remembered. */
static bool is_new(struct walk *w, struct span op)
{
    for (size_t i = 0; i < w->n_unknown; i++)
        if (span_eq(w->unknown[i], op))
            return false;
    if (w->n_unknown < UNKNOWN_MAX)
        w->unknown[w->n_unknown++] = op;
    return true;
}

static bool is_function(const struct walk *w, struct span op)
{
    size_t from = 0, to = w->functions.n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        int order = span_order(w->functions.items[mid], op);
        if (!order)
            return true;
        from = order < 0 ? mid + 1 : from;
        to = order < 0 ? to : mid;
    }
    return false;
}

static void found(struct walk *w, enum scan_rule_id rule, struct span op, struct span node, const struct tf_group *g,
                  const char *more, struct span shown)
{
    if (!w->rc)
        w->rc = scan_find(w->s, w->n, rule, offset_of(w, op), w->e, "operator \"%.*s\" %.*s%s%.*s%s, at node \"%.*s\"",
                          SHORT(op), SHORT(g->does), more, SHORT(shown), shown.n ? "\"" : "", SHORT(pb_bytes(node, 1)));
}

/* Every value of the attribute counts; that of a reader which takes the last is among them. */
static void by_attribute(struct walk *w, const struct tf_group *g, struct span op, struct span node)
{
    struct pb m = pb_begin(node);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f)) {
        if (f.number != 5 || f.wire != PB_BYTES || !span_eq(pb_bytes(f.bytes, 1), g->attribute))
            continue;
        struct span v = pb_bytes(pb_bytes(f.bytes, 2), 2);
        if (!tf_ops_may_be(g, v))
            found(w, RULE_TF_OPERATOR, op, node, g, ": \"", v);
    }
}

/* What the leaves say of an operator that opens files. NULL: nothing. */
static const char *judge_leaves(enum tf_sort sort, unsigned leaves, enum scan_rule_id *rule)
{
    bool writes = sort == TF_SAVES || sort == TF_WRITES, saver = sort == TF_SAVES || sort == TF_RESTORES;
    unsigned own = leaves & (TF_FIXED | TF_OUTSIDE | TF_ADDRESS | (saver && leaves & TF_FED ? 0 : TF_SAVER));
    bool restored = sort == TF_RESTORES && !(leaves & TF_ADDRESS);      /* a path of whoever wrote the model */
    *rule = RULE_TF_FILE;
    if (leaves & TF_ADDRESS)
        return " at an address: \"";
    if (own && (writes || (leaves & TF_OUTSIDE && !restored)))
        return " that it names itself: \"";
    if (leaves & TF_COMPUTED && writes)
        return " whose name it computes";
    *rule = RULE_TF_DEPENDS;
    if (own)
        return " that it names itself: \"";
    if (leaves & TF_COMPUTED)
        return " whose name it computes";
    if (leaves & TF_SERVED)
        return " that whoever asks the model names";
    return leaves && sort == TF_WRITES ? " that its caller names" : NULL;
}

static void by_leaves(struct walk *w, const struct tf_group *g, struct span op, struct span node, uint32_t scope)
{
    struct tf_question q = { scope, node, g->inputs, g->sort == TF_READS };
    struct tf_answer a = { 0, SPAN_NONE };
    enum scan_rule_id rule;
    if (!w->rc)
        w->rc = tf_flow_ask(&w->flow, &q, &a, w->e);
    const char *why = w->rc ? NULL : judge_leaves(g->sort, a.leaves, &rule);
    if (why)
        found(w, rule, op, node, g, why, span_ends(span_str(why), "\"") ? a.text : SPAN_NONE);
}

static void operator_of(struct walk *w, struct span op, struct span node, uint32_t scope)
{
    const struct tf_group *g = tf_ops_find(&w->s->allow->tensorflow, op);
    if (w->rc)
        return;
    if (!g) {
        if (!is_function(w, op) && is_new(w, op))
            w->rc = scan_find(w->s, w->n, RULE_TF_UNKNOWN, offset_of(w, op), w->e,
                              "operator \"%.*s\" is on no list, at node \"%.*s\"", SHORT(op), SHORT(pb_bytes(node, 1)));
        return;
    }
    switch (g->sort) {
    case TF_HARMLESS:
        return;
    case TF_UNSAFE:
        found(w, RULE_TF_OPERATOR, op, node, g, "", SPAN_NONE);
        return;
    case TF_REVIEW:
        if (is_new(w, op))
            found(w, RULE_TF_DEPENDS, op, node, g, "", SPAN_NONE);
        return;
    case TF_ATTRIBUTE:
        by_attribute(w, g, op, node);
        return;
    default:
        by_leaves(w, g, op, node, scope);
    }
}

/* ---- values of attributes ----------------------------------------------------------------- */

/* A function by its name; no loader takes an operator for one, and no writer writes it. */
static void function_name(struct walk *w, struct span name)
{
    const struct tf_group *g = tf_ops_find(&w->s->allow->tensorflow, name);
    if (g && g->sort != TF_HARMLESS)
        found(w, RULE_TF_OPERATOR, name, SPAN_NONE, g, ", and is named as a function", SPAN_NONE);
}

static void entry(struct walk *w, struct span m)
{
    EACH(w, m, { 2, value });
}

static void function_of(struct walk *w, struct span m)
{
    EACH(w, m, { 1, function_name }, { 2, entry });
}

static void list(struct walk *w, struct span m)
{
    EACH(w, m, { 2, text }, { 8, tensor }, { 9, function_of });
}

static void value_here(struct walk *w, struct span m)
{
    EACH(w, m, { 1, list }, { 2, text }, { 8, tensor }, { 10, function_of });
}

static void value(struct walk *w, struct span m)
{
    inner(w, value_here, m);
}

/* ---- graphs ------------------------------------------------------------------------------- */

static void node_of(struct walk *w, struct span node, uint32_t scope)
{
    struct pb m = pb_begin(node);
    struct pb_field f;
    unsigned n_op = 0;
    while (!w->rc && pb_next(&m, &f)) {
        if (f.wire != PB_BYTES)
            continue;
        if (f.number == 2) {
            operator_of(w, f.bytes, node, scope);
            n_op++;
        } else if (f.number == 5) {
            entry(w, f.bytes);
        }
    }
    ended(w, &m);
    if (n_op != 1 && !w->rc)
        w->rc = scan_find(w->s, w->n, RULE_GRAPH_MALFORMED, offset_of(w, node), w->e,
                          "a node with no operator, or several: \"%.*s\"", SHORT(pb_bytes(node, 1)));
}

static void nodes_of(struct walk *w, uint32_t scope)
{
    const struct tf_scope *s = &w->flow.scopes[scope];
    uint32_t nodes_at = s->nodes_at;
    bool has_values = nodes_at == FUNCTION_NODES;
    struct pb m = pb_begin(s->body);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f)) {
        if (f.wire != PB_BYTES)
            continue;
        if (f.number == nodes_at)
            node_of(w, f.bytes, scope);
        else if (has_values && f.number == 5)
            entry(w, f.bytes);
    }
    ended(w, &m);
}

/* ---- first all graphs and functions, with what is fed to them ------------------------------ */

static void scope(struct walk *w, struct span body, struct span name, uint32_t nodes_at)
{
    struct err why = { 0 };
    int rc = w->rc ? 0 : tf_flow_scope(&w->flow, body, name, nodes_at, &why);
    if (rc == ERR_LIMIT)
        rc = scan_find(w->s, w->n, RULE_TOO_DEEP, offset_of(w, body), w->e, "%s", why.msg);
    else if (rc)
        rc = err_memory(w->e);
    w->rc = w->rc ? w->rc : rc;
}

static void name_of(struct walk *w, struct tf_names *list, struct span name)
{
    if (!w->rc && name.n)
        w->rc = tf_flow_name(&w->flow, list, name, w->e);
}

static void function(struct walk *w, struct span m)
{
    struct span name = pb_bytes(pb_bytes(m, 1), 1);
    scope(w, m, name, FUNCTION_NODES);
    name_of(w, &w->functions, name);
}

static void library(struct walk *w, struct span m)
{
    EACH(w, m, { 1, function });
}

static void graph(struct walk *w, struct span m)
{
    w->any = true;
    scope(w, m, SPAN_NONE, GRAPH_NODES);
    EACH(w, m, { 2, library });
}

static void saver(struct walk *w, struct span m)
{
    name_of(w, &w->flow.savers, pb_bytes(m, 1));
}

static void served_tensor(struct walk *w, struct span m)
{
    name_of(w, &w->flow.served, pb_bytes(pb_bytes(m, 2), 1));
}

static void signature_here(struct walk *w, struct span m)
{
    EACH(w, m, { 1, served_tensor });
}

static void signature(struct walk *w, struct span m)
{
    EACH(w, m, { 2, signature_here });
}

/* The loader joins the name to the folder "assets". */
static void asset(struct walk *w, struct span m)
{
    struct span file = pb_bytes(m, 2);
    const char *why = member_escapes(file);
    name_of(w, &w->flow.assets, pb_bytes(pb_bytes(m, 1), 1));
    if (why && !w->rc)
        w->rc = scan_find(w->s, w->n, RULE_TF_FILE, offset_of(w, file), w->e, "the asset \"%.*s\" %s", SHORT(file), why);
}

/* Keras puts its configurations into the objects, or into a file of their own. */
static void configuration(struct walk *w, struct span m)
{
    if (w->rc || !span_starts(m, "{"))
        return;
    char *name = arena_fmt(w->s->a, "metadata at %llu.json", (unsigned long long)offset_of(w, m));
    w->rc = name ? scan_inside_as(w->s, w->n, m, name, "json", w->e) : err_memory(w->e);
}

static void user_object(struct walk *w, struct span m)
{
    EACH(w, m, { 3, configuration });
}

static void object(struct walk *w, struct span m)
{
    EACH(w, m, { 4, user_object });
}

static void objects(struct walk *w, struct span m)
{
    EACH(w, m, { 1, object });
}

static void collected_list(struct walk *w, struct span m)
{
    EACH(w, m, { 1, text });
}

static void collected(struct walk *w, struct span m)
{
    EACH(w, m, { 2, collected_list });
}

static void collection(struct walk *w, struct span m)
{
    EACH(w, m, { 2, collected });
}

static void meta_graph(struct walk *w, struct span m)
{
    EACH(w, m, { 2, graph }, { 3, saver }, { 4, collection }, { 5, signature }, { 6, asset }, { 7, objects });
}

static void saved_model(struct walk *w, struct span m)
{
    EACH(w, m, { 2, meta_graph });
}

static void keras_object(struct walk *w, struct span m)
{
    EACH(w, m, { 5, configuration });
}

static void keras(struct walk *w, struct span m)
{
    w->any = true;
    EACH(w, m, { 1, keras_object });
}

static int by_name(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    size_t n = x->n < y->n ? x->n : y->n;
    int order = n ? memcmp(x->p, y->p, n) : 0;
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

/* ---- which kind is it --------------------------------------------------------------------- */

static bool is_name(struct span t)
{
    for (size_t i = 0; i < t.n; i++)
        if (!((t.p[i] | 32) >= 'a' && (t.p[i] | 32) <= 'z') && !(t.p[i] >= '0' && t.p[i] <= '9') &&
            !memchr("_.>/-", t.p[i], 5))
            return false;
    return t.n > 0 && t.n < 256;
}

typedef bool fits_in(struct span m);

/* Is one of the fields `number`, among the first `n`, what `of` looks for? */
static bool has(struct span in, uint32_t number, size_t n, fits_in *of)
{
    struct pb m = pb_begin(in);
    struct pb_field f;
    while (n-- && pb_next(&m, &f))
        if (f.number == number && f.wire == PB_BYTES && of(f.bytes))
            return true;
    return false;
}

static bool is_node(struct span m)
{
    return has(m, 2, 64, is_name) && pb_is_message(m, 64);
}

static bool is_function_def(struct span m)
{
    return has(m, FUNCTION_NODES, 4096, is_node) && pb_bytes(pb_bytes(m, 1), 1).n;
}

static bool is_library(struct span m)
{
    return has(m, 1, 4096, is_function_def);
}

static bool is_graph(struct span m)
{
    return has(m, GRAPH_NODES, 4096, is_node) || has(m, 2, 4096, is_library);
}

static bool is_meta_graph(struct span m)
{
    return has(m, 2, 4096, is_graph);
}

static bool is_json(struct span m)
{
    return span_starts(m, "{");
}

static bool is_keras_object(struct span m)
{
    return has(m, 5, 16, is_json) && span_starts(pb_bytes(m, 4), "_tf_keras_");
}

static bool is_named(const struct scan_node *n, const char *what)
{
    const char *slash = strrchr(n->name, '/');
    return strcmp(slash ? slash + 1 : n->name, what) == 0;
}

static bool is_print(const struct scan_node *n)
{
    return is_named(n, "fingerprint.pb") && n->in.n < 1024 && pb_is_message(n->in, 32);
}

static unsigned kinds_of(const struct scan_node *n)
{
    return (has(n->in, 2, 4096, is_meta_graph) || is_named(n, "saved_model.pb") ? SAVED_MODEL : 0u) |
           (is_meta_graph(n->in) ? META_GRAPH : 0u) | (is_graph(n->in) ? GRAPH : 0u) |
           (has(n->in, 1, 4096, is_keras_object) ? KERAS : 0u) | (is_print(n) ? PRINT : 0u);
}

static unsigned sniff(const struct scan_node *n)
{
    unsigned kinds = kinds_of(n);
    return !kinds ? 0 : is_named(n, "saved_model.pb") ? 92 : kinds == PRINT ? 45 : scan_called(n, ".pb .meta") ? 78 : 70;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct walk w = { .s = s, .n = n, .e = e };
    unsigned kinds = kinds_of(n);
    arena_init(&w.a, 128 << 20);
    w.flow.a = &w.a;
    if (kinds & SAVED_MODEL)
        saved_model(&w, n->in);
    if (kinds & META_GRAPH)
        meta_graph(&w, n->in);
    if (kinds & GRAPH)
        graph(&w, n->in);
    if (kinds & KERAS)
        keras(&w, n->in);
    if (!w.any && !(kinds & PRINT) && !w.rc)
        w.rc = scan_find(s, n, RULE_GRAPH_MALFORMED, 0, e, "called a SavedModel, but there is no graph");
    if (w.functions.n)
        qsort(w.functions.items, w.functions.n, sizeof *w.functions.items, by_name);
    for (size_t i = 0; i < w.flow.n_scopes && !w.rc; i++)
        nodes_of(&w, (uint32_t)i);
    arena_fini(&w.a);
    return w.rc;
}

int tf_nodes_judge(struct scan *s, const struct scan_node *n, const struct span *nodes, size_t n_nodes, struct err *e)
{
    struct walk w = { .s = s, .n = n, .e = e };
    arena_init(&w.a, 16 << 20);
    w.flow.a = &w.a;
    scope(&w, SPAN_NONE, SPAN_NONE, GRAPH_NODES);
    for (size_t i = 0; i < n_nodes && !w.rc; i++)
        node_of(&w, nodes[i], 0);
    arena_fini(&w.a);
    return w.rc;
}

const struct scan_format scan_tensorflow = { .name = "tensorflow", .sniff = sniff, .run = run };
