// SPDX-License-Identifier: Apache-2.0
#include "format/sums.h"

enum { HEX_MIN = 32, HEX_MAX = 128, SHA256_HEX = 64 };

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static size_t skip_blanks(struct span s, size_t at)
{
    while (at < s.n && is_blank(s.p[at]))
        at++;
    return at;
}

/* Hex digits from `at`: their number when a digest could be that long, else 0. */
static size_t hex_run(struct span s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && is_hex(s.p[at + n]))
        n++;
    return n >= HEX_MIN && n <= HEX_MAX && n % 8 == 0 ? n : 0;
}

static void take_digest(struct sums_line *l, struct span s, size_t at, size_t n)
{
    l->kind = n == SHA256_HEX ? SUMS_SHA256 : SUMS_OTHER;
    for (size_t i = 0; l->kind == SUMS_SHA256 && i < n; i++)
        l->sha256[i] = (char)(s.p[at + i] >= 'A' && s.p[at + i] <= 'F' ? s.p[at + i] + 32 : s.p[at + i]);
}

/* "[\]hex", then two blanks, or a blank and a star, and the path; or nothing more. */
static bool read_gnu(struct span s, struct sums_line *l)
{
    static const char prefix[] = "sha256:";
    size_t at = 0;
    l->escaped = s.n && s.p[0] == '\\';
    at += l->escaped;
    if (s.n - at > sizeof prefix - 1 && memcmp(s.p + at, prefix, sizeof prefix - 1) == 0)
        at += sizeof prefix - 1;
    size_t n = hex_run(s, at);
    if (!n || (at + n < s.n && !is_blank(s.p[at + n])))
        return false;
    size_t path = skip_blanks(s, at + n);
    if (path < s.n && s.p[path] == '*' && path > at + n)
        path++;
    take_digest(l, s, at, n);
    l->path = span_sub(s, path, s.n - path);
    return true;
}

/* SHA3-256 and BLAKE2b-256 are as long, and other things. */
static bool is_sha256_name(struct span s)
{
    static const char *const names[] = { "SHA256", "SHA2-256", "sha256" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        if (s.n > n && memcmp(s.p, names[i], n) == 0 && (is_blank(s.p[n]) || s.p[n] == '('))
            return true;
    }
    return false;
}

/* Could these be the name of an algorithm? */
static bool is_name(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z', digit = c >= '0' && c <= '9';
        if (!letter && !digit && !is_blank(c) && c != '-' && c != '/')
            return false;
    }
    return true;
}

/* "NAME (path) = hex": the digest is what stands behind the last '='. */
static bool read_bsd(struct span s, struct sums_line *l)
{
    size_t open = 0, close = s.n;
    while (open < s.n && s.p[open] != '(')
        open++;
    while (close > open && s.p[close - 1] != '=')
        close--;
    size_t at = skip_blanks(s, close), n = hex_run(s, at);
    if (open >= s.n || close <= open || !n || at + n != s.n)
        return false;
    if (!is_name(span_sub(s, 0, open)))
        return false;
    close--;                                        /* at '=' */
    while (close > open && s.p[close - 1] != ')')
        close--;
    if (close <= open + 2)
        return false;
    take_digest(l, s, at, n);
    if (l->kind == SUMS_SHA256 && !is_sha256_name(s))
        *l = (struct sums_line){ .kind = SUMS_OTHER, .line = l->line, .byte_from = l->byte_from, .byte_to = l->byte_to };
    l->path = span_sub(s, open + 1, close - open - 2);
    return true;
}

bool sums_next(struct sums *s, struct sums_line *out)
{
    while (s->at < s->in.n) {
        size_t from = s->at, to = from;
        while (to < s->in.n && s->in.p[to] != '\n')
            to++;
        s->at = to < s->in.n ? to + 1 : to;
        s->line++;
        if (to > from && s->in.p[to - 1] == '\r')
            to--;
        struct span line = span_sub(s->in, from, to - from);
        size_t blank = skip_blanks(line, 0);
        if (blank == line.n || line.p[blank] == '#')
            continue;
        *out = (struct sums_line){ .kind = SUMS_NOISE, .line = s->line, .byte_from = from, .byte_to = to };
        if (!read_gnu(line, out)) {
            out->escaped = false;
            (void)read_bsd(line, out);
        }
        return true;
    }
    return false;
}

char *sums_path(const struct sums_line *l, struct arena *a)
{
    struct span p = l->path;
    while (p.n > 2 && p.p[0] == '.' && p.p[1] == '/')
        p = span_sub(p, 2, p.n - 2);
    char *out = arena_strn(a, p.p ? (const char *)p.p : "", p.n);
    size_t n = 0;
    for (size_t i = 0; out && l->escaped && i < p.n; i++) {
        char c = (char)p.p[i];
        if (c == '\\' && i + 1 < p.n) {
            c = (char)p.p[++i];
            c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
        }
        out[n++] = c;
    }
    if (out && l->escaped)
        out[n] = 0;
    return out;
}
