// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_spec.c - any bytes as a config.json, and as the keys of a GGUF file: refused with a reason, or a spec whose
 * numbers are within bounds, and rope tables that can be made. One table of tokens stands in for the weights. */
#include <stdlib.h>
#include "base/json.h"
#include "engine/source_int.h"
#include "format/hparams.h"
#include "format/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int by_key(const void *items, uint32_t x, uint32_t y)
{
    const struct gguf_kv *kv = items;
    return order_names(kv[x].key, kv[y].key);
}

static int by_name(const void *items, uint32_t x, uint32_t y)
{
    const struct gguf_tensor *t = items;
    return order_names(t[x].name, t[y].name);
}

static void hold(const struct spec *s, struct arena *a)
{
    struct rope r;
    uint64_t most = (uint64_t)1 << 32;
    for (uint32_t i = 0; i < s->n_layers; i++) {
        const struct spec_layer *l = &s->layers[i];
        if (l->n_kv_heads == 0 || l->n_heads % l->n_kv_heads || l->n_ff == 0 || l->rope > ROPE_NOT ||
            (uint64_t)l->n_heads * s->key_dim >= most || spec_q(s, l) > s->max_q || spec_out(s, l) > s->max_q ||
            spec_k(s, l) + spec_v(s, l) > s->max_kv || l->n_ff > s->max_ff)
            abort();
    }
    for (unsigned i = 0; i < ROPE_KINDS; i++) {
        if (s->rope[i].n_rot % 2 || s->rope[i].n_rot > s->key_dim)
            abort();
        (void)rope_make(&s->rope[i], 4096, a, &r, NULL);
    }
}

/* Tensors that the configuration makes (factors of rope), and a table of tokens. */
static void judge(struct gguf *g, const struct gguf_tensor *made, size_t n_made, struct arena *a)
{
    struct gguf_tensor *t = arena_array(a, n_made + 1, sizeof *t);
    struct spec s;
    struct err e = { 0 };
    if (!t)
        return;
    for (size_t i = 0; i < n_made; i++)
        t[i] = made[i];
    t[n_made] = (struct gguf_tensor){ .name = span_str("token_embd.weight"), .n_dims = 2, .dims = { 8, 8, 1, 1 } };
    g->tensors = t;
    g->n_tensors = (uint32_t)n_made + 1;
    g->kv_by_name = order_make(a, g->kv, g->n_kv, by_key);
    g->tensors_by_name = order_make(a, t, g->n_tensors, by_name);
    if (!g->kv_by_name || !g->tensors_by_name)
        return;
    int rc = spec_read(g, a, &s, &e);
    if (rc && (e.code != rc || !e.msg[0]))
        abort();
    if (!rc)
        hold(&s, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct gguf g;
    struct err e = { 0 };
    struct hf_config c = { .a = &a };
    struct span in = span_of(data, size);
    arena_init(&a, (size_t)256 << 20);
    if (gguf_open_keys(in, &a, &g, NULL) == 0)
        judge(&g, NULL, 0, &a);
    if (json_parse(in, NULL, &a, &c.json, NULL) == 0) {
        int rc = hf_keys_make(&c, &e);
        if (rc && (e.code != rc || !e.msg[0]))
            abort();
        g = (struct gguf){ .kv = c.kv, .n_kv = (uint32_t)c.n_kv };
        if (!rc)
            judge(&g, c.made, c.n_made, &a);
    }
    arena_fini(&a);
    return 0;
}
