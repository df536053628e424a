// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_jinja_run.c - text/jinja_run.h: any template on any data ends within its budgets, with a text whose
 * segments add up, or with an error that names a byte; and any JSON is a conversation or is refused.
 *
 *     template NUL JSON      without a NUL, or with bad JSON, a fixed conversation is rendered */
#include <stdlib.h>
#include "base/json.h"
#include "text/chat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char fixed[] =
    "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi <b>\\u00e9\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{"
    "\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1.5,\"b\":[true,\"x\"]}}}]}],\"tools\":[],\"n\":3,\"bos_token\":\"<s>\"}";

static void sound(const struct jinja_rendered *out)
{
    size_t at = 0;
    for (size_t i = 0; i < out->n_segments; i++) {
        const struct jinja_segment *s = &out->segments[i];
        if (s->from != at || !s->n || (i && s->from_template == s[-1].from_template))
            abort();
        at += s->n;
    }
    if (at != out->text.n)
        abort();
}

static void as_conversation(const struct jinja_node *root, struct span json, const struct jinja_limits *lim, struct arena *a)
{
    struct chat c;
    struct err e = { 0 };
    struct jinja_rendered out = { 0 };
    const struct chat_setting s = { .limits = lim };
    unsigned bent = 0;
    if (chat_read(json, true, a, &c, &e)) {
        if (!e.msg[0] || e.pos > json.n)
            abort();
        return;
    }
    if (!chat_render(root, &c, &s, a, &out, &bent, &e))
        sound(&out);
    else if (!e.msg[0] || e.code == ERR_BUG)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct jinja_limits lim = { .max_steps = 100000, .max_out_bytes = 1 << 20, .max_mem_bytes = 16 << 20 };
    static const struct tm now = { .tm_year = 126 };
    struct arena a;
    struct err e = { 0 };
    struct jinja_input in[16];
    struct jinja_rendered out = { 0 };
    const struct jinja_node *root = NULL;
    const struct val *v = NULL;
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    struct span text = span_of(data, nul ? (size_t)(nul - data) : size), json = SPAN_NONE;
    size_t n = 0;
    if (nul)
        json = span_of(nul + 1, size - text.n - 1);
    arena_init(&a, 128u << 20);
    if (json_parse(json, NULL, &a, &v, NULL) || v->kind != VAL_MAP)
        (void)json_parse(span_str(fixed), NULL, &a, &v, NULL);
    for (const struct val *c = v->first; c && n < 16; c = c->next) {
        const char *name = arena_strn(&a, c->key.p, c->key.n);
        in[n] = (struct jinja_input){ name ? name : "", c, n % 3 == 2 };
        n++;
    }
    if (!jinja_parse(text, (struct jinja_options){ size & 1, size & 2 }, &a, &root, &e)) {
        int rc = jinja_render(root, in, n, size & 4 ? NULL : &now, &lim, &a, &out, &e);
        if (rc ? out.text.p != NULL || e.code != rc || !e.msg[0] || e.pos > text.n || rc == ERR_BUG : out.refused)
            abort();
        sound(&out);
        as_conversation(root, json, &lim, &a);
    }
    arena_fini(&a);
    return 0;
}
