// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_license.c - which licence is this text; what is known of a licence. */
#include <inttypes.h>
#include <stdio.h>
#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "format/pdf.h"
#include "license/show.h"

enum { O_JSON, O_LIST, O_SHOW, O_VERBOSE };
static const struct opt opts[] = {
    [O_JSON] = { 'j', "json", NULL, "print one JSON object" },
    [O_LIST] = { 0, "list", NULL, "list the licences that the catalogue has facts of" },
    [O_SHOW] = { 0, "show", "ID", "print all facts of one licence: an SPDX id, a LicenseRef, a hub tag or a name" },
    [O_VERBOSE] = { 'v', "verbose", NULL, "show every passage that differs from the nearest licence" },
};

enum { FILE_MAX = 16 << 20, ANSWER_MAX = 256 << 20 };

struct job {
    struct catalog catalog;
    struct index index;
    struct arena a;
    struct term t;
    struct buf out;
    struct json_out j;
    bool json, verbose, all_known;
};

/* ---- a text file --------------------------------------------------------------------- */

static void put_passages(struct job *w, const char *what, const struct identify_span *s, size_t n, size_t max)
{
    for (size_t i = 0; i < n && i < max; i++) {
        char head[64];
        (void)snprintf(head, sizeof head, "      lines %u-%u  ", s[i].line_from, s[i].line_to);
        term_put(&w->out, &w->t, TERM_DIM, head);
        if (s[i].cue[0]) {
            term_put(&w->out, &w->t, TERM_YELLOW, s[i].cue);
            buf_str(&w->out, "  ");
        }
        term_wrap(&w->out, s[i].words, 22, 22, w->t.width);
        buf_char(&w->out, '\n');
    }
    if (n > max)
        buf_fmt(&w->out, "      ... and %zu more passages that %s (-v shows them)\n", n - max, what);
}

static void put_near(struct job *w, const struct identified *r)
{
    const struct identify_near *n = &r->nearest[0];
    buf_fmt(&w->out, "    nearest is %s (%.1f %% of the words alike, %u of its words missing); what differs:\n",
            n->entry->id, 100 * n->similarity, n->missing_words);
    put_passages(w, "differ", n->differs, n->n_differs, w->verbose ? 1000 : 6);
    const struct license_record *record;
    if (catalog_find(&w->catalog, n->entry->id, &record, NULL))
        return;
    for (size_t i = 0; i < record->n_thresholds; i++) {
        const struct record_threshold *t = &record->thresholds[i];
        buf_fmt(&w->out, "      there it says: above %" PRId64 " %s%s%s\n", t->amount, t->currency,
                t->currency[0] ? " " : "", threshold_what_name(t->what));
    }
}

static void put_identified(struct job *w, const char *path, const struct identified *r)
{
    static const char *const others[] = { [TEXT_IS_POLICY] = "a use policy: grants nothing by itself",
        [TEXT_IS_NOTICES] = "notices: they tell of parts, not of the whole",
        [TEXT_IS_POINTER] = "only an address: no licence text here", [TEXT_IS_OTHER] = "says nothing of a licence" };
    term_put(&w->out, &w->t, TERM_BOLD, path);
    buf_char(&w->out, '\n');
    for (size_t i = 0; i < r->n_found; i++) {
        bool good = r->match == MATCH_EXACT;
        buf_str(&w->out, "    ");
        term_put(&w->out, &w->t, good ? TERM_GREEN : TERM_YELLOW, r->found[i].entry->id);
        buf_fmt(&w->out, "  lines %u-%u, %s, %s\n", r->found[i].where.line_from, r->found[i].where.line_to,
                good ? "word for word" : "but the file holds more than this licence",
                index_class_name(good ? r->found[i].entry->class : r->class));
    }
    if (r->head_lines)
        buf_fmt(&w->out, "    lines 1-%u are a head about the text, not part of it\n", r->head_lines);
    if (r->kind != TEXT_IS_LICENSE)
        buf_fmt(&w->out, "    %s\n", others[r->kind]);
    else if (!r->n_found)
        buf_fmt(&w->out, "    unknown text, class %s: no licence is concluded\n", index_class_name(r->class));
    for (size_t i = 0; i < r->n_mentioned; i++)
        buf_fmt(&w->out, "    mentions %s, lines %u-%u\n", r->mentioned[i].entry->id,
                r->mentioned[i].where.line_from, r->mentioned[i].where.line_to);
    if (r->n_residue) {
        buf_str(&w->out, "    not explained by any licence:\n");
        put_passages(w, "are not explained", r->residue, r->n_residue, w->verbose ? 1000 : 6);
    }
    if (r->kind == TEXT_IS_LICENSE && r->n_nearest && !r->n_found)
        put_near(w, r);
}

