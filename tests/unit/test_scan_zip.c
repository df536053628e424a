// SPDX-License-Identifier: Apache-2.0
/* The judge of ZIP archives and of what torch puts into them. */
#include "tests/support/judged.h"

#include "scan/member.h"
#include "tests/support/faults.h"
#include "tests/support/zip_make.h"

#define EVIL "cos\nsystem\n(X\2\0\0\0idtR."
#define LIE(...) (struct zm_lie){ __VA_ARGS__ }

static struct zm made;

static const char *judged(struct span in)
{
    return judged_as(in, "x.zip");
}

static void begin(void)
{
    made.n = made.n_dir = made.n_entries = 0;
}

static const char *done(void)
{
    zm_end(&made, 0);
    return judged(span_of(made.p, made.n));
}

static const char *one(const char *name, const char *bytes, size_t n, struct zm_lie lie)
{
    begin();
    zm_add(&made, name, bytes, n, lie);
    return done();
}

#define ONE(name, bytes, text, ...) STR(one(name, bytes, sizeof bytes - 1, (struct zm_lie){ __VA_ARGS__ }), text)

TEST(members_are_scanned_by_their_content)
{
    ONE("a.txt", EVIL, "UNSAFE pickle-global@0 pickle-call@20", .method = 0);
    ONE("a.txt", EVIL, "UNSAFE pickle-global@0 pickle-call@20", .method = 8);
    ONE("a.txt", EVIL, "UNSAFE pickle-global@0 pickle-call@20", .descriptor = true);
    ONE("a.pkl", "N.", "CLEAN", .method = 8);
    ONE("a", "N.", "INCOMPLETE archive-codec@0", .method = 93);
    ONE("a/", "", "CLEAN", .method = 0);
}

TEST(what_readers_take_differently_is_unsafe_when_a_loader_could_run_it)
{
    ONE("a.pkl", "N.", "UNSAFE zip-disagreement@0", .local_name = "b.pkl");
    ONE("a.dat", "\1\2\3\4", "REVIEW archive-odd@0 unknown-format@0", .local_name = "b");
    ONE("a.pkl", "N.", "UNSAFE zip-disagreement@0", .flags = 0x40);
    ONE("a.pkl", "N.", "UNSAFE zip-disagreement@0", .flags = 1);
    ONE("a.pkl", "N.", "UNSAFE zip-disagreement@0", .flags = 1, .method = 8);
    ONE("a.pkl", "N.", "UNSAFE zip-disagreement@0", .crc = 5);
    ONE("a.pkl", "N.", "UNSAFE zip-disagreement@0", .crc = 5, .method = 8);
    ONE("a.dat", "\1\2\3\4", "INCOMPLETE unknown-format@0 archive-broken@0", .crc = 5);
    ONE("a.pkl", "N.", "UNSAFE zip-disagreement@0", .bytes = 1, .method = 8);
    ONE("a", "\x0b\x0c\x0d\x0e\x0f\x10", "INCOMPLETE archive-encrypted@0", .flags = 1, .crc = 5);
    begin();
    zm_add(&made, "a.pkl", "N.", 2, LIE(0));
    zm_add(&made, "a.pkl", EVIL, sizeof EVIL - 1, LIE(0));
    STR(done(), "UNSAFE zip-disagreement@37 pickle-global@0 pickle-call@20");
    begin();
    zm_add(&made, "a.pkl", "N.", 2, LIE(0));
    zm_add(&made, "b.pkl", EVIL, sizeof EVIL - 1, LIE(.unnamed = true));
    STR(done(), "UNSAFE zip-disagreement@37 pickle-global@0 pickle-call@20");
    begin();
    zm_put(&made, EVIL, sizeof EVIL - 1);
    zm_add(&made, "a.pkl", "N.", 2, LIE(0));
    YES(strncmp(done(), "UNSAFE pickle-global@0 pickle-call@20 pickle", 44) == 0);  /* a pickle first */
    begin();
    zm_add(&made, "a.pkl", "N.", 2, LIE(0));
    zm_put(&made, EVIL, sizeof EVIL - 1);
    zm_add(&made, "b.pkl", "N.", 2, LIE(0));
    STR(done(), "UNSAFE archive-odd@37 pickle-global@0 pickle-call@20");
}

TEST(names_and_links_that_lead_out)
{
    ONE("../a.pkl", "N.", "UNSAFE archive-escape@0", .method = 0);
    ONE("x/../a.pkl", "N.", "UNSAFE archive-escape@0", .method = 0);
    ONE("/a.pkl", "N.", "UNSAFE archive-escape@0", .method = 0);
    ONE("C:a.pkl", "N.", "UNSAFE archive-escape@0", .method = 0);
    ONE("..\\a.pkl", "N.", "UNSAFE archive-escape@0", .method = 0);
    ONE("x\\a.pkl", "N.", "REVIEW archive-odd@0", .method = 0);
    ONE("..a.pkl", "N.", "CLEAN", .method = 0);
    ONE("x/a..", "N.", "CLEAN", .method = 0);
    ONE("x/l", "../b", "REVIEW archive-link@0", .mode = 0120777);
    ONE("l", "../b", "UNSAFE archive-escape@0", .mode = 0120777);
    ONE("l", "/etc/passwd", "UNSAFE archive-escape@0", .mode = 0120777);
}

/* ---- torch ------------------------------------------------------------------------------ */

#define STORAGE(key, n) "((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" key "X\x03\0\0\0cpuK" n "tQt"

