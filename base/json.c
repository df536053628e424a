// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <math.h>
#include "base/num.h"
#include "base/utf8.h"

/* One step reads one child of the innermost open list or map, or closes it; the open ones are
 * kept on a stack in the arena, so that no input can exhaust the C stack:
 *
 *     { "a" : [ 1 , 2 ] }          stack: {        {  [        {
 *
 * A child is linked to its parent as soon as its key is known: a duplicate is refused at
 * the key, before its value is looked at. */
struct reader {
    const uint8_t *start, *p, *end;
    uint32_t line;
    const struct val_limits *lim;
    struct arena *a;
    struct err *e;
    size_t n_values;
    struct val **open;
    size_t depth, cap;
};

static uint64_t offset(const struct reader *r, const uint8_t *p)
{
    return (uint64_t)(p - r->start);
}

static int refuse(struct reader *r, const uint8_t *at, const char *what)
{
    return err_set(r->e, ERR_FORMAT, offset(r, at), "%s", what);
}

static int refuse_end(struct reader *r, const char *inside)
{
    return err_set(r->e, ERR_FORMAT, offset(r, r->end), "text ends inside %s", inside);
}

static void skip_space(struct reader *r)
{
    const uint8_t *p = r->p;
    for (; p < r->end && *p <= ' '; p++) {
        if (*p == '\n')
            r->line++;
        else if (*p != ' ' && *p != '\t' && *p != '\r')
            break;
    }
    r->p = p;
}

/* Is the high bit of each byte set where that byte ends a run of plain ASCII: a quote, a
 * backslash, a control character, or a byte of a longer character? The lowest set bit is always true;
 * higher ones may be set by a borrow. Source: Anderson, "Bit Twiddling Hacks", haszero, hasless. */
static uint64_t special_bytes(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
    uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
    uint64_t hit = ((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
    return (hit | w) & high;
}

static const uint8_t *skip_plain(const uint8_t *p, const uint8_t *end)
{
    while (end - p >= 8) {
        uint64_t hit = special_bytes(le64(p));
        if (hit)
            return p + (__builtin_ctzll(hit) >> 3);
        p += 8;
    }
    while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
        p++;
    return p;
}

/* Find the quote that ends the string whose text starts at `from`; every byte before it is then valid
 * UTF-8 and no control character. *escapes tells whether there is a backslash. */
static int scan_string(struct reader *r, const uint8_t *from, const uint8_t **to, bool *escapes)
{
    const uint8_t *p = from;
    uint32_t cp;
    *escapes = false;
    for (;;) {
        p = skip_plain(p, r->end);
        if (p == r->end)
            return refuse_end(r, "a string");
        if (*p == '"')
            break;
        if (*p == '\\') {
            *escapes = true;
            p += r->end - p > 1 && p[1] < 0x80 ? 2 : 1;
            continue;
        }
        if (*p < 0x20)
            return refuse(r, p, "control character in a string");
        unsigned n = utf8_next(span_of(p, (size_t)(r->end - p)), &cp);
        if (!n)
            return refuse(r, p, "invalid UTF-8 in a string");
        p += n;
    }
    *to = p;
    return 0;
}

/* Four hex digits at p, or -1. */
static int32_t hex4(const uint8_t *p, const uint8_t *end)
{
    int32_t v = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        uint8_t c = p[i], low = c | 0x20;
        if (c >= '0' && c <= '9')
            v = v << 4 | (c - '0');
        else if (low >= 'a' && low <= 'f')
            v = v << 4 | (low - 'a' + 10);
        else
            return -1;
    }
    return v;
}

/* Decode the \uXXXX, or the pair of them, at *p; *p is moved behind it. */
static int decode_u(struct reader *r, const uint8_t **p, const uint8_t *end, uint32_t *cp)
{
    const uint8_t *at = *p;
    int32_t hi = hex4(at + 2, end);
    if (hi < 0)
        return refuse(r, at, "\\u needs four hex digits");
    *p = at + 6;
    *cp = (uint32_t)hi;
    if (hi < 0xd800 || hi > 0xdfff)
        return 0;
    int32_t lo = hi < 0xdc00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u' ? hex4(at + 8, end) : -1;
    if (lo < 0xdc00 || lo > 0xdfff)
        return refuse(r, at, "half of a surrogate pair");
    *p = at + 12;
    *cp = 0x10000 + ((uint32_t)(hi - 0xd800) << 10) + (uint32_t)(lo - 0xdc00);
    return 0;
}

static char simple_escape(uint8_t c)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : 0;
}

