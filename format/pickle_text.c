// SPDX-License-Identifier: Apache-2.0
/* How a pickle writes its arguments: lengths, lines, and the two kinds of escapes of the text protocols. */
#include "base/utf8.h"
#include "format/pickle_int.h"

/* ---- finding an argument ---------------------------------------------------------------- */

void pk_long_line(struct span in, uint64_t at, struct span *line, uint64_t *next)
{
    const uint8_t *from = in.p + at, *nl = at < in.n ? memchr(from, '\n', in.n - at) : NULL;
    size_t left = in.n - at, n = nl ? (size_t)(nl - from) : left ? left - 1 : 0;
    *line = span_of(from, n);
    *next = left ? at + n + 1 : at;
}

/* ---- memo indices ------------------------------------------------------------------------ */

static bool is_blank(uint8_t b)
{
    return b == ' ' || (b >= '\t' && b <= '\r');
}

/* CPython's C loader reads up to a zero byte and, like Python's int(), takes blanks, a sign, leading zeros and single
 * underscores between digits; its Python loader refuses the zero byte. Beyond 64 bits the index is folded: it only
 * has to be told from others. */
enum pk_index pk_line_index(struct span line, uint64_t *out)
{
    const uint8_t *zero = line.n ? memchr(line.p, 0, line.n) : NULL;
    size_t n = zero ? (size_t)(zero - line.p) : line.n, i = 0, digits = 0;
    bool odd = zero != NULL;
    uint64_t v = 0;
    for (; i < n && is_blank(line.p[i]); i++)
        odd = true;
    for (; n > i && is_blank(line.p[n - 1]); n--)
        odd = true;
    if (i < n && (line.p[i] == '+' || line.p[i] == '-')) {
        odd = true;
        i++;
    }
    for (; i < n; i++) {
        uint8_t b = line.p[i];
        if (b == '_' && digits && i + 1 < n && line.p[i + 1] != '_') {
            odd = true;
            continue;
        }
        if (b < '0' || b > '9')
            return PK_INDEX_NONE;
        if (v > (UINT64_MAX - 9) / 10)
            v = (v ^ 0x9e3779b97f4a7c15u) >> 8 | 1ull << 62, odd = true;
        v = v * 10 + (b - '0');
        digits++;
    }
    *out = v;
    return !digits ? PK_INDEX_NONE : odd ? PK_INDEX_ODD : PK_INDEX_OK;
}

/* ---- texts ------------------------------------------------------------------------------- */

static int hex_of(uint8_t b)
{
    return b >= '0' && b <= '9' ? b - '0' : (b | 32) >= 'a' && (b | 32) <= 'f' ? (b | 32) - 'a' + 10 : -1;
}

