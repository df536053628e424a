// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a fingerprint file: refused or opened, and then usable. */
#include <stdlib.h>
#include "license/identify.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char sample[] = "Permission to use this text is granted to you, as is, under these terms.";
    struct arena a;
    struct index x;
    struct text t;
    struct identified r;
    arena_init(&a, (size_t)1 << 28);
    if (!index_open(span_of(p, n), &a, &x, NULL) &&
        !text_decode(span_of(sample, sizeof sample - 1), "x", &a, &t, NULL))
        (void)identify_text(&x, &t, "x", &a, &r, NULL);
    arena_fini(&a);
    return 0;
}
