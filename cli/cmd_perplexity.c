// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_perplexity.c - how well a model foretells a text. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>
#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/loaded.h"
#include "llm/perplexity.h"

enum { O_PIECES = LOAD_OPTIONS };
static const struct opt opts[] = {
    LOADED_OPTIONS,
    [O_PIECES] = { 0, "pieces", "N", "judge only the first N pieces of the text" },
};

enum { FILE_MAX = 64 << 20, PIECE_USUAL = 512, WANT = 64, ANSWER_MAX = 1 << 20 };

static void tick(void *terminal, uint32_t done, uint32_t of, double so_far)
{
    if (*(const bool *)terminal)
        (void)fprintf(stderr, "\r\x1b[K%u of %u pieces, %.4f so far%s", done, of, so_far, done == of ? "\n" : "");
}

static void put_json(struct buf *b, const struct loaded *l, const char *file, const struct perplexity *p)
{
    struct json_out j = { .b = b };
    json_open(&j, NULL, '{');
    json_string(&j, "schema", "assay.perplexity/1");
    loaded_json(&j, l);
    json_string(&j, "file", file);
    json_number(&j, "perplexity", p->value, 6);
    json_number(&j, "error", p->error, 6);
    json_unsigned(&j, "tokens", p->n_tokens);
    json_unsigned(&j, "pieces", p->n_pieces);
    json_close(&j, '}');
    buf_char(b, '\n');
}

static int judge(struct loaded *l, const struct opt_values *v, struct buf *out, struct err *e)
{
    struct load_wish wish = { .n_ctx = PIECE_USUAL, .n_want = WANT };
    struct span text;
    struct tok_ids ids;
    struct perplexity p;
    uint64_t pieces = 0;
    bool terminal = isatty(STDERR_FILENO) != 0;
    int rc = loaded_count("pieces", v->value[O_PIECES], 1, UINT32_MAX, &pieces, e);
    if (!rc)
        rc = loaded_open(v->args[0], v->value, &wish, l, e);
    if (!rc)
        rc = fs_read(v->args[1], FILE_MAX, &l->a, &text, e);
    if (!rc)
        rc = loaded_tokens(l, text, false, true, &ids, e);
    if (rc)
        return rc;
    uint32_t bos = tok_special(l->tok).bos;
    if (ids.n == 0 || ids.p[0] != bos)          /* this vocabulary begins a text with nothing */
        bos = TOK_NONE;
    rc = perplexity(l->s, ids, bos, (uint32_t)pieces, tick, &terminal, &p, e);
    if (!rc && v->value[LOAD_JSON])
        put_json(out, l, v->args[1], &p);
    else if (!rc)
        buf_fmt(out, "perplexity %.4f +/- %.4f over %llu tokens in %u pieces of %u\n", p.value, p.error,
                (unsigned long long)p.n_tokens, p.n_pieces, l->shape.n_ctx);
    return rc ? (void)err_path(e, v->args[1]), rc : 0;
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct loaded l = { 0 };
    struct buf out;
    if (v->n_args != 2)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give MODEL and FILE"), &e));
    buf_init(&out, ANSWER_MAX);
    int rc = judge(&l, v, &out, &e);
    int status = rc ? cmd_fail(&e) : cmd_answer(&out);
    loaded_close(&l);
    buf_fini(&out);
    return status;
}

const struct cmd cmd_perplexity = {
    .name = "perplexity", .args = "MODEL FILE", .line = "Measure how well a model foretells a text",
    .opts = opts, .n_opts = sizeof opts / sizeof *opts, .run = run,
    .about = "The text is cut into pieces of the context's length (512 when --context is not given); of each, the\n"
             "second half is foretold from what stands before it. Figures of one context length compare.\n",
};
