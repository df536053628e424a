// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <time.h>
#include "base/val.h"
#include "base/val_int.h"
#include "tests/support/faults.h"

static struct val *add(struct arena *a, struct val *parent, const char *key, enum val_kind kind,
                       const char *text)
{
    struct val *v = arena_alloc(a, sizeof *v);
    YES(v != NULL);
    v->kind = kind;
    v->key = key ? span_of(arena_str(a, key), strlen(key)) : SPAN_NONE;
    v->key_line = 7;
    v->str = text ? span_of(arena_str(a, text), strlen(text)) : SPAN_NONE;
    EQ(val_add(parent, v, a, NULL), 0);
    return v;
}

TEST(children_keep_their_order)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct val list = { .kind = VAL_LIST };
    for (int i = 0; i < 40; i++)
        add(&a, &list, NULL, VAL_INT, "1")->i = i;
    EQ(list.n, 40);
    int want = 0;
    for (const struct val *v = list.first; v; v = v->next)
        EQ(v->i, want++);
    EQ(want, 40);
    EQ(list.last->i, 39);
    arena_fini(&a);
}

/* At each size around the change to a table: all keys are found, no other is, twins are refused. */
TEST(maps_of_any_size_find_their_keys_and_refuse_twins)
{
    struct arena a;
    arena_init(&a, 64 << 20);
    struct val map = { .kind = VAL_MAP };
    char key[32];
    for (int n = 0; n < 2000; n++) {
        (void)snprintf(key, sizeof key, "key-%d", n);
        YES(val_get(&map, key) == NULL);
        add(&a, &map, key, VAL_INT, "1")->i = n;
        if (n > 100 && n % 97)
            continue;
        for (int i = 0; i <= n; i++) {
            (void)snprintf(key, sizeof key, "key-%d", i);
            const struct val *v = val_get(&map, key);
            YES(v && v->i == i);
            struct val twin = { .kind = VAL_INT, .key = span_str(key), .key_line = 9 };
            struct err e = { 0 };
            EQ(val_add(&map, &twin, &a, &e), ERR_FORMAT);
            YES(e.at == ERR_AT_LINE && e.pos == 9);
        }
        EQ(map.n, (size_t)n + 1);
    }
    struct err e = { 0 };
    struct val twin = { .kind = VAL_INT, .key = span_str("key-5"), .key_line = 3 };
    EQ(val_add(&map, &twin, &a, &e), ERR_FORMAT);
    STR(e.msg, "duplicate key \"key-5\"");
    YES(val_get(&map, "key-") == NULL && val_get(&map, "") == NULL);
    arena_fini(&a);
}

TEST(keys_are_bytes_and_may_hold_nul)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    for (int filler = 0; filler < 40; filler += 39) {
        struct val map = { .kind = VAL_MAP }, v[3] = { { .kind = VAL_NULL } };
        for (int i = 0; i < filler; i++) {
            char key[16];
            (void)snprintf(key, sizeof key, "f%d", i);
            (void)add(&a, &map, key, VAL_STR, "x");
        }
        v[0].key = span_of("a", 1);
        v[1].key = span_of("a\0", 2);
        v[2].key = span_of("", 0);
        for (int i = 0; i < 3; i++)
            EQ(val_add(&map, &v[i], &a, NULL), 0);
        YES(val_get_span(&map, span_of("a\0", 2)) == &v[1]);
        YES(val_get(&map, "a") == &v[0] && val_get(&map, "") == &v[2]);
        YES(val_get_span(&map, SPAN_NONE) == &v[2]);
    }
    arena_fini(&a);
}

/* A scan of 200,000 keys for each would take minutes. */
TEST(large_maps_are_quick)
{
    struct arena a;
    arena_init(&a, 256u << 20);
    struct val map = { .kind = VAL_MAP };
    char key[32];
    clock_t from = clock();
    for (int i = 0; i < 200000; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        add(&a, &map, key, VAL_INT, "1")->i = i;
    }
    for (int i = 0; i < 200000; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        const struct val *v = val_get(&map, key);
        YES(v && v->i == i);
    }
    YES((double)(clock() - from) / CLOCKS_PER_SEC < 10.0);
    arena_fini(&a);
}

