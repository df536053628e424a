// SPDX-License-Identifier: Apache-2.0
/* tests/support/tiny_model.h - the folder of a tiny model from tests/golden/arch/<name>.json: the weights are made here.
 *
 * The numbers are those of tests/golden/make_tiny_models.py, from the tensor's name and the element's number alone. */
#ifndef ASSAY_TESTS_TINY_MODEL_H
#define ASSAY_TESTS_TINY_MODEL_H
#include <math.h>
#include <unistd.h>
#include "base/fs_write.h"
#include "base/json.h"
#include "tests/support/check.h"

static inline uint64_t tiny_seed(const char *name)
{
    uint64_t seed = 0xcbf29ce484222325u;
    for (; *name; name++)
        seed = (seed ^ (uint8_t)*name) * 0x100000001b3u;
    return seed;
}

static inline double tiny_unit(uint64_t seed, uint64_t i)
{
    uint64_t x = seed + (i + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    return ((double)(x >> 40) - 0x1p23) / 0x1p23;
}

static inline bool tiny_named(const char *name, const char *part) { return strcasestr(name, part) != NULL; }

static inline float tiny_value(const char *name, uint64_t columns, uint64_t i)
{
    double unit = tiny_unit(tiny_seed(name), i);
    if (columns == 0 && tiny_named(name, "norm"))
        return (float)((tiny_named(name, "bias") ? 0 : 1) + 0.25 * unit);
    if (columns == 0)
        return (float)(0.5 * unit);
    return (float)(unit * (tiny_named(name, "embed") ? 1 : 2 / sqrt((double)columns)));
}

/* The directory of a safetensors file for the tensors of `list`, and their bytes behind it. */
static inline void tiny_tensors(const struct val *list, struct buf *out)
{
    struct buf dir, data;
    buf_init(&dir, 1 << 20);
    buf_init(&data, 64 << 20);
    for (const struct val *t = list->first; t; t = t->next) {
        uint64_t n = 1, columns = t->n > 1 ? (uint64_t)t->first->next->i : 0, from = data.n;
        buf_fmt(&dir, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[", dir.n ? "," : "{", (const char *)t->key.p);
        for (const struct val *d = t->first; d; d = d->next) {
            n *= (uint64_t)d->i;
            buf_fmt(&dir, "%s%lld", d == t->first ? "" : ",", (long long)d->i);
        }
        for (uint64_t i = 0; i < n; i++) {
            float v = tiny_value((const char *)t->key.p, columns, i);
            buf_add(&data, &v, sizeof v);
        }
        buf_fmt(&dir, "],\"data_offsets\":[%llu,%zu]}", (unsigned long long)from, data.n);
    }
    buf_char(&dir, '}');
    uint64_t size = dir.n;
    buf_add(out, &size, sizeof size);
    buf_span(out, buf_view(&dir));
    buf_span(out, buf_view(&data));
    buf_fini(&dir);
    buf_fini(&data);
}

static inline void tiny_write(const char *dir, const char *name, struct span bytes)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    YES(f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
    EQ(fclose(f), 0);
}

/* Read arch/<name>.json into *golden and write its model into a new folder, whose name goes into dir. */
static inline void tiny_make(const char *name, struct arena *a, const struct val **golden, char dir[64])
{
    char path[512];
    struct span json;
    struct buf st;
    struct err e = { 0 };
    snprintf(path, sizeof path, "%s/tests/golden/arch/%s.json", dir_of("ASSAY_SOURCE"), name);
    if (fs_read(path, 1 << 24, a, &json, &e) || json_parse(json, NULL, a, golden, &e))
        fail_msg("%s: %s", path, e.msg);
    snprintf(dir, 64, "/tmp/assay-tiny-XXXXXX");
    YES(mkdtemp(dir) != NULL);
    const struct val *config = val_get(*golden, "config");
    tiny_write(dir, "config.json", span_sub(json, config->byte_from, config->byte_to - config->byte_from));
    buf_init(&st, 64 << 20);
    tiny_tensors(val_get(*golden, "tensors"), &st);
    tiny_write(dir, "model.safetensors", buf_view(&st));
    buf_fini(&st);
}

static inline void tiny_remove(const char *dir)
{
    static const char *const names[] = { "config.json", "model.safetensors", "model.gguf" };
    char path[512];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

#endif
