// SPDX-License-Identifier: Apache-2.0
#include "format/st_index.h"

#include "base/json.h"
#include "format/order.h"
#include "format/shown.h"

static const char SUFFIX[] = ".safetensors";

static int check_name(const struct val *v, struct err *e)
{
    struct span s = v->str;
    size_t tail = sizeof SUFFIX - 1;
    if (s.n == 0 || s.n > 255)
        return err_set(e, ERR_UNSAFE, v->byte_from, "shard name has %zu bytes, not 1 to 255", s.n);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] == 0x7f || s.p[i] == '/' || s.p[i] == '\\')
            return err_set(e, ERR_UNSAFE, v->byte_from, "shard name \"%.*s\" is not a plain file name",
                           SPAN_ARG(shown(s)));
    if (s.p[0] == '.')                          /* also "." and ".." */
        return err_set(e, ERR_UNSAFE, v->byte_from, "shard name \"%.*s\" starts with a dot", SPAN_ARG(shown(s)));
    if (s.n < tail || memcmp(s.p + s.n - tail, SUFFIX, tail) != 0)
        return err_set(e, ERR_UNSAFE, v->byte_from, "shard \"%.*s\" is not a safetensors file",
                       SPAN_ARG(shown(s)));
    return 0;
}

static int by_file(const void *items, uint32_t x, uint32_t y)
{
    const struct val *const *v = items;
    struct span a = v[x]->str, b = v[y]->str;
    int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int by_tensor(const void *items, uint32_t x, uint32_t y)
{
    const struct st_entry *t = items;
    return order_names(t[x].tensor, t[y].tensor);
}

/* Number the files and the entries: sort the values by file name, and count where it changes. */
static int number_files(const struct val *const *values, uint32_t n, struct arena *a, struct st_index *x,
                        struct err *e)
{
    struct st_entry *entries = arena_array(a, n, sizeof *entries);
    struct span *files = arena_array(a, n, sizeof *files);
    const uint32_t *order = order_make(a, values, n, by_file);
    if (!entries || !files || !order)
        return err_memory(e);
    for (uint32_t i = 0; i < n; i++) {
        const struct val *v = values[order[i]];
        if (i == 0 || !span_eq(files[x->n_files - 1], v->str))
            files[x->n_files++] = v->str;
        entries[order[i]] = (struct st_entry){ v->key, x->n_files - 1, v->byte_from, v->byte_to };
    }
    x->entries = entries;
    x->files = files;
    x->n_entries = n;
    x->by_name = order_make(a, entries, n, by_tensor);
    return x->by_name ? 0 : err_memory(e);
}

static int read_map(const struct val *map, struct arena *a, struct st_index *x, struct err *e)
{
    if (map->kind != VAL_MAP)
        return err_set(e, ERR_FORMAT, map->byte_from, "weight_map is not a map");
    if (map->n > ST_MAX_TENSORS)
        return err_set(e, ERR_LIMIT, map->byte_from, "weight_map has %zu entries, the limit is %u", map->n,
                       ST_MAX_TENSORS);
    const struct val **values = arena_array(a, map->n, sizeof *values);
    if (!values)
        return err_memory(e);
    uint32_t n = 0;
    for (const struct val *v = map->first; v; v = v->next) {
        if (v->kind != VAL_STR)
            return err_set(e, ERR_FORMAT, v->byte_from, "weight_map \"%.*s\" is not a text",
                           SPAN_ARG(shown(v->key)));
        int rc = check_name(v, e);
        if (rc)
            return rc;
        values[n++] = v;
    }
    return number_files(values, n, a, x, e);
}

/* A whole number, also when it is written as 13476835328.0 (some published indexes do). */
static void read_total(const struct val *v, struct st_index *x)
{
    int64_t i;
    if (val_int(v, &i) && i >= 0) {
        x->total_size = (uint64_t)i;
        x->has_total_size = true;
    } else if (v && v->kind == VAL_REAL && v->r >= 0 && v->r < 9007199254740992.0
               && (double)(uint64_t)v->r >= v->r) {
        x->total_size = (uint64_t)v->r;
        x->has_total_size = true;
    }
}

int st_index_open(struct span in, struct arena *a, struct st_index *out, struct err *e)
{
    struct val_limits lim = json_limits;
    lim.max_bytes = ST_INDEX_MAX_BYTES;
    const struct val *root;
    struct st_index x = { .n_files = 0 };
    int rc = json_parse(in, &lim, a, &root, e);
    if (rc)
        return rc;
    if (root->kind != VAL_MAP)
        return err_set(e, ERR_FORMAT, root->byte_from, "index is not a map");
    const struct val *map = val_get(root, "weight_map");
    if (!map)
        return err_set(e, ERR_FORMAT, root->byte_from, "index has no weight_map");
    rc = read_map(map, a, &x, e);
    if (rc)
        return rc;
    read_total(val_get(val_get(root, "metadata"), "total_size"), &x);
    *out = x;
    return 0;
}

const struct st_entry *st_index_get(const struct st_index *x, struct span tensor)
{
    return order_find(x->entries, sizeof *x->entries, offsetof(struct st_entry, tensor), x->by_name, x->n_entries,
                      tensor);
}

static const struct st_shard *shard_of(const struct st_shard *shards, size_t n, struct span name)
{
    for (size_t i = 0; i < n; i++)
        if (span_eq(shards[i].name, name))
            return &shards[i];
    return NULL;
}

/* Each tensor of a shard is one that the index places there. Adds its bytes to *sum. */
static int check_shard(const struct st_index *x, uint32_t file, const struct st_file *f, uint64_t *sum,
                       struct err *e)
{
    struct span name = x->files[file];
    for (uint32_t i = 0; i < f->n_tensors; i++) {
        const struct st_entry *t = st_index_get(x, f->tensors[i].name);
        if (!t)
            return err_plain(e, ERR_FORMAT, "tensor \"%.*s\" of \"%.*s\" is not in the index",
                             SPAN_ARG(shown(f->tensors[i].name)), SPAN_ARG(shown(name)));
        if (t->file != file)
            return err_set(e, ERR_FORMAT, t->byte_from, "tensor \"%.*s\" is in \"%.*s\", not where the index says",
                           SPAN_ARG(shown(t->tensor)), SPAN_ARG(shown(name)));
        *sum += f->tensors[i].size_bytes;       /* each tensor once, all in memory: cannot wrap */
    }
    return 0;
}

/* Name the first tensor that the index has and its shard has not. */
static int missing_tensor(const struct st_index *x, const struct st_shard *shards, size_t n_shards,
                          struct err *e)
{
    for (uint32_t i = 0; i < x->n_entries; i++) {
        const struct st_entry *t = &x->entries[i];
        struct span name = x->files[t->file];
        if (!st_get_span(shard_of(shards, n_shards, name)->file, t->tensor))
            return err_set(e, ERR_FORMAT, t->byte_from, "tensor \"%.*s\" is not in \"%.*s\"",
                           SPAN_ARG(shown(t->tensor)), SPAN_ARG(shown(name)));
    }
    return err_plain(e, ERR_BUG, "shards do not add up to their index");
}

int st_index_check(const struct st_index *x, const struct st_shard *shards, size_t n_shards,
                   uint64_t *sum_bytes, struct err *e)
{
    uint64_t sum = 0, found = 0;
    for (uint32_t i = 0; i < x->n_files; i++) {
        const struct st_shard *s = shard_of(shards, n_shards, x->files[i]);
        if (!s)
            return err_plain(e, ERR_NOT_FOUND, "shard \"%.*s\" is missing", SPAN_ARG(shown(x->files[i])));
        int rc = check_shard(x, i, s->file, &sum, e);
        if (rc)
            return rc;
        found += s->file->n_tensors;
    }
    if (found != x->n_entries)                  /* each found one is an entry of its own */
        return missing_tensor(x, shards, n_shards, e);
    *sum_bytes = sum;
    return 0;
}
