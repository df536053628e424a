// SPDX-License-Identifier: Apache-2.0
/* Checkpoints of TensorFlow: the index says where each tensor lies in the shards, which are numbers and nothing else.
 *
 *     variables.index                        a sorted table: "" ─> Header{ 1 num_shards }, name ─> Entry{ 1 dtype, 2 shape,
 *                                            3 shard_id, 4 offset, 5 size }
 *     variables.data-00000-of-00001          bytes
 *
 * An entry must be of one of the shards, as large as its shape, and over no other. A shard is another file: whether it is
 * as long as the entries need cannot be told from the index. Source: tensorflow/core/protobuf/tensor_bundle.proto. */
#include <stdlib.h>
#include "format/protobuf.h"
#include "format/sstable.h"
#include "scan/scan.h"

enum { TENSORS_MAX = 1 << 20, SHARDS_MAX = 100000 };

struct place { uint64_t shard, at, bytes, entry; };     /* entry: the byte of the index that says so */

struct walk {
    struct scan *s;
    const struct scan_node *n;
    struct err *e;
    struct arena a;
    struct place *places;
    size_t n_places, cap_places;
    uint64_t n_shards;
    bool header, old;
    int rc;
};

static int wrong(struct walk *w, struct span at, const char *what, struct span name)
{
    uint64_t byte = at.p ? (uint64_t)(at.p - w->n->in.p) : 0;
    return scan_find(w->s, w->n, RULE_TENSORS_MALFORMED, byte, w->e, "%s: \"%.*s\"", what, (int)(name.n > 80 ? 80 : name.n),
                     name.p ? (const char *)name.p : "");
}

/* Bytes of one item; 0: not fixed, or not known. Source: types.proto. */
static unsigned item_bytes(uint64_t dtype)
{
    static const uint8_t bytes[] = { [1] = 4, 8, 4, 1, 2, 1, 0, 8, 8, 1, 1, 1, 4, 2, 2, 2, 2, 16, 2, 0, 0, 4, 8, 1, 1 };
    return dtype < sizeof bytes ? bytes[dtype] : 0;
}

/* The product of the dimensions. False: none, or beyond 2^62. */
static bool items_of(struct span shape, uint64_t *out)
{
    struct pb m = pb_begin(shape), d;
    struct pb_field f, g;
    uint64_t n = 1;
    while (pb_next(&m, &f)) {
        if (f.number == 3 && f.wire == PB_VARINT && f.value)
            return false;                   /* unknown rank */
        if (f.number != 2 || f.wire != PB_BYTES)
            continue;
        uint64_t size = 0;
        d = pb_begin(f.bytes);
        while (pb_next(&d, &g))
            if (g.number == 1 && g.wire == PB_VARINT)
                size = g.value;
        if (d.broken || size > (uint64_t)1 << 62 || __builtin_mul_overflow(n, size, &n) || n > (uint64_t)1 << 62)
            return false;
    }
    *out = n;
    return !m.broken;
}

struct bundle_entry { uint64_t dtype, shard, at, bytes; struct span shape; bool sliced; };

static bool read_entry(struct span value, struct bundle_entry *x)
{
    struct pb m = pb_begin(value);
    struct pb_field f;
    while (pb_next(&m, &f)) {
        if (f.wire == PB_BYTES && f.number == 2)
            x->shape = f.bytes;
        x->sliced = x->sliced || (f.wire == PB_BYTES && f.number == 7);
        uint64_t *number = f.wire != PB_VARINT ? NULL : f.number == 1 ? &x->dtype : f.number == 3 ? &x->shard
                           : f.number == 4 ? &x->at : f.number == 5 ? &x->bytes : NULL;
        if (number)
            *number = f.value;
    }
    return !m.broken;
}

static int on_tensor(struct walk *w, const struct sst_entry *in)
{
    struct bundle_entry x = { 0 };
    uint64_t items, end, bytes;
    if (!read_entry(in->value, &x))
        return wrong(w, in->value, "an entry that is no message", in->key);
    if (x.shard >= w->n_shards || __builtin_add_overflow(x.at, x.bytes, &end) || end > INT64_MAX)
        return wrong(w, in->value, "a tensor that lies in no shard", in->key);
    if (!items_of(x.shape, &items))
        return wrong(w, in->value, "a tensor without a size", in->key);
    unsigned each = item_bytes(x.dtype);
    if (each && !x.sliced && (__builtin_mul_overflow(items, each, &bytes) || bytes != x.bytes))
        return wrong(w, in->value, "a tensor that is not as large as its shape", in->key);
    if (!x.bytes)
        return 0;
    void *items_now = w->places;
    if (w->n_places >= TENSORS_MAX)
        return err_plain(w->e, ERR_LIMIT, "more than %d tensors", TENSORS_MAX);
    if (arena_grow(&w->a, &items_now, &w->cap_places, w->n_places, sizeof *w->places))
        return err_memory(w->e);
    w->places = items_now;
    w->places[w->n_places++] = (struct place){ x.shard, x.at, x.bytes, (uint64_t)(in->value.p - w->n->in.p) };
    return 0;
}

