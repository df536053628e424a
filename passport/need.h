// SPDX-License-Identifier: Apache-2.0
/* passport/need.h - what the model needs: memory, whether it fits here, how fast, what it costs.
 *
 *     hyperparameters, tensor directory ─> bytes of weights (this file, and each common quantisation)
 *                                       ─> bytes of KV cache per context length
 *     this machine (base/machine.h)     ─> fits? tokens per second in prefill and decode, predicted
 *     prices that the user gives        ─> cost per million tokens, beside an API's price
 *
 * Predictions, each with its formula in `assumptions`; never shown as measurements. The report
 * stays byte-stable unless the user asks about this machine (check_options.machine). */
#ifndef ASSAY_PASSPORT_NEED_H
#define ASSAY_PASSPORT_NEED_H
#include "base/arena.h"
#include "base/err.h"
#include "claim/claim.h"

struct need_weights {               /* one way to hold the weights */
    const char *type;               /* "Q4_1", "F16", ... */
    const char *path;               /* first file of what is here; "" for the computed ones */
    bool is_own;                    /* as the files hold them now; the others are computed */
    double bits_per_weight;         /* 0 when the weights are packed and cannot be counted */
    uint64_t bytes;
    uint64_t total_bytes;           /* with KV cache (f16) at need.context, and working memory */
    bool fits;                      /* into this machine's memory; only when machine_known */
    double prefill_tok_s, decode_tok_s;     /* predicted; 0 when the machine is not known */
};

struct need_context {               /* KV cache and total at one context length, weights as they are */
    uint64_t n_tokens;
    uint64_t kv_f16_bytes, kv_q8_bytes, total_bytes;
    bool is_max;                    /* the context the model was made for */
    bool fits;
};

struct need_prices {                /* what the user gave; below 0: not given. Currency is the user's own */
    double hour, kwh, watts;        /* of the machine, or energy */
    double api_prompt, api_completion;      /* of an API, per million tokens */
    uint64_t context;               /* tokens to plan for; 0: 4096, or less when the model holds less */
};

void need_prices_init(struct need_prices *p);

/* Set what the option --`name` says: context, price-hour, price-kwh, watts, api-price-prompt, api-price-completion.
 * Fails: ERR_USAGE. need_prices_check: what does not go together. */
int need_prices_set(struct need_prices *p, const char *name, const char *text, struct err *e);
int need_prices_check(const struct need_prices *p, struct err *e);
bool need_prices_given(const struct need_prices *p);        /* any price, not the context */

struct need_cost {
    bool known;
    double prompt_million, completion_million;      /* own machine, one stream */
    double api_prompt_million, api_completion_million;      /* below 0: not given, as are the two above */
    const char *how;                /* one sentence with the formula; "" when not known */
};

struct need {
    bool known;                     /* false: `why` says what is missing */
    const char *why;                /* also when only a part is known: no weights, or not all; "" */
    uint64_t n_params, n_active;    /* n_active: of a mixture of experts, those that one token needs */
    uint64_t context;               /* tokens planned for */
    const char *architecture;
    struct need_weights *weights;
    size_t n_weights;
    struct need_context *contexts;
    size_t n_contexts;
    uint64_t work_bytes;            /* activations and logits, at need.context */
    bool machine_known;
    const char *machine;            /* "AMD EPYC, 2 cores, AVX-512 VNNI" */
    uint64_t memory_bytes;
    double read_gb_s, int8_tops, f32_tflops;        /* measured by the calibration */
    const char *calibrated;         /* YYYY-MM-DD; "" */
    struct need_cost cost;
    const char *const *assumptions;
    size_t n_assumptions, cap_assumptions;
    const struct claim *memory_claim, *speed_claim;         /* set when the claims are made */
};

#endif
