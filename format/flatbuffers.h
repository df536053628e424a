// SPDX-License-Identifier: Apache-2.0
/* format/flatbuffers.h - FlatBuffers without a schema: tables, vectors and numbers, none of which may lie outside.
 *
 *     u32 root │ "TFL3" │ ...     table: i32 back to its vtable, fields     vtable: u16 its size, u16 the table's, u16 offsets
 *     vector: u32 n, items        string: vector of bytes                    a field of another object: u32 forward
 *
 * A cursor that sticks: the first offset that leads out sets `broken` and `at`, and from then on everything is absent. Objects
 * may be met many times over, in FlatBuffers as such: `steps` counts tables and items, and above one for every four bytes of
 * the file, which no writer reaches, the file is broken too. FlexBuffers, which stand inside some, are read by fb_flex.
 * Source: flatbuffers.dev/internals, flatbuffers/flexbuffers.h. Nothing is allocated. */
#ifndef ASSAY_FORMAT_FLATBUFFERS_H
#define ASSAY_FORMAT_FLATBUFFERS_H
#include "base/span.h"

struct fb {
    struct span in;
    bool broken;
    const char *why;            /* of broken */
    uint64_t at;                /* the byte at fault */
    uint64_t steps;
};
struct fb_table { uint64_t at, vtable; uint32_t vtable_bytes, bytes; };
struct fb_vector { uint64_t at; uint32_t n, item_bytes; };      /* at: of the first item */

/* Does the file begin like one with this identifier of four letters? */
bool fb_is(struct span in, const char *id);

/* Each is false when the field is absent, or the file broken. Fields count from 0, in the order of the schema. */
bool fb_root(struct fb *f, struct span in, struct fb_table *out);
bool fb_table(struct fb *f, const struct fb_table *t, unsigned field, struct fb_table *out);
bool fb_vector(struct fb *f, const struct fb_table *t, unsigned field, unsigned item_bytes, struct fb_vector *out);
bool fb_item(struct fb *f, const struct fb_vector *v, uint32_t i, struct fb_table *out);    /* of a vector of tables */

/* Bytes of a string or a vector of bytes; SPAN_NONE when absent. */
struct span fb_bytes(struct fb *f, const struct fb_table *t, unsigned field);

/* A number of 1, 2, 4 or 8 bytes, little-endian and unsigned; `fallback` when absent. */
uint64_t fb_number(struct fb *f, const struct fb_table *t, unsigned field, unsigned bytes, uint64_t fallback);
uint64_t fb_item_number(const struct fb *f, const struct fb_vector *v, uint32_t i);

/* The strings of a FlexBuffer that is a vector: up to `max` of its first items; others are SPAN_NONE. The number of its
 * items, or -1 when it is no such one. */
int fb_flex(struct span in, struct span *out, unsigned max);

#endif
