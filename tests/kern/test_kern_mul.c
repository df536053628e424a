// SPDX-License-Identifier: Apache-2.0
/* Products of every path: the reference against f64 of the decoded rows, the others against the reference to the bit, and
 * each against itself for other numbers of tokens and other ranges of panels. */
#include "tests/kern/kern_support.h"

#include "tensor/kern/reference/ref_int.h"

struct product {
    enum ggml_type type;
    uint32_t n_out, n_in, n_tok;
    size_t x_stride, y_stride;
    struct matrix m;
    struct acts a;
    struct guarded rows, packed, x, forms, y;
};

static void product_new(struct product *p, enum ggml_type type, uint32_t n_out, uint32_t n_in, uint32_t n_tok, bool at_end)
{
    uint64_t state = (uint64_t)type * 1000 + n_in;
    *p = (struct product){ .type = type, .n_out = n_out, .n_in = n_in, .n_tok = n_tok, .x_stride = n_in + 3,
                           .y_stride = n_out + 5 };
    p->rows = guard_new(n_out * row_bytes_of(type, n_in), at_end);
    p->packed = guard_new(matrix_bytes(type, n_out, n_in), at_end);
    p->x = guard_new(4 * ((n_tok - 1) * p->x_stride + n_in), at_end);
    p->y = guard_new(4 * ((n_tok - 1) * p->y_stride + n_out), at_end);
    made_rows(type, (uint8_t *)p->rows.p, (size_t)n_out * n_in, &state);
    EQ(matrix_plan(type, n_out, n_in, p->packed.p, &p->m, NULL), 0);
    matrix_pack(&p->m, p->packed.p, span_of(p->rows.p, n_out * row_bytes_of(type, n_in)), 0, p->m.n_panels);
    for (uint32_t t = 0; t < n_tok; t++)
        for (uint32_t k = 0; k < n_in; k++)
            ((float *)p->x.p)[t * p->x_stride + k] = made_normal(&state);
    p->forms = guard_new(acts_bytes(n_tok, n_in, p->m.forms), at_end);
    acts_place(&p->a, (float *)p->x.p, p->x_stride, n_tok, n_in, p->m.forms, p->forms.p);
}

static void product_free(struct product *p)
{
    guard_free(&p->rows);
    guard_free(&p->packed);
    guard_free(&p->x);
    guard_free(&p->forms);
    guard_free(&p->y);
}

static float *run(struct product *p, const struct kern *k)
{
    memset(p->y.p, 0xff, 4 * ((p->n_tok - 1) * p->y_stride + p->n_out));
    k->acts(&p->a, 0, p->n_tok);
    k->mul(&p->m, &p->a, (float *)p->y.p, p->y_stride, 0, p->m.n_panels);
    for (uint32_t t = 0; t + 1 < p->n_tok; t++)         /* the gap between rows of y is left alone */
        for (size_t i = p->n_out; i < p->y_stride; i++)
            EQ(float_bits(((float *)p->y.p)[t * p->y_stride + i]), UINT32_MAX);
    return (float *)p->y.p;
}

TEST(reference_beside_f64)
{
    enum { OUT = 33, IN = 1024, TOK = 4 };
    static double want[OUT * TOK];
    static float got[OUT * TOK], row[IN];
    for (unsigned i = 0; i < KERN_TYPES; i++) {
        struct product p;
        product_new(&p, kern_types[i], OUT, IN, TOK, true);
        const float *x = (const float *)p.x.p, *y = run(&p, &kern_reference);
        for (uint32_t r = 0; r < OUT; r++) {
            YES(row_decode(p.type, p.rows.p + r * row_bytes_of(p.type, IN), IN, row));
            for (uint32_t t = 0; t < TOK; t++) {
                double sum = 0;
                for (uint32_t k = 0; k < IN; k++)
                    sum += (double)row[k] * (double)x[t * p.x_stride + k];
                want[t * OUT + r] = sum;
                got[t * OUT + r] = y[t * p.y_stride + r];
            }
        }
        double off = nmse(want, got, OUT * TOK), limit = p.m.kind == MATRIX_FLOAT ? 1e-12 : 1e-4;
        printf("# %-6s NMSE %.1e, limit %.0e\n", ggml_layout(p.type)->name, off, limit);
        YES(off <= limit);
        product_free(&p);
    }
}

