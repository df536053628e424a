// SPDX-License-Identifier: Apache-2.0
/* base/json.h - strict JSON in, plain JSON out.
 *
 * Reader: RFC 8259 to the letter. Duplicate keys, invalid UTF-8, lone surrogates, leading
 * zeros, trailing commas, numbers beyond a double, bytes after the value, NaN, comments, a
 * byte order mark: all refused with the byte. Integers that fit int64_t are exact (VAL_INT); others,
 * and all with a fraction or exponent, are VAL_REAL. Depth and number of values are limited.
 * Writer: keys in the order given, two-space indent, "\u00xx" for control characters (C0, DEL, C1:
 * a terminal obeys none), invalid UTF-8 of untrusted text written as U+FFFD, so that the output is
 * always valid and byte-stable. No line end after the last bracket: that is the caller's. */
#ifndef ASSAY_BASE_JSON_H
#define ASSAY_BASE_JSON_H
#include "base/buf.h"
#include "base/val.h"

/* Parse one JSON text. *out is owned by `a`. Positions count from the start of `in`.
 * `lim` NULL: json_limits. A scalar at the top has depth 0, "[]" has 1.
 * Fails: ERR_FORMAT with the byte, ERR_LIMIT, ERR_MEMORY. Cost: one pass, O(n). */
int json_parse(struct span in, const struct val_limits *lim, struct arena *a,
               const struct val **out, struct err *e);

/* A writer onto a buf, begun as { .b = &buf }. `key` is NULL inside a list. Errors stick to the buf.
 * json_number: `decimals` after the point, 17 at most; below 0, the fewest digits that read
 * back the same; null when v is not finite. */
struct json_out {
    struct buf *b;
    unsigned depth;
    bool has_items;             /* the innermost open list or map has one already */
};
void json_open(struct json_out *j, const char *key, char bracket);      /* '{' or '[' */
void json_close(struct json_out *j, char bracket);                      /* '}' or ']' */
void json_string(struct json_out *j, const char *key, const char *s);   /* NULL: null */
void json_text(struct json_out *j, const char *key, struct span s);
void json_integer(struct json_out *j, const char *key, int64_t v);
void json_unsigned(struct json_out *j, const char *key, uint64_t v);
void json_number(struct json_out *j, const char *key, double v, int decimals);
void json_boolean(struct json_out *j, const char *key, bool v);
void json_null(struct json_out *j, const char *key);

#endif
