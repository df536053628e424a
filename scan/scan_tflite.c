// SPDX-License-Identifier: Apache-2.0
/* TensorFlow Lite: operators that the runtime brings, buffers and tensors that lie in the file, what is packed behind it.
 *
 *     u32 │ "TFL3" │ Model{ 1 operator codes, 2 subgraphs, 4 buffers, 6 metadata, 8 groups of buffers in other files }
 *       Code{ 0 builtin, 1 custom, 3 builtin }   Subgraph{ 0 tensors, 3 operators }   Buffer{ 0 data, 1 offset, 2 size }
 *       Tensor{ 0 shape, 1 type, 2 buffer, 6 sparsity }   Operator{ 0 code, 5 options, 9 offset, 10 size of larger ones }
 *     [ ZIP: words, labels, as TensorFlow Lite's metadata packs them ]
 *
 * "FlexX" has TensorFlow run X; which operator that is, its options say, as a message of TensorFlow.
 * Numbers: schema.fbs of TensorFlow 2.21. */
#include "format/flatbuffers.h"
#include "format/protobuf.h"
#include "format/zip.h"
#include "scan/allow.h"
#include "scan/member.h"
#include "scan/tf_nodes.h"

enum { BUILTIN_MAX = 209, BUILTIN_CUSTOM = 32, SHOWN = 80, ITEMS_MAX = 1 << 20 };

struct code { uint64_t builtin; struct span custom; };

struct walk {
    struct scan *s;
    const struct scan_node *n;
    struct err *e;
    int rc;
    struct fb f;
    struct arena a;
    struct code *codes;
    uint64_t *buffers;                      /* bytes of each */
    uint32_t n_codes, n_buffers;
    struct span *nodes;                     /* of Flex operators */
    size_t n_nodes, cap_nodes;
};

#define SHORT(t) (int)((t).n > SHOWN ? SHOWN : (t).n), (t).p ? (const char *)(t).p : ""

static uint64_t offset_of(const struct walk *w, struct span at)
{
    return at.p ? (uint64_t)(at.p - w->n->in.p) : 0;
}

static void found(struct walk *w, enum scan_rule_id rule, uint64_t at, const char *what, struct span text)
{
    if (!w->rc)
        w->rc = scan_find(w->s, w->n, rule, at, w->e, "%s \"%.*s\"", what, SHORT(text));
}

static void *array(struct walk *w, uint64_t at, size_t n, size_t size)
{
    if (n > ITEMS_MAX && !w->rc)
        w->rc = scan_find(w->s, w->n, RULE_TOO_DEEP, at, w->e, "more than %d buffers or operator codes", ITEMS_MAX);
    void *p = w->rc || n > ITEMS_MAX ? NULL : arena_array(&w->a, n, size);
    if (!p && n <= ITEMS_MAX && !w->rc)
        w->rc = err_memory(w->e);
    return p;
}

/* ---- operators ---------------------------------------------------------------------------- */

/* Those that the runtime registers under a name. Source: tensorflow/lite/core/kernels/register.cc. */
static bool is_brought(struct span name)
{
    static const char *const names[] = { "NumericVerify", "Mfcc", "AudioSpectrogram", "TFLite_Detection_PostProcess" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(name, names[i]))
            return true;
    return false;
}

/* "FlexReadFile": what its nodes are is judged with them, but a name alone may tell. */
static void flex_code(struct walk *w, struct span custom)
{
    struct span op = span_sub(custom, 4, custom.n);
    const struct tf_group *g = tf_ops_find(&w->s->allow->tensorflow, op);
    if (!g)
        found(w, RULE_TF_UNKNOWN, offset_of(w, op), "has TensorFlow run an operator that is on no list:", op);
    else if (g->sort == TF_UNSAFE)
        found(w, RULE_TF_OPERATOR, offset_of(w, op), "has TensorFlow run what reaches out of the model:", op);
}

static void code_of(struct walk *w, const struct fb_table *t, struct code *out)
{
    uint64_t old = fb_number(&w->f, t, 0, 1, 0), now = fb_number(&w->f, t, 3, 4, 0);
    old = old > 127 ? 0 : old;              /* signed; readers take the larger one */
    out->builtin = now > INT32_MAX ? old : now > old ? now : old;
    out->custom = fb_bytes(&w->f, t, 1);
    if (out->builtin > BUILTIN_MAX && !w->rc)
        w->rc = scan_find(w->s, w->n, RULE_TFLITE_CUSTOM, t->at, w->e, "needs the operator number %llu, which is newer than "
                          "what is known here", (unsigned long long)out->builtin);
    if (out->builtin != BUILTIN_CUSTOM || w->f.broken)
        return;
    if (span_starts(out->custom, "Flex"))
        flex_code(w, out->custom);
    else if (!is_brought(out->custom))
        found(w, RULE_TFLITE_CUSTOM, out->custom.p ? offset_of(w, out->custom) : t->at, "needs the custom operator", out->custom);
}

