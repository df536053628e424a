// SPDX-License-Identifier: Apache-2.0
/* The edit script makes B of A, whatever the texts and the budget, and without a cap it is a shortest one. */
#include "tests/support/check.h"

#include "passport/diff_script.h"
#include "passport/diff_text.h"
#include "tests/support/faults.h"

static uint64_t state = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % n;
}

/* Is every hunk in order, is what lies between them common, and does nothing stay over? Counts the edits. */
static bool makes_b_of_a(const struct diff_script *s, const uint32_t *a, size_t n, const uint32_t *b, size_t m,
                         size_t *edits)
{
    size_t x = 0, y = 0;
    *edits = 0;
    for (size_t i = 0; i <= s->n; i++) {
        size_t to_x = i < s->n ? s->items[i].a_from : n, to_y = i < s->n ? s->items[i].b_from : m;
        if (to_x < x || to_y < y || to_x - x != to_y - y || (i > 0 && i < s->n && to_x == x))
            return false;
        for (; x < to_x; x++, y++)
            if (a[x] != b[y])
                return false;
        if (i == s->n)
            return true;
        const struct diff_hunk *h = &s->items[i];
        if (h->a_to < h->a_from || h->b_to < h->b_from || h->a_to > n || h->b_to > m ||
            (h->a_to == h->a_from && h->b_to == h->b_from))
            return false;
        *edits += (h->a_to - h->a_from) + (h->b_to - h->b_from);
        x = h->a_to;
        y = h->b_to;
    }
    return true;
}

/* The fewest edits there can be, by the plain table. */
static size_t fewest(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    static size_t row[2][80];
    for (size_t y = 0; y <= m; y++)
        row[0][y] = y;
    for (size_t x = 1; x <= n; x++) {
        size_t *now = row[x & 1], *was = row[~x & 1];
        now[0] = x;
        for (size_t y = 1; y <= m; y++) {
            size_t least = was[y] < now[y - 1] ? was[y] : now[y - 1];
            now[y] = a[x - 1] == b[y - 1] ? was[y - 1] : least + 1;
        }
    }
    return row[n & 1][m];
}

TEST(a_script_is_right_and_shortest)
{
    for (unsigned round = 0; round < 30000; round++) {
        uint32_t a[70], b[70], alphabet = 1 + random_below(6);
        size_t n = random_below(70), m = random_below(70), edits;
        struct arena ar;
        struct diff_script s;
        for (size_t i = 0; i < n; i++)
            a[i] = random_below(alphabet);
        for (size_t i = 0; i < m; i++)
            b[i] = i < n && random_below(4) ? a[i] : random_below(alphabet);
        arena_init(&ar, 1 << 20);
        EQ(diff_script(a, n, b, m, DIFF_BUDGET, &ar, &s, NULL), 0);
        NOT(s.capped);
        YES(makes_b_of_a(&s, a, n, b, m, &edits));
        EQ(edits, fewest(a, n, b, m));
        EQ(diff_script(a, n, b, m, random_below(200), &ar, &s, NULL), 0);
        YES(makes_b_of_a(&s, a, n, b, m, &edits));
        arena_fini(&ar);
    }
}

TEST(a_spent_budget_is_said_and_loses_nothing)
{
    enum { N = 40000 };
    static uint32_t a[N], b[N];
    struct arena ar;
    struct diff_script s;
    size_t edits;
    for (size_t i = 0; i < N; i++) {
        a[i] = random_below(3);
        b[i] = random_below(3);
    }
    arena_init(&ar, (size_t)1 << 26);
    EQ(diff_script(a, N, b, N, 1000000, &ar, &s, NULL), 0);
    YES(s.capped);
    YES(makes_b_of_a(&s, a, N, b, N, &edits));
    EQ(diff_script(a, N, a, N, 0, &ar, &s, NULL), 0);
    NOT(s.capped);
    EQ(s.n, 0);
    EQ(diff_script(a, (size_t)DIFF_TOKENS_MAX + 1, b, 1, 0, &ar, &s, NULL), ERR_LIMIT);
    arena_fini(&ar);
}

