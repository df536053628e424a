// SPDX-License-Identifier: Apache-2.0
/* tools/template-list.c - make the lines of data/scan/templates.tsv from templates as their families publish them.
 *
 *     template-list NAME FILE [NAME FILE]...
 *
 * Digests alone are written. Names of equal texts stand in one line. */
#include <stdio.h>
#include <stdlib.h>
#include "base/fs.h"
#include "scan/template_known.h"

enum { TEXT_MAX = 4 << 20 };

struct line { const char *name; uint8_t digest[SHA256_BYTES]; struct template_parts parts; };

static int read_line(const char *name, const char *path, struct arena *a, struct line *out, struct err *e)
{
    const struct jinja_options opt = { .trim_blocks = true, .lstrip_blocks = true };
    const struct jinja_node *root;
    struct span text;
    int rc = fs_read(path, TEXT_MAX, a, &text, e);
    if (!rc)
        rc = template_digest(text, out->digest, e);
    if (!rc)
        rc = jinja_parse(text, opt, a, &root, e);
    if (!rc)
        rc = template_parts(root, a, &out->parts, e);
    out->name = name;
    return rc;
}

static void put_line(const struct line *lines, size_t n, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (memcmp(lines[i].digest, lines[at].digest, SHA256_BYTES) == 0)
            return;
    (void)printf("%s", lines[at].name);
    for (size_t i = at + 1; i < n; i++)
        if (memcmp(lines[i].digest, lines[at].digest, SHA256_BYTES) == 0)
            (void)printf(", %s", lines[i].name);
    (void)putchar('\t');
    for (size_t i = 0; i < SHA256_BYTES; i++)
        (void)printf("%02x", lines[at].digest[i]);
    (void)putchar('\t');
    for (size_t i = 0; i < lines[at].parts.n; i++)
        (void)printf("%016llx", (unsigned long long)lines[at].parts.items[i].hash);
    (void)putchar('\n');
}

int main(int argc, char **argv)
{
    size_t n = (size_t)(argc - 1) / 2;
    struct arena a;
    struct err e = { 0 };
    struct line *lines;
    int rc;
    arena_init(&a, 1 << 30);
    lines = arena_array(&a, n, sizeof *lines);
    rc = lines ? 0 : err_memory(&e);
    for (size_t i = 0; i < n && !rc; i++)
        rc = read_line(argv[1 + 2 * i], argv[2 + 2 * i], &a, &lines[i], &e);
    for (size_t i = 0; i < n && !rc; i++)
        put_line(lines, n, i);
    if (rc)
        (void)fprintf(stderr, "template-list: %s\n", e.msg);
    arena_fini(&a);
    return rc || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
