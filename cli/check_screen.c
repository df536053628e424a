// SPDX-License-Identifier: Apache-2.0
#include "cli/check_screen.h"

#include <inttypes.h>
#include <stdio.h>

enum { FEW = 5, TEXT_AT = 4 };

struct screen {
    const struct check *c;
    const struct term *t;
    struct buf *b;
    bool verbose;
};

/* ---- pieces -------------------------------------------------------------------------- */

static void heading(struct screen *s, const char *word)
{
    buf_char(s->b, '\n');
    term_put(s->b, s->t, TERM_BOLD, word);
    buf_char(s->b, '\n');
}

static void item(struct screen *s, const char *mark, const char *text)
{
    buf_fmt(s->b, "  %s ", mark);
    term_wrap(s->b, text, TEXT_AT, TEXT_AT, s->t->width);
    buf_char(s->b, '\n');
}

/* "README.md:3" or "x.gguf, bytes 120-130", dim, on a line of its own. */
static void where(struct screen *s, const struct evidence *ev)
{
    char place[640];
    if (!ev)
        return;
    if (ev->line_from && ev->line_to > ev->line_from)
        (void)snprintf(place, sizeof place, "%s:%u-%u", ev->path, ev->line_from, ev->line_to);
    else if (ev->line_from)
        (void)snprintf(place, sizeof place, "%s:%u", ev->path, ev->line_from);
    else
        (void)snprintf(place, sizeof place, "%s, bytes %" PRIu64 "-%" PRIu64, ev->path, ev->byte_from, ev->byte_to);
    buf_fmt(s->b, "      ");
    term_put(s->b, s->t, TERM_DIM, place);
    buf_char(s->b, '\n');
}

static void more(struct screen *s, size_t n, const char *what)
{
    if (n)
        buf_fmt(s->b, "    and %zu more %s (-v shows %s)\n", n, what, n == 1 ? "it" : "them");
}

static void size_words(uint64_t bytes, char *out, size_t n)
{
    static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
    double v = (double)bytes;
    unsigned u = 0;
    for (; v >= 1000 && u < 4; u++)
        v /= 1000;
    (void)snprintf(out, n, u ? "%.1f %s" : "%.0f %s", v, units[u]);
}

/* ---- parts --------------------------------------------------------------------------- */

static void put_model(struct screen *s)
{
    const struct model *m = &s->c->model;
    uint64_t bytes = 0;
    char size[32];
    for (size_t i = 0; i < m->n_files; i++)
        bytes += m->files[i].size_bytes;
    size_words(bytes, size, sizeof size);
    term_put(s->b, s->t, TERM_BOLD, m->name);
    buf_fmt(s->b, "   %s%s%zu file%s, %s\n", s->c->gather.architecture, s->c->gather.architecture[0] ? ", " : "",
            m->n_files, m->n_files == 1 ? "" : "s", size);
    term_put(s->b, s->t, TERM_DIM, m->ref);
    buf_char(s->b, '\n');
}

static void put_use(struct screen *s)
{
    const struct use *u = &s->c->use;
    static const char *const tri[] = { NULL, "no", "yes" };
    struct buf b;
    buf_init(&b, 4096);
    if (u->commercial)
        buf_fmt(&b, ", commercial %s", tri[u->commercial]);
    if (u->deployment)
        buf_fmt(&b, ", %s", deployment_name(u->deployment));
    if (u->modify)
        buf_fmt(&b, ", modify %s", tri[u->modify]);
    if (u->train_others)
        buf_fmt(&b, ", train others %s", tri[u->train_others]);
    for (unsigned i = 0; i < USE_NUMBERS; i++)
        if (u->numbers[i] != USE_UNKNOWN)
            buf_fmt(&b, ", %s %" PRId64, use_number_name((enum use_number)i), u->numbers[i]);
    if (u->country[0])
        buf_fmt(&b, ", country %s", u->country);
    if (u->field[0])
        buf_fmt(&b, ", field %s", u->field);
    if (u->modality)
        buf_fmt(&b, ", %s", modality_name(u->modality));
    buf_str(s->b, "  for: ");
    if (b.n > 2)
        term_wrap(s->b, buf_text(&b) + 2, 7, 7, s->t->width);
    else
        term_wrap(s->b, "no declared use (tell it with --commercial, --deployment, ... or --use FILE)", 7, 7,
                  s->t->width);
    buf_char(s->b, '\n');
    buf_fini(&b);
}