TEST(null_and_the_wrong_kind_say_nothing)
{
    struct val text = { .kind = VAL_STR, .str = span_str("yes") }, list = { .kind = VAL_LIST };
    struct val nothing = { .kind = VAL_NULL, .str = span_str("~") }, map = { .kind = VAL_MAP };
    const struct val *const wrong[] = { NULL, &text, &list, &nothing };
    int64_t i = 5;
    bool b = true;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        YES(val_get(wrong[k], "x") == NULL && val_path(wrong[k], "x.y") == NULL);
        NOT(val_int(wrong[k], &i));
    }
    YES(val_get(&map, NULL) == NULL && val_path(&map, NULL) == NULL && val_get(&map, "x") == NULL);
    YES(val_str(NULL) == NULL && val_str(&list) == NULL && val_str(&map) == NULL);
    YES(val_str(&nothing) == NULL);
    NOT(val_is(&nothing, "~"));
    NOT(val_is(NULL, ""));
    NOT(val_is(&text, NULL));
    NOT(val_bool(NULL, &b));
    NOT(val_bool(&list, &b));
    NOT(val_bool(&nothing, &b));
    YES(i == 5 && b);
}

TEST(paths_walk_through_maps)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct val map = { .kind = VAL_MAP };
    struct val *b = add(&a, add(&a, &map, "a", VAL_MAP, NULL), "b", VAL_MAP, NULL);
    const struct val *c = add(&a, b, "c", VAL_STR, "x"), *empty = add(&a, b, "", VAL_STR, "y");
    YES(val_path(&map, "a.b.c") == c);
    YES(val_path(&map, "a.b") == b);
    YES(val_path(&map, "a.b.") == empty);
    YES(val_path(&map, "a.b.c.d") == NULL && val_path(&map, "a..b") == NULL);
    YES(val_path(&map, "") == NULL);
    arena_fini(&a);
}

TEST(words_for_yes_and_no)
{
    static const struct { const char *text; int want; } words[] = {
        { "yes", 1 }, { "YES", 1 }, { "True", 1 }, { "true", 1 }, { "no", 0 }, { "No", 0 },
        { "false", 0 }, { "FALSE", 0 }, { "y", -1 }, { "on", -1 }, { "", -1 }, { "yess", -1 },
        { "N\x4f", 0 }, { "\x0e\x0f", -1 },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct val v = { .kind = VAL_STR, .str = span_str(words[i].text) };
        bool b = false;
        EQ(val_bool(&v, &b), words[i].want >= 0);
        EQ(b, words[i].want > 0);
    }
    struct val one = { .kind = VAL_INT, .i = 1, .str = span_str("1") };
    struct val yes = { .kind = VAL_BOOL, .b = true, .str = span_str("true") };
    bool b = false;
    NOT(val_bool(&one, &b));
    YES(val_bool(&yes, &b) && b);
    int64_t i = 0;
    YES(val_int(&one, &i) && i == 1 && val_is(&one, "1") && strcmp(val_str(&one), "1") == 0);
}

TEST(a_map_that_cannot_grow_stays_as_it_was)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct val map = { .kind = VAL_MAP };
    char key[32];
    for (int i = 0; i < 16; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        (void)add(&a, &map, key, VAL_STR, "x");
    }
    struct val more = { .kind = VAL_NULL, .key = span_str("more") };
    struct arena none;
    arena_init(&none, 0);
    struct err e = { 0 };
    EQ(val_add(&map, &more, &none, &e), ERR_MEMORY);
    EQ(map.n, 16);
    YES(val_get(&map, "more") == NULL && val_get(&map, "15") == map.last);
    EQ(val_add(&map, &more, &a, &e), 0);
    YES(val_get(&map, "more") == &more && val_get(&map, "0") == map.first);
    arena_fini(&a);
}

int main(void)
{
    return RUN(CASE(children_keep_their_order),
               CASE(maps_of_any_size_find_their_keys_and_refuse_twins),
               CASE(keys_are_bytes_and_may_hold_nul), CASE(large_maps_are_quick),
               CASE(null_and_the_wrong_kind_say_nothing), CASE(paths_walk_through_maps),
               CASE(words_for_yes_and_no), CASE(a_map_that_cannot_grow_stays_as_it_was));
}
