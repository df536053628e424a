// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_hparams.c - any bytes as a GGUF file, and as a config.json: refused, or all numbers below
 * their ceilings and a cache that grows with the text and does not overflow. */
#include <stdlib.h>
#include "format/hparams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(const struct hparams *h, struct span in)
{
    uint64_t before = 0, n = hp_value(h, HP_LAYERS);
    for (unsigned f = 0; f < HP_COUNT; f++) {
        const struct hp_fact *fact = &h->facts[f];
        if (fact->v > hp_ceiling((enum hp_field)f) || fact->byte_from > fact->byte_to || fact->byte_to > in.n
            || (fact->known && !fact->key))
            abort();
    }
    if (!h->architecture || (!h->missing && (n == 0 || !h->layers)))
        abort();
    for (unsigned bits = 0; bits <= 40; bits++) {
        uint64_t now = hp_kv_elements(h, (uint64_t)1 << bits);
        if (now < before || now > (uint64_t)1 << 61)
            abort();
        before = now;
    }
}

static void judge(int rc, const struct err *e, struct hparams *h, struct span in, struct arena *a)
{
    bool changed;
    if (rc && (e->code != rc || !e->msg[0] || e->pos > in.n))
        abort();
    if (rc)
        return;
    hold(h, in);
    if (hparams_kv_width(h, in.n * 7919, a, &changed, NULL) == 0)
        hold(h, in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct gguf g;
    struct hparams h;
    struct err e = { 0 };
    struct span in = span_of(data, size);
    arena_init(&a, (size_t)64 << 20);
    if (gguf_open_keys(in, &a, &g, NULL) == 0)
        judge(hparams_from_gguf(&g, &a, &h, &e), &e, &h, in, &a);
    e = (struct err){ 0 };
    judge(hparams_from_config(in, &a, &h, &e), &e, &h, in, &a);
    arena_fini(&a);
    return 0;
}
