// SPDX-License-Identifier: Apache-2.0
/* passport/need_weights.c - what role a tensor plays, and how many bytes it takes in each common quantisation.
 * The rules are those of llama.cpp's quantiser (src/llama-quant.cpp, without an importance matrix). */
#include "passport/need_int.h"

const struct need_recipe need_recipes[] = {
    { "F32", GGML_F32 }, { "BF16", GGML_BF16 }, { "F16", GGML_F16 }, { "Q8_0", GGML_Q8_0 }, { "Q6_K", GGML_Q6_K },
    { "Q5_K_M", GGML_Q5_K }, { "Q5_0", GGML_Q5_0 }, { "Q4_K_M", GGML_Q4_K }, { "Q4_1", GGML_Q4_1 },
    { "Q4_0", GGML_Q4_0 }, { "Q3_K_M", GGML_Q3_K }, { "Q2_K", GGML_Q2_K },
};
const size_t need_n_recipes = sizeof need_recipes / sizeof *need_recipes;

/* ---- roles --------------------------------------------------------------------------- */

static bool has(struct span s, const char *part)
{
    return memmem(s.p ? s.p : (const uint8_t *)"", s.n, part, strlen(part)) != NULL;
}

static bool ends(struct span s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p + s.n - n, with, n) == 0;
}

struct name_rule { const char *part; enum need_role role; };

/* The first part that the name holds decides. A '$' at the end stands for the end of the name, a '^' before it for
 * the start. */
static const struct name_rule rules[] = {
    { "vision_tower.", NEED_OTHER_PART }, { "vision_model.", NEED_OTHER_PART }, { "visual.", NEED_OTHER_PART },
    { "multi_modal_projector", NEED_OTHER_PART }, { "audio_tower.", NEED_OTHER_PART },
    { "audio_model.", NEED_OTHER_PART }, { "embed_vision.", NEED_OTHER_PART }, { "embed_audio.", NEED_OTHER_PART },
    { "^v.blk.", NEED_OTHER_PART }, { "^mm.", NEED_OTHER_PART },
    { "position_embd", NEED_POSITION }, { "wpe.", NEED_POSITION }, { "position_embeddings", NEED_POSITION },
    { "embed_positions", NEED_POSITION }, { "token_type", NEED_POSITION },
    { "token_embd.weight$", NEED_EMBED }, { "embed_tokens.weight$", NEED_EMBED }, { "wte.weight$", NEED_EMBED },
    { "word_embeddings.weight$", NEED_EMBED }, { "tok_embeddings.weight$", NEED_EMBED },
    { "embed_in.weight$", NEED_EMBED }, { "embed_tokens_per_layer", NEED_EMBED }, { "per_layer_token_embd", NEED_EMBED },
    { "^output.weight$", NEED_OUTPUT }, { "lm_head.weight$", NEED_OUTPUT }, { "embed_out.weight$", NEED_OUTPUT },
    { "ffn_gate_inp", NEED_ROUTER }, { ".mlp.gate.weight$", NEED_ROUTER }, { "block_sparse_moe.gate.", NEED_ROUTER },
    { ".router.", NEED_ROUTER },
    { "norm", NEED_VECTOR }, { "conv1d", NEED_VECTOR }, { "rope_freqs", NEED_VECTOR }, { "bias$", NEED_VECTOR },
    { "attn_qkv.", NEED_QKV }, { "qkv_proj.", NEED_QKV }, { "query_key_value.", NEED_QKV }, { "c_attn.", NEED_QKV },
    { "Wqkv.", NEED_QKV },
    { "attn_v.", NEED_V }, { "v_proj.", NEED_V }, { ".self.value.", NEED_V }, { "attention.wv.", NEED_V },
    { "attn_k.", NEED_K }, { "k_proj.", NEED_K }, { ".self.key.", NEED_K }, { "attention.wk.", NEED_K },
    { "attn_q.", NEED_Q }, { "q_proj.", NEED_Q }, { ".self.query.", NEED_Q }, { "attention.wq.", NEED_Q },
    { "attn_output.", NEED_O }, { "o_proj.", NEED_O }, { "attention.output.dense.", NEED_O },
    { "attn.c_proj.", NEED_O }, { "attention.wo.", NEED_O }, { "attention.dense.", NEED_O }, { "out_proj.", NEED_O },
    { "ffn_down", NEED_DOWN }, { "down_proj", NEED_DOWN }, { "mlp.c_proj.", NEED_DOWN },
    { "dense_4h_to_h.", NEED_DOWN }, { ".w2.", NEED_DOWN }, { "fc2.", NEED_DOWN }, { "output.dense.", NEED_DOWN },
};

static bool fits_rule(struct span name, const char *rule)
{
    char part[40];
    size_t n = strlen(rule);
    bool at_start = rule[0] == '^', at_end = n && rule[n - 1] == '$';
    size_t from = at_start, len = n - from - at_end;
    memcpy(part, rule + from, len);
    part[len] = 0;
    if (at_start)
        return at_end ? span_is(name, part) : span_starts(name, part);
    return at_end ? ends(name, part) : has(name, part);
}

enum need_role need_role_of(struct span name, unsigned n_dims)
{
    enum need_role role = NEED_MATRIX;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (fits_rule(name, rules[i].part)) {
            role = rules[i].role;
            break;
        }
    return n_dims < 2 && role != NEED_OTHER_PART ? NEED_VECTOR : role;
}

