// SPDX-License-Identifier: Apache-2.0
/* tests/kern/kern_support.h - memory between guard pages, made weights, and the paths that this processor runs. */
#ifndef ASSAY_TESTS_KERN_SUPPORT_H
#define ASSAY_TESTS_KERN_SUPPORT_H
#include "tests/support/check.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/cpu.h"
#include "tensor/half.h"
#include "tensor/kern.h"
#include "tensor/matrix_int.h"

static const enum ggml_type kern_types[] __attribute__((unused)) = {
    GGML_F32, GGML_F16, GGML_BF16, GGML_Q8_0, GGML_Q4_0, GGML_Q4_1, GGML_Q5_0, GGML_Q5_1,
    GGML_Q2_K, GGML_Q3_K, GGML_Q4_K, GGML_Q5_K, GGML_Q6_K, GGML_IQ4_NL, GGML_IQ4_XS, GGML_MXFP4,
};
enum { KERN_TYPES = sizeof kern_types / sizeof *kern_types };

struct guarded {
    char *map, *p;
    size_t map_bytes;
};

/* n bytes that end (at_end) or begin at a page that may not be touched; what lies on the other side is 0xff: a NaN. */
static inline struct guarded guard_new(size_t n, bool at_end)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (n + page - 1) / page * page;
    struct guarded g = { .map_bytes = inner + 2 * page };
    g.map = mmap(NULL, g.map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    YES(g.map != MAP_FAILED);
    memset(g.map, 0xff, g.map_bytes);
    EQ(mprotect(g.map, page, PROT_NONE), 0);
    EQ(mprotect(g.map + page + inner, page, PROT_NONE), 0);
    g.p = g.map + page + (at_end ? inner - n : 0);
    return g;
}

static inline void guard_free(struct guarded *g)
{
    EQ(munmap(g->map, g->map_bytes), 0);
}

static inline uint32_t made_word(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

/* Nearly normal, by the sum of twelve: Irwin and Hall. */
static inline float made_normal(uint64_t *state)
{
    float sum = -6;
    for (unsigned i = 0; i < 12; i++)
        sum += (float)made_word(state) * 0x1p-32f;
    return sum;
}

static inline size_t row_bytes_of(enum ggml_type type, uint32_t n_in)
{
    const struct ggml_layout *g = ggml_layout((uint32_t)type);
    return (size_t)n_in / g->block_elements * g->block_bytes;
}

/* Blocks of random codes and small scales, with sane large ones. */
static inline void made_rows(enum ggml_type type, uint8_t *out, size_t elements, uint64_t *state)
{
    const struct ggml_layout *g = ggml_layout((uint32_t)type);
    const struct matrix_layout *l = matrix_layout(type);
    for (size_t i = 0; i < elements / g->block_elements; i++, out += g->block_bytes) {
        float f = made_normal(state);
        uint16_t d = f16_of_float(0.01f * made_normal(state)), m = f16_of_float(0.02f * made_normal(state));
        uint16_t h = f16_of_float(f), b = bf16_of_float(f);
        for (unsigned j = 0; j < g->block_bytes; j++)
            out[j] = (uint8_t)(made_word(state) >> 24);
        if (type == GGML_F32)
            memcpy(out, &f, 4);
        if (type == GGML_F16 || type == GGML_BF16)
            memcpy(out, type == GGML_F16 ? &h : &b, 2);
        if (l->has_d)
            memcpy(out + l->d_file, &d, 2);
        if (l->has_m)
            memcpy(out + l->m_file, &m, 2);
        if (type == GGML_MXFP4)
            out[0] = (uint8_t)(116 + out[0] % 8);
    }
}

/* Squares of the differences over squares of the first. */
static inline double nmse(const double *want, const float *got, size_t n)
{
    double off = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        off += (want[i] - (double)got[i]) * (want[i] - (double)got[i]);
        all += want[i] * want[i];
    }
    return all > 0 ? off / all : off;
}

/* The paths, one at a time; those that cannot run here are named once. */
static inline const struct kern *path_at(size_t i, bool *usable)
{
    struct cpu c;
    const struct kern *k = kern_all()[i];
    cpu_read(&c);
    const char *named = getenv("ASSAY_ISA");
    *usable = k && k->usable(&c) && (k->tried || (named && strcmp(named, k->name) == 0));
    return k;
}

#define EACH_PATH(k)                                                        \
    bool usable_##k;                                                        \
    for (size_t i_##k = 0; path_at(i_##k, &usable_##k); i_##k++)            \
        for (const struct kern *k = path_at(i_##k, &usable_##k); k && usable_##k; k = NULL)

#endif
