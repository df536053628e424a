// SPDX-License-Identifier: Apache-2.0
/* passport/need_int.h - from shapes to bytes, and from bytes to seconds. docs/design/needs.md has the formulas. */
#ifndef ASSAY_PASSPORT_NEED_INT_H
#define ASSAY_PASSPORT_NEED_INT_H
#include "base/ggml_type.h"
#include "base/machine.h"
#include "format/hparams.h"
#include "passport/need.h"

enum need_role {
    NEED_MATRIX, NEED_VECTOR,       /* any other matrix; what stays F32 whatever the recipe */
    NEED_EMBED, NEED_OUTPUT, NEED_POSITION, NEED_ROUTER, NEED_Q, NEED_K, NEED_V, NEED_QKV, NEED_O, NEED_DOWN,
    NEED_OTHER_PART,                /* of a vision or audio tower */
    NEED_INDEX                      /* whole numbers that are no weights: position_ids */
};

struct need_tensor {
    struct span name;
    uint64_t n_elements, size_bytes;
    uint64_t row, n_rows;           /* row: elements along the direction that is quantised */
    unsigned n_dims;
    enum need_role role;            /* set by need_sort */
    bool is_index, is_expert;
    uint32_t layer;                 /* NEED_NO_LAYER when the name has none */
};
#define NEED_NO_LAYER UINT32_MAX

struct need_holding {               /* one set of weights that is here */
    const char *type, *path;        /* "Q4_K_M"; of its first file */
    struct need_tensor *tensors;
    size_t n;
    bool packed;                    /* shapes are of packed numbers: nothing else can be computed from them */
    const char *incomplete;         /* NULL, or why: "2 of 3 parts are here" */
};

/* A common way to quantise. `base` for most matrices; the rest by rules. */
struct need_recipe { const char *name; enum ggml_type base; };
extern const struct need_recipe need_recipes[];
extern const size_t need_n_recipes;

struct need_shape {                 /* what the rules look at */
    uint64_t n_layers, gqa, n_experts;
    bool tied;                      /* the embedding is the output too */
};

/* Give each tensor its role, layer and kind, by its name and dims. Names of GGUF and of common libraries. */
void need_sort(struct need_tensor *t, size_t n);
enum need_role need_role_of(struct span name, unsigned n_dims);

/* The type that the recipe gives a tensor. */
enum ggml_type need_type(const struct need_recipe *r, const struct need_shape *s, const struct need_tensor *t);
uint64_t need_tensor_bytes(enum ggml_type type, const struct need_tensor *t);

/* Weights that one token needs: bytes read in decode, elements multiplied in decode and in prefill. */
struct need_work { uint64_t bytes, decode_elements, prefill_elements; };

struct need_input {
    const struct hparams *h;
    struct need_holding *own;       /* the first is the one that counts */
    size_t n_own;
    const struct need_prices *prices;
    const struct machine *machine;  /* NULL: not asked for */
};

/* Compute everything but the claims. Fails: ERR_MEMORY. */
int need_compute(const struct need_input *in, struct arena *a, struct need *out, struct err *e);

/* Seconds a token takes (need_speed.c). `float_math`: the type is multiplied as floats. */
struct need_token { double prefill_s, decode_s; };
struct need_token need_seconds(const struct machine *m, const struct hparams *h, const char *type,
                               const struct need_work *w, uint64_t context);
double need_share(const char *type, bool *float_math);      /* of the peak that prefill reaches */

/* Add a sentence to out->assumptions. NULL text: out of memory. */
int need_assume(struct need *out, struct arena *a, const char *text, struct err *e);

#endif
