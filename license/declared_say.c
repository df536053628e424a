// SPDX-License-Identifier: Apache-2.0
#include "license/declared.h"

#include "license/declared_int.h"

/* A statement is   subject  verb  "under"  name
 *                  [------ region ------)         the words that must not deny, compare or speak of others
 * Several share a sentence: the next one's region begins behind the last one's name. */

enum { PHRASE_WORDS = 12, REGION_WORDS = 64 };

/* ---- names ---------------------------------------------------------------------------------- */

bool word_breaks(const struct prose *p, size_t i)
{
    return p->words[i].after && p->words[i].after != ',' && p->words[i].after != '(' && p->words[i].after != ')';
}

/* The longest known name that begins at word i; *to = i when there is none. "Apache License, Version 2.0" has a
 * comma inside, so commas and brackets end no name by themselves. */
static void longest_name(const struct prose *p, size_t i, size_t end, size_t *to, struct fold *name)
{
    struct fold f = { .n = 0 };
    *to = i;
    for (size_t k = i; k < end && k < i + NAME_WORDS_MAX; k++) {
        size_t before = f.n;
        fold_add(&f, word_span(p, k));
        if (f.full || f.n == 0 || !names_start(p->d, &f))
            break;                      /* "license, the ..." begins no name */
        if (f.n > before && names_have(p->d, &f)) {
            *name = f;
            *to = k + 1;
        }
        if (word_breaks(p, k))
            break;
    }
}

