// SPDX-License-Identifier: Apache-2.0
/* passport/check_child.h - a model is read and judged in a process that can do nothing else.
 *
 *     caller                                            child (base/worker.h: no file system, no network, limits)
 *     check_begin: list, hold, hash, scan  ── fork ──>  check_judge, reading only what was held
 *     check_late: digests, sign-offs       ── late ──>  ... and goes on with them
 *     writes what came                     <─ frames ─  head: error and status; stdout; each document
 *
 * What is late goes through memory that both have, with one byte on a pipe when it is there: a child that does not read
 * cannot make the caller wait. The answer is a stranger's: each frame has a ceiling, the head is checked, and a child
 * that dies gives an error, never half an answer. */
#ifndef ASSAY_PASSPORT_CHECK_CHILD_H
#define ASSAY_PASSPORT_CHECK_CHILD_H
#include "base/buf.h"
#include "passport/check_model.h"

struct check_child {
    const char *ref;
    const struct check_options *opt;
    int (*answer)(void *ud, struct check *c, struct err *e);    /* in the child, when all is judged: fill the frames */
    void *ud;
    struct buf *const *frames;          /* sent to the caller, each below its own maximum */
    size_t n_frames;
    int (*status)(const struct check *c);       /* the exit status that the answer stands for */
};

/* Check in a child. The frames are filled, *status is the child's, on success only. Fails: as check_model does; ERR_UNSAFE
 * the child died, hung or lied; ERR_LIMIT no process or no sandbox can be had. */
int check_in_child(struct check_child *k, struct arena *a, int *status, struct err *e);

#endif
