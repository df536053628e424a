// SPDX-License-Identifier: Apache-2.0
/* Core ML: a model, which may have the program's own classes do a part of it, or lie in several files; and blobs of weights.
 *
 *     Model{ 1 version, 2 description, one kind of 200 to 3000 }
 *       pipelines: models in models     networks: 1 layers{ 500 custom, 605 branch, 615 loop }     555 custom, 556 linked
 *       502 program{ 2 functions } ─> blocks ─> operations{ 1 type, 4 blocks } ─> values{ 5 blob in a file }
 *     weights: u32 n, u32 2, zeros to 64 │ u32 deadbeef, u32 type, u64 bytes, u64 offset, to 64 bytes │ data │ ...
 *
 * The operators of a program are Apple's own, but for "custom_layer". Numbers: Model.proto, NeuralNetwork.proto, MIL.proto of
 * coremltools 9; MILBlob/Blob/StorageFormat.hpp. */
#include "format/protobuf.h"
#include "scan/member.h"

enum { DEPTH_MAX = 48, SHOWN = 100, BLOB_HEAD = 64, BLOB_VERSION = 2 };
#define SENTINEL 0xdeadbeefu

struct walk { struct scan *s; const struct scan_node *n; struct err *e; int rc; unsigned depth; bool any; };

typedef void message_of(struct walk *w, struct span m);
struct field_of { uint32_t number; message_of *of; };

#define SHORT(t) (int)((t).n > SHOWN ? SHOWN : (t).n), (t).p ? (const char *)(t).p : ""

static uint64_t offset_of(const struct walk *w, struct span at)
{
    return at.p ? (uint64_t)(at.p - w->n->in.p) : 0;
}

static void found(struct walk *w, enum scan_rule_id rule, struct span at, const char *what, struct span text)
{
    if (!w->rc)
        w->rc = scan_find(w->s, w->n, rule, offset_of(w, at), w->e, "%s \"%.*s\"", what, SHORT(text));
}

static void each(struct walk *w, struct span in, const struct field_of *fields, size_t n)
{
    struct pb m = pb_begin(in);
    struct pb_field f;
    if (w->depth >= DEPTH_MAX) {
        found(w, RULE_TOO_DEEP, in, "models in models, deeper than is followed", SPAN_NONE);
        return;
    }
    w->depth++;
    while (!w->rc && pb_next(&m, &f))
        for (size_t i = 0; i < n && f.wire == PB_BYTES; i++)
            if (fields[i].number == f.number)
                fields[i].of(w, f.bytes);
    if (m.broken && !w->rc)
        w->rc = scan_find(w->s, w->n, RULE_GRAPH_MALFORMED, offset_of(w, in) + m.at, w->e,
                          "what stands here is no field of a message");
    w->depth--;
}

#define EACH(w, in, ...) each(w, in, (const struct field_of[]){ __VA_ARGS__ }, \
                              sizeof((const struct field_of[]){ __VA_ARGS__ }) / sizeof(struct field_of))

/* ---- networks ----------------------------------------------------------------------------- */

static void network(struct walk *w, struct span m);

static void custom_layer(struct walk *w, struct span m)
{
    found(w, RULE_COREML_CUSTOM, m, "a layer is done by the program's own class", pb_bytes(m, 10));
}

static void branch(struct walk *w, struct span m)
{
    EACH(w, m, { 1, network }, { 2, network });
}

static void loop(struct walk *w, struct span m)
{
    EACH(w, m, { 3, network }, { 4, network });
}

static void layer(struct walk *w, struct span m)
{
    EACH(w, m, { 500, custom_layer }, { 605, branch }, { 615, loop });
}

static void network(struct walk *w, struct span m)
{
    EACH(w, m, { 1, layer });
}

/* ---- programs ----------------------------------------------------------------------------- */

static void block(struct walk *w, struct span m);
static void argument(struct walk *w, struct span m);

/* "@model_path/weights/weight.bin" */
static void blob(struct walk *w, struct span m)
{
    static const char root[] = "@model_path/";
    struct span name = pb_bytes(m, 1), below = span_sub(name, sizeof root - 1, name.n);
    if (!span_starts(name, root) || !below.n || member_escapes(below))
        found(w, RULE_GRAPH_EXTERNAL, name.p ? name : m, "weights are said to lie in", name);
}

