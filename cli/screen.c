// SPDX-License-Identifier: Apache-2.0
#include "cli/screen.h"

#include <inttypes.h>
#include <stdio.h>

void screen_heading(struct screen *s, const char *word)
{
    buf_char(s->b, '\n');
    term_put(s->b, s->t, TERM_BOLD, word);
    buf_char(s->b, '\n');
}

void screen_item(struct screen *s, const char *mark, const char *text)
{
    buf_fmt(s->b, "  %s ", mark);
    term_wrap(s->b, text, SCREEN_TEXT_AT, SCREEN_TEXT_AT, s->t->width);
    buf_char(s->b, '\n');
}

void screen_where(struct screen *s, const struct evidence *ev)
{
    char place[640];
    if (!ev)
        return;
    if (ev->line_from && ev->line_to > ev->line_from)
        (void)snprintf(place, sizeof place, "%s:%u-%u", ev->path, ev->line_from, ev->line_to);
    else if (ev->line_from)
        (void)snprintf(place, sizeof place, "%s:%u", ev->path, ev->line_from);
    else
        (void)snprintf(place, sizeof place, "%s, bytes %" PRIu64 "-%" PRIu64, ev->path, ev->byte_from, ev->byte_to);
    buf_fmt(s->b, "      ");
    term_put(s->b, s->t, TERM_DIM, place);
    buf_char(s->b, '\n');
}

void screen_more(struct screen *s, size_t n, const char *what)
{
    if (n)
        buf_fmt(s->b, "    and %zu more %s (-v shows %s)\n", n, what, n == 1 ? "it" : "them");
}

void screen_size(uint64_t bytes, char *out, size_t n)
{
    static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
    double v = (double)bytes;
    unsigned u = 0;
    for (; v >= 1000 && u < 4; u++)
        v /= 1000;
    (void)snprintf(out, n, u ? "%.1f %s" : "%.0f %s", v, units[u]);
}
