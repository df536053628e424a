// SPDX-License-Identifier: Apache-2.0
#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FS_DEPTH_MAX = 16 };

static int failed(struct err *e, const char *path, const char *what)
{
    int code = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
    (void)err_plain(e, code, "cannot %s: %s", what, strerror(errno));
    (void)err_path(e, path);
    return code;
}

int fs_open(const char *path, int *fd, uint64_t *size_bytes, struct err *e)
{
    struct stat st;
    int f = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);   /* O_NONBLOCK: for a fifo */
    if (f < 0)
        return failed(e, path, "open");
    int rc = fstat(f, &st) ? failed(e, path, "stat") : 0;
    if (!rc && !S_ISREG(st.st_mode)) {
        rc = err_plain(e, ERR_IO, "not a regular file");
        (void)err_path(e, path);
    }
    if (rc) {
        (void)close(f);
        return rc;
    }
    *fd = f;
    if (size_bytes)
        *size_bytes = st.st_size > 0 ? (uint64_t)st.st_size : 0;
    return 0;
}

static int read_all(int fd, uint8_t *p, size_t want, size_t *got, struct err *e)
{
    *got = 0;
    while (*got < want) {
        ssize_t n = read(fd, p + *got, want - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(e, ERR_IO, *got, "cannot read: %s", strerror(errno));
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return 0;
}

int fs_read(const char *path, size_t max_bytes, struct arena *a, struct span *out, struct err *e)
{
    int fd;
    uint64_t size;
    int rc = fs_open(path, &fd, &size, e);
    if (rc)
        return rc;
    uint8_t *p = NULL;
    size_t n = 0;
    if (size > max_bytes || size >= SIZE_MAX)
        rc = err_plain(e, ERR_LIMIT, "file has %" PRIu64 " bytes, the limit is %zu", size, max_bytes);
    else if (!(p = (uint8_t *)arena_text(a, (size_t)size + 1)))
        rc = err_memory(e);
    else
        rc = read_all(fd, p, (size_t)size + 1, &n, e);
    if (!rc && n > size)                        /* half of a file must not pass for the whole */
        rc = err_set(e, ERR_IO, size, "file grew while it was read");
    (void)close(fd);
    if (rc) {
        (void)err_path(e, path);
        return rc;
    }
    p[n] = 0;
    *out = span_of(p, n);
    return 0;
}

int fs_map(const char *path, struct fs_map *out, struct err *e)
{
    int fd;
    uint64_t size;
    int rc = fs_open(path, &fd, &size, e);
    if (rc)
        return rc;
    void *p = NULL;
    if (size > 0) {
        p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            rc = failed(e, path, "map");
    }
    (void)close(fd);
    if (rc)
        return rc;
    out->bytes = span_of(p, (size_t)size);
    return 0;
}

void fs_unmap(struct fs_map *m)
{
    if (m && m->bytes.p)
        (void)munmap((void *)(uintptr_t)m->bytes.p, m->bytes.n);
    if (m)
        m->bytes = SPAN_NONE;
}

static enum fs_kind kind_of(mode_t mode)
{
    return S_ISREG(mode) ? FS_FILE : S_ISDIR(mode) ? FS_DIR : S_ISLNK(mode) ? FS_LINK : FS_OTHER;
}

int fs_stat(const char *path, enum fs_kind *kind, uint64_t *size_bytes, struct err *e)
{
    struct stat st;
    if (stat(path, &st))
        return failed(e, path, "stat");
    *kind = kind_of(st.st_mode);
    *size_bytes = st.st_size > 0 ? (uint64_t)st.st_size : 0;
    return 0;
}

char *fs_join(struct arena *a, const char *dir, const char *name)
{
    if (!dir[0])
        return arena_str(a, name);
    size_t n = strlen(dir);
    return arena_fmt(a, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
}

const char *fs_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

struct walk {
    const char *dir;
    char *root;                 /* canonical, from realpath */
    size_t max, cap, cap_skipped;
    bool full;                  /* stop: one file more than max was met */
    struct arena *a;
    struct fs_list *out;
    struct err *e;
};

/* Does the link at `full` lead to a file inside the root? */
static bool link_stays(const struct walk *w, const char *full, struct stat *st)
{
    char *real = realpath(full, NULL);
    size_t n = strlen(w->root);
    bool inside = real && strncmp(real, w->root, n) == 0 && (real[n] == '/' || w->root[n - 1] == '/');
    inside = inside && stat(full, st) == 0 && S_ISREG(st->st_mode);
    free(real);
    return inside;
}

static int add_entry(struct walk *w, const char *rel, const char *full, const struct stat *lst)
{
    if (w->out->n >= w->max) {
        w->out->truncated = w->full = true;
        return 0;
    }
    struct stat st = *lst;
    struct fs_entry item = { .kind = kind_of(lst->st_mode) };
    if (item.kind == FS_LINK) {
        if (link_stays(w, full, &st))
            item.kind = FS_FILE;
        else
            item.escapes = true;
    }
    item.size_bytes = item.kind == FS_FILE && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    void *items = w->out->items;
    item.path = arena_str(w->a, rel);
    if (!item.path || arena_grow(w->a, &items, &w->cap, w->out->n, sizeof item))
        return err_memory(w->e);
    w->out->items = items;
    w->out->items[w->out->n++] = item;
    return 0;
}

/* A folder of git that is not looked into. */
static int skip_git(struct walk *w, char *rel)
{
    void *items = w->out->skipped;
    if (!strchr(rel, '/') || w->out->n_skipped >= w->max)
        return 0;
    if (arena_grow(w->a, &items, &w->cap_skipped, w->out->n_skipped, sizeof *w->out->skipped))
        return err_memory(w->e);
    w->out->skipped = items;
    w->out->skipped[w->out->n_skipped++] = rel;
    return 0;
}

static int walk_dir(struct walk *w, const char *rel, unsigned depth);

static int walk_one(struct walk *w, const char *rel, const char *name, unsigned depth)
{
    char *sub = fs_join(w->a, rel, name);
    char *full = sub ? fs_join(w->a, w->dir, sub) : NULL;
    if (!full)
        return err_memory(w->e);
    struct stat st;
    if (lstat(full, &st))
        return failed(w->e, full, "stat");
    if (!S_ISDIR(st.st_mode))
        return add_entry(w, sub, full, &st);
    if (strcmp(name, ".git") == 0)
        return skip_git(w, sub);
    if (depth >= FS_DEPTH_MAX) {
        w->out->truncated = true;
        return 0;
    }
    return walk_dir(w, sub, depth + 1);
}

static int walk_dir(struct walk *w, const char *rel, unsigned depth)
{
    char *full = rel[0] ? fs_join(w->a, w->dir, rel) : arena_str(w->a, w->dir);
    if (!full)
        return err_memory(w->e);
    DIR *d = opendir(full);
    if (!d)
        return failed(w->e, full, "list");
    int rc = 0;
    while (!rc && !w->full) {
        errno = 0;
        const struct dirent *item = readdir(d);
        if (!item) {
            rc = errno ? failed(w->e, full, "list") : 0;
            break;
        }
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            rc = walk_one(w, rel, item->d_name, depth);
    }
    (void)closedir(d);
    return rc;
}

static int by_path(const void *x, const void *y)
{
    const struct fs_entry *a = x, *b = y;
    return strcmp(a->path, b->path);
}

int fs_list(const char *dir, const char *root, size_t max, struct arena *a, struct fs_list *out,
            struct err *e)
{
    struct fs_list list = { 0 };
    struct walk w = { .dir = dir, .max = max, .a = a, .out = &list, .e = e };
    w.root = realpath(root ? root : dir, NULL);
    if (!w.root)
        return failed(e, dir, "list");
    int rc = walk_dir(&w, "", 0);
    free(w.root);
    if (rc)
        return rc;
    if (list.n)
        qsort(list.items, list.n, sizeof *list.items, by_path);
    *out = list;
    return 0;
}

char *fs_real(struct arena *a, const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = real ? arena_str(a, real) : NULL;
    free(real);
    return copy;
}
