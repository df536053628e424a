// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_check.c - what does this model's licence let me do. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/fs.h"
#include "cli/check_outputs.h"
#include "cli/check_screen.h"
#include "cli/cmd.h"
#include "cli/use_opt.h"
#include "passport/check_child.h"
#include "passport/report.h"
#include "passport/verify.h"

enum {
    O_JSON, O_USE, O_POLICY, O_NO_HASH, O_NO_SCAN, O_VERIFY, O_VERBOSE, O_CYCLONEDX_VERSION, O_DOCUMENT_DATE,
    O_MACHINE, O_NO_SANDBOX, O_CONTEXT,
    O_PRICE_HOUR, O_PRICE_KWH, O_WATTS, O_API_PROMPT, O_API_COMPLETION, O_OUTPUTS,
    O_COUNT = O_OUTPUTS + CHECK_OUT_COUNT
};
static const struct opt opts[] = {
    [O_JSON] = { 'j', "json", NULL, "print one JSON object, schema assay.check/1" },
    [O_USE] = { 0, "use", "FILE", "what you mean to do with the model, as YAML; the options below win over it" },
    [O_POLICY] = { 0, "policy", "FILE", "your organisation's rules, as YAML; a breach exits 5" },
    [O_NO_HASH] = { 0, "no-hash", NULL, "do not compute the SHA-256 of each file" },
    [O_NO_SCAN] = { 0, "no-scan", NULL, "do not look for what is hostile in the files" },
    [O_VERIFY] = { 0, "verify", "REPORT", "open every pointer of a JSON report again; drift exits 6" },
    [O_VERBOSE] = { 'v', "verbose", NULL, "show every reason, all evidence, and all that was read" },
    [O_CYCLONEDX_VERSION] = { 0, "cyclonedx-version", "1.6|1.7", "the version of --cyclonedx; 1.7 when not given" },
    [O_DOCUMENT_DATE] = { 0, "document-date", "YYYY-MM-DD", "the day to write into documents (no clock is read for them), "
                          "and to take for today when sign-offs and exceptions of a policy are looked at" },
    [O_MACHINE] = { 0, "machine", NULL, "also say whether the model fits this machine and how fast it would be; "
                    "measures the machine once, for a second or two" },
    [O_NO_SANDBOX] = { 0, "no-sandbox", NULL, "let the readers keep the rights of this program: for debugging only" },
    [O_CONTEXT] = { 0, "context", "N", "tokens to plan memory and speed for; 4096 when not given" },
    [O_PRICE_HOUR] = { 0, "price-hour", "PRICE", "what an hour of this machine costs, for the cost of a million tokens; "
                       "implies --machine, as the next four do" },
    [O_PRICE_KWH] = { 0, "price-kwh", "PRICE", "or the price of a kilowatt hour, with --watts" },
    [O_WATTS] = { 0, "watts", "N", "what the machine draws under load" },
    [O_API_PROMPT] = { 0, "api-price-prompt", "PRICE", "of a million prompt tokens from an API, to compare with" },
    [O_API_COMPLETION] = { 0, "api-price-completion", "PRICE", "of a million completion tokens" },
#define X(name, option, writer, help) [O_OUTPUTS + name] = { 0, option, "FILE", help },
    CHECK_OUTPUT_MAP(X)
#undef X
};

enum { FILE_MAX = 1 << 20, REPORT_MAX = 256 << 20 };

static int read_policy(const char *path, struct arena *a, struct policy *p, struct err *e)
{
    struct span raw;
    int rc = fs_read(path, FILE_MAX, a, &raw, e);
    if (!rc)
        rc = policy_parse(raw, a, p, e);
    if (rc)
        (void)err_path(e, path);
    return rc;
}

static int read_prices(const struct opt_values *v, struct check_options *opt, struct err *e)
{
    int rc = 0;
    need_prices_init(&opt->prices);
    for (unsigned i = O_CONTEXT; i <= O_API_COMPLETION && !rc; i++)
        if (v->value[i])
            rc = need_prices_set(&opt->prices, opts[i].name, v->value[i], e);
    opt->machine = v->value[O_MACHINE] || need_prices_given(&opt->prices);
    return rc ? rc : need_prices_check(&opt->prices, e);
}

/* What shall be written where; asked before the model is read, so that a slip costs nothing. */
static int plan(const struct opt_values *v, struct check_outputs *o, struct check_output_settings *s, struct err *e)
{
    const char *version = v->value[O_CYCLONEDX_VERSION], *date = v->value[O_DOCUMENT_DATE];
    if (version && strcmp(version, "1.6") != 0 && strcmp(version, "1.7") != 0)
        return err_plain(e, ERR_USAGE, "\"--cyclonedx-version\" is 1.6 or 1.7, not \"%.20s\"", version);
    if (date && !date_known(date))
        return err_plain(e, ERR_USAGE, "\"--document-date\" is YYYY-MM-DD, not \"%.20s\"", date);
    *s = (struct check_output_settings){ .cyclonedx_minor = version && version[2] == '6' ? 6 : 7, .date = date };
    return check_outputs_plan(v->value + O_OUTPUTS, v->value[O_JSON], o, e);
}

static int exit_status(const struct check *c)
{
    if (c->has_policy && c->policy.n)
        return err_exit_status(ERR_DENIED);
    return c->verdict.answer <= ANSWER_ALLOW_WITH_DUTIES ? EXIT_YES : EXIT_NO;
}

/* What is asked of the child. */
struct wanted {
    const struct opt_values *v;
    const struct check_output_settings *settings;
    struct check_outputs *outputs;
    struct buf *out;
    struct term term;
};

