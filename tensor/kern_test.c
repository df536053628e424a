// SPDX-License-Identifier: Apache-2.0
/* tensor/kern_test.c - a path beside the reference, in a few milliseconds, before it is trusted with a model.
 *
 * Products must agree to the bit (see kern/reference/ref_mul.c); the rest within what two ways of computing an exponential
 * may differ. Inputs are made from a counter: nothing is read. */
#include <math.h>
#include <string.h>
#include "tensor/half.h"
#include "tensor/kern/reference/ref_int.h"
#include "tensor/matrix_int.h"

enum { N_IN = 256, N_OUT = 19, N_TOK = 5, N_PANELS = 2, N_VALUES = 37, HEAD_DIM = 48, N_POS = 70 };
#define TOLERANCE 1e-5f

struct space {
    _Alignas(64) uint8_t packed[N_PANELS * MATRIX_PANEL * N_IN * 4];
    _Alignas(64) uint8_t forms[N_TOK * N_IN * 2];
    _Alignas(64) uint8_t other_forms[N_TOK * N_IN * 2];
    _Alignas(64) uint8_t rows[N_OUT * N_IN * 4];
    _Alignas(64) float x[N_TOK * N_IN], y[2][N_TOK * N_OUT];
};

/* Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014 (SplitMix64). */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Between -2 and 2. */
static float value(uint64_t *state)
{
    return (float)(int32_t)(next(state) >> 32) * 0x1p-30f;
}

static void made_rows(enum ggml_type type, uint8_t *out, size_t n, uint64_t *state)
{
    const struct ggml_layout *g = ggml_layout((uint32_t)type);
    const struct matrix_layout *l = matrix_layout(type);
    for (size_t i = 0; i < n / g->block_elements; i++, out += g->block_bytes) {
        float f = value(state);
        uint16_t d = f16_of_float(f / 64), m = f16_of_float(value(state) / 64), h = f16_of_float(f), b = bf16_of_float(f);
        for (unsigned j = 0; j < g->block_bytes; j++)
            out[j] = (uint8_t)(next(state) >> 40);
        if (l->kind == MATRIX_FLOAT)
            memcpy(out, type == GGML_F32 ? (void *)&f : type == GGML_F16 ? (void *)&h : (void *)&b, g->block_bytes);
        if (l->has_d)
            memcpy(out + l->d_file, &d, 2);
        if (l->has_m)
            memcpy(out + l->m_file, &m, 2);
        if (type == GGML_MXFP4)
            out[0] = (uint8_t)(116 + out[0] % 8);
    }
}

static bool products(const struct kern *k, enum ggml_type type, struct space *s)
{
    struct matrix m;
    struct acts a, b;
    uint64_t state = (uint64_t)type;
    const struct ggml_layout *l = ggml_layout((uint32_t)type);
    size_t bytes = (size_t)N_IN / l->block_elements * l->block_bytes;
    for (unsigned i = 0; i < N_TOK * N_IN; i++)
        s->x[i] = value(&state);
    made_rows(type, s->rows, N_OUT * N_IN, &state);
    if (matrix_plan(type, N_OUT, N_IN, s->packed, &m, NULL) || acts_bytes(N_TOK, N_IN, m.forms) > sizeof s->forms)
        return false;
    matrix_pack(&m, s->packed, span_of(s->rows, N_OUT * bytes), 0, N_PANELS);
    memset(s->forms, 0, sizeof s->forms);               /* what lies between the forms is compared, too */
    memset(s->other_forms, 0, sizeof s->other_forms);
    acts_place(&a, s->x, N_IN, N_TOK, N_IN, m.forms, s->forms);
    acts_place(&b, s->x, N_IN, N_TOK, N_IN, m.forms, s->other_forms);
    ref_acts(&a, 0, N_TOK);
    k->acts(&b, 0, N_TOK);
    if (memcmp(s->forms, s->other_forms, acts_bytes(N_TOK, N_IN, m.forms)) != 0)
        return false;
    memset(s->y, 0, sizeof s->y);
    ref_mul(&m, &a, s->y[0], N_OUT, 0, N_PANELS);
    k->mul(&m, &b, s->y[1], N_OUT, 0, N_PANELS);
    return memcmp(s->y[0], s->y[1], sizeof s->y[0]) == 0;
}

