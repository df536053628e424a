// SPDX-License-Identifier: Apache-2.0
#include "license/declared.h"

#include "license/declared_int.h"

enum { FIELD_LABEL_WORDS = 5 };

/* ---- fields ----------------------------------------------------------------------------------- */

/* "License:", "Model License |", "**License** X": the last word of a label that begins at word `from`. */
static bool label_at(const struct prose *p, size_t from, size_t *last)
{
    uint32_t at = p->t.src[p->words[from].from];
    if (at > 1 && p->body.p[at - 1] == '[' && p->body.p[at - 2] == '!')
        return false;                   /* what a picture shows: badges are read by themselves */
    for (size_t i = from; i < p->n_words && i < from + FIELD_LABEL_WORDS; i++) {
        char after = p->words[i].after;
                if (word_has(p, i, WORD_LABEL)) {
            *last = i;
            if (after == '(' && i + 1 < p->n_words && word_is(p, i + 1, " s "))
                after = p->words[*last = i + 1].after;
            return after == ':' || (after == '|' && p->is_row && from == 0) || (!after && p->words[i].strong_end);
        }
        if (after || !word_has(p, i, WORD_QUALIFIER))
            return false;
    }
    return false;
}

/* "Permissive Apache 2.0 license: ..." */
static int say_label_itself(struct prose *p, bool *said)
{
    struct found f = { 0 };
    bool ok = false;
    int rc = p->is_row ? 0 : name_at(p, 0, p->n_words, &f, &ok);
    if (rc || !ok || f.item.state != DECLARED_NAMED || f.from > 1)
        return rc;
    if (!word_has(p, f.to, WORD_LICENSE) || p->words[f.to].after != ':' || p->of_others)
        return 0;
    struct say s = { .p = p, .to = p->n_words };
    *said = true;
    return say_found(&s, &f, 0, DECLARED_FIELD, 0, 0.8);
}

static bool is_slot(struct span whole, struct span value)
{
    return span_find(whole, "{{") || span_find(whole, "[More Info")
           || card_is_placeholder(value);
}

/* A value that names nothing we know, kept as written. */
static int say_unknown(struct say *s, size_t label, unsigned scope)
{
    struct prose *p = s->p;
    struct found f = { .from = s->from, .to = s->to, .link = link_in(p, s->from, s->to) };
    int rc = declared_begin(p->d, DECLARED_FIELD, SPAN_NONE, &f.item, p->e);
    if (!rc && !f.link && p->words[s->from].url)
        rc = declared_resolve_url(p->d, word_span(p, s->from), &f.item, p->e);
    if (s->to - s->from == 1 && word_is(p, s->from, " other unknown "))
        f.item.state = DECLARED_OTHER;
    return rc ? rc : say_found(s, &f, label, DECLARED_FIELD, scope,
                               f.item.state == DECLARED_UNRECOGNIZED ? 0.6 : 1.0);
}

/* Where the value ends that begins at word `from`: with its sentence, or its cell. */
static size_t value_end(const struct prose *p, size_t from)
{
    for (size_t i = from; i < p->n_words; i++)
        if (p->words[i].after && strchr(".|;", p->words[i].after))
            return i + 1;
    return p->n_words;
}

/* The name that the value begins with, else the one that it holds. *ok: there is one. */
static int value_name(struct prose *p, size_t from, size_t to, struct found *f, bool *ok)
{
    struct found one = { 0 };
    bool have = false;
    int rc = name_at(p, from, to, f, ok);
    if (!rc && !(*ok && f->item.state == DECLARED_NAMED))
        rc = find_one(p, from, to, &one, &have);
    if (have) {
        *f = one;
        if (one.link)
            f->from = from;             /* "RAIL License v1.0 ([link](...))": the link says which */
    }
    *ok = have || (*ok && f->item.state != DECLARED_UNRECOGNIZED);
    return rc;
}

