// SPDX-License-Identifier: Apache-2.0
#include "cli/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/utf8.h"

struct term term_of_stdout(void)
{
    struct winsize size;
    struct term t = { .width = 80 };
    const char *term = getenv("TERM");
    if (!isatty(STDOUT_FILENO))
        return t;
    t.color = !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        t.width = size.ws_col < 60 ? 60 : size.ws_col > 100 ? 100 : size.ws_col;
    return t;
}

/* Control characters, what turns text around, and what nobody sees but a shell would copy. Joiners of emoji stay. */
static bool is_unseen(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x200b || cp == 0x200e || cp == 0x200f ||
           (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || (cp >= 0xe0000 && cp <= 0xe0fff);
}

/* Append n bytes, control characters and bad UTF-8 replaced. Returns the columns. */
static unsigned put_clean(struct buf *b, const char *s, size_t n)
{
    unsigned columns = 0;
    for (size_t i = 0; i < n;) {
        uint32_t cp = 0;
        unsigned len = utf8_next(span_of(s + i, n - i), &cp);
        if (!len || is_unseen(cp)) {
            buf_char(b, '?');
            columns++;
        } else {
            buf_add(b, s + i, len);
            columns += utf8_width(cp);
        }
        i += len ? len : 1;
    }
    return columns;
}

unsigned term_columns(const char *s)
{
    unsigned columns = 0;
    for (size_t i = 0, n = strlen(s); i < n;) {
        uint32_t cp = 0;
        unsigned len = utf8_next(span_of(s + i, n - i), &cp);
        columns += len ? utf8_width(cp) : 1;
        i += len ? len : 1;
    }
    return columns;
}

void term_put(struct buf *b, const struct term *t, enum term_style style, const char *s)
{
    static const char *const codes[] = { "", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m" };
    bool on = t->color && style != TERM_PLAIN;
    if (on)
        buf_str(b, codes[style]);
    (void)put_clean(b, s, strlen(s));
    if (on)
        buf_str(b, "\x1b[0m");
}

void term_wrap(struct buf *b, const char *s, unsigned at, unsigned indent, unsigned width)
{
    bool first = true;
    while (*s) {
        while (*s == ' ' || *s == '\n')
            s++;
        size_t n = strcspn(s, " \n");
        if (!n)
            break;
        struct buf word;
        buf_init(&word, 1 << 16);
        unsigned columns = put_clean(&word, s, n);
        if (!first && at + 1 + columns > width) {
            buf_fmt(b, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            buf_char(b, ' ');
            at++;
        }
        buf_span(b, buf_view(&word));
        if (word.error)
            b->error = word.error;
        buf_fini(&word);
        at += columns;
        first = false;
        s += n;
    }
}
