// SPDX-License-Identifier: Apache-2.0
#include "license/show.h"

/* ---- passages ------------------------------------------------------------------------ */

void show_span(struct json_out *j, const char *path, const struct identify_span *s)
{
    json_open(j, NULL, '{');
    json_string(j, "path", path);
    json_unsigned(j, "line_from", s->line_from);
    json_unsigned(j, "line_to", s->line_to);
    json_unsigned(j, "byte_from", s->byte_from);
    json_unsigned(j, "byte_to", s->byte_to);
    if (s->words[0])
        json_string(j, "words", s->words);
    if (s->cue[0])
        json_string(j, "suggests", s->cue);
    json_close(j, '}');
}

static void show_spans(struct json_out *j, const char *key, const char *path, const struct identify_span *s,
                       size_t n)
{
    json_open(j, key, '[');
    for (size_t i = 0; i < n; i++)
        show_span(j, path, &s[i]);
    json_close(j, ']');
}

/* ---- facts --------------------------------------------------------------------------- */

struct facts {
    enum right acts[ACT_COUNT], train_others;
    bool use_policy, shares_changes, passes_terms, osi, mof;
    char basis;
    size_t n;                   /* records seen */
};

static unsigned strictness(enum right r)
{
    static const unsigned char order[] = { [RIGHT_YES] = 0, [RIGHT_UNSAID] = 1, [RIGHT_CONDITIONAL] = 2,
                                           [RIGHT_NONCOMMERCIAL] = 3, [RIGHT_NO] = 4 };
    return order[r];
}

static void stricter(enum right *into, enum right r, bool first)
{
    if (first || strictness(r) > strictness(*into))
        *into = r;
}

static void add_facts(struct facts *f, const struct license_record *r)
{
    bool first = f->n++ == 0;
    for (unsigned a = 0; a < ACT_COUNT; a++)
        stricter(&f->acts[a], r->acts[a].is, first);
    stricter(&f->train_others, r->outputs.train_others, first);
    f->use_policy = f->use_policy || r->policy.present;
    for (size_t i = 0; i < r->n_duties; i++) {
        f->shares_changes = f->shares_changes || r->duties[i].kind == DUTY_SHARE_CHANGES;
        f->passes_terms = f->passes_terms || r->duties[i].kind == DUTY_PASS_TERMS_ON;
    }
    f->osi = r->osi && (first || f->osi);
    f->mof = r->mof && (first || f->mof);
    if (first || r->basis != 'V')
        f->basis = r->basis;
}

static void show_thresholds(struct json_out *j, const struct license_record *r)
{
    for (size_t i = 0; i < r->n_thresholds; i++) {
        const struct record_threshold *t = &r->thresholds[i];
        json_open(j, NULL, '{');
        json_string(j, "what", threshold_what_name(t->what));
        json_integer(j, "amount", t->amount);
        json_string(j, "currency", t->currency);
        json_string(j, "measured", threshold_measured_name(t->measured));
        json_string(j, "effect", threshold_effect_name(t->effect));
        json_string(j, "affiliates", right_name(t->affiliates));
        json_string(j, "exempt", t->exempt);
        json_close(j, '}');
    }
}

static void show_regions(struct json_out *j, const struct license_record *r)
{
    for (size_t i = 0; i < r->n_regions; i++) {
        json_open(j, NULL, '{');
        json_open(j, "exclude", '[');
        for (size_t k = 0; k < r->regions[i].exclude.n; k++)
            json_string(j, NULL, r->regions[i].exclude.items[k]);
        json_close(j, ']');
        json_string(j, "scope", r->regions[i].multimodal_only ? "multimodal" : "all");
        json_string(j, "source", r->regions[i].from_policy ? "policy" : "text");
        json_close(j, '}');
    }
}

static void show_words(struct json_out *j, const char *key, const struct record_texts *t)
{
    json_open(j, key, '[');
    for (size_t i = 0; i < t->n; i++)
        json_string(j, NULL, t->items[i]);
    json_close(j, ']');
}

static void show_fact_words(struct json_out *j, const struct facts *f)
{
    for (unsigned a = 0; a < ACT_COUNT; a++)
        json_string(j, act_name((enum license_act)a), right_name(f->acts[a]));
    json_string(j, "outputs_train_others", right_name(f->train_others));
    json_string(j, "use_policy", f->use_policy ? "yes" : "no");
    json_string(j, "share_changes", f->shares_changes ? "yes" : f->passes_terms ? "restrictions" : "no");
    json_string(j, "osi", f->osi ? "yes" : "no");
    json_string(j, "mof", f->mof ? "yes" : "no");
    char basis[2] = { f->basis, 0 };
    json_string(j, "basis", basis);
}

