// SPDX-License-Identifier: Apache-2.0
/* base/cpu.h - the processor and the memory that this process may use.
 *
 *     cpuid, or /proc/cpuinfo  ─> name, features that the system has switched on
 *     affinity, cgroup cpu.max ─> cores          what is granted, not what is built in
 *     meminfo, cgroup memory   ─> memory         the smaller of the two
 *
 * Reading never fails: what cannot be found out is 0 or "". A feature counts only when the operating system
 * saves its registers (xgetbv), so that a set bit means: may be used. */
#ifndef ASSAY_BASE_CPU_H
#define ASSAY_BASE_CPU_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPU_MAP(X)                    \
    X(CPU_AVX2,        "AVX2")        \
    X(CPU_FMA,         "FMA")         \
    X(CPU_F16C,        "F16C")        \
    X(CPU_AVX_VNNI,    "AVX-VNNI")    \
    X(CPU_AVX512,      "AVX-512")     /* F, BW, DQ and VL together */ \
    X(CPU_AVX512_VNNI, "AVX-512 VNNI") \
    X(CPU_AVX512_BF16, "AVX-512 BF16") \
    X(CPU_AVX512_FP16, "AVX-512 FP16") \
    X(CPU_AMX_INT8,    "AMX INT8")    \
    X(CPU_AMX_BF16,    "AMX BF16")    \
    X(CPU_NEON,        "NEON")        \
    X(CPU_DOTPROD,     "DotProd")     \
    X(CPU_I8MM,        "I8MM")        \
    X(CPU_SVE,         "SVE")

enum cpu_feature {
#define X(name, text) name,
    CPU_MAP(X)
#undef X
    CPU_FEATURES
};

struct cpu {
    char name[64];              /* "AMD EPYC 9755"; a virtual machine may show less */
    unsigned family, model;     /* x86; else 0 */
    unsigned cores;             /* 1 or more */
    uint32_t features;          /* bit per enum cpu_feature */
    uint64_t l3_bytes;
    uint64_t memory_bytes;      /* of the machine */
    uint64_t limit_bytes;       /* of the control group; 0: none */
    uint64_t available_bytes;   /* now, within the limit */
};

void cpu_read(struct cpu *out);
const char *cpu_feature_name(enum cpu_feature f);
uint64_t cpu_usable_bytes(const struct cpu *c);     /* the smaller of memory and limit */
static inline bool cpu_has(const struct cpu *c, enum cpu_feature f) { return c->features >> f & 1; }

/* "AVX2, FMA, AVX-512": all that are there, in the order above; cut to n. */
void cpu_feature_list(const struct cpu *c, char *out, size_t n);

#endif
