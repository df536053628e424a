// SPDX-License-Identifier: Apache-2.0
/* Norms, activation functions and the rotation of every path beside f64, for every length up to 70, at the edge of a page. */
#include "tests/kern/kern_support.h"

enum { MAX = 70 };

struct vectors {
    struct guarded x, w, b, y;
    double want[MAX];
    uint32_t n;
};

static void vectors_new(struct vectors *v, uint32_t n, float spread)
{
    uint64_t state = n;
    v->n = n;
    v->x = guard_new(4 * n, n % 2);
    v->w = guard_new(4 * n, true);
    v->b = guard_new(4 * n, true);
    v->y = guard_new(4 * n, true);
    for (uint32_t i = 0; i < n; i++) {
        ((float *)v->x.p)[i] = spread * made_normal(&state);
        ((float *)v->w.p)[i] = made_normal(&state);
        ((float *)v->b.p)[i] = made_normal(&state);
    }
    memcpy(v->y.p, v->w.p, 4 * n);
}

static void vectors_free(struct vectors *v)
{
    guard_free(&v->x);
    guard_free(&v->w);
    guard_free(&v->b);
    guard_free(&v->y);
}

/* Each within `limit` of 1 plus its size. */
static void check(const struct kern *k, const char *what, const struct vectors *v, double limit)
{
    const float *got = (const float *)v->y.p;
    for (uint32_t i = 0; i < v->n; i++)
        if (!(fabs(v->want[i] - (double)got[i]) <= limit * (1 + fabs(v->want[i]))))
            fail_msg("%s: %s of %u: element %u is %.9g, not %.9g", k->name, what, v->n, i, (double)got[i], v->want[i]);
}

static double activation(enum kern_act f, double x)
{
    switch (f) {
    case KERN_SILU: return x / (1 + exp(-x));
    case KERN_GELU_TANH: return 0.5 * x * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
    case KERN_GELU_ERF: return 0.5 * x * (1 + erf(x / sqrt(2.0)));
    case KERN_GELU_QUICK: return x / (1 + exp(-1.702 * x));
    case KERN_RELU: break;
    }
    return x > 0 ? x : 0;
}

static void norms(const struct kern *k, struct vectors *v)
{
    const float *x = (float *)v->x.p, *w = (float *)v->w.p, *b = (float *)v->b.p;
    double squares = 0, sum = 0, spread = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        squares += (double)x[i] * (double)x[i];
        sum += (double)x[i];
    }
    for (uint32_t i = 0; i < v->n; i++)
        spread += pow((double)x[i] - sum / v->n, 2);
    for (unsigned with = 0; with < 2; with++) {
        for (uint32_t i = 0; i < v->n; i++)
            v->want[i] = (double)x[i] / sqrt(squares / v->n + 1e-5) * (with ? (double)w[i] : 1);
        k->rms_norm((float *)v->y.p, x, with ? w : NULL, v->n, 1e-5f);
        check(k, "rms_norm", v, 2e-6);
        for (uint32_t i = 0; i < v->n; i++)
            v->want[i] = ((double)x[i] - sum / v->n) / sqrt(spread / v->n + 1e-5) * (double)w[i] + (with ? (double)b[i] : 0);
        k->layer_norm((float *)v->y.p, x, w, with ? b : NULL, v->n, 1e-5f);
        check(k, "layer_norm", v, 4e-5);
    }
}

