// SPDX-License-Identifier: Apache-2.0
/* passport/report_need.c - "needs" of the report. What depends on this machine is there only when it was asked for. */
#include "passport/report_int.h"

static void put_known(struct json_out *j, const char *key, double v, int decimals)
{
    if (v > 0)
        json_number(j, key, v, decimals);
    else
        json_null(j, key);
}

static void put_bytes(struct json_out *j, const char *key, uint64_t v)
{
    if (v)
        json_unsigned(j, key, v);
    else
        json_null(j, key);
}

static void put_weights(struct json_out *j, const struct need *n)
{
    json_open(j, "weights", '[');
    for (size_t i = 0; i < n->n_weights; i++) {
        const struct need_weights *w = &n->weights[i];
        json_open(j, NULL, '{');
        json_string(j, "type", w->type);
        json_boolean(j, "own", w->is_own);
        json_string(j, "path", w->is_own ? w->path : NULL);
        put_known(j, "bits_per_weight", w->bits_per_weight, 2);
        json_unsigned(j, "bytes", w->bytes);
        json_unsigned(j, "total_bytes", w->total_bytes);
        if (n->machine_known) {
            json_boolean(j, "fits", w->fits);
            put_known(j, "prefill_tokens_per_second", w->prefill_tok_s, 2);
            put_known(j, "decode_tokens_per_second", w->decode_tok_s, 2);
        }
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_contexts(struct json_out *j, const struct need *n)
{
    json_open(j, "contexts", '[');
    for (size_t i = 0; i < n->n_contexts; i++) {
        const struct need_context *k = &n->contexts[i];
        json_open(j, NULL, '{');
        json_unsigned(j, "tokens", k->n_tokens);
        json_boolean(j, "max", k->is_max);
        json_unsigned(j, "kv_f16_bytes", k->kv_f16_bytes);
        json_unsigned(j, "kv_q8_0_bytes", k->kv_q8_bytes);
        put_bytes(j, "total_bytes", k->total_bytes);
        if (n->machine_known && k->total_bytes)
            json_boolean(j, "fits", k->fits);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_price(struct json_out *j, const char *key, double v)
{
    if (v >= 0)
        json_number(j, key, v, 6);
    else
        json_null(j, key);
}

static void put_machine(struct json_out *j, const struct need *n)
{
    json_open(j, "machine", '{');
    json_string(j, "name", n->machine);
    json_unsigned(j, "memory_bytes", n->memory_bytes);
    json_number(j, "read_gb_s", n->read_gb_s, 2);
    json_number(j, "int8_tops", n->int8_tops, 5);
    json_number(j, "f32_tflops", n->f32_tflops, 5);
    json_string(j, "measured", n->calibrated[0] ? n->calibrated : NULL);
    json_close(j, '}');
    const struct need_cost *k = &n->cost;
    if (!k->known && k->api_prompt_million < 0 && k->api_completion_million < 0)
        return;
    json_open(j, "cost", '{');
    put_price(j, "prompt_million", k->known ? k->prompt_million : -1);
    put_price(j, "completion_million", k->known ? k->completion_million : -1);
    put_price(j, "api_prompt_million", k->api_prompt_million);
    put_price(j, "api_completion_million", k->api_completion_million);
    json_string(j, "how", k->how[0] ? k->how : NULL);
    json_close(j, '}');
}

void report_need(struct json_out *j, const struct check *c)
{
    const struct need *n = &c->need;
    json_open(j, "needs", '{');
    json_boolean(j, "known", n->known);
    json_string(j, "why", n->why && n->why[0] ? n->why : NULL);
    json_string(j, "architecture", n->architecture ? n->architecture : "");
    put_bytes(j, "parameters", n->n_params);
    put_bytes(j, "parameters_per_token", n->n_active);
    put_bytes(j, "context", n->context);
    put_bytes(j, "work_bytes", n->work_bytes);
    put_weights(j, n);
    put_contexts(j, n);
    if (n->machine_known)
        put_machine(j, n);
    json_open(j, "assumptions", '[');
    for (size_t i = 0; i < n->n_assumptions; i++)
        json_string(j, NULL, n->assumptions[i]);
    json_close(j, ']');
    json_close(j, '}');
}
