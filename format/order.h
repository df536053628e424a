// SPDX-License-Identifier: Apache-2.0
/* format/order.h - names and extents put in order, with a worst case that no file can choose.
 *
 *     items    [ "b" "ccc" "a" ]            as they stand in the file
 *     order    [  2    0    1  ]            numbers of the items, sorted
 *
 * A hash table over names from a hostile file can be made quadratic by whoever wrote the file,
 * unless it is seeded. A sorted list of numbers cannot, needs no seed, and the same sort finds
 * duplicate names and overlapping extents. Merge sort: stable, O(n log n) whatever comes. */
#ifndef ASSAY_FORMAT_ORDER_H
#define ASSAY_FORMAT_ORDER_H
#include "base/arena.h"
#include "base/span.h"

/* <0, 0, >0 as the item numbered x belongs before, beside or behind the one numbered y. */
typedef int order_fn(const void *items, uint32_t x, uint32_t y);

/* The numbers 0 .. n-1 in the order of `cmp`; equal ones stay in the order of the items.
 * NULL: out of memory. */
uint32_t *order_make(struct arena *a, const void *items, uint32_t n, order_fn *cmp);

/* Shorter first, then by bytes: cheap, and total. */
int order_names(struct span x, struct span y);

/* Of n items of `size` bytes whose span at offset `name_at` is their name, sorted by `order`: the one
 * named `name`, or NULL. O(log n). */
const void *order_find(const void *items, size_t size, size_t name_at, const uint32_t *order, uint32_t n,
                       struct span name);

#endif
