// SPDX-License-Identifier: Apache-2.0
#include "scan/baseline.h"

#include "base/date.h"
#include "base/yaml.h"

enum { ENTRIES_MAX = 10000 };

static bool is_digest(const char *s)
{
    size_t n = strspn(s, "0123456789abcdef");
    return n == 64 && !s[n];
}

static bool is_rule(const char *s)
{
    for (unsigned i = 0; i < SCAN_RULES; i++)
        if (strcmp(scan_rule((enum scan_rule_id)i)->word, s) == 0)
            return true;
    return false;
}

static int read_entry(const struct val *map, struct baseline_entry *x, struct err *e)
{
    const struct { const char *key; const char **to; } keys[] = {
        { "sha256", &x->sha256 }, { "rule", &x->rule }, { "by", &x->by }, { "until", &x->until }, { "reason", &x->reason },
    };
    size_t n = sizeof keys / sizeof *keys;
    if (map->kind != VAL_MAP)
        return err_line(e, ERR_FORMAT, map->line, "an entry is a map of sha256, rule, by, until and reason");
    for (const struct val *v = map->first; v; v = v->next) {
        size_t i = 0;
        while (i < n && !span_is(v->key, keys[i].key))
            i++;
        if (i == n)
            return err_line(e, ERR_FORMAT, v->key_line, "unknown key \"%.*s\"", SPAN_ARG(v->key));
        *keys[i].to = val_str(v);
    }
    for (size_t i = 0; i < n; i++)
        if (!*keys[i].to || !**keys[i].to)
            return err_line(e, ERR_FORMAT, map->line, "an entry without \"%s\"", keys[i].key);
    if (!is_digest(x->sha256))
        return err_line(e, ERR_FORMAT, map->line, "\"%.80s\" is no SHA-256 in lower-case hexadecimal digits", x->sha256);
    if (!is_rule(x->rule))
        return err_line(e, ERR_FORMAT, map->line, "no rule is called \"%.80s\"", x->rule);
    return date_known(x->until) ? 0 : err_line(e, ERR_FORMAT, map->line, "\"%.40s\" is no day (YYYY-MM-DD)", x->until);
}

int baseline_parse(struct span yaml, struct arena *a, struct baseline *out, struct err *e)
{
    struct baseline b = { 0 };
    const struct val *root;
    int rc = yaml_parse(yaml, NULL, a, &root, e);
    if (rc)
        return rc;
    const struct val *list = val_get(root, "accepted");
    if (!list || list->kind != VAL_LIST || root->n != 1)
        return err_line(e, ERR_FORMAT, root ? root->line : 1, "a baseline is one list, \"accepted\"");
    if (list->n > ENTRIES_MAX)
        return err_line(e, ERR_LIMIT, list->line, "more than %d entries", ENTRIES_MAX);
    b.entries = arena_array(a, list->n, sizeof *b.entries);
    if (!b.entries)
        return err_memory(e);
    for (const struct val *v = list->first; v && !rc; v = v->next)
        rc = read_entry(v, &b.entries[b.n++], e);
    if (!rc)
        *out = b;
    return rc;
}

const struct baseline_entry *baseline_find(const struct baseline *b, const char *sha256, const struct scan_finding *f,
                                           const char *today)
{
    for (size_t i = 0; sha256 && i < b->n; i++)
        if (strcmp(b->entries[i].sha256, sha256) == 0 && strcmp(b->entries[i].rule, f->rule->word) == 0 &&
            strcmp(today, b->entries[i].until) <= 0)
            return &b->entries[i];
    return NULL;
}

enum scan_verdict baseline_verdict(const struct baseline *b, const char *sha256, const struct scan_result *r,
                                   const char *today)
{
    enum scan_verdict v = r->n_found > r->n_findings ? SCAN_INCOMPLETE : SCAN_CLEAN;
    for (size_t i = 0; i < r->n_findings; i++)
        if (!baseline_find(b, sha256, &r->findings[i], today) && (enum scan_verdict)r->findings[i].rule->verdict > v)
            v = (enum scan_verdict)r->findings[i].rule->verdict;
    return v;
}
