// SPDX-License-Identifier: Apache-2.0
/* What the kernels do in a second, beside what the machine does at most, measured in the same run.
 *
 *     bench_kern [-t THREADS] [-o ROWS] [-i ELEMENTS] [-n TOKENS] [-p PATH] [-r PASSES] [TYPE...]
 *
 * gemv: bytes of packed weights read a second, one token. gemm: operations a second (two for a multiply-add), TOKENS tokens.
 * Each figure is the best of PASSES, by processor time with one thread (others may run here), else by the clock; weights of one type are as many copies as fill 64 MB, so that gemv reads memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/machine_int.h"
#include "base/mem.h"
#include "base/pool.h"
#include "tensor/half.h"
#include "tensor/kern.h"
#include "tensor/matrix_int.h"

enum { FILL_BYTES = 64 << 20, COPIES_MAX = 4096 };

struct bench {
    const struct kern *k;
    struct pool *pool;
    uint32_t n_out, n_in, n_tok;
    unsigned passes, copies;
    struct matrix m[COPIES_MAX];
    struct acts a;
    float *x, *y;
    void *mem, *forms;
    const uint8_t *read;
    uint64_t sum[POOL_LANES_MAX];
};

static clockid_t clock_used = CLOCK_MONOTONIC;

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(clock_used, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *must(size_t n)
{
    void *p = aligned_alloc(1 << 21, (n + (1 << 21) - 1) >> 21 << 21);
    if (!p)
        abort();
    memset(p, 0, n);
    return p;
}

/* Every copy once: activations, a barrier, the product. */
static void products(void *ctx, struct lane *l)
{
    struct bench *b = ctx;
    uint32_t from, to;
    for (unsigned i = 0; i < b->copies; i++) {
        while (lane_next(l, b->n_tok, 8, &from, &to))
            b->k->acts(&b->a, from, to);
        lane_sync(l);
        while (lane_next(l, b->m[i].n_panels, b->n_tok == 1 ? 8 : 2, &from, &to))
            b->k->mul(&b->m[i], &b->a, b->y, b->n_out, from, to);
        lane_sync(l);
    }
}

static void plain_read(void *ctx, struct lane *l)
{
    struct bench *b = ctx;
    size_t part = FILL_BYTES / l->n / 4096 * 4096;
#if defined __x86_64__
    b->sum[l->i] = machine_reads[1].run(b->read + l->i * part, part);
#else
    b->sum[l->i] = machine_reads[0].run(b->read + l->i * part, part);
#endif
}

static double peak_sum[POOL_LANES_MAX];
static const struct machine_math *peak;

static void multiply(void *ctx, struct lane *l)
{
    (void)ctx;
    peak_sum[l->i] = peak->run(4 << 20);
}

static double best(struct bench *b, pool_fn *f)
{
    double least = 1e9;
    for (unsigned i = 0; i < b->passes; i++) {
        double start = now();
        pool_run(b->pool, f, b);
        double took = now() - start;
        least = took < least ? took : least;
    }
    return least;
}

static const struct machine_math *first_usable(const struct machine_math *m, const struct cpu *c)
{
    while (m->needs != KERN_ALWAYS && !cpu_has(c, (enum cpu_feature)m->needs))
        m++;
    return m;
}

static void limits(struct bench *b, const struct cpu *c)
{
    double took = best(b, plain_read), lanes = pool_lanes(b->pool);
    printf("read %.1f GB/s", FILL_BYTES / took * 1e-9);
    peak = first_usable(machine_int8, c);
    took = best(b, multiply);
    printf(", int8 %.0f GOP/s (%s)", lanes * 2 * peak->per_round * (4 << 20) / took * 1e-9, peak->name);
    peak = first_usable(machine_f32, c);
    took = best(b, multiply);
    printf(", f32 %.0f GOP/s (%s)\n", lanes * 2 * peak->per_round * (4 << 20) / took * 1e-9, peak->name);
}

