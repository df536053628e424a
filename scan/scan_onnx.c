// SPDX-License-Identifier: Apache-2.0
/* ONNX: a graph of operators that the runtime has. What leads out of it is where weights in other files are said to lie,
 * and operators that a library must bring. Functions of the model, subgraphs, training graphs are walked; text is text.
 *
 *     Model{ 7 graph, 20 training, 25 function } ─> Graph{ 1 node, 5 initializer } ─> Node{ 4 op, 7 domain, 5 attribute }
 *                                        └─> Tensor{ 13 external_data } <─ Attribute{ 5 t, 6 g, 10 tensors, 11 graphs }
 *
 * Whether a file beside the model is there, long enough or a link is told by repository.h, from the refs kept here.
 * Numbers: onnx.proto of onnx 1.23. */
#include <stdlib.h>
#include "format/protobuf.h"
#include "scan/refs.h"

enum { DEPTH_MAX = 64, DOMAINS_SHOWN = 80 };

struct function { struct span domain, name; };

struct walk {
    struct scan *s;
    const struct scan_node *n;
    struct err *e;
    int rc;
    unsigned depth;
    struct arena a;
    struct function *functions;             /* sorted */
    size_t n_functions;
};

typedef void message_of(struct walk *w, struct span m);

static void graph(struct walk *w, struct span m);

static uint64_t offset_of(const struct walk *w, const uint8_t *p)
{
    return p ? (uint64_t)(p - w->n->in.p) : 0;
}

static int shown(struct span t)
{
    return (int)(t.n > DOMAINS_SHOWN ? DOMAINS_SHOWN : t.n);
}

static void found(struct walk *w, enum scan_rule_id rule, struct span at, const char *what, struct span text)
{
    if (!w->rc)
        w->rc = scan_find(w->s, w->n, rule, offset_of(w, at.p), w->e, "%s \"%.*s\"", what, shown(text),
                          text.p ? (const char *)text.p : "");
}

/* After a walk over a message: bytes that are no field may be one to another reader. */
static void ended(struct walk *w, const struct pb *m)
{
    if (m->broken && !w->rc)
        w->rc = scan_find(w->s, w->n, RULE_GRAPH_MALFORMED, offset_of(w, m->in.p) + m->at, w->e,
                          "what stands here is no field of a message");
}

static void inner(struct walk *w, message_of *of, struct span m)
{
    if (w->depth >= DEPTH_MAX) {
        found(w, RULE_TOO_DEEP, m, "graphs in graphs, deeper than is followed", SPAN_NONE);
        return;
    }
    w->depth++;
    of(w, m);
    w->depth--;
}

/* ---- weights in other files --------------------------------------------------------------- */

static bool leads_out(struct span p)
{
    if (!p.n || p.p[0] == '/' || p.p[0] == '\\' || p.p[0] == '~' || memchr(p.p, ':', p.n))
        return true;                        /* a drive, a stream of Windows, a URL */
    for (size_t from = 0, i = 0; i <= p.n; i++) {
        if (i < p.n && p.p[i] != '/' && p.p[i] != '\\') {
            if (p.p[i] < 0x20 || p.p[i] == 0x7f)
                return true;
            continue;
        }
        if (i - from == 2 && p.p[from] == '.' && p.p[from + 1] == '.')
            return true;
        from = i + 1;
    }
    return false;
}

static bool is_number(struct span t)
{
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] < '0' || t.p[i] > '9')
            return false;
    return t.n > 0 && t.n <= 18;
}

struct place { struct span location, offset, length; bool located; };

static void external_entry(struct walk *w, struct span m, struct place *to)
{
    struct span key = pb_bytes(m, 1), value = pb_bytes(m, 2);
    if (span_is(key, "offset"))
        to->offset = value;
    else if (span_is(key, "length"))
        to->length = value;
    if (span_is(key, "location")) {
        if (leads_out(value))
            found(w, RULE_ONNX_EXTERNAL, m, "weights are said to lie in", value);
        else if (to->located)
            found(w, RULE_GRAPH_MALFORMED, m, "a second place for the same weights:", value);
        else
            to->location = value;
        to->located = true;
    } else if ((span_is(key, "offset") || span_is(key, "length")) && !is_number(value)) {
        found(w, RULE_GRAPH_MALFORMED, m, "a place in another file that is no number:", value);
    } else if (span_is(key, "basepath") ? leads_out(value) : key.n && memmem(key.p, key.n, "__", 2)) {
        found(w, RULE_ONNX_EXTERNAL, m, "the place of weights sets", key);
    }
}

