// SPDX-License-Identifier: Apache-2.0
/* passport/body_license.c - what is declared, what the texts are, what disagrees, and what the model was made from. */
#include "passport/report_body.h"
#include "passport/say.h"

static void put_known_text(struct pen *p, const struct check_concluded *k)
{
    const struct index_entry *entry = k->found->entry;
    pen_open(p, PEN_ROW);
    pen_open(p, PEN_CELL);
    pen_put(p, PEN_NAME, k->text->file->path);
    pen_close(p, PEN_CELL);
    pen_open(p, PEN_CELL);
    pen_put(p, PEN_STRONG, entry->id);
    pen_put(p, PEN_NOTE, entry->name);
    pen_close(p, PEN_CELL);
    pen_open(p, PEN_CELL);
    if (k->n_residue) {
        pen_state(p, MARK_ASK, "holds more than the licence");
        for (size_t r = 0; r < k->n_residue && r < 3; r++)
            if (k->text->is.residue[r].cue[0])
                pen_fmt(p, PEN_NOTE, "Lines %u to %u: %s", k->text->is.residue[r].line_from,
                        k->text->is.residue[r].line_to, k->text->is.residue[r].cue);
        pen_proof(p, k->residue, k->n_residue, "what is left when every known licence is taken away", 1);
    } else {
        pen_state(p, MARK_GOOD, "word for word");
        pen_proof(p, &k->evidence, 1, "text identified word for word", 1);
    }
    pen_close(p, PEN_CELL);
    pen_cell(p, PEN_PLAIN, k->is_term ? "the weights" : k->scope);
    pen_close(p, PEN_ROW);
}

static void put_other_text(struct pen *p, const struct gather_text *t)
{
    pen_open(p, PEN_ROW);
    pen_cell(p, PEN_NAME, t->file->path);
    pen_open(p, PEN_CELL);
    pen_put(p, PEN_PLAIN, t->is.kind == TEXT_IS_LICENSE ? "no known licence" : identify_kind_name(t->is.kind));
    if (t->is.kind == TEXT_IS_LICENSE && t->is.n_nearest)
        pen_fmt(p, PEN_NOTE, "Nearest, but not the same: %s", t->is.nearest[0].entry->id);
    pen_close(p, PEN_CELL);
    if (t->is.kind == TEXT_IS_LICENSE)
        body_state_cell(p, MARK_UNKNOWN, "not identified");
    else
        pen_cell(p, PEN_PLAIN, "no licence by itself");
    pen_cell(p, PEN_PLAIN, "");
    pen_close(p, PEN_ROW);
}

/* A text of which something known was concluded has its rows already. */
static bool is_concluded(const struct check *c, const struct gather_text *t)
{
    for (size_t i = 0; i < c->n_concluded; i++)
        if (c->concluded[i].text == t)
            return true;
    return false;
}

static void put_texts(struct pen *p, const struct check *c)
{
    static const struct pen_column columns[] = { { "Text", false }, { "Licence", false }, { "How it agrees", false },
                                                 { "Speaks for", false } };
    static const struct pen_table table = { "texts", "What each licence, notice or policy file is", columns, 4 };
    size_t left = PEN_ROWS;
    pen_sub(p, "Concluded from texts");
    if (c->gather.n_texts == 0) {
        pen_para(p, PEN_PARA, "No licence, notice or policy text lies in the model.");
        return;
    }
    pen_table(p, &table);
    for (size_t i = 0; i < c->n_concluded && left; i++, left--)
        put_known_text(p, &c->concluded[i]);
    for (size_t i = 0; i < c->gather.n_texts && left; i++)
        if (!is_concluded(c, &c->gather.texts[i])) {
            put_other_text(p, &c->gather.texts[i]);
            left--;
        }
    pen_close(p, PEN_TABLE);
    if (left == 0)
        pen_para(p, PEN_QUIET, "There may be more texts; the JSON report lists all.");
}

static void put_declared(struct pen *p, const struct check *c)
{
    static const struct pen_column columns[] = { { "As written", false }, { "Means", false }, { "Where", false } };
    static const struct pen_table table = { "declared", "What the model says about its own licence", columns, 3 };
    const struct declared_list *list = &c->gather.declared;
    size_t n = list->n < PEN_ROWS ? list->n : PEN_ROWS;
    pen_sub(p, "Declared");
    if (n == 0) {
        pen_para(p, PEN_PARA, "Nothing in the model declares a licence.");
        return;
    }
    pen_table(p, &table);
    for (size_t i = 0; i < n; i++) {
        const struct declared *d = &list->items[i];
        const char *scope = scope_words(d->scope, p->a);
        pen_open(p, PEN_ROW);
        pen_cell(p, PEN_NAME, d->raw);
        pen_open(p, PEN_CELL);
        pen_put(p, d->id[0] ? PEN_STRONG : PEN_PLAIN, d->id[0] ? d->id : "no single known licence");
        if (scope && scope[0])
            pen_fmt(p, PEN_NOTE, "for %s", scope);
        pen_close(p, PEN_CELL);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_PLAIN, d->method);
        body_evidence(p, c, d->evidence);
        pen_close(p, PEN_CELL);
        pen_close(p, PEN_ROW);
        p->failed = p->failed || !scope;
    }
    pen_close(p, PEN_TABLE);
    body_more(p, list->n, n, "declarations");
}