/* The record of an entry, or NULL when the catalogue has none: no failure. */
static int record_of(struct catalog *c, const char *id, const struct license_record **out, struct err *e)
{
    *out = NULL;
    int rc = catalog_find(c, id, out, e);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int show_facts(struct json_out *j, const struct identified *r, struct catalog *c, struct err *e)
{
    struct facts f = { 0 };
    const struct license_record *records[16];
    size_t n = 0;
    for (size_t i = 0; i < r->n_found; i++) {
        const struct license_record *record;
        int rc = record_of(c, r->found[i].entry->id, &record, e);
        if (rc)
            return rc;
        if (!record || record->kind == LICENSE_KIND_POLICY)
            continue;
        add_facts(&f, record);
        if (n < sizeof records / sizeof *records)
            records[n++] = record;
    }
    json_open(j, "facts", '{');
    if (f.n) {
        show_fact_words(j, &f);
        json_open(j, "thresholds", '[');
        for (size_t i = 0; i < n; i++)
            show_thresholds(j, records[i]);
        json_close(j, ']');
        json_open(j, "regions", '[');
        for (size_t i = 0; i < n; i++)
            show_regions(j, records[i]);
        json_close(j, ']');
        json_open(j, "duties", '[');
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < records[i]->n_duties; k++)
                json_string(j, NULL, duty_kind_name(records[i]->duties[k].kind));
        json_close(j, ']');
        show_words(j, "termination", &records[0]->termination);
    }
    json_close(j, '}');
    return 0;
}

/* ---- one identified file ------------------------------------------------------------- */

int show_version(struct catalog *c, const char *id, const char **version, struct err *e)
{
    const struct license_record *record;
    int rc = record_of(c, id, &record, e);
    *version = record ? record->version : "";
    return rc;
}

static void show_nearest(struct json_out *j, const char *path, const struct identified *r)
{
    json_open(j, "nearest", '[');
    for (size_t i = 0; i < r->n_nearest; i++) {
        const struct identify_near *n = &r->nearest[i];
        json_open(j, NULL, '{');
        json_string(j, "id", n->entry->id);
        json_string(j, "name", n->entry->name);
        json_number(j, "similarity", n->similarity, 3);
        json_unsigned(j, "missing_words", n->missing_words);
        show_spans(j, "differs", path, n->differs, n->n_differs);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static int show_found(struct json_out *j, const char *key, const char *path, const struct identify_found *f, size_t n,
                      const struct identified *r, struct catalog *c, struct err *e)
{
    json_open(j, key, '[');
    for (size_t i = 0; i < n; i++) {
        const char *version;
        int rc = show_version(c, f[i].entry->id, &version, e);
        if (rc)
            return rc;
        json_open(j, NULL, '{');
        json_string(j, "id", f[i].entry->id);
        json_string(j, "name", f[i].entry->name);
        json_string(j, "version", version);
        json_string(j, "kind", index_kind_name(f[i].entry->kind));
        json_string(j, "class", index_class_name(f[i].entry->class));
        json_string(j, "match", identify_match_name(f[i].match));
        json_open(j, "scope", '{');
        json_unsigned(j, "line_from", f[i].where.line_from);
        json_unsigned(j, "line_to", f[i].where.line_to);
        json_close(j, '}');
        if (i == 0)
            show_spans(j, "residue", path, r->residue, r->n_residue);
        json_close(j, '}');
    }
    json_close(j, ']');
    return 0;
}

int show_identified(struct json_out *j, const char *path, const struct identified *r, struct catalog *c,
                    struct err *e)
{
    json_open(j, NULL, '{');
    json_string(j, "path", path);
    json_string(j, "kind", identify_kind_name(r->kind));
    json_string(j, "class", index_class_name(r->class));
    json_string(j, "match", identify_match_name(r->match));
    json_unsigned(j, "head_lines", r->head_lines);
    int rc = show_found(j, "concluded", path, r->found, r->n_found, r, c, e);
    if (!rc)
        rc = show_found(j, "mentions", path, r->mentioned, r->n_mentioned, &(struct identified){ 0 }, c, e);
    if (rc)
        return rc;
    show_nearest(j, path, r);
    show_spans(j, "clauses", path, r->clauses, r->n_clauses);
    rc = show_facts(j, r, c, e);
    json_close(j, '}');
    return rc;
}

/* ---- one record ---------------------------------------------------------------------- */

static void show_duties(struct json_out *j, const struct license_record *r)
{
    json_open(j, "duties", '[');
    for (size_t i = 0; i < r->n_duties; i++) {
        json_open(j, NULL, '{');
        json_string(j, "kind", duty_kind_name(r->duties[i].kind));
        json_string(j, "when", duty_when_name(r->duties[i].when));
        json_string(j, "text", r->duties[i].text);
        json_close(j, '}');
    }
    json_close(j, ']');
}

void show_record(struct json_out *j, const char *key, const struct license_record *r)
{
    json_open(j, key, '{');
    json_string(j, "id", r->id);
    json_string(j, "name", r->name);
    json_string(j, "version", r->version);
    json_string(j, "date", r->date);
    json_string(j, "kind", r->kind == LICENSE_KIND_POLICY ? "policy" : "license");
    json_string(j, "class", index_class_name(r->class));
    show_words(j, "tags", &r->tags);
    show_words(j, "aliases", &r->aliases);
    struct facts f = { 0 };
    add_facts(&f, r);
    json_open(j, "facts", '{');
    show_fact_words(j, &f);
    json_open(j, "thresholds", '[');
    show_thresholds(j, r);
    json_close(j, ']');
    json_open(j, "regions", '[');
    show_regions(j, r);
    json_close(j, ']');
    show_words(j, "fields_forbidden", &r->fields);
    show_words(j, "termination", &r->termination);
    json_close(j, '}');
    show_duties(j, r);
    json_string(j, "law", r->law);
    json_string(j, "note", r->note);
    json_string(j, "source", r->source);
    json_string(j, "checked", r->checked);
    json_string(j, "sha256", r->sha256);
    json_close(j, '}');
}
