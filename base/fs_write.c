// SPDX-License-Identifier: Apache-2.0
#include "base/fs_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"

static int failed(struct err *e, const char *path, const char *what)
{
    int code = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
    (void)err_plain(e, code, "cannot %s: %s", what, strerror(errno));
    (void)err_path(e, path);
    return code;
}

static int write_all(int fd, struct span s)
{
    for (size_t at = 0; at < s.n;) {
        ssize_t n = write(fd, s.p + at, s.n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += (size_t)n;
    }
    return 0;
}

/* The umask can only be read by setting it; a file made with 0666 shows it without a race. */
static int open_temp(char *temp, mode_t *mode)
{
    size_t n = strlen(temp);
    for (unsigned tries = 0; tries < 64; tries++) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
        uint8_t random[6];
        if (getentropy(random, sizeof random))
            return -1;
        for (size_t i = 0; i < sizeof random; i++)
            temp[n - 10 + i] = letters[random[i] & 31];
        int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        struct stat st;
        if (fd >= 0 && fstat(fd, &st) == 0)
            *mode = st.st_mode & 0777;
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* "dir/name" -> "dir/.name.??????.new"; the name is cut so that the whole stays a legal one. */
static char *temp_name(struct arena *a, const char *target)
{
    const char *base = fs_base(target);
    return arena_fmt(a, "%.*s.%.200s.??????.new", (int)(base - target), target, base);
}

/* Where the bytes have to go, and what lies there now. */
static int find_target(struct fs_new *f, struct arena *a, bool *exists, struct stat *st, struct err *e)
{
    if (strlen(f->path) > 4096) {
        errno = ENAMETOOLONG;
        return failed(e, f->path, "write");
    }
    *exists = stat(f->path, st) == 0;
    if (!*exists && errno != ENOENT)
        return failed(e, f->path, "write");
    if (*exists && S_ISDIR(st->st_mode)) {
        errno = EISDIR;
        return failed(e, f->path, "write");
    }
    f->target = f->path;
    f->direct = *exists && !S_ISREG(st->st_mode);
    if (*exists && !f->direct && !(f->target = fs_real(a, f->path)))
        return err_memory(e);
    return 0;
}

int fs_new_write(const char *path, struct span bytes, struct arena *a, struct fs_new *out, struct err *e)
{
    struct fs_new f = { .path = path, .bytes = bytes };
    struct stat st;
    bool exists = false;
    mode_t mode = 0;
    int rc = find_target(&f, a, &exists, &st, e);
    if (rc || f.direct) {
        if (!rc)
            *out = f;
        return rc;
    }
    if (!(f.temp = temp_name(a, f.target)))
        return err_memory(e);
    int fd = open_temp(f.temp, &mode);
    if (fd < 0)
        return failed(e, path, "write");
    if (exists)
        mode = st.st_mode & 0777;
    if (write_all(fd, bytes) || fchmod(fd, mode) || fsync(fd))
        rc = failed(e, path, "write");
    if (close(fd) && !rc)
        rc = failed(e, path, "write");
    if (rc) {
        (void)unlink(f.temp);
        return rc;
    }
    *out = f;
    return 0;
}

static int write_direct(const struct fs_new *f, struct err *e)
{
    int fd = open(f->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return failed(e, f->path, "write");
    int rc = write_all(fd, f->bytes) ? failed(e, f->path, "write") : 0;
    if (close(fd) && !rc)
        rc = failed(e, f->path, "write");
    return rc;
}

int fs_new_keep(struct fs_new *f, struct err *e)
{
    if (f->direct)
        return write_direct(f, e);
    int rc = f->temp && rename(f->temp, f->target) ? failed(e, f->path, "replace") : 0;
    if (rc)
        fs_new_drop(f);
    f->temp = NULL;
    return rc;
}

void fs_new_drop(struct fs_new *f)
{
    if (f && f->temp)
        (void)unlink(f->temp);
    if (f)
        f->temp = NULL;
}
