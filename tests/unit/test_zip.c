// SPDX-License-Identifier: Apache-2.0
/* The ZIP reader: what every reader of an archive could come to, and each lie by its name and place. */
#include "tests/support/check.h"

#include "format/zip_int.h"
#include "tests/support/faults.h"
#include "tests/support/zip_make.h"

static struct zm made;

/* "3 members 1 hidden | second-end@..": oddities by number of kind, with their offsets. */
static const char *told(struct span in)
{
    static char text[2048];
    struct arena a;
    struct zip z;
    uint8_t *exact = malloc(in.n ? in.n : 1);           /* so that a sanitizer sees a read beyond */
    memcpy(exact, in.p, in.n);
    arena_init(&a, 64 << 20);
    int rc = zip_open(span_of(exact, in.n), &a, &z, NULL);
    int at = snprintf(text, sizeof text, "%s", rc == ERR_FORMAT ? "no archive" : "");
    for (uint32_t i = 0; !rc && i < z.n_members; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%s%s%.*s:%zu", i ? " " : "", z.members[i].hidden ? "?" : "",
                       SPAN_ARG(z.members[i].name), z.members[i].packed.n);
    for (size_t i = 0; !rc && i < z.n_odds; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, " | %.23s @%llu", zip_odd_text(z.odds[i].kind),
                       (unsigned long long)z.odds[i].at);
    arena_fini(&a);
    free(exact);
    return text;
}

static const char *told_made(void)
{
    return told(span_of(made.p, made.n));
}

static void one(const char *name, struct zm_lie lie)
{
    made.n = made.n_dir = made.n_entries = 0;
    zm_add(&made, name, "N.", 2, lie);
    zm_end(&made, 0);
}

#define LIE(...) (struct zm_lie){ __VA_ARGS__ }
#define ONE(text, ...) do { one("a", (struct zm_lie){ __VA_ARGS__ }); STR(told_made(), text); } while (0)

TEST(honest_archives_have_no_oddity)
{
    one("a", LIE(0));
    STR(told_made(), "a:2");
    ONE("a:4", .method = 8);
    ONE("a:2", .descriptor = true);
    made.n = 0;
    zm_end(&made, 0);
    STR(told_made(), "");
    zm_int(made.p + 20, 5, 2);
    zm_put(&made, "hello", 5);
    STR(told_made(), "");
}

TEST(each_lie_has_its_name_and_its_place)
{
    ONE("a:2 | local header and centra @0", .local_name = "b");
    ONE("a:2 | flag bits that no write @0", .flags = 0x20);
    ONE("a:2", .flags = 0x800);
    ONE("a:2 | local header and centra @0", .local_flags = 1);
    ONE("a:2 | local header and centra @0", .local_bytes = 3);
    ONE("a:2 | local header and centra @0", .local_crc = 3);
    ONE("a:2 | local header and centra @0 | a stored member has two @0", .bytes = 1, .local_bytes = 2);
    ONE("a:0 ?a:2 | there is no local heade @33 | a local header that the @0 | two members have one na @0", .unlocal = true);
    ONE("?a:2 | a local header that the @0", .unnamed = true);
}

TEST(two_members_and_what_lies_between_them)
{
    one("a", LIE(0));
    made.n = 0;
    zm_add(&made, "a", "N.", 2, LIE(0));
    zm_put(&made, "\0\0\0", 3);
    zm_add(&made, "b", "N.", 2, LIE(0));
    zm_end(&made, 0);
    STR(told_made(), "a:2 b:2");
    made.n = 0;
    zm_add(&made, "a", "N.", 2, LIE(0));
    zm_put(&made, "gap", 3);
    zm_add(&made, "c", "N.", 2, LIE(.unnamed = true));
    zm_add(&made, "a", "N.", 2, LIE(0));
    zm_end(&made, 0);
    STR(told_made(), "a:2 a:2 ?c:2 | bytes stand between mem @33 | a local header that the @36 | two members have one na @69");
    made.n = 0;
    zm_add(&made, "a", "0123456789", 10, LIE(0));
    zm_add(&made, "b", "N.", 2, LIE(.add_at = -41));
    zm_end(&made, 0);
    STR(told_made(), "a:10 b:2 ?b:2 | local header and centra @0 | local header and centra @0 | local header and centra @0 | "
                     "members lie over one an @0 | a local header that the @41 | two members have one na @41");
}

TEST(bytes_before_and_behind)
{
    made.n = made.n_dir = made.n_entries = 0;
    zm_put(&made, "#!/bin/sh\n", 10);
    zm_add(&made, "a", "N.", 2, LIE(.add_at = -10));
    zm_end(&made, 10);
    STR(told_made(), "a:2 | bytes stand before the  @0");       /* zipfile takes it, miniz does not */
    made.n = 0;
    zm_put(&made, "#!/bin/sh\n", 10);
    zm_add(&made, "a", "N.", 2, LIE(0));
    zm_end(&made, 0);
    STR(told_made(), "a:2 | bytes stand before the  @0");
    one("a", LIE(0));
    zm_put(&made, "x", 1);
    STR(told_made(), "a:2 | bytes follow the end re @80");
}

