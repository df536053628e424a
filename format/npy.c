// SPDX-License-Identifier: Apache-2.0
#include "format/npy.h"

#define MAGIC "\x93NUMPY"
enum { MAGIC_BYTES = 6 };

struct reader { struct span in; size_t at; const char *why; };      /* why: the first thing that is wrong */

static bool wrong(struct reader *r, const char *why)
{
    if (!r->why)
        r->why = why;
    return false;
}

/* ---- tokens ----------------------------------------------------------------------------- */

static uint8_t peek(struct reader *r)
{
    while (r->at < r->in.n && (r->in.p[r->at] == ' ' || r->in.p[r->at] == '\n'))
        r->at++;
    return r->at < r->in.n ? r->in.p[r->at] : 0;
}

static bool take(struct reader *r, char c)
{
    if (peek(r) != (uint8_t)c)
        return false;
    r->at++;
    return true;
}

static bool want(struct reader *r, char c)
{
    return take(r, c) || wrong(r, "the header is not punctuated as numpy does it");
}

static bool read_string(struct reader *r, struct span *out)
{
    uint8_t quote = peek(r);
    if (quote != '\'' && quote != '"')
        return wrong(r, "the header lacks a string where one belongs");
    size_t from = ++r->at;
    while (r->at < r->in.n && r->in.p[r->at] != quote) {
        if (r->in.p[r->at] == '\\' || r->in.p[r->at] == '\n' || !r->in.p[r->at])
            return wrong(r, "a string of the header holds an escape");
        r->at++;
    }
    if (r->at == r->in.n)
        return wrong(r, "a string of the header does not end");
    *out = span_of(r->in.p + from, r->at++ - from);
    return true;
}

static bool read_number(struct reader *r, uint64_t *out)
{
    uint64_t n = 0;
    uint8_t first = peek(r);
    size_t from = r->at;
    for (; r->at < r->in.n && r->in.p[r->at] >= '0' && r->in.p[r->at] <= '9'; r->at++)
        if (__builtin_mul_overflow(n, (uint64_t)10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(r->in.p[r->at] - '0'), &n))
            return wrong(r, "a number of the header is too large");
    if (r->at == from || (first == '0' && r->at - from > 1))
        return wrong(r, "the header lacks a number where one belongs");
    if (r->at < r->in.n && r->in.p[r->at] == 'L')       /* Python 2 */
        r->at++;
    *out = n;
    return true;
}

static bool read_boolean(struct reader *r)
{
    (void)peek(r);
    struct span rest = span_sub(r->in, r->at, SIZE_MAX);
    size_t n = span_starts(rest, "True") ? 4 : span_starts(rest, "False") ? 5 : 0;
    r->at += n;
    return n || wrong(r, "fortran_order is no boolean");
}

/* "(2, 3)", "(2,)", "()": the product of the dimensions. A field's shape may be a bare number, too. */
static bool read_shape(struct reader *r, bool bare, uint64_t *product)
{
    uint64_t n;
    unsigned dims = 0;
    bool comma = false;
    *product = 1;
    if (bare && peek(r) != '(')
        return read_number(r, product);
    if (!want(r, '('))
        return false;
    while (!take(r, ')')) {
        if ((dims && !comma) || !read_number(r, &n))
            return wrong(r, "the shape is no tuple");
        if (++dims > NPY_DIMS_MAX || __builtin_mul_overflow(*product, n, product))
            return wrong(r, "the shape has more items than can be counted");
        comma = take(r, ',');
    }
    return dims != 1 || comma || wrong(r, "the shape is no tuple");
}

/* ---- types ------------------------------------------------------------------------------ */

/* The digits at *at; -1: too large. */
static int64_t digits_at(struct span s, size_t *at)
{
    int64_t n = 0;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; ++*at)
        if ((n = n * 10 + (s.p[*at] - '0')) > INT32_MAX)
            return -1;
    return n;
}

/* Behind the digits nothing follows, but of times the unit. */
static bool ends_well(struct span type, size_t at, uint8_t kind)
{
    return at == type.n || ((kind == 'm' || kind == 'M') && type.p[at] == '[' && type.p[type.n - 1] == ']');
}

bool npy_type(struct span type, uint64_t *item_bytes, bool *has_objects)
{
    size_t at = type.n && memchr("<>|=", type.p[0], 4) ? 1 : 0;
    if (at >= type.n || !memchr("?bBiufcmMSaUVO", type.p[at], 14))
        return false;
    uint8_t kind = type.p[at++];
    size_t from = at;
    int64_t n = digits_at(type, &at);
    bool bare = at == from, text = memchr("SaUV", kind, 4) != NULL;
    if (n < 0 || !ends_well(type, at, kind) || (bare && !memchr("O?bB", kind, 4)))
        return false;
    if (kind == 'O' ? !bare && n != 8 && n != 4 : !bare && !text && (n < 1 || n > 32))
        return false;
    *has_objects = kind == 'O';
    *item_bytes = kind == 'O' ? 0 : bare ? 1 : kind == 'U' ? (uint64_t)n * 4 : (uint64_t)n;
    return true;
}

