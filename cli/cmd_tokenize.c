// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_tokenize.c - the tokens of a text, as a model's own vocabulary makes them; and back. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "base/json.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "engine/vocab.h"

enum { O_JSON, O_NO_SPECIAL, O_DECODE };
static const struct opt opts[] = {
    [O_JSON] = { 'j', "json", NULL, "print one JSON object" },
    [O_NO_SPECIAL] = { 0, "no-special", NULL, "make no special token, whatever the text says, and add none at its ends" },
    [O_DECODE] = { 'd', "decode", NULL, "read ids instead, apart by spaces or commas, and print their text" },
};

struct job {
    struct arena a;
    struct buf in, out;
    struct json_out j;
    struct tok_work *w;
    struct tokenizer *t;
    struct tok_ids ids;
    const char *path, *source;
    bool json, special, decode;
    uint32_t *given;            /* ids read */
};

static const char *const type_names[] = { [TOK_HOLE] = "none", [TOK_NORMAL] = "normal", [TOK_UNKNOWN] = "unknown",
    [TOK_CONTROL] = "special", [TOK_USER] = "added", [TOK_UNUSED] = "unused", [TOK_BYTE] = "byte" };

static int read_stdin(struct buf *b, struct err *e)
{
    char part[65536];
    for (;;) {
        ssize_t n = read(STDIN_FILENO, part, sizeof part);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_plain(e, ERR_IO, "reading standard input failed");
        if (n == 0)
            break;
        buf_add(b, part, (size_t)n);
        if (b->error)
            return b->error == ERR_MEMORY ? err_memory(e)
                   : err_plain(e, ERR_LIMIT, "standard input is longer than %zu bytes", b->max_bytes);
    }
    return 0;
}

/* ---- ids in, text out ------------------------------------------------------------------------ */

static bool is_between(char c) { return c == ' ' || c == ',' || c == '\n' || c == '\r' || c == '\t'; }

static int read_ids(struct job *x, struct err *e)
{
    size_t n = 0, at = 0;
    const char *p = buf_text(&x->in);
    x->given = arena_array(&x->a, x->in.n / 2 + 1, sizeof *x->given);
    if (!x->given)
        return err_memory(e);
    for (;;) {
        uint64_t id = 0;
        while (at < x->in.n && is_between(p[at]))
            at++;
        if (at == x->in.n)
            break;
        size_t from = at;
        for (; at < x->in.n && p[at] >= '0' && p[at] <= '9' && id <= UINT32_MAX; at++)
            id = id * 10 + (uint64_t)(p[at] - '0');
        if (at == from || (at < x->in.n && !is_between(p[at])))
            return err_set(e, ERR_FORMAT, from, "standard input is no list of ids");
        if (id >= tok_count(x->t))
            return err_set(e, ERR_FORMAT, from, "the vocabulary has %u tokens, and no id %llu", tok_count(x->t),
                           (unsigned long long)id);
        x->given[n++] = (uint32_t)id;
    }
    x->ids = (struct tok_ids){ x->given, n };
    return 0;
}

static void put_text(const struct job *x, struct buf *out)
{
    struct tok_stream s;
    tok_stream_begin(&s, x->t, x->special);
    for (size_t i = 0; i < x->ids.n; i++)
        tok_stream_add(&s, x->ids.p[i], out);
    tok_stream_end(&s, out);
}

/* ---- answers ------------------------------------------------------------------------------------ */

/* A piece on one line: what is no printable character is escaped. */
static void put_piece(struct buf *b, struct span piece)
{
    struct buf one;
    struct json_out j = { .b = &one };
    buf_init(&one, 1u << 20);
    json_text(&j, NULL, piece);
    buf_span(b, buf_view(&one));
    if (one.error && !b->error)
        b->error = one.error;
    buf_fini(&one);
}

