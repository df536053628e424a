// SPDX-License-Identifier: Apache-2.0
/* passport/need_speed.c - how long a token takes: the slower of reading and multiplying. */
#include "passport/need_int.h"

/* The share of the int8 peak that prefill reached with a common program (llama.cpp, commit 3f545be, 512 tokens; two
 * cores with AVX-512 VNNI; bench/README.md says how such runs are made). What was not measured takes the figure of the
 * slowest of its kin: its kernels are as narrow. Floats: share of the f32 peak. */
static const struct { const char *type; double share; bool float_math; } shares[] = {
    { "F32", 0.55, true }, { "F16", 0.55, true }, { "BF16", 0.55, true },
    { "Q8_0", 0.13, false }, { "Q4_0", 0.25, false }, { "Q4_K_M", 0.15, false }, { "Q4_K_S", 0.15, false },
    { "Q4_1", 0.05, false }, { "Q6_K", 0.08, false }, { "Q5_0", 0.08, false },
};
enum { SHARES = sizeof shares / sizeof *shares };
static const double share_of_others = 0.08;
static const double float_share = 0.55;         /* of the f32 peak: attention too */
static const double read_share = 0.75;          /* of the bandwidth that decode uses; models of 0.7 GB and more */

double need_share(const char *type, bool *float_math)
{
    *float_math = false;
    for (size_t i = 0; i < SHARES; i++)
        if (strcmp(shares[i].type, type) == 0) {
            *float_math = shares[i].float_math;
            return shares[i].share;
        }
    return share_of_others;
}

struct need_token need_seconds(const struct machine *m, const struct hparams *h, const char *type,
                               const struct need_work *w, uint64_t context)
{
    bool floats;
    double share = need_share(type, &floats);
    double peak = (floats ? m->f32_tflops : m->int8_tops) * 1e12 * share;
    double attention = 4.0 * (double)hp_value(h, HP_LAYERS) * (double)hp_value(h, HP_HEADS)
                     * (double)hp_value(h, HP_KEY_DIM);        /* operations per earlier token */
    double f32 = m->f32_tflops * 1e12 * float_share;
    double kv = (double)hp_kv_elements(h, context) * 2;
    double reading = ((double)w->bytes + kv) / (m->read_gb_s * 1e9 * read_share);
    double multiplying = 2.0 * (double)w->decode_elements / peak;
    return (struct need_token){
        .prefill_s = 2.0 * (double)w->prefill_elements / peak + attention * (double)context / 2 / f32,
        .decode_s = h->kind != HP_DECODER ? 0 : reading > multiplying ? reading : multiplying };
}
