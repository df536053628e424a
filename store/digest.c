// SPDX-License-Identifier: Apache-2.0
#include "store/digest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include "base/sha256.h"

struct digest_job {
    struct model *m;
    char **paths;                       /* for open(2); NULL for a link that escapes */
    char (*hex)[SHA256_HEX_BYTES];
    void (*tick)(void *ud, const char *path);
    void *ud;
    enum digest_failed on_failure;
    atomic_size_t next;                 /* the file to take next */
    atomic_bool stop;
    pthread_mutex_t lock;               /* of the two below */
    size_t bad;                         /* the first file that failed; n_files when none did */
    struct err err;
    pthread_t threads[DIGEST_THREADS_MAX];
    size_t n_threads;
};

static void failed(struct digest_job *job, size_t i, const struct err *e)
{
    (void)pthread_mutex_lock(&job->lock);
    if (i < job->bad) {
        job->bad = i;
        job->err = *e;
    }
    (void)pthread_mutex_unlock(&job->lock);
}

/* Take files until none is left. Files are taken in order, so when one fails, all before it were taken too and
 * whoever has them goes on: the first failure in order is always seen. */
static void take_files(struct digest_job *job)
{
    size_t i;
    while (!atomic_load(&job->stop) && (i = atomic_fetch_add(&job->next, 1)) < job->m->n_files) {
        struct err e = { 0 };
        if (!job->paths[i])
            continue;
        if (job->tick)
            job->tick(job->ud, job->m->files[i].path);
        if (sha256_file(job->paths[i], &job->stop, job->hex[i], &e) && e.code != ERR_INTERRUPTED) {
            job->hex[i][0] = 0;
            if (job->on_failure == DIGEST_SKIP && e.code != ERR_MEMORY)
                continue;
            failed(job, i, &e);
            atomic_store(&job->next, job->m->n_files);
        }
    }
}

static void *run(void *job)
{
    take_files(job);
    return NULL;
}

/* One thread for each processor but the caller's, at least one, never more than there are files. */
static void start_threads(struct digest_job *job)
{
    long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t want = n_cpus > 2 ? (size_t)n_cpus - 1 : 1;
    want = want > DIGEST_THREADS_MAX ? DIGEST_THREADS_MAX : want;
    want = want > job->m->n_files ? job->m->n_files : want;
    while (job->n_threads < want && pthread_create(&job->threads[job->n_threads], NULL, run, job) == 0)
        job->n_threads++;
}

int digest_start(struct model *m, enum digest_failed failed, struct arena *a, void (*tick)(void *ud, const char *path),
                 void *ud, struct digest_job **out, struct err *e)
{
    struct digest_job *job = arena_alloc(a, sizeof *job);
    if (!job)
        return err_memory(e);
    job->m = m;
    job->on_failure = failed;
    job->tick = tick;
    job->ud = ud;
    job->bad = m->n_files;
    job->paths = arena_array(a, m->n_files, sizeof *job->paths);
    job->hex = arena_array(a, m->n_files, sizeof *job->hex);
    if (!job->paths || !job->hex)
        return err_memory(e);
    for (size_t i = 0; i < m->n_files; i++)
        if (!m->files[i].escapes && !(job->paths[i] = model_path(m, m->files[i].path, a)))
            return err_memory(e);
    (void)pthread_mutex_init(&job->lock, NULL);
    start_threads(job);
    *out = job;
    return 0;
}

static void join(struct digest_job *job)
{
    while (job->n_threads)
        (void)pthread_join(job->threads[--job->n_threads], NULL);
}

int digest_wait(struct digest_job *job, struct arena *a, struct err *e)
{
    take_files(job);
    join(job);
    if (job->bad < job->m->n_files) {
        if (e)
            *e = job->err;
        return job->err.code;
    }
    for (size_t i = 0; i < job->m->n_files; i++) {
        struct model_file *f = &job->m->files[i];
        if (job->paths[i] && job->hex[i][0] && !(f->sha256 = arena_str(a, job->hex[i])))
            return err_memory(e);
    }
    return 0;
}

void digest_hurry(struct digest_job *job)
{
    if (job)
        atomic_store(&job->stop, true);
}

void digest_stop(struct digest_job *job)
{
    if (!job)
        return;
    atomic_store(&job->stop, true);
    join(job);
}
