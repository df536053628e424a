// SPDX-License-Identifier: Apache-2.0
/* engine/arch.h - an architecture: what its layers are made of, as data.
 *
 *     x ─ norm ─ q,k,v ─ norm, rope ─ attend ─ out ─ norm ─+─ norm ─ gate,up ─ act ─ down ─ norm ─+─ norm ─> x
 *     └────────────────────────────────────────────────────┘└──────────────────────────────────────┘
 *           which of these there are is the table of weights; numbers are keys of the file
 *
 * One program (engine/program.c) runs all of them. An architecture is one const struct in one file
 * engine/arch/<name>.c; the build makes the table. What the struct cannot say, `tune` does.
 * Source: gguf-py constants.py and tensor_mapping.py (names), the modelling code of transformers (meaning). */
#ifndef ASSAY_ENGINE_ARCH_H
#define ASSAY_ENGINE_ARCH_H
#include "engine/spec.h"
#include "format/gguf.h"
#include "tensor/kern.h"

/* The weights there are. Lengths: E embedding, Q K V all heads' queries, keys, values, A all heads' outputs, D of one
 * head's key, F feed-forward, U up (2 F when fused), N vocabulary, P positions, T token types, 1 a vector.
 *    slot              name in GGUF                    rows columns */
#define MODEL_WEIGHT_MAP(X)                             \
    X(W_EMBD,           "token_embd.weight",             N, E) \
    X(W_POSITION,       "position_embd.weight",          P, E) \
    X(W_TYPES,          "token_types.weight",            T, E) \
    X(W_EMBD_NORM,      "token_embd_norm.weight",        1, E) \
    X(W_EMBD_NORM_B,    "token_embd_norm.bias",          1, E) \
    X(W_OUTPUT_NORM,    "output_norm.weight",            1, E) \
    X(W_OUTPUT_NORM_B,  "output_norm.bias",              1, E) \
    X(W_OUTPUT,         "output.weight",                 N, E) \
    X(W_OUTPUT_B,       "output.bias",                   1, N)

#define LAYER_WEIGHT_MAP(X)                             \
    X(W_ATTN_NORM,      "attn_norm.weight",              1, E) \
    X(W_ATTN_NORM_B,    "attn_norm.bias",                1, E) \
    X(W_QKV,            "attn_qkv.weight",             QKV, E) \
    X(W_QKV_B,          "attn_qkv.bias",                1, QKV) \
    X(W_Q,              "attn_q.weight",                 Q, E) \
    X(W_Q_B,            "attn_q.bias",                   1, Q) \
    X(W_K,              "attn_k.weight",                 K, E) \
    X(W_K_B,            "attn_k.bias",                   1, K) \
    X(W_V,              "attn_v.weight",                 V, E) \
    X(W_V_B,            "attn_v.bias",                   1, V) \
    X(W_Q_NORM,         "attn_q_norm.weight",            1, QN) \
    X(W_K_NORM,         "attn_k_norm.weight",            1, KN) \
    X(W_ATTN_OUT,       "attn_output.weight",            E, A) \
    X(W_ATTN_OUT_B,     "attn_output.bias",              1, E) \
    X(W_POST_ATTN_NORM, "post_attention_norm.weight",    1, E) \
    X(W_ATTN_RES_NORM,  "attn_output_norm.weight",       1, E) \
    X(W_ATTN_RES_NORM_B, "attn_output_norm.bias",        1, E) \
    X(W_FFN_NORM,       "ffn_norm.weight",               1, E) \
    X(W_FFN_NORM_B,     "ffn_norm.bias",                 1, E) \
    X(W_GATE,           "ffn_gate.weight",               F, E) \
    X(W_GATE_B,         "ffn_gate.bias",                 1, F) \
    X(W_UP,             "ffn_up.weight",                 U, E) \
    X(W_UP_B,           "ffn_up.bias",                   1, U) \
    X(W_DOWN,           "ffn_down.weight",               E, F) \
    X(W_DOWN_B,         "ffn_down.bias",                 1, E) \
    X(W_POST_FFN_NORM,  "post_ffw_norm.weight",          1, E) \
    X(W_FFN_RES_NORM,   "layer_output_norm.weight",      1, E) \
    X(W_FFN_RES_NORM_B, "layer_output_norm.bias",        1, E)

#define X(slot, name, rows, columns) slot,
enum model_weight { MODEL_WEIGHT_MAP(X) MODEL_WEIGHTS };
enum layer_weight { LAYER_WEIGHT_MAP(X) LAYER_WEIGHTS };
#undef X

#define BIT(slot) ((uint32_t)1 << (slot))
/* Sets that many architectures share. Of q, k, v either the three or the one that holds them all. */
#define W_ATTENTION (BIT(W_QKV) | BIT(W_Q) | BIT(W_K) | BIT(W_V) | BIT(W_ATTN_OUT))
#define W_QKV_BIASES (BIT(W_QKV_B) | BIT(W_Q_B) | BIT(W_K_B) | BIT(W_V_B))
#define W_BIASES (W_QKV_BIASES | BIT(W_ATTN_OUT_B) | BIT(W_GATE_B) | BIT(W_UP_B) | BIT(W_DOWN_B))
#define W_GATED (BIT(W_GATE) | BIT(W_UP) | BIT(W_DOWN))
#define W_DECODER (W_ATTENTION | W_GATED | BIT(W_ATTN_NORM) | BIT(W_FFN_NORM))
#define M_DECODER (BIT(W_EMBD) | BIT(W_OUTPUT_NORM))

enum arch_fix { FIX_NONE, FIX_PLUS_ONE, FIX_PAIRS_Q, FIX_PAIRS_K };

/* How a Hugging Face model calls what GGUF calls otherwise: "mlp.gate_proj" -> "ffn_gate", within a layer or, with a dot
 * before it, at the top. GGUF name "" : known, and of no use here. Ends of ".weight" and ".bias" are carried over. */
struct arch_name { const char *hf, *gguf; enum arch_fix fix; };

struct hf_config;
struct arch {
    const char *name;                   /* general.architecture: "llama" */
    const char *hf_types;               /* model_type of config.json, parted by blanks; "" none */
    const struct arch_name *hf_names;   /* before the common ones; ends with a NULL; may be NULL */
    enum arch_fix hf_norms;             /* of all norms: FIX_PLUS_ONE or none */
    bool hf_pairs;                      /* rows of q and k are put in pairs: see FIX_PAIRS_Q */
    enum kern_act act;
    bool rope_halves;
    bool layer_norm;                    /* else RMS */
    bool both_ways;                     /* each token sees those behind it too */
    bool qk_norm_wide;                  /* over all heads together, not each */
    bool up_fused;                      /* ffn_up holds gate and up, one behind the other */
    bool no_rope;
    uint8_t window_every;               /* each so many-th layer is full, the others have the window; 0: all have it */
    bool window_full_first;             /* the first of each group is the full one, not the last */
    uint32_t model_must, model_may;     /* BIT(W_EMBD) | ... */
    uint32_t layer_must, layer_may;
    int (*tune)(struct spec *s, const struct gguf *g, struct err *e);           /* NULL: nothing to do */
    int (*hf_keys)(struct hf_config *c, struct err *e);     /* keys that config.json says in its own way; may be NULL */
};

extern const struct arch *const arch_table[];       /* ends with NULL; generated */

/* NULL: not known. */
const struct arch *arch_of(struct span name);
const struct arch *arch_of_hf(struct span model_type);

/* "granite, llama, qwen2": into out, cut to n. Returns out. */
const char *arch_list(char *out, size_t n);

#endif
