// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_diff.c - passport/diff_script.h and diff_text.h: bytes before the first NUL are A, the rest B. The script
 * makes B of A whatever the budget, and passages name lines that are there. */
#include <stdlib.h>
#include "passport/diff_script.h"
#include "passport/diff_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_script(struct span a, struct span b, uint64_t budget, struct arena *ar)
{
    struct diff_script s;
    uint32_t *ids;
    struct span *tokens = arena_array(ar, a.n + b.n, sizeof *tokens);
    for (size_t i = 0; i < a.n + b.n; i++)
        tokens[i] = i < a.n ? span_sub(a, i, 1) : span_sub(b, i - a.n, 1);
    if (diff_number(tokens, a.n, tokens + a.n, b.n, ar, &ids, NULL) ||
        diff_script(ids, a.n, ids + a.n, b.n, budget, ar, &s, NULL))
        abort();
    uint8_t *made = arena_alloc(ar, b.n + 1);
    size_t x = 0, y = 0;
    for (size_t i = 0; i <= s.n; i++) {
        size_t to = i < s.n ? s.items[i].a_from : a.n;
        if (to < x || to > a.n || to - x > b.n - y)
            abort();
        memcpy(made + y, a.p ? a.p + x : (const uint8_t *)"", to - x);
        y += to - x;
        if (i == s.n)
            break;
        const struct diff_hunk *h = &s.items[i];
        if (h->b_from != y || h->b_to < h->b_from || h->b_to > b.n || h->a_to < h->a_from || h->a_to > a.n)
            abort();
        memcpy(made + y, b.p ? b.p + h->b_from : (const uint8_t *)"", h->b_to - h->b_from);
        y = h->b_to;
        x = h->a_to;
    }
    if (!span_eq(span_of(made, y), b))
        abort();
}

static uint32_t lines_of(struct span s)
{
    uint32_t n = 1;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static void check_passages(const struct diff_passages *p, struct span a, struct span b)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct diff_quote *x = &p->items[i].a, *y = &p->items[i].b;
        if (!x->text || !y->text || x->line_from < 1 || y->line_from < 1 || (!x->line_to && !y->line_to) ||
            x->line_from > lines_of(a) || y->line_from > lines_of(b) || x->line_to > lines_of(a) || y->line_to > lines_of(b))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t n = nul ? (size_t)(nul - data) : size / 2;
    struct span a = span_of(data, n), b = nul ? span_of(nul + 1, size - n - 1) : span_of(data + n, size - n);
    struct arena ar;
    struct diff_passages p;
    struct text x, y;
    arena_init(&ar, 256u << 20);
    if (a.n + b.n < 20000) {
        check_script(a, b, DIFF_BUDGET, &ar);
        check_script(a, b, size, &ar);
    }
    if (diff_lines(a, 1, b, 1, &ar, &p, NULL))
        abort();
    check_passages(&p, a, b);
    if (!text_decode(a, "LICENSE", &ar, &x, NULL) && !text_decode(b, "LICENSE.md", &ar, &y, NULL)) {
        if (diff_words(&x, &y, &ar, &p, NULL))
            abort();
        for (size_t i = 0; i < p.n; i++)
            if (p.items[i].a.line_to > x.n_lines || p.items[i].b.line_to > y.n_lines)
                abort();
    }
    arena_fini(&ar);
    return 0;
}
