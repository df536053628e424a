// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_jinja.c - text/jinja.h: any bytes give a sound tree or an error, never a crash; and the scanner
 * calls a template incomplete when there is no tree. */
#include <stdlib.h>
#include "scan/scan.h"
#include "text/jinja.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void sound(const struct jinja_node *n, size_t size, unsigned below)
{
    for (; n; n = n->next) {
        if (n->kind >= JINJA_KINDS || n->at > size || n->height >= below || !n->height || !jinja_kind_name(n->kind))
            abort();
        for (size_t i = 0; i < n->text.n; i++)
            if (n->text.p[i] == 0 && n->kind == JINJA_NAME)
                abort();
        sound(n->a, size, n->height);
        sound(n->b, size, n->height);
        sound(n->c, size, n->height);
        sound(n->first, size, n->height);
    }
}

/* Is the template unread, for the judge? */
static bool unread(struct span in)
{
    struct arena a;
    struct scan s;
    struct scan_node n = { .in = in, .path = "x", .name = "x" };
    bool found = false;
    arena_init(&a, 64u << 20);
    scan_init(&s, NULL, &a);
    if (scan_template_inside(&s, &n, in, "chat_template", NULL))
        abort();
    for (size_t i = 0; i < s.n_findings; i++) {
        if (s.findings[i].offset > in.n)
            abort();
        found = found || s.findings[i].rule == scan_rule(RULE_TEMPLATE_UNREAD);
    }
    arena_fini(&a);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct err e = { 0 };
    const struct jinja_node *root = NULL;
    struct jinja_options opt = { size && data[0] & 1, size && data[0] & 2 };
    arena_init(&a, 64u << 20);
    int rc = jinja_parse(span_of(data, size), opt, &a, &root, &e);
    if (rc ? root != NULL || e.code != rc || !e.msg[0] || e.pos > size : !root)
        abort();
    bool unjudged = unread(span_of(data, size));
    if (rc ? !unjudged : unjudged && size < 4096)       /* a long one may be too much to judge */
        abort();
    if (root)
        sound(root, size, JINJA_HEIGHT_MAX + 2);
    arena_fini(&a);
    return 0;
}
