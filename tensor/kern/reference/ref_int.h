// SPDX-License-Identifier: Apache-2.0
/* tensor/kern/reference/ref_int.h - the functions of the plain C path; another path may take those it does no better. */
#ifndef ASSAY_TENSOR_REF_INT_H
#define ASSAY_TENSOR_REF_INT_H
#include "tensor/kern.h"

void ref_acts(struct acts *a, uint32_t from, uint32_t to);
void ref_mul(const struct matrix *w, const struct acts *x, float *y, size_t y_stride, uint32_t from, uint32_t to);
void ref_attend(const struct attn *job, uint32_t t_from, uint32_t t_to, uint32_t kv_head, void *scratch);
void ref_kv_store(enum kv_type type, void *out, const float *x, uint32_t n);
void ref_rms_norm(float *y, const float *x, const float *w, uint32_t n, float eps);
void ref_layer_norm(float *y, const float *x, const float *w, const float *b, uint32_t n, float eps);
void ref_add(float *y, const float *x, uint32_t n);
void ref_axpy(float *y, const float *x, float s, uint32_t n);
void ref_scale(float *y, float s, uint32_t n);
void ref_act(enum kern_act f, float *y, const float *x, uint32_t n);
void ref_gate(enum kern_act f, float *y, const float *gate, const float *up, uint32_t n);
void ref_softcap(float *y, float cap, uint32_t n);
void ref_softmax(float *y, uint32_t n);
void ref_rope(float *x, uint32_t n_heads, uint32_t head_dim, uint32_t n_rot, const float *cs, bool halves);

extern const struct kern kern_reference;

#endif
