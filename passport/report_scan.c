// SPDX-License-Identifier: Apache-2.0
#include "passport/report_int.h"

static void put_finding(struct json_out *j, const struct scan_finding *f)
{
    json_open(j, NULL, '{');
    json_string(j, "rule", f->rule->word);
    json_string(j, "severity", scan_severity_name((enum scan_severity)f->rule->severity));
    json_string(j, "in", f->path);
    json_unsigned(j, "offset", f->offset);
    json_string(j, "what", f->what);
    json_string(j, "todo", f->rule->todo);
    json_string(j, "advisories", f->advisory[0] ? f->advisory : f->rule->advisories);
    json_close(j, '}');
}

void report_scan(struct json_out *j, const struct check *c)
{
    json_open(j, "scan", '{');
    json_boolean(j, "done", c->scan.done);
    json_string(j, "verdict", c->scan.done ? scan_verdict_name(c->scan.verdict) : NULL);
    json_string(j, "allow_list", c->scan.list_date);
    json_string(j, "claim", c->scan.claim ? c->scan.claim->id : NULL);
    json_open(j, "files", '[');
    for (size_t i = 0; i < c->model.n_files && c->scan.done; i++) {
        const struct scan_result *r = &c->scan.results[i];
        json_open(j, NULL, '{');
        json_string(j, "path", c->model.files[i].path);
        json_string(j, "format", r->format[0] ? r->format : NULL);
        json_string(j, "verdict", scan_verdict_name(r->verdict));
        json_unsigned(j, "n_found", r->n_found);
        json_open(j, "findings", '[');
        for (size_t k = 0; k < r->n_findings; k++)
            put_finding(j, &r->findings[k]);
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}
