// SPDX-License-Identifier: Apache-2.0
/* base/machine.h - what this machine can do, measured once and remembered.
 *
 *     read bandwidth    every core reads its share of a buffer far beyond the last cache    GB/s
 *     int8 peak         multiply and add in registers, the best instructions there are      TOP/s
 *     f32 peak          the same with fused multiply-add                                    TFLOP/s
 *                       └─> median of several passes, under 2 s ─> $XDG_CACHE_HOME/assay/machine.json
 *
 * One operation is a multiplication or an addition, so a multiply-add counts two. All cores run together, as a
 * model would. The memory of it holds for the same processor, features and number of cores; a file that is
 * corrupt or of another machine is measured anew, never an error. Matrix tiles (AMX) are not measured. */
#ifndef ASSAY_BASE_MACHINE_H
#define ASSAY_BASE_MACHINE_H
#include "base/arena.h"
#include "base/cpu.h"
#include "base/err.h"

enum { MACHINE_PASSES = 9 };

struct machine {
    struct cpu cpu;
    double read_gb_s, int8_tops, f32_tflops;    /* 1e9 bytes; 1e12 operations; all cores together */
    char int8_path[16], f32_path[16];           /* the instructions measured: "avx512-vnni", "avx2", "plain" */
    char date[11];                              /* of the measurement, YYYY-MM-DD; "" when not known */
    bool remembered;                            /* read from the file, not measured now */
    bool saved;                                 /* the file holds it */
};

/* $XDG_CACHE_HOME/assay, or ~/.cache/assay. NULL: neither is known (an empty or relative one does not count), or
 * out of memory. */
char *machine_dir(struct arena *a);

/* Recall what the file in `dir` (NULL: none) says of this machine. False: nothing that can be used. */
bool machine_recall(const char *dir, const struct cpu *cpu, struct arena *a, struct machine *out);

/* Measure now. `today`: YYYY-MM-DD or "". Fails: ERR_MEMORY. Cost: under 2 s on all cores. */
int machine_measure(const struct cpu *cpu, const char *today, struct machine *out, struct err *e);

/* Recall, or measure and remember; `again`: measure in any case. Failing to write the file is no error
 * (`saved`). Fails: ERR_MEMORY. */
int machine_get(const char *dir, const struct cpu *cpu, const char *today, bool again, struct arena *a,
                struct machine *out, struct err *e);

/* Can files be made in `dir`? It is made when it is missing. */
bool machine_dir_writable(const char *dir);

#endif
