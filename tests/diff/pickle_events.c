// SPDX-License-Identifier: Apache-2.0
/* What the machine tells of pickles, for a differential test: u32 length and bytes in, a line of events out.
 *
 *     N module\x1fname     named          ? computed, ambiguous or beyond a ceiling: covers what follows
 *     P persistent id      X extension    fields parted by \x1e, the line ends in \n */
#include <stdio.h>
#include <stdlib.h>
#include "format/pickle.h"

enum { STREAM_MAX = 1 << 20 };

/* Names may hold any byte: those that mean something in the output, and the backslash, are written as \xx. */
static void put_text(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] == '\\')
            (void)printf("\\%02x", s.p[i]);
        else
            (void)putchar(s.p[i]);
}

static void on_event(void *ud, struct pickle *m, const struct pk_event *ev)
{
    (void)ud;
    switch (ev->kind) {
    case PK_NAMED:
        (void)putchar('N');
        put_text(m->globals[ev->global].module);
        (void)putchar(0x1f);
        put_text(m->globals[ev->global].name);
        break;
    case PK_NAMED_UNKNOWN: case PK_AMBIGUOUS:
        (void)putchar('?');
        break;
    case PK_PERSISTENT:
        (void)putchar('P');
        break;
    case PK_EXTENSION:
        (void)putchar('X');
        break;
    default:
        return;
    }
    (void)putchar(0x1e);
}

int main(void)
{
    static uint8_t stream[STREAM_MAX];
    uint8_t head[4];
    while (fread(head, 1, 4, stdin) == 4) {
        uint32_t n = le32(head);
        struct arena a;
        struct pickle m;
        if (n > STREAM_MAX || fread(stream, 1, n, stdin) != n)
            return EXIT_FAILURE;
        uint8_t *exact = malloc(n ? n : 1);         /* so that a sanitizer sees a read beyond */
        if (!exact)
            return EXIT_FAILURE;
        if (n)
            memcpy(exact, stream, n);
        arena_init(&a, 256 << 20);
        pickle_init(&m, span_of(exact, n), &a);
        m.event = on_event;
        if (pickle_run(&m, 0, NULL))
            return EXIT_FAILURE;
        if (m.end == PK_TOO_LARGE)
            (void)printf("?\x1e");
        (void)putchar('\n');
        pickle_fini(&m);
        arena_fini(&a);
        free(exact);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