TEST(equal_bytes_and_only_they_get_equal_numbers)
{
    struct span a[] = { span_str("x"), span_str(""), span_str("xy"), span_str("x") };
    struct span b[] = { span_str("xy"), span_of("x\0", 2), span_str("") };
    struct arena ar;
    uint32_t *ids;
    arena_init(&ar, 1 << 20);
    EQ(diff_number(a, 4, b, 3, &ar, &ids, NULL), 0);
    YES(ids[0] == ids[3] && ids[2] == ids[4] && ids[1] == ids[6]);
    YES(ids[0] != ids[1] && ids[0] != ids[2] && ids[5] != ids[0] && ids[5] != ids[2]);
    arena_fini(&ar);
}

TEST(lines_of_both_sides_are_told)
{
    struct arena ar;
    struct diff_passages p;
    arena_init(&ar, 1 << 20);
    EQ(diff_lines(span_str("a\nb\nc\nd\n"), 10, span_str("a\r\nB\nB2\nc\nd\ne"), 1, &ar, &p, NULL), 0);
    EQ(p.n, 2);
    EQ(p.items[0].a.line_from, 11);
    EQ(p.items[0].a.line_to, 11);
    STR(p.items[0].a.text, "b");
    EQ(p.items[0].b.line_from, 2);
    EQ(p.items[0].b.line_to, 3);
    STR(p.items[0].b.text, "B\nB2");
    EQ(p.items[1].a.line_from, 13);         /* nothing there, behind line 13 */
    EQ(p.items[1].a.line_to, 0);
    STR(p.items[1].a.text, "");
    STR(p.items[1].b.text, "e");
    EQ(diff_lines(span_str("a\nb"), 1, span_str("a\r\nb\r\n"), 1, &ar, &p, NULL), 0);
    EQ(p.n, 0);
    EQ(diff_lines(SPAN_NONE, 1, span_str("a"), 1, &ar, &p, NULL), 0);
    EQ(p.n, 1);
    arena_fini(&ar);
}

static const char old_text[] = "Permission is hereby granted, free of charge,\nto any person obtaining a copy.\n"
                               "You may not use it above 700 million\nmonthly active users.\n";
static const char new_text[] = "PERMISSION is hereby granted, free of\n  charge, to any person\nobtaining a copy.\n\n"
                               "You may not use it above 100 million monthly active users.\nNo use in the moon.\n";

TEST(words_are_compared_without_their_layout)
{
    struct arena ar;
    struct text a, b;
    struct diff_passages p;
    arena_init(&ar, 1 << 22);
    EQ(text_decode(span_str(old_text), "LICENSE", &ar, &a, NULL), 0);
    EQ(text_decode(span_str(new_text), "LICENSE", &ar, &b, NULL), 0);
    EQ(diff_words(&a, &b, &ar, &p, NULL), 0);
    EQ(p.n, 2);
    STR(p.items[0].a.text, "700");
    EQ(p.items[0].a.line_from, 3);
    STR(p.items[0].b.text, "100");
    EQ(p.items[0].b.line_from, 5);
    STR(p.items[1].b.text, "No use in the moon");
    EQ(p.items[1].b.line_from, 6);
    EQ(p.items[1].a.line_from, 4);
    arena_fini(&ar);
}

TEST(no_allocation_failure_is_lost)
{
    for (size_t n = 1;; n++) {
        struct arena ar;
        struct text a, b;
        struct diff_passages p;
        struct err e = { 0 };
        arena_init(&ar, 1 << 26);
        fault_alloc_at(n);
        int rc = text_decode(span_str(old_text), "LICENSE", &ar, &a, &e);
        if (!rc)
            rc = text_decode(span_str(new_text), "LICENSE", &ar, &b, &e);
        if (!rc)
            rc = diff_words(&a, &b, &ar, &p, &e);
        if (!rc)
            rc = diff_lines(span_str(old_text), 1, span_str(new_text), 1, &ar, &p, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&ar);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
}

int main(void)
{
    return RUN(CASE(a_script_is_right_and_shortest), CASE(a_spent_budget_is_said_and_loses_nothing),
               CASE(equal_bytes_and_only_they_get_equal_numbers), CASE(lines_of_both_sides_are_told),
               CASE(words_are_compared_without_their_layout), CASE(no_allocation_failure_is_lost));
}
