// SPDX-License-Identifier: Apache-2.0
/* Thousands of files: written at random and read back, cut at every byte, spoiled at random. Fixed seeds. */
#include "tests/support/check.h"
#include "tests/support/gguf_check.h"
#include "tests/support/gguf_make.h"

enum { N_FILES = 2000, N_MUTATIONS = 200000, MAX_KEYS = 24, MAX_TENSORS = 12 };

static uint64_t state;

static uint64_t rnd(void)                       /* xorshift64* */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1D;
}

static uint64_t below(uint64_t n) { return (rnd() >> 11) % n; }

/* ---- files written at random, with what should be read from them */

struct wrote_kv { char key[40]; enum gguf_type type, item_type; uint64_t n; size_t from, to; };
struct wrote_tensor { char name[40]; uint32_t type, n_dims; uint64_t dims[4], offset, size; };
struct wrote {
    struct maker m;
    uint32_t version, alignment;
    unsigned n_kv, n_tensors;
    struct wrote_kv kv[MAX_KEYS];
    struct wrote_tensor t[MAX_TENSORS];
};

static const unsigned sizes[GGUF_TYPE_LIMIT] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };

static void write_item(struct maker *m, enum gguf_type type)
{
    if (type == GGUF_STR) {
        char text[64];
        size_t n = below(sizeof text);
        for (size_t i = 0; i < n; i++)
            text[i] = (char)rnd();              /* values may be any bytes */
        make_bytes(m, text, n);
    } else if (type == GGUF_ARRAY) {
        make_u32(m, GGUF_U16);
        make_u64(m, 2);
        make_number(m, rnd(), 4);
    } else {
        make_number(m, type == GGUF_BOOL ? below(2) : rnd(), sizes[type]);
    }
}

static void write_kv(struct wrote *w, unsigned i)
{
    struct wrote_kv *k = &w->kv[i];
    struct maker *m = &w->m;
    snprintf(k->key, sizeof k->key, "%x.%u", (unsigned)below(1u << 4 * (1 + below(7))), i);
    k->type = (enum gguf_type)below(GGUF_TYPE_LIMIT);
    k->item_type = k->type;
    k->n = 1;
    make_key(m, k->key, k->type);
    if (k->type == GGUF_ARRAY) {
        k->item_type = (enum gguf_type)below(GGUF_TYPE_LIMIT);
        k->n = below(20);
        make_u32(m, k->item_type);
        make_u64(m, k->n);
    }
    k->from = m->b.n + (k->type == GGUF_STR ? 8 : 0);
    for (uint64_t n = 0; n < k->n; n++)
        write_item(m, k->item_type);
    k->to = m->b.n;
}

static void plan_tensor(struct wrote_tensor *t, unsigned i)
{
    const struct ggml_layout *l;
    do
        l = ggml_layout(t->type = (uint32_t)below(GGML_TYPE_LIMIT));
    while (!l);
    snprintf(t->name, sizeof t->name, "t.%u.%x", i, (unsigned)rnd());
    t->n_dims = (uint32_t)below(4) + 1;
    t->size = l->block_bytes;
    for (unsigned d = 0; d < t->n_dims; d++) {
        uint64_t n = 1 + below(4);
        t->size *= n;
        t->dims[d] = d ? n : n * l->block_elements;
    }
}

static void write_random(struct wrote *w)
{
    memset(w, 0, sizeof *w);
    make_init(&w->m);
    w->version = 2 + (uint32_t)below(2);
    w->n_kv = (unsigned)below(MAX_KEYS);
    w->n_tensors = (unsigned)below(MAX_TENSORS);
    w->alignment = below(2) ? 32 : 8u << below(6);
    make_head(&w->m, w->version, w->n_tensors, w->n_kv + 1);
    for (unsigned i = 0; i < w->n_kv; i++)
        write_kv(w, i);
    make_int(&w->m, "general.alignment", GGUF_U32, 4, w->alignment);
    uint64_t at = 0;
    unsigned order[MAX_TENSORS];
    for (unsigned i = 0; i < w->n_tensors; i++) {
        unsigned j = (unsigned)below(i + 1);
        order[i] = order[j];
        order[j] = i;
        plan_tensor(&w->t[i], i);
    }
    for (unsigned i = 0; i < w->n_tensors; i++) {           /* laid out in another order than listed */
        struct wrote_tensor *t = &w->t[order[i]];
        at = (at + w->alignment - 1) / w->alignment * w->alignment + w->alignment * (below(4) == 0);
        t->offset = at;
        at += t->size;
    }
    for (unsigned i = 0; i < w->n_tensors; i++)
        make_tensor(&w->m, w->t[i].name, w->t[i].type, w->t[i].n_dims, w->t[i].dims, w->t[i].offset);
    make_data(&w->m, w->alignment, at);
}

