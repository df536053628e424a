// SPDX-License-Identifier: Apache-2.0
/* passport/openness_terms.c - licence terms by what they cover, in the words of the judge of openness.
 *
 * All terms hold at once, so the worst counts: one that restricts restricts, one that is not known is a doubt,
 * and openness needs every one of them open. The terms of base models restrict the weights as well. */
#include "passport/check_int.h"

#include <inttypes.h>
#include "base/buf.h"

/* ---- what a record restricts --------------------------------------------------------- */

static void say(struct buf *b, const char *words)
{
    buf_str(b, b->n ? ", " : "");
    buf_str(b, words);
}

static void say_thresholds(struct buf *b, const struct license_record *r)
{
    for (size_t i = 0; i < r->n_thresholds; i++) {
        const struct record_threshold *t = &r->thresholds[i];
        static const char *const effects[] = { [EFFECT_ASK] = "ask first", [EFFECT_ENDS] = "it ends",
                                               [EFFECT_NAMING_ONLY] = "show the name" };
        buf_fmt(b, "%sabove %" PRId64 "%s%s %s %s", b->n ? ", " : "", t->amount, t->currency[0] ? " " : "", t->currency,
                threshold_what_name(t->what), effects[t->effect]);
    }
}

static void say_lists(struct buf *b, const struct license_record *r)
{
    if (r->fields.n)
        say(b, "forbidden fields:");
    for (size_t i = 0; i < r->fields.n; i++)
        buf_fmt(b, " %s", r->fields.items[i]);
    for (size_t i = 0; i < r->n_regions; i++) {
        say(b, r->regions[i].multimodal_only ? "multimodal use not in" : "not in");
        for (size_t k = 0; k < r->regions[i].exclude.n; k++)
            buf_fmt(b, " %s", r->regions[i].exclude.items[k]);
    }
}

/* "use policy, above 700000000 mau ask first"; "" when it restricts nothing. */
static void say_limits(struct buf *b, const struct license_record *r)
{
    static const char *const classes[CLASS_COUNT] = { [CLASS_NONCOMMERCIAL] = "non-commercial use only",
        [CLASS_RESEARCH] = "research only", [CLASS_PROPRIETARY] = "proprietary" };
    if (r->osi || r->mof)
        return;
    const char *class = r->class < CLASS_COUNT ? classes[r->class] : NULL;
    enum right commercial = r->acts[ACT_COMMERCIAL].is;
    if (class)
        say(b, class);
    else if (commercial == RIGHT_NO || commercial == RIGHT_NONCOMMERCIAL)
        say(b, "non-commercial use only");
    if (r->policy.present || r->kind == LICENSE_KIND_POLICY)
        say(b, "use policy");
    if (r->acts[ACT_REDISTRIBUTE].is == RIGHT_NO)
        say(b, "no redistribution");
    if (r->acts[ACT_MODIFY].is == RIGHT_NO)
        say(b, "no changes");
    say_lists(b, r);
    say_thresholds(b, r);
    if (r->outputs.train_others == RIGHT_NO)
        say(b, "outputs may not train other models");
    if (!b->n && r->class == CLASS_RESTRICTED)
        say(b, "conditions of its own");
}

/* ---- terms --------------------------------------------------------------------------- */

static int doubt(struct openness_terms *t, const char *why, const struct evidence *ev, struct err *e)
{
    if (!why)
        return err_memory(e);
    if (!t->doubt[0]) {
        t->doubt = why;
        t->evidence = ev ? ev : t->evidence;
    }
    return 0;
}

static enum openness_met worse(enum openness_met a, enum openness_met b)
{
    return a == MET_NO || b == MET_NO ? MET_NO : a == MET_YES && b == MET_YES ? MET_YES : MET_CANNOT_TELL;
}

static enum openness_met met_of(enum right r)
{
    return r == RIGHT_YES ? MET_YES : r == RIGHT_UNSAID ? MET_CANNOT_TELL : MET_NO;
}

static int add_limits(struct openness_terms *t, const struct license_record *r, const char *scope, struct arena *a,
                      struct err *e)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    say_limits(&b, r);
    const char *words = b.error ? NULL : arena_str(a, buf_text(&b));
    buf_fini(&b);
    bool base = strncmp(scope, "base model ", 11) == 0;
    if (!words)
        return err_memory(e);
    if (!words[0])
        return 0;
    bool more = t->limits[0] != 0;
    t->limits = arena_fmt(a, "%s%s%s%s%s", t->limits, more ? "; " : "", base ? scope : "", base ? ": " : "", words);
    t->restricted = true;
    return t->limits ? 0 : err_memory(e);
}

