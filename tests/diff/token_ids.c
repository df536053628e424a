// SPDX-License-Identifier: Apache-2.0
/* tests/diff/token_ids.c - what text/tokenizer.h makes of strings, for token_diff.py.
 *
 *     token_ids tokenizer.json [plain]       stdin   u32 n, n bytes                  a string; many
 *                                            stdout  u32 n, n ids; u32 n, n bytes    its tokens, and those decoded
 *
 * `plain`: special tokens are not looked for. All numbers are little-endian. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "text/tokenizer.h"

static bool put(const void *p, uint32_t n, size_t size)
{
    return fwrite(&n, 4, 1, stdout) == 1 && (!n || fwrite(p, size, n, stdout) == n);
}

static int one(const struct tokenizer *t, struct tok_work *w, struct span text, bool special, struct buf *out)
{
    struct err e = { 0 };
    struct tok_ids ids;
    struct tok_stream s;
    if (tok_encode(t, &(struct tok_segment){ text, special }, 1, false, w, &ids, &e)) {
        fprintf(stderr, "token_ids: %s\n", e.msg);
        return 1;
    }
    buf_reset(out);
    tok_stream_begin(&s, t, true);
    for (size_t i = 0; i < ids.n; i++)
        tok_stream_add(&s, ids.p[i], out);
    tok_stream_end(&s, out);
    return put(ids.p, (uint32_t)ids.n, 4) && put(out->p, (uint32_t)out->n, 1) ? 0 : 1;
}

static int all(const struct tokenizer *t, struct tok_work *w, bool special)
{
    static uint8_t text[1 << 26];
    uint32_t n;
    struct buf out;
    int rc = 0;
    buf_init(&out, (size_t)1 << 30);
    while (!rc && fread(&n, 4, 1, stdin) == 1 && n <= sizeof text && fread(text, 1, n, stdin) == n)
        rc = one(t, w, span_of(text, n), special, &out);
    buf_fini(&out);
    return rc;
}

int main(int argc, char **argv)
{
    struct arena a;
    struct err e = { 0 };
    struct span json;
    struct tokenizer *t = NULL;
    struct tok_work *w = NULL;
    if (argc < 2)
        return 2;
    arena_init(&a, (size_t)4 << 30);
    int rc = fs_read(argv[1], (size_t)256 << 20, &a, &json, &e);
    if (!rc)
        rc = tok_new_json(json, SPAN_NONE, &a, &t, &e);
    if (!rc)
        rc = tok_work_new(&w, &e);
    if (rc)
        fprintf(stderr, "token_ids: %s: line %llu: %s\n", argv[1], (unsigned long long)e.pos, e.msg);
    else
        rc = all(t, w, argc < 3 || strcmp(argv[2], "plain") != 0);
    tok_work_free(w);
    arena_fini(&a);
    return rc ? 1 : 0;
}