/* The number behind "blk.", "layers.", "layer.", "blocks." or "h.". */
static uint32_t layer_of(struct span name)
{
    static const char *const before[] = { "blk.", "layers.", "layer.", "blocks.", "h." };
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        const uint8_t *at = memmem(name.p ? name.p : (const uint8_t *)"", name.n, before[i], strlen(before[i]));
        const uint8_t *end = name.p + name.n;
        uint32_t v = 0;
        if (!at || (at > name.p && at[-1] != '.'))
            continue;
        const uint8_t *digit = at + strlen(before[i]);
        const uint8_t *first = digit;
        while (digit < end && *digit >= '0' && *digit <= '9' && digit - first < 6)
            v = v * 10 + (uint32_t)(*digit++ - '0');
        if (digit > first)
            return v;
    }
    return NEED_NO_LAYER;
}

void need_sort(struct need_tensor *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        t[i].role = t[i].is_index ? NEED_INDEX : need_role_of(t[i].name, t[i].n_dims);
        t[i].layer = layer_of(t[i].name);
        t[i].is_expert = has(t[i].name, "_exps.") || has(t[i].name, ".experts.");
    }
}

/* ---- recipes ------------------------------------------------------------------------- */

static bool more_bits(uint64_t layer, uint64_t n)
{
    return layer < n / 8 || layer >= 7 * n / 8 || (layer - n / 8) % 3 == 2;
}

static bool is_float(enum ggml_type t)
{
    return t == GGML_F32 || t == GGML_F16 || t == GGML_BF16;
}

static enum ggml_type for_values(enum ggml_type base, const struct need_shape *s, uint64_t layer)
{
    enum ggml_type t = base;
    if (base == GGML_Q2_K)
        t = s->gqa >= 4 ? GGML_Q4_K : GGML_Q3_K;
    else if (base == GGML_Q3_K)
        t = layer < 2 ? GGML_Q5_K : GGML_Q4_K;
    else if ((base == GGML_Q4_K || base == GGML_Q5_K) && more_bits(layer, s->n_layers))
        t = GGML_Q6_K;
    if (s->n_layers == 80 && (t == GGML_Q3_K || t == GGML_Q4_K))
        t = GGML_Q5_K;                  /* the models of 70B with 8 heads on one value */
    return s->n_experts == 8 ? GGML_Q8_0 : t;
}

static enum ggml_type for_down(enum ggml_type base, const struct need_shape *s, uint64_t layer)
{
    if (base == GGML_Q2_K)
        return GGML_Q3_K;
    if (base == GGML_Q3_K)
        return layer < s->n_layers / 16 ? GGML_Q5_K : GGML_Q4_K;
    if ((base == GGML_Q4_K || base == GGML_Q5_K) && more_bits(layer, s->n_layers))
        return GGML_Q6_K;
    return base;
}

static enum ggml_type for_output(enum ggml_type base, const struct need_shape *s)
{
    if (s->n_experts == 8 && (base == GGML_Q2_K || base == GGML_Q3_K || base == GGML_Q4_K))
        return GGML_Q5_K;
    return s->n_experts == 8 ? base : base == GGML_Q2_K ? GGML_Q3_K : base == GGML_Q3_K ? GGML_Q4_K : base;
}

static enum ggml_type for_fused(enum ggml_type base)
{
    return base == GGML_Q3_K ? GGML_Q4_K : base == GGML_Q4_K ? GGML_Q5_K : base == GGML_Q5_K ? GGML_Q6_K : base;
}

/* A row that is no whole number of blocks takes a type with smaller blocks. */
static enum ggml_type fallback(enum ggml_type t, uint64_t row)
{
    if (row % ggml_layout(t)->block_elements == 0)
        return t;
    t = t == GGML_Q6_K ? GGML_Q8_0 : t == GGML_Q5_K ? GGML_Q5_1 : t == GGML_Q4_K ? GGML_Q5_0 :
        t == GGML_Q3_K || t == GGML_Q2_K ? GGML_IQ4_NL : GGML_F16;
    return row % ggml_layout(t)->block_elements == 0 ? t : GGML_F16;
}

/* Of a quantised recipe, by role. */
static enum ggml_type by_role(enum ggml_type base, const struct need_shape *s, const struct need_tensor *t)
{
    switch (t->role) {
    case NEED_EMBED:
        if (!s->tied)
            return base;
        __attribute__((fallthrough));
    case NEED_OUTPUT:
        return base == GGML_Q8_0 || t->row % ggml_layout(base)->block_elements ? GGML_Q8_0 : GGML_Q6_K;
    case NEED_V:
        return for_values(base, s, t->layer);
    case NEED_K:
        return s->n_experts == 8 ? GGML_Q8_0 : base;
    case NEED_DOWN:
        return for_down(base, s, t->layer);
    case NEED_O:
        return for_output(base, s);
    case NEED_QKV:
        return for_fused(base);
    default:
        return base;
    }
}

enum ggml_type need_type(const struct need_recipe *r, const struct need_shape *s, const struct need_tensor *t)
{
    switch (t->role) {
    case NEED_VECTOR: case NEED_POSITION: case NEED_ROUTER:
        return GGML_F32;
    case NEED_OTHER_PART:
        return t->n_dims < 2 ? GGML_F32 : GGML_F16;
    default:
        return is_float(r->base) ? r->base : fallback(by_role(r->base, s, t), t->row);
    }
}

uint64_t need_tensor_bytes(enum ggml_type type, const struct need_tensor *t)
{
    const struct ggml_layout *l = ggml_layout(type);
    uint64_t blocks = t->n_elements / l->block_elements;       /* fallback made rows whole blocks */
    uint64_t bytes;
    return __builtin_mul_overflow(blocks, (uint64_t)l->block_bytes, &bytes) ? UINT64_MAX : bytes;
}
