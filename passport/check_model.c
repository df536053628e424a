// SPDX-License-Identifier: Apache-2.0
#include "passport/check_model.h"

#include "base/machine.h"
#include "passport/check_int.h"
#include "store/digest.h"

unsigned check_depth(const char *path)
{
    unsigned depth = 0;
    for (; *path; path++)
        depth += *path == '/';
    return depth;
}

struct evidence *check_span(const struct gather_text *t, const struct identify_span *s, struct arena *a)
{
    const struct evidence *made = evidence_of(a, t->file->path, t->raw, s->byte_from, s->byte_to, true);
    struct evidence *ev = made ? arena_alloc(a, sizeof *ev) : NULL;
    if (!ev)
        return NULL;
    *ev = *made;
    ev->line_from = s->line_from;
    ev->line_to = s->line_to;
    return ev;
}

/* ---- conflicts ----------------------------------------------------------------------- */

/* One row per text found, and one per text that is near or unknown. */
static int conflict_rows(struct check *c, struct arena *a, struct concluded **out, size_t *n, struct err *e)
{
    const struct gather *g = &c->gather;
    size_t max = c->n_concluded + g->n_texts;
    struct concluded *rows = arena_array(a, max, sizeof *rows);
    if (!rows)
        return err_memory(e);
    *n = 0;
    for (size_t i = 0; i < c->n_concluded; i++) {
        const struct check_concluded *k = &c->concluded[i];
        const struct gather_text *t = k->text;
        rows[(*n)++] = (struct concluded){ .id = k->found->entry->id, .record = k->record, .entry = k->found->entry,
            .match = t->is.match, .kind = t->is.kind, .scope = t->file->scope ? 1u << t->file->scope : SCOPE_UNSAID,
            .path = t->file->path, .evidence = k->evidence, .rider = k->n_residue ? k->residue[0] : NULL,
            .nested = check_depth(t->file->path) > 0 };
    }
    for (size_t i = 0; i < g->n_texts; i++) {
        const struct gather_text *t = &g->texts[i];
        if (t->is.n_found || t->is.kind != TEXT_IS_LICENSE)
            continue;
        const struct evidence *ev = evidence_of(a, t->file->path, t->raw, 0, t->raw.n, true);
        if (!ev)
            return err_memory(e);
        rows[(*n)++] = (struct concluded){ .id = "", .match = t->is.match, .kind = t->is.kind,
            .scope = t->file->scope ? 1u << t->file->scope : SCOPE_UNSAID, .path = t->file->path, .evidence = ev,
            .nested = check_depth(t->file->path) > 0 };
    }
    *out = rows;
    return 0;
}

static int find_conflicts(struct check *c, struct arena *a, struct err *e)
{
    const struct gather *g = &c->gather;
    struct concluded *rows = NULL;
    struct conflict_input in = { .declared = g->declared.items, .n_declared = g->declared.n,
                                 .bases = g->bases.items, .n_bases = g->bases.n,
                                 .license_unread = g->license_unread, .policy_unread = g->policy_unread };
    int rc = conflict_rows(c, a, &rows, &in.n_concluded, e);
    if (rc)
        return rc;
    in.concluded = rows;
    if (!c->model.main_file) {
        const char **files = arena_array(a, c->model.n_files, sizeof *files);
        if (!files)
            return err_memory(e);
        for (size_t i = 0; i < c->model.n_files; i++)
            files[in.n_files++] = c->model.files[i].path;
        in.files = files;
    }
    return conflict_find(&in, a, &c->conflicts, e);
}

/* ---- verdict and policy -------------------------------------------------------------- */

struct finder { const struct check *c; struct arena *a; };

/* Where the term's own text says so. */
static const struct evidence *find_anchor(void *ud, const struct verdict_term *term, const char *anchor)
{
    const struct finder *f = ud;
    uint64_t from, to;
    if (!anchor[0] || !term->evidence || (term->known != TERM_EXACT && term->known != TERM_RESIDUE))
        return NULL;
    struct span raw = gather_bytes(&f->c->gather, term->evidence->path);
    if (!raw.p || !anchor_find(raw, anchor, &from, &to))
        return NULL;
    return evidence_of(f->a, term->evidence->path, raw, from, to, true);
}

static int decide(struct check *c, struct arena *a, struct err *e)
{
    struct finder f = { c, a };
    struct verdict_input in = { .use = &c->use, .terms = c->terms, .n_terms = c->n_terms,
                                .questions = c->questions, .n_questions = c->n_questions,
                                .find = find_anchor, .ud = &f };
    return verdict_decide(&in, a, &c->verdict, e);
}