static const char *compare(const struct wrote *w, const struct gguf *g)
{
    if (g->version != w->version || g->alignment != w->alignment || g->n_kv != w->n_kv + 1
        || g->n_tensors != w->n_tensors)
        return "head differs";
    for (unsigned i = 0; i < w->n_kv; i++) {
        const struct wrote_kv *k = &w->kv[i];
        const struct gguf_kv *kv = gguf_get(g, k->key);
        if (kv != &g->kv[i] || kv->type != k->type || kv->item_type != k->item_type || kv->n != k->n
            || kv->byte_from != k->from || kv->byte_to != k->to)
            return "key differs";
    }
    for (unsigned i = 0; i < w->n_tensors; i++) {
        const struct wrote_tensor *t = &w->t[i];
        const struct gguf_tensor *x = gguf_tensor(g, t->name);
        if (x != &g->tensors[i] || x->type != t->type || x->n_dims != t->n_dims || x->offset != t->offset
            || x->size_bytes != t->size || memcmp(x->dims, t->dims, t->n_dims * sizeof *t->dims) != 0)
            return "tensor differs";
    }
    return gguf_holds(g);
}

TEST(gguf_random_files_read_back)
{
    state = 20240607;
    for (unsigned i = 0; i < N_FILES; i++) {
        struct wrote w;
        write_random(&w);
        struct arena a;
        arena_init(&a, 1 << 20);
        struct gguf g;
        struct err e = { 0 };
        if (gguf_open(buf_view(&w.m.b), &a, &g, &e))
            fail_msg("file %u: byte %llu: %s", i, (unsigned long long)e.pos, e.msg);
        const char *wrong = compare(&w, &g);
        if (wrong)
            fail_msg("file %u: %s", i, wrong);
        arena_fini(&a);
        buf_fini(&w.m.b);
    }
}

TEST(gguf_every_prefix_is_refused)
{
    state = 42;
    for (unsigned i = 0; i < 20;) {
        struct wrote w;
        write_random(&w);
        struct arena a;
        arena_init(&a, 1 << 20);
        struct gguf g;
        for (size_t n = 0; w.n_tensors && n < w.m.b.n; n++) {
            struct err e = { 0 };
            uint8_t *copy = malloc(n + !n);                 /* so that a sanitizer sees one byte too far */
            assert_non_null(copy);
            memcpy(copy, w.m.b.p, n);
            EQ(gguf_open(span_of(copy, n), &a, &g, &e), ERR_FORMAT);
            YES(e.pos <= n);
            free(copy);
            arena_reset(&a);
        }
        i += w.n_tensors > 0;
        buf_fini(&w.m.b);
    }
}

/* One to eight changes: a byte, a bit, or a number of the kind that breaks arithmetic. */
static void spoil(uint8_t *p, size_t n)
{
    static const uint64_t nasty[] = {
        0, 1, 2, 7, 8, 9, 12, 13, 31, 32, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
        0x100000000, INT64_MAX, 1ull << 63, UINT64_MAX, UINT64_MAX - 7, UINT64_MAX - 31, 1ull << 61, 1ull << 60,
    };
    for (unsigned k = 1 + (unsigned)below(8); k; k--) {
        size_t at = below(n);
        unsigned how = (unsigned)below(4);
        uint64_t v = how == 0 ? nasty[below(sizeof nasty / sizeof *nasty)] : rnd();
        size_t bytes = how < 2 ? (below(2) ? 8 : 4) : 1;
        if (how == 3)
            v = (uint64_t)p[at] ^ 1u << below(8);
        for (size_t i = 0; i < bytes && at + i < n; i++)
            p[at + i] = (uint8_t)(v >> 8 * i);
    }
}

TEST(gguf_spoiled_files_are_refused_or_hold)
{
    state = 1;
    unsigned accepted = 0;
    for (unsigned i = 0; i < N_MUTATIONS;) {
        struct wrote w;
        write_random(&w);
        size_t n = w.m.b.n, header = n < 2048 ? n : 2048;
        uint8_t *copy = malloc(n);
        assert_non_null(copy);
        for (unsigned k = 0; k < 200; k++, i++) {
            struct arena a;
            struct gguf g;
            struct gguf_general o;
            struct err e = { 0 };
            arena_init(&a, 1 << 20);
            memcpy(copy, w.m.b.p, n);
            spoil(copy, header);
            int rc = gguf_open(span_of(copy, n), &a, &g, &e);
            YES(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
            YES(rc == 0 || (e.pos <= n && e.msg[0]));
            const char *broken = rc ? NULL : gguf_holds(&g);
            if (broken)
                fail_msg("spoiled file %u: %s", i, broken);
            if (!rc)
                EQ(gguf_general(&g, &a, &o, &e), 0);
            accepted += rc == 0;
            arena_fini(&a);
        }
        free(copy);
        buf_fini(&w.m.b);
    }
    YES(accepted > N_MUTATIONS / 100);          /* or the spoiling never got past the head */
    print_message("# %u of %u spoiled files were still valid\n", accepted, N_MUTATIONS);
}

int main(void)
{
    return RUN(CASE(gguf_random_files_read_back), CASE(gguf_every_prefix_is_refused),
               CASE(gguf_spoiled_files_are_refused_or_hold));
}