static void put_answer(struct screen *s)
{
    static const struct { const char *text; enum term_style style; } words[] = {
        [ANSWER_ALLOW] = { "ALLOW", TERM_GREEN }, [ANSWER_ALLOW_WITH_DUTIES] = { "ALLOW, WITH DUTIES", TERM_GREEN },
        [ANSWER_ASK] = { "ASK FIRST", TERM_YELLOW }, [ANSWER_CANNOT_TELL] = { "CANNOT TELL", TERM_YELLOW },
        [ANSWER_DENY] = { "DENY", TERM_RED } };
    buf_str(s->b, "\n  ");
    term_put(s->b, s->t, words[s->c->verdict.answer].style, words[s->c->verdict.answer].text);
    buf_char(s->b, '\n');
    put_use(s);
    if (s->c->has_policy && s->c->policy.n) {
        buf_str(s->b, "  ");
        term_put(s->b, s->t, TERM_RED, "REFUSED BY POLICY");
        buf_char(s->b, '\n');
        for (size_t i = 0; i < s->c->policy.n; i++)
            buf_fmt(s->b, "    policy line %u: %s\n", s->c->policy.breaches[i].line, s->c->policy.breaches[i].text);
    } else if (s->c->has_policy) {
        buf_fmt(s->b, "  within policy%s%s\n", s->c->policy.exception ? ", by exception of " : "",
                s->c->policy.exception ? s->c->policy.exception->by : "");
    }
}

static void put_reasons(struct screen *s)
{
    const struct verdict *v = &s->c->verdict;
    size_t shown = 0;
    if (v->n_reasons)
        heading(s, "Why");
    for (size_t i = 0; i < v->n_reasons; i++) {
        const struct verdict_reason *r = &v->reasons[i];
        if (!s->verbose && (shown >= FEW || (r->answer < v->answer && shown > 0))) {
            more(s, v->n_reasons - i, v->n_reasons - i == 1 ? "reason" : "reasons");
            break;
        }
        char text[900];
        (void)snprintf(text, sizeof text, "%s%s%s", r->record_id, r->record_id[0] ? ": " : "", r->text);
        item(s, r->answer == ANSWER_DENY ? "x" : r->answer >= ANSWER_ASK ? "?" : "-", text);
        for (size_t k = 0; k < r->n_evidence && (s->verbose || k < 1); k++)
            where(s, r->evidence[k]);
        shown++;
    }
}

static void put_duties(struct screen *s)
{
    const struct verdict *v = &s->c->verdict;
    size_t n_sure = 0, n_maybe = 0, n_left = 0;
    for (size_t i = 0; i < v->n_duties; i++)
        *(v->duties[i].conditional ? &n_maybe : &n_sure) += 1;
    for (unsigned pass = 0; pass < 2; pass++) {
        if (pass ? !n_maybe : !n_sure)
            continue;
        heading(s, pass ? "Duties, if your use comes to it" : "Duties");
        size_t shown = 0;
        n_left = 0;
        for (size_t i = 0; i < v->n_duties; i++) {
            const struct verdict_duty *d = &v->duties[i];
            if (d->conditional != (pass == 1))
                continue;
            if (!s->verbose && shown >= FEW) {
                n_left++;
                continue;
            }
            char text[700];
            bool always = d->when == WHEN_ALWAYS;
            (void)snprintf(text, sizeof text, "%s%s%s%s", d->text, always ? "" : " [", always ? "" :
                           duty_when_name(d->when), always ? "" : "]");
            item(s, "-", text);
            for (size_t k = 0; k < d->n_evidence && s->verbose; k++)
                where(s, d->evidence[k]);
            shown++;
        }
        more(s, n_left, n_left == 1 ? "duty" : "duties");
    }
}

static void put_unknowns(struct screen *s)
{
    const struct verdict *v = &s->c->verdict;
    if (v->n_unknowns)
        heading(s, "Not known, and it decides");
    for (size_t i = 0; i < v->n_unknowns; i++) {
        char text[700];
        (void)snprintf(text, sizeof text, "--%s: %s", v->unknowns[i].key, v->unknowns[i].why);
        item(s, "?", text);
    }
}