static void beside_reference(const struct kern *k, enum ggml_type type, uint32_t n_out, uint32_t n_in, uint32_t n_tok,
                             bool at_end)
{
    struct product p;
    product_new(&p, type, n_out, n_in, n_tok, at_end);
    size_t n = (n_tok - 1) * p.y_stride + n_out;
    float *want = malloc(4 * n);
    assert_non_null(want);
    memcpy(want, run(&p, &kern_reference), 4 * n);
    const float *got = run(&p, k);
    if (memcmp(want, got, 4 * n) != 0)
        for (size_t i = 0; i < n; i++)
            if (float_bits(want[i]) != float_bits(got[i]))
                fail_msg("%s, %s, %u x %u, %u tokens: token %zu, row %zu is %a, not %a", k->name, ggml_layout(type)->name, n_out,
                         n_in, n_tok, i / p.y_stride, i % p.y_stride, (double)got[i], (double)want[i]);
    free(want);
    product_free(&p);
}

TEST(every_path_gives_the_bits_of_the_reference)
{
    static const uint32_t outs[] = { 1, 15, 16, 17, 40 };
    EACH_PATH(k)
        for (unsigned i = 0; i < KERN_TYPES && k != &kern_reference; i++) {
            uint32_t block = ggml_layout((uint32_t)kern_types[i])->block_elements;
            for (uint32_t n_tok = 1; n_tok <= 33; n_tok++)
                beside_reference(k, kern_types[i], outs[n_tok % 5], block * (1 + n_tok % 7), n_tok, n_tok % 2);
            for (uint32_t blocks = 1; blocks <= 9; blocks++)
                beside_reference(k, kern_types[i], 16, block * blocks, 1 + blocks % 3, blocks % 2);
            beside_reference(k, kern_types[i], 20, 2304, 70, true);
            beside_reference(k, kern_types[i], 50, 256, 1, true);
            printf("# %s: %s\n", k->name, ggml_layout((uint32_t)kern_types[i])->name);
        }
}

/* One by one, in pieces, and with neighbours that are infinite: the same bits. */
static void pieces(const struct kern *k, enum ggml_type type)
{
    enum { OUT = 100, IN = 512, TOK = 21 };
    static float all[TOK * (OUT + 5)], y[OUT];
    struct product p;
    product_new(&p, type, OUT, IN, TOK, true);
    memcpy(all, run(&p, k), 4 * ((TOK - 1) * p.y_stride + OUT));
    for (uint32_t t = 0; t < TOK; t++) {
        struct acts one;
        acts_place(&one, p.a.f32 + t * p.x_stride, p.x_stride, 1, IN, p.m.forms, p.forms.p);
        k->acts(&one, 0, 1);
        for (uint32_t panel = p.m.n_panels; panel-- > 0;)
            k->mul(&p.m, &one, y, OUT, panel, panel + 1);
        if (memcmp(y, all + t * p.y_stride, sizeof y) != 0)
            fail_msg("%s, %s: token %u differs when it is alone", k->name, ggml_layout(type)->name, t);
    }
    acts_place(&p.a, p.a.f32, p.x_stride, TOK, IN, p.m.forms, p.forms.p);
    ((float *)p.x.p)[5 * p.x_stride + 7] = INFINITY;
    ((float *)p.x.p)[8 * p.x_stride] = NAN;
    const float *got = run(&p, k);
    for (uint32_t t = 0; t < TOK; t++)
        for (uint32_t r = 0; r < OUT; r++) {
            bool same = float_bits(got[t * p.y_stride + r]) == float_bits(all[t * p.y_stride + r]);
            bool odd = !isfinite(got[t * p.y_stride + r]);
            if (t == 5 || t == 8 ? !odd : !same)
                fail_msg("%s, %s: token %u beside one that is not finite", k->name, ggml_layout(type)->name, t);
        }
    product_free(&p);
}

TEST(a_result_depends_on_its_operands_alone)
{
    EACH_PATH(k)
        for (unsigned i = 0; i < KERN_TYPES; i++)
            pieces(k, kern_types[i]);
}

