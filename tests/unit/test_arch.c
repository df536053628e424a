// SPDX-License-Identifier: Apache-2.0
/* Each architecture beside transformers: logits and greedy tokens of tiny models (tests/golden/make_tiny_models.py). */
#include "engine/sample.h"
#include "tests/support/engine_run.h"
#include "tests/support/tiny_model.h"

static const char *const names[] = {
    "bert", "gemma2", "gemma3", "granite", "llama", "llama-linear", "llama-tied-bias", "llama-yarn", "llama3-factors",
    "mistral-window", "modern-bert", "nomic-bert", "olmo2", "phi3", "phi3-long", "qwen2", "qwen3", "smollm3",
};

enum { PROMPT_MAX = 64 };
#define NMSE_MAX 1e-6

static uint32_t prompt_of(const struct val *golden, uint32_t out[PROMPT_MAX])
{
    uint32_t n = 0;
    for (const struct val *v = val_get(golden, "prompt")->first; v; v = v->next)
        out[n++] = (uint32_t)v->i;
    return n;
}

static double nmse(const float *have, const struct val *want)
{
    double error = 0, power = 0;
    for (const struct val *v = want->first; v; v = v->next, have++) {
        error += ((double)*have - v->r) * ((double)*have - v->r);
        power += v->r * v->r;
    }
    return error / power;
}

static void check_logits(struct run *r, const char *name, const struct val *golden, const uint32_t *prompt, uint32_t n)
{
    uint8_t want[PROMPT_MAX] = { 0 };
    uint32_t i = 0;
    double worst = 0;
    for (const struct val *p = val_get(golden, "places")->first; p; p = p->next)
        want[p->i] = 1;
    struct batch b = { .n = n, .tokens = prompt, .want = want };
    EQ(session_step(r->s, &b, NULL), 0);
    const struct val *hidden = val_get(golden, "hidden");
    for (const struct val *v = (hidden ? hidden : val_get(golden, "logits"))->first; v; v = v->next, i++) {
        double error = nmse(hidden ? session_hidden(r->s, i) : session_logits(r->s, i), v);
        worst = error > worst ? error : worst;
    }
    if (!(worst <= NMSE_MAX))
        fail_msg("%s: NMSE %.3g", name, worst);
    printf("# %s: NMSE %.2g\n", name, worst);
}

static void check_greedy(struct run *r, const char *name, const struct val *golden, const uint32_t *prompt, uint32_t n)
{
    struct sample_options o = sample_options_usual();
    struct sampler *s;
    uint32_t at = 0;
    o.temperature = 0;
    EQ(sampler_new(&o, r->w.spec.n_vocab, &s, NULL), 0);
    session_cut(r->s, 0, 0);
    EQ(session_feed(r->s, 0, prompt, n, NULL), 0);
    for (const struct val *v = val_get(golden, "greedy")->first; v; v = v->next, at++) {
        uint32_t id = sampler_pick(s, session_logits(r->s, 0));
        if (id != v->i)
            fail_msg("%s: greedy token %u is %u, not %lld", name, at, id, (long long)v->i);
        EQ(session_feed(r->s, 0, &id, 1, NULL), 0);
    }
    sampler_free(s);
}

static void check_arch(const char *name, const struct kern *k)
{
    struct arena a;
    const struct val *golden;
    char dir[64];
    uint32_t prompt[PROMPT_MAX];
    arena_init(&a, 64 << 20);
    tiny_make(name, &a, &golden, dir);
    struct run r = { .k = k };
    struct session_shape shape = { .n_ctx = 128, .n_seq = 1, .n_batch = 64, .n_want = 4,
                                   .kv = KV_F32 };
    bool encoder = val_get(golden, "hidden");
    if (encoder) {
        shape.n_ctx = 64;
        shape.hidden = true;
    }
    run_open(&r, dir, 1, shape);
    uint32_t n = prompt_of(golden, prompt);
    check_logits(&r, name, golden, prompt, n);
    if (!encoder)
        check_greedy(&r, name, golden, prompt, n);
    run_close(&r);
    tiny_remove(dir);
    arena_fini(&a);
}

TEST(arch_logits_and_tokens_are_those_of_transformers)
{
    struct cpu cpu;
    cpu_read(&cpu);
    for (const struct kern *const *k = kern_all(); *k; k++)
        for (size_t i = 0; i < sizeof names / sizeof *names && (*k)->tried && (*k)->usable(&cpu); i++)
            check_arch(names[i], *k);
}

int main(void)
{
    return RUN(CASE(arch_logits_and_tokens_are_those_of_transformers));
}
