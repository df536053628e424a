// SPDX-License-Identifier: Apache-2.0
/* base/cpu_int.h - the texts of /proc and of control groups, read as the foreign text they are. */
#ifndef ASSAY_BASE_CPU_INT_H
#define ASSAY_BASE_CPU_INT_H
#include "base/span.h"

/* "MemTotal:       16384 kB" -> bytes; 0 when the key is missing or its number does not fit. */
uint64_t cpu_meminfo(struct span text, const char *key);

/* "max" or digits, then a line end. False: no limit, or no number. */
bool cpu_limit(struct span text, uint64_t *out);

/* "150000 100000" of cpu.max -> cores, rounded up; 0: no limit. */
unsigned cpu_quota(struct span text);

/* The path of the line "0::/path" of /proc/self/cgroup, or of the memory controller of the older kind. False: none,
 * too long, or with ".." in it. */
bool cpu_cgroup(struct span text, bool newer, char *out, size_t n);

/* "model name : X" of /proc/cpuinfo, cleaned. */
bool cpu_info(struct span text, const char *key, char *out, size_t n);

#endif
