// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"
#include "tests/support/check.h"
#include "text/uni.h"

static const char *form(const char *text, enum uni_form f)
{
    static char out[512];
    struct buf b, run;
    buf_init(&b, sizeof out - 1);
    buf_init(&run, 1u << 20);
    uni_normalize(span_str(text), f, &run, &b);
    EQ(b.error, 0);
    EQ(run.error, 0);
    (void)snprintf(out, sizeof out, "%s", buf_text(&b));
    buf_fini(&b);
    buf_fini(&run);
    return out;
}

TEST(classes)
{
    unsigned major, minor;
    uni_version(&major, &minor);
    EQ(major, 16);
    EQ(uni_cat('a'), UNI_LL);
    EQ(uni_cat('_'), UNI_PC);
    EQ(uni_cat(0x4E00), UNI_LO);
    EQ(uni_cat(0x301), UNI_MN);
    EQ(uni_cat(0x10FFFF), UNI_CN);
    EQ(uni_cat(0x110000), UNI_CN);
    YES(uni_is(0x85, UNI_SPACE));
    YES(uni_is(0x3000, UNI_SPACE));
    NOT(uni_is(0x180E, UNI_SPACE));
    NOT(uni_is(0x200B, UNI_SPACE));
}

TEST(lower_case)
{
    uint32_t out[4];
    EQ(uni_lower('A', out), 1);
    EQ(out[0], 'a');
    EQ(uni_lower(0x130, out), 2);
    EQ(out[1], 0x307);
    EQ(uni_lower(0x3A3, out), 1);
    EQ(out[0], 0x3C3);
    EQ(uni_lower('[', out), 1);
    EQ(out[0], '[');
}

TEST(normal_forms)
{
    STR(form("e\xcc\x81", UNI_NFC), "\xc3\xa9");
    STR(form("\xc3\xa9", UNI_NFD), "e\xcc\x81");
    STR(form("a\xcc\x81\xcc\xa7", UNI_NFC), "\xc3\xa1\xcc\xa7");       /* cedilla sorts first, and does not block */
    STR(form("a\xcc\x81\xcc\x80", UNI_NFC), "\xc3\xa1\xcc\x80");       /* the second accent is blocked */
    STR(form("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", UNI_NFC), "\xed\x95\x9c");
    STR(form("\xed\x95\x9c", UNI_NFD), "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab");
    STR(form("\xef\xac\x83", UNI_NFKC), "ffi");
    STR(form("\xef\xac\x83", UNI_NFC), "\xef\xac\x83");
    STR(form("\xe2\x84\xab", UNI_NFC), "\xc3\x85");
    STR(form("\xe0\xa5\x98", UNI_NFC), "\xe0\xa4\x95\xe0\xa4\xbc");     /* composition exclusion */
    STR(form("\xcc\x81" "a", UNI_NFC), "\xcc\x81" "a");
    STR(form("\xe0\xa7\x87\xe0\xa6\xbe", UNI_NFC), "\xe0\xa7\x8b");     /* two starters compose */
}

/* For every character: the forms are stable, and the quick answer is never wrong in the safe direction. */
TEST(forms_are_stable)
{
    struct buf a, b, run;
    buf_init(&a, 256);
    buf_init(&b, 256);
    buf_init(&run, 4096);
    for (uint32_t cp = 1; cp < 0x110000; cp++) {
        char c[4];
        if (cp - 0xD800 < 0x800)
            continue;
        struct span s = span_of(c, utf8_put(cp, c));
        for (int f = UNI_NFC; f <= UNI_NFKD; f++) {
            buf_reset(&a);
            buf_reset(&b);
            uni_normalize(s, (enum uni_form)f, &run, &a);
            uni_normalize(buf_view(&a), (enum uni_form)f, &run, &b);
            if (!span_eq(buf_view(&a), buf_view(&b)) || (f == UNI_NFC && uni_is_nfc(s) && !span_eq(s, buf_view(&a))))
                fail_msg("U+%04X form %d", cp, f);
        }
    }
    buf_fini(&a);
    buf_fini(&b);
    buf_fini(&run);
}

/* Marks in any number are put in order without a sort that takes the square. */
TEST(long_runs_of_marks)
{
    struct buf in, out, run;
    buf_init(&in, 16u << 20);
    buf_init(&out, 16u << 20);
    buf_init(&run, 64u << 20);
    buf_char(&in, 'a');
    for (int i = 0; i < 500000; i++)
        buf_str(&in, i % 2 ? "\xcc\x81" : "\xcc\xa7");
    uni_normalize(buf_view(&in), UNI_NFD, &run, &out);
    EQ(out.error | run.error, 0);
    EQ(out.n, in.n);
    EQ((uint8_t)out.p[1], 0xCC);
    EQ((uint8_t)out.p[2], 0xA7);
    EQ((uint8_t)out.p[out.n - 1], 0x81);
    buf_fini(&in);
    buf_fini(&out);
    buf_fini(&run);
}

int main(void)
{
    return RUN(CASE(classes), CASE(lower_case), CASE(normal_forms), CASE(forms_are_stable), CASE(long_runs_of_marks));
}
