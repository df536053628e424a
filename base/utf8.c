// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <assert.h>

unsigned utf8_next(struct span s, uint32_t *cp)
{
    if (s.n == 0)
        return 0;
    uint8_t b = s.p[0];
    if (b < 0x80) {
        *cp = b;
        return 1;
    }
    unsigned n = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
    if (b < 0xc2 || b > 0xf4 || s.n < n)
        return 0;
    uint32_t v = b & (0x7fu >> n);
    for (unsigned i = 1; i < n; i++) {
        if ((s.p[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (s.p[i] & 0x3fu);
    }
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
        return 0;
    *cp = v;
    return n;
}

unsigned utf8_put(uint32_t cp, char out[4])
{
    assert(cp <= 0x10ffff && !(cp >= 0xd800 && cp <= 0xdfff));
    unsigned n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    if (n == 1) {
        out[0] = (char)cp;
        return 1;
    }
    for (unsigned i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3f));
    out[0] = (char)((0xf0u << (4 - n) & 0xff) | cp);
    return n;
}

bool utf8_valid(struct span s, size_t *bad)
{
    uint32_t cp;
    for (size_t i = 0; i < s.n;) {
        if (s.n - i >= 8 && !(le64(s.p + i) & 0x8080808080808080)) {
            i += 8;
            continue;
        }
        unsigned n = utf8_next(span_sub(s, i, s.n), &cp);
        if (!n) {
            *bad = i;
            return false;
        }
        i += n;
    }
    return true;
}

struct range { uint32_t from, to; };

static bool in_ranges(uint32_t cp, const struct range *r, size_t n)
{
    for (size_t i = 0; i < n && r[i].from <= cp; i++)
        if (cp <= r[i].to)
            return true;
    return false;
}

/* Source: Unicode 15, general categories Mn, Me and Cf of the scripts in wide use, East Asian Width. */
unsigned utf8_width(uint32_t cp)
{
    static const struct range none[] = {
        { 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x5bf, 0x5bf }, { 0x5c1, 0x5c2 },
        { 0x610, 0x61a }, { 0x64b, 0x65f }, { 0x670, 0x670 }, { 0x6d6, 0x6dc }, { 0x900, 0x902 },
        { 0x93c, 0x93c }, { 0x941, 0x948 }, { 0x94d, 0x94d }, { 0xe31, 0xe31 }, { 0xe34, 0xe3a },
        { 0xe47, 0xe4e }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f },
        { 0x202a, 0x202e }, { 0x2060, 0x2064 }, { 0x2066, 0x206f }, { 0x20d0, 0x20ff },
        { 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
        { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
    };
    static const struct range wide[] = {
        { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 },
        { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 },
        { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
    };
    if (in_ranges(cp, none, sizeof none / sizeof *none))
        return 0;
    return in_ranges(cp, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}