static int judge_policy(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    if (!opt->policy)
        return 0;
    struct policy_facts facts = { .model_name = c->model.name, .today = opt->today, .answer = c->verdict.answer };
    const char **digests = arena_array(a, c->model.n_files, sizeof *digests);
    struct policy_license *licenses = arena_array(a, c->n_terms, sizeof *licenses);
    if (!digests || !licenses)
        return err_memory(e);
    for (size_t i = 0; i < c->model.n_files; i++)
        if (c->model.files[i].sha256)
            digests[facts.n_sha256++] = c->model.files[i].sha256;
    for (size_t i = 0; i < c->n_terms; i++) {
        const struct verdict_term *t = &c->terms[i];
        if (t->record && t->record->kind == LICENSE_KIND_POLICY)
            continue;
        licenses[facts.n_licenses++] = (struct policy_license){ t->record ? t->record->id : t->id,
            t->record ? t->record->class : CLASS_UNKNOWN, t->scope };
        facts.has_license_text = facts.has_license_text || t->known == TERM_EXACT || t->known == TERM_RESIDUE;
    }
    facts.sha256 = digests;
    facts.licenses = licenses;
    for (size_t i = 0; i < c->conflicts.n; i++)
        facts.has_conflicts = facts.has_conflicts || !c->conflicts.items[i].gap;
    for (size_t i = 0; i < c->gather.bases.n; i++)
        facts.has_unknown_bases = facts.has_unknown_bases || !c->gather.bases.items[i].known;
    c->has_policy = true;
    return policy_judge(opt->policy, &facts, a, &c->policy, e);
}

/* ---- the whole ----------------------------------------------------------------------- */

static int get_machine(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    struct cpu cpu;
    struct machine *m = arena_alloc(a, sizeof *m);
    if (!m)
        return err_memory(e);
    cpu_read(&cpu);
    c->machine = m;
    return machine_get(machine_dir(a), &cpu, opt->today ? opt->today : "", false, a, m, e);
}

int check_hash(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    return opt->no_hash ? 0 : digest_start(&c->model, DIGEST_STOP, a, opt->tick, opt->ud, &c->hashing, e);
}

int check_begin(const char *ref, const struct check_options *opt, bool hold, struct arena *a, struct check *out,
                struct err *e)
{
    struct check *c = out;
    *c = (struct check){ .use = *opt->use };
    claim_set_init(&c->claims, a);
    int rc = model_open(ref, a, &c->model, e);
    if (!rc)
        rc = hold ? model_hold(&c->model, a, e) : check_hash(c, opt, a, e);
    if (!rc)
        rc = check_scan_run(c, opt, a, e);
    if (!rc && opt->machine)
        rc = get_machine(c, opt, a, e);
    return rc;
}

int check_late(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    int rc = c->hashing ? digest_wait(c->hashing, a, e) : 0;
    return rc ? rc : signoff_fetch(opt->signoffs, &c->model, a, &c->signed_files, e);
}

/* What is read: the model's files. Their digests come last, for they take longest. */
static int read_all(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    int rc = catalog_open(&c->catalog, a, e);
    if (!rc)
        rc = index_open(index_builtin(), a, &c->index, e);
    if (!rc)
        rc = gather_model(&c->gather, &c->model, &c->catalog, &c->index, a, e);
    if (!rc)
        rc = check_conclude(c, a, e);
    if (!rc)
        rc = find_conflicts(c, a, e);
    if (!rc)
        rc = opt->late ? opt->late(opt->late_ud, c, a, e) : check_late(c, opt, a, e);
    return rc;
}

/* What follows from the licence. */
static int judge_license(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    int rc = check_terms(c, a, e);
    if (!rc)
        rc = decide(c, a, e);
    if (!rc)
        rc = judge_policy(c, opt, a, e);
    return rc ? rc : check_claims(c, a, e);
}

int check_judge(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    int rc = read_all(c, opt, a, e);
    if (!rc)
        rc = judge_license(c, opt, a, e);
    if (!rc)
        rc = check_card(c, a, e);
    if (!rc)
        rc = check_openness(c, a, e);
    if (!rc)
        rc = check_need(c, opt, a, e);
    if (!rc)
        rc = check_trust(c, a, e);
    if (!rc)
        rc = check_scan_claims(c, a, e);
    if (!rc)
        rc = signoff_read(&c->signed_files, opt->today, a, &c->signoffs, e);
    return rc ? rc : check_checklist(c, a, e);
}

int check_model(const char *ref, const struct check_options *opt, struct arena *a, struct check *out,
                struct err *e)
{
    int rc = check_begin(ref, opt, false, a, out, e);
    return rc ? rc : check_judge(out, opt, a, e);
}

void check_fini(struct check *c)
{
    if (!c)
        return;
    digest_stop(c->hashing);
    c->hashing = NULL;
    gather_fini(&c->gather);
    model_release(&c->model);
}
