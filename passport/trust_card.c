// SPDX-License-Identifier: Apache-2.0
/* passport/trust_card.c - signals that stand in texts: publisher, dates, revision, gate. */
#include "passport/trust_int.h"

#include <stdio.h>
#include <strings.h>
#include "base/date.h"

enum { LINES_MAX = 200000, NOTED_MAX = 4096, PARTS_MAX = 3, REVISION_HEX = 40 };

static const struct gather_card *first_card(const struct trust_maker *w)
{
    return w->c->gather.n_cards ? &w->c->gather.cards[0] : NULL;
}

/* Each value of a key of the front matter. */
static int see_key(struct trust_maker *w, struct trust_draft *d, const char *key, struct err *e)
{
    const struct gather_card *card = first_card(w);
    struct card_strings s;
    int rc = card ? card_strings(&card->card, key, w->a, &s, e) : 0;
    if (rc || !card)
        return rc;
    for (size_t i = 0; i < s.n && i < PARTS_MAX && !rc; i++) {
        const struct evidence *ev;
        const char *text = trust_short(w, s.items[i].text);
        rc = text ? trust_pointer(w, card->file->path, card->raw, s.items[i].byte_from, s.items[i].byte_to, &ev, e) :
             err_memory(e);
        if (!rc && text[0])
            trust_see(d, ev, "%s (card, %s)", text, key);
    }
    return rc;
}

/* ---- lines of a text ----------------------------------------------------------------- */

struct line { size_t from, to; };

static bool next_line(struct span s, size_t *at, struct line *out)
{
    if (*at >= s.n)
        return false;
    const uint8_t *end = memchr(s.p + *at, '\n', s.n - *at);
    out->from = *at;
    out->to = end ? (size_t)(end - s.p) : s.n;
    *at = out->to + 1;
    return true;
}

/* Where `word` (lower case) stands in a line, its end; 0: nowhere. */
static size_t word_in(struct span s, struct line l, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = l.from; i + n <= l.to; i++)
        if (strncasecmp((const char *)s.p + i, word, n) == 0)
            return i + n;
    return 0;
}

/* "- **Developed by:** Somebody": what follows the words and a colon; a template's slot is nothing. */
static struct span after_label(struct span s, struct line l, const char *label)
{
    size_t at = word_in(s, l, label);
    if (!at || at - strlen(label) > l.from + 8)          /* the label begins the line, but for marks */
        return SPAN_NONE;
    while (at < l.to && (s.p[at] == '*' || s.p[at] == '_' || s.p[at] == ' ' || s.p[at] == '['))
        at++;
    if (at >= l.to || s.p[at] != ':')
        return SPAN_NONE;
    at++;
    while (at < l.to && (s.p[at] == '*' || s.p[at] == '_' || s.p[at] == ' '))
        at++;
    struct span rest = span_sub(s, at, l.to - at);
    return rest.n && !card_is_placeholder(rest) ? rest : SPAN_NONE;
}

/* The first line of the card with one of these labels. */
static int see_label(struct trust_maker *w, struct trust_draft *d, const char *const *labels, struct err *e)
{
    const struct gather_card *card = first_card(w);
    struct span s = card ? card->raw : SPAN_NONE;
    struct line l;
    size_t at = card ? card->card.body_byte : 0;
    for (size_t n = 0; n < LINES_MAX && next_line(s, &at, &l); n++) {
        for (size_t i = 0; labels[i]; i++) {
            struct span rest = after_label(s, l, labels[i]);
            const char *text = trust_short(w, rest);
            const struct evidence *ev;
            if (!text)
                return err_memory(e);
            if (!text[0])
                continue;
            int rc = trust_pointer(w, card->file->path, s, l.from, l.to, &ev, e);
            if (!rc)
                trust_see(d, ev, "%s (card, \"%s\")", text, labels[i]);
            return rc;
        }
    }
    return 0;
}

/* ---- publisher ----------------------------------------------------------------------- */

