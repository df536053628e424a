// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_scan.c - is anything hostile in these files, and was everything read. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "base/date.h"
#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "scan/scan_show.h"

enum { O_JSON, O_JSONL, O_SARIF, O_FAIL_ON, O_BASELINE, O_DATE, O_JOBS, O_NO_HASH, O_NO_SANDBOX, O_VERBOSE, O_COUNT };
static const struct opt opts[] = {
    [O_JSON] = { 'j', "json", NULL, "print one JSON object, schema assay.scan/1" },
    [O_JSONL] = { 0, "jsonl", NULL, "print one JSON object a file, each on a line of its own" },
    [O_SARIF] = { 0, "sarif", NULL, "print SARIF 2.1.0, for code hosts" },
    [O_FAIL_ON] = { 0, "fail-on", "VERDICT", "the least verdict that exits 1: review (as without this option), "
                                             "carries-payload or unsafe" },
    [O_BASELINE] = { 0, "baseline", "FILE", "findings that somebody accepted, by digest, as YAML" },
    [O_DATE] = { 0, "date", "YYYY-MM-DD", "the day that the baseline's entries are held against, instead of today" },
    [O_JOBS] = { 0, "jobs", "N", "read N files at a time; one for each processor if not given" },
    [O_NO_HASH] = { 0, "no-hash", NULL, "do not compute the SHA-256 of each file" },
    [O_NO_SANDBOX] = { 0, "no-sandbox", NULL, "let the readers keep the rights of this program: for debugging only" },
    [O_VERBOSE] = { 'v', "verbose", NULL, "show every file and every finding, with what to do" },
};

enum { BASELINE_MAX = 4 << 20, ANSWER_MAX = 1 << 30, FEW = 3 };

struct job {
    struct arena a;
    struct allow allow;
    struct baseline baseline;
    struct scanned scanned;
    struct scan_view view;
    enum scan_verdict fail_on;
    char today[16];
};

/* ---- options ---------------------------------------------------------------------------- */

static int read_fail_on(const char *word, enum scan_verdict *out, struct err *e)
{
    static const struct { const char *word; enum scan_verdict verdict; } words[] = {
        { "review", SCAN_REVIEW }, { "carries-payload", SCAN_CARRIES_PAYLOAD }, { "unsafe", SCAN_UNSAFE },
    };
    for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i].word) == 0) {
            *out = words[i].verdict;
            return 0;
        }
    *out = SCAN_REVIEW;
    return word ? err_plain(e, ERR_USAGE, "--fail-on takes review, carries-payload or unsafe, not \"%.40s\"", word) : 0;
}

static int read_jobs(const char *word, unsigned *out, struct err *e)
{
    unsigned n = 0;
    size_t digits = word ? strspn(word, "0123456789") : 0;
    for (size_t i = 0; i < digits && digits <= 2; i++)
        n = n * 10 + (unsigned)(word[i] - '0');
    if (word && (word[digits] || n < 1 || n > SCAN_JOBS_MAX))
        return err_plain(e, ERR_USAGE, "--jobs takes a number from 1 to %d", SCAN_JOBS_MAX);
    *out = n;
    return 0;
}

static int read_baseline(struct job *w, const char *path, struct err *e)
{
    struct span raw;
    int rc = fs_read(path, BASELINE_MAX, &w->a, &raw, e);
    if (!rc)
        rc = baseline_parse(raw, &w->a, &w->baseline, e);
    if (rc)
        (void)err_path(e, path);
    return rc;
}

/* ---- progress --------------------------------------------------------------------------- */

static void show_done(void *ud, size_t i, const struct scan_result *r)
{
    size_t *n_done = ud;
    (void)i;
    (void)r;
    if (++*n_done % 64 == 1)
        (void)fprintf(stderr, "\r\x1b[K%zu files read", *n_done);
}

/* ---- for eyes --------------------------------------------------------------------------- */

static enum term_style style_of(enum scan_verdict v)
{
    return v == SCAN_CLEAN ? TERM_GREEN : v == SCAN_UNSAFE ? TERM_RED : TERM_YELLOW;
}

