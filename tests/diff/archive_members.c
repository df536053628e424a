// SPDX-License-Identifier: Apache-2.0
/* The members of archives, for a differential test: a kind (z, t), u32 length and bytes in; a line out.
 *
 *     M<name in hex>:<bytes>:<crc in hex>     a member as we would scan it
 *     O                                       something is odd, broken, or cannot be read: a finding */
#include <stdio.h>
#include <stdlib.h>
#include "format/tar.h"
#include "format/unpack.h"
#include "format/zip.h"

enum { ARCHIVE_MAX = 1 << 20, MEMBER_MAX = 1 << 24 };

static void put_member(struct span name, uint64_t n, uint32_t crc)
{
    (void)putchar('M');
    for (size_t i = 0; i < name.n; i++)
        (void)printf("%02x", name.p[i]);
    (void)printf(":%llu:%08x ", (unsigned long long)n, crc);
}

static int count(void *ud, struct span piece)
{
    uint64_t *left = ud;
    if (piece.n > *left)
        return 1;
    *left -= piece.n;
    return 0;
}

static void put_odd(void)
{
    (void)printf("O ");
}

static void put_zip(struct span in, struct arena *a)
{
    struct zip z;
    if (zip_open(in, a, &z, NULL)) {
        put_odd();
        return;
    }
    if (z.n_odd)
        put_odd();
    for (uint32_t i = 0; i < z.n_members; i++) {
        const struct zip_member *m = &z.members[i];
        struct unpack_how how;
        struct unpacked u;
        struct span packed;
        uint64_t left = MEMBER_MAX;
        if (!zip_how(m, &how, &packed) || unpack(packed, &how, count, &left, &u, NULL) || m->flags & ZIP_ENCRYPTED) {
            put_odd();
            continue;
        }
        if (u.end != UNPACK_WHOLE || u.crc != m->crc || u.out_bytes != m->bytes || u.in_bytes != packed.n)
            put_odd();
        put_member(m->name, u.out_bytes, u.crc);
    }
}

static bool all_zero(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i])
            return false;
    return true;
}

static void put_tar(struct span in, struct arena *a)
{
    struct tar t = { .a = a };
    uint64_t at = 0;
    enum tar_step step = TAR_MEMBER;
    while (step == TAR_MEMBER) {
        struct tar_member m;
        struct span data;
        if (tar_next(&t, in, &at, &step, &m, &data, NULL))
            exit(EXIT_FAILURE);
        if (step != TAR_MEMBER)
            break;
        if (m.odd || data.n < m.bytes || (m.kind != TAR_FILE && m.kind != TAR_FOLDER))
            put_odd();
        if (m.kind == TAR_FILE || m.kind == TAR_UNKNOWN || m.kind == TAR_SPARSE)
            put_member(m.name, data.n, unpack_crc(0, data));
    }
    if (step != TAR_END || !all_zero(span_sub(in, at, in.n)))
        put_odd();
}

int main(void)
{
    static uint8_t bytes[ARCHIVE_MAX];
    uint8_t head[5];
    while (fread(head, 1, 5, stdin) == 5) {
        uint32_t n = le32(head + 1);
        struct arena a;
        if (n > ARCHIVE_MAX || fread(bytes, 1, n, stdin) != n)
            return EXIT_FAILURE;
        uint8_t *exact = malloc(n ? n : 1);         /* so that a sanitizer sees a read beyond */
        if (!exact)
            return EXIT_FAILURE;
        if (n)
            memcpy(exact, bytes, n);
        arena_init(&a, 256 << 20);
        if (head[0] == 'z')
            put_zip(span_of(exact, n), &a);
        else
            put_tar(span_of(exact, n), &a);
        (void)putchar('\n');
        arena_fini(&a);
        free(exact);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
