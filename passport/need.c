// SPDX-License-Identifier: Apache-2.0
#include "passport/need_int.h"

#include <inttypes.h>
#include "base/num.h"

enum { BATCH = 512, PLAN = 4096, ENCODER_CONTEXT = 512 };
static const uint64_t usual[] = { 2048, 4096, 8192, 32768 };
enum { USUAL = sizeof usual / sizeof *usual };

int need_assume(struct need *out, struct arena *a, const char *text, struct err *e)
{
    void *items = (void *)(uintptr_t)out->assumptions;
    size_t cap = out->cap_assumptions;
    if (!text || arena_grow(a, &items, &cap, out->n_assumptions, sizeof *out->assumptions))
        return err_memory(e);
    out->assumptions = items;
    out->cap_assumptions = cap;
    ((const char **)items)[out->n_assumptions++] = text;
    return 0;
}

/* ---- prices -------------------------------------------------------------------------- */

static const char *const price_names[] = { "price-hour", "price-kwh", "watts", "api-price-prompt",
                                           "api-price-completion" };
#define NEED_PRICE_MAX 1e9

void need_prices_init(struct need_prices *p)
{
    *p = (struct need_prices){ .hour = -1, .kwh = -1, .watts = -1, .api_prompt = -1, .api_completion = -1 };
}

/* Digits, and perhaps a point and more digits. */
static bool is_decimal(const char *s)
{
    size_t n = 0, after = 0;
    while (s[n] >= '0' && s[n] <= '9')
        n++;
    if (s[n] == '.')
        while (s[n + 1 + after] >= '0' && s[n + 1 + after] <= '9')
            after++;
    bool point = s[n] == '.';
    return n > 0 && n + after < 40 && (!point || after > 0) && s[n + point + after] == 0;
}

static int set_context(struct need_prices *p, const char *text, struct err *e)
{
    double v = is_decimal(text) && !strchr(text, '.') ? num_double(text) : 0;
    if (v < 1 || v > (double)hp_ceiling(HP_CONTEXT))
        return err_plain(e, ERR_USAGE, "\"%.40s\" is no number of tokens from 1 to %" PRIu64, text,
                         hp_ceiling(HP_CONTEXT));
    p->context = (uint64_t)v;
    return 0;
}

int need_prices_set(struct need_prices *p, const char *name, const char *text, struct err *e)
{
    double *const where[] = { &p->hour, &p->kwh, &p->watts, &p->api_prompt, &p->api_completion };
    if (strcmp(name, "context") == 0)
        return set_context(p, text, e);
    for (size_t i = 0; i < sizeof price_names / sizeof *price_names; i++) {
        if (strcmp(name, price_names[i]) != 0)
            continue;
        double v = is_decimal(text) ? num_double(text) : -1;
        if (v < 0 || v > NEED_PRICE_MAX)
            return err_plain(e, ERR_USAGE, "--%s: \"%.40s\" is no number from 0 to 1000000000, like 0.25", name, text);
        *where[i] = v;
        return 0;
    }
    return err_plain(e, ERR_BUG, "no price is called \"%s\"", name);
}

int need_prices_check(const struct need_prices *p, struct err *e)
{
    if (p->hour >= 0 && (p->kwh >= 0 || p->watts >= 0))
        return err_plain(e, ERR_USAGE, "give --price-hour, or --price-kwh with --watts, not both");
    if ((p->kwh >= 0) != (p->watts >= 0))
        return err_plain(e, ERR_USAGE, "--price-kwh and --watts belong together");
    return 0;
}

bool need_prices_given(const struct need_prices *p)
{
    return p->hour >= 0 || p->kwh >= 0 || p->watts >= 0 || p->api_prompt >= 0 || p->api_completion >= 0;
}

/* ---- memory -------------------------------------------------------------------------- */

static uint64_t add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Activations of a batch and the logits of one token, as f32. */
static uint64_t work_bytes(const struct hparams *h, uint64_t context)
{
    uint64_t batch = context < BATCH ? context : BATCH;
    uint64_t q = hp_value(h, HP_HEADS) * hp_value(h, HP_KEY_DIM);
    uint64_t kv = hp_value(h, HP_KV_HEADS) * (hp_value(h, HP_KEY_DIM) + hp_value(h, HP_VALUE_DIM));
    uint64_t ff = larger(hp_value(h, HP_FF), hp_value(h, HP_EXPERTS_USED) * hp_value(h, HP_FF_EXPERT));
    uint64_t logits = h->kind == HP_DECODER ? hp_value(h, HP_VOCAB) : 0;
    return 4 * (batch * (2 * hp_value(h, HP_EMBD) + q + kv + 2 * ff) + logits);
}

