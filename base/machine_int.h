// SPDX-License-Identifier: Apache-2.0
/* base/machine_int.h - the loops that are timed. Each returns what it computed, so that a test can tell that all
 * of it ran; a loop is used only where its feature is. */
#ifndef ASSAY_BASE_MACHINE_INT_H
#define ASSAY_BASE_MACHINE_INT_H
#include "base/cpu.h"

enum { KERN_ALWAYS = CPU_FEATURES };

/* Run n rounds of `per_round` multiply-adds of 1 by 1, and return their sum (f32: exact below 2^24 rounds). */
struct machine_math {
    const char *name;
    unsigned needs;                     /* enum cpu_feature, or KERN_ALWAYS */
    unsigned per_round;
    double (*run)(uint64_t n);
};

/* Add up the 64-bit words of `bytes` bytes, a multiple of 1024, aligned to 64. */
struct machine_read {
    const char *name;
    unsigned needs;
    uint64_t (*run)(const void *p, size_t bytes);
};

extern const struct machine_math machine_int8[], machine_f32[];     /* best first; end with needs KERN_ALWAYS */
extern const struct machine_read machine_reads[];

#endif
