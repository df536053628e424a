// SPDX-License-Identifier: Apache-2.0
/* engine/hf_folder.c - a folder of config.json and safetensors as a view by GGUF's names. */
#include <stdio.h>
#include "base/json.h"
#include "engine/source_int.h"
#include "format/order.h"
#include "format/st_index.h"

enum { CONFIG_MAX_BYTES = 16 << 20 };

/* ---- shards -------------------------------------------------------------------------- */

static int open_shard(struct source *s, const char *path, struct err *e)
{
    int rc = source_map(s, path, e);
    if (rc)
        return rc;
    struct source_file *f = &s->files[s->n_files - 1];
    rc = st_open(f->map.bytes, &s->a, &f->st, e);
    return rc ? (err_path(e, path), rc) : 0;
}

static int open_index(struct source *s, const char *dir, const char *path, struct err *e)
{
    struct span json;
    struct st_index x;
    uint64_t sum;
    int rc = fs_read(path, ST_INDEX_MAX_BYTES, &s->a, &json, e);
    if (!rc)
        rc = st_index_open(json, &s->a, &x, e);
    if (rc)
        return err_path(e, path), rc;
    struct st_shard *shards = arena_array(&s->a, x.n_files + 1, sizeof *shards);
    if (!shards)
        return err_memory(e);
    for (uint32_t i = 0; i < x.n_files && !rc; i++) {
        char *file = fs_join(&s->a, dir, (const char *)x.files[i].p);
        rc = file ? open_shard(s, file, e) : err_memory(e);
        if (!rc)
            shards[i] = (struct st_shard){ x.files[i], &s->files[s->n_files - 1].st };
    }
    if (!rc && (rc = st_index_check(&x, shards, x.n_files, &sum, e)))
        (void)err_path(e, path);
    return rc;
}

static int open_weights(struct source *s, const char *dir, struct err *e)
{
    enum fs_kind kind;
    uint64_t size_bytes;
    char *one = fs_join(&s->a, dir, "model.safetensors");
    char *index = fs_join(&s->a, dir, "model.safetensors.index.json");
    if (!one || !index)
        return err_memory(e);
    if (fs_stat(one, &kind, &size_bytes, NULL) == 0)
        return open_shard(s, one, e);
    if (fs_stat(index, &kind, &size_bytes, NULL) == 0)
        return open_index(s, dir, index, e);
    (void)err_plain(e, ERR_NOT_FOUND, "there is neither model.safetensors nor its index");
    return err_path(e, dir), ERR_NOT_FOUND;
}

/* ---- tensors ------------------------------------------------------------------------- */

struct view { struct gguf_tensor *t; struct source_origin *from; uint32_t n; };

static bool type_of(enum st_dtype dtype, enum ggml_type *out)
{
    switch (dtype) {
    case ST_F32: *out = GGML_F32; return true;
    case ST_F16: *out = GGML_F16; return true;
    case ST_BF16: *out = GGML_BF16; return true;
    default: return false;
    }
}

static int add_tensor(struct source *s, const struct arch *arch, uint32_t file, const struct st_tensor *st,
                      struct view *v, struct err *e)
{
    char name[HF_NAME_BYTES];
    enum arch_fix fix;
    struct gguf_tensor t = { .dims = { 1, 1, 1, 1 }, .n_dims = st->n_dims, .n_elements = st->n_elements,
                             .size_bytes = st->size_bytes, .byte_from = st->byte_from, .byte_to = st->byte_to,
                             .entry_byte = st->entry_from, .data = st->data };
    int rc = hf_name(arch, st->name, name, &fix, e);
    if (rc || !name[0])
        return rc;
    if (!type_of(st->dtype, &t.type))
        return err_set(e, ERR_FORMAT, st->entry_from, "tensor \"%.*s\" is %s, which is not run: F32, F16, BF16 are",
                       SPAN_ARG(st->name), st_dtype_name(st->dtype));
    if (st->n_dims < 1 || st->n_dims > GGUF_MAX_DIMS || st->n_elements == 0)
        return err_set(e, ERR_FORMAT, st->entry_from, "tensor \"%.*s\" has %u dimensions, or one of 0",
                       SPAN_ARG(st->name), st->n_dims);
    for (uint32_t i = 0; i < st->n_dims; i++)
        t.dims[i] = st->dims[st->n_dims - 1 - i];
    char *copy = arena_str(&s->a, name);
    if (!copy)
        return err_memory(e);
    t.name = span_str(copy);
    v->t[v->n] = t;
    v->from[v->n++] = (struct source_origin){ file, fix };
    return 0;
}

static int add_tensors(struct source *s, const struct hf_config *c, struct view *v, struct err *e)
{
    uint64_t n = c->n_made;
    int rc = 0;
    for (uint32_t i = 0; i < s->n_files; i++)
        n += s->files[i].st.n_tensors;
    if (n > GGUF_MAX_TENSORS)
        return err_plain(e, ERR_LIMIT, "more than %u tensors", GGUF_MAX_TENSORS);
    v->t = arena_array(&s->a, n + 1, sizeof *v->t);
    v->from = arena_array(&s->a, n + 1, sizeof *v->from);
    if (!v->t || !v->from)
        return err_memory(e);
    for (uint32_t i = 0; i < s->n_files && !rc; i++)
        for (uint32_t k = 0; k < s->files[i].st.n_tensors && !rc; k++)
            if ((rc = add_tensor(s, c->arch, i, &s->files[i].st.tensors[k], v, e)))
                (void)err_path(e, s->files[i].path);
    for (size_t i = 0; i < c->n_made && !rc; i++)
        v->t[v->n++] = c->made[i];
    return rc;
}