static uint64_t q8_bytes(uint64_t elements)
{
    return (elements + 31) / 32 * 34;
}

static bool fits(const struct need *n, uint64_t bytes)
{
    return n->machine_known && bytes <= n->memory_bytes / 10 * 9;
}

static uint64_t own_bytes(const struct need_holding *own)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < own->n; i++)
        sum = add(sum, own->tensors[i].size_bytes);
    return sum;
}

static int add_contexts(const struct need_input *in, struct arena *a, struct need *out, struct err *e)
{
    uint64_t max = hp_value(in->h, HP_CONTEXT), list[USUAL + 2];
    size_t n = 0;
    if (in->h->kind == HP_ENCODER)
        list[n++] = max ? max : ENCODER_CONTEXT;
    for (size_t i = 0; i < USUAL && in->h->kind != HP_ENCODER; i++)
        if (!max || usual[i] < max)
            list[n++] = usual[i];
    if (max && in->h->kind != HP_ENCODER)
        list[n++] = max;
    size_t at = 0;
    while (at < n && list[at] < out->context)
        at++;
    if (at == n || list[at] != out->context) {              /* the one that was asked for, in its place */
        memmove(list + at + 1, list + at, (n - at) * sizeof *list);
        list[at] = out->context;
        n++;
    }
    out->contexts = arena_array(a, n, sizeof *out->contexts);
    if (!out->contexts)
        return err_memory(e);
    for (size_t i = 0; i < n; i++) {
        struct need_context *c = &out->contexts[i];
        uint64_t elements = hp_kv_elements(in->h, list[i]);
        uint64_t weights = in->n_own && !in->own->incomplete ? own_bytes(in->own) : 0;
        *c = (struct need_context){ .n_tokens = list[i], .kv_f16_bytes = elements * 2, .kv_q8_bytes = q8_bytes(elements),
                                    .is_max = list[i] == max };
        c->total_bytes = weights ? add(weights, add(c->kv_f16_bytes, work_bytes(in->h, list[i]))) : 0;
        c->fits = weights && fits(out, c->total_bytes);
    }
    out->n_contexts = n;
    return 0;
}

/* ---- weights ------------------------------------------------------------------------- */

static struct need_shape shape_of(const struct hparams *h, const struct need_holding *own)
{
    struct need_shape s = { .n_layers = hp_value(h, HP_LAYERS), .n_experts = hp_value(h, HP_EXPERTS), .tied = true };
    uint64_t kv = hp_value(h, HP_KV_HEADS);
    s.gqa = kv ? hp_value(h, HP_HEADS) / kv : 1;
    for (size_t i = 0; i < own->n; i++)
        s.tied = s.tied && own->tensors[i].role != NEED_OUTPUT;
    return s;
}

/* What one token needs of the weights; of experts the share that is used. */
static struct need_work work_of(const struct hparams *h, const struct need_holding *own, const struct need_recipe *r)
{
    struct need_shape s = shape_of(h, own);
    struct need_work w = { 0 };
    uint64_t used = hp_value(h, HP_EXPERTS_USED), all = hp_value(h, HP_EXPERTS);
    for (size_t i = 0; i < own->n; i++) {
        const struct need_tensor *t = &own->tensors[i];
        bool looked_up = t->role == NEED_INDEX || t->role == NEED_POSITION || t->role == NEED_OTHER_PART
                      || (t->role == NEED_EMBED && (!s.tied || h->kind == HP_ENCODER));
        double share = t->is_expert && used && all > used ? (double)used / (double)all : 1;
        uint64_t bytes = r ? need_tensor_bytes(need_type(r, &s, t), t) : t->size_bytes;
        if (looked_up)
            continue;
        w.bytes = add(w.bytes, (uint64_t)((double)bytes * share));
        w.decode_elements = add(w.decode_elements, (uint64_t)((double)t->n_elements * share));
        if (t->role != NEED_EMBED && t->role != NEED_OUTPUT)    /* in prefill the last token alone needs them */
            w.prefill_elements = add(w.prefill_elements, (uint64_t)((double)t->n_elements * share));
    }
    return w;
}

static void fill_speed(const struct need_input *in, const struct need *out, const struct need_work *w,
                       struct need_weights *row)
{
    struct need_token t = need_seconds(in->machine, in->h, row->type, w, out->context);
    row->prefill_tok_s = t.prefill_s > 0 ? 1 / t.prefill_s : 0;
    row->decode_tok_s = t.decode_s > 0 ? 1 / t.decode_s : 0;
}

