// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/fs.h"
#include "tensor/half.h"
#include "tensor/matrix_int.h"

enum { N_OUT = 35, ROW_MAX = 1024 };

static const enum ggml_type types[] = {
    GGML_F32, GGML_F16, GGML_BF16, GGML_Q8_0, GGML_Q4_0, GGML_Q4_1, GGML_Q5_0, GGML_Q5_1,
    GGML_Q2_K, GGML_Q3_K, GGML_Q4_K, GGML_Q5_K, GGML_Q6_K, GGML_IQ4_NL, GGML_IQ4_XS, GGML_MXFP4,
};
enum { N_TYPES = sizeof types / sizeof *types };

/* Every 16-bit pattern, there and back. */
TEST(sixteen_bit_floats)
{
    for (uint32_t u = 0; u < 65536; u++) {
        uint16_t h = (uint16_t)u, quiet = (uint16_t)(u | 0x200);
        bool nan = (h & 0x7fff) > 0x7c00;
        EQ(f16_of_float(float_of_f16(h)), nan ? quiet : h);
        nan = (h & 0x7fff) > 0x7f80;
        EQ(bf16_of_float(float_of_bf16(h)), nan ? h | 0x40 : h);
    }
    YES(float_of_f16(0x3c00) == 1.0f && float_of_f16(0xc000) == -2.0f && float_of_f16(1) == 0x1p-24f);
    EQ(f16_of_float(65519.99f), 0x7bff);
    EQ(f16_of_float(65520.0f), 0x7c00);
    EQ(f16_of_float(-1e30f), 0xfc00);
    EQ(f16_of_float(0x1p-25f), 0);                      /* half of the smallest: to even */
    EQ(f16_of_float(0x1.8p-24f), 2);
    EQ(f16_of_float(1 + 0x1p-11f), 0x3c00);             /* ties to even */
    EQ(f16_of_float(1 + 0x3p-11f), 0x3c02);
    EQ(bf16_of_float(1 + 0x1p-8f), 0x3f80);
    EQ(bf16_of_float(1 + 0x3p-8f), 0x3f82);
    EQ(bf16_of_float(3.4e38f), 0x7f80);
}

/* Each f16 neighbourhood: the nearest is what the rounding gives. */
TEST(sixteen_bit_rounding)
{
    for (uint32_t u = 0; u < 0x7bff; u++) {
        float a = float_of_f16((uint16_t)u), b = float_of_f16((uint16_t)(u + 1)), middle = (a + b) / 2;
        EQ(f16_of_float(middle), u + (u & 1));
        EQ(f16_of_float(float_of(float_bits(middle) - 1)), u);
        EQ(f16_of_float(float_of(float_bits(middle) + 1)), u + 1);
    }
}

TEST(rows_are_what_another_reader_says)
{
    struct fs_map map;
    struct err e = { 0 };
    static float out[ROW_MAX];
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/tests/golden/row_decode.bin", dir_of("ASSAY_SOURCE"));
    if (fs_map(path, &map, &e))
        fail_msg("%s: %s", path, e.msg);
    const uint8_t *p = map.bytes.p, *end = p + map.bytes.n;
    unsigned seen = 0;
    while (p < end) {
        uint32_t type = le32(p), n = le32(p + 4), bytes = le32(p + 8);
        YES(n <= ROW_MAX);
        YES(row_decode((enum ggml_type)type, p + 12, n, out));
        p += 12 + bytes;
        for (uint32_t i = 0; i < n; i++)
            if (float_bits(out[i]) != le32(p + 4 * i))
                fail_msg("%s: element %u is %a, not %a", ggml_layout(type)->name, i, (double)out[i],
                         (double)float_of(le32(p + 4 * i)));
        p += 4 * (size_t)n;
        seen++;
    }
    EQ(seen, N_TYPES);
    fs_unmap(&map);
}

static void fill(uint8_t *p, size_t n)
{
    static uint32_t state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        p[i] = (uint8_t)(state >> 24);
    }
}

