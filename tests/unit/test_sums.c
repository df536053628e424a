// SPDX-License-Identifier: Apache-2.0
/* format/sums.h: the lines that sha256sum, shasum, openssl and BSD's sha256 write, and others. */
#include "tests/support/check.h"

#include "format/sums.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define UPPER "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
#define SHA1 "0011223344556677889900112233445566778899"

static void is(const char *text, enum sums_kind kind, const char *path)
{
    struct sums s = { .in = span_str(text) };
    struct sums_line l;
    struct arena a;
    arena_init(&a, 1 << 20);
    YES(sums_next(&s, &l));
    if (l.kind != kind)
        fail_msg("\"%s\" gives kind %d, not %d", text, (int)l.kind, (int)kind);
    STR(l.sha256, kind == SUMS_SHA256 ? HEX : "");
    if (kind != SUMS_NOISE)
        STR(sums_path(&l, &a), path);
    NOT(sums_next(&s, &l));
    arena_fini(&a);
}

TEST(every_form_is_read)
{
    is(HEX "  a b.gguf\n", SUMS_SHA256, "a b.gguf");
    is(HEX " *a.gguf\r\n", SUMS_SHA256, "a.gguf");
    is(UPPER "\t./x/./a", SUMS_SHA256, "x/./a");
    is("sha256:" HEX "  a", SUMS_SHA256, "a");
    is("\\" HEX "  a\\nb\\\\c\\rd", SUMS_SHA256, "a\nb\\c\rd");
    is(HEX "  a\\nb", SUMS_SHA256, "a\\nb");             /* no mark in front: nothing is escaped */
    is("SHA256 (a (1).gguf) = " HEX, SUMS_SHA256, "a (1).gguf");
    is("SHA2-256(a)= " HEX, SUMS_SHA256, "a");
    is("SHA256(a = b) = " HEX, SUMS_SHA256, "a = b");
    is(HEX, SUMS_SHA256, "");
    is(SHA1 "  a", SUMS_OTHER, "a");
    is("MD5 (a) = 00112233445566778899aabbccddeeff", SUMS_OTHER, "a");
    is("SHA3-256 (a) = " HEX, SUMS_OTHER, "a");
    is("BLAKE2b-256 (a) = " HEX, SUMS_OTHER, "a");
    is("SHA2-512/256(a)= " HEX, SUMS_OTHER, "a");
}

TEST(other_lines_are_noise)
{
    static const char *const lines[] = { "hello", HEX "0  a", HEX "x", "SHA256 (a) = " HEX " b", "SHA256 a = " HEX,
                                         "SHA256 () = " HEX, "<b>SHA256 (a) = " HEX, "0011  a", "(", "=", "\\", "sha256:",
                                         "SHA256 (a) = ", "(a) == ", ")=(" HEX };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        is(lines[i], SUMS_NOISE, "");
    struct sums s = { .in = span_str("\n  \n# " HEX "  a\n\r\n") };
    struct sums_line l;
    NOT(sums_next(&s, &l));
}

TEST(lines_and_bytes_are_counted)
{
    struct sums s = { .in = span_str("# list\n\n" HEX "  a\r\n" HEX "  b") };
    struct sums_line l;
    YES(sums_next(&s, &l));
    EQ(l.line, 3);
    EQ(l.byte_from, 8);
    EQ(l.byte_to, 8 + 67);
    YES(sums_next(&s, &l));
    EQ(l.line, 4);
    EQ(l.byte_to, s.in.n);
}

int main(void)
{
    return RUN(CASE(every_form_is_read), CASE(other_lines_are_noise), CASE(lines_and_bytes_are_counted));
}
