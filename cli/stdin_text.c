// SPDX-License-Identifier: Apache-2.0
#include "cli/stdin_text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int stdin_text(struct buf *out, struct err *e)
{
    char piece[1 << 16];
    for (;;) {
        ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_plain(e, ERR_IO, "cannot read standard input: %s", strerror(errno));
        if (n == 0)
            return out->error ? err_plain(e, out->error, "standard input does not fit into memory") : 0;
        buf_add(out, piece, (size_t)n);
    }
}
