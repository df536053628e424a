// SPDX-License-Identifier: Apache-2.0
#include "store/chat_file.h"

#include <stdio.h>
#include "base/fs.h"
#include "base/json.h"
#include "base/utf8.h"
#include "format/gguf.h"

enum { CONFIG_BYTES_MAX = 64 << 20 };

struct reading {
    struct arena *a;
    struct chat_file *f;
    const char *path;
    struct err *e;
};

static bool has_end(const char *path, const char *end)
{
    size_t n = strlen(path), k = strlen(end);
    return n >= k && strcmp(path + n - k, end) == 0;
}

static int add_template(struct reading *r, struct span name, struct span text)
{
    size_t wrong;
    struct chat_file *f = r->f;
    if (!utf8_valid(text, &wrong))
        return err_plain(r->e, ERR_FORMAT, "a chat template that is not valid UTF-8");
    if (f->n_templates == CHAT_TEMPLATES_MAX)
        return err_plain(r->e, ERR_LIMIT, "more than %d chat templates", CHAT_TEMPLATES_MAX);
    char *copy = arena_strn(r->a, text.p, text.n), *called = arena_strn(r->a, name.p, name.n), *path = arena_str(r->a, r->path);
    if (!copy || !called || !path)
        return err_memory(r->e);
    f->templates[f->n_templates++] = (struct chat_named){ called, path, span_of(copy, text.n) };
    return 0;
}

static int add_token(struct reading *r, const char *name, struct span text)
{
    size_t wrong;
    if (r->f->n_tokens == CHAT_TOKENS_MAX || !utf8_valid(text, &wrong))
        return 0;
    char *copy = arena_strn(r->a, text.p, text.n);
    if (!copy)
        return err_memory(r->e);
    r->f->tokens[r->f->n_tokens++] = (struct chat_token){ name, span_of(copy, text.n) };
    return 0;
}

/* ---- JSON --------------------------------------------------------------------------------- */

static int json_templates(struct reading *r, const struct val *v)
{
    if (v->kind == VAL_STR)
        return add_template(r, span_str("default"), v->str);
    if (v->kind != VAL_LIST)
        return err_set(r->e, ERR_FORMAT, v->byte_from, "a chat_template that is neither a text nor a list");
    for (const struct val *t = v->first; t; t = t->next) {
        const struct val *name = val_get(t, "name"), *text = val_get(t, "template");
        if (!name || !text || name->kind != VAL_STR || text->kind != VAL_STR)
            return err_set(r->e, ERR_FORMAT, t->byte_from, "a chat template without a name or a text");
        int rc = add_template(r, name->str, text->str);
        if (rc)
            return rc;
    }
    return 0;
}

static int json_tokens(struct reading *r, const struct val *root)
{
    static const char *const names[] = { "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token",
                                         "mask_token" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct val *v = val_get(root, names[i]), *text = v && v->kind == VAL_MAP ? val_get(v, "content") : v;
        int rc = text && text->kind == VAL_STR ? add_token(r, names[i], text->str) : 0;
        if (rc)
            return rc;
    }
    return 0;
}

static int read_json(struct reading *r, bool templates, bool tokens)
{
    struct span bytes;
    const struct val *root = NULL;
    int rc = fs_read(r->path, CONFIG_BYTES_MAX, r->a, &bytes, r->e);
    if (!rc)
        rc = json_parse(bytes, NULL, r->a, &root, r->e);
    if (!rc && root->kind != VAL_MAP)
        rc = err_set(r->e, ERR_FORMAT, 0, "no object of JSON");
    const struct val *v = rc ? NULL : val_get(root, "chat_template");
    if (v && v->kind != VAL_NULL && templates)
        rc = json_templates(r, v);
    if (!rc && tokens)
        rc = json_tokens(r, root);
    return rc;
}

/* ---- GGUF --------------------------------------------------------------------------------- */

static int gguf_tokens(struct reading *r, const struct gguf *g)
{
    static const char *const names[][2] = {
        { "bos_token", "tokenizer.ggml.bos_token_id" }, { "eos_token", "tokenizer.ggml.eos_token_id" },
        { "unk_token", "tokenizer.ggml.unknown_token_id" }, { "sep_token", "tokenizer.ggml.seperator_token_id" },
        { "pad_token", "tokenizer.ggml.padding_token_id" }, { "mask_token", "tokenizer.ggml.mask_token_id" },
    };
    uint64_t ids[6];
    bool has[6];
    struct span text;
    struct gguf_strings it = gguf_strings(gguf_get(g, "tokenizer.ggml.tokens"));
    for (size_t i = 0; i < 6; i++)
        has[i] = gguf_u64(g, names[i][1], &ids[i]);
    for (uint64_t id = 0; gguf_next(&it, &text); id++)
        for (size_t i = 0; i < 6; i++) {
            int rc = has[i] && ids[i] == id ? add_token(r, names[i][0], text) : 0;
            if (rc)
                return rc;
        }
    return 0;
}

static int gguf_templates(struct reading *r, const struct gguf *g)
{
    static const char key[] = "tokenizer.chat_template";
    for (uint32_t i = 0; i < g->n_kv; i++) {
        const struct gguf_kv *kv = &g->kv[i];
        struct span name = span_sub(kv->key, sizeof key, kv->key.n);
        if (kv->type != GGUF_STR || !span_starts(kv->key, key) || (kv->key.n >= sizeof key && kv->key.p[sizeof key - 1] != '.'))
            continue;
        int rc = add_template(r, name.n ? name : span_str("default"), kv->value);
        if (rc)
            return rc;
    }
    return 0;
}

