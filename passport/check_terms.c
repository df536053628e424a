// SPDX-License-Identifier: Apache-2.0
/* passport/check_terms.c - from what was read to the terms that bind and the questions that stay open. */
#include "passport/check_int.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- texts --------------------------------------------------------------------------- */

static bool folder_has_weights(const struct model *m, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) + 1 : 0;
    for (size_t i = 0; i < m->n_files; i++) {
        enum snap_role r = m->files[i].role;
        bool weights = r == SNAP_WEIGHTS_GGUF || r == SNAP_WEIGHTS_SAFETENSORS || r == SNAP_WEIGHTS_OTHER;
        if (weights && strncmp(m->files[i].path, path, n) == 0)
            return true;
    }
    return false;
}

bool check_speaks_for_weights(const struct check *c, const struct gather_text *t)
{
    if (t->file->scope != SNAP_SCOPE_UNSAID)
        return t->file->scope == SNAP_SCOPE_WEIGHTS;        /* wherever it lies */
    return check_depth(t->file->path) == 0 || folder_has_weights(&c->model, t->file->path);
}

static const char *scope_of(const struct gather_text *t, struct arena *a)
{
    static const char *const names[] = { "unsaid", "code", "weights", "data", "documents" };
    const char *slash = strrchr(t->file->path, '/');
    if (t->file->scope != SNAP_SCOPE_UNSAID || !slash)
        return names[t->file->scope];
    return arena_fmt(a, "folder %.*s", (int)(slash - t->file->path), t->file->path);
}

static int conclude_one(struct check *c, const struct gather_text *t, const struct identify_found *f,
                        struct arena *a, struct err *e)
{
    struct check_concluded *k = &c->concluded[c->n_concluded];
    *k = (struct check_concluded){ .text = t, .found = f, .scope = scope_of(t, a) };
    int rc = catalog_find(&c->catalog, f->entry->id, &k->record, e);
    if (rc && rc != ERR_NOT_FOUND)
        return rc;
    k->evidence = check_span(t, &f->where, a);
    k->residue = arena_array(a, t->is.n_residue, sizeof *k->residue);
    if (!k->scope || !k->evidence || !k->residue)
        return err_memory(e);
    for (size_t i = 0; i < t->is.n_residue; i++)
        if (!(k->residue[k->n_residue++] = check_span(t, &t->is.residue[i], a)))
            return err_memory(e);
    bool binds = f->entry->kind == INDEX_LICENSE || f->entry->kind == INDEX_POLICY;
    k->is_term = binds && check_speaks_for_weights(c, t);
    c->n_concluded++;
    return 0;
}

int check_conclude(struct check *c, struct arena *a, struct err *e)
{
    const struct gather *g = &c->gather;
    size_t max = 0;
    for (size_t i = 0; i < g->n_texts; i++)
        max += g->texts[i].is.n_found + g->texts[i].is.n_mentioned;
    c->concluded = arena_array(a, max, sizeof *c->concluded);
    if (!c->concluded)
        return err_memory(e);
    int rc = 0;
    for (size_t i = 0; i < g->n_texts && !rc; i++) {
        const struct gather_text *t = &g->texts[i];
        for (size_t k = 0; k < t->is.n_found && !rc; k++)
            rc = conclude_one(c, t, &t->is.found[k], a, e);
        bool policy = t->is.kind == TEXT_IS_POLICY;         /* a policy of ours has no public id */
        for (size_t k = 0; k < t->is.n_mentioned && policy && !rc; k++)
            rc = conclude_one(c, t, &t->is.mentioned[k], a, e);
    }
    return rc;
}

/* ---- terms --------------------------------------------------------------------------- */

static bool has_term(const struct check *c, const char *id)
{
    for (size_t i = 0; i < c->n_terms; i++)
        if (strcmp(c->terms[i].record ? c->terms[i].record->id : c->terms[i].id, id) == 0)
            return true;
    return false;
}

static void add_text_term(struct check *c, const struct check_concluded *k)
{
    const char *scope = strcmp(k->scope, "unsaid") == 0 ? "model" : k->scope;
    c->terms[c->n_terms++] = (struct verdict_term){ .record = k->record, .id = k->found->entry->id, .scope = scope,
        .known = k->n_residue ? TERM_RESIDUE : TERM_EXACT, .basis = 'V', .evidence = k->evidence,
        .residue = (const struct evidence *const *)k->residue, .n_residue = k->n_residue };
}

static bool is_structured(enum declared_how how)
{
    return how <= DECLARED_GGUF_TAG && how != DECLARED_CARD_BROKEN;
}

