// SPDX-License-Identifier: Apache-2.0
/* scan/scan_pool.h - many files, each read by a sandboxed worker, on all processors.
 *
 *     files ─> batches ─> thread ── opens them, forks ──> worker: scan_bytes of each, one frame a file
 *                           └────── reads the frames ──┘   (base/worker.h)
 *
 * A worker that dies, hangs or lies costs one file its verdict: that file is INCOMPLETE with the reason, and the rest of
 * the batch goes to a new worker. What a worker says is checked before it is believed: sizes, rules, texts; the
 * verdict is computed again from the rules. Results stand in the order of the files. */
#ifndef ASSAY_SCAN_SCAN_POOL_H
#define ASSAY_SCAN_SCAN_POOL_H
#include "scan/scan.h"

enum { SCAN_JOBS_MAX = 64 };

struct scan_file {
    const char *path;                       /* for open(2) */
    const char *shown;                      /* in findings */
    uint64_t size_bytes;
    size_t outside;                         /* bytes of `shown` before the path inside the folder: not its publisher's */
    bool escapes;                           /* a link that leads out, or no regular file: is not opened */
};

struct scan_result {
    enum scan_verdict verdict;
    const char *format;                     /* that took the file; "" when no worker got so far */
    struct scan_finding *findings;
    size_t n_findings;
    uint64_t n_found;                       /* all, also those not kept */
    struct scan_ref *refs;                  /* what it says of files beside it: see refs.h */
    size_t n_refs;
};

/* The first finding that the verdict comes from; NULL when there is none. */
const struct scan_finding *scan_worst(const struct scan_result *r);

struct scan_options {
    const struct allow *allow;
    unsigned jobs;                          /* workers at a time; 0: one for each processor */
    bool no_sandbox;                        /* for debugging: the worker keeps its rights */
    /* After each file, from any thread; may be NULL. */
    void (*done)(void *ud, size_t i, const struct scan_result *r);
    void *ud;
};

/* Scan n files; results[i] is of files[i], its memory is a's. Fails: ERR_LIMIT no sandbox or no process can be had;
 * ERR_MEMORY. */
int scan_pool(const struct scan_file *files, size_t n, const struct scan_options *opt, struct arena *a,
              struct scan_result *results, struct err *e);

#endif
