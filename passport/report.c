// SPDX-License-Identifier: Apache-2.0
#include "passport/report.h"

#include "base/json.h"
#include "license/show.h"
#include "passport/report_int.h"

void report_evidence(struct json_out *j, const struct check *c, const char *key, const struct evidence *ev)
{
    if (!ev) {
        json_null(j, key);
        return;
    }
    json_open(j, key, '{');
    json_string(j, "path", ev->path);
    json_unsigned(j, "line_from", ev->line_from);
    json_unsigned(j, "line_to", ev->line_to);
    json_unsigned(j, "byte_from", ev->byte_from);
    json_unsigned(j, "byte_to", ev->byte_to);
    json_string(j, "sha256", ev->sha256);
    bool own = strncmp(ev->path, "catalogue:", 10) != 0;
    json_string(j, "revision", own ? c->model.revision : ev->revision);
    json_close(j, '}');
}

void report_all_evidence(struct json_out *j, const struct check *c, const struct evidence *const *ev, size_t n)
{
    json_open(j, "evidence", '[');
    for (size_t i = 0; i < n; i++)
        report_evidence(j, c, NULL, ev[i]);
    json_close(j, ']');
}

static void put_basis(struct json_out *j, char basis)
{
    char word[2] = { basis, 0 };
    json_string(j, "basis", word);
}

