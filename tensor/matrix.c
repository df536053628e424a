// SPDX-License-Identifier: Apache-2.0
#include "tensor/matrix.h"

#include "tensor/acts.h"
#include "tensor/half.h"
#include "tensor/matrix_int.h"

#define FLOAT_TYPE { .kind = MATRIX_FLOAT }

/*                            kind            bits off  d      m      file: d    m   sc  n   record: sc  q */
static const struct matrix_layout layouts[GGML_TYPE_LIMIT] = {
    [GGML_Q4_0]   = { MATRIX_AFFINE, 4,  8, true,  false,   0,   0,   2,  0,   32,  32 },
    [GGML_Q4_1]   = { MATRIX_AFFINE, 4,  0, true,  true,    0,   2,   4,  0,   64,  64 },
    [GGML_Q5_0]   = { MATRIX_AFFINE, 5, 16, true,  false,   0,   0,   2,  0,   32,  32 },
    [GGML_Q5_1]   = { MATRIX_AFFINE, 5,  0, true,  true,    0,   2,   4,  0,   64,  64 },
    [GGML_Q4_K]   = { MATRIX_AFFINE, 4,  0, true,  true,    0,   2,   4, 12,   64, 256 },
    [GGML_Q5_K]   = { MATRIX_AFFINE, 5,  0, true,  true,    0,   2,   4, 12,   64, 256 },
    [GGML_MXFP4]  = { MATRIX_AFFINE, 4, 12, false, false,   0,   0,   0,  1,    0,  16 },
    [GGML_Q8_0]   = { MATRIX_SIGNED, 8,  0, true,  false,   0,   0,   2,  0,   32,  32 },
    [GGML_IQ4_NL] = { MATRIX_SIGNED, 4,  0, true,  false,   0,   0,   2,  0,   32,  32 },
    [GGML_IQ4_XS] = { MATRIX_SIGNED, 4,  0, true,  false,   0,   0,   2,  6,   32, 128 },
    [GGML_Q2_K]   = { MATRIX_HALVES, 2,  0, true,  true,   80,  82,   0, 16,   64, 320 },
    [GGML_Q3_K]   = { MATRIX_HALVES, 3,  4, true,  false, 108,   0,  96, 12,   32, 224 },
    [GGML_Q6_K]   = { MATRIX_HALVES, 6, 32, true,  false, 208,   0, 192, 16,   32, 288 },
};
static const struct matrix_layout floats = FLOAT_TYPE;

const struct matrix_layout *matrix_layout(enum ggml_type type)
{
    if (type == GGML_F32 || type == GGML_F16 || type == GGML_BF16)
        return &floats;
    return (unsigned)type < GGML_TYPE_LIMIT && layouts[type].bits ? &layouts[type] : NULL;
}

bool matrix_can(enum ggml_type type, uint32_t n_in)
{
    return matrix_layout(type) && n_in && n_in % ggml_layout((uint32_t)type)->block_elements == 0;
}

/* Bytes of one panel. */
static size_t panel_bytes(enum ggml_type type, uint32_t n_in)
{
    const struct ggml_layout *g = ggml_layout((uint32_t)type);
    size_t n = type == GGML_BF16 ? (size_t)n_in + n_in % 2 : n_in;
    return n / g->block_elements * g->block_bytes * MATRIX_PANEL;
}

size_t matrix_bytes(enum ggml_type type, uint32_t n_out, uint32_t n_in)
{
    size_t bytes;
    if (!matrix_can(type, n_in))
        return 0;
    size_t panels = n_out / MATRIX_PANEL + (n_out % MATRIX_PANEL != 0);
    return __builtin_mul_overflow(panel_bytes(type, n_in), panels, &bytes) ? 0 : bytes;
}

