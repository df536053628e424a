// SPDX-License-Identifier: Apache-2.0
#include "license/clause.h"

#include <inttypes.h>

struct cue { enum clause_kind kind; const char *phrase; };      /* words, blank between; longest first per kind */

static const struct cue cues[] = {
    { CLAUSE_NONCOMMERCIAL, "non commercial" },
    { CLAUSE_NONCOMMERCIAL, "not for commercial" },
    { CLAUSE_NONCOMMERCIAL, "no commercial" },
    { CLAUSE_NONCOMMERCIAL, "commercial use is prohibited" },
    { CLAUSE_NONCOMMERCIAL, "commercial use is not" },
    { CLAUSE_NONCOMMERCIAL, "not be used commercially" },
    { CLAUSE_NONCOMMERCIAL, "not be used for commercial" },
    { CLAUSE_NONCOMMERCIAL, "\xe9\x9d\x9e \xe5\x95\x86" },          /* fei shang */
    { CLAUSE_RESEARCH, "research purposes only" },
    { CLAUSE_RESEARCH, "research use only" },
    { CLAUSE_RESEARCH, "only for research" },
    { CLAUSE_RESEARCH, "solely for research" },
    { CLAUSE_RESEARCH, "academic research" },
    { CLAUSE_USERS, "monthly active users" },
    { CLAUSE_USERS, "daily active users" },
    { CLAUSE_USERS, "monthly unique users" },
    { CLAUSE_REVENUE, "annual revenue" },
    { CLAUSE_REVENUE, "annual revenues" },
    { CLAUSE_REVENUE, "monthly revenue" },
    { CLAUSE_REVENUE, "annual recurring revenue" },
    { CLAUSE_REVENUE, "yearly revenue" },
    { CLAUSE_VISITS, "visits per month" },
    { CLAUSE_VISITS, "monthly visits" },
    { CLAUSE_REGION, "european union" },
    { CLAUSE_REGION, "united kingdom" },
    { CLAUSE_REGION, "south korea" },
    { CLAUSE_FIELD, "military" },
    { CLAUSE_FIELD, "surveillance" },
    { CLAUSE_FIELD, "biometric" },
    { CLAUSE_FIELD, "law enforcement" },
    { CLAUSE_FIELD, "nuclear" },
    { CLAUSE_FIELD, "\xe5\x86\x9b \xe4\xba\x8b" },                  /* junshi */
    { CLAUSE_POLICY, "acceptable use policy" },
    { CLAUSE_POLICY, "prohibited use policy" },
    { CLAUSE_POLICY, "prohibited uses" },
    { CLAUSE_POLICY, "use restrictions" },
    { CLAUSE_POLICY, "use based restrictions" },
    { CLAUSE_TRAINING, "improve any other" },
    { CLAUSE_TRAINING, "improve other" },
    { CLAUSE_TRAINING, "train any other" },
    { CLAUSE_TRAINING, "competing model" },
    { CLAUSE_TRAINING, "compete with" },
    { CLAUSE_NAMING, "prominently display" },
    { CLAUSE_NAMING, "built with" },
    { CLAUSE_NAMING, "powered by" },
    { CLAUSE_REGISTER, "must request a license" },
    { CLAUSE_REGISTER, "register" },
    { CLAUSE_REGISTER, "registration" },
    { CLAUSE_REGISTER, "\xe7\x99\xbb \xe8\xae\xb0" },               /* dengji */
    { CLAUSE_REVOCABLE, "revocable" },
    { CLAUSE_NO_MODIFY, "no derivative" },
    { CLAUSE_NO_MODIFY, "may not modify" },
    { CLAUSE_SHARE_CHANGES, "under the same license" },
    { CLAUSE_SHARE_CHANGES, "share alike" },
};