TEST(two_end_records_are_two_archives)
{
    static uint8_t far[66000 + 200];
    one("a", LIE(0));
    memcpy(far, made.p, made.n);                                /* no comment is that long, and miniz looks there */
    STR(told(span_of(far, made.n + 66000)), "a:2 | bytes follow the end re @80");
    struct zm *z = &made;
    one("a", LIE(0));
    size_t first = z->n;
    zm_int(z->p + first - 2, 4 + 22 + 47, 2);                   /* the comment is a second directory and end */
    zm_put(z, "PK\5\7", 4);
    zm_central(z, "b", &(struct zm_lie){ 0 }, 0, 2, 2, 0);
    zm_end(z, 0);
    STR(told_made(), "b:2 | local header and centra @0 | local header and centra @0 | bytes stand between mem @33");
}

static void put_zip64(struct zm *z, uint64_t n, uint64_t bytes, uint64_t dir_at)
{
    uint8_t h[56] = { 'P', 'K', 6, 6, 44 }, l[20] = { 'P', 'K', 6, 7 };
    zm_int(h + 24, n, 8);
    zm_int(h + 32, n, 8);
    zm_int(h + 40, bytes, 8);
    zm_int(h + 48, dir_at, 8);
    zm_int(l + 8, z->n, 8);
    zm_int(l + 16, 1, 4);
    zm_put(z, h, sizeof h);
    zm_put(z, l, sizeof l);
}

static void zip64(uint64_t n, uint64_t bytes, uint64_t dir_at)
{
    uint8_t end[22];
    one("a", LIE(0));
    made.n -= 22;
    memcpy(end, made.p + made.n, 22);
    put_zip64(&made, n, bytes, dir_at);
    zm_put(&made, end, 22);
}

TEST(the_64_bit_end_must_agree)
{
    zip64(1, 47, 33);
    STR(told_made(), "a:2");
    memset(made.p + made.n - 14, 0xff, 12);
    STR(told_made(), "a:2");
    zip64(2, 47, 33);
    STR(told_made(), "a:2 | the end record and its  @80 | the central directory i @80");
    zip64(1, UINT64_MAX, 33);
    YES(strstr(told_made(), "the end record and its  @80") != NULL);
    zip64(1, 47, UINT64_MAX - 1);
    YES(strstr(told_made(), "the end record and its  @80") != NULL);
    zip64(1, 47, 33);
    made.p[80] = 'Q';
    YES(strstr(told_made(), "the end record and its  @136") != NULL);
}

TEST(extra_fields_are_read_as_their_owner_would)
{
    uint64_t bytes = UINT32_MAX, packed = UINT32_MAX, at = 5;
    static const uint8_t wide[] = { 9, 0, 1, 0, 7, 1, 0, 16, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0 };
    YES(zip_extra(span_of(wide, sizeof wide), SPAN_NONE, &bytes, &packed, &at));
    EQ(bytes, 0x201);
    EQ(packed, 3);
    EQ(at, 5);
    bytes = UINT32_MAX;
    NOT(zip_extra(span_of(wide, sizeof wide - 1), SPAN_NONE, &bytes, &packed, &at));
    NOT(zip_extra(span_of("\1\0\4\0abcd", 8), SPAN_NONE, &bytes, &packed, &at));
    YES(zip_extra(span_of("up\6\0\1crc_a", 10), span_str("a"), &bytes, &packed, &at));
    NOT(zip_extra(span_of("up\6\0\1crc_b", 10), span_str("a"), &bytes, &packed, &at));
}

TEST(every_prefix_and_every_flipped_byte_ends)
{
    made.n = made.n_dir = made.n_entries = 0;
    zm_add(&made, "data.pkl", "N.", 2, LIE(.descriptor = true));
    zm_add(&made, "b", "0123456789012345678901234567890123456789", 40, LIE(.method = 8));
    zm_end(&made, 0);
    YES(strstr(told(span_of(made.p, made.n)), "|") == NULL);
    for (size_t n = 0; n < made.n; n++)
        YES(strstr(told(span_of(made.p, n)), n < 30 ? "no archive" : "there is no end record") != NULL);
    for (size_t i = 0; i < made.n * 8; i++) {
        made.p[i / 8] ^= (uint8_t)(1u << i % 8);
        (void)told_made();
        made.p[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

TEST(sniffing_takes_the_front_or_the_end)
{
    one("a", LIE(0));
    EQ(zip_sniff(span_of(made.p, made.n)), 95);
    EQ(zip_sniff(span_of(made.p + 1, made.n - 1)), 40);
    EQ(zip_sniff(span_of(made.p + 40, 39)), 0);
    EQ(zip_sniff(SPAN_NONE), 0);
    EQ(zip_sniff(span_of("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22)), 95);
}

TEST(no_allocation_failure_is_lost)
{
    made.n = made.n_dir = made.n_entries = 0;
    zm_put(&made, "prefix", 6);
    for (int i = 0; i < 12; i++)
        zm_add(&made, "a", "N.", 2, LIE(.unnamed = i & 1, .flags = 0x20));
    zm_end(&made, 0);
    for (size_t n = 1;; n++) {
        struct arena a;
        struct zip z;
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        int rc = zip_open(span_of(made.p, made.n), &a, &z, NULL);
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
    return RUN(CASE(honest_archives_have_no_oddity), CASE(each_lie_has_its_name_and_its_place),
               CASE(two_members_and_what_lies_between_them), CASE(bytes_before_and_behind),
               CASE(two_end_records_are_two_archives), CASE(the_64_bit_end_must_agree),
               CASE(extra_fields_are_read_as_their_owner_would), CASE(every_prefix_and_every_flipped_byte_ends),
               CASE(sniffing_takes_the_front_or_the_end), CASE(no_allocation_failure_is_lost));
}
