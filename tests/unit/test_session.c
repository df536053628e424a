// SPDX-License-Identifier: Apache-2.0
/* A session: the same bytes however the work is cut, an honest limit, refusals that change nothing. */
#include "tests/support/engine_run.h"
#include "tests/support/faults.h"
#include "tests/support/tiny_model.h"

enum { N = 40, VOCAB = 304 };

struct tiny { struct arena a; const struct val *golden; char dir[64]; uint32_t prompt[N]; };

static void tiny_open(struct tiny *t, const char *name)
{
    arena_init(&t->a, 64 << 20);
    tiny_make(name, &t->a, &t->golden, t->dir);
    for (uint32_t i = 0; i < N; i++)
        t->prompt[i] = (i * i * 7 + i * 13 + 5) % VOCAB;
}

static void tiny_close(struct tiny *t)
{
    tiny_remove(t->dir);
    arena_fini(&t->a);
}

static struct session_shape shape_of(enum kv_type kv, uint32_t n_seq)
{
    return (struct session_shape){ .n_ctx = 64, .n_seq = n_seq, .n_batch = 64, .n_want = 8, .kv = kv };
}

/* Logits after the whole prompt in one step by one thread: what everything else must give. */
static void reference(const struct tiny *t, enum kv_type kv, float out[VOCAB])
{
    struct run r = { 0 };
    run_open(&r, t->dir, 1, shape_of(kv, 1));
    EQ(session_feed(r.s, 0, t->prompt, N, NULL), 0);
    memcpy(out, session_logits(r.s, 0), VOCAB * sizeof *out);
    run_close(&r);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void split_at_random(struct run *r, const struct tiny *t, uint32_t *random)
{
    session_cut(r->s, 0, 0);
    for (uint32_t at = 0; at < N;) {
        uint32_t n = 1 + next_random(random) % (next_random(random) % 2 ? 4 : 24);
        n = n > N - at ? N - at : n;
        EQ(session_feed(r->s, 0, t->prompt + at, n, NULL), 0);
        at += n;
    }
}

static void check_splits(const char *name, enum kv_type kv)
{
    struct tiny t;
    float want[VOCAB];
    uint32_t random = 7;
    tiny_open(&t, name);
    reference(&t, kv, want);
    for (unsigned lanes = 1; lanes <= 4; lanes++) {
        struct run r = { 0 };
        run_open(&r, t.dir, lanes, shape_of(kv, 1));
        for (unsigned i = 0; i < 8; i++) {
            split_at_random(&r, &t, &random);
            if (memcmp(session_logits(r.s, 0), want, sizeof want) != 0)
                fail_msg("%s: cache type %d, %u threads, split %u: other bytes", name, (int)kv, lanes, i);
        }
        run_close(&r);
    }
    tiny_close(&t);
}

TEST(session_bytes_do_not_depend_on_splits_and_threads)
{
    static const char *const names[] = { "gemma2", "gemma3", "llama-tied-bias", "olmo2", "phi3", "qwen2", "qwen3" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_splits(names[i], KV_F32);
    check_splits("llama", KV_F16);
    check_splits("llama", KV_BF16);
}

/* Three sequences side by side in mixed steps; one begins with a copy of another's cache, one is cut and goes on. */
TEST(session_bytes_do_not_depend_on_other_sequences_and_the_cache)
{
    struct tiny t;
    float want[VOCAB];
    struct run r = { 0 };
    tiny_open(&t, "gemma3");
    reference(&t, KV_F16, want);
    run_open(&r, t.dir, 3, shape_of(KV_F16, 3));
    uint32_t half = N / 2, tokens[64], seqs[64];
    uint8_t wanted[64] = { 0 };
    for (uint32_t i = 0; i < half; i++) {
        tokens[i] = t.prompt[i];
        tokens[half + i] = (t.prompt[i] + 1) % VOCAB;
        seqs[i] = 2;
        seqs[half + i] = 0;
    }
    struct batch b = { .n = 2 * half, .tokens = tokens, .seqs = seqs, .want = wanted };
    EQ(session_step(r.s, &b, NULL), 0);
    session_copy(r.s, 2, 1, half);
    EQ(session_length(r.s, 1), half);
    EQ(session_feed(r.s, 0, t.prompt, 5, NULL), 0);         /* what sequence 0 does now must not matter */
    for (uint32_t at = half; at < N; at++) {
        struct batch one = { .n = 2, .tokens = (uint32_t[]){ t.prompt[at], t.prompt[at] }, .seqs = (uint32_t[]){ 1, 2 },
                             .want = (uint8_t[]){ 1, 1 } };
        EQ(session_step(r.s, &one, NULL), 0);
    }
    EQ(memcmp(session_logits(r.s, 0), want, sizeof want), 0);
    EQ(memcmp(session_logits(r.s, 1), want, sizeof want), 0);
    session_cut(r.s, 1, 3);
    EQ(session_feed(r.s, 1, t.prompt + 3, N - 3, NULL), 0);
    EQ(memcmp(session_logits(r.s, 0), want, sizeof want), 0);
    run_close(&r);
    tiny_close(&t);
}

TEST(session_refuses_and_changes_nothing)
{
    struct tiny t;
    struct run r = { 0 };
    struct err e = { 0 };
    uint32_t many[100] = { 0 };
    tiny_open(&t, "llama");
    run_open(&r, t.dir, 1, shape_of(KV_F32, 2));
    EQ(session_feed(r.s, 0, t.prompt, N, NULL), 0);
    EQ(session_feed(r.s, 0, many, 25, &e), ERR_LIMIT);
    STR(e.msg, "the context holds 64 tokens, 40 are there and 25 more would be needed");
    STR(e.hint, "a session of at least 65 positions would do");
    EQ(session_length(r.s, 0), N);
    EQ(session_feed(r.s, 2, many, 1, &e), ERR_USAGE);
    struct batch b = { .n = 65, .tokens = many };
    EQ(session_step(r.s, &b, &e), ERR_LIMIT);
    b = (struct batch){ .n = 1, .tokens = (uint32_t[]){ VOCAB } };
    EQ(session_step(r.s, &b, &e), ERR_USAGE);
    STR(e.msg, "token 304, the model knows 304");
    b = (struct batch){ .n = 3, .tokens = many, .seqs = (uint32_t[]){ 0, 1, 0 } };
    EQ(session_step(r.s, &b, &e), ERR_USAGE);
    STR(e.msg, "the tokens of sequence 0 do not stand together");
    b = (struct batch){ .n = 9, .tokens = many, .want = (uint8_t[]){ 1, 1, 1, 1, 1, 1, 1, 1, 1 } };
    EQ(session_step(r.s, &b, &e), ERR_USAGE);
    b = (struct batch){ .n = 0 };
    EQ(session_step(r.s, &b, &e), ERR_USAGE);
    EQ(session_length(r.s, 0), N);
    EQ(session_length(r.s, 1), 0);
    EQ(session_feed(r.s, 0, many, 24, &e), 0);
    run_close(&r);
    tiny_close(&t);
}

TEST(session_that_does_not_fit_is_refused_with_numbers)
{
    struct tiny t;
    struct run r = { 0 };
    struct err e = { 0 };
    struct session_need n;
    struct cpu small = { .available_bytes = 1 << 20 };
    tiny_open(&t, "llama");
    run_open(&r, t.dir, 1, shape_of(KV_F32, 1));
    struct session_shape shape = shape_of(KV_F32, 1);
    shape.n_ctx = 1 << 20;
    EQ(session_plan(&r.w, r.k, &shape, 1, &small, &n, &e), ERR_LIMIT);
    YES(strstr(e.msg, "cache of 1048576 positions x 1 0.54") != NULL);
    EQ(n.kv_bytes, (uint64_t)(1 << 20) * 2 * 2 * 2 * 16 * 4);
    shape.n_ctx = 64;
    EQ(session_plan(&r.w, r.k, &shape, 1, &(struct cpu){ .available_bytes = 1 << 30 }, &n, &e), 0);
    EQ(n.total_bytes, n.weights_bytes + n.kv_bytes + n.work_bytes);
    shape.kv = KV_Q8_0;                                     /* heads of 16 */
    EQ(session_plan(&r.w, r.k, &shape, 1, &small, &n, &e), ERR_USAGE);
    shape = shape_of(KV_F32, 0);
    EQ(session_plan(&r.w, r.k, &shape, 1, &small, &n, &e), ERR_USAGE);
    run_close(&r);
    tiny_close(&t);
}

/* The file is cut short when the model is in memory: nothing changes. */
TEST(session_does_not_read_the_file_after_loading)
{
    struct tiny t;
    struct run r = { 0 };
    float want[VOCAB];
    char path[128];
    tiny_open(&t, "llama");
    reference(&t, KV_F32, want);
    run_open(&r, t.dir, 2, shape_of(KV_F32, 1));
    snprintf(path, sizeof path, "%s/model.safetensors", t.dir);
    EQ(truncate(path, 0), 0);
    EQ(session_feed(r.s, 0, t.prompt, N, NULL), 0);
    EQ(memcmp(session_logits(r.s, 0), want, sizeof want), 0);
    run_close(&r);
    tiny_close(&t);
}

static int open_all(const char *dir, struct pool *pool, const struct kern *k, struct err *e)
{
    struct weights w;
    struct session *s = NULL;
    struct session_shape shape = shape_of(KV_F32, 1);
    int rc = weights_open(dir, &w, e);
    if (rc)
        return rc;
    rc = weights_load(&w, pool, e);
    if (!rc)
        rc = session_new(&w, k, pool, &shape, &s, e);
    session_free(s);
    weights_close(&w);
    return rc;
}

TEST(session_every_allocation_may_fail)
{
    struct tiny t;
    struct pool *pool;
    struct cpu cpu;
    const struct kern *k;
    size_t i = 1;
    cpu_read(&cpu);
    tiny_open(&t, "llama");
    EQ(kern_choose(&cpu, &k, NULL), 0);
    EQ(pool_new(2, &pool, NULL), 0);
    for (bool hit = true; hit; i++) {
        struct err e = { 0 };
        fault_alloc_at(i);
        int rc = open_all(t.dir, pool, k, &e);
        hit = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(rc, hit ? ERR_MEMORY : 0);
    }
    YES(i > 8);
    pool_free(pool);
    tiny_close(&t);
}

int main(void)
{
    return RUN(CASE(session_bytes_do_not_depend_on_splits_and_threads),
               CASE(session_bytes_do_not_depend_on_other_sequences_and_the_cache),
               CASE(session_refuses_and_changes_nothing), CASE(session_that_does_not_fit_is_refused_with_numbers),
               CASE(session_does_not_read_the_file_after_loading), CASE(session_every_allocation_may_fail));
}
