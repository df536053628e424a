// SPDX-License-Identifier: Apache-2.0
/* tests/diff/jinja_accept.c - what text/jinja.h makes of files: one line each, for jinja_diff.py.
 *
 *     jinja_accept FILE...  ─>  "yes" with bytes of text and nodes by kind, or "no <byte> <message>" */
#include <stdio.h>
#include <stdlib.h>

#include "text/jinja.h"

struct counts { unsigned long kind[JINJA_KINDS], data_bytes, str_bytes; };

static void count(const struct jinja_node *n, struct counts *c)
{
    for (; n; n = n->next) {
        c->kind[n->kind]++;
        c->data_bytes += n->kind == JINJA_DATA ? n->text.n : 0;
        c->str_bytes += n->kind == JINJA_STR ? n->text.n : 0;
        count(n->a, c);
        count(n->b, c);
        count(n->c, c);
        count(n->first, c);
    }
}

static int one(const char *path)
{
    static unsigned char bytes[JINJA_BYTES_MAX + 1];
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    struct arena a;
    struct err e = { 0 };
    struct counts c = { 0 };
    const struct jinja_node *root = NULL;
    if (!f)
        return 1;
    (void)fclose(f);
    arena_init(&a, (size_t)64 << 20);
    if (jinja_parse(span_of(bytes, n), (struct jinja_options){ true, true }, &a, &root, &e)) {
        printf("no %llu %s\n", (unsigned long long)e.pos, e.msg);
    } else {
        count(root, &c);
        printf("yes data=%lu str=%lu", c.data_bytes, c.str_bytes);
        for (int k = 0; k < JINJA_KINDS; k++)
            if (c.kind[k])
                printf(" %s=%lu", jinja_kind_name((enum jinja_kind)k), c.kind[k]);
        printf("\n");
    }
    arena_fini(&a);
    return 0;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++)
        bad |= one(argv[i]);
    return bad;
}