static void codes_of(struct walk *w, const struct fb_table *model)
{
    struct fb_vector v;
    struct fb_table t;
    if (!fb_vector(&w->f, model, 1, 4, &v) || !(w->codes = array(w, v.at, v.n, sizeof *w->codes)))
        return;
    for (; w->n_codes < v.n && !w->rc && fb_item(&w->f, &v, w->n_codes, &t); w->n_codes++)
        code_of(w, &t, &w->codes[w->n_codes]);
}

static void flex_node(struct walk *w, struct span options, uint64_t at, struct span custom)
{
    struct span parts[2];
    void *items = w->nodes;
    if (fb_flex(options, parts, 2) < 2 || !parts[1].n || !pb_is_message(parts[1], 64)) {
        found(w, RULE_TFLITE_CUSTOM, at, "has TensorFlow run an operator that cannot be read:", custom);
        return;
    }
    if (arena_grow(&w->a, &items, &w->cap_nodes, w->n_nodes, sizeof *w->nodes)) {
        w->rc = err_memory(w->e);
        return;
    }
    w->nodes = items;
    w->nodes[w->n_nodes++] = parts[1];
}

static void operator_of(struct walk *w, const struct fb_table *t)
{
    uint64_t code = fb_number(&w->f, t, 0, 4, 0), at = fb_number(&w->f, t, 9, 8, 0), n = fb_number(&w->f, t, 10, 8, 0);
    struct span options = fb_bytes(&w->f, t, 5);
    if (w->f.broken || w->rc)
        return;
    if (code >= w->n_codes) {
        found(w, RULE_GRAPH_MALFORMED, t->at, "an operator whose number is not in the model's list", SPAN_NONE);
        return;
    }
    if (at > 1) {
        if (at > w->n->in.n || n > w->n->in.n - at) {
            found(w, RULE_GRAPH_MALFORMED, t->at, "options of an operator that lie outside the file", SPAN_NONE);
            return;
        }
        options = span_sub(w->n->in, at, (size_t)n);
    }
    if (w->codes[code].builtin == BUILTIN_CUSTOM && span_starts(w->codes[code].custom, "Flex"))
        flex_node(w, options, t->at, w->codes[code].custom);
}

/* ---- tensors and buffers ------------------------------------------------------------------ */

static void buffer_of(struct walk *w, const struct fb_table *t, uint64_t *bytes)
{
    struct span data = fb_bytes(&w->f, t, 0);
    uint64_t at = fb_number(&w->f, t, 1, 8, 0), n = fb_number(&w->f, t, 2, 8, 0);
    *bytes = data.n;
    if (at <= 1 || w->f.broken)
        return;                             /* 1: to be filled in, by a writer that was ended */
    if (data.n)
        found(w, RULE_TENSORS_MALFORMED, t->at, "a buffer that lies in two places", SPAN_NONE);
    else if (at > w->n->in.n || n > w->n->in.n - at)
        found(w, RULE_TENSORS_MALFORMED, t->at, "a buffer that lies outside the file", SPAN_NONE);
    *bytes = n;
}

static void buffers_of(struct walk *w, const struct fb_table *model)
{
    struct fb_vector v;
    struct fb_table t;
    if (!fb_vector(&w->f, model, 4, 4, &v) || !(w->buffers = array(w, v.at, v.n, sizeof *w->buffers)))
        return;
    for (; w->n_buffers < v.n && !w->rc && fb_item(&w->f, &v, w->n_buffers, &t); w->n_buffers++)
        buffer_of(w, &t, &w->buffers[w->n_buffers]);
}

/* Bytes of one item; 0: not fixed, smaller than a byte, or not known. */
static unsigned item_bytes(uint64_t type)
{
    static const uint8_t bytes[] = { 4, 2, 4, 1, 8, 0, 1, 2, 8, 1, 8, 16, 8, 0, 0, 4, 2, 0, 2 };
    return type < sizeof bytes ? bytes[type] : 0;
}

