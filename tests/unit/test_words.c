// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "license/clause.h"
#include "license/words.h"

static struct arena a;

static struct words split(const char *s)
{
    static struct text t;
    static struct words w;
    EQ(text_decode(span_str(s), "x.txt", &a, &t, NULL), 0);
    EQ(words_split(&t, 0, &a, &w, NULL), 0);
    return w;
}

static const char *norm(const char *s)
{
    struct words w = split(s);
    return arena_strn(&a, w.norm, w.norm_bytes ? w.norm_bytes - 1 : 0);
}

TEST(layout_and_punctuation_do_not_count)
{
    STR(norm("  You must NOT\n use \"the\" Licensor\xe2\x80\x99s - software; "), "you must not use the licensors software");
    STR(norm("// You must not\n// use it"), "you must not use it");
    STR(norm("non-commercial"), "non commercial");
    STR(norm("noncommercial"), "non commercial");
    STR(norm("Licence HTTPS://a.b/c"), "license a b c");
}

TEST(list_marks_do_not_count_but_versions_do)
{
    STR(norm("1. Redistributions.\n  2) Binary. (a) one (ii) two. iv. three"), "redistributions binary one two three");
    STR(norm("Version 2.0. The"), "version 2 0 the");
    STR(norm("more than 700 million users"), "more than 700 million users");
}

TEST(copyright_statements_go_and_riders_stay)
{
    STR(norm("Copyright (c) 2024 Foo, Inc. All rights reserved.\n\nYou may"), "you may");
    STR(norm("Copyright (c) 2024 The Foo Authors Permission is hereby"), "permission is hereby");
    STR(norm("Copyright (c) 2024 Foo non-commercial use only"), "non commercial use only");
    STR(norm("the above copyright notice"), "the above copyright notice");
    STR(norm("copyright owner"), "copyright holder");
}

TEST(slots_take_names_only)
{
    STR(norm("Neither the name of ACME Corp nor the names of its"), "neither the name of nor the names of its");
    STR(norm("in no event shall ACME be liable"), "in no event shall be liable");
    STR(norm("in no event shall commercial users be liable"), "in no event shall commercial users be liable");
}

TEST(chinese_counts_by_character)
{
    struct words w = split("\xe9\x9d\x9e\xe5\x95\x86\xe4\xb8\x9a, ok");
    EQ(w.n, 4);
}

TEST(every_word_knows_its_source)
{
    struct words w = split("One, two\nthree");
    EQ(w.n, 3);
    EQ(w.items[1].from, 5);
    EQ(w.items[2].to, 14);
}

TEST(an_edit_moves_only_its_own_shingles)
{
    char one[6000], two[7000];
    size_t n = 0;
    for (unsigned i = 0; i < 600; i++)
        n += (size_t)snprintf(one + n, sizeof one - n, "w%u ", (i * 7919u) % 977);
    (void)snprintf(two, sizeof two, "%.*s inserted %s", 1500, one, one + 1500);
    struct words x = split(one);
    struct words copy = x;
    struct words y = split(two);
    uint32_t cut_x[600], cut_y[700], nx = 0, ny = 0, same = 0;
    for (uint32_t i = 0; i < copy.n; i = words_cut(&copy, i))
        cut_x[nx++] = words_window(&copy, i, words_cut(&copy, i) - i, words_power(words_cut(&copy, i) - i));
    for (uint32_t i = 0; i < y.n; i = words_cut(&y, i))
        cut_y[ny++] = words_window(&y, i, words_cut(&y, i) - i, words_power(words_cut(&y, i) - i));
    for (uint32_t i = 0; i < nx; i++)
        for (uint32_t k = 0; k < ny; k++)
            if (cut_x[i] == cut_y[k]) {
                same++;
                break;
            }
    YES(same + 6 >= nx);
    YES(nx > 50 && nx < 200);
}

TEST(clauses_are_found_with_their_figures)
{
    struct words w = split("If you have more than 700 million monthly active users, or $1,000,000 in annual revenue, "
                           "non-commercial use only in the European Union.");
    struct clause *c;
    size_t n;
    EQ(clause_find(&w, 0, w.n, &a, &c, &n, NULL), 0);
    EQ(n, 4);
    EQ(c[0].kind, CLAUSE_USERS);
    EQ(c[0].amount, 700000000);
    EQ(c[1].kind, CLAUSE_REVENUE);
    EQ(c[2].kind, CLAUSE_NONCOMMERCIAL);
    EQ(c[3].kind, CLAUSE_REGION);
}

int main(void)
{
    arena_init(&a, 1 << 28);
    int rc = RUN(CASE(layout_and_punctuation_do_not_count), CASE(list_marks_do_not_count_but_versions_do),
                 CASE(copyright_statements_go_and_riders_stay), CASE(slots_take_names_only),
                 CASE(chinese_counts_by_character), CASE(every_word_knows_its_source),
                 CASE(an_edit_moves_only_its_own_shingles), CASE(clauses_are_found_with_their_figures));
    arena_fini(&a);
    return rc;
}