const char *clause_name(enum clause_kind k)
{
    static const char *const names[CLAUSE_COUNT] = {
        "non-commercial", "research only", "users threshold", "revenue threshold", "visits threshold",
        "region", "field of use", "use policy", "training other models", "naming or display",
        "registration", "revocable", "no modification", "share changes",
    };
    return k < CLAUSE_COUNT ? names[k] : "";
}

bool clause_restricts(enum clause_kind k)
{
    return k != CLAUSE_NAMING && k != CLAUSE_SHARE_CHANGES;
}

static struct span norm_at(const struct words *w, uint32_t i)
{
    uint32_t end = i + 1 < w->n ? w->items[i + 1].norm : w->norm_bytes;
    return span_of(w->norm + w->items[i].norm, end - w->items[i].norm);    /* with its blank */
}

/* Words of `phrase` that match at i, or 0. */
static uint32_t phrase_words(const struct words *w, uint32_t i, uint32_t to, const char *phrase)
{
    uint32_t k = 0;
    for (const char *p = phrase; *p; k++) {
        size_t n = strcspn(p, " ");
        if (i + k >= to)
            return 0;
        struct span s = norm_at(w, i + k);
        if (s.n != n + 1 || memcmp(s.p, p, n) != 0)
            return 0;
        p += n + (p[n] == ' ');
    }
    return k;
}

static int64_t digits_of(struct span s)
{
    int64_t v = 0;
    if (s.n < 2 || s.n > 13)
        return -1;
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

/* A figure that starts at word i: "700 million", "1 000 000" (commas are blanks by now). -1: none. */
static int64_t figure_at(const struct words *w, uint32_t i, uint32_t to)
{
    int64_t v = digits_of(norm_at(w, i));
    if (v < 0)
        return -1;
    uint32_t k = i + 1;
    for (; k < to && norm_at(w, k).n == 4 && digits_of(norm_at(w, k)) >= 0 && v < 1000000000; k++)
        v = v * 1000 + digits_of(norm_at(w, k));
    if (k < to && phrase_words(w, k, to, "million") && v < 1000000)
        v *= 1000000;
    else if (k < to && phrase_words(w, k, to, "billion") && v < 1000000)
        v *= 1000000000;
    return v;
}

/* The figure that stands closest before word i, else closest behind it: a threshold is beside its unit. */
static int64_t figure_near(const struct words *w, uint32_t from, uint32_t to, uint32_t i)
{
    for (uint32_t k = i; k > from && i - k < 14; k--)
        if (figure_at(w, k - 1, to) >= 1000)
            return figure_at(w, k - 1, to);
    for (uint32_t k = i; k < to && k - i < 18; k++)
        if (figure_at(w, k, to) >= 1000)
            return figure_at(w, k, to);
    return -1;
}

int clause_find(const struct words *w, uint32_t from, uint32_t to, struct arena *a,
                struct clause **out, size_t *n, struct err *e)
{
    struct clause *items = NULL;
    size_t cap = 0, count = 0;
    for (uint32_t i = from; i < to; i++) {
        for (size_t c = 0; c < sizeof cues / sizeof *cues; c++) {
            if (norm_at(w, i).p[0] != (uint8_t)cues[c].phrase[0])
                continue;
            uint32_t len = phrase_words(w, i, to, cues[c].phrase);
            if (!len)
                continue;
            void *grown = items;
            if (arena_grow(a, &grown, &cap, count, sizeof *items))
                return err_memory(e);
            items = grown;
            bool counted = cues[c].kind == CLAUSE_USERS || cues[c].kind == CLAUSE_REVENUE ||
                           cues[c].kind == CLAUSE_VISITS;
            items[count++] = (struct clause){ cues[c].kind, counted ? figure_near(w, from, to, i) : -1, i, i + len };
            break;
        }
    }
    *out = items;
    *n = count;
    return 0;
}

const char *clause_describe(const struct clause *c, struct arena *a)
{
    if (c->amount < 0)
        return clause_name(c->kind);
    return arena_fmt(a, "%s: %" PRId64, clause_name(c->kind), c->amount);
}
