// SPDX-License-Identifier: Apache-2.0
#include "format/hparams_int.h"

#include <inttypes.h>
#include "base/json.h"

enum { CONFIG_MAX_BYTES = 16 << 20, NAMES_MAX = 6 };

/* The names that configurations use; the first that is there counts. A dot leads into an object. */
static const char *const names[HP_COUNT][NAMES_MAX] = {
    [HP_LAYERS] = { "num_hidden_layers", "n_layer", "n_layers", "num_layers" },
    [HP_EMBD] = { "hidden_size", "n_embd", "d_model", "dim" },
    [HP_FF] = { "intermediate_size", "n_inner", "ffn_dim", "d_ff", "hidden_dim", "ffn_hidden_size" },
    [HP_HEADS] = { "num_attention_heads", "n_head", "n_heads", "num_heads" },
    [HP_KV_HEADS] = { "num_key_value_heads", "num_kv_heads", "multi_query_group_num", "n_head_kv", "n_kv_heads",
                      "attn_config.kv_n_heads" },
    [HP_KEY_DIM] = { "head_dim", "kv_channels", "d_kv" },
    [HP_VALUE_DIM] = { "v_head_dim" },
    [HP_CONTEXT] = { "max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "n_ctx",
                     "max_sequence_length" },
    [HP_VOCAB] = { "vocab_size", "padded_vocab_size" },
    [HP_WINDOW] = { "sliding_window", "attention_chunk_size" },
    [HP_EXPERTS] = { "num_local_experts", "num_experts", "n_routed_experts", "ffn_config.moe_num_experts" },
    [HP_EXPERTS_USED] = { "num_experts_per_tok", "experts_per_token", "moe_topk", "ffn_config.moe_top_k" },
    [HP_FF_EXPERT] = { "moe_intermediate_size" },
    [HP_KV_LORA] = { "kv_lora_rank" },
    [HP_ROPE_DIM] = { "qk_rope_head_dim" },
};

struct config { const struct val *top, *inner; };   /* inner: of the language model; NULL when there is none */

static bool is_there(const struct val *v)
{
    return v && v->kind != VAL_NULL;
}

static const struct val *look(const struct config *c, const char *name)
{
    const struct val *v = val_path(c->inner, name);
    return is_there(v) ? v : val_path(c->top, name);
}

static const struct val *look_any(const struct config *c, enum hp_field f, const char **name)
{
    for (unsigned i = 0; i < NAMES_MAX && names[f][i]; i++) {
        const struct val *v = look(c, *name = names[f][i]);
        if (is_there(v))
            return v;
    }
    return NULL;
}

static int read_number(const struct val *v, enum hp_field f, const char *name, uint64_t *out, struct err *e)
{
    int64_t i;
    if (!val_int(v, &i) || i < 0)
        return err_set(e, ERR_FORMAT, v->byte_from, "\"%s\" is not a whole number", name);
    *out = (uint64_t)i;
    return hp_check(f, name, *out, v->byte_from, e);
}

/* A list with one number for each layer. */
static int read_list(const struct val *v, enum hp_field f, const char *name, struct hp_draft *d, const uint64_t **out,
                     uint64_t *most, struct err *e)
{
    uint64_t n = hp_value(d->h, HP_LAYERS), at = 0;
    if (v->n != n)
        return err_set(e, ERR_FORMAT, v->byte_from, "\"%s\" has %zu items for %" PRIu64 " layers", name, v->n, n);
    uint64_t *items = arena_array(d->a, n, sizeof *items);
    if (!items)
        return err_memory(e);
    *most = 0;
    for (const struct val *i = v->first; i; i = i->next, at++) {
        int rc = read_number(i, f, name, &items[at], e);
        if (rc)
            return rc;
        *most = items[at] > *most ? items[at] : *most;
    }
    *out = items;
    return 0;
}

static int read_fields(const struct config *c, struct hp_draft *d, struct err *e)
{
    const uint64_t *ff = NULL;
    int rc = 0;
    for (unsigned f = 0; f < HP_COUNT && !rc; f++) {
        const char *name = NULL;
        const struct val *v = look_any(c, (enum hp_field)f, &name);
        const uint64_t **list = f == HP_HEADS ? &d->heads : f == HP_KV_HEADS ? &d->kv_heads : f == HP_FF ? &ff : NULL;
        uint64_t number = 0;
        if (!v)
            continue;
        rc = v->kind == VAL_LIST && list ? read_list(v, (enum hp_field)f, name, d, list, &number, e) :
             read_number(v, (enum hp_field)f, name, &number, e);
        d->h->facts[f] = (struct hp_fact){ .v = number, .known = !rc, .key = name, .line_from = v->line,
            .line_to = v->line_to, .byte_from = v->byte_from, .byte_to = v->byte_to };
    }
    return rc;
}