static void put_unread(struct job *w, const char *path, const char *why)
{
    w->all_known = false;
    if (w->json) {
        json_open(&w->j, NULL, '{');
        json_string(&w->j, "path", path);
        json_string(&w->j, "kind", "unread");
        json_string(&w->j, "class", "unknown");
        json_string(&w->j, "match", "unknown");
        json_open(&w->j, "concluded", '[');
        json_close(&w->j, ']');
        json_string(&w->j, "unread", why);
        json_close(&w->j, '}');
        return;
    }
    term_put(&w->out, &w->t, TERM_BOLD, path);
    buf_fmt(&w->out, "\n    unread: %s\n", why);
}

static bool is_pdf(struct span raw)
{
    return span_starts(raw, "%PDF-");
}

static int read_file(const char *path, struct arena *a, struct text *t, bool *unread, struct err *e)
{
    struct span raw;
    *unread = false;
    int rc = fs_read(path, FILE_MAX, a, &raw, e);
    bool pdf = !rc && is_pdf(raw);
    if (pdf)
        rc = pdf_text(path, a, &raw, unread, e);
    if (!rc && !*unread)
        rc = text_decode(raw, pdf ? "x.pdf" : fs_base(path), a, t, e);
    if (rc)
        (void)err_path(e, path);
    return rc;
}

static int judge_file(struct job *w, const char *path, struct err *e)
{
    struct arena a;
    struct text t;
    struct identified r;
    bool unread;
    arena_init(&a, (size_t)2 << 30);
    int rc = read_file(path, &a, &t, &unread, e);
    if (!rc && unread)
        put_unread(w, path, "PDF (install pdftotext to read it)");
    else if (!rc)
        rc = identify_text(&w->index, &t, fs_base(path), &a, &r, e);
    if (!rc && !unread) {
        w->all_known = w->all_known && (r.n_found || r.kind != TEXT_IS_LICENSE) && !r.n_residue;
        if (w->json)
            rc = show_identified(&w->j, path, &r, &w->catalog, e);
        else
            put_identified(w, path, &r);
    }
    arena_fini(&a);
    return rc;
}

static int judge_files(struct job *w, const struct opt_values *v, struct err *e)
{
    int rc = index_open(index_builtin(), &w->a, &w->index, e);
    if (w->json) {
        json_open(&w->j, NULL, '{');
        json_string(&w->j, "schema", "assay.license/1");
        json_string(&w->j, "catalogue", catalog_date(&w->catalog));
        json_open(&w->j, "files", '[');
    }
    for (size_t i = 0; i < v->n_args && !rc; i++)
        rc = judge_file(w, v->args[i], e);
    if (w->json) {
        json_close(&w->j, ']');
        json_close(&w->j, '}');
    }
    return rc;
}

/* ---- the catalogue ------------------------------------------------------------------- */

static int list_records(struct job *w, struct err *e)
{
    int rc = 0;
    if (w->json) {
        json_open(&w->j, NULL, '{');
        json_string(&w->j, "schema", "assay.license-list/1");
        json_string(&w->j, "catalogue", catalog_date(&w->catalog));
        json_open(&w->j, "licenses", '[');
    }
    for (size_t i = 0; i < catalog_count(&w->catalog) && !rc; i++) {
        const struct license_record *r;
        rc = catalog_at(&w->catalog, i, &r, e);
        if (rc)
            break;
        if (w->json)
            show_record(&w->j, NULL, r);
        else
            buf_fmt(&w->out, "%-52s %-14s %s\n", r->id, index_class_name(r->class), r->name);
    }
    if (w->json) {
        json_close(&w->j, ']');
        json_close(&w->j, '}');
    }
    return rc;
}

