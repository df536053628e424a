// SPDX-License-Identifier: Apache-2.0
#include "openness/near.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_kept(uint8_t b)
{
    return is_digit((char)b) || (near_lower((char)b) >= 'a' && near_lower((char)b) <= 'z') || b >= 0x80;
}

/* The next word at s[*at]: letters and digits, and a point between digits. */
static struct span next_word(struct span s, size_t *at)
{
    while (*at < s.n && !is_kept(s.p[*at]))
        (*at)++;
    size_t from = *at;
    while (*at < s.n && (is_kept(s.p[*at]) || (s.p[*at] == '.' && *at > from && is_digit((char)s.p[*at - 1]) &&
                                               *at + 1 < s.n && is_digit((char)s.p[*at + 1]))))
        (*at)++;
    return span_sub(s, from, *at - from);
}

static bool word_is(struct span w, const char *word)
{
    size_t i = 0;
    while (i < w.n && word[i] && near_lower((char)w.p[i]) == word[i])
        i++;
    return i == w.n && !word[i];
}

static bool tells_nothing(struct span w)
{
    static const char *const words[] = { "license", "licence", "licensed", "agreement", "the", "version", "v",
                                         "international", "unported", "clause", "s" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (word_is(w, words[i]))
            return true;
    return false;
}

/* "v2.0" and "2.0.0" become "2". */
static struct span trim_version(struct span w)
{
    if (w.n >= 2 && near_lower((char)w.p[0]) == 'v' && is_digit((char)w.p[1]))
        w = span_sub(w, 1, w.n);
    while (w.n >= 3 && w.p[w.n - 1] == '0' && w.p[w.n - 2] == '.')
        w.n -= 2;
    return w;
}

bool near_key(struct span s, char out[NEAR_KEY_BYTES])
{
    size_t n = 0;
    out[0] = 0;
    for (size_t at = 0; at < s.n;) {
        struct span w = next_word(s, &at);
        if (tells_nothing(w))
            continue;
        w = trim_version(w);
        if (w.n >= NEAR_KEY_BYTES - n) {
            out[0] = 0;
            return false;
        }
        for (size_t i = 0; i < w.n; i++)
            out[n++] = near_lower((char)w.p[i]);
    }
    out[n] = 0;
    return n > 0;
}

bool near_digits(const char *a, const char *b)
{
    for (;;) {
        while (*a && !is_digit(*a))
            a++;
        while (*b && !is_digit(*b))
            b++;
        if (*a != *b)
            return false;
        if (!*a)
            return true;
        a++;
        b++;
    }
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment over three rows. */
unsigned near_distance(const char *a, const char *b, unsigned max)
{
    unsigned rows[3][NEAR_KEY_BYTES];
    size_t na = strlen(a), nb = strlen(b);
    if (na >= NEAR_KEY_BYTES || nb >= NEAR_KEY_BYTES || na > nb + max || nb > na + max)
        return max + 1;
    for (size_t j = 0; j <= nb; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        unsigned *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3], low = now[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned d = before[j - 1] + (a[i - 1] != b[j - 1]);
            d = least(d, least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d = least(d, earlier[j - 2] + 1);
            now[j] = d;
            low = least(low, d);
        }
        if (low > max)
            return max + 1;
    }
    return least(rows[na % 3][nb], max + 1);
}

const char *near_word(const char *text, const char *const *words, size_t n)
{
    char key[NEAR_KEY_BYTES], other[NEAR_KEY_BYTES];
    if (!near_key(span_str(text), key))
        return NULL;
    unsigned max = (unsigned)(strlen(key) / 4), best = max + 1;
    const char *found = NULL;
    for (size_t i = 0; i < n; i++) {
        unsigned d = near_key(span_str(words[i]), other) ? near_distance(key, other, max) : max + 1;
        if (d > max || d > best)
            continue;
        found = d < best ? words[i] : NULL;
        best = d;
    }
    return found;
}
