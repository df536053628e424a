// SPDX-License-Identifier: Apache-2.0
#include "tensor/acts.h"

enum { ALIGN_BYTES = 64 };

/* Bytes of each array of the q8 form, in the order of struct acts. */
static const unsigned block_bytes[4] = { ACTS_BLOCK, sizeof(float), sizeof(float), 2 * sizeof(int16_t) };

static uint32_t blocks(uint32_t n_in)
{
    return n_in / ACTS_BLOCK + (n_in % ACTS_BLOCK != 0);
}

/* Where array i begins; i = 4: where all end. */
static size_t offset(uint64_t n_blocks, unsigned i)
{
    uint64_t at = 0;
    for (unsigned k = 0; k < i; k++)
        at += (n_blocks * block_bytes[k] + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    return at > SIZE_MAX ? SIZE_MAX : (size_t)at;
}

size_t acts_bytes(uint32_t n_tok, uint32_t n_in, uint32_t forms)
{
    uint64_t n;
    if (!(forms & ACTS_Q8))
        return 0;
    if (__builtin_mul_overflow((uint64_t)n_tok, blocks(n_in), &n) || n > UINT64_MAX / 64)
        return SIZE_MAX;
    return offset(n, 4);
}

void acts_place(struct acts *a, const float *x, size_t x_stride, uint32_t n_tok, uint32_t n_in, uint32_t forms, void *mem)
{
    uint64_t n = (uint64_t)n_tok * blocks(n_in);
    *a = (struct acts){ .n_tok = n_tok, .n_in = n_in, .forms = forms, .f32 = x, .f32_stride = x_stride,
                        .n_blocks = blocks(n_in) };
    if (!(forms & ACTS_Q8))
        return;
    char *p = mem;
    a->q = (int8_t *)p;
    a->d = (float *)(p + offset(n, 1));
    a->ds = (float *)(p + offset(n, 2));
    a->sum = (int16_t *)(p + offset(n, 3));
}