/* ---- the view ------------------------------------------------------------------------ */

static int by_key(const void *items, uint32_t x, uint32_t y)
{
    const struct gguf_kv *kv = items;
    return order_names(kv[x].key, kv[y].key);
}

static int by_name(const void *items, uint32_t x, uint32_t y)
{
    const struct gguf_tensor *t = items;
    return order_names(t[x].name, t[y].name);
}

/* Two tensors of one name in GGUF are two that the folder calls differently: which one counts is not known. */
static int name_twice(const struct source *s, struct err *e)
{
    for (uint32_t i = 1; i < s->g.n_tensors; i++) {
        const struct gguf_tensor *x = &s->g.tensors[s->g.tensors_by_name[i - 1]];
        const struct gguf_tensor *y = &s->g.tensors[s->g.tensors_by_name[i]];
        if (span_eq(x->name, y->name))
            return source_bad(s, y, e, ERR_FORMAT, "is there twice under different names");
    }
    return 0;
}

/* A head of its own that is not there, though the configuration says that it is not the embedding's. */
static int head_missing(const struct source *s, const struct hf_config *c, struct err *e)
{
    const struct val *tied = val_get(c->json, "tie_word_embeddings");
    bool is;
    bool untied = tied && val_bool(tied, &is) && !is && c->arch->model_may & BIT(W_OUTPUT);
    if (!untied || gguf_tensor(&s->g, "output.weight"))
        return 0;
    return err_line(e, ERR_FORMAT, tied->line, "the head is not the embedding's, and tensor \"lm_head.weight\" is missing");
}

static int make_view(struct source *s, const struct hf_config *c, const struct view *v, struct err *e)
{
    s->g = (struct gguf){ .version = 3, .alignment = 32, .n_kv = (uint32_t)c->n_kv, .n_tensors = v->n, .kv = c->kv,
                          .tensors = v->t };
    s->origins = v->from;
    s->g.kv_by_name = order_make(&s->a, c->kv, s->g.n_kv, by_key);
    s->g.tensors_by_name = order_make(&s->a, v->t, v->n, by_name);
    if (!s->g.kv_by_name || !s->g.tensors_by_name)
        return err_memory(e);
    int rc = name_twice(s, e);
    return rc ? rc : head_missing(s, c, e);
}

/* The part of a composite model's configuration that is about text. */
static const struct val *text_part(const struct val *json)
{
    const struct val *part = val_get(json, "text_config");
    return part && part->kind == VAL_MAP ? part : json;
}

/* How a sentence model makes one vector of many: 1_Pooling/config.json beside the model. */
static int put_pooling(struct hf_config *c, const char *dir, struct err *e)
{
    static const struct { const char *key, *mode; enum pooling is; } modes[] = {
        { "pooling_mode_mean_tokens", "mean", POOL_MEAN }, { "pooling_mode_cls_token", "cls", POOL_CLS },
        { "pooling_mode_lasttoken", "lasttoken", POOL_LAST },
    };
    struct span json;
    const struct val *v;
    bool on;
    char *path = fs_join(c->a, dir, "1_Pooling/config.json");
    if (!path)
        return err_memory(e);
    int rc = fs_read(path, CONFIG_MAX_BYTES, c->a, &json, NULL);
    if (rc == ERR_NOT_FOUND)
        return 0;
    if (!rc)
        rc = json_parse(json, NULL, c->a, &v, e);
    for (size_t i = 0; i < sizeof modes / sizeof *modes && !rc; i++)
        if ((val_bool(val_get(v, modes[i].key), &on) && on) || val_is(val_get(v, "pooling_mode"), modes[i].mode))
            return hf_put_u32(c, "pooling_type", modes[i].is, 0, e);
    if (!rc)
        rc = err_plain(e, ERR_FORMAT, "a way of pooling that is not known here: mean, cls and lasttoken are");
    return err_path(e, path), rc;
}

int source_open_folder(struct source *s, const char *dir, struct err *e)
{
    struct hf_config c = { .a = &s->a };
    struct view v = { 0 };
    struct span json;
    const struct val *top;
    char *path = fs_join(&s->a, dir, "config.json");
    if (!path)
        return err_memory(e);
    int rc = fs_read(path, CONFIG_MAX_BYTES, &s->a, &json, e);
    if (!rc)
        rc = json_parse(json, NULL, &s->a, &top, e);
    if (!rc) {
        c.json = text_part(top);
        rc = hf_keys_make(&c, e);
    }
    if (rc)
        return err_path(e, path), rc;
    rc = put_pooling(&c, dir, e);
    if (!rc)
        rc = open_weights(s, dir, e);
    if (!rc)
        rc = add_tensors(s, &c, &v, e);
    return rc ? rc : make_view(s, &c, &v, e);
}
