// SPDX-License-Identifier: Apache-2.0
#include "scan/scan_show.h"

static const char *level_of(const struct scan_rule *r)
{
    return r->verdict == SCAN_UNSAFE ? "error" : r->verdict == SCAN_CLEAN ? "note" : "warning";
}

static void put_text(struct json_out *j, const char *key, const char *text)
{
    json_open(j, key, '{');
    json_string(j, "text", text);
    json_close(j, '}');
}

static void put_rules(struct json_out *j)
{
    json_open(j, "rules", '[');
    for (unsigned i = 0; i < SCAN_RULES; i++) {
        const struct scan_rule *r = scan_rule((enum scan_rule_id)i);
        json_open(j, NULL, '{');
        json_string(j, "id", r->word);
        put_text(j, "shortDescription", r->title);
        put_text(j, "help", r->todo);
        json_open(j, "defaultConfiguration", '{');
        json_string(j, "level", level_of(r));
        json_close(j, '}');
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* A path as a relative reference of RFC 3986: what is not unreserved is escaped, the slashes stay. */
static void put_uri(struct json_out *j, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    struct buf b;
    buf_init(&b, 1 << 20);
    for (const char *p = path; *p; p++)
        if (strchr(plain, *p))
            buf_char(&b, *p);
        else
            buf_fmt(&b, "%%%02X", (unsigned)(uint8_t)*p);
    json_string(j, "uri", buf_text(&b));
    buf_fini(&b);
}

static void put_location(struct json_out *j, const char *file, const struct scan_finding *f)
{
    json_open(j, "locations", '[');
    json_open(j, NULL, '{');
    json_open(j, "physicalLocation", '{');
    json_open(j, "artifactLocation", '{');
    put_uri(j, file);
    json_close(j, '}');
    if (strcmp(file, f->path) == 0) {           /* inside an archive the offset is not one of the file's */
        json_open(j, "region", '{');
        json_unsigned(j, "byteOffset", f->offset);
        json_close(j, '}');
    }
    json_close(j, '}');
    if (strcmp(file, f->path) != 0) {
        json_open(j, "logicalLocations", '[');
        json_open(j, NULL, '{');
        json_string(j, "fullyQualifiedName", f->path);
        json_close(j, '}');
        json_close(j, ']');
    }
    json_close(j, '}');
    json_close(j, ']');
}

static void put_result(struct json_out *j, const char *file, const struct scan_finding *f,
                       const struct baseline_entry *accepted)
{
    json_open(j, NULL, '{');
    json_string(j, "ruleId", f->rule->word);
    json_unsigned(j, "ruleIndex", (uint64_t)(f->rule - scan_rule(0)));
    json_string(j, "level", level_of(f->rule));
    put_text(j, "message", f->what);
    put_location(j, file, f);
    json_open(j, "properties", '{');
    json_string(j, "verdict", scan_verdict_name((enum scan_verdict)f->rule->verdict));
    json_unsigned(j, "offset", f->offset);
    json_string(j, "advisories", f->advisory[0] ? f->advisory : f->rule->advisories);
    json_close(j, '}');
    if (accepted) {
        json_open(j, "suppressions", '[');
        json_open(j, NULL, '{');
        json_string(j, "kind", "external");
        json_string(j, "justification", accepted->reason);
        json_close(j, '}');
        json_close(j, ']');
    }
    json_close(j, '}');
}

void show_sarif(const struct scan_view *v, struct buf *out)
{
    struct json_out j = { .b = out };
    json_open(&j, NULL, '{');
    json_string(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_string(&j, "version", "2.1.0");
    json_open(&j, "runs", '[');
    json_open(&j, NULL, '{');
    json_open(&j, "tool", '{');
    json_open(&j, "driver", '{');
    json_string(&j, "name", "assay");
    json_string(&j, "version", v->version);
    put_rules(&j);
    json_close(&j, '}');
    json_close(&j, '}');
    json_open(&j, "results", '[');
    for (size_t i = 0; i < v->scanned->n; i++) {
        const struct scan_result *r = &v->scanned->results[i];
        for (size_t k = 0; k < r->n_findings; k++)
            put_result(&j, v->scanned->files[i].shown, &r->findings[k],
                       baseline_find(v->baseline, v->scanned->sha256[i], &r->findings[k], v->today));
    }
    json_close(&j, ']');
    json_close(&j, '}');
    json_close(&j, ']');
    json_close(&j, '}');
    buf_char(out, '\n');
}