/* Digits that is_number took; 0 for none. */
static uint64_t number_of(struct span t)
{
    uint64_t v = 0;
    for (size_t i = 0; i < t.n && is_number(t); i++)
        v = v * 10 + (t.p[i] - '0');
    return v;
}

static void tensor(struct walk *w, struct span t)
{
    struct pb m = pb_begin(t);
    struct pb_field f;
    struct place to = { .located = false };
    bool external = false;
    while (!w->rc && pb_next(&m, &f)) {
        if (f.number == 13 && f.wire == PB_BYTES)
            external_entry(w, f.bytes, &to);
        else if (f.number == 14 && f.wire == PB_VARINT)
            external = f.value == 1;
    }
    ended(w, &m);
    if (external && !to.located)
        found(w, RULE_GRAPH_MALFORMED, t, "weights in another file that is not named", SPAN_NONE);
    if (external && to.location.n && !w->rc)
        w->rc = refs_add(w->s, w->n, REF_WEIGHTS, to.location, SPAN_NONE, offset_of(w, t.p), 0,
                         number_of(to.offset) + number_of(to.length), w->e);
}

static void sparse_tensor(struct walk *w, struct span t)
{
    struct pb m = pb_begin(t);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f))
        if ((f.number == 1 || f.number == 2) && f.wire == PB_BYTES)
            tensor(w, f.bytes);
    ended(w, &m);
}

/* ---- operators ---------------------------------------------------------------------------- */

static bool any_of(struct span t, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_is(t, words[i]))
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    const struct function *x = a, *y = b;
    int order = span_order(x->domain, y->domain);
    return order ? order : span_order(x->name, y->name);
}

/* The operators that the model defines itself; their nodes are judged where they stand. */
static void list_functions(struct walk *w)
{
    struct pb m = pb_begin(w->n->in);
    struct pb_field f;
    size_t cap = 0;
    while (!w->rc && pb_next(&m, &f)) {
        void *items = w->functions;
        if (f.number != 25 || f.wire != PB_BYTES)
            continue;
        if (arena_grow(&w->a, &items, &cap, w->n_functions, sizeof *w->functions)) {
            w->rc = err_memory(w->e);
            return;
        }
        w->functions = items;
        w->functions[w->n_functions++] = (struct function){ pb_bytes(f.bytes, 10), pb_bytes(f.bytes, 1) };
    }
    if (w->n_functions)
        qsort(w->functions, w->n_functions, sizeof *w->functions, by_name);
}

static bool is_function(const struct walk *w, struct span domain, struct span op)
{
    struct function key = { domain, op };
    return w->n_functions && bsearch(&key, w->functions, w->n_functions, sizeof *w->functions, by_name);
}

static void operator_of(struct walk *w, struct span node, struct span domain, struct span op)
{
    static const char *const domains[] = { "", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview",
                                           "ai.onnx.preview.training", "com.microsoft", "com.microsoft.experimental",
                                           "com.microsoft.nchwc", "com.ms.internal.nhwc" };
    static const char *const loads[] = { "PythonOp", "PythonOpGrad", "PyOp", "ATen", "EPContext" };
    struct span name = pb_bytes(node, 3);
    if (any_of(op, loads, sizeof loads / sizeof *loads))
        found(w, RULE_ONNX_CUSTOM, node, "has code run that is not of the graph:", op);
    else if (!any_of(domain, domains, sizeof domains / sizeof *domains) && !is_function(w, domain, op) && !w->rc)
        w->rc = scan_find(w->s, w->n, RULE_ONNX_CUSTOM, offset_of(w, node.p), w->e,
                          "node \"%.*s\" needs operator \"%.*s\" of \"%.*s\"", shown(name), name.p ? (const char *)name.p : "",
                          shown(op), op.p ? (const char *)op.p : "", shown(domain), (const char *)domain.p);
}

