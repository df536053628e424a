// SPDX-License-Identifier: Apache-2.0
/* scan/scan_paths.h - what the user pointed at, as files to scan: a file, a folder, a whole cache, several of them.
 *
 * Every file below a folder is in the list, whatever its name; links that lead out are there and marked. Digests are
 * computed while the workers read (store/digest.h). */
#ifndef ASSAY_SCAN_SCAN_PATHS_H
#define ASSAY_SCAN_SCAN_PATHS_H
#include "scan/scan_pool.h"

enum { SCAN_FILES_MAX = 1 << 20 };

struct scanned {                            /* all files of one call, in the order given, folders sorted by path */
    struct scan_file *files;
    struct scan_result *results;
    const char **sha256;                    /* hex; NULL entries where a file was not opened */
    size_t n;
    bool truncated;                         /* a folder has more files, or is deeper, than is followed */
    enum scan_verdict verdict;              /* the worst, INCOMPLETE at least when truncated; CLEAN of no file is none */
};

/* List, hash and scan. no_hash leaves sha256 NULL. Fails: ERR_NOT_FOUND, ERR_IO, ERR_LIMIT, ERR_MEMORY; path set. */
int scan_paths(char *const *paths, size_t n_paths, const struct scan_options *opt, bool no_hash, struct arena *a,
               struct scanned *out, struct err *e);

#endif
