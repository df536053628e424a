// SPDX-License-Identifier: Apache-2.0
#include "store/signoff_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/fs_write.h"
#include "base/sha256.h"

enum { LOCK_TRIES = 100, LOCK_WAIT_MS = 50 };

static int failed(struct err *e, int code, const char *path, const char *what)
{
    (void)err_plain(e, code, "cannot %s: %s", what, strerror(errno));
    (void)err_path(e, path);
    return code;
}

/* ---- names --------------------------------------------------------------------------- */

char *signoff_dir(struct arena *a)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0] == '/')
        return fs_join(a, data, "assay/signoff");
    return home && home[0] == '/' ? fs_join(a, home, ".local/share/assay/signoff") : NULL;
}

/* One line as sha256sum(1) writes it. */
static void add_line(struct buf *b, const struct model_file *f)
{
    bool odd = strpbrk(f->path, "\\\n\r") != NULL;
    buf_fmt(b, "%s%s  ", odd ? "\\" : "", f->sha256 ? f->sha256 : "-");
    for (const char *p = f->path; *p; p++) {
        if (*p == '\\')
            buf_str(b, "\\\\");
        else if (*p == '\n')
            buf_str(b, "\\n");
        else if (*p == '\r')
            buf_str(b, "\\r");
        else
            buf_char(b, *p);
    }
    buf_char(b, '\n');
}

int signoff_digest(const struct model *m, struct arena *a, const char **hex, struct err *e)
{
    struct buf b;
    char out[SHA256_HEX_BYTES];
    *hex = NULL;
    for (size_t i = 0; i < m->n_files; i++)
        if (!m->files[i].sha256 && !m->files[i].escapes)
            return 0;
    if (m->truncated || m->n_files == 0)
        return 0;
    buf_init(&b, (size_t)1 << 30);
    for (size_t i = 0; i < m->n_files; i++)
        add_line(&b, &m->files[i]);
    int rc = b.error ? err_memory(e) : sha256_hex(buf_view(&b), out, e);
    buf_fini(&b);
    if (rc)
        return rc;
    *hex = arena_str(a, out);
    return *hex ? 0 : err_memory(e);
}

/* The canonical path of the model, without the revision of a hub's cache. */
static int key_path(const struct model *m, struct arena *a, const char **out, struct err *e)
{
    char *root = m->real ? arena_str(a, m->real) : fs_real(a, m->root);
    if (!root)                              /* the model was opened: it is there */
        return err_memory(e);
    char *tail = m->revision[0] ? strrchr(root, '/') : NULL;
    if (tail && strcmp(tail + 1, m->revision) == 0)
        *tail = 0;
    *out = m->main_file ? fs_join(a, root, m->main_file) : root;
    return *out ? 0 : err_memory(e);
}

static int path_file(const char *dir, const char *key, struct arena *a, const char **out, struct err *e)
{
    char hex[SHA256_HEX_BYTES];
    int rc = sha256_hex(span_str(key), hex, e);
    if (rc)
        return rc;
    *out = arena_fmt(a, "%s/path-%s.json", dir, hex);
    return *out ? 0 : err_memory(e);
}

/* ---- reading ------------------------------------------------------------------------- */

/* What others may write, they may sign. *there is false when nothing lies at `path`. */
static int look(const char *path, mode_t type, bool *there, struct err *e)
{
    struct stat st;
    *there = stat(path, &st) == 0;
    if (!*there && errno != ENOENT && errno != ENOTDIR)
        return failed(e, ERR_IO, path, "stat");
    if (!*there)
        return 0;
    int rc = 0;
    if ((st.st_mode & S_IFMT) != type)
        rc = err_plain(e, ERR_UNSAFE, "sign-offs are kept here, but it is not a %s", type == S_IFDIR ? "folder" :
                       "regular file");
    else if (st.st_mode & (S_IWGRP | S_IWOTH))
        rc = err_plain(e, ERR_UNSAFE, "others than you may write it, so its sign-offs cannot be trusted");
    if (rc == ERR_UNSAFE && (st.st_mode & S_IFMT) == type)
        (void)err_hint(e, "look at what it holds, then take the right away with chmod go-w");
    if (rc)
        (void)err_path(e, path);
    return rc;
}

