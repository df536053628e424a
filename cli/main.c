// SPDX-License-Identifier: Apache-2.0
/* cli/main.c - find the verb, parse its options, run it. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cli/cmd.h"
#include "cli/term.h"
#include "license/use.h"

int cmd_fail(const struct err *e)
{
    (void)fprintf(stderr, "assay: ");
    if (e->path[0])
        (void)fprintf(stderr, "%s: ", e->path);
    if (e->at == ERR_AT_BYTE)
        (void)fprintf(stderr, "byte %" PRIu64 ": ", e->pos);
    else if (e->at == ERR_AT_LINE)
        (void)fprintf(stderr, "line %" PRIu64 ": ", e->pos);
    (void)fprintf(stderr, "%s\n", e->msg[0] ? e->msg : err_text(e->code));
    if (e->hint[0])
        (void)fprintf(stderr, "  hint: %s\n", e->hint);
    return err_exit_status(e->code);
}

const char *cmd_today(char out[DATE_BYTES])
{
    time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || strftime(out, DATE_BYTES, "%Y-%m-%d", &utc) != DATE_BYTES - 1)
        out[0] = 0;
    return out;
}

/* A path is a stranger's text: cleaned, and one write a line, since several threads read. */
void cmd_reading(void *terminal, const char *path)
{
    const bool *shown = terminal;
    const struct term plain = { .width = 80 };
    struct buf b;
    if (!*shown)
        return;
    buf_init(&b, 1 << 16);
    buf_str(&b, "\r\x1b[K");
    if (path) {
        char name[61];
        (void)snprintf(name, sizeof name, "%s", path);
        buf_str(&b, "reading ");
        term_put(&b, &plain, TERM_PLAIN, name);
    }
    (void)fputs(buf_text(&b), stderr);
    buf_fini(&b);
}

int cmd_answer(const struct buf *b)
{
    struct err e = { 0 };
    if (b->error)
        return cmd_fail((err_plain(&e, b->error, "the answer does not fit into memory"), &e));
    if (b->n && (fwrite(b->p, 1, b->n, stdout) != b->n || fflush(stdout) != 0))
        return cmd_fail((err_plain(&e, ERR_IO, "cannot write the answer"), &e));
    return 0;
}

static void show_usage(FILE *out)
{
    (void)fprintf(out, "usage: assay VERB [OPTION...] [ARGUMENT...]\n\n"
                       "Assay takes an open AI model from download to governed use, and shows its evidence.\n\n");
    for (const struct cmd *const *c = cmd_table; *c; c++)
        (void)fprintf(out, "  %-11s %s\n", (*c)->name, (*c)->line);
    (void)fprintf(out, "  %-11s %s\n", "help", "Show this, or one verb's options");
    (void)fprintf(out, "  %-11s %s\n\n", "version", "Print the version");
    (void)fprintf(out, "`assay help VERB` tells more. Exit status: 0 yes or done, 1 the answer is no, 2 usage,\n"
                       "3 malformed, 4 not found, 5 denied by policy, 6 verification failed, 7 input or output,\n"
                       "8 network, 9 limit or memory, 70 a bug, 130 interrupted.\n");
}

/* The verb's own options, then the keys of a use. Returns their number. */
static size_t all_options(const struct cmd *c, struct opt out[OPT_MAX])
{
    size_t n = 0, n_keys = 0;
    const struct use_key *keys = c->takes_use ? use_keys(&n_keys) : NULL;
    for (; n < c->n_opts; n++)
        out[n] = c->opts[n];
    for (size_t i = 0; i < n_keys && n < OPT_MAX; i++)
        out[n++] = (struct opt){ 0, keys[i].name, keys[i].values, keys[i].help };
    return n;
}

static void show_option(const struct opt *o)
{
    char left[128], letter[8] = "    ";
    struct buf b;
    if (o->letter)
        (void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
    (void)snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
    buf_init(&b, 1 << 16);
    if (strlen(left) > 28)
        buf_fmt(&b, "\n%31s", "");
    term_wrap(&b, o->help, 31, 31, 80);
    (void)printf("  %-28s %s\n", left, buf_text(&b));
    buf_fini(&b);
}

static void show_verb(const struct cmd *c)
{
    struct opt opts[OPT_MAX];
    size_t n = all_options(c, opts);
    (void)printf("usage: assay %s %s%s\n\n%s.\n", c->name, c->n_opts ? "[OPTION...] " : "", c->args, c->line);
    if (n)
        (void)printf("\n");
    for (size_t i = 0; i < n; i++)
        show_option(&opts[i]);
    if (c->about)
        (void)printf("\n%s", c->about);
}

/* The options as they stand in a manual page (scdoc). */
static void show_manual_options(const struct cmd *c)
{
    struct opt opts[OPT_MAX];
    size_t n = all_options(c, opts);
    for (size_t i = 0; i < n; i++) {
        if (opts[i].letter)
            (void)printf("*-%c*, ", opts[i].letter);
        (void)printf("*--%s*", opts[i].name);
        if (opts[i].arg)
            (void)printf(" _%s_", opts[i].arg);
        (void)printf("\n\t%s.\n\n", opts[i].help);
    }
}

static const struct cmd *find_verb(const char *name)
{
    for (const struct cmd *const *c = cmd_table; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

static int unknown_verb(const char *name)
{
    struct err e = { 0 };
    (void)err_plain(&e, ERR_USAGE, "unknown verb \"%s\"", name);
    (void)err_hint(&e, "`assay help` lists the verbs");
    return cmd_fail(&e);
}

static int help(int argc, char **argv)
{
    bool manual = argc > 2 && strcmp(argv[1], "--manual-options") == 0;
    if (argc < 2)
        return show_usage(stdout), 0;
    const struct cmd *c = find_verb(argv[argc - 1]);
    if (!c)
        return unknown_verb(argv[argc - 1]);
    if (manual)
        show_manual_options(c);
    else
        show_verb(c);
    return 0;
}

static int run_verb(const struct cmd *c, int argc, char **argv)
{
    struct err e = { 0 };
    struct opt_values v;
    struct opt opts[OPT_MAX];
    size_t n = all_options(c, opts);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return show_verb(c), 0;
    if (opt_parse(opts, n, argc, argv, &v, &e)) {
        (void)err_hint(&e, "`assay help %s` lists the options", c->name);
        return cmd_fail(&e);
    }
    return c->run(&v);
}

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN);     /* a closed pipe is a failed write, with its exit status */
    if (argc < 2)
        return show_usage(stderr), err_exit_status(ERR_USAGE);
    if (strcmp(argv[1], "help") == 0)
        return help(argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return show_usage(stdout), 0;
    if (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0)
        return printf("assay %s\n", ASSAY_VERSION) < 0 ? err_exit_status(ERR_IO) : 0;
    const struct cmd *c = find_verb(argv[1]);
    return c ? run_verb(c, argc - 1, argv + 1) : unknown_verb(argv[1]);
}