/* Decode [p, end) into `out`, which has room for as many bytes. */
static int decode_string(struct reader *r, const uint8_t *p, const uint8_t *end, char *out, size_t *n)
{
    char *to = out;
    while (p < end) {
        const uint8_t *slash = memchr(p, '\\', (size_t)(end - p));
        size_t run = (size_t)((slash ? slash : end) - p);
        memcpy(to, p, run);
        to += run;
        p += run;
        if (!slash)
            break;
        uint8_t c = p[1];                       /* there is one: scan_string stepped over it */
        char plain = simple_escape(c);
        if (plain) {
            *to++ = plain;
            p += 2;
            continue;
        }
        uint32_t cp = 0;
        int rc = c == 'u' ? decode_u(r, &p, end, &cp) : refuse(r, p, "unknown escape in a string");
        if (rc)
            return rc;
        to += utf8_put(cp, to);
    }
    *n = (size_t)(to - out);
    return 0;
}

/* Read the string whose quote is at r->p into the arena. */
static int read_string(struct reader *r, struct span *out)
{
    const uint8_t *from = r->p + 1, *to = from;
    bool escapes = false;
    int rc = scan_string(r, from, &to, &escapes);
    if (rc)
        return rc;
    size_t n = (size_t)(to - from);
    char *text = arena_text(r->a, n + 1);
    if (!text)
        return err_memory(r->e);
    if (escapes)
        rc = decode_string(r, from, to, text, &n);
    else
        memcpy(text, from, n);
    if (rc)
        return rc;
    text[n] = 0;
    *out = span_of(text, n);
    r->p = to + 1;
    return 0;
}

static const uint8_t *skip_digits(const uint8_t *p, const uint8_t *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Find the end of the number at r->p by the grammar; *whole: no fraction and no exponent. */
static int scan_number(struct reader *r, const uint8_t **to, bool *whole)
{
    const uint8_t *p = r->p + (*r->p == '-'), *from = p;
    p = skip_digits(p, r->end);
    if (p == from)
        return refuse(r, p, "expected a digit");
    if (*from == '0' && p - from > 1)
        return refuse(r, from, "number with a leading zero");
    *whole = true;
    if (p < r->end && *p == '.') {
        from = ++p;
        p = skip_digits(p, r->end);
        if (p == from)
            return refuse(r, p, "expected a digit after the point");
        *whole = false;
    }
    if (p < r->end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < r->end && (*p == '+' || *p == '-');
        from = p;
        p = skip_digits(p, r->end);
        if (p == from)
            return refuse(r, p, "expected a digit in the exponent");
        *whole = false;
    }
    *to = p;
    return 0;
}

/* The whole number in s when it fits int64_t. */
static bool exact_int(struct span s, int64_t *out)
{
    bool minus = s.p[0] == '-';
    int64_t v = 0;
    for (size_t i = minus; i < s.n; i++) {
        int digit = s.p[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, minus ? -digit : digit, &v))
            return false;
    }
    *out = v;
    return true;
}

static int read_number(struct reader *r, struct val *v)
{
    const uint8_t *to = r->p;
    bool whole = false;
    int rc = scan_number(r, &to, &whole);
    if (rc)
        return rc;
    size_t n = (size_t)(to - r->p);
    char *text = arena_text(r->a, n + 1);
    if (!text)
        return err_memory(r->e);
    memcpy(text, r->p, n);
    text[n] = 0;
    v->str = span_of(text, n);
    if (whole && exact_int(v->str, &v->i)) {
        v->kind = VAL_INT;
        v->r = (double)v->i;
    } else {
        v->kind = VAL_REAL;
        v->r = num_double(text);
        if (!isfinite(v->r))
            return refuse(r, r->p, "number is beyond a double");
    }
    r->p = to;
    return 0;
}

static int read_word(struct reader *r, struct val *v, const char *word, enum val_kind kind)
{
    size_t n = strlen(word);
    if (!span_starts(span_of(r->p, (size_t)(r->end - r->p)), word))
        return refuse(r, r->p, "expected a value");
    v->kind = kind;
    v->b = word[0] == 't';
    v->str = span_of(word, n);
    r->p += n;
    return 0;
}

static int open_value(struct reader *r, struct val *v, enum val_kind kind)
{
    if (r->depth >= r->lim->max_depth)
        return err_set(r->e, ERR_LIMIT, offset(r, r->p), "nested deeper than %u levels", r->lim->max_depth);
    void *open = r->open;
    if (arena_grow(r->a, &open, &r->cap, r->depth, sizeof *r->open))
        return err_memory(r->e);
    r->open = open;
    r->open[r->depth++] = v;
    v->kind = kind;
    r->p++;
    return 0;
}