static void put_finding(const struct job *w, const struct scan_finding *f, const struct baseline_entry *accepted,
                        bool inside, bool verbose, const struct term *t, struct buf *b)
{
    char head[96];
    (void)snprintf(head, sizeof head, "    %s at byte %" PRIu64 ": ", f->rule->word, f->offset);
    buf_str(b, head);
    term_wrap(b, f->what, term_columns(head), 6, t->width);
    buf_char(b, '\n');
    if (inside) {
        buf_str(b, "      in ");
        term_wrap(b, f->path, 9, 9, t->width);
        buf_char(b, '\n');
    }
    if (f->advisory[0] || f->rule->advisories[0]) {
        buf_str(b, "      see ");
        term_wrap(b, f->advisory[0] ? f->advisory : f->rule->advisories, 10, 10, t->width);
        buf_char(b, '\n');
    }
    if (accepted) {
        buf_fmt(b, "      accepted until %s by ", accepted->until);
        term_wrap(b, accepted->by, 36, 6, t->width);
        buf_char(b, '\n');
    } else if (verbose) {
        buf_str(b, "      to do: ");
        term_wrap(b, f->rule->todo, 13, 13, t->width);
        buf_char(b, '\n');
    }
    (void)w;
}

static void put_file(const struct job *w, size_t i, bool verbose, const struct term *t, struct buf *b)
{
    const struct scan_result *r = &w->scanned.results[i];
    const char *path = w->scanned.files[i].shown;
    if (r->verdict == SCAN_CLEAN && !verbose)
        return;
    term_put(b, t, style_of(r->verdict), scan_verdict_name(r->verdict));
    buf_str(b, "  ");
    term_wrap(b, path, (unsigned)strlen(scan_verdict_name(r->verdict)) + 2, 4, t->width);
    buf_char(b, '\n');
    size_t n = verbose || r->n_findings < FEW ? r->n_findings : FEW;
    for (size_t k = 0; k < n; k++)
        put_finding(w, &r->findings[k], baseline_find(&w->baseline, w->scanned.sha256[i], &r->findings[k], w->today),
                    strcmp(r->findings[k].path, path) != 0, verbose, t, b);
    if (r->n_found > n)
        buf_fmt(b, "    and %" PRIu64 " more%s\n", r->n_found - n, verbose ? ", not kept" : " (-v shows them)");
}

static void put_sum(const struct job *w, const struct term *t, struct buf *b)
{
    size_t n_of[SCAN_UNSAFE + 1] = { 0 };
    for (size_t i = 0; i < w->scanned.n; i++)
        n_of[w->scanned.results[i].verdict]++;
    term_put(b, t, style_of(w->scanned.verdict), scan_verdict_name(w->scanned.verdict));
    buf_fmt(b, "  %zu file%s:", w->scanned.n, w->scanned.n == 1 ? "" : "s");
    const char *sep = " ";
    for (int v = SCAN_UNSAFE; v >= SCAN_CLEAN; v--)
        if (n_of[v]) {
            buf_fmt(b, "%s%zu %s", sep, n_of[v], scan_verdict_name((enum scan_verdict)v));
            sep = ", ";
        }
    buf_str(b, w->scanned.n ? "\n" : " nothing was there to read\n");
    if (w->scanned.truncated)
        buf_str(b, "There are more files, or deeper ones, than are followed.\n");
    buf_fmt(b, "List of harmless names of %s.\n", w->allow.date);
}

static void put_screen(const struct job *w, bool verbose, struct buf *b)
{
    struct term t = term_of_stdout();
    for (size_t i = 0; i < w->scanned.n; i++)
        put_file(w, i, verbose, &t, b);
    put_sum(w, &t, b);
}

/* ---- the whole -------------------------------------------------------------------------- */

