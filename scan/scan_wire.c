// SPDX-License-Identifier: Apache-2.0
#include "scan/scan_wire.h"

#include "scan/refs.h"

enum { TEXT_MAX_BYTES = 1 << 16 };

static void put_number(struct buf *b, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_char(b, (char)(v >> 8 * i));
}

static void put_text(struct buf *b, const char *s)
{
    size_t n = strlen(s);
    n = n > TEXT_MAX_BYTES ? TEXT_MAX_BYTES : n;
    put_number(b, n, 4);
    buf_add(b, s, n);
}

void wire_put(const struct scan *s, struct buf *out)
{
    put_number(out, s->n_found, 8);
    put_text(out, s->format);
    put_number(out, s->n_findings, 4);
    for (size_t i = 0; i < s->n_findings; i++) {
        const struct scan_finding *f = &s->findings[i];
        put_number(out, (uint64_t)(f->rule - scan_rule(0)), 2);
        put_number(out, f->offset, 8);
        put_text(out, f->path);
        put_text(out, f->what);
        put_text(out, f->advisory);
    }
    put_number(out, s->n_refs, 4);
    for (size_t i = 0; i < s->n_refs; i++) {
        const struct scan_ref *r = &s->refs[i];
        put_number(out, r->kind, 1);
        put_text(out, r->target);
        put_text(out, r->how);
        put_number(out, r->at, 8);
        put_number(out, r->line, 8);
        put_number(out, r->bytes, 8);
    }
}

struct wire { struct span left; bool wrong; int rc; struct arena *a; };

static uint64_t get_number(struct wire *w, unsigned bytes)
{
    uint64_t v = 0;
    if (w->left.n < bytes) {
        w->wrong = true;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)w->left.p[i] << 8 * i;
    w->left = span_sub(w->left, bytes, w->left.n);
    return v;
}

/* A text without zero bytes; what is no UTF-8 in it (a name of the file's) is for the printers to clean. */
static const char *get_text(struct wire *w)
{
    size_t n = (size_t)get_number(w, 4);
    if (w->wrong || n > w->left.n || n > TEXT_MAX_BYTES || (n && memchr(w->left.p, 0, n))) {
        w->wrong = true;
        return "";
    }
    const char *s = arena_strn(w->a, w->left.p, n);
    if (!s) {
        w->rc = ERR_MEMORY;
        return "";
    }
    w->left = span_sub(w->left, n, w->left.n);
    return s;
}

static void get_finding(struct wire *w, struct scan_result *r)
{
    struct scan_finding *f = &r->findings[r->n_findings];
    uint64_t rule = get_number(w, 2);
    if (rule >= SCAN_RULES) {
        w->wrong = true;
        return;
    }
    f->rule = scan_rule((enum scan_rule_id)rule);
    f->offset = get_number(w, 8);
    f->path = get_text(w);
    f->what = get_text(w);
    f->advisory = get_text(w);
    r->n_findings++;
    if ((enum scan_verdict)f->rule->verdict > r->verdict)
        r->verdict = (enum scan_verdict)f->rule->verdict;
}

/* A target is checked again: what is named here, the caller looks for. */
static void get_ref(struct wire *w, struct scan_result *r)
{
    struct scan_ref *ref = &r->refs[r->n_refs];
    uint64_t kind = get_number(w, 1);
    ref->target = get_text(w);
    ref->how = get_text(w);
    ref->at = get_number(w, 8);
    ref->line = get_number(w, 8);
    ref->bytes = get_number(w, 8);
    ref->kind = (enum ref_kind)(kind < REF_KINDS ? kind : 0);
    if (kind >= REF_KINDS || (!w->rc && !refs_target_stays(span_str(ref->target))))
        w->wrong = true;
    r->n_refs++;
}

static void get_refs(struct wire *w, struct scan_result *r)
{
    uint64_t n = get_number(w, 4);
    if (n > REFS_MAX)
        w->wrong = true;
    r->refs = w->wrong || !n ? NULL : arena_array(w->a, (size_t)n, sizeof *r->refs);
    if (n && !w->wrong && !r->refs)
        w->rc = ERR_MEMORY;
    for (uint64_t i = 0; i < n && !w->wrong && !w->rc; i++)
        get_ref(w, r);
}

bool wire_get(struct span frame, struct arena *a, struct scan_result *out, int *rc, struct err *e)
{
    struct wire w = { .left = frame, .a = a };
    struct scan_result r = { 0 };
    r.n_found = get_number(&w, 8);
    r.format = get_text(&w);
    uint64_t n = get_number(&w, 4);
    *rc = 0;
    if (n > SCAN_FINDINGS_MAX || n > r.n_found || (n == 0) != (r.n_found == 0))
        w.wrong = true;
    r.findings = w.wrong ? NULL : arena_array(a, (size_t)n, sizeof *r.findings);
    if (!w.wrong && !r.findings)
        w.rc = ERR_MEMORY;
    for (uint64_t i = 0; i < n && !w.wrong && !w.rc; i++)
        get_finding(&w, &r);
    if (!w.wrong && !w.rc)
        get_refs(&w, &r);
    if (w.rc)
        return *rc = err_memory(e), false;
    if (w.wrong || w.left.n)
        return false;
    *out = r;
    return true;
}
