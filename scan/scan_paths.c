// SPDX-License-Identifier: Apache-2.0
#include "scan/scan_paths.h"

#include <stdlib.h>

#include "base/fs.h"
#include "scan/repository.h"
#include "store/digest.h"

struct listing { struct scan_file *items; size_t n, cap; bool truncated; };

static int add(struct listing *l, struct scan_file f, struct arena *a, struct err *e)
{
    void *items = l->items;
    if (l->n >= SCAN_FILES_MAX)
        return l->truncated = true, 0;
    if (arena_grow(a, &items, &l->cap, l->n, sizeof *l->items))
        return err_memory(e);
    l->items = items;
    l->items[l->n++] = f;
    return 0;
}

static int add_entry(struct listing *l, const char *folder, const struct fs_entry *x, size_t outside, struct arena *a,
                     struct err *e)
{
    char *full = fs_join(a, folder, x->path);
    return full ? add(l, (struct scan_file){ full, full, x->size_bytes, outside, x->escapes || x->kind == FS_OTHER }, a, e)
                : err_memory(e);
}

/* Of a repository inside the folder: its settings and hooks, which git runs. Nothing else of it is a file of the model. */
static int add_git(struct listing *l, const char *git, size_t outside, struct arena *a, struct err *e)
{
    struct fs_list list = { 0 };
    int rc = fs_list(git, NULL, SCAN_FILES_MAX, a, &list, e);
    for (size_t i = 0; i < list.n && !rc; i++)
        if (strcmp(list.items[i].path, "config") == 0 || strncmp(list.items[i].path, "hooks/", 6) == 0)
            rc = add_entry(l, git, &list.items[i], outside, a, e);
    if (!rc)
        l->truncated = l->truncated || list.truncated;
    return rc;
}

static int by_shown(const void *x, const void *y)
{
    return strcmp(((const struct scan_file *)x)->shown, ((const struct scan_file *)y)->shown);
}

static int add_folder(struct listing *l, const char *path, struct arena *a, struct err *e)
{
    struct fs_list list;
    int rc = fs_list(path, NULL, SCAN_FILES_MAX, a, &list, e);
    size_t first = l->n, n = strlen(path), outside = path[n - 1] == '/' ? n : n + 1;
    for (size_t i = 0; i < list.n && !rc; i++)
        rc = add_entry(l, path, &list.items[i], outside, a, e);
    for (size_t i = 0; i < list.n_skipped && !rc; i++) {
        const char *git = fs_join(a, path, list.skipped[i]);
        rc = git ? add_git(l, git, outside, a, e) : err_memory(e);
    }
    if (rc)
        return rc;
    if (list.n_skipped && l->n > first)
        qsort(l->items + first, l->n - first, sizeof *l->items, by_shown);
    l->truncated = l->truncated || list.truncated;
    return 0;
}

static int list_all(struct listing *l, char *const *paths, size_t n_paths, struct arena *a, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < n_paths && !rc; i++) {
        enum fs_kind kind;
        uint64_t size;
        size_t n = strlen(paths[i]);
        while (n > 1 && paths[i][n - 1] == '/')
            n--;
        const char *path = arena_strn(a, paths[i], n);
        rc = path ? fs_stat(path, &kind, &size, e) : err_memory(e);
        if (!rc)
            rc = kind == FS_DIR ? add_folder(l, path, a, e)
                                : add(l, (struct scan_file){ path, path, size, (size_t)(fs_base(path) - path),
                                                            kind != FS_FILE }, a, e);
        if (rc)
            (void)err_path(e, paths[i]);
    }
    return rc;
}

/* The files as a model that digest_start takes: paths are those for open(2). */
static int as_model(const struct listing *l, struct arena *a, struct model *m, struct err *e)
{
    *m = (struct model){ .ref = "", .name = "", .revision = "", .root = "", .n_files = l->n };
    m->files = arena_array(a, l->n, sizeof *m->files);
    if (!m->files)
        return err_memory(e);
    for (size_t i = 0; i < l->n; i++)
        m->files[i] = (struct model_file){ .path = l->items[i].path, .size_bytes = l->items[i].size_bytes,
                                           .escapes = l->items[i].escapes };
    return 0;
}

/* Hash beside the workers. A file that cannot be read is their finding, so a failure to hash it is none. */
static int hash_and_scan(const struct listing *l, const struct scan_options *opt, bool no_hash, struct arena *a,
                         struct scanned *s, struct err *e)
{
    struct digest_job *job = NULL;
    struct model m;
    int rc = as_model(l, a, &m, e);
    if (!rc && !no_hash)
        rc = digest_start(&m, DIGEST_SKIP, a, NULL, NULL, &job, e);
    if (!rc)
        rc = scan_pool(s->files, s->n, opt, a, s->results, e);
    if (!rc && job)
        rc = digest_wait(job, a, e);
    digest_stop(job);
    if (!rc)
        rc = repository_judge(s->files, s->n, s->results, a, e);
    for (size_t i = 0; i < s->n && !rc; i++)
        s->sha256[i] = m.files[i].sha256;
    return rc;
}

int scan_paths(char *const *paths, size_t n_paths, const struct scan_options *opt, bool no_hash, struct arena *a,
               struct scanned *out, struct err *e)
{
    struct listing l = { 0 };
    int rc = list_all(&l, paths, n_paths, a, e);
    if (rc)
        return rc;
    struct scanned s = { .files = l.items, .n = l.n, .truncated = l.truncated };
    s.results = arena_array(a, l.n, sizeof *s.results);
    s.sha256 = arena_array(a, l.n, sizeof *s.sha256);
    if (!s.results || !s.sha256)
        return err_memory(e);
    rc = hash_and_scan(&l, opt, no_hash, a, &s, e);
    if (rc)
        return rc;
    s.verdict = l.truncated || !l.n ? SCAN_INCOMPLETE : SCAN_CLEAN;
    for (size_t i = 0; i < s.n; i++)
        s.verdict = s.results[i].verdict > s.verdict ? s.results[i].verdict : s.verdict;
    *out = s;
    return 0;
}
