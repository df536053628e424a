// SPDX-License-Identifier: Apache-2.0
/* schema_accept - read paths of files {"schema", "tests": [{"valid", "data"}]}; one line each:
 *     PATH \t ok|refused|limit \t valid \t of them taken \t invalid \t of them taken \t message or the first wrong one
 * "ok": the schema was compiled. What is taken is the compact text of the data.
 *
 *     schema_accept N SEED      also writes N texts that the grammar allows, made at random: lines of \t TEXT */
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "text/schema_int.h"

struct counts { unsigned valid, valid_taken, invalid, invalid_taken; char wrong[200]; };

static void one_test(struct matcher *m, const struct val *test, struct counts *c)
{
    bool valid = val_is(val_get(test, "valid"), "true");
    struct buf text;
    buf_init(&text, 64 << 20);
    schema_write(&text, val_get(test, "data"));
    matcher_reset(m);
    struct err e = { 0 };
    bool taken = matcher_accept(m, buf_view(&text), &e) == 0 && matcher_may_end(m);
    if (valid != taken && !c->wrong[0])
        (void)snprintf(c->wrong, sizeof c->wrong, "%s at %d: %.120s", valid ? "valid, not taken" : "invalid, taken", (int)e.pos, buf_text(&text));
    for (char *p = c->wrong; *p; p++)
        *p = *p == '\n' || *p == '\t' ? ' ' : *p;
    *(valid ? &c->valid : &c->invalid) += 1;
    *(valid ? &c->valid_taken : &c->invalid_taken) += taken;
    buf_fini(&text);
}

/* One byte that may come, found at random; brackets and quotes first when the text has become long. */
static bool more(struct matcher *m, uint64_t *seed, struct buf *text)
{
    static const char closing[] = "\"}]:";
    for (unsigned i = 0; text->n > 150 && i < sizeof closing - 1; i++)
        if (matcher_accept(m, span_of(closing + i, 1), NULL) == 0) {
            buf_char(text, closing[i]);
            return true;
        }
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    uint8_t first = (uint8_t)(*seed >> 56), stride = (uint8_t)(*seed >> 40 | 1);
    for (unsigned i = 0; i < 256; i++) {
        uint8_t c = (uint8_t)(first + i * stride);
        if (matcher_accept(m, span_of(&c, 1), NULL) == 0) {
            buf_char(text, (char)c);
            return true;
        }
    }
    return false;
}

static void make_texts(struct matcher *m, unsigned n, uint64_t *seed)
{
    for (unsigned i = 0; i < n; i++) {
        struct buf text;
        buf_init(&text, 1 << 20);
        matcher_reset(m);
        while (text.n < 3000 && !matcher_must_end(m)) {
            if (matcher_may_end(m) && (*seed >> 33 & 3) == 0)
                break;
            if (!more(m, seed, &text)) {
                printf("\tSTUCK %s\n", buf_text(&text));
                break;
            }
        }
        if (matcher_may_end(m)) {
            for (size_t k = 0; k < text.n; k++)
                if (text.p[k] == '\n' || text.p[k] == '\r' || text.p[k] == '\t')
                    text.p[k] = ' ';
            printf("\t%s\n", buf_text(&text));
        }
        buf_fini(&text);
    }
}

static unsigned n_make;
static uint64_t seed_now;

static void one_schema(const char *path, const char *where, const struct val *schema, const struct val *tests, struct arena *a)
{
    const struct grammar *g;
    struct matcher *m;
    struct counts c = { 0 };
    struct err e = { 0 };
    int rc = grammar_from_schema(schema, (struct schema_options){ 0 }, a, &g, &e);
    bool never = rc && strstr(e.msg, "no text at all");
    if (!rc)
        rc = matcher_new(g, NULL, &m, &e);
    for (const struct val *t = tests && !rc ? tests->first : NULL; t; t = t->next)
        one_test(m, t, &c);
    printf("%s%s\t%s\t%u\t%u\t%u\t%u\t%s\n", path, where, !rc ? "ok" : never ? "never" : rc == ERR_LIMIT ? "limit" : "refused", c.valid, c.valid_taken,
           c.invalid, c.invalid_taken, rc ? e.msg : c.wrong);
    if (!rc) {
        make_texts(m, n_make, &seed_now);
        matcher_free(m);
    }
}

int main(int argc, char **argv)
{
    char path[4096];
    n_make = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
    seed_now = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    while (fgets(path, sizeof path, stdin)) {
        struct arena a;
        struct span in;
        const struct val *file;
        path[strcspn(path, "\n")] = 0;
        arena_init(&a, (size_t)2 << 30);
        if (!fs_read(path, 64 << 20, &a, &in, NULL) && !json_parse(in, NULL, &a, &file, NULL)) {
            if (file->kind == VAL_MAP)
                one_schema(path, "", val_get(file, "schema"), val_get(file, "tests"), &a);
            int i = 0;
            for (const struct val *x = file->kind == VAL_LIST ? file->first : NULL; x; x = x->next) {
                char where[32];
                (void)snprintf(where, sizeof where, "#%d", i++);
                one_schema(path, where, val_get(x, "schema"), val_get(x, "tests"), &a);
            }
        } else
            printf("%s\tunread\t0\t0\t0\t0\t\n", path);
        arena_fini(&a);
        (void)fflush(stdout);
    }
    return 0;
}
