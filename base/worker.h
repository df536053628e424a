// SPDX-License-Identifier: Apache-2.0
/* base/worker.h - untrusted bytes are parsed in a child that can do nothing else.
 *
 *     caller ── fork ──> child: sandbox_enter, then job(ud, answer)
 *        │                 └─ frames over a pipe:  [u32 n][n bytes] [u32 n][n bytes] ...
 *        └── worker_next: one frame after the other, each with a ceiling, until WORKER_DONE, or the child is dead
 *
 * A job writes one frame for each thing it was asked; when the child dies in the middle, the frames before are whole and
 * the caller knows which thing killed it. A dead child is an answer ("could not be read"), never a failure of the
 * program. Files are opened before the fork and reach the child as they are. */
#ifndef ASSAY_BASE_WORKER_H
#define ASSAY_BASE_WORKER_H
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/sandbox.h"

struct worker_answer { int fd; };       /* the child's end of the pipe */

struct worker {
    pid_t pid;                          /* 0 when it is gone */
    int fd;
    uint64_t deadline_ms;               /* of the monotonic clock, for the next frame */
};

enum worker_end {
    WORKER_FRAME,                       /* a frame is in `out` */
    WORKER_DONE,                        /* the job ended by itself, and all its frames were read */
    WORKER_KILLED,                      /* by the sandbox, a signal or the memory limit */
    WORKER_LATE,                        /* no frame in time; it was ended */
    WORKER_LIED                         /* a frame that is too large, or cut short */
};

/* Start job(ud, answer) in a child. `s` NULL: without a sandbox, for debugging only. Nothing that the job changes is seen
 * here. Fails: ERR_LIMIT no process can be had; ERR_IO. */
int worker_start(struct worker *w, const struct sandbox *s, const struct sandbox_limits *limits,
                 void (*job)(void *ud, struct worker_answer *answer), void *ud, struct err *e);

/* In the child: send one frame. False: the caller has gone; the job should return. */
bool worker_send(struct worker_answer *answer, const void *p, size_t n);

/* Wait for the next frame, at most wait_ms; frames above max_bytes end the child. `why` (may be NULL) gets a sentence
 * for an end that is not WORKER_FRAME or WORKER_DONE. Fails: ERR_MEMORY only, as *rc. */
enum worker_end worker_next(struct worker *w, unsigned wait_ms, size_t max_bytes, struct buf *out, const char **why);

/* End it if it still runs, and forget it. */
void worker_end(struct worker *w);

#endif
