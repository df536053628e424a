// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_case.h"

#include "text/jinja_case_int.h"

static bool row_of(const struct case_row *rows, size_t n, uint32_t cp, uint32_t *to)
{
    size_t from = 0, end = n;
    while (from < n) {
        size_t mid = from + (n - from) / 2;
        if (cp > rows[mid].last)
            from = mid + 1;
        else
            n = mid;
    }
    if (from == end || rows[from].first > cp || (cp - rows[from].first) % rows[from].step)
        return false;
    *to = (uint32_t)((int64_t)cp + rows[from].diff);
    return true;
}

static size_t long_of(const struct case_long *rows, size_t n, uint32_t cp, uint32_t out[3])
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].cp == cp) {
            size_t k = 0;
            for (; k < 3 && rows[i].to[k]; k++)
                out[k] = rows[i].to[k];
            return k;
        }
    return 0;
}

static bool in_ranges(const struct case_range *rows, size_t n, uint32_t cp, uint32_t *first)
{
    size_t from = 0, to = n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (cp > rows[mid].last)
            from = mid + 1;
        else
            to = mid;
    }
    if (from == n || cp < rows[from].first)
        return false;
    *first = rows[from].first;
    return true;
}

size_t case_map(enum case_to to, uint32_t cp, uint32_t out[3])
{
    size_t n = 0;
    out[0] = cp;
    if (cp < 0x80) {
        bool lower = cp >= 'a' && cp <= 'z', upper = cp >= 'A' && cp <= 'Z';
        out[0] = to == CASE_LOWER ? (upper ? cp + 32 : cp) : lower ? cp - 32 : cp;
        return 1;
    }
    if (to == CASE_LOWER) {
        n = long_of(case_lower_long, case_lower_long_n, cp, out);
        if (!n)
            (void)row_of(case_lower, case_lower_n, cp, out);
        return n ? n : 1;
    }
    if (to == CASE_TITLE) {
        n = long_of(case_title_long, case_title_long_n, cp, out);
        if (n || row_of(case_title, case_title_n, cp, out))
            return n ? n : 1;
    }
    n = long_of(case_upper_long, case_upper_long_n, cp, out);
    if (!n)
        (void)row_of(case_upper, case_upper_n, cp, out);
    return n ? n : 1;
}

bool case_lowered(uint32_t cp)
{
    uint32_t first;
    return in_ranges(case_is_lower, case_is_lower_n, cp, &first);
}

bool case_uppered(uint32_t cp)
{
    uint32_t first;
    return in_ranges(case_is_upper, case_is_upper_n, cp, &first);
}

bool case_cased(uint32_t cp)
{
    uint32_t first;
    return case_lowered(cp) || case_uppered(cp) || in_ranges(case_is_title, case_is_title_n, cp, &first);
}

bool case_is_space(uint32_t cp)
{
    if (cp < 0x80)
        return cp == ' ' || (cp >= 9 && cp <= 13) || (cp >= 0x1c && cp <= 0x1f);
    return cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 ||
           cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

bool case_printable(uint32_t cp)
{
    uint32_t first;
    return cp < 0x80 ? cp >= 0x20 && cp < 0x7f : !in_ranges(case_unprintable, case_unprintable_n, cp, &first);
}

int case_digit(uint32_t cp)
{
    uint32_t first;
    return in_ranges(case_decimal, case_decimal_n, cp, &first) ? (int)((cp - first) % 10) : -1;
}
