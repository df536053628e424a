// SPDX-License-Identifier: Apache-2.0
/* passport/diff_verdict.c - the same use, before and after; and what the models were made from. */
#include "passport/diff_int.h"

/* ---- verdict ------------------------------------------------------------------------- */

static int answer_rows(struct diff *d, struct err *e)
{
    enum answer x = d->subject[0].check.verdict.answer, y = d->subject[1].check.verdict.answer;
    d->parts[DIFF_VERDICT].compared = true;
    if (x == y) {
        d->parts[DIFF_VERDICT].n_same++;
        return 0;
    }
    bool unsure = x == ANSWER_CANNOT_TELL || y == ANSWER_CANNOT_TELL;
    struct diff_change c = { .part = DIFF_VERDICT, .item = "answer", .heavy = true,
        .direction = unsure ? DIFF_CANNOT_TELL : y > x ? DIFF_STRICTER : DIFF_LOOSER,
        .a = { .text = answer_name(x) }, .b = { .text = answer_name(y) },
        .text = "the answer for the same declared use" };
    return diff_add(d, &c, NULL, e);
}

static int take(struct diff *d, struct diff_rows *rows, const char *key, const char *text, char basis,
                const struct evidence *const *ev, size_t n, struct err *e)
{
    struct diff_row *r = diff_row(d, rows);
    if (!r)
        return err_memory(e);
    r->key = key;
    r->scope = text;                    /* so that each sentence is a row of its own; taken back below */
    r->value = span_str(text);
    r->basis = basis;
    r->directed = r->limit = true;
    r->rank = 1;
    for (size_t i = 0; i < n && i < 2; i++)
        r->evidence[i] = ev[i];
    return 0;
}

static int sentences(struct diff *d, int k, unsigned what, struct diff_rows *rows, struct err *e)
{
    const struct verdict *v = &d->subject[k].check.verdict;
    int rc = 0;
    for (size_t i = 0; what == 0 && i < v->n_reasons && !rc; i++)
        rc = v->reasons[i].answer < ANSWER_ASK ? 0 :        /* duties are listed themselves */
             take(d, rows, "reason", v->reasons[i].text, v->reasons[i].basis, v->reasons[i].evidence,
                  v->reasons[i].n_evidence, e);
    for (size_t i = 0; what == 1 && i < v->n_duties && !rc; i++)
        rc = take(d, rows, v->duties[i].conditional ? "duty, if your use comes to it" : "duty", v->duties[i].text,
                  v->duties[i].basis, v->duties[i].evidence, v->duties[i].n_evidence, e);
    for (size_t i = 0; what == 2 && i < v->n_unknowns && !rc; i++)
        rc = take(d, rows, "not known, and it decides", v->unknowns[i].key, 0, NULL, 0, e);
    return rc;
}

int diff_verdict(struct diff *d, struct err *e)
{
    int rc = answer_rows(d, e);
    for (unsigned what = 0; what < 3 && !rc; what++) {
        struct diff_rows a = { 0 }, b = { 0 };
        size_t first = d->n_changes;
        rc = sentences(d, 0, what, &a, e);
        if (!rc)
            rc = sentences(d, 1, what, &b, e);
        if (!rc)
            rc = diff_rows(d, DIFF_VERDICT, &a, &b, e);
        for (size_t i = first; i < d->n_changes; i++) {
            d->changes[i].scope = "";
            if (what != 1)                              /* a reason gained may also be a better one */
                d->changes[i].direction = DIFF_NO_DIRECTION;
        }
    }
    return rc;
}

/* ---- base models, data sets ---------------------------------------------------------- */

static int base_rows(struct diff *d, int k, struct diff_rows *rows, struct err *e)
{
    const struct base_list *list = &d->subject[k].check.gather.bases;
    for (size_t i = 0; i < list->n; i++) {
        const struct base *b = &list->items[i];
        struct diff_row *r = diff_row(d, rows);
        const char *text = arena_fmt(d->a, "%s, %s, %s", base_relation_name(b->relation), base_how_name(b->how),
                                     !b->known || !b->license[0] ? "licence not known" : b->license);
        if (!r || !text)
            return err_memory(e);
        r->key = b->name;
        r->value = span_str(text);
        r->basis = b->basis;
        r->evidence[0] = b->evidence;
        r->evidence[1] = b->family_evidence;
    }
    return list->truncated ? diff_gap(d, DIFF_BASES, k, e, "more base models than are listed (%d)", (int)BASES_MAX) : 0;
}

static int dataset_rows(struct diff *d, int k, struct diff_rows *rows, struct err *e)
{
    const struct dataset_list *list = &d->subject[k].check.gather.datasets;
    for (size_t i = 0; i < list->n; i++) {
        const struct dataset *s = &list->items[i];
        struct diff_row *r = diff_row(d, rows);
        const char *text = s->known ? arena_fmt(d->a, "%s, commercial use %s (%s)", s->title, right_name(s->commercial),
                                                s->license) : "not known";
        if (!r || !text)
            return err_memory(e);
        r->key = s->name;
        r->value = span_str(text);
        r->basis = s->basis;
        r->evidence[0] = s->evidence;
        r->evidence[1] = s->entry_evidence;
    }
    return list->truncated ? diff_gap(d, DIFF_DATASETS, k, e, "more data sets than are listed") : 0;
}

static int two(struct diff *d, enum diff_part part, int (*fill)(struct diff *, int, struct diff_rows *, struct err *),
               struct err *e)
{
    struct diff_rows a = { 0 }, b = { 0 };
    int rc = fill(d, 0, &a, e);
    if (!rc)
        rc = fill(d, 1, &b, e);
    return rc ? rc : diff_rows(d, part, &a, &b, e);
}

int diff_origin(struct diff *d, struct err *e)
{
    int rc = two(d, DIFF_BASES, base_rows, e);
    return rc ? rc : two(d, DIFF_DATASETS, dataset_rows, e);
}
