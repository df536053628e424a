// SPDX-License-Identifier: Apache-2.0
/* base/mem.h - the one function that allocates, so that a test can make it fail.
 *
 * All heap memory of Assay comes from mem_realloc. Tests link with --wrap=mem_realloc and make the
 * n-th call return NULL (tests/support/faults.h). Data never aborts the process: every
 * caller turns NULL into ERR_MEMORY. */
#ifndef ASSAY_BASE_MEM_H
#define ASSAY_BASE_MEM_H
#include <stddef.h>

/* Resize `p` (NULL: allocate) to n bytes; n = 0 frees and returns NULL.
 * Returns NULL on failure, `p` then still owned by the caller. */
void *mem_realloc(void *p, size_t n);
void mem_free(void *p);

#endif