/* Of a choice ("MIT OR GPL-3.0") the most permissive part counts. */
bool check_is_best_choice(const struct declared_list *list, const struct declared *d)
{
    static const unsigned char rank[CLASS_COUNT] = {
        [CLASS_PERMISSIVE] = 0, [CLASS_COPYLEFT] = 1, [CLASS_NONE] = 7, [CLASS_UNKNOWN] = 6, [CLASS_RESTRICTED] = 2,
        [CLASS_NONCOMMERCIAL] = 3, [CLASS_RESEARCH] = 4, [CLASS_PROPRIETARY] = 5 };
    for (size_t i = 0; d->choice && i < list->n; i++) {
        const struct declared *o = &list->items[i];
        if (o->expr == d->expr && o->choice && o != d &&
            (rank[o->class] < rank[d->class] || (rank[o->class] == rank[d->class] && o < d)))
            return false;
    }
    return true;
}

static void add_declared_terms(struct check *c, bool structured)
{
    const struct declared_list *list = &c->gather.declared;
    for (size_t i = 0; i < list->n; i++) {
        const struct declared *d = &list->items[i];
        bool for_weights = d->scope == SCOPE_UNSAID || (d->scope & SCOPE_WEIGHTS);
        if (d->state != DECLARED_NAMED || !for_weights || is_structured(d->how) != structured ||
            has_term(c, d->id) || !check_is_best_choice(list, d))
            continue;
        c->terms[c->n_terms++] = (struct verdict_term){ .record = d->record, .id = d->id,
            .scope = d->scope & SCOPE_WEIGHTS ? "weights" : "model", .known = TERM_DECLARED, .evidence = d->evidence };
    }
}

static int add_base_terms(struct check *c, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < c->gather.bases.n; i++) {
        const struct base *b = &c->gather.bases.items[i];
        bool licensed = b->known && b->license[0] && strcmp(b->license, "NOASSERTION") != 0;
        if (b->how == BASE_HINTED || !licensed)
            continue;
        char *scope = arena_fmt(a, "base model %s", b->name);
        if (!scope)
            return err_memory(e);
        c->terms[c->n_terms++] = (struct verdict_term){ .record = b->record, .id = b->license, .scope = scope,
            .known = TERM_FAMILY, .basis = b->basis, .evidence = b->family_evidence };
    }
    return 0;
}

/* ---- questions ----------------------------------------------------------------------- */

__attribute__((format(printf, 7, 8)))
static int ask(struct check *c, struct arena *a, enum answer answer, const struct evidence *ev, const char *look_for,
               struct err *e, const char *fmt, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    void *items = c->questions;
    if (arena_grow(a, &items, &c->cap_questions, c->n_questions, sizeof *c->questions))
        return err_memory(e);
    c->questions = items;
    char *kept = arena_str(a, text);
    c->questions[c->n_questions++] = (struct verdict_question){ kept, look_for, answer, ev };
    return kept ? 0 : err_memory(e);
}

/* A licence file of which no licence could be concluded. */
static int ask_of_text(struct check *c, const struct gather_text *t, struct arena *a, struct err *e)
{
    const struct identified *is = &t->is;
    const char *path = t->file->path;
    if (t->file->role != SNAP_LICENSE || is->n_found || !check_speaks_for_weights(c, t))
        return 0;
    struct evidence *ev = (struct evidence *)(uintptr_t)evidence_of(a, path, t->raw, 0, t->raw.n, true);
    if (!ev)
        return err_memory(e);
    if (is->kind == TEXT_IS_POINTER)
        return ask(c, a, ANSWER_ASK, ev, "the text behind that address", e, "%s holds only an address", path);
    if (is->kind != TEXT_IS_LICENSE)
        return ask(c, a, ANSWER_ASK, ev, "the licence text", e, "%s holds no licence text", path);
    if (is->match != MATCH_NEAR)
        return ask(c, a, ANSWER_CANNOT_TELL, ev, "a person who reads it", e, "the text of %s is not known", path);
    return ask(c, a, ANSWER_CANNOT_TELL, ev, "a person who reads the lines that differ", e,
               "the text of %s is not known; nearest is %s, %.1f %% alike, and %zu passage%s differ%s", path,
               is->nearest[0].entry->id, 100 * is->nearest[0].similarity, is->nearest[0].n_differs,
               is->nearest[0].n_differs == 1 ? "" : "s", is->nearest[0].n_differs == 1 ? "s" : "");
}

/* A head on a licence file can hold anything, and no licence explains it. */
static int ask_of_head(struct check *c, const struct gather_text *t, struct arena *a, struct err *e)
{
    if (!t->is.head_lines || !check_speaks_for_weights(c, t))
        return 0;
    struct evidence *ev = (struct evidence *)(uintptr_t)evidence_of(a, t->file->path, t->raw, 0, t->raw.n, true);
    return ev ? ask(c, a, ANSWER_ASK, ev, "what the head says", e, "%s begins with a head of %u lines that no licence "
                    "explains", t->file->path, t->is.head_lines) : err_memory(e);
}

