// SPDX-License-Identifier: Apache-2.0
/* tests/diff/token_ids.c - what text/tokenizer.h makes of strings, for token_diff.py.
 *
 *     token_ids tokenizer.json [plain]       stdin   u32 n, n bytes                  a string; many
 *                                            stdout  u32 n, n ids; u32 n, n bytes    its tokens, and those decoded
 *
 * `plain`: special tokens are not looked for. `time`: for bench/tokenize.py, all strings are read first, and stdout is six
 * lines, "seconds of processor time, bytes, tokens", one each time that all of them were encoded.
 * Instead of a tokenizer.json a GGUF file does. All numbers are little-endian. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <time.h>

#include "base/buf.h"
#include "engine/vocab.h"

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

static double processor_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int times(const struct tokenizer *t, struct tok_work *w)
{
    static char part[65536];
    struct buf in;
    int rc = 0;
    buf_init(&in, (size_t)1 << 30);
    for (size_t n; (n = fread(part, 1, sizeof part, stdin)) > 0;)
        buf_add(&in, part, n);
    for (int round = 0; round < 6 && !rc; round++) {
        double began = processor_s();
        size_t bytes = 0, tokens = 0;
        for (size_t at = 0; at + 4 <= in.n && !rc;) {
            uint32_t n = le32((const uint8_t *)in.p + at);
            struct tok_ids ids = { NULL, 0 };
            rc = tok_encode(t, &(struct tok_segment){ span_sub(buf_view(&in), at + 4, n), true }, 1, false, w, &ids, NULL);
            at += 4 + (size_t)n;
            bytes += n;
            tokens += ids.n;
        }
        printf("%.6f %zu %zu\n", processor_s() - began, bytes, tokens);
    }
    buf_fini(&in);
    return rc;
}

int main(int argc, char **argv)
{
    struct arena a;
    struct err e = { 0 };
    const char *mode = argc < 3 ? "" : argv[2];
    struct tokenizer *t = NULL;
    struct tok_work *w = NULL;
    if (argc < 2)
        return 2;
    arena_init(&a, (size_t)4 << 30);
    int rc = vocab_open(argv[1], &a, &t, NULL, &e);
    if (!rc)
        rc = tok_work_new(&w, &e);
    if (rc)
        fprintf(stderr, "token_ids: %s: line %llu: %s\n", argv[1], (unsigned long long)e.pos, e.msg);
    else
        rc = strcmp(mode, "time") == 0 ? times(t, w) : all(t, w, strcmp(mode, "plain") != 0);
    tok_work_free(w);
    arena_fini(&a);
    return rc ? 1 : 0;
}