/* 0 clean, 1 findings that count, 3 something was not read to the end. */
static int exit_status(const struct job *w)
{
    enum scan_verdict worst = SCAN_CLEAN;
    bool incomplete = w->scanned.truncated || !w->scanned.n;
    for (size_t i = 0; i < w->scanned.n; i++) {
        enum scan_verdict v = baseline_verdict(&w->baseline, w->scanned.sha256[i], &w->scanned.results[i], w->today);
        incomplete = incomplete || v == SCAN_INCOMPLETE;
        worst = v != SCAN_INCOMPLETE && v > worst ? v : worst;
    }
    if (worst >= w->fail_on)
        return EXIT_NO;
    return incomplete ? err_exit_status(ERR_UNSAFE) : EXIT_YES;
}

static int scan(struct job *w, const struct opt_values *v, struct buf *out, struct err *e)
{
    size_t n_done = 0;
    struct scan_options opt = { .allow = &w->allow, .no_sandbox = v->value[O_NO_SANDBOX], .ud = &n_done };
    bool terminal = isatty(STDERR_FILENO) != 0;
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc))
        (void)strftime(w->today, sizeof w->today, "%Y-%m-%d", &utc);
    if (v->value[O_DATE])
        (void)snprintf(w->today, sizeof w->today, "%s", v->value[O_DATE]);
    if (opt.no_sandbox)
        (void)fprintf(stderr, "assay: warning: --no-sandbox: hostile bytes are read with all your rights\n");
    opt.done = terminal ? show_done : NULL;
    int rc = date_known(w->today) ? 0 : err_plain(e, ERR_USAGE, "\"--date\" is a day, YYYY-MM-DD, not \"%.40s\"",
                                                 v->value[O_DATE] ? v->value[O_DATE] : w->today);
    if (!rc)
        rc = read_fail_on(v->value[O_FAIL_ON], &w->fail_on, e);
    if (!rc)
        rc = read_jobs(v->value[O_JOBS], &opt.jobs, e);
    if (!rc)
        rc = allow_open(SPAN_NONE, &w->a, &w->allow, e);
    if (!rc && v->value[O_BASELINE])
        rc = read_baseline(w, v->value[O_BASELINE], e);
    if (!rc)
        rc = scan_paths(v->args, v->n_args, &opt, v->value[O_NO_HASH], &w->a, &w->scanned, e);
    if (terminal)
        (void)fprintf(stderr, "\r\x1b[K");
    if (rc)
        return rc;
    w->view = (struct scan_view){ &w->scanned, &w->allow, &w->baseline, w->today, ASSAY_VERSION };
    if (v->value[O_JSON])
        show_scan(&w->view, out);
    else if (v->value[O_JSONL])
        show_scan_lines(&w->view, out);
    else if (v->value[O_SARIF])
        show_sarif(&w->view, out);
    else
        put_screen(w, v->value[O_VERBOSE], out);
    return 0;
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct job w = { .fail_on = SCAN_REVIEW };
    struct buf out;
    if (!v->n_args)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give at least one PATH: a file or a folder"), &e));
    if (!!v->value[O_JSON] + !!v->value[O_JSONL] + !!v->value[O_SARIF] > 1)
        return cmd_fail((err_plain(&e, ERR_USAGE, "--json, --jsonl and --sarif exclude each other"), &e));
    if (v->value[O_NO_HASH] && v->value[O_BASELINE])
        return cmd_fail((err_plain(&e, ERR_USAGE, "a baseline goes by digest; it cannot be used with --no-hash"), &e));
    arena_init(&w.a, (size_t)4 << 30);
    buf_init(&out, ANSWER_MAX);
    int rc = scan(&w, v, &out, &e);
    int status = rc ? cmd_fail(&e) : cmd_answer(&out);
    if (!status)
        status = exit_status(&w);
    buf_fini(&out);
    arena_fini(&w.a);
    return status;
}

const struct cmd cmd_scan = {
    .name = "scan", .args = "PATH...", .line = "Look for what is hostile in model files",
    .opts = opts, .n_opts = O_COUNT, .run = run,
    .about = "PATH is a file, a folder or a whole cache; every file is read, whatever its name, each by a\n"
             "process that can do nothing else. CLEAN: read to the end, and only what is known to be\n"
             "harmless is there. Exit status: 0 clean, 1 findings, 3 not everything could be read.\n",
};
