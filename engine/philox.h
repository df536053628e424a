// SPDX-License-Identifier: Apache-2.0
/* engine/philox.h - random numbers by counter: what is drawn at place n depends on the seed and n alone.
 *
 *     (seed, n) ── ten rounds of multiply and mix ──> four words of 32 bits
 *
 * So a run that is taken up again, or a sequence that moves to another slot, draws what it would have drawn.
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011: Philox4x32-10. */
#ifndef ASSAY_ENGINE_PHILOX_H
#define ASSAY_ENGINE_PHILOX_H
#include <stdint.h>

static inline void philox(uint64_t seed, uint64_t n, uint32_t out[4])
{
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    uint32_t c[4] = { (uint32_t)n, (uint32_t)(n >> 32), 0, 0 };
    for (unsigned round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53u * c[0], b = (uint64_t)0xCD9E8D57u * c[2];
        c[0] = (uint32_t)(b >> 32) ^ c[1] ^ k0;
        c[2] = (uint32_t)(a >> 32) ^ c[3] ^ k1;
        c[1] = (uint32_t)b;
        c[3] = (uint32_t)a;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    for (unsigned i = 0; i < 4; i++)
        out[i] = c[i];
}

/* One of those words in [0, 1). */
static inline double philox_unit(uint32_t word) { return word * 0x1p-32; }

#endif
