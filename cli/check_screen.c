// SPDX-License-Identifier: Apache-2.0
#include "cli/check_screen.h"

#include <inttypes.h>
#include <stdio.h>
#include "cli/passport_screen.h"

enum { FEW = 3 };

/* ---- parts --------------------------------------------------------------------------- */

static void put_model(struct screen *s)
{
    const struct model *m = &s->c->model;
    uint64_t bytes = 0;
    char size[32];
    for (size_t i = 0; i < m->n_files; i++)
        bytes += m->files[i].size_bytes;
    screen_size(bytes, size, sizeof size);
    term_put(s->b, s->t, TERM_BOLD, m->name);
    char facts[300];
    (void)snprintf(facts, sizeof facts, "   %s%s%zu file%s, %s", s->c->gather.architecture,
                   s->c->gather.architecture[0] ? ", " : "", m->n_files, m->n_files == 1 ? "" : "s", size);
    buf_str(s->b, facts);
    bool fits = term_columns(m->name) + term_columns(facts) + 3 + term_columns(m->ref) <= s->t->width;
    buf_str(s->b, fits ? "   " : "\n");
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
        term_wrap(s->b, "no declared use (tell it: --commercial, --deployment, ... or --use FILE)", 7, 7,
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
        screen_heading(s, "Why");
    for (size_t i = 0; i < v->n_reasons; i++) {
        const struct verdict_reason *r = &v->reasons[i];
        if (!s->verbose && (shown >= 2 || (r->answer < v->answer && shown > 0))) {
            screen_more(s, v->n_reasons - i, v->n_reasons - i == 1 ? "reason" : "reasons");
            break;
        }
        char text[900];
        (void)snprintf(text, sizeof text, "%s%s%s", r->record_id, r->record_id[0] ? ": " : "", r->text);
        screen_item(s, r->answer == ANSWER_DENY ? "x" : r->answer >= ANSWER_ASK ? "?" : "-", text);
        for (size_t k = 0; k < r->n_evidence && (s->verbose || k < 1); k++)
            screen_where(s, r->evidence[k]);
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
        screen_heading(s, pass ? "Duties, if your use comes to it" : "Duties");
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
            screen_item(s, "-", text);
            for (size_t k = 0; k < d->n_evidence && s->verbose; k++)
                screen_where(s, d->evidence[k]);
            shown++;
        }
        screen_more(s, n_left, n_left == 1 ? "duty" : "duties");
    }
}

static void put_unknowns(struct screen *s)
{
    const struct verdict *v = &s->c->verdict;
    if (v->n_unknowns)
        screen_heading(s, "Not known, and it decides");
    for (size_t i = 0; i < v->n_unknowns; i++) {
        char text[700];
        (void)snprintf(text, sizeof text, "--%s: %s", v->unknowns[i].key, v->unknowns[i].why);
        screen_item(s, "?", text);
    }
}

/* Is it a reason of the verdict already? */
static bool is_told(const struct check *c, const struct conflict *k)
{
    for (size_t i = 0; i < c->verdict.n_reasons; i++)
        if (strncmp(c->verdict.reasons[i].text, k->why, strlen(k->why)) == 0)
            return true;
    return false;
}

static void put_conflicts(struct screen *s)
{
    size_t shown = 0, n_left = 0;
    for (size_t i = 0; i < s->c->conflicts.n; i++) {
        const struct conflict *k = &s->c->conflicts.items[i];
        if (!s->verbose && (k->gap || is_told(s->c, k)))
            continue;
        if (shown == 0)
            screen_heading(s, "What disagrees");
        if (!s->verbose && shown >= 2) {
            n_left++;
            continue;
        }
        screen_item(s, "!", k->why);
        if (s->verbose) {
            screen_where(s, k->a.evidence);
            screen_where(s, k->b.evidence);
        }
        shown++;
    }
    screen_more(s, n_left, "of these");
}

/* Texts that were identified; without -v those that bind, a few of them. */
static void put_texts(struct screen *s)
{
    char text[700];
    size_t shown = 0, n_left = 0;
    for (size_t i = 0; i < s->c->n_concluded; i++) {
        const struct check_concluded *k = &s->c->concluded[i];
        if (!s->verbose && (!k->is_term || shown >= FEW)) {
            n_left += k->is_term;
            continue;
        }
        (void)snprintf(text, sizeof text, "%s: the text of %s, %s", k->found->entry->id, k->text->file->path,
                       k->n_residue ? "and more that it does not explain" : "word for word");
        screen_item(s, "=", text);
        shown++;
    }
    screen_more(s, n_left, n_left == 1 ? "text" : "texts");
}

