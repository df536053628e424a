// SPDX-License-Identifier: Apache-2.0
#include "scan/scan_show.h"

/* Ids parted by blanks, of the rule and of the finding, as items of the open list. */
static void put_ids(struct json_out *j, const char *ids)
{
    while (*ids) {
        size_t n = strcspn(ids, " ");
        json_text(j, NULL, span_of(ids, n));
        ids += n;
        ids += strspn(ids, " ");
    }
}

static void put_finding(struct json_out *j, const struct scan_finding *f, const struct baseline_entry *accepted)
{
    json_open(j, NULL, '{');
    json_string(j, "rule", f->rule->word);
    json_string(j, "severity", scan_severity_name((enum scan_severity)f->rule->severity));
    json_string(j, "verdict", scan_verdict_name((enum scan_verdict)f->rule->verdict));
    json_string(j, "path", f->path);
    json_unsigned(j, "offset", f->offset);
    json_string(j, "what", f->what);
    json_string(j, "why", f->rule->title);
    json_string(j, "todo", f->rule->todo);
    json_open(j, "advisories", '[');
    put_ids(j, f->rule->advisories);
    put_ids(j, f->advisory);
    json_close(j, ']');
    if (accepted) {
        json_open(j, "accepted", '{');
        json_string(j, "by", accepted->by);
        json_string(j, "until", accepted->until);
        json_string(j, "reason", accepted->reason);
        json_close(j, '}');
    } else {
        json_null(j, "accepted");
    }
    json_close(j, '}');
}

void show_scan_file(struct json_out *j, const struct scan_view *v, size_t i)
{
    const struct scan_result *r = &v->scanned->results[i];
    const char *sha256 = v->scanned->sha256[i];
    json_open(j, NULL, '{');
    json_string(j, "path", v->scanned->files[i].shown);
    json_unsigned(j, "size", v->scanned->files[i].size_bytes);
    json_string(j, "sha256", sha256);
    json_string(j, "format", r->format[0] ? r->format : NULL);
    json_string(j, "verdict", scan_verdict_name(r->verdict));
    json_string(j, "verdict_without_accepted",
                scan_verdict_name(baseline_verdict(v->baseline, sha256, r, v->today)));
    json_unsigned(j, "n_found", r->n_found);
    json_open(j, "findings", '[');
    for (size_t k = 0; k < r->n_findings; k++)
        put_finding(j, &r->findings[k], baseline_find(v->baseline, sha256, &r->findings[k], v->today));
    json_close(j, ']');
    json_close(j, '}');
}

void show_scan(const struct scan_view *v, struct buf *out)
{
    struct json_out j = { .b = out };
    json_open(&j, NULL, '{');
    json_string(&j, "schema", "assay.scan/1");
    json_string(&j, "allow_list", v->allow->date);
    json_string(&j, "verdict", scan_verdict_name(v->scanned->verdict));
    json_boolean(&j, "truncated", v->scanned->truncated);
    json_open(&j, "files", '[');
    for (size_t i = 0; i < v->scanned->n; i++)
        show_scan_file(&j, v, i);
    json_close(&j, ']');
    json_close(&j, '}');
    buf_char(out, '\n');
}

/* The writer breaks lines between items only, and texts hold none, so taking line ends and indents out is safe. */
static void put_one_line(struct span s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\n') {
            buf_char(out, (char)s.p[i]);
            continue;
        }
        while (i + 1 < s.n && s.p[i + 1] == ' ')
            i++;
    }
    buf_char(out, '\n');
}

void show_scan_lines(const struct scan_view *v, struct buf *out)
{
    struct buf one;
    buf_init(&one, 64 << 20);
    for (size_t i = 0; i < v->scanned->n; i++) {
        struct json_out j = { .b = &one };
        buf_reset(&one);
        show_scan_file(&j, v, i);
        put_one_line(buf_view(&one), out);
    }
    if (one.error && !out->error)
        out->error = one.error;
    buf_fini(&one);
}
