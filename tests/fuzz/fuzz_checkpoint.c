// SPDX-License-Identifier: Apache-2.0
/* The bytes as they are, and as the entries of a block whose checksum is right: else few would come through. */
#include "tests/support/fuzz_scan.h"
#include "tests/support/table_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct made m = { .n = 0 };
    if (n < 3000) {
        put(&m, p, n);
        end_block(&m, 0, 0);
        finish(&m, m.n - 5);
        (void)fuzz_scan(m.p, m.n, "x.index");
    }
    return fuzz_scan(p, n, "x.index");
}