static void attribute(struct walk *w, struct span a)
{
    struct pb m = pb_begin(a);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f)) {
        if (f.wire != PB_BYTES)
            continue;
        if (f.number == 5 || f.number == 10)
            tensor(w, f.bytes);
        else if (f.number == 22 || f.number == 23)
            sparse_tensor(w, f.bytes);
        else if (f.number == 6 || f.number == 11)
            inner(w, graph, f.bytes);
    }
    ended(w, &m);
}

static void node_of(struct walk *w, struct span node)
{
    struct pb m = pb_begin(node);
    struct pb_field f;
    struct span op = SPAN_NONE, domain = SPAN_NONE;
    unsigned n_op = 0, n_domain = 0;
    while (!w->rc && pb_next(&m, &f)) {
        if (f.wire != PB_BYTES)
            continue;
        if (f.number == 4) {
            op = f.bytes;
            n_op++;
        } else if (f.number == 7) {
            domain = f.bytes;
            n_domain++;
        } else if (f.number == 5) {
            attribute(w, f.bytes);
        }
    }
    ended(w, &m);
    if (n_op != 1 || n_domain > 1)
        found(w, RULE_GRAPH_MALFORMED, node, "a node with no operator, or several:", op);
    operator_of(w, node, domain, op);
}

static void graph(struct walk *w, struct span g)
{
    struct pb m = pb_begin(g);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f)) {
        if (f.wire != PB_BYTES)
            continue;
        if (f.number == 1)
            node_of(w, f.bytes);
        else if (f.number == 5)
            tensor(w, f.bytes);
        else if (f.number == 15)
            sparse_tensor(w, f.bytes);
    }
    ended(w, &m);
}

static void function(struct walk *w, struct span t)
{
    struct pb m = pb_begin(t);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f)) {
        if (f.number == 7 && f.wire == PB_BYTES)
            node_of(w, f.bytes);
        else if (f.number == 11 && f.wire == PB_BYTES)
            attribute(w, f.bytes);
    }
    ended(w, &m);
}

static void training(struct walk *w, struct span t)
{
    struct pb m = pb_begin(t);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f))
        if ((f.number == 1 || f.number == 2) && f.wire == PB_BYTES)
            graph(w, f.bytes);
    ended(w, &m);
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct walk w = { .s = s, .n = n, .e = e };
    struct pb m = pb_begin(n->in);
    struct pb_field f;
    bool any = false;
    arena_init(&w.a, 32 << 20);
    list_functions(&w);
    while (!w.rc && pb_next(&m, &f)) {
        if (f.wire != PB_BYTES)
            continue;
        any = any || f.number == 7;
        if (f.number == 7)
            inner(&w, graph, f.bytes);
        else if (f.number == 20)
            inner(&w, training, f.bytes);
        else if (f.number == 25)
            inner(&w, function, f.bytes);
    }
    ended(&w, &m);
    if (!any && !m.broken)
        found(&w, RULE_GRAPH_MALFORMED, n->in, "called an ONNX model, but there is no graph", SPAN_NONE);
    arena_fini(&w.a);
    return w.rc;
}

/* A version, and a graph, at the top; a name alone is enough to be told that it is none. */
static unsigned sniff(const struct scan_node *n)
{
    bool named = scan_called(n, ".onnx"), version = false, has_graph = false;
    struct pb m = pb_begin(n->in);
    struct pb_field f;
    for (unsigned i = 0; i < 64 && pb_next(&m, &f); i++) {
        version = version || (f.number == 1 && f.wire == PB_VARINT && f.value > 0 && f.value < 100);
        has_graph = has_graph || (f.number == 7 && f.wire == PB_BYTES && f.bytes.n && pb_is_message(f.bytes, 16));
    }
    return version && has_graph ? (m.broken && !named ? 25 : 75) : named ? 42 : 0;
}

const struct scan_format scan_onnx = { .name = "onnx", .sniff = sniff, .run = run };
