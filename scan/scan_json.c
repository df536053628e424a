// SPDX-License-Identifier: Apache-2.0
/* JSON: configurations, tokenizers, indexes. Read strictly, then walked for what a loader would do with it. */
#include "base/json.h"
#include "scan/config_walk.h"
#include "scan/manifest_walk.h"
#include "scan/object_walk.h"

/* Larger trees do not fit a worker's memory: a value takes some hundred bytes. */
static const struct val_limits limits = { .max_bytes = 64 << 20, .max_depth = 128, .max_values = 800000 };

static unsigned sniff(const struct scan_node *n)
{
    size_t i = 0;
    while (i < n->in.n && i < 4096 && strchr(" \t\r\n", n->in.p[i]) && n->in.p[i])
        i++;
    bool opens = i < n->in.n && (n->in.p[i] == '{' || n->in.p[i] == '[');
    return opens && scan_called(n, ".json") ? 70 : opens && n->in.p[i] == '{' ? 35 : scan_called(n, ".json") ? 10 : 0;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct arena a;
    const struct val *root;
    struct err inner = { 0 };
    arena_init(&a, (size_t)160 << 20);
    int rc = json_parse(n->in, &limits, &a, &root, &inner);
    if (!rc) {
        rc = config_walk(s, n, root, e);
        if (!rc)
            rc = object_walk(s, n, root, e);
        if (!rc)
            rc = manifest_walk(s, n, root, e);
    } else if (rc == ERR_MEMORY || rc == ERR_LIMIT) {
        rc = scan_find(s, n, RULE_TOO_DEEP, 0, e, "more JSON than is kept at once: %s", inner.msg);
    } else if (scan_called(n, ".json")) {
        rc = scan_find(s, n, RULE_MALFORMED, inner.pos, e, "no JSON: %s", inner.msg);
    } else {
        rc = scan_as_text(s, n, e);             /* it only began like JSON: a template does too */
    }
    arena_fini(&a);
    return rc;
}

const struct scan_format scan_json = { .name = "json", .sniff = sniff, .run = run };