static int add_id(struct openness_terms *t, const char *id, struct arena *a, struct err *e)
{
    if (strstr(t->id, id))
        return 0;
    t->id = t->id[0] ? arena_fmt(a, "%s AND %s", t->id, id) : id;
    return t->id ? 0 : err_memory(e);
}

static bool is_base(const struct verdict_term *v)
{
    return strncmp(v->scope, "base model ", 11) == 0;
}

/* What the record of a licence of the model itself adds. `first`: nothing was known before. */
static void add_facts(struct openness_terms *t, const struct verdict_term *v, bool first)
{
    const struct license_record *r = v->record;
    enum openness_met modify = met_of(r->acts[ACT_MODIFY].is), share = met_of(r->acts[ACT_REDISTRIBUTE].is);
    t->osi = r->osi && (first || t->osi);
    t->mof_open = r->mof && (first || t->mof_open);
    t->has_text = t->has_text || v->known == TERM_EXACT || v->known == TERM_RESIDUE;
    t->may_modify = first ? modify : worse(t->may_modify, modify);
    t->may_share = first ? share : worse(t->may_share, share);
    t->known = first || t->known;
}

/* Something that is not known for sure of this term. */
static int add_term_doubt(struct openness_terms *t, const struct verdict_term *v, struct arena *a, struct err *e)
{
    if (!v->record)
        return doubt(t, arena_fmt(a, "no facts are held about %s", v->id), v->evidence, e);
    if (v->n_residue)
        return doubt(t, arena_fmt(a, "%s holds text beside %s that no licence explains", v->evidence->path, v->id),
                     v->residue[0], e);
    return 0;
}

/* One more term that binds: everything holds at once, so the worst counts. */
static int add_term(struct openness_terms *t, const struct verdict_term *v, struct arena *a, struct err *e)
{
    const struct license_record *r = v->record;
    bool own = !is_base(v) && !(r && r->kind == LICENSE_KIND_POLICY), first = !t->id[0], was = t->restricted;
    int rc = own ? add_id(t, r ? r->id : v->id, a, e) : 0;
    if (!rc)
        rc = add_term_doubt(t, v, a, e);
    if (rc || !r)
        return rc;
    if (!(is_base(v) && strstr(t->id, r->id)))          /* the model's own terms say it already */
        rc = add_limits(t, r, v->scope, a, e);
    if (own)
        add_facts(t, v, first);
    enum openness_met use = r->osi || r->mof ? MET_YES : t->restricted ? MET_NO : met_of(r->acts[ACT_USE].is);
    t->may_use = first && own ? use : worse(t->may_use, use);
    if (!t->evidence || (t->restricted && !was))
        t->evidence = v->evidence;
    return rc;
}

/* A licence file of this scope of which no licence could be concluded. */
static bool is_odd(const struct check *c, const struct gather_text *x, const struct openness_terms *t,
                   enum snap_scope scope)
{
    bool speaks = x->file->scope == scope || (x->file->scope == SNAP_SCOPE_UNSAID && check_speaks_for_weights(c, x));
    bool settled = x->is.kind == TEXT_IS_POINTER && t->id[0];          /* an address beside a name */
    return speaks && x->file->role == SNAP_LICENSE && ((!x->is.n_found && !settled) || x->is.head_lines);
}

static int add_doubts(struct check *c, struct arena *a, struct openness_terms *t, enum snap_scope scope,
                      struct err *e)
{
    const struct gather *g = &c->gather;
    int rc = 0;
    for (size_t i = 0; i < g->n_texts && !rc; i++) {
        const struct gather_text *x = &g->texts[i];
        if (!is_odd(c, x, t, scope))
            continue;
        const struct evidence *ev = evidence_of(a, x->file->path, x->raw, 0, x->raw.n, true);
        const char *why = arena_fmt(a, "%s %s", x->file->path, x->is.n_found ? "begins with a head that no licence explains" :
                                    x->is.kind == TEXT_IS_POINTER ? "holds only an address" : "holds no text that is known");
        rc = ev ? doubt(t, why, ev, e) : err_memory(e);
    }
    for (size_t i = 0; i < g->n_unread && !rc; i++)
        if (snapshot_role(g->unread[i].path) == SNAP_LICENSE || snapshot_role(g->unread[i].path) == SNAP_USE_POLICY)
            rc = doubt(t, arena_fmt(a, "%s was not read: %s", g->unread[i].path, g->unread[i].why), NULL, e);
    return rc;
}