int matrix_plan(enum ggml_type type, uint32_t n_out, uint32_t n_in, void *mem, struct matrix *out, struct err *e)
{
    const struct ggml_layout *g = ggml_layout((uint32_t)type);
    size_t bytes = matrix_bytes(type, n_out, n_in);
    if (!g)
        return err_plain(e, ERR_FORMAT, "tensor type %u is not known", (unsigned)type);
    if (!matrix_layout(type))
        return err_plain(e, ERR_FORMAT, "weights of type %s cannot be multiplied", g->name);
    if (!bytes)
        return err_plain(e, ERR_FORMAT, "weights of %u rows of %u elements do not go with type %s, whose blocks hold %u", n_out,
                         n_in, g->name, g->block_elements);
    *out = (struct matrix){
        .type = type, .kind = matrix_layout(type)->kind, .n_out = n_out, .n_in = n_in,
        .forms = matrix_layout(type)->kind == MATRIX_FLOAT ? ACTS_F32 : ACTS_Q8,
        .n_panels = n_out / MATRIX_PANEL + (n_out % MATRIX_PANEL != 0), .packed = mem, .packed_bytes = bytes,
    };
    return 0;
}

/* ---- packing ----------------------------------------------------------------------------- */

enum { BLOCK_MAX = 256 };

static uint32_t load32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

static void store32(void *p, uint32_t v)
{
    memcpy(p, &v, 4);
}

/* `width` bits of each code from bit `shift` on, of the groups g, g + step, ... of one row, beside each other in bytes. */
static uint32_t gather(const uint8_t *code, unsigned g, unsigned step, unsigned n, unsigned shift, unsigned width)
{
    uint32_t out = 0, mask = ((1u << width) - 1) * 0x01010101u;
    for (unsigned i = 0; i < n; i++)
        out |= (load32(code + 4 * (g + i * step)) >> shift & mask) << i * width;
    return out;
}

/* The codes of 32 k of one row, into its places of the 64 of a group. */
static void put_codes(unsigned bits, const uint8_t *code, unsigned row, uint8_t *out)
{
    uint8_t *q = out + 4 * row;
    if (bits == 8)
        for (unsigned g = 0; g < 8; g++)
            store32(q + 64 * g, load32(code + 4 * g));
    if (bits >= 4 && bits < 8)
        for (unsigned g = 0; g < 4; g++)
            store32(q + 64 * g, gather(code, g, 4, 2, 0, 4));
    if (bits == 2 || bits == 3)
        for (unsigned v = 0; v < 2; v++)
            store32(q + 64 * v, gather(code, 4 * v, 1, 4, 0, 2));
    if (bits == 6)
        for (unsigned v = 0; v < 2; v++)
            store32(q + 256 + 64 * v, gather(code, 4 * v, 1, 4, 4, 2));
    if (bits == 5)
        store32(q + 256, gather(code, 0, 1, 8, 4, 1));
    if (bits == 3)
        store32(q + 128, gather(code, 0, 1, 8, 2, 1));
}

static void pack_record(enum ggml_type type, const uint8_t *block, unsigned row, uint8_t *rec)
{
    const struct matrix_layout *l = matrix_layout(type);
    unsigned elements = ggml_layout((uint32_t)type)->block_elements;
    uint8_t code[BLOCK_MAX];
    matrix_file_codes(type, block, code);
    if (l->has_d)
        memcpy(rec + 2 * row, block + l->d_file, 2);
    if (l->has_m)
        memcpy(rec + 32 + 2 * row, block + l->m_file, 2);
    for (unsigned j = 0; j < l->sc_n; j++)
        rec[l->sc_at + MATRIX_PANEL * j + row] = block[l->sc_file + j];
    for (unsigned b = 0; b < elements / 32; b++)
        put_codes(l->bits, code + 32 * b, row, rec + l->q_at + b * matrix_step(l->bits));
}

static void pack_row(const struct matrix *m, const uint8_t *in, unsigned row, uint8_t *panel)
{
    const struct ggml_layout *g = ggml_layout((uint32_t)m->type);
    size_t rec_bytes = (size_t)g->block_bytes * MATRIX_PANEL;
    if (m->type == GGML_F32)
        for (uint32_t k = 0; k < m->n_in; k++)
            memcpy(panel + k * 64ull + 4 * row, in + 4ull * k, 4);
    else if (m->type == GGML_F16)
        for (uint32_t k = 0; k < m->n_in; k++)
            memcpy(panel + k * 32ull + 2 * row, in + 2ull * k, 2);
    else if (m->type == GGML_BF16)
        for (uint32_t k = 0; k < m->n_in; k++)
            memcpy(panel + k / 2 * 64ull + 4 * row + k % 2 * 2, in + 2ull * k, 2);
    else
        for (uint32_t b = 0; b < m->n_in / g->block_elements; b++)
            pack_record(m->type, in + (size_t)b * g->block_bytes, row, panel + b * rec_bytes);
}