static void put_conflicts(struct pen *p, const struct check *c)
{
    size_t n = c->conflicts.n < PEN_ROWS ? c->conflicts.n : PEN_ROWS;
    pen_sub(p, "What disagrees, and what is missing");
    if (n == 0) {
        pen_para(p, PEN_PARA, "Nothing that was read disagrees, and nothing that these licences ask for is missing.");
        return;
    }
    pen_open(p, PEN_LIST);
    for (size_t i = 0; i < n; i++) {
        const struct conflict *k = &c->conflicts.items[i];
        const struct evidence *both[] = { k->a.evidence, k->b.evidence };
        pen_open(p, PEN_ITEM);
        pen_state(p, k->gap ? MARK_NONE : MARK_ASK, say_conflict(k->kind));
        pen_put(p, PEN_PLAIN, " ");
        pen_sentence(p, PEN_PLAIN, k->why);
        pen_proof(p, both, 2, "", -1);
        pen_close(p, PEN_ITEM);
    }
    pen_close(p, PEN_LIST);
    body_more(p, c->conflicts.n, n, "of these");
}

static void put_base(struct pen *p, const struct check *c, size_t i)
{
    const struct base *b = &c->gather.bases.items[i];
    size_t n = 0;
    const char *const *drops = drop_words(c->conflicts.base_drops ? c->conflicts.base_drops[i] : 0, p->a, &n);
    pen_open(p, PEN_ROW);
    pen_open(p, PEN_CELL);
    pen_put(p, PEN_NAME, b->name);
    if (b->relation)
        pen_put(p, PEN_NOTE, base_relation_name(b->relation));
    body_evidence(p, c, b->evidence);
    pen_close(p, PEN_CELL);
    pen_open(p, PEN_CELL);
    if (b->known && b->license[0])
        pen_put(p, PEN_PLAIN, b->license);
    else
        pen_state(p, MARK_UNKNOWN, "not known");
    pen_put(p, PEN_NOTE, say_basis(b->basis));
    pen_close(p, PEN_CELL);
    pen_cell(p, PEN_PLAIN, b->how == BASE_HINTED ? "a name hints at it" : b->how == BASE_CHAIN ? "base of a base" :
             "declared");
    pen_open(p, PEN_CELL);
    for (size_t k = 0; drops && k < n; k++)
        pen_fmt(p, PEN_PLAIN, "%s%s", k ? ", " : "", drops[k]);
    if (n == 0 && b->record)
        pen_put(p, PEN_PLAIN, "none found");
    else if (n == 0)
        pen_state(p, MARK_UNKNOWN, "cannot tell");
    pen_close(p, PEN_CELL);
    pen_close(p, PEN_ROW);
    p->failed = p->failed || !drops;
}

static void put_bases(struct pen *p, const struct check *c)
{
    static const struct pen_column columns[] = { { "Base model", false }, { "Licence", false }, { "How it is known", false },
                                                 { "Terms that this model drops", false } };
    static const struct pen_table table = { "bases", "What the model was made from, and the terms that come with it",
                                            columns, 4 };
    size_t n = c->gather.bases.n < PEN_ROWS ? c->gather.bases.n : PEN_ROWS;
    pen_sub(p, "Base models");
    if (n == 0) {
        pen_para(p, PEN_PARA, "No base model is named or hinted at.");
        return;
    }
    pen_table(p, &table);
    for (size_t i = 0; i < n; i++)
        put_base(p, c, i);
    pen_close(p, PEN_TABLE);
    body_more(p, c->gather.bases.n, n, "base models");
}

static void put_datasets(struct pen *p, const struct check *c)
{
    static const struct pen_column columns[] = { { "Data set", false }, { "Terms", false }, { "Commercial use", false } };
    static const struct pen_table table = { "datasets", "Training data that the model names; the verdict does not follow "
                                            "from it", columns, 3 };
    const struct dataset_list *list = &c->gather.datasets;
    size_t n = list->n < PEN_ROWS ? list->n : PEN_ROWS;
    pen_sub(p, "Data sets");
    if (n == 0) {
        pen_para(p, PEN_PARA, "No data set is named.");
        return;
    }
    pen_table(p, &table);
    for (size_t i = 0; i < n; i++) {
        const struct dataset *d = &list->items[i];
        struct say_word w = d->known ? say_right(d->commercial) :
                               (struct say_word){ MARK_UNKNOWN, "not known" };
        pen_open(p, PEN_ROW);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_NAME, d->name);
        body_evidence(p, c, d->evidence);
        pen_close(p, PEN_CELL);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_PLAIN, d->known ? d->license : "not in the catalogue");
        pen_put(p, PEN_NOTE, say_basis(d->basis));
        pen_close(p, PEN_CELL);
        body_state_cell(p, w.mark, w.word);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
    body_more(p, list->n, n, "data sets");
}

void body_license(struct pen *p, struct check *c)
{
    put_declared(p, c);
    put_texts(p, c);
    put_conflicts(p, c);
    put_bases(p, c);
    put_datasets(p, c);
}