static int ask_of_declared(struct check *c, struct arena *a, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->gather.declared.n && !rc; i++) {
        const struct declared *d = &c->gather.declared.items[i];
        if (d->state == DECLARED_UNREADABLE)
            rc = ask(c, a, ANSWER_CANNOT_TELL, d->evidence, "the licence field, read by a person", e,
                     "the card's front matter cannot be read: %s", d->raw);
        else if (d->how == DECLARED_CARD_EU && (!c->use.country[0] || country_in_eu(c->use.country)))
            rc = ask(c, a, ANSWER_ASK, d->evidence, "whether people in the EU may use it", e,
                     "the model's gate refuses people in the EU");
        else if (d->state != DECLARED_NAMED && is_structured(d->how) && !c->n_terms)
            rc = ask(c, a, ANSWER_CANNOT_TELL, d->evidence, "the licence text", e,
                     "the declared licence \"%s\" names no licence we know", d->raw);
    }
    return rc;
}

/* Is some term at least as strict as this base's licence? */
bool check_is_covered(const struct check *c, const struct base *b)
{
    if (has_term(c, b->license))
        return true;
    for (size_t i = 0; i < c->n_terms && b->record; i++)
        if (c->terms[i].record && !conflict_drops(b->record, c->terms[i].record, b->multimodal))
            return true;
    return false;
}

static int ask_of_bases(struct check *c, struct arena *a, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->gather.bases.n && !rc; i++) {
        const struct base *b = &c->gather.bases.items[i];
        const struct evidence *ev = b->evidence;
        if (b->how == BASE_HINTED && b->known && !check_is_covered(c, b) && b->license[0])
            rc = ask(c, a, ANSWER_ASK, ev, "whether it was made from that family", e,
                     "the name \"%s\" hints at the family %s, under %s", b->name, b->family, b->license);
        else if (b->how != BASE_HINTED && !b->known)
            rc = ask(c, a, ANSWER_CANNOT_TELL, ev, "the licence of that base model", e,
                     "the base model \"%s\" is not known here, nor what it is under", b->name);
        else if (b->how != BASE_HINTED && strcmp(b->license, "NOASSERTION") == 0)
            rc = ask(c, a, ANSWER_CANNOT_TELL, ev, "the licence of that base model", e,
                     "the licence of the base model \"%s\" was not read", b->name);
    }
    return rc;
}

static int ask_of_conflicts(struct check *c, struct arena *a, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->conflicts.n && !rc; i++) {
        const struct conflict *k = &c->conflicts.items[i];
        if (k->gap || k->kind == CONFLICT_BASE)     /* a base is a term of its own */
            continue;
        rc = ask(c, a, ANSWER_ASK, k->a.evidence ? k->a.evidence : k->b.evidence, "which of the two holds", e, "%s",
                 k->why);
    }
    return rc;
}

static int ask_of_unread(struct check *c, struct arena *a, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->gather.n_unread && !rc; i++) {
        const struct gather_unread *u = &c->gather.unread[i];
        bool card = snapshot_role(u->path) == SNAP_CARD;
        if (!card || strncmp(u->why, "front matter", 12) != 0)   /* that one is asked of declared */
            rc = ask(c, a, ANSWER_CANNOT_TELL, NULL, "its text, read by a person", e, "%s was not read: %s", u->path,
                     u->why);
    }
    if (!rc && c->model.truncated)
        rc = ask(c, a, ANSWER_CANNOT_TELL, NULL, "a smaller folder", e,
                 "the folder holds more files than are looked at (%d)", (int)MODEL_FILES_MAX);
    return rc;
}

/* ---- the whole ----------------------------------------------------------------------- */

int check_terms(struct check *c, struct arena *a, struct err *e)
{
    size_t max = c->n_concluded * 2 + c->gather.declared.n + c->gather.bases.n;
    c->terms = arena_array(a, max, sizeof *c->terms);
    if (!c->terms)
        return err_memory(e);
    for (size_t i = 0; i < c->n_concluded; i++)
        if (c->concluded[i].is_term)
            add_text_term(c, &c->concluded[i]);
    add_declared_terms(c, true);
    if (!c->n_terms)
        add_declared_terms(c, false);
    if (!c->n_terms)                                /* nothing speaks for the weights: take what there is */
        for (size_t i = 0; i < c->n_concluded; i++)
            if (c->concluded[i].found->entry->kind == INDEX_LICENSE) {
                c->concluded[i].is_term = true;
                add_text_term(c, &c->concluded[i]);
            }
    int rc = 0;
    for (size_t i = 0; i < c->gather.n_texts && !rc; i++)
        if (!(rc = ask_of_text(c, &c->gather.texts[i], a, e)))
            rc = ask_of_head(c, &c->gather.texts[i], a, e);
    if (!rc)
        rc = ask_of_declared(c, a, e);
    if (!rc)
        rc = ask_of_bases(c, a, e);
    if (!rc)
        rc = add_base_terms(c, a, e);
    if (!rc)
        rc = ask_of_conflicts(c, a, e);
    if (!rc)
        rc = ask_of_unread(c, a, e);
    return rc;
}