static void one_type(struct bench *b, enum ggml_type type)
{
    size_t bytes = matrix_bytes(type, b->n_out, b->n_in), row = matrix_bytes(type, 1, b->n_in) / 16;
    if (!bytes)
        return;
    uint8_t *rows = must(row * b->n_out);
    uint32_t state = 1;
    for (size_t i = 0; i < row * b->n_out; i++)
        rows[i] = (uint8_t)((state = state * 1664525u + 1013904223u) >> 25);        /* below 0x80: no NaN, no infinity */
    b->copies = (unsigned)(FILL_BYTES / bytes);
    b->copies = b->copies > COPIES_MAX ? COPIES_MAX : b->copies ? b->copies : 1;
    for (unsigned i = 0; i < b->copies; i++) {
        if (matrix_plan(type, b->n_out, b->n_in, (char *)b->mem + i * bytes, &b->m[i], NULL))
            abort();
        matrix_pack(&b->m[i], (char *)b->mem + i * bytes, span_of(rows, row * b->n_out), 0, b->m[i].n_panels);
    }
    uint32_t n_tok = b->n_tok;
    b->n_tok = 1;
    acts_place(&b->a, b->x, b->n_in, 1, b->n_in, b->m[0].forms, b->forms);
    double gemv = best(b, products), total = (double)bytes * b->copies;
    b->n_tok = n_tok;
    acts_place(&b->a, b->x, b->n_in, n_tok, b->n_in, b->m[0].forms, b->forms);
    double ops = 2.0 * b->n_out * b->n_in * n_tok;
    b->copies = ops * b->copies > 2e10 ? (unsigned)(2e10 / ops) + 1 : b->copies;
    double gemm = best(b, products);
    printf("%-7s gemv %6.2f GB/s   gemm %7.1f GOP/s\n", ggml_layout((uint32_t)type)->name, total / gemv * 1e-9,
           ops * b->copies / gemm * 1e-9);
    (void)fflush(stdout);
    free(rows);
}

static const struct kern *path_named(const struct cpu *c, const char *name)
{
    for (const struct kern *const *k = kern_all(); *k; k++)
        if ((*k)->usable(c) && (!name || strcmp((*k)->name, name) == 0))
            return *k;
    (void)fprintf(stderr, "no such path here\n");
    exit(2);
}

int main(int argc, char **argv)
{
    static struct bench b = { .n_out = 1536, .n_in = 576, .n_tok = 512, .passes = 7 };
    unsigned threads = 1;
    const char *path = NULL;
    struct cpu c;
    int o;
    while ((o = getopt(argc, argv, "t:o:i:n:p:r:")) != -1) {
        unsigned n = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;
        switch (o) {
        case 't': threads = n; break;
        case 'o': b.n_out = n; break;
        case 'i': b.n_in = n; break;
        case 'n': b.n_tok = n; break;
        case 'r': b.passes = n; break;
        case 'p': path = optarg; break;
        default: return 2;
        }
    }
    cpu_read(&c);
    clock_used = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    b.k = path_named(&c, path);
    struct err e = { 0 };
    if (pool_new(threads, &b.pool, &e)) {
        (void)fprintf(stderr, "%s\n", e.msg);
        return 2;
    }
    b.mem = must(FILL_BYTES + (size_t)b.n_out * b.n_in * 4 + 4096);
    b.forms = must(acts_bytes(b.n_tok, b.n_in, ACTS_Q8) + 64);
    b.x = must(4ull * b.n_tok * b.n_in);
    b.y = must(4ull * b.n_tok * b.n_out);
    b.read = b.mem;
    for (size_t i = 0; i < (size_t)b.n_tok * b.n_in; i++)
        b.x[i] = (float)(i * 2654435761u % 1000) * 0.002f - 1;
    printf("%s, %u threads, %u x %u, %u tokens: ", b.k->name, threads, b.n_out, b.n_in, b.n_tok);
    limits(&b, &c);
    for (unsigned type = 0; type < GGML_TYPE_LIMIT; type++) {
        bool wanted = optind == argc;
        for (int i = optind; i < argc; i++)
            wanted = wanted || (ggml_layout(type) && strcmp(argv[i], ggml_layout(type)->name) == 0);
        if (wanted && matrix_can((enum ggml_type)type, b.n_in))
            one_type(&b, (enum ggml_type)type);
    }
    pool_free(b.pool);
    return 0;
}
