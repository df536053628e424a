// SPDX-License-Identifier: Apache-2.0
/* base/ggml_type.h - the tensor types of ggml: how many elements a block holds, in how many bytes.
 *
 *     Q4_0    32 elements   [ f16 scale ][ 16 bytes: 32 nibbles ]     18 bytes
 *
 * A row of a tensor is a whole number of blocks. Numbers of types that were once in use and
 * removed (4, 5, 31 to 33, 36 to 38) are never given out again and are not in the table.
 * Source: ggml/include/ggml.h (enum ggml_type, up to GGML_TYPE_COUNT 43), gguf-py GGML_QUANT_SIZES. */
#ifndef ASSAY_BASE_GGML_TYPE_H
#define ASSAY_BASE_GGML_TYPE_H
#include <stdbool.h>
#include <stdint.h>

/*    name     id   elements  bytes of a block */
#define GGML_TYPE_MAP(X)       \
    X(F32,      0,    1,    4) \
    X(F16,      1,    1,    2) \
    X(Q4_0,     2,   32,   18) \
    X(Q4_1,     3,   32,   20) \
    X(Q5_0,     6,   32,   22) \
    X(Q5_1,     7,   32,   24) \
    X(Q8_0,     8,   32,   34) \
    X(Q8_1,     9,   32,   40) \
    X(Q2_K,    10,  256,   84) \
    X(Q3_K,    11,  256,  110) \
    X(Q4_K,    12,  256,  144) \
    X(Q5_K,    13,  256,  176) \
    X(Q6_K,    14,  256,  210) \
    X(Q8_K,    15,  256,  292) \
    X(IQ2_XXS, 16,  256,   66) \
    X(IQ2_XS,  17,  256,   74) \
    X(IQ3_XXS, 18,  256,   98) \
    X(IQ1_S,   19,  256,   50) \
    X(IQ4_NL,  20,   32,   18) \
    X(IQ3_S,   21,  256,  110) \
    X(IQ2_S,   22,  256,   82) \
    X(IQ4_XS,  23,  256,  136) \
    X(I8,      24,    1,    1) \
    X(I16,     25,    1,    2) \
    X(I32,     26,    1,    4) \
    X(I64,     27,    1,    8) \
    X(F64,     28,    1,    8) \
    X(IQ1_M,   29,  256,   56) \
    X(BF16,    30,    1,    2) \
    X(TQ1_0,   34,  256,   54) \
    X(TQ2_0,   35,  256,   66) \
    X(MXFP4,   39,   32,   17) \
    X(NVFP4,   40,   64,   36) \
    X(Q1_0,    41,  128,   18) \
    X(Q2_0,    42,   64,   18)

enum ggml_type {
#define X(name, id, elements, bytes) GGML_##name = id,
    GGML_TYPE_MAP(X)
#undef X
    GGML_TYPE_LIMIT = 43        /* one above the highest number */
};

struct ggml_layout {
    uint16_t block_elements, block_bytes;
    char name[12];              /* "Q4_K" */
};

/* NULL: a number that is not known, or no longer in use. */
const struct ggml_layout *ggml_layout(uint32_t type);

/* True for a number that older files used and that no program reads any more. */
bool ggml_removed(uint32_t type);

#endif
