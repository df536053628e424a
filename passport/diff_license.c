// SPDX-License-Identifier: Apache-2.0
/* passport/diff_license.c - relicensing said plainly, what is declared, and the clauses behind it. */
#include "passport/diff_sheet.h"

enum { NAMED = 5 };             /* clauses named in the one sentence */

/* ---- clauses ------------------------------------------------------------------------- */

struct tally { size_t of[DIFF_CANNOT_TELL + 1]; bool heavy, second_hand; };

/* The clauses that decide, by direction; when none does, the lighter ones. */
static struct tally count(const struct diff *d, size_t from, const char *scope)
{
    struct tally t = { .heavy = false };
    for (size_t i = from; i < d->n_changes; i++)
        t.heavy = t.heavy || (d->changes[i].heavy && strcmp(d->changes[i].scope, scope) == 0);
    for (size_t i = from; i < d->n_changes; i++) {
        const struct diff_change *c = &d->changes[i];
        if (strcmp(c->scope, scope) != 0 || c->heavy != t.heavy)
            continue;
        t.of[c->direction]++;
        t.second_hand = t.second_hand || (c->a.basis && c->a.basis != 'V') || (c->b.basis && c->b.basis != 'V');
    }
    return t;
}

static enum diff_direction overall(const struct tally *t, bool unsure)
{
    if (unsure || t->of[DIFF_CANNOT_TELL])
        return DIFF_CANNOT_TELL;
    if (t->of[DIFF_LOOSER] && !t->of[DIFF_STRICTER])
        return DIFF_LOOSER;
    if (t->of[DIFF_STRICTER] && !t->of[DIFF_LOOSER])
        return DIFF_STRICTER;
    return DIFF_DIFFERENT;
}

static const char *gone(const char *text)
{
    return text ? text : "none";
}

