// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/arena.h"
#include "tests/support/faults.h"

TEST(memory_is_zeroed_aligned_and_apart)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    unsigned char *before = NULL;
    for (size_t n = 0; n < 300; n++) {
        unsigned char *p = arena_alloc(&a, n);
        YES(p != NULL && p != before);
        EQ((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            EQ(p[i], 0);
        memset(p, 0xaa, n);                     /* the next one must not see this */
        before = p;
    }
    arena_fini(&a);
}

TEST(text_and_objects_never_meet)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    enum { ROUNDS = 4000 };
    static char *text[ROUNDS];
    static unsigned char *object[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        size_t n = (size_t)(i % 97);
        text[i] = arena_text(&a, n + 1);
        object[i] = arena_alloc(&a, n + 1);
        YES(text[i] && object[i]);
        memset(text[i], i & 0x7f, n + 1);
        memset(object[i], i & 0x7f, n + 1);
    }
    for (int i = 0; i < ROUNDS; i++)
        for (size_t k = 0; k <= (size_t)(i % 97); k++)
            YES(text[i][k] == (i & 0x7f) && object[i][k] == (i & 0x7f));
    arena_fini(&a);
}

TEST(the_ceiling_holds_to_the_byte)
{
    struct arena a;
    arena_init(&a, 1024);
    YES(arena_alloc(&a, 1008) != NULL);
    YES(arena_alloc(&a, 17) == NULL);
    YES(arena_text(&a, 17) == NULL);
    YES(arena_text(&a, 16) != NULL);
    YES(arena_text(&a, 1) == NULL);
    EQ(a.used_bytes, 1024);
    arena_reset(&a);
    EQ(a.used_bytes, 0);
    YES(arena_alloc(&a, 1024) != NULL);
    arena_fini(&a);
    arena_init(&a, 0);
    YES(arena_alloc(&a, 0) == NULL);
    arena_fini(&a);
}

TEST(sizes_that_wrap_give_null)
{
    struct arena a;
    arena_init(&a, SIZE_MAX);
    YES(arena_alloc(&a, SIZE_MAX) == NULL);
    YES(arena_alloc(&a, SIZE_MAX - 15) == NULL);
    YES(arena_text(&a, SIZE_MAX) == NULL);
    YES(arena_strn(&a, "x", SIZE_MAX) == NULL);
    YES(arena_array(&a, SIZE_MAX / 2, 3) == NULL);
    YES(arena_array(&a, 3, 5) != NULL);
    arena_fini(&a);
}

TEST(big_pieces_do_not_waste_the_block_in_use)
{
    struct arena a;
    arena_init(&a, 64 << 20);
    char *small = arena_alloc(&a, 16);
    YES(arena_alloc(&a, 10 << 20) != NULL);
    char *next = arena_alloc(&a, 16);
    YES(next > small && next - small <= 64);    /* same block: 16 bytes, and a gap under ASan */
    arena_fini(&a);
}

TEST(strings_are_copied_with_their_nul)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    STR(arena_str(&a, "model"), "model");
    STR(arena_strn(&a, "model", 3), "mod");
    STR(arena_strn(&a, NULL, 0), "");
    STR(arena_fmt(&a, "%s/%d", "shard", 7), "shard/7");
    char *s = arena_strn(&a, "a\0b", 3);
    YES(memcmp(s, "a\0b", 4) == 0);
    arena_fini(&a);
    arena_fini(NULL);
    struct arena unused;
    arena_init(&unused, 1);
    arena_fini(&unused);
}

TEST(grown_arrays_keep_their_items)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    void *items = NULL;
    size_t cap = 0;
    for (size_t n = 0; n < 1000; n++) {
        EQ(arena_grow(&a, &items, &cap, n, sizeof(int)), 0);
        ((int *)items)[n] = (int)n;
    }
    for (int i = 0; i < 1000; i++)
        EQ(((int *)items)[i], i);
    arena_fini(&a);
    arena_init(&a, 64);
    items = NULL;
    cap = 0;
    EQ(arena_grow(&a, &items, &cap, 0, 8), 0);
    EQ(arena_grow(&a, &items, &cap, 8, 8), -1);
    YES(items != NULL && cap == 8);             /* as they were */
    arena_fini(&a);
}

TEST(a_failed_allocation_changes_nothing)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    fault_alloc_at(1);
    YES(arena_alloc(&a, 8) == NULL);
    YES(arena_text(&a, 8) == NULL);
    YES(fault_alloc_hit());
    fault_alloc_at(0);
    EQ(a.used_bytes, 0);
    YES(arena_alloc(&a, 8) != NULL);
    arena_fini(&a);
}

int main(void)
{
    return RUN(CASE(memory_is_zeroed_aligned_and_apart), CASE(text_and_objects_never_meet),
               CASE(the_ceiling_holds_to_the_byte), CASE(sizes_that_wrap_give_null),
               CASE(big_pieces_do_not_waste_the_block_in_use),
               CASE(strings_are_copied_with_their_nul), CASE(grown_arrays_keep_their_items),
               CASE(a_failed_allocation_changes_nothing));
}
