// SPDX-License-Identifier: Apache-2.0
#include "base/ggml_type.h"

#include <stddef.h>

static const struct ggml_layout layouts[GGML_TYPE_LIMIT] = {
#define X(name, id, elements, bytes) [id] = { elements, bytes, #name },
    GGML_TYPE_MAP(X)
#undef X
};

const struct ggml_layout *ggml_layout(uint32_t type)
{
    if (type >= GGML_TYPE_LIMIT || layouts[type].block_elements == 0)
        return NULL;
    return &layouts[type];
}

bool ggml_removed(uint32_t type)
{
    return type < GGML_TYPE_LIMIT && layouts[type].block_elements == 0;
}
