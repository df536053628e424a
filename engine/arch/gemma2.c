// SPDX-License-Identifier: Apache-2.0
/* engine/arch/gemma2.c - Gemma 2: norms before and behind each branch, soft caps, every other layer windowed. */
#include <math.h>
#include "engine/arch.h"

enum { LAYERS_27B = 46 };       /* the one size whose scale is not that of a head's length, and whose files do not say so */

static int tune(struct spec *s, const struct gguf *g, struct err *e)
{
    (void)e;
    s->embd_scale = (float)sqrt((double)s->n_embd);
    (void)spec_f32(g, "attn_logit_softcapping", &s->attn_softcap);
    (void)spec_f32(g, "final_logit_softcapping", &s->final_softcap);
    if (s->n_layers == LAYERS_27B && !spec_kv(g, "attention.scale"))
        s->attn_scale = (float)(1 / sqrt((double)s->n_embd / s->layers[0].n_heads));
    return 0;
}

static const struct arch_name names[] = {
    { "post_attention_layernorm", "post_attention_norm", FIX_NONE },
    { "pre_feedforward_layernorm", "ffn_norm", FIX_NONE },
    { "post_feedforward_layernorm", "post_ffw_norm", FIX_NONE },
    { 0 }
};

const struct arch arch_gemma2 = {
    .name = "gemma2", .hf_types = "gemma2", .hf_names = names, .hf_norms = FIX_PLUS_ONE, .act = KERN_GELU_TANH,
    .rope_halves = true, .window_every = 2,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT),
    .layer_must = W_DECODER | BIT(W_POST_ATTN_NORM) | BIT(W_POST_FFN_NORM),
    .tune = tune,
};