static bool near(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(a[i] - b[i]) <= TOLERANCE * (1 + fabsf(a[i]))))
            return false;
    return true;
}

static bool functions(const struct kern *k)
{
    float x[N_VALUES], w[N_VALUES], a[N_VALUES], b[N_VALUES];
    uint64_t state = 1;
    bool same = true;
    for (unsigned i = 0; i < N_VALUES; i++) {
        x[i] = 4 * value(&state);
        w[i] = value(&state);
    }
#define SAME() (same = same && near(a, b, N_VALUES))
    ref_rms_norm(a, x, w, N_VALUES, 1e-5f), k->rms_norm(b, x, w, N_VALUES, 1e-5f), SAME();
    ref_layer_norm(a, x, w, w, N_VALUES, 1e-5f), k->layer_norm(b, x, w, w, N_VALUES, 1e-5f), SAME();
    for (unsigned f = 0; f <= KERN_RELU; f++)
        ref_gate((enum kern_act)f, a, x, w, N_VALUES), k->gate((enum kern_act)f, b, x, w, N_VALUES), SAME();
    ref_axpy(a, x, 2, N_VALUES), k->axpy(b, x, 2, N_VALUES), SAME();
    ref_softmax(a, N_VALUES), k->softmax(b, N_VALUES), SAME();
    ref_rope(a, 1, N_VALUES, 36, w, true), k->rope(b, 1, N_VALUES, 36, w, true), SAME();
    ref_rope(a, 1, N_VALUES, 36, w, false), k->rope(b, 1, N_VALUES, 36, w, false), SAME();
    ref_softcap(a, 3, N_VALUES), k->softcap(b, 3, N_VALUES), SAME();
#undef SAME
    return same;
}

static bool attention(const struct kern *k, enum kv_type type)
{
    _Alignas(64) char scratch[96 << 10];
    _Alignas(64) uint8_t cache[2][N_POS * HEAD_DIM * 4], other[HEAD_DIM * 4];
    float q[2 * 2 * HEAD_DIM], x[HEAD_DIM], out[2][2 * 2 * HEAD_DIM];
    const uint32_t lo[2] = { 0, 3 }, hi[2] = { N_POS - 1, N_POS };
    uint64_t state = 2 + (uint64_t)type;
    size_t row = kv_head_bytes(type, HEAD_DIM);
    bool same = true;
    for (unsigned i = 0; i < 2 * 2 * HEAD_DIM; i++)
        q[i] = value(&state);
    for (unsigned p = 0; p < 2 * N_POS; p++) {
        for (unsigned i = 0; i < HEAD_DIM; i++)
            x[i] = value(&state);
        ref_kv_store(type, cache[p % 2] + p / 2 * row, x, HEAD_DIM);
        k->kv_store(type, other, x, HEAD_DIM);
        same = same && memcmp(other, cache[p % 2] + p / 2 * row, row) == 0;
    }
    struct attn job = { .q = q, .q_stride = 2 * HEAD_DIM, .out = out[0], .out_stride = 2 * HEAD_DIM, .k = cache[0],
                        .v = cache[1], .k_row_bytes = row, .v_row_bytes = row, .type = type, .key_dim = HEAD_DIM,
                        .value_dim = HEAD_DIM, .n_heads = 2, .n_kv_heads = 1, .lo = lo, .hi = hi, .scale = 0.2f };
    if (attn_scratch_bytes(&job) > sizeof scratch)
        return false;
    ref_attend(&job, 0, 2, 0, scratch);
    job.out = out[1];
    k->attend(&job, 0, 2, 0, scratch);
    return same && near(out[0], out[1], 2 * 2 * HEAD_DIM);
}

bool kern_self_test(const struct kern *k, const char **what)
{
    struct space s;
    for (unsigned type = 0; type < GGML_TYPE_LIMIT; type++)
        if (matrix_layout((enum ggml_type)type) && !products(k, (enum ggml_type)type, &s)) {
            *what = ggml_layout(type)->name;
            return false;
        }
    *what = "functions of vectors";
    if (!functions(k))
        return false;
    *what = "attention";
    for (unsigned type = KV_F32; type <= KV_Q8_0; type++)
        if (!attention(k, (enum kv_type)type))
            return false;
    return true;
}
