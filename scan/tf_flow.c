// SPDX-License-Identifier: Apache-2.0
#include "scan/tf_flow.h"

#include <stdlib.h>
#include "format/protobuf.h"
#include "scan/member.h"

enum { NODES_MAX = 1 << 20, CALLS_MAX = 1 << 19, NAMES_MAX = 256, DEPTH_MAX = 40, FUNC_DEPTH_MAX = 8 };
enum { STEPS_MAX = 4000, ALL_STEPS_MAX = 1 << 21, VARIABLES_MAX = 64 };     /* a question; a file; variables looked up */

enum { NODE_NAME = 1, NODE_OP = 2, NODE_INPUT = 3, NODE_ATTR = 5, VALUE_LIST = 1, VALUE_TYPE = 6, VALUE_TENSOR = 8,
       LIST_FUNC = 9, VALUE_FUNC = 10, TENSOR_TEXT = 8 };

struct asked {
    struct tf_flow *f;
    struct err *e;
    int rc;
    bool variables;
    unsigned steps, depth;
    struct tf_answer answer;
};

static void follow(struct asked *q, uint32_t scope, struct span tensor);

/* ---- what is noted ------------------------------------------------------------------------ */

/* "node" of "node:0", "node:out:0". */
static struct span node_of(struct span tensor)
{
    const uint8_t *colon = tensor.n ? memchr(tensor.p, ':', tensor.n) : NULL;
    return colon ? span_of(tensor.p, (size_t)(colon - tensor.p)) : tensor;
}

int tf_flow_scope(struct tf_flow *f, struct span body, struct span name, uint32_t nodes_at, struct err *e)
{
    void *items = f->scopes;
    if (f->n_scopes >= TF_SCOPES_MAX)
        return err_plain(e, ERR_LIMIT, "more than %d graphs and functions", TF_SCOPES_MAX);
    if (arena_grow(f->a, &items, &f->cap_scopes, f->n_scopes, sizeof *f->scopes))
        return err_memory(e);
    f->scopes = items;
    f->scopes[f->n_scopes++] = (struct tf_scope){ .body = body, .name = name, .nodes_at = nodes_at };
    return 0;
}

int tf_flow_name(struct tf_flow *f, struct tf_names *list, struct span tensor, struct err *e)
{
    void *items = list->items;
    if (arena_grow(f->a, &items, &list->cap, list->n, sizeof *list->items))
        return err_memory(e);
    list->items = items;
    list->items[list->n++] = node_of(tensor);
    return 0;
}

/* beyond: the answer for a list that is longer than anybody's. */
static bool is_among(const struct tf_names *list, struct span name, bool beyond)
{
    for (size_t i = 0; i < list->n && i < NAMES_MAX; i++)
        if (span_eq(list->items[i], name))
            return true;
    return list->n > NAMES_MAX && beyond;
}

/* ---- nodes by name ------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return span_order(((const struct tf_node *)a)->name, ((const struct tf_node *)b)->name);
}

static size_t count(const struct tf_scope *s)
{
    struct pb m = pb_begin(s->body);
    struct pb_field f;
    size_t n = 0;
    while (pb_next(&m, &f))
        n += f.number == s->nodes_at && f.wire == PB_BYTES;
    return n;
}

/* List the nodes of a scope once. False: there are too many, or memory is out. */
static bool list_nodes(struct asked *q, struct tf_scope *s)
{
    struct pb m = pb_begin(s->body);
    struct pb_field f;
    if (s->listed)
        return true;
    size_t n = count(s);
    if (n > NODES_MAX - q->f->n_listed)
        return false;
    s->nodes = arena_array(q->f->a, n, sizeof *s->nodes);
    if (!s->nodes) {
        q->rc = err_memory(q->e);
        return false;
    }
    while (pb_next(&m, &f) && s->n_nodes < n)
        if (f.number == s->nodes_at && f.wire == PB_BYTES)
            s->nodes[s->n_nodes++] = (struct tf_node){ pb_bytes(f.bytes, NODE_NAME), f.bytes };
    if (s->n_nodes)
        qsort(s->nodes, s->n_nodes, sizeof *s->nodes, by_name);
    s->signature = s->name.n ? pb_bytes(s->body, 1) : SPAN_NONE;
    q->f->n_listed += n;
    s->listed = true;
    return true;
}

static const struct tf_node *find_node(const struct tf_scope *s, struct span name)
{
    struct tf_node wanted = { .name = name };
    return s->n_nodes ? bsearch(&wanted, s->nodes, s->n_nodes, sizeof wanted, by_name) : NULL;
}