static int fetch_entries(const char *dir, const char *digest, struct arena *a, struct signoff_files *files, struct err *e)
{
    struct signoff_raw one = { .digest = digest };
    void *items = files->items;
    bool there;
    one.path = arena_fmt(a, "%s/%s.json", dir, digest);
    int rc = one.path ? look(one.path, S_IFREG, &there, e) : err_memory(e);
    if (rc || !there)
        return rc;
    rc = fs_read(one.path, SIGNOFF_FILE_MAX, a, &one.raw, e);
    if (rc)
        return (void)err_path(e, one.path), rc;
    if (arena_grow(a, &items, &files->cap, files->n, sizeof *files->items))
        return err_memory(e);
    files->items = items;
    files->items[files->n++] = one;
    return 0;
}

static int read_models(const char *path, struct arena *a, const char ***models, size_t *n, struct err *e)
{
    struct span raw;
    bool there;
    *models = arena_array(a, 1, sizeof **models);
    *n = 0;
    int rc = *models ? look(path, S_IFREG, &there, e) : err_memory(e);
    if (rc || !there)
        return rc;
    rc = fs_read(path, SIGNOFF_FILE_MAX, a, &raw, e);
    if (!rc)
        rc = signoff_parse_path(raw, a, models, n, e);
    if (rc)
        (void)err_path(e, path);
    return rc;
}

static void judge(struct signoff_list *list, const char *today)
{
    for (size_t i = 0; i < list->n; i++) {
        struct signoff *s = &list->items[i];
        if (strcmp(s->model, list->model_digest) != 0) {
            s->state = SIGNOFF_VOID;
            s->why = "the model's files have changed since it was given";
        } else if (strcmp(s->until, today) < 0 || !today[0]) {
            s->state = SIGNOFF_EXPIRED;
            s->why = today[0] ? "its last day has passed" : "today's date is not known";
        }
    }
}

int signoff_fetch(const char *dir, const struct model *m, struct arena *a, struct signoff_files *out, struct err *e)
{
    struct signoff_files files = { 0 };
    const char *key, *file, **models;
    size_t n = 0;
    bool there = false;
    int rc = signoff_digest(m, a, &files.model_digest, e);
    if (!rc && dir)
        rc = look(dir, S_IFDIR, &there, e);
    if (!rc && there && files.model_digest) {
        rc = fetch_entries(dir, files.model_digest, a, &files, e);
        if (!rc)
            rc = key_path(m, a, &key, e);
        if (!rc)
            rc = path_file(dir, key, a, &file, e);
        if (!rc)
            rc = read_models(file, a, &models, &n, e);
        for (size_t i = 0; i < n && !rc; i++)
            if (strcmp(models[i], files.model_digest) != 0)
                rc = fetch_entries(dir, models[i], a, &files, e);
    }
    if (!rc)
        *out = files;
    return rc;
}

int signoff_read(const struct signoff_files *files, const char *today, struct arena *a, struct signoff_list *out,
                 struct err *e)
{
    struct signoff_list list = { .model_digest = files->model_digest };
    for (size_t i = 0; i < files->n; i++) {
        const struct signoff_raw *f = &files->items[i];
        int rc = signoff_parse(f->raw, f->digest, a, &list, e);
        if (rc)
            return (void)err_path(e, f->path), rc;
    }
    if (list.n)
        judge(&list, today);
    *out = list;
    return 0;
}

int signoff_load(const char *dir, const struct model *m, const char *today, struct arena *a,
                 struct signoff_list *out, struct err *e)
{
    struct signoff_files files;
    int rc = signoff_fetch(dir, m, a, &files, e);
    return rc ? rc : signoff_read(&files, today, a, out, e);
}

/* ---- writing ------------------------------------------------------------------------- */

/* Make each folder of the path that is missing, for the user alone. */
static int make_dir(const char *dir, struct arena *a, struct err *e)
{
    char *path = arena_str(a, dir);
    bool there;
    if (!path)
        return err_memory(e);
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        (void)mkdir(path, 0700);            /* what matters is whether the last one can be made */
        *p = '/';
    }
    if (mkdir(path, 0700) && errno != EEXIST)
        return failed(e, ERR_IO, dir, "make the folder");
    int rc = look(dir, S_IFDIR, &there, e);
    if (!rc && !there)
        rc = err_plain(e, ERR_IO, "the folder is gone");
    return rc;
}

