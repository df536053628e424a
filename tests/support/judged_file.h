// SPDX-License-Identifier: Apache-2.0
/* tests/support/judged_file.h - files of another program, judged whole, bent, and with each allocation failing. */
#ifndef ASSAY_TESTS_JUDGED_FILE_H
#define ASSAY_TESTS_JUDGED_FILE_H
#include "base/fs.h"
#include "tests/support/faults.h"
#include "tests/support/judged.h"

static inline const char *judged(struct span in, const char *name)
{
    return judged_line(in, name, 0);
}

/* A copy of a file below the folder that the variable names. */
static inline struct span judged_file(const char *variable, const char *path, struct arena *a)
{
    struct fs_map map;
    char full[1024];
    (void)snprintf(full, sizeof full, "%s/%s", dir_of(variable), path);
    if (fs_map(full, &map, NULL))
        return SPAN_NONE;
    struct span in = span_of(arena_strn(a, map.bytes.p, map.bytes.n), map.bytes.n);
    fs_unmap(&map);
    return in;
}

/* Every byte set to what hurts; the scan ends, and the arena and the findings hold. */
static inline void bend(struct span in, const char *name)
{
    static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
    for (size_t i = 0; i < in.n; i++)
        for (size_t k = 0; k < sizeof values; k++) {
            uint8_t *byte = (uint8_t *)(uintptr_t)in.p + i, before = *byte;
            *byte = values[k];
            (void)judged(in, name);
            *byte = before;
        }
}

static inline void sweep(struct span in, const char *name)
{
    for (size_t n = 1;; n++) {
        struct arena a;
        struct scan s;
        struct scan_node node = { .in = in, .path = name, .name = name };
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        scan_init(&s, &judged_list, &a);
        int rc = scan_bytes(&s, &node, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

#endif
