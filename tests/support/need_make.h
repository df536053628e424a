// SPDX-License-Identifier: Apache-2.0
/* tests/support/need_make.h - the tensors of a Llama-shaped model, with the names of GGUF. */
#ifndef ASSAY_TESTS_NEED_MAKE_H
#define ASSAY_TESTS_NEED_MAKE_H
#include <stdio.h>
#include "passport/need_int.h"

enum { MADE_MAX = 2048 };
struct made {
    uint64_t layers, embd, ff, q, kv, vocab, experts;       /* q, kv: heads x head length; experts 0: dense */
    bool tied;
    struct need_tensor tensors[MADE_MAX];
    char names[MADE_MAX][40];
    size_t n;
};

static inline void made_add(struct made *m, const char *name, uint64_t row, uint64_t rows, uint64_t n_experts)
{
    (void)snprintf(m->names[m->n], sizeof *m->names, "%s", name);
    m->tensors[m->n] = (struct need_tensor){ .name = span_str(m->names[m->n]), .row = row, .n_rows = rows * n_experts,
        .n_elements = row * rows * n_experts, .size_bytes = row * rows * n_experts * 2,
        .n_dims = n_experts > 1 ? 3 : rows > 1 ? 2 : 1 };
    m->n++;
}

static inline void made_layer(struct made *m, uint64_t layer)
{
    const struct { const char *name; uint64_t row, rows, n; } parts[] = {
        { "attn_norm.weight", m->embd, 1, 1 }, { "ffn_norm.weight", m->embd, 1, 1 },
        { "attn_q.weight", m->embd, m->q, 1 }, { "attn_k.weight", m->embd, m->kv, 1 },
        { "attn_v.weight", m->embd, m->kv, 1 }, { "attn_output.weight", m->q, m->embd, 1 },
        { m->experts ? "ffn_gate_exps.weight" : "ffn_gate.weight", m->embd, m->ff, m->experts ? m->experts : 1 },
        { m->experts ? "ffn_up_exps.weight" : "ffn_up.weight", m->embd, m->ff, m->experts ? m->experts : 1 },
        { m->experts ? "ffn_down_exps.weight" : "ffn_down.weight", m->ff, m->embd, m->experts ? m->experts : 1 },
        { "ffn_gate_inp.weight", m->embd, m->experts, 1 },
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "blk.%u.%s", (unsigned)layer, parts[i].name);
        if (parts[i].rows)
            made_add(m, name, parts[i].row, parts[i].rows, parts[i].n);
    }
}

static inline void make_tensors(struct made *m)
{
    m->n = 0;
    made_add(m, "token_embd.weight", m->embd, m->vocab, 1);
    for (uint64_t i = 0; i < m->layers; i++)
        made_layer(m, i);
    made_add(m, "output_norm.weight", m->embd, 1, 1);
    if (!m->tied)
        made_add(m, "output.weight", m->embd, m->vocab, 1);
    need_sort(m->tensors, m->n);
}

#endif
