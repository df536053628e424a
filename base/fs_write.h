// SPDX-License-Identifier: Apache-2.0
/* base/fs_write.h - a file is there whole, or as it was before.
 *
 *     fs_new_write   <folder>/.<name>.XXXXXX.new     bytes written and synced, nothing replaced yet
 *     fs_new_keep    rename over <folder>/<name>     or fs_new_drop: remove the new one
 *
 * Several files at once: write them all, then keep them all, so that a full disk leaves each old file. A
 * link is followed and stays a link. What is no regular file (a terminal, a pipe, /dev/null) cannot be
 * replaced: its bytes are written when it is kept. The mode of an old file is kept; a new one gets what
 * the umask allows. */
#ifndef ASSAY_BASE_FS_WRITE_H
#define ASSAY_BASE_FS_WRITE_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

struct fs_new {
    const char *path;           /* as the caller named it; for messages */
    const char *target;         /* links resolved */
    char *temp;                 /* NULL: not written, kept, dropped, or no regular file */
    struct span bytes;          /* borrowed until kept */
    bool direct;                /* no regular file */
};

/* Write `bytes` beside `path`. *out is the caller's: keep or drop it. Memory is a's.
 * Fails: ERR_IO (also: a folder), ERR_NOT_FOUND no such folder, ERR_MEMORY; path set, nothing left behind. */
int fs_new_write(const char *path, struct span bytes, struct arena *a, struct fs_new *out, struct err *e);

/* Put it in the old file's place. Fails: ERR_IO; path set, the old file is untouched and the new one gone. */
int fs_new_keep(struct fs_new *f, struct err *e);
void fs_new_drop(struct fs_new *f);         /* also NULL, and one that was kept */

#endif