/* Read the value at r->p into v: a scalar to its end, a list or map up to its bracket. */
static int read_value(struct reader *r, struct val *v)
{
    if (r->p == r->end)
        return err_set(r->e, ERR_FORMAT, offset(r, r->p), "text ends where a value is expected");
    v->line = v->line_to = r->line;
    v->byte_from = offset(r, r->p);
    int rc;
    switch (*r->p) {
    case '{': return open_value(r, v, VAL_MAP);
    case '[': return open_value(r, v, VAL_LIST);
    case '"':
        v->kind = VAL_STR;
        rc = read_string(r, &v->str);
        break;
    case 't': rc = read_word(r, v, "true", VAL_BOOL); break;
    case 'f': rc = read_word(r, v, "false", VAL_BOOL); break;
    case 'n': rc = read_word(r, v, "null", VAL_NULL); break;
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
        rc = read_number(r, v);
        break;
    default: rc = refuse(r, r->p, "expected a value");
    }
    v->byte_to = offset(r, r->p);
    return rc;
}

static int new_value(struct reader *r, struct val **out)
{
    if (r->n_values++ >= r->lim->max_values)
        return err_set(r->e, ERR_LIMIT, offset(r, r->p), "more than %zu values", r->lim->max_values);
    *out = arena_alloc(r->a, sizeof **out);
    return *out ? 0 : err_memory(r->e);
}

/* Read `"key" :` and the space after it. */
static int read_key(struct reader *r, struct val *child)
{
    if (r->p == r->end)
        return refuse_end(r, "a map");
    if (*r->p != '"')
        return refuse(r, r->p, *r->p == '}' ? "comma before the end of a map" : "expected a key in quotes");
    child->key_line = r->line;
    int rc = read_string(r, &child->key);
    if (rc)
        return rc;
    skip_space(r);
    if (r->p == r->end)
        return refuse_end(r, "a map");
    if (*r->p != ':')
        return refuse(r, r->p, "expected a colon");
    r->p++;
    skip_space(r);
    return 0;
}

/* Link the child, naming a duplicate by the byte of its key. */
static int add_child(struct reader *r, struct val *parent, struct val *child, const uint8_t *at)
{
    int rc = val_add(parent, child, r->a, r->e);
    if (rc == ERR_FORMAT && r->e) {
        r->e->at = ERR_AT_BYTE;
        r->e->pos = offset(r, at);
    }
    return rc;
}

static void close_value(struct reader *r)
{
    struct val *v = r->open[--r->depth];
    r->p++;
    v->line_to = r->line;
    v->byte_to = offset(r, r->p);
}

/* Read one child of the innermost open list or map, or close it. */
static int read_step(struct reader *r)
{
    struct val *top = r->open[r->depth - 1], *child;
    bool is_map = top->kind == VAL_MAP;
    skip_space(r);
    if (r->p == r->end)
        return refuse_end(r, is_map ? "a map" : "a list");
    if (*r->p == (is_map ? '}' : ']')) {
        close_value(r);
        return 0;
    }
    if (top->n) {
        if (*r->p != ',')
            return refuse(r, r->p, is_map ? "expected a comma or \"}\"" : "expected a comma or \"]\"");
        r->p++;
        skip_space(r);
        if (!is_map && r->p < r->end && *r->p == ']')
            return refuse(r, r->p, "comma before the end of a list");
    }
    const uint8_t *at = r->p;
    int rc = new_value(r, &child);
    if (!rc && is_map)
        rc = read_key(r, child);
    if (!rc)
        rc = add_child(r, top, child, at);
    return rc ? rc : read_value(r, child);
}

int json_parse(struct span in, const struct val_limits *lim, struct arena *a,
               const struct val **out, struct err *e)
{
    if (!lim)
        lim = &json_limits;
    if (in.n > lim->max_bytes)
        return err_plain(e, ERR_LIMIT, "text has %zu bytes, the limit is %zu", in.n, lim->max_bytes);
    const uint8_t *p = in.p ? in.p : (const uint8_t *)"";
    struct reader r = { .start = p, .p = p, .end = p + in.n, .line = 1, .lim = lim, .a = a, .e = e };
    if (span_starts(in, "\xef\xbb\xbf"))
        return refuse(&r, p, "byte order mark before the text");
    struct val *root;
    skip_space(&r);
    int rc = new_value(&r, &root);
    if (!rc)
        rc = read_value(&r, root);
    while (!rc && r.depth)
        rc = read_step(&r);
    if (rc)
        return rc;
    skip_space(&r);
    if (r.p != r.end)
        return refuse(&r, r.p, "text goes on after the value");
    *out = root;
    return 0;
}
