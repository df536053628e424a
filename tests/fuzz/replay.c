// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/replay.c - run a fuzz target over files, without a fuzzer.
 *
 *     replay_gguf tests/corpus/gguf ...        prints TAP: one line a file
 *
 * Linked with one fuzz_<name>.c. A folder is walked one level deep, in the order of the names. Each
 * input lies in a buffer of exactly its size, so that a sanitizer sees a read past the end; a
 * crash names its file on the last line printed. An empty corpus fails: it would test nothing. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INPUT_MAX = 64 << 20, PATH_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned n_run, n_bad;

static void result(int ok, const char *path)
{
    n_run++;
    n_bad += !ok;
    printf("%s %u - %s\n", ok ? "ok" : "not ok", n_run, path);
}

/* Read a whole file into a buffer of its exact size; NULL when it cannot be read. */
static uint8_t *load(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    uint8_t *data = NULL;
    if (f && fstat(fileno(f), &st) == 0 && st.st_size >= 0 && st.st_size <= INPUT_MAX) {
        *size = (size_t)st.st_size;
        data = malloc(*size);
        if (data && fread(data, 1, *size, f) != *size) {
            free(data);
            data = NULL;
        }
    }
    if (f)
        fclose(f);
    return data;
}

static void replay(const char *path)
{
    size_t size = 0;
    uint8_t *data = load(path, &size);
    if (!data) {
        result(0, path);
        return;
    }
    printf("# %s\n", path);
    fflush(stdout);                     /* seen even when the next line crashes */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    result(1, path);
}

static void replay_folder(const char *folder)
{
    struct dirent **names = NULL;
    char path[PATH_BYTES];
    int n = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        int len = snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.') {
            if (len > 0 && (size_t)len < sizeof path)
                replay(path);
            else
                result(0, names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
            replay_folder(argv[i]);
        else
            replay(argv[i]);
    }
    if (n_run == 0)
        result(0, "the corpus is empty");
    printf("1..%u\n", n_run);
    return n_bad != 0;
}