/* Extremes of the codes and of the activations: nothing saturates on the way. */
static void extremes(const struct kern *k, enum ggml_type type, int fill_byte)
{
    enum { OUT = 16, IN = 512, TOK = 6 };
    struct product p;
    product_new(&p, type, OUT, IN, TOK, true);
    const struct matrix_layout *l = matrix_layout(type);
    const struct ggml_layout *g = ggml_layout((uint32_t)type);
    uint16_t one = 0x3c00;
    for (uint8_t *b = (uint8_t *)p.rows.p; b < (uint8_t *)p.rows.p + OUT * row_bytes_of(type, IN); b += g->block_bytes) {
        memset(b, fill_byte, g->block_bytes);
        memcpy(b + l->d_file, &one, l->has_d ? 2 : 0);
        memcpy(b + l->m_file, &one, l->has_m ? 2 : 0);
        b[0] = type == GGML_MXFP4 ? 127 : b[0];
    }
    matrix_pack(&p.m, p.packed.p, span_of(p.rows.p, OUT * row_bytes_of(type, IN)), 0, 1);
    for (uint32_t t = 0; t < TOK; t++)
        for (uint32_t i = 0; i < IN; i++)
            ((float *)p.x.p)[t * p.x_stride + i] = t == 1 ? -3 : t == 2 && i % 2 ? -1 : t == 3 && i % 4 < 2 ? -1 : 1;
    float want[TOK * (OUT + 5)];
    size_t n = (TOK - 1) * p.y_stride + OUT;
    memcpy(want, run(&p, &kern_reference), 4 * n);
    if (memcmp(want, run(&p, k), 4 * n) != 0)
        fail_msg("%s, %s, bytes 0x%02x: differs", k->name, g->name, (unsigned)fill_byte);
    product_free(&p);
}

TEST(nothing_saturates)
{
    EACH_PATH(k)
        for (unsigned i = 3; i < KERN_TYPES; i++)
            for (int byte = 0; byte < 256; byte++)
                extremes(k, kern_types[i], byte);
}

/* One bit of one element. */
static void wrong_mul(const struct matrix *w, const struct acts *x, float *y, size_t y_stride, uint32_t from, uint32_t to)
{
    ref_mul(w, x, y, y_stride, from, to);
    y[w->n_out - 1] = float_of(float_bits(y[w->n_out - 1]) ^ 1);
}

TEST(self_tests)
{
    const char *what;
    struct err e = { 0 };
    const struct kern *k;
    struct cpu c, bare = { 0 };
    char *named = getenv("ASSAY_ISA") ? strdup(getenv("ASSAY_ISA")) : NULL;
    EACH_PATH(path)
        if (!kern_self_test(path, &what))
            fail_msg("%s: %s", path->name, what);
    for (size_t i = 0; kern_all()[i]; i++) {
        bool usable;
        (void)path_at(i, &usable);
        printf("# %s %s\n", kern_all()[i]->name, usable ? "was tested" : "was NOT tested: the processor lacks it, or it is untried and ASSAY_ISA does not name it");
    }
    struct kern bad = kern_reference;
    bad.softcap = ref_scale;
    NOT(kern_self_test(&bad, &what));
    STR(what, "functions of vectors");
    bad = kern_reference;
    bad.mul = wrong_mul;
    NOT(kern_self_test(&bad, &what));
    STR(what, "F32");
    cpu_read(&c);
    EQ(unsetenv("ASSAY_ISA"), 0);
    EQ(kern_choose(&c, &k, &e), 0);
    EQ(kern_choose(&bare, &k, &e), 0);
    STR(k->name, "reference");
    EQ(setenv("ASSAY_ISA", "reference", 1), 0);
    EQ(kern_choose(&c, &k, &e), 0);
    STR(k->name, "reference");
    EQ(setenv("ASSAY_ISA", "mmx", 1), 0);
    EQ(kern_choose(&bare, &k, &e), ERR_USAGE);
    STR(e.msg, "ASSAY_ISA names \"mmx\", which is no kernel path");
    STR(e.hint, "this processor runs: reference");
    for (size_t i = 0; kern_all()[i] != &kern_reference; i++) {
        EQ(setenv("ASSAY_ISA", kern_all()[i]->name, 1), 0);
        EQ(kern_choose(&bare, &k, &e), ERR_NOT_FOUND);
    }
    EQ(named ? setenv("ASSAY_ISA", named, 1) : unsetenv("ASSAY_ISA"), 0);
    free(named);
}

int main(void)
{
    return RUN(CASE(self_tests), CASE(reference_beside_f64), CASE(nothing_saturates),
               CASE(every_path_gives_the_bits_of_the_reference), CASE(a_result_depends_on_its_operands_alone));
}
