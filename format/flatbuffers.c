// SPDX-License-Identifier: Apache-2.0
#include "format/flatbuffers.h"

enum { FLEX_STRING = 5, FLEX_VECTOR = 10, FLEX_BLOB = 25 };

static bool broken(struct fb *f, uint64_t at, const char *why)
{
    if (!f->broken) {
        f->broken = true;
        f->at = at;
        f->why = why;
    }
    return false;
}

static bool inside(const struct fb *f, uint64_t at, uint64_t n)
{
    return at <= f->in.n && n <= f->in.n - at;
}

static uint64_t number(const uint8_t *p, unsigned bytes)
{
    return bytes == 1 ? *p : bytes == 2 ? le16(p) : bytes == 4 ? le32(p) : le64(p);
}

static bool step(struct fb *f, uint64_t at)
{
    return ++f->steps <= f->in.n / 4 + 64 || broken(f, at, "more tables and items than the file has room for");
}

static bool open_table(struct fb *f, uint64_t at, struct fb_table *out)
{
    if (f->broken || !step(f, at))
        return false;
    if (!inside(f, at, 4))
        return broken(f, at, "a table that lies outside the file");
    int64_t vtable = (int64_t)at - (int32_t)le32(f->in.p + at);
    if (vtable < 0 || !inside(f, (uint64_t)vtable, 4))
        return broken(f, at, "a table whose fields lie outside the file");
    struct fb_table t = { at, (uint64_t)vtable, le16(f->in.p + vtable), le16(f->in.p + vtable + 2) };
    if (t.vtable_bytes < 4 || t.vtable_bytes % 2 || t.bytes < 4 || !inside(f, t.vtable, t.vtable_bytes) ||
        !inside(f, at, t.bytes))
        return broken(f, t.vtable, "a table of fields that is none");
    *out = t;
    return true;
}

/* Where the field stands, `bytes` of it inside the table; 0: absent. */
static uint64_t field_at(struct fb *f, const struct fb_table *t, unsigned field, unsigned bytes)
{
    uint64_t slot = 4 + 2 * (uint64_t)field;
    if (f->broken || slot + 2 > t->vtable_bytes)
        return 0;
    uint16_t off = le16(f->in.p + t->vtable + slot);
    if (!off)
        return 0;
    if (off < 4 || off > t->bytes || bytes > t->bytes - off) {
        broken(f, t->vtable + slot, "a field that lies outside its table");
        return 0;
    }
    return t->at + off;
}

/* What a field or an item at `at` leads to; 0: broken. */
static uint64_t follow(struct fb *f, uint64_t at)
{
    uint64_t to = at + le32(f->in.p + at);
    if (to == at || !inside(f, to, 4)) {
        broken(f, at, "an object that lies outside the file");
        return 0;
    }
    return to;
}

bool fb_is(struct span in, const char *id)
{
    return in.n >= 8 && memcmp(in.p + 4, id, 4) == 0;
}

bool fb_root(struct fb *f, struct span in, struct fb_table *out)
{
    *f = (struct fb){ .in = in };
    if (in.n < 8)
        return broken(f, 0, "too short for a root");
    uint64_t at = follow(f, 0);
    return at && open_table(f, at, out);
}

bool fb_table(struct fb *f, const struct fb_table *t, unsigned field, struct fb_table *out)
{
    uint64_t at = field_at(f, t, field, 4);
    at = at ? follow(f, at) : 0;
    return at && open_table(f, at, out);
}

bool fb_vector(struct fb *f, const struct fb_table *t, unsigned field, unsigned item_bytes, struct fb_vector *out)
{
    uint64_t at = field_at(f, t, field, 4);
    at = at ? follow(f, at) : 0;
    if (!at)
        return false;
    uint32_t n = le32(f->in.p + at);
    if ((uint64_t)n * item_bytes > f->in.n - at - 4)
        return broken(f, at, "a vector that is longer than the file");
    *out = (struct fb_vector){ at + 4, n, item_bytes };
    return true;
}

bool fb_item(struct fb *f, const struct fb_vector *v, uint32_t i, struct fb_table *out)
{
    if (f->broken || i >= v->n || v->item_bytes != 4)
        return false;
    uint64_t at = follow(f, v->at + (uint64_t)i * 4);
    return at && open_table(f, at, out);
}

struct span fb_bytes(struct fb *f, const struct fb_table *t, unsigned field)
{
    struct fb_vector v;
    return fb_vector(f, t, field, 1, &v) ? span_of(f->in.p + v.at, v.n) : SPAN_NONE;
}

uint64_t fb_number(struct fb *f, const struct fb_table *t, unsigned field, unsigned bytes, uint64_t fallback)
{
    uint64_t at = field_at(f, t, field, bytes);
    return at ? number(f->in.p + at, bytes) : fallback;
}

uint64_t fb_item_number(const struct fb *f, const struct fb_vector *v, uint32_t i)
{
    return i < v->n ? number(f->in.p + v->at + (uint64_t)i * v->item_bytes, v->item_bytes) : 0;
}

/* ---- FlexBuffers: offsets go back, sizes stand in front ----------------------------------- */

static bool back(struct span in, uint64_t at, unsigned width, uint64_t *to)
{
    if (at > in.n || width > in.n - at)
        return false;
    uint64_t n = number(in.p + at, width);
    *to = at - n;
    return n && n <= at;
}

static struct span flex_string(struct span in, uint64_t at, unsigned width, uint8_t type)
{
    uint64_t p, n;
    unsigned kind = type >> 2, w = 1u << (type & 3);
    if (kind != FLEX_STRING && kind != FLEX_BLOB)
        return SPAN_NONE;
    if (!back(in, at, width, &p) || p < w)
        return SPAN_NONE;
    n = number(in.p + p - w, w);
    return n <= in.n - p ? span_sub(in, p, (size_t)n) : SPAN_NONE;
}

int fb_flex(struct span in, struct span *out, unsigned max)
{
    uint64_t vector, n;
    if (in.n < 3)
        return -1;
    unsigned root = in.p[in.n - 1], type = in.p[in.n - 2], w = 1u << (type & 3);
    bool width = root == 1 || root == 2 || root == 4 || root == 8;
    if (!width || type >> 2 != FLEX_VECTOR || in.n - 2 < root || !back(in, in.n - 2 - root, root, &vector) || vector < w)
        return -1;
    n = number(in.p + vector - w, w);
    if (n > INT32_MAX || (in.n - vector) / (w + 1) < n)
        return -1;
    for (unsigned i = 0; i < max; i++)
        out[i] = i < n ? flex_string(in, vector + (uint64_t)i * w, w, in.p[vector + n * w + i]) : SPAN_NONE;
    return (int)n;
}
