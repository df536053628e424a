// SPDX-License-Identifier: Apache-2.0
/* store/digest.h - the SHA-256 of every file of a model, computed while the caller does something else.
 *
 *     digest_start ──> threads take file after file ──┐
 *     the caller reads, judges, ...                   ├─> digest_wait: every file has its sha256
 *     digest_wait ───> the caller takes files too ────┘
 *
 * Reading a model and hashing it are independent, so a check takes as long as the longer of the two. The result does
 * not depend on which thread took which file: digests are put in place, and the error reported is that of the
 * first file in order. Links that escape keep NULL. */
#ifndef ASSAY_STORE_DIGEST_H
#define ASSAY_STORE_DIGEST_H
#include "store/model.h"

enum { DIGEST_THREADS_MAX = 8 };

struct digest_job;
enum digest_failed { DIGEST_STOP, DIGEST_SKIP };        /* a file that cannot be read ends it all, or stays without digest */

/* Start hashing m's files. `tick` (may be NULL) is called before each file, from any of the threads. The job is a's;
 * m must stay where it is until digest_wait or digest_stop. Where no thread can be had, digest_wait does it all.
 * Fails: ERR_MEMORY. */
int digest_start(struct model *m, enum digest_failed failed, struct arena *a, void (*tick)(void *ud, const char *path),
                 void *ud, struct digest_job **out, struct err *e);

/* Finish, and set model_file.sha256 of every file. Fails: ERR_IO, ERR_NOT_FOUND, ERR_MEMORY; path set. */
int digest_wait(struct digest_job *job, struct arena *a, struct err *e);

/* From another thread: let digest_wait come back soon, with what there is by then. */
void digest_hurry(struct digest_job *job);

/* Give up: threads end after their current 256 KiB. NULL is fine, and so is a job that was waited for. */
void digest_stop(struct digest_job *job);

#endif