static int see_gguf(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    const struct gather *g = &w->c->gather;
    struct gguf_general x;
    size_t i = 0;
    while (i < g->n_weights && !g->weights[i].is_gguf)
        i++;
    if (i == g->n_weights)
        return 0;
    int rc = gguf_general(&g->weights[i].gguf, w->a, &x, e);
    if (rc)
        return rc;
    const struct { const struct gguf_text *t; const char *key; } keys[] = {
        { &x.author, "general.author" }, { &x.organization, "general.organization" },
        { &x.quantized_by, "general.quantized_by" } };
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        if (!keys[k].t->text.n)
            continue;
        const char *text = trust_short(w, keys[k].t->text);
        const struct evidence *ev = evidence_of(w->a, g->weights[i].file->path, g->weights[i].gguf.file,
                                                keys[k].t->byte_from, keys[k].t->byte_to, false);
        if (!text || !ev)
            return err_memory(e);
        if (text[0])
            trust_see(d, ev, "%s (gguf, %s)", text, keys[k].key);
    }
    return 0;
}

/* "models--org--name" in the path of a hub's cache. */
static void see_hub_path(struct trust_maker *w, struct trust_draft *d)
{
    const char *root = w->c->model.revision[0] && w->c->model.real ? w->c->model.real : "";
    const char *at = strstr(root, "/models--");
    for (const char *next = at; next; next = strstr(at + 1, "/models--"))
        at = next;
    const char *dashes = at ? strstr(at + 9, "--") : NULL;
    if (dashes)
        trust_see(d, NULL, "%.*s (name of the hub's cache folder)", (int)(dashes - at - 9 > 100 ? 100 : dashes - at - 9),
                  at + 9);
}

int trust_publisher(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    static const char *const keys[] = { "author", "authors", "organization", "developers", "publisher", "model_creator",
                                        "quantized_by" };
    static const char *const labels[] = { "developed by", "model developer", "model developers", "developers", "developer",
                                          "model creator", "authors", "publisher", NULL };
    int rc = 0;
    d->method = "statement about itself";
    d->confidence = 0.5;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !rc; i++)
        rc = see_key(w, d, keys[i], e);
    if (!rc)
        rc = see_label(w, d, labels, e);
    if (!rc)
        rc = see_gguf(w, d, e);
    if (!rc)
        see_hub_path(w, d);
    return rc;
}

/* ---- dates --------------------------------------------------------------------------- */

/* The first day of the calendar written as YYYY-MM-DD in a file. */
static int see_first_date(struct trust_maker *w, struct trust_draft *d, const struct model_file *f, struct err *e)
{
    struct span s;
    const struct evidence *ev;
    int rc = trust_read(w, f, &s, e);
    for (size_t i = 0; !rc && i + DATE_BYTES - 1 <= s.n; i++) {
        char date[DATE_BYTES];
        memcpy(date, s.p + i, DATE_BYTES - 1);
        date[DATE_BYTES - 1] = 0;
        if (!date_known(date))
            continue;
        rc = trust_pointer(w, f->path, s, i, i + DATE_BYTES - 1, &ev, e);
        if (!rc)
            trust_see(d, ev, "%s (%s)", date, f->path);
        return rc;
    }
    return rc;
}

int trust_date(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    static const char *const keys[] = { "date", "release_date", "date_released", "released", "last_updated",
                                        "last_modified", "updated" };
    static const char *const labels[] = { "release date", "model release date", "date of release", "released on",
                                          "model date", "model dates", "last updated", "last modified", NULL };
    int rc = 0;
    d->method = "statement about itself";
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !rc; i++)
        rc = see_key(w, d, keys[i], e);
    if (!rc)
        rc = see_label(w, d, labels, e);
    for (size_t i = 0; i < w->c->model.n_files && !rc; i++) {
        const char *path = w->c->model.files[i].path;
        if (strcasecmp(path, "CHANGELOG.md") == 0 || strcasecmp(path, "CITATION.cff") == 0)
            rc = see_first_date(w, d, &w->c->model.files[i], e);
    }
    return rc;
}

/* ---- revision ------------------------------------------------------------------------ */

/* The first line, when it is a commit. */
static bool commit_of(struct span s, char out[REVISION_HEX + 1])
{
    if (s.n < REVISION_HEX || (s.n > REVISION_HEX && s.p[REVISION_HEX] != '\n' && s.p[REVISION_HEX] != '\r'))
        return false;
    memcpy(out, s.p, REVISION_HEX);
    out[REVISION_HEX] = 0;
    return strspn(out, "0123456789abcdef") == REVISION_HEX;
}

