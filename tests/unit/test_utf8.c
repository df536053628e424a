// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/utf8.h"

TEST(every_code_point_goes_around)
{
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        if (cp >= 0xd800 && cp <= 0xdfff)
            continue;
        char out[4];
        unsigned n = utf8_put(cp, out), want = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
        uint32_t back = 0xffffffff;
        if (n != want || utf8_next(span_of(out, n), &back) != n || back != cp)
            fail_msg("U+%04X", cp);
        if (n > 1 && utf8_next(span_of(out, n - 1), &back) != 0)
            fail_msg("U+%04X cut short is accepted", cp);
    }
}

/* All sequences of up to three bytes, and the edges of four, against the table of RFC 3629. */
static unsigned want_bytes(const uint8_t *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    uint8_t lo = 0x80, hi = 0xbf;
    unsigned len = p[0] >= 0xc2 && p[0] <= 0xdf ? 2 : p[0] >= 0xe0 && p[0] <= 0xef ? 3
                 : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : 0;
    lo = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : lo;
    hi = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : hi;
    if (!len || n < len || p[1] < lo || p[1] > hi)
        return 0;
    for (unsigned i = 2; i < len; i++)
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    return len;
}

TEST(invalid_bytes_are_refused_as_the_rfc_says)
{
    static const uint8_t ends[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };
    for (unsigned v = 0; v < 1u << 16; v++)
        for (size_t i = 0; i < 36; i++) {
            uint8_t p[4] = { (uint8_t)(v >> 8), (uint8_t)v, ends[i / 6], ends[i % 6] };
            uint32_t cp;
            for (size_t n = 1; n <= 4; n++)
                if (utf8_next(span_of(p, n), &cp) != want_bytes(p, n))
                    fail_msg("%02x %02x %02x %02x, %zu bytes", p[0], p[1], p[2], p[3], n);
        }
    uint32_t cp;
    EQ(utf8_next(SPAN_NONE, &cp), 0);
}

TEST(the_first_bad_byte_is_named)
{
    char text[64];
    for (size_t at = 0; at < 40; at++) {
        memset(text, 'a', sizeof text);
        text[at] = (char)0xff;
        size_t bad = 99;
        NOT(utf8_valid(span_of(text, 40), &bad));
        EQ(bad, at);
        bad = 99;
        YES(utf8_valid(span_of(text, at), &bad));
        EQ(bad, 99);
    }
    size_t bad = 0;
    NOT(utf8_valid(span_str("01234567\xc3\xa9\xe6\xa8"), &bad));
    EQ(bad, 10);
    YES(utf8_valid(SPAN_NONE, &bad));
}

TEST(columns_on_a_terminal)
{
    static const struct { uint32_t cp; unsigned columns; } want[] = {
        { 'a', 1 }, { 0xe9, 1 }, { 0x301, 0 }, { 0x200b, 0 }, { 0x200d, 0 }, { 0xfe0f, 0 },
        { 0x6a21, 2 }, { 0xac00, 2 }, { 0xff21, 2 }, { 0x1f600, 2 }, { 0x20000, 2 }, { 0x3099, 0 },
        { 0x303f, 1 }, { 0x2500, 1 }, { 0x10ffff, 1 }, { 0xe0100, 0 },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        EQ(utf8_width(want[i].cp), want[i].columns);
}

int main(void)
{
    return RUN(CASE(every_code_point_goes_around), CASE(invalid_bytes_are_refused_as_the_rfc_says),
               CASE(the_first_bad_byte_is_named), CASE(columns_on_a_terminal));
}
