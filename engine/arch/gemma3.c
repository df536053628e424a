// SPDX-License-Identifier: Apache-2.0
/* engine/arch/gemma3.c - Gemma 3 (text): Gemma 2 with normed queries and keys; five windowed layers to a full one, with
 * a base of rope for each kind. */
#include <math.h>
#include "engine/arch.h"

enum { LAYERS_27B = 62 };       /* as in Gemma 2 */

static int tune(struct spec *s, const struct gguf *g, struct err *e)
{
    (void)e;
    s->embd_scale = (float)sqrt((double)s->n_embd);
    (void)spec_f32(g, "final_logit_softcapping", &s->final_softcap);
    if (!spec_kv(g, "rope.freq_base_swa"))
        s->rope[ROPE_WINDOW] = (struct rope_spec){ .n_rot = s->rope[ROPE_FULL].n_rot, .base = 1e4, .factor = 1 };
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

const struct arch arch_gemma3 = {
    .name = "gemma3", .hf_types = "gemma3_text", .hf_names = names, .hf_norms = FIX_PLUS_ONE, .act = KERN_GELU_TANH,
    .rope_halves = true, .window_every = 6,
    .model_must = M_DECODER, .model_may = BIT(W_OUTPUT),
    .layer_must = W_DECODER | BIT(W_Q_NORM) | BIT(W_K_NORM) | BIT(W_POST_ATTN_NORM) | BIT(W_POST_FFN_NORM),
    .tune = tune,
};