/* .cache/huggingface/download/<file>.metadata: the hub's client notes the commit of each file it brought. */
static int see_noted(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    static const char folder[] = ".cache/huggingface/download/";
    char first[REVISION_HEX + 1] = "", one[REVISION_HEX + 1];
    const struct evidence *ev = NULL, *other = NULL;
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; i < w->c->model.n_files && n < NOTED_MAX && !rc; i++) {
        const struct model_file *f = &w->c->model.files[i];
        size_t len = strlen(f->path);
        struct span s;
        if (strncmp(f->path, folder, sizeof folder - 1) != 0 || len < 9 || strcmp(f->path + len - 9, ".metadata") != 0)
            continue;
        rc = trust_read(w, f, &s, e);
        if (rc || !commit_of(s, one))
            continue;
        bool differs = n++ && strcmp(first, one) != 0;
        if (n == 1 || (differs && !other))
            rc = trust_pointer(w, f->path, s, 0, REVISION_HEX, n == 1 ? &ev : &other, e);
        if (n == 1)
            memcpy(first, one, sizeof first);
    }
    if (rc || !n)
        return rc;
    trust_see(d, ev, "%s (noted by the hub's client for %zu file%s)", first, n, n == 1 ? "" : "s");
    if (other) {
        d->status = CLAIM_CONFLICT;
        trust_see(d, other, "but not all of them are of this revision");
    }
    return 0;
}

/* A file below .git that holds a commit, or leads to one. *there: it could be read. */
static int read_git(struct trust_maker *w, const char *path, struct span *out, struct err *e)
{
    struct err inner = { 0 };
    *out = SPAN_NONE;
    int rc = model_read(&w->c->model, path, MODEL_GIT_FILE_MAX, w->a, out, &inner);
    return rc == ERR_MEMORY ? err_memory(e) : 0;        /* absent, or no plain file: nothing is said of it */
}

static int see_git(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    static const char lead[] = "ref: refs/heads/";
    char commit[REVISION_HEX + 1];
    const char *path = ".git/HEAD";
    const struct evidence *ev;
    struct span s;
    if (w->c->model.main_file)
        return 0;
    int rc = read_git(w, path, &s, e);
    if (!rc && s.n > sizeof lead - 1 && memcmp(s.p, lead, sizeof lead - 1) == 0) {
        size_t from = sizeof lead - 1, to = from;
        while (to < s.n && s.p[to] > ' ')
            to++;
        path = arena_fmt(w->a, ".git/refs/heads/%.*s", SPAN_ARG(span_sub(s, from, to - from)));
        if (!path)
            return err_memory(e);
        if (strstr(path, "..") || strstr(path, "//"))
            return 0;
        rc = read_git(w, path, &s, e);
    }
    if (rc || !commit_of(s, commit))
        return rc;
    rc = trust_pointer(w, path, s, 0, REVISION_HEX, &ev, e);
    if (!rc)
        trust_see(d, ev, "%s (git, %s)", commit, path + sizeof ".git/" - 1);
    return rc;
}

int trust_revision(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    d->method = "note of a client";
    if (w->c->model.revision[0])
        trust_see(d, NULL, "%s (name of the hub's cache folder)", w->c->model.revision);
    int rc = see_noted(w, d, e);
    return rc ? rc : see_git(w, d, e);
}

/* ---- gate ---------------------------------------------------------------------------- */

int trust_gate(struct trust_maker *w, struct trust_draft *d, struct err *e)
{
    const struct gather_card *card = first_card(w);
    size_t n = 0;
    if (!card)
        return 0;
    d->method = "front matter keys extra_gated_*";
    for (const struct val *v = card_next_key(&card->card, "extra_gated_", NULL); v;
         v = card_next_key(&card->card, "extra_gated_", v)) {
        const struct evidence *ev;
        if (n++ >= PARTS_MAX)
            continue;
        int rc = trust_pointer(w, card->file->path, card->raw, v->byte_from, v->byte_to, &ev, e);
        if (rc)
            return rc;
        trust_see(d, ev, "%s%.*s", n == 1 ? "the hub asks for consent first: " : "", SPAN_ARG(v->key));
    }
    if (n > PARTS_MAX)
        trust_see(d, NULL, "and %zu more keys", n - PARTS_MAX);
    return 0;
}
