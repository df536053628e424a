// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/mem.h"

enum { READ_BYTES = 1 << 18, LINE_BYTES = 64 };

static void to_hex(const unsigned char *raw, char out[SHA256_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        out[2 * i] = digits[raw[i] >> 4];
        out[2 * i + 1] = digits[raw[i] & 15];
    }
    out[64] = 0;
}

int sha256_hex(struct span in, char out[SHA256_HEX_BYTES], struct err *e)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    if (!EVP_Digest(in.p ? in.p : (const void *)"", in.n, raw, NULL, EVP_sha256(), NULL))
        return err_memory(e);
    to_hex(raw, out);
    return 0;
}

/* Feed the whole file to ctx. */
static int digest_fd(int fd, const atomic_bool *stop, EVP_MD_CTX *ctx, void *chunk, struct err *e)
{
    uint64_t at = 0;
    for (;;) {
        ssize_t n = read(fd, chunk, READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(e, ERR_IO, at, "cannot read: %s", strerror(errno));
        if (n == 0)
            return 0;
        if (!EVP_DigestUpdate(ctx, chunk, (size_t)n))
            return err_memory(e);
        at += (uint64_t)n;
        if (stop && atomic_load_explicit(stop, memory_order_relaxed))
            return err_plain(e, ERR_INTERRUPTED, "given up");
    }
}

int sha256_file(const char *path, const atomic_bool *stop, char out[SHA256_HEX_BYTES], struct err *e)
{
    int fd, opened = fs_open(path, &fd, NULL, e);
    if (opened)
        return opened;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    /* The kernel copies with `rep movsb`, which takes three times as long into a buffer that begins
     * inside a cache line, and malloc begins its large blocks 16 bytes into a page. */
    void *block = mem_realloc(NULL, READ_BYTES + LINE_BYTES);
    void *chunk = block ? (char *)block + (LINE_BYTES - (uintptr_t)block % LINE_BYTES) : NULL;
    unsigned char raw[EVP_MAX_MD_SIZE];
    int rc = 0;
    if (!ctx || !chunk || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
        rc = err_memory(e);
    if (!rc)
        rc = digest_fd(fd, stop, ctx, chunk, e);
    if (!rc && !EVP_DigestFinal_ex(ctx, raw, NULL))
        rc = err_memory(e);
    if (!rc)
        to_hex(raw, out);
    EVP_MD_CTX_free(ctx);
    mem_free(block);
    (void)close(fd);
    if (rc)
        (void)err_path(e, path);
    return rc;
}