static void tensor_of(struct walk *w, const struct fb_table *t)
{
    struct fb_vector shape = { 0 };
    uint64_t type = fb_number(&w->f, t, 1, 1, 0), buffer = fb_number(&w->f, t, 2, 4, 0), items = item_bytes(type);
    struct fb_table sparse;
    bool lost = false;
    if (fb_vector(&w->f, t, 0, 4, &shape))
        for (uint32_t i = 0; i < shape.n && i < 64; i++)
            lost = __builtin_mul_overflow(items, fb_item_number(&w->f, &shape, i), &items) || lost;
    if (w->f.broken || w->rc || fb_table(&w->f, t, 6, &sparse))
        return;
    if (w->buffers && buffer >= w->n_buffers && buffer)
        found(w, RULE_TENSORS_MALFORMED, t->at, "a tensor whose buffer is not in the model's list:", fb_bytes(&w->f, t, 3));
    else if (buffer < w->n_buffers && w->buffers[buffer] && (lost || shape.n > 64 || items > w->buffers[buffer]))
        found(w, RULE_TENSORS_MALFORMED, t->at, "a tensor that is larger than its buffer:", fb_bytes(&w->f, t, 3));
}

/* ---- the model ---------------------------------------------------------------------------- */

static void subgraph(struct walk *w, const struct fb_table *t)
{
    struct fb_vector v;
    struct fb_table item;
    if (fb_vector(&w->f, t, 0, 4, &v))
        for (uint32_t i = 0; i < v.n && !w->rc && fb_item(&w->f, &v, i, &item); i++)
            tensor_of(w, &item);
    if (fb_vector(&w->f, t, 3, 4, &v))
        for (uint32_t i = 0; i < v.n && !w->rc && fb_item(&w->f, &v, i, &item); i++)
            operator_of(w, &item);
}

static void metadata(struct walk *w, const struct fb_table *t)
{
    uint64_t buffer = fb_number(&w->f, t, 1, 4, 0);
    if (buffer >= w->n_buffers && !w->f.broken)
        found(w, RULE_GRAPH_MALFORMED, t->at, "metadata whose buffer is not in the model's list:", fb_bytes(&w->f, t, 0));
}

/* A group is a file beside the model. */
static void group(struct walk *w, const struct fb_table *t)
{
    struct span name = fb_bytes(&w->f, t, 0);
    if (name.n && (member_escapes(name) || memmem(name.p, name.n, "://", 3)))
        found(w, RULE_GRAPH_EXTERNAL, offset_of(w, name), "buffers are said to lie in", name);
}

static void each(struct walk *w, const struct fb_table *model, unsigned field, void (*of)(struct walk *, const struct fb_table *))
{
    struct fb_vector v;
    struct fb_table t;
    if (fb_vector(&w->f, model, field, 4, &v))
        for (uint32_t i = 0; i < v.n && !w->rc && fb_item(&w->f, &v, i, &t); i++)
            of(w, &t);
}

static void model_of(struct walk *w)
{
    struct fb_table model;
    if (!fb_root(&w->f, w->n->in, &model))
        return;
    codes_of(w, &model);
    buffers_of(w, &model);
    each(w, &model, 2, subgraph);
    each(w, &model, 6, metadata);
    each(w, &model, 8, group);
}

/* Files that the metadata brings stand behind the model, as a ZIP. */
static int packed_files(struct walk *w)
{
    if (!zip_sniff(w->n->in))
        return 0;
    w->s->front_read = true;
    int rc = scan_inside_as(w->s, w->n, w->n->in, "associated files", "zip", w->e);
    w->s->front_read = false;
    return rc;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct walk w = { .s = s, .n = n, .e = e };
    arena_init(&w.a, 128 << 20);
    model_of(&w);
    if (w.f.broken && !w.rc)
        w.rc = scan_find(s, n, RULE_GRAPH_MALFORMED, w.f.at, e, "%s", w.f.why);
    if (!w.rc && w.n_nodes)
        w.rc = tf_nodes_judge(s, n, w.nodes, w.n_nodes, e);
    arena_fini(&w.a);
    return w.rc ? w.rc : packed_files(&w);
}

static unsigned sniff(const struct scan_node *n)
{
    return fb_is(n->in, "TFL3") ? 94 : scan_called(n, ".tflite") ? 41 : 0;
}

const struct scan_format scan_tflite = { .name = "tflite", .sniff = sniff, .run = run };
