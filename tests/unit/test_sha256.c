// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/sha256.h"
#include "tests/support/faults.h"

static char dir[] = "/tmp/assay-sha256-XXXXXX";

static void path_of(char out[64], const char *name)
{
    (void)snprintf(out, 64, "%s/%s", dir, name);
}

static void write_file(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    YES(f != NULL);
    EQ(fwrite(p, 1, n, f), n);
    EQ(fclose(f), 0);
}

/* Source: FIPS 180-4 examples (NIST CAVP); the million from "SHA-256 long message". */
static const struct { const char *text, *hex; } vectors[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};
static const char million_a[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(the_published_vectors_hold)
{
    char hex[SHA256_HEX_BYTES];
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        EQ(sha256_hex(span_str(vectors[i].text), hex, NULL), 0);
        STR(hex, vectors[i].hex);
    }
    EQ(sha256_hex(SPAN_NONE, hex, NULL), 0);
    STR(hex, vectors[0].hex);
}

TEST(a_file_gives_the_same_however_it_is_read)
{
    static char a[1000000];
    memset(a, 'a', sizeof a);
    char path[64], hex[SHA256_HEX_BYTES];
    path_of(path, "million");
    write_file(path, a, sizeof a);
    static const size_t caps[] = { 0, 1000, 65537, 1 << 18 };
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        fault_read_cap(caps[i]);
        EQ(sha256_file(path, NULL, hex, NULL), 0);
        STR(hex, million_a);
    }
    fault_read_cap(0);
    path_of(path, "empty");
    write_file(path, "", 0);
    EQ(sha256_file(path, NULL, hex, NULL), 0);
    STR(hex, vectors[0].hex);
}

TEST(what_is_no_readable_file_is_refused)
{
    char path[64], hex[SHA256_HEX_BYTES] = "untouched";
    struct err e = { 0 };
    path_of(path, "missing");
    EQ(sha256_file(path, NULL, hex, &e), ERR_NOT_FOUND);
    STR(e.path, path);
    EQ(sha256_file(dir, NULL, hex, &e), ERR_IO);
    path_of(path, "fifo");
    EQ(mkfifo(path, 0600), 0);
    EQ(sha256_file(path, NULL, hex, &e), ERR_IO);     /* and does not wait for a writer */
    path_of(path, "million");
    fault_read_cap(1000);
    fault_read_at(3);
    EQ(sha256_file(path, NULL, hex, &e), ERR_IO);
    fault_read_at(0);
    fault_read_cap(0);
    EQ(e.at, ERR_AT_BYTE);
    EQ(e.pos, 2000);
    STR(e.path, path);
    STR(hex, "untouched");
}

TEST(no_memory_is_an_error_and_leaks_nothing)
{
    char path[64], hex[SHA256_HEX_BYTES] = "untouched";
    struct err e = { 0 };
    path_of(path, "million");
    size_t n = 1;
    for (;; n++) {
        fault_alloc_at(n);
        int rc = sha256_file(path, NULL, hex, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
        STR(hex, "untouched");
        STR(e.path, path);
    }
    YES(n > 1);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    int bad = RUN(CASE(the_published_vectors_hold), CASE(a_file_gives_the_same_however_it_is_read),
                  CASE(what_is_no_readable_file_is_refused),
                  CASE(no_memory_is_an_error_and_leaks_nothing));
    static const char *const names[] = { "million", "empty", "fifo" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        path_of(path, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
    return bad;
}
