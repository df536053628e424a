// SPDX-License-Identifier: Apache-2.0
#include "tensor/kern/reference/ref_int.h"

static bool usable(const struct cpu *c)
{
    (void)c;
    return true;
}

const struct kern kern_reference = {
    .name = "reference", .usable = usable, .tried = true,
    .acts = ref_acts, .mul = ref_mul,
    .rms_norm = ref_rms_norm, .layer_norm = ref_layer_norm,
    .add = ref_add, .axpy = ref_axpy, .scale = ref_scale,
    .act = ref_act, .gate = ref_gate, .softcap = ref_softcap, .softmax = ref_softmax,
    .rope = ref_rope, .kv_store = ref_kv_store, .attend = ref_attend,
};
