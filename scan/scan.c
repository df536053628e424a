// SPDX-License-Identifier: Apache-2.0
#include "scan/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

enum { WHAT_BYTES = 400 };

static const struct scan_rule rules[SCAN_RULES] = {
#define X(id, word, verdict, severity, title, todo, advisories) \
    [id] = { word, SCAN_##verdict, SEVERITY_##severity, title, todo, advisories },
    SCAN_RULE_MAP(X)
#undef X
};

const struct scan_rule *scan_rule(enum scan_rule_id id)
{
    return &rules[id];
}

const char *scan_verdict_name(enum scan_verdict v)
{
    static const char *const names[] = { "CLEAN", "REVIEW", "CARRIES-PAYLOAD", "INCOMPLETE", "UNSAFE" };
    return names[v];
}

const char *scan_severity_name(enum scan_severity s)
{
    static const char *const names[] = { "info", "low", "medium", "high", "critical" };
    return names[s];
}

void scan_init(struct scan *s, const struct allow *allow, struct arena *a)
{
    *s = (struct scan){ .a = a, .allow = allow, .format = "" };
}

int scan_find(struct scan *s, const struct scan_node *n, enum scan_rule_id rule, uint64_t offset, struct err *e,
              const char *fmt, ...)
{
    const struct scan_rule *r = &rules[rule];
    char what[WHAT_BYTES];
    va_list ap;
    bool worse = (enum scan_verdict)r->verdict > s->verdict;
    s->n_found++;
    if (worse)
        s->verdict = (enum scan_verdict)r->verdict;
    if (s->n_findings >= SCAN_FINDINGS_MAX && worse)
        s->n_findings--;                /* what decides is always kept */
    if (s->n_findings >= SCAN_FINDINGS_MAX)
        return 0;
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    void *items = s->findings;
    const char *copy = arena_str(s->a, what), *path = arena_str(s->a, n->path);
    if (!copy || !path || arena_grow(s->a, &items, &s->cap_findings, s->n_findings, sizeof *s->findings))
        return err_memory(e);
    s->findings = items;
    s->findings[s->n_findings++] = (struct scan_finding){ r, path, offset, copy, "" };
    return 0;
}

bool scan_called(const struct scan_node *n, const char *ends)
{
    size_t m = strlen(n->name);
    for (const char *p = ends; *p;) {
        size_t k = strcspn(p, " ");
        if (m > k && strncasecmp(n->name + m - k, p, k) == 0)
            return true;
        p += k + (p[k] == ' ');
    }
    return false;
}

const struct scan_format *scan_format_of(const struct scan_node *n)
{
    const struct scan_format *best = NULL;
    unsigned sure = 0;
    for (const struct scan_format *const *f = scan_formats; *f; f++) {
        unsigned now = (*f)->sniff(n);
        if (now > sure) {
            sure = now;
            best = *f;
        }
    }
    return best;
}

int scan_bytes(struct scan *s, const struct scan_node *n, struct err *e)
{
    const struct scan_format *f = scan_format_of(n);
    if (n->depth == 0) {
        s->format = f ? f->name : "unknown";
        s->file_bytes = n->in.n;
    }
    return f ? f->run(s, n, e) : scan_find(s, n, RULE_UNKNOWN_FORMAT, 0, e, "no reader knows these bytes");
}

/* The node for something inside; NULL when it is too deep, one too many, or memory is out: *rc tells. */
static const struct scan_node *inner_node(struct scan *s, const struct scan_node *outer, struct span in, const char *name,
                                          int *rc, struct err *e)
{
    if (s->too_many)
        return NULL;                    /* said once */
    s->too_many = s->n_nodes >= SCAN_NODES_MAX;
    if (outer->depth + 1 > SCAN_DEPTH_MAX || s->too_many) {
        *rc = scan_find(s, outer, RULE_TOO_DEEP, 0, e, "\"%.100s\" lies deeper than is followed, or is one too many", name);
        return NULL;
    }
    s->n_nodes++;
    struct scan_node *inner = arena_alloc(s->a, sizeof *inner);
    const char *path = arena_fmt(s->a, "%s!%s", outer->path, name);
    if (!inner || !path) {
        *rc = err_memory(e);
        return NULL;
    }
    *inner = (struct scan_node){ in, path, name, outer->depth + 1 };
    return inner;
}

int scan_inside(struct scan *s, const struct scan_node *outer, struct span in, const char *name, struct err *e)
{
    int rc = 0;
    const struct scan_node *n = inner_node(s, outer, in, name, &rc, e);
    return n ? scan_bytes(s, n, e) : rc;
}

int scan_inside_as(struct scan *s, const struct scan_node *outer, struct span in, const char *name, const char *format,
                   struct err *e)
{
    int rc = 0;
    const struct scan_node *n = inner_node(s, outer, in, name, &rc, e);
    if (!n)
        return rc;
    for (const struct scan_format *const *f = scan_formats; *f; f++)
        if (strcmp((*f)->name, format) == 0)
            return (*f)->run(s, n, e);
    return scan_find(s, n, RULE_UNKNOWN_FORMAT, 0, e, "a %s; no reader judges it yet", format);
}

int scan_template_inside(struct scan *s, const struct scan_node *outer, struct span in, const char *name, struct err *e)
{
    return scan_inside_as(s, outer, in, name, "template", e);
}