static void put_model(struct json_out *j, const struct check *c)
{
    json_open(j, "model", '{');
    json_string(j, "ref", c->model.ref);
    json_string(j, "name", c->model.name);
    json_string(j, "revision", c->model.revision);
    json_string(j, "architecture", c->gather.architecture);
    json_boolean(j, "truncated", c->model.truncated);
    json_open(j, "files", '[');
    for (size_t i = 0; i < c->model.n_files; i++) {
        const struct model_file *f = &c->model.files[i];
        json_open(j, NULL, '{');
        json_string(j, "path", f->path);
        json_unsigned(j, "size", f->size_bytes);
        json_string(j, "sha256", f->sha256);
        json_string(j, "role", snapshot_role_name(f->role));
        json_close(j, '}');
    }
    json_close(j, ']');
    json_open(j, "unread", '[');
    for (size_t i = 0; i < c->gather.n_unread; i++) {
        json_open(j, NULL, '{');
        json_string(j, "path", c->gather.unread[i].path);
        json_string(j, "why", c->gather.unread[i].why);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void put_declared(struct json_out *j, const struct check *c, struct arena *a)
{
    json_open(j, "declared", '[');
    for (size_t i = 0; i < c->gather.declared.n; i++) {
        const struct declared *d = &c->gather.declared.items[i];
        const char *scope = scope_words(d->scope, a);
        json_open(j, NULL, '{');
        json_string(j, "id", d->id[0] ? d->id : NULL);
        json_string(j, "raw", d->raw);
        json_string(j, "state", declared_state_name(d->state));
        json_string(j, "method", d->method);
        json_string(j, "scope", scope && scope[0] ? scope : "unsaid");
        json_number(j, "confidence", d->confidence, 2);
        report_evidence(j, c, "evidence", d->evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static int put_concluded(struct json_out *j, struct check *c, struct err *e)
{
    json_open(j, "concluded", '[');
    for (size_t i = 0; i < c->n_concluded; i++) {
        const struct check_concluded *k = &c->concluded[i];
        const char *version;
        int rc = show_version(&c->catalog, k->found->entry->id, &version, e);
        if (rc)
            return rc;
        json_open(j, NULL, '{');
        json_string(j, "id", k->found->entry->id);
        json_string(j, "name", k->found->entry->name);
        json_string(j, "version", version);
        json_string(j, "kind", index_kind_name(k->found->entry->kind));
        json_string(j, "class", index_class_name(k->text->is.class));
        json_string(j, "match", k->n_residue ? "residue" : "exact");
        json_string(j, "scope", k->scope);
        json_boolean(j, "binds", k->is_term);
        json_open(j, "residue", '[');
        for (size_t r = 0; r < k->n_residue; r++)
            show_span(j, k->text->file->path, &k->text->is.residue[r]);
        json_close(j, ']');
        report_evidence(j, c, "evidence", k->evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
    return 0;
}

/* Texts that are no known licence, with the nearest and the lines that differ. */
static int put_texts(struct json_out *j, struct check *c, struct err *e)
{
    int rc = 0;
    json_open(j, "texts", '[');
    for (size_t i = 0; i < c->gather.n_texts && !rc; i++)
        rc = show_identified(j, c->gather.texts[i].file->path, &c->gather.texts[i].is, &c->catalog, e);
    json_close(j, ']');
    return rc;
}

static void put_side(struct json_out *j, const struct check *c, const char *key, const struct conflict_side *s)
{
    json_open(j, key, '{');
    json_string(j, "value", s->value);
    report_evidence(j, c, "evidence", s->evidence);
    json_close(j, '}');
}

static void put_conflicts(struct json_out *j, const struct check *c)
{
    json_open(j, "conflicts", '[');
    for (size_t i = 0; i < c->conflicts.n; i++) {
        const struct conflict *k = &c->conflicts.items[i];
        json_open(j, NULL, '{');
        json_string(j, "kind", k->word);
        json_boolean(j, "gap", k->gap);
        put_side(j, c, "a", &k->a);
        put_side(j, c, "b", &k->b);
        json_string(j, "why", k->why);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static int put_bases(struct json_out *j, const struct check *c, struct arena *a, struct err *e)
{
    json_open(j, "bases", '[');
    for (size_t i = 0; i < c->gather.bases.n; i++) {
        const struct base *b = &c->gather.bases.items[i];
        size_t n = 0;
        const char *const *words = drop_words(c->conflicts.base_drops ? c->conflicts.base_drops[i] : 0, a, &n);
        if (!words)
            return err_memory(e);
        json_open(j, NULL, '{');
        json_string(j, "name", b->name);
        json_string(j, "license", b->license[0] ? b->license : NULL);
        json_string(j, "relation", base_relation_name(b->relation));
        json_open(j, "drops", '[');
        for (size_t k = 0; k < n; k++)
            json_string(j, NULL, words[k]);
        json_close(j, ']');
        json_string(j, "how", base_how_name(b->how));
        json_boolean(j, "known", b->known);
        json_string(j, "family", b->family);
        put_basis(j, b->basis);
        json_string(j, "note", b->note);
        report_evidence(j, c, "evidence", b->evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
    return 0;
}

static void put_datasets(struct json_out *j, const struct check *c)
{
    json_open(j, "datasets", '[');
    for (size_t i = 0; i < c->gather.datasets.n; i++) {
        const struct dataset *d = &c->gather.datasets.items[i];
        json_open(j, NULL, '{');
        json_string(j, "name", d->name);
        json_boolean(j, "known", d->known);
        json_string(j, "title", d->title);
        json_string(j, "license", d->license);
        json_string(j, "commercial", d->known ? right_name(d->commercial) : "unknown");
        put_basis(j, d->basis);
        json_string(j, "note", d->note);
        report_evidence(j, c, "evidence", d->evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_reasons(struct json_out *j, const struct check *c)
{
    const struct verdict *v = &c->verdict;
    json_open(j, "reasons", '[');
    for (size_t i = 0; i < v->n_reasons; i++) {
        const struct verdict_reason *r = &v->reasons[i];
        json_open(j, NULL, '{');
        json_string(j, "text", r->text);
        json_string(j, "answer", answer_name(r->answer));
        json_string(j, "license", r->record_id);
        json_string(j, "scope", r->scope);
        json_string(j, "fact", r->fact);
        put_basis(j, r->basis);
        report_all_evidence(j, c, r->evidence, r->n_evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_duties(struct json_out *j, const struct check *c)
{
    const struct verdict *v = &c->verdict;
    json_open(j, "duties", '[');
    for (size_t i = 0; i < v->n_duties; i++) {
        const struct verdict_duty *d = &v->duties[i];
        json_open(j, NULL, '{');
        json_string(j, "kind", duty_kind_name(d->kind));
        json_string(j, "when", duty_when_name(d->when));
        json_boolean(j, "conditional", d->conditional);
        json_string(j, "text", d->text);
        json_string(j, "license", d->record_id);
        json_string(j, "scope", d->scope);
        put_basis(j, d->basis);
        report_all_evidence(j, c, d->evidence, d->n_evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_verdict(struct json_out *j, const struct check *c)
{
    const struct verdict *v = &c->verdict;
    json_open(j, "verdict", '{');
    use_write(&c->use, j, "use");
    json_string(j, "answer", answer_name(v->answer));
    put_reasons(j, c);
    put_duties(j, c);
    json_open(j, "unknowns", '[');
    for (size_t i = 0; i < v->n_unknowns; i++) {
        json_open(j, NULL, '{');
        json_string(j, "key", v->unknowns[i].key);
        json_string(j, "why", v->unknowns[i].why);
        json_string(j, "license", v->unknowns[i].record_id);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_string(j, "note", "information, not legal advice");
    json_close(j, '}');
}

static void put_policy(struct json_out *j, const struct check *c)
{
    if (!c->has_policy)
        return;
    json_open(j, "policy", '{');
    json_boolean(j, "allowed", c->policy.n == 0);
    json_open(j, "breaches", '[');
    for (size_t i = 0; i < c->policy.n; i++) {
        json_open(j, NULL, '{');
        json_string(j, "text", c->policy.breaches[i].text);
        json_unsigned(j, "line", c->policy.breaches[i].line);
        json_close(j, '}');
    }
    json_close(j, ']');
    if (c->policy.exception) {
        json_open(j, "exception", '{');
        json_string(j, "until", c->policy.exception->until);
        json_string(j, "by", c->policy.exception->by);
        json_string(j, "reason", c->policy.exception->reason);
        json_close(j, '}');
    }
    json_close(j, '}');
}

static void put_claims(struct json_out *j, const struct check *c)
{
    const struct claim_set *set = &c->claims;
    json_open(j, "claims", '[');
    for (size_t i = 0; i < set->n; i++) {
        const struct claim *k = set->items[i];
        json_open(j, NULL, '{');
        json_string(j, "id", k->id);
        json_string(j, "subject", k->subject);
        json_string(j, "value", k->value);
        json_string(j, "status", claim_status_name(k->status));
        json_string(j, "method", k->method);
        json_number(j, "confidence", k->confidence, 2);
        report_all_evidence(j, c, k->evidence, k->n_evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
}

int report_json(struct check *c, struct buf *out, struct err *e)
{
    struct json_out j = { .b = out };
    struct arena *a = c->claims.a;
    json_open(&j, NULL, '{');
    json_string(&j, "schema", "assay.check/1");
    json_string(&j, "catalogue", catalog_date(&c->catalog));
    put_model(&j, c);
    json_open(&j, "license", '{');
    put_declared(&j, c, a);
    int rc = put_concluded(&j, c, e);
    if (!rc)
        rc = put_texts(&j, c, e);
    if (rc)
        return rc;
    put_conflicts(&j, c);
    rc = put_bases(&j, c, a, e);
    put_datasets(&j, c);
    json_close(&j, '}');
    report_openness(&j, c);
    put_verdict(&j, c);
    put_policy(&j, c);
    report_need(&j, c);
    report_card(&j, c);
    report_scan(&j, c);
    report_checklist(&j, c);
    put_claims(&j, c);
    json_close(&j, '}');
    buf_char(out, '\n');
    if (rc)
        return rc;
    return out->error ? err_plain(e, out->error, "the report does not fit into memory") : 0;
}
