// SPDX-License-Identifier: Apache-2.0
#include "passport/check_int.h"
#include "scan/allow.h"
#include "scan/repository.h"

enum { CLAIMS_MAX = 50, EVIDENCE_MAX = 20 };

int check_scan_run(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    const struct model *m = &c->model;
    struct allow *allow = arena_alloc(a, sizeof *allow);
    struct scan_file *files = arena_array(a, m->n_files, sizeof *files);
    if (!allow || !files || !(c->scan.results = arena_array(a, m->n_files, sizeof *c->scan.results)))
        return err_memory(e);
    if (opt->no_scan)
        return 0;
    int rc = allow_open(SPAN_NONE, a, allow, e);
    for (size_t i = 0; i < m->n_files && !rc; i++) {
        const struct model_file *f = &m->files[i];
        files[i] = (struct scan_file){ model_path(m, f->path, a), f->path, f->size_bytes, 0, f->escapes };
        if (!files[i].path)
            rc = err_memory(e);
    }
    const struct scan_options how = { .allow = allow, .no_sandbox = opt->no_sandbox };
    if (!rc)
        rc = scan_pool(files, m->n_files, &how, a, c->scan.results, e);
    if (!rc)
        rc = repository_judge(files, m->n_files, c->scan.results, a, e);
    if (rc)
        return rc;
    c->scan.done = true;
    c->scan.list_date = allow->date;
    c->scan.verdict = m->truncated || !m->n_files ? SCAN_INCOMPLETE : SCAN_CLEAN;
    for (size_t i = 0; i < m->n_files; i++) {
        enum scan_verdict v = c->scan.results[i].verdict;
        c->scan.n_of[v]++;
        c->scan.verdict = v > c->scan.verdict ? v : c->scan.verdict;
    }
    return 0;
}

/* A whole file as evidence: its digest is known already. NULL: it was not computed, or memory is out. */
static const struct evidence *whole_file(const struct model_file *f, struct arena *a)
{
    struct evidence *ev = f->sha256 ? arena_alloc(a, sizeof *ev) : NULL;
    if (ev)
        *ev = (struct evidence){ .path = f->path, .byte_to = f->size_bytes, .sha256 = f->sha256, .revision = "" };
    return ev;
}

static int add(struct check *c, const char *subject, const char *value, const struct evidence *const *ev, size_t n,
               const struct claim **out, struct err *e)
{
    return claim_add(&c->claims, subject, value, n ? CLAIM_CONCLUDED : CLAIM_UNKNOWN,
                     n ? "every file read in a sandbox, against a list of what is harmless"
                       : "read in a sandbox; no digest was computed to hold it against", n ? 1.0 : 0, ev, n, out, e);
}

/* One claim for each file that is not clean, up to a number; the claim of the whole says how many there are. */
static int claim_files(struct check *c, struct arena *a, struct err *e)
{
    int rc = 0;
    size_t n = 0;
    for (size_t i = 0; i < c->model.n_files && n < CLAIMS_MAX && !rc; i++) {
        const struct scan_result *r = &c->scan.results[i];
        const struct scan_finding *f = scan_worst(r);
        if (!f)
            continue;
        const struct evidence *ev = whole_file(&c->model.files[i], a);
        const char *value = arena_fmt(a, "%s: %s at byte %llu: %s", scan_verdict_name(r->verdict), f->rule->word,
                                      (unsigned long long)f->offset, f->what);
        rc = value ? add(c, "scan.file", value, &ev, ev != NULL, NULL, e) : err_memory(e);
        n++;
    }
    return rc;
}

int check_scan_claims(struct check *c, struct arena *a, struct err *e)
{
    const struct evidence *ev[EVIDENCE_MAX];
    size_t n = 0;
    if (!c->scan.done)
        return claim_add(&c->claims, "scan", "not scanned", CLAIM_UNKNOWN, "the scan was switched off", 0, NULL, 0,
                         &c->scan.claim, e);
    for (size_t i = 0; i < c->model.n_files && n < EVIDENCE_MAX; i++)
        if (c->scan.results[i].verdict == c->scan.verdict && (ev[n] = whole_file(&c->model.files[i], a)))
            n++;
    const char *value = arena_fmt(a, "%s: %zu files, %zu of them clean", scan_verdict_name(c->scan.verdict),
                                  c->model.n_files, c->scan.n_of[SCAN_CLEAN]);
    int rc = value ? add(c, "scan", value, ev, n, &c->scan.claim, e) : err_memory(e);
    return rc ? rc : claim_files(c, a, e);
}