/* The i-th input that is no control edge. */
static bool input_of(struct span node, unsigned i, struct span *out)
{
    struct pb m = pb_begin(node);
    struct pb_field f;
    while (pb_next(&m, &f))
        if (f.number == NODE_INPUT && f.wire == PB_BYTES && !(f.bytes.n && f.bytes.p[0] == '^') && i-- == 0) {
            *out = f.bytes;
            return true;
        }
    return false;
}

static struct span attribute_of(struct span node, const char *key)
{
    struct pb m = pb_begin(node);
    struct pb_field f;
    struct span last = SPAN_NONE;
    while (pb_next(&m, &f))
        if (f.number == NODE_ATTR && f.wire == PB_BYTES && span_is(pb_bytes(f.bytes, 1), key))
            last = pb_bytes(f.bytes, 2);
    return last;
}

/* ---- who calls a function ----------------------------------------------------------------- */

struct calls { struct asked *q; struct tf_call *out; size_t n, max; uint32_t scope; struct span body; };

static void note_call(struct calls *c, struct span function)
{
    if (c->out && c->n < c->max)
        c->out[c->n] = (struct tf_call){ function, c->scope, c->body };
    c->n++;
}

/* Functions that a value names, and those that their own attributes name. */
static void note_functions(struct calls *c, struct span value, unsigned depth)
{
    struct pb m = pb_begin(value);
    struct pb_field f;
    while (depth < FUNC_DEPTH_MAX && pb_next(&m, &f)) {
        if (f.wire != PB_BYTES || (f.number != VALUE_FUNC && f.number != VALUE_LIST))
            continue;
        struct pb inner = pb_begin(f.bytes);
        struct pb_field g;
        bool list = f.number == VALUE_LIST;
        if (!list)
            note_call(c, pb_bytes(f.bytes, 1));
        while (pb_next(&inner, &g))
            if (g.wire == PB_BYTES && list && g.number == LIST_FUNC)
                note_call(c, pb_bytes(g.bytes, 1));
            else if (g.wire == PB_BYTES && !list && g.number == 2)
                note_functions(c, pb_bytes(g.bytes, 2), depth + 1);
    }
}

static void note_calls(struct calls *c)
{
    const struct tf_flow *f = c->q->f;
    for (size_t i = 0; i < f->n_scopes; i++) {
        struct pb m = pb_begin(f->scopes[i].body);
        struct pb_field node, attr;
        while (pb_next(&m, &node)) {
            if (node.number != f->scopes[i].nodes_at || node.wire != PB_BYTES)
                continue;
            c->scope = (uint32_t)i;
            c->body = node.bytes;
            note_call(c, pb_bytes(node.bytes, NODE_OP));        /* as TensorFlow 1 calls them */
            struct pb n = pb_begin(node.bytes);
            while (pb_next(&n, &attr))
                if (attr.number == NODE_ATTR && attr.wire == PB_BYTES)
                    note_functions(c, pb_bytes(attr.bytes, 2), 0);
        }
    }
}

static int by_function(const void *a, const void *b)
{
    return span_order(((const struct tf_call *)a)->function, ((const struct tf_call *)b)->function);
}

static void list_calls(struct asked *q)
{
    struct tf_flow *f = q->f;
    struct calls c = { .q = q };
    if (f->called)
        return;
    f->called = true;
    note_calls(&c);
    f->too_many = c.n > CALLS_MAX;
    if (f->too_many)
        return;
    c.max = c.n;
    c.n = 0;
    c.out = arena_array(f->a, c.max, sizeof *c.out);
    if (!c.out) {
        q->rc = err_memory(q->e);
        return;
    }
    note_calls(&c);
    f->calls = c.out;
    f->n_calls = c.n;
    if (c.n)
        qsort(c.out, c.n, sizeof *c.out, by_function);
}

/* Which input of this node becomes argument i of the function that it names? -1: cannot tell. */
static int input_for(const struct tf_call *call, unsigned i)
{
    static const char *const direct[] = { "PartitionedCall", "StatefulPartitionedCall", "TPUPartitionedCall" };
    static const char *const after[] = { "If", "StatelessIf", "Case", "StatelessCase" };
    struct span op = pb_bytes(call->body, NODE_OP);
    if (span_eq(op, call->function))
        return (int)i;
    for (size_t k = 0; k < sizeof direct / sizeof *direct; k++)
        if (span_is(op, direct[k]))
            return (int)i;
    for (size_t k = 0; k < sizeof after / sizeof *after; k++)
        if (span_is(op, after[k]))
            return (int)i + 1;
    return -1;
}

