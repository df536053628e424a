// SPDX-License-Identifier: Apache-2.0
#include "engine/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "engine/source_int.h"

enum { FOLDER_FILES_MAX = 4096 };
#define SOURCE_MEMORY_MAX ((size_t)4 << 30)

static int open_gguf(struct source *s, const char *path, struct err *e)
{
    uint64_t parts;
    int rc = source_map(s, path, e);
    if (!rc)
        rc = gguf_open(s->files[0].map.bytes, &s->a, &s->g, e);
    if (!rc && gguf_u64(&s->g, "split.count", &parts) && parts > 1)
        rc = err_plain(e, ERR_FORMAT, "this is one of the %llu parts of a model, which are not put together yet",
                       (unsigned long long)parts);
    return rc ? (err_path(e, path), rc) : 0;
}

int source_map(struct source *s, const char *path, struct err *e)
{
    if (s->n_files == SOURCE_FILES_MAX)
        return err_plain(e, ERR_LIMIT, "more than %d files of weights", SOURCE_FILES_MAX);
    struct source_file *f = &s->files[s->n_files];
    f->path = arena_str(&s->a, path);
    if (!f->path)
        return err_memory(e);
    int rc = fs_map(path, &f->map, e);
    if (rc)
        return rc;
    s->n_files++;
    s->bytes += f->map.bytes.n;
    return 0;
}

/* The one GGUF file of a folder that has no config.json. *out stays NULL when there is a config.json. */
static int find_gguf(const char *dir, struct arena *a, char **out, struct err *e)
{
    struct fs_list list;
    const char *found = NULL;
    size_t n = 0;
    int rc = fs_list(dir, NULL, FOLDER_FILES_MAX, a, &list, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < list.n; i++) {
        const struct fs_entry *f = &list.items[i];
        if (f->kind == FS_DIR || f->escapes || strchr(f->path, '/'))
            continue;
        if (strcmp(f->path, "config.json") == 0)
            return 0;
        if (span_ends(span_str(f->path), ".gguf") && n++ == 0)
            found = f->path;
    }
    if (n != 1) {
        rc = n ? err_plain(e, ERR_USAGE, "the folder holds %zu GGUF files", n)
               : err_plain(e, ERR_NOT_FOUND, "the folder has neither a config.json nor a GGUF file");
        if (n)
            (void)err_hint(e, "name the one to run, \"%s/%.60s\" say", dir, found);
        return err_path(e, dir), rc;
    }
    *out = fs_join(a, dir, found);
    return *out ? 0 : err_memory(e);
}

int source_open(const char *path, struct source *out, struct err *e)
{
    struct source s = { 0 };
    enum fs_kind kind;
    uint64_t size_bytes;
    char *file = NULL;
    int rc = fs_stat(path, &kind, &size_bytes, e);
    if (rc)
        return rc;
    arena_init(&s.a, SOURCE_MEMORY_MAX);
    s.files = arena_array(&s.a, SOURCE_FILES_MAX, sizeof *s.files);
    if (!s.files)
        rc = err_memory(e);
    else if (kind == FS_DIR)
        rc = find_gguf(path, &s.a, &file, e);
    if (!rc)
        rc = kind == FS_DIR && !file ? source_open_folder(&s, path, e) : open_gguf(&s, file ? file : path, e);
    if (rc)
        source_close(&s);
    else
        *out = s;
    return rc;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < s->n_files; i++)
        fs_unmap(&s->files[i].map);
    s->n_files = 0;
    arena_fini(&s->a);
}

static uint32_t number_of(const struct source *s, const struct gguf_tensor *t)
{
    return (uint32_t)(t - s->g.tensors);
}

enum arch_fix source_fix(const struct source *s, const struct gguf_tensor *t)
{
    return s->origins ? s->origins[number_of(s, t)].fix : FIX_NONE;
}

uint32_t source_pair_row(uint32_t i, uint32_t rows_per_head)
{
    uint32_t head = i / rows_per_head, k = i % rows_per_head, half = rows_per_head / 2;
    return head * rows_per_head + (k % 2) * half + k / 2;
}

int source_bad(const struct source *s, const struct gguf_tensor *t, struct err *e, int code, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)err_set(e, code, t->entry_byte, "tensor \"%.*s\" %s", SPAN_ARG(t->name), text);
    (void)err_path(e, s->files[s->origins ? s->origins[number_of(s, t)].file : 0].path);
    return code;
}