void matrix_pack(const struct matrix *m, void *mem, struct span rows, uint32_t from, uint32_t to)
{
    const struct ggml_layout *g = ggml_layout((uint32_t)m->type);
    size_t row_bytes = (size_t)m->n_in / g->block_elements * g->block_bytes, bytes = panel_bytes(m->type, m->n_in);
    for (uint32_t p = from; p < to; p++) {
        uint8_t *panel = (uint8_t *)mem + p * bytes;
        memset(panel, 0, bytes);
        for (unsigned r = 0; r < MATRIX_PANEL; r++) {
            size_t row = (size_t)p * MATRIX_PANEL + r;
            if (row < m->n_out && rows.n / row_bytes > row)
                pack_row(m, rows.p + row * row_bytes, r, panel);
        }
    }
}

/* ---- unpacking --------------------------------------------------------------------------- */

static unsigned get_code(unsigned bits, const uint8_t *q, unsigned row, unsigned k)
{
    unsigned g = k / 4, p = 4 * row + k % 4, pair = 64 * (g / 4) + p, shift = 2 * (g % 4);
    if (bits == 8)
        return q[64 * g + p];
    unsigned v = bits < 4 ? (unsigned)q[pair] >> shift & 3 : (unsigned)q[64 * (g % 4) + p] >> 4 * (g / 4) & 15;
    if (bits == 3)
        return v | (q[128 + p] >> g & 1u) << 2;
    if (bits == 5)
        return v | (q[256 + p] >> g & 1u) << 4;
    return bits == 6 ? v | (q[256 + pair] >> shift & 3u) << 4 : v;
}

void matrix_block(const struct matrix *m, uint32_t row, uint32_t b, struct matrix_block *out)
{
    const struct matrix_layout *l = matrix_layout(m->type);
    const struct ggml_layout *g = ggml_layout((uint32_t)m->type);
    unsigned per = g->block_elements / 32u, r = row % MATRIX_PANEL;
    const uint8_t *rec = (const uint8_t *)m->packed + row / MATRIX_PANEL * panel_bytes(m->type, m->n_in) +
                         (size_t)(b / per) * g->block_bytes * MATRIX_PANEL;
    const uint8_t *q = rec + l->q_at + b % per * matrix_step(l->bits);
    for (unsigned k = 0; k < 32; k++)
        out->code[k] = (uint8_t)get_code(l->bits, q, r, k);
    matrix_codes(m->type, out);
    matrix_scales(m->type, l->has_d ? le16(rec + 2 * r) : 0, l->has_m ? le16(rec + 32 + 2 * r) : 0, rec + l->sc_at + r,
                  MATRIX_PANEL, b % per, out);
}

float matrix_float(const struct matrix *m, uint32_t row, uint32_t k)
{
    const uint8_t *panel = (const uint8_t *)m->packed + row / MATRIX_PANEL * panel_bytes(m->type, m->n_in);
    unsigned r = row % MATRIX_PANEL;
    if (m->type == GGML_F32)
        return float_of(le32(panel + k * 64ull + 4 * r));
    if (m->type == GGML_F16)
        return float_of_f16(le16(panel + k * 32ull + 2 * r));
    return float_of_bf16(le16(panel + k / 2 * 64ull + 4 * r + k % 2 * 2));
}

void matrix_row(const struct matrix *m, uint32_t row, float *out)
{
    struct matrix_block blk = { 0 };
    if (m->kind == MATRIX_FLOAT)
        for (uint32_t k = 0; k < m->n_in; k++)
            out[k] = matrix_float(m, row, k);
    else
        for (uint32_t b = 0; b < m->n_in / 32; b++) {
            matrix_block(m, row, b, &blk);
            matrix_values(m->type, &blk, out + 32ull * b);
        }
}
