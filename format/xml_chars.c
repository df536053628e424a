// SPDX-License-Identifier: Apache-2.0
/* Which characters XML has, and which of them make names. The table is the part of the fourth edition's that covers
 * Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Devanagari, Thai, Kana, Hangul and the ideographs; xml_diff.py holds
 * each code point against expat. */
#include "base/utf8.h"
#include "format/xml_int.h"

bool xml_is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

bool xml_char_allowed(uint32_t cp)
{
    return cp >= 0x20 ? cp < 0xd800 || (cp >= 0xe000 && cp != 0xfffe && cp != 0xffff && cp <= 0x10ffff)
                      : cp == '\t' || cp == '\n' || cp == '\r';
}

unsigned xml_char(struct span in, size_t pos, uint32_t *cp)
{
    if (pos < in.n && in.p[pos] < 0x80) {
        *cp = in.p[pos];
        return xml_char_allowed(*cp);
    }
    unsigned n = utf8_next(span_sub(in, pos, 4), cp);
    return n && xml_char_allowed(*cp) ? n : 0;
}

static bool in_table(const uint16_t table[][2], size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= table[i][0] && cp <= table[i][1])
            return true;
    return false;
}

bool xml_name_starts(uint32_t cp)
{
    static const uint16_t letters[][2] = {
        { 0xc0, 0xd6 }, { 0xd8, 0xf6 }, { 0xf8, 0x131 }, { 0x134, 0x13e }, { 0x141, 0x148 }, { 0x14a, 0x17e },
        { 0x180, 0x1c3 }, { 0x388, 0x38a }, { 0x38e, 0x3a1 }, { 0x3a3, 0x3ce }, { 0x401, 0x40c }, { 0x40e, 0x44f },
        { 0x451, 0x45c }, { 0x45e, 0x481 }, { 0x531, 0x556 }, { 0x561, 0x586 }, { 0x5d0, 0x5ea }, { 0x621, 0x63a },
        { 0x641, 0x64a }, { 0x905, 0x939 }, { 0xe01, 0xe2e }, { 0x1e00, 0x1e9b }, { 0x1ea0, 0x1ef9 }, { 0x3007, 0x3007 },
        { 0x3041, 0x3094 }, { 0x30a1, 0x30fa }, { 0x4e00, 0x9fa5 }, { 0xac00, 0xd7a3 },
    };
    if (cp < 0x80)
        return (cp | 32) - 'a' < 26 || cp == '_';
    return in_table(letters, sizeof letters / sizeof *letters, cp);
}

bool xml_name_goes_on(uint32_t cp)
{
    static const uint16_t more[][2] = {
        { 0xb7, 0xb7 }, { 0x300, 0x345 }, { 0x660, 0x669 }, { 0x93e, 0x94c }, { 0x966, 0x96f }, { 0xe47, 0xe4e },
        { 0x3005, 0x3005 }, { 0x3099, 0x309a }, { 0x30fc, 0x30fe },
    };
    if (cp < 0x80)
        return xml_name_starts(cp) || cp - '0' < 10 || cp == '-' || cp == '.' || cp == ':';
    return xml_name_starts(cp) || in_table(more, sizeof more / sizeof *more, cp);
}
