// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include "base/mem.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(ARENA_POISONS)
#include <sanitizer/asan_interface.h>
enum { GAP = 16, TEXT_ALIGN = 8 };          /* a poisoned byte cannot stand before a good one in 8 */
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { GAP = 0, TEXT_ALIGN = 1 };
#endif

enum { ALIGN = 16, BLOCK_BYTES = 64 * 1024, BLOCK_MAX_BYTES = 8 * 1024 * 1024,
       HUGE_PAGE_BYTES = 2 * 1024 * 1024 };

/* bytes: [0, used) handed out from the front, [top, cap) as text from the end */
struct arena_block {
    struct arena_block *next;
    size_t used, top, cap;
    _Alignas(16) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t max_bytes)
{
    *a = (struct arena){ .max_bytes = max_bytes };
}

void arena_fini(struct arena *a)
{
    if (!a)
        return;
    for (struct arena_block *b = a->head, *next; b; b = next) {
        next = b->next;
        mem_free(b);
    }
    a->head = NULL;
    a->used_bytes = 0;
}

void arena_reset(struct arena *a)
{
    arena_fini(a);
}

/* Ask for huge pages where the system leaves that to us: a fault for each 4 KiB costs more than
 * filling them does. Advice: a refusal changes nothing. */
static void advise_huge(unsigned char *p, size_t n)
{
    uintptr_t from = ((uintptr_t)p + HUGE_PAGE_BYTES - 1) & ~(uintptr_t)(HUGE_PAGE_BYTES - 1);
    uintptr_t to = ((uintptr_t)p + n) & ~(uintptr_t)(HUGE_PAGE_BYTES - 1);
    if (to > from)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

/* A block with room for `need` bytes. Half of what the arena has already: few blocks, little waste. */
static struct arena_block *add_block(struct arena *a, size_t need)
{
    size_t usual = a->used_bytes / 2;
    usual = usual < BLOCK_BYTES ? BLOCK_BYTES : usual > BLOCK_MAX_BYTES ? BLOCK_MAX_BYTES : usual;
    usual &= ~(size_t)(ALIGN - 1);
    size_t cap = need > usual ? need : usual;
    struct arena_block *b = mem_realloc(NULL, sizeof *b + cap);
    if (!b)
        return NULL;
    if (cap >= HUGE_PAGE_BYTES)
        advise_huge(b->bytes, cap);
    b->used = 0;
    b->top = b->cap = cap;
    ASAN_POISON_MEMORY_REGION(b->bytes, cap);
    if (a->head && need > usual / 2) {          /* a big one goes behind: keep filling the head */
        b->next = a->head->next;
        a->head->next = b;
    } else {
        b->next = a->head;
        a->head = b;
    }
    return b;
}

/* The block that can give `need` bytes, `n` of which count against the ceiling. */
static struct arena_block *block_for(struct arena *a, size_t n, size_t need)
{
    if (a->used_bytes > a->max_bytes || n > a->max_bytes - a->used_bytes)
        return NULL;
    struct arena_block *b = a->head;
    if (!b || need > b->top - b->used)
        b = add_block(a, need);
    if (b)
        a->used_bytes += n;
    return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    size_t size = (n + (n == 0) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct arena_block *b = block_for(a, size, size + GAP);
    if (!b)
        return NULL;
    void *p = b->bytes + b->used;
    b->used += size + GAP;
    ASAN_UNPOISON_MEMORY_REGION(p, n);
    memset(p, 0, GAP ? n : size);
    return p;
}

char *arena_text(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    size_t size = n + (n == 0);
    struct arena_block *b = block_for(a, size, size + GAP + TEXT_ALIGN - 1);
    if (!b)
        return NULL;
    b->top = (b->top - size - GAP) & ~(size_t)(TEXT_ALIGN - 1);
    char *p = (char *)b->bytes + b->top;
    ASAN_UNPOISON_MEMORY_REGION(p, n);
    return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return arena_alloc(a, bytes);
}

char *arena_strn(struct arena *a, const void *p, size_t n)
{
    if (n == SIZE_MAX)
        return NULL;
    char *s = arena_text(a, n + 1);
    if (!s)
        return NULL;
    if (n)
        memcpy(s, p, n);
    s[n] = 0;
    return s;
}

char *arena_str(struct arena *a, const char *s)
{
    return arena_strn(a, s, strlen(s));
}

char *arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *s = n < 0 ? NULL : arena_text(a, (size_t)n + 1);
    if (s)
        (void)vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}

int arena_grow(struct arena *a, void **items, size_t *cap, size_t n, size_t size)
{
    if (n < *cap)
        return 0;
    size_t more = *cap ? *cap * 2 : 8;
    void *p = arena_array(a, more, size);
    if (!p)
        return -1;
    if (n)
        memcpy(p, *items, n * size);
    *items = p;
    *cap = more;
    return 0;
}