static enum hp_attention attention_named(const struct val *v)
{
    static const char *const none[] = { "linear_attention", "conv", "mamba", "mamba2", "recurrent", "ssm" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (val_is(v, none[i]))
            return HP_NO_CACHE;
    return val_is(v, "sliding_attention") || val_is(v, "chunked_attention") ? HP_WINDOWED : HP_FULL;
}

/* One word for each layer. Lists of another length say nothing that can be used. */
static int read_layer_types(const struct config *c, struct hp_draft *d, struct err *e)
{
    const struct val *v = look(c, "layer_types");
    uint64_t n = hp_value(d->h, HP_LAYERS), at = 0;
    if (!is_there(v))
        v = look(c, "layers_block_type");
    if (!v || v->kind != VAL_LIST || n == 0)
        return 0;
    if (v->n != n)
        return err_set(e, ERR_FORMAT, v->byte_from, "layer types: %zu items for %" PRIu64 " layers", v->n, n);
    uint8_t *attention = arena_alloc(d->a, n);
    if (!attention)
        return err_memory(e);
    for (const struct val *i = v->first; i; i = i->next)
        attention[at++] = (uint8_t)attention_named(i);
    d->attention = attention;
    return 0;
}

/* Qwen2 writes a window and switches it off; switched on, it holds from max_window_layers upwards. */
static int read_switch(const struct config *c, struct hp_draft *d, struct err *e)
{
    bool on;
    int64_t from;
    uint64_t n = hp_value(d->h, HP_LAYERS);
    if (!val_bool(look(c, "use_sliding_window"), &on))
        return 0;
    if (!on) {
        d->h->facts[HP_WINDOW].v = 0;
        return 0;
    }
    if (d->attention || n == 0 || !val_int(look(c, "max_window_layers"), &from))
        return 0;
    uint8_t *attention = arena_alloc(d->a, n);
    if (!attention)
        return err_memory(e);
    for (uint64_t i = 0; i < n; i++)
        attention[i] = from >= 0 && i >= (uint64_t)from ? HP_WINDOWED : HP_FULL;
    d->attention = attention;
    return 0;
}

static void read_heads(const struct config *c, struct hp_draft *d)
{
    bool one = false, newer = false;
    (void)val_bool(look(c, "new_decoder_architecture"), &newer);
    if (val_bool(look(c, "multi_query"), &one) && one && !newer) {      /* Falcon 7B, StarCoder: one head */
        d->h->facts[HP_KV_HEADS] = (struct hp_fact){ 0 };
        hp_derive(d->h, HP_KV_HEADS, 1);
        d->kv_heads = NULL;
    }
    d->heads_unsure = c->inner != NULL;     /* inner objects leave out what is their class's default */
    if (d->h->facts[HP_KEY_DIM].known && !d->h->facts[HP_VALUE_DIM].known)
        hp_derive(d->h, HP_VALUE_DIM, d->h->facts[HP_KEY_DIM].v);
}

static int read_pattern(const struct config *c, struct hp_draft *d, struct err *e)
{
    int64_t every;
    int rc = read_layer_types(c, d, e);
    if (!rc)
        rc = read_switch(c, d, e);
    if (!rc && val_int(look(c, "sliding_window_pattern"), &every) && every > 0)
        d->pattern = (uint64_t)every;
    return rc;
}

/* "bert", or of a composite model that of its language model. */
static int read_architecture(const struct config *c, struct hp_draft *d, struct err *e)
{
    const struct val *v = look(c, "model_type");
    const struct hp_arch *arch;
    bool flag = false;
    if (v && v->kind == VAL_STR && v->str.n <= 64)
        d->h->architecture = arena_strn(d->a, v->str.p, v->str.n);
    if (!d->h->architecture)
        return err_memory(e);
    arch = hp_arch_of(d->h->architecture);
    d->h->kind = arch ? arch->kind : HP_DECODER;
    if (val_bool(look(c, "is_decoder"), &flag) && flag && d->h->kind == HP_ENCODER)
        d->h->kind = HP_DECODER;
    if (val_bool(look(c, "is_encoder_decoder"), &flag) && flag)
        d->h->kind = HP_ENCODER_DECODER;
    return 0;
}

int hparams_from_config(struct span json, struct arena *a, struct hparams *out, struct err *e)
{
    static const char *const inner[] = { "text_config", "llm_config", "language_config" };
    static const struct val_limits limits = { CONFIG_MAX_BYTES, 64, 1000000 };
    struct hparams h = { .architecture = "" };
    struct hp_draft d = { .h = &h, .a = a };
    struct config c = { 0 };
    int rc = json_parse(json, &limits, a, &c.top, e);
    if (rc)
        return rc;
    if (c.top->kind != VAL_MAP)
        return err_set(e, ERR_FORMAT, c.top->byte_from, "a configuration is an object");
    for (size_t i = 0; i < sizeof inner / sizeof *inner && !c.inner; i++)
        c.inner = val_get(c.top, inner[i]);
    if (c.inner && c.inner->kind != VAL_MAP)
        c.inner = NULL;
    rc = read_architecture(&c, &d, e);
    if (!rc)
        rc = read_fields(&c, &d, e);
    if (!rc) {
        read_heads(&c, &d);
        rc = read_pattern(&c, &d, e);
    }
    if (!rc)
        rc = hp_finish(&d, e);
    if (!rc)
        *out = h;
    return rc;
}
