// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_diff.c - what changed between two revisions, two models or two licences. */
#include <stdio.h>
#include <unistd.h>
#include "cli/cmd.h"
#include "cli/diff_screen.h"
#include "cli/use_opt.h"

enum { O_JSON, O_USE, O_NO_HASH, O_VERBOSE, O_COUNT };
static const struct opt opts[] = {
    [O_JSON] = { 'j', "json", NULL, "print one JSON object, schema assay.diff/1" },
    [O_USE] = { 0, "use", "FILE", "what you mean to do with both, as YAML; the options below win over it" },
    [O_NO_HASH] = { 0, "no-hash", NULL, "compare neither digests nor the bytes of tensors; this is said" },
    [O_VERBOSE] = { 'v', "verbose", NULL, "list every change, all passages and all evidence" },
};

enum { ANSWER_MAX = 1 << 30 };

static void show_hashing(void *ud, const char *path)
{
    const bool *terminal = ud;
    if (*terminal)
        (void)fprintf(stderr, "\r\x1b[Kreading %.60s", path);
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct arena a;
    struct buf out;
    struct use use;
    struct diff d = { 0 };
    struct term t = term_of_stdout();
    bool terminal = isatty(STDERR_FILENO) != 0;
    struct check_options opt = { .use = &use, .today = "", .no_hash = v->value[O_NO_HASH], .tick = show_hashing,
                                 .ud = &terminal };
    if (v->n_args != 2)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give two of a kind: models, licence texts or licence ids"), &e));
    arena_init(&a, (size_t)32 << 30);
    buf_init(&out, ANSWER_MAX);
    int rc = use_from_options(v->value[O_USE], v->value + O_COUNT, &a, &use, &e);
    if (!rc)
        rc = diff_make(v->args[0], v->args[1], &opt, &a, &d, &e);
    if (terminal)
        (void)fprintf(stderr, "\r\x1b[K");
    if (!rc && v->value[O_JSON])
        rc = diff_report(&d, &out, &e);
    else if (!rc)
        diff_screen(&d, v->value[O_VERBOSE], &t, &out);
    int status = rc ? cmd_fail(&e) : cmd_answer(&out);
    if (!status)
        status = diff_differs(&d) ? EXIT_NO : EXIT_YES;
    diff_fini(&d);
    buf_fini(&out);
    arena_fini(&a);
    return status;
}

const struct cmd cmd_diff = {
    .name = "diff", .args = "A B", .line = "Tell what changed between two models, or two licences, clause by clause",
    .opts = opts, .n_opts = O_COUNT, .takes_use = true, .run = run,
    .about = "A and B are models (a folder or a weights file), or licence texts, or licence ids. Exit status: 0\n"
             "nothing that was compared differs, 1 something does. Information, not legal advice.\n",
};