/* n hexadecimal digits at p. False: others stand there, or fewer. */
static bool hex_at(struct span s, size_t at, unsigned n, uint32_t *out)
{
    *out = 0;
    for (unsigned i = 0; i < n; i++) {
        int d = at + i < s.n ? hex_of(s.p[at + i]) : -1;
        if (d < 0)
            return false;
        *out = *out << 4 | (uint32_t)d;
    }
    return true;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 63));
        to[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 63));
    to[2] = (char)(0x80 | (c >> 6 & 63));
    to[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* UNICODE: Latin-1 with \uXXXX and \UXXXXXXXX where the backslash is not itself escaped (raw-unicode-escape). */
static bool decode_unicode(struct span s, struct arena *a, struct span *out)
{
    char *to = arena_text(a, 2 * s.n + 4);
    size_t n = 0, backslashes = 0;
    if (!to)
        return false;
    for (size_t i = 0; i < s.n;) {
        uint8_t b = s.p[i];
        uint32_t c = b;
        size_t used = 1;
        bool escape = b == '\\' && backslashes % 2 == 0 && i + 1 < s.n && (s.p[i + 1] == 'u' || s.p[i + 1] == 'U');
        if (escape) {
            unsigned digits = s.p[i + 1] == 'u' ? 4 : 8;
            if (!hex_at(s, i + 2, digits, &c) || c > 0x10ffff)
                return false;
            used = 2 + digits;
        }
        backslashes = b == '\\' && !escape ? backslashes + 1 : 0;
        n += put_utf8(to + n, c);
        i += used;
    }
    *out = span_of(to, n);
    return true;
}

/* What stands behind the backslash at s.p[i]: appends it and returns the bytes used, 0 when it is wrong. */
static size_t unescape(struct span s, size_t i, char *to, size_t *n)
{
    static const char plain[] = "\\\\''\"\"b\bf\ft\tn\nr\rv\va\a";
    uint8_t b = s.p[i + 1];
    uint32_t c;
    if (b == '\n')
        return 2;
    for (const char *p = plain; *p; p += 2)
        if (b == (uint8_t)*p) {
            to[(*n)++] = p[1];
            return 2;
        }
    if (b == 'x') {
        if (!hex_at(s, i + 2, 2, &c))
            return 0;
        to[(*n)++] = (char)c;
        return 4;
    }
    if (b >= '0' && b <= '7') {
        size_t k = 0;
        for (c = 0; k < 3 && i + 1 + k < s.n && s.p[i + 1 + k] >= '0' && s.p[i + 1 + k] <= '7'; k++)
            c = c << 3 | (uint32_t)(s.p[i + 1 + k] - '0');
        to[(*n)++] = (char)c;
        return 1 + k;
    }
    to[(*n)++] = '\\';
    to[(*n)++] = (char)b;
    return 2;
}

/* STRING: in quotes, with the escapes of a Python 2 literal. */
static bool decode_string(struct span s, struct arena *a, struct span *out)
{
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    if (s.n < 2 || s.p[0] != s.p[s.n - 1] || (s.p[0] != '\'' && s.p[0] != '"'))
        return false;
    s = span_sub(s, 1, s.n - 2);
    char *to = arena_text(a, s.n + 2);
    size_t n = 0;
    if (!to)
        return false;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] != '\\') {
            to[n++] = (char)s.p[i++];
            continue;
        }
        size_t used = i + 1 < s.n ? unescape(s, i, to, &n) : 0;
        if (!used)
            return false;
        i += used;
    }
    *out = span_of(to, n);
    return true;
}

bool pk_text(const struct pickle *m, const struct pk_value *v, struct arena *a, struct span *out)
{
    struct pk_arg_at arg;
    if ((v->kind != PK_TEXT && v->kind != PK_BYTES) || v->at >= m->in.n ||
        !pk_argument(m->in, v->at, pk_arg_of(m->in.p[v->at]), &arg))
        return false;
    if (m->in.p[v->at] == OP_UNICODE)
        return decode_unicode(arg.arg, a, out);
    if (m->in.p[v->at] == OP_STRING)
        return decode_string(arg.arg, a, out);
    *out = arg.arg;
    return true;
}

/* Two's complement, little-endian, of as many bytes as it takes (LONG1, LONG4). */
static bool long_number(struct span s, int64_t *out)
{
    uint64_t u = s.n && s.p[s.n - 1] & 0x80 ? UINT64_MAX : 0;
    if (s.n > 8)
        return false;
    for (size_t i = s.n; i-- > 0;)
        u = u << 8 | s.p[i];
    *out = (int64_t)u;
    return true;
}

/* INT and LONG: decimal digits; nothing else is needed here. */
static bool line_number(struct span s, int64_t *out)
{
    uint64_t u;
    if (s.n && s.p[s.n - 1] == 'L')
        s.n--;
    if (s.n > 18 || pk_line_index(s, &u) != PK_INDEX_OK)
        return false;
    *out = (int64_t)u;
    return true;
}

bool pk_number(const struct pickle *m, const struct pk_value *v, int64_t *out)
{
    struct pk_arg_at arg;
    if (v->kind != PK_PLAIN || !v->op || v->at >= m->in.n ||
        !pk_argument(m->in, v->at, pk_arg_of(m->in.p[v->at]), &arg))
        return false;
    switch (m->in.p[v->at]) {
    case OP_BININT:
        *out = (int32_t)le32(arg.arg.p);
        return true;
    case OP_BININT1:
        *out = arg.arg.p[0];
        return true;
    case OP_BININT2:
        *out = arg.arg.p[0] | arg.arg.p[1] << 8;
        return true;
    case OP_LONG1: case OP_LONG4:
        return long_number(arg.arg, out);
    case OP_INT: case OP_LONG:
        return line_number(arg.arg, out);
    default:
        return false;
    }
}

const char *pk_opcode_name(uint8_t op)
{
    static const char *const names[256] = {
#define X(byte, name, arg, effect) [byte] = #name,
        PK_OP_MAP(X)
#undef X
    };
    return names[op] ? names[op] : "";
}
