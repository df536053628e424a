// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fuzz_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    return fuzz_scan(p, n, "x.mlmodel");
}