/* Has a line above, of a text or an earlier declaration, told this id already? */
static bool is_shown(const struct check *c, size_t declared)
{
    const char *id = c->gather.declared.items[declared].id;
    if (!id[0] && c->n_terms)                   /* what names no licence, beside one that is known */
        return true;
    for (size_t i = 0; i < c->n_concluded; i++)
        if (c->concluded[i].is_term && strcmp(c->concluded[i].found->entry->id, id) == 0)
            return true;
    for (size_t i = 0; i < declared; i++)
        if (strcmp(c->gather.declared.items[i].id, id) == 0)
            return true;
    return false;
}

static void put_declared(struct screen *s)
{
    const struct declared_list *list = &s->c->gather.declared;
    char text[700];
    size_t shown = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct declared *d = &list->items[i];
        if (!s->verbose && (shown >= 2 || is_shown(s->c, i)))
            continue;
        (void)snprintf(text, sizeof text, "%s: declared as \"%.60s\", %s", d->id[0] ? d->id : "no known licence",
                       d->raw, d->method);
        screen_item(s, "~", text);
        if (s->verbose)
            screen_where(s, d->evidence);
        shown++;
    }
}

static void put_bases(struct screen *s)
{
    const struct gather *g = &s->c->gather;
    char text[700];
    size_t shown = 0, n_left = 0;
    for (size_t i = 0; i < g->bases.n; i++) {
        const struct base *b = &g->bases.items[i];
        if (!s->verbose && (b->how == BASE_HINTED || shown >= 2)) {
            n_left += b->how != BASE_HINTED;
            continue;
        }
        (void)snprintf(text, sizeof text, "base model %s: %s%s%s", b->name, b->known ? b->license : "not known",
                       b->relation ? ", " : "", b->relation ? base_relation_name(b->relation) : "");
        screen_item(s, "^", text);
        if (s->verbose)
            screen_where(s, b->evidence);
        shown++;
    }
    screen_more(s, n_left, n_left == 1 ? "base model" : "base models");
}

static void put_licences(struct screen *s)
{
    if (s->verbose)
        screen_heading(s, "Licence");
    put_texts(s);
    put_declared(s);
    put_bases(s);
    if (!s->c->n_concluded && !s->c->gather.declared.n)
        screen_item(s, "?", "nothing in the model speaks of a licence: look for LICENSE, a model card with \"license:\" on "
             "top, or the GGUF key general.license");
}

static void put_datasets(struct screen *s)
{
    const struct dataset_list *list = &s->c->gather.datasets;
    char text[700];
    if (list->n && s->verbose)
        screen_heading(s, "Training data");
    for (size_t i = 0; i < list->n && s->verbose; i++) {
        const struct dataset *d = &list->items[i];
        (void)snprintf(text, sizeof text, d->known ? "%s: commercial use %s (%s)" : "%s: not known", d->known ? d->title :
                       d->name, right_name(d->commercial), d->license);
        screen_item(s, "i", text);
        screen_where(s, d->evidence);
    }
}

static void put_foot(struct screen *s)
{
    char line[200];
    for (size_t i = 0; i < s->c->gather.n_unread; i++) {
        char text[700];
        if (i == 0)
            screen_heading(s, "Not read");
        if (!s->verbose && i >= FEW) {
            screen_more(s, s->c->gather.n_unread - i, s->c->gather.n_unread - i == 1 ? "file" : "files");
            break;
        }
        (void)snprintf(text, sizeof text, "%s: %s", s->c->gather.unread[i].path, s->c->gather.unread[i].why);
        screen_item(s, "?", text);
    }
    (void)snprintf(line, sizeof line, "Information, not legal advice. Catalogue of %s, %zu licences.",
                   catalog_date(&s->c->catalog), catalog_count(&s->c->catalog));
    if (s->verbose)
        buf_char(s->b, '\n');
    term_put(s->b, s->t, TERM_DIM, line);
    buf_char(s->b, '\n');
}

void check_screen(const struct check *c, bool verbose, const struct term *t, struct buf *out)
{
    struct screen s = { c, t, out, verbose };
    put_model(&s);
    put_answer(&s);
    if (!verbose)
        put_licences(&s);
    put_reasons(&s);
    put_duties(&s);
    put_unknowns(&s);
    put_conflicts(&s);
    if (verbose)
        put_licences(&s);
    screen_scan(&s);
    screen_openness(&s);
    screen_questions(&s);
    screen_next(&s);
    put_datasets(&s);
    if (verbose)
        screen_details(&s);
    put_foot(&s);
}