static bool read_type(struct reader *r, unsigned depth, uint64_t *bytes, bool *objects);

/* (name, type) or (name, type, shape); the name may be (title, name). */
static bool read_field(struct reader *r, unsigned depth, uint64_t *bytes, bool *objects)
{
    struct span name;
    uint64_t one, times = 1;
    if (!want(r, '('))
        return false;
    if (take(r, '(')) {
        if (!read_string(r, &name) || !want(r, ',') || !read_string(r, &name) || !want(r, ')'))
            return false;
    } else if (!read_string(r, &name)) {
        return false;
    }
    if (!want(r, ',') || !read_type(r, depth + 1, &one, objects))
        return false;
    if (take(r, ',') && peek(r) != ')' && !read_shape(r, true, &times))
        return false;
    if (__builtin_mul_overflow(one, times, &one) || __builtin_add_overflow(*bytes, one, bytes))
        return wrong(r, "an item has more bytes than can be counted");
    return want(r, ')');
}

static bool read_type(struct reader *r, unsigned depth, uint64_t *bytes, bool *objects)
{
    struct span type;
    bool comma = true, object = false;
    *bytes = 0;
    if (!take(r, '[')) {
        if (!read_string(r, &type))
            return false;
        if (!npy_type(type, bytes, &object))
            return wrong(r, "a type that numpy does not write so");
        *objects = *objects || object;
        return true;
    }
    if (depth >= NPY_NEST_MAX)
        return wrong(r, "types in types, deeper than any");
    while (!take(r, ']')) {
        if (!comma || !read_field(r, depth, bytes, objects))
            return wrong(r, "the fields are no list");
        comma = take(r, ',');
    }
    return true;
}

/* ---- the header ------------------------------------------------------------------------- */

static bool read_entry(struct reader *r, struct npy *f, unsigned *seen)
{
    static const char *const keys[] = { "descr", "fortran_order", "shape" };
    struct span key;
    unsigned which = 0;
    if (!read_string(r, &key) || !want(r, ':'))
        return false;
    while (which < 3 && !span_is(key, keys[which]))
        which++;
    if (which == 3 || *seen & 1u << which)
        return wrong(r, "the header has other keys than descr, fortran_order and shape, or one twice");
    *seen |= 1u << which;
    return which == 0 ? read_type(r, 0, &f->item_bytes, &f->has_objects)
         : which == 1 ? read_boolean(r) : read_shape(r, false, &f->n_items);
}

static bool read_header(struct reader *r, struct npy *f)
{
    unsigned seen = 0;
    bool comma = true;
    if (!want(r, '{'))
        return false;
    while (!take(r, '}')) {
        if (!comma || !read_entry(r, f, &seen))
            return wrong(r, "the header is no dictionary");
        comma = take(r, ',');
    }
    (void)peek(r);
    if (seen != 7 || r->at != r->in.n)
        return wrong(r, "the header lacks a key, or goes on behind its dictionary");
    if (f->has_objects)
        f->item_bytes = 0;
    return !__builtin_mul_overflow(f->n_items, f->item_bytes, &f->data_bytes) ||
           wrong(r, "the array has more bytes than can be counted");
}

bool npy_is(struct span in)
{
    return span_starts(in, MAGIC);
}

int npy_open(struct span in, struct npy *out, struct err *e)
{
    struct npy f = { 0 };
    *out = f;
    if (!npy_is(in))
        return err_set(e, ERR_FORMAT, 0, "no array of numpy begins here");
    if (in.n < MAGIC_BYTES + 4)
        return err_set(e, ERR_FORMAT, in.n, "the file ends inside the header");
    f.version = in.p[MAGIC_BYTES];
    if (f.version < 1 || f.version > 3 || in.p[MAGIC_BYTES + 1])
        return err_set(e, ERR_FORMAT, MAGIC_BYTES, "version %u.%u, which is none", f.version, in.p[MAGIC_BYTES + 1]);
    size_t at = MAGIC_BYTES + 2 + (f.version == 1 ? 2 : 4);
    if (in.n < at)
        return err_set(e, ERR_FORMAT, in.n, "the file ends inside the header");
    size_t n = f.version == 1 ? le16(in.p + at - 2) : le32(in.p + at - 4);
    if (n > in.n - at || n > NPY_HEADER_MAX)
        return err_set(e, ERR_FORMAT, MAGIC_BYTES + 2, "the header claims %zu bytes", n);
    f.header = span_sub(in, at, n);
    f.data_at = out->data_at = at + n;
    struct reader r = { f.header, 0, NULL };
    if (!read_header(&r, &f))
        return err_set(e, ERR_FORMAT, at + r.at, "%s", r.why);
    *out = f;
    return 0;
}