static void add_row(const struct need_input *in, struct need *out, const struct need_holding *own,
                    const struct need_recipe *r)
{
    struct need_weights row = { .type = r ? r->name : own->type, .is_own = !r, .path = r ? "" : own->path };
    struct need_shape s = shape_of(in->h, own);
    uint64_t elements = 0;
    for (size_t i = 0; i < own->n; i++) {
        const struct need_tensor *t = &own->tensors[i];
        if (t->role == NEED_INDEX && r)
            continue;
        row.bytes = add(row.bytes, r ? need_tensor_bytes(need_type(r, &s, t), t) : t->size_bytes);
        elements = add(elements, t->n_elements);
    }
    row.bits_per_weight = elements && !own->packed ? (double)row.bytes * 8 / (double)elements : 0;
    row.total_bytes = add(row.bytes, add(hp_kv_elements(in->h, out->context) * 2, out->work_bytes));
    row.fits = fits(out, row.total_bytes);
    struct need_work w = work_of(in->h, own, r);
    if (in->machine && !own->packed)
        fill_speed(in, out, &w, &row);
    out->weights[out->n_weights++] = row;
}

static bool is_held(const struct need_input *in, const char *type)
{
    for (size_t i = 0; i < in->n_own; i++)
        if (!in->own[i].incomplete && strcmp(in->own[i].type, type) == 0)
            return true;
    return false;
}

static int add_weights(const struct need_input *in, struct arena *a, struct need *out, struct err *e)
{
    const struct need_holding *first = NULL;
    out->weights = arena_array(a, in->n_own + need_n_recipes, sizeof *out->weights);
    if (!out->weights)
        return err_memory(e);
    for (size_t i = 0; i < in->n_own; i++) {
        if (in->own[i].incomplete)
            continue;
        first = first ? first : &in->own[i];
        add_row(in, out, &in->own[i], NULL);
    }
    if (!first)
        return 0;
    for (size_t i = 0; i < first->n && !first->packed; i++)
        if (first->tensors[i].role != NEED_INDEX)
            out->n_params = add(out->n_params, first->tensors[i].n_elements);
    for (size_t i = 0; i < need_n_recipes && !first->packed; i++)
        if (!is_held(in, need_recipes[i].name))
            add_row(in, out, first, &need_recipes[i]);
    if (!first->packed)
        out->n_active = work_of(in->h, first, NULL).decode_elements;
    return 0;
}

/* ---- cost, assumptions --------------------------------------------------------------- */

static void fill_cost(const struct need_input *in, struct need *out)
{
    const struct need_prices *p = in->prices;
    const struct need_weights *w = out->n_weights ? &out->weights[0] : NULL;
    double hour = p->hour >= 0 ? p->hour : p->kwh >= 0 ? p->kwh * p->watts / 1000 : -1;
    out->cost = (struct need_cost){ .prompt_million = -1, .completion_million = -1,
                                    .api_prompt_million = p->api_prompt, .api_completion_million = p->api_completion };
    out->cost.how = "";
    if (!w || hour < 0 || w->prefill_tok_s <= 0)
        return;
    out->cost.known = true;
    out->cost.prompt_million = hour / (w->prefill_tok_s * 3600) * 1e6;
    if (w->decode_tok_s > 0)
        out->cost.completion_million = hour / (w->decode_tok_s * 3600) * 1e6;
    out->cost.how = p->hour >= 0 ?
        "price of an hour / (tokens per second x 3600) x 1,000,000, one stream, the machine used for nothing else" :
        "price of a kWh x watts / 1000 / (tokens per second x 3600) x 1,000,000, one stream; energy only, not the machine";
}

