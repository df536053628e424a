// SPDX-License-Identifier: Apache-2.0
#include "passport/trust_int.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/utf8.h"
#include "passport/check_int.h"

typedef int trust_fn(struct trust_maker *w, struct trust_draft *d, struct err *e);

/* What is looked for, and where. `why` is true whether it is seen or not. */
static const struct { const char *name, *why; trust_fn *fill; } looked_for[] = {
    { "publisher", "who says to have made it: in the card, in the weights' keys, in the name of a hub's cache folder; "
      "nothing proves it", trust_publisher },
    { "revision", "in the path of a hub's cache, in what a hub's client noted down, in .git/HEAD; the files were not "
      "compared with it", trust_revision },
    { "revision-date", "a date that a file states in its text; the times of files on disk prove nothing", trust_date },
    { "signature", "looked for *.sig, *.asc, *.sigstore and *.sigstore.json; a signature's presence is seen, it is not "
      "verified", trust_signature },
    { "digest-list", "looked for SHA256SUMS, *.sha256, checksums.txt and the like; what they list is compared with the "
      "digests computed here", trust_digests },
    { "changelog", "looked for CHANGELOG, CHANGES, HISTORY, RELEASES and NEWS, and for such a section in the card",
      trust_changelog },
    { "contact", "looked for in the card, and for MAINTAINERS, CODEOWNERS, AUTHORS and SUPPORT", trust_contact },
    { "security-policy", "looked for SECURITY.md and security.txt, and for such a section in the card", trust_security },
    { "gate", "keys extra_gated_* in the card's front matter; a hub can ask for consent without them", trust_gate },
    { "intermediate-releases", "looked for folders such as checkpoint-1000, and for revisions that the card names",
      trust_releases },
};

/* What no folder can show. */
static const struct { const char *name, *why; } offline[] = {
    { "downloads", "the hub counts them; nothing in the files does" },
    { "response-time", "how fast its maintainers respond shows only where they are asked" },
    { "open-issues", "the hub or the repository keeps the list" },
    { "later-revisions", "whether a newer revision replaces this one is known to the hub alone" },
};

const char *trust_state_name(enum trust_state s)
{
    static const char *const names[] = { "absent", "seen", "not-visible-offline" };
    return names[s];
}

/* ---- a draft ------------------------------------------------------------------------- */

void trust_see(struct trust_draft *d, const struct evidence *ev, const char *fmt, ...)
{
    size_t n = strlen(d->value);
    va_list ap;
    if (n && n + 3 < sizeof d->value) {
        memcpy(d->value + n, ", ", 3);
        n += 2;
    }
    va_start(ap, fmt);
    (void)vsnprintf(d->value + n, sizeof d->value - n, fmt, ap);
    va_end(ap);
    d->seen = true;
    if (ev && d->n_evidence < TRUST_EVIDENCE_MAX)
        d->evidence[d->n_evidence++] = ev;
}

int trust_pointer(struct trust_maker *w, const char *path, struct span raw, size_t from, size_t to,
                  const struct evidence **out, struct err *e)
{
    *out = evidence_of(w->a, path, raw, from, to, true);
    return *out ? 0 : err_memory(e);
}

int trust_read(struct trust_maker *w, const struct model_file *f, struct span *out, struct err *e)
{
    *out = SPAN_NONE;
    if (f->escapes || f->size_bytes > TRUST_TEXT_MAX)
        return 0;
    return model_read(&w->c->model, f->path, TRUST_TEXT_MAX, w->a, out, e);
}

const char *trust_short(struct trust_maker *w, struct span s)
{
    size_t n = 0;
    while (s.n && (s.p[0] <= ' ' || strchr("*_`-#>:|\"'", s.p[0])))
        s = span_sub(s, 1, s.n - 1);
    while (n < s.n && n < TRUST_SHORT_MAX && s.p[n] != '\n') {
        uint32_t cp;
        unsigned len = utf8_next(span_sub(s, n, s.n - n), &cp);
        if (!len || n + len > TRUST_SHORT_MAX)
            break;
        n += len;
    }
    while (n && (s.p[n - 1] <= ' ' || strchr("*_`|\"'", s.p[n - 1])))
        n--;
    return arena_strn(w->a, s.p ? (const char *)s.p : "", n);
}

/* ---- all of them --------------------------------------------------------------------- */

/* A statement without evidence in a file (the name of a folder) is a claim of unknown standing. */
static int keep(struct trust_maker *w, const struct trust_draft *d, struct trust_signal *s, struct err *e)
{
    char subject[64];
    const char *alone = w->c->model.main_file ? "; the folder around the file was not examined" : "";
    s->name = d->name;
    s->state = d->seen ? TRUST_SEEN : TRUST_ABSENT;
    s->value = arena_str(w->a, d->value);
    s->why = arena_fmt(w->a, "%s%s", d->why, d->seen ? "" : alone);
    s->evidence = arena_array(w->a, d->n_evidence, sizeof *s->evidence);
    (void)snprintf(subject, sizeof subject, "trust.%s", d->name);
    const char *kept = arena_str(w->a, subject);
    if (!s->value || !s->why || !s->evidence || !kept)
        return err_memory(e);
    for (size_t i = 0; i < d->n_evidence; i++)
        s->evidence[s->n_evidence++] = d->evidence[i];
    if (!d->seen)
        return 0;
    return claim_add(&w->c->claims, kept, s->value, d->n_evidence ? d->status : CLAIM_UNKNOWN, d->method, d->confidence,
                     d->evidence, d->n_evidence, &s->claim, e);
}

int check_trust(struct check *c, struct arena *a, struct err *e)
{
    enum { N = sizeof looked_for / sizeof *looked_for, M = sizeof offline / sizeof *offline };
    struct trust_maker w = { c, a };
    struct trust t = { .items = arena_array(a, N + M, sizeof *t.items) };
    int rc = t.items ? 0 : err_memory(e);
    for (size_t i = 0; i < N && !rc; i++) {
        struct trust_draft d = { .name = looked_for[i].name, .why = looked_for[i].why, .method = "name of a file",
                                 .status = CLAIM_STATED, .confidence = 0.8 };
        rc = looked_for[i].fill(&w, &d, e);
        if (!rc)
            rc = keep(&w, &d, &t.items[t.n++], e);
    }
    for (size_t i = 0; i < M && !rc; i++)
        t.items[t.n++] = (struct trust_signal){ offline[i].name, TRUST_OFFLINE, "", offline[i].why, NULL, 0, NULL };
    if (!rc)
        c->trust = t;
    return rc;
}
