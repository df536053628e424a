// SPDX-License-Identifier: Apache-2.0
/* YAML, by its name: nothing else tells it from text. */
#include "base/yaml.h"
#include "scan/config_walk.h"

static unsigned sniff(const struct scan_node *n)
{
    return scan_called(n, ".yaml .yml") ? 40 : 0;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct arena a;
    const struct val *root;
    struct err inner = { 0 };
    arena_init(&a, (size_t)160 << 20);
    int rc = yaml_parse(n->in, NULL, &a, &root, &inner);
    if (!rc)
        rc = config_walk(s, n, root, e);
    else if (rc == ERR_MEMORY || rc == ERR_LIMIT)
        rc = scan_find(s, n, RULE_TOO_DEEP, 0, e, "more YAML than is read: %s", inner.msg);
    else
        rc = scan_find(s, n, RULE_MALFORMED, 0, e, "no YAML that is read here, line %llu: %s", (unsigned long long)inner.pos,
                       inner.msg);
    arena_fini(&a);
    return rc;
}

const struct scan_format scan_yaml = { .name = "yaml", .sniff = sniff, .run = run };