static int on_header(struct walk *w, struct span value)
{
    struct pb m = pb_begin(value);
    struct pb_field f;
    w->header = true;
    while (pb_next(&m, &f)) {
        if (f.number == 1 && f.wire == PB_VARINT)
            w->n_shards = f.value;
        w->old = w->old || (f.number == 1 && f.wire == PB_BYTES);
        if (f.number == 2 && f.wire == PB_VARINT && f.value)
            return wrong(w, value, "numbers of another byte order", SPAN_NONE);
    }
    if (m.broken || (!w->old && (!w->n_shards || w->n_shards > SHARDS_MAX)))
        return wrong(w, value, "a header without a number of shards", SPAN_NONE);
    return 0;
}

static int on_entry(void *ud, const struct sst_entry *x)
{
    struct walk *w = ud;
    if (!x->key.n)
        w->rc = on_header(w, x->value);
    else if (!w->old && w->header)
        w->rc = on_tensor(w, x);
    return w->rc;
}

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->shard != y->shard ? (x->shard > y->shard) - (x->shard < y->shard)
         : x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->entry > y->entry) - (x->entry < y->entry);
}

static int check_places(struct walk *w)
{
    if (w->n_places)
        qsort(w->places, w->n_places, sizeof *w->places, by_place);
    for (size_t i = 1; i < w->n_places; i++) {
        const struct place *x = &w->places[i - 1], *y = &w->places[i];
        if (x->shard == y->shard && y->at - x->at < x->bytes)
            return wrong(w, span_of(w->n->in.p + y->entry, 0), "a tensor that lies over another", SPAN_NONE);
    }
    return 0;
}

static int judge_index(struct walk *w)
{
    struct err why = { 0 };
    uint64_t unclaimed = 0;
    int rc = sst_walk(w->n->in, &w->a, on_entry, w, &unclaimed, &why);
    if (w->rc == ERR_LIMIT || (!w->rc && rc == ERR_LIMIT))
        return scan_find(w->s, w->n, RULE_TOO_DEEP, why.pos, w->e, "%s", w->rc ? "more tensors than are kept" : why.msg);
    if (rc == ERR_FORMAT)
        return scan_find(w->s, w->n, RULE_TENSORS_MALFORMED, why.pos, w->e, "%s", why.msg);
    if (rc)
        return w->rc ? w->rc : err_memory(w->e);
    if (!w->header)
        return wrong(w, SPAN_NONE, "a table that is no index of a checkpoint", SPAN_NONE);
    if (w->old)
        return scan_find(w->s, w->n, RULE_NOT_PARSED, 0, w->e, "a checkpoint of TensorFlow's first format");
    if (unclaimed)
        return scan_find(w->s, w->n, RULE_TENSORS_UNCLAIMED, 0, w->e, "%llu bytes belong to no block of the table",
                         (unsigned long long)unclaimed);
    return check_places(w);
}

/* "variables.data-00000-of-00001" */
static bool is_shard(const char *name)
{
    size_t n = strlen(name), digits = 0;
    static const char form[] = ".data-ddddd-of-ddddd";
    if (n < sizeof form)
        return false;
    for (const char *p = name + n - (sizeof form - 1), *f = form; *f; p++, f++) {
        bool digit = *p >= '0' && *p <= '9';
        if (*f == 'd' && f[1] != 'a' ? !digit : *p != *f)
            return false;
        digits += digit;
    }
    return digits == 10;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct walk w = { .s = s, .n = n, .e = e };
    if (!sst_sniff(n->in))
        return 0;                           /* a shard: numbers, that the index places */
    arena_init(&w.a, 128 << 20);
    int rc = judge_index(&w);
    arena_fini(&w.a);
    return rc;
}

static unsigned sniff(const struct scan_node *n)
{
    return sst_sniff(n->in) ? 88 : is_shard(n->name) ? 38 : 0;
}

const struct scan_format scan_checkpoint = { .name = "checkpoint", .sniff = sniff, .run = run };
