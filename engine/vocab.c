// SPDX-License-Identifier: Apache-2.0
#include "engine/vocab.h"
#include "base/fs.h"
#include "engine/vocab_gguf.h"

enum { JSON_MAX = 256 << 20, CONFIG_MAX = 16 << 20, FILES_MAX = 4096 };

static int from_gguf(const char *path, struct arena *a, struct tokenizer **out, struct err *e)
{
    struct fs_map map;
    struct gguf g;
    struct arena scratch;
    int rc = fs_map(path, &map, e);
    if (rc)
        return rc;
    arena_init(&scratch, (size_t)4 << 30);
    rc = gguf_open_keys(map.bytes, &scratch, &g, e);
    if (!rc)
        rc = vocab_from_gguf(&g, a, out, e);
    arena_fini(&scratch);
    fs_unmap(&map);
    return rc ? (void)err_path(e, path), rc : 0;
}

/* tokenizer_config.json beside `path`; empty when there is none. */
static int read_config(const char *path, struct arena *a, struct span *out, struct err *e)
{
    const char *base = fs_base(path);
    char *dir = arena_strn(a, path, base > path ? (size_t)(base - path) - 1 : 0);
    char *config = !dir ? NULL : base > path && !*dir ? arena_str(a, "/tokenizer_config.json")
                                                       : fs_join(a, dir, "tokenizer_config.json");
    enum fs_kind kind;
    uint64_t size;
    *out = SPAN_NONE;
    if (!config)
        return err_memory(e);
    if (fs_stat(config, &kind, &size, NULL) || kind != FS_FILE)
        return 0;
    return fs_read(config, CONFIG_MAX, a, out, e);
}

static int from_json(const char *path, struct arena *a, struct tokenizer **out, struct err *e)
{
    struct arena scratch;
    struct span json, config;
    arena_init(&scratch, (size_t)512 << 20);
    int rc = fs_read(path, JSON_MAX, &scratch, &json, e);
    if (!rc)
        rc = read_config(path, &scratch, &config, e);
    if (!rc)
        rc = tok_new_json(json, config, a, out, e);
    arena_fini(&scratch);
    return rc ? (void)err_path(e, path), rc : 0;
}

static bool ends_in(const char *s, const char *end) { return span_ends(span_str(s), end); }

/* What in a folder holds the vocabulary: tokenizer.json, or else the first GGUF file (of shards, the first has it). */
static int find_in(const char *dir, struct arena *scratch, char **out, struct err *e)
{
    struct fs_list list;
    const char *found = NULL;
    int rc = fs_list(dir, NULL, FILES_MAX, scratch, &list, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < list.n; i++) {
        const struct fs_entry *f = &list.items[i];
        if (f->kind == FS_DIR || f->escapes || strchr(f->path, '/'))
            continue;
        if (strcmp(f->path, "tokenizer.json") == 0) {
            found = f->path;
            break;
        }
        if (ends_in(f->path, ".gguf") && !found)
            found = f->path;
    }
    if (!found) {
        (void)err_plain(e, ERR_NOT_FOUND, "the folder has neither a tokenizer.json nor a GGUF file");
        (void)err_path(e, dir);
        return err_hint(e, "a SentencePiece file (tokenizer.model) alone is not read");
    }
    *out = fs_join(scratch, dir, found);
    return *out ? 0 : err_memory(e);
}

int vocab_open(const char *path, struct arena *a, struct tokenizer **out, const char **kind, struct err *e)
{
    enum fs_kind what;
    struct arena scratch;
    char *file = NULL;
    uint64_t size;
    struct err local = { 0 };
    int rc = fs_stat(path, &what, &size, &local);
    arena_init(&scratch, (size_t)64 << 20);
    if (!rc && what == FS_DIR)
        rc = find_in(path, &scratch, &file, &local);
    const char *at = file ? file : path;
    bool json = ends_in(at, ".json");
    if (!rc)
        rc = json ? from_json(at, a, out, &local) : from_gguf(at, a, out, &local);
    if (!rc && kind)
        *kind = json ? "tokenizer.json" : "gguf";
    arena_fini(&scratch);
    if (rc && e)
        *e = local;
    return rc;
}
