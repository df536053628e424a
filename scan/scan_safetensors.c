// SPDX-License-Identifier: Apache-2.0
/* safetensors: the directory proved by the reader that every loader of ours uses; the metadata is text and runs nowhere. */
#include "format/safetensors.h"
#include "scan/scan.h"

static unsigned sniff(const struct scan_node *n)
{
    unsigned named = scan_called(n, ".safetensors") ? 42 : 0;      /* enough to be told what is wrong with it */
    if (n->in.n < 10 || n->in.p[8] != '{')
        return named;
    uint64_t dir = le64(n->in.p);
    return dir >= 2 && dir <= n->in.n - 8 ? 85 : named;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct st_file f;
    struct err inner = { 0 };
    int rc = st_open(n->in, s->a, &f, &inner);
    if (rc == ERR_MEMORY)
        return err_memory(e);
    return rc ? scan_find(s, n, RULE_TENSORS_MALFORMED, inner.at == ERR_AT_BYTE ? inner.pos : 0, e, "%s", inner.msg) : 0;
}

const struct scan_format scan_safetensors = { .name = "safetensors", .sniff = sniff, .run = run };
