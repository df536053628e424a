// SPDX-License-Identifier: Apache-2.0
/* tests/diff/jinja_render.c - templates rendered in a row, for jinja_run_diff.py.
 *
 *     stdin, again and again:   "TEMPLATE_BYTES CONTEXT_BYTES\n" template context
 *     stdout for each:          "ok BYTES STARTS...\n" text "\n"     STARTS: where a segment begins, "t12" or "d34"
 *                               "no CODE BYTE MESSAGE\n"
 *
 *     jinja_render TIMES      then each is rendered so often, and the answer is "CPU seconds of one" (bench/template.py)
 *
 * The time is always 2026-03-04 05:06:07, a Wednesday. Texts below "bos_token", "eos_token" are the template's. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "text/jinja_run.h"

enum { INPUTS_MAX = 64 };

static const struct tm now = { .tm_year = 126, .tm_mon = 2, .tm_mday = 4, .tm_hour = 5, .tm_min = 6, .tm_sec = 7, .tm_wday = 3,
                               .tm_yday = 62 };

static long times;                              /* 0: answer with the text */

static int render(struct span template, struct span context, struct arena *a, struct jinja_rendered *out, struct err *e)
{
    const struct jinja_node *root = NULL;
    const struct val *v = NULL;
    struct jinja_input in[INPUTS_MAX];
    size_t n = 0;
    int rc = json_parse(context, NULL, a, &v, e);
    if (rc) {
        fprintf(stderr, "context: %s\n", e->msg);
        exit(2);
    }
    rc = jinja_parse(template, (struct jinja_options){ true, true }, a, &root, e);
    if (rc)
        return rc;
    for (const struct val *c = v->first; c && n < INPUTS_MAX; c = c->next) {
        const char *name = arena_strn(a, c->key.p, c->key.n);
        in[n++] = (struct jinja_input){ name, c, !strcmp(name, "bos_token") || !strcmp(name, "eos_token") };
    }
    for (long i = 1; i < times && !rc; i++) {
        struct arena one;
        arena_init(&one, (size_t)1 << 30);
        rc = jinja_render(root, in, n, &now, NULL, &one, out, e);
        arena_fini(&one);
    }
    return rc ? rc : jinja_render(root, in, n, &now, NULL, a, out, e);
}

static bool one(void)
{
    size_t n_template, n_context;
    if (scanf("%zu %zu", &n_template, &n_context) != 2 || getchar() != '\n')
        return false;
    unsigned char *bytes = malloc(n_template + n_context + 1);
    if (!bytes || fread(bytes, 1, n_template + n_context, stdin) != n_template + n_context)
        exit(2);
    struct arena a;
    struct err e = { 0 };
    struct jinja_rendered out = { 0 };
    arena_init(&a, (size_t)1 << 30);
    clock_t begin = clock();
    if (render(span_of(bytes, n_template), span_of(bytes + n_template, n_context), &a, &out, &e)) {
        printf("no %d %llu %s\n", e.code, (unsigned long long)e.pos, e.msg);
    } else if (times) {
        printf("%.9f\n", (double)(clock() - begin) / CLOCKS_PER_SEC / (double)times);
    } else {
        printf("ok %zu", out.text.n);
        for (size_t i = 0; i < out.n_segments; i++)
            printf(" %c%zu", out.segments[i].from_template ? 't' : 'd', out.segments[i].from);
        printf("\n");
        (void)fwrite(out.text.p ? (const void *)out.text.p : "", 1, out.text.n, stdout);
        printf("\n");
    }
    arena_fini(&a);
    free(bytes);
    return true;
}

int main(int argc, char **argv)
{
    times = argc > 1 ? atol(argv[1]) : 0;
    while (one())
        ;
    return 0;
}
