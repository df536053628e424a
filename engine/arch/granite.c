// SPDX-License-Identifier: Apache-2.0
/* engine/arch/granite.c - Granite 3: Llama's layer with four factors: embedding, residual, attention, logits. */
#include <math.h>
#include "engine/arch.h"

static int tune(struct spec *s, const struct gguf *g, struct err *e)
{
    float logit_divisor = 1;
    (void)spec_f32(g, "embedding_scale", &s->embd_scale);
    (void)spec_f32(g, "residual_scale", &s->residual_scale);
    if (spec_f32(g, "logit_scale", &logit_divisor) && !(fabsf(logit_divisor) > 1e-6F))
        return err_plain(e, ERR_FORMAT, "\"granite.logit_scale\" is 0");
    s->logit_scale = 1 / logit_divisor;
    return 0;
}

const struct arch arch_granite = {
    .name = "granite", .hf_types = "granite", .hf_pairs = true, .act = KERN_SILU,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT),
    .layer_must = W_DECODER, .layer_may = W_BIASES,
    .tune = tune,
};
