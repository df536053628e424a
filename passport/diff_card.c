// SPDX-License-Identifier: Apache-2.0
/* passport/diff_card.c - the model card: front matter key by key, body heading by heading. */
#include "passport/diff_int.h"

static const struct gather_card *card_of(const struct diff *d, int k)
{
    const struct gather *g = &d->subject[k].check.gather;
    return g->n_cards ? &g->cards[0] : NULL;
}

static int meta_rows(struct diff *d, int k, const struct gather_card *c, struct diff_rows *rows, struct err *e)
{
    bool truncated = false;
    if (!c || !c->card.meta)
        return 0;
    int rc = diff_tree_rows(d, c->file->path, c->raw, c->card.meta, "front matter", rows, &truncated, e);
    return rc || !truncated ? rc : diff_gap(d, DIFF_CARD, k, e, "the front matter has more values than are compared");
}

/* "Uses / Out of scope": the titles of the sections around it, and its own. */
static const char *heading(struct diff *d, const struct card_section *all, size_t i)
{
    const char *path = all[i].level ? arena_fmt(d->a, "%.*s", SPAN_ARG(all[i].title)) : "before any heading";
    unsigned level = all[i].level;
    for (size_t k = i; path && level > 1 && k-- > 0;) {
        if (all[k].level >= level || !all[k].level)
            continue;
        path = arena_fmt(d->a, "%.*s / %s", SPAN_ARG(all[k].title), path);
        level = all[k].level;
    }
    return path;
}

static int section_rows(struct diff *d, const struct gather_card *c, struct diff_rows *rows, struct err *e)
{
    enum { DEEP = 2000 };           /* in larger cards a heading goes without those above it */
    const struct card_section *s;
    size_t n;
    int rc = card_sections(&c->card, d->a, &s, &n, e);
    for (size_t i = 0; i < n && !rc; i++) {
        struct diff_row *r = diff_row(d, rows);
        const char *key = n <= DEEP ? heading(d, s, i) : arena_fmt(d->a, "%.*s", SPAN_ARG(s[i].title));
        if (!r || !key)
            return err_memory(e);
        struct span own = span_sub(c->raw, s[i].byte_from, s[i].own_byte_to - s[i].byte_from);
        *r = (struct diff_row){ .key = key, .scope = "sections", .value = own, .rank = RANK_NONE,
                                .path = c->file->path, .raw = own, .byte_from = s[i].byte_from,
                                .line_from = s[i].line_from, .line_to = s[i].own_line_to, .quote_line = s[i].line_from };
    }
    return rc;
}

int diff_card(struct diff *d, struct err *e)
{
    const struct gather_card *c[] = { card_of(d, 0), card_of(d, 1) };
    struct diff_rows meta[2] = { 0 }, body[2] = { 0 };
    int rc = 0;
    for (int k = 0; k < 2 && !rc; k++) {
        if (!c[k]) {
            rc = diff_gap(d, DIFF_CARD, k, e, "there is no model card, or it was not read");
            continue;
        }
        const struct gather *g = &d->subject[k].check.gather;
        rc = meta_rows(d, k, c[k], &meta[k], e);
        if (!rc)
            rc = section_rows(d, c[k], &body[k], e);
        if (!rc && g->n_cards > 1)
            rc = diff_gap(d, DIFF_CARD, k, e, "of %zu cards only %s was compared", g->n_cards, c[k]->file->path);
    }
    if (rc || (!c[0] && !c[1]))
        return rc;
    bool broken = (c[0] && c[0]->card.meta_error.code) || (c[1] && c[1]->card.meta_error.code);
    if (broken)
        rc = diff_gap(d, DIFF_CARD, SIDE_BOTH, e, "a front matter cannot be read, so front matters were not compared");
    else
        rc = diff_rows(d, DIFF_CARD, &meta[0], &meta[1], e);
    return rc ? rc : diff_rows(d, DIFF_CARD, &body[0], &body[1], e);
}