/* The value of a field: a name, else what it says. */
static int say_value(struct prose *p, size_t label, size_t last, size_t *next)
{
    size_t from = last + 1, to = value_end(p, from);
    struct say s = { .p = p, .from = from, .to = to };
    struct found f = { 0 };
    bool ok = false;
    *next = to;
    if (from >= to || p->of_others)
        return 0;
    const char *lead = p->t.p + p->words[last].to;      /* "[More Information Needed]", "{{ license }}" */
    struct span all = span_of(p->t.p + p->words[from].from, p->words[to - 1].to - p->words[from].from);
    if (is_slot(span_of(lead, (size_t)((const char *)all.p + all.n - lead)), all))
        return 0;
    unsigned scope = scope_of_words(p, label, last);
    int rc = value_name(p, from, to, &f, &ok);
    size_t first = p->out->n;
    if (rc || ok) {
        rc = rc ? rc : say_found(&s, &f, label, DECLARED_FIELD, scope, 1.0);
        return rc ? rc : say_more(&s, &f, label, scope, 1.0, first);
    }
    if ((rc = say_prepositions(&s)) || s.said || p->is_row)
        return rc;
    return say_unknown(&s, label, scope);
}

static int say_spdx_line(struct prose *p, size_t at, size_t *next)
{
    size_t to = at + 1;
    uint32_t line = line_at(p, p->t.src[p->words[at].from]);
    while (to < p->n_words && line_at(p, p->t.src[p->words[to].from]) == line)
        to++;
    *next = to;
    if (to == at + 1)
        return 0;
    const char *from = p->t.p + p->words[at + 1].from, *end = p->t.p + p->words[to - 1].to;
    while (from > p->t.p && from[-1] == '(')
        from--;
    while (*end == ')')
        end++;
    struct declared item;
    int rc = declared_begin(p->d, DECLARED_SPDX_LINE, span_of(from, (size_t)(end - from)), &item, p->e);
    if (rc)
        return rc;
    item.evidence = evidence_of_words(p, at, to, NULL);
    return item.evidence ? declared_value(p->d, p->out, &item, span_of(from, (size_t)(end - from)), p->e)
                         : err_memory(p->e);
}

/* ---- blocks ------------------------------------------------------------------------------------ */

int say_name_only(struct prose *p, bool *said)
{
    struct found f = { 0 };
    bool ok = false;
    int rc = name_at(p, 0, p->n_words, &f, &ok);
    if (rc || !ok || f.item.state == DECLARED_UNRECOGNIZED || f.from > 1)
        return rc;
    size_t end = f.to;
    while (end < p->n_words && word_has(p, end, WORD_LICENSE))
        end++;
    bool alone = end == p->n_words || word_breaks(p, end - 1) || word_is(p, end, " copyright c see © ");
    if (!alone || p->of_others || (!found_is_distinct(p, &f) && end < p->n_words))
        return 0;
    struct say s = { .p = p, .to = p->n_words };
    *said = true;
    return say_found(&s, &f, f.from, DECLARED_SECTION, p->scope, 1.0);
}

int say_block(struct prose *p)
{
    bool said = false;
    int rc = p->n_words ? say_label_itself(p, &said) : 0;
    size_t from = 0;
    for (size_t i = 0; !rc && i < p->n_words && !p->out->truncated; i++) {
        size_t last, next;
        bool starts = i == from || p->words[i].before;
        if (word_is(p, i, " spdx-license-identifier ") && p->words[i].after == ':')
            rc = say_spdx_line(p, i, &next);
        else if (starts && !said && label_at(p, i, &last))
            rc = say_value(p, i, last, &next);
        else {
            if (p->words[i].after == '.' || p->words[i].after == '?' || p->words[i].after == '|') {
                rc = said ? 0 : say_sentence(p, from, i + 1);
                from = i + 1;
            }
            continue;
        }
        from = next;
        i = next > i ? next - 1 : i;
    }
    return rc;
}
