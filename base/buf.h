// SPDX-License-Identifier: Apache-2.0
/* base/buf.h - bytes that grow, up to a ceiling.
 *
 * Errors stick: after a failed add the buffer ignores further adds, and buf_error tells why
 * once, at the end. The bytes are always followed by a NUL that n does not count. */
#ifndef ASSAY_BASE_BUF_H
#define ASSAY_BASE_BUF_H
#include <stddef.h>
#include "base/span.h"

struct buf {
    char *p;                    /* owned; NULL until the first add */
    size_t n, cap, max_bytes;
    int error;                  /* 0, ERR_LIMIT or ERR_MEMORY */
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_fini(struct buf *b);
void buf_reset(struct buf *b);                      /* empty it, keep the memory, forget errors */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_char(struct buf *b, char c);
void buf_str(struct buf *b, const char *s);
void buf_span(struct buf *b, struct span s);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_text(const struct buf *b);          /* "" when empty */
static inline struct span buf_view(const struct buf *b) { return span_of(b->p, b->n); }

#endif
