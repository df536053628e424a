// SPDX-License-Identifier: Apache-2.0
#include "openness/mot_report.h"

int mot_report_read(const char *path, struct span raw, const struct mof_licenses *l, struct arena *a,
                    struct mot_report *out, struct err *e)
{
    struct mot_report r = { .path = path };
    int rc = mot_read(raw, a, &r.release, e);
    if (!rc) {
        mot_judge(&r.release, l, &r.judged);
        rc = mot_next(&r.judged, l, a, &r.next, e);
    }
    if (!rc) {
        struct mot_lint lint = { path, &r.release, l, &r.judged };
        rc = mot_lint(&lint, a, &r.findings, e);
    }
    if (!rc)
        *out = r;
    else
        (void)err_path(e, path);
    return rc;
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

static const char *or_null(const char *s)
{
    return *s ? s : NULL;
}

static void put_line(struct json_out *j, uint32_t line)
{
    if (line)
        json_unsigned(j, "line", line);
    else
        json_null(j, "line");
}

void mot_report_class(struct json_out *j, const char *key, const struct mof_result *r)
{
    json_open(j, key, '{');
    json_unsigned(j, "class", r->class);
    json_string(j, "label", mof_class_label(r->class));
    json_open(j, "progress", '{');
    json_number(j, "1", r->progress[1], -1);
    json_number(j, "2", r->progress[2], -1);
    json_number(j, "3", r->progress[3], -1);
    json_close(j, '}');
    json_close(j, '}');
}

static void put_release(struct json_out *j, const struct mot_release *r)
{
    json_open(j, "release", '{');
    for (unsigned f = 0; f < MOT_FIELDS; f++)
        json_string(j, mot_key((enum mot_field)f), or_null(r->fields[f].s));
    json_close(j, '}');
}

static void put_components(struct json_out *j, const struct mot_judged *judged)
{
    json_open(j, "components", '[');
    for (unsigned i = 0; i < MOF_PARTS; i++) {
        const struct mof_part_info *info = mof_part_info((enum mof_part)i);
        const struct mot_part *p = &judged->parts[i];
        json_open(j, NULL, '{');
        json_string(j, "id", info->id);
        json_string(j, "name", info->name);
        json_string(j, "type", mof_type_name(info->type));
        json_unsigned(j, "class", info->class);
        json_boolean(j, "required", info->required);
        json_string(j, "state", mof_state_name(p->state));
        json_string(j, "license", or_null(p->license));
        json_string(j, "license_source", mot_source_name(p->source));
        json_boolean(j, "open", p->open);
        json_boolean(j, "type_appropriate", p->type_appropriate);
        put_line(j, p->line);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_next(struct json_out *j, const struct mot_report *r)
{
    if (!r->next.class) {
        json_null(j, "next");
        return;
    }
    json_open(j, "next", '{');
    json_unsigned(j, "class", r->next.class);
    json_open(j, "gaps", '[');
    for (size_t i = 0; i < r->next.n_gaps; i++) {
        const struct mot_gap *g = &r->next.gaps[i];
        const struct mot_part *p = &r->judged.parts[g->part];
        json_open(j, NULL, '{');
        json_string(j, "id", mof_part_info(g->part)->id);
        json_string(j, "name", mof_part_info(g->part)->name);
        json_string(j, "state", mof_state_name(p->state));
        json_string(j, "license", or_null(p->license));
        put_line(j, p->line);
        json_string(j, "why", g->why);
        json_string(j, "fix", g->fix);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void put_findings(struct json_out *j, const struct mot_findings *f)
{
    json_open(j, "findings", '[');
    for (size_t i = 0; i < f->n; i++) {
        const struct mot_finding *one = &f->items[i];
        json_open(j, NULL, '{');
        json_string(j, "rule", mot_rule_word(one->rule));
        json_string(j, "severity", mot_severity_name(mot_rule_severity(one->rule)));
        json_string(j, "component", or_null(one->component));
        put_line(j, one->line);
        json_string(j, "text", one->text);
        json_string(j, "suggest", or_null(one->suggest));
        json_close(j, '}');
    }
    json_close(j, ']');
}

void mot_report_json(struct json_out *j, const char *key, const struct mot_report *r)
{
    json_open(j, key, '{');
    json_string(j, "path", r->path);
    mot_report_class(j, "mot", &r->judged.result);
    put_release(j, &r->release);
    json_boolean(j, "paper_stands_in_for_report", r->judged.paper_stands_in);
    put_components(j, &r->judged);
    put_next(j, r);
    put_findings(j, &r->findings);
    json_close(j, '}');
}
