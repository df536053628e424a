// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_openness.c - the class of a listing of the Model Openness Tool, and what is wrong in it. */
#include <inttypes.h>
#include <stdio.h>
#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "openness/mot_report.h"

enum { O_JSON, O_VERBOSE };
static const struct opt opts[] = {
    [O_JSON] = { 'j', "json", NULL, "print one JSON object" },
    [O_VERBOSE] = { 'v', "verbose", NULL, "show all 17 components, every finding, and each of several files in full" },
};

enum { FILE_MAX = 1 << 20, ANSWER_MAX = 256 << 20, FEW = 4, PART_AT = 6, LICENSE_AT = 49 };

struct job {
    struct mof_licenses licenses;
    struct arena a;
    struct term t;
    struct buf out;
    struct json_out j;
    bool json, verbose, all_classified;
};

static const char *const roman[] = { "none", "I", "II", "III" };

/* ---- for eyes -------------------------------------------------------------------------- */

static void put_title(struct job *w, const char *title)
{
    buf_char(&w->out, '\n');
    term_put(&w->out, &w->t, TERM_BOLD, title);
    buf_char(&w->out, '\n');
}

static void put_wrapped(struct job *w, unsigned indent, const char *text)
{
    buf_fmt(&w->out, "%*s", (int)indent, "");
    term_wrap(&w->out, text, indent, indent, w->t.width);
    buf_char(&w->out, '\n');
}

static void put_head(struct job *w, const struct mot_report *r)
{
    const struct mof_result *m = &r->judged.result;
    const struct mot_text *f = r->release.fields;
    term_put(&w->out, &w->t, TERM_BOLD, *f[MOT_NAME].s ? f[MOT_NAME].s : "(no name)");
    buf_str(&w->out, *f[MOT_VERSION].s ? ", " : "");
    term_put(&w->out, &w->t, TERM_PLAIN, f[MOT_VERSION].s);
    buf_char(&w->out, '\n');
    if (*f[MOT_PRODUCER].s)
        put_wrapped(w, 0, f[MOT_PRODUCER].s);
    term_put(&w->out, &w->t, TERM_DIM, r->path);
    buf_str(&w->out, "\n\n");
    term_put(&w->out, &w->t, m->class ? TERM_GREEN : TERM_YELLOW, mof_class_label(m->class));
    buf_fmt(&w->out, "\n  class III %5.1f %%    class II %5.1f %%    class I %5.1f %%\n", m->progress[3],
            m->progress[2], m->progress[1]);
    if (r->judged.paper_stands_in)
        buf_str(&w->out, "  the research paper stands in for the technical report\n");
}

static void put_next(struct job *w, const struct mot_report *r)
{
    char title[64];
    if (!r->next.class)
        return;
    (void)snprintf(title, sizeof title, "Why not class %s", roman[r->next.class]);
    put_title(w, title);
    for (size_t i = 0; i < r->next.n_gaps; i++) {
        const struct mot_gap *g = &r->next.gaps[i];
        const struct mot_part *p = &r->judged.parts[g->part];
        buf_fmt(&w->out, "  %-31s %s", mof_part_info(g->part)->name, mof_state_name(p->state));
        if (p->line)
            buf_fmt(&w->out, ", line %u", p->line);
        buf_char(&w->out, '\n');
        if (p->state != MOF_MISSING)
            put_wrapped(w, 6, g->why);
        buf_str(&w->out, "      fix: ");
        term_wrap(&w->out, g->fix, 11, 11, w->t.width);
        buf_char(&w->out, '\n');
    }
}

static void put_components(struct job *w, const struct mot_report *r)
{
    put_title(w, "Components");
    for (unsigned i = 0; i < MOF_PARTS; i++) {
        const struct mof_part_info *info = mof_part_info((enum mof_part)i);
        const struct mot_part *p = &r->judged.parts[i];
        buf_fmt(&w->out, "  %-4s%-31s %-11s", info->required ? roman[info->class] : "-", info->name,
                mof_state_name(p->state));
        if (LICENSE_AT + term_columns(p->license) > w->t.width)
            buf_fmt(&w->out, "\n%*s", PART_AT, "");
        term_wrap(&w->out, p->license, LICENSE_AT, PART_AT, w->t.width);
        if (p->source == MOT_FROM_TYPE || p->source == MOT_FROM_DISTRIBUTION)
            buf_fmt(&w->out, " (by %s)", mot_source_name(p->source));
        buf_char(&w->out, '\n');
    }
}

static void count(const struct mot_findings *f, size_t n[3])
{
    n[MOT_NOTE] = n[MOT_WARNING] = n[MOT_ERROR] = 0;
    for (size_t i = 0; i < f->n; i++)
        n[mot_rule_severity(f->items[i].rule)]++;
}

static void put_finding(struct job *w, const struct mot_finding *f)
{
    static const enum term_style styles[] = { [MOT_NOTE] = TERM_DIM, [MOT_WARNING] = TERM_YELLOW, [MOT_ERROR] = TERM_RED };
    enum mot_severity s = mot_rule_severity(f->rule);
    buf_str(&w->out, "  ");
    term_put(&w->out, &w->t, styles[s], mot_severity_name(s));
    buf_fmt(&w->out, ", line %u, %s", f->line, mot_rule_word(f->rule));
    if (*f->component) {
        buf_str(&w->out, ", ");
        term_put(&w->out, &w->t, TERM_PLAIN, f->component);
    }
    buf_char(&w->out, '\n');
    put_wrapped(w, 6, f->text);
    if (!*f->suggest)
        return;
    buf_str(&w->out, "      suggested: ");
    term_wrap(&w->out, f->suggest, 17, 17, w->t.width);
    buf_char(&w->out, '\n');
}

