// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_tokenizer.c - text/tokenizer.h: any tokenizer.json and any text give ids below the count or an error,
 * the same each time; an untrusted text never gives a special token.
 *
 * The input is a tokenizer.json, a NUL, and a text. */
#include <stdlib.h>
#include "text/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode(const struct tokenizer *t, struct span text, bool trusted)
{
    struct tok_segment s[2] = { { span_sub(text, 0, text.n / 2), trusted }, { span_sub(text, text.n / 2, text.n), trusted } };
    struct tok_work *w, *again;
    struct tok_ids ids, same;
    struct tok_stream st;
    struct buf out;
    struct err e = { 0 };
    if (tok_work_new(&w, NULL) || tok_work_new(&again, NULL))
        abort();
    buf_init(&out, (size_t)1 << 30);
    int rc = tok_encode(t, s, 2, trusted, w, &ids, &e);
    if (rc ? e.code != rc || !e.msg[0] : false)
        abort();
    if (!rc) {
        if (tok_encode(t, s, 2, trusted, again, &same, NULL) || same.n != ids.n ||
            (ids.n && memcmp(ids.p, same.p, ids.n * sizeof *ids.p) != 0))
            abort();
        tok_stream_begin(&st, t, true);
        for (size_t i = 0; i < ids.n; i++) {
            if (ids.p[i] >= tok_count(t) || (!trusted && tok_type(t, ids.p[i]) == TOK_CONTROL && ids.p[i] != tok_special(t).unk))
                abort();
            tok_stream_add(&st, ids.p[i], &out);
        }
        tok_stream_end(&st, &out);
    }
    buf_fini(&out);
    tok_work_free(w);
    tok_work_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    struct span json = span_of(data, end ? (size_t)(end - data) : size);
    struct span text = end ? span_of(end + 1, size - json.n - 1) : SPAN_NONE;
    struct arena a;
    struct err e = { 0 };
    struct tokenizer *t = NULL;
    if (text.n > 4096)
        text.n = 4096;
    arena_init(&a, (size_t)256 << 20);
    int rc = tok_new_json(json, SPAN_NONE, &a, &t, &e);
    if (rc ? t != NULL || e.code != rc || !e.msg[0] : !t)
        abort();
    if (t) {
        encode(t, text, true);
        encode(t, text, false);
    }
    arena_fini(&a);
    return 0;
}
