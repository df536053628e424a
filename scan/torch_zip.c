// SPDX-License-Identifier: Apache-2.0
#include "scan/torch_zip.h"

#include "format/order.h"

void torch_zip_find(const struct zip *z, struct torch_zip *out)
{
    *out = (struct torch_zip){ .found = false };
    for (uint32_t i = 0; i < z->n_members && !out->found; i++) {
        struct span name = z->members[i].name;
        if (!span_ends(name, "data.pkl") || (name.n > 8 && name.p[name.n - 9] != '/'))
            continue;
        out->found = true;
        out->root = span_sub(name, 0, name.n - 8);
    }
}

/* The name behind the root; false when it lies elsewhere. */
static bool inner_name(const struct torch_zip *t, struct span name, struct span *out)
{
    if (!t->found || name.n < t->root.n || memcmp(name.p, t->root.p, t->root.n) != 0)
        return false;
    *out = span_sub(name, t->root.n, name.n);
    return true;
}

static const char *const small_names[] = { "version", "byteorder", ".format_version", ".storage_alignment",
                                           ".data/serialization_id", ".data/version" };

enum torch_part torch_zip_part(const struct torch_zip *t, struct span name)
{
    struct span in;
    if (!inner_name(t, name, &in))
        return TORCH_OTHER;
    if (span_is(in, "data.pkl"))
        return TORCH_DATA;
    if (span_is(in, "constants.pkl"))
        return TORCH_CONSTANTS;
    if (span_starts(in, "code/") && span_ends(in, ".py"))
        return TORCH_CODE;
    if (span_starts(in, "data/") || span_starts(in, "constants/"))
        return TORCH_STORAGE;
    for (size_t i = 0; i < sizeof small_names / sizeof *small_names; i++)
        if (span_is(in, small_names[i]))
            return TORCH_SMALL;
    return TORCH_OTHER;
}

static int by_key(const void *items, uint32_t x, uint32_t y)
{
    const struct scan_storage *s = items;
    return strcmp(s[x].key, s[y].key);
}

int torch_zip_asked(struct torch_zip *t, struct arena *a)
{
    t->data_order = order_make(a, t->data.items, (uint32_t)t->data.n, by_key);
    t->constants_order = order_make(a, t->constants.items, (uint32_t)t->constants.n, by_key);
    t->met = arena_alloc(a, t->data.n);
    return t->data_order && t->constants_order && t->met ? 0 : -1;
}

/* The one with this key; keys are each once. */
static const struct scan_storage *find(const struct scan_storages *l, const uint32_t *order, const char *key)
{
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(l->items[order[mid]].key, key);
        if (!c)
            return &l->items[order[mid]];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

const struct scan_storage *torch_zip_storage(struct torch_zip *t, struct span name)
{
    char key[64];
    struct span in;
    if (!inner_name(t, name, &in))
        return NULL;
    bool constants = span_starts(in, "constants/");
    in = span_sub(in, constants ? 10 : 5, in.n);
    if (in.n >= sizeof key)
        return NULL;
    memcpy(key, in.p, in.n);
    key[in.n] = 0;
    if (constants)
        return find(&t->constants, t->constants_order, key);
    const struct scan_storage *s = find(&t->data, t->data_order, key);
    if (s)
        t->met[s - t->data.items] = 1;
    return s;
}

bool torch_zip_small(struct span name, struct span bytes)
{
    if (span_ends(name, "byteorder"))
        return span_is(bytes, "little") || span_is(bytes, "big");
    while (bytes.n && bytes.p[bytes.n - 1] == '\n')
        bytes.n--;
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.p[i] < '0' || bytes.p[i] > '9')
            return false;
    return bytes.n && bytes.n <= 64;
}

const char *torch_zip_missing(const struct torch_zip *t)
{
    for (size_t i = 0; i < t->data.n; i++)
        if (!t->met[i] && t->data.items[i].bytes)
            return t->data.items[i].key;
    return NULL;
}
