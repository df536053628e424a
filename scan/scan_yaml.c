// SPDX-License-Identifier: Apache-2.0
/* YAML, by its name: nothing else tells it from text. */
#include "base/yaml.h"
#include "scan/config_walk.h"

static unsigned sniff(const struct scan_node *n)
{
    return scan_called(n, ".yaml .yml") ? 40 : 0;
}

/* Tags are refused by the reader, wherever they stand; these are an attack on readers that follow them. */
static const uint8_t *python_tag(struct span in)
{
    static const char *const tags[] = { "!!python/object", "!!python/name:", "!!python/module:",
                                        "tag:yaml.org,2002:python/object", "tag:yaml.org,2002:python/name:",
                                        "tag:yaml.org,2002:python/module:" };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        const uint8_t *hit = in.n ? memmem(in.p, in.n, tags[i], strlen(tags[i])) : NULL;
        if (hit)
            return hit;
    }
    return NULL;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct arena a;
    const struct val *root;
    struct err inner = { 0 };
    const uint8_t *tag;
    arena_init(&a, (size_t)160 << 20);
    int rc = yaml_parse(n->in, NULL, &a, &root, &inner);
    if (!rc)
        rc = config_walk(s, n, root, e);
    else if (rc == ERR_MEMORY || rc == ERR_LIMIT)
        rc = scan_find(s, n, RULE_TOO_DEEP, 0, e, "more YAML than is read: %s", inner.msg);
    else if ((tag = python_tag(n->in)))
        rc = scan_find(s, n, RULE_TARGET, (uint64_t)(tag - n->in.p), e, "a tag that has loaders of Python make or call what "
                       "it names");
    else
        rc = scan_find(s, n, RULE_MALFORMED, 0, e, "no YAML that is read here, line %llu: %s", (unsigned long long)inner.pos,
                       inner.msg);
    arena_fini(&a);
    return rc;
}

const struct scan_format scan_yaml = { .name = "yaml", .sniff = sniff, .run = run };