/* In the child: the documents, then what stdout shows: one of them, the report, or the screen. */
static int answer(void *ud, struct check *c, struct err *e)
{
    struct wanted *w = ud;
    int rc = check_outputs_make(w->outputs, c, w->settings, w->out, e);
    if (!rc && w->v->value[O_JSON])
        rc = report_json(c, w->out, e);
    else if (!rc && !w->outputs->to_stdout)
        check_screen(c, w->v->value[O_VERBOSE], &w->term, w->out);
    return rc;
}

static int ask_child(struct wanted *w, const struct check_options *opt, struct arena *a, int *status, struct err *e)
{
    struct buf *frames[1 + CHECK_OUT_COUNT] = { w->out };
    struct check_child child = { .ref = w->v->args[0], .opt = opt, .answer = answer, .ud = w, .frames = frames,
                                 .n_frames = 1 + CHECK_OUT_COUNT, .status = exit_status };
    for (size_t i = 0; i < CHECK_OUT_COUNT; i++)
        frames[1 + i] = &w->outputs->bytes[i];
    return check_in_child(&child, a, status, e);
}

static int check(const struct opt_values *v, struct arena *a, int *status, struct buf *out, struct err *e)
{
    struct use use;
    struct policy policy;
    struct check_outputs outputs = { .to_stdout = false };
    struct check_output_settings settings;
    char today[DATE_BYTES];
    bool terminal = isatty(STDERR_FILENO) != 0;
    struct check_options opt = { .use = &use, .no_hash = v->value[O_NO_HASH], .no_scan = v->value[O_NO_SCAN],
                                 .signoffs = signoff_dir(a),
                                 .today = v->value[O_DOCUMENT_DATE] ? v->value[O_DOCUMENT_DATE] : cmd_today(today),
                                 .tick = cmd_reading, .ud = &terminal, .no_sandbox = v->value[O_NO_SANDBOX] };
    int rc = plan(v, &outputs, &settings, e);
    if (!rc)
        rc = read_prices(v, &opt, e);
    if (!rc)
        rc = use_from_options(v->value[O_USE], v->value + O_COUNT, a, &use, e);
    if (!rc && v->value[O_POLICY]) {
        opt.policy = &policy;
        rc = read_policy(v->value[O_POLICY], a, &policy, e);
    }
    if (opt.no_sandbox)
        (void)fprintf(stderr, "assay: warning: --no-sandbox: hostile bytes are read with all your rights\n");
    if (!rc)
        rc = ask_child(&(struct wanted){ v, &settings, &outputs, out, term_of_stdout() }, &opt, a, status, e);
    cmd_reading(&terminal, NULL);
    if (!rc)
        rc = check_outputs_write(&outputs, a, e);
    if (!rc)
        rc = check_outputs_keep(&outputs, e);
    check_outputs_fini(&outputs);
    return rc;
}

static int verify(const struct opt_values *v, struct arena *a, struct buf *out, struct err *e)
{
    struct span raw;
    struct catalog catalog;
    struct verify_result r = { 0 };
    int rc = fs_read(v->value[O_VERIFY], REPORT_MAX, a, &raw, e);
    if (!rc)
        rc = catalog_open(&catalog, a, e);
    if (!rc)
        rc = verify_report(raw, v->n_args ? v->args[0] : NULL, &catalog, a, &r, e);
    if (rc)
        return (void)err_path(e, v->value[O_VERIFY]), rc;
    for (size_t i = 0; i < r.n_drifts; i++)
        buf_fmt(out, "drift: %s, bytes %llu-%llu: %s\n", r.drifts[i].path,
                (unsigned long long)r.drifts[i].byte_from, (unsigned long long)r.drifts[i].byte_to, r.drifts[i].why);
    buf_fmt(out, "%zu pointers and %zu files checked, %zu drifted\n", r.n_pointers, r.n_files, r.n_drifts);
    if (r.n_drifts || r.n_pointers + r.n_files == 0)
        return err_plain(e, ERR_VERIFY, r.n_drifts ? "the model is not what the report was made from" :
                         "the report holds nothing that can be checked");
    return 0;
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct arena a;
    struct buf out;
    int exit = EXIT_YES;
    bool verifying = v->value[O_VERIFY];
    if (verifying ? v->n_args > 1 : v->n_args != 1)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give one MODEL: a folder or a file"), &e));
    for (size_t i = O_OUTPUTS; verifying && i < O_COUNT; i++)
        if (v->value[i])
            return cmd_fail((err_plain(&e, ERR_USAGE, "\"--verify\" and \"--%s\" do not go together", opts[i].name), &e));
    arena_init(&a, (size_t)16 << 30);
    buf_init(&out, REPORT_MAX);
    int rc = verifying ? verify(v, &a, &out, &e) : check(v, &a, &exit, &out, &e);
    int status = rc && rc != ERR_VERIFY ? cmd_fail(&e) : cmd_answer(&out);
    if (!status)
        status = rc ? cmd_fail(&e) : exit;
    buf_fini(&out);
    arena_fini(&a);
    return status;
}

const struct cmd cmd_check = {
    .name = "check", .args = "MODEL", .line = "Tell what a model's licence lets you do, with evidence",
    .opts = opts, .n_opts = O_COUNT, .takes_use = true, .run = run,
    .about = "MODEL is a folder, or a weights file with what lies beside it. What you do not tell of your\n"
             "use is unknown; an unknown that decides is asked for by name. Exit status: 0 allowed, 1 ask\n"
             "first, denied or cannot tell, 5 refused by policy. Information, not legal advice.\n",
};