static void torch(const char *key, size_t n)
{
    static const char pickle[] = "\x80\x02(" STORAGE("0", "\x04") STORAGE("1", "\x02") "t.";
    static const char zeros[64];
    char name[40];
    begin();
    zm_add(&made, "archive/data.pkl", pickle, sizeof pickle - 1, LIE(0));
    zm_add(&made, "archive/data/0", zeros, 16, LIE(.method = 8));
    (void)snprintf(name, sizeof name, "archive/data/%s", key);
    zm_add(&made, name, zeros, n, LIE(0));
    zm_add(&made, "archive/version", "3\n", 2, LIE(0));
    zm_add(&made, "archive/byteorder", "little", 6, LIE(0));
    zm_add(&made, "archive/.data/serialization_id", "0123456789", 10, LIE(0));
}

TEST(storages_are_what_the_pickle_asks_for)
{
    torch("1", 8);
    STR(done(), "CLEAN");
    torch("1", 12);
    STR(done(), "REVIEW unknown-format@0");
    torch("1", 4);
    YES(strncmp(done(), "UNSAFE torch-storage@", 21) == 0);
    torch("2", 8);
    STR(done(), "INCOMPLETE unknown-format@0 archive-broken@0");
    torch("1", 8);
    zm_add(&made, "archive/code/__torch__/m.py", "def forward(self):\n", 19, LIE(.method = 8));
    YES(strncmp(done(), "REVIEW torchscript-code@", 24) == 0);
    torch("1", 8);
    zm_add(&made, "archive/code/__torch__/m.py", EVIL, sizeof EVIL - 1, LIE(0));
    STR(done(), "UNSAFE pickle-global@0 pickle-call@20");
    torch("1", 8);
    zm_add(&made, "archive/byteorder", "cos\nsystem\n.", 12, LIE(0));
    YES(strncmp(done(), "UNSAFE zip-disagreement", 23) == 0);
}

/* ---- size ------------------------------------------------------------------------------- */

TEST(archives_in_archives_end)
{
    static struct zm outer;
    one("a.pkl", EVIL, sizeof EVIL - 1, LIE(.method = 8));
    for (int depth = 0; depth < 12; depth++) {
        const char *told = judged(span_of(made.p, made.n));
        YES(strstr(told, depth < 8 ? "pickle-call" : "too-deep") != NULL);
        outer.n = outer.n_dir = outer.n_entries = 0;
        zm_add(&outer, "a", made.p, made.n, LIE(.method = depth & 1 ? 8 : 0));
        zm_end(&outer, 0);
        made = outer;
    }
}

TEST(members_larger_than_memory_are_incomplete)
{
    static uint8_t packed[1 << 16];
    struct arena a;
    uint8_t *zeros = calloc(1, SCAN_MEMORY_MAX + 1);
    size_t n = zm_deflate(zeros, SCAN_MEMORY_MAX + 1, packed, sizeof packed);
    struct unpack_how how = { .codec = UNPACK_DEFLATE };
    struct scan s;
    struct unpacked u;
    struct scan_node node = { .path = "x", .name = "x" };
    struct member m = { .s = &s, .outer = &node, .name = "big" };
    arena_init(&a, 64 << 20);
    scan_init(&s, &judged_list, &a);
    EQ(member_unpack(&m, span_of(packed, n), &how, &u, NULL), 0);
    STR(s.findings[0].rule->word, "archive-large");
    EQ(s.verdict, SCAN_INCOMPLETE);
    scan_init(&s, &judged_list, &a);
    s.inflated_bytes = SCAN_RATIO_FROM;                         /* the budget of an empty file is spent */
    EQ(member_unpack(&m, span_of(packed, n), &how, &u, NULL), 0);
    STR(s.findings[0].rule->word, "archive-bomb");
    scan_init(&s, &judged_list, &a);
    EQ(member_unpack(&m, span_of(packed, n - 9), &how, &u, NULL), 0);
    arena_fini(&a);
    free(zeros);
}

TEST(names_are_shown_as_text)
{
    struct arena a;
    char long_name[300];
    arena_init(&a, 1 << 20);
    STR(member_name(&a, span_str("a\x1b[0m\xff.pkl")), "a\\x1b[0m\\xff.pkl");
    STR(member_name(&a, span_str("\xc3\xa9")), "\xc3\xa9");
    STR(member_name(&a, span_str("a\xe2\x80\xae" "b")), "a\\xe2\\x80\\xae" "b");
    memset(long_name, 'a', sizeof long_name);
    memcpy(long_name + sizeof long_name - 4, ".pkl", 4);
    EQ(strlen(member_name(&a, span_of(long_name, sizeof long_name))), 150);
    memset(long_name, 1, sizeof long_name);
    YES(strlen(member_name(&a, span_of(long_name, sizeof long_name))) <= 200);
    arena_fini(&a);
}

TEST(no_allocation_failure_is_lost)
{
    static struct zm in;
    struct scan_node node = { .path = "x.zip", .name = "x.zip" };
    torch("1", 4);
    zm_add(&made, "e.pkl", EVIL, sizeof EVIL - 1, LIE(.method = 8, .flags = 1));
    zm_add(&made, "../l", "x", 1, LIE(.mode = 0120777));
    zm_end(&made, 0);
    in = made;
    node.in = span_of(in.p, in.n);
    for (size_t n = 1;; n++) {
        struct arena a;
        struct scan s;
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        scan_init(&s, &judged_list, &a);
        int rc = scan_bytes(&s, &node, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(members_are_scanned_by_their_content),
        CASE(what_readers_take_differently_is_unsafe_when_a_loader_could_run_it), CASE(names_and_links_that_lead_out),
        CASE(storages_are_what_the_pickle_asks_for), CASE(archives_in_archives_end),
        CASE(members_larger_than_memory_are_incomplete), CASE(names_are_shown_as_text),
        CASE(no_allocation_failure_is_lost),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