static void value(struct walk *w, struct span m);

static void values(struct walk *w, struct span m)
{
    EACH(w, m, { 1, value }, { 2, value });
}

static void pairs(struct walk *w, struct span m)
{
    EACH(w, m, { 1, values });
}

/* Tuples, lists and dictionaries of values. */
static void immediate(struct walk *w, struct span m)
{
    EACH(w, m, { 2, values }, { 3, values }, { 4, pairs });
}

static void value(struct walk *w, struct span m)
{
    EACH(w, m, { 3, immediate }, { 5, blob });
}

static void binding(struct walk *w, struct span m)
{
    EACH(w, m, { 2, value });
}

static void argument(struct walk *w, struct span m)
{
    EACH(w, m, { 1, binding });
}

static void input(struct walk *w, struct span m)
{
    EACH(w, m, { 2, argument });
}

static void attribute(struct walk *w, struct span m)
{
    EACH(w, m, { 2, value });
}

/* The text of the attribute "class_name". */
static struct span class_of(struct span operation)
{
    struct pb m = pb_begin(operation);
    struct pb_field f;
    struct span v = SPAN_NONE;
    while (pb_next(&m, &f))
        if (f.number == 5 && f.wire == PB_BYTES && span_is(pb_bytes(f.bytes, 1), "class_name"))
            v = pb_bytes(f.bytes, 2);
    return pb_bytes(pb_bytes(pb_bytes(pb_bytes(v, 3), 1), 4), 1);
}

static void operation(struct walk *w, struct span m)
{
    struct span type = pb_bytes(m, 1);
    if (span_starts(type, "custom"))
        found(w, RULE_COREML_CUSTOM, type, "an operation is done by the program's own class", class_of(m));
    EACH(w, m, { 2, input }, { 4, block }, { 5, attribute });
}

static void block(struct walk *w, struct span m)
{
    EACH(w, m, { 3, operation }, { 4, attribute });
}

static void specialization(struct walk *w, struct span m)
{
    EACH(w, m, { 2, block });
}

static void function_here(struct walk *w, struct span m)
{
    EACH(w, m, { 3, specialization }, { 4, attribute });
}

static void function(struct walk *w, struct span m)
{
    EACH(w, m, { 2, function_here });
}

static void program(struct walk *w, struct span m)
{
    EACH(w, m, { 2, function }, { 4, attribute });
}

/* ---- models ------------------------------------------------------------------------------- */

static void model(struct walk *w, struct span m);

static void pipeline(struct walk *w, struct span m)
{
    EACH(w, m, { 1, model });
}

static void pipeline_in(struct walk *w, struct span m)
{
    EACH(w, m, { 1, pipeline });
}

static void custom_model(struct walk *w, struct span m)
{
    found(w, RULE_COREML_CUSTOM, m, "the model is done by the program's own class", pb_bytes(m, 10));
}

/* Names of the file and of where to look for it; a searching path is parted by colons. */
static void linked_file(struct walk *w, struct span m)
{
    struct span name = pb_bytes(pb_bytes(m, 1), 1), path = pb_bytes(pb_bytes(m, 2), 1);
    bool out = member_escapes(name) || (path.n && (memmem(path.p, path.n, "..", 2) || path.p[0] == '/' || path.p[0] == '~'));
    if (out)
        found(w, RULE_GRAPH_EXTERNAL, m, "links a model outside its folder:", name);
    else
        found(w, RULE_COREML_CUSTOM, m, "links another model,", name);
}

static void linked(struct walk *w, struct span m)
{
    EACH(w, m, { 1, linked_file });
}

static void opaque(struct walk *w, struct span m)
{
    found(w, RULE_NOT_PARSED, m, "a model of Apple's own frameworks, whose bytes are not read", SPAN_NONE);
}

/* The kinds that are numbers alone need no walk. */
static bool is_plain_kind(uint32_t number)
{
    return (number >= 300 && number <= 302) || number == 304 || (number >= 400 && number <= 402) || number == 404 ||
           number == 501 || number == 560 || (number >= 600 && number <= 610) || number == 900 || number == 2002 ||
           number == 2003 || number == 2006;
}

