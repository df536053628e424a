// SPDX-License-Identifier: Apache-2.0
/* tensor/kern.h - what a kernel path does; one const struct an instruction set, chosen when a model is loaded.
 *
 *     reference   avx2   avx512 (VNNI, BF16)   amx   neon          tensor/kern/<isa>/, one table each
 *
 * The contract of all of them: a result depends on its operands and the path, and on nothing else: not on how many tokens
 * are done at once, on the range of panels, the thread, or what lies beside it. Each element of a product is summed in the
 * order of k, and is the same to the bit on all paths (kern/reference/ref_mul.c says how); each (token, head) of attention in
 * the order of positions, in blocks that begin at multiples of ATTN_BLOCK. So the same seed gives the same bytes
 * whatever the batch.
 * The plain C path is the reference; tests/kern holds the others beside it. Nothing here allocates. */
#ifndef ASSAY_TENSOR_KERN_H
#define ASSAY_TENSOR_KERN_H
#include "base/cpu.h"
#include "tensor/acts.h"
#include "tensor/attn.h"
#include "tensor/matrix.h"

enum kern_act { KERN_SILU, KERN_GELU_TANH, KERN_GELU_ERF, KERN_GELU_QUICK, KERN_RELU };

struct kern {
    const char *name;                                   /* "avx2" */
    bool (*usable)(const struct cpu *c);
    bool tried;                                         /* tests/kern has passed on a processor that has it, or in qemu */

    /* Fill in the forms of tokens [from, to) of x that a->forms names, from a->f32. */
    void (*acts)(struct acts *a, uint32_t from, uint32_t to);

    /* y[t * y_stride + row] = sum over k of W[row, k] x[t, k], for all tokens of x and the rows of panels [from, to). */
    void (*mul)(const struct matrix *w, const struct acts *x, float *y, size_t y_stride, uint32_t from, uint32_t to);

    void (*rms_norm)(float *y, const float *x, const float *w, uint32_t n, float eps);       /* w NULL: 1 */
    void (*layer_norm)(float *y, const float *x, const float *w, const float *b, uint32_t n, float eps); /* b NULL: 0 */
    void (*add)(float *y, const float *x, uint32_t n);                                        /* y += x */
    void (*axpy)(float *y, const float *x, float s, uint32_t n);                              /* y += s x */
    void (*scale)(float *y, float s, uint32_t n);
    void (*act)(enum kern_act f, float *y, const float *x, uint32_t n);                       /* y = f(x) */
    void (*gate)(enum kern_act f, float *y, const float *gate, const float *up, uint32_t n);  /* y = f(gate) * up */
    void (*softcap)(float *y, float cap, uint32_t n);                                         /* y = cap tanh(y / cap) */
    void (*softmax)(float *y, uint32_t n);

    /* Turn the first n_rot elements of each of n_heads vectors of head_dim. cs: n_rot / 2 pairs (cos, sin).
     * halves: element i goes with i + n_rot / 2 (NeoX); else 2i with 2i + 1. */
    void (*rope)(float *x, uint32_t n_heads, uint32_t head_dim, uint32_t n_rot, const float *cs, bool halves);

    /* Write n elements, one head at one position, in the cache's type: kv_head_bytes(type, n). */
    void (*kv_store)(enum kv_type type, void *out, const float *x, uint32_t n);

    /* Attention of tokens [t_from, t_to) for the query heads of one key-value head. scratch: attn_scratch_bytes. */
    void (*attend)(const struct attn *job, uint32_t t_from, uint32_t t_to, uint32_t kv_head, void *scratch);
};

/* The best path that this processor has and that was tried, or the one that the environment's ASSAY_ISA names, after its
 * self-test. Fails: ERR_USAGE an unknown name, ERR_NOT_FOUND a path that the processor lacks, ERR_BUG one whose self-test
 * fails; the message names it and those that there are. */
int kern_choose(const struct cpu *c, const struct kern **out, struct err *e);

/* All paths that were built in, best first; NULL behind the last. */
const struct kern *const *kern_all(void);

/* Products, norms and attention beside the reference on small made inputs. False: *what names what differs. */
bool kern_self_test(const struct kern *k, const char **what);

#endif