/* Wait for the lock, a few seconds at most. *fd is to be closed, which gives it back. */
static int take_lock(const char *dir, struct arena *a, int *fd, struct err *e)
{
    const struct timespec pause = { 0, LOCK_WAIT_MS * 1000000L };
    const char *path = fs_join(a, dir, "lock");
    if (!path)
        return err_memory(e);
    int f = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (f < 0)
        return failed(e, ERR_IO, path, "open");
    for (unsigned i = 0; flock(f, LOCK_EX | LOCK_NB); i++) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || i >= LOCK_TRIES) {
            int rc = failed(e, ERR_IO, path, "lock");
            (void)close(f);
            return rc;
        }
        (void)nanosleep(&pause, NULL);
    }
    *fd = f;
    return 0;
}

/* Write beside the old file, synced and for the user's eyes alone; nothing is replaced yet. */
static int write_new(const char *path, const struct buf *b, struct arena *a, struct fs_new *out, struct err *e)
{
    if (b->error)
        return err_plain(e, b->error, "the sign-offs do not fit");
    int rc = fs_new_write(path, buf_view(b), a, out, e);
    if (!rc && out->temp && chmod(out->temp, 0600)) {
        rc = failed(e, ERR_IO, path, "write");
        fs_new_drop(out);
    }
    return rc;
}

static int sync_dir(const char *dir, struct err *e)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) ? failed(e, ERR_IO, dir, "sync") : 0;
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

/* The digests of the path first: one without entries does no harm, entries that no path leads to could not become void. */
static int replace(const char *dir, const char *entries_path, const struct buf *entries, const char *models_path,
                   const struct buf *models, struct arena *a, struct err *e)
{
    struct fs_new one = { 0 }, two = { 0 };
    int rc = write_new(models_path, models, a, &one, e);
    if (!rc)
        rc = write_new(entries_path, entries, a, &two, e);
    if (!rc)
        rc = fs_new_keep(&one, e);
    if (!rc)
        rc = fs_new_keep(&two, e);
    fs_new_drop(&one);
    fs_new_drop(&two);
    return rc ? rc : sync_dir(dir, e);
}

/* With the lock held: read both files, add, write both. */
static int add_locked(const char *dir, const struct model *m, const struct signoff *s, const char *digest,
                      struct arena *a, struct err *e)
{
    struct signoff_list list = { 0 };
    struct signoff_files files = { 0 };
    const char *key, *models_path, **models, *entries_path = arena_fmt(a, "%s/%s.json", dir, digest);
    size_t n = 0;
    bool known = false;
    void *items;
    int rc = entries_path ? fetch_entries(dir, digest, a, &files, e) : err_memory(e);
    if (!rc && files.n && (rc = signoff_parse(files.items[0].raw, digest, a, &list, e)))
        (void)err_path(e, files.items[0].path);
    if (!rc)
        rc = key_path(m, a, &key, e);
    if (!rc)
        rc = path_file(dir, key, a, &models_path, e);
    if (!rc)
        rc = read_models(models_path, a, &models, &n, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++)
        known = known || strcmp(models[i], digest) == 0;
    if (!known)
        models[n++] = digest;
    if (list.n >= SIGNOFF_MAX || n > SIGNOFF_MODELS_MAX)
        return err_plain(e, ERR_LIMIT, "this model has %zu sign-offs, this path %zu models: too many", list.n, n);
    items = list.items;
    if (arena_grow(a, &items, &list.cap, list.n, sizeof *list.items))
        return err_memory(e);
    list.items = items;
    list.items[list.n++] = *s;
    struct buf one, two;
    buf_init(&one, SIGNOFF_FILE_MAX);
    buf_init(&two, SIGNOFF_FILE_MAX);
    signoff_write(digest, list.items, list.n, &one);
    signoff_write_path(key, models, n, &two);
    rc = replace(dir, entries_path, &one, models_path, &two, a, e);
    buf_fini(&one);
    buf_fini(&two);
    return rc;
}

int signoff_add(const char *dir, const struct model *m, const struct signoff *s, const char *today, struct arena *a,
                struct err *e)
{
    struct signoff given = *s;
    const char *digest;
    int fd = -1;
    int rc = signoff_valid(s, today, e);
    given.given = today;
    if (!rc)
        rc = signoff_digest(m, a, &digest, e);
    if (!rc && !digest)
        rc = err_plain(e, ERR_LIMIT, m->truncated ? "the model holds more files than can be listed" :
                       "the model holds no file that can be hashed");
    if (!rc)
        rc = make_dir(dir, a, e);
    if (!rc)
        rc = take_lock(dir, a, &fd, e);
    if (!rc)
        rc = add_locked(dir, m, &given, digest, a, e);
    if (fd >= 0)
        (void)close(fd);
    return rc;
}