static void put_conflicts(struct screen *s)
{
    size_t shown = 0, n_left = 0;
    for (size_t i = 0; i < s->c->conflicts.n; i++) {
        const struct conflict *k = &s->c->conflicts.items[i];
        if (k->gap && !s->verbose)
            continue;
        if (shown == 0)
            heading(s, "What disagrees");
        if (!s->verbose && shown >= 3) {
            n_left++;
            continue;
        }
        item(s, "!", k->why);
        where(s, k->a.evidence);
        where(s, k->b.evidence);
        shown++;
    }
    more(s, n_left, "of these");
}

static void put_licences(struct screen *s)
{
    const struct gather *g = &s->c->gather;
    char text[700];
    heading(s, "Licence");
    for (size_t i = 0; i < s->c->n_concluded; i++) {
        const struct check_concluded *k = &s->c->concluded[i];
        if (!k->is_term && !s->verbose)
            continue;
        (void)snprintf(text, sizeof text, "%s: the text of %s, %s", k->found->entry->id, k->text->file->path,
                       k->n_residue ? "and more that it does not explain" : "word for word");
        item(s, "=", text);
    }
    for (size_t i = 0, shown = 0; i < g->declared.n && (s->verbose || shown < 3); i++) {
        const struct declared *d = &g->declared.items[i];
        (void)snprintf(text, sizeof text, "%s: declared as \"%.60s\", %s", d->id[0] ? d->id : "no known licence",
                       d->raw, d->method);
        item(s, "~", text);
        where(s, d->evidence);
        shown++;
    }
    for (size_t i = 0; i < g->bases.n; i++) {
        const struct base *b = &g->bases.items[i];
        if (b->how == BASE_HINTED && !s->verbose)
            continue;
        (void)snprintf(text, sizeof text, "base model %s: %s%s%s", b->name, b->known ? b->license : "not known",
                       b->relation ? ", " : "", b->relation ? base_relation_name(b->relation) : "");
        item(s, "^", text);
        if (s->verbose)
            where(s, b->evidence);
    }
    if (!s->c->n_concluded && !g->declared.n)
        item(s, "?", "nothing in the model speaks of a licence: look for LICENSE, a model card with \"license:\" on "
             "top, or the GGUF key general.license");
}

static void put_datasets(struct screen *s)
{
    const struct dataset_list *list = &s->c->gather.datasets;
    size_t shown = 0, n_left = 0;
    char text[700];
    for (size_t i = 0; i < list->n; i++) {
        const struct dataset *d = &list->items[i];
        if (!d->known || (d->commercial != RIGHT_NO && !s->verbose))
            continue;
        if (shown == 0)
            heading(s, "Training data");
        if (!s->verbose && shown >= 3) {
            n_left++;
            continue;
        }
        (void)snprintf(text, sizeof text, "%s: commercial use %s (%s)", d->title, right_name(d->commercial),
                       d->license);
        item(s, "i", text);
        where(s, d->evidence);
        shown++;
    }
    more(s, n_left, n_left == 1 ? "data set" : "data sets");
}

static void put_foot(struct screen *s)
{
    char line[200];
    for (size_t i = 0; i < s->c->gather.n_unread; i++) {
        char text[700];
        if (i == 0)
            heading(s, "Not read");
        (void)snprintf(text, sizeof text, "%s: %s", s->c->gather.unread[i].path, s->c->gather.unread[i].why);
        item(s, "?", text);
    }
    (void)snprintf(line, sizeof line, "Information, not legal advice. Catalogue of %s, %zu licences.",
                   catalog_date(&s->c->catalog), catalog_count(&s->c->catalog));
    buf_char(s->b, '\n');
    term_put(s->b, s->t, TERM_DIM, line);
    buf_char(s->b, '\n');
}

void check_screen(const struct check *c, bool verbose, const struct term *t, struct buf *out)
{
    struct screen s = { c, t, out, verbose };
    put_model(&s);
    put_answer(&s);
    put_reasons(&s);
    put_duties(&s);
    put_unknowns(&s);
    put_conflicts(&s);
    put_licences(&s);
    put_datasets(&s);
    put_foot(&s);
}