static int assume_memory(const struct need_input *in, struct arena *a, struct need *out, struct err *e)
{
    const struct hparams *h = in->h;
    int rc = need_assume(out, a, "weights: bytes of the tensors; computed types follow the rules of llama.cpp's quantiser "
                         "without an importance matrix: vectors, norms and routers stay F32, the output (or a tied "
                         "embedding) is Q6_K, rows that are no multiple of 256 take a type of smaller blocks", e);
    if (!rc && h->kind == HP_DECODER)
        rc = need_assume(out, a, h->compressed ? "KV cache: layers x (compressed vector + rotated part) x tokens, 2 bytes "
                         "each as f16, 34 bytes per 32 as q8_0" : "KV cache: sum over layers of key-value heads x (key + "
                         "value length) x tokens, 2 bytes each as f16, 34 bytes per 32 as q8_0", e);
    if (!rc && h->kind == HP_ENCODER)
        rc = need_assume(out, a, "an encoder reads its text once and keeps no KV cache", e);
    if (!rc && hp_value(h, HP_WINDOW) && !h->window_unsure && h->kind == HP_DECODER)
        rc = need_assume(out, a, arena_fmt(a, "layers with sliding attention keep %" PRIu64 " tokens",
                                           hp_value(h, HP_WINDOW)), e);
    if (!rc && h->window_unsure)
        rc = need_assume(out, a, "the model has an attention window, but which layers use it is not known: all are counted "
                         "in full", e);
    if (!rc)
        rc = need_assume(out, a, arena_fmt(a, "working memory: f32 activations of a batch of %d tokens (2 x embedding + "
                                           "queries + keys and values + 2 x feed-forward), and the logits of one", BATCH), e);
    if (!rc && in->n_own && in->own->packed)
        rc = need_assume(out, a, "the weights are packed numbers: their count, other types and speed were not computed", e);
    if (!rc && hp_value(h, HP_EXPERTS) > 1)
        rc = need_assume(out, a, arena_fmt(a, "all %" PRIu64 " experts are held; a token is computed with %" PRIu64,
                                           hp_value(h, HP_EXPERTS), hp_value(h, HP_EXPERTS_USED)), e);
    return rc;
}

static int assume_speed(const struct need_input *in, struct arena *a, struct need *out, struct err *e)
{
    char number[NUM_TEXT_BYTES];
    if (!in->machine || !out->n_weights)
        return 0;
    bool floats;
    double share = need_share(out->weights[0].type, &floats);
    (void)num_format(share, 2, number);
    int rc = need_assume(out, a, "fits: the total is at most nine tenths of this machine's memory, or of the limit of its "
                         "control group", e);
    if (!rc)
        rc = need_assume(out, a, arena_fmt(a, "prefill: 2 operations a weight at %s of the measured %s peak for %s, the share "
                         "that llama.cpp reached with 512 tokens on two cores with AVX-512 VNNI; attention at 0.55 of the "
                         "f32 peak, over half the context on average", number, floats ? "f32" : "int8",
                         out->weights[0].type), e);
    if (!rc && in->h->kind == HP_DECODER)
        rc = need_assume(out, a, "decode: bytes of the weights a token needs, and of the f16 KV cache at the full planned "
                         "context, at 0.75 of the measured bandwidth: what llama.cpp reached with models of 0.7 GB and more; "
                         "it reached 0.3 to 0.4 with models of 0.1 GB", e);
    if (!rc && (in->h->missing || hp_value(in->h, HP_HEADS) == 0))
        rc = need_assume(out, a, "the number of heads is not known: attention in prefill was left out", e);
    return rc;
}

static uint64_t plan(const struct need_input *in)
{
    uint64_t max = hp_value(in->h, HP_CONTEXT), want = in->prices->context;
    if (!want)
        want = in->h->kind == HP_ENCODER ? ENCODER_CONTEXT : PLAN;
    return max && want > max ? max : want;
}

int need_compute(const struct need_input *in, struct arena *a, struct need *out, struct err *e)
{
    struct need n = { .why = "", .architecture = in->h->architecture, .calibrated = "", .machine = "",
                      .cost = { .how = "" } };
    if (in->h->missing) {
        n.why = arena_fmt(a, "%s is not known", in->h->missing);
        *out = n;
        return n.why ? 0 : err_memory(e);
    }
    n.known = true;
    n.context = plan(in);
    n.work_bytes = work_bytes(in->h, n.context);
    if (in->machine) {
        n.machine_known = true;
        n.memory_bytes = cpu_usable_bytes(&in->machine->cpu);
        n.read_gb_s = in->machine->read_gb_s;
        n.int8_tops = in->machine->int8_tops;
        n.f32_tflops = in->machine->f32_tflops;
    }
    if (in->n_own == 0)
        n.why = "no weights were read: only the KV cache is known";
    else if (in->own->incomplete)
        n.why = in->own->incomplete;
    int rc = add_weights(in, a, &n, e);
    if (!rc)
        rc = add_contexts(in, a, &n, e);
    fill_cost(in, &n);
    if (!rc)
        rc = assume_memory(in, a, &n, e);
    if (!rc)
        rc = assume_speed(in, a, &n, e);
    if (!rc && in->prices->context > n.context)
        rc = need_assume(&n, a, arena_fmt(a, "a context of %" PRIu64 " was asked for; the model was made for %" PRIu64,
                                          in->prices->context, n.context), e);
    if (!rc)
        *out = n;
    return rc;
}
