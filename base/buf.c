// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/err.h"
#include "base/mem.h"

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){ .max_bytes = max_bytes };
}

void buf_fini(struct buf *b)
{
    if (!b)
        return;
    mem_free(b->p);
    *b = (struct buf){ .max_bytes = b->max_bytes };
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->error = 0;
    if (b->p)
        b->p[0] = 0;
}

/* Room for n more bytes and the NUL. */
static int reserve(struct buf *b, size_t n)
{
    if (b->error)
        return b->error;
    if (b->n > b->max_bytes || n > b->max_bytes - b->n)
        return b->error = ERR_LIMIT;
    if (n > SIZE_MAX / 2 - b->n)                /* b->n + n + 1 must not wrap */
        return b->error = ERR_LIMIT;
    size_t need = b->n + n + 1;
    if (need <= b->cap)
        return 0;
    size_t cap = b->cap ? b->cap : 256;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    char *p = mem_realloc(b->p, cap);
    if (!p)
        return b->error = ERR_MEMORY;
    b->p = p;
    b->cap = cap;
    return 0;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (reserve(b, n))
        return;
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_span(struct buf *b, struct span s)
{
    buf_add(b, s.p, s.n);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 && !b->error)                     /* above INT_MAX */
        b->error = ERR_LIMIT;
    if (n >= 0 && !reserve(b, (size_t)n)) {
        (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

const char *buf_text(const struct buf *b)
{
    return b->p ? b->p : "";
}
