// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_text.c - format/text.h: any bytes, read as each markup, give valid UTF-8 whose positions
 * rise through the source, or an error. */
#include <stdlib.h>
#include "base/utf8.h"
#include "format/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_sound(const struct text *t, size_t size)
{
    size_t bad;
    if (!utf8_valid(span_of(t->p, t->n), &bad) || memchr(t->p, 0, t->n) || t->p[t->n] || t->src[t->n] != size)
        return false;
    for (size_t i = 0; i < t->n; i++)
        if (t->src[i] > t->src[i + 1] || t->src[i] >= size)
            return false;
    for (uint32_t k = 1; k < t->n_lines; k++)
        if (t->line_start[k - 1] >= t->line_start[k] || t->line_start[k] >= size)
            return false;
    uint32_t line = text_line(t, t->n / 2);
    return line >= 1 && line <= t->n_lines && text_line(t, t->n) <= t->n_lines && t->line_start[0] == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "LICENSE", "README.md", "license.html", "license.pdf" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct arena a;
        struct text t;
        struct err e = { 0 };
        arena_init(&a, 64u << 20);
        int rc = text_decode(span_of(data, size), names[i], &a, &t, &e);
        if (rc ? e.code != rc || !e.msg[0] : !is_sound(&t, size))
            abort();
        arena_fini(&a);
    }
    return 0;
}