static bool has_digit(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

/* Without the word license beside it, only a name that cannot be anything else counts. */
bool found_is_distinct(const struct prose *p, const struct found *f)
{
    for (size_t i = f->from; i < f->to; i++)
        if (word_has(p, i, WORD_LICENSE | WORD_DISTINCT) || (has_digit(word_span(p, i)) && f->to - f->from <= NAME_WORDS_MAX))
            return true;
    return word_has(p, f->to, WORD_LICENSE) && !word_breaks(p, f->to - 1);
}

/* What follows takes the name back: "MIT with additional restrictions", "MIT License (modified)". */
static bool is_altered(const struct prose *p, size_t at, size_t end)
{
    while (at < end && word_has(p, at, WORD_LICENSE))
        at++;
    if (at >= end || (at > 0 && word_breaks(p, at - 1)))
        return false;
    struct span gap = at ? span_of(p->t.p + p->words[at - 1].to, p->words[at].from - p->words[at - 1].to) : SPAN_NONE;
    bool opens = p->words[at].before == '(' || word_is(p, at, " with plus but ") || span_find(gap, "+");
    for (size_t i = at; opens && i < end && i < at + 8; i++) {
        if (word_has(p, i, WORD_ALTERS))
            return true;
        if (word_breaks(p, i) || p->words[i].after == ')')
            break;
    }
    return false;
}

/* "GPL v3 or any later version" */
static size_t later_words(const struct prose *p, size_t at, size_t end)
{
    if (at + 1 < end && word_is(p, at, " or ") && word_is(p, at + 1, " later newer "))
        return 2;
    if (at + 2 < end && word_is(p, at, " or ") && word_is(p, at + 1, " any ") && word_is(p, at + 2, " later "))
        return 3;
    return 0;
}

static int resolve_name(struct prose *p, struct fold *name, size_t end, struct found *f)
{
    int rc = declared_begin(p->d, DECLARED_SENTENCE, SPAN_NONE, &f->item, p->e);
    size_t later = later_words(p, f->to, end);
    if (!rc && later) {
        fold_add(name, span_str("or later"));
        f->to += later;
    }
    if (!rc)
        rc = names_resolve(p->d, name, &f->item, p->e);
    if (!rc && is_altered(p, f->to, end)) {
        struct declared none = { .how = f->item.how, .state = DECLARED_UNRECOGNIZED, .id = "" };
        f->item = none;
        f->altered = true;
        while (f->to < end && !word_breaks(p, f->to - 1))
            f->to++;
    }
    return rc;
}

/* A phrase that is called a licence, though we do not know it: "the Foo Model License". */
static size_t phrase_end(const struct prose *p, size_t i, size_t end)
{
    for (size_t k = i; k < end && k < i + PHRASE_WORDS; k++) {
        if (word_has(p, k, WORD_LICENSE)) {
            while (k + 1 < end && word_has(p, k + 1, WORD_LICENSE) && !p->words[k].after)
                k++;
            return k + 1;
        }
        if (p->words[k].after || word_has(p, k, WORD_STOP))
            break;
    }
    return i;
}

static bool is_generic(const struct prose *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (!word_has(p, i, WORD_LICENSE | WORD_GENERIC))
            return false;
    return true;
}

/* A name at word i, behind articles. *ok false: nothing that counts. */
int name_at(struct prose *p, size_t i, size_t end, struct found *f, bool *ok)
{
    *ok = false;
    struct fold name = { .n = 0 };
    size_t first = i;
    for (size_t k = i; k < end && k < i + 8; k++) {
        f->from = f->to = k;
        if (!word_has(p, k, WORD_ARTICLE))
            longest_name(p, k, end, &f->to, &name);
        if (f->to > k)
            break;
        if (word_breaks(p, k) || !word_has(p, k, WORD_LEAD))
            break;
        first = k + 1;
    }
    int rc = 0;
    if (f->to > f->from) {
        if ((rc = resolve_name(p, &name, end, f)))
            return rc;
        f->link = link_in(p, f->from, f->to);
        *ok = f->item.state != DECLARED_NAMED || found_is_distinct(p, f) || f->link;
        if (*ok || f->item.state == DECLARED_NAMED)
            return 0;
    }
    f->from = first;
    f->to = phrase_end(p, first, end);
    if (f->to == first || f->from >= end)
        return 0;
    if ((rc = declared_begin(p->d, DECLARED_SENTENCE, SPAN_NONE, &f->item, p->e)))
        return rc;
    f->link = link_in(p, f->from, f->to);
    *ok = f->link || !is_generic(p, f->from, f->to);
    return 0;
}

/* ---- adding --------------------------------------------------------------------------------- */

const struct evidence *evidence_of_words(struct prose *p, size_t from, size_t to, const struct prose_link *link)
{
    uint32_t last = p->words[to - 1].to;
    uint64_t begin = p->t.src[p->words[from].from], end = (uint64_t)p->t.src[last - 1] + 1;
    if (link && link->end > end && link->begin < end)
        end = link->end;
    return evidence_at(p->d->a, p->path, p->raw, begin + p->body_byte, end + p->body_byte,
                       line_at(p, begin) + p->body_line, line_at(p, end - 1) + p->body_line);
}

/* May the address say which licence is meant? Not against the words: "[modified MIT](https://.../MIT)". */
static bool may_settle(const struct prose *p, const struct found *f, const struct declared *by_url)
{
    if (by_url->state != DECLARED_NAMED || f->altered)
        return false;
    if (f->item.state != DECLARED_VAGUE)
        return f->item.state == DECLARED_NAMED || !any_has(p, f->from, f->to, WORD_ALTERS);
    for (size_t i = 0; i < f->item.n_candidates; i++)
        if (strcmp(f->item.candidates[i], by_url->id) == 0)
            return true;
    return false;
}

/* What the item means: what its name does, else what the address behind it does. */
static int mean(struct prose *p, const struct found *f, struct declared *item)
{
    struct declared by_url = *item;
    if (f->link && f->item.state != DECLARED_NAMED) {
        int rc = declared_resolve_url(p->d, f->link->url, &by_url, p->e);
        if (rc)
            return rc;
    }
    const struct declared *from = may_settle(p, f, &by_url) ? &by_url : &f->item;
    item->state = from->state;
    item->id = from->id;
    item->record = from->record;
    item->entry = from->entry;
    item->class = from->class;
    item->candidates = from->candidates;
    item->n_candidates = from->n_candidates;
    return 0;
}

/* Add a name that was found. `begin`: the first word of the statement. */
int say_found(struct say *s, const struct found *f, size_t begin, enum declared_how how, unsigned scope,
              double sure)
{
    struct prose *p = s->p;
    size_t end = f->to;
    while (end < s->to && word_has(p, end, WORD_LICENSE) && !p->words[end - 1].after && !p->words[end].wide)
        end++;
    struct span raw = span_of(p->t.p + p->words[f->from].from, p->words[end - 1].to - p->words[f->from].from);
    if (f->link && f->item.state == DECLARED_UNRECOGNIZED && how != DECLARED_FIELD)
        raw = span_sub(p->body, f->link->from, f->link->to - f->link->from);
    struct declared item;
    int rc = declared_begin(p->d, how, raw, &item, p->e);
    if (rc)
        return rc;
    if (f->link && ((rc = declared_target(p->d, p->path, f->link->url, &item, p->e))))
        return rc;
    if ((rc = mean(p, f, &item)))
        return rc;
    bool worth = item.state != DECLARED_UNRECOGNIZED || how == DECLARED_FIELD
                 || !is_generic(p, f->from, f->to) || is_license_file(item.file);
    if (!worth)
        return 0;
    item.scope = scope;
    item.confidence *= sure;
    item.evidence = evidence_of_words(p, begin < f->from ? begin : f->from, end, f->link);
    s->said++;
    return declared_add(p->d, p->out, &item, p->e);
}

/* ---- sentences ------------------------------------------------------------------------------- */

/* Parts, contributions, base models: what is said of them is not said of this model. */
static bool is_of_others(const struct prose *p, size_t from, size_t to)
{
    for (size_t i = from; i + 1 < to; i++)
        if (word_is(p, i, " base ") && word_is(p, i + 1, " model models llm llms checkpoint checkpoints weights "))
            return true;
    return p->of_others || any_has(p, from, to, WORD_OTHERS);
}

/* The verb is the sentence's own: "X is [made freely] available", "we release", or it begins the statement. */
static bool is_own_verb(const struct prose *p, size_t from, size_t verb)
{
    size_t i = verb;
    while (i > from && word_has(p, i - 1, WORD_PAD))
        i--;
    if (i == from)
        return true;
    if (word_has(p, verb, WORD_FINITE) && word_is(p, i - 1, " we team authors "))
        return true;
    if (!word_has(p, i - 1, WORD_BE))
        return word_is(p, verb, " falls comes ");
    size_t be = i - 1;
    return be == from || !word_has(p, be - 1, WORD_RELATIVE);
}

/* Does a verb of the words [from, to) belong to the statement itself? *at: the last verb; `to` when there is none. */
static bool has_own_verb(const struct prose *p, size_t from, size_t to, size_t *at)
{
    bool own = false;
    *at = to;
    for (size_t i = from; i < to; i++)
        if (word_has(p, i, WORD_VERB | WORD_FINITE)) {
            *at = i;
            own = own || is_own_verb(p, from, i);
        }
    return own;
}

/* Does the region before "under" say, of this model, that it is licensed so? */
static bool is_statement(const struct prose *p, size_t from, size_t to, bool goes_on)
{
    size_t verb;
    if (any_has(p, from, to, WORD_DENY) || is_of_others(p, from, to))
        return false;
    bool own = has_own_verb(p, from, to, &verb), is_under = to > from && word_is(p, to - 1, " is are ");
    if (verb == to ? !is_under && !goes_on : !own)
        return false;
    bool bare = verb < to && verb - from <= 1;
    return bare || goes_on || p->in_section || any_has(p, from, to, WORD_SELF | WORD_THING);
}

/* How many words the preposition at i has: "under", "subject to", ... 0: none. */
static size_t preposition(const struct prose *p, size_t i, size_t end)
{
    if (!word_has(p, i, WORD_PREPOSITION))
        return 0;
    if (word_is(p, i, " under "))
        return 1;
    if (i + 1 >= end || p->words[i].after)
        return 0;
    if (word_is(p, i, " subject ") && word_is(p, i + 1, " to "))
        return 2;
    if (word_is(p, i, " adhere adheres ") && word_is(p, i + 1, " to "))
        return 2;
    if (word_is(p, i, " governed covered ") && word_is(p, i + 1, " by "))
        return 2;
    if (word_is(p, i, " comply ") && word_is(p, i + 1, " with "))
        return 2;
    return word_is(p, i, " licensed ") && word_is(p, i + 1, " as with by via ") ? 2 : 0;
}

/* "MIT (code)", "MIT for the code": the scope behind a name. *behind: the word after all of it. */
static unsigned scope_after(const struct prose *p, size_t at, size_t end, size_t *behind)
{
    while (at < end && word_has(p, at, WORD_LICENSE))
        at++;
    *behind = at;
    if (at >= end || word_breaks(p, at - 1) || !(p->words[at].before == '(' || word_is(p, at, " for ")))
        return 0;
    size_t to = at;
    while (to < end && !word_is(p, to, " and or under ") && !(to > at && p->words[to - 1].after))
        to++;
    unsigned scope = scope_of_words(p, at, to);
    *behind = scope ? to : at;
    return scope;
}

/* "MIT and Apache-2.0", "MIT or Apache-2.0": more names behind the first. */
int say_more(struct say *s, struct found *f, size_t begin, unsigned scope, double sure, size_t first)
{
    struct prose *p = s->p;
    int rc = 0;
    for (bool ok = true; !rc && ok;) {
        size_t at, behind;
        scope_after(p, f->to, s->to, &at);
        if (at + 1 >= s->to || word_breaks(p, at - 1) || !word_is(p, at, " and or "))
            break;
        bool choice = word_is(p, at, " or ");
        struct found next = { 0 };
        rc = name_at(p, at + 1, s->to, &next, &ok);
        if (rc || !ok || next.item.state != DECLARED_NAMED || next.from > at + 2)
            break;
        unsigned own = scope_after(p, next.to, s->to, &behind);
        size_t added = p->out->n;
        rc = say_found(s, &next, begin, DECLARED_SENTENCE, own ? own : scope, sure);
        for (size_t i = first; choice && i < p->out->n && p->out->n > added; i++) {
            if (!p->out->items[first].expr)
                p->out->items[first].expr = ++p->out->n_expr;
            p->out->items[i].expr = p->out->items[first].expr;
            p->out->items[i].choice = true;
        }
        *f = next;
    }
    return rc;
}

int say_prepositions(struct say *s)
{
    struct prose *p = s->p;
    size_t said = s->from;
    bool goes_on = false;
    for (size_t i = s->from; i < s->to; i++) {
        size_t n = preposition(p, i, s->to);
        bool verb_too = n == 2 && !word_is(p, i, " comply ");   /* "subject to", "adhere to" are verbs themselves */
        bool ok = false;
        struct found f = { 0 };
        size_t region = i > REGION_WORDS && said < i - REGION_WORDS ? i - REGION_WORDS : said;
        if (!n || !is_statement(p, region, verb_too ? i + 1 : i, goes_on || word_is(p, i, " comply adhere adheres ")))
            continue;
        int rc = name_at(p, i + n, s->to, &f, &ok);
        if (rc)
            return rc;
        if (!ok)
            continue;
        size_t behind;
        unsigned scope = scope_of_words(p, region, i), own = scope_after(p, f.to, s->to, &behind);
        double sure = any_has(p, region, i, WORD_MOST) ? 0.6
                      : f.item.state == DECLARED_UNRECOGNIZED ? 0.6 : 1.0;
        size_t first = p->out->n;
        rc = say_found(s, &f, region, DECLARED_SENTENCE, own ? own : scope ? scope : p->scope, sure);
        if (rc || (rc = say_more(s, &f, region, scope ? scope : p->scope, sure, first)))
            return rc;
        said = f.to;
        goes_on = true;
        i = f.to - 1;
    }
    return 0;
}

/* A word that ends with a verb such as "follows", and does not deny it. */
static bool is_wide_verb(const struct prose *p, size_t i)
{
    static const char *const verbs[] = { "采用", "遵循", "基于", "使用", "遵守", "根据", "按照", "依照", "为" };
    static const char *const denies[] = { "不", "未", "非" };
    struct span w = word_span(p, i);
    bool verb = false;
    for (size_t k = 0; p->words[i].wide && k < sizeof verbs / sizeof *verbs; k++) {
        size_t n = strlen(verbs[k]);
        verb = verb || (w.n >= n && memcmp(w.p + w.n - n, verbs[k], n) == 0);
    }
    for (size_t k = 0; verb && k < sizeof denies / sizeof *denies; k++)
        verb = !span_find(w, denies[k]);
    return verb;
}

/* 代码遵循 Apache-2.0 协议 */
static int say_wide(struct say *s)
{
    struct prose *p = s->p;
    for (size_t i = s->from; i + 1 < s->to; i++) {
        bool ok = false, wide_next = false;
        if (p->of_others || !is_wide_verb(p, i))
            continue;
        struct found f = { 0 };
        int rc = 0;
        if (p->words[i + 1].wide && word_has(p, i + 1, WORD_LICENSE)) {
            f.from = i + 1;             /* 遵守 [开源协议](MODEL_LICENSE) */
            f.to = i + 2;
            f.link = link_in(p, f.from, f.to);
            rc = f.link ? declared_begin(p->d, DECLARED_SENTENCE, SPAN_NONE, &f.item, p->e) : 0;
            ok = f.link != NULL;
            wide_next = true;
        } else {
            rc = name_at(p, i + 1, s->to, &f, &ok);
        }
        if (rc)
            return rc;
        if (ok && (wide_next || (f.to < s->to && word_has(p, f.to, WORD_LICENSE)))
            && (rc = say_found(s, &f, i, DECLARED_SENTENCE, scope_of_words(p, s->from, f.from), 0.9)))
            return rc;
    }
    return 0;
}

/* [The CreativeML OpenRAIL M license](LICENSE): a link that names a licence and leads to its file. */
static int say_links(struct say *s)
{
    struct prose *p = s->p;
    for (size_t i = s->from; i < s->to; i++) {
        const struct prose_link *link = link_in(p, i, i + 1);
        if (!link || p->t.src[p->words[i].from] < link->from)
            continue;
        size_t end = i + 1;
        while (end < s->to && p->t.src[p->words[end].from] < link->to)
            end++;
        struct found f = { 0 };
        struct declared where = { 0 };
        bool ok = false;
        int rc = declared_target(p->d, p->path, link->url, &where, p->e);
        if (!rc && (is_license_file(where.file) && !where.elsewhere))
            rc = name_at(p, i, end, &f, &ok);
        if (rc)
            return rc;
        bool known = ok && (f.item.state == DECLARED_NAMED || f.item.state == DECLARED_VAGUE);
        if (known && !any_has(p, s->from, i, WORD_DENY)) {
            f.link = link;
            if ((rc = say_found(s, &f, i, DECLARED_SENTENCE, scope_of_words(p, s->from, i), 0.9)))
                return rc;
        }
        i = end - 1;
    }
    return 0;
}

/* A name at word i that is called a licence or is linked, or a link to a known licence. f->to == i: neither. */
static int candidate_at(struct prose *p, size_t i, size_t to, struct found *f)
{
    struct fold name = { .n = 0 };
    int rc = 0;
    longest_name(p, i, to, &f->to, &name);
    f->from = i;
    if (f->to > i) {
        if ((rc = resolve_name(p, &name, to, f)))
            return rc;
        f->link = link_in(p, f->from, f->to);
        if (!found_is_distinct(p, f) || (!word_has(p, f->to, WORD_LICENSE) && !word_has(p, f->to - 1, WORD_LICENSE) && !f->link))
            f->item.state = DECLARED_UNRECOGNIZED;
        return 0;
    }
    f->link = link_in(p, i, i + 1);
    bool inside = f->link && i > 0 && p->t.src[p->words[i - 1].from] >= f->link->from;
    if (!f->link || inside || p->t.src[p->words[i].from] < f->link->from)
        return 0;                       /* a link counts once, with its first word */
    if ((rc = declared_begin(p->d, DECLARED_SECTION, SPAN_NONE, &f->item, p->e)))
        return rc;
    for (f->to = i + 1; f->to < to && p->t.src[p->words[f->to].from] < f->link->to;)
        f->to++;
    if ((rc = declared_resolve_url(p->d, f->link->url, &f->item, p->e)))
        return rc;
    if (any_has(p, i, f->to, WORD_ALTERS) && !word_is(p, i, " creative "))
        f->item.state = DECLARED_UNRECOGNIZED;
    return 0;
}

/* The one licence that words [from, to) name. *have is false when there is none, or more than one: a
 * comparison, or a list. */
int find_one(struct prose *p, size_t from, size_t to, struct found *one, bool *have)
{
    *have = false;
    for (size_t i = from; i < to; i++) {
        struct found f = { 0 };
        int rc = candidate_at(p, i, to, &f);
        if (rc)
            return rc;
        if (f.to == i || f.item.state != DECLARED_NAMED)
            continue;
        if (*have && strcmp(one->item.id, f.item.id) != 0) {
            *have = false;
            return 0;
        }
        *one = *have ? *one : f;
        *have = true;
        i = f.to - 1;
    }
    return 0;
}

/* Below a heading "License": one name that is called a licence, or one link to a known one. */
static int say_in_section(struct say *s)
{
    struct prose *p = s->p;
    struct found one = { 0 };
    bool have = false;
    if (any_has(p, s->from, s->to, WORD_DENY) || is_of_others(p, s->from, s->to))
        return 0;
    int rc = find_one(p, s->from, s->to, &one, &have);
    unsigned scope = have ? scope_of_words(p, s->from, one.from) : 0;
    if (rc || !have)
        return rc;
    return say_found(s, &one, one.from, DECLARED_SECTION, scope ? scope : p->scope, 0.85);
}

int say_sentence(struct prose *p, size_t from, size_t to)
{
    struct say s = { .p = p, .from = from, .to = to };
    if (from >= to || p->words[to - 1].after == '?')
        return 0;
    int rc = say_prepositions(&s);
    if (!rc && !s.said)
        rc = say_wide(&s);
    if (!rc && !s.said)
        rc = say_links(&s);
    if (!rc && !s.said && p->in_section)
        rc = say_in_section(&s);
    return rc;
}