/* Rows of random bytes, NaN scales and all: what is unpacked is what the file's row decodes to, to the bit. */
static void one_type(enum ggml_type type, uint32_t n_in)
{
    const struct ggml_layout *g = ggml_layout((uint32_t)type);
    size_t row = (size_t)n_in / g->block_elements * g->block_bytes, bytes = matrix_bytes(type, N_OUT, n_in);
    static uint8_t rows[N_OUT * ROW_MAX * 4], mem[(N_OUT + 13) * ROW_MAX * 4];
    static float want[ROW_MAX], got[ROW_MAX];
    struct matrix m;
    YES(matrix_can(type, n_in));
    YES(bytes > 0 && bytes <= sizeof mem);
    fill(rows, N_OUT * row);
    EQ(matrix_plan(type, N_OUT, n_in, mem, &m, NULL), 0);
    EQ(m.n_panels, 3);
    EQ(m.packed_bytes, bytes);
    memset(mem, 0xaa, sizeof mem);
    matrix_pack(&m, mem, span_of(rows, N_OUT * row - 1), 1, 3);       /* the last row is cut short */
    matrix_pack(&m, mem, span_of(rows, N_OUT * row - 1), 0, 1);
    for (size_t i = bytes; i < sizeof mem; i++)
        EQ(mem[i], 0xaa);
    for (uint32_t r = 0; r < N_OUT; r++) {
        if (r == N_OUT - 1)
            memset(rows + r * row, 0, row);
        YES(row_decode(type, rows + r * row, n_in, want));
        matrix_row(&m, r, got);
        if (memcmp(want, got, 4 * (size_t)n_in) != 0)
            fail_msg("%s, %u elements: row %u differs", g->name, n_in, r);
    }
}

TEST(packing_loses_nothing)
{
    for (unsigned i = 0; i < N_TYPES; i++)
        for (uint32_t blocks = 1; blocks <= 3; blocks++)
            one_type(types[i], blocks * ggml_layout((uint32_t)types[i])->block_elements);
    one_type(GGML_BF16, 31);
    one_type(GGML_F16, 129);
    one_type(GGML_F32, 1000);
    one_type(GGML_Q4_1, 576);
}

TEST(what_cannot_be_multiplied)
{
    struct matrix m = { 0 };
    struct err e = { 0 };
    float out[256];
    uint8_t in[256] = { 0 };
    NOT(matrix_can(GGML_Q4_K, 576));
    NOT(matrix_can(GGML_Q8_0, 0));
    NOT(matrix_can(GGML_IQ1_S, 256));
    NOT(matrix_can((enum ggml_type)4, 32));
    NOT(matrix_can((enum ggml_type)1000, 32));
    NOT(row_decode(GGML_IQ1_S, in, 256, out));
    NOT(row_decode(GGML_Q4_0, in, 33, out));
    NOT(row_decode((enum ggml_type)-1, in, 32, out));
    EQ(matrix_bytes(GGML_Q4_0, 0, 32), 0);
    EQ(matrix_bytes(GGML_Q4_0, 17, 32), 2 * 16 * 18);
    YES(matrix_bytes(GGML_F32, UINT32_MAX, UINT32_MAX) == 0);
    EQ(matrix_plan(GGML_Q4_K, 16, 576, in, &m, &e), ERR_FORMAT);
    STR(e.msg, "weights of 16 rows of 576 elements do not go with type Q4_K, whose blocks hold 256");
    EQ(matrix_plan(GGML_IQ1_S, 16, 256, in, &m, &e), ERR_FORMAT);
    STR(e.msg, "weights of type IQ1_S cannot be multiplied");
    EQ(matrix_plan((enum ggml_type)4, 16, 256, in, &m, &e), ERR_FORMAT);
    STR(e.msg, "tensor type 4 is not known");
    EQ(m.n_out, 0);
}

int main(void)
{
    return RUN(CASE(sixteen_bit_floats), CASE(sixteen_bit_rounding), CASE(rows_are_what_another_reader_says),
               CASE(packing_loses_nothing), CASE(what_cannot_be_multiplied));
}