/* Declarations that name nothing, or cannot be read. */
static int add_vague(struct check *c, struct arena *a, struct openness_terms *t, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->gather.declared.n && !rc; i++) {
        const struct declared *d = &c->gather.declared.items[i];
        bool vague = d->state != DECLARED_NAMED && d->how <= DECLARED_GGUF_TAG && d->how != DECLARED_CARD_EU && !t->id[0];
        if (d->state == DECLARED_UNREADABLE)
            rc = doubt(t, "the card's front matter cannot be read", d->evidence, e);
        else if (vague)
            rc = doubt(t, arena_fmt(a, "the declared licence \"%s\" names none that is known", d->raw), d->evidence, e);
    }
    return rc;
}

/* What the name hints at, and a base whose terms nobody knows. */
static int add_base_doubts(struct check *c, struct arena *a, struct openness_terms *t, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->gather.bases.n && !rc; i++) {
        const struct base *b = &c->gather.bases.items[i];
        bool told = b->known && b->license[0] && strcmp(b->license, "NOASSERTION") != 0;
        if (b->how != BASE_HINTED && !told)
            rc = doubt(t, arena_fmt(a, "what the base model %s is under is not known", b->name), b->evidence, e);
        else if (b->how == BASE_HINTED && told && !check_is_covered(c, b))
            rc = doubt(t, arena_fmt(a, "the name hints at %s, which is under %s", b->family, b->license),
                       b->evidence, e);
    }
    return rc;
}

static int put_weights(struct check *c, struct arena *a, struct openness_terms *t, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->n_terms && !rc; i++)
        rc = add_term(t, &c->terms[i], a, e);
    for (size_t i = 0; i < c->gather.declared.n && !rc; i++)
        if (c->gather.declared.items[i].how == DECLARED_CARD_EU) {
            t->restricted = true;
            t->limits = arena_fmt(a, "%s%sthe gate refuses people in the EU", t->limits, t->limits[0] ? "; " : "");
            t->evidence = c->gather.declared.items[i].evidence;
            rc = t->limits ? 0 : err_memory(e);
        }
    if (!rc)
        rc = add_doubts(c, a, t, SNAP_SCOPE_WEIGHTS, e);
    if (!rc)
        rc = add_vague(c, a, t, e);
    return rc ? rc : add_base_doubts(c, a, t, e);
}

/* What speaks of this scope and no other. */
static int add_scoped(struct check *c, struct arena *a, enum snap_scope scope, struct openness_terms *t, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->n_concluded && !rc; i++) {
        const struct check_concluded *k = &c->concluded[i];
        bool binds = k->found->entry->kind == INDEX_LICENSE || k->found->entry->kind == INDEX_POLICY;
        struct verdict_term v = { k->record, k->found->entry->id, "", k->n_residue ? TERM_RESIDUE : TERM_EXACT, 'V',
                                  k->evidence, (const struct evidence *const *)k->residue, k->n_residue };
        if (binds && k->text->file->scope == scope)
            rc = add_term(t, &v, a, e);
    }
    for (size_t i = 0; i < c->gather.declared.n && !rc; i++) {
        const struct declared *d = &c->gather.declared.items[i];
        struct verdict_term v = { d->record, d->id, "", TERM_DECLARED, 'V', d->evidence, NULL, 0 };
        if (d->state == DECLARED_NAMED && (d->scope & 1u << scope) && check_is_best_choice(&c->gather.declared, d) &&
            !strstr(t->id, d->id))
            rc = add_term(t, &v, a, e);
    }
    return rc;
}

/* Terms for code, data or documents: those that say so, else those that say nothing of a scope. */
static int put_scope(struct check *c, struct arena *a, enum snap_scope scope, struct openness_terms *t,
                     struct err *e)
{
    int rc = add_scoped(c, a, scope, t, e);
    bool own = t->id[0] != 0;
    for (size_t i = 0; i < c->n_terms && !own && !rc; i++)
        if (strcmp(c->terms[i].scope, "model") == 0)
            rc = add_term(t, &c->terms[i], a, e);
    if (!rc && !own)
        rc = add_doubts(c, a, t, scope, e);
    return rc || own ? rc : add_vague(c, a, t, e);
}

int check_openness_terms(struct check *c, enum snap_scope scope, struct arena *a, struct openness_terms *out,
                         struct err *e)
{
    struct openness_terms t = { .id = "", .limits = "", .doubt = "" };
    int rc = scope == SNAP_SCOPE_WEIGHTS ? put_weights(c, a, &t, e) : put_scope(c, a, scope, &t, e);
    if (!rc)
        *out = t;
    return rc;
}
