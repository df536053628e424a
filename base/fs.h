// SPDX-License-Identifier: Apache-2.0
/* base/fs.h - files and folders, opened for reading and never followed out of a folder.
 *
 * fs_read copies a small file into an arena. fs_map maps a large one; the mapping is private and read
 * only. A file that shrinks while it is mapped would raise SIGBUS: map only what the user named. */
#ifndef ASSAY_BASE_FS_H
#define ASSAY_BASE_FS_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

struct fs_map { struct span bytes; };       /* owned mapping; bytes.p may be NULL when empty */

enum fs_kind { FS_FILE, FS_DIR, FS_LINK, FS_OTHER };
struct fs_entry {
    char *path;                 /* relative to the folder that was listed, '/' between parts */
    enum fs_kind kind;
    uint64_t size_bytes;        /* of a file, or of the file that a link leads to */
    bool escapes;               /* a link that leads out of the folder, or nowhere */
};
struct fs_list {
    struct fs_entry *items;
    size_t n;
    bool truncated;
    char **skipped;             /* folders named .git below the first level, which a repository cannot have brought */
    size_t n_skipped;
};

/* Read a regular file of at most max_bytes; *out is owned by `a` and followed by a NUL.
 * Fails: ERR_NOT_FOUND, ERR_IO (also: not a regular file, or one that grew meanwhile), ERR_LIMIT,
 * ERR_MEMORY; path set. */
int fs_read(const char *path, size_t max_bytes, struct arena *a, struct span *out, struct err *e);

/* Open a regular file for reading; *fd is the caller's to close. size_bytes may be NULL. Never
 * waits: a fifo is refused. Fails: ERR_NOT_FOUND, ERR_IO; path set. */
int fs_open(const char *path, int *fd, uint64_t *size_bytes, struct err *e);

/* Map a regular file. Close with fs_unmap. Fails as fs_read does. */
int fs_map(const char *path, struct fs_map *out, struct err *e);
void fs_unmap(struct fs_map *m);

/* What is at `path`. Follows links. Fails: ERR_NOT_FOUND, ERR_IO. */
int fs_stat(const char *path, enum fs_kind *kind, uint64_t *size_bytes, struct err *e);

/* All files below `dir`, sorted by path bytes, at most `max` of them and 16 folders deep; folders
 * named .git are skipped, and told when another folder holds them. Links to files are listed with the file's size (hub caches
 * are made of them) when they stay inside `root` (NULL: `dir`); others are marked `escapes`. */
int fs_list(const char *dir, const char *root, size_t max, struct arena *a, struct fs_list *out,
            struct err *e);

/* dir + "/" + name in the arena; name alone when dir is "". NULL: out of memory. */
char *fs_join(struct arena *a, const char *dir, const char *name);
const char *fs_base(const char *path);      /* the part after the last '/' */

/* The canonical path, links resolved. NULL: there is none, or out of memory. */
char *fs_real(struct arena *a, const char *path);

#endif
