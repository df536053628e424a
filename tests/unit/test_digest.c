// SPDX-License-Identifier: Apache-2.0
/* Hashing beside the reader: the same digests as one file at a time, and always the first failure. */
#include "tests/support/check.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/sha256.h"
#include "store/digest.h"
#include "tests/support/faults.h"

enum { N_FILES = 24, FILE_BYTES = 300000 };     /* more than one read each */
static char folder[64];
static atomic_size_t n_ticks;

static char *path_of(size_t i)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/f%02zu.bin", folder, i);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/assay-unit-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    for (size_t i = 0; i < N_FILES; i++) {
        FILE *f = fopen(path_of(i), "wb");
        if (!f)
            return -1;
        for (size_t k = 0; k < FILE_BYTES; k++)
            (void)fputc((int)(k * (i + 1) >> 3 & 255), f);
        if (fclose(f))
            return -1;
    }
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_FILES; i++)
        (void)unlink(path_of(i));
    return rmdir(folder);
}

static void tick(void *ud, const char *path)
{
    (void)path;
    atomic_fetch_add((atomic_size_t *)ud, 1);
}

static int digest_once(struct arena *a, struct model *m, struct err *e)
{
    struct digest_job *job = NULL;
    int rc = model_open(folder, a, m, e);
    if (!rc)
        rc = digest_start(m, DIGEST_STOP, a, tick, &n_ticks, &job, e);
    if (!rc)
        rc = digest_wait(job, a, e);
    digest_stop(job);
    return rc;
}

TEST(every_file_has_its_own_digest)
{
    struct arena a;
    struct model m;
    arena_init(&a, 1 << 24);
    atomic_store(&n_ticks, 0);
    EQ(digest_once(&a, &m, NULL), 0);
    EQ(m.n_files, N_FILES);
    EQ(atomic_load(&n_ticks), N_FILES);
    for (size_t i = 0; i < N_FILES; i++) {
        char hex[SHA256_HEX_BYTES];
        EQ(sha256_file(path_of(i), NULL, hex, NULL), 0);
        STR(m.files[i].sha256, hex);
    }
    arena_fini(&a);
}

TEST(the_first_failure_in_order_is_the_one_reported)
{
    struct arena a;
    struct model m;
    struct err e = { 0 };
    struct digest_job *job = NULL;
    arena_init(&a, 1 << 24);
    EQ(model_open(folder, &a, &m, NULL), 0);
    char *gone = path_of(N_FILES - 1);
    char moved[160];
    (void)snprintf(moved, sizeof moved, "%s-", gone);
    EQ(rename(gone, moved), 0);
    int round = 0;
    for (; round < 20; round++) {
        EQ(digest_start(&m, DIGEST_STOP, &a, NULL, NULL, &job, &e), 0);
        EQ(digest_wait(job, &a, &e), ERR_NOT_FOUND);
        STR(e.path, gone);
        for (size_t i = 0; i < N_FILES; i++)
            YES(!m.files[i].sha256);
    }
    EQ(digest_start(&m, DIGEST_SKIP, &a, NULL, NULL, &job, &e), 0);
    EQ(digest_wait(job, &a, &e), 0);
    for (size_t i = 0; i < N_FILES; i++)
        EQ(m.files[i].sha256 != NULL, i != N_FILES - 1);
    EQ(rename(moved, gone), 0);
    arena_fini(&a);
}

TEST(giving_up_ends_at_once_and_twice_is_fine)
{
    struct arena a;
    struct model m;
    struct digest_job *job = NULL;
    arena_init(&a, 1 << 24);
    EQ(model_open(folder, &a, &m, NULL), 0);
    EQ(digest_start(&m, DIGEST_STOP, &a, NULL, NULL, &job, NULL), 0);
    digest_stop(job);
    digest_stop(job);
    digest_stop(NULL);
    atomic_bool stop = true;
    char hex[SHA256_HEX_BYTES] = "untouched";
    EQ(sha256_file(path_of(0), &stop, hex, NULL), ERR_INTERRUPTED);
    STR(hex, "untouched");
    arena_fini(&a);
}

TEST(no_allocation_failure_is_lost)
{
    for (size_t n = 1;; n++) {
        struct arena a;
        struct model m;
        struct err e = { 0 };
        arena_init(&a, 1 << 24);
        fault_alloc_at(n);
        int rc = digest_once(&a, &m, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { CASE(every_file_has_its_own_digest),
                                        CASE(the_first_failure_in_order_is_the_one_reported),
                                        CASE(giving_up_ends_at_once_and_twice_is_fine),
                                        CASE(no_allocation_failure_is_lost) };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
