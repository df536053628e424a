// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fuzz_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    (void)fuzz_scan(p, n, "saved_model.pb");
    (void)fuzz_scan(p, n, "x.pbtxt");
    return fuzz_scan(p, n, "x.pb");
}
