// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"

#include <assert.h>
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exact in a double, which 10^23 is not. */
static const double powers[] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

enum { DIGITS_MAX = 18, POWER_MAX = 22 };

struct decimal {
    uint64_t digits;            /* as an integer, leading zeros dropped */
    int n_digits;
    int64_t exponent;           /* value = digits * 10^exponent, when n_digits < DIGITS_MAX */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *read_digits(const char *s, struct decimal *d, int step)
{
    for (; is_digit(*s); s++) {
        if (d->n_digits == DIGITS_MAX)          /* above 2^53 already: the rest is for slow() */
            continue;
        d->digits = d->digits * 10 + (uint64_t)(*s - '0');
        d->n_digits += d->digits != 0;
        d->exponent += step;
    }
    return s;
}

/* Beyond any that digits of a text in memory could bring back, it stays where it is. */
static int64_t read_exponent(const char *s)
{
    if (*s != 'e' && *s != 'E')
        return 0;
    s++;
    bool minus = *s == '-';
    if (minus || *s == '+')
        s++;
    int64_t v = 0;
    for (; is_digit(*s); s++)
        if (v < INT64_MAX / 100)
            v = v * 10 + (*s - '0');
    return minus ? -v : v;
}

static double slow(const char *text)
{
    if (strcmp(nl_langinfo(RADIXCHAR), ".") == 0)
        return strtod(text, NULL);
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);  /* glibc's own static one: no memory */
    double v = c ? strtod_l(text, NULL, c) : strtod(text, NULL);
    if (c)
        freelocale(c);
    return v;
}

double num_double(const char *text)
{
    struct decimal d = { 0 };
    bool minus = *text == '-';
    const char *s = text + (minus || *text == '+');
    s = read_digits(s, &d, 0);
    if (*s == '.')
        s = read_digits(s + 1, &d, -1);
    d.exponent += read_exponent(s);
    if (d.digits > (uint64_t)1 << 53 || d.exponent < -POWER_MAX || d.exponent > POWER_MAX)
        return slow(text);
    double v = (double)d.digits;
    v = d.exponent < 0 ? v / powers[-d.exponent] : v * powers[d.exponent];
    return minus ? -v : v;
}

static bool all_zero(const char *s)
{
    return s[strspn(s, "-0.")] == 0;
}

size_t num_format(double v, int decimals, char out[NUM_TEXT_BYTES])
{
    assert(isfinite(v) && decimals >= -1 && decimals <= 17);
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), old = (locale_t)0;
    if (c)
        old = uselocale(c);
    int n = 0;
    if (decimals >= 0)
        n = snprintf(out, NUM_TEXT_BYTES, "%.*f", decimals, v);
    else
        for (int digits = 15; digits <= 17; digits++) {
            n = snprintf(out, NUM_TEXT_BYTES, "%.*g", digits, v);
            if (strtod(out, NULL) == v)
                break;
        }
    if (c) {
        (void)uselocale(old);
        freelocale(c);
    }
    if (out[0] == '-' && all_zero(out))
        memmove(out, out + 1, (size_t)n--);
    return (size_t)n;
}
