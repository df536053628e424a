// SPDX-License-Identifier: Apache-2.0
#include "tests/support/faults.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/types.h>

void *__real_mem_realloc(void *p, size_t n);
void *__wrap_mem_realloc(void *p, size_t n);
ssize_t __real_read(int fd, void *p, size_t n);
ssize_t __wrap_read(int fd, void *p, size_t n);

/* Atomic, because hashing allocates and reads in threads. */
static atomic_size_t alloc_at, n_allocs, read_cap, read_at, n_reads;
static atomic_bool alloc_hit;

void fault_alloc_at(size_t n)
{
    alloc_at = n;
    n_allocs = 0;
    alloc_hit = false;
}

bool fault_alloc_hit(void)
{
    return alloc_hit;
}

void fault_read_cap(size_t bytes)
{
    read_cap = bytes;
}

void fault_read_at(size_t n)
{
    read_at = n;
    n_reads = 0;
}

void *__wrap_mem_realloc(void *p, size_t n)
{
    if (n && alloc_at && ++n_allocs >= alloc_at) {
        alloc_hit = true;
        return NULL;
    }
    return __real_mem_realloc(p, n);
}

ssize_t __wrap_read(int fd, void *p, size_t n)
{
    if (read_at && ++n_reads == read_at) {
        errno = EIO;
        return -1;
    }
    if (read_cap && n > read_cap)
        n = read_cap;
    return __real_read(fd, p, n);
}