static const struct field_of kinds[] = {
    { 200, pipeline_in }, { 201, pipeline_in }, { 202, pipeline }, { 303, network }, { 403, network }, { 500, network },
    { 502, program }, { 555, custom_model }, { 556, linked }, { 2000, opaque }, { 2001, opaque }, { 2004, opaque },
    { 2005, opaque }, { 3000, opaque },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool is_walked_kind(uint32_t number)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].number == number)
            return true;
    return false;
}

static void model(struct walk *w, struct span in)
{
    struct pb m = pb_begin(in);
    struct pb_field f;
    while (!w->rc && pb_next(&m, &f)) {
        bool known = is_plain_kind(f.number) || is_walked_kind(f.number);
        w->any = w->any || known || f.number >= 200;
        if (f.number >= 200 && !known)
            w->rc = scan_find(w->s, w->n, RULE_NOT_PARSED, offset_of(w, in) + f.at, w->e, "a kind of model that is not known "
                              "here (%u)", f.number);
    }
    each(w, in, kinds, KINDS);
}

/* ---- weights ------------------------------------------------------------------------------ */

static bool is_blob(struct span in)
{
    if (in.n < 2 * BLOB_HEAD || le32(in.p + 4) != BLOB_VERSION || le32(in.p + BLOB_HEAD) != SENTINEL)
        return false;
    for (size_t i = 8; i < BLOB_HEAD; i++)
        if (in.p[i])
            return false;
    return true;
}

static int judge_blob(struct walk *w)
{
    struct span in = w->n->in;
    uint32_t n = le32(in.p);
    uint64_t at = BLOB_HEAD;
    for (uint32_t i = 0; i < n; i++) {
        if (at > in.n || in.n - at < BLOB_HEAD || le32(in.p + at) != SENTINEL)
            return scan_find(w->s, w->n, RULE_TENSORS_MALFORMED, at, w->e, "no head of weights where one should be");
        uint64_t bytes = le64(in.p + at + 8), data = le64(in.p + at + 16);
        if (data < at + BLOB_HEAD || data - at - BLOB_HEAD >= BLOB_HEAD || data > in.n || bytes > in.n - data)
            return scan_find(w->s, w->n, RULE_TENSORS_MALFORMED, at + 8, w->e, "weights that lie outside the file, or not "
                             "behind their head");
        at = (data + bytes + BLOB_HEAD - 1) / BLOB_HEAD * BLOB_HEAD;
    }
    return at < in.n ? scan_find(w->s, w->n, RULE_TENSORS_UNCLAIMED, at, w->e, "%llu bytes behind the last weights",
                                 (unsigned long long)(in.n - at)) : 0;
}

/* ---- the file ----------------------------------------------------------------------------- */

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct walk w = { .s = s, .n = n, .e = e };
    if (is_blob(n->in))
        return judge_blob(&w);
    model(&w, n->in);
    if (!w.any && !w.rc)
        w.rc = scan_find(s, n, RULE_GRAPH_MALFORMED, 0, e, "called a model of Core ML, but there is none");
    return w.rc;
}

/* A version, a description, and a kind. */
static bool is_model(struct span in, bool named)
{
    bool version = false, description = named, kind = false;
    struct pb m = pb_begin(in);
    struct pb_field f;
    for (unsigned i = 0; i < 32 && pb_next(&m, &f); i++) {
        version = version || (f.number == 1 && f.wire == PB_VARINT && f.value > 0 && f.value < 100);
        description = description || (f.number == 2 && f.wire == PB_BYTES && pb_is_message(f.bytes, 64));
        kind = kind || (f.wire == PB_BYTES && (is_plain_kind(f.number) || is_walked_kind(f.number)));
    }
    return version && description && kind;
}

static unsigned sniff(const struct scan_node *n)
{
    bool named = scan_called(n, ".mlmodel");
    return is_blob(n->in) ? 84 : is_model(n->in, named) ? 76 : named && n->in.n && n->in.p[0] != '<' ? 52 : 0;
}

const struct scan_format scan_coreml = { .name = "coreml", .sniff = sniff, .run = run };
