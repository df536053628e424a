// SPDX-License-Identifier: Apache-2.0
/* GGUF: header and tensor directory proved by the engine's reader; chat templates are judged as what they are. */
#include "format/gguf.h"
#include "scan/scan.h"

static unsigned sniff(const struct scan_node *n)
{
    return span_starts(n->in, "GGUF") ? 95 : scan_called(n, ".gguf") ? 42 : 0;
}

/* tokenizer.chat_template, tokenizer.chat_template.<name> */
static int judge_templates(struct scan *s, const struct scan_node *n, const struct gguf *g, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0; i < g->n_kv && !rc; i++) {
        const struct gguf_kv *kv = &g->kv[i];
        if (kv->type != GGUF_STR || !span_starts(kv->key, "tokenizer.chat_template"))
            continue;
        const char *name = arena_fmt(s->a, "%.*s at %llu", SPAN_ARG(kv->key), (unsigned long long)kv->byte_from);
        rc = name ? scan_template_inside(s, n, kv->value, name, e) : err_memory(e);
    }
    return rc;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct gguf g;
    struct err inner = { 0 };
    int rc = gguf_open(n->in, s->a, &g, &inner);
    if (rc == ERR_MEMORY)
        return err_memory(e);
    if (rc)
        return scan_find(s, n, RULE_TENSORS_MALFORMED, inner.at == ERR_AT_BYTE ? inner.pos : 0, e, "%s", inner.msg);
    if (g.unclaimed_bytes)
        rc = scan_find(s, n, RULE_TENSORS_UNCLAIMED, g.data_offset, e, "%llu bytes of the data belong to no tensor",
                       (unsigned long long)g.unclaimed_bytes);
    return rc ? rc : judge_templates(s, n, &g, e);
}

const struct scan_format scan_gguf = { .name = "gguf", .sniff = sniff, .run = run };
