// SPDX-License-Identifier: Apache-2.0
#include "openness/mof_licenses.h"

#include <strings.h>
#include "openness/near.h"

/* ---- the same name, written otherwise ------------------------------------------------------------------ */

static const struct mof_license *same_named(const struct mof_licenses *l, const char *key)
{
    char other[NEAR_KEY_BYTES];
    for (size_t i = 0; i < l->n_named; i++)
        for (size_t k = 0; k < l->named[i].n_spellings; k++)
            if (near_key(span_str(l->named[i].spellings[k]), other) && strcmp(key, other) == 0)
                return &l->named[i];
    return NULL;
}

/* By the letters of the id, by id, by name; and a living id before one that SPDX deprecated. */
static const struct mof_license *same_listed(const struct mof_licenses *l, struct span text, const char *key)
{
    char other[NEAR_KEY_BYTES];
    const struct mof_license *best = NULL;
    unsigned rank = 0;
    for (size_t i = 0; i < l->n && rank < 6; i++) {
        const struct mof_license *m = &l->items[i];
        unsigned r = text.n == strlen(m->id) && strncasecmp((const char *)text.p, m->id, text.n) == 0 ? 7 :
                     near_key(span_str(m->id), other) && strcmp(key, other) == 0 ? 4 :
                     near_key(span_str(m->name), other) && strcmp(key, other) == 0 ? 2 : 0;
        r -= r && m->old;
        if (r > rank) {
            rank = r;
            best = m;
        }
    }
    return best;
}

static struct mof_near same(const struct mof_licenses *l, struct span text)
{
    char key[NEAR_KEY_BYTES];
    if (!near_key(text, key))
        return (struct mof_near){ 0 };
    const struct mof_license *m = same_listed(l, text, key);
    if (m)
        return (struct mof_near){ MOF_NEAR_SPELLING, m };
    m = same_named(l, key);
    return m ? (struct mof_near){ MOF_NEAR_NAMED, m } : (struct mof_near){ 0 };
}

/* ---- a letter or two away ------------------------------------------------------------------------------- */

struct best { const char *key; unsigned max, distance; const struct mof_license *license; };

static void try_name(struct best *b, const char *name, const struct mof_license *m)
{
    char other[NEAR_KEY_BYTES];
    if (!near_key(span_str(name), other) || !near_digits(b->key, other))
        return;
    unsigned d = near_distance(b->key, other, b->max);
    if (d > b->max || d > b->distance)
        return;
    b->license = d < b->distance || b->license == m ? m : NULL;     /* two as near: neither */
    b->distance = d;
}

static struct mof_near typo(const struct mof_licenses *l, const char *text)
{
    char key[NEAR_KEY_BYTES];
    if (!near_key(span_str(text), key))
        return (struct mof_near){ 0 };
    size_t n = strlen(key);
    struct best b = { .key = key, .max = n < 5 ? 0 : n < 10 ? 1 : 2 };
    if (!b.max)
        return (struct mof_near){ 0 };
    b.distance = b.max + 1;
    for (size_t i = 0; i < l->n; i++) {
        try_name(&b, l->items[i].id, &l->items[i]);
        try_name(&b, l->items[i].name, &l->items[i]);
    }
    for (size_t i = 0; i < l->n_named; i++)
        for (size_t k = 0; k < l->named[i].n_spellings; k++)
            try_name(&b, l->named[i].spellings[k], &l->named[i]);
    return b.license ? (struct mof_near){ MOF_NEAR_TYPO, b.license } : (struct mof_near){ 0 };
}

struct mof_near mof_license_near(const struct mof_licenses *l, const char *text)
{
    if (mof_says_nothing(l, text) || mof_says_absent(l, text))
        return (struct mof_near){ 0 };
    struct mof_near near = same(l, span_str(text));
    return near.how ? near : typo(l, text);
}

/* ---- more than one -------------------------------------------------------------------------------------- */

/* Bytes at p that part two licences: punctuation, a typographic quote, or AND, OR, WITH between blanks. */
static size_t separator(const char *p)
{
    static const char *const words[] = { "“", "”", "„", " AND ", " OR ", " and ", " or ", " WITH " };
    if (*p && strchr(",;\"/+|()", *p))
        return 1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(p, words[i], strlen(words[i])) == 0)
            return strlen(words[i]);
    return 0;
}

static size_t add_piece(const struct mof_licenses *l, struct span piece, const struct mof_license **out, size_t n,
                        size_t max)
{
    struct mof_near near = same(l, piece);
    bool known = !near.license || n == max;
    for (size_t i = 0; i < n; i++)
        known = known || out[i] == near.license;
    if (!known)
        out[n++] = near.license;
    return n;
}

size_t mof_license_pieces(const struct mof_licenses *l, const char *text, const struct mof_license **out, size_t max)
{
    size_t n = 0, from = 0, at = 0;
    bool parted = false;
    for (; text[at];) {
        size_t s = separator(text + at);
        if (!s) {
            at++;
            continue;
        }
        n = add_piece(l, span_of(text + from, at - from), out, n, max);
        parted = true;
        at += s;
        from = at;
    }
    if (!parted)
        return 0;
    return add_piece(l, span_of(text + from, at - from), out, n, max);
}

/* ---- no licence at all ---------------------------------------------------------------------------------- */

/* Does `phrase` stand in text, whatever the case? */
static bool holds(const char *text, const char *phrase)
{
    for (; *text; text++) {
        size_t i = 0;
        while (phrase[i] && near_lower(text[i]) == phrase[i])
            i++;
        if (!phrase[i])
            return true;
    }
    return false;
}

bool mof_says_absent(const struct mof_licenses *l, const char *text)
{
    for (size_t i = 0; i < l->absent.n; i++)
        if (holds(text, l->absent.items[i]))
            return true;
    return false;
}

bool mof_says_nothing(const struct mof_licenses *l, const char *text)
{
    char key[NEAR_KEY_BYTES], other[NEAR_KEY_BYTES];
    if (!near_key(span_str(text), key))
        return strlen(text) < NEAR_KEY_BYTES;       /* "license", "-"; a treatise says something */
    for (size_t i = 0; i < l->nameless.n; i++)
        if (near_key(span_str(l->nameless.items[i]), other) && strcmp(key, other) == 0)
            return true;
    return false;
}
