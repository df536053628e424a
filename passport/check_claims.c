// SPDX-License-Identifier: Apache-2.0
/* passport/check_claims.c - what was read and concluded, one claim each, with its evidence. */
#include "passport/check_int.h"

static int add(struct check *c, const char *subject, const char *value, enum claim_status status, const char *method,
               double confidence, const struct evidence *x, const struct evidence *y, struct err *e)
{
    const struct evidence *both[2] = { x ? x : y, x ? y : NULL };
    size_t n = both[1] ? 2 : both[0] ? 1 : 0;
    if (n == 0)
        status = CLAIM_UNKNOWN;
    return claim_add(&c->claims, subject, value, status, method, confidence, both, n, NULL, e);
}

static int claim_declared(struct check *c, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->gather.declared.n && !rc; i++) {
        const struct declared *d = &c->gather.declared.items[i];
        rc = add(c, "license.declared", d->id[0] ? d->id : d->raw,
                 d->state == DECLARED_UNREADABLE ? CLAIM_UNKNOWN : CLAIM_STATED, d->method, d->confidence,
                 d->evidence, NULL, e);
    }
    return rc;
}

static int claim_concluded(struct check *c, struct arena *a, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->n_concluded && !rc; i++) {
        const struct check_concluded *k = &c->concluded[i];
        rc = add(c, "license.concluded", k->found->entry->id, CLAIM_CONCLUDED,
                 k->n_residue ? "text identified, but it holds more" : "text identified word for word",
                 k->n_residue ? 0.5 : 1.0, k->evidence, NULL, e);
        bool first = i == 0 || c->concluded[i - 1].text != k->text;
        for (size_t r = 0; r < k->n_residue && first && !rc; r++) {
            const struct identify_span *s = &k->text->is.residue[r];
            rc = add(c, "license.residue", s->cue[0] ? s->cue : "text that no licence explains", CLAIM_CONCLUDED,
                     "what is left when every known licence is taken away", 1.0, k->residue[r], NULL, e);
        }
    }
    for (size_t i = 0; i < c->gather.n_texts && !rc; i++) {
        const struct gather_text *t = &c->gather.texts[i];
        if (t->is.n_found || t->is.kind != TEXT_IS_LICENSE)
            continue;
        const struct evidence *ev = evidence_of(a, t->file->path, t->raw, 0, t->raw.n, true);
        rc = ev ? add(c, "license.unknown", t->is.n_nearest ? t->is.nearest[0].entry->id : "nothing is near",
                      CLAIM_UNKNOWN, "nearest known text; it is not that licence",
                      t->is.n_nearest ? t->is.nearest[0].similarity : 0, ev, NULL, e) : err_memory(e);
    }
    return rc;
}

static int claim_bases(struct check *c, struct arena *a, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->gather.bases.n && !rc; i++) {
        const struct base *b = &c->gather.bases.items[i];
        const char *value = arena_fmt(a, "%s%s%s", b->name, b->license[0] ? " under " : "", b->license);
        rc = value ? add(c, "base_model", value, b->known ? CLAIM_STATED : CLAIM_UNKNOWN, b->method, b->confidence,
                         b->evidence, b->family_evidence, e) : err_memory(e);
    }
    for (size_t i = 0; i < c->gather.datasets.n && !rc; i++) {
        const struct dataset *d = &c->gather.datasets.items[i];
        const char *value = arena_fmt(a, "%s: commercial use %s", d->known ? d->title : d->name,
                                      d->known ? right_name(d->commercial) : "not known");
        rc = value ? add(c, "dataset", value, d->known ? CLAIM_STATED : CLAIM_UNKNOWN, d->method, d->confidence,
                         d->evidence, d->entry_evidence, e) : err_memory(e);
    }
    return rc;
}

int check_claims(struct check *c, struct arena *a, struct err *e)
{
    int rc = claim_declared(c, e);
    if (!rc)
        rc = claim_concluded(c, a, e);
    if (!rc)
        rc = claim_bases(c, a, e);
    for (size_t i = 0; i < c->conflicts.n && !rc; i++) {
        const struct conflict *k = &c->conflicts.items[i];
        rc = add(c, k->gap ? "license.gap" : "license.conflict", k->why, CLAIM_CONFLICT, k->word, 1.0, k->a.evidence,
                 k->b.evidence, e);
    }
    for (size_t i = 0; i < c->gather.n_unread && !rc; i++)
        rc = add(c, "unread", c->gather.unread[i].path, CLAIM_UNKNOWN, c->gather.unread[i].why, 0, NULL, NULL, e);
    return rc;
}
