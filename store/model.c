// SPDX-License-Identifier: Apache-2.0
#include "store/model.h"

#include "base/fs.h"

/* May a file of this role belong to a single weights file that lies beside it? */
static bool is_companion(enum snap_role role)
{
    return role == SNAP_CARD || role == SNAP_LICENSE || role == SNAP_NOTICE || role == SNAP_USE_POLICY ||
           role == SNAP_CONFIG || role == SNAP_ADAPTER_CONFIG || role == SNAP_GENERATION_CONFIG ||
           role == SNAP_TOKENIZER_CONFIG || role == SNAP_CHAT_TEMPLATE;
}

static const char *name_of(const char *path, struct arena *a)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    char *copy = arena_strn(a, path, n);
    if (!copy)
        return NULL;
    char *base = copy + (fs_base(copy) - copy);
    size_t len = strlen(base);
    if (len > 5 && strcmp(base + len - 5, ".gguf") == 0)
        base[len - 5] = 0;
    return base;
}

/* "a/b.gguf" -> root "a"; "b.gguf" -> root "." */
static int split_file(const char *ref, struct arena *a, struct model *m, struct err *e)
{
    const char *base = fs_base(ref);
    m->main_file = arena_str(a, base);
    m->root = base == ref ? "." : arena_strn(a, ref, base == ref + 1 ? 1 : (size_t)(base - ref) - 1);
    return m->main_file && m->root ? 0 : err_memory(e);
}

/* "x/models--org--name/snapshots/<rev>": name "org/name", the revision, and in *root the folder whose blobs
 * the snapshot's links may lead to. Any other path leaves all as it is. */
static int read_hub_path(struct model *m, struct arena *a, const char **root, struct err *e)
{
    char *path = fs_real(a, m->root);
    m->real = path ? arena_str(a, path) : NULL;
    if (!m->real)
        return err_memory(e);
    char *rev = strrchr(path, '/'), *mid = NULL, *top = NULL;
    if (rev && rev != path) {
        *rev++ = 0;
        mid = strrchr(path, '/');
    }
    if (!mid || strcmp(mid, "/snapshots") != 0)
        return 0;
    *mid = 0;
    top = (char *)(uintptr_t)fs_base(path);
    if (strncmp(top, "models--", 8) != 0)
        return 0;
    char *name = arena_str(a, top + 8), *dashes = name ? strstr(name, "--") : NULL;
    if (!name)
        return err_memory(e);
    if (dashes) {
        *dashes = '/';
        memmove(dashes + 1, dashes + 2, strlen(dashes + 2) + 1);
    }
    m->revision = rev;
    m->name = m->main_file ? m->name : name;
    *root = path;
    return 0;
}

static int list_files(struct model *m, struct arena *a, struct err *e)
{
    struct fs_list list;
    struct snapshot snap;
    const char *root = NULL;
    int rc = read_hub_path(m, a, &root, e);
    if (!rc)
        rc = fs_list(m->root, root, MODEL_FILES_MAX, a, &list, e);
    if (!rc)
        rc = snapshot_classify(&list, a, &snap, e);
    if (rc)
        return rc;
    m->truncated = list.truncated;
    m->files = arena_array(a, snap.n, sizeof *m->files);
    if (!m->files)
        return err_memory(e);
    for (size_t i = 0; i < snap.n; i++) {
        const struct snap_file *f = &snap.files[i];
        bool is_main = m->main_file && strcmp(f->entry->path, m->main_file) == 0;
        if (m->main_file && !is_main && (f->depth > 0 || !is_companion(f->role)))
            continue;
        m->files[m->n_files++] = (struct model_file){ .path = f->entry->path, .size_bytes = f->entry->size_bytes,
            .role = f->role, .scope = f->scope, .is_pdf = f->is_pdf,
            .escapes = f->entry->escapes || f->entry->kind != FS_FILE };
    }
    return 0;
}

int model_open(const char *ref, struct arena *a, struct model *out, struct err *e)
{
    struct model m = { .ref = arena_str(a, ref), .name = name_of(ref, a), .revision = "" };
    enum fs_kind kind;
    uint64_t size_bytes;
    int rc = m.ref && m.name ? fs_stat(ref, &kind, &size_bytes, e) : err_memory(e);
    if (rc)
        return rc;
    if (kind == FS_DIR) {
        m.root = m.ref;
    } else if (kind == FS_FILE) {
        rc = split_file(ref, a, &m, e);
    } else {
        (void)err_plain(e, ERR_IO, "neither a folder nor a regular file");
        (void)err_path(e, ref);
        return ERR_IO;
    }
    if (!rc)
        rc = list_files(&m, a, e);
    if (!rc)
        *out = m;
    return rc;
}

char *model_path(const struct model *m, const char *path, struct arena *a)
{
    return fs_join(a, m->root, path);
}
