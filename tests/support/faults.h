// SPDX-License-Identifier: Apache-2.0
/* tests/support/faults.h - allocations and reads that fail on purpose.
 *
 * Test programs are linked with --wrap=mem_realloc and --wrap=read. A sweep calls
 * fault_alloc_at(1), (2), ... around the code under test until it succeeds without reaching the
 * failing call; each failure must come back as ERR_MEMORY and leak nothing. */
#ifndef ASSAY_TESTS_FAULTS_H
#define ASSAY_TESTS_FAULTS_H
#include <stdbool.h>
#include <stddef.h>

void fault_alloc_at(size_t n);      /* the n-th allocation from now and all later ones fail; 0: none */
bool fault_alloc_hit(void);         /* did one fail since */
void fault_read_cap(size_t bytes);  /* each read(2) returns at most this many; 0: no cap */
void fault_read_at(size_t n);       /* the n-th read(2) from now fails with EIO; 0: none */

#endif
