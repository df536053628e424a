// SPDX-License-Identifier: Apache-2.0
#include "passport/diff_script.h"

#include "format/order.h"

/* ---- tokens as numbers --------------------------------------------------------------- */

static int by_bytes(const void *items, uint32_t x, uint32_t y)
{
    const struct span *s = items;
    return order_names(s[x], s[y]);
}

int diff_number(const struct span *a, size_t n_a, const struct span *b, size_t n_b, struct arena *ar,
                uint32_t **ids, struct err *e)
{
    if (n_a > DIFF_TOKENS_MAX || n_b > DIFF_TOKENS_MAX)
        return err_plain(e, ERR_LIMIT, "more than %d pieces to compare", (int)DIFF_TOKENS_MAX);
    uint32_t n = (uint32_t)(n_a + n_b);
    struct span *all = arena_array(ar, n, sizeof *all);
    uint32_t *numbers = arena_array(ar, n, sizeof *numbers);
    if (!all || !numbers)
        return err_memory(e);
    for (uint32_t i = 0; i < n; i++)
        all[i] = i < n_a ? a[i] : b[i - n_a];
    uint32_t *order = order_make(ar, all, n, by_bytes);
    if (!order)
        return err_memory(e);
    uint32_t number = 0;
    for (uint32_t i = 0; i < n; i++) {
        number += i > 0 && !span_eq(all[order[i]], all[order[i - 1]]);
        numbers[order[i]] = number;
    }
    *ids = numbers;
    return 0;
}

/* ---- the search ---------------------------------------------------------------------- */

/* Diagonal k holds the points with x - y = k. ahead[k]: the furthest x reached on it from the start,
 * back[k]: the nearest x reached from the end; both are shifted so that k may be negative. */
struct search {
    const uint32_t *a, *b;
    int64_t *ahead, *back;
    bool *out, *in;                 /* per token of a: taken out; of b: put in */
    uint64_t budget;
    bool capped;
};
struct box { int64_t x0, x1, y0, y1; };
struct front { int64_t lo, hi; };   /* diagonals reached so far */

static void widen(struct front *f, int64_t *reach, const struct box *r, int64_t beyond)
{
    int64_t least = r->x0 - r->y1, most = r->x1 - r->y0;
    if (f->lo > least)
        reach[--f->lo - 1] = beyond;
    else
        f->lo++;
    if (f->hi < most)
        reach[++f->hi + 1] = beyond;
    else
        f->hi--;
}

static void spend(struct search *s, int64_t steps)
{
    s->budget -= s->budget < (uint64_t)steps ? s->budget : (uint64_t)steps;
}

/* One edit more from the start. True: the fronts have met in (*x, *y). */
static bool step_ahead(struct search *s, const struct box *r, struct front *f, const struct front *other, bool odd,
                       int64_t *x, int64_t *y)
{
    widen(f, s->ahead, r, -1);
    for (int64_t k = f->hi; k >= f->lo; k -= 2) {
        int64_t below = s->ahead[k - 1], above = s->ahead[k + 1], i = below < above ? above : below + 1, from = i;
        while (i < r->x1 && i - k < r->y1 && s->a[i] == s->b[i - k])
            i++;
        s->ahead[k] = i;
        spend(s, i - from + 1);
        if (odd && other->lo <= k && k <= other->hi && s->back[k] <= i) {
            *x = i;
            *y = i - k;
            return true;
        }
    }
    return false;
}

static bool step_back(struct search *s, const struct box *r, struct front *f, const struct front *other, bool odd,
                      int64_t *x, int64_t *y)
{
    widen(f, s->back, r, INT64_MAX);
    for (int64_t k = f->hi; k >= f->lo; k -= 2) {
        int64_t below = s->back[k - 1], above = s->back[k + 1], i = below < above ? below : above - 1, from = i;
        while (i > r->x0 && i - k > r->y0 && s->a[i - 1] == s->b[i - k - 1])
            i--;
        s->back[k] = i;
        spend(s, from - i + 1);
        if (!odd && other->lo <= k && k <= other->hi && i <= s->ahead[k]) {
            *x = i;
            *y = i - k;
            return true;
        }
    }
    return false;
}

