// SPDX-License-Identifier: Apache-2.0
/* tests/support/st_make.h - a safetensors file from its directory, written with any length and any data.
 *
 *     '^' in the directory is left out of the file and marks the byte at which a reader should find fault. */
#ifndef ASSAY_TESTS_ST_MAKE_H
#define ASSAY_TESTS_ST_MAKE_H
#include "base/buf.h"

static inline void st_make(struct buf *b, const char *dir, size_t n_data, uint64_t *mark)
{
    buf_init(b, (size_t)1 << 30);
    size_t n = strlen(dir);
    const char *caret = strchr(dir, '^');
    uint64_t dir_bytes = n - (caret != NULL);
    for (unsigned i = 0; i < 8; i++)
        buf_char(b, (char)(dir_bytes >> 8 * i));
    if (caret)
        *mark = 8 + (uint64_t)(caret - dir);
    for (size_t i = 0; i < n; i++)
        if (dir + i != caret)
            buf_char(b, dir[i]);
    for (size_t i = 0; i < n_data; i++)
        buf_char(b, (char)(i * 7 + 1));
}

#endif