static void put_record(struct job *w, const struct license_record *r)
{
    struct buf *b = &w->out;
    term_put(b, &w->t, TERM_BOLD, r->name);
    buf_fmt(b, "\n  id        %s\n  version   %s%s%s\n  class     %s%s\n", r->id, r->version[0] ? r->version : "-",
            r->date[0] ? ", " : "", r->date, index_class_name(r->class),
            r->kind == LICENSE_KIND_POLICY ? ", a use policy" : "");
    for (unsigned a = 0; a < ACT_COUNT; a++)
        buf_fmt(b, "  %-14s%s\n", act_name((enum license_act)a), right_name(r->acts[a].is));
    buf_fmt(b, "  %-14s%s%s%s\n", "train others", right_name(r->outputs.train_others),
            r->outputs.condition[0] ? ": " : "", r->outputs.condition);
    for (size_t i = 0; i < r->n_thresholds; i++)
        buf_fmt(b, "  threshold     above %lld %s%s%s: %s\n", (long long)r->thresholds[i].amount,
                r->thresholds[i].currency, r->thresholds[i].currency[0] ? " " : "",
                threshold_what_name(r->thresholds[i].what), threshold_effect_name(r->thresholds[i].effect));
    for (size_t i = 0; i < r->n_regions; i++)
        for (size_t k = 0; k < r->regions[i].exclude.n; k++)
            buf_fmt(b, "  excluded      %s%s\n", r->regions[i].exclude.items[k],
                    r->regions[i].multimodal_only ? " (multimodal models)" : "");
    if (r->policy.present)
        buf_fmt(b, "  use policy    %s\n", r->policy.where);
    for (size_t i = 0; i < r->n_duties; i++) {
        buf_fmt(b, "  duty          ");
        term_wrap(b, r->duties[i].text, 16, 16, w->t.width);
        buf_fmt(b, " [%s]\n", duty_when_name(r->duties[i].when));
    }
    if (r->note[0]) {
        buf_str(b, "  note          ");
        term_wrap(b, r->note, 16, 16, w->t.width);
        buf_char(b, '\n');
    }
    buf_fmt(b, "  read          %c, %s, checked %s\n", r->basis, r->source, r->checked);
}

static int show_one(struct job *w, const char *name, struct err *e)
{
    const struct license_record *r;
    int rc = catalog_find(&w->catalog, name, &r, e);
    if (rc == ERR_NOT_FOUND)
        rc = catalog_by_tag(&w->catalog, name, &r, e);
    if (rc == ERR_NOT_FOUND)
        rc = catalog_by_name(&w->catalog, name, &r, e);
    if (rc)
        return rc;
    if (!w->json) {
        put_record(w, r);
        return 0;
    }
    json_open(&w->j, NULL, '{');
    json_string(&w->j, "schema", "assay.license-show/1");
    show_record(&w->j, "license", r);
    json_close(&w->j, '}');
    return 0;
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct job w = { .t = term_of_stdout(), .json = v->value[O_JSON], .verbose = v->value[O_VERBOSE],
                     .all_known = true };
    bool about_catalog = v->value[O_LIST] || v->value[O_SHOW];
    if (about_catalog == (v->n_args > 0))
        return cmd_fail((err_plain(&e, ERR_USAGE, "give files, or --list, or --show ID"), &e));
    arena_init(&w.a, (size_t)1 << 30);
    buf_init(&w.out, ANSWER_MAX);
    w.j = (struct json_out){ .b = &w.out };
    int rc = catalog_open(&w.catalog, &w.a, &e);
    if (!rc)
        rc = v->value[O_LIST] ? list_records(&w, &e) : v->value[O_SHOW] ? show_one(&w, v->value[O_SHOW], &e) :
             judge_files(&w, v, &e);
    if (!rc && w.json)
        buf_char(&w.out, '\n');
    int status = rc ? cmd_fail(&e) : cmd_answer(&w.out);
    buf_fini(&w.out);
    arena_fini(&w.a);
    return status ? status : w.all_known ? EXIT_YES : EXIT_NO;
}

const struct cmd cmd_license = {
    .name = "license", .args = "FILE... | --list | --show ID", .line = "Identify licence texts, or look a licence up",
    .opts = opts, .n_opts = sizeof opts / sizeof *opts, .run = run,
    .about = "Exit status 1: a text is unknown, unread, or holds more than its licence.\n"
             "Information, not legal advice.\n",
};
