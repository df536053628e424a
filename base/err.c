// SPDX-License-Identifier: Apache-2.0
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/utf8.h"

struct err_row { const char *name, *text; int exit_status, http_status; };

static const struct err_row rows[ERR_COUNT] = {
#define X(name, exit_status, http_status, text) { #name, text, exit_status, http_status },
    ERR_MAP(X)
#undef X
};

static const struct err_row *row_of(int code)
{
    if (code >= 0 || code < -ERR_COUNT)
        return NULL;
    return &rows[-1 - code];
}

/* C0, DEL, C1, and the marks that turn the direction of text around. */
static bool is_risky(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

/* What a hostile file has put into a message never steers a terminal. Also mends the end of a
 * text that was cut inside a character. */
static void make_printable(char *s)
{
    size_t n = strlen(s), to = 0;
    uint32_t cp;
    for (size_t i = 0; i < n;) {
        unsigned len = utf8_next(span_of(s + i, n - i), &cp);
        if (!len || is_risky(cp))
            s[to++] = '?';
        else
            for (unsigned k = 0; k < len; k++)
                s[to++] = s[i + k];
        i += len ? len : 1;
    }
    s[to] = 0;
}

__attribute__((format(printf, 5, 0)))
static int fill(struct err *e, int code, enum err_at at, uint64_t pos, const char *fmt, va_list ap)
{
    if (e) {
        struct err now = { .code = code, .at = at, .pos = pos };
        (void)vsnprintf(now.msg, sizeof now.msg, fmt, ap);      /* ap may hold e's own text */
        make_printable(now.msg);
        *e = now;
    }
    return code;
}

int err_set(struct err *e, int code, uint64_t byte, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = fill(e, code, ERR_AT_BYTE, byte, fmt, ap);
    va_end(ap);
    return rc;
}

int err_line(struct err *e, int code, uint64_t line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = fill(e, code, ERR_AT_LINE, line, fmt, ap);
    va_end(ap);
    return rc;
}

int err_plain(struct err *e, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = fill(e, code, ERR_AT_NOTHING, 0, fmt, ap);
    va_end(ap);
    return rc;
}

int err_memory(struct err *e)
{
    return err_plain(e, ERR_MEMORY, "out of memory");
}

int err_hint(struct err *e, const char *fmt, ...)
{
    if (!e)
        return ERR_OK;
    char hint[sizeof e->hint];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(hint, sizeof hint, fmt, ap);
    va_end(ap);
    make_printable(hint);
    (void)snprintf(e->hint, sizeof e->hint, "%s", hint);
    return e->code;
}

int err_path(struct err *e, const char *path)
{
    if (!e)
        return ERR_OK;
    if (!e->path[0]) {
        (void)snprintf(e->path, sizeof e->path, "%s", path);
        make_printable(e->path);
    }
    return e->code;
}

const char *err_name(int code)
{
    const struct err_row *r = row_of(code);
    return r ? r->name : "ok";
}

const char *err_text(int code)
{
    const struct err_row *r = row_of(code);
    return r ? r->text : "ok";
}

int err_exit_status(int code)
{
    const struct err_row *r = row_of(code);
    return r ? r->exit_status : 0;
}

int err_http_status(int code)
{
    const struct err_row *r = row_of(code);
    return r ? r->http_status : 200;
}