/* Bytes of text that are shown, whole characters. */
static int brief(const char *text)
{
    enum { BRIEF = 60 };
    size_t all = strlen(gone(text)), n = all < BRIEF ? all : BRIEF;
    while (n < all && n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return (int)n;
}

/* "commercial use (no -> yes), threshold: mau (700000000 -> none); stricter in ..."; `all` was said before. */
static void name_clauses(const struct diff *d, size_t from, const char *scope, bool heavy, enum diff_direction way,
                         enum diff_direction all, struct buf *b)
{
    size_t n = 0;
    for (size_t i = from; i < d->n_changes; i++) {
        const struct diff_change *c = &d->changes[i];
        if (c->direction != way || c->heavy != heavy || strcmp(c->scope, scope) != 0)
            continue;
        if (n < NAMED)
            buf_fmt(b, "%s%s%s (%.*s -> %.*s)", n ? ", " : b->n ? "; " : "", n || way == all ? "" :
                    way == DIFF_LOOSER ? "looser in " : way == DIFF_STRICTER ? "stricter in " :
                    way == DIFF_CANNOT_TELL ? "cannot tell of " : "different in ", c->item, brief(c->a.text),
                    gone(c->a.text), brief(c->b.text), gone(c->b.text));
        n++;
    }
    if (n > NAMED)
        buf_fmt(b, " and %zu more", n - NAMED);
}

static int say_relicensing(struct diff *d, const struct sheet s[2], size_t from, struct err *e)
{
    static const enum diff_direction ways[] = { DIFF_LOOSER, DIFF_STRICTER, DIFF_DIFFERENT, DIFF_CANNOT_TELL };
    const char *scope = s[0].of_bases ? "base models" : "model";
    struct tally t = count(d, from, scope);
    struct buf b;
    bool unsure = s[0].unsure || s[1].unsure || !s[0].n_licenses || !s[1].n_licenses;
    enum diff_direction way = overall(&t, unsure);
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        name_clauses(d, from, scope, t.heavy, ways[i], way, &b);
    if (b.error) {
        buf_fini(&b);
        return err_memory(e);
    }
    const char *text = arena_fmt(d->a, "%s -> %s: %s%s%s%s%s", s[0].names, s[1].names,
        way == DIFF_CANNOT_TELL ? "cannot tell" : diff_direction_name(way),
        way == DIFF_CANNOT_TELL ? "" : t.second_hand ? ", by facts of which some were not verified in the text" :
        ", by the facts of the catalogue", unsure ? ", because not all that binds is known" : "", b.n ? ": " : "", buf_text(&b));
    buf_fini(&b);
    struct diff_change c = { .part = DIFF_LICENSE, .item = "terms", .scope = scope, .direction = way, .heavy = true,
                             .text = text, .a = { .text = s[0].ids }, .b = { .text = s[1].ids } };
    for (int k = 0; k < 2; k++)
        if (s[k].n)
            (k ? &c.b : &c.a)->evidence[0] = s[k].terms[0]->evidence;
    return text ? diff_add(d, &c, NULL, e) : err_memory(e);
}

static int say_unknown(struct diff *d, const struct sheet s[2], struct err *e)
{
    int rc = 0;
    for (int k = 0; k < 2 && !rc; k++) {
        if (!s[k].n_licenses)
            rc = diff_gap(d, DIFF_CLAUSES, k, e, "no facts of a licence %s are known, so clauses are not compared",
                          s[k].of_bases ? "of base models" : "of the model");
        if (!rc && s[k].policy_missing)
            rc = diff_gap(d, DIFF_CLAUSES, k, e, "the licence names a use policy that is not there as a text: what it "
                          "forbids is not known");
    }
    return rc;
}

static int compare_clauses(struct diff *d, const struct sheet s[2], struct err *e)
{
    struct diff_rows a = { 0 }, b = { 0 };
    if (!s[0].n_licenses || !s[1].n_licenses)
        return 0;
    int rc = sheet_rows(d, &s[0], &s[1], &a, e);
    if (!rc)
        rc = sheet_rows(d, &s[1], &s[0], &b, e);
    return rc ? rc : diff_rows(d, DIFF_CLAUSES, &a, &b, e);
}

static int compare_sheets(struct diff *d, bool of_bases, struct err *e)
{
    struct sheet s[2];
    size_t from = d->n_changes;
    int rc = sheet_make(d, 0, of_bases, &s[0], e);
    if (!rc)
        rc = sheet_make(d, 1, of_bases, &s[1], e);
    if (rc || (of_bases && !s[0].n && !s[1].n && !s[0].unsure && !s[1].unsure))
        return rc;
    d->parts[DIFF_LICENSE].compared = true;
    rc = compare_clauses(d, s, e);
    if (!rc)
        rc = say_unknown(d, s, e);
    if (rc)
        return rc;
    if (strcmp(s[0].ids, s[1].ids) != 0 || d->n_changes > from)
        return say_relicensing(d, s, from, e);
    d->parts[DIFF_LICENSE].n_same++;
    return 0;
}

/* ---- what is said, and what was found ------------------------------------------------ */

static int declared_rows(struct diff *d, int k, struct diff_rows *rows, struct err *e)
{
    const struct declared_list *list = &d->subject[k].check.gather.declared;
    for (size_t i = 0; i < list->n; i++) {
        const struct declared *x = &list->items[i];
        struct diff_row *r = diff_row(d, rows);
        const char *key = arena_fmt(d->a, "declared: %s", x->method);
        const char *say = x->id[0] ? arena_fmt(d->a, "\"%s\" (%s)", x->raw, x->id) :
                          arena_fmt(d->a, "\"%s\" (%s)", x->raw, declared_state_name(x->state));
        if (!r || !key || !say)
            return err_memory(e);
        *r = (struct diff_row){ .key = key, .value = span_str(say), .rank = RANK_NONE, .evidence = { x->evidence } };
    }
    return list->truncated ? diff_gap(d, DIFF_LICENSE, k, e, "more statements about the licence than are listed") : 0;
}

static int found_rows(struct diff *d, int k, struct diff_rows *rows, struct err *e)
{
    const struct check *c = &d->subject[k].check;
    bool text = d->subject[k].input == DIFF_LICENSE_TEXT;
    for (size_t i = 0; i < c->n_concluded; i++) {
        const struct check_concluded *x = &c->concluded[i];
        struct diff_row *r = diff_row(d, rows);
        const char *key = text ? "text" : arena_fmt(d->a, "text: %s", x->text->file->path);
        const char *say = arena_fmt(d->a, "%s, %s", x->found->entry->id, x->n_residue ? "and more that it does not "
                                    "explain" : "word for word");
        if (!r || !key || !say)
            return err_memory(e);
        *r = (struct diff_row){ .key = key, .value = span_str(say), .rank = RANK_NONE, .directed = true,
                                .shaky = x->n_residue > 0, .evidence = { x->evidence } };
    }
    for (size_t i = 0; i < c->gather.n_texts; i++) {
        const struct gather_text *t = &c->gather.texts[i];
        if (t->is.n_found || t->is.kind == TEXT_IS_POLICY)
            continue;
        struct diff_row *r = diff_row(d, rows);
        const char *key = text ? "text" : arena_fmt(d->a, "text: %s", t->file->path);
        const char *say = t->is.kind != TEXT_IS_LICENSE ? arena_fmt(d->a, "%s", identify_kind_name(t->is.kind)) :
            t->is.n_nearest ? arena_fmt(d->a, "no known licence (near %s, but not it)", t->is.nearest[0].entry->id) :
            "no known licence";
        const struct evidence *ev = evidence_of(d->a, t->file->path, t->raw, 0, t->raw.n, true);
        if (!r || !key || !say || !ev)
            return err_memory(e);
        *r = (struct diff_row){ .key = key, .value = span_str(say), .rank = RANK_NONE, .evidence = { ev },
                                .directed = t->is.kind == TEXT_IS_LICENSE, .shaky = true };
    }
    return 0;
}

static int conflict_rows(struct diff *d, int k, struct diff_rows *rows, struct err *e)
{
    const struct conflict_list *list = &d->subject[k].check.conflicts;
    for (size_t i = 0; i < list->n; i++) {
        const struct conflict *x = &list->items[i];
        struct diff_row *r = diff_row(d, rows);
        const char *key = arena_fmt(d->a, "%s: %s", x->gap ? "gap" : "conflict", x->word);
        if (!r || !key)
            return err_memory(e);
        *r = (struct diff_row){ .key = key, .value = span_str(x->why), .rank = RANK_NONE,
                                .evidence = { x->a.evidence, x->b.evidence } };
    }
    return list->truncated ? diff_gap(d, DIFF_LICENSE, k, e, "more conflicts than are listed (%d)", (int)CONFLICT_MAX) :
           0;
}

int diff_license(struct diff *d, struct err *e)
{
    static int (*const fill[])(struct diff *, int, struct diff_rows *, struct err *) = { declared_rows, found_rows,
                                                                                         conflict_rows };
    int rc = compare_sheets(d, false, e);
    if (!rc)
        rc = compare_sheets(d, true, e);
    bool ids = d->subject[0].input == DIFF_LICENSE_ID || d->subject[1].input == DIFF_LICENSE_ID;
    for (size_t i = 0; i < sizeof fill / sizeof *fill && !ids && !rc; i++) {
        struct diff_rows a = { 0 }, b = { 0 };
        rc = fill[i](d, 0, &a, e);
        if (!rc)
            rc = fill[i](d, 1, &b, e);
        if (!rc)
            rc = diff_rows(d, DIFF_LICENSE, &a, &b, e);
    }
    return rc;
}

/* ---- the texts themselves ------------------------------------------------------------ */

static const struct gather_text *other_side(const struct diff *d, const struct gather_text *t, bool *sole)
{
    const struct gather *ga = &d->subject[0].check.gather, *gb = &d->subject[1].check.gather;
    const struct gather_text *only = NULL;
    size_t n_a = 0, n_b = 0;
    for (size_t i = 0; i < ga->n_texts; i++)
        n_a += ga->texts[i].file->role == t->file->role && !diff_file(d, 1, ga->texts[i].file->path);
    for (size_t i = 0; i < gb->n_texts; i++) {
        const struct gather_text *o = &gb->texts[i];
        if (d->subject[0].input != DIFF_LICENSE_TEXT && strcmp(o->file->path, t->file->path) == 0)
            return o;
        if (o->file->role == t->file->role && !diff_file(d, 0, o->file->path)) {
            n_b++;
            only = o;
        }
    }
    *sole = n_a == 1 && n_b == 1 && !diff_file(d, 1, t->file->path);
    return *sole ? only : NULL;
}

static int compare_texts(struct diff *d, const struct gather_text *x, const struct gather_text *y, struct err *e)
{
    struct diff_part_state *part = &d->parts[DIFF_TEXTS];
    part->compared = true;
    if (span_eq(x->raw, y->raw)) {
        part->n_same++;
        return 0;
    }
    struct diff_passages *p = arena_alloc(d->a, sizeof *p);
    int rc = p ? diff_words(&x->text, &y->text, d->a, p, e) : err_memory(e);
    bool words = !rc && (p->n || p->too_large);
    if (!rc && !words)
        rc = diff_lines(x->raw, 1, y->raw, 1, d->a, p, e);
    if (!rc && p->too_large)
        rc = diff_gap(d, DIFF_TEXTS, SIDE_BOTH, e, "%s: too large to compare word by word", x->file->path);
    const struct evidence *ex = evidence_of(d->a, x->file->path, x->raw, 0, x->raw.n, true);
    const struct evidence *ey = evidence_of(d->a, y->file->path, y->raw, 0, y->raw.n, true);
    if (rc || !ex || !ey)
        return rc ? rc : err_memory(e);
    struct diff_change c = { .part = DIFF_TEXTS, .item = x->file->path, .passages = p,
        .scope = strcmp(x->file->path, y->file->path) ? y->file->path : "",
        .text = words ? "" : p->n ? "the same words; only layout, punctuation, or a copyright statement differs" :
                "the same lines; only line ends or the last one differ",
        .a = { .text = identify_match_name(x->is.match), .evidence = { ex } },
        .b = { .text = identify_match_name(y->is.match), .evidence = { ey } } };
    return diff_add(d, &c, NULL, e);
}

int diff_license_texts(struct diff *d, struct err *e)
{
    const struct gather *ga = &d->subject[0].check.gather, *gb = &d->subject[1].check.gather;
    bool texts = d->subject[0].input == DIFF_LICENSE_TEXT;
    if (d->subject[0].input == DIFF_LICENSE_ID || d->subject[1].input == DIFF_LICENSE_ID)
        return diff_gap(d, DIFF_TEXTS, SIDE_BOTH, e, "an id has no text here: facts alone were compared");
    if (texts)
        return ga->n_texts && gb->n_texts ? compare_texts(d, &ga->texts[0], &gb->texts[0], e) : 0;
    d->parts[DIFF_TEXTS].compared = true;
    int rc = 0;
    for (size_t i = 0; i < ga->n_texts && !rc; i++) {
        bool sole;
        const struct gather_text *o = other_side(d, &ga->texts[i], &sole);
        if (o)
            rc = compare_texts(d, &ga->texts[i], o, e);
    }
    return rc;
}