/* A point on a shortest path, about half way. False: the budget is used up. */
static bool find_middle(struct search *s, const struct box *r, int64_t *x, int64_t *y)
{
    int64_t start = r->x0 - r->y0, end = r->x1 - r->y1;
    struct front ahead = { start, start }, back = { end, end };
    bool odd = ((start - end) & 1) != 0;
    s->ahead[start] = r->x0;
    s->back[end] = r->x1;
    for (;;) {
        if (step_ahead(s, r, &ahead, &back, odd, x, y) || step_back(s, r, &back, &ahead, odd, x, y))
            return true;
        if (s->budget <= (uint64_t)(ahead.hi - ahead.lo + back.hi - back.lo))
            return false;
    }
}

static void mark(struct search *s, const struct box *r)
{
    for (int64_t x = r->x0; x < r->x1; x++)
        s->out[x] = true;
    for (int64_t y = r->y0; y < r->y1; y++)
        s->in[y] = true;
}

/* Each half has about half of the edits, so this is no deeper than their logarithm. */
static void compare(struct search *s, struct box r)
{
    for (;;) {
        while (r.x0 < r.x1 && r.y0 < r.y1 && s->a[r.x0] == s->b[r.y0]) {
            r.x0++;
            r.y0++;
        }
        while (r.x0 < r.x1 && r.y0 < r.y1 && s->a[r.x1 - 1] == s->b[r.y1 - 1]) {
            r.x1--;
            r.y1--;
        }
        int64_t x, y;
        bool one_side = r.x0 == r.x1 || r.y0 == r.y1;
        if (one_side || !find_middle(s, &r, &x, &y)) {
            s->capped = s->capped || !one_side;
            mark(s, &r);
            return;
        }
        compare(s, (struct box){ r.x0, x, r.y0, y });
        r.x0 = x;
        r.y0 = y;
    }
}

static int collect(const struct search *s, size_t n, size_t m, struct arena *ar, struct diff_script *out, struct err *e)
{
    struct diff_script made = { .capped = s->capped };
    size_t cap = 0;
    uint32_t x = 0, y = 0;
    while (x < n || y < m) {
        if (x < n && y < m && !s->out[x] && !s->in[y]) {
            x++;
            y++;
            continue;
        }
        struct diff_hunk h = { .a_from = x, .b_from = y };
        while (x < n && s->out[x])
            x++;
        while (y < m && s->in[y])
            y++;
        h.a_to = x;
        h.b_to = y;
        void *items = made.items;
        if (arena_grow(ar, &items, &cap, made.n, sizeof *made.items))
            return err_memory(e);
        made.items = items;
        made.items[made.n++] = h;
    }
    *out = made;
    return 0;
}

int diff_script(const uint32_t *a, size_t n, const uint32_t *b, size_t m, uint64_t budget, struct arena *ar,
                struct diff_script *out, struct err *e)
{
    if (n > DIFF_TOKENS_MAX || m > DIFF_TOKENS_MAX)
        return err_plain(e, ERR_LIMIT, "more than %d pieces to compare", (int)DIFF_TOKENS_MAX);
    struct search s = { .a = a, .b = b, .budget = budget };
    int64_t *ahead = arena_array(ar, n + m + 5, sizeof *ahead), *back = arena_array(ar, n + m + 5, sizeof *back);
    s.out = arena_array(ar, n, sizeof *s.out);
    s.in = arena_array(ar, m, sizeof *s.in);
    if (!ahead || !back || !s.out || !s.in)
        return err_memory(e);
    s.ahead = ahead + m + 2;
    s.back = back + m + 2;
    compare(&s, (struct box){ 0, (int64_t)n, 0, (int64_t)m });
    return collect(&s, n, m, ar, out, e);
}
