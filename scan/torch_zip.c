// SPDX-License-Identifier: Apache-2.0
#include "scan/torch_zip.h"

#include <stdlib.h>

static bool ends_with(struct span s, const char *end)
{
    size_t n = strlen(end);
    return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

void torch_zip_find(const struct zip *z, struct torch_zip *out)
{
    *out = (struct torch_zip){ .found = false };
    for (uint32_t i = 0; i < z->n_members && !out->found; i++) {
        struct span name = z->members[i].name;
        if (!ends_with(name, "data.pkl") || (name.n > 8 && name.p[name.n - 9] != '/'))
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
    if (span_starts(in, "code/") && ends_with(in, ".py"))
        return TORCH_CODE;
    if (span_starts(in, "data/") || span_starts(in, "constants/"))
        return TORCH_STORAGE;
    for (size_t i = 0; i < sizeof small_names / sizeof *small_names; i++)
        if (span_is(in, small_names[i]))
            return TORCH_SMALL;
    return TORCH_OTHER;
}

static int by_key(const void *x, const void *y)
{
    return strcmp(((const struct scan_storage *)x)->key, ((const struct scan_storage *)y)->key);
}

int torch_zip_asked(struct torch_zip *t, struct arena *a)
{
    if (t->data.n)
        qsort(t->data.items, t->data.n, sizeof *t->data.items, by_key);
    if (t->constants.n)
        qsort(t->constants.items, t->constants.n, sizeof *t->constants.items, by_key);
    t->met = arena_alloc(a, t->data.n + t->constants.n);
    return t->met ? 0 : -1;
}

const struct scan_storage *torch_zip_storage(struct torch_zip *t, struct span name)
{
    char key[64];
    struct span in;
    if (!inner_name(t, name, &in))
        return NULL;
    bool constants = span_starts(in, "constants/");
    const struct scan_storages *l = constants ? &t->constants : &t->data;
    in = span_sub(in, constants ? 10 : 5, in.n);
    if (in.n >= sizeof key || !l->n)
        return NULL;
    memcpy(key, in.p, in.n);
    key[in.n] = 0;
    struct scan_storage want = { .key = key };
    const struct scan_storage *s = bsearch(&want, l->items, l->n, sizeof *l->items, by_key);
    if (s)
        t->met[(size_t)(s - l->items) + (constants ? t->data.n : 0)] = 1;
    return s;
}

bool torch_zip_small(struct span name, struct span bytes)
{
    if (ends_with(name, "byteorder"))
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
