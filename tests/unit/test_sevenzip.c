// SPDX-License-Identifier: Apache-2.0
/* The 7z reader on archives of p7zip, cut, spoiled, and with each allocation failing. */
#include "tests/support/check.h"

#include "base/fs.h"
#include "format/sevenzip.h"
#include "tests/support/faults.h"

static uint8_t bytes[4096];

static struct span load(const char *name)
{
    char path[1024];
    struct fs_map m;
    (void)snprintf(path, sizeof path, "%s/tests/corpus/sevenzip/%s", dir_of("ASSAY_SOURCE"), name);
    EQ(fs_map(path, &m, NULL), 0);
    size_t n = m.bytes.n;
    YES(n <= sizeof bytes);
    memcpy(bytes, m.bytes.p, n);
    fs_unmap(&m);
    return span_of(bytes, n);
}

static const char *told(struct span in)
{
    static char text[1024];
    struct arena a;
    struct sz z;
    struct err e = { .msg = "" };
    arena_init(&a, 64 << 20);
    int rc = sz_open(in, &a, &z, &e), at = 0;
    if (rc)
        at = snprintf(text, sizeof text, "%s", e.msg);
    for (uint32_t i = 0; !rc && i < z.n_files; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%.*s:%llu%s ", SPAN_ARG(z.files[i].name),
                       (unsigned long long)z.files[i].bytes, z.files[i].has_crc ? "+" : "");
    for (uint32_t i = 0; !rc && i < z.n_folders; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "| %u files %llu bytes %s", z.folders[i].n_files,
                       (unsigned long long)z.folders[i].bytes, z.folders[i].unread ? z.folders[i].unread : "");
    if (!rc && z.unread_header)
        (void)snprintf(text + at, sizeof text - (size_t)at, "%s", z.unread_header);
    arena_fini(&a);
    return text;
}

TEST(files_folders_and_codecs)
{
    STR(told(load("lzma")), "d:0 empty:0 a.pkl:22+ d/b.txt:200+ link:4+ | 3 files 226 bytes ");
    STR(told(load("copy")), "d:0 empty:0 a.pkl:22+ d/b.txt:200+ link:4+ | 1 files 22 bytes | 1 files 200 bytes | 1 files 4 bytes ");
    STR(told(load("ppmd")), "d:0 empty:0 a.pkl:22+ d/b.txt:200+ link:4+ | 3 files 226 bytes PPMd");
    STR(told(load("aes_names")), "AES encryption");
}

TEST(lies_are_refused)
{
    struct span in = load("copy");
    bytes[0] ^= 1;
    STR(told(in), "no header of a 7z archive");
    bytes[0] ^= 1;
    bytes[12] ^= 1;
    STR(told(in), "the first header's checksum does not fit");
    bytes[12] ^= 1;
    bytes[in.n - 1] ^= 1;
    STR(told(in), "the header's checksum does not fit");
    bytes[in.n - 1] ^= 1;
    STR(told(span_of(bytes, in.n - 1)), "the header lies beyond the end of the file");
}

static void mend(struct span in)
{
    uint64_t at = 32 + le64(in.p + 12), n = le64(in.p + 20);
    if (at > in.n || n > in.n - at)
        return;
    uint32_t crc = unpack_crc(0, span_of(in.p + at, n));
    for (unsigned i = 0; i < 4; i++)
        bytes[28 + i] = (uint8_t)(crc >> 8 * i);
    crc = unpack_crc(0, span_of(in.p + 12, 20));
    for (unsigned i = 0; i < 4; i++)
        bytes[8 + i] = (uint8_t)(crc >> 8 * i);
}

TEST(every_byte_of_a_header_may_be_any)
{
    static const uint8_t values[] = { 0, 1, 2, 0x7f, 0x80, 0xff, 9, 10, 11, 5 };
    struct span in = load("copy");
    size_t at = 32 + (size_t)le64(in.p + 12);
    for (size_t i = at; i < in.n; i++)
        for (size_t k = 0; k < sizeof values; k++) {
            uint8_t old = bytes[i];
            bytes[i] = values[k];
            mend(in);
            (void)told(in);
            bytes[i] = old;
        }
    for (size_t n = at; n < in.n; n++) {
        bytes[20] = (uint8_t)(n - at);
        bytes[21] = (uint8_t)((n - at) >> 8);
        uint8_t *exact = malloc(n);
        mend(span_of(bytes, n));
        memcpy(exact, bytes, n);
        (void)told(span_of(exact, n));
        free(exact);
    }
}

TEST(no_allocation_failure_is_lost)
{
    struct span in = load("lzma");
    for (size_t n = 1;; n++) {
        struct arena a;
        struct sz z;
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        int rc = sz_open(in, &a, &z, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

int main(void)
{
    return RUN(CASE(files_folders_and_codecs), CASE(lies_are_refused), CASE(every_byte_of_a_header_may_be_any),
               CASE(no_allocation_failure_is_lost));
}
