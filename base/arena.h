// SPDX-License-Identifier: Apache-2.0
/* base/arena.h - memory with a named lifetime.
 *
 *     [block 64 KiB: ####....ttt] -> [block: #####tttttt] -> ...     freed together
 *                    ^ aligned  ^ text, from the end
 *
 * An arena belongs to a process, a handle or a request, and is passed as an argument,
 * never ambient. It has a ceiling; a request above it, like a failed malloc, gives NULL.
 * All memory but text is zeroed and aligned for any type. Blocks grow with the arena, to 8 MiB. Under
 * AddressSanitizer what was not handed out is poisoned, with a gap after each piece. */
#ifndef ASSAY_BASE_ARENA_H
#define ASSAY_BASE_ARENA_H
#include <stddef.h>
#include "base/span.h"

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used_bytes, max_bytes;
};

void arena_init(struct arena *a, size_t max_bytes);
void arena_fini(struct arena *a);           /* NULL and an arena never used are fine */
void arena_reset(struct arena *a);          /* keep nothing but the ceiling */

/* n zeroed bytes, or n * size of them with the product checked. NULL: out of memory
 * or over the ceiling. n = 0 gives a unique pointer. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t n, size_t size);

/* n bytes for text: not zeroed, not aligned. NULL as above. */
char *arena_text(struct arena *a, size_t n);

/* A NUL-terminated copy. NULL: out of memory. */
char *arena_strn(struct arena *a, const void *p, size_t n);
char *arena_str(struct arena *a, const char *s);
char *arena_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Grow an array kept in an arena: room for n + 1 items of `size` bytes. *items and *cap are
 * updated; the old array is left behind (amortised twofold waste). -1 when memory is out. */
int arena_grow(struct arena *a, void **items, size_t *cap, size_t n, size_t size);

#endif