static void simple(const struct kern *k, struct vectors *v)
{
    const float *x = (float *)v->x.p, *w = (float *)v->w.p;
    float *y = (float *)v->y.p;
    double sum = 0, most = -HUGE_VAL;
    for (unsigned f = 0; f <= KERN_RELU; f++)
        for (unsigned gated = 0; gated < 2; gated++) {
            for (uint32_t i = 0; i < v->n; i++)
                v->want[i] = activation((enum kern_act)f, (double)x[i]) * (gated ? (double)w[i] : 1);
            if (gated)
                k->gate((enum kern_act)f, y, x, w, v->n);
            else
                k->act((enum kern_act)f, y, x, v->n);
            check(k, "act", v, 2e-6);
        }
#define EACH(expression) for (uint32_t i = 0; i < v->n; i++) v->want[i] = (expression)
    EACH((double)w[i] + (double)x[i]);
    memcpy(y, w, 4 * v->n);
    k->add(y, x, v->n);
    check(k, "add", v, 1e-7);
    EACH((double)w[i] + (double)0.7f * (double)x[i]);
    memcpy(y, w, 4 * v->n);
    k->axpy(y, x, 0.7f, v->n);
    check(k, "axpy", v, 1e-6);
    EACH((double)w[i] * 3);
    memcpy(y, w, 4 * v->n);
    k->scale(y, 3, v->n);
    check(k, "scale", v, 1e-7);
    EACH(1.5 * tanh((double)x[i] / 1.5));
    memcpy(y, x, 4 * v->n);
    k->softcap(y, 1.5f, v->n);
    check(k, "softcap", v, 1e-6);
    for (uint32_t i = 0; i < v->n; i++)
        most = fmax(most, (double)x[i]);
    for (uint32_t i = 0; i < v->n; i++)
        sum += exp((double)x[i] - most);
    EACH(exp((double)x[i] - most) / sum);
    memcpy(y, x, 4 * v->n);
    k->softmax(y, v->n);
    check(k, "softmax", v, 1e-6);
#undef EACH
}

static void turned(const struct kern *k, struct vectors *v, bool halves)
{
    uint32_t n_rot = v->n - v->n % 2, half = n_rot / 2;
    const float *x = (float *)v->x.p, *cs = (float *)v->w.p;
    for (uint32_t i = 0; i < v->n; i++)
        v->want[i] = (double)x[i];
    for (uint32_t i = 0; i < half; i++) {
        uint32_t a = halves ? i : 2 * i, b = halves ? i + half : 2 * i + 1;
        double c = (double)cs[2 * i], s = (double)cs[2 * i + 1];
        v->want[a] = (double)x[a] * c - (double)x[b] * s;
        v->want[b] = (double)x[a] * s + (double)x[b] * c;
    }
    memcpy(v->y.p, x, 4 * v->n);
    k->rope((float *)v->y.p, 1, v->n, n_rot, cs, halves);
    check(k, halves ? "rope (halves)" : "rope (pairs)", v, 1e-5);
}

TEST(every_path_beside_f64)
{
    static const float spreads[] = { 1, 20 };
    EACH_PATH(k)
        for (uint32_t n = 1; n <= MAX; n++)
            for (unsigned i = 0; i < 2; i++) {
                struct vectors v;
                vectors_new(&v, n, spreads[i]);
                norms(k, &v);
                simple(k, &v);
                turned(k, &v, true);
                turned(k, &v, false);
                vectors_free(&v);
            }
}

/* Far out: no NaN where there is none, and one stays one. */
TEST(values_far_out)
{
    EACH_PATH(k) {
        float x[10] = { 1e30f, -1e30f, 88, -88, 100, -100, 0, -0.0f, 3e-39f, NAN }, y[10];
        for (unsigned f = 0; f <= KERN_RELU; f++) {
            k->act((enum kern_act)f, y, x, 10);
            YES(y[0] == 1e30f && y[2] == 88 && y[4] == 100);
            for (unsigned i = 1; i < 9; i++)
                YES(x[i] > 0 ? y[i] >= 0 && y[i] <= x[i] : fabsf(y[i]) < 1e-8f);
            YES(isnan(y[9]));
        }
        float s[9] = { -1e30f, 5, -INFINITY, 5, -1e30f, -200, 5, -INFINITY, 5 };
        k->softmax(s, 9);
        for (unsigned i = 0; i < 9; i++)
            EQ(float_bits(s[i]), float_bits(i == 1 || i == 3 || i == 6 || i == 8 ? 0.25f : 0));
    }
}

int main(void)
{
    return RUN(CASE(every_path_beside_f64), CASE(values_far_out));
}
