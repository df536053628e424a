// SPDX-License-Identifier: Apache-2.0
/* engine/arch/smollm3.c - SmolLM3: Llama's layer, and each fourth layer knows no positions (NoPE). */
#include "engine/arch.h"

enum { NO_ROPE_EVERY = 4 };

static int tune(struct spec *s, const struct gguf *g, struct err *e)
{
    (void)g, (void)e;
    for (uint32_t i = NO_ROPE_EVERY - 1; i < s->n_layers; i += NO_ROPE_EVERY)
        s->layers[i].rope = ROPE_NOT;
    return 0;
}

const struct arch arch_smollm3 = {
    .name = "smollm3", .hf_types = "smollm3", .hf_pairs = true, .act = KERN_SILU,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT),
    .layer_must = W_DECODER, .layer_may = W_BIASES,
    .tune = tune,
};