static void follow_argument(struct asked *q, uint32_t scope, unsigned i)
{
    struct tf_flow *f = q->f;
    struct span name = f->scopes[scope].name, input;
    list_calls(q);
    if (q->rc || f->too_many) {
        q->answer.leaves |= TF_COMPUTED;
        return;
    }
    size_t from = 0, to = f->n_calls;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (span_order(f->calls[mid].function, name) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    if (from == f->n_calls || !span_eq(f->calls[from].function, name))
        q->answer.leaves |= TF_FED;
    for (; from < f->n_calls && span_eq(f->calls[from].function, name) && !q->rc && q->steps < STEPS_MAX; from++) {
        int at = input_for(&f->calls[from], i);
        q->steps++;
        f->n_steps++;
        if (at >= 0 && input_of(f->calls[from].body, (unsigned)at, &input))
            follow(q, f->calls[from].scope, input);
        else
            q->answer.leaves |= TF_COMPUTED;
    }
}

/* ---- leaves ------------------------------------------------------------------------------- */

/* "model", ".part", "part", "_temp/part", "_temp_0123abcd/part": what the saver puts together. */
static bool is_saver_piece(struct span s)
{
    static const char *const whole[] = { "model", ".part", "part", "/part", "_temp", "variables" };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (span_is(s, whole[i]))
            return true;
    if (!span_starts(s, "_temp") || !span_ends(s, "/part") || s.n < 10)
        return false;
    for (size_t i = 5; i < s.n - 5; i++)
        if (s.p[i] != '_' && !(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
            return false;
    return true;
}

static void on_text(struct asked *q, struct span s)
{
    unsigned leaf = !s.n ? 0u : is_saver_piece(s) ? TF_SAVER : memmem(s.p, s.n, "://", 3) ? TF_ADDRESS
                    : member_escapes(s) || s.p[0] == '~' ? TF_OUTSIDE : TF_FIXED;
    unsigned text = TF_SAVER | TF_FIXED | TF_OUTSIDE | TF_ADDRESS;
    if (leaf > (q->answer.leaves & text))
        q->answer.text = s;
    q->answer.leaves |= leaf;
}

/* The texts of a Const; what is no text names no file. */
static void on_constant(struct asked *q, struct span node)
{
    struct span tensor = pb_bytes(attribute_of(node, "value"), VALUE_TENSOR);
    struct pb m = pb_begin(tensor);
    struct pb_field f;
    while (pb_next(&m, &f) && q->steps < STEPS_MAX)
        if (f.number == TENSOR_TEXT && f.wire == PB_BYTES) {
            q->steps++;
            on_text(q, f.bytes);
        }
    if (m.broken)
        q->answer.leaves |= TF_COMPUTED;
}

/* What one operator does with a variable. False: something else than setting and reading it. */
static bool uses_well(struct asked *q, uint32_t scope, struct span node, struct span variable)
{
    struct span op = pb_bytes(node, NODE_OP), value;
    bool sets = span_is(op, "AssignVariableOp"), reads = span_is(op, "ReadVariableOp") || span_is(op, "VarIsInitializedOp");
    struct pb m = pb_begin(node);
    struct pb_field f;
    unsigned n_inputs = 0;
    while (pb_next(&m, &f)) {
        if (f.number != NODE_INPUT || f.wire != PB_BYTES || (f.bytes.n && f.bytes.p[0] == '^'))
            continue;
        if (span_eq(node_of(f.bytes), variable)) {
            if (n_inputs || !(sets || reads) || (sets && !input_of(node, 1, &value)))
                return false;
            if (sets)
                follow(q, scope, value);
        }
        n_inputs++;
    }
    return true;
}

/* A variable of the graph: what it is set to, when nothing but that and reading is done with it. */
static void on_variable(struct asked *q, uint32_t scope, struct span read)
{
    const struct tf_scope *s = &q->f->scopes[scope];
    struct span handle;
    bool known = q->variables && q->f->n_variables < VARIABLES_MAX && input_of(read, 0, &handle);
    const struct tf_node *v = known ? find_node(s, node_of(handle)) : NULL;
    known = v && span_is(pb_bytes(v->body, NODE_OP), "VarHandleOp");
    q->f->n_variables += known;
    for (size_t i = 0; known && i < s->n_nodes; i++)
        known = uses_well(q, scope, s->nodes[i].body, v->name);
    if (!known)
        q->answer.leaves |= TF_COMPUTED;
}

static bool hands_on(struct span op)
{
    static const char *const ops[] = {
        "Identity", "IdentityN", "StringJoin", "ShardedFilename", "ShardedFilespec", "Select", "SelectV2", "Pack",
        "ExpandDims", "Reshape", "Squeeze", "Merge", "Switch", "ConcatV2", "StopGradient", "EnsureShape", "Unpack",
    };
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (span_is(op, ops[i]))
            return true;
    return false;
}

/* What decides and is not handed on: the condition of a choice. */
static unsigned first_text(struct span op)
{
    return span_is(op, "Select") || span_is(op, "SelectV2") ? 1 : 0;
}

/* A message that is long to walk counts as several steps. */
static void charge(struct asked *q, struct span message)
{
    q->f->n_steps += message.n >> 8;
}

static void follow_inputs(struct asked *q, uint32_t scope, struct span node, unsigned from)
{
    struct pb m = pb_begin(node);
    struct pb_field f;
    unsigned i = 0;
    while (!q->rc && q->steps < STEPS_MAX && pb_next(&m, &f))
        if (f.number == NODE_INPUT && f.wire == PB_BYTES && !(f.bytes.n && f.bytes.p[0] == '^') && i++ >= from)
            follow(q, scope, f.bytes);
}

static void on_node(struct asked *q, uint32_t scope, const struct tf_node *n)
{
    const struct tf_flow *f = q->f;
    struct span op = pb_bytes(n->body, NODE_OP);
    bool graph = !f->scopes[scope].name.n;
    bool fed = graph && is_among(&f->savers, n->name, false), asset = graph && is_among(&f->assets, n->name, false);
    bool holds = span_is(op, "Const"), given = span_is(op, "PlaceholderWithDefault");
    bool hole = given || span_is(op, "Placeholder") || span_is(op, "PlaceholderV2");
    charge(q, n->body);
    if (graph && is_among(&f->served, n->name, true))
        q->answer.leaves |= TF_SERVED;
    if (asset && (holds || hole)) {
        q->answer.leaves |= TF_ASSET;
        return;
    }
    if (hole || fed)
        q->answer.leaves |= TF_FED;
    if (holds)
        on_constant(q, n->body);
    else if (span_is(op, "ReadVariableOp"))
        on_variable(q, scope, n->body);
    else if (given || hands_on(op))
        follow_inputs(q, scope, n->body, first_text(op));
    else if (!hole)
        q->answer.leaves |= TF_COMPUTED;
}

/* The index of an argument of this function; -1: none of that name. */
static int argument_of(struct asked *q, const struct tf_scope *s, struct span name)
{
    struct pb m = pb_begin(s->signature);
    struct pb_field f;
    int i = 0;
    charge(q, s->signature);
    while (pb_next(&m, &f)) {
        if (f.number != 2 || f.wire != PB_BYTES)
            continue;
        if (span_eq(pb_bytes(f.bytes, 1), name))
            return i;
        i++;
    }
    return -1;
}

static void follow(struct asked *q, uint32_t scope, struct span tensor)
{
    struct tf_scope *s = &q->f->scopes[scope];
    struct span name = node_of(tensor);
    if (q->rc)
        return;
    if (++q->steps >= STEPS_MAX || ++q->f->n_steps >= ALL_STEPS_MAX || q->depth >= DEPTH_MAX || !list_nodes(q, s)) {
        q->answer.leaves |= TF_COMPUTED;
        return;
    }
    q->depth++;
    int argument = argument_of(q, s, name);
    const struct tf_node *n = argument < 0 ? find_node(s, name) : NULL;
    if (argument >= 0)
        follow_argument(q, scope, (unsigned)argument);
    else if (n)
        on_node(q, scope, n);
    else
        q->answer.leaves |= TF_COMPUTED;
    q->depth--;
}

int tf_flow_ask(struct tf_flow *f, const struct tf_question *question, struct tf_answer *out, struct err *e)
{
    struct asked q = { .f = f, .e = e, .variables = question->variables };
    for (unsigned i = 0; i < 8; i++) {
        struct span input;
        if (!(question->inputs & 1u << i))
            continue;
        if (input_of(question->node, i, &input))
            follow(&q, question->scope, input);
        else
            q.answer.leaves |= TF_COMPUTED;
    }
    if (!q.rc)
        *out = q.answer;
    return q.rc;
}
