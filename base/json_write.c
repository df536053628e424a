// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include "base/num.h"
#include "base/utf8.h"

/* C0, DEL and C1: all that a terminal might obey. */
static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

/* Bytes from the start of s that can be copied as they are. */
static size_t plain_run(struct span s)
{
    size_t i = 0;
    uint32_t cp;
    while (i < s.n) {
        unsigned n = utf8_next(span_sub(s, i, 4), &cp);
        if (!n || is_control(cp) || cp == '"' || cp == '\\')
            break;
        i += n;
    }
    return i;
}

static void put_text(struct buf *b, struct span s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n;) {
        size_t run = plain_run(span_sub(s, i, s.n));
        buf_span(b, span_sub(s, i, run));
        i += run;
        if (i == s.n)
            break;
        uint32_t cp;
        unsigned n = utf8_next(span_sub(s, i, 4), &cp);
        if (!n)
            buf_str(b, "\xef\xbf\xbd");         /* U+FFFD, one for each bad byte */
        else if (is_control(cp))
            buf_fmt(b, "\\u%04" PRIx32, cp);
        else
            buf_fmt(b, "\\%c", (char)cp);
        i += n ? n : 1;
    }
    buf_char(b, '"');
}

static void new_line(struct json_out *j)
{
    buf_char(j->b, '\n');
    for (unsigned i = 0; i < j->depth; i++)
        buf_str(j->b, "  ");
}

/* What stands before a value: comma, line, indent and key. */
static void begin(struct json_out *j, const char *key)
{
    if (j->has_items)
        buf_char(j->b, ',');
    if (j->depth)
        new_line(j);
    if (key) {
        put_text(j->b, span_str(key));
        buf_str(j->b, ": ");
    }
    j->has_items = j->depth > 0;
}

void json_open(struct json_out *j, const char *key, char bracket)
{
    assert(bracket == '{' || bracket == '[');
    begin(j, key);
    buf_char(j->b, bracket);
    j->depth++;
    j->has_items = false;
}

void json_close(struct json_out *j, char bracket)
{
    assert((bracket == '}' || bracket == ']') && j->depth > 0);
    j->depth--;
    if (j->has_items)
        new_line(j);
    buf_char(j->b, bracket);
    j->has_items = j->depth > 0;
}

void json_text(struct json_out *j, const char *key, struct span s)
{
    begin(j, key);
    put_text(j->b, s);
}

void json_string(struct json_out *j, const char *key, const char *s)
{
    if (s)
        json_text(j, key, span_str(s));
    else
        json_null(j, key);
}

void json_integer(struct json_out *j, const char *key, int64_t v)
{
    begin(j, key);
    buf_fmt(j->b, "%" PRId64, v);
}

void json_unsigned(struct json_out *j, const char *key, uint64_t v)
{
    begin(j, key);
    buf_fmt(j->b, "%" PRIu64, v);
}

void json_number(struct json_out *j, const char *key, double v, int decimals)
{
    if (!isfinite(v)) {
        json_null(j, key);
        return;
    }
    char text[NUM_TEXT_BYTES];
    size_t n = num_format(v, decimals < 0 ? -1 : decimals > 17 ? 17 : decimals, text);
    begin(j, key);
    buf_add(j->b, text, n);
}

void json_boolean(struct json_out *j, const char *key, bool v)
{
    begin(j, key);
    buf_str(j->b, v ? "true" : "false");
}

void json_null(struct json_out *j, const char *key)
{
    begin(j, key);
    buf_str(j->b, "null");
}