/* Errors, then warnings; notes, and more than a few of one rule, only when asked for. */
static void put_findings(struct job *w, const struct mot_findings *f)
{
    size_t n[3], hidden = 0;
    count(f, n);
    put_title(w, "What is wrong in the listing");
    buf_fmt(&w->out, "  %zu error%s, %zu warning%s, %zu note%s\n", n[MOT_ERROR], n[MOT_ERROR] == 1 ? "" : "s",
            n[MOT_WARNING], n[MOT_WARNING] == 1 ? "" : "s", n[MOT_NOTE], n[MOT_NOTE] == 1 ? "" : "s");
    for (int s = MOT_ERROR; s >= MOT_NOTE; s--) {
        size_t shown[MOT_RULES] = { 0 };
        for (size_t i = 0; i < f->n; i++) {
            const struct mot_finding *one = &f->items[i];
            if ((int)mot_rule_severity(one->rule) != s)
                continue;
            if (w->verbose || (s > MOT_NOTE && shown[one->rule]++ < FEW))
                put_finding(w, one);
            else
                hidden++;
        }
    }
    if (hidden)
        buf_fmt(&w->out, "  and %zu more (-v shows all)\n", hidden);
}

static void put_report(struct job *w, const struct mot_report *r)
{
    if (w->out.n)
        buf_str(&w->out, "\n\n");
    put_head(w, r);
    put_next(w, r);
    if (w->verbose)
        put_components(w, r);
    put_findings(w, &r->findings);
}

/* One of several files: one line. */
static void put_row(struct job *w, const struct mot_report *r)
{
    const struct mof_result *m = &r->judged.result;
    size_t n[3];
    count(&r->findings, n);
    if (!w->out.n)
        buf_str(&w->out, "class    III %     II %      I %  errors  warnings  file\n");
    buf_fmt(&w->out, "%-5s  %7.1f  %7.1f  %7.1f  %6zu  %8zu  ", roman[m->class], m->progress[3], m->progress[2],
            m->progress[1], n[MOT_ERROR], n[MOT_WARNING]);
    term_put(&w->out, &w->t, TERM_PLAIN, r->path);
    buf_char(&w->out, '\n');
}

/* ---- files ------------------------------------------------------------------------------- */

static int read_file(const struct job *w, const char *path, struct arena *a, struct mot_report *r, struct err *e)
{
    enum fs_kind kind;
    uint64_t size_bytes;
    struct span raw;
    int rc = fs_stat(path, &kind, &size_bytes, e);
    if (!rc && kind == FS_DIR) {
        (void)err_plain(e, ERR_USAGE, "'%.200s' is a folder, and this verb reads listings", path);
        rc = err_hint(e, "'assay check' judges the openness of a model's folder");
    }
    if (!rc)
        rc = fs_read(path, FILE_MAX, a, &raw, e);
    return rc ? rc : mot_report_read(path, raw, &w->licenses, a, r, e);
}

static int judge_file(struct job *w, const char *path, bool alone, struct mof_result *result, struct err *e)
{
    struct arena a;
    struct mot_report r;
    arena_init(&a, (size_t)256 << 20);
    int rc = read_file(w, path, &a, &r, e);
    if (!rc) {
        *result = r.judged.result;
        if (w->json)
            mot_report_json(&w->j, NULL, &r);
        else if (alone || w->verbose)
            put_report(w, &r);
        else
            put_row(w, &r);
    }
    arena_fini(&a);
    return rc;
}

static int judge_files(struct job *w, const struct opt_values *v, struct err *e)
{
    struct mof_result result = { 0 };
    int rc = 0;
    for (size_t i = 0; i < v->n_args && !rc; i++) {
        rc = judge_file(w, v->args[i], v->n_args == 1, &result, e);
        w->all_classified = w->all_classified && result.class;
    }
    if (!rc && w->json) {
        json_close(&w->j, ']');
        if (v->n_args == 1)
            mot_report_class(&w->j, "mot", &result);
    }
    return rc;
}

static void begin_json(struct job *w)
{
    json_open(&w->j, NULL, '{');
    json_string(&w->j, "schema", "assay.openness/1");
    json_open(&w->j, "framework", '{');
    json_string(&w->j, "name", w->licenses.framework_name);
    json_string(&w->j, "version", w->licenses.framework_version);
    json_string(&w->j, "date", w->licenses.framework_date);
    json_close(&w->j, '}');
    json_open(&w->j, "files", '[');
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct job w = { .t = term_of_stdout(), .json = v->value[O_JSON], .verbose = v->value[O_VERBOSE],
                     .all_classified = true };
    if (!v->n_args)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give listings of the Model Openness Tool, as YAML"), &e));
    arena_init(&w.a, (size_t)1 << 30);
    buf_init(&w.out, ANSWER_MAX);
    w.j = (struct json_out){ .b = &w.out };
    int rc = mof_licenses_open(SPAN_NONE, &w.a, &w.licenses, &e);
    if (!rc && w.json)
        begin_json(&w);
    if (!rc)
        rc = judge_files(&w, v, &e);
    if (!rc && w.json) {
        json_close(&w.j, '}');
        buf_char(&w.out, '\n');
    }
    int status = rc ? cmd_fail(&e) : cmd_answer(&w.out);
    buf_fini(&w.out);
    arena_fini(&w.a);
    return status ? status : w.all_classified ? EXIT_YES : EXIT_NO;
}

const struct cmd cmd_openness = {
    .name = "openness", .args = "FILE...", .line = "Classify listings of the Model Openness Tool, and lint them",
    .opts = opts, .n_opts = sizeof opts / sizeof *opts, .run = run,
    .about = "Exit status 1: a listing is unclassified.\n",
};