static int read_gguf(struct reading *r, bool templates)
{
    struct fs_map m;
    struct gguf g;
    int rc = fs_map(r->path, &m, r->e);
    if (rc)
        return rc;
    rc = gguf_open_keys(m.bytes, r->a, &g, r->e);
    if (!rc && templates)
        rc = gguf_templates(r, &g);
    if (!rc)
        rc = gguf_tokens(r, &g);
    fs_unmap(&m);
    return rc;
}

/* ---- files and folders -------------------------------------------------------------------- */

static int read_text(struct reading *r, const char *name)
{
    struct span bytes;
    int rc = fs_read(r->path, JINJA_BYTES_MAX, r->a, &bytes, r->e);
    return rc ? rc : add_template(r, span_str(name), bytes);
}

static int is_gguf(const char *path, bool *is, struct err *e)
{
    struct fs_map m;
    int rc = fs_map(path, &m, e);
    if (rc)
        return rc;
    *is = span_starts(m.bytes, "GGUF");
    fs_unmap(&m);
    return 0;
}

static int read_file(struct reading *r)
{
    bool gguf = false;
    int rc = is_gguf(r->path, &gguf, r->e);
    if (rc)
        return rc;
    if (gguf)
        return read_gguf(r, true);
    return has_end(r->path, ".json") ? read_json(r, true, true) : read_text(r, "default");
}

static bool there(const char *path)
{
    enum fs_kind kind;
    uint64_t size;
    return path && !fs_stat(path, &kind, &size, NULL) && kind == FS_FILE;
}

/* chat_template.jinja and those in additional_chat_templates */
static int folder_jinja(struct reading *r, const char *dir)
{
    struct fs_list list = { 0 };
    char *more = fs_join(r->a, dir, "additional_chat_templates");
    enum fs_kind kind;
    uint64_t size;
    int rc = read_text(r, "default");
    if (rc || !more)
        return rc ? rc : err_memory(r->e);
    if (fs_stat(more, &kind, &size, NULL) || kind != FS_DIR)
        return 0;
    rc = fs_list(more, dir, 1000, r->a, &list, r->e);
    for (size_t i = 0; i < list.n && !rc; i++) {
        const struct fs_entry *f = &list.items[i];
        size_t n = strlen(f->path);
        if (f->kind != FS_FILE || f->escapes || strchr(f->path, '/') || !has_end(f->path, ".jinja") || n == 6)
            continue;
        char *name = arena_strn(r->a, f->path, n - 6);
        r->path = fs_join(r->a, more, f->path);
        rc = name && r->path ? read_text(r, name) : err_memory(r->e);
    }
    return rc;
}

static int folder_gguf(struct reading *r, const char *dir)
{
    struct fs_list list = { 0 };
    const char *only = NULL;
    int rc = fs_list(dir, NULL, 1000, r->a, &list, r->e);
    for (size_t i = 0; i < list.n && !rc; i++) {
        const struct fs_entry *f = &list.items[i];
        if (f->kind != FS_FILE || f->escapes || strchr(f->path, '/') || !has_end(f->path, ".gguf"))
            continue;
        if (only)
            return err_plain(r->e, ERR_USAGE, "several .gguf files there: name one");
        only = f->path;
    }
    if (rc || !only)
        return rc;
    r->path = fs_join(r->a, dir, only);
    return r->path ? read_gguf(r, true) : err_memory(r->e);
}

static int read_folder(struct reading *r)
{
    const char *dir = r->path, *config = fs_join(r->a, dir, "tokenizer_config.json");
    const char *jinja = fs_join(r->a, dir, "chat_template.jinja"), *json = fs_join(r->a, dir, "chat_template.json");
    bool has_config = there(config);
    int rc = config && jinja && json ? 0 : err_memory(r->e);
    if (!rc && there(jinja)) {
        r->path = jinja;
        rc = folder_jinja(r, dir);
    } else if (!rc && there(json)) {
        r->path = json;
        rc = read_json(r, true, false);
    }
    if (!rc && has_config) {
        r->path = config;
        rc = read_json(r, r->f->n_templates == 0, true);
    }
    if (!rc && !has_config && r->f->n_templates == 0)
        rc = folder_gguf(r, dir);
    if (!rc)
        r->path = dir;
    return rc;
}

int chat_file_open(const char *path, struct arena *a, struct chat_file *out, struct err *e)
{
    struct chat_file *f = arena_alloc(a, sizeof *f);
    struct reading r = { a, f, path, e };
    enum fs_kind kind;
    uint64_t size;
    if (!f)
        return err_memory(e);
    int rc = fs_stat(path, &kind, &size, e);
    if (!rc)
        rc = kind == FS_DIR ? read_folder(&r) : read_file(&r);
    if (!rc && !f->n_templates)
        rc = err_plain(e, ERR_NOT_FOUND, "no chat template there");
    if (rc) {
        (void)err_path(e, r.path ? r.path : path);
        return rc;
    }
    *out = *f;
    return 0;
}

int chat_file_pick(const struct chat_file *f, const char *name, bool has_tools, const struct chat_named **out, struct err *e)
{
    const struct chat_named *found = NULL;
    char names[160] = "";
    size_t at = 0;
    for (size_t i = 0; i < f->n_templates; i++) {
        const struct chat_named *t = &f->templates[i];
        bool is = strcmp(t->name, name ? name : "default") == 0;
        if (is || (!name && has_tools && strcmp(t->name, "tool_use") == 0))
            found = !found || !is ? t : found;      /* tool_use wins */
        int n = at < sizeof names ? snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "", t->name) : 0;
        at += n > 0 ? (size_t)n : 0;
    }
    if (!found && !name && f->n_templates == 1)
        found = &f->templates[0];
    if (!found)
        return err_plain(e, ERR_NOT_FOUND, "no chat template \"%.60s\"; there are: %s", name ? name : "default", names);
    *out = found;
    return 0;
}