static void put_table(struct job *x)
{
    for (size_t i = 0; i < x->ids.n; i++) {
        enum tok_type type = tok_type(x->t, x->ids.p[i]);
        buf_fmt(&x->out, "%8u  ", x->ids.p[i]);
        put_piece(&x->out, tok_piece(x->t, x->ids.p[i], i == 0));
        if (type != TOK_NORMAL)
            buf_fmt(&x->out, "  (%s)", type_names[type]);
        buf_char(&x->out, '\n');
    }
    buf_fmt(&x->out, "%zu token%s, %zu byte%s; %s, %u tokens in the vocabulary\n", x->ids.n, x->ids.n == 1 ? "" : "s",
            x->in.n, x->in.n == 1 ? "" : "s", tok_kind_name(tok_kind(x->t)), tok_count(x->t));
}

static void put_json(struct job *x, const struct buf *text)
{
    struct json_out *j = &x->j;
    json_open(j, NULL, '{');
    json_string(j, "schema", "assay.tokenize/1");
    json_string(j, "model", x->path);
    json_string(j, "source", x->source);
    json_string(j, "kind", tok_kind_name(tok_kind(x->t)));
    json_unsigned(j, "vocabulary", tok_count(x->t));
    json_boolean(j, "special", x->special);
    json_unsigned(j, "bytes", text->n);
    json_unsigned(j, "count", x->ids.n);
    json_open(j, "ids", '[');
    for (size_t i = 0; i < x->ids.n; i++)
        json_unsigned(j, NULL, x->ids.p[i]);
    json_close(j, ']');
    json_open(j, "tokens", '[');
    for (size_t i = 0; i < x->ids.n; i++) {
        json_open(j, NULL, '{');
        json_unsigned(j, "id", x->ids.p[i]);
        json_text(j, "piece", tok_piece(x->t, x->ids.p[i], i == 0));
        json_string(j, "type", type_names[tok_type(x->t, x->ids.p[i])]);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_text(j, "text", buf_view(text));
    json_close(j, '}');
    buf_char(&x->out, '\n');
}

static int answer(struct job *x, struct err *e)
{
    struct buf text;
    buf_init(&text, (size_t)1 << 30);
    if (x->decode)
        put_text(x, &text);
    if (x->json)
        put_json(x, x->decode ? &text : &x->in);
    else if (x->decode)
        buf_span(&x->out, buf_view(&text));
    else
        put_table(x);
    int error = text.error ? text.error : x->out.error;
    buf_fini(&text);
    return !error ? 0 : error == ERR_MEMORY ? err_memory(e) : err_plain(e, ERR_LIMIT, "the answer is too long");
}

static int work(struct job *x, struct err *e)
{
    int rc = vocab_open(x->path, &x->a, &x->t, &x->source, e);
    if (!rc)
        rc = read_stdin(&x->in, e);
    if (!rc && x->decode)
        rc = read_ids(x, e);
    if (!rc && !x->decode)
        rc = tok_work_new(&x->w, e);
    if (!rc && !x->decode)
        rc = tok_encode(x->t, &(struct tok_segment){ buf_view(&x->in), x->special }, 1, x->special, x->w, &x->ids, e);
    return rc ? rc : answer(x, e);
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct job x = { .json = v->value[O_JSON], .special = !v->value[O_NO_SPECIAL], .decode = v->value[O_DECODE] };
    if (v->n_args != 1)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give one model: a GGUF file, a folder, or a tokenizer.json"), &e));
    x.path = v->args[0];
    arena_init(&x.a, (size_t)4 << 30);
    buf_init(&x.in, TOK_TEXT_MAX);
    buf_init(&x.out, (size_t)4 << 30);
    x.j = (struct json_out){ .b = &x.out };
    int status = work(&x, &e) ? cmd_fail(&e) : cmd_answer(&x.out);
    tok_work_free(x.w);
    buf_fini(&x.in);
    buf_fini(&x.out);
    arena_fini(&x.a);
    return status;
}

const struct cmd cmd_tokenize = {
    .name = "tokenize", .args = "MODEL", .line = "Show the tokens that a text is to a model",
    .opts = opts, .n_opts = sizeof opts / sizeof *opts, .run = run,
    .about = "MODEL is a GGUF file, a model's folder, or a tokenizer.json. The text is read from standard input.\n",
};
